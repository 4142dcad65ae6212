/*
 * What changes, counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/policy.h"
#include "store/subject.h"

#include "backtest_impl.h"

/* The row of the matrix. */
int
backtest_outcome(int32_t decision)
{

	return (decision <= LK_PASS ? 0 : decision < LK_REVIEW ? 1 :
	    decision < LK_REJECT ? 2 : 3);
}

/* The band of an age. */
static int
band(int64_t age)
{
	static const int64_t below[] = { 16, 18, 25, 35, 50, 65 };
	int i;

	if (age < 0)
		return (BACKTEST_AGE_UNKNOWN);
	for (i = 0; i < BACKTEST_AGE_OLD && age >= below[i]; i++)
		continue;
	return (i);
}

/* The rule of this name; NULL when there is no room for one more. */
static struct backtest_rule *
named(struct backtest *b, const char *id, size_t len)
{
	struct backtest_rule *r;
	size_t i;

	for (i = 0; i < b->nrules; i++)
		if (strncmp(b->rule[i].id, id, len) == 0 &&
		    b->rule[i].id[len] == '\0')
			return (&b->rule[i]);
	if (b->nrules == b->cap)
		return (NULL);
	r = &b->rule[b->nrules++];
	memset(r, 0, sizeof(*r));
	memcpy(r->id, id, len);
	r->rule = POLICY_NO_RULE;
	return (r);
}

/* Count the rules that an entry names. */
static void
before(struct backtest *b, const char *ids, int shadow, int released)
{
	struct backtest_rule *r;
	size_t n;

	for (; *ids != '\0'; ids += n, ids += *ids == ' ') {
		n = strcspn(ids, " ");
		if (n == 0 || n > POLICY_MAX_ID ||
		    (r = named(b, ids, n)) == NULL)
			continue;
		r->was += !shadow;
		r->was_shadow += (uint64_t)shadow;
		r->released += (uint64_t)released;
	}
}

/* The first 8 bytes of whose application it is. */
static uint64_t
whose(const struct entry *e)
{
	uint64_t v;

	memcpy(&v, subject_token(e)->b, sizeof(v));
	return (v);
}

/* Count the rules that hit now. */
static void
effective(struct backtest *b, const struct verdict *v, int held)
{
	const struct policy *p = b->o.policy;
	struct backtest_rule *r;
	size_t i, holding = 0;
	int campaign = 0;

	for (i = 0; i < v->nhits; i++)
		holding += policy_rule_then(p, v->hit[i]) >= LK_REVIEW;
	for (i = 0; i < v->nhits; i++) {
		r = &b->rule[v->hit[i]];
		r->hits++;
		if (!held || policy_rule_then(p, v->hit[i]) < LK_REVIEW)
			continue;
		r->held++;
		r->alone += holding == 1;
		crowd_add(&r->people, whose(&b->e));
		campaign |= policy_waivable(p, v->hit[i]);
	}
	for (i = 0; i < v->nlifted; i++)
		b->rule[v->lifted[i]].lifted++;
	for (i = 0; i < v->nwaived; i++)
		b->rule[v->waived[i]].lifted++;
	b->n.campaign += (uint64_t)(campaign && b->e.campaign[0] != '\0' &&
	    (b->e.flags & ENTRY_F_FULL) == 0);
}

/* Count the rules on trial: each as if it alone were in force besides. */
static void
trial(struct backtest *b, const struct verdict *v, const uint8_t *waived,
    int cleared)
{
	const struct policy *p = b->o.policy;
	struct backtest_rule *r;
	int32_t then;
	size_t i;
	int rule;

	for (i = 0; i < v->nshadow; i++) {
		rule = v->shadow[i];
		r = &b->rule[rule];
		then = policy_rule_then(p, rule);
		r->hits++;
		if ((waived[rule] && policy_waivable(p, rule)) ||
		    (cleared && policy_rule_clearable(p, rule))) {
			r->lifted++;
			continue;
		}
		if (then <= v->decision)
			continue;
		r->stricter++;
		r->refused += then >= LK_REJECT;
		if (then < LK_REVIEW || v->decision >= LK_REVIEW)
			continue;
		r->held++;
		r->alone++;
		crowd_add(&r->people, whose(&b->e));
	}
}

/* Count by outlet and area. */
static void
places(struct backtest *b, int32_t was, int32_t is)
{
	const struct entry *e = &b->e;
	char key[TALLY_KEY], area[16] = "-";

	(void)snprintf(key, sizeof(key), "%s %s", e->inst, e->outlet);
	tally_count(tally_at(b->outlet, key), was, is);
	if (e->area > 0 && e->area <= 999999)
		(void)snprintf(area, sizeof(area), "%06d", e->area);
	tally_count(tally_at(b->area6, area), was, is);
	if (area[0] != '-')
		area[4] = '\0';
	tally_count(tally_at(b->area4, area), was, is);
}

/* Count a decision. */
void
backtest_count(struct backtest *b, const struct verdict *v, int64_t age,
    int cleared)
{
	const struct entry *e = &b->e;
	int32_t was = e->decision, is = v->decision;
	int held = was < LK_REVIEW && is >= LK_REVIEW;
	int released = was >= LK_REVIEW && is < LK_REVIEW;
	uint8_t waived[POLICY_MAX_RULES];

	if (b->n.first == 0)
		b->n.first = e->t;
	b->n.last = e->t;
	tally_count(&b->n.all, was, is);
	tally_count(&b->n.age[band(age)], was, is);
	b->n.matrix[backtest_outcome(was)][backtest_outcome(is)]++;
	crowd_add(&b->n.people, whose(e));
	if (held)
		crowd_add(&b->n.held, whose(e));
	if (released)
		crowd_add(&b->n.released, whose(e));
	before(b, e->hits, 0, released);
	before(b, e->shadow, 1, 0);
	effective(b, v, held);
	if (v->nshadow > 0) {
		subject_waived(b->o.policy, e, waived);
		trial(b, v, waived, cleared);
	}
	places(b, was, is);
}
