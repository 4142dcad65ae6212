/*
 * The policy compiler and its evaluation.  What begins with '[' or '#' is a
 * whole policy, all else is the condition of one rule.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/policy.h"
#include "engine/policy_why.h"
#include "plugin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
report(void *arg, const struct conf_error *e)
{
	char buf[1024];

	(void)arg;
	if (conf_format(e, buf, sizeof(buf)) != strlen(buf) || e->span == 0)
		abort();
}

/* Is this a verdict that follows from its own lists? */
static void
check(const struct policy *p, const struct verdict *v, int cleared)
{
	int32_t strictest = LK_PASS;
	size_t i;
	char buf[2048];

	for (i = 0; i < v->nhits; i++) {
		if (policy_rule_then(p, v->hit[i]) > strictest)
			strictest = policy_rule_then(p, v->hit[i]);
		if (policy_rule_shadow(p, v->hit[i]) ||
		    policy_rule_tells(p, v->hit[i]) ||
		    (cleared && policy_rule_clearable(p, v->hit[i])))
			abort();
		if (i > 0 && policy_rule_class(p, v->hit[i]) <
		    policy_rule_class(p, v->hit[i - 1]))
			abort();
	}
	for (i = 0; i < v->nshadow; i++)
		if (!policy_rule_shadow(p, v->shadow[i]) &&
		    !policy_rule_tells(p, v->shadow[i]))
			abort();
	if (v->decision != strictest || v->floor > v->decision ||
	    (v->nhits > 0) != (v->headline >= 0) ||
	    v->nhits + v->nlifted + v->nshadow + v->nwaived >
	    (int)policy_rules(p) || (v->nlifted > 0 && !cleared))
		abort();
	for (i = 0; i < v->nwaived; i++)
		if (!policy_waivable(p, v->waived[i]) ||
		    policy_rule_class(p, v->waived[i]) < POLICY_FREQUENCY)
			abort();
	policy_hits(p, v->hit, v->nhits, buf, sizeof(buf));
	policy_message(p, v->speaker, v->decision, POLICY_LANG_ZH,
	    POLICY_TEXT_NOTICE, buf, sizeof(buf));
}

/* With everything waived that may be: what is left does not grow stricter. */
static void
waive(const struct policy *p, const int64_t *facts, const struct verdict *v)
{
	uint8_t all[POLICY_MAX_RULES], some[POLICY_MAX_RULES] = { 0 };
	struct verdict w, x;
	size_t i;

	memset(all, 1, sizeof(all));
	policy_decide_waiving(p, facts, all, INT64_C(1795334400), &w);
	check(p, &w, facts[0] > 0);
	if (w.decision > v->decision || w.floor > v->floor ||
	    w.nhits + w.nlifted + w.nwaived + w.nshadow !=
	    v->nhits + v->nlifted + v->nshadow)
		abort();
	/* And follows from what it says was waived. */
	for (i = 0; i < w.nwaived; i++)
		some[w.waived[i]] = 1;
	policy_decide_waiving(p, facts, some, INT64_C(1795334400), &x);
	if (memcmp(&w, &x, sizeof(w)) != 0)
		abort();
}

/* Is the rule among those that hit, whatever became of it? */
static int
among(const struct verdict *v, int rule)
{

	return (memchr(v->hit, rule, v->nhits) != NULL ||
	    memchr(v->lifted, rule, v->nlifted) != NULL ||
	    memchr(v->shadow, rule, v->nshadow) != NULL ||
	    memchr(v->waived, rule, v->nwaived) != NULL);
}

/* The conditions read back say what the rule said. */
static void
why(const struct policy *p, const int64_t *facts, const struct verdict *v)
{
	static struct policy_condition c[POLICY_WHY_MAX];
	int rule, all, hold;
	size_t n, i;

	for (rule = 0; rule < (int)policy_rules(p); rule++) {
		n = policy_why(p, rule, facts, c, POLICY_WHY_MAX, &all);
		if (n == 0)
			abort();
		for (hold = 1, i = 0; i < n; i++)
			hold &= c[i].holds;
		if (n < POLICY_WHY_MAX && all && hold != among(v, rule) &&
		    policy_rule_live(p, rule, INT64_C(1795334400)))
			abort();
	}
}

/* What is not hard becomes a review, what is hard stays. */
static void
soften(const struct policy *p, const struct verdict *v)
{
	struct verdict w = *v;
	int32_t hard = policy_hard(p, v);

	policy_soften(p, &w);
	if (hard > v->decision || w.decision > v->decision ||
	    w.floor > v->decision || (v->decision < LK_REJECT &&
	    memcmp(&w, v, sizeof(w)) != 0) || (v->decision == LK_REJECT &&
	    w.decision != (hard == LK_REJECT ? LK_REJECT : LK_REVIEW)))
		abort();
}

/* Decide with a few sets of facts. */
static void
decide(const struct policy *p)
{
	static const int64_t values[] = { 0, 1, 2, 3, 5, 20, -1, INT64_MAX,
	    INT64_MIN };
	const struct policy_fact *f;
	const char *const *lists;
	int64_t facts[POLICY_MAX_FACTS];
	struct verdict v, w;
	size_t i, k, n = policy_facts(p, &f), nlists = policy_lists(p, &lists);
	char name[64];

	if (nlists > POLICY_MAX_LISTS ||
	    policy_worst_bytes(p) > POLICY_MAX_ENTRY_BYTES)
		abort();
	for (i = 0; i < n; i++) {
		if (policy_fact_name(&f[i], name, sizeof(name)) == 0 ||
		    (f[i].list != NULL && (f[i].product >= nlists ||
		    lists[f[i].product] != f[i].list)))
			abort();
	}
	for (k = 0; k < 9; k++) {
		for (i = 0; i < n; i++)
			facts[i] = values[(k + i * (k % 3)) % 9];
		policy_decide(p, facts, INT64_C(1795334400), &v);
		policy_decide(p, facts, INT64_C(1795334400), &w);
		if (memcmp(&v, &w, sizeof(v)) != 0)
			abort();
		check(p, &v, facts[0] > 0);
		if (v.nwaived != 0)
			abort();
		waive(p, facts, &v);
		why(p, facts, &v);
		soften(p, &v);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char before[] = "[policy]\nversion = f\n[rule F]\n"
	    "reason = f\nthen = review\nwhen = \"";
	struct conf_sink sink = { report, NULL };
	struct policy *p;
	char *text;
	size_t n = 0;

	if (size > 65536 || (text = malloc(size + sizeof(before) + 2)) == NULL)
		return (0);
	if (size == 0 || (data[0] != '[' && data[0] != '#')) {
		memcpy(text, before, n = sizeof(before) - 1);
		if (size > 0)
			memcpy(text + n, data, size);
		n += size;
		text[n++] = '"';
	} else {
		memcpy(text, data, n = size);
	}
	if ((text = realloc(text, n)) == NULL)
		return (0);
	if ((p = policy_compile("fuzz", text, n, &sink)) != NULL)
		decide(p);
	policy_free(p);
	free(text);
	return (0);
}
