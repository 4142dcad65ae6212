#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/tiles.h"

#include "backup_impl.h"

#define SLICE	(256u << 10)

/* Keep a fault and its sentence. */
int
backup_fail(struct backup *b, enum backup_fault fault, const char *format, ...)
{
	va_list ap;

	*b->fault = fault;
	va_start(ap, format);
	(void)vsnprintf(b->err, BACKUP_ERROR_MAX, format, ap);
	va_end(ap);
	return (-1);
}

/* The same from errno. */
int
backup_fail_errno(struct backup *b, const char *what, const char *path)
{
	const int e = errno;

	return (backup_fail(b, e == EEXIST ? BACKUP_EXISTS : e == EACCES ||
	    e == EPERM ? BACKUP_DENIED : BACKUP_FAILED, "%s: %s: %s", path,
	    what, strerror(e)));
}

/* The path of a name below the copy. */
static int
path_of(struct backup *b, char path[BACKUP_PATH], const char *name)
{

	if (snprintf(path, BACKUP_PATH, "%s/%s", b->to, name) < BACKUP_PATH)
		return (0);
	return (backup_fail(b, BACKUP_FAILED, "%s: path too long", b->to));
}

/* Make the copy's own directory. */
int
backup_begin(struct backup *b)
{
	const struct disk *d = b->disk;
	size_t len = strlen(b->o->to);
	int n;

	while (len > 1 && b->o->to[len - 1] == '/')
		len--;
	(void)snprintf(b->name, sizeof(b->name), "%.*s", (int)len, b->o->to);
	if ((b->buf = malloc(TILES_FILE_MAX)) == NULL)
		return (backup_fail(b, BACKUP_FAILED, "out of memory"));
	n = snprintf(b->to, sizeof(b->to), "%s.part", b->name);
	if (n < 0 || n >= (int)sizeof(b->to) - BACKUP_NAME)
		return (backup_fail(b, BACKUP_FAILED, "%s: path too long",
		    b->name));
	if (d->mkdir(d->ctx, b->to, 0700) != 0) {
		if (errno == EEXIST)
			return (backup_fail(b, BACKUP_EXISTS, "%s is left of "
			    "an earlier run, or another is under way: remove "
			    "it", b->to));
		return (backup_fail_errno(b, "cannot make", b->to));
	}
	b->made = 1;
	return (0);
}

/* Make a directory below. */
int
backup_dir(struct backup *b, const char *name)
{
	const struct disk *d = b->disk;
	char path[BACKUP_PATH], (*more)[BACKUP_NAME];
	size_t i;

	for (i = 0; i < b->ndirs; i++)
		if (strcmp(b->dir[i], name) == 0)
			return (0);
	if (b->ndirs == b->dircap) {
		b->dircap = b->dircap * 2 + 16;
		more = realloc(b->dir, b->dircap * sizeof(*more));
		if (more == NULL)
			return (backup_fail(b, BACKUP_FAILED, "out of memory"));
		b->dir = more;
	}
	if (path_of(b, path, name) != 0)
		return (-1);
	if (d->mkdir(d->ctx, path, 0700) != 0 && errno != EEXIST)
		return (backup_fail_errno(b, "cannot make", path));
	(void)snprintf(b->dir[b->ndirs++], BACKUP_NAME, "%s", name);
	return (0);
}

/* Room for one more file. */
static struct backup_file *
add(struct backup *b, const char *name)
{
	struct backup_file *more, *f;

	if (strlen(name) >= BACKUP_NAME || strchr(name, '\n') != NULL) {
		(void)backup_fail(b, BACKUP_DAMAGED, "a file has a name that "
		    "none of ours has: %.100s", name);
		return (NULL);
	}
	if (b->n == b->cap) {
		b->cap = b->cap * 2 + 64;
		more = realloc(b->file, b->cap * sizeof(*more));
		if (more == NULL) {
			(void)backup_fail(b, BACKUP_FAILED, "out of memory");
			return (NULL);
		}
		b->file = more;
	}
	f = &b->file[b->n];
	memset(f, 0, sizeof(*f));
	(void)snprintf(f->name, sizeof(f->name), "%s", name);
	return (f);
}

/* Begin a file of the copy; its descriptor, or -1. */
static int
create(struct backup *b, const char *name, char path[BACKUP_PATH])
{
	const struct disk *d = b->disk;
	int fd;

	if (path_of(b, path, name) != 0)
		return (-1);
	fd = d->open(d->ctx, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd == -1)
		(void)backup_fail_errno(b, "cannot make", path);
	return (fd);
}

/* Write a file; the disk may begin with it, it is synced at the end. */
int
backup_put(struct backup *b, const char *name, const void *p, size_t len)
{
	const struct disk *d = b->disk;
	struct backup_file *f = add(b, name);
	char path[BACKUP_PATH];
	int fd, rc = 0;

	if (f == NULL || (fd = create(b, name, path)) == -1)
		return (-1);
	if ((len > 0 && disk_write(d, fd, p, len, 0) != 0) ||
	    d->sync_range(d->ctx, fd, 0) != 0)
		rc = backup_fail_errno(b, "cannot write", path);
	d->close(d->ctx, fd);
	sha256_of(f->sha, p, len);
	f->bytes = len;
	b->n++;
	return (rc);
}

/* Read a file from its beginning to its end, by slices. */
static int
each_slice(struct backup *b, const char *from, int to, const char *path,
    uint64_t *bytes, uint8_t sha[SHA256_LEN])
{
	const struct disk *d = b->disk;
	struct sha256 h;
	ssize_t n;
	int fd, rc = -1;

	*bytes = 0;
	if ((fd = d->open(d->ctx, from, O_RDONLY | O_NONBLOCK | O_NOFOLLOW,
	    0)) == -1) {
		if (errno == ENOENT)
			return (backup_fail(b, BACKUP_DAMAGED, "%s: missing",
			    from));
		return (backup_fail_errno(b, "cannot open", from));
	}
	sha256_init(&h);
	for (;;) {
		if ((n = disk_read(d, fd, b->buf, SLICE, *bytes)) == -1) {
			(void)backup_fail_errno(b, "cannot read", from);
			break;
		}
		if (n == 0) {
			sha256_final(&h, sha);
			rc = 0;
			break;
		}
		sha256_update(&h, b->buf, (size_t)n);
		if (to != -1 && disk_write(d, to, b->buf, (size_t)n,
		    *bytes) != 0) {
			(void)backup_fail_errno(b, "cannot write", path);
			break;
		}
		*bytes += (uint64_t)n;
	}
	d->close(d->ctx, fd);
	return (rc);
}

/* Copy a file. */
int
backup_copy(struct backup *b, const char *from, const char *name)
{
	const struct disk *d = b->disk;
	struct backup_file *f = add(b, name);
	char path[BACKUP_PATH];
	int fd, rc;

	if (f == NULL || (fd = create(b, name, path)) == -1)
		return (-1);
	rc = each_slice(b, from, fd, path, &f->bytes, f->sha);
	if (rc == 0 && d->sync_range(d->ctx, fd, 0) != 0)
		rc = backup_fail_errno(b, "cannot write", path);
	d->close(d->ctx, fd);
	b->n++;
	return (rc);
}

/* Say what a file is. */
int
backup_hash(struct backup *b, const char *path, uint64_t *bytes,
    uint8_t sha[SHA256_LEN])
{

	return (each_slice(b, path, -1, NULL, bytes, sha));
}

/* Take up a file that is there. */
int
backup_note(struct backup *b, const char *name)
{
	struct backup_file *f = add(b, name);
	char path[BACKUP_PATH];

	if (f == NULL || path_of(b, path, name) != 0 ||
	    backup_hash(b, path, &f->bytes, f->sha) != 0)
		return (-1);
	b->n++;
	return (0);
}

/* Sync one file, or see only its data written, which holds up no other's sync. */
static int
sync_file(struct backup *b, const char *name, int data)
{
	const struct disk *d = b->disk;
	char path[BACKUP_PATH];
	int fd, rc = 0;

	if (path_of(b, path, name) != 0)
		return (-1);
	if ((fd = d->open(d->ctx, path, O_RDONLY, 0)) == -1)
		return (backup_fail_errno(b, "cannot open", path));
	if ((data ? d->sync_range(d->ctx, fd, 1) : d->fsync(d->ctx, fd)) != 0)
		rc = backup_fail_errno(b, "cannot sync", path);
	d->close(d->ctx, fd);
	return (rc);
}

/* Sync all of it, and give it its name. */
int
backup_end(struct backup *b)
{
	const struct disk *d = b->disk;
	char path[BACKUP_PATH], *slash;
	size_t i;

	for (i = 0; i < b->n; i++)
		if (sync_file(b, b->file[i].name, 1) != 0)
			return (-1);
	for (i = 0; i < b->n; i++)
		if (sync_file(b, b->file[i].name, 0) != 0)
			return (-1);
	for (i = b->ndirs; i-- > 0;)
		if (path_of(b, path, b->dir[i]) != 0 ||
		    d->sync_dir(d->ctx, path) != 0)
			return (backup_fail_errno(b, "cannot sync", path));
	if (d->sync_dir(d->ctx, b->to) != 0)
		return (backup_fail_errno(b, "cannot sync", b->to));
	if (d->rename(d->ctx, b->to, b->name) != 0)
		return (backup_fail_errno(b, "cannot be given its name",
		    b->name));
	b->made = 0;
	(void)snprintf(path, sizeof(path), "%s", b->name);
	if ((slash = strrchr(path, '/')) == NULL)
		(void)snprintf(path, sizeof(path), ".");
	else
		slash[slash == path] = '\0';
	if (d->sync_dir(d->ctx, path) != 0)
		return (backup_fail_errno(b, "cannot sync", path));
	return (0);
}

/* A walk that removes. */
struct removal {
	const struct disk *disk;
	const char *dir;
};

/* Remove one name, and what is below it. */
static int
remove_one(void *arg, const char *name)
{
	const struct removal *r = arg;
	const struct disk *d = r->disk;
	struct removal below;
	char path[BACKUP_PATH];

	if (snprintf(path, sizeof(path), "%s/%s", r->dir, name) >=
	    (int)sizeof(path))
		return (0);
	if (d->unlink(d->ctx, path) == 0 ||
	    (errno != EISDIR && errno != EPERM))
		return (0);
	below = (struct removal){ d, path };
	(void)d->list(d->ctx, path, remove_one, &below);
	(void)d->rmdir(d->ctx, path);
	return (0);
}

/* Remove what was begun: all below it is ours. */
void
backup_abandon(struct backup *b)
{
	struct removal r = { b->disk, b->to };

	if (!b->made)
		return;
	(void)b->disk->list(b->disk->ctx, b->to, remove_one, &r);
	(void)b->disk->rmdir(b->disk->ctx, b->to);
	b->made = 0;
}
