#ifndef LIANGKA_LISTTREE_H_
#define LIANGKA_LISTTREE_H_

/*
 * The tree of a list: RFC 6962 over 2^bits buckets, all of its nodes in memory, so that
 * a change costs the hashes of the buckets that it touches and of their paths.
 * node[1] is the root, the children of node[i] are node[2i] and node[2i + 1], and leaf
 * i is node[2^bits + i]; node[0] is not used.
 *
 * Threads: one at a time per struct; reading ones together.
 */

#include <stddef.h>
#include <stdint.h>

#include "listrec.h"

struct listtree {
	unsigned bits;
	uint8_t (*node)[32];	/* 2^(bits + 1), owned */
};

/**
 * listtree_make(t, bits): Make the tree of a list whose buckets are all empty, but its
 * inner nodes, which listtree_fold() computes.  listtree_copy(t, from): make a copy.
 * Return 0, or -1 without memory and with nothing to free.  listtree_free(t): free its
 * nodes (also of a zeroed struct).
 */
int listtree_make(struct listtree *t, unsigned bits);
int listtree_copy(struct listtree *t, const struct listtree *from);
void listtree_free(struct listtree *t);

/**
 * listtree_leaf(t, i, r, n): Set the hash of bucket i, whose records are r[n].
 * listtree_fold(t): compute all inner nodes.  listtree_paths(t, leaf, n): compute those
 * above n leaves, given ascending; the array is used up.
 */
void listtree_leaf(struct listtree *t, uint32_t i, const struct listrec *r,
    size_t n);
void listtree_fold(struct listtree *t);
void listtree_paths(struct listtree *t, uint32_t *leaf, size_t n);

/**
 * listtree_root(t): The root, 32 bytes.  listtree_leaves(t): the leaf hashes, 2^bits.
 * listtree_prove(t, i, proof): write the t->bits hashes of the inclusion proof of
 * bucket i.
 */
const uint8_t *listtree_root(const struct listtree *t);
uint8_t (*listtree_leaves(const struct listtree *t))[32];
void listtree_prove(const struct listtree *t, uint32_t i,
    uint8_t (*proof)[32]);

#endif /* !LIANGKA_LISTTREE_H_ */
