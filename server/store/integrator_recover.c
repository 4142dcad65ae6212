#include <assert.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "keys/hex.h"
#include "keys/sha256.h"

#include "disk.h"
#include "entry.h"
#include "integrator_impl.h"
#include "logset.h"
#include "tiles.h"
#include "wal_reader.h"
#include "wal_segment.h"

/* A comparison of the write-ahead log with the tiles. */
struct compare {
	struct integrator *i;
	struct logset *logs;
	size_t at;			/* the log that the last entry was in */
	uint64_t tile;			/* the tile that hashes is, if any */
	const uint8_t (*hashes)[MERKLE_LEN];	/* NULL: none */
	int width;
};

/* Say that an entry is not what its tile says, and where both are. */
static int
differs(struct compare *c, uint64_t seq, uint64_t index)
{
	const struct logset_log *l = logset_log(c->logs, c->at);
	char segment[WAL_PATH_SIZE], tile[TILE_PATH_MAX];
	struct wal_record rec;
	uint64_t first, off;

	wal_reader_place(c->i->reader, &first, &off, &rec);
	wal_segment_path(segment, c->i->wal_dir, first);
	(void)tile_path(tile, 0, index / TILE_WIDTH, tile_width(0,
	    index / TILE_WIDTH, l->head.size));
	return (integrator_fail(c->i, "entry %llu is another one in %s, offset "
	    "%llu, than in %s/%s/%s", (unsigned long long)seq, segment,
	    (unsigned long long)off, c->i->log_dir, l->name, tile));
}

/* Load a tile, which must fit the ones above it. */
static int
load_tile(struct compare *c, uint64_t tile)
{
	struct tiles *t = logset_tiles(c->logs, c->at);
	const struct logset_log *l = logset_log(c->logs, c->at);
	const int first = c->hashes == NULL;
	uint64_t n = tile;
	int level;

	for (level = 0; level < TILE_LEVELS; level++, n /= TILE_WIDTH) {
		if (tile_width(level, n, l->head.size) != TILE_WIDTH)
			break;
		if (tiles_check(t, level, n) != 0)
			return (integrator_fail(c->i, "%s/%s: %s",
			    c->i->log_dir, l->name, tiles_error(t)));
		if (!first && n % TILE_WIDTH != 0)
			break;
	}
	if ((c->width = tiles_tile(t, 0, tile, &c->hashes)) < 0)
		return (integrator_fail(c->i, "%s/%s: %s", c->i->log_dir,
		    l->name, tiles_error(t)));
	c->tile = tile;
	return (0);
}

/* Compare an entry with its tile. */
static int
compare_one(struct compare *c, const struct wal_entry *e)
{
	const struct logset_log *l;
	uint8_t leaf[MERKLE_LEN];
	uint64_t index;

	for (l = logset_log(c->logs, c->at); e->seq >= l->base + l->head.size;
	    l = logset_log(c->logs, ++c->at))
		c->hashes = NULL;
	if (e->seq < l->base) {
		if (c->at == 0)
			return (0);	/* its log has left the node */
		return (integrator_fail(c->i, "%s: no log holds entry %llu, "
		    "which lies between two", c->i->log_dir,
		    (unsigned long long)e->seq));
	}
	index = e->seq - l->base;
	if ((c->hashes == NULL || c->tile != index / TILE_WIDTH) &&
	    load_tile(c, index / TILE_WIDTH) != 0)
		return (-1);
	assert(c->hashes != NULL);
	assert(c->hashes != NULL && index % TILE_WIDTH < (uint64_t)c->width);
	sha256_leaf(leaf, e->entry, e->len);
	if (memcmp(leaf, c->hashes[index % TILE_WIDTH], sizeof(leaf)) != 0)
		return (differs(c, e->seq, index));
	return (0);
}

/* Compare what the write-ahead log still holds with the tiles; stand behind it. */
static int
compare(struct integrator *i, struct logset *s)
{
	struct compare c = { .i = i, .logs = s };
	struct wal_entry e;
	int rc;

	if (logset_count(s) == 0)
		return (0);
	while ((rc = wal_reader_next(i->reader, i->next - 1, &e)) == 1)
		if (compare_one(&c, &e) != 0)
			return (-1);
	if (rc != 0)
		return (integrator_fail(i, "%s", wal_reader_error(i->reader)));
	return (0);
}

/* Where two logs are kept, the later one must name the head of the earlier one. */
static int
check_chain(struct integrator *i, struct logset *s)
{
	const struct logset_log *l, *before;
	char root[2 * MERKLE_LEN + 1];
	const uint8_t *p;
	struct entry e;
	size_t k, len;

	for (k = 1; k < logset_count(s); k++) {
		l = logset_log(s, k);
		before = logset_log(s, k - 1);
		if (logset_read(s, l->base, &p, &len) != 0 ||
		    entry_parse(&e, (const char *)p, len, NULL) != 0)
			return (integrator_fail(i, "%s", logset_error(s)));
		hex_encode(root, before->head.root, MERKLE_LEN);
		if (strcmp(e.prev_log, before->head.origin) != 0 ||
		    e.prev_size != before->head.size ||
		    strcmp(e.prev_root, root) != 0)
			return (integrator_fail(i, "%s: entry 0 of %s names "
			    "%s of size %llu and root %s as the log before "
			    "it, but %s has size %llu and root %s", i->log_dir,
			    l->name, e.prev_log, (unsigned long long)
			    e.prev_size, e.prev_root, before->head.origin,
			    (unsigned long long)before->head.size, root));
	}
	return (0);
}

/* Do the last checkpoint and the write-ahead log meet? */
static int
check_ends(struct integrator *i, struct logset *s)
{
	const uint64_t last = wal_durable(i->wal), end = logset_end(s);
	const uint64_t oldest = wal_oldest(i->wal);

	if (logset_count(s) == 0)
		i->next = oldest;
	else if (end - 1 > last)
		return (integrator_fail(i, "the log ends at entry %llu but its "
		    "checkpoint names entry %llu: segments are missing from "
		    "%s", (unsigned long long)last,
		    (unsigned long long)(end - 1), i->wal_dir));
	else if (oldest > end)
		return (integrator_fail(i, "%s ends before entry %llu, but %s "
		    "begins with entry %llu: what lies between is lost, or an "
		    "older checkpoint was put back", i->log_dir,
		    (unsigned long long)end, i->wal_dir,
		    (unsigned long long)oldest));
	else
		i->next = end;
	i->done = i->carried = i->next - 1;
	return (0);
}

/* Without any log the first entry has to begin one. */
static int
check_first(struct integrator *i)
{
	int64_t t;
	int is_log, rc;

	if (i->log != NULL || i->next > wal_durable(i->wal))
		return (0);
	rc = wal_reader_next(i->reader, i->next, &i->entry);
	if (rc != 1)
		return (integrator_fail(i, "%s: %s", i->wal_dir, rc == 0 ?
		    "the first entry cannot be read" :
		    wal_reader_error(i->reader)));
	i->have = 1;
	if (integrator_head_of(i->entry.entry, i->entry.len, i->entry.seq, &t,
	    &is_log) != 0 || !is_log)
		return (integrator_fail(i, "%s begins with entry %llu, which "
		    "begins no log, and %s holds none: that directory was "
		    "lost, or this journal was begun without a signed log",
		    i->wal_dir, (unsigned long long)i->entry.seq, i->log_dir));
	return (0);
}

/* Open the newest log, whose checkpoint is verified thereby. */
static int
open_newest(struct integrator *i, struct logset *s)
{
	const struct logset_log *l;
	struct checkpoint c;

	if (logset_count(s) == 0)
		return (0);
	l = logset_log(s, logset_count(s) - 1);
	if ((i->log = integrator_log(i, l->head.origin)) == NULL)
		return (-1);
	tilelog_head(i->log, &c);
	if (c.size != l->head.size)
		return (integrator_fail(i, "%s/%s changes while it is opened",
		    i->log_dir, l->name));
	i->base = i->head_base = l->base;
	i->head = c;
	i->tell = 1;
	return (0);
}

/* Find where to go on. */
int
integrator_recover(struct integrator *i, uint64_t node)
{
	struct logset *s;
	int rc = -1;

	s = logset_open(i->disk, i->log_dir, i->error, sizeof(i->error));
	if (s == NULL)
		return (-1);
	if (check_ends(i, s) != 0 || check_chain(i, s) != 0 ||
	    open_newest(i, s) != 0)
		goto out;
	i->reader = wal_reader_open(i->disk, i->wal_dir, node,
	    wal_oldest(i->wal), i->error, sizeof(i->error));
	if (i->reader == NULL)
		goto out;
	if (compare(i, s) == 0 && check_first(i) == 0)
		rc = 0;
out:
	logset_close(s);
	return (rc);
}
