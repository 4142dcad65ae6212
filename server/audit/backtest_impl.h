#ifndef LIANGKA_BACKTEST_IMPL_H_
#define LIANGKA_BACKTEST_IMPL_H_

/*
 * What the files of backtest share.
 */

#include "engine/person.h"
#include "store/entry.h"
#include "store/sequence.h"

#include "backtest.h"
#include "scratch.h"

#define BACKTEST_OLD_RULES 1024	/* rules that only older policies have */

/* A policy that was in force. */
struct backtest_policy {
	char hash[68];
	size_t nfacts;		/* 0: the file is missing or does not compile */
	int16_t slot[POLICY_MAX_FACTS]; /* of each told fact of the new policy */
				/* in its entries; -1: it does not ask for it */
	int16_t age;		/* ditto, of age */
	struct backtest_policy *next;
};

struct backtest {
	struct backtest_options o;
	struct backtest_result n;
	const struct policy_fact *fact;	/* of the new policy */
	size_t nfacts;
	struct backtest_policy *policies;
	const struct backtest_policy *now; /* in force; NULL before the first */
	struct scratch scratch;
	uint64_t last;		/* seq of the last entry, 0: none */
	struct sequence sequence;
	struct backtest_rule *rule;
	size_t nrules, cap;	/* used and there */
	struct tally *outlet, *area4, *area6;
	struct person person;	/* scratch */
	struct person joined;	/* ditto, with other documents */
	struct person other;	/* ditto */
	struct entry e;
};

/**
 * backtest_known(b, p, fact, n): Say where the n facts of the new policy stand in
 * entries of the policy p, which is not freed here.
 */
void backtest_known(struct backtest_policy *to, const struct policy *p,
    const struct policy_fact *fact, size_t n);

/**
 * backtest_decide(b, v, age): Decide the entry b->e by the new policy, in the state
 * before it.  *age is what the entry says of the applicant's age, -1: nothing.  Return
 * whether a clearance is in force, or -1 when the record cannot be read.
 */
int backtest_decide(struct backtest *b, struct verdict *v, int64_t *age);

/**
 * backtest_count(b, v, age, cleared): Count what came of it.
 */
void backtest_count(struct backtest *b, const struct verdict *v, int64_t age,
    int cleared);

#endif /* !LIANGKA_BACKTEST_IMPL_H_ */
