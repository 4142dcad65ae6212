/*
 * What a campaign may lift.
 */
#include <stddef.h>

#include "policy_names.h"
#include "policy_rule.h"
#include "policy_why.h"

/* Of longer ones not all is seen. */
static const char too_long[] = "this rule has too many conditions, or too long a "
    "sum, for a campaign to lift it";

/* Is something in this sum counted over a window? */
static int
windowed(const struct policy *p, const struct policy_sum *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		if (p->fact[s->slot[i]].window != 0)
			return (1);
	}
	return (0);
}

/* What a sum asks for that no campaign may lift; NULL when nothing. */
static const char *
forbidden(const struct policy *p, const struct policy_sum *s,
    const struct policy_sum *other)
{
	const struct policy_fact *f;
	size_t i;

	if (s->n == POLICY_WHY_TERMS)
		return (too_long);
	for (i = 0; i < s->n; i++) {
		f = &p->fact[s->slot[i]];
		if (f->fn == POLICY_LISTED || f->fn == POLICY_AGENT_LISTED)
			return ("a campaign lifts no rule that asks for a "
			    "list");
		if (f->fn == POLICY_INSTITUTIONS ||
		    f->fn == POLICY_ATTEMPT_INSTITUTIONS)
			return ("a campaign lifts no rule that counts "
			    "institutions");
		if (f->fn == POLICY_HELD && (f->place == POLICY_HERE ||
		    !windowed(p, other)))
			return ("a campaign lifts no limit of what is held: "
			    "held() may only be compared, anywhere, with what "
			    "was opened in a window");
	}
	return (NULL);
}

/* Say why no campaign may lift a rule. */
const char *
policy_campaign_refusal(const struct policy *p, int rule)
{
	static const int64_t none[POLICY_MAX_FACTS];
	struct policy_condition c[POLICY_WHY_MAX];
	const char *why = NULL;
	size_t n, i;
	int all;

	if (p->rule[rule].class == POLICY_STATUTORY ||
	    p->rule[rule].class == POLICY_QUANTITY_LIMIT)
		return ("a campaign lifts only rules of class frequency and "
		    "context");
	n = policy_why(p, rule, none, c, POLICY_WHY_MAX, &all);
	if (n == POLICY_WHY_MAX)
		return (too_long);
	for (i = 0; i < n && why == NULL; i++) {
		why = forbidden(p, &c[i].left, &c[i].right);
		if (why == NULL)
			why = forbidden(p, &c[i].right, &c[i].left);
	}
	return (why);
}
