#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/facts.h"
#include "engine/policy.h"
#include "store/apply.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"
#include "store/subject.h"

#include "replay_impl.h"

#define LISTED_MAX 72	/* bytes of the longest matched record, with a space before it */

/* Was the outcome asked for by a sandbox's magic number? */
static int
forced(const struct entry *e)
{

	return ((e->flags & ENTRY_F_SANDBOX) != 0 &&
	    strcmp(e->reason, "SANDBOX") == 0);
}

/* Compare two texts. */
static void
text(struct replay *r, const char *field, const char *journal,
    const char *replayed)
{

	if (strcmp(journal, replayed) != 0)
		replay_differs(r, REPLAY_A, field, journal, replayed);
}

/* Compare a list of rule ids. */
static void
ids(struct replay *r, const char *field, const char *journal,
    const uint8_t *list, size_t n)
{
	char buf[ENTRY_IDS];

	if (n == 0 && journal[0] == '\0')
		return;
	(void)policy_hits(r->now->policy, list, n, buf, sizeof(buf));
	text(r, field, journal, buf);
}

/* Compare what the outcome is, with what the node above said. */
static void
outcome(struct replay *r, const struct verdict *v)
{
	const struct policy *p = r->now->policy;
	const struct entry *e = &r->e;
	struct outcome o = { v->decision, v->floor, policy_hard(p, v),
		v->needs, v->by, v->offer, v->limit_profile };
	char reason[sizeof(e->reason)] = "";

	if (v->headline != POLICY_NO_RULE)
		snprintf(reason, sizeof(reason), "%s", policy_rule_reason(p,
		    v->headline));
	if (subject_above(e, &o) == UPSTREAM_THEIRS)
		memcpy(reason, e->up_reason, sizeof(reason));
	replay_number(r, REPLAY_A, "decision", e->decision, o.decision);
	replay_number(r, REPLAY_A, "floor", e->floor, o.floor);
	replay_number(r, REPLAY_A, "hard", e->hard, o.hard);
	replay_number(r, REPLAY_A, "needs", e->needs, o.needs);
	replay_number(r, REPLAY_A, "by", e->by, o.by);
	replay_number(r, REPLAY_A, "offer", e->offer, o.offer);
	replay_number(r, REPLAY_A, "profile", e->profile, o.profile);
	text(r, "reason", e->reason, reason);
}

/* Compare until when the outcome is reserved. */
static void
reserved(struct replay *r)
{
	const struct policy *p = r->now->policy;
	const struct entry *e = &r->e;
	int64_t t = e->t / 1000 * 1000, ttl;
	char a[24];

	if ((e->flags & (ENTRY_F_DRY | ENTRY_F_POSTHOC)) != 0 ||
	    e->decision == LK_REJECT) {
		replay_number(r, REPLAY_A, "expires", e->expires, 0);
		replay_number(r, REPLAY_A, "due", e->due, 0);
		return;
	}
	if ((e->flags & ENTRY_F_CONSULT) != 0) {
		replay_number(r, REPLAY_A, "expires", e->expires, e->t +
		    RECORD_CONSULT_MS);
		replay_number(r, REPLAY_A, "due", e->due, 0);
		return;
	}
	ttl = e->decision == LK_REVIEW ? policy_review_ttl(p) :
	    policy_reservation_ttl(p);
	if (e->expires <= t) {
		snprintf(a, sizeof(a), "%" PRId64, e->expires);
		replay_differs(r, REPLAY_A, "expires", a,
		    "(later than the decision)");
	} else if (e->expires != t + ttl * 1000)
		r->n.ttl++;
	replay_number(r, REPLAY_A, "due", e->due,
	    e->decision == LK_REVIEW ? e->expires : 0);
}

/* Decide from the entry's own facts. */
void
replay_decide(struct replay *r)
{
	const struct policy *p = r->now->policy;
	const struct entry *e = &r->e;
	const struct policy_fact *fact;
	uint8_t waived[POLICY_MAX_RULES];
	struct verdict v;
	size_t n = policy_facts(p, &fact);

	if (e->engine != POLICY_ENGINE) {
		/* Another engine may rightly decide otherwise. */
		replay_number(r, REPLAY_A, "engine", e->engine, POLICY_ENGINE);
		return;
	}
	text(r, "policy", e->policy, policy_version(p));
	if (e->nfacts != n) {
		replay_number(r, REPLAY_A, "facts", e->nfacts, (int64_t)n);
		return;
	}
	subject_waived(p, e, waived);
	policy_decide_waiving(p, e->facts, waived, e->t / 1000, &v);
	if ((e->flags & ENTRY_F_CLAIMED) != 0)
		policy_soften(p, &v);
	ids(r, "hits", e->hits, v.hit, v.nhits);
	ids(r, "lifted", e->lifted, v.lifted, v.nlifted);
	ids(r, "waived", e->waived, v.waived, v.nwaived);
	ids(r, "shadow", e->shadow, v.shadow, v.nshadow);
	replay_number(r, REPLAY_A, "hits_total", e->hits_total, v.nhits);
	replay_number(r, REPLAY_A, "flags.cleared",
	    (e->flags & ENTRY_F_CLEARED) != 0, e->facts[0] > 0 &&
	    v.nlifted > 0 && (e->flags & ENTRY_F_DRY) == 0);
	if (forced(e))
		r->n.forced++;
	else
		outcome(r, &v);
	reserved(r);
}

/*
 * A fact about a list: the entry holds the matched record too, in full, and the two must
 * say the same.  Records that did not fit there leave the fact an input.
 */
static void
replay_listed(struct replay *r, const struct policy_fact *f, int64_t value)
{
	const struct entry *e = &r->e;
	const int own = f->fn == POLICY_LISTED;
	const char *text = own ? e->listed : e->agent_listed;
	const size_t cap = own ? sizeof(e->listed) : sizeof(e->agent_listed);
	const char *const *lists;
	char name[64];
	int64_t v;
	size_t n = policy_lists(r->now->policy, &lists);

	if (f->product >= n || (v = subject_listed(text, lists[f->product])) ==
	    value || (v == 0 && strlen(text) + LISTED_MAX >= cap)) {
		r->n.inputs++;
		return;
	}
	(void)policy_fact_name(f, name, sizeof(name));
	replay_number(r, REPLAY_B, name, value, v);
}

/*
 * Other documents of the person may stay out of count where what he alone says of them
 * would have made things easier, and so never where there was nothing to ease.
 */
static void
replay_alone(struct replay *r)
{
	struct state *s = r->scratch.state;
	const struct entry *e = &r->e;
	uint32_t flags;

	if (!entry_token_set(&e->prev) && state_get(s, RECORD_LINK,
	    e->person.b, TOKEN_LEN, NULL, NULL) == NULL)
		return;
	r->joined = r->person;
	flags = subject_linked(&r->joined, &r->other, s, e, e->t / 1000);
	if ((flags & ENTRY_F_CLAIMED) == 0 || (e->decision == LK_PASS &&
	    !forced(e)))
		replay_number(r, REPLAY_B, "flags.linked", 0, flags);
}

/* Count every fact anew. */
void
replay_facts(struct replay *r)
{
	const struct policy *p = r->now->policy;
	const struct entry *e = &r->e;
	const struct policy_fact *fact;
	size_t n = policy_facts(p, &fact), i;
	const uint32_t mask = ENTRY_F_LINKED | ENTRY_F_CLAIMED;
	struct application ap;
	uint64_t superseded;
	char name[64];
	int64_t v;

	if (e->nfacts != n) {
		if ((r->o.modes & REPLAY_A) == 0)
			replay_number(r, REPLAY_B, "facts", e->nfacts,
			    (int64_t)n);
		return;
	}
	if ((r->o.modes & REPLAY_A) == 0)
		r->n.forced += (uint64_t)forced(e);
	if (subject_load(&r->person, r->scratch.state, e, e->t / 1000) != 0) {
		replay_differs(r, REPLAY_B, "person", "", "(no record)");
		return;
	}
	subject_describe(&ap, &r->person, apply_names(r->scratch.apply), p, e,
	    e->t / 1000);
	subject_own(&ap, r->scratch.state, e);
	/* What was asked for by a node below takes the place of nothing yet. */
	superseded = (e->flags & (ENTRY_F_DRY | ENTRY_F_CONSULT)) != 0 ? 0 :
	    ap.superseded;
	subject_around(&ap, r->scratch.state, e);
	if ((e->flags & ENTRY_F_LINKED) != 0) {
		replay_number(r, REPLAY_B, "flags.linked", e->flags & mask,
		    subject_linked(&r->person, &r->other, r->scratch.state, e,
		    e->t / 1000));
		ap.linked = 1;
	} else
		replay_alone(r);
	for (i = 0; i < n; i++) {
		if (facts_told(fact[i].fn) && fact[i].fn != POLICY_LISTED &&
		    fact[i].fn != POLICY_AGENT_LISTED) {
			r->n.inputs++;
			continue;
		}
		if (fact[i].fn == POLICY_LISTED ||
		    fact[i].fn == POLICY_AGENT_LISTED) {
			replay_listed(r, &fact[i], e->facts[i]);
			continue;
		}
		r->n.facts++;
		v = facts_value(&fact[i], &r->person, &ap);
		if (v == e->facts[i])
			continue;
		(void)policy_fact_name(&fact[i], name, sizeof(name));
		replay_number(r, REPLAY_B, name, e->facts[i], v);
	}
	replay_number(r, REPLAY_B, "superseded", (int64_t)e->superseded,
	    (int64_t)superseded);
}
