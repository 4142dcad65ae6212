#include <string.h>

#include "keys/sha256.h"

#include "merkle.h"

/*
 * Roots and proofs out of hashes of complete subtrees, which a source hands out.
 * A tree of `size` leaves has size >> level of them on a level; what remains on
 * the right, fewer than 1 << level leaves, is joined from those of lower levels.
 */

/*
 * Join the complete subtrees of the leaves behind the last complete one of a level
 * (64: of all leaves).  There must be such leaves.
 */
static int
right_edge(uint8_t out[MERKLE_LEN], uint64_t size, unsigned level,
    const struct merkle_source *s)
{
	uint8_t h[MERKLE_LEN];
	int first = 1;

	for (unsigned l = 0; l < level; l++) {
		if ((size >> l & 1) == 0)
			continue;
		if (s->hash(s->arg, l, (size >> l) - 1, h) != 0)
			return (-1);
		if (first)
			memcpy(out, h, sizeof(h));
		else
			sha256_node(out, h, out);
		first = 0;
	}
	return (0);
}

/* The whole tree is what lies behind its last subtree of 2^64 leaves. */
int
merkle_root(uint8_t root[MERKLE_LEN], uint64_t size,
    const struct merkle_source *s)
{

	if (size == 0) {
		sha256_of(root, NULL, 0);
		return (0);
	}
	return (right_edge(root, size, 64, s));
}

/* Append the siblings on the way from a complete subtree to the root. */
static int
climb(uint8_t (*proof)[MERKLE_LEN], size_t *n, unsigned level,
    uint64_t index, uint64_t size, const struct merkle_source *s)
{
	uint64_t last = (size - 1) >> level;

	for (; last > 0; level++, index >>= 1, last >>= 1) {
		uint64_t sibling = index ^ 1;
		int rc;

		if (sibling > last)
			continue;
		if (*n == MERKLE_PROOF_MAX)
			return (-1);
		if (sibling < size >> level)
			rc = s->hash(s->arg, level, sibling, proof[*n]);
		else
			rc = right_edge(proof[*n], size, level, s);
		if (rc != 0)
			return (-1);
		++*n;
	}
	return (0);
}

/* Climb from the leaf. */
int
merkle_prove_inclusion(uint8_t (*proof)[MERKLE_LEN], size_t *n,
    uint64_t index, uint64_t size, const struct merkle_source *s)
{

	*n = 0;
	if (index >= size)
		return (-1);
	return (climb(proof, n, 0, index, size, s));
}

/*
 * Climb from the last complete subtree of the first tree.  It heads the proof,
 * unless it is that tree itself, whose root the other side has.
 */
int
merkle_prove_consistency(uint8_t (*proof)[MERKLE_LEN], size_t *n,
    uint64_t size1, uint64_t size2, const struct merkle_source *s)
{
	uint64_t index = size1 - 1;
	unsigned level = 0;

	*n = 0;
	if (size1 > size2)
		return (-1);
	if (size1 == 0 || size1 == size2)
		return (0);
	for (; (index & 1) != 0; index >>= 1)
		level++;
	if (index != 0) {
		if (s->hash(s->arg, level, index, proof[0]) != 0)
			return (-1);
		*n = 1;
	}
	return (climb(proof, n, level, index, size2, s));
}
