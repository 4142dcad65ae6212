#ifndef LIANGKA_BACKTEST_H_
#define LIANGKA_BACKTEST_H_

/*
 * What another policy would have decided: history is folded through the daemon's own
 * apply_entry() into a private state, and before each decision the facts that the new
 * policy reads are counted from it, as replay's mode B does.
 *
 * History is taken as it happened.  Whom the new policy would have held has opened his
 * card all the same, and whom it would have passed has not: later decisions are made
 * with that.
 *
 * What only the day knew (facts_told(): age, lists, registers) is taken from the entry
 * where the policy of the day asked for the same; a rule that asks for something else
 * sees it as not known, and how often that was is counted.  A campaign lifts the rules
 * that the entry says it lifted, and no others.
 *
 * What the node above said then it says again.  What a node below asked about counts, what
 * it decided and only told does not: that is to be tested there.
 *
 * Threads: one at a time per struct.  The state has a thread of its own.
 */

#include <stddef.h>
#include <stdint.h>

#include "engine/policy.h"

#include "crowd.h"
#include "tally.h"

#define BACKTEST_ERROR_MAX 512	/* SCRATCH_ERROR_MAX */
#define BACKTEST_OUTCOMES 4	/* pass, limit, review, reject: see the matrix */

enum backtest_age {
	BACKTEST_AGE_16,	/* below 16 */
	BACKTEST_AGE_18,	/* 16 and 17 */
	BACKTEST_AGE_25,	/* 18 to 24 */
	BACKTEST_AGE_35, BACKTEST_AGE_50, BACKTEST_AGE_65,
	BACKTEST_AGE_OLD,	/* 65 and above */
	BACKTEST_AGE_UNKNOWN,
	BACKTEST_AGES
};

struct backtest;

struct backtest_options {
	const struct policy *policy;	/* the new one; it outlives the backtest */
	int64_t since, until;		/* decisions of since <= t < until, UTC ms; */
					/* until 0: to the end */
	int64_t in_force;		/* by the rules of this UTC second, whenever */
					/* the decision was; 0: of its own time */
	const char *tmp;		/* where the state may be made; NULL: /tmp */
	uint64_t overlay_bytes;		/* of the state; 0: 1 GiB */
	/* Return the policy file with this SHA-256 for free(), or NULL. */
	char *(*file)(void *arg, const char *hash, size_t *len);
	void *arg;
};

/*
 * One rule.  Of a rule on trial (shadow) held, alone and people say what it would do were
 * it in force beside the others.
 */
struct backtest_rule {
	char id[POLICY_MAX_ID + 1];
	int rule;		/* of the new policy; -1: only an older one has it */
	int shadow;		/* on trial in the new policy */
	uint64_t was;		/* decisions that it hit then, with effect */
	uint64_t was_shadow;	/* ditto, on trial */
	uint64_t hits;		/* that it hits now (shadow: on trial) */
	uint64_t lifted;	/* would, but a clearance or campaign lifts it */
	uint64_t held;		/* of its hits: held or refused anew */
	uint64_t alone;		/* of these: no other rule holds them */
	uint64_t refused;	/* shadow: of its hits, those it would refuse anew */
	uint64_t stricter;	/* shadow: of its hits, whose outcome gets stricter */
	uint64_t released;	/* hit by it then, and not held any more */
	struct crowd people;	/* of held */
};

struct backtest_result {
	uint64_t entries;	/* of all kinds, folded */
	struct tally_sum all;
	uint64_t matrix[BACKTEST_OUTCOMES][BACKTEST_OUTCOMES]; /* [then][now] */
	struct tally_sum age[BACKTEST_AGES];
	struct crowd people;	/* who was decided on */
	struct crowd held;	/* who is held or refused anew */
	struct crowd released;	/* who is not held any more */
	int64_t first, last;	/* journal time of these decisions, ms; 0: none */
	uint64_t dry, sandbox;	/* left out: dry runs, outcomes asked for, */
	uint64_t told;		/* and what nodes below decided by themselves */
	uint64_t orphans;	/* whose own policy is not there */
	uint64_t linked;	/* decided by several documents of the person */
	uint64_t campaign;	/* held anew in a campaign with room, which may lift */
				/* one of the rules that hold */
	uint64_t unknown[POLICY_MAX_FACTS]; /* decisions in which this fact of */
				/* the new policy was not known */
	uint64_t lacking;	/* in which any was not */
};

/**
 * backtest_open(o, err): Begin.  The options are copied.  Return the backtest, or NULL
 * with a sentence in err (BACKTEST_ERROR_MAX bytes).  backtest_close(b): Free it, NULL
 * is allowed.
 */
struct backtest *backtest_open(const struct backtest_options *o, char *err);
void backtest_close(struct backtest *b);

/**
 * backtest_entry(b, text, len, seq, err): Take the next entry as stored; the first is
 * entry 1, and there is no gap.  Return 0, or -1 with a sentence: the entry is not
 * well-formed, entries are missing, memory or the private state failed.
 */
int backtest_entry(struct backtest *b, const char *text, size_t len,
    uint64_t seq, char *err);

/**
 * backtest_result(b): What came of it so far; it lives as long as b.
 * backtest_rules(b, n): the rules, those of the new policy first, in its order.
 * backtest_outlets(b), backtest_areas(b, digits): by outlet, with the key "institution
 * outlet", and by the outlet's area of 4 or 6 digits; "-" where it is not known.
 */
const struct backtest_result *backtest_result(const struct backtest *b);
const struct backtest_rule *backtest_rules(const struct backtest *b,
    size_t *n);
struct tally *backtest_outlets(struct backtest *b);
struct tally *backtest_areas(struct backtest *b, int digits);

/**
 * backtest_outcome(decision): The row of the matrix.
 */
int backtest_outcome(int32_t decision);

#endif /* !LIANGKA_BACKTEST_H_ */
