/*
 * What waits for somebody at the desk: cases and alerts.  Each has a record as long as it
 * is open; what became of it stands in the journal.
 */
#include <string.h>

#include "plugin.h"

#include "apply_impl.h"
#include "entry.h"
#include "names.h"
#include "records.h"
#include "state.h"

/* Return the record of a case or alert for change, or NULL when there is none. */
static void *
waiting(struct apply *a, const struct entry *e, uint8_t kind, uint64_t seq,
    size_t size)
{
	uint8_t key[8];
	size_t len;
	void *v;

	record_seq_key(key, seq);
	if (!state_fresh(a->s, kind, key, 8, e->seq) ||
	    state_get(a->s, kind, key, 8, &len, NULL) == NULL || len != size)
		return (NULL);
	if ((v = state_put(a->s, kind, key, 8, e->seq, len)) == NULL)
		a->failed = 1;
	return (v);
}

/* It waits no longer. */
static void
done(struct apply *a, const struct entry *e, uint8_t kind, uint64_t seq)
{
	uint8_t key[8];

	record_seq_key(key, seq);
	if (!state_fresh(a->s, kind, key, 8, e->seq) ||
	    state_get(a->s, kind, key, 8, NULL, NULL) == NULL)
		return;
	if (state_delete(a->s, kind, key, 8, e->seq) != 0)
		a->failed = 1;
}

/* Whom the case or alert is about and where it came up. */
static void
open_case(struct apply *a, const struct entry *e, uint64_t seq, int64_t t,
    uint32_t proposer)
{
	uint32_t inst = apply_intern(a, e, NAME_INST, "", e->inst);
	uint32_t outlet = apply_intern(a, e, NAME_OUTLET, e->inst, e->outlet);
	struct record_case *c;
	uint8_t key[8];

	record_seq_key(key, seq);
	if (!state_fresh(a->s, RECORD_CASE, key, 8, e->seq))
		return;
	c = state_put(a->s, RECORD_CASE, key, 8, e->seq, sizeof(*c));
	if (c == NULL) {
		a->failed = 1;
		return;
	}
	memset(c, 0, sizeof(*c));
	c->t = t;
	c->due = e->due;
	c->person = *apply_whose(e);
	c->inst = inst;
	c->outlet = outlet;
	c->proposer = proposer;
	c->area = e->area;
	c->standing = LK_STANDING_OPEN;
	c->decision = (uint8_t)(proposer != 0 ? LK_REJECT : LK_REVIEW);
	c->product = (uint8_t)e->product;
	c->organisation = e->subject != 0;
	memcpy(c->reason, e->reason, sizeof(c->reason));
}

/* A decision: a review that only the centre may answer is a case. */
void
apply_case(struct apply *a, const struct entry *e)
{

	if (e->superseded != 0 && (e->flags & ENTRY_F_DRY) == 0)
		done(a, e, RECORD_CASE, e->superseded);
	/* What a node below asks us about it decides itself: see apply_case_settled(). */
	if (e->decision == LK_REVIEW && e->by == LK_BY_CENTRE &&
	    (e->flags & (ENTRY_F_DRY | ENTRY_F_POSTHOC | ENTRY_F_CONSULT)) ==
	    0)
		open_case(a, e, e->seq, e->t, 0);
}

/* The decision of a node below on what it had asked us about. */
void
apply_case_settled(struct apply *a, const struct entry *e)
{

	if (e->superseded != 0 && e->superseded != e->ref)
		done(a, e, RECORD_CASE, e->superseded);
	if (e->decision == LK_REVIEW && e->by == LK_BY_CENTRE)
		open_case(a, e, e->ref, e->at != 0 ? e->at : e->t, 0);
}

/* Whoever works on a case has its alert too; who has decided it has closed that. */
static void
alert_of_case(struct apply *a, const struct entry *e, uint32_t who)
{
	struct record_alert *r;

	if (who == 0 || e->code == REVIEW_RELEASE)
		return;
	if (e->code == REVIEW_APPROVE || e->code == REVIEW_DENY ||
	    e->code == REVIEW_CLOSE) {
		done(a, e, RECORD_ALERT, e->ref);
		return;
	}
	r = waiting(a, e, RECORD_ALERT, e->ref, sizeof(*r));
	if (r == NULL || r->taker != 0)
		return;
	r->taker = who;
	r->taken = e->t;
}

/* A step in a case. */
void
apply_case_step(struct apply *a, const struct entry *e)
{
	uint32_t who = 0;
	struct record_case *c;

	if (e->decided_by[0] != '\0')
		who = apply_intern(a, e, NAME_STAFF, "", e->decided_by);
	alert_of_case(a, e, who);
	switch (e->code) {
	case REVIEW_PROPOSE:
		open_case(a, e, e->ref, e->at != 0 ? e->at : e->t, who);
		return;
	case REVIEW_TAKE:
	case REVIEW_RELEASE:
	case REVIEW_DISPATCH:
	case REVIEW_RESULT:
		break;
	default:
		done(a, e, RECORD_CASE, e->ref);
		return;
	}
	if ((c = waiting(a, e, RECORD_CASE, e->ref, sizeof(*c))) == NULL)
		return;
	if (e->code == REVIEW_RELEASE) {
		c->taker = 0;
		c->standing = LK_STANDING_OPEN;
	} else if (e->code == REVIEW_DISPATCH) {
		c->dispatched = e->t;
		c->standing = LK_STANDING_DISPATCHED;
	} else if (e->code == REVIEW_RESULT) {
		c->found = (uint8_t)e->evidence;
		c->standing = LK_STANDING_TAKEN;
	} else
		c->standing = LK_STANDING_TAKEN;
	if (e->code != REVIEW_RELEASE && c->taker == 0) {
		c->taker = who;
		c->taken = e->t;
	}
}

/* The opening of a case was cancelled or taken back. */
void
apply_case_gone(struct apply *a, const struct entry *e)
{

	done(a, e, RECORD_CASE, e->ref);
}

/* Under which number the alert of an entry stands. */
uint64_t
apply_alert_seq(const struct entry *e)
{

	return (e->kind == ENTRY_SETTLE || (e->kind == ENTRY_RETRO &&
	    e->code == RETRO_ABOVE) ? e->ref : e->seq);
}

/* Whatever the entry is, it may be told to somebody. */
void
apply_alert(struct apply *a, const struct entry *e)
{
	uint32_t inst, outlet = 0;
	struct record_alert *r;
	uint8_t key[8];

	if (e->alert == ALERT_NONE || (e->flags & ENTRY_F_DRY) != 0)
		return;
	inst = e->inst[0] != '\0' ?
	    apply_intern(a, e, NAME_INST, "", e->inst) : 0;
	if (e->outlet[0] != '\0')
		outlet = apply_intern(a, e, NAME_OUTLET, e->inst, e->outlet);
	/* Case and alert of a decision are found under the same number. */
	record_seq_key(key, apply_alert_seq(e));
	if (!state_fresh(a->s, RECORD_ALERT, key, 8, e->seq))
		return;
	/* What was told when we were asked somebody may work on already. */
	if (e->kind == ENTRY_SETTLE && e->alert_kind != ALERT_LATE &&
	    state_get(a->s, RECORD_ALERT, key, 8, NULL, NULL) != NULL)
		return;
	r = state_put(a->s, RECORD_ALERT, key, 8, e->seq, sizeof(*r));
	if (r == NULL) {
		a->failed = 1;
		return;
	}
	memset(r, 0, sizeof(*r));
	r->t = e->t;
	r->ref = apply_alert_seq(e) == e->ref ? 0 : e->ref;
	r->person = *apply_whose(e);
	r->inst = inst;
	r->outlet = outlet;
	r->area = e->area;
	r->level = (uint8_t)e->alert;
	r->kind = (uint8_t)e->alert_kind;
	r->product = (uint8_t)e->product;
	r->entry = (uint8_t)e->kind;
	memcpy(r->reason, e->reason, sizeof(r->reason));
}

/* Somebody took an alert, or closed it. */
void
apply_alert_step(struct apply *a, const struct entry *e)
{
	uint32_t who = apply_intern(a, e, NAME_STAFF, "", e->decided_by);
	struct record_alert *r;

	if (e->code == ALERT_STEP_CLOSE) {
		done(a, e, RECORD_ALERT, e->ref);
		return;
	}
	if ((r = waiting(a, e, RECORD_ALERT, e->ref, sizeof(*r))) == NULL)
		return;
	r->taker = who;
	r->taken = e->t;
}
