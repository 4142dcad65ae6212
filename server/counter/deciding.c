/*
 * The decision itself: what is known of applicant and outlet is gathered for the rules, and
 * what they say is put into the entry, with its grounds.
 */
#include <string.h>

#include "plugin.h"

#include "engine/facts.h"
#include "engine/policy.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"
#include "store/subject.h"

#include "above.h"
#include "core.h"
#include "deciding.h"

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
int
deciding_gather(struct request *q, const struct bearing *b,
    struct application *ap, struct listing_case *lc)
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
	subject_own(ap, journal_state(c->journal), e);
	ap->birth = b->birth;
	ap->area = b->area;
	ap->age = b->age;
	ap->local = b->local;
	ap->offline = above_silent(q);
	ap->outlet_area = outlet_area_find(c->o.outlets, c->o.noutlets,
	    e->inst, e->outlet);
	if (ap->outlet_area == 0)
		ap->outlet_area = q->grant->area;
	/* The node whose outlet it is knows best. */
	if (ap->outlet_area == 0 && (e->flags & ENTRY_F_CONSULT) != 0)
		ap->outlet_area = e->area;
	listing_look(c->listing, b->lists, e, q->now, lc, ap);
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
	if ((e->flags & ENTRY_F_CONSULT) != 0) {
		e->expires = q->now + RECORD_CONSULT_MS;
		return;
	}
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

/* Decide by the rules alone. */
void
deciding_verdict(struct request *q, struct application *ap,
    const struct listing_case *lc, struct verdict *v)
{

	if ((q->e->flags & ENTRY_F_LINKED) != 0)
		judge_linked(q, ap, lc, v);
	else
		judge(q, &q->c->person, ap, lc, v);
}

/* Decide, and put grounds and outcome into the entry. */
void
deciding_decide(struct request *q, struct application *ap,
    const struct listing_case *lc)
{
	const struct policy *p = q->c->policy;
	struct entry *e = q->e;
	struct verdict v;

	deciding_verdict(q, ap, lc, &v);
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
	above_apply(q);
	if (q->forced != NULL)
		force(e, q->forced);
	if (ap->outlet_suspended && e->decision == LK_REJECT)
		e->flags |= ENTRY_F_OUTLET;
	if (e->decision == LK_REJECT || (e->flags & ENTRY_F_DRY) != 0)
		e->flags &= ~ENTRY_F_HEAD;
	alarm_verdict(q, ap, &v, ALERT_RULE);
	reserve(q);
}
