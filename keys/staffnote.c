#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "nodecert.h"
#include "staffnote.h"
#include "utf8.h"

#define FIRST	"liangka staff statement v1\n"
#define CLEAR_MAX 9999
#define FOUND_N 10

static const char *const actions[STAFFNOTE_ACTIONS] = {
	[STAFFNOTE_PERSON] = "person", [STAFFNOTE_ENTRY] = "entry",
	[STAFFNOTE_UNSEAL] = "unseal", [STAFFNOTE_ERASE] = "erase",
	[STAFFNOTE_TAKE] = "take", [STAFFNOTE_RELEASE] = "release",
	[STAFFNOTE_APPROVE] = "approve", [STAFFNOTE_DENY] = "deny",
	[STAFFNOTE_DISPATCH] = "dispatch", [STAFFNOTE_RESULT] = "result",
	[STAFFNOTE_CLOSE] = "close", [STAFFNOTE_ALERT_TAKE] = "alert-take",
	[STAFFNOTE_ALERT_CLOSE] = "alert-close", [STAFFNOTE_LINK] = "link",
	[STAFFNOTE_UNLINK] = "unlink", [STAFFNOTE_SCREEN] = "screen",
	[STAFFNOTE_NODE_RETIRE] = "node-retire",
	[STAFFNOTE_NODE_REPLACE] = "node-replace",
	[STAFFNOTE_NODE_READMIT] = "node-readmit" };

/* By code; the gap is of codes to come. */
static const char *const found[FOUND_N] = { NULL, "genuine", "persuaded", "police",
	"gone", NULL, NULL, NULL, NULL, "other" };

/* The word of an action. */
const char *
staffnote_action_name(enum staffnote_action action)
{

	return (action >= STAFFNOTE_PERSON && action < STAFFNOTE_ACTIONS ?
	    actions[action] : "?");
}

/* May this be a reason? */
int
staffnote_reason(const char *reason, size_t len)
{
	int shows = 0;
	uint32_t c;
	size_t n;

	if (len >= STAFFNOTE_REASON_MAX)
		return (0);
	for (; len > 0; reason += n, len -= n) {
		if ((n = utf8_next(&c, reason, len)) == 0 || utf8_hidden(c))
			return (0);
		shows |= !utf8_blank(c);
	}
	return (shows);
}

/* May this be the id of a node? */
static int
good_node(const char *s)
{
	size_t i, n = strnlen(s, STAFFNOTE_NODE_MAX);

	for (i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] > '~')
			return (0);
	return (n > 0 && n < STAFFNOTE_NODE_MAX);
}

/* Read a decimal number. */
static int
number(const char *s, uint64_t *v)
{

	*v = 0;
	if (*s == '\0')
		return (-1);
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9' || *v > (UINT64_MAX - 9) / 10)
			return (-1);
		*v = *v * 10 + (uint64_t)(*s - '0');
	}
	return (0);
}

/* Is it about an entry?  Else about persons, or a node. */
static int
has_entry(enum staffnote_action action)
{

	return (action != STAFFNOTE_PERSON && action != STAFFNOTE_LINK &&
	    action != STAFFNOTE_UNLINK && action < STAFFNOTE_NODE_RETIRE);
}

/* Is the detail what this action has? */
static int
good_detail(const struct staffnote *s)
{
	size_t n = strnlen(s->detail, sizeof(s->detail));
	uint32_t days, count;

	switch (s->action) {
	case STAFFNOTE_APPROVE:
		return (staffnote_cleared(s, &days, &count) == 0);
	case STAFFNOTE_DISPATCH:
		return (n < sizeof(s->detail) && staffnote_reason(s->detail,
		    n));
	case STAFFNOTE_RESULT:
		return (staffnote_found(s) != 0);
	case STAFFNOTE_NODE_RETIRE:
	case STAFFNOTE_NODE_REPLACE:
	case STAFFNOTE_NODE_READMIT:
		return (n < sizeof(s->detail) && nodecert_good_node(s->detail));
	default:
		return (n == 0);
	}
}

/* Write the text. */
size_t
staffnote_print(char text[STAFFNOTE_TEXT_MAX], const struct staffnote *s)
{
	int n;

	if (s->action < STAFFNOTE_PERSON || s->action >= STAFFNOTE_ACTIONS ||
	    s->time <= 0 || (s->entry != 0) != has_entry(s->action) ||
	    !good_node(s->node) || !good_node(s->origin) || !good_detail(s) ||
	    !staffnote_reason(s->reason, strnlen(s->reason,
	    sizeof(s->reason))))
		return (0);
	n = snprintf(text, STAFFNOTE_TEXT_MAX, FIRST "node %s\ntime %" PRId64
	    "\naction %s\nentry %" PRIu64 "\norigin %s\n%s%s%sreason %s\n",
	    s->node, s->time, actions[s->action], s->entry, s->origin,
	    s->detail[0] != '\0' ? "detail " : "", s->detail,
	    s->detail[0] != '\0' ? "\n" : "", s->reason);
	return (n > 0 && n < STAFFNOTE_TEXT_MAX ? (size_t)n : 0);
}

/* Take "<word> <value>\n" off the text into a string; -1 when it is not there. */
static int
take(const char **p, const char *end, const char *word, char *value,
    size_t size)
{
	size_t n = strlen(word), len;
	const char *nl;

	if ((size_t)(end - *p) <= n || memcmp(*p, word, n) != 0 ||
	    (*p)[n] != ' ')
		return (-1);
	*p += n + 1;
	if ((nl = memchr(*p, '\n', (size_t)(end - *p))) == NULL)
		return (-1);
	len = (size_t)(nl - *p);
	if (len >= size || memchr(*p, '\0', len) != NULL)
		return (-1);
	memcpy(value, *p, len);
	value[len] = '\0';
	*p = nl + 1;
	return (0);
}

/* Write the detail of an approval. */
int
staffnote_clear(struct staffnote *s, uint32_t days, uint32_t count)
{

	if (days > CLEAR_MAX || count > CLEAR_MAX ||
	    (days == 0) != (count == 0))
		return (-1);
	(void)snprintf(s->detail, sizeof(s->detail), "clear %" PRIu32 " %"
	    PRIu32, days, count);
	return (0);
}

/* Read it: only what would be written again is taken. */
int
staffnote_cleared(const struct staffnote *s, uint32_t *days, uint32_t *count)
{
	char text[STAFFNOTE_DETAIL_MAX], *p, *space;
	struct staffnote again;
	uint64_t d, c;
	size_t n = strnlen(s->detail, sizeof(s->detail));

	*days = *count = 0;
	if (s->action != STAFFNOTE_APPROVE || n >= sizeof(text) ||
	    strncmp(s->detail, "clear ", 6) != 0)
		return (-1);
	memcpy(text, s->detail, n + 1);
	p = &text[6];
	if ((space = strchr(p, ' ')) == NULL)
		return (-1);
	*space = '\0';
	if (number(p, &d) != 0 || number(space + 1, &c) != 0 ||
	    d > CLEAR_MAX || c > CLEAR_MAX ||
	    staffnote_clear(&again, (uint32_t)d, (uint32_t)c) != 0 ||
	    strcmp(again.detail, s->detail) != 0)
		return (-1);
	*days = (uint32_t)d;
	*count = (uint32_t)c;
	return (0);
}

/* The word for what was found. */
const char *
staffnote_found_name(int code)
{

	if (code < 1 || code >= FOUND_N)
		return (NULL);
	return (found[code]);
}

/* What a result says was found. */
int
staffnote_found(const struct staffnote *s)
{
	int i;

	if (s->action != STAFFNOTE_RESULT)
		return (0);
	for (i = 0; i < FOUND_N; i++)
		if (found[i] != NULL && strncmp(s->detail, found[i],
		    sizeof(s->detail)) == 0)
			return (i);
	return (0);
}

/* Take a line "detail ..." off the text, if it is there. */
static int
take_detail(const char **p, const char *end, struct staffnote *s)
{

	if ((size_t)(end - *p) < 7 || memcmp(*p, "detail ", 7) != 0)
		return (0);
	return (take(p, end, "detail", s->detail, sizeof(s->detail)));
}

/* Read the lines. */
static int
read_lines(struct staffnote *s, const char *p, const char *end)
{
	char time[24], entry[24], action[16];
	uint64_t t;
	int i;

	if ((size_t)(end - p) < strlen(FIRST) ||
	    memcmp(p, FIRST, strlen(FIRST)) != 0)
		return (-1);
	p += strlen(FIRST);
	if (take(&p, end, "node", s->node, sizeof(s->node)) != 0 ||
	    take(&p, end, "time", time, sizeof(time)) != 0 ||
	    take(&p, end, "action", action, sizeof(action)) != 0 ||
	    take(&p, end, "entry", entry, sizeof(entry)) != 0 ||
	    take(&p, end, "origin", s->origin, sizeof(s->origin)) != 0 ||
	    take_detail(&p, end, s) != 0 ||
	    take(&p, end, "reason", s->reason, sizeof(s->reason)) != 0 ||
	    p != end || number(time, &t) != 0 || t > INT64_MAX ||
	    number(entry, &s->entry) != 0)
		return (-1);
	s->time = (int64_t)t;
	for (i = STAFFNOTE_PERSON; i < STAFFNOTE_ACTIONS; i++)
		if (strcmp(action, actions[i]) == 0)
			s->action = (enum staffnote_action)i;
	return (0);
}

/* Read a text: only what would be written again is taken. */
int
staffnote_parse(struct staffnote *s, const char *text, size_t len)
{
	char again[STAFFNOTE_TEXT_MAX];

	memset(s, 0, sizeof(*s));
	if (read_lines(s, text, text + len) == 0 &&
	    staffnote_print(again, s) == len && memcmp(again, text, len) == 0)
		return (0);
	memset(s, 0, sizeof(*s));
	return (-1);
}
