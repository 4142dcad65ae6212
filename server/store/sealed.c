#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sealed.h"
#include "sealed_file.h"
#include "sealed_index.h"
#include "sealed_scan.h"

struct sealed {
	const struct disk *disk;
	char dir[SEALED_PATH_MAX];
	char path[SEALED_PATH_MAX];	/* of the open file */
	char error[SEALED_ERROR_MAX];
	int failed;
	int fd;				/* -1: none */
	int32_t day;
	int dirty;			/* not synced */
	int made;			/* nor is its name */
	uint64_t end;
	struct sealed_index keys;
	struct sealed_index seqs;
	uint8_t record[2 * SEALED_RECORD_MAX];
};

/* Make the directory, whose own name must be durable too. */
static int
make_dir(const struct disk *d, const char *dir)
{
	char parent[SEALED_PATH_MAX + 4];

	/* What is there already must be a directory. */
	if (d->mkdir(d->ctx, dir, 0700) != 0)
		return (errno == EEXIST ? d->sync_dir(d->ctx, dir) : -1);
	snprintf(parent, sizeof(parent), "%s/..", dir);
	return (d->sync_dir(d->ctx, parent));
}

/* Open the directory. */
struct sealed *
sealed_open(const struct disk *disk, const char *dir, char *err, size_t errlen)
{
	struct sealed *s;

	if ((s = calloc(1, sizeof(*s))) == NULL) {
		snprintf(err, errlen, "out of memory");
		return (NULL);
	}
	s->disk = disk != NULL ? disk : &disk_real;
	s->fd = -1;
	/* Room for "/<day>.seal". */
	if (snprintf(s->dir, sizeof(s->dir), "%s", dir) >=
	    (int)sizeof(s->dir) - 32) {
		snprintf(err, errlen, "%s: path too long", dir);
		free(s);
		return (NULL);
	}
	if (make_dir(s->disk, s->dir) != 0) {
		snprintf(err, errlen, "cannot make %s: %s", dir,
		    strerror(errno));
		free(s);
		return (NULL);
	}
	return (s);
}

/* Forget the open file. */
static void
drop_file(struct sealed *s)
{

	if (s->fd != -1)
		s->disk->close(s->disk->ctx, s->fd);
	s->fd = -1;
	sealed_index_clear(&s->keys);
	sealed_index_clear(&s->seqs);
}

/* Close the directory. */
void
sealed_close(struct sealed *s)
{

	if (s == NULL)
		return;
	drop_file(s);
	free(s);
}

/* Fail for good. */
static int
fail(struct sealed *s, const char *what)
{

	if (!s->failed)
		snprintf(s->error, sizeof(s->error), "%.800s: %s: %s",
		    s->path, what, strerror(errno));
	s->failed = 1;
	return (-2);
}

/* A full disk passes, everything else is final. */
static int
fail_or_full(struct sealed *s, const char *what)
{

	if (errno != ENOSPC && errno != EDQUOT)
		return (fail(s, what));
	snprintf(s->error, sizeof(s->error), "%.800s: %s: the disk is "
	    "full", s->path, what);
	errno = ENOSPC;
	return (-1);
}

/* Take one record of an opened file into the indexes; end what was half erased. */
static int
take(struct sealed *s, const struct sealed_record *r)
{

	if (r->kind == SEALED_KEY)
		return (!r->whole ? 0 :
		    sealed_index_add(&s->keys, r->id, r->off, 0));
	if (r->kind == SEALED_ERASED && !r->whole &&
	    sealed_file_erase(s->disk, s->fd, r) != 0)
		return (-1);
	if (r->kind == SEALED_IDENTITY && !r->whole)
		return (0);
	return (sealed_index_add(&s->seqs, r->id,
	    r->kind == SEALED_ERASED ? SEALED_NOWHERE : r->off, 0));
}

/* Begin a file that holds nothing yet. */
static int
begin(struct sealed *s)
{

	if (s->disk->ftruncate(s->disk->ctx, s->fd, 0) != 0)
		return (fail(s, "cannot cut"));
	if (disk_write(s->disk, s->fd, SEALED_MAGIC, SEALED_MAGIC_LEN, 0) != 0)
		return (fail_or_full(s, "cannot write"));
	s->end = SEALED_MAGIC_LEN;
	return (0);
}

/* Find out what an opened file holds and where it ends; cut its torn tail. */
static int
survey(struct sealed *s)
{
	struct sealed_scan *scan;
	struct sealed_record r;
	int rc, found = 0;

	if ((scan = sealed_scan_new(s->disk, s->fd)) == NULL)
		return (fail(s, "cannot read"));
	while ((rc = sealed_scan_next(scan, &r)) == 1 && take(s, &r) == 0)
		found = 1;
	s->end = scan->good;
	if (rc != 0)
		rc = fail(s, "cannot read");
	else if (scan->magic && scan->good < scan->size &&
	    s->disk->ftruncate(s->disk->ctx, s->fd, scan->good) != 0)
		rc = fail(s, "cannot cut its torn tail");
	else if (!scan->magic && (found || !sealed_file_torn(scan))) {
		errno = EINVAL;
		rc = fail(s, "does not begin as a file of sealed identities");
	} else if (!scan->magic)
		rc = begin(s);
	free(scan);
	return (rc);
}

/* Open the file of a day. */
static int
open_day(struct sealed *s, int32_t day)
{
	int rc;

	if (s->fd != -1 && s->day == day)
		return (0);
	if ((rc = sealed_sync(s)) != 0)
		return (rc);
	drop_file(s);
	sealed_file_path(s->path, s->dir, day);
	s->fd = s->disk->open(s->disk->ctx, s->path, O_RDWR | O_CREAT |
	    O_NOFOLLOW, 0600);
	if (s->fd == -1)
		return (fail_or_full(s, "cannot open"));
	s->day = day;
	s->dirty = s->made = 1;
	if ((rc = survey(s)) != 0)
		drop_file(s);
	return (rc);
}

/* Write at the end; a short write is a disk that is full. */
static int
append(struct sealed *s, size_t len)
{
	const struct disk *d = s->disk;
	ssize_t n;
	int saved;

	s->dirty = 1;
	n = d->pwrite(d->ctx, s->fd, s->record, len, s->end);
	if (n == (ssize_t)len) {
		s->end += len;
		return (0);
	}
	saved = n == -1 ? errno : ENOSPC;
	if (d->ftruncate(d->ctx, s->fd, s->end) != 0)
		return (fail(s, "cannot cut"));
	errno = saved;
	return (fail_or_full(s, "cannot write"));
}

/*
 * Write again what stands there already: another run may have written it and
 * died, or failed, before it was on the disk.
 */
static int
renew(struct sealed *s, struct sealed_index_item *it, const uint8_t *record,
    size_t len)
{

	if (it->fresh || it->off == SEALED_NOWHERE)
		return (0);
	if (it->off + len > s->end)
		return (0);
	s->dirty = 1;
	if (disk_write(s->disk, s->fd, record, len, it->off) != 0)
		return (fail_or_full(s, "cannot write"));
	it->fresh = 1;
	return (0);
}

/* Is the record at `off` this one? */
static int
same(struct sealed *s, uint64_t off, const uint8_t *record, size_t len)
{
	uint8_t head[SEALED_HEAD + 16 + 12];

	return (off != SEALED_NOWHERE && len > sizeof(head) &&
	    disk_read(s->disk, s->fd, head, sizeof(head), off) ==
	    (ssize_t)sizeof(head) && memcmp(head, record, sizeof(head)) == 0);
}

/* Append what a sidecar says. */
int
sealed_add(struct sealed *s, uint64_t seq, int64_t t, const uint8_t *sidecar,
    size_t len)
{
	struct sealed_sidecar sc;
	struct sealed_index_item *key, *id;
	uint8_t *p = s->record;
	size_t klen = 0, n = 0;
	uint64_t start;
	int rc;

	if (s->failed)
		return (-2);
	if (sealed_sidecar_read(&sc, sidecar, len) != 0) {
		errno = EINVAL;
		sealed_file_path(s->path, s->dir, sealed_file_day(t));
		return (fail(s, "a sidecar of the log cannot be read"));
	}
	if ((rc = open_day(s, sealed_file_day(t))) != 0)
		return (rc);
	key = sealed_index_find(&s->keys, sc.key);
	id = sealed_index_find(&s->seqs, seq);
	if (sc.cms_len > 0)
		klen = sealed_record_write(p, SEALED_KEY, sc.key, 0, sc.cms,
		    sc.cms_len);
	if (klen > 0 && key != NULL) {
		if (same(s, key->off, p, klen) &&
		    (rc = renew(s, key, p, klen)) != 0)
			return (rc);
		klen = 0;
	}
	p += klen;
	n = sealed_record_write(p, SEALED_IDENTITY, seq, sc.key, sc.message,
	    sc.message_len);
	if (id != NULL) {
		if (same(s, id->off, p, n) && (rc = renew(s, id, p, n)) != 0)
			return (rc);
		n = 0;
	}
	start = s->end;
	if (klen + n > 0 && (rc = append(s, klen + n)) != 0)
		return (rc);
	if ((klen > 0 && sealed_index_add(&s->keys, sc.key, start, 1) != 0) ||
	    (n > 0 && sealed_index_add(&s->seqs, seq, start + klen, 1) != 0))
		return (fail(s, "cannot be kept in mind"));
	return (0);
}

/* Does the file still bear its name?  What is gone cannot be found by anybody. */
static int
named(struct sealed *s)
{
	const struct disk *d = s->disk;
	uint64_t size = s->end;
	int fd;

	fd = d->open(d->ctx, s->path, O_RDONLY | O_NOFOLLOW, 0);
	if (fd == -1)
		return (errno != ENOENT && errno != ENOTDIR && errno != ELOOP);
	(void)d->size(d->ctx, fd, &size);
	d->close(d->ctx, fd);
	errno = ESTALE;
	return (size >= s->end);
}

/* Make all durable. */
int
sealed_sync(struct sealed *s)
{

	if (s->failed)
		return (-2);
	if (s->fd == -1 || !s->dirty)
		return (0);
	if (s->disk->fdatasync(s->disk->ctx, s->fd) != 0)
		return (fail(s, "cannot sync"));
	if (s->made && s->disk->sync_dir(s->disk->ctx, s->dir) != 0)
		return (fail(s, "cannot sync its directory"));
	if (!named(s))
		return (fail(s, "was removed or replaced while in use"));
	s->dirty = s->made = 0;
	return (0);
}

/* The last failure. */
const char *
sealed_error(const struct sealed *s)
{

	return (s->error);
}
