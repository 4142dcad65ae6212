#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"
#include "store/subject.h"

#include "intake.h"

/* Openings that a row may belong to. */
struct fits {
	unsigned n, here;	/* in all, at the row's outlet */
	uint64_t first, first_here;
};

/* Look the card reference up. */
void
intake_card(struct intake *x)
{
	struct request *q = x->q;
	uint8_t key[RECORD_CARD_KEY];

	x->card = NULL;
	x->inst = names_find(journal_names(q->c->journal), NAME_INST, "",
	    q->e->inst);
	if (x->inst == 0)
		return;
	record_card_key(key, &q->e->card, x->inst);
	x->card = state_get(journal_state(q->c->journal), RECORD_CARD, key,
	    sizeof(key), NULL, NULL);
}

/* When was the card closed?  UTC seconds, 0: not known any more. */
static uint32_t
closed_at(struct intake *x)
{
	struct person *p = &x->q->c->other;
	const void *v;
	uint32_t at = 0, i;
	size_t len;

	v = state_get(journal_state(x->q->c->journal), RECORD_PERSON,
	    x->card->person.b, TOKEN_LEN, &len, NULL);
	if (person_unpack(p, v, len) != 0)
		return (0);
	for (i = 0; i < p->nopen; i++)
		if (p->open[i].seq == x->card->seq &&
		    p->open[i].state == OPENING_CLOSED &&
		    p->open[i].until > at)
			at = p->open[i].until;
	return (at);
}

/* By the card reference. */
static int
by_card(struct intake *x)
{
	const struct entry *e = x->q->e;
	const struct record_card *c = x->card;
	int same = token_equal(&c->person, subject_token(e));
	int64_t at = e->at / 1000;
	uint32_t closed;

	if (c->state == CARD_CLOSED) {
		closed = closed_at(x);
		/* Given out anew after it was closed? */
		if ((closed != 0 || !same) && at >= (int64_t)closed)
			return (INTAKE_JOIN_NONE);
		if (closed == 0)
			return (INTAKE_JOIN_KNOWN);
	}
	if (!same)
		return (INTAKE_JOIN_PERSON);
	if (c->product != e->product)
		return (INTAKE_JOIN_PRODUCT);
	return (INTAKE_JOIN_KNOWN);
}

/* May the row be a card of this decision? */
static int
waits(const struct intake *x, const struct record_decision *d)
{
	const struct entry *e = x->q->e;

	return (d != NULL && (d->flags & DECISION_DRY) == 0 &&
	    d->inst == x->inst && d->product == e->product &&
	    d->confirms < d->quantity &&
	    token_equal(&d->person, subject_token(e)));
}

/* By the transaction. */
static int
by_txn(struct intake *x)
{
	struct request *q = x->q;
	const struct record_txn *t;
	uint8_t key[RECORD_HASH_KEY];

	if (q->e->txn[0] == '\0')
		return (INTAKE_JOIN_NONE);
	record_txn_key(key, "", q->e->inst, q->e->txn, 0);
	t = state_get(journal_state(q->c->journal), RECORD_TXN, key,
	    sizeof(key), NULL, NULL);
	if (t == NULL || t->state != TXN_DECIDED ||
	    !waits(x, decision_record(q, t->seq)))
		return (INTAKE_JOIN_NONE);
	x->ref = t->seq;
	return (INTAKE_JOIN_MERGE);
}

/* Is it within the days that a file may be late? */
static int
near(const struct intake *x, uint32_t at)
{
	int32_t days = day_of(at) - day_of(x->q->e->at / 1000);

	return (days >= -INTAKE_NEAR_DAYS && days <= INTAKE_NEAR_DAYS);
}

/* Note one that fits. */
static void
fits(struct fits *f, uint64_t seq, int here)
{

	if (f->n++ == 0)
		f->first = seq;
	if (here && f->here++ == 0)
		f->first_here = seq;
}

/* Openings that count still and have no card of their own. */
static void
living(struct intake *x, uint32_t outlet, struct fits *f)
{
	const struct person *p = &x->q->c->person;
	const struct opening *o;
	uint32_t i;

	for (i = 0; i < p->nopen; i++) {
		o = &p->open[i];
		if (o->inst == x->inst && o->product == x->q->e->product &&
		    o->state != OPENING_CLOSED &&
		    (o->flags & OPENING_INTAKE) == 0 && near(x, o->at) &&
		    waits(x, decision_record(x->q, o->seq)))
			fits(f, o->seq, o->outlet == outlet);
	}
}

/* Checks that were passed or held, and whose reservation is over. */
static void
lapsed(struct intake *x, uint32_t outlet, struct fits *f)
{
	const struct person *p = &x->q->c->person;
	const struct record_decision *d;
	uint32_t i;

	for (i = 0; i < p->natt; i++) {
		if (person_attempt_inst(&p->att[i]) != x->inst ||
		    !near(x, p->att[i].at))
			continue;
		d = decision_record(x->q, p->att[i].seq);
		if (waits(x, d) && d->life == LIFE_RESERVED &&
		    d->decision != LK_REJECT)
			fits(f, p->att[i].seq, d->outlet == outlet);
	}
}

/* By person, product and institution. */
static int
by_person(struct intake *x)
{
	struct request *q = x->q;
	struct fits f = { 0, 0, 0, 0 };
	uint32_t outlet;
	int live;

	if (x->inst == 0 || (q->c->person.nopen == 0 &&
	    q->c->person.natt == 0))
		return (INTAKE_JOIN_NONE);
	outlet = names_find(journal_names(q->c->journal), NAME_OUTLET,
	    q->e->inst, q->e->outlet);
	living(x, outlet, &f);
	live = f.n > 0;
	if (!live)
		lapsed(x, outlet, &f);
	x->ref = f.n == 1 ? f.first : f.first_here;
	if (f.n == 1 || f.here == 1)
		return (INTAKE_JOIN_MERGE);
	x->fits = f.n;
	return (live ? INTAKE_JOIN_AMBIGUOUS : INTAKE_JOIN_NONE);
}

/* Find what an opening belongs to. */
int
intake_join(struct intake *x)
{
	int how;

	if (x->card != NULL && (how = by_card(x)) != INTAKE_JOIN_NONE)
		return (how);
	if ((x->mode & INTAKEROW_STOCK) == 0 && (how = by_txn(x)) !=
	    INTAKE_JOIN_NONE)
		return (how);
	return (by_person(x));
}
