/*
 * The conditions of a rule, read back from its code.
 */
#include <string.h>

#include "policy_rule.h"
#include "policy_why.h"

/* A truth on the stack: the conditions from this one on are in it. */
struct truth {
	size_t first;
};

/* A right side under way: when it ends, it is one truth with its left side. */
struct joint {
	const struct policy_insn *end;
	size_t first;
};

/* A rule being read. */
struct reader {
	const int64_t *facts;
	struct policy_condition *list;
	size_t cap, n;
	struct policy_sum sum[POLICY_MAX_STACK];
	size_t nsums;
	struct truth truth[POLICY_MAX_STACK];
	size_t ntruths;
	struct joint joint[POLICY_MAX_NEST * 2];
	size_t njoints;
	struct policy_condition spare;	/* beyond cap */
	int all;
};

/* Take the sum that was pushed last. */
static struct policy_sum
pop(struct reader *r)
{
	static const struct policy_sum none;

	return (r->nsums > 0 ? r->sum[--r->nsums] : none);
}

/* Add a condition and the truth it leaves. */
static struct policy_condition *
condition(struct reader *r, enum policy_why_kind kind)
{
	struct policy_condition *c = r->n < r->cap ? &r->list[r->n] : &r->spare;

	memset(c, 0, sizeof(*c));
	c->kind = kind;
	if (r->ntruths < POLICY_MAX_STACK)
		r->truth[r->ntruths++].first = r->n;
	r->n++;
	return (c);
}

/* A value as rules see it: see policy_eval.c. */
static int64_t
bounded(int64_t v)
{

	return (v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : v);
}

/* A number or a fact. */
static void
push(struct reader *r, const struct policy_insn *i)
{
	struct policy_sum *s;

	if (r->nsums == POLICY_MAX_STACK)
		return;
	s = &r->sum[r->nsums++];
	memset(s, 0, sizeof(*s));
	if (i->op == POLICY_OP_INT) {
		s->constant = s->value = i->arg;
		return;
	}
	s->slot[s->n++] = (uint8_t)i->arg;
	s->value = bounded(r->facts[i->arg]);
	s->unknown = i->known && s->value < 0;
}

/* Two sums become one. */
static void
add(struct reader *r)
{
	struct policy_sum b = pop(r), a = pop(r);
	size_t i;

	for (i = 0; i < b.n && a.n < POLICY_WHY_TERMS; i++)
		a.slot[a.n++] = b.slot[i];
	a.constant += b.constant;
	a.value += b.value;
	a.unknown = a.unknown || b.unknown;
	if (r->nsums < POLICY_MAX_STACK)
		r->sum[r->nsums++] = a;
}

/* A comparison. */
static void
compare(struct reader *r, const struct policy_insn *i)
{
	struct policy_sum right = pop(r), left = pop(r);
	struct policy_condition *c = condition(r, POLICY_WHY_COMPARE);
	int64_t a = left.value, b = right.value;

	c->left = left;
	c->right = right;
	switch (i->op) {
	case POLICY_OP_EQ:
		c->op = POLICY_IS;
		c->holds = a == b;
		break;
	case POLICY_OP_NE:
		c->op = POLICY_IS_NOT;
		c->holds = a != b;
		break;
	case POLICY_OP_LT:
		c->op = POLICY_LESS;
		c->holds = a < b;
		break;
	case POLICY_OP_LE:
		c->op = POLICY_AT_MOST;
		c->holds = a <= b;
		break;
	case POLICY_OP_GT:
		c->op = POLICY_MORE;
		c->holds = a > b;
		break;
	default:
		c->op = POLICY_AT_LEAST;
		c->holds = a >= b;
		break;
	}
	if (left.unknown || right.unknown)
		c->holds = 0;
}

/* A list of names; return its last instruction. */
static const struct policy_insn *
among(struct reader *r, const struct policy_insn *i)
{
	struct policy_sum left = pop(r);
	struct policy_condition *c = condition(r, POLICY_WHY_IN);
	size_t k;

	c->left = left;
	for (k = 1; k <= i->n; k++) {
		if (c->n < POLICY_WHY_ITEMS)
			c->item[c->n++] = i[k].arg;
		c->holds |= left.value == i[k].arg;
	}
	return (i + i->n);
}

/* A flag. */
static void
flag(struct reader *r)
{
	struct policy_sum left = pop(r);
	struct policy_condition *c = condition(r, POLICY_WHY_FLAG);

	c->left = left;
	c->holds = left.value > 0;
}

/* A `not`: all that its truth is made of is meant the other way. */
static void
negate(struct reader *r)
{
	size_t first = r->ntruths > 0 ? r->truth[r->ntruths - 1].first : 0;
	size_t k;

	if (r->n - first > 1)
		r->all = 0;
	for (k = first; k < r->n && k < r->cap; k++) {
		r->list[k].negated = !r->list[k].negated;
		r->list[k].holds = !r->list[k].holds;
	}
}

/* An `and` or `or`: the left side is there, the right one begins. */
static void
join(struct reader *r, const struct policy_insn *i)
{
	size_t first = r->ntruths > 0 ? r->truth[--r->ntruths].first : 0;

	if (i->op == POLICY_OP_OR)
		r->all = 0;
	if (r->njoints < sizeof(r->joint) / sizeof(r->joint[0]))
		r->joint[r->njoints++] = (struct joint){ i + i->arg, first };
}

/* List the conditions of a rule. */
size_t
policy_why(const struct policy *p, int rule, const int64_t *facts,
    struct policy_condition *list, size_t cap, int *all)
{
	const struct policy_insn *i = p->code + p->rule[rule].code;
	const struct policy_insn *end = i + p->rule[rule].ncode;
	struct reader r = { .facts = facts, .list = list, .cap = cap,
		.all = 1 };

	for (; i < end; i++) {
		switch (i->op) {
		case POLICY_OP_INT:
		case POLICY_OP_FACT:
			push(&r, i);
			break;
		case POLICY_OP_ADD:
			add(&r);
			break;
		case POLICY_OP_FLAG:
			flag(&r);
			break;
		case POLICY_OP_IN:
			i = among(&r, i);
			break;
		case POLICY_OP_NOT:
			negate(&r);
			break;
		case POLICY_OP_AND:
		case POLICY_OP_OR:
			join(&r, i);
			break;
		default:
			compare(&r, i);
			break;
		}
		while (r.njoints > 0 && r.joint[r.njoints - 1].end == i &&
		    r.ntruths > 0)
			r.truth[r.ntruths - 1].first =
			    r.joint[--r.njoints].first;
	}
	*all = r.all;
	return (r.n < cap ? r.n : cap);
}

/* The institution that an item means. */
const char *
policy_why_institution(const struct policy *p, int32_t code)
{

	return (code > 0 && (size_t)code <= p->nnames ? p->name[code - 1] : "");
}
