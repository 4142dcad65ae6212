#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/sha256.h"

#include "adopt_impl.h"

#define SLICE		(256u << 10)
#define NAMES_MAX	4096		/* removed from one directory at a time */

/* Put a sentence into err. */
int
adopt_fail(char *err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(err, ADOPT_ERROR_MAX, format, ap);
	va_end(ap);
	return (-1);
}

/* Write a path. */
int
adopt_path(char path[ADOPT_PATH_MAX], char *err, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(path, ADOPT_PATH_MAX, format, ap);
	va_end(ap);
	if (n < 0 || n >= ADOPT_PATH_MAX)
		return (adopt_fail(err, "%.64s...: the path is too long", path));
	return (0);
}

/* Open a regular file for reading: 0, 1 (there is none) or -1. */
static int
open_file(const struct disk *d, const char *path, int follow, int *fd,
    uint64_t *size, char *err)
{
	/* A fifo must not hold us up. */
	int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY |
	    (follow ? 0 : O_NOFOLLOW);

	if ((*fd = d->open(d->ctx, path, flags, 0)) == -1) {
		if (errno == ENOENT)
			return (1);
		if (errno == ELOOP)
			return (adopt_fail(err, "%s: a symbolic link, not a "
			    "file", path));
		return (adopt_fail(err, "%s: cannot be opened: %s", path,
		    strerror(errno)));
	}
	if (d->size(d->ctx, *fd, size) == 0)
		return (0);
	adopt_fail(err, "%s: %s", path, errno == EINVAL ? "not a regular file" :
	    strerror(errno));
	d->close(d->ctx, *fd);
	return (-1);
}

/* Read a whole file. */
int
adopt_slurp(const struct disk *d, const char *path, size_t max, int follow,
    void **data, size_t *len, char *err)
{
	uint64_t size = 0;
	ssize_t n;
	int fd, rc;
	char *p;

	if ((rc = open_file(d, path, follow, &fd, &size, err)) != 0)
		return (rc);
	if (size > max) {
		adopt_fail(err, "%s: longer than %zu bytes", path, max);
		goto err0;
	}
	if ((p = malloc((size_t)size + 1)) == NULL) {
		adopt_fail(err, "%s: no memory for %zu bytes", path,
		    (size_t)size);
		goto err0;
	}
	if ((n = disk_read(d, fd, p, (size_t)size, 0)) == -1) {
		adopt_fail(err, "%s: cannot be read: %s", path,
		    strerror(errno));
		free(p);
		goto err0;
	}
	p[n] = '\0';
	d->close(d->ctx, fd);
	*data = p;
	*len = (size_t)n;
	return (0);

err0:
	d->close(d->ctx, fd);
	return (-1);
}

/* Hash an open file of this size. */
static int
hash(const struct disk *d, const char *path, int fd, uint64_t size,
    uint8_t sum[32], char *err)
{
	char *slice = malloc(SLICE);
	struct sha256 h;
	uint64_t off = 0;

	if (slice == NULL)
		return (adopt_fail(err, "%s: no memory", path));
	sha256_init(&h);
	while (off < size) {
		size_t want = size - off < SLICE ? (size_t)(size - off) : SLICE;
		ssize_t n = disk_read(d, fd, slice, want, off);

		if (n != (ssize_t)want) {
			adopt_fail(err, "%s: cannot be read: %s", path,
			    n == -1 ? strerror(errno) : "it became shorter");
			free(slice);
			return (-1);
		}
		sha256_update(&h, slice, want);
		off += want;
	}
	sha256_final(&h, sum);
	free(slice);
	return (0);
}

/* Is the file at path this target? */
int
adopt_same(const struct disk *d, const char *path, const struct tuf_target *g,
    char *err)
{
	uint8_t sum[32];
	uint64_t size = 0;
	int fd, rc;

	if ((rc = open_file(d, path, 0, &fd, &size, err)) != 0)
		return (rc == 1 ? adopt_fail(err, "%s: is missing", path) : -1);
	if (size != g->length)
		rc = adopt_fail(err, "%s: %llu bytes, where %llu are signed",
		    path, (unsigned long long)size,
		    (unsigned long long)g->length);
	else if ((rc = hash(d, path, fd, size, sum, err)) == 0 &&
	    memcmp(sum, g->sha256, 32) != 0)
		rc = adopt_fail(err, "%s: not the file that is signed "
		    "(SHA-256)", path);
	d->close(d->ctx, fd);
	return (rc);
}

/* Take a whole target into memory. */
int
adopt_take(const struct disk *d, const char *path, const struct tuf_target *g,
    void **data, size_t *len, char *err)
{
	int rc;

	rc = adopt_slurp(d, path, (size_t)g->length, 0, data, len, err);
	if (rc != 0)
		return (rc == 1 ? adopt_fail(err, "%s: is missing", path) : -1);
	if (tuf_target_good(g, *data, *len) == 0)
		return (0);
	free(*data);
	*data = NULL;
	return (adopt_fail(err, "%s: not the file that is signed (length or "
	    "SHA-256)", path));
}

/* Make a file with this content. */
int
adopt_put(const struct disk *d, const char *dir, const char *name,
    const void *data, size_t len, char *err)
{
	char path[ADOPT_PATH_MAX];
	int fd;

	if (adopt_path(path, err, "%s/%s", dir, name) != 0)
		return (-1);
	fd = d->open(d->ctx, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW,
	    ADOPT_FILE_MODE);
	if (fd == -1)
		goto err0;
	if (disk_write(d, fd, data, len, 0) != 0 || d->fsync(d->ctx, fd) != 0)
		goto err1;
	if (d->close(d->ctx, fd) != 0)
		goto err0;
	return (0);

err1:
	adopt_fail(err, "%s: cannot be written: %s", path, strerror(errno));
	d->close(d->ctx, fd);
	return (-1);
err0:
	return (adopt_fail(err, "%s: cannot be made: %s", path,
	    strerror(errno)));
}

/* Names of one directory. */
struct names {
	char (*at)[256];
	size_t n;
};

/* Keep a name. */
static int
keep(void *arg, const char *name)
{
	struct names *s = arg;

	if (s->n == NAMES_MAX)
		return (1);
	if (strlen(name) < sizeof(*s->at))
		memcpy(s->at[s->n++], name, strlen(name) + 1);
	return (0);
}

/* Remove the files of one directory and itself. */
static void
remove_flat(const struct disk *d, const char *dir)
{
	struct names s = { NULL, 0 };
	char path[ADOPT_PATH_MAX], err[ADOPT_ERROR_MAX];
	size_t i;

	if ((s.at = malloc(NAMES_MAX * sizeof(*s.at))) == NULL)
		return;
	(void)d->list(d->ctx, dir, keep, &s);
	for (i = 0; i < s.n; i++)
		if (adopt_path(path, err, "%s/%s", dir, s.at[i]) == 0)
			(void)d->unlink(d->ctx, path);
	free(s.at);
	(void)d->rmdir(d->ctx, dir);
}

/* Remove a generation as far as it can be removed. */
void
adopt_tree(const struct disk *d, const char *dir)
{
	char path[ADOPT_PATH_MAX], err[ADOPT_ERROR_MAX];

	if (adopt_path(path, err, "%s/files", dir) != 0)
		return;
	remove_flat(d, path);
	remove_flat(d, dir);
}
