#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adoptkit.h"

enum { MADE, WRITTEN, RENAMED, GONE, DIR_MADE, DIR_GONE };

/* A step that changes the disk: does it come to pass? */
static int
step(struct adoptkit_disk *d)
{

	if (!d->dead && ++d->steps == d->stop)
		d->dead = 1;
	if (!d->dead)
		return (0);
	errno = EIO;
	return (-1);
}

/* Remember what a power cut would undo. */
static void
remember(struct adoptkit_disk *d, int kind, const char *path, const char *other)
{
	struct adoptkit_undo *u;

	if (d->nundo == ADOPTKIT_UNDO) {	/* a long run without a power cut */
		d->nundo /= 2;
		memmove(d->undo, d->undo + d->nundo, d->nundo *
		    sizeof(*d->undo));
	}
	u = &d->undo[d->nundo];
	u->kind = kind;
	(void)snprintf(u->path, sizeof(u->path), "%s", path);
	(void)snprintf(u->other, sizeof(u->other), "%s", other);
	d->nundo++;
}

/* Keep what a name stands for, under a number. */
static void
bury(struct adoptkit_disk *d, const char *path, char other[ADOPTKIT_PATH])
{
	struct stat st;

	other[0] = '\0';
	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	(void)snprintf(other, ADOPTKIT_PATH, "%.480s/%u", d->grave, d->buried++);
	if (link(path, other) != 0)
		abort();
}

/* What descriptors stand for. */
static char opened[64][ADOPTKIT_PATH];

static int
do_open(void *ctx, const char *path, int flags, unsigned mode)
{
	struct adoptkit_disk *d = ctx;
	char other[ADOPTKIT_PATH];
	int fd, made;

	if ((flags & (O_CREAT | O_TRUNC)) != 0) {
		made = access(path, F_OK) != 0;
		if (step(d) != 0)
			return (-1);
		if (d->full != 0 && d->writes >= d->full) {
			errno = ENOSPC;
			return (-1);
		}
		if (!made) {	/* cut to nothing in place: a new file for us */
			bury(d, path, other);
			(void)unlink(path);
			remember(d, GONE, path, other);
		}
		remember(d, MADE, path, "");
	}
	if (d->dead) {
		errno = EIO;
		return (-1);
	}
	fd = open(path, flags | O_CLOEXEC, (mode_t)mode);
	if (fd >= 0 && fd < 64)
		(void)snprintf(opened[fd], sizeof(opened[fd]), "%s", path);
	return (fd);
}

static int
do_close(void *ctx, int fd)
{

	(void)ctx;
	return (close(fd));
}

static ssize_t
do_pread(void *ctx, int fd, void *buf, size_t len, uint64_t off)
{
	struct adoptkit_disk *d = ctx;

	if (d->dead) {
		errno = EIO;
		return (-1);
	}
	return (pread(fd, buf, len, (off_t)off));
}

static ssize_t
do_pwrite(void *ctx, int fd, const void *buf, size_t len, uint64_t off)
{
	struct adoptkit_disk *d = ctx;

	if (step(d) != 0)
		return (-1);
	if (d->full != 0 && ++d->writes > d->full) {
		errno = ENOSPC;
		return (-1);
	}
	remember(d, WRITTEN, opened[fd], "");
	return (pwrite(fd, buf, len, (off_t)off));
}

/* The file is whole from now on; its name may not be. */
static int
do_sync(void *ctx, int fd)
{
	struct adoptkit_disk *d = ctx;
	size_t i, n = 0;

	if (step(d) != 0)
		return (-1);
	for (i = 0; i < d->nundo; i++)
		if (d->undo[i].kind != WRITTEN ||
		    strcmp(d->undo[i].path, opened[fd]) != 0)
			d->undo[n++] = d->undo[i];
	d->nundo = n;
	return (0);
}

static int
do_sync_range(void *ctx, int fd, int wait)
{

	(void)ctx;
	(void)fd;
	(void)wait;
	return (0);
}

static int
do_syncfs(void *ctx, int fd)
{

	(void)ctx;
	(void)fd;
	abort();
}

static int
do_fallocate(void *ctx, int fd, uint64_t bytes)
{

	return (step(ctx) != 0 ? -1 : ftruncate(fd, (off_t)bytes));
}

static int
do_size(void *ctx, int fd, uint64_t *bytes)
{
	struct adoptkit_disk *d = ctx;

	if (d->dead) {
		errno = EIO;
		return (-1);
	}
	return (disk_real.size(NULL, fd, bytes));
}

static int
do_rename(void *ctx, const char *from, const char *to)
{
	struct adoptkit_disk *d = ctx;
	char other[ADOPTKIT_PATH];
	size_t i, n = strlen(from);

	if (step(d) != 0)
		return (-1);
	/* All that is in it, or it itself, has to be durable before; and so has the
	 * last rename, since disks keep no order. */
	for (i = 0; i < d->nundo; i++)
		if (d->undo[i].kind == RENAMED ||
		    (strncmp(d->undo[i].path, from, n) == 0 &&
		    (d->undo[i].path[n] == '/' || (d->undo[i].path[n] == '\0' &&
		    d->undo[i].kind == WRITTEN))))
			d->early = 1;
	bury(d, to, other);
	if (rename(from, to) != 0)
		return (-1);
	if (other[0] != '\0')
		remember(d, GONE, to, other);
	remember(d, RENAMED, from, to);
	return (0);
}

static int
do_unlink(void *ctx, const char *path)
{
	struct adoptkit_disk *d = ctx;
	char other[ADOPTKIT_PATH];

	if (step(d) != 0)
		return (-1);
	bury(d, path, other);
	if (unlink(path) != 0)
		return (-1);
	remember(d, GONE, path, other);
	return (0);
}

static int
do_mkdir(void *ctx, const char *path, unsigned mode)
{

	if (step(ctx) != 0 || mkdir(path, (mode_t)mode) != 0)
		return (-1);
	remember(ctx, DIR_MADE, path, "");
	return (0);
}

static int
do_rmdir(void *ctx, const char *path)
{

	if (step(ctx) != 0 || rmdir(path) != 0)
		return (-1);
	remember(ctx, DIR_GONE, path, "");
	return (0);
}

/* Does this path lie in this directory, not deeper? */
static int
lies_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return (strncmp(path, dir, n) == 0 && path[n] == '/' &&
	    strchr(path + n + 1, '/') == NULL);
}

static int
do_sync_dir(void *ctx, const char *dir)
{
	struct adoptkit_disk *d = ctx;
	size_t i, n = 0;

	if (step(d) != 0)
		return (-1);
	for (i = 0; i < d->nundo; i++)
		if (d->undo[i].kind == WRITTEN ||
		    !lies_in(d->undo[i].path, dir))
			d->undo[n++] = d->undo[i];
	d->nundo = n;
	return (0);
}

static int
do_list(void *ctx, const char *dir, int (*each)(void *arg, const char *name),
    void *arg)
{
	struct adoptkit_disk *d = ctx;

	if (d->dead) {
		errno = EIO;
		return (-1);
	}
	return (disk_real.list(NULL, dir, each, arg));
}

static int
do_space(void *ctx, const char *path, uint64_t *bytes)
{
	struct adoptkit_disk *d = ctx;

	(void)path;
	*bytes = d->full != 0 && d->writes >= d->full ? 0 : UINT64_C(1) << 40;
	return (0);
}

/* A disk over the real one. */
void
adoptkit_disk_make(struct adoptkit_disk *d, const char *grave)
{

	(void)snprintf(d->grave, sizeof(d->grave), "%s", grave);
	d->disk = (struct disk){
		.ctx = d, .open = do_open, .close = do_close,
		.pread = do_pread, .pwrite = do_pwrite, .fdatasync = do_sync,
		.fsync = do_sync, .sync_range = do_sync_range,
		.syncfs = do_syncfs, .fallocate = do_fallocate,
		.ftruncate = do_fallocate, .size = do_size,
		.rename = do_rename, .unlink = do_unlink, .mkdir = do_mkdir,
		.rmdir = do_rmdir, .sync_dir = do_sync_dir, .list = do_list,
		.space = do_space,
	};
}

/* Undo one change; some have been undone by an earlier one. */
static int
undo(const struct adoptkit_undo *u)
{

	switch (u->kind) {
	case MADE:
		return (unlink(u->path));
	case WRITTEN:
		return (truncate(u->path, 0));
	case RENAMED:
		return (rename(u->other, u->path));
	case GONE:
		return (u->other[0] != '\0' ? link(u->other, u->path) : 0);
	case DIR_MADE:
		tufkit_rmtree(u->path);
		return (0);
	default:
		return (mkdir(u->path, 0700));
	}
}

/* The power fails: what was not synced did not happen, newest first. */
void
adoptkit_disk_cut(struct adoptkit_disk *d)
{

	while (d->nundo > 0)
		(void)undo(&d->undo[--d->nundo]);
	d->dead = 0;
	d->stop = 0;
	d->full = 0;
}
