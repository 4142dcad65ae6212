/*
 * What staff do with a case: one signed statement, one step, one entry.  A case that
 * somebody has taken is his until he, or anybody in his place, releases it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "engine/policy.h"
#include "keys/staffnote.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"

#include "core.h"
#include "staff.h"

#define MOMENT_MAX 32

/* The case that a step is about, as it was before. */
struct step {
	const struct staffnote *s;
	const struct entry *old;	/* its decision */
	struct record_decision d;
	struct record_case c;
	int open;			/* there is a case: c holds */
};

/* Write a moment as people read it, UTC+8. */
static const char *
moment(int64_t ms, char buf[MOMENT_MAX])
{
	int64_t s = ms / 1000 + 8 * 3600;
	char day[DAY_TEXT];

	day_print(day, day_of(ms / 1000));
	snprintf(buf, MOMENT_MAX, "%s %02d:%02d:%02d", day,
	    (int)(s / 3600 % 24), (int)(s / 60 % 60), (int)(s % 60));
	return (buf);
}

/* A name by its number. */
static const char *
name(struct request *q, uint32_t id)
{

	return (names_text(journal_names(q->c->journal), id));
}

/* Read the case of a decision, if it has one. */
static int
read_case(struct request *q, uint64_t seq, struct record_case *c)
{
	uint8_t key[8];
	size_t len;
	const void *v;

	record_seq_key(key, seq);
	v = state_get(journal_state(q->c->journal), RECORD_CASE, key, 8, &len,
	    NULL);
	if (v == NULL || len != sizeof(*c))
		return (0);
	memcpy(c, v, sizeof(*c));
	return (1);
}

/* Has somebody else taken it? */
static int
taken(struct request *q, const struct record_case *c)
{
	char when[MOMENT_MAX];

	if (c->taker == 0 || strcmp(name(q, c->taker), q->e->decided_by) == 0)
		return (0);
	return (request_refuse(q, LK_E_STATE,
	    "该案件已由 %s 于 %s 接办；如需接手，请先退回（release）",
	    "%s took this case at %s; to go on in his place, release it first",
	    name(q, c->taker), moment(c->taken, when)));
}

/* May the one that e->decided_by names work on the case of a decision? */
int
cases_free(struct request *q, uint64_t seq)
{
	struct record_case c;

	return (read_case(q, seq, &c) ? taken(q, &c) : 0);
}

/* Why there is no open case. */
static int
no_case(struct request *q, const struct step *st)
{
	int standing = reply_standing(&st->d, q->now);

	if (st->d.decision == LK_REVIEW && st->d.by != LK_BY_CENTRE)
		return (request_refuse(q, LK_E_DENIED,
		    "该审核由网点或机构自行办理（liangka resolve），不归中心",
		    "this review is the branch's or institution's own "
		    "(liangka resolve), not the centre's"));
	if (standing == LK_STANDING_EXPIRED)
		return (request_refuse(q, LK_E_STATE,
		    "审核期限已过，请重新核查", "the review's time is over: "
		    "check the applicant again"));
	if (st->d.decision == LK_REJECT && standing == LK_STANDING_NONE)
		return (request_refuse(q, LK_E_STATE,
		    "该申请已被拒绝，没有待办的案件；如认为有误，可由两人先后 approve",
		    "this one was refused, and is no case; two persons may "
		    "override that, each by approve"));
	return (request_refuse(q, LK_E_STATE, "该决定没有待办的审核",
	    "this decision has no open review"));
}

/* Is there a case to work on, in its time, and nobody else's? */
static int
open_case(struct request *q, const struct step *st)
{

	if (!st->open)
		return (no_case(q, st));
	if (q->now >= st->c.due)
		return (request_refuse(q, LK_E_STATE,
		    "审核期限已过，请重新核查", "the review's time is over: "
		    "check the applicant again"));
	return (taken(q, &st->c));
}

/* Begin the entry of a step. */
static void
begin(struct request *q, const struct step *st, int code)
{
	const struct entry *old = st->old;
	struct entry *e = q->e;

	e->kind = ENTRY_REVIEW;
	e->code = code;
	e->ref = old->seq;
	e->epoch = old->epoch;
	e->subject = old->subject;
	e->person = old->person;
	e->org = old->org;
	e->area = old->area;
	memcpy(e->inst, old->inst, sizeof(e->inst));
	memcpy(e->outlet, old->outlet, sizeof(e->outlet));
	if (q->grant != NULL)
		memcpy(e->origin, q->grant->id, sizeof(e->origin));
}

/* Write it, and answer with the decision as it stands then. */
static void
finish(struct request *q, const struct step *st)
{
	const struct record_decision *d;
	uint8_t leaf[32];

	if (request_write(q, leaf) != 0)
		return;
	if ((d = decision_record(q, st->old->seq)) == NULL)
		request_refuse(q, LK_E_UNAVAIL, "状态不可读",
		    "the state cannot be read");
	else
		reply_decision(q, st->old->seq, d, 0);
}

/* Take: a second time by the same person changes nothing. */
static void
take(struct request *q, const struct step *st)
{

	if (open_case(q, st) != 0)
		return;
	if (st->c.proposer != 0 && strcmp(name(q, st->c.proposer),
	    q->e->decided_by) == 0) {
		request_refuse(q, LK_E_STATE,
		    "本人提请的案件须由另一人接办",
		    "you proposed this one: somebody else has to take it");
		return;
	}
	begin(q, st, REVIEW_TAKE);
	if (st->c.taker == 0)
		finish(q, st);
	else
		reply_decision(q, st->old->seq, decision_record(q,
		    st->old->seq), 0);
}

/* Release: anybody may, as whoever took it may have gone home. */
static void
release(struct request *q, const struct step *st)
{

	if (!st->open) {
		no_case(q, st);
		return;
	}
	if (st->c.taker == 0) {
		request_refuse(q, LK_E_STATE, "该案件无人接办",
		    "nobody has taken this case");
		return;
	}
	begin(q, st, REVIEW_RELEASE);
	finish(q, st);
}

/* Send people to the outlet: the team stands before the reason. */
static void
dispatch(struct request *q, const struct step *st)
{
	struct entry *e = q->e;
	size_t n;

	if (open_case(q, st) != 0)
		return;
	begin(q, st, REVIEW_DISPATCH);
	n = strlen(st->s->detail) + strlen(st->s->reason) + 2;
	if (n >= sizeof(e->note)) {
		request_refuse(q, LK_E_ARG,
		    "派员单位与原因合计过长，最多 %d 字节",
		    "team and reason are too long together: at most %d bytes",
		    (int)sizeof(e->note) - 3);
		return;
	}
	(void)stpcpy(stpcpy(stpcpy(e->note, st->s->detail), ": "),
	    st->s->reason);
	finish(q, st);
}

/* What they found there. */
static void
result(struct request *q, const struct step *st)
{

	if (open_case(q, st) != 0)
		return;
	if (st->c.dispatched == 0) {
		request_refuse(q, LK_E_STATE, "该案件尚未派员到场",
		    "nobody was sent to the outlet for this case");
		return;
	}
	begin(q, st, REVIEW_RESULT);
	q->e->evidence = (uint32_t)staffnote_found(st->s);
	finish(q, st);
}

/* Refuse, or close what nobody waits for any more. */
static void
end(struct request *q, const struct step *st, int code)
{

	if (open_case(q, st) != 0)
		return;
	begin(q, st, code);
	q->e->by = st->d.by;
	finish(q, st);
}

/* Can the refusal be overridden at all, by two persons? */
static int
may_override(struct request *q, const struct step *st)
{

	if ((st->d.flags & (DECISION_DRY | DECISION_POSTHOC)) != 0 ||
	    (st->old->flags & ENTRY_F_OUTLET) != 0 ||
	    st->d.life != LIFE_NONE)
		return (no_case(q, st));
	if (st->d.hard == LK_REJECT)
		return (request_refuse(q, LK_E_STATE,
		    "依法定事由拒绝，任何人不得在此推翻；当事人可依法申诉（liangka appeal）",
		    "refused on statutory grounds: nobody overrides that here; "
		    "the applicant may appeal (liangka appeal)"));
	if (q->now - st->d.t >= desk_review_ms(q))
		return (request_refuse(q, LK_E_STATE,
		    "该决定已过审核期限，请重新核查",
		    "this decision is older than a review may be: check the "
		    "applicant again"));
	return (0);
}

/* The first of two persons: it becomes a case for a second one. */
static void
propose(struct request *q, const struct step *st)
{
	struct entry *e = q->e;

	begin(q, st, REVIEW_PROPOSE);
	e->at = st->old->t;
	e->due = (q->now + desk_review_ms(q)) / 1000 * 1000;
	e->product = st->old->product;
	memcpy(e->reason, st->old->reason, sizeof(e->reason));
	snprintf(q->text, sizeof(q->text), "%s", q->english ?
	    "proposed: a second person has to approve it too" :
	    "已提请推翻拒绝决定：须由另一人再次批准");
	finish(q, st);
}

/* The key of a member of staff, or NULL. */
static const struct counter_staff *
member(struct request *q, const char *who)
{
	size_t i;

	for (i = 0; i < q->c->o.nstaff; i++)
		if (strcmp(q->c->o.staff[i].name, who) == 0)
			return (&q->c->o.staff[i]);
	return (NULL);
}

/*
 * See that whoever approves is another person than the one who proposed it: by name, and
 * by key.  Of somebody who is not of the staff any more the key is not known.
 */
static int
another(struct request *q, const char *first)
{
	const struct counter_staff *a = member(q, first);
	const struct counter_staff *b = member(q, q->e->decided_by);

	if (a == NULL || b == NULL)
		return (request_refuse(q, LK_E_STATE,
		    "提请人 %s 已不在 [staff] 名单中：请结案后重新提请",
		    "%s, who proposed it, has no [staff] section any more: "
		    "close it and propose it anew", first));
	if (strcasecmp(a->name, b->name) != 0 && memcmp(a->key.key,
	    b->key.key, sizeof(a->key.key)) != 0)
		return (0);
	return (request_refuse(q, LK_E_DENIED,
	    "%s 已提请：推翻拒绝决定须由另一人批准",
	    "%s has proposed it: another person has to approve", first));
}

/* The second of two persons: the applicant may go on, with what was asked for. */
static void
second(struct request *q, const struct step *st)
{
	const char *first = name(q, st->c.proposer);
	struct entry *e = q->e;

	if (another(q, first) != 0)
		return;
	begin(q, st, REVIEW_APPROVE);
	e->flags |= ENTRY_F_SECOND;
	snprintf(e->second, sizeof(e->second), "%s", first);
	e->product = st->old->product;
	e->operation = st->old->operation;
	e->quantity = st->old->quantity;
	e->visit_key = st->old->visit_key;
	e->by = LK_BY_CENTRE;
	e->floor = st->d.hard;
	e->expires = desk_approved_until(q);
	finish(q, st);
}

/* Override a refusal: propose it, or second the proposal. */
static void
override(struct request *q, const struct step *st, uint32_t days)
{

	if (may_override(q, st) != 0)
		return;
	if (days != 0)
		request_refuse(q, LK_E_ARG,
		    "推翻拒绝决定只对本次申请有效，不能同时给予豁免",
		    "a refusal is overridden for this application alone: no "
		    "clearance goes with it");
	else if (!st->open)
		propose(q, st);
	else if (open_case(q, st) == 0)
		second(q, st);
}

/* Approve. */
static void
approve(struct request *q, const struct step *st)
{
	struct entry *e = q->e;
	uint32_t days, count;

	(void)staffnote_cleared(st->s, &days, &count);
	if (st->d.decision == LK_REJECT) {
		override(q, st, days);
		return;
	}
	if (open_case(q, st) != 0)
		return;
	begin(q, st, REVIEW_APPROVE);
	e->by = st->d.by;
	e->floor = st->d.floor;
	e->expires = desk_approved_until(q);
	if (desk_clearance(q, days, count) == 0)
		finish(q, st);
}

/* Do a step. */
void
cases_step(struct request *q, const struct staffnote *s,
    const struct entry *old)
{
	const struct record_decision *d;
	struct step st = { .s = s, .old = old };

	if (old->kind != ENTRY_DECISION ||
	    (d = decision_record(q, old->seq)) == NULL) {
		request_refuse(q, LK_E_INPUT, "记录 %" PRIu64 " 不是决定",
		    "entry %" PRIu64 " is no decision", s->entry);
		return;
	}
	st.d = *d;
	st.open = read_case(q, old->seq, &st.c);
	switch (s->action) {
	case STAFFNOTE_TAKE:
		take(q, &st);
		break;
	case STAFFNOTE_RELEASE:
		release(q, &st);
		break;
	case STAFFNOTE_APPROVE:
		approve(q, &st);
		break;
	case STAFFNOTE_DENY:
		end(q, &st, REVIEW_DENY);
		break;
	case STAFFNOTE_DISPATCH:
		dispatch(q, &st);
		break;
	case STAFFNOTE_RESULT:
		result(q, &st);
		break;
	default:
		end(q, &st, REVIEW_CLOSE);
		break;
	}
}
