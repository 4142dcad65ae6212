#include <assert.h>
#include <string.h>

#include "keys/sha256.h"

#include "merkle.h"

#define FOLD_MAX	256u

/* Carry the new leaf upwards through the subtrees it completes. */
void
merkle_range_add(struct merkle_range *r, const uint8_t leaf[MERKLE_LEN])
{
	uint8_t h[MERKLE_LEN];
	unsigned level;

	assert(r->size < UINT64_MAX);
	memcpy(h, leaf, sizeof(h));
	for (level = 0; (r->size >> level & 1) != 0; level++)
		sha256_node(h, r->hash[level], h);
	memcpy(r->hash[level], h, sizeof(h));
	r->size++;
}

/* Join the subtrees from the smallest, which is the rightmost, to the largest. */
void
merkle_range_root(const struct merkle_range *r, uint8_t root[MERKLE_LEN])
{
	unsigned level = 0;

	if (r->size == 0) {
		sha256_of(root, NULL, 0);
		return;
	}
	while ((r->size >> level & 1) == 0)
		level++;
	memcpy(root, r->hash[level], MERKLE_LEN);
	for (level++; level < 64; level++)
		if ((r->size >> level & 1) != 0)
			sha256_node(root, r->hash[level], root);
}

/* Halve the hashes until one is left. */
void
merkle_fold(uint8_t out[MERKLE_LEN], const uint8_t (*hashes)[MERKLE_LEN],
    size_t n)
{
	uint8_t half[FOLD_MAX / 2][MERKLE_LEN];
	size_t i;

	assert(n >= 1 && n <= FOLD_MAX && (n & (n - 1)) == 0);
	if (n == 1) {
		memcpy(out, hashes[0], MERKLE_LEN);
		return;
	}
	for (i = 0; i < n / 2; i++)
		sha256_node(half[i], hashes[2 * i], hashes[2 * i + 1]);
	for (n /= 2; n > 1; n /= 2)
		for (i = 0; i < n / 2; i++)
			sha256_node(half[i], half[2 * i], half[2 * i + 1]);
	memcpy(out, half[0], MERKLE_LEN);
}

/*
 * A walk from a subtree to the root of a tree: `node` is the number of the subtree
 * on its level, `last` that of the rightmost one there.  Levels where the subtree
 * is the rightmost one and has no sibling to its left are stepped over, since
 * RFC 6962 promotes it as it is.
 */
struct walk {
	uint64_t node, last;
};

/* Go up one level; say whether the sibling there stands on the left. */
static int
walk_up(struct walk *w)
{
	int left = (w->node & 1) != 0 || w->node == w->last;

	if ((w->node & 1) == 0 && left)
		while ((w->node & 1) == 0) {
			w->node >>= 1;
			w->last >>= 1;
		}
	w->node >>= 1;
	w->last >>= 1;
	return (left);
}

/* Climb from the leaf with the siblings of the proof. */
int
merkle_check_inclusion(const uint8_t leaf[MERKLE_LEN], uint64_t index,
    uint64_t size, const uint8_t root[MERKLE_LEN],
    const uint8_t (*proof)[MERKLE_LEN], size_t n)
{
	struct walk w = { index, size - 1 };
	uint8_t h[MERKLE_LEN];

	if (index >= size)
		return (-1);
	memcpy(h, leaf, sizeof(h));
	for (size_t i = 0; i < n; i++) {
		if (w.last == 0)
			return (-1);
		if (walk_up(&w))
			sha256_node(h, proof[i], h);
		else
			sha256_node(h, h, proof[i]);
	}
	return (w.last == 0 && memcmp(h, root, sizeof(h)) == 0 ? 0 : -1);
}

/* Tell whether a root is that of the tree without leaves. */
static int
is_empty_root(const uint8_t root[MERKLE_LEN])
{
	uint8_t h[MERKLE_LEN];

	sha256_of(h, NULL, 0);
	return (memcmp(h, root, sizeof(h)) == 0);
}

/*
 * Climb from the last complete subtree of the first tree to both roots at once:
 * siblings on the left belong to both trees, those on the right to the second.
 */
int
merkle_check_consistency(uint64_t size1, const uint8_t root1[MERKLE_LEN],
    uint64_t size2, const uint8_t root2[MERKLE_LEN],
    const uint8_t (*proof)[MERKLE_LEN], size_t n)
{
	struct walk w = { size1 - 1, size2 - 1 };
	uint8_t h1[MERKLE_LEN], h2[MERKLE_LEN];
	size_t i = 0;

	if (size1 > size2)
		return (-1);
	if (size1 == size2)
		return (n == 0 && memcmp(root1, root2, MERKLE_LEN) == 0 &&
		    (size1 > 0 || is_empty_root(root1)) ? 0 : -1);
	if (size1 == 0)
		return (n == 0 && is_empty_root(root1) ? 0 : -1);
	while ((w.node & 1) != 0) {
		w.node >>= 1;
		w.last >>= 1;
	}
	if (w.node != 0 && n == 0)
		return (-1);
	memcpy(h1, w.node == 0 ? root1 : proof[i++], MERKLE_LEN);
	memcpy(h2, h1, sizeof(h2));
	for (; i < n; i++) {
		if (w.last == 0)
			return (-1);
		if (walk_up(&w)) {
			sha256_node(h1, proof[i], h1);
			sha256_node(h2, proof[i], h2);
		} else
			sha256_node(h2, h2, proof[i]);
	}
	return (w.last == 0 && memcmp(h1, root1, sizeof(h1)) == 0 &&
	    memcmp(h2, root2, sizeof(h2)) == 0 ? 0 : -1);
}
