#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/policy.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/records.h"

#include "core.h"
#include "reference.h"

/* Add a text in the request's encoding. */
void
reply_put_text(struct request *q, unsigned tag, const char *s)
{
	char buf[1024];
	size_t max = wire_tag_max(tag), len = strlen(s);

	if (len == 0)
		return;
	if (q->gb18030)
		len = encoding_to(q->c->encoding, s, buf,
		    max < sizeof(buf) ? max : sizeof(buf));
	else {
		if (len > max)
			for (len = max; (s[len] & 0xc0) == 0x80; len--)
				;
		wire_put_bytes(q->out, tag, s, len);
		return;
	}
	wire_put_bytes(q->out, tag, buf, len);
}

/* Open the reply frame. */
static void
begin(struct request *q)
{

	wire_begin(q->out, q->h->type | WIRE_REPLY, q->h->id);
}

/* Write a refusal; one that tells of the state waits until that is durable. */
void
reply_refusal(struct request *q)
{

	if (q->error == LK_E_STATE || q->error == LK_E_CONFLICT ||
	    q->error == LK_E_INPUT || q->error == LK_E_DENIED)
		q->done->wait_seq = journal_seq(q->c->journal);
	begin(q);
	wire_put_u32(q->out, WIRE_T_ERROR, (uint32_t)q->error);
	reply_put_text(q, WIRE_T_MESSAGE, q->text);
	(void)wire_end(q->out);
}

/* Write a bare success. */
void
reply_ok(struct request *q)
{

	q->done->wait_seq = journal_seq(q->c->journal);
	begin(q);
	wire_put_u32(q->out, WIRE_T_ERROR, LK_OK);
	(void)wire_end(q->out);
}

/* Write that it was recorded though not allowed. */
void
reply_state(struct request *q, const char *zh, const char *en)
{

	q->done->wait_seq = journal_seq(q->c->journal);
	begin(q);
	wire_put_u32(q->out, WIRE_T_ERROR, (uint32_t)LK_E_STATE);
	reply_put_text(q, WIRE_T_MESSAGE, q->english ? en : zh);
	(void)wire_end(q->out);
}

/* How a decision stands. */
int
reply_standing(const struct record_decision *d, int64_t now)
{

	if (d->life == LIFE_CANCELLED || d->life == LIFE_VOIDED ||
	    d->life == LIFE_SUPERSEDED)
		return (LK_STANDING_WITHDRAWN);
	if (d->life == LIFE_RESERVED && now >= d->expires &&
	    d->standing != LK_STANDING_DENIED)
		return (LK_STANDING_EXPIRED);
	return (d->standing);
}

/* What may be issued. */
int
reply_allowed(const struct record_decision *d, int64_t now)
{

	switch (reply_standing(d, now)) {
	case LK_STANDING_APPROVED:
		return (d->floor);
	case LK_STANDING_WITHDRAWN:
	case LK_STANDING_EXPIRED:
		/* Nothing as it stands: check the applicant again. */
		return (d->decision > LK_REVIEW ? d->decision : LK_REVIEW);
	default:
		return (d->decision);
	}
}

/* What the teller is told where a decision counts no more; NULL: it does. */
static const char *
over(const struct request *q, int standing)
{

	if (standing == LK_STANDING_EXPIRED)
		return (q->english ? "The time for this decision is over: check "
		    "the applicant again before issuing." :
		    "该决定已过有效期，请重新核查后再办理。");
	if (standing == LK_STANDING_WITHDRAWN)
		return (q->english ? "This application was withdrawn: check the "
		    "applicant again before issuing." :
		    "该申请已撤回，请重新核查后再办理。");
	return (NULL);
}

/* The texts of a decision as it stands: after an answer those of the answer. */
static void
put_texts(struct request *q, const struct record_decision *d,
    const char *hits)
{
	enum policy_lang lang = q->english ? POLICY_LANG_EN : POLICY_LANG_ZH;
	int standing = reply_standing(d, q->now), decision = d->decision;
	const char *said = q->text[0] != '\0' ? q->text : over(q, standing);
	const struct policy *p = q->c->policy;
	char buf[1024];
	int rule = POLICY_NO_RULE;

	if (said != NULL)
		reply_put_text(q, WIRE_T_MESSAGE, said);
	if (p == NULL)
		return;
	if (standing == LK_STANDING_APPROVED)
		decision = d->floor;
	else if (standing == LK_STANDING_DENIED)
		decision = LK_REJECT;
	else
		rule = policy_speaker(p, hits, d->decision, d->by);
	policy_message(p, rule, decision, lang, POLICY_TEXT_TELLER, buf,
	    sizeof(buf));
	if (said == NULL)
		reply_put_text(q, WIRE_T_MESSAGE, buf);
	if (decision == LK_PASS)
		return;
	policy_message(p, rule, decision, lang, POLICY_TEXT_NOTICE, buf,
	    sizeof(buf));
	reply_put_text(q, WIRE_T_NOTICE, buf);
}

/* The first of the rule ids, as many as fit whole. */
static void
first_hits(const struct record_decision *d, char *buf, size_t size)
{
	const char *ids = (const char *)(d + 1);
	size_t n = d->nhits;

	if (n >= size)
		for (n = size - 1; n > 0 && ids[n] != ' '; n--)
			;
	memcpy(buf, ids, n);
	buf[n] = '\0';
}

/* Write a result from a decision's record. */
void
reply_decision(struct request *q, uint64_t seq,
    const struct record_decision *d, int duplicate)
{
	struct names *names = journal_names(q->c->journal);
	struct wire_out *o = q->out;
	char text[REFERENCE_ID_MAX], hits[256];
	uint32_t flags = 0;

	flags |= duplicate ? LK_R_DUPLICATE : 0;
	flags |= d->flags & DECISION_REPLACED ? LK_R_REPLACED : 0;
	flags |= d->flags & DECISION_DRY ? LK_R_DRY_RUN : 0;
	flags |= d->flags & DECISION_SANDBOX ? LK_R_SANDBOX : 0;
	flags |= d->flags & DECISION_CLOCK ? LK_R_CLOCK : 0;
	flags |= d->flags & DECISION_STALE ? LK_R_STALE : 0;
	flags |= d->flags & DECISION_OFFLINE ? LK_R_OFFLINE : 0;
	q->done->wait_seq = journal_seq(q->c->journal);
	first_hits(d, hits, sizeof(hits));

	begin(q);
	wire_put_u32(o, WIRE_T_ERROR, LK_OK);
	wire_put_u32(o, WIRE_T_DECISION, d->decision);
	wire_put_u32(o, WIRE_T_STANDING, (uint32_t)reply_standing(d, q->now));
	wire_put_u32(o, WIRE_T_ALLOWED, (uint32_t)reply_allowed(d, q->now));
	wire_put_u32(o, WIRE_T_RESULT_FLAGS, flags);
	wire_put_u64(o, WIRE_T_TIME_MS, (uint64_t)d->t);
	wire_put_u64(o, WIRE_T_SEQ, seq);
	wire_put_bytes(o, WIRE_T_LEAF, d->leaf, sizeof(d->leaf));
	if (d->needs != 0)
		wire_put_u32(o, WIRE_T_NEEDS, d->needs);
	if (d->by != 0)
		wire_put_u32(o, WIRE_T_BY, d->by);
	if (d->offer != 0)
		wire_put_u32(o, WIRE_T_OFFER, (uint32_t)d->offer);
	if (d->profile != 0)
		wire_put_u32(o, WIRE_T_LIMIT_PROFILE, (uint32_t)d->profile);
	if (d->hits_total != 0)
		wire_put_u32(o, WIRE_T_HITS_TOTAL, (uint32_t)d->hits_total);
	if (d->expires != 0)
		wire_put_u64(o, WIRE_T_EXPIRES_MS, (uint64_t)d->expires);
	if (d->due != 0)
		wire_put_u64(o, WIRE_T_DUE_MS, (uint64_t)d->due);
	wire_put_u64(o, WIRE_T_LIST_VERSION, d->list_version);
	wire_put_text(o, WIRE_T_POLICY_VERSION, names_text(names, d->policy));
	reference_id(text, q->c->o.node, seq, d->leaf);
	wire_put_text(o, WIRE_T_DECISION_ID, text);
	reference_short(text, seq);
	wire_put_text(o, WIRE_T_REFERENCE, text);
	wire_put_text(o, WIRE_T_REASON, d->reason);
	wire_put_text(o, WIRE_T_HITS, hits);
	put_texts(q, d, hits);
	(void)wire_end(o);
}
