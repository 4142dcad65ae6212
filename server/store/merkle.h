#ifndef LIANGKA_MERKLE_H_
#define LIANGKA_MERKLE_H_

/*
 * Merkle trees of RFC 6962 section 2.1 over SHA-256: pure computation, no I/O, no
 * allocation.  A tree of `size` leaves; subtree (level, index) is the complete one
 * over the leaves [index << level, (index + 1) << level).
 *
 * Threads: any.
 */

#include <stddef.h>
#include <stdint.h>

#define MERKLE_LEN	32	/* bytes of a hash */
#define MERKLE_PROOF_MAX 64	/* hashes of the longest proof, to 2^63 leaves */

/* A frontier: the complete subtrees that make up a tree, largest first. */
struct merkle_range {
	uint64_t size;
	uint8_t hash[64][MERKLE_LEN];	/* [level], valid where size has the bit */
};

/**
 * merkle_range_add(r, leaf): Append a leaf hash to the tree r (zeroed: empty).
 * merkle_range_root(r, root): Write its root; of an empty tree SHA-256("").
 */
void merkle_range_add(struct merkle_range *r, const uint8_t leaf[MERKLE_LEN]);
void merkle_range_root(const struct merkle_range *r,
    uint8_t root[MERKLE_LEN]);

/**
 * merkle_fold(out, hashes, n): Write the root of the complete subtree over n hashes
 * of one level, n a power of two, 1 to 256.
 */
void merkle_fold(uint8_t out[MERKLE_LEN], const uint8_t (*hashes)[MERKLE_LEN],
    size_t n);

/**
 * merkle_check_inclusion(leaf, index, size, root, proof, n): Is the leaf hash at
 * index of the tree with this size and root?  Return 0 if so, else -1.
 */
int merkle_check_inclusion(const uint8_t leaf[MERKLE_LEN], uint64_t index,
    uint64_t size, const uint8_t root[MERKLE_LEN],
    const uint8_t (*proof)[MERKLE_LEN], size_t n);

/**
 * merkle_check_consistency(size1, root1, size2, root2, proof, n): Is the first tree
 * a beginning of the second?  size1 0 wants an empty proof, root1 of the empty tree
 * and any root2.  Return 0 if so, else -1.
 */
int merkle_check_consistency(uint64_t size1, const uint8_t root1[MERKLE_LEN],
    uint64_t size2, const uint8_t root2[MERKLE_LEN],
    const uint8_t (*proof)[MERKLE_LEN], size_t n);

/* Where hashes of complete subtrees come from; hash returns 0, or -1 to end. */
struct merkle_source {
	int (*hash)(void *arg, unsigned level, uint64_t index,
	    uint8_t out[MERKLE_LEN]);
	void *arg;
};

/**
 * merkle_root(root, size, s): Compute the root of the first `size` leaves from
 * complete subtrees.  merkle_prove_inclusion(proof, n, index, size, s),
 * merkle_prove_consistency(proof, n, size1, size2, s): Make a proof of at most
 * MERKLE_PROOF_MAX hashes and set *n.  Return 0, or -1 when s did, the arguments
 * do not fit (index >= size, size1 > size2), or the proof would be longer (beyond
 * 2^63 leaves).
 */
int merkle_root(uint8_t root[MERKLE_LEN], uint64_t size,
    const struct merkle_source *s);
int merkle_prove_inclusion(uint8_t (*proof)[MERKLE_LEN], size_t *n,
    uint64_t index, uint64_t size, const struct merkle_source *s);
int merkle_prove_consistency(uint8_t (*proof)[MERKLE_LEN], size_t *n,
    uint64_t size1, uint64_t size2, const struct merkle_source *s);

#endif /* !LIANGKA_MERKLE_H_ */
