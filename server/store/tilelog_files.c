#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tilelog_impl.h"

#define DIR_MODE	0700
#define FILE_MODE	0600
#define ROOM		(256u << 10)	/* bytes; with fewer a short write means full */

/* Write the path of a file of the log. */
void
tilelog_path(char path[TILELOG_PATH], const struct tilelog *l,
    const char *name)
{

	if (name[0] == '\0')
		(void)snprintf(path, TILELOG_PATH, "%s", l->dir);
	else
		(void)snprintf(path, TILELOG_PATH, "%s/%s", l->dir, name);
}

/* Keep a sentence. */
static void
say(struct tilelog *l, const char *what, const char *name)
{

	(void)snprintf(l->error, sizeof(l->error), "%s/%s: %s: %s", l->dir,
	    name, what, strerror(errno));
}

/* No room is no failure; a write that was cut short is asked about. */
int
tilelog_fail(struct tilelog *l, const char *what, const char *name)
{
	uint64_t room;
	int saved = errno;

	say(l, what, name);
	if (saved == ENOSPC || saved == EDQUOT)
		return (TILELOG_FULL);
	if (saved == EIO && l->disk->space(l->disk->ctx, l->dir, &room) == 0 &&
	    room < ROOM)
		return (TILELOG_FULL);
	l->failed = 1;
	return (TILELOG_FAILED);
}

/* After a failed sync nobody knows what is on disk. */
int
tilelog_fail_sync(struct tilelog *l, const char *what, const char *name)
{

	say(l, what, name);
	l->failed = 1;
	return (TILELOG_FAILED);
}

/* Cut a path down to its directory. */
static void
parent(char *name)
{
	char *slash = strrchr(name, '/');

	*(slash != NULL ? slash : name) = '\0';
}

/* Remember that names in the directory changed. */
static void
note_dir(struct tilelog_unsynced *u, const char *dir)
{
	size_t i;

	for (i = 0; i < u->ndir && i < TILELOG_DIRS; i++)
		if (strcmp(u->dir[i], dir) == 0)
			return;
	if (u->ndir < TILELOG_DIRS)
		(void)snprintf(u->dir[u->ndir], TILE_PATH_MAX, "%s", dir);
	if (u->ndir <= TILELOG_DIRS)
		u->ndir++;
}

/* Make the directory of a file, and those above it that are missing. */
static int
make_parents(struct tilelog *l, const char *name)
{
	const struct disk *d = l->disk;
	char path[TILELOG_PATH], dir[TILE_PATH_MAX], above[TILE_PATH_MAX];
	size_t i;

	(void)snprintf(dir, sizeof(dir), "%s", name);
	for (i = 1; dir[i] != '\0'; i++) {
		if (dir[i] != '/')
			continue;
		dir[i] = '\0';
		tilelog_path(path, l, dir);
		if (d->mkdir(d->ctx, path, DIR_MODE) == 0) {
			(void)snprintf(above, sizeof(above), "%s", dir);
			parent(above);
			note_dir(&l->unsynced, above);
		} else if (errno != EEXIST)
			return (tilelog_fail(l, "cannot make", dir));
		dir[i] = '/';
	}
	return (TILELOG_OK);
}

/* See the oldest file that is held open to the disk: to be synced, in a backlog. */
static int
settle_oldest(struct tilelog *l)
{
	struct tilelog_unsynced *u = &l->unsynced;
	const struct disk *d = l->disk;
	int fd = u->fd[0];

	memmove(u->fd, u->fd + 1, --u->nfd * sizeof(u->fd[0]));
	u->loose |= l->backlog;
	if ((l->backlog ? d->sync_range(d->ctx, fd, 1) :
	    d->fdatasync(d->ctx, fd)) != 0) {
		(void)tilelog_fail_sync(l, "cannot be written back", "tile");
		(void)d->close(d->ctx, fd);
		return (TILELOG_FAILED);
	}
	if (d->close(d->ctx, fd) != 0)
		return (tilelog_fail_sync(l, "cannot close a file", "tile"));
	return (TILELOG_OK);
}

/* Hold a written file open until it is synced, its data on the way already. */
static int
hold(struct tilelog *l, int fd, const char *name)
{
	struct tilelog_unsynced *u = &l->unsynced;
	char dir[TILE_PATH_MAX];

	if (u->nfd == TILELOG_OPEN && settle_oldest(l) != TILELOG_OK) {
		(void)l->disk->close(l->disk->ctx, fd);
		return (TILELOG_FAILED);
	}
	u->fd[u->nfd++] = fd;
	u->files++;
	(void)snprintf(dir, sizeof(dir), "%s", name);
	parent(dir);
	note_dir(u, dir);
	if (l->disk->sync_range(l->disk->ctx, fd, 0) != 0)
		return (tilelog_fail_sync(l, "cannot be written back", name));
	return (TILELOG_OK);
}

/* Write a file in one go. */
int
tilelog_write(struct tilelog *l, const char *name, const void *p, size_t n)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC;
	const struct disk *d = l->disk;
	char path[TILELOG_PATH];
	int fd, rc;

	tilelog_step(l, "tile");
	tilelog_path(path, l, name);
	fd = d->open(d->ctx, path, flags, FILE_MODE);
	if (fd == -1 && errno == ENOENT) {
		if ((rc = make_parents(l, name)) != TILELOG_OK)
			return (rc);
		fd = d->open(d->ctx, path, flags, FILE_MODE);
	}
	if (fd == -1)
		return (tilelog_fail(l, "cannot make", name));
	if (disk_write(d, fd, p, n, 0) != 0) {
		rc = tilelog_fail(l, "cannot be written", name);
		(void)d->close(d->ctx, fd);
		return (rc);
	}
	return (hold(l, fd, name));
}

/* The files that are still open, and all directories, one by one. */
static int
sync_each(struct tilelog *l)
{
	struct tilelog_unsynced *u = &l->unsynced;
	const struct disk *d = l->disk;
	char path[TILELOG_PATH];
	size_t i;

	for (i = 0; i < u->nfd; i++)
		if (d->fdatasync(d->ctx, u->fd[i]) != 0)
			return (tilelog_fail_sync(l, "cannot sync a file",
			    "tile"));
	for (i = 0; i < u->ndir; i++) {
		tilelog_path(path, l, u->dir[i]);
		if (d->sync_dir(d->ctx, path) != 0)
			return (tilelog_fail_sync(l, "cannot sync",
			    u->dir[i]));
	}
	return (TILELOG_OK);
}

/*
 * A backlog: await each file's data, which tells of an error on any kernel, then have
 * the file system make all of it, names too, durable at once.  Others who write to
 * that disk wait for it, so it is not for every second.
 */
static int
sync_whole(struct tilelog *l)
{

	while (l->unsynced.nfd > 0)
		if (settle_oldest(l) != TILELOG_OK)
			return (TILELOG_FAILED);
	if (l->disk->syncfs(l->disk->ctx, l->dirfd) != 0)
		return (tilelog_fail_sync(l, "cannot sync the file system",
		    "tile"));
	return (TILELOG_OK);
}

/* Make all that was written durable. */
int
tilelog_sync(struct tilelog *l)
{
	struct tilelog_unsynced *u = &l->unsynced;
	int rc;

	tilelog_step(l, "sync");
	if (!u->loose && u->ndir <= TILELOG_DIRS &&
	    (!l->backlog || u->files <= TILELOG_FEW))
		rc = sync_each(l);
	else
		rc = sync_whole(l);
	if (rc == TILELOG_OK)
		tilelog_forget(l);
	return (rc);
}

/* Close what is held open. */
void
tilelog_forget(struct tilelog *l)
{
	struct tilelog_unsynced *u = &l->unsynced;

	while (u->nfd > 0)
		(void)l->disk->close(l->disk->ctx, u->fd[--u->nfd]);
	u->files = u->ndir = 0;
	u->loose = 0;
}

/* Is a backlog being added? */
void
tilelog_backlog(struct tilelog *l, int on)
{

	l->backlog = on;
}
