#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/wal.h"
#include "store/wal_format.h"
#include "store/wal_record.h"
#include "store/wal_segment.h"

#include "backup_impl.h"
#include "logtail.h"

#define SEGMENT	(4u << 20)	/* bytes of a segment of the copy */
#define WAIT_MS	1000

/* A copy under way. */
struct tail {
	struct backup *b;
	char from[BACKUP_PATH];
	char to[BACKUP_PATH];
	uint64_t node;
	uint64_t first;		/* seq copied first */
	uint64_t last;		/* and last */
	struct wal *wal;
};

/* The segments are moving on: begin anew. */
static int
again(struct tail *t, const char *why)
{

	(void)backup_fail(t->b, BACKUP_DAMAGED, "%s", why);
	return (1);
}

/* Learn whose log it is: 0, 1 or -1. */
static int
read_node(struct tail *t)
{
	const struct disk *d = t->b->disk;
	char path[WAL_PATH_SIZE];
	uint8_t page[WAL_PAGE];
	struct wal_header h;
	uint64_t *firsts;
	size_t n;
	ssize_t got;
	int fd;

	if (wal_segment_list(d, t->from, &firsts, &n) != 0)
		return (errno == ENOENT ? backup_fail(t->b, BACKUP_DAMAGED,
		    "%s: missing: what was answered last is not there",
		    t->from) : backup_fail_errno(t->b, "cannot list",
		    t->from));
	if (n == 0) {
		free(firsts);
		return (backup_fail(t->b, BACKUP_DAMAGED, "%s holds nothing: "
		    "what was answered last is not there", t->from));
	}
	wal_segment_path(path, t->from, firsts[n - 1]);
	free(firsts);
	if ((fd = d->open(d->ctx, path, O_RDONLY, 0)) == -1)
		return (errno == ENOENT ? again(t, "segments are removed while "
		    "they are read") : backup_fail_errno(t->b, "cannot open",
		    path));
	got = disk_read(d, fd, page, sizeof(page), 0);
	d->close(d->ctx, fd);
	if (got != (ssize_t)sizeof(page) || wal_header_get(&h, page) != NULL)
		return (backup_fail(t->b, BACKUP_DAMAGED, "%s: damaged",
		    path));
	t->node = h.node;
	return (0);
}

/* Open the log at its beginning for us: the last entry of log/, else the next. */
static struct wal_reader *
begin(struct tail *t, uint64_t end)
{
	char err[BACKUP_ERROR_MAX];
	struct wal_reader *r;

	r = wal_reader_open(t->b->disk, t->from, t->node, end - 1, err,
	    sizeof(err));
	if (r == NULL)
		r = wal_reader_open(t->b->disk, t->from, t->node, end, err,
		    sizeof(err));
	if (r == NULL)
		(void)again(t, err);
	return (r);
}

/* How far it reaches now: 0, 1 or -1. */
static int
measure(struct tail *t, uint64_t end)
{
	struct wal_reader *r = begin(t, end);
	struct wal_entry e;
	char err[BACKUP_ERROR_MAX];
	int rc;

	if (r == NULL)
		return (1);
	t->first = t->last = 0;
	while ((rc = wal_reader_next(r, UINT64_MAX, &e)) == 1) {
		if (t->first == 0)
			t->first = e.seq;
		t->last = e.seq;
	}
	if (rc == -1)
		(void)again(t, wal_reader_error(r));
	wal_reader_close(r);
	if (rc == -1)
		return (1);
	if (t->first == 0)
		return (again(t, "nothing is in wal/ behind the newest head"));
	switch (logtail_judge(t->from, t->last + 1, err, sizeof(err))) {
	case 0:
		return (0);
	case -1:
		return (backup_fail(t->b, BACKUP_DAMAGED, "%s", err));
	default:
		return (again(t, err));
	}
}

/* What was read may not be durable yet: have it so before anybody relies on it. */
static int
sync_source(struct tail *t)
{
	const struct disk *d = t->b->disk;
	char path[WAL_PATH_SIZE];
	uint64_t *firsts;
	size_t n, i;
	int fd, rc = 0;

	if (wal_segment_list(d, t->from, &firsts, &n) != 0)
		return (backup_fail_errno(t->b, "cannot list", t->from));
	for (i = 0; i < n && rc == 0; i++) {
		if (i + 1 < n && firsts[i + 1] <= t->first)
			continue;
		wal_segment_path(path, t->from, firsts[i]);
		if ((fd = d->open(d->ctx, path, O_RDONLY, 0)) == -1) {
			if (errno != ENOENT)
				rc = backup_fail_errno(t->b, "cannot open",
				    path);
			continue;
		}
		if (d->fdatasync(d->ctx, fd) != 0)
			rc = backup_fail_errno(t->b, "cannot sync", path);
		d->close(d->ctx, fd);
	}
	free(firsts);
	return (rc);
}

/* Say why the copy's log takes nothing. */
static int
stuck(struct tail *t)
{
	char why[BACKUP_ERROR_MAX];

	if (!wal_failed(t->wal, why, sizeof(why)))
		(void)snprintf(why, sizeof(why), "%.1000s: the disk is full",
		    t->to);
	return (backup_fail(t->b, BACKUP_FAILED, "%s", why));
}

/* Let the threads of the copy's log work: 0, or -1 when it can take no more. */
static int
let_work(struct tail *t)
{
	struct pollfd p = { wal_eventfd(t->wal), POLLIN, 0 };

	if (wal_flush_inline(t->wal) < 0 || !wal_space(t->wal))
		return (stuck(t));
	(void)poll(&p, 1, WAIT_MS);
	(void)wal_collect(t->wal);
	return (0);
}

/* Make all durable that was appended. */
static int
settle(struct tail *t)
{

	while (wal_pending(t->wal) > 0 || wal_failed(t->wal, NULL, 0)) {
		switch (wal_flush_inline(t->wal)) {
		case WAL_FAILED:
			return (stuck(t));
		case 0:
			if (let_work(t) != 0)
				return (-1);
		}
	}
	return (0);
}

/* Append one entry under its number. */
static int
append(struct tail *t, const struct wal_entry *e)
{
	int rc;

	if (e->seq != wal_next_seq(t->wal)) {
		if (settle(t) != 0)
			return (-1);
		while ((rc = wal_jump(t->wal, e->seq)) == WAL_BUSY)
			if (let_work(t) != 0)
				return (-1);
		if (rc != WAL_OK)
			return (stuck(t));
	}
	while ((rc = wal_append(t->wal, e->seq, e->entry, e->len, e->sidecar,
	    e->sidecar_len)) == WAL_BUSY)
		if (let_work(t) != 0)
			return (-1);
	return (rc == WAL_OK ? 0 : stuck(t));
}

/* Copy the entries first .. last into the log that is open: 0, 1 or -1. */
static int
copy_entries(struct tail *t, uint64_t end)
{
	struct wal_reader *r = begin(t, end);
	struct wal_entry e;
	int rc = 0, more = 0;

	if (r == NULL)
		return (1);
	while (rc == 0 && (more = wal_reader_next(r, t->last, &e)) == 1) {
		if (wal_next_seq(t->wal) == t->first && e.seq != t->first) {
			wal_reader_close(r);
			return (again(t, "segments are removed while they are "
			    "read"));
		}
		rc = append(t, &e);
	}
	if (more == -1)
		rc = again(t, wal_reader_error(r));
	wal_reader_close(r);
	if (rc == 0)
		rc = settle(t);
	if (rc == 0 && wal_next_seq(t->wal) != t->last + 1)
		rc = again(t, "segments are removed while they are read");
	return (rc);
}

/* Note a segment of the copy. */
static int
note(void *arg, const char *file)
{
	char name[BACKUP_NAME];

	(void)snprintf(name, sizeof(name), "wal/%.100s", file);
	return (backup_note(arg, name) == 0 ? 0 : 1);
}

/* Write the copy's log: 0, 1 or -1. */
static int
write_log(struct tail *t, uint64_t end)
{
	const struct wal_options o = { .dir = t->to, .disk = t->b->disk,
		.node = t->node, .segment_bytes = SEGMENT,
		.first_seq = t->first };
	int rc;

	t->wal = wal_open(&o, NULL, NULL, 0, t->b->err, BACKUP_ERROR_MAX);
	if (t->wal == NULL) {
		*t->b->fault = BACKUP_FAILED;
		return (-1);
	}
	rc = copy_entries(t, end);
	if (wal_close(t->wal) != 0 && rc == 0)
		rc = backup_fail(t->b, BACKUP_FAILED, "%s: cannot be written",
		    t->to);
	return (rc);
}

/* Unlink a segment of a copy that has to be begun anew. */
static int
drop(void *arg, const char *file)
{
	const struct tail *t = arg;
	char path[BACKUP_PATH + 256];

	(void)snprintf(path, sizeof(path), "%s/%s", t->to, file);
	(void)t->b->disk->unlink(t->b->disk->ctx, path);
	return (0);
}

/* Copy what is behind the newest head. */
int
backup_tail(struct backup *b, uint64_t end)
{
	struct tail t = { .b = b };
	int rc;

	if (snprintf(t.from, sizeof(t.from), "%s/wal", b->o->from) >=
	    WAL_PATH_SIZE - 32 || snprintf(t.to, sizeof(t.to), "%s/wal",
	    b->to) >= WAL_PATH_SIZE - 32)
		return (backup_fail(b, BACKUP_FAILED, "%s: path too long",
		    b->to));
	if (backup_dir(b, "wal") != 0)
		return (-1);
	(void)b->disk->list(b->disk->ctx, t.to, drop, &t);
	if ((rc = read_node(&t)) != 0 || (rc = measure(&t, end)) != 0 ||
	    (rc = sync_source(&t)) != 0 || (rc = write_log(&t, end)) != 0)
		return (rc);
	b->info->last_seq = t.last;
	if (t.last < end - 1)
		return (backup_fail(b, BACKUP_DAMAGED, "%s ends with entry %"
		    PRIu64 ", but a signed head names entry %" PRIu64, t.from,
		    t.last, end - 1));
	if (b->disk->list(b->disk->ctx, t.to, note, b) != 0)
		return (*b->fault != BACKUP_FINE ? -1 :
		    backup_fail_errno(b, "cannot list", t.to));
	return (0);
}
