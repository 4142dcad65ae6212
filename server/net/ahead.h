#ifndef LIANGKA_AHEAD_H_
#define LIANGKA_AHEAD_H_

/*
 * Has the witness seen more of this node's log than is on this disk?  Then the disk is
 * an old copy, or was lost, and the node must not sign a second history.
 *
 * Threads: any.
 */

#include <stddef.h>

struct config;
struct journal;
struct nodekeys;

/**
 * ahead_check(c, j, k, err, errlen): Compare the recovered journal j with the head that
 * the witness of the configuration cosigned.  Return 0 when nothing is amiss or no
 * witness is named; 1 with a sentence in err when its word cannot be had: start, and
 * say so; -1 with a sentence when this node is behind it or has forked.
 */
int ahead_check(const struct config *c, struct journal *j,
    const struct nodekeys *k, char *err, size_t errlen);

#endif /* !LIANGKA_AHEAD_H_ */
