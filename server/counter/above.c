#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/facts.h"
#include "engine/person.h"
#include "engine/policy.h"
#include "keys/hex.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"
#include "store/subject.h"

#include "above.h"
#include "core.h"
#include "deciding.h"

/* Of what the caller's time leaves, three quarters are for the node above. */
#define SHARE(ms) ((ms) - (ms) / 4)

/* Codes of reasons and rules are made of these; what else stands there is not told on. */
static void
keep_codes(char *s)
{

	for (; *s != '\0'; s++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		    "0123456789-_. ", *s) == NULL)
			*s = '?';
}

/* Read a reply. */
void
above_read(struct above_answer *a, const struct wire_fields *f)
{
	uint32_t flags = wire_u32(f, WIRE_T_RESULT_FLAGS, 0);
	int32_t rc = (int32_t)wire_u32(f, WIRE_T_ERROR,
	    (uint32_t)LK_E_INTERNAL);
	const uint8_t *leaf = f->f[WIRE_T_LEAF].p;

	memset(a, 0, sizeof(*a));
	a->conflict = rc == LK_E_CONFLICT;
	a->seq = wire_u64(f, WIRE_T_SEQ, 0);
	if (rc != LK_OK || a->seq == 0 || !wire_has(f, WIRE_T_LEAF) ||
	    !wire_has(f, WIRE_T_DECISION) ||
	    wire_copy(f, WIRE_T_REASON, a->reason, sizeof(a->reason)) != 0 ||
	    wire_copy(f, WIRE_T_HITS, a->hits, sizeof(a->hits)) != 0) {
		a->silent = !a->conflict;
		a->seq = 0;
		return;
	}
	keep_codes(a->reason);
	keep_codes(a->hits);
	memcpy(a->leaf, leaf, sizeof(a->leaf));
	a->offline = (flags & LK_R_OFFLINE) != 0;
	a->o = (struct outcome){
		.decision = (int32_t)wire_u32(f, WIRE_T_DECISION, 0),
		.floor = (int32_t)wire_u32(f, WIRE_T_FLOOR, 0),
		.hard = (int32_t)wire_u32(f, WIRE_T_HARD, 0),
		.needs = wire_u32(f, WIRE_T_NEEDS, 0),
		.by = (int32_t)wire_u32(f, WIRE_T_BY, 0),
		.offer = (int32_t)wire_u32(f, WIRE_T_OFFER, 0),
		.profile = (int32_t)wire_u32(f, WIRE_T_LIMIT_PROFILE, 0) };
	upstream_trust(&a->o);
}

/* Was it asked in vain? */
int
above_silent(const struct request *q)
{

	return (q->above != NULL && q->above->silent);
}

/* Does it know the transaction with other content? */
int
above_conflict(struct request *q)
{

	if (q->above == NULL || !q->above->conflict)
		return (0);
	request_refuse(q, LK_E_CONFLICT, "该 txn_id 已用于内容不同的申请",
	    "this txn_id was used before with different content");
	return (1);
}

/* How long may it take? */
static uint32_t
patience(const struct request *q)
{
	uint32_t own = q->c->o.above->deadline_ms, left;

	if (!wire_has(q->f, WIRE_T_REMAINING_MS))
		return (own);
	left = SHARE(wire_u32(q->f, WIRE_T_REMAINING_MS, 0));
	return (left < own ? left : own);
}

/* Write the question: the application as tokens, and what the document tells. */
static void
write_question(struct request *q, const struct application *ap)
{
	const struct policy_fact age = { .fn = POLICY_AGE };
	const struct policy_fact local = { .fn = POLICY_AREA_LOCAL };
	const struct person *p = &q->c->person;
	struct entry *e = q->e;
	char text[ENTRY_MAX];
	size_t n;

	/* What we found ourselves is not its business, and would be in its way. */
	e->nfacts = 0;
	e->listed[0] = e->agent_listed[0] = '\0';
	e->campaign[0] = '\0';
	e->list_version = 0;
	e->superseded = 0;
	e->from[0] = '\0';
	e->seq = 0;
	e->t = q->now;
	e->flags &= ENTRY_F_DRY | ENTRY_F_GUARDIAN | ENTRY_F_AWAY;
	n = entry_print(e, text, sizeof(text));
	q->done->ask = 1;
	q->done->ask_ms = patience(q);
	wire_begin(q->out, WIRE_CONSULT, q->h->id);
	wire_put_u32(q->out, WIRE_T_REMAINING_MS, q->done->ask_ms);
	wire_put_bytes(q->out, WIRE_T_ENTRY, text, n);
	wire_put_u32(q->out, WIRE_T_AGE,
	    (uint32_t)facts_value(&age, p, ap));
	wire_put_u32(q->out, WIRE_T_LOCAL,
	    (uint32_t)facts_value(&local, p, ap));
	(void)wire_end(q->out);
}

/* Does it have to be asked?  Then write the question. */
int
above_ask(struct request *q, struct application *ap,
    const struct listing_case *lc)
{
	const struct above_options *o = q->c->o.above;
	struct verdict v;

	/* A held node will record nothing: nothing is reserved for it. */
	if (o == NULL || o->mode == ABOVE_NEVER || q->above != NULL ||
	    q->c->held ||
	    q->forced != NULL || q->c->o.sandbox ||
	    (q->e->flags & ENTRY_F_POSTHOC) != 0)
		return (0);
	if (o->mode == ABOVE_UNLESS_REJECT) {
		deciding_verdict(q, ap, lc, &v);
		if (v.decision == LK_REJECT)
			return (0);
	}
	write_question(q, ap);
	return (1);
}

/* Put its answer into the entry. */
void
above_apply(struct request *q)
{
	const struct above_answer *a = q->above;
	struct entry *e = q->e;
	struct outcome ours;

	if (a == NULL)
		return;
	if (a->silent || a->offline)
		e->flags |= ENTRY_F_OFFLINE;
	if (a->silent)
		return;
	e->up_seq = a->seq;
	hex_encode(e->up_leaf, a->leaf, sizeof(a->leaf));
	memcpy(e->up_reason, a->reason, sizeof(e->up_reason));
	memcpy(e->up_hits, a->hits, sizeof(e->up_hits));
	e->up_decision = a->o.decision;
	e->up_floor = a->o.floor;
	e->up_hard = a->o.hard;
	e->up_needs = a->o.needs;
	e->up_by = a->o.by;
	e->up_offer = a->o.offer;
	e->up_profile = a->o.profile;
	ours = (struct outcome){ e->decision, e->floor, e->hard, e->needs,
		e->by, e->offer, e->profile };
	if (subject_above(e, &ours) == UPSTREAM_THEIRS)
		memcpy(e->reason, a->reason, sizeof(e->reason));
	e->decision = ours.decision;
	e->floor = ours.floor;
	e->hard = ours.hard;
	e->needs = ours.needs;
	e->by = ours.by;
	e->offer = ours.offer;
	e->profile = ours.profile;
}

/* Have the node told whose entry it is about. */
void
above_address(struct request *q)
{
	const struct record_above *r;
	struct entry *e = q->e;
	uint8_t key[8];

	if (e->ref == 0 || (e->kind != ENTRY_REVIEW &&
	    e->kind != ENTRY_ALERT && (e->kind != ENTRY_RETRO ||
	    e->code != RETRO_ABOVE)))
		return;
	record_seq_key(key, e->ref);
	r = state_get(journal_state(q->c->journal), RECORD_ABOVE, key, 8, NULL,
	    NULL);
	if (r != NULL && (e->from_seq == 0 || strcmp(e->from, r->node) != 0))
		memcpy(e->to, r->node, sizeof(e->to));
}
