/*
 * Nodes below and above: how far each is, which entry of theirs is which of ours, and what
 * becomes of a reservation that a node below had asked for.
 */
#include <string.h>

#include "plugin.h"

#include "engine/person.h"
#include "keys/hex.h"

#include "apply_impl.h"
#include "entry.h"
#include "names.h"
#include "records.h"
#include "state.h"

/* Return the record of a node for change, or NULL when it has the entry's effect. */
static struct record_node *
node_of(struct apply *a, const struct entry *e, const char *node)
{
	size_t n = strlen(node);
	struct record_node *r;

	if (n == 0 || !state_fresh(a->s, RECORD_NODE, node, n, e->seq))
		return (NULL);
	r = state_put(a->s, RECORD_NODE, node, n, e->seq, sizeof(*r));
	if (r == NULL)
		a->failed = 1;
	else
		r->t = e->t;
	return (r);
}

/* An entry of a node below is that one of ours. */
static void
below(struct apply *a, const struct entry *e, uint64_t theirs, uint64_t seq)
{
	uint8_t key[RECORD_BELOW_KEY];
	uint64_t *v;

	record_below_key(key, e->from, theirs);
	if (!state_fresh(a->s, RECORD_BELOW, key, sizeof(key), e->seq))
		return;
	v = state_put(a->s, RECORD_BELOW, key, sizeof(key), e->seq,
	    sizeof(*v));
	if (v == NULL)
		a->failed = 1;
	else
		*v = seq;
}

/* Which entry of a node below is which of ours: both ways. */
static void
same_entry(struct apply *a, const struct entry *e, uint64_t seq)
{
	struct record_above *r;
	uint8_t ours[8];

	below(a, e, e->from_seq, seq);
	if (e->count != 0)
		below(a, e, e->count, seq);
	record_seq_key(ours, seq);
	if (!state_fresh(a->s, RECORD_ABOVE, ours, 8, e->seq))
		return;
	r = state_put(a->s, RECORD_ABOVE, ours, 8, e->seq, sizeof(*r));
	if (r == NULL) {
		a->failed = 1;
		return;
	}
	memset(r, 0, sizeof(*r));
	r->seq = e->count != 0 ? e->count : e->from_seq;
	memcpy(r->node, e->from, strnlen(e->from, sizeof(r->node) - 1));
}

/* What a node told. */
void
apply_told_by(struct apply *a, const struct entry *e)
{
	uint8_t key[RECORD_BELOW_KEY];
	struct record_node *r;

	if (e->to[0] != '\0') {
		record_below_key(key, e->to, e->seq);
		if (state_fresh(a->s, RECORD_DOWN, key, sizeof(key), e->seq) &&
		    state_put(a->s, RECORD_DOWN, key, sizeof(key), e->seq,
		    0) == NULL)
			a->failed = 1;
	}
	if (e->from[0] == '\0' || e->from_seq == 0)
		return;
	if ((r = node_of(a, e, e->from)) != NULL) {
		r->cursor = e->from_seq;
		r->events++;
		if (strlen(e->up_leaf) == 64 && hex_decode(r->leaf, e->up_leaf,
		    32) == 0)
			r->leaf_seq = e->from_seq;
	}
	if (e->kind == ENTRY_SETTLE)
		same_entry(a, e, e->ref);
	else if (e->kind == ENTRY_DECISION || e->alert != ALERT_NONE ||
	    e->count != 0)
		same_entry(a, e, e->seq);
}

/* A node below was admitted, retired, replaced, readmitted; or one was found wound back. */
void
apply_node(struct apply *a, const struct entry *e)
{
	struct record_node *r = node_of(a, e, e->node);

	if (r == NULL)
		return;
	switch (e->code) {
	case NODE_JOINED:
		r->status = RECORD_NODE_ACTIVE;
		r->generation = (uint32_t)e->count;
		r->base = e->base;
		r->joined = e->t;
		/* One that counts anew. */
		if (r->cursor >= e->base)
			r->cursor = e->base - 1;
		break;
	case NODE_RETIRED:
		r->status = RECORD_NODE_RETIRED;
		break;
	case NODE_REPLACED:
	case NODE_READMITTED:
		r->status = RECORD_NODE_AWAITED;
		break;
	case NODE_HELD:
		r->status = RECORD_NODE_HELD;
		if (e->count != 0)
			r->generation = (uint32_t)e->count;
		break;
	default:
		break;
	}
}

/* A settlement: the person's reservation, made firm, moved or freed. */
static void
settle_person(struct apply *a, const struct entry *e)
{
	struct opening o = { .seq = e->ref, .visit = e->visit_key,
		.at = apply_happened(e), .until = apply_seconds(e->expires),
		.quantity = (uint16_t)e->quantity,
		.product = (uint8_t)e->product,
		.operation = (uint8_t)e->operation,
		.state = e->decision == LK_REVIEW ? OPENING_HELD :
		    OPENING_RESERVED };
	struct opening *old;
	struct person *p;

	o.inst = apply_intern(a, e, NAME_INST, "", e->inst);
	o.outlet = apply_intern(a, e, NAME_OUTLET, e->inst, e->outlet);
	if ((p = apply_person(a, e)) == NULL)
		return;
	if (e->superseded != 0 && e->superseded != e->ref &&
	    (old = person_find(p, e->superseded)) != NULL &&
	    (old->state == OPENING_RESERVED || old->state == OPENING_HELD))
		person_remove(p, old);
	old = person_find(p, e->ref);
	if (old != NULL && (old->state == OPENING_RESERVED ||
	    old->state == OPENING_HELD)) {
		person_remove(p, old);
		old = NULL;
	}
	person_attempted(p, e->ref, e->decision);
	if (old == NULL && e->decision != LK_REJECT)
		person_open(p, &o, apply_seconds(e->t));
	apply_person_done(a, e);
}

/* A node below has decided what it had asked us about. */
void
apply_settle(struct apply *a, const struct entry *e)
{
	struct record_decision *d;

	settle_person(a, e);
	if ((d = apply_decision_of(a, e, e->ref)) != NULL) {
		d->flags &= ~DECISION_CONSULT;
		if ((e->flags & ENTRY_F_OFFLINE) != 0)
			d->flags |= DECISION_OFFLINE;
		d->decision = (uint8_t)e->decision;
		d->floor = (uint8_t)e->floor;
		d->hard = (uint8_t)e->hard;
		d->needs = e->needs;
		d->by = (uint8_t)e->by;
		d->offer = e->offer;
		d->profile = e->profile;
		d->expires = e->expires;
		d->due = e->due;
		memcpy(d->reason, e->reason, sizeof(d->reason));
		if (d->life != LIFE_ISSUED)
			d->life = e->decision == LK_REJECT ? LIFE_NONE :
			    LIFE_RESERVED;
		d->standing = e->decision == LK_REVIEW ? LK_STANDING_OPEN :
		    LK_STANDING_NONE;
	}
	apply_case_settled(a, e);
	apply_superseded(a, e);
}
