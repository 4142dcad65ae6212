#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/sha256.h"

#include "tiles.h"

#define SLOTS		64u	/* hash tiles kept, 8 KiB each */
#define TILE_BYTES	(TILE_WIDTH * MERKLE_LEN)
#define NEVER		UINT64_MAX

/* A hash tile that was read; the place in the table follows from its name. */
struct slot {
	int level;
	uint64_t index;
	unsigned n;			/* hashes; 0: nothing here */
	char path[TILE_PATH_MAX];	/* of the file it is from */
	uint8_t hash[TILE_WIDTH][MERKLE_LEN];
};

/* The entry bundle read last, and how far it was walked. */
struct bundle {
	uint64_t index;			/* NEVER: none */
	unsigned n;			/* entries that the file should hold */
	unsigned walked;		/* entries whose place is known */
	size_t at[TILE_WIDTH + 1];	/* where each begins, walked + 1 known */
	char path[TILE_PATH_MAX];
	size_t len;
	uint8_t *buf;			/* TILES_FILE_MAX, made when needed */
};

struct tiles {
	struct tiles_source src;
	uint64_t size;
	struct bundle bundle;
	char file[TILE_PATH_MAX];
	char error[TILES_ERROR_MAX];
	struct slot slot[SLOTS];
};

/* Note a failure that belongs to a file of the log ("": to none). */
static int __attribute__((format(printf, 3, 4)))
fail(struct tiles *t, const char *file, const char *fmt, ...)
{
	va_list ap;
	int n = 0;

	snprintf(t->file, sizeof(t->file), "%s", file);
	if (file[0] != '\0')
		n = snprintf(t->error, sizeof(t->error), "%s: ", file);
	va_start(ap, fmt);
	vsnprintf(t->error + n, sizeof(t->error) - (size_t)n, fmt, ap);
	va_end(ap);
	return (-1);
}

/* Set up an empty cache; its pages are touched as tiles come in. */
struct tiles *
tiles_open(const struct tiles_source *src, uint64_t size)
{
	struct tiles *t;

	if ((t = calloc(1, sizeof(*t))) == NULL)
		return (NULL);
	t->src = *src;
	t->size = size;
	t->bundle.index = NEVER;
	return (t);
}

/* Free the cache. */
void
tiles_close(struct tiles *t)
{

	if (t == NULL)
		return;
	free(t->bundle.buf);
	free(t);
}

/* The size that is read. */
uint64_t
tiles_size(const struct tiles *t)
{

	return (t->size);
}

/* Read another size; a cached tile with too few hashes is read again when needed. */
void
tiles_resize(struct tiles *t, uint64_t size)
{

	t->size = size;
}

/*
 * Read the file of a tile or bundle that has *width hashes or entries; where the
 * partial one is gone, the full one, and set *width to 256.  Return its length.
 */
static int64_t
fetch(struct tiles *t, int level, uint64_t index, unsigned *width,
    char path[TILE_PATH_MAX], uint8_t *buf, size_t cap)
{
	char partial[TILE_PATH_MAX];
	int64_t n;

	tile_path(path, level, index, *width);
	memcpy(partial, path, sizeof(partial));
	t->error[0] = '\0';
	n = t->src.get(t->src.arg, path, buf, cap, t->error, sizeof(t->error));
	if (n == TILES_ABSENT && *width < TILE_WIDTH) {
		*width = TILE_WIDTH;
		tile_path(path, level, index, TILE_WIDTH);
		n = t->src.get(t->src.arg, path, buf, cap, t->error,
		    sizeof(t->error));
		if (n == TILES_ABSENT)
			return (fail(t, partial, "missing, and so is %s", path));
	}
	if (n == TILES_ABSENT)
		return (fail(t, path, "missing"));
	if (n < 0 || (uint64_t)n > cap) {
		snprintf(t->file, sizeof(t->file), "%s", path);
		return (-1);
	}
	return (n);
}

/* Find a tile of at least `want` hashes in the cache, or read it. */
static const struct slot *
load(struct tiles *t, int level, uint64_t index, unsigned want)
{
	struct slot *s = &t->slot[(index + (unsigned)level * 23u) % SLOTS];
	int64_t len;

	if (s->n >= want && s->level == level && s->index == index)
		return (s);
	s->n = 0;
	s->level = level;
	s->index = index;
	len = fetch(t, level, index, &want, s->path, &s->hash[0][0],
	    TILE_BYTES);
	if (len == -1)
		return (NULL);
	if (len != (int64_t)want * MERKLE_LEN) {
		fail(t, s->path, "%" PRId64 " bytes, not %u", len,
		    want * MERKLE_LEN);
		return (NULL);
	}
	s->n = want;
	return (s);
}

/* Hand out the hashes of a tile that the size knows. */
int
tiles_tile(struct tiles *t, int level, uint64_t index,
    const uint8_t (**hashes)[MERKLE_LEN])
{
	unsigned width = level < 0 ? 0 : tile_width(level, index, t->size);
	const struct slot *s;

	if (width == 0) {
		fail(t, "", "no tile %d/%" PRIu64 " in a log of %" PRIu64
		    " entries", level, index, t->size);
		return (-1);
	}
	if ((s = load(t, level, index, width)) == NULL)
		return (-1);
	*hashes = (const uint8_t (*)[MERKLE_LEN])s->hash;
	return ((int)width);
}

/* Fold the part of a tile that lies below the subtree. */
int
tiles_hash(struct tiles *t, unsigned level, uint64_t index,
    uint8_t out[MERKLE_LEN])
{
	unsigned above = level % 8, first;
	const uint8_t (*hash)[MERKLE_LEN];
	uint64_t tile = index >> (8 - above);

	if (level > 63 || index >= t->size >> level)
		return (fail(t, "", "no subtree %u/%" PRIu64 " in a log of %"
		    PRIu64 " entries", level, index, t->size));
	if (tiles_tile(t, (int)(level / 8), tile, &hash) == -1)
		return (-1);
	first = (unsigned)(index - (tile << (8 - above))) << above;
	merkle_fold(out, hash + first, (size_t)1 << above);
	return (0);
}

/* tiles_hash() for a merkle_source. */
static int
hasher(void *arg, unsigned level, uint64_t index, uint8_t out[MERKLE_LEN])
{

	return (tiles_hash(arg, level, index, out));
}

/* The log as a source of hashes. */
struct merkle_source
tiles_hasher(struct tiles *t)
{

	return ((struct merkle_source){ .hash = hasher, .arg = t });
}

/* Join the subtrees on the right edge. */
int
tiles_root(struct tiles *t, uint8_t root[MERKLE_LEN])
{
	struct merkle_source s = tiles_hasher(t);

	return (merkle_root(root, t->size, &s));
}

/* Fold a tile and compare it with its hash one level up. */
int
tiles_check(struct tiles *t, int level, uint64_t index)
{
	const uint8_t (*hash)[MERKLE_LEN];
	uint8_t h[MERKLE_LEN];
	char path[TILE_PATH_MAX];
	int n;

	if ((n = tiles_tile(t, level, index, &hash)) == -1)
		return (-1);
	if (n < (int)TILE_WIDTH)
		return (0);
	merkle_fold(h, hash, TILE_WIDTH);
	tile_path(path, level, index, TILE_WIDTH);
	if (tiles_tile(t, level + 1, index / TILE_WIDTH, &hash) == -1)
		return (-1);
	if (memcmp(h, hash[index % TILE_WIDTH], sizeof(h)) != 0)
		return (fail(t, path, "its hashes do not make hash %u of tile "
		    "%d/%" PRIu64, (unsigned)(index % TILE_WIDTH), level + 1,
		    index / TILE_WIDTH));
	return (0);
}

/* Have a bundle at hand, not walked yet when it was read just now. */
static int
load_bundle(struct tiles *t, uint64_t index)
{
	struct bundle *b = &t->bundle;
	unsigned width = tile_width(TILE_ENTRIES, index, t->size);
	int64_t len;

	if (width == 0)
		return (fail(t, "", "no bundle %" PRIu64 " in a log of %" PRIu64
		    " entries", index, t->size));
	if (b->index == index && b->n >= width)
		return (0);
	b->index = NEVER;
	if (b->buf == NULL && (b->buf = malloc(TILES_FILE_MAX)) == NULL)
		return (fail(t, "", "out of memory"));
	len = fetch(t, TILE_ENTRIES, index, &width, b->path, b->buf,
	    TILES_FILE_MAX);
	if (len == -1)
		return (-1);
	b->index = index;
	b->n = width;
	b->len = (size_t)len;
	b->walked = 0;
	b->at[0] = 0;
	return (0);
}

/* Hand out the bytes of a bundle. */
int
tiles_bundle(struct tiles *t, uint64_t index, const uint8_t **p, size_t *len)
{

	if (load_bundle(t, index) != 0)
		return (-1);
	*p = t->bundle.buf;
	*len = t->bundle.len;
	return (0);
}

/* Walk on to entry number k of the bundle at hand. */
static int
walk_to(struct tiles *t, unsigned k, const uint8_t **p, size_t *len)
{
	struct bundle *b = &t->bundle;
	size_t off;
	int rc;

	for (;;) {
		unsigned i = b->walked > k ? k : b->walked;

		off = b->at[i];
		rc = tile_bundle_next(b->buf, b->len, &off, p, len);
		if (rc != 1)
			return (fail(t, b->path, "entry %" PRIu64 " %s",
			    b->index * TILE_WIDTH + i, rc == 0 ? "is missing" :
			    "is cut short"));
		if (i == b->walked)
			b->at[++b->walked] = off;
		if (i == k)
			return (0);
	}
}

/* Find an entry in its bundle and compare its hash with that of its tile. */
int
tiles_entry(struct tiles *t, uint64_t index, const uint8_t **p, size_t *len)
{
	struct bundle *b = &t->bundle;
	unsigned k = (unsigned)(index % TILE_WIDTH);
	const uint8_t (*hash)[MERKLE_LEN];
	uint8_t h[MERKLE_LEN];

	if (index >= t->size)
		return (fail(t, "", "no entry %" PRIu64 " in a log of %" PRIu64
		    " entries", index, t->size));
	if (load_bundle(t, index / TILE_WIDTH) != 0 ||
	    walk_to(t, k, p, len) != 0 ||
	    tiles_tile(t, 0, index / TILE_WIDTH, &hash) == -1)
		return (-1);
	sha256_leaf(h, *p, *len);
	if (memcmp(h, hash[k], sizeof(h)) != 0)
		return (fail(t, b->path, "entry %" PRIu64 " does not have the "
		    "hash that its tile 0/%" PRIu64 " has", index,
		    index / TILE_WIDTH));
	if (k + 1 == b->n && b->at[b->n] != b->len)
		return (fail(t, b->path, "%zu bytes follow its last entry %"
		    PRIu64, b->len - b->at[b->n], index));
	return (0);
}

/* The last failure. */
const char *
tiles_error(const struct tiles *t)
{

	return (t->error);
}

/* The file it was in. */
const char *
tiles_error_file(const struct tiles *t)
{

	return (t->file);
}
