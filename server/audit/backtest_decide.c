/*
 * One decision of the journal, decided by another policy.
 */
#include <string.h>

#include "plugin.h"

#include "engine/facts.h"
#include "store/apply.h"
#include "store/records.h"
#include "store/state.h"
#include "store/subject.h"

#include "backtest_impl.h"

/* Are these two the same fact? */
static int
same(const struct policy_fact *a, const struct policy_fact *b)
{

	return (a->fn == b->fn && (a->list == NULL || b->list == NULL ?
	    a->list == b->list : strcmp(a->list, b->list) == 0));
}

/* Where the facts stand in entries of an older policy. */
void
backtest_known(struct backtest_policy *to, const struct policy *p,
    const struct policy_fact *fact, size_t n)
{
	const struct policy_fact *old;
	size_t i, k;

	to->nfacts = policy_facts(p, &old);
	to->age = -1;
	for (k = 0; k < to->nfacts; k++)
		if (old[k].fn == POLICY_AGE)
			to->age = (int16_t)k;
	for (i = 0; i < n; i++) {
		to->slot[i] = -1;
		for (k = 0; k < to->nfacts && facts_told(fact[i].fn); k++)
			if (same(&fact[i], &old[k]))
				to->slot[i] = (int16_t)k;
	}
}

/* What an entry tells of a fact that its policy did not ask for; 0: nothing. */
static int
otherwise(const struct entry *e, const struct policy_fact *f, int64_t *v)
{

	*v = 0;
	switch (f->fn) {
	case POLICY_LISTED:
		*v = subject_listed(e->listed, f->list);
		return (*v != 0);
	case POLICY_AGENT_LISTED:
		*v = subject_listed(e->agent_listed, f->list);
		return (*v != 0);
	case POLICY_CAMPAIGN:
		*v = e->campaign[0] != '\0' && (e->flags & ENTRY_F_FULL) == 0;
		return (1);
	case POLICY_AREA_LOCAL:
		*v = (e->flags & ENTRY_F_AWAY) == 0;
		return (e->area != 0);
	case POLICY_OUTLET_SUSPENDED:
		*v = (e->flags & ENTRY_F_OUTLET) != 0;
		return (*v != 0);
	case POLICY_OUTLET_KNOWN:
		*v = (e->flags & ENTRY_F_UNKNOWN) == 0;
		return (*v == 0);
	case POLICY_AGE:
		*v = -1;
		return (0);
	default:
		return (0);
	}
}

/* Fill in what only the day knew. */
static void
told(struct backtest *b, int64_t *values)
{
	const struct backtest_policy *p = b->now;
	const struct entry *e = &b->e;
	int lacking = 0;
	size_t i;

	for (i = 0; i < b->nfacts; i++) {
		values[i] = 0;
		if (!facts_told(b->fact[i].fn))
			continue;
		if (p != NULL && p->nfacts == e->nfacts && p->slot[i] >= 0) {
			values[i] = e->facts[p->slot[i]];
		} else if (!otherwise(e, &b->fact[i], &values[i])) {
			b->n.unknown[i]++;
			lacking = 1;
		}
	}
	b->n.lacking += (uint64_t)lacking;
}

/* Decide by one record. */
static void
judge(const struct backtest *b, const struct person *p,
    const struct application *ap, const int64_t *given, const uint8_t *waived,
    struct verdict *v)
{
	int64_t values[POLICY_MAX_FACTS];
	size_t i;

	for (i = 0; i < b->nfacts; i++)
		values[i] = facts_told(b->fact[i].fn) ? given[i] :
		    facts_value(&b->fact[i], p, ap);
	policy_decide_waiving(b->o.policy, values, waived, b->o.in_force != 0 ?
	    b->o.in_force : ap->now, v);
}

/* Join the records of other documents; 0 when there are none. */
static uint32_t
linked(struct backtest *b)
{
	const struct entry *e = &b->e;

	if (!entry_token_set(&e->prev) && state_get(b->scratch.state,
	    RECORD_LINK, e->person.b, TOKEN_LEN, NULL, NULL) == NULL)
		return (0);
	b->joined = b->person;
	return (subject_linked(&b->joined, &b->other, b->scratch.state, e,
	    e->t / 1000));
}

/* Let the node above say what it said then. */
static void
above(const struct policy *p, const struct entry *e, struct verdict *v)
{
	struct outcome o = { v->decision, v->floor, policy_hard(p, v),
		v->needs, v->by, v->offer, v->limit_profile };

	(void)subject_above(e, &o);
	v->decision = o.decision;
	v->floor = o.floor;
	v->needs = o.needs;
	v->by = o.by;
	v->offer = o.offer;
	v->limit_profile = o.profile;
}

/* Decide the entry, as the daemon would. */
int
backtest_decide(struct backtest *b, struct verdict *v, int64_t *age)
{
	const struct entry *e = &b->e;
	uint8_t waived[POLICY_MAX_RULES];
	int64_t given[POLICY_MAX_FACTS];
	struct application ap;
	uint32_t flags;

	if (subject_load(&b->person, b->scratch.state, e, e->t / 1000) != 0)
		return (-1);
	subject_describe(&ap, &b->person, apply_names(b->scratch.apply),
	    b->o.policy, e, e->t / 1000);
	subject_around(&ap, b->scratch.state, e);
	subject_waived(b->o.policy, e, waived);
	told(b, given);
	*age = b->now != NULL && b->now->nfacts == e->nfacts &&
	    b->now->age >= 0 ? e->facts[b->now->age] : -1;
	flags = linked(b);
	ap.linked = (flags & ENTRY_F_LINKED) != 0;
	b->n.linked += (uint64_t)ap.linked;
	judge(b, ap.linked ? &b->joined : &b->person, &ap, given, waived, v);
	/* What only the applicant says may hold; it neither refuses nor frees. */
	if ((flags & ENTRY_F_CLAIMED) != 0) {
		struct verdict own;

		ap.linked = 0;
		judge(b, &b->person, &ap, given, waived, &own);
		if (own.decision == LK_REJECT || own.decision > v->decision)
			*v = own;
		else
			policy_soften(b->o.policy, v);
	}
	above(b->o.policy, e, v);
	return (ap.cleared);
}
