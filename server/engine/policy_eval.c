/*
 * Deciding: the rules in force, what hits, and what follows from it.
 */
#include <assert.h>
#include <string.h>

#include "day.h"
#include "policy_rule.h"
#include "plugin.h"

/* A sum with an unknown term: no other sum comes near it. */
#define UNKNOWN		(INT64_MIN / 2)

/* Compare two values. */
static int
compare(const struct policy_insn *i, int64_t a, int64_t b)
{

	if (i->known && (a < UNKNOWN / 2 || b < UNKNOWN / 2))
		return (0);
	switch (i->op) {
	case POLICY_OP_EQ:
		return (a == b);
	case POLICY_OP_NE:
		return (a != b);
	case POLICY_OP_LT:
		return (a < b);
	case POLICY_OP_LE:
		return (a <= b);
	case POLICY_OP_GT:
		return (a > b);
	default:
		return (a >= b);
	}
}

/* A fact's value, held within an int32_t so that sums cannot overflow. */
static int64_t
bounded(int64_t v)
{

	return (v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : v);
}

/* A sum; one with an unknown term stays unknown. */
static int64_t
plus(int64_t a, int64_t b)
{

	return (a < UNKNOWN / 2 || b < UNKNOWN / 2 ? UNKNOWN : a + b);
}

/* Does a rule hit? */
static int
hits(const struct policy *p, const struct policy_rule *r, const int64_t *facts)
{
	const struct policy_insn *i = p->code + r->code, *end = i + r->ncode;
	int64_t s[POLICY_MAX_STACK];
	size_t n = 0, k;
	int64_t in;

	/* The compiler has seen to it that no operand is missing on the stack. */
	/* NOLINTBEGIN(clang-analyzer-core.*) */
	for (; i < end; i++) {
		switch (i->op) {
		case POLICY_OP_INT:
			s[n++] = i->arg;
			break;
		case POLICY_OP_FACT:
			s[n++] = i->known && facts[i->arg] < 0 ? UNKNOWN :
			    bounded(facts[i->arg]);
			break;
		case POLICY_OP_FLAG:
			s[n - 1] = s[n - 1] > 0;
			break;
		case POLICY_OP_NOT:
			s[n - 1] = !s[n - 1];
			break;
		case POLICY_OP_IN:
			for (in = 0, k = 1; k <= i->n; k++)
				in |= s[n - 1] == i[k].arg;
			s[n - 1] = in;
			i += i->n;
			break;
		case POLICY_OP_ADD:
			n--, s[n - 1] = plus(s[n - 1], s[n]);
			break;
		case POLICY_OP_AND:
			if (s[n - 1] == 0)
				i += i->arg;
			else
				n--;
			break;
		case POLICY_OP_OR:
			if (s[n - 1] != 0)
				i += i->arg;
			else
				n--;
			break;
		default:
			n--, s[n - 1] = compare(i, s[n - 1], s[n]);
			break;
		}
	}
	assert(n == 1);
	return (s[0] != 0);
	/* NOLINTEND(clang-analyzer-core.*) */
}

/* Is a rule in force on this day? */
static int
live(const struct policy_rule *r, int32_t day)
{

	return (r->from <= day && day <= r->until);
}

/* Is a rule in force at this second? */
int
policy_rule_live(const struct policy *p, int rule, int64_t now_s)
{

	return (live(&p->rule[rule], day_of(now_s)));
}

/* When a rule comes into force. */
int64_t
policy_rule_begins(const struct policy *p, int rule)
{
	int32_t from = p->rule[rule].from;

	return (from == INT32_MIN ? INT64_MIN : day_start(from));
}

/* Add the effect of a hit to the verdict. */
static void
take(struct verdict *v, const struct policy_rule *r)
{

	if (r->then > v->decision)
		v->decision = r->then;
	if (r->then != LK_REVIEW && r->then > v->floor)
		v->floor = r->then;
	if (r->then == LK_REVIEW && r->by > v->by)
		v->by = r->by;
	v->needs |= r->needs;
}

/* What depends on all the hits together. */
static void
conclude(const struct policy *p, struct verdict *v)
{
	const struct policy_rule *r;
	int offered = 1;
	size_t i;

	v->headline = v->speaker = POLICY_NO_RULE;
	if (v->decision != LK_REVIEW)
		v->by = LK_BY_NONE;
	if (v->nhits > 0)
		v->headline = v->hit[0];
	for (i = 0; i < v->nhits; i++) {
		r = &p->rule[v->hit[i]];
		if (r->then == LK_LIMIT && v->floor == LK_LIMIT &&
		    v->limit_profile == 0)
			v->limit_profile = r->profile;
		if (r->then != v->decision)
			continue;
		/* Who may clear it must be told right. */
		if (v->speaker == POLICY_NO_RULE ||
		    (p->rule[v->speaker].by != v->by && r->by == v->by))
			v->speaker = v->hit[i];
		/* An offer stands only if nothing as strict makes none. */
		if (r->offer == 0)
			offered = 0;
		else if (v->offer == 0)
			v->offer = r->offer;
	}
	if (!offered)
		v->offer = 0;
}

/* Decide, with some rules lifted by a campaign. */
void
policy_decide_waiving(const struct policy *p, const int64_t *facts,
    const uint8_t *waived, int64_t now_s, struct verdict *v)
{
	int32_t day = day_of(now_s);
	int cleared = facts[0] > 0;
	size_t i;

	memset(v, 0, sizeof(*v));
	v->decision = v->floor = LK_PASS;
	for (i = 0; i < p->nrules; i++) {
		uint8_t n = p->order[i];
		const struct policy_rule *r = &p->rule[n];

		if (!live(r, day) || !hits(p, r, facts))
			continue;
		if (r->shadow) {
			v->shadow[v->nshadow++] = n;
		} else if (waived != NULL && waived[n] && r->campaign) {
			v->waived[v->nwaived++] = n;
		} else if (r->then == LK_PASS) {
			/* It only tells: no effect, like a rule on trial. */
			v->shadow[v->nshadow++] = n;
		} else if (cleared && r->clearable) {
			v->lifted[v->nlifted++] = n;
		} else {
			v->hit[v->nhits++] = n;
			take(v, r);
		}
	}
	conclude(p, v);
}

/* Decide. */
void
policy_decide(const struct policy *p, const int64_t *facts, int64_t now_s,
    struct verdict *v)
{

	policy_decide_waiving(p, facts, NULL, now_s, v);
}
