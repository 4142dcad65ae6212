#include <string.h>

#include "plugin.h"

#include "engine/person.h"

#include "apply_impl.h"
#include "entry.h"
#include "names.h"
#include "records.h"
#include "state.h"

/* Remember a card. */
static void
card_open(struct apply *a, const struct entry *e, uint32_t inst,
    uint32_t outlet, uint64_t seq)
{
	uint8_t key[RECORD_CARD_KEY];
	struct record_card *c;

	record_card_key(key, &e->card, inst);
	if (!state_fresh(a->s, RECORD_CARD, key, sizeof(key), e->seq))
		return;
	c = state_put(a->s, RECORD_CARD, key, sizeof(key), e->seq, sizeof(*c));
	if (c == NULL) {
		a->failed = 1;
		return;
	}
	memset(c, 0, sizeof(*c));
	c->person = *apply_whose(e);
	c->seq = seq;
	c->outlet = outlet;
	c->product = (uint8_t)e->product;
	c->state = CARD_OPEN;
	c->organisation = e->subject != 0;
}

/* A confirm: the card was issued. */
void
apply_confirm(struct apply *a, const struct entry *e)
{
	uint32_t inst = apply_intern(a, e, NAME_INST, "", e->inst);
	uint32_t outlet = apply_intern(a, e, NAME_OUTLET, e->inst, e->outlet);
	uint64_t seq = (e->flags & ENTRY_F_EXTRA) ? e->seq : e->ref;
	struct record_decision *d;
	struct opening *o = NULL, fresh = { .seq = seq, .visit = e->visit_key,
		.at = apply_happened(e), .inst = inst, .outlet = outlet,
		.quantity = (uint16_t)e->quantity,
		.product = (uint8_t)e->product, .state = OPENING_ISSUED,
		.operation = (uint8_t)e->operation };
	struct person *p;

	if ((e->flags & (ENTRY_F_LATE | ENTRY_F_OVERRIDE |
	    ENTRY_F_AFTER_CANCEL | ENTRY_F_EXTRA)) != 0)
		fresh.flags |= OPENING_OVERRIDE;
	if ((p = apply_person(a, e)) != NULL) {
		/* What a file had told before. */
		if (e->superseded != 0 &&
		    (o = person_find(p, e->superseded)) != NULL)
			person_remove(p, o);
		if ((o = person_find(p, seq)) != NULL &&
		    o->state != OPENING_CLOSED && o->state != OPENING_ISSUED)
			person_remove(p, o);
		else if (o != NULL && o->state == OPENING_ISSUED)
			fresh.quantity = 0;
		if (fresh.quantity > 0)
			person_open(p, &fresh, apply_seconds(e->t));
		apply_person_done(a, e);
	}
	if ((d = apply_decision_of(a, e, e->ref)) != NULL) {
		if (d->confirms == 0)
			d->card = e->card;
		if (d->confirms < UINT16_MAX)
			d->confirms++;
		d->life = LIFE_ISSUED;
	}
	apply_outlet(a, e, outlet, (e->flags & ENTRY_F_FIRST) != 0 ?
	    (unsigned)e->quantity : 0);
	card_open(a, e, inst, outlet, seq);
	apply_seen_card(a, e, inst);
}

/* A cancel or void: the reservation, or the opening itself, goes. */
void
apply_withdraw(struct apply *a, const struct entry *e)
{
	int whole = e->kind == ENTRY_VOID;
	struct record_decision *d;
	struct opening *o;
	struct person *p;

	if ((e->flags & ENTRY_F_TOMBSTONE) != 0) {
		apply_txn(a, e, TXN_TOMBSTONE);
		return;
	}
	if ((p = apply_person(a, e)) != NULL) {
		o = person_find(p, e->ref);
		if (o != NULL && (whole || o->state == OPENING_RESERVED ||
		    o->state == OPENING_HELD))
			person_remove(p, o);
		if ((e->flags & ENTRY_F_UNWIND) != 0)
			person_unattempt(p, e->ref);
		apply_person_done(a, e);
	}
	if ((d = apply_decision_of(a, e, e->ref)) != NULL) {
		d->life = whole ? LIFE_VOIDED : LIFE_CANCELLED;
		/* Whatever was answered before or is later: it is gone. */
		if (d->standing != LK_STANDING_NONE || whole)
			d->standing = LK_STANDING_WITHDRAWN;
	}
	apply_case_gone(a, e);
}

/* A closing: the card no longer counts as held. */
void
apply_closing(struct apply *a, const struct entry *e)
{
	uint32_t inst = apply_intern(a, e, NAME_INST, "", e->inst);
	uint8_t key[RECORD_CARD_KEY];
	struct record_card *c;
	struct opening *o;
	struct person *p;
	size_t len;

	if ((p = apply_person(a, e)) != NULL) {
		o = person_find(p, e->ref);
		if (o != NULL && o->state == OPENING_ISSUED)
			person_close(p, o, apply_happened(e), 1);
		apply_person_done(a, e);
	}
	record_card_key(key, &e->card, inst);
	if (!state_fresh(a->s, RECORD_CARD, key, sizeof(key), e->seq) ||
	    state_get(a->s, RECORD_CARD, key, sizeof(key), &len, NULL) == NULL)
		return;
	c = state_put(a->s, RECORD_CARD, key, sizeof(key), e->seq, len);
	if (c == NULL)
		a->failed = 1;
	else
		c->state = CARD_CLOSED;
}

/* An opening told from elsewhere. */
void
apply_told(struct apply *a, const struct entry *e)
{
	uint32_t inst = apply_intern(a, e, NAME_INST, "", e->inst);
	uint32_t outlet = apply_intern(a, e, NAME_OUTLET, e->inst, e->outlet);
	struct opening o = { .seq = e->seq, .visit = e->visit_key,
		.at = apply_happened(e), .inst = inst, .outlet = outlet,
		.quantity = (uint16_t)e->quantity,
		.product = (uint8_t)e->product, .state = OPENING_ISSUED,
		.flags = OPENING_INTAKE |
		    ((e->flags & ENTRY_F_DATE_ONLY) ? OPENING_DATE_ONLY : 0),
		.operation = (uint8_t)e->operation };
	struct opening *old;
	struct person *p;

	if ((p = apply_person(a, e)) != NULL) {
		if (e->superseded != 0 &&
		    (old = person_find(p, e->superseded)) != NULL)
			person_remove(p, old);
		person_open(p, &o, apply_seconds(e->t));
		apply_person_done(a, e);
	}
	apply_outlet(a, e, outlet, (unsigned)e->quantity);
	apply_outlet_told(a, e, outlet);
	apply_shared(a, e);
	card_open(a, e, inst, outlet, e->seq);
	apply_seen(a, e);
	apply_seen_card(a, e, inst);
}

/* A review: what it does to the person's reservation. */
static void
review_person(struct apply *a, const struct entry *e)
{
	struct opening o = { .seq = e->ref, .visit = e->visit_key,
		.at = apply_happened(e), .until = apply_seconds(e->expires),
		.quantity = (uint16_t)e->quantity,
		.product = (uint8_t)e->product, .state = OPENING_RESERVED,
		.operation = (uint8_t)e->operation };
	int approved = e->code == REVIEW_APPROVE;
	struct opening *old;
	struct person *p;

	if (approved && e->quantity != 0) {
		o.inst = apply_intern(a, e, NAME_INST, "", e->inst);
		o.outlet = apply_intern(a, e, NAME_OUTLET, e->inst, e->outlet);
	}
	if ((p = apply_person(a, e)) == NULL)
		return;
	old = person_find(p, e->ref);
	if (old != NULL && (old->state == OPENING_HELD ||
	    (e->from[0] != '\0' && old->state == OPENING_RESERVED))) {
		if (approved) {
			old->state = OPENING_RESERVED;
			old->until = o.until;
		} else
			person_remove(p, old);
	} else if (old == NULL && approved && e->quantity != 0)
		/* A refusal was overridden: it had reserved nothing. */
		person_open(p, &o, apply_seconds(e->t));
	if (approved && e->clear_until != 0) {
		p->clear_until = apply_seconds(e->clear_until);
		p->clear_left = (uint32_t)e->clear_count;
	}
	apply_person_done(a, e);
}

/* A review: how the decision stands then. */
static void
review_decision(struct apply *a, const struct entry *e)
{
	static const uint8_t standing[] = {
		[REVIEW_APPROVE] = LK_STANDING_APPROVED,
		[REVIEW_DENY] = LK_STANDING_DENIED,
		[REVIEW_TAKE] = LK_STANDING_TAKEN,
		[REVIEW_RELEASE] = LK_STANDING_OPEN,
		[REVIEW_DISPATCH] = LK_STANDING_DISPATCHED,
		[REVIEW_RESULT] = LK_STANDING_TAKEN,
		[REVIEW_CLOSE] = LK_STANDING_WITHDRAWN,
		[REVIEW_TIMEOUT] = LK_STANDING_EXPIRED };
	struct record_decision *d;

	if (e->code < 1 || e->code > REVIEW_TIMEOUT ||
	    e->code == REVIEW_PROPOSE ||
	    (d = apply_decision_of(a, e, e->ref)) == NULL)
		return;
	/* A refusal that somebody wants overridden stays one meanwhile. */
	if (d->decision == LK_REJECT && e->code != REVIEW_APPROVE)
		return;
	/* The policy may have whom nobody answered refused. */
	d->standing = e->code == REVIEW_TIMEOUT && e->decision == LK_REJECT ?
	    LK_STANDING_DENIED : standing[e->code];
	if (e->code != REVIEW_APPROVE)
		return;
	d->expires = e->expires;
	if (d->decision == LK_REJECT) {
		d->floor = d->hard;
		d->life = LIFE_RESERVED;
	}
}

/* A step in a held case. */
void
apply_review(struct apply *a, const struct entry *e)
{

	/* Another node decided otherwise before; a refusal stands. */
	if ((e->flags & ENTRY_F_REFUSED) != 0)
		return;
	if (e->code == REVIEW_APPROVE || e->code == REVIEW_DENY ||
	    e->code == REVIEW_CLOSE || e->code == REVIEW_TIMEOUT)
		review_person(a, e);
	review_decision(a, e);
	apply_case_step(a, e);
}
