#ifndef LIANGKA_SYNC_NEED_H_
#define LIANGKA_SYNC_NEED_H_

/*
 * Which target files a node needs, by the plan that adoption makes (adopt_plan.h) over
 * what the node holds.  sync does not know which epochs of K_list the node has: a list
 * goes on under the epoch that is held; where it cannot, it is taken under each epoch
 * that its newest version is published under.
 *
 * Threads: any.
 */

#include <stddef.h>

#include "tuf.h"

/* All that a node needs, each file once. */
struct sync_need {
	size_t n, cap;
	struct tuf_target *g;
};

/**
 * sync_need_all(t, had, need, err): All files that t's targets make necessary for a node
 * whose lists are those that the targets of `had` name (NULL: it has none): policy,
 * registers, lists.  Return 0, or -1 with a sentence in err (SYNC_ERROR_MAX bytes).
 * sync_need_free(need): Free what it holds, whatever was returned.
 */
int sync_need_all(const struct tuf *t, const struct tuf *had,
    struct sync_need *need, char *err);
void sync_need_free(struct sync_need *need);

#endif /* !LIANGKA_SYNC_NEED_H_ */
