#include <string.h>

#include "plugin.h"

#include "engine/upstream.h"
#include "keys/token.h"
#include "store/records.h"

#include "core.h"
#include "told.h"

/* Take over what an application is. */
void
told_application(struct entry *e, const struct entry *in)
{

#define TAKE(field) memcpy(&e->field, &in->field, sizeof(e->field))
	TAKE(at);
	TAKE(inst);
	TAKE(outlet);
	TAKE(teller);
	TAKE(terminal);
	TAKE(decided_by);
	TAKE(txn);
	TAKE(visit);
	TAKE(visit_key);
	TAKE(batch);
	TAKE(epoch);
	TAKE(digest);
	TAKE(person);
	TAKE(agent_person);
	TAKE(agent);
	TAKE(prev);
	TAKE(org);
	TAKE(phone);
	TAKE(address);
	TAKE(device);
	TAKE(list_epoch);
	TAKE(lperson);
	TAKE(lagent);
	TAKE(lphone);
	TAKE(subject);
	TAKE(id_type);
	TAKE(operation);
	TAKE(product);
	TAKE(channel);
	TAKE(purpose);
	TAKE(quantity);
	TAKE(held_here);
	TAKE(relation);
	TAKE(area);
#undef TAKE
}

/* May the node speak for the institution? */
int
told_authority(struct request *q, const struct entry *e, uint32_t right)
{

	q->grant = grant_for(q->peer, e->inst, right);
	if (q->grant != NULL)
		return (0);
	return (request_refuse(q, LK_E_DENIED,
	    "节点 %s 无权代表机构 %s", "node %s may not speak for the "
	    "institution %s", q->peer->node, e->inst));
}

/* See that an application is whole. */
int
told_check(struct request *q, const struct entry *e)
{
	uint32_t epoch = token_keys_epoch(q->c->o.keys, 0);

	if (told_authority(q, e, RIGHT_CHECK) != 0)
		return (-1);
	if (e->epoch != epoch)
		return (request_refuse(q, LK_E_UNSUPPORTED,
		    "令牌密钥的代次为 %u，本节点为 %u", "tokens of epoch %u, "
		    "ours are of %u: give all nodes the same token keys",
		    (unsigned)e->epoch, (unsigned)epoch));
	if (e->txn[0] == '\0' || e->outlet[0] == '\0' ||
	    !entry_token_set(&e->digest) || !entry_token_set(
	    e->subject == LK_SUBJECT_ORGANISATION ? &e->org : &e->person) ||
	    !code_subject(e->subject) || !code_id_type(e->id_type) ||
	    !code_operation(e->operation) || !code_product(e->product) ||
	    !code_channel(e->channel) || !code_purpose(e->purpose) ||
	    !code_relation(e->relation) || e->quantity < 1 ||
	    e->quantity > 1000 || e->held_here < -1 || e->held_here > 10000)
		return (request_refuse(q, LK_E_ARG, "entry 的内容不完整或代码未知",
		    "field entry: something is missing, or a code unknown"));
	return (0);
}

#define FIRST_MS INT64_C(631152000000) /* 1990 */
#define AHEAD_MS RECORD_KEEP_MS	/* no reservation or clearance is longer */
#define FORGIVEN_MS 60000	/* of a clock that is ahead */
#define QUANTITY_MAX 1000

/* A time to come, moved by what the node's clock is ahead; 0 stays. */
static int64_t
to_come(int64_t t, int64_t ahead, int64_t now)
{

	if (t <= 0)
		return (0);
	t -= ahead;
	return (t < 0 ? 1 : t > now + AHEAD_MS ? now + AHEAD_MS : t);
}

/* Put what was decided in order. */
static void
tidy_outcome(struct entry *e)
{
	struct outcome o = { e->decision, e->floor, e->hard, e->needs, e->by,
		e->offer, e->profile };

	upstream_trust(&o);
	e->decision = o.decision;
	e->floor = o.floor;
	e->hard = o.hard;
	e->needs = o.needs;
	e->by = o.by;
	e->offer = o.offer;
	e->profile = o.profile;
}

/* See that times and codes are such as our state can hold. */
void
told_tidy(struct entry *e, int64_t now)
{
	int64_t ahead = e->t - now > FORGIVEN_MS ? e->t - now : 0;

	if (e->at <= 0)
		e->at = e->t;
	e->at = e->at > now ? now : e->at < FIRST_MS ? FIRST_MS : e->at;
	e->expires = to_come(e->expires, ahead, now);
	e->due = to_come(e->due, ahead, now);
	e->clear_until = to_come(e->clear_until, ahead, now);
	if (!code_subject(e->subject))
		e->subject = LK_SUBJECT_PERSON;
	if (!code_product(e->product))
		e->product = 0;
	if (!code_operation(e->operation))
		e->operation = LK_OP_NEW;
	if (e->quantity < 0 || e->quantity > QUANTITY_MAX)
		e->quantity = e->quantity < 0 ? 0 : QUANTITY_MAX;
	if (e->quantity == 0 && (e->kind == ENTRY_DECISION ||
	    e->kind == ENTRY_SETTLE || e->kind == ENTRY_CONFIRM ||
	    e->kind == ENTRY_MERGE || e->kind == ENTRY_INTAKE))
		e->quantity = 1;
	if (e->area < 0 || e->area > 999999)
		e->area = 0;
	e->count = 0;
	if (e->kind == ENTRY_DECISION || e->kind == ENTRY_SETTLE)
		tidy_outcome(e);
	else if (e->floor < 0 || e->floor > UINT8_MAX || e->decision < 0 ||
	    e->decision > UINT8_MAX)
		e->floor = e->decision = LK_REJECT;
}

/* Does a step still change something? */
int
told_step(const struct record_decision *d, const struct entry *e, int above)
{
	int open = d->standing == LK_STANDING_OPEN ||
	    d->standing == LK_STANDING_TAKEN ||
	    d->standing == LK_STANDING_DISPATCHED;

	/* The applicant is gone, or the card was taken back. */
	if (d->life == LIFE_VOIDED ||
	    (d->standing == LK_STANDING_WITHDRAWN && !above))
		return (0);
	if (d->standing == LK_STANDING_DENIED)
		return (e->code == REVIEW_DENY ||
		    (e->code == REVIEW_CLOSE && above));
	switch (e->code) {
	case REVIEW_DENY:
		return (1);
	case REVIEW_APPROVE:
		/* Of a refusal too, by two persons. */
		return (above || open || d->decision == LK_REJECT);
	case REVIEW_CLOSE:
	case REVIEW_TIMEOUT:
		return (above || open);
	case REVIEW_PROPOSE:
		return (d->decision == LK_REJECT);
	case REVIEW_TAKE:
	case REVIEW_RELEASE:
	case REVIEW_DISPATCH:
	case REVIEW_RESULT:
		return (open || (d->decision == LK_REJECT &&
		    d->standing != LK_STANDING_APPROVED));
	default:
		return (0);
	}
}
