#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "engine/facts.h"
#include "keys/token.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "above.h"
#include "applicant.h"
#include "core.h"
#include "deciding.h"

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

/* Have what will be asked of the state fetched while we hash. */
void
check_expect(struct request *q)
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
	struct bearing b;
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
	check_expect(q);
	request_visit(q);
	applicant_digest(q, a);
	if (seen(q))
		return (q->error != LK_OK ? -1 : 0);
	b = (struct bearing){ .birth = a->id.birth, .area = a->id.area,
		.age = -1, .local = -1, .lists = &a->lists };
	if (within_limits(q) != 0 || deciding_gather(q, &b, &ap, &lc) != 0)
		return (-1);
	if (above_ask(q, &ap, &lc))
		return (0);
	if (above_conflict(q))
		return (-1);
	deciding_decide(q, &ap, &lc);
	if (record(q, leaf) != 0)
		return (-1);
	q->c->checks++;
	if ((q->e->flags & ENTRY_F_OFFLINE) != 0)
		q->c->offline++;
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
