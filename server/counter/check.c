#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "engine/facts.h"
#include "engine/policy.h"
#include "keys/token.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"
#include "store/subject.h"

#include "applicant.h"
#include "core.h"

/* Read the codes of the application. */
static int
read_codes(struct request *q)
{
	struct entry *e = q->e;
	uint32_t flags = wire_u32(q->f, WIRE_T_FLAGS, 0);

	if ((flags & ~(LK_F_DRY_RUN | LK_F_GUARDIAN_PRESENT | LK_F_POSTHOC)) !=
	    0)
		return (request_refuse(q, LK_E_ARG, "flags 含有未知标志 0x%x",
		    "unknown bits in flags: 0x%x", flags));
	if (request_code(q, WIRE_T_SUBJECT, 0, code_subject, &e->subject) ||
	    request_code(q, WIRE_T_ID_TYPE, 0, code_id_type, &e->id_type) ||
	    request_code(q, WIRE_T_OPERATION, LK_OP_NEW, code_operation,
	    &e->operation) ||
	    request_code(q, WIRE_T_PRODUCT, 0, code_product, &e->product) ||
	    request_code(q, WIRE_T_CHANNEL, LK_CHANNEL_COUNTER, code_channel,
	    &e->channel) ||
	    request_code(q, WIRE_T_PURPOSE, 0, code_purpose, &e->purpose) ||
	    request_code(q, WIRE_T_AGENT_RELATION, 0, code_relation,
	    &e->relation))
		return (-1);
	e->quantity = (int32_t)wire_u32(q->f, WIRE_T_QUANTITY, 1);
	e->held_here = (int32_t)wire_u32(q->f, WIRE_T_HELD_HERE, UINT32_MAX);
	if (e->quantity == 0)
		e->quantity = 1;
	if (e->quantity < 1 || e->quantity > 1000)
		return (request_refuse(q, LK_E_ARG,
		    "quantity 应为 1 至 1000", "quantity must be 1 to 1000"));
	if (e->held_here < -1 || e->held_here > 10000)
		return (request_refuse(q, LK_E_ARG,
		    "held_here 应为 -1（未知）至 10000",
		    "held_here must be -1 (unknown) to 10000"));
	e->flags |= flags & LK_F_DRY_RUN ? ENTRY_F_DRY : 0;
	e->flags |= flags & LK_F_POSTHOC ? ENTRY_F_POSTHOC : 0;
	e->flags |= flags & LK_F_GUARDIAN_PRESENT ? ENTRY_F_GUARDIAN : 0;
	return (request_event(q, WIRE_T_OPENED_MS, &e->at));
}

/* Read the identifiers. */
static int
read_ids(struct request *q)
{
	struct entry *e = q->e;

	return (request_id(q, WIRE_T_TXN_ID, e->txn, sizeof(e->txn), 1) ||
	    request_id(q, WIRE_T_BRANCH, e->outlet, sizeof(e->outlet), 1) ||
	    request_id(q, WIRE_T_TELLER, e->teller, sizeof(e->teller), 1) ||
	    request_id(q, WIRE_T_TERMINAL, e->terminal, sizeof(e->terminal),
	    0) ||
	    request_id(q, WIRE_T_DECIDED_BY, e->decided_by,
	    sizeof(e->decided_by), 0) ||
	    request_id(q, WIRE_T_VISIT_ID, e->visit, sizeof(e->visit), 0) ||
	    request_id(q, WIRE_T_BATCH_ID, e->batch, sizeof(e->batch), 0));
}

/* Was this transaction seen before?  Then it is answered here. */
static int
seen(struct request *q)
{
	static const char *const cancelled[] = {
		"该 txn_id 已撤销，请以新的 txn_id 重新核查",
		"this txn_id was cancelled: check again under a new one" };
	struct state *s = journal_state(q->c->journal);
	const struct record_decision *d;
	const struct record_txn *x;
	uint8_t key[RECORD_HASH_KEY], seq_key[8];
	uint64_t seq;

	record_txn_key(key, q->e->from, q->e->inst, q->e->txn,
	    (q->e->flags & ENTRY_F_DRY) != 0);
	x = state_get(s, RECORD_TXN, key, sizeof(key), NULL, NULL);
	if (x == NULL || x->t + RECORD_KEEP_MS < q->now)
		return (0);
	if (x->state == TXN_TOMBSTONE)
		return (request_refuse(q, LK_E_STATE, cancelled[0],
		    cancelled[1]), 1);
	if (!token_equal(&x->digest, &q->e->digest)) {
		request_refuse(q, LK_E_CONFLICT,
		    "该 txn_id 已用于内容不同的申请",
		    "this txn_id was used before with different content");
		return (1);
	}
	seq = x->seq;
	record_seq_key(seq_key, seq);
	d = state_get(s, RECORD_DECISION, seq_key, 8, NULL, NULL);
	if (d == NULL)
		request_refuse(q, LK_E_INTERNAL, "决定记录缺失",
		    "the decision's record is missing");
	else if (d->life == LIFE_CANCELLED || d->life == LIFE_VOIDED)
		request_refuse(q, LK_E_STATE, cancelled[0], cancelled[1]);
	else
		reply_decision(q, seq, d, 1);
	return (1);
}

/* Do the teller's limits allow one more? */
static int
within_limits(struct request *q)
{
	const struct counter_options *o = &q->c->o;
	const struct entry *e = q->e;
	const struct record_teller *r;
	const uint64_t *list;
	uint8_t key[RECORD_HASH_KEY];
	uint64_t prefix;
	uint32_t i;

	record_teller_key(key, e->inst, e->outlet, e->teller);
	r = state_get(journal_state(q->c->journal), RECORD_TELLER, key,
	    sizeof(key), NULL, NULL);
	if (r == NULL)
		return (0);
	if (o->checks_per_minute != 0 &&
	    r->minute == (uint32_t)(q->now / 60000) &&
	    r->in_minute >= o->checks_per_minute)
		return (request_refuse(q, LK_E_AGAIN,
		    "柜员 %s 本分钟核查次数已达上限 %u，请稍后再试",
		    "teller %s has reached %u checks this minute: try again "
		    "shortly", e->teller, o->checks_per_minute));
	if (o->persons_per_day == 0 || r->n < o->persons_per_day ||
	    r->day != (uint32_t)day_of(q->now / 1000))
		return (0);
	memcpy(&prefix, (e->subject ? &e->org : &e->person)->b, 8);
	list = (const uint64_t *)(r + 1);
	for (i = 0; i < r->n; i++)
		if (list[i] == prefix)
			return (0);
	return (request_refuse(q, LK_E_DENIED,
	    "柜员 %s 今日核查的人数已达上限 %u，请联系管理员",
	    "teller %s has asked about %u persons today, the limit: call the "
	    "operator", e->teller, o->persons_per_day));
}

/* Join the records of the person's other documents, where there are any. */
static void
linked(struct request *q, int64_t now)
{
	struct counter *c = q->c;
	struct state *s = journal_state(c->journal);
	struct entry *e = q->e;

	if (!entry_token_set(&e->prev) && state_get(s, RECORD_LINK,
	    e->person.b, TOKEN_LEN, NULL, NULL) == NULL)
		return;
	c->joined = c->person;
	e->flags |= subject_linked(&c->joined, &c->other, s, e, now);
}

/* Load the person's record and describe the application to the rules. */
static int
gather(struct request *q, const struct applicant *a, struct application *ap,
    struct listing_case *lc)
{
	struct counter *c = q->c;
	struct entry *e = q->e;
	int64_t now = q->now / 1000;

	if (subject_load(&c->person, journal_state(c->journal), e, now) != 0 ||
	    journal_failed(c->journal, NULL, 0))
		return (request_refuse(q, LK_E_UNAVAIL,
		    "无法读取记录，暂停受理，请联系管理员",
		    "the state cannot be read: call the operator"));
	subject_describe(ap, &c->person, journal_names(c->journal), c->policy,
	    e, now);
	ap->birth = a->id.birth;
	ap->area = a->id.area;
	ap->outlet_area = outlet_area_find(c->o.outlets, c->o.noutlets,
	    e->inst, e->outlet);
	if (ap->outlet_area == 0)
		ap->outlet_area = q->grant->area;
	listing_look(c->listing, &a->lists, e, q->now, lc, ap);
	e->area = ap->outlet_area;
	if (ap->area != 0 && ap->outlet_area != 0 &&
	    ap->area / 100 != ap->outlet_area / 100)
		e->flags |= ENTRY_F_AWAY;
	subject_around(ap, journal_state(c->journal), e);
	linked(q, now);
	listing_campaign(c->listing, c->policy, journal_state(c->journal), e,
	    subject_token(e), q->now, lc, ap);
	/* A dry run sees what the check itself would see. */
	if ((e->flags & ENTRY_F_DRY) == 0)
		e->superseded = ap->superseded;
	return (0);
}

/* Copy a text, cut to size. */
static void
copy(char *dst, size_t size, const char *s)
{
	size_t n = strnlen(s, size - 1);

	memcpy(dst, s, n);
	dst[n] = '\0';
}

/* The outcome that a sandbox's magic number asks for. */
static void
force(struct entry *e, const struct forced *f)
{

	e->decision = f->decision;
	e->floor = f->decision == LK_REVIEW ? LK_PASS : f->decision;
	e->by = f->by;
	e->needs = f->needs;
	e->profile = f->decision == LK_LIMIT;
	copy(e->reason, sizeof(e->reason), "SANDBOX");
}

/* Until when the outcome is reserved. */
static void
reserve(struct request *q)
{
	const struct policy *p = q->c->policy;
	struct entry *e = q->e;
	int64_t ttl;

	if ((e->flags & (ENTRY_F_DRY | ENTRY_F_POSTHOC)) != 0 ||
	    e->decision == LK_REJECT)
		return;
	if (e->decision == LK_REVIEW)
		ttl = q->c->o.review_ms ? q->c->o.review_ms :
		    policy_review_ttl(p) * 1000;
	else
		ttl = q->c->o.reservation_ms ? q->c->o.reservation_ms :
		    policy_reservation_ttl(p) * 1000;
	e->expires = (q->now / 1000 + ttl / 1000) * 1000;
	if (e->decision == LK_REVIEW)
		e->due = e->expires;
}

_Static_assert(POLICY_MAX_WAIVABLE <= ENTRY_WAIVED, "all waived rules fit");

/* Decide by one record. */
static void
judge(struct request *q, const struct person *p, struct application *ap,
    const struct listing_case *lc, struct verdict *v)
{
	const struct policy_fact *facts;
	struct entry *e = q->e;

	ap->linked = (e->flags & ENTRY_F_LINKED) != 0;
	e->nfacts = (uint32_t)policy_facts(q->c->policy, &facts);
	facts_gather(facts, e->nfacts, p, ap, e->facts);
	policy_decide_waiving(q->c->policy, e->facts, lc->waived, ap->now, v);
}

/*
 * Decide by all documents of the person.  What only he says may hold, not refuse; and it
 * never makes things easier than his own document does.
 */
static void
judge_linked(struct request *q, struct application *ap,
    const struct listing_case *lc, struct verdict *v)
{
	struct entry *e = q->e;
	uint32_t flags = e->flags & (ENTRY_F_LINKED | ENTRY_F_CLAIMED);
	int32_t own;

	if ((flags & ENTRY_F_CLAIMED) == 0) {
		judge(q, &q->c->joined, ap, lc, v);
		return;
	}
	e->flags &= ~flags;
	judge(q, &q->c->person, ap, lc, v);
	if ((own = v->decision) == LK_REJECT)
		return;
	e->flags |= flags;
	judge(q, &q->c->joined, ap, lc, v);
	if (v->decision < own) {
		e->flags &= ~flags;
		judge(q, &q->c->person, ap, lc, v);
	} else
		policy_soften(q->c->policy, v);
}

/* Decide, and put grounds and outcome into the entry. */
static void
decide(struct request *q, struct application *ap,
    const struct listing_case *lc)
{
	const struct policy *p = q->c->policy;
	struct entry *e = q->e;
	struct verdict v;

	if ((e->flags & ENTRY_F_LINKED) != 0)
		judge_linked(q, ap, lc, &v);
	else
		judge(q, &q->c->person, ap, lc, &v);
	/* There is room for all: policy_compile() sees to it. */
	policy_hits(p, v.waived, v.nwaived, e->waived, sizeof(e->waived));
	e->engine = POLICY_ENGINE;
	copy(e->policy, sizeof(e->policy), policy_version(p));
	e->decision = v.decision;
	e->floor = v.floor;
	e->hard = policy_hard(p, &v);
	e->needs = v.needs;
	e->by = v.by;
	e->offer = v.offer;
	e->profile = v.limit_profile;
	e->hits_total = v.nhits;
	policy_hits(p, v.hit, v.nhits, e->hits, sizeof(e->hits));
	policy_hits(p, v.lifted, v.nlifted, e->lifted, sizeof(e->lifted));
	policy_hits(p, v.shadow, v.nshadow, e->shadow, sizeof(e->shadow));
	if (v.headline != POLICY_NO_RULE)
		copy(e->reason, sizeof(e->reason),
		    policy_rule_reason(p, v.headline));
	if (ap->cleared && v.nlifted > 0 && (e->flags & ENTRY_F_DRY) == 0)
		e->flags |= ENTRY_F_CLEARED;
	if (q->forced != NULL)
		force(e, q->forced);
	if (ap->outlet_suspended && e->decision == LK_REJECT)
		e->flags |= ENTRY_F_OUTLET;
	if (e->decision == LK_REJECT || (e->flags & ENTRY_F_DRY) != 0)
		e->flags &= ~ENTRY_F_HEAD;
	alarm_verdict(q, ap, &v, ALERT_RULE);
	reserve(q);
}

/* Have what will be asked of the state fetched while we hash. */
static void
expect(struct request *q)
{
	struct state *s = journal_state(q->c->journal);
	const struct entry *e = q->e;
	uint8_t key[RECORD_HASH_KEY];

	state_expect(s, RECORD_PERSON, (e->subject ? &e->org : &e->person)->b,
	    TOKEN_LEN);
	record_txn_key(key, e->from, e->inst, e->txn,
	    (e->flags & ENTRY_F_DRY) != 0);
	state_expect(s, RECORD_TXN, key, sizeof(key));
	record_seq_key(key, journal_seq(q->c->journal) + 1);
	state_expect(s, RECORD_DECISION, key, 8);
}

/* Record it; who is held or refused is sealed for the centre. */
static int
record(struct request *q, uint8_t leaf[32])
{
	const struct entry *e = q->e;

	if ((e->decision == LK_REVIEW || e->decision == LK_REJECT) &&
	    (e->flags & (ENTRY_F_DRY | ENTRY_F_OUTLET)) == 0)
		return (request_write_sealed(q, leaf));
	return (request_write(q, leaf));
}

/* The steps of a check; -1 when refused, 0 when the reply is written. */
static int
check(struct request *q, struct applicant *a)
{
	struct state *s = journal_state(q->c->journal);
	struct application ap = { .now = 0 };
	struct listing_case lc;
	uint8_t leaf[32], key[8];

	if (request_authority(q, RIGHT_CHECK) || read_ids(q) ||
	    read_codes(q) || applicant_read(q, a))
		return (-1);
	if (q->c->o.sandbox && sandbox_magic(q, &a->id) != 0)
		return (-1);
	if (!q->c->o.sandbox && a->id.family == IDENTITY_CITIZEN &&
	    strncmp(a->id.number, "000000", 6) == 0)
		return (request_refuse(q, LK_E_INPUT,
		    "id_no：地区码 000000 仅供测试环境使用",
		    "id_no: area 000000 is for the sandbox only"));
	if (applicant_tokenise(q, a) != 0)
		return (-1);
	expect(q);
	request_visit(q);
	applicant_digest(q, a);
	if (seen(q))
		return (q->error != LK_OK ? -1 : 0);
	if (within_limits(q) != 0 || gather(q, a, &ap, &lc) != 0)
		return (-1);
	decide(q, &ap, &lc);
	if (record(q, leaf) != 0)
		return (-1);
	q->c->checks++;
	record_seq_key(key, q->e->seq);
	reply_decision(q, q->e->seq,
	    state_get(s, RECORD_DECISION, key, 8, NULL, NULL), 0);
	return (0);
}

/* Answer a check. */
void
check_answer(struct request *q)
{
	struct applicant a = { .id.nlen = 0 };

	entry_clear(q->e, ENTRY_DECISION);
	if (q->c->policy == NULL)
		request_refuse(q, LK_E_UNAVAIL, "尚无生效的规则",
		    "no policy is in force yet");
	else
		(void)check(q, &a);
	explicit_bzero(&a, sizeof(a));
}
