#ifndef LIANGKA_TILES_H_
#define LIANGKA_TILES_H_

/*
 * One log in C2SP tlog-tiles form, read: hashes, entries, proofs.  What is read is
 * not believed by itself: tiles_root() computes the root, which the caller compares
 * with a verified checkpoint, tiles_check() compares a full tile with the one above
 * it, and tiles_entry() compares each entry with its tile.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "merkle.h"
#include "tile.h"

#define TILES_ERROR_MAX	1024
#define TILES_FILE_MAX	(256u * 65538u)	/* bytes of the longest bundle */

struct disk;
struct tiles;

/* Where files come from.  get: read the file at `path` below the log into
 * buf[0..cap); return its length, -1 with a sentence in err that names the file (a
 * longer one than cap is such a failure), or TILES_ABSENT when it is not there. */
#define TILES_ABSENT	(-2)
struct tiles_source {
	int64_t (*get)(void *arg, const char *path, uint8_t *buf, size_t cap,
	    char *err, size_t errlen);
	void *arg;
};

/* A directory as a source. */
struct tiles_dir {
	const struct disk *disk;	/* NULL: the real one */
	const char *dir;		/* of the log: holds checkpoint, tile/ */
};

/**
 * tiles_dir_get: the `get` of a directory; arg is a struct tiles_dir.  What is no
 * regular file is a failure.
 */
int64_t tiles_dir_get(void *arg, const char *path, uint8_t *buf, size_t cap,
    char *err, size_t errlen);

/**
 * tiles_open(src, size): Read the log as a tree of this size.  The source is copied.
 * Return NULL when out of memory.  tiles_close(t): free it; NULL is allowed.
 */
struct tiles *tiles_open(const struct tiles_source *src, uint64_t size);
void tiles_close(struct tiles *t);

/**
 * tiles_size(t), tiles_resize(t, size): The size that is read; read another one (as
 * the log grows), keeping what is cached.
 */
uint64_t tiles_size(const struct tiles *t);
void tiles_resize(struct tiles *t, uint64_t size);

/**
 * tiles_tile(t, level, index, hashes): Point *hashes at the hashes of a tile and
 * return how many there are (tile_width()), or -1 (tiles_error()).  A partial tile
 * that is absent is looked for as the full one.  They live until the next call.
 */
int tiles_tile(struct tiles *t, int level, uint64_t index,
    const uint8_t (**hashes)[MERKLE_LEN]);

/**
 * tiles_hash(t, level, index, out): Write the hash of a complete subtree.  Return 0,
 * or -1.  tiles_hasher(t): the same as a merkle_source.
 */
int tiles_hash(struct tiles *t, unsigned level, uint64_t index,
    uint8_t out[MERKLE_LEN]);
struct merkle_source tiles_hasher(struct tiles *t);

/**
 * tiles_check(t, level, index): Compare a tile with the one above it: the hashes of
 * a full tile fold to a hash there; a partial one is part of tiles_root() instead.
 * Return 0 or -1.  When this holds for every tile and the root is right, so is
 * every hash.
 */
int tiles_check(struct tiles *t, int level, uint64_t index);

/**
 * tiles_bundle(t, index, p, len): Point *p at the entry bundle number index, of
 * tile_width(TILE_ENTRIES, ...) entries (or more, where only the full bundle is
 * there).  Return 0 or -1.
 */
int tiles_bundle(struct tiles *t, uint64_t index, const uint8_t **p,
    size_t *len);

/**
 * tiles_entry(t, index, p, len): Point *p at an entry whose leaf hash is that of its
 * tile.  Return 0; or -1: not there, altered, or the last of a bundle that goes on
 * behind it.  It lives until the next call.  Entry after entry costs one walk through
 * a bundle.
 */
int tiles_entry(struct tiles *t, uint64_t index, const uint8_t **p,
    size_t *len);

/**
 * tiles_root(t, root): Compute the root from the tiles on the right edge.  Return 0
 * or -1.
 */
int tiles_root(struct tiles *t, uint8_t root[MERKLE_LEN]);

/**
 * tiles_error(t): The sentence that belongs to the last failure: file, what is wrong.
 * tiles_error_file(t): only the file's path below the log; "" when it is no file's
 * fault.
 */
const char *tiles_error(const struct tiles *t);
const char *tiles_error_file(const struct tiles *t);

#endif /* !LIANGKA_TILES_H_ */
