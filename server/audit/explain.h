#ifndef LIANGKA_EXPLAIN_H_
#define LIANGKA_EXPLAIN_H_

/*
 * Why a decision came out as it did: every rule of the policy then in force, sorted
 * by what it did, and when the matter settles itself.  Pure, but for memory.
 *
 * Threads: any.
 */

#include <stddef.h>

#include "engine/policy.h"

#include "lapse.h"

struct casefile;

enum explain_state {
	EXPLAIN_HIT,		/* in effect */
	EXPLAIN_LIFTED,		/* taken away by a clearance */
	EXPLAIN_WAIVED,		/* taken away by a campaign */
	EXPLAIN_TRIAL,		/* hit without effect: on trial, or only told */
	EXPLAIN_NEAR,		/* would hit were each count one higher */
	EXPLAIN_QUIET,		/* far from it, or about something else */
	EXPLAIN_OFF		/* not in force on that day */
};

struct explain_rule {
	int rule;
	enum explain_state state;
};

struct explain {
	struct verdict v;		/* of the entry's own facts */
	size_t n;			/* all rules of the policy: hits first, in */
					/* order of precedence */
	struct explain_rule rule[POLICY_MAX_RULES];
	int lapses;			/* the two below were looked for: the */
					/* decision was no PASS */
	struct lapse then;		/* by the record right after it */
	struct lapse now;		/* by the record at the last entry, from its */
					/* time on */
};

/**
 * explain_make(x, c): Explain the decision of c, whose policy is there and reads as
 * many facts as the entry has; what the node above said stands in the entry, and only
 * x->v.speaker, whose texts were told, may be of it.  Of a decision that a node below made and told us there is nothing to
 * explain: no rule stands in x.  Return 0; -1 when out of memory; 1 when policy and facts
 * do not go together.
 */
int explain_make(struct explain *x, const struct casefile *c);

#endif /* !LIANGKA_EXPLAIN_H_ */
