#include <string.h>

#include "store/entry.h"

#include "eventbatch.h"

/* Has the node above to be told? */
int
eventbatch_wanted(const struct entry *e, const char *above)
{

	if ((e->flags & (ENTRY_F_DRY | ENTRY_F_SANDBOX)) != 0 ||
	    (above[0] != '\0' && strcmp(e->from, above) == 0))
		return (0);
	switch (e->kind) {
	case ENTRY_DECISION:
		/* What a node below us asked it decides itself. */
		return ((e->flags & ENTRY_F_CONSULT) == 0);
	case ENTRY_SETTLE:
	case ENTRY_CONFIRM:
	case ENTRY_CANCEL:
	case ENTRY_RETIRE:
	case ENTRY_VOID:
	case ENTRY_REPORT:
	case ENTRY_REVIEW:
	case ENTRY_MERGE:
	case ENTRY_ALERT:
	case ENTRY_LINK:
		return (1);
	case ENTRY_INTAKE:
		return (e->code != INTAKE_FILE);
	default:
		return (0);
	}
}

#define TIME_MAX (INT64_C(1) << 53)	/* ms: no clock of ours gets there */

/* No time can be so far off that counting with it goes wrong. */
static void
bound(int64_t *t)
{

	if (*t < 0 || *t > TIME_MAX)
		*t = *t < 0 ? 0 : TIME_MAX;
}

/* Leave out what a node above cannot use. */
static void
strip(struct entry *e)
{

	e->nfacts = 0;
	e->engine = 0;
	e->lifted[0] = e->shadow[0] = e->waived[0] = '\0';
	e->listed[0] = e->agent_listed[0] = '\0';
	/* That the node above was asked it may have forgotten: its number stays. */
	if (e->kind != ENTRY_DECISION)
		e->up_seq = 0;
	e->up_decision = e->up_floor = e->up_hard = e->up_by = 0;
	e->up_offer = e->up_profile = 0;
	e->up_needs = 0;
	e->up_reason[0] = e->up_leaf[0] = e->up_hits[0] = '\0';
	e->to[0] = '\0';
	e->from[0] = '\0';
	e->from_seq = 0;
	e->list_version = 0;
	e->hash[0] = '\0';
	e->flags &= ~(ENTRY_F_SEALED | ENTRY_F_CONSULT);
}

/* Add an entry. */
int
eventbatch_add(struct eventbatch *b, struct entry *e)
{
	size_t room = EVENTBATCH_MAX - b->len, n;

	if (room < 2 + ENTRY_MAX)
		return (-1);
	strip(e);
	if ((n = entry_print(e, (char *)b->buf + b->len + 2, ENTRY_MAX)) == 0)
		return (-1);
	b->buf[b->len] = (uint8_t)n;
	b->buf[b->len + 1] = (uint8_t)(n >> 8);
	b->len += 2 + n;
	b->n++;
	b->last = e->seq;
	return (0);
}

/* Read the next entry. */
int
eventbatch_next(const uint8_t *buf, size_t len, size_t *pos, struct entry *e)
{
	size_t n;

	if (*pos == len)
		return (0);
	if (len - *pos < 2)
		return (-1);
	n = buf[*pos] | (size_t)buf[*pos + 1] << 8;
	if (n == 0 || n > len - *pos - 2 ||
	    entry_parse(e, (const char *)buf + *pos + 2, n, NULL) != 0)
		return (-1);
	/* Whoever wrote it should have: nothing else reaches the journal. */
	strip(e);
	bound(&e->t);
	bound(&e->at);
	bound(&e->expires);
	bound(&e->due);
	bound(&e->clear_until);
	*pos += 2 + n;
	return (1);
}
