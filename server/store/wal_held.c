#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "wal_impl.h"
#include "wal_reader.h"

/* The entries that the log still holds: look-up, erasure, trimming. */

/* The first seq held. */
uint64_t
wal_oldest(struct wal *w)
{
	uint64_t first = 0;

	wal_index_oldest(&w->index, &first);
	return (first);
}

/* A reader that has just read the durable entry seq; NULL if it is not held. */
static struct wal_reader *
find(struct wal *w, uint64_t seq, struct wal_entry *e)
{
	uint64_t first, off;
	struct wal_reader *r;

	if (seq > atomic_load(&w->durable) ||
	    wal_index_find(&w->index, seq, &first, &off) != 0)
		return (NULL);
	r = wal_reader_new(w->o.disk, w->dir, w->o.node, WAL_READER_GLANCE);
	if (r == NULL)
		return (NULL);
	if (wal_reader_seek(r, first, off, seq) == 0 &&
	    wal_reader_next(r, seq, e) == 1)
		return (r);
	wal_reader_close(r);
	return (NULL);
}

/* Look one entry up. */
int
wal_read(struct wal *w, uint64_t seq,
    int (*fn)(void *arg, const struct wal_entry *e), void *arg)
{
	struct wal_reader *r;
	struct wal_entry e;
	int rc;

	if ((r = find(w, seq, &e)) == NULL)
		return (WAL_ABSENT);
	rc = fn(arg, &e);
	wal_reader_close(r);
	return (rc);
}

/* The mark first, durable, then the zeros: no state reads as damage. */
static int
overwrite(struct wal *w, const char *path, uint64_t off, size_t padded)
{
	static const uint8_t zeros[WAL_SIDECAR_MAX];
	const struct disk *d = w->o.disk;
	uint8_t mark[WAL_CHECK];
	int fd, rc = -1, saved;

	little_put64(mark, WAL_ERASED);
	if ((fd = d->open(d->ctx, path, O_WRONLY, 0)) == -1)
		return (-1);
	if (disk_write(d, fd, mark, sizeof(mark), off + padded) == 0 &&
	    d->fdatasync(d->ctx, fd) == 0 &&
	    disk_write(d, fd, zeros, padded, off) == 0 &&
	    d->fdatasync(d->ctx, fd) == 0)
		rc = 0;
	saved = errno;
	d->close(d->ctx, fd);
	errno = saved;
	return (rc);
}

/* Erase a sidecar; again if it was, since that may have been half done. */
int
wal_erase(struct wal *w, uint64_t seq)
{
	char path[WAL_PATH_SIZE];
	struct wal_reader *r;
	struct wal_record rec;
	struct wal_entry e;
	uint64_t first, off;

	if (atomic_load(&w->failed) != 0)
		return (WAL_FAILED);
	if ((r = find(w, seq, &e)) == NULL)
		return (WAL_ABSENT);
	wal_reader_place(r, &first, &off, &rec);
	wal_reader_close(r);
	if (rec.sidecar_len == 0)
		return (0);
	wal_segment_path(path, w->dir, first);
	if (overwrite(w, path, off + WAL_RECORD_HEAD + wal_up8(rec.len),
	    wal_up8(rec.sidecar_len)) != 0) {
		wal_flush_fail(w, "erasing", path);
		return (WAL_FAILED);
	}
	return (0);
}

/*
 * Unlink from the old end, each one durably before the next, so that no hole
 * can be left between two segments.  The segment that holds the highest
 * durable seq stays: it is where the numbering goes on.
 */
int
wal_trim(struct wal *w, uint64_t seq)
{
	const struct disk *d = w->o.disk;
	uint64_t below = atomic_load(&w->durable), first;
	char path[WAL_PATH_SIZE];
	int n = 0;

	if (seq < below)
		below = seq;
	while (wal_index_below(&w->index, below, &first)) {
		wal_segment_path(path, w->dir, first);
		if (d->unlink(d->ctx, path) != 0 && errno != ENOENT)
			return (-1);
		if (d->sync_dir(d->ctx, w->dir) != 0) {
			wal_flush_fail(w, "syncing", w->dir);
			return (-1);
		}
		wal_index_drop(&w->index);
		n++;
	}
	return (n);
}
