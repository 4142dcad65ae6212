#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "keys/sha256.h"

#include "verify_impl.h"

/*
 * A tile is believed when it is full and folds to the hash that its parent has, or
 * is on the right edge, where all together yield the signed root.  Where a tile
 * does not fit but what lies below it does, the tile is what was altered, and is
 * replaced by what it should be.
 */

static const struct verify_tile *believe(struct verify *v, int level,
    uint64_t index, const struct verify_bundle *b);

/* Where a tile is. */
static void
place_of(const struct verify *v, int level, uint64_t index,
    char path[TILE_PATH_MAX], struct verify_place *place)
{

	tile_path(path, level, index, tile_width(level, index, v->size));
	*place = (struct verify_place){ .path = path, .index = -1,
		.offset = -1 };
}

/* Compute what a tile should hold from the level below; how many hashes, or 0. */
static unsigned
from_below(struct verify *v, int level, uint64_t index,
    const struct verify_bundle *b, uint8_t (*out)[MERKLE_LEN])
{
	unsigned width = tile_width(level, index, v->size), i;
	const uint8_t (*hash)[MERKLE_LEN], *p, *text;
	size_t len, off = 0, n;

	if (level == 0 && b != NULL && b->index == index) {
		memcpy(out, b->leaf, (size_t)b->n * MERKLE_LEN);
		return (b->n == width ? width : 0);
	}
	if (level == 0) {
		if (tiles_bundle(v->tiles, index, &p, &len) != 0)
			return (0);
		for (i = 0; i < width; i++) {
			if (tile_bundle_next(p, len, &off, &text, &n) != 1)
				return (0);
			sha256_leaf(out[i], text, n);
		}
		return (width);
	}
	for (i = 0; i < width; i++) {
		if (tiles_tile(v->tiles, level - 1, index * TILE_WIDTH + i,
		    &hash) != (int)TILE_WIDTH)
			return (0);
		merkle_fold(out[i], hash, TILE_WIDTH);
	}
	return (width);
}

/* Tell where a tile differs from what it should be. */
static void
tell_altered(struct verify *v, int level, uint64_t index,
    const uint8_t (*is)[MERKLE_LEN], const uint8_t (*should)[MERKLE_LEN],
    unsigned n)
{
	char path[TILE_PATH_MAX];
	struct verify_place place;
	unsigned i, k;

	for (i = 0; i < n && memcmp(is[i], should[i], MERKLE_LEN) == 0; i++)
		continue;
	for (k = 0; i < n && k < MERKLE_LEN && is[i][k] == should[i][k]; k++)
		continue;
	place_of(v, level, index, path, &place);
	place.offset = (int64_t)i * MERKLE_LEN + k;
	verify_find(v, &place, "哈希块（tile）被改动：第 %u 个哈希与其下的内容不符（其下的内容与上一级一致）",
	    "the tile was altered: its hash %u is not that of what lies below "
	    "it, which does fit the level above", i);
}

/* Do the hashes of a full tile make this one? */
static int
folds_to(const uint8_t (*hash)[MERKLE_LEN], const uint8_t parent[MERKLE_LEN])
{
	uint8_t fold[MERKLE_LEN];

	merkle_fold(fold, hash, TILE_WIDTH);
	return (memcmp(fold, parent, MERKLE_LEN) == 0);
}

/* A full tile does not fit its parent, or is not there: which of them is it? */
static void
settle(struct verify *v, int level, uint64_t index,
    const struct verify_bundle *b, const uint8_t (*is)[MERKLE_LEN],
    const uint8_t parent[MERKLE_LEN])
{
	struct verify_tile *t = &v->tile[level];
	uint8_t should[TILE_WIDTH][MERKLE_LEN];
	char path[TILE_PATH_MAX];
	struct verify_place place;

	if (is != NULL) {
		memcpy(t->hash, is, sizeof(t->hash));
		t->n = TILE_WIDTH;
		is = (const uint8_t (*)[MERKLE_LEN])t->hash;
	}
	if (from_below(v, level, index, b, should) == TILE_WIDTH) {
		if (folds_to((const uint8_t (*)[MERKLE_LEN])should, parent)) {
			if (is != NULL)
				tell_altered(v, level, index, is,
				    (const uint8_t (*)[MERKLE_LEN])should,
				    TILE_WIDTH);
			memcpy(t->hash, should, sizeof(t->hash));
			t->n = TILE_WIDTH;
			return;
		}
	}
	if (is == NULL)
		return;
	place_of(v, level, index, path, &place);
	verify_find(v, &place, "哈希块（tile）被改动：与上一级哈希块（tile/%d）中的哈希不符",
	    "the tile was altered: it does not make the hash that the tile "
	    "above it (level %d) has", level + 1);
}

/* Read a tile and compare it with its parent. */
static void
read_tile(struct verify *v, int level, uint64_t index,
    const struct verify_bundle *b)
{
	struct verify_tile *t = &v->tile[level];
	unsigned width = tile_width(level, index, v->size);
	const struct verify_tile *above = NULL;
	const uint8_t (*is)[MERKLE_LEN] = NULL, *parent;
	int n;

	if (width == TILE_WIDTH)
		above = believe(v, level + 1, index / TILE_WIDTH, NULL);
	if (v->stop)
		return;
	t->n = 0;
	t->index = index;
	t->known = 1;
	verify_read_begin(v);
	n = tiles_tile(v->tiles, level, index, &is);
	if (n == -1) {
		is = NULL;
		if (!verify_unread(v))
			return;
	}
	if (n == -1 && (width < TILE_WIDTH || above == NULL))
		return;
	if (above != NULL) {
		parent = above->hash[index % TILE_WIDTH];
		if (is == NULL || !folds_to(is, parent)) {
			settle(v, level, index, b, is, parent);
			return;
		}
	}
	memcpy(t->hash, is, (size_t)width * MERKLE_LEN);
	t->n = width;
}

/* Return a tile as far as it is believed, or NULL. */
static const struct verify_tile *
believe(struct verify *v, int level, uint64_t index,
    const struct verify_bundle *b)
{
	struct verify_tile *t;

	if (level >= TILE_LEVELS)
		return (NULL);
	t = &v->tile[level];
	if (!t->known || t->index != index)
		read_tile(v, level, index, b);
	return (t->known && t->index == index && t->n > 0 ? t : NULL);
}

/* The tiles on the right edge do not yield the root: find the one. */
static void
find_edge(struct verify *v, const uint8_t root[MERKLE_LEN])
{
	uint8_t should[TILE_WIDTH][MERKLE_LEN];
	const uint8_t (*is)[MERKLE_LEN];
	const struct verify_place head = { .path = "checkpoint", .index = -1,
		.offset = -1 };
	uint64_t index, before = v->findings;
	unsigned width;
	int level;

	for (level = 0; level < TILE_LEVELS && !v->stop; level++) {
		index = (v->size >> 8 * level) / TILE_WIDTH;
		if ((width = tile_width(level, index, v->size)) == 0)
			continue;
		if (tiles_tile(v->tiles, level, index, &is) != (int)width)
			continue;
		memcpy(v->tile[level].hash, is, (size_t)width * MERKLE_LEN);
		is = (const uint8_t (*)[MERKLE_LEN])v->tile[level].hash;
		if (from_below(v, level, index, NULL, should) == width &&
		    memcmp(is, should, (size_t)width * MERKLE_LEN) != 0)
			tell_altered(v, level, index, is,
			    (const uint8_t (*)[MERKLE_LEN])should, width);
	}
	if (v->findings > before || v->stop)
		return;
	verify_find(v, &head, "各级哈希块算出的根 %02x%02x%02x%02x… 与已签名的根 "
	    "%02x%02x%02x%02x… 不符：内容被整体改写，或检查点属于另一份日志",
	    "the tiles yield the root %02x%02x%02x%02x… and not the signed one "
	    "%02x%02x%02x%02x…: the log was rewritten as a whole, or the "
	    "checkpoint is of another one", root[0], root[1], root[2], root[3],
	    v->l->head.root[0], v->l->head.root[1], v->l->head.root[2],
	    v->l->head.root[3]);
}

/* Compute the root. */
void
verify_tree_begin(struct verify *v)
{
	uint8_t root[MERKLE_LEN];
	int level;

	for (level = 0; level < TILE_LEVELS; level++)
		v->tile[level].known = 0;
	v->rooted = 0;
	verify_read_begin(v);
	if (tiles_root(v->tiles, root) != 0) {
		(void)verify_unread(v);
		return;
	}
	v->rooted = memcmp(root, v->l->head.root, MERKLE_LEN) == 0;
	if (!v->rooted)
		find_edge(v, root);
	for (level = 0; level < TILE_LEVELS; level++)
		v->tile[level].known = 0;
}

/* Hashes of complete subtrees out of believed tiles. */
static int
believed_hash(void *arg, unsigned level, uint64_t index,
    uint8_t out[MERKLE_LEN])
{
	struct verify *v = arg;
	unsigned up = level % 8;
	uint64_t first = index << up;
	const struct verify_tile *t;

	t = believe(v, (int)(level / 8), first / TILE_WIDTH, NULL);
	if (t == NULL || first % TILE_WIDTH + (1u << up) > t->n)
		return (-1);
	merkle_fold(out, (const uint8_t (*)[MERKLE_LEN])
	    &t->hash[first % TILE_WIDTH], (size_t)1 << up);
	return (0);
}

/* Is a head a beginning of the log? */
int
verify_tree_seen(struct verify *v, const struct checkpoint *seen)
{
	const struct verify_place head = { .path = "checkpoint", .index = -1,
		.offset = -1 };
	uint8_t proof[MERKLE_PROOF_MAX][MERKLE_LEN];
	const struct merkle_source s = { believed_hash, v };
	size_t n = 0;

	if (seen->size > v->size) {
		verify_find(v, &head, "日志被回退：曾见过 %" PRIu64 " 条记录，现在的检查点只有 %"
		    PRIu64 " 条", "the log was wound back: %" PRIu64 " entries "
		    "were seen before, the checkpoint has %" PRIu64,
		    seen->size, v->size);
		return (0);
	}
	if (!v->rooted)
		return (0);
	if (seen->size > 0 && seen->size < v->size &&
	    merkle_prove_consistency(proof, &n, seen->size, v->size, &s) != 0)
		return (0);
	if (merkle_check_consistency(seen->size, seen->root, v->size,
	    v->l->head.root, (const uint8_t (*)[MERKLE_LEN])proof, n) == 0)
		return (1);
	verify_find(v, &head, "日志分叉：前 %" PRIu64 " 条记录不是曾见过的那些（曾见过的根 "
	    "%02x%02x%02x%02x…）", "the log was forked: its first %" PRIu64
	    " entries are not those seen before (root %02x%02x%02x%02x…)",
	    seen->size, seen->root[0], seen->root[1], seen->root[2],
	    seen->root[3]);
	return (0);
}

/* The hashes of a bundle's entries. */
const uint8_t (*
verify_tree_leaves(struct verify *v, const struct verify_bundle *b))[MERKLE_LEN]
{
	const struct verify_tile *t = believe(v, 0, b->index, b);

	return (t == NULL ? NULL : (const uint8_t (*)[MERKLE_LEN])t->hash);
}
