#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

#include "repo_impl.h"

#define FILE_MODE	0644
#define CHUNK		(1u << 20)
#define DEPTH_MAX	16

/* Set a message. */
int
repo_file_fail(char *err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(err, CENTRE_ERROR_MAX, format, ap);
	va_end(ap);
	return (-1);
}

/* Write a path. */
int
repo_file_path(char path[CENTRE_PATH_MAX], const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(path, CENTRE_PATH_MAX, format, ap);
	va_end(ap);
	if (n >= 0 && n < CENTRE_PATH_MAX)
		return (0);
	errno = ENAMETOOLONG;
	return (-1);
}

/* Read what an open file holds. */
static int
read_open(const struct disk *d, int fd, const char *path, size_t max,
    char **data, size_t *len, char *err)
{
	uint64_t bytes;
	ssize_t n;

	if (d->size(d->ctx, fd, &bytes) != 0)
		return (repo_file_fail(err, "%s: %s", path, strerror(errno)));
	if (bytes > max)
		return (repo_file_fail(err, "%s: %llu bytes, longer than the "
		    "%zu that such a file may have", path,
		    (unsigned long long)bytes, max));
	if ((*data = malloc((size_t)bytes + 1)) == NULL)
		return (repo_file_fail(err, "out of memory"));
	n = disk_read(d, fd, *data, (size_t)bytes, 0);
	if (n < 0 || (uint64_t)n != bytes) {
		free(*data);
		*data = NULL;
		return (repo_file_fail(err, "%s: cannot be read: %s", path,
		    n < 0 ? strerror(errno) : "it became shorter"));
	}
	(*data)[n] = '\0';
	*len = (size_t)n;
	return (0);
}

/* Read a whole file. */
int
repo_file_read(const struct disk *d, const char *path, size_t max, char **data,
    size_t *len, char *err)
{
	int fd, rc;

	*data = NULL;
	*len = 0;
	/* a pipe in its place is not waited for */
	if ((fd = d->open(d->ctx, path, O_RDONLY | O_NONBLOCK, 0)) == -1) {
		rc = errno == ENOENT ? 1 : -1;
		(void)repo_file_fail(err, "%s: %s", path, strerror(errno));
		return (rc);
	}
	rc = read_open(d, fd, path, max, data, len, err);
	(void)d->close(d->ctx, fd);
	return (rc);
}

/* Write the temporary file whole. */
static int
write_temp(const struct disk *d, const char *path, const void *data, size_t len,
    char *err)
{
	int fd, rc = 0;

	/* on a stick a link may stand there, to a file of whoever signs */
	(void)d->unlink(d->ctx, path);
	fd = d->open(d->ctx, path, O_WRONLY | O_CREAT | O_EXCL, FILE_MODE);
	if (fd == -1)
		return (repo_file_fail(err, "%s: cannot be made: %s", path,
		    strerror(errno)));
	if ((len > 0 && disk_write(d, fd, data, len, 0) != 0) ||
	    d->fsync(d->ctx, fd) != 0)
		rc = repo_file_fail(err, "%s: cannot be written: %s", path,
		    strerror(errno));
	if (d->close(d->ctx, fd) != 0 && rc == 0)
		rc = repo_file_fail(err, "%s: cannot be closed: %s", path,
		    strerror(errno));
	return (rc);
}

/* Replace a file, durably. */
int
repo_file_write(const struct disk *d, const char *dir, const char *name,
    const void *data, size_t len, char *err)
{
	char path[CENTRE_PATH_MAX], temp[CENTRE_PATH_MAX];

	if (repo_file_path(path, "%s/%s", dir, name) != 0 ||
	    repo_file_path(temp, "%s/%s.tmp", dir, name) != 0)
		return (repo_file_fail(err, "%s/%s: too long a path", dir,
		    name));
	if (write_temp(d, temp, data, len, err) != 0)
		goto fail;
	if (d->rename(d->ctx, temp, path) != 0) {
		(void)repo_file_fail(err, "%s: cannot be put in place: %s",
		    path, strerror(errno));
		goto fail;
	}
	if (d->sync_dir(d->ctx, dir) != 0)
		return (repo_file_fail(err, "%s: cannot sync: %s", dir,
		    strerror(errno)));
	return (0);
fail:
	(void)d->unlink(d->ctx, temp);
	return (-1);
}

/* Hash what an open file holds. */
static int
hash_open(const struct disk *d, int fd, const char *path, struct sha256 *h,
    uint64_t *len, char *err)
{
	uint64_t bytes;
	uint8_t *buf;
	ssize_t n;

	if (d->size(d->ctx, fd, &bytes) != 0)
		return (repo_file_fail(err, "%s: %s", path, strerror(errno)));
	if ((buf = malloc(CHUNK)) == NULL)
		return (repo_file_fail(err, "out of memory"));
	*len = 0;
	while ((n = disk_read(d, fd, buf, CHUNK, *len)) > 0) {
		sha256_update(h, buf, (size_t)n);
		*len += (uint64_t)n;
	}
	free(buf);
	if (n < 0)
		return (repo_file_fail(err, "%s: cannot be read: %s", path,
		    strerror(errno)));
	return (0);
}

/* Hash a file. */
int
repo_file_hash(const struct disk *d, const char *path,
    uint8_t sha256[SHA256_LEN], uint64_t *len, char *err)
{
	struct sha256 h;
	int fd, rc;

	if ((fd = d->open(d->ctx, path, O_RDONLY | O_NONBLOCK, 0)) == -1) {
		rc = errno == ENOENT ? 1 : -1;
		(void)repo_file_fail(err, "%s: %s", path, strerror(errno));
		return (rc);
	}
	sha256_init(&h);
	rc = hash_open(d, fd, path, &h, len, err);
	sha256_final(&h, sha256);
	(void)d->close(d->ctx, fd);
	return (rc);
}

/* Make one directory, durably. */
static int
make_one(const struct disk *d, const char *path, unsigned mode, char *err)
{
	char parent[CENTRE_PATH_MAX], *slash;

	if (d->mkdir(d->ctx, path, mode) != 0)
		return (errno == EEXIST ? 0 : repo_file_fail(err,
		    "%s: cannot be made: %s", path, strerror(errno)));
	(void)snprintf(parent, sizeof(parent), "%s", path);
	slash = strrchr(parent, '/');
	if (slash != NULL && slash > parent)
		*slash = '\0';
	if (d->sync_dir(d->ctx, slash == NULL ? "." : slash == parent ? "/" :
	    parent) != 0)
		return (repo_file_fail(err, "%s: cannot sync: %s", parent,
		    strerror(errno)));
	return (0);
}

/* Make a directory and those above it. */
int
repo_file_mkdir(const struct disk *d, const char *path, unsigned mode,
    char *err)
{
	char part[CENTRE_PATH_MAX];
	size_t i;

	if (repo_file_path(part, "%s", path) != 0)
		return (repo_file_fail(err, "%s: too long a path", path));
	if (d->mkdir(d->ctx, part, mode) != 0 && errno == EEXIST)
		return (0);
	for (i = 1; part[i] != '\0'; i++) {
		if (part[i] != '/')
			continue;
		part[i] = '\0';
		if (make_one(d, part, mode, err) != 0)
			return (-1);
		part[i] = '/';
	}
	return (make_one(d, part, mode, err));
}

/* Move a file. */
int
repo_file_move(const struct disk *d, const char *from, const char *dir,
    const char *name, char *err)
{
	char to[CENTRE_PATH_MAX];

	if (repo_file_path(to, "%s/%s", dir, name) != 0)
		return (repo_file_fail(err, "%s/%s: too long a path", dir,
		    name));
	if (d->rename(d->ctx, from, to) != 0)
		return (repo_file_fail(err, "%s: cannot be moved to %s: %s",
		    from, to, strerror(errno)));
	if (d->sync_dir(d->ctx, dir) != 0)
		return (repo_file_fail(err, "%s: cannot sync: %s", dir,
		    strerror(errno)));
	return (0);
}

/* Names as they are gathered. */
struct names {
	char **v;
	size_t n, cap;
};

/* Keep a name. */
static int
keep(void *arg, const char *name)
{
	struct names *x = arg;
	char **v;

	if (x->n == x->cap) {
		x->cap = x->cap == 0 ? 32 : 2 * x->cap;
		if ((v = realloc(x->v, x->cap * sizeof(*v))) == NULL)
			return (1);
		x->v = v;
	}
	if ((x->v[x->n] = strdup(name)) == NULL)
		return (1);
	x->n++;
	return (0);
}

/* Order names. */
static int
by_name(const void *a, const void *b)
{

	return (strcmp(*(char *const *)a, *(char *const *)b));
}

/* List a directory. */
int
repo_file_names(const struct disk *d, const char *dir, char ***names,
    size_t *n, char *err)
{
	struct names x = { NULL, 0, 0 };
	int rc;

	*names = NULL;
	*n = 0;
	rc = d->list(d->ctx, dir, keep, &x);
	if (rc == 0) {
		if (x.n > 0)
			qsort(x.v, x.n, sizeof(*x.v), by_name);
		*names = x.v;
		*n = x.n;
		return (0);
	}
	repo_file_names_free(x.v, x.n);
	if (rc == -1 && errno == ENOENT)
		return (0);
	return (repo_file_fail(err, "%s: cannot be listed: %s", dir, rc == 1 ?
	    "out of memory" : strerror(errno)));
}

/* Free them. */
void
repo_file_names_free(char **names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

/* Remove a tree, so deep at most. */
static int
clear(const struct disk *d, const char *path, int depth, char *err)
{
	char below[CENTRE_PATH_MAX], **names;
	size_t i, n;
	int rc = 0;

	if (d->unlink(d->ctx, path) == 0 || errno == ENOENT)
		return (0);
	if ((errno != EISDIR && errno != EPERM) || depth == DEPTH_MAX)
		return (repo_file_fail(err, "%s: cannot be removed: %s", path,
		    strerror(errno)));
	if (repo_file_names(d, path, &names, &n, err) != 0)
		return (-1);
	for (i = 0; i < n && rc == 0; i++)
		rc = repo_file_path(below, "%s/%s", path, names[i]) != 0 ?
		    repo_file_fail(err, "%s/%s: too long a path", path,
		    names[i]) : clear(d, below, depth + 1, err);
	repo_file_names_free(names, n);
	if (rc == 0 && d->rmdir(d->ctx, path) != 0 && errno != ENOENT)
		rc = repo_file_fail(err, "%s: cannot be removed: %s", path,
		    strerror(errno));
	return (rc);
}

/* Remove a tree. */
int
repo_file_clear(const struct disk *d, const char *path, char *err)
{

	return (clear(d, path, 0, err));
}
