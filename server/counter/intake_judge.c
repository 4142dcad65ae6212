#include <string.h>

#include "plugin.h"

#include "engine/day.h"
#include "engine/facts.h"
#include "engine/policy.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"
#include "store/subject.h"

#include "intake.h"

/* Openings longer ago than that raise no alert: their files come late, or at first. */
#define NEWS_S (60 * 86400)

/* The list tokens of the person, under every live epoch. */
static void
list_tokens(struct intake *x, struct listing_tokens *t)
{
	const struct token_keys *keys = listing_keys(x->q->c->listing);
	uint8_t in[IDENTITY_TOKEN_INPUT];
	size_t n = identity_token_input(&x->id, in);
	unsigned i;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < token_keys_count(keys); i++)
		token_make(&t->person[i], keys, i, TOKEN_PERSON, in, n);
	explicit_bzero(in, sizeof(in));
}

/* The UTC second at which the opening is judged: its own, the end of its day. */
static int64_t
moment(const struct intake *x)
{
	const struct entry *e = x->q->e;
	int64_t at = e->at / 1000, now = x->q->now / 1000;

	if ((e->flags & ENTRY_F_DATE_ONLY) != 0)
		at = day_start(day_of(at) + 1) - 1;
	return (at < now ? at : now);
}

/* Leave only hits that mean something after the fact: how many were opened. */
static void
keep_counts(const struct policy *p, struct verdict *v)
{
	enum policy_class class;
	uint16_t i, n = 0;

	for (i = 0; i < v->nhits; i++) {
		class = policy_rule_class(p, v->hit[i]);
		if (class == POLICY_QUANTITY_LIMIT ||
		    class == POLICY_FREQUENCY)
			v->hit[n++] = v->hit[i];
	}
	v->nhits = n;
}

/* Has the person opened anything else of late? */
static int
opened_before(const struct intake *x)
{
	const struct person *p = &x->q->c->person;
	int64_t from = moment(x) - PERSON_KEEP_S;
	uint32_t i;

	for (i = 0; i < p->nopen; i++)
		if ((int64_t)p->open[i].at > from)
			return (1);
	return (0);
}

/* What the rules say of it. */
static void
decide(struct intake *x, struct application *ap, const struct listing_case *lc,
    struct verdict *v)
{
	struct counter *c = x->q->c;
	const struct policy_fact *facts;
	struct entry *e = x->q->e;
	int64_t values[ENTRY_FACTS];
	uint32_t n = (uint32_t)policy_facts(c->policy, &facts);

	ap->linked = (e->flags & ENTRY_F_LINKED) != 0;
	facts_gather(facts, n, ap->linked ? &c->joined : &c->person, ap,
	    values);
	policy_decide_waiving(c->policy, values, lc->waived, ap->now, v);
	keep_counts(c->policy, v);
	e->hits_total = v->nhits;
	policy_hits(c->policy, v->hit, v->nhits, e->hits, sizeof(e->hits));
	if (v->nhits == 0)
		return;
	memcpy(e->reason, policy_rule_reason(c->policy, v->hit[0]),
	    strnlen(policy_rule_reason(c->policy, v->hit[0]),
	    sizeof(e->reason) - 1));
	e->engine = POLICY_ENGINE;
	memcpy(e->policy, policy_version(c->policy),
	    strnlen(policy_version(c->policy), sizeof(e->policy) - 1));
}

/* Describe the opening to the rules. */
static void
describe(struct intake *x, struct application *ap)
{
	struct counter *c = x->q->c;
	struct state *s = journal_state(c->journal);
	struct entry *e = x->q->e;

	subject_describe(ap, &c->person, journal_names(c->journal), c->policy,
	    e, moment(x));
	ap->superseded = 0;
	ap->birth = x->id.birth;
	ap->area = x->id.area;
	ap->outlet_area = e->area;
	subject_around(ap, s, e);
	if (state_get(s, RECORD_LINK, e->person.b, TOKEN_LEN, NULL, NULL) !=
	    NULL) {
		c->joined = c->person;
		e->flags |= subject_linked(&c->joined, &c->other, s, e,
		    x->q->now / 1000);
	}
}

/* Judge an opening that nobody checked here. */
void
intake_judge(struct intake *x)
{
	struct counter *c = x->q->c;
	struct listing_tokens t;
	struct application ap = { .now = 0 };
	struct listing_case lc;
	struct entry *e = x->q->e;
	struct verdict v;
	int lists, before;

	if ((x->mode & INTAKEROW_STOCK) != 0 || c->policy == NULL)
		return;
	lists = listing_keys(c->listing) != NULL &&
	    listing_served(c->listing) != NULL &&
	    e->subject == LK_SUBJECT_PERSON;
	before = opened_before(x);
	if (!lists && !before)
		return;
	memset(&lc, 0, sizeof(lc));
	memset(&t, 0, sizeof(t));
	memset(&v, 0, sizeof(v));
	describe(x, &ap);
	if (lists)
		list_tokens(x, &t);
	listing_look(c->listing, &t, e, x->q->now, &lc, &ap);
	if (before) {
		listing_campaign(c->listing, c->policy,
		    journal_state(c->journal), e, subject_token(e), x->q->now,
		    &lc, &ap);
		/* Heads are counted when they are checked. */
		e->flags &= ~(ENTRY_F_HEAD | ENTRY_F_FULL);
		decide(x, &ap, &lc, &v);
	}
	if (moment(x) <= x->q->now / 1000 - NEWS_S)
		v.nhits = v.nshadow = 0;
	alarm_verdict(x->q, &ap, &v, ALERT_OPENER);
}
