#ifndef LIANGKA_POLICY_WHY_H_
#define LIANGKA_POLICY_WHY_H_

/*
 * Why a rule hits or does not: its conditions one by one, with the figures that
 * they were given.  Pure.
 */

#include <stddef.h>
#include <stdint.h>

#include "policy.h"

#define POLICY_WHY_TERMS 8	/* facts of one sum */
#define POLICY_WHY_ITEMS 16	/* names of one list */
#define POLICY_WHY_MAX 64	/* conditions of one rule that are worth listing */

enum policy_compare {
	POLICY_IS, POLICY_IS_NOT, POLICY_LESS, POLICY_AT_MOST, POLICY_MORE,
	POLICY_AT_LEAST
};

enum policy_why_kind {
	POLICY_WHY_FLAG,	/* left is one fact */
	POLICY_WHY_COMPARE,	/* left OP right */
	POLICY_WHY_IN		/* left is one fact, among the items */
};

/* One side: the sum of some facts and a number. */
struct policy_sum {
	size_t n;			/* facts */
	uint8_t slot[POLICY_WHY_TERMS];
	int64_t constant;
	int64_t value;			/* of all together */
	int unknown;			/* one of them is not known */
};

/* One condition of a rule. */
struct policy_condition {
	enum policy_why_kind kind;
	enum policy_compare op;
	struct policy_sum left, right;
	size_t n;			/* items */
	int32_t item[POLICY_WHY_ITEMS];
	int negated;			/* under an odd number of `not` */
	int holds;			/* as the rule means it, `not` and all */
};

/**
 * policy_why(p, rule, facts, list, cap, all):
 * Write the conditions of ${rule} in the order of its text into ${list}, at most
 * ${cap}.  *${all} is 1 when the rule hits only if all of them hold, 0 when an
 * `or`, or a `not` before more than one condition, has it otherwise.  Return how
 * many were written.
 */
size_t policy_why(const struct policy *p, int rule, const int64_t *facts,
    struct policy_condition *list, size_t cap, int *all);

/**
 * policy_why_institution(p, code):
 * Return the id of the institution that a POLICY_INSTITUTION item means, "" when
 * there is none.
 */
const char *policy_why_institution(const struct policy *p, int32_t code);

#endif /* !LIANGKA_POLICY_WHY_H_ */
