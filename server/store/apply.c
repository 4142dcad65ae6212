#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "engine/person.h"

#include "apply.h"
#include "entry.h"
#include "names.h"
#include "records.h"
#include "state.h"

struct apply {
	struct state *s;
	struct names *names;
	struct person person;	/* scratch */
	int failed;
};

/* Journal time in whole seconds. */
static uint32_t
seconds(int64_t ms)
{

	return ((uint32_t)(ms / 1000));
}

/* When the thing happened: `at` where it differs from `t`. */
static uint32_t
happened(const struct entry *e)
{

	return (seconds(e->at != 0 ? e->at : e->t));
}

/* Whose record an entry is about. */
static const struct token *
whose(const struct entry *e)
{

	return (e->subject == LK_SUBJECT_ORGANISATION ? &e->org : &e->person);
}

/* Intern a name of the entry. */
static uint32_t
intern(struct apply *a, const struct entry *e, int class, const char *scope,
    const char *name)
{
	uint32_t id;

	id = names_intern(a->names, a->s, e->seq, class, scope, name);
	if (id == 0)
		a->failed = 1;
	return (id);
}

/* Unpack the person's record for change, or NULL when it has the effect. */
static struct person *
person_begin(struct apply *a, const struct entry *e)
{
	const struct token *t = whose(e);
	const void *v;
	size_t len;

	if (!state_fresh(a->s, RECORD_PERSON, t->b, TOKEN_LEN, e->seq))
		return (NULL);
	v = state_get(a->s, RECORD_PERSON, t->b, TOKEN_LEN, &len, NULL);
	if (person_unpack(&a->person, v, len) != 0) {
		a->failed = 1;
		return (NULL);
	}
	person_prune(&a->person, seconds(e->t));
	return (&a->person);
}

/* Store the person's record. */
static void
person_end(struct apply *a, const struct entry *e)
{
	const struct token *t = whose(e);
	void *v;

	v = state_put(a->s, RECORD_PERSON, t->b, TOKEN_LEN, e->seq,
	    person_packed(&a->person));
	if (v == NULL)
		a->failed = 1;
	else
		person_pack(&a->person, v);
}

/* Return a decision's record for change; NULL when there is nothing to do. */
static struct record_decision *
decision_begin(struct apply *a, const struct entry *e, uint64_t seq)
{
	uint8_t key[8];
	size_t len;
	void *v;

	record_seq_key(key, seq);
	if (!state_fresh(a->s, RECORD_DECISION, key, 8, e->seq) ||
	    state_get(a->s, RECORD_DECISION, key, 8, &len, NULL) == NULL)
		return (NULL);
	if ((v = state_put(a->s, RECORD_DECISION, key, 8, e->seq, len)) == NULL)
		a->failed = 1;
	return (v);
}

/* A decision: the person's reservation and attempt. */
static void
decision_person(struct apply *a, const struct entry *e, uint32_t inst,
    uint32_t outlet)
{
	struct opening o = { .seq = e->seq, .visit = e->visit_key,
		.at = happened(e), .until = seconds(e->expires), .inst = inst,
		.outlet = outlet, .quantity = (uint16_t)e->quantity,
		.product = (uint8_t)e->product,
		.operation = (uint8_t)e->operation };
	struct opening *old;
	struct person *p;

	if ((e->flags & ENTRY_F_DRY) != 0 ||
	    (p = person_begin(a, e)) == NULL)
		return;
	if (e->superseded != 0 &&
	    (old = person_find(p, e->superseded)) != NULL &&
	    (old->state == OPENING_RESERVED || old->state == OPENING_HELD))
		person_remove(p, old);
	if ((e->flags & ENTRY_F_CLEARED) != 0 && p->clear_left > 0)
		p->clear_left--;
	person_attempt(p, e->seq, seconds(e->t), e->decision);
	if ((e->flags & ENTRY_F_POSTHOC) != 0) {
		o.state = OPENING_ISSUED;
		o.until = 0;
		if (e->decision == LK_REVIEW || e->decision == LK_REJECT)
			o.flags |= OPENING_OVERRIDE;
		person_open(p, &o, seconds(e->t));
	} else if (e->decision != LK_REJECT) {
		o.state = e->decision == LK_REVIEW ? OPENING_HELD :
		    OPENING_RESERVED;
		person_open(p, &o, seconds(e->t));
	}
	person_end(a, e);
}

/* A decision: its own record. */
static void
decision_record(struct apply *a, const struct entry *e,
    const uint8_t leaf[32], uint32_t inst, uint32_t outlet, uint32_t policy)
{
	struct record_decision *d;
	size_t nhits = strlen(e->hits);
	uint8_t key[8];

	record_seq_key(key, e->seq);
	if (!state_fresh(a->s, RECORD_DECISION, key, 8, e->seq))
		return;
	d = state_put(a->s, RECORD_DECISION, key, 8, e->seq,
	    sizeof(*d) + nhits);
	if (d == NULL) {
		a->failed = 1;
		return;
	}
	memset(d, 0, sizeof(*d));
	d->t = e->t;
	d->expires = e->expires;
	d->due = e->due;
	d->visit = e->visit_key;
	d->person = *whose(e);
	memcpy(d->leaf, leaf, sizeof(d->leaf));
	d->inst = inst;
	d->outlet = outlet;
	d->policy = policy;
	d->needs = e->needs;
	d->offer = e->offer;
	d->profile = e->profile;
	d->hits_total = e->hits_total;
	d->quantity = (uint16_t)e->quantity;
	d->nhits = (uint16_t)nhits;
	d->decision = (uint8_t)e->decision;
	d->floor = (uint8_t)e->floor;
	d->by = (uint8_t)e->by;
	d->product = (uint8_t)e->product;
	d->operation = (uint8_t)e->operation;
	d->epoch = e->epoch;
	memcpy(d->reason, e->reason, sizeof(d->reason));
	memcpy(d + 1, e->hits, nhits);
	d->flags = ((e->flags & ENTRY_F_DRY) ? DECISION_DRY : 0) |
	    ((e->flags & ENTRY_F_POSTHOC) ? DECISION_POSTHOC : 0) |
	    ((e->flags & ENTRY_F_SANDBOX) ? DECISION_SANDBOX : 0) |
	    ((e->flags & ENTRY_F_CLOCK) ? DECISION_CLOCK : 0) |
	    (e->superseded != 0 ? DECISION_REPLACED : 0) |
	    (e->subject != 0 ? DECISION_ORGANISATION : 0);
	if ((e->flags & ENTRY_F_DRY) != 0)
		d->life = LIFE_NONE;
	else if ((e->flags & ENTRY_F_POSTHOC) != 0)
		d->life = LIFE_ISSUED;
	else
		d->life = e->decision == LK_REJECT ? LIFE_NONE : LIFE_RESERVED;
	d->standing = e->decision == LK_REVIEW && d->life != LIFE_NONE ?
	    LK_STANDING_OPEN : LK_STANDING_NONE;
}

/* A decision: the transaction that asked for it. */
static void
decision_txn(struct apply *a, const struct entry *e, uint32_t state)
{
	uint8_t key[RECORD_HASH_KEY];
	struct record_txn *x;

	record_txn_key(key, e->inst, e->txn, (e->flags & ENTRY_F_DRY) != 0);
	if (!state_fresh(a->s, RECORD_TXN, key, sizeof(key), e->seq))
		return;
	x = state_put(a->s, RECORD_TXN, key, sizeof(key), e->seq, sizeof(*x));
	if (x == NULL) {
		a->failed = 1;
		return;
	}
	x->digest = e->digest;
	x->seq = e->seq;
	x->t = e->t;
	x->state = state;
	x->epoch = e->epoch;
}

/* Find where a person's prefix is, or would be, in the teller's sorted list. */
static uint32_t
teller_place(const uint64_t *list, uint32_t n, uint64_t prefix)
{
	uint32_t lo = 0, hi = n, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (list[mid] < prefix)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

/* A decision: what the teller did this minute and day. */
static void
decision_teller(struct apply *a, const struct entry *e)
{
	uint32_t day = (uint32_t)day_of(e->t / 1000), n = 0, at = 0;
	uint32_t minute = (uint32_t)(e->t / 60000), minutes = 0, days = 0;
	uint32_t last = 0;
	uint8_t key[RECORD_HASH_KEY];
	const struct record_teller *old;
	struct record_teller *r;
	uint64_t prefix, *list;
	int known = 0;

	record_teller_key(key, e->inst, e->outlet, e->teller);
	if (!state_fresh(a->s, RECORD_TELLER, key, sizeof(key), e->seq))
		return;
	memcpy(&prefix, whose(e)->b, sizeof(prefix));
	old = state_get(a->s, RECORD_TELLER, key, sizeof(key), NULL, NULL);
	if (old != NULL) {
		last = old->minute;
		minutes = old->in_minute;
		if (old->day == day) {
			n = old->n;
			days = old->in_day;
			at = teller_place((const uint64_t *)(old + 1), n,
			    prefix);
			known = n == TELLER_PERSONS_MAX || (at < n &&
			    ((const uint64_t *)(old + 1))[at] == prefix);
		}
	}
	r = state_put(a->s, RECORD_TELLER, key, sizeof(key), e->seq,
	    sizeof(*r) + (n + !known) * sizeof(prefix));
	if (r == NULL) {
		a->failed = 1;
		return;
	}
	if (!known) {
		list = (uint64_t *)(r + 1);
		memmove(&list[at + 1], &list[at], (n - at) * sizeof(prefix));
		list[at] = prefix;
		n++;
	}
	*r = (struct record_teller){ .day = day, .minute = minute,
		.in_minute = last == minute ? minutes + 1 : 1,
		.in_day = days + 1, .n = n };
}

/* A decision. */
static void
apply_decision(struct apply *a, const struct entry *e, const uint8_t leaf[32])
{
	struct record_decision *d;
	uint32_t inst, outlet, policy;

	inst = intern(a, e, NAME_INST, "", e->inst);
	outlet = intern(a, e, NAME_OUTLET, e->inst, e->outlet);
	policy = intern(a, e, NAME_POLICY, "", e->policy);
	decision_person(a, e, inst, outlet);
	decision_record(a, e, leaf, inst, outlet, policy);
	decision_txn(a, e, TXN_DECIDED);
	decision_teller(a, e);
	if (e->superseded != 0 && (e->flags & ENTRY_F_DRY) == 0 &&
	    (d = decision_begin(a, e, e->superseded)) != NULL) {
		d->life = LIFE_SUPERSEDED;
		if (d->standing == LK_STANDING_OPEN)
			d->standing = LK_STANDING_WITHDRAWN;
	}
}

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
	c->person = *whose(e);
	c->seq = seq;
	c->outlet = outlet;
	c->product = (uint8_t)e->product;
	c->state = CARD_OPEN;
	c->organisation = e->subject != 0;
}

/* A confirm: the card was issued. */
static void
apply_confirm(struct apply *a, const struct entry *e)
{
	uint32_t inst = intern(a, e, NAME_INST, "", e->inst);
	uint32_t outlet = intern(a, e, NAME_OUTLET, e->inst, e->outlet);
	uint64_t seq = (e->flags & ENTRY_F_EXTRA) ? e->seq : e->ref;
	struct record_decision *d;
	struct opening *o = NULL, fresh = { .seq = seq, .visit = e->visit_key,
		.at = happened(e), .inst = inst, .outlet = outlet,
		.quantity = (uint16_t)e->quantity,
		.product = (uint8_t)e->product, .state = OPENING_ISSUED,
		.operation = (uint8_t)e->operation };
	struct person *p;

	if ((e->flags & (ENTRY_F_LATE | ENTRY_F_OVERRIDE |
	    ENTRY_F_AFTER_CANCEL | ENTRY_F_EXTRA)) != 0)
		fresh.flags |= OPENING_OVERRIDE;
	if ((p = person_begin(a, e)) != NULL) {
		if ((o = person_find(p, seq)) != NULL &&
		    o->state != OPENING_CLOSED && o->state != OPENING_ISSUED)
			person_remove(p, o);
		else if (o != NULL && o->state == OPENING_ISSUED)
			fresh.quantity = 0;
		if (fresh.quantity > 0)
			person_open(p, &fresh, seconds(e->t));
		person_end(a, e);
	}
	if ((d = decision_begin(a, e, e->ref)) != NULL) {
		if (d->confirms == 0)
			d->card = e->card;
		if (d->confirms < UINT16_MAX)
			d->confirms++;
		d->life = LIFE_ISSUED;
	}
	card_open(a, e, inst, outlet, seq);
}

/* A cancel or void: the reservation, or the opening itself, goes. */
static void
apply_withdraw(struct apply *a, const struct entry *e)
{
	int whole = e->kind == ENTRY_VOID;
	struct record_decision *d;
	struct opening *o;
	struct person *p;

	if ((e->flags & ENTRY_F_TOMBSTONE) != 0) {
		decision_txn(a, e, TXN_TOMBSTONE);
		return;
	}
	if ((p = person_begin(a, e)) != NULL) {
		o = person_find(p, e->ref);
		if (o != NULL && (whole || o->state == OPENING_RESERVED ||
		    o->state == OPENING_HELD))
			person_remove(p, o);
		if ((e->flags & ENTRY_F_UNWIND) != 0)
			person_unattempt(p, e->ref);
		person_end(a, e);
	}
	if ((d = decision_begin(a, e, e->ref)) != NULL) {
		d->life = whole ? LIFE_VOIDED : LIFE_CANCELLED;
		if (d->standing == LK_STANDING_OPEN || whole)
			d->standing = LK_STANDING_WITHDRAWN;
	}
}

/* A closing: the card no longer counts as held. */
static void
apply_closing(struct apply *a, const struct entry *e)
{
	uint32_t inst = intern(a, e, NAME_INST, "", e->inst);
	uint8_t key[RECORD_CARD_KEY];
	struct record_card *c;
	struct opening *o;
	struct person *p;
	size_t len;

	if ((p = person_begin(a, e)) != NULL) {
		o = person_find(p, e->ref);
		if (o != NULL && o->state == OPENING_ISSUED)
			person_close(p, o, happened(e), 1);
		person_end(a, e);
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
static void
apply_told(struct apply *a, const struct entry *e)
{
	uint32_t inst = intern(a, e, NAME_INST, "", e->inst);
	uint32_t outlet = intern(a, e, NAME_OUTLET, e->inst, e->outlet);
	struct opening o = { .seq = e->seq, .visit = e->visit_key,
		.at = happened(e), .inst = inst, .outlet = outlet,
		.quantity = (uint16_t)e->quantity,
		.product = (uint8_t)e->product, .state = OPENING_ISSUED,
		.flags = OPENING_INTAKE |
		    ((e->flags & ENTRY_F_DATE_ONLY) ? OPENING_DATE_ONLY : 0),
		.operation = (uint8_t)e->operation };
	struct person *p;

	if ((p = person_begin(a, e)) != NULL) {
		person_open(p, &o, seconds(e->t));
		person_end(a, e);
	}
	card_open(a, e, inst, outlet, e->seq);
}

/* A review: approved, or denied and the reservation freed. */
static void
apply_review(struct apply *a, const struct entry *e)
{
	int approved = e->code == LK_RESOLVE_APPROVE;
	struct record_decision *d;
	struct opening *o;
	struct person *p;

	if ((p = person_begin(a, e)) != NULL) {
		o = person_find(p, e->ref);
		if (o != NULL && o->state == OPENING_HELD) {
			if (approved) {
				o->state = OPENING_RESERVED;
				o->until = seconds(e->expires);
			} else
				person_remove(p, o);
		}
		if (approved && e->clear_until != 0) {
			p->clear_until = seconds(e->clear_until);
			p->clear_left = (uint32_t)e->clear_count;
		}
		person_end(a, e);
	}
	if ((d = decision_begin(a, e, e->ref)) != NULL) {
		d->standing = approved ? LK_STANDING_APPROVED :
		    LK_STANDING_DENIED;
		if (approved)
			d->expires = e->expires;
	}
}

/* A start: the anchor of the clock. */
static void
apply_start(struct apply *a, const struct entry *e)
{
	struct record_clock *c;

	if (!state_fresh(a->s, RECORD_CLOCK, "start", 5, e->seq))
		return;
	c = state_put(a->s, RECORD_CLOCK, "start", 5, e->seq, sizeof(*c));
	if (c == NULL) {
		a->failed = 1;
		return;
	}
	c->t = e->t;
	c->uptime = e->uptime;
	memcpy(c->boot, e->boot, sizeof(c->boot));
}

/* Make an applier. */
struct apply *
apply_open(struct state *s)
{
	struct apply *a;

	if ((a = calloc(1, sizeof(*a))) == NULL)
		return (NULL);
	a->s = s;
	if ((a->names = names_load(s)) == NULL) {
		free(a);
		return (NULL);
	}
	return (a);
}

/* Free an applier. */
void
apply_close(struct apply *a)
{

	if (a == NULL)
		return;
	names_free(a->names);
	free(a);
}

/* Return the interned names. */
struct names *
apply_names(struct apply *a)
{

	return (a->names);
}

/* Apply one entry. */
int
apply_entry(struct apply *a, const struct entry *e, const uint8_t leaf[32])
{
	struct record_decision *d;

	switch (e->kind) {
	case ENTRY_DECISION:
		apply_decision(a, e, leaf);
		break;
	case ENTRY_CONFIRM:
		apply_confirm(a, e);
		break;
	case ENTRY_CANCEL:
	case ENTRY_VOID:
		apply_withdraw(a, e);
		break;
	case ENTRY_RETIRE:
		apply_closing(a, e);
		break;
	case ENTRY_INTAKE:
		if (e->code == 2)
			apply_closing(a, e);
		else
			apply_told(a, e);
		break;
	case ENTRY_REVIEW:
		apply_review(a, e);
		break;
	case ENTRY_REPORT:
		if (e->ref != 0 && (d = decision_begin(a, e, e->ref)) != NULL)
			d->flags |= DECISION_REPORTED;
		break;
	case ENTRY_START:
		apply_start(a, e);
		break;
	default:
		break;
	}
	if (state_applied(a->s, e->seq) != 0)
		a->failed = 1;
	return (a->failed ? -1 : 0);
}
