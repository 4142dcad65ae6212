#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wal.h"
#include "wal_format.h"

#include "wal_segment.h"

#define PACED_SLICE	(256u << 10)

struct list {
	uint64_t *firsts;
	size_t n;
	size_t cap;
};

/* The name is the number. */
void
wal_segment_path(char path[WAL_PATH_SIZE], const char *dir,
    uint64_t first_seq)
{
	snprintf(path, WAL_PATH_SIZE, "%s/%020" PRIu64 ".wal", dir, first_seq);
}

/* Directory and name. */
void
wal_segment_aux(char path[WAL_PATH_SIZE], const char *dir, const char *name)
{
	snprintf(path, WAL_PATH_SIZE, "%s/%s", dir, name);
}

/* Read a segment's name; -1 if it is another file's. */
static int
parse_name(const char *name, uint64_t *first)
{
	uint64_t v = 0;
	int i;

	if (strlen(name) != WAL_NAME_SIZE - 1 || strcmp(name + 20, ".wal") != 0)
		return (-1);
	for (i = 0; i < 20; i++) {
		unsigned digit = (unsigned)(name[i] - '0');

		if (name[i] < '0' || name[i] > '9' ||
		    v > (UINT64_MAX - digit) / 10)
			return (-1);
		v = v * 10 + digit;
	}
	*first = v;
	return (0);
}

/* Keep one name of the directory. */
static int
list_one(void *arg, const char *name)
{
	struct list *l = arg;
	uint64_t first, *p;

	if (parse_name(name, &first) != 0)
		return (0);
	if (l->n == l->cap) {
		l->cap = l->cap == 0 ? 16 : l->cap * 2;
		p = realloc(l->firsts, l->cap * sizeof(*p));
		if (p == NULL)
			return (-1);
		l->firsts = p;
	}
	l->firsts[l->n++] = first;
	return (0);
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y ? -1 : x > y);
}

/* All segments in order. */
int
wal_segment_list(const struct disk *d, const char *dir, uint64_t **firsts,
    size_t *n)
{
	struct list l = { NULL, 0, 0 };

	if (d->list(d->ctx, dir, list_one, &l) != 0) {
		free(l.firsts);
		return (-1);
	}
	if (l.n > 1)
		qsort(l.firsts, l.n, sizeof(*l.firsts), compare);
	*firsts = l.firsts;
	*n = l.n;
	return (0);
}

/* The whole file into memory. */
int
wal_segment_load(const struct disk *d, const char *path, uint8_t **buf,
    size_t *len)
{
	uint64_t bytes;
	uint8_t *p;
	ssize_t n;
	int fd, saved;

	if ((fd = d->open(d->ctx, path, O_RDONLY, 0)) == -1)
		return (-1);
	if (d->size(d->ctx, fd, &bytes) != 0)
		goto err1;
	if (bytes > WAL_SEGMENT_MAX) {
		errno = EFBIG;
		goto err1;
	}
	if ((p = malloc(bytes > 0 ? (size_t)bytes : 1)) == NULL)
		goto err1;
	if ((n = disk_read(d, fd, p, (size_t)bytes, 0)) == -1)
		goto err2;
	d->close(d->ctx, fd);
	*buf = p;
	*len = (size_t)n;
	return (0);

err2:
	free(p);
err1:
	saved = errno;
	d->close(d->ctx, fd);
	errno = saved;
	return (-1);
}

/* Zeros slice by slice, each synced before the next is begun. */
static int
zero_paced(const struct disk *d, int fd, uint64_t bytes,
    const atomic_int *stop)
{
	uint64_t off, end;

	for (off = 0; off < bytes; off = end) {
		if (atomic_load(stop) != 0) {
			errno = ECANCELED;
			return (-1);
		}
		end = bytes - off < PACED_SLICE ? bytes : off + PACED_SLICE;
		if (disk_zero(d, fd, off, end) != 0 ||
		    d->fdatasync(d->ctx, fd) != 0)
			return (-1);
	}
	return (0);
}

/* Allocate first (one extent, early ENOSPC), then write each block. */
int
wal_segment_make(const struct disk *d, const char *path, uint64_t bytes,
    const atomic_int *stop)
{
	int fd, rc, saved;

	fd = d->open(d->ctx, path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd == -1)
		return (-1);
	if (d->fallocate(d->ctx, fd, bytes) != 0)
		goto err1;
	rc = stop != NULL ? zero_paced(d, fd, bytes, stop) :
	    disk_zero(d, fd, 0, bytes);
	if (rc != 0 || d->fsync(d->ctx, fd) != 0)
		goto err1;
	return (fd);

err1:
	saved = errno;
	d->close(d->ctx, fd);
	d->unlink(d->ctx, path);
	errno = saved;
	return (-1);
}
