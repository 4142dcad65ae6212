#include <sys/file.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/disk.h"

#include "witness.h"
#include "witness_heads_impl.h"

#define FILE_MAX (256u << 20)	/* bytes; no file of ours is longer */
#define SAVE_TRIES 5

/* One of the two files as it was found. */
struct found {
	uint8_t *p;
	size_t len;
	uint64_t first, last;
};

/* Say what failed, and return -1. */
static int
failed(const struct witness_heads *h, int which, char *err)
{

	(void)snprintf(err, WITNESS_ERROR_MAX, "%s/heads.%d: %s", h->dir, which,
	    strerror(errno));
	return (-1);
}

/* Open one of the two files. */
static int
open_file(const struct witness_heads *h, int which, int flags)
{
	char path[HEADS_PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s/heads.%d", h->dir, which);
	return (h->disk->open(h->disk->ctx, path, flags, 0600));
}

/* Are heads kept this way in a directory? */
int
witness_heads_used(const char *dir)
{
	char path[HEADS_PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%.1270s/heads.0", dir);
	return (access(path, F_OK) == 0);
}

/* Read one of the two files, which may be absent. */
static int
read_file(const struct witness_heads *h, int which, struct found *f, char *err)
{
	const struct disk *d = h->disk;
	uint64_t size;
	ssize_t n;
	int fd, rc = -1;

	if ((fd = open_file(h, which, O_RDONLY)) == -1)
		return (errno == ENOENT ? 0 : failed(h, which, err));
	if (d->size(d->ctx, fd, &size) != 0)
		goto out;
	if (size > FILE_MAX) {
		errno = EFBIG;
		goto out;
	}
	if ((f->p = malloc((size_t)size + 1)) == NULL ||
	    (n = disk_read(d, fd, f->p, (size_t)size, 0)) == -1)
		goto out;
	f->len = (size_t)n;
	rc = 0;
out:
	if (rc != 0)
		(void)failed(h, which, err);
	(void)d->close(d->ctx, fd);
	return (rc);
}

/* Take in what the two files hold. */
static int
recover(struct witness_heads *h, struct found f[2], char *err)
{
	uint64_t first, last;
	int i;

	for (i = 0; i < 2; i++)
		(void)witness_heads_replay(NULL, f[i].p, f[i].len, &f[i].first,
		    &f[i].last);
	h->which = f[1].last > f[0].last;
	i = h->which;
	h->number = f[i].last;
	/*
	 * A block is written when all before it is durable: where one is found
	 * behind a gap, that is no write that was cut short.
	 */
	if ((f[i].last == 0 || witness_heads_replay(h, f[i].p, f[i].len, &first,
	    &last) == 0) && !witness_heads_beyond(f[0].p, f[0].len,
	    h->number) && !witness_heads_beyond(f[1].p, f[1].len, h->number))
		return (0);
	(void)snprintf(err, WITNESS_ERROR_MAX, "%s/heads.%d: it is damaged, or "
	    "there is no memory; restore it, or nothing this witness says is "
	    "worth anything", h->dir, i);
	return (-1);
}

/* Lock the directory. */
static int
lock_dir(struct witness_heads *h, char *err)
{

	h->lock = open(h->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (h->lock != -1 && flock(h->lock, LOCK_EX | LOCK_NB) == 0)
		return (0);
	(void)snprintf(err, WITNESS_ERROR_MAX, "%s: %s", h->dir, errno ==
	    EWOULDBLOCK ? "another process witnesses there" : strerror(errno));
	return (-1);
}

/* Have the file at fd be long enough, in blocks that need no file system later. */
static int
lengthen(struct witness_heads *h, int fd, int which, uint64_t need, char *err)
{
	const struct disk *d = h->disk;
	uint64_t size;

	if (d->size(d->ctx, fd, &size) != 0)
		return (failed(h, which, err));
	h->size = size;
	if (size >= need)
		return (0);
	need = need > h->room ? need : h->room;
	if (disk_zero(d, fd, size, need) != 0 || d->fsync(d->ctx, fd) != 0 ||
	    d->sync_dir(d->ctx, h->dir) != 0)
		return (failed(h, which, err));
	h->size = need;
	return (0);
}

/* Write a block and see it to the disk. */
static int
write_block(const struct witness_heads *h, int fd, int which, const uint8_t *p,
    size_t len, uint64_t off, char *err)
{
	const struct disk *d = h->disk;

	return (disk_write(d, fd, p, len, off) == 0 &&
	    d->fdatasync(d->ctx, fd) == 0 ? 0 : failed(h, which, err));
}

/* Begin the other file with all heads. */
static int
turn(struct witness_heads *h, char *err)
{
	int fd, which = !h->which, rc = -1;
	size_t len;
	uint8_t *p;

	if ((p = witness_heads_block(h, HEADS_SNAPSHOT, h->number + 1, &len)) ==
	    NULL) {
		(void)snprintf(err, WITNESS_ERROR_MAX, "out of memory");
		return (-1);
	}
	if ((fd = open_file(h, which, O_RDWR | O_CREAT)) == -1)
		(void)failed(h, which, err);
	/* Room for as much again, lest a file be full of its beginning. */
	else if ((rc = lengthen(h, fd, which, 2 * (uint64_t)len, err)) == 0)
		rc = write_block(h, fd, which, p, len, 0, err);
	free(p);
	if (rc != 0) {
		if (fd != -1)
			(void)h->disk->close(h->disk->ctx, fd);
		return (-1);
	}
	if (h->fd != -1)
		(void)h->disk->close(h->disk->ctx, h->fd);
	h->fd = fd;
	h->which = which;
	h->number++;
	h->off = len;
	return (0);
}

/* Add what is dirty to the file at hand, or begin the other. */
static int
add(struct witness_heads *h, char *err)
{
	size_t len;
	uint8_t *p;
	int rc;

	if ((p = witness_heads_block(h, 0, h->number + 1, &len)) == NULL) {
		(void)snprintf(err, WITNESS_ERROR_MAX, "out of memory");
		return (-1);
	}
	if (len > h->size - h->off)
		rc = turn(h, err);
	else if ((rc = write_block(h, h->fd, h->which, p, len, h->off, err)) ==
	    0) {
		h->off += len;
		h->number++;
	}
	free(p);
	return (rc);
}

/* All of it is durable. */
static void
clean(struct witness_heads *h)
{
	size_t i;

	for (i = 0; i < h->n; i++)
		h->kept[i].dirty = 0;
	h->ndirty = 0;
}

/* Make it durable. */
int
witness_heads_sync(struct witness_heads *h, char *err)
{

	if (h->failed) {
		(void)snprintf(err, WITNESS_ERROR_MAX, "%s: a write has failed",
		    h->dir);
		return (-1);
	}
	if (h->ndirty == 0)
		return (0);
	if (add(h, err) != 0) {
		h->failed = 1;
		return (-1);
	}
	clean(h);
	return (0);
}

/* Make an empty set for a directory. */
static struct witness_heads *
blank(const struct disk *disk, const char *dir, size_t room, char *err)
{
	struct witness_heads *h;
	int fits = strlen(dir) < sizeof(h->dir) - 64;

	if (!fits || (h = calloc(1, sizeof(*h))) == NULL) {
		(void)snprintf(err, WITNESS_ERROR_MAX, "%.1000s: %s", dir,
		    strerror(fits ? ENOMEM : ENAMETOOLONG));
		return (NULL);
	}
	h->disk = disk != NULL ? disk : &disk_real;
	h->room = room != 0 ? room : WITNESS_HEADS_FILE;
	h->lock = h->fd = -1;
	memcpy(h->dir, dir, strlen(dir) + 1);
	return (h);
}

/* Read both files. */
static int
load(struct witness_heads *h, char *err)
{
	struct found f[2] = { { .p = NULL }, { .p = NULL } };
	int rc;

	if ((rc = read_file(h, 0, &f[0], err)) == 0 &&
	    (rc = read_file(h, 1, &f[1], err)) == 0)
		rc = recover(h, f, err);
	free(f[0].p);
	free(f[1].p);
	return (rc);
}

/* Read them. */
struct witness_heads *
witness_heads_open(const struct disk *disk, const char *dir, size_t room,
    char *err)
{
	struct witness_heads *h;
	int rc;

	if ((h = blank(disk, dir, room, err)) == NULL)
		return (NULL);
	if ((rc = disk == NULL ? lock_dir(h, err) : 0) == 0)
		rc = load(h, err);
	if (rc == 0 && h->number == 0) {
		h->which = 1;	/* heads.0 is the first, and tells of us */
		rc = disk == NULL ? witness_heads_import(h, err) : 0;
	}
	if (rc == 0 && (rc = turn(h, err)) == 0)
		clean(h);
	if (rc == 0)
		return (h);
	witness_heads_close(h);
	return (NULL);
}

/* Save them beside a daemon that goes on writing. */
int
witness_heads_save(const char *dir, const char *to, char *err)
{
	struct witness_heads *h = NULL;
	int rc = -1, tries = 0;

	if (strlen(to) >= sizeof(h->dir) - 64 || witness_heads_used(to)) {
		(void)snprintf(err, WITNESS_ERROR_MAX, "%.1000s: it is too long, "
		    "or holds heads already", to);
		return (-1);
	}
	/* Two files that are read while they take turns may not fit together. */
	while (rc != 0 && tries++ < SAVE_TRIES) {
		witness_heads_close(h);
		if ((h = blank(NULL, dir, 0, err)) == NULL)
			return (-1);
		rc = load(h, err);
	}
	if (rc == 0 && h->number != 0) {
		memcpy(h->dir, to, strlen(to) + 1);
		h->which = 1;
		rc = turn(h, err);
	}
	witness_heads_close(h);
	return (rc);
}

/* Free them. */
void
witness_heads_close(struct witness_heads *h)
{
	size_t i;

	if (h == NULL)
		return;
	for (i = 0; i < h->n; i++)
		free((void *)(uintptr_t)h->kept[i].h.note);
	free(h->kept);
	if (h->fd != -1)
		(void)h->disk->close(h->disk->ctx, h->fd);
	if (h->lock != -1)
		(void)close(h->lock);
	free(h);
}
