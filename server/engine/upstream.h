#ifndef LIANGKA_UPSTREAM_H_
#define LIANGKA_UPSTREAM_H_

/*
 * Two answers about one application, this node's and that of the node above, made one:
 * as if the hits of both had been hits of one policy.  Neither ever makes the other's
 * less strict.  Pure.
 */

#include <stdint.h>

/* An answer, in the codes of plugin.h; the fields are those of a journal entry. */
struct outcome {
	int32_t decision;	/* LK_PASS, _LIMIT, _REVIEW, _REJECT */
	int32_t floor;		/* what approval of a review yields; else the decision */
	int32_t hard;		/* the strictest outcome of statutory rules */
	uint32_t needs;		/* LK_NEED_* */
	int32_t by;		/* LK_BY_*, of a review */
	int32_t offer;		/* LK_PRODUCT_* or 0 */
	int32_t profile;	/* limit profile, where the floor is LK_LIMIT */
};

/* Whose reason is told. */
enum upstream_side { UPSTREAM_OURS, UPSTREAM_THEIRS };

/**
 * upstream_trust(o):
 * Put an answer that a peer gave in order, so that nothing in it is outside of what the
 * codes allow.  What is out of range is taken to the strict side: a decision as plugin.h
 * says (1 to 19 that is no code of its own: LK_REVIEW, above: LK_REJECT; a negative one is
 * no decision and holds, as LK_REVIEW), a review that nobody or somebody unknown may
 * clear goes to the centre, and so does one that needs what this version does not know; an
 * offer or profile that is none counts as not made.  Where floor or hard are stricter
 * than the decision it is raised to them.  A right answer is left as it is.
 */
void upstream_trust(struct outcome *o);

/**
 * upstream_combine(ours, theirs):
 * Make ${ours}, which our own policy gave, what follows from both; ${theirs} is put in
 * order first (a copy of it).  The stricter decision, floor and hard count; needs are
 * joined.  Of a review that only one side asks for, that side says who may clear it; of
 * one that both ask for, the higher authority may.  An offer is that of the stricter
 * decision; where both are as strict it stands only if both make the same.  A limit
 * profile is a number of the institution's own, none of which is tighter than another
 * by its number: where both sides limit, ours stands unless we named none.
 *
 * Return whose reason is told: that of the stricter decision; of two reviews that of the
 * higher authority, so that the applicant is sent to the right place; else that of the
 * stricter statute; else ours.
 */
enum upstream_side upstream_combine(struct outcome *ours,
    const struct outcome *theirs);

#endif /* !LIANGKA_UPSTREAM_H_ */
