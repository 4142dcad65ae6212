#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wal_format.h"
#include "wal_scan.h"
#include "wal_segment.h"

#include "wal_recover.h"

/* The run of a recovery. */
struct recovery {
	const struct wal_options *o;
	struct wal_index *ix;
	uint64_t *firsts;	/* The segments found */
	size_t n;
	size_t at;		/* The one that is being looked at */
	char path[WAL_PATH_SIZE];
	uint8_t *buf;		/* Its bytes */
	size_t len;
	struct wal_header header;
	struct wal_scan scan;	/* At its end, once scanned */
	char *err;
	size_t errlen;
};

/* Say which system call's failure ends the recovery. */
static int
fail_errno(struct recovery *r, const char *what, const char *path)
{
	snprintf(r->err, r->errlen, "%s: %s: %s", path, what,
	    strerror(errno));
	return (-1);
}

/* Say where the log is damaged. */
static int
fail_corrupt(struct recovery *r, uint64_t off, uint64_t seq, const char *why)
{
	snprintf(r->err, r->errlen, "%s: offset %" PRIu64 ", seq %" PRIu64
	    ": corrupt log: %s", r->path, off, seq, why);
	return (-1);
}

/* The directory, whose own name must be durable too. */
static int
make_dir(struct recovery *r)
{
	const struct disk *d = r->o->disk;
	char parent[WAL_PATH_SIZE];

	if (d->mkdir(d->ctx, r->o->dir, 0700) != 0)
		return (errno == EEXIST ? 0 :
		    fail_errno(r, "cannot make", r->o->dir));
	wal_segment_aux(parent, r->o->dir, "..");
	if (d->sync_dir(d->ctx, parent) != 0)
		return (fail_errno(r, "cannot sync", parent));
	return (0);
}

/* Remove what an interrupted preparation or recovery has left. */
static int
remove_temporary(struct recovery *r, const char *name)
{
	const struct disk *d = r->o->disk;
	char path[WAL_PATH_SIZE];

	wal_segment_aux(path, r->o->dir, name);
	if (d->unlink(d->ctx, path) != 0 && errno != ENOENT)
		return (fail_errno(r, "cannot remove", path));
	return (0);
}

/* Parse the header of the loaded segment and judge it on its own. */
static int
check_header(struct recovery *r)
{
	uint64_t first = r->firsts[r->at];
	const char *why;

	if (r->len < WAL_PAGE)
		return (fail_corrupt(r, r->len, first, "file cut short"));
	if ((why = wal_header_get(&r->header, r->buf)) != NULL)
		return (fail_corrupt(r, 0, first, why));
	if (r->header.node != r->o->node) {
		snprintf(r->err, r->errlen, "%s: this log was written by "
		    "another node (%016" PRIx64 ", this is %016" PRIx64 "): "
		    "refused", r->path, r->header.node, r->o->node);
		return (-1);
	}
	if (r->header.first_seq != first)
		return (fail_corrupt(r, 24, first,
		    "file name and header disagree"));
	if (r->header.bytes != r->len)
		return (fail_corrupt(r, r->len, first,
		    "file length is not what the header says"));
	return (0);
}

/* It must go on exactly where the segment before ended. */
static int
check_link(struct recovery *r, const struct wal_chain *before)
{
	if (r->at == 0)
		return (0);
	if (before->seq != (r->header.due != 0 ? r->header.due :
	    r->header.first_seq))
		return (fail_corrupt(r, 24, before->seq,
		    "segment missing before this one"));
	if (r->header.prev_check != before->seed ||
	    r->header.first_batch != before->batch)
		return (fail_corrupt(r, 32, before->seq,
		    "does not continue the segment before"));
	return (0);
}

/* Walk through the records; only the newest segment may end without seal. */
static int
check_records(struct recovery *r)
{
	const struct wal_chain *c = &r->scan.chain;
	int newest = r->at + 1 == r->n;
	struct wal_record rec;
	struct wal_segment *s;
	uint64_t off = WAL_PAGE;
	char why[128];
	size_t later;

	if (!newest) {
		if ((s = wal_index_segment(r->len)) == NULL)
			return (fail_errno(r, "index", r->path));
		wal_index_add(r->ix, s, r->header.first_seq);
	}
	wal_scan_start(&r->scan, r->buf, r->len, &r->header);
	for (; wal_scan_next(&r->scan, &rec); off = c->off) {
		if (!newest && (rec.flags & WAL_MARK) == 0)
			wal_index_note(r->ix, rec.seq, off);
	}
	if (r->scan.stop == WAL_STOP_SEAL)
		return (0);
	if (r->scan.stop == WAL_STOP_ORDER)
		return (fail_corrupt(r, c->off, c->seq,
		    "entry or batch out of sequence"));
	if (!newest)
		return (fail_corrupt(r, c->off, c->seq,
		    "bad record, yet a later segment exists"));
	if ((later = wal_scan_later(&r->scan, &rec)) != 0) {
		snprintf(why, sizeof(why), "bad record of batch %" PRIu64
		    ", yet batch %" PRIu64 " was written after it (offset %zu)",
		    c->batch, rec.batch, later);
		return (fail_corrupt(r, c->off, c->seq, why));
	}
	return (0);
}

/* Check all segments; the newest one stays loaded. */
static int
check_segments(struct recovery *r)
{
	const struct disk *d = r->o->disk;
	struct wal_chain before = { 0, 0, 0, 0 };

	for (r->at = 0; r->at < r->n; r->at++) {
		free(r->buf);
		r->buf = NULL;
		wal_segment_path(r->path, r->o->dir, r->firsts[r->at]);
		if (wal_segment_load(d, r->path, &r->buf, &r->len) != 0)
			return (fail_errno(r, "cannot read", r->path));
		if (check_header(r) != 0 || check_link(r, &before) != 0 ||
		    check_records(r) != 0)
			return (-1);
		before = r->scan.chain;
	}
	return (0);
}

/*
 * The numbering was about to jump, and no entry of the new segment was ever
 * durable: there was no jump.
 */
static int
undo_jump(struct recovery *r)
{
	const struct disk *d = r->o->disk;

	if (d->unlink(d->ctx, r->path) != 0)
		return (fail_errno(r, "cannot remove", r->path));
	if (d->sync_dir(d->ctx, r->o->dir) != 0)
		return (fail_errno(r, "cannot sync", r->o->dir));
	r->n--;
	wal_index_free(r->ix);
	wal_index_init(r->ix);
	return (0);
}

/* Check all; a jump that did not come about is taken back first. */
static int
check_all(struct recovery *r)
{
	for (;;) {
		if (check_segments(r) != 0)
			return (-1);
		if (r->n < 2 || r->header.due == 0 ||
		    r->scan.chain.seq != r->header.first_seq)
			return (0);
		if (undo_jump(r) != 0)
			return (-1);
	}
}

/* A new segment's image, which grows record by record. */
struct image {
	uint8_t *buf;
	size_t off;
	uint8_t *open;		/* The record laid out last, not closed yet */
	uint32_t flags;		/* What it is to be closed with */
	int erased;
	uint64_t check;
	uint64_t seq;
	uint64_t batch;
};

/* Close the record laid out last. */
static void
image_close(struct image *m, uint32_t flags)
{
	if (m->open == NULL)
		return;
	m->check = wal_record_close(m->open, flags, m->check);
	if (m->erased)
		wal_record_erase(m->open);
	if ((flags & WAL_LAST) != 0)
		m->batch++;
	m->open = NULL;
}

/* Lay out a copy of rec; the batches are numbered anew, without marks. */
static void
image_add(struct image *m, const struct wal_record *rec)
{
	static const uint8_t zeros[WAL_SIDECAR_MAX];

	image_close(m, m->flags);
	m->open = m->buf + m->off;
	m->flags = rec->flags;
	m->erased = rec->erased;
	m->off += wal_record_put(m->open, m->batch, rec->seq, rec->entry,
	    rec->len, rec->erased ? zeros : rec->sidecar, rec->sidecar_len);
	m->seq = rec->seq + 1;
}

/*
 * Copy the entries of the newest segment (up to the cut) behind a new header.
 * The copy is synced as a whole, so it ends with a batch of its own that holds
 * nothing: damage to the last entry will not look like a torn tail.
 */
static void
fill_image(struct recovery *r, struct image *m, uint64_t bytes)
{
	struct wal_header h = r->header;
	struct wal_scan s;
	struct wal_record rec;

	h.nonce = r->o->random64(r->o->random_arg);
	h.bytes = bytes;
	wal_header_put(&h, m->buf);
	m->off = WAL_PAGE;
	m->check = h.nonce;
	m->seq = h.first_seq;
	m->batch = h.first_batch;
	if (r->n > 0) {
		wal_scan_start(&s, r->buf, (size_t)r->scan.chain.off,
		    &r->header);
		while (wal_scan_next(&s, &rec)) {
			if ((rec.flags & WAL_MARK) != 0)
				continue;
			wal_index_note(r->ix, rec.seq, m->off);
			image_add(m, &rec);
		}
	}
	image_close(m, WAL_LAST);
	if (m->off + 2 * WAL_MARKER_SIZE <= bytes) {
		m->open = m->buf + m->off;
		m->off += wal_record_put(m->open, m->batch, m->seq, NULL, 0,
		    NULL, 0);
		m->erased = 0;
		image_close(m, WAL_MARK | WAL_LAST);
	}
}

/* A fresh file of zeros; on a full disk the reserve makes room for it. */
static int
make_fresh(struct recovery *r, const char *temp, uint64_t bytes)
{
	const struct disk *d = r->o->disk;
	char reserve[WAL_PATH_SIZE];
	int fd;

	fd = wal_segment_make(d, temp, bytes, NULL);
	if (fd != -1 || (errno != ENOSPC && errno != EDQUOT))
		return (fd);
	wal_segment_aux(reserve, r->o->dir, WAL_RESERVE_NAME);
	if (d->unlink(d->ctx, reserve) != 0) {
		errno = ENOSPC;
		return (-1);
	}
	return (wal_segment_make(d, temp, bytes, NULL));
}

/* Write the image into a fresh file, make it durable, give it the name. */
static int
write_fresh(struct recovery *r, const struct image *m, uint64_t bytes,
    int *fdp)
{
	const struct disk *d = r->o->disk;
	char temp[WAL_PATH_SIZE];
	int fd;

	wal_segment_aux(temp, r->o->dir, WAL_FRESH_NAME);
	if ((fd = make_fresh(r, temp, bytes)) == -1)
		return (fail_errno(r, "cannot make", temp));
	if (disk_write(d, fd, m->buf, m->off, 0) != 0 ||
	    d->fsync(d->ctx, fd) != 0) {
		fail_errno(r, "cannot write", temp);
		goto err1;
	}
	if (d->rename(d->ctx, temp, r->path) != 0 ||
	    d->sync_dir(d->ctx, r->o->dir) != 0) {
		fail_errno(r, "cannot rename", temp);
		goto err1;
	}
	*fdp = fd;
	return (0);

err1:
	d->close(d->ctx, fd);
	return (-1);
}

/* The newest segment again, or the first one of an empty log. */
static int
renew(struct recovery *r, struct wal_tail *t)
{
	uint64_t bytes = r->o->segment_bytes, need;
	struct image m = { NULL, 0, NULL, 0, 0, 0, 0, 0 };
	struct wal_segment *s;

	if (r->n == 0) {
		memset(&r->header, 0, sizeof(r->header));
		r->header.node = r->o->node;
		r->header.first_seq = r->o->first_seq;
		r->header.first_batch = 1;
		wal_segment_path(r->path, r->o->dir, r->o->first_seq);
	}

	/* Room for the entries and a seal. */
	need = r->n > 0 ? r->scan.chain.off : WAL_PAGE;
	if (r->n == 0 || r->scan.stop != WAL_STOP_SEAL)
		need += WAL_MARKER_SIZE;
	if (bytes < need)
		bytes = (need + WAL_PAGE - 1) / WAL_PAGE * WAL_PAGE;
	if ((s = wal_index_segment(bytes)) == NULL)
		return (fail_errno(r, "index", r->path));
	wal_index_add(r->ix, s, r->header.first_seq);
	if ((m.buf = malloc((size_t)need + WAL_MARKER_SIZE)) == NULL)
		return (fail_errno(r, "copy", r->path));
	fill_image(r, &m, bytes);
	if (write_fresh(r, &m, bytes, &t->fd) != 0) {
		free(m.buf);
		return (-1);
	}
	t->bytes = bytes;
	t->off = m.off;
	t->check = m.check;
	t->seq = m.seq;
	t->batch = m.batch;
	free(m.buf);
	return (0);
}

/* Look, check, cut, copy. */
int
wal_recover(const struct wal_options *o, struct wal_index *ix,
    struct wal_tail *t, char *err, size_t errlen)
{
	const struct disk *d = o->disk;
	struct recovery r;
	int rc = -1;

	memset(&r, 0, sizeof(r));
	r.o = o;
	r.ix = ix;
	r.err = err;
	r.errlen = errlen;
	t->fd = -1;
	if (make_dir(&r) != 0)
		return (-1);
	if (wal_segment_list(d, o->dir, &r.firsts, &r.n) != 0)
		return (fail_errno(&r, "cannot list", o->dir));
	if (check_all(&r) == 0 &&
	    remove_temporary(&r, WAL_NEXT_NAME) == 0 &&
	    remove_temporary(&r, WAL_FRESH_NAME) == 0 &&
	    renew(&r, t) == 0)
		rc = 0;
	free(r.buf);
	free(r.firsts);
	return (rc);
}
