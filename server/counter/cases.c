#include <stdlib.h>
#include <string.h>

#include "store/apply.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "cases.h"
#include "seqset.h"

/* By when a case has to be answered; one that is closed stays until it comes up. */
struct due {
	int64_t at;		/* ms */
	uint64_t seq;
};

struct cases {
	struct journal *j;
	struct seqset open[CASES_N];
	struct due *due;	/* a heap: the first is the earliest */
	size_t ndue;
	size_t cap;
	int lost;		/* memory ran out: read it all from the state again */
};

static const uint8_t kinds[CASES_N] = { RECORD_CASE, RECORD_ALERT };

/* Is a before b? */
static int
before(const struct due *a, const struct due *b)
{

	return (a->at != b->at ? a->at < b->at : a->seq < b->seq);
}

/* Add to the heap. */
static int
push(struct cases *c, uint64_t seq, int64_t at)
{
	const struct due d = { at, seq };
	struct due *v;
	size_t i, cap;

	if (c->ndue == c->cap) {
		cap = c->cap != 0 ? c->cap * 2 : 256;
		if ((v = realloc(c->due, cap * sizeof(*v))) == NULL)
			return (-1);
		c->due = v;
		c->cap = cap;
	}
	for (i = c->ndue++; i > 0 && before(&d, &c->due[(i - 1) / 2]);
	    i = (i - 1) / 2)
		c->due[i] = c->due[(i - 1) / 2];
	c->due[i] = d;
	return (0);
}

/* Take the first off the heap. */
static void
pop(struct cases *c)
{
	struct due last = c->due[--c->ndue];
	size_t i = 0, k;

	while ((k = 2 * i + 1) < c->ndue) {
		if (k + 1 < c->ndue && before(&c->due[k + 1], &c->due[k]))
			k++;
		if (!before(&c->due[k], &last))
			break;
		c->due[i] = c->due[k];
		i = k;
	}
	c->due[i] = last;
}

/* The case of a seq, or NULL. */
static const struct record_case *
find(struct cases *c, uint64_t seq)
{
	const struct record_case *r;
	uint8_t key[8];
	size_t len;

	record_seq_key(key, seq);
	r = state_get(journal_state(c->j), RECORD_CASE, key, 8, &len, NULL);
	return (len == sizeof(*r) ? r : NULL);
}

/* Take one in that is open. */
static int
take(struct cases *c, enum cases_what what, uint64_t seq, const void *record)
{
	const struct record_case *r = record;
	uint8_t key[8];

	if (seqset_add(&c->open[what], seq) != 0)
		return (-1);
	/* A node below sees to its own times, and tells us. */
	record_seq_key(key, seq);
	if (what != CASES_CASE || state_get(journal_state(c->j), RECORD_ABOVE,
	    key, 8, NULL, NULL) != NULL)
		return (0);
	return (push(c, seq, r->due));
}

/* A record that was found at the start. */
static int
found(void *arg, const struct state_record *r)
{
	struct cases *c = arg;
	uint64_t seq = 0;
	size_t i;

	for (i = 0; i < r->keylen; i++)
		seq = seq << 8 | r->key[i];
	return (take(c, r->kind == RECORD_CASE ? CASES_CASE : CASES_ALERT, seq,
	    r->value));
}

/* Read all that is open. */
static int
load(struct cases *c)
{
	int i;

	c->ndue = 0;
	c->lost = 1;
	for (i = 0; i < CASES_N; i++) {
		seqset_clear(&c->open[i]);
		if (state_each(journal_state(c->j), kinds[i], found, c) != 0)
			return (-1);
	}
	c->lost = 0;
	return (0);
}

/* Is this one open now?  What the state says holds. */
static void
look(struct cases *c, enum cases_what what, uint64_t seq)
{
	uint8_t key[8];
	const void *r;

	record_seq_key(key, seq);
	r = state_get(journal_state(c->j), kinds[what], key, 8, NULL, NULL);
	if (r == NULL)
		seqset_remove(&c->open[what], seq);
	else if (take(c, what, seq, r) != 0)
		c->lost = 1;
}

/* An entry was written: what may it have opened or closed? */
void
cases_watch(struct cases *c, const struct entry *e)
{

	switch (e->kind) {
	case ENTRY_DECISION:
		if (e->superseded != 0)
			look(c, CASES_CASE, e->superseded);
		if (e->due != 0)
			look(c, CASES_CASE, e->seq);
		break;
	case ENTRY_CANCEL:
	case ENTRY_VOID:
	case ENTRY_SETTLE:
		if (e->ref != 0)
			look(c, CASES_CASE, e->ref);
		if (e->superseded != 0)
			look(c, CASES_CASE, e->superseded);
		break;
	case ENTRY_REVIEW:
		/* One that is worked on is open as before. */
		if (e->code != REVIEW_TAKE && e->code != REVIEW_RELEASE &&
		    e->code != REVIEW_DISPATCH && e->code != REVIEW_RESULT) {
			look(c, CASES_CASE, e->ref);
			look(c, CASES_ALERT, e->ref);
		}
		break;
	case ENTRY_ALERT:
		look(c, CASES_ALERT, e->ref);
		break;
	default:
		break;
	}
	if (e->alert != ALERT_NONE)
		look(c, CASES_ALERT, apply_alert_seq(e));
}

/* Read what is open, and watch. */
struct cases *
cases_open(struct journal *j)
{
	struct cases *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return (NULL);
	c->j = j;
	if (load(c) != 0) {
		cases_close(c);
		return (NULL);
	}
	return (c);
}

/* Free it. */
void
cases_close(struct cases *c)
{
	int i;

	if (c == NULL)
		return;
	for (i = 0; i < CASES_N; i++)
		seqset_clear(&c->open[i]);
	free(c->due);
	free(c);
}

/* Return how many are open. */
uint64_t
cases_count(struct cases *c, enum cases_what what)
{

	if (c->lost)
		(void)load(c);
	return (seqset_count(&c->open[what]));
}

/* Return the next one. */
uint64_t
cases_after(struct cases *c, enum cases_what what, uint64_t seq)
{

	if (c->lost)
		(void)load(c);
	return (seqset_after(&c->open[what], seq));
}

/* Return one whose time is over. */
uint64_t
cases_due(struct cases *c, int64_t now)
{
	const struct record_case *r;

	if (c->lost)
		(void)load(c);
	while (c->ndue > 0 && c->due[0].at <= now) {
		/* One that is closed, or due at another time: proposed anew. */
		r = find(c, c->due[0].seq);
		if (r != NULL && r->due == c->due[0].at)
			return (c->due[0].seq);
		pop(c);
	}
	return (0);
}
