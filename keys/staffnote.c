#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "staffnote.h"
#include "utf8.h"

#define FIRST	"liangka staff statement v1\n"

static const char *const actions[] = { NULL, "person", "entry", "unseal",
	"erase" };

/* The word of an action. */
const char *
staffnote_action_name(enum staffnote_action action)
{

	return (action >= STAFFNOTE_PERSON && action <= STAFFNOTE_ERASE ?
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

/* Write the text. */
size_t
staffnote_print(char text[STAFFNOTE_TEXT_MAX], const struct staffnote *s)
{
	int n;

	if (s->action < STAFFNOTE_PERSON || s->action > STAFFNOTE_ERASE ||
	    s->time <= 0 || (s->entry == 0) != (s->action ==
	    STAFFNOTE_PERSON) || !good_node(s->node) ||
	    !good_node(s->origin) || !staffnote_reason(s->reason,
	    strnlen(s->reason, sizeof(s->reason))))
		return (0);
	n = snprintf(text, STAFFNOTE_TEXT_MAX, FIRST "node %s\ntime %" PRId64
	    "\naction %s\nentry %" PRIu64 "\norigin %s\nreason %s\n", s->node,
	    s->time, actions[s->action], s->entry, s->origin, s->reason);
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
	    take(&p, end, "reason", s->reason, sizeof(s->reason)) != 0 ||
	    p != end || number(time, &t) != 0 || t > INT64_MAX ||
	    number(entry, &s->entry) != 0)
		return (-1);
	s->time = (int64_t)t;
	for (i = STAFFNOTE_PERSON; i <= STAFFNOTE_ERASE; i++)
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
