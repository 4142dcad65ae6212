#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nodestatus.h"

#define FIRST "liangka-node-status/1"

static const char *const words[NODESTATUS_ERRORS] = {
	"none", "away", "refused", "unsigned", "old", "expired", "mismatch", "form",
	"key", "disk", "other"
};

/* The lines of a text, one after the other. */
struct lines {
	const char *p, *end;
	int number;
	char *err;	/* "" until something is wrong */
};

/* Say what is wrong in which line, the first time. */
static void __attribute__((format(printf, 2, 3)))
wrong(struct lines *l, const char *format, ...)
{
	va_list ap;
	int n;

	if (l->err[0] != '\0')
		return;
	n = snprintf(l->err, NODESTATUS_ERROR_MAX, "line %d: ", l->number);
	va_start(ap, format);
	(void)vsnprintf(l->err + n, NODESTATUS_ERROR_MAX - (size_t)n, format,
	    ap);
	va_end(ap);
}

/* Take the next line, "name value", into value. */
static void
take(struct lines *l, const char *name, char *value, size_t cap)
{
	size_t n = strlen(name), len;
	const char *nl;

	value[0] = '\0';
	if (l->err[0] != '\0')
		return;
	l->number++;
	nl = l->p < l->end ? memchr(l->p, '\n', (size_t)(l->end - l->p)) : NULL;
	if (nl == NULL || (size_t)(nl - l->p) < n + 2 ||
	    memcmp(l->p, name, n) != 0 || l->p[n] != ' ') {
		wrong(l, "wants \"%s\" and a value", name);
		return;
	}
	len = (size_t)(nl - l->p) - n - 1;
	if (len >= cap || memchr(l->p, '\0', n + 1 + len) != NULL) {
		wrong(l, "the value of \"%s\" is too long", name);
		return;
	}
	memcpy(value, l->p + n + 1, len);
	value[len] = '\0';
	l->p = nl + 1;
}

/* Read a whole number of at most `max`, without leading zeros. */
static uint64_t
number(struct lines *l, const char *text, uint64_t max)
{
	uint64_t v = 0;
	size_t i, n = strlen(text);

	if (l->err[0] != '\0')
		return (0);
	for (i = 0; i < n && text[i] >= '0' && text[i] <= '9' &&
	    v <= max / 10; i++)
		v = v * 10 + (uint64_t)(text[i] - '0');
	if (n == 0 || i != n || v > max || (text[0] == '0' && n > 1)) {
		wrong(l, "\"%.40s\" is no number that can stand here", text);
		return (0);
	}
	return (v);
}

/* Take a line with a number. */
static uint64_t
take_number(struct lines *l, const char *name, uint64_t max)
{
	char value[32];

	take(l, name, value, sizeof(value));
	return (number(l, value, max));
}

/* Is it the name of a node's key? */
static int
node_ok(const char *s)
{
	size_t n = strlen(s), i;

	if (n == 0 || n >= NODESTATUS_NODE_MAX || s[0] == '/' || s[0] == '.' ||
	    s[n - 1] == '/')
		return (0);
	for (i = 0; i < n; i++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		    "0123456789._-:/", s[i]) == NULL ||
		    (s[i] == '/' && (s[i + 1] == '/' || s[i + 1] == '.')))
			return (0);
	return (1);
}

/* Is it a list's id? */
static int
list_ok(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return (n > 0 && s[n] == '\0' &&
	    n < sizeof(((struct nodestatus_list *)0)->id));
}

/* Is it the version of a policy, or ""? */
static int
policy_ok(const char *s)
{
	size_t i;

	for (i = 0; s[i] != '\0'; i++)
		if (s[i] <= ' ' || s[i] > '~')
			return (0);
	return (i < sizeof(((struct nodestatus *)0)->policy) &&
	    strcmp(s, "-") != 0);
}

/* The word of an error class. */
const char *
nodestatus_word(enum nodestatus_error error)
{

	return ((unsigned)error < NODESTATUS_ERRORS ? words[error] : "other");
}

/* The name of a node's file. */
int
nodestatus_file(const char *node, char *out, size_t cap)
{
	size_t i;
	int n;

	if (!node_ok(node))
		return (-1);
	n = snprintf(out, cap, "%s" NODESTATUS_SUFFIX, node);
	if (n < 0 || (size_t)n >= cap)
		return (-1);
	for (i = 0; out[i] != '\0'; i++)
		if (out[i] == '/')
			out[i] = '~';
	return (0);
}

/* Which list comes first. */
static int
by_id(const void *a, const void *b)
{
	const struct nodestatus_list *x = a, *y = b;

	return (strcmp(x->id, y->id));
}

/* Print. */
size_t
nodestatus_print(const struct nodestatus *s, char *text, size_t cap)
{
	struct nodestatus_list list[NODESTATUS_LISTS_MAX];
	size_t i, at;
	int n;

	if (!node_ok(s->node) || !policy_ok(s->policy) || s->time < 0 ||
	    s->signed_at < 0 || (unsigned)s->error >= NODESTATUS_ERRORS ||
	    s->nlists > NODESTATUS_LISTS_MAX)
		return (0);
	memcpy(list, s->list, s->nlists * sizeof(list[0]));
	qsort(list, s->nlists, sizeof(list[0]), by_id);
	n = snprintf(text, cap, FIRST "\nnode %s\ntime %" PRId64 "\ntargets %"
	    PRIu32 "\nsigned %" PRId64 "\npolicy %s\noutlets %" PRIu32
	    "\ncampaigns %" PRIu32 "\nerror %s\n", s->node, s->time,
	    s->targets, s->signed_at, s->policy[0] != '\0' ? s->policy : "-",
	    s->outlets, s->campaigns, words[s->error]);
	if (n < 0 || (size_t)n >= cap)
		return (0);
	at = (size_t)n;
	for (i = 0; i < s->nlists; i++) {
		if (!list_ok(list[i].id) || list[i].version == 0 ||
		    (i > 0 && by_id(&list[i - 1], &list[i]) == 0))
			return (0);
		n = snprintf(text + at, cap - at, "list %s %" PRIu32 "\n",
		    list[i].id, list[i].version);
		if (n < 0 || (size_t)n >= cap - at)
			return (0);
		at += (size_t)n;
	}
	return (at);
}

/* Read the lines of the lists. */
static void
parse_lists(struct lines *l, struct nodestatus *s)
{
	char value[64], *space;
	struct nodestatus_list *x;

	while (l->err[0] == '\0' && l->p < l->end) {
		take(l, "list", value, sizeof(value));
		if (l->err[0] != '\0')
			return;
		if (s->nlists == NODESTATUS_LISTS_MAX) {
			wrong(l, "more than %d lists", NODESTATUS_LISTS_MAX);
			return;
		}
		x = &s->list[s->nlists];
		if ((space = strchr(value, ' ')) == NULL) {
			wrong(l, "wants a list and its version");
			return;
		}
		*space = '\0';
		if (!list_ok(value) || (s->nlists > 0 &&
		    strcmp(x[-1].id, value) >= 0)) {
			wrong(l, "\"%s\" is no list's id, or out of order",
			    value);
			return;
		}
		memcpy(x->id, value, strlen(value) + 1);
		x->version = (uint32_t)number(l, space + 1, UINT32_MAX);
		if (x->version == 0)
			wrong(l, "a list has no version 0");
		s->nlists++;
	}
}

/* Read the line of the error. */
static enum nodestatus_error
parse_error(struct lines *l)
{
	char value[32];
	int i;

	take(l, "error", value, sizeof(value));
	for (i = 0; i < NODESTATUS_ERRORS; i++)
		if (strcmp(value, words[i]) == 0)
			return ((enum nodestatus_error)i);
	wrong(l, "\"%s\" is no class of errors", value);
	return (NODESTATUS_OTHER);
}

/* Read. */
int
nodestatus_parse(struct nodestatus *s, const char *text, size_t len, char *err)
{
	struct lines l = { .p = text, .end = text + len, .number = 1,
		.err = err };
	size_t n = sizeof(FIRST);	/* with its newline */

	err[0] = '\0';
	memset(s, 0, sizeof(*s));
	if (len > NODESTATUS_TEXT_MAX || len < n ||
	    memcmp(text, FIRST "\n", n) != 0) {
		wrong(&l, "not a node's status (it begins with \"" FIRST
		    "\")");
		return (-1);
	}
	l.p += n;
	take(&l, "node", s->node, sizeof(s->node));
	if (!node_ok(s->node))
		wrong(&l, "not the name of a node");
	s->time = (int64_t)take_number(&l, "time", INT64_MAX);
	s->targets = (uint32_t)take_number(&l, "targets", UINT32_MAX);
	s->signed_at = (int64_t)take_number(&l, "signed", INT64_MAX);
	take(&l, "policy", s->policy, sizeof(s->policy));
	if (strcmp(s->policy, "-") == 0)
		s->policy[0] = '\0';
	else if (s->policy[0] == '\0' || !policy_ok(s->policy))
		wrong(&l, "not the version of a policy");
	s->outlets = (uint32_t)take_number(&l, "outlets", UINT32_MAX);
	s->campaigns = (uint32_t)take_number(&l, "campaigns", UINT32_MAX);
	s->error = parse_error(&l);
	parse_lists(&l, s);
	if (err[0] == '\0')
		return (0);
	memset(s, 0, sizeof(*s));
	return (-1);
}

/* Sign. */
size_t
nodestatus_sign(const struct nodestatus *s,
    const struct note_signer *const *signers, size_t n, char *out, size_t cap)
{
	char text[NODESTATUS_TEXT_MAX + 1];
	size_t len = nodestatus_print(s, text, sizeof(text)), i;

	for (i = 0; i < n; i++)
		if (strcmp(signers[i]->public.name, s->node) != 0)
			return (0);
	return (len > 0 ? note_sign(out, cap, text, len, signers, n) : 0);
}

/* Take a note apart and read its text. */
static int
open_note(struct nodestatus *s, struct note *note, const char *p, size_t len,
    char *err)
{
	char why[NOTE_ERROR_MAX];

	memset(s, 0, sizeof(*s));
	if (len > NODESTATUS_MAX) {
		(void)snprintf(err, NODESTATUS_ERROR_MAX, "longer than a "
		    "node's status");
		return (-1);
	}
	if (note_parse(note, p, len, why) != 0) {
		(void)snprintf(err, NODESTATUS_ERROR_MAX, "%s", why);
		return (-1);
	}
	return (nodestatus_parse(s, note->text, note->text_len, err));
}

/* Read a note as it is. */
int
nodestatus_read(struct nodestatus *s, const char *p, size_t len, char *err)
{
	struct note *note = malloc(sizeof(*note));
	int rc;

	if (note == NULL) {
		memset(s, 0, sizeof(*s));
		(void)snprintf(err, NODESTATUS_ERROR_MAX, "out of memory");
		return (-1);
	}
	rc = open_note(s, note, p, len, err);
	free(note);
	return (rc);
}

/* Did a key of the node sign it?  0 or -1. */
static int
by_node(const struct nodestatus *s, struct note *note,
    const struct note_verifier *const *keys, size_t nkeys, char *err)
{
	char why[NOTE_ERROR_MAX];
	size_t i;

	if (note_verify(note, keys, nkeys, why) == -1) {
		(void)snprintf(err, NODESTATUS_ERROR_MAX, "%s", why);
		return (-1);
	}
	for (i = 0; i < note->n; i++)
		if (note->sig[i].by != NULL &&
		    note->sig[i].by->type != NOTE_COSIGNATURE &&
		    strcmp(note->sig[i].by->name, s->node) == 0)
			return (0);
	(void)snprintf(err, NODESTATUS_ERROR_MAX, "not signed by a known key "
	    "of %s", s->node);
	return (-1);
}

/* Read a note that is believed. */
int
nodestatus_verify(struct nodestatus *s, const char *p, size_t len,
    const struct note_verifier *const *keys, size_t nkeys, char *err)
{
	struct note *note = malloc(sizeof(*note));
	int rc = -1;

	memset(s, 0, sizeof(*s));
	if (note == NULL)
		(void)snprintf(err, NODESTATUS_ERROR_MAX, "out of memory");
	else if ((rc = open_note(s, note, p, len, err)) == 0 &&
	    (rc = by_node(s, note, keys, nkeys, err)) != 0)
		memset(s, 0, sizeof(*s));
	free(note);
	return (rc);
}
