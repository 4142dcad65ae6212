#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wal_format.h"
#include "wal_scan.h"
#include "wal_segment.h"

#include "wal_reader.h"

struct wal_reader {
	const struct disk *disk;
	char *dir;
	uint64_t node;
	uint64_t want;		/* Entries below this are passed over */
	int fd;			/* -1 between two segments */
	char path[WAL_PATH_SIZE];
	struct wal_header header;
	struct wal_chain chain;
	uint64_t first;		/* Of the segment that chain is in */
	int linked;		/* chain stands at the end of a sealed segment */
	uint64_t rec_off;	/* Where the last entry given stands */
	struct wal_record rec;
	uint8_t *window;
	size_t cap;
	uint64_t window_off;
	size_t window_len;
	char error[256 + WAL_PATH_SIZE];
};

/* Keep a sentence. */
static int __attribute__((format(printf, 2, 3)))
fail(struct wal_reader *r, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(r->error, sizeof(r->error), format, ap);
	va_end(ap);
	return (-1);
}

/* Read the window again, from off on. */
static int
load(struct wal_reader *r, uint64_t off)
{
	ssize_t n = disk_read(r->disk, r->fd, r->window, r->cap, off);

	r->window_off = off;
	r->window_len = n > 0 ? (size_t)n : 0;
	if (n == -1)
		return (fail(r, "%s: cannot read: %s", r->path,
		    strerror(errno)));
	return (0);
}

/* Leave the segment. */
static void
leave(struct wal_reader *r)
{
	if (r->fd != -1)
		r->disk->close(r->disk->ctx, r->fd);
	r->fd = -1;
	r->window_len = 0;
}

/* Enter a segment: 1, 0 if there is none (or another than is due), -1. */
static int
enter(struct wal_reader *r, uint64_t first_seq)
{
	const char *why;

	wal_segment_path(r->path, r->dir, first_seq);
	r->fd = r->disk->open(r->disk->ctx, r->path, O_RDONLY, 0);
	if (r->fd == -1 && errno == ENOENT)
		return (0);
	if (r->fd == -1)
		return (fail(r, "%s: cannot open: %s", r->path,
		    strerror(errno)));
	if (load(r, 0) != 0)
		goto err1;
	why = r->window_len < WAL_PAGE ? "file cut short" :
	    wal_header_get(&r->header, r->window);
	if (why == NULL && r->header.first_seq != first_seq)
		why = "file name and header disagree";
	if (why == NULL && r->node != 0 && r->header.node != r->node)
		why = "written by another node";
	if (why == NULL && r->linked && first_seq != r->chain.seq &&
	    r->header.due != r->chain.seq) {
		leave(r);
		return (0);
	}
	if (why == NULL && r->linked &&
	    (r->header.prev_check != r->chain.seed ||
	    r->header.first_batch != r->chain.batch))
		why = "does not continue the segment before";
	if (why != NULL) {
		fail(r, "%s: %s", r->path, why);
		goto err1;
	}
	wal_chain_start(&r->chain, &r->header);
	r->first = first_seq;
	r->linked = 0;
	return (1);

err1:
	leave(r);
	return (-1);
}

/* Enter the segment that goes on after this one: 1, 0 if there is none, -1. */
static int
enter_next(struct wal_reader *r)
{
	uint64_t *firsts, next = 0;
	size_t n, i;
	int rc;

	if (r->chain.seq != r->first && (rc = enter(r, r->chain.seq)) != 0)
		return (rc);
	/* The numbering may jump there. */
	if (wal_segment_list(r->disk, r->dir, &firsts, &n) != 0)
		return (fail(r, "%s: cannot list: %s", r->dir,
		    strerror(errno)));
	for (i = 0; i < n && next == 0; i++)
		if (firsts[i] > r->chain.seq)
			next = firsts[i];
	free(firsts);
	return (next != 0 ? enter(r, next) : 0);
}

/* Get the record at off from the window, read anew if it is not there. */
static int
fetch(struct wal_reader *r, uint64_t off, uint64_t seed,
    struct wal_record *rec)
{
	uint64_t end = r->window_off + r->window_len;
	size_t at;

	if (off >= r->window_off && off < end) {
		at = (size_t)(off - r->window_off);
		if (wal_record_get(rec, r->window + at, r->window_len - at,
		    seed) == WAL_GOOD)
			return (1);
	}
	if (load(r, off) != 0)
		return (-1);
	return (wal_record_get(rec, r->window, r->window_len, seed) ==
	    WAL_GOOD);
}

/* Memory for a reader. */
struct wal_reader *
wal_reader_new(const struct disk *d, const char *dir, uint64_t node,
    size_t window)
{
	struct wal_reader *r;

	if (strlen(dir) + 32 > WAL_PATH_SIZE) {
		errno = ENAMETOOLONG;
		goto err0;
	}
	if ((r = calloc(1, sizeof(*r))) == NULL)
		goto err0;
	if ((r->dir = strdup(dir)) == NULL)
		goto err1;
	if ((r->window = malloc(window)) == NULL)
		goto err2;
	r->disk = d;
	r->node = node;
	r->cap = window;
	r->fd = -1;
	return (r);

err2:
	free(r->dir);
err1:
	free(r);
err0:
	return (NULL);
}

/* The bytes before a record are its seed, so any record is an entrance. */
int
wal_reader_seek(struct wal_reader *r, uint64_t first_seq, uint64_t off,
    uint64_t want)
{
	struct wal_record rec;
	uint64_t seed;

	leave(r);
	r->linked = 0;
	r->want = want;
	switch (enter(r, first_seq)) {
	case 0:
		return (fail(r, "%s: no such segment", r->path));
	case -1:
		return (-1);
	}
	if (off == WAL_PAGE)
		return (0);
	if (load(r, off - WAL_CHECK) != 0)
		return (-1);
	seed = r->window_len < WAL_CHECK ? 0 : little_get64(r->window);
	if (fetch(r, off, seed, &rec) != 1)
		return (fail(r, "%s: offset %" PRIu64 ": no record", r->path,
		    off));
	r->chain.off = off;
	r->chain.seed = seed;
	r->chain.seq = rec.seq;
	r->chain.batch = rec.batch;
	return (0);
}

/* Where the last entry stands. */
void
wal_reader_place(const struct wal_reader *r, uint64_t *first_seq,
    uint64_t *off, struct wal_record *rec)
{
	*first_seq = r->header.first_seq;
	*off = r->rec_off;
	*rec = r->rec;
}

/* Find the segment that holds from_seq and enter it. */
static int
enter_by_list(struct wal_reader *r, uint64_t from_seq)
{
	uint64_t *firsts;
	size_t n, i;
	int rc;

	if (wal_segment_list(r->disk, r->dir, &firsts, &n) != 0)
		return (fail(r, "%s: cannot list: %s", r->dir,
		    strerror(errno)));
	if (n == 0) {
		rc = fail(r, "%s: no log here", r->dir);
	} else if (from_seq != 0 && from_seq < firsts[0]) {
		rc = fail(r, "%s: seq %" PRIu64 " is no longer held, the "
		    "oldest is %" PRIu64, r->dir, from_seq, firsts[0]);
	} else {
		for (i = 0; i + 1 < n && firsts[i + 1] <= from_seq; i++)
			continue;
		r->want = from_seq;
		rc = enter(r, firsts[i]);
		if (rc == 0)
			rc = fail(r, "%s: gone", r->path);
	}
	free(firsts);
	return (rc == 1 ? 0 : -1);
}

/* Open by directory. */
struct wal_reader *
wal_reader_open(const struct disk *d, const char *dir, uint64_t node,
    uint64_t from_seq, char *err, size_t errlen)
{
	struct wal_reader *r;

	r = wal_reader_new(d != NULL ? d : &disk_real, dir, node,
	    WAL_READER_WINDOW);
	if (r == NULL) {
		snprintf(err, errlen, "%s: %s", dir, strerror(errno));
		return (NULL);
	}
	if (enter_by_list(r, from_seq) != 0) {
		snprintf(err, errlen, "%s", r->error);
		wal_reader_close(r);
		return (NULL);
	}
	return (r);
}

/* No valid record where one is expected. */
static int
nothing(struct wal_reader *r, uint64_t until)
{
	if (until == UINT64_MAX || r->chain.seq > until)
		return (0);
	return (fail(r, "%s: offset %" PRIu64 ", seq %" PRIu64
	    ": damaged, though it was durable", r->path, r->chain.off,
	    r->chain.seq));
}

/* Pass over marks and unwanted entries up to the next wanted one. */
int
wal_reader_next(struct wal_reader *r, uint64_t until, struct wal_entry *e)
{
	struct wal_record *rec = &r->rec;
	int rc;

	while (r->chain.seq <= until) {
		if (r->fd == -1) {
			if ((rc = enter_next(r)) != 1)
				return (rc == 0 ? nothing(r, until) : -1);
			continue;
		}
		r->rec_off = r->chain.off;
		if ((rc = fetch(r, r->chain.off, r->chain.seed, rec)) != 1)
			return (rc == 0 ? nothing(r, until) : -1);
		if (wal_chain_step(&r->chain, rec) != 0)
			return (fail(r, "%s: offset %" PRIu64 ", seq %" PRIu64
			    ": out of sequence", r->path, r->chain.off,
			    r->chain.seq));
		if ((rec->flags & WAL_SEAL) != 0) {
			leave(r);
			r->linked = 1;
		}
		if ((rec->flags & WAL_MARK) != 0 || rec->seq < r->want)
			continue;
		e->seq = rec->seq;
		e->entry = rec->entry;
		e->len = rec->len;
		e->sidecar = rec->sidecar;
		e->sidecar_len = rec->sidecar != NULL ? rec->sidecar_len : 0;
		e->erased = rec->erased;
		return (1);
	}
	return (0);
}

/* The last failure. */
const char *
wal_reader_error(const struct wal_reader *r)
{
	return (r->error);
}

/* Free it. */
void
wal_reader_close(struct wal_reader *r)
{
	if (r == NULL)
		return;
	leave(r);
	free(r->window);
	free(r->dir);
	free(r);
}
