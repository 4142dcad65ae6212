#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

#include "sync_impl.h"

#define SLICE	(256u << 10)
#define SPARE	(64u << 20)	/* bytes of the disk that are left to the journal */
#define WHOLE_MS 600000		/* of one request; the next one goes on */

/* A target file on its way. */
struct part {
	struct sync *s;
	const struct tuf_target *g;
	char dir[SYNC_PATH_MAX];
	char path[SYNC_PATH_MAX];	/* when it is whole */
	char name[SYNC_PATH_MAX];	/* until then: path with ".part" */
	int fd;
	uint64_t len;			/* of what lies there */
	size_t waiting;			/* bytes of it that were not waited for */
	int failed;			/* errno of the disk, or 0 */
};

/*
 * Write a part of the file where it belongs.  Each slice is on the disk before the next is
 * taken: all of a large file at once would hold up the daemon's journal.
 */
static int
take(void *arg, uint64_t off, const void *p, size_t len)
{
	struct part *x = arg;
	const struct disk *d = x->s->disk;

	/* A server that cannot begin in the middle sends it all again. */
	if (off < x->len && d->ftruncate(d->ctx, x->fd, off) != 0)
		goto err0;
	if (off < x->len)
		x->len = off;
	if (disk_write(d, x->fd, p, len, off) != 0)
		goto err0;
	x->len = off + len;
	if ((x->waiting += len) < SLICE)
		return (0);
	x->waiting = 0;
	if (d->sync_range(d->ctx, x->fd, 1) == 0)
		return (0);

err0:
	x->failed = errno;
	return (-1);
}

/* Is the open file the target? */
static int
is_target(struct sync *s, int fd, const struct tuf_target *g)
{
	uint8_t *buf = malloc(SLICE), digest[SHA256_LEN];
	struct sha256 hash;
	uint64_t off = 0;
	ssize_t n = -1;

	if (buf == NULL)
		return (0);
	sha256_init(&hash);
	while (off <= g->length && (n = disk_read(s->disk, fd, buf, SLICE,
	    off)) > 0) {
		sha256_update(&hash, buf, (size_t)n);
		off += (uint64_t)n;
	}
	free(buf);
	sha256_final(&hash, digest);
	return (n == 0 && off == g->length &&
	    memcmp(digest, g->sha256, sizeof(digest)) == 0);
}

/* Is it there already?  1 or 0; what bears its name and is something else goes. */
static int
there(struct part *x)
{
	const struct disk *d = x->s->disk;
	int fd, same;

	if ((fd = d->open(d->ctx, x->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
	    0)) == -1) {
		if (errno != ENOENT)
			(void)d->unlink(d->ctx, x->path);
		return (0);
	}
	same = is_target(x->s, fd, x->g);
	(void)d->close(d->ctx, fd);
	if (!same)
		(void)d->unlink(d->ctx, x->path);
	return (same);
}

/* Make the directories of a path below targets/. */
static int
make_dirs(struct sync *s, const char *path, char *err)
{
	char dir[SYNC_PATH_MAX], *slash;
	size_t n = strlen(s->targets) + 1;
	const struct disk *d = s->disk;

	if (sync_path(dir, s->targets, path) != 0)
		return (sync_fail(err, "%.200s: %s", path, strerror(errno)));
	for (slash = strchr(&dir[n], '/'); slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (d->mkdir(d->ctx, dir, 0700) != 0 && errno != EEXIST)
			return (sync_fail(err, "%s: %s", dir,
			    strerror(errno)));
		*slash = '/';
	}
	return (0);
}

/* Sync the directories of a path, from the innermost up to targets/. */
static int
sync_dirs(struct sync *s, const char *file)
{
	char dir[SYNC_PATH_MAX];
	size_t least = strlen(s->targets);
	char *slash;

	(void)snprintf(dir, sizeof(dir), "%s", file);
	while ((slash = strrchr(dir, '/')) != NULL &&
	    (size_t)(slash - dir) >= least) {
		*slash = '\0';
		if (s->disk->sync_dir(s->disk->ctx, dir) != 0)
			return (-1);
	}
	return (0);
}

/* See that there is room. */
static int
room(struct part *x, char *err)
{
	const struct disk *d = x->s->disk;
	uint64_t free_bytes, want = x->g->length - x->len;

	if (d->space(d->ctx, x->dir, &free_bytes) != 0 ||
	    (free_bytes >= SPARE && free_bytes - SPARE >= want))
		return (0);
	return (sync_fail(err, "%s: %" PRIu64 " bytes are to come, but only %"
	    PRIu64 " are free, of which %u stay so; make room", x->dir, want,
	    free_bytes, SPARE));
}

/* Open the part that an earlier round left, or a new one. */
static int
open_part(struct part *x, int anew, char *err)
{
	const struct disk *d = x->s->disk;

	x->fd = d->open(d->ctx, x->name, O_RDWR | O_CREAT | O_NOFOLLOW |
	    O_NONBLOCK, 0600);
	if (x->fd == -1)
		return (sync_fail(err, "%s: %s", x->name, strerror(errno)));
	if (d->size(d->ctx, x->fd, &x->len) != 0)
		goto err1;
	if ((anew || x->len > x->g->length) && x->len != 0) {
		if (d->ftruncate(d->ctx, x->fd, 0) != 0)
			goto err1;
		x->len = 0;
	}
	x->failed = 0;
	return (0);

err1:
	(void)sync_fail(err, "%s: %s", x->name, strerror(errno));
	(void)d->close(d->ctx, x->fd);
	return (-1);
}

/* Ask for what is missing; what came is kept for the next time. */
static enum httpget_answer
ask_rest(struct part *x, size_t i, const char *path, char *err)
{
	struct httpget_ask ask = { .from = x->len, .max = x->g->length,
		.whole_ms = WHOLE_MS, .take = take, .arg = x };
	uint64_t before = x->len;
	struct httpget_reply reply;
	enum httpget_answer answer;
	char name[SYNC_PATH_MAX];

	if (x->len == x->g->length && x->len > 0)
		return (HTTPGET_OK);
	if (sync_path(name, "targets", path) != 0) {
		(void)sync_fail(err, "%.200s: %s", path, strerror(errno));
		return (HTTPGET_AWAY);
	}
	answer = sync_source_get(x->s, i, name, &ask, &reply, err);
	x->s->r->bytes += reply.end - (reply.partial ? before : 0);
	if (reply.partial && answer == HTTPGET_OK)
		x->s->r->resumed_bytes += before;
	if (answer == HTTPGET_REFUSED)
		(void)sync_fail(err, "%s: %s", x->name, strerror(x->failed));
	return (answer);
}

/* Give a whole file its name. */
static int
finish(struct part *x, char *err)
{
	const struct disk *d = x->s->disk;

	if (d->fsync(d->ctx, x->fd) == 0 &&
	    d->rename(d->ctx, x->name, x->path) == 0 &&
	    sync_dirs(x->s, x->path) == 0)
		return (0);
	return (sync_fail(err, "%s: %s", x->path, strerror(errno)));
}

/* Try once: 0; -1; or 1 when what came is not the target and it may be worth while to
 * fetch the whole of it. */
static int
attempt(struct part *x, size_t i, const char *path, int anew, char *err)
{
	const struct disk *d = x->s->disk;
	enum httpget_answer answer;
	int resumed, rc = -1, drop = 0;

	x->s->fault = SYNC_LOCAL;
	if (open_part(x, anew, err) != 0)
		return (-1);
	resumed = x->len > 0;
	if (room(x, err) != 0)
		goto done;
	answer = ask_rest(x, i, path, err);
	if (answer == HTTPGET_OK && is_target(x->s, x->fd, x->g)) {
		rc = finish(x, err);
		goto done;
	}
	if (answer == HTTPGET_OK && x->len < x->g->length) {
		/* Too short for what is signed: whose fault, the hash cannot tell. */
		(void)sync_fail(err, "%s: %" PRIu64 " bytes instead of %"
		    PRIu64, path, x->len, x->g->length);
		drop = 1;
	} else if (answer == HTTPGET_OK) {
		(void)sync_fail(err, "%s: not what was signed (another "
		    "SHA-256)", path);
		drop = 1;
	} else
		drop = answer == HTTPGET_LONG || answer == HTTPGET_RANGE ||
		    x->failed == ENOSPC || x->failed == EDQUOT;
	if (answer == HTTPGET_OK)
		x->s->fault = SYNC_REFUSED;
	else if (answer != HTTPGET_REFUSED)
		x->s->fault = SYNC_AWAY;
	if (drop && resumed && answer != HTTPGET_REFUSED)
		rc = 1;
done:
	if (rc != 0 && !drop)
		x->s->kept += x->len;
	(void)d->close(d->ctx, x->fd);
	if (drop)
		(void)d->unlink(d->ctx, x->name);
	return (rc);
}

/* Fetch a target. */
int
sync_fetch(struct sync *s, size_t i, const struct tuf_target *g,
    const char *path, char *err)
{
	struct part *x;
	int rc = -1;

	if ((x = calloc(1, sizeof(*x))) == NULL)
		return (sync_fail(err, "out of memory"));
	x->s = s;
	x->g = g;
	if (!g->has_sha256)
		(void)sync_fail(err, "%s: signed without a SHA-256", g->name);
	else if (sync_path(x->path, s->targets, path) != 0 ||
	    (size_t)snprintf(x->name, sizeof(x->name), "%s" SYNC_PART,
	    x->path) >= sizeof(x->name))
		(void)sync_fail(err, "%.200s: %s", path,
		    strerror(ENAMETOOLONG));
	else if (make_dirs(s, path, err) == 0) {
		(void)snprintf(x->dir, sizeof(x->dir), "%.*s",
		    (int)(strrchr(x->path, '/') - x->path), x->path);
		if (there(x))
			rc = 0;
		else {
			if ((rc = attempt(x, i, path, 0, err)) == 1)
				rc = attempt(x, i, path, 1, err);
			s->r->files += rc == 0;
		}
	}
	free(x);
	return (rc);
}
