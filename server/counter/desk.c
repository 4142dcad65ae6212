#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/policy.h"
#include "lists/adopt.h"
#include "store/checkpoint.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "above.h"
#include "cases.h"
#include "core.h"
#include "fleet.h"
#include "retro.h"

#define CLEAR_DAYS_MAX 400
#define CLEAR_COUNT_MAX 100

/* Answer a teller's alarm; whom it names, if anybody, is sealed for the centre. */
void
report_answer(struct request *q)
{
	struct entry *e = q->e;
	struct found found;
	uint8_t leaf[32];

	entry_clear(e, ENTRY_REPORT);
	if (request_code(q, WIRE_T_REASON_CODE, 0, code_report, &e->code) != 0)
		return;
	if (wire_has(q->f, WIRE_T_DECISION_ID)) {
		if (request_decision(q, RIGHT_REPORT, &found) != 0)
			return;
	} else if (request_authority(q, RIGHT_REPORT) != 0)
		return;
	if (e->outlet[0] == '\0' && request_id(q, WIRE_T_BRANCH, e->outlet,
	    sizeof(e->outlet), 1) != 0)
		return;
	alarm_report(q);
	if (request_id(q, WIRE_T_TELLER, e->teller, sizeof(e->teller), 1) ==
	    0 && request_write_sealed(q, leaf) == 0)
		reply_ok(q);
}

/* Answer how a decision stands. */
void
review_answer(struct request *q)
{
	struct found found;

	entry_clear(q->e, ENTRY_REVIEW);
	if (request_decision(q, 0, &found) == 0)
		reply_decision(q, found.seq, found.d, 0);
}

/* Is there an open review to decide on? */
static int
open_review(struct request *q, const struct record_decision *d)
{
	int standing = reply_standing(d, q->now);

	if (standing == LK_STANDING_OPEN || standing == LK_STANDING_TAKEN ||
	    standing == LK_STANDING_DISPATCHED)
		return (0);
	if (standing == LK_STANDING_EXPIRED)
		return (request_refuse(q, LK_E_STATE,
		    "审核期限已过，请重新核查", "the review's time is over: "
		    "check the applicant again"));
	return (request_refuse(q, LK_E_STATE, "该决定没有待办的审核",
	    "this decision has no open review"));
}

/* Until when an approval holds. */
int64_t
desk_approved_until(const struct request *q)
{
	int64_t ttl = q->c->o.approve_ms;

	if (ttl == 0 && q->c->policy != NULL)
		ttl = policy_approve_ttl(q->c->policy) * 1000;
	return ((q->now / 1000 + ttl / 1000) * 1000);
}

/* How long a review waits. */
int64_t
desk_review_ms(const struct request *q)
{

	if (q->c->o.review_ms != 0 || q->c->policy == NULL)
		return (q->c->o.review_ms);
	return (policy_review_ttl(q->c->policy) * 1000);
}

/* Write the outcome of a review. */
static int
write_review(struct request *q, const struct found *found)
{
	const struct record_decision *d = found->d;
	struct entry *e = q->e;
	uint8_t leaf[32];

	e->by = d->by;
	e->floor = d->floor;
	if (e->code == LK_RESOLVE_APPROVE)
		e->expires = desk_approved_until(q);
	return (request_write(q, leaf));
}

/* Return the record of a decision. */
const struct record_decision *
decision_record(struct request *q, uint64_t seq)
{
	uint8_t key[8];

	record_seq_key(key, seq);
	return (state_get(journal_state(q->c->journal), RECORD_DECISION, key,
	    8, NULL, NULL));
}

/* Answer with the decision as it stands after the entry. */
static void
answer_standing(struct request *q, uint64_t seq)
{
	const struct record_decision *d;

	if ((d = decision_record(q, seq)) == NULL)
		request_refuse(q, LK_E_UNAVAIL, "状态不可读",
		    "the state cannot be read");
	else
		reply_decision(q, seq, d, 0);
}

/* The words of some needs. */
static void
needs_words(uint32_t needs, int english, char *text, size_t size)
{
	static const struct { uint32_t bit; const char *zh, *en; } all[] = {
		{ LK_NEED_GUARDIAN, "监护人到场", "guardian" },
		{ LK_NEED_PURPOSE_PROOF, "用途证明", "purpose_proof" },
		{ LK_NEED_FACE_CHECK, "人脸核验", "face_check" },
		{ LK_NEED_MANAGER, "主管确认", "manager" },
		{ LK_NEED_CENTRE, "反诈中心审核", "centre" },
		{ LK_NEED_KEEP_WAITING, "稳住申请人", "keep_waiting" },
	};
	size_t i, n = 0;

	text[0] = '\0';
	for (i = 0; i < sizeof(all) / sizeof(all[0]) && n < size; i++)
		if ((needs & all[i].bit) != 0)
			n += (size_t)snprintf(text + n, size - n, "%s%s", n ==
			    0 ? "" : english ? ", " : "、", english ?
			    all[i].en : all[i].zh);
}

/* Does the branch's or institution's own approval satisfy the rules? */
static int
evidence(struct request *q, const struct record_decision *d)
{
	struct entry *e = q->e;
	char words[160];

	if (d->by == LK_BY_CENTRE)
		return (request_refuse(q, LK_E_DENIED,
		    "该申请须由反诈中心审核", "only the anti-fraud centre may "
		    "clear this one"));
	if (e->code != LK_RESOLVE_APPROVE)
		return (0);
	if (e->second[0] == '\0' || strcasecmp(e->teller, e->second) == 0)
		return (request_refuse(q, LK_E_ARG,
		    "须由另一名柜员复核（second_teller）",
		    "second_teller must be another person than teller"));
	if ((d->needs & ~e->evidence) != 0) {
		needs_words(d->needs & ~e->evidence, q->english, words,
		    sizeof(words));
		return (request_refuse(q, LK_E_STATE, "证明材料不全：尚缺%s",
		    "evidence is missing: %s", words));
	}
	return (0);
}

/* Answer what the branch or institution clears itself. */
void
resolve_answer(struct request *q)
{
	struct entry *e = q->e;
	struct found found;
	uint32_t right;

	entry_clear(e, ENTRY_REVIEW);
	if (request_code(q, WIRE_T_OUTCOME, 0, code_outcome, &e->code) != 0 ||
	    request_id(q, WIRE_T_TELLER, e->teller, sizeof(e->teller), 1) ||
	    request_id(q, WIRE_T_SECOND_TELLER, e->second, sizeof(e->second),
	    0) != 0 || request_decision(q, 0, &found) != 0)
		return;
	e->evidence = wire_u32(q->f, WIRE_T_EVIDENCE, 0);
	right = found.d->by == LK_BY_INSTITUTION ? RIGHT_REVIEW : RIGHT_CONFIRM;
	if (grant_for(q->peer, e->inst, right) == NULL) {
		request_refuse(q, LK_E_DENIED,
		    "无权审核机构 %s 的申请", "no right to clear a review of "
		    "%s", e->inst);
		return;
	}
	if (open_review(q, found.d) == 0 && evidence(q, found.d) == 0 &&
	    write_review(q, &found) == 0)
		answer_standing(q, found.seq);
}

/* Put a clearance into the entry. */
int
desk_clearance(struct request *q, uint32_t days, uint32_t count)
{
	struct entry *e = q->e;

	if (days > CLEAR_DAYS_MAX || count > CLEAR_COUNT_MAX ||
	    (days == 0) != (count == 0) ||
	    (days != 0 && e->code != LK_RESOLVE_APPROVE))
		return (request_refuse(q, LK_E_ARG,
		    "豁免须随批准给出，最多 %d 天、%d 次",
		    "a clearance goes with an approval: at most %d days and %d "
		    "openings", CLEAR_DAYS_MAX, CLEAR_COUNT_MAX));
	if (days != 0) {
		e->clear_until = (q->now / 1000 + (int64_t)days * 86400) *
		    1000;
		e->clear_count = (int32_t)count;
	}
	return (0);
}

/* Is it a case of the centre's, and nobody else's? */
static int
ours(struct request *q, const struct found *found)
{

	if (found->d->decision == LK_REVIEW && found->d->by != LK_BY_CENTRE)
		return (request_refuse(q, LK_E_DENIED,
		    "该审核由网点或机构自行办理（liangka resolve），不归中心",
		    "this review is the branch's or institution's own "
		    "(liangka resolve), not the centre's"));
	return (open_review(q, found->d) != 0 ? -1 : cases_free(q,
	    found->seq));
}

/*
 * Answer the centre's word on a held case, as its own case system says it: whoever it
 * names is not proven, so this never overrides a refusal nor counts as one of two.
 */
void
decide_answer(struct request *q)
{
	struct entry *e = q->e;
	struct found found;
	uint32_t days;

	entry_clear(e, ENTRY_REVIEW);
	if (request_code(q, WIRE_T_OUTCOME, 0, code_outcome, &e->code) != 0 ||
	    request_id(q, WIRE_T_DECIDED_BY, e->decided_by,
	    sizeof(e->decided_by), 1) != 0 ||
	    request_id(q, WIRE_T_NOTE, e->note, sizeof(e->note), 1) != 0 ||
	    request_decision(q, RIGHT_DESK, &found) != 0 ||
	    ours(q, &found) != 0)
		return;
	days = wire_u32(q->f, WIRE_T_CLEAR_DAYS, 0);
	if (desk_clearance(q, days, wire_u32(q->f, WIRE_T_CLEAR_COUNT, days !=
	    0)) == 0 && write_review(q, &found) == 0)
		answer_standing(q, found.seq);
}

/* What the status says of lists. */
static void
status_lists(struct request *q)
{
	const struct counter_news *n = &q->c->news;
	const struct adopted *a = listing_served(q->c->listing);
	struct wire_out *o = q->out;
	uint64_t hits, clears;
	char text[1024] = "";
	size_t i, len = 0;

	if (listing_none(q->c->listing)) {
		wire_put_text(o, WIRE_T_LISTS, "none");
		return;
	}
	for (i = 0; a != NULL && i < a->nlists && len + 64 < sizeof(text); i++)
		len += (size_t)snprintf(&text[len], sizeof(text) - len,
		    "%s%s %u %llu", i > 0 ? "\n" : "", a->list[i].info.id,
		    a->list[i].info.version,
		    (unsigned long long)a->list[i].info.count);
	wire_put_text(o, WIRE_T_LISTS, text);
	if (a != NULL) {
		wire_put_u64(o, WIRE_T_LIST_VERSION, a->targets);
		wire_put_u64(o, WIRE_T_LISTS_SIGNED_MS,
		    (uint64_t)a->signed_at * 1000);
	}
	wire_put_u64(o, WIRE_T_LISTS_TRIED_MS, (uint64_t)n->tried_ms);
	wire_put_u64(o, WIRE_T_LISTS_ADOPTED_MS, (uint64_t)n->adopted_ms);
	reply_put_text(q, WIRE_T_LISTS_ERROR, n->error);
	wire_put_u64(o, WIRE_T_SYNC_TRIED_MS, (uint64_t)n->sync_tried_ms);
	wire_put_u64(o, WIRE_T_SYNC_MS, (uint64_t)n->sync_ms);
	reply_put_text(q, WIRE_T_SYNC_SOURCE, n->sync_source);
	reply_put_text(q, WIRE_T_SYNC_ERROR, n->sync_error);
	retro_counts(q->c->retro, &hits, &clears);
	wire_put_u64(o, WIRE_T_RETRO_HITS, hits);
	wire_put_u64(o, WIRE_T_RETRO_CLEARS, clears);
}

/* What it says of the nodes above and below. */
static void
status_links(struct request *q)
{
	const struct counter *c = q->c;
	struct wire_out *o = q->out;
	uint64_t up, known;

	if (c->o.above != NULL) {
		wire_put_text(o, WIRE_T_ABOVE_NAME, c->o.above->name);
		wire_put_u32(o, WIRE_T_ABOVE_STATE, c->above == ABOVE_NONE ?
		    ABOVE_DOWN : c->above);
		wire_put_text(o, WIRE_T_ABOVE_COUNTS, c->above_counts);
		wire_put_text(o, WIRE_T_ABOVE_WHY, c->above_why);
	}
	fleet_count(c->fleet, &up, &known);
	if (known > 0) {
		wire_put_u64(o, WIRE_T_NODES_UP, up);
		wire_put_u64(o, WIRE_T_NODES_KNOWN, known);
	}
	if (c->held)
		wire_put_u32(o, WIRE_T_HELD, 1);
}

/* What is wrong, the worst first. */
static void
status_message(struct request *q, const char *failed, int full, int doubt,
    int alarm)
{
	const struct counter *c = q->c;
	struct wire_out *o = q->out;

	if (failed[0] != '\0')
		reply_put_text(q, WIRE_T_MESSAGE, failed);
	else if (c->held)
		wire_put_text(o, WIRE_T_MESSAGE, "HELD by the node above: it "
		    "has entries of this node that its disk does not have; "
		    "nothing is recorded until this node is readmitted there "
		    "(liangka node readmit) and begins a new `generation`");
	else if (full)
		wire_put_text(o, WIRE_T_MESSAGE, "the disk is too full for the "
		    "next log segment: free space; until then checks are "
		    "answered BUSY");
	else if (journal_log_full(c->journal))
		wire_put_text(o, WIRE_T_MESSAGE, "the disk is too full for "
		    "the signed log: free space; what is decided meanwhile is "
		    "published later");
	else if (alarm)
		wire_put_text(o, WIRE_T_MESSAGE, "state.mdb: over 60 % full");
	else if (doubt)
		wire_put_text(o, WIRE_T_MESSAGE, "the wall clock stepped and "
		    "is not believed: see liangka clock --help");
}

/* Answer how the daemon is. */
void
status_answer(struct request *q)
{
	struct counter *c = q->c;
	struct wire_out *o = q->out;
	struct checkpoint head;
	struct state_stats st;
	char why[256] = "";
	int failed, doubt, full, stale;
	uint64_t named;

	state_stats(journal_state(c->journal), &st);
	failed = journal_failed(c->journal, why, sizeof(why));
	full = !failed && !journal_space(c->journal);
	(void)journal_now(c->journal, &doubt);
	wire_begin(o, q->h->type | WIRE_REPLY, q->h->id);
	wire_put_u32(o, WIRE_T_ERROR, LK_OK);
	wire_put_u32(o, WIRE_T_READY, !failed && !full && !c->held &&
	    c->policy != NULL);
	wire_put_u32(o, WIRE_T_RESULT_FLAGS, (c->o.sandbox ? LK_R_SANDBOX : 0) |
	    (listing_age(c->listing, q->now, &stale) ? LK_R_STALE : 0) |
	    (doubt ? LK_R_CLOCK : 0));
	wire_put_u32(o, WIRE_T_CONNECTIONS, c->connections);
	wire_put_u64(o, WIRE_T_TIME_MS, (uint64_t)q->now);
	wire_put_u64(o, WIRE_T_STARTED_MS, (uint64_t)c->started);
	wire_put_u64(o, WIRE_T_SEQ, journal_durable(c->journal));
	wire_put_u64(o, WIRE_T_CHECKS, c->checks);
	wire_put_u64(o, WIRE_T_OPEN_CASES, cases_count(c->cases, CASES_CASE));
	wire_put_u64(o, WIRE_T_OPEN_ALERTS, cases_count(c->cases,
	    CASES_ALERT));
	wire_put_u64(o, WIRE_T_STATE_BYTES, st.lmdb_bytes);
	wire_put_u64(o, WIRE_T_OVERLAY_BYTES, st.overlay_bytes);
	if (journal_head(c->journal, &head, &named) == 0) {
		wire_put_u64(o, WIRE_T_LOG_SEQ, named);
		wire_put_u64(o, WIRE_T_LOG_SIZE, head.size);
		wire_put_text(o, WIRE_T_LOG_ORIGIN, head.origin);
	}
	status_lists(q);
	status_links(q);
	if (c->policy != NULL)
		wire_put_text(o, WIRE_T_POLICY_VERSION,
		    policy_version(c->policy));
	wire_put_text(o, WIRE_T_NODE, c->o.node);
	wire_put_text(o, WIRE_T_DAEMON, c->o.version);
	status_message(q, failed ? why : "", full, doubt, st.map_alarm);
	(void)wire_end(o);
}

/* Answer an operator who re-bases the clock. */
void
clock_answer(struct request *q)
{
	struct entry *e = q->e;
	uint8_t leaf[32];

	entry_clear(e, ENTRY_CLOCK);
	if (request_id(q, WIRE_T_DECIDED_BY, e->decided_by,
	    sizeof(e->decided_by), 1) != 0 ||
	    request_id(q, WIRE_T_NOTE, e->note, sizeof(e->note), 1) != 0)
		return;
	if (grant_for(q->peer, "", RIGHT_ADMIN) == NULL) {
		request_refuse(q, LK_E_DENIED, "需要 admin 权限",
		    "this needs the right admin");
		return;
	}
	journal_rebase(q->c->journal);
	(void)journal_begin(q->c->journal);	/* time may have leapt */
	q->now = journal_now(q->c->journal, NULL);
	e->at = q->now;
	if (request_write(q, leaf) == 0)
		reply_ok(q);
}
