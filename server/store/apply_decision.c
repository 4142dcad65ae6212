#include <assert.h>
#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "engine/person.h"

#include "apply_impl.h"
#include "entry.h"
#include "names.h"
#include "records.h"
#include "state.h"

/* A decision: the person's reservation and attempt. */
static void
decision_person(struct apply *a, const struct entry *e, uint32_t inst,
    uint32_t outlet)
{
	struct opening o = { .seq = e->seq, .visit = e->visit_key,
		.at = apply_happened(e), .until = apply_seconds(e->expires), .inst = inst,
		.outlet = outlet, .quantity = (uint16_t)e->quantity,
		.product = (uint8_t)e->product,
		.operation = (uint8_t)e->operation };
	struct opening *old;
	struct person *p;

	if ((e->flags & ENTRY_F_DRY) != 0 ||
	    (p = apply_person(a, e)) == NULL)
		return;
	if (e->superseded != 0 &&
	    (old = person_find(p, e->superseded)) != NULL &&
	    (old->state == OPENING_RESERVED || old->state == OPENING_HELD))
		person_remove(p, old);
	if ((e->flags & ENTRY_F_CLEARED) != 0 && p->clear_left > 0)
		p->clear_left--;
	if ((e->flags & ENTRY_F_OUTLET) == 0)
		person_attempt(p, e->seq, apply_seconds(e->t), e->decision,
		    inst);
	if ((e->flags & ENTRY_F_POSTHOC) != 0) {
		o.state = OPENING_ISSUED;
		o.until = 0;
		if (e->decision == LK_REVIEW || e->decision == LK_REJECT)
			o.flags |= OPENING_OVERRIDE;
		person_open(p, &o, apply_seconds(e->t));
	} else if (e->decision != LK_REJECT) {
		o.state = e->decision == LK_REVIEW ? OPENING_HELD :
		    OPENING_RESERVED;
		person_open(p, &o, apply_seconds(e->t));
	}
	apply_person_done(a, e);
}

/* Is a rule among some, with a space between? */
static int
among(const char *hits, const char *id, size_t n)
{
	size_t len;

	for (; *hits != '\0'; hits += len, hits += *hits == ' ') {
		len = strcspn(hits, " ");
		if (len == n && memcmp(hits, id, n) == 0)
			return (1);
	}
	return (0);
}

/* The rules that only the node above found: write them behind ours; return their bytes. */
static size_t
only_above(const struct entry *e, char *ids, int32_t *total)
{
	size_t n, len = 0, first = strlen(e->hits);
	const char *s;

	for (s = e->up_hits; *s != '\0'; s += n, s += *s == ' ') {
		n = strcspn(s, " ");
		if (n == 0 || among(e->hits, s, n))
			continue;
		if (first + len > 0)
			ids[len++] = ' ';
		memcpy(&ids[len], s, n);
		len += n;
		++*total;
	}
	return (len);
}

/* What is remembered of how it was decided. */
static uint32_t
decision_flags(const struct entry *e)
{

	return (((e->flags & ENTRY_F_DRY) ? DECISION_DRY : 0) |
	    ((e->flags & ENTRY_F_POSTHOC) ? DECISION_POSTHOC : 0) |
	    ((e->flags & ENTRY_F_SANDBOX) ? DECISION_SANDBOX : 0) |
	    ((e->flags & ENTRY_F_CLOCK) ? DECISION_CLOCK : 0) |
	    ((e->flags & ENTRY_F_STALE) ? DECISION_STALE : 0) |
	    (e->listed[0] != '\0' ? DECISION_LISTED : 0) |
	    ((e->flags & ENTRY_F_AWAY) ? DECISION_AWAY : 0) |
	    (apply_in_campaign(e) ? DECISION_CAMPAIGN : 0) |
	    (e->superseded != 0 ? DECISION_REPLACED : 0) |
	    ((e->flags & ENTRY_F_OFFLINE) ? DECISION_OFFLINE : 0) |
	    ((e->flags & ENTRY_F_CONSULT) ? DECISION_CONSULT : 0) |
	    (e->subject != 0 ? DECISION_ORGANISATION : 0));
}

/* A decision: its own record. */
static void
decision_record(struct apply *a, const struct entry *e,
    const uint8_t leaf[32], uint32_t inst, uint32_t outlet, uint32_t policy)
{
	struct record_decision *d;
	char above[sizeof(e->up_hits) + 1];
	int32_t total = e->hits_total;
	size_t nhits = strlen(e->hits), nup = only_above(e, above, &total);
	uint8_t key[8];

	record_seq_key(key, e->seq);
	if (!state_fresh(a->s, RECORD_DECISION, key, 8, e->seq))
		return;
	d = state_make(a->s, RECORD_DECISION, key, 8, e->seq,
	    sizeof(*d) + nhits + nup);
	if (d == NULL) {
		a->failed = 1;
		return;
	}
	memset(d, 0, sizeof(*d));
	d->t = e->t;
	d->expires = e->expires;
	d->due = e->due;
	d->visit = e->visit_key;
	d->person = *apply_whose(e);
	assert(leaf != NULL);
	memcpy(d->leaf, leaf, sizeof(d->leaf));
	d->inst = inst;
	d->outlet = outlet;
	d->policy = policy;
	d->needs = e->needs;
	d->offer = e->offer;
	d->profile = e->profile;
	d->hits_total = total;
	d->quantity = (uint16_t)e->quantity;
	d->nhits = (uint16_t)(nhits + nup);
	d->decision = (uint8_t)e->decision;
	d->floor = (uint8_t)e->floor;
	d->hard = (uint8_t)e->hard;
	d->by = (uint8_t)e->by;
	d->product = (uint8_t)e->product;
	d->operation = (uint8_t)e->operation;
	d->list_version = (uint32_t)e->list_version;
	d->epoch = e->epoch;
	memcpy(d->reason, e->reason, sizeof(d->reason));
	(void)mempcpy(mempcpy(d + 1, e->hits, nhits), above, nup);
	d->flags = decision_flags(e);
	if ((e->flags & ENTRY_F_DRY) != 0)
		d->life = LIFE_NONE;
	else if ((e->flags & ENTRY_F_POSTHOC) != 0)
		d->life = LIFE_ISSUED;
	else
		d->life = e->decision == LK_REJECT ? LIFE_NONE : LIFE_RESERVED;
	d->standing = e->decision == LK_REVIEW && d->life != LIFE_NONE ?
	    LK_STANDING_OPEN : LK_STANDING_NONE;
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
	memcpy(&prefix, apply_whose(e)->b, sizeof(prefix));
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

/* The decision whose place one takes. */
void
apply_superseded(struct apply *a, const struct entry *e)
{
	struct record_decision *d;

	if (e->superseded == 0 || e->superseded == e->ref ||
	    (e->flags & ENTRY_F_DRY) != 0 ||
	    (d = apply_decision_of(a, e, e->superseded)) == NULL)
		return;
	d->life = LIFE_SUPERSEDED;
	if (d->standing != LK_STANDING_NONE)
		d->standing = LK_STANDING_WITHDRAWN;
}

/* A decision. */
void
apply_decision(struct apply *a, const struct entry *e, const uint8_t leaf[32])
{
	uint32_t inst, outlet, policy;

	inst = apply_intern(a, e, NAME_INST, "", e->inst);
	outlet = apply_intern(a, e, NAME_OUTLET, e->inst, e->outlet);
	policy = apply_intern(a, e, NAME_POLICY, "", e->policy);
	decision_person(a, e, inst, outlet);
	decision_record(a, e, leaf, inst, outlet, policy);
	apply_txn(a, e, TXN_DECIDED);
	/* Tellers are watched where they sit. */
	if (e->from[0] == '\0')
		decision_teller(a, e);
	apply_seen(a, e);
	apply_campaign(a, e);
	apply_shared(a, e);
	apply_link(a, e);
	apply_case(a, e);
	if ((e->flags & (ENTRY_F_POSTHOC | ENTRY_F_DRY)) == ENTRY_F_POSTHOC)
		apply_outlet(a, e, outlet, (unsigned)e->quantity);
	apply_outlet_told(a, e, outlet);
	apply_superseded(a, e);
}
