#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "keys/sha256.h"

#include "listtree.h"

/* Bytes of all nodes. */
static size_t
size(unsigned bits)
{

	return ((size_t)SHA256_LEN << (bits + 1));
}

/* Hash the empty bucket once, for all. */
int
listtree_make(struct listtree *t, unsigned bits)
{
	uint8_t (*leaf)[32];

	assert(bits <= LIST_BITS_MAX);
	t->bits = bits;
	if ((t->node = malloc(size(bits))) == NULL)
		return (-1);
	leaf = listtree_leaves(t);
	sha256_leaf(leaf[0], NULL, 0);
	for (size_t i = 1; i < (size_t)1 << bits; i++)
		memcpy(leaf[i], leaf[0], SHA256_LEN);
	return (0);
}

/* Copy all nodes: 4 MB at ten million records. */
int
listtree_copy(struct listtree *t, const struct listtree *from)
{

	t->bits = from->bits;
	if ((t->node = malloc(size(t->bits))) == NULL)
		return (-1);
	memcpy(t->node[1], from->node[1], size(t->bits) - SHA256_LEN);
	return (0);
}

/* Free the nodes. */
void
listtree_free(struct listtree *t)
{

	free(t->node);
	t->node = NULL;
}

/* The records of a bucket are its leaf as they stand. */
void
listtree_leaf(struct listtree *t, uint32_t i, const struct listrec *r,
    size_t n)
{

	sha256_leaf(listtree_leaves(t)[i], r, n * sizeof(*r));
}

/* Compute one inner node. */
static void
join(struct listtree *t, size_t i)
{

	sha256_node(t->node[i], t->node[2 * i], t->node[2 * i + 1]);
}

/* From the last inner node up to the root. */
void
listtree_fold(struct listtree *t)
{

	for (size_t i = ((size_t)1 << t->bits) - 1; i > 0; i--)
		join(t, i);
}

/* Level by level, each parent once. */
void
listtree_paths(struct listtree *t, uint32_t *leaf, size_t n)
{

	for (size_t i = 0; i < n; i++)
		leaf[i] += (uint32_t)1 << t->bits;
	for (unsigned level = t->bits; level > 0; level--) {
		size_t parents = 0;

		for (size_t i = 0; i < n; i++) {
			uint32_t parent = leaf[i] / 2;

			if (parents > 0 && leaf[parents - 1] == parent)
				continue;
			join(t, parent);
			leaf[parents++] = parent;
		}
		n = parents;
	}
}

/* Node 1; with no bits it is the only leaf. */
const uint8_t *
listtree_root(const struct listtree *t)
{

	return (t->node[1]);
}

/* The second half of the nodes. */
uint8_t (*listtree_leaves(const struct listtree *t))[32]
{

	return (t->node + ((size_t)1 << t->bits));
}

/* The siblings on the way up. */
void
listtree_prove(const struct listtree *t, uint32_t i, uint8_t (*proof)[32])
{
	size_t at = ((size_t)1 << t->bits) + i;

	for (unsigned level = 0; level < t->bits; level++, at /= 2)
		memcpy(proof[level], t->node[at ^ 1], SHA256_LEN);
}
