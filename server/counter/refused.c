#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "store/entry.h"

#include "refused.h"

#define SUMS 256

struct sum {
	char inst[32];
	char outlet[32];
	char teller[32];
	int32_t n[5];		/* arg, denied, busy, again, input */
};

struct refused {
	uint32_t used;
	struct sum sum[SUMS];
};

/* Make an empty table. */
struct refused *
refused_open(void)
{

	return (calloc(1, sizeof(struct refused)));
}

/* Free a table. */
void
refused_close(struct refused *r)
{

	free(r);
}

/* Which of the five sums does a code belong to? */
static int
column(int code)
{

	switch (code) {
	case LK_E_ARG:
	case LK_E_CONFLICT:
	case LK_E_ENCODING:
	case LK_E_UNSUPPORTED:
	case LK_E_STATE:
	case LK_E_VERSION:
		return (0);
	case LK_E_DENIED:
		return (1);
	case LK_E_BUSY:
		return (2);
	case LK_E_AGAIN:
		return (3);
	case LK_E_INPUT:
		return (4);
	default:
		return (-1);
	}
}

/* Find the sum of a teller, or make it; the last one takes the overflow. */
static struct sum *
find(struct refused *r, const char *inst, const char *outlet,
    const char *teller)
{
	struct sum *s;
	uint32_t i;

	for (i = 0; i < r->used; i++) {
		s = &r->sum[i];
		if (strcmp(s->inst, inst) == 0 &&
		    strcmp(s->outlet, outlet) == 0 &&
		    strcmp(s->teller, teller) == 0)
			return (s);
	}
	if (r->used == SUMS)
		return (&r->sum[SUMS - 1]);
	s = &r->sum[r->used++];
	memset(s, 0, sizeof(*s));
	if (r->used == SUMS) {
		memcpy(s->inst, "*", 2);
		return (s);
	}
	strncpy(s->inst, inst, sizeof(s->inst) - 1);
	strncpy(s->outlet, outlet, sizeof(s->outlet) - 1);
	strncpy(s->teller, teller, sizeof(s->teller) - 1);
	return (s);
}

/* Count one refusal. */
void
refused_add(struct refused *r, const char *inst, const char *outlet,
    const char *teller, int code)
{
	int i = column(code);

	if (i >= 0)
		find(r, inst, outlet, teller)->n[i]++;
}

/* Take one sum out. */
int
refused_next(struct refused *r, struct entry *e)
{
	const struct sum *s;

	if (r->used == 0)
		return (0);
	s = &r->sum[--r->used];
	entry_clear(e, ENTRY_REFUSED);
	memcpy(e->inst, s->inst, sizeof(e->inst));
	memcpy(e->outlet, s->outlet, sizeof(e->outlet));
	memcpy(e->teller, s->teller, sizeof(e->teller));
	e->n_arg = s->n[0];
	e->n_denied = s->n[1];
	e->n_busy = s->n[2];
	e->n_again = s->n[3];
	e->n_input = s->n[4];
	return (1);
}
