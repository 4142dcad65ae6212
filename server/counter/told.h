#ifndef LIANGKA_TOLD_H_
#define LIANGKA_TOLD_H_

/*
 * What a node below tells or asks comes as an entry of its journal.  Only what a node may
 * say is taken over from it, and what an entry of ours must hold is looked at.
 *
 * Threads: the counter's.
 */

#include <stdint.h>

struct entry;
struct record_decision;
struct request;

/**
 * told_application(e, in): Take over into e, which was cleared, what an application is:
 * who asks, for whom, for what.  Neither flags nor outcome.
 */
void told_application(struct entry *e, const struct entry *in);

/**
 * told_check(q, e): See that an application is whole, that its codes exist, that its
 * tokens are of our keys, and that the node may speak for the institution; sets
 * q->grant.  Return 0 or -1 (refused).
 * told_authority(q, e, right): the last of these.
 */
int told_check(struct request *q, const struct entry *e);
int told_authority(struct request *q, const struct entry *e, uint32_t right);

/**
 * told_tidy(e, now): See that times and codes of an entry that a node tells are none that
 * our state could not hold: what happened there after `now` (UTC ms), because its clock is
 * ahead, happened now.
 */
void told_tidy(struct entry *e, int64_t now);

/**
 * told_step(d, e, above): Nonzero when the step e in the case of the decision d, said by
 * another node, still changes something here.  A refusal stands, whoever said it; else
 * the node that has the case at its own counter decides, and the one above it follows:
 * `above` is nonzero there.
 */
int told_step(const struct record_decision *d, const struct entry *e,
    int above);

#endif /* !LIANGKA_TOLD_H_ */
