#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/policy_names.h"
#include "store/apply.h"
#include "store/subject.h"

#include "casefile.h"
#include "explain.h"

/* Is the rule in the list? */
static int
among(const uint8_t *list, size_t n, int rule)
{

	return (n > 0 && memchr(list, rule, n) != NULL);
}

/* Is the rule in one of the lists of a verdict? */
static int
anywhere(const struct verdict *v, int rule)
{

	return (among(v->hit, v->nhits, rule) ||
	    among(v->lifted, v->nlifted, rule) ||
	    among(v->waived, v->nwaived, rule) ||
	    among(v->shadow, v->nshadow, rule));
}

/* Add rules of one list. */
static void
put(struct explain *x, const uint8_t *list, size_t n, enum explain_state state)
{
	size_t i;

	for (i = 0; i < n; i++)
		x->rule[x->n++] = (struct explain_rule){ list[i], state };
}

/* Is a fact a count of what happened, which one more would raise? */
static int
rises(const struct policy_fact *f)
{
	const struct policy_fn_info *info = policy_names_of(f->fn);

	return (info != NULL && info->type == POLICY_TYPE_COUNT &&
	    (info->args == POLICY_ARGS_WINDOW ||
	    info->args == POLICY_ARGS_HELD));
}

/* Sort all rules by what they did. */
static void
sort(struct explain *x, const struct policy *p, const struct entry *e,
    const uint8_t *waived)
{
	int64_t facts[POLICY_MAX_FACTS];
	const struct policy_fact *fact;
	size_t n = policy_facts(p, &fact), i;
	int rule, rules = (int)policy_rules(p), pass;
	struct verdict more;
	enum explain_state state;

	for (i = 0; i < n; i++)
		facts[i] = e->facts[i] + (rises(&fact[i]) ? 1 : 0);
	policy_decide_waiving(p, facts, waived, e->t / 1000, &more);
	put(x, x->v.hit, x->v.nhits, EXPLAIN_HIT);
	put(x, x->v.lifted, x->v.nlifted, EXPLAIN_LIFTED);
	put(x, x->v.waived, x->v.nwaived, EXPLAIN_WAIVED);
	put(x, x->v.shadow, x->v.nshadow, EXPLAIN_TRIAL);
	for (pass = EXPLAIN_NEAR; pass <= EXPLAIN_OFF; pass++)
		for (rule = 0; rule < rules; rule++) {
			if (anywhere(&x->v, rule))
				continue;
			state = !policy_rule_live(p, rule, e->t / 1000) ?
			    EXPLAIN_OFF : anywhere(&more, rule) ?
			    EXPLAIN_NEAR : EXPLAIN_QUIET;
			if ((int)state == pass)
				x->rule[x->n++] = (struct explain_rule){ rule,
				    state };
		}
}

/* What was told is told by a rule of the node above, where its answer counted. */
static void
speak(struct explain *x, const struct policy *p, const struct entry *e)
{
	char ids[sizeof(e->hits) + sizeof(e->up_hits)];

	if (e->up_seq == 0)
		return;
	(void)snprintf(ids, sizeof(ids), "%s%s%s", e->hits, e->hits[0] !=
	    '\0' ? " " : "", e->up_hits);
	x->v.speaker = (int16_t)policy_speaker(p, ids, e->decision, e->by);
}

/* Explain a decision. */
int
explain_make(struct explain *x, const struct casefile *c)
{
	const struct entry *e = &c->decision.e;
	const struct names *names = apply_names(c->scratch.apply);
	const struct policy_fact *fact;
	uint8_t waived[POLICY_MAX_RULES];

	memset(x, 0, sizeof(*x));
	if (e->from_seq != 0) {
		x->v.decision = e->decision;
		x->v.headline = x->v.speaker = POLICY_NO_RULE;
		return (0);
	}
	if (c->policy == NULL || policy_facts(c->policy, &fact) != e->nfacts)
		return (1);
	subject_waived(c->policy, e, waived);
	policy_decide_waiving(c->policy, e->facts, waived, e->t / 1000, &x->v);
	if ((e->flags & ENTRY_F_CLAIMED) != 0)
		policy_soften(c->policy, &x->v);
	speak(x, c->policy, e);
	sort(x, c->policy, e, waived);
	if (x->v.decision == LK_PASS)
		return (0);
	x->lapses = 1;
	if (lapse_find(&x->then, c->policy, e, &c->after, names,
	    e->t / 1000 + 1) != 0 ||
	    lapse_find(&x->now, c->policy, e, &c->now, names,
	    c->last_t / 1000) != 0)
		return (-1);
	return (0);
}
