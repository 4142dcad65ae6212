#ifndef LIANGKA_TILE_H_
#define LIANGKA_TILE_H_

/*
 * Names and shapes of C2SP tlog-tiles v0.1.0: hash tiles of 256 hashes, eight levels
 * of the tree each, and entry bundles of 256 entries, each entry a big-endian
 * 16-bit length and its bytes.
 *
 * Threads: any.
 */

#include <stddef.h>
#include <stdint.h>

#define TILE_WIDTH	256u
#define TILE_ENTRIES	(-1)	/* level of the entry bundles */
#define TILE_PATH_MAX	96	/* bytes of a relative path with its NUL */
#define TILE_LEVELS	8	/* 0..7 name a tree of 2^64 */

/**
 * tile_path(path, level, index, width): Write the path of a tile below its log,
 * e.g. "tile/0/x001/234.p/17" or, of a bundle, "tile/entries/000"; width 256 is the
 * full one.  Return its length.
 */
size_t tile_path(char path[TILE_PATH_MAX], int level, uint64_t index,
    unsigned width);

/**
 * tile_width(level, index, size): How many hashes (or entries) of this tile exist in
 * a tree of this size: 0 to 256.
 */
unsigned tile_width(int level, uint64_t index, uint64_t size);

/**
 * tile_bundle_next(p, len, off, entry, entry_len): Step through a bundle of len
 * bytes; *off starts at 0.  Return 1 with the next entry, 0 at the end, -1 when the
 * bytes at *off are no entry (cut short).
 */
int tile_bundle_next(const uint8_t *p, size_t len, size_t *off,
    const uint8_t **entry, size_t *entry_len);

#endif /* !LIANGKA_TILE_H_ */
