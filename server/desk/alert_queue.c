#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "store/disk.h"
#include "store/little.h"

#include "alert_queue.h"

#define BLOCK 128	/* records that are read or written at once */
#define SUM_AT 32

struct alert_queue {
	const struct disk *d;
	char path[1100];
	uint64_t gen;
	uint64_t count;		/* appended ones included */
	uint64_t written;	/* of them, in the file */
	int fd;
	int failed;
	uint64_t first;		/* of what is held in `block` */
	size_t held;
	uint8_t block[BLOCK * ALERT_QUEUE_RECORD];
	uint8_t fresh[BLOCK * ALERT_QUEUE_RECORD]; /* appended, not written */
	char error[ALERT_QUEUE_ERROR_MAX];
};

/* The number of a name. */
uint64_t
alert_queue_receiver(const char *name)
{

	return (XXH3_64bits(name, strlen(name)));
}

/* Keep what is wrong. */
static int
fail(struct alert_queue *q, const char *what)
{

	q->failed = 1;
	(void)snprintf(q->error, sizeof(q->error), "%.900s: %s", q->path,
	    what);
	return (-1);
}

/* Name a file. */
static int
name_file(char *path, size_t cap, const char *dir, uint64_t gen)
{
	int n = snprintf(path, cap, "%s/tells.%" PRIu64, dir, gen);

	return (n > 0 && (size_t)n < cap ? 0 : -1);
}

/* Write a record. */
static void
encode(uint8_t p[ALERT_QUEUE_RECORD], const struct alert_tell *t)
{

	memset(p, 0, ALERT_QUEUE_RECORD);
	little_put64(p, t->seq);
	little_put64(p + 8, (uint64_t)t->due);
	little_put64(p + 16, t->receiver);
	little_put32(p + 24, (uint32_t)t->area);
	p[28] = t->level;
	p[29] = t->flags;
	little_put64(p + SUM_AT, XXH3_64bits(p, SUM_AT));
}

/* Read one; -1 when it is damaged. */
static int
decode(struct alert_tell *t, const uint8_t p[ALERT_QUEUE_RECORD])
{

	if (little_get64(p + SUM_AT) != XXH3_64bits(p, SUM_AT))
		return (-1);
	t->seq = little_get64(p);
	t->due = (int64_t)little_get64(p + 8);
	t->receiver = little_get64(p + 16);
	t->area = (int32_t)little_get32(p + 24);
	t->level = p[28];
	t->flags = p[29];
	return (0);
}

/* Open it. */
struct alert_queue *
alert_queue_open(const struct disk *d, const char *dir, uint64_t gen,
    uint64_t count, char *err)
{
	struct alert_queue *q = calloc(1, sizeof(*q));
	uint64_t size, want = count * ALERT_QUEUE_RECORD;

	if (q == NULL) {
		(void)snprintf(err, ALERT_QUEUE_ERROR_MAX, "out of memory");
		return (NULL);
	}
	q->d = d;
	q->gen = gen;
	q->count = q->written = count;
	q->fd = -1;
	if (name_file(q->path, sizeof(q->path), dir, gen) != 0) {
		(void)fail(q, strerror(ENAMETOOLONG));
		goto err1;
	}
	q->fd = d->open(d->ctx, q->path, O_RDWR | O_NOFOLLOW | (count == 0 ?
	    O_CREAT : 0), 0600);
	if (q->fd == -1 || d->size(d->ctx, q->fd, &size) != 0) {
		(void)fail(q, strerror(errno));
		goto err1;
	}
	if (size < want) {
		(void)fail(q, "it is shorter than the state says: part of it "
		    "is lost.  Remove the state directory to tell everything "
		    "anew");
		goto err1;
	}
	if (size > want && d->ftruncate(d->ctx, q->fd, want) != 0) {
		(void)fail(q, strerror(errno));
		goto err1;
	}
	if (count > 0 || d->sync_dir(d->ctx, dir) == 0)
		return (q);
	(void)fail(q, strerror(errno));
err1:
	(void)snprintf(err, ALERT_QUEUE_ERROR_MAX, "%s", q->error);
	alert_queue_close(q);
	return (NULL);
}

/* Close it. */
void
alert_queue_close(struct alert_queue *q)
{

	if (q == NULL)
		return;
	if (q->fd != -1)
		(void)q->d->close(q->d->ctx, q->fd);
	free(q);
}

/* Write what was appended. */
static int
flush(struct alert_queue *q)
{
	size_t n = (size_t)(q->count - q->written);

	if (n == 0)
		return (0);
	if (disk_write(q->d, q->fd, q->fresh, n * ALERT_QUEUE_RECORD,
	    q->written * ALERT_QUEUE_RECORD) != 0)
		return (fail(q, strerror(errno)));
	q->written = q->count;
	q->held = 0;
	return (0);
}

/* Append a record. */
int
alert_queue_add(struct alert_queue *q, const struct alert_tell *t)
{

	if (q->failed || (q->count - q->written == BLOCK && flush(q) != 0))
		return (-1);
	encode(&q->fresh[(q->count - q->written) * ALERT_QUEUE_RECORD], t);
	q->count++;
	return (0);
}

/* Make it durable. */
int
alert_queue_sync(struct alert_queue *q)
{

	if (q->failed || flush(q) != 0)
		return (-1);
	if (q->d->fdatasync(q->d->ctx, q->fd) != 0)
		return (fail(q, strerror(errno)));
	return (0);
}

/* Read a record. */
int
alert_queue_get(struct alert_queue *q, uint64_t i, struct alert_tell *t)
{
	ssize_t n;

	if (q->failed || i >= q->count)
		return (-1);
	if (i >= q->written)
		return (decode(t, &q->fresh[(i - q->written) *
		    ALERT_QUEUE_RECORD]));
	if (q->held == 0 || i < q->first || i >= q->first + q->held) {
		q->first = i - i % BLOCK;
		q->held = 0;
		n = disk_read(q->d, q->fd, q->block, sizeof(q->block),
		    q->first * ALERT_QUEUE_RECORD);
		if (n == -1)
			return (fail(q, strerror(errno)));
		q->held = (size_t)n / ALERT_QUEUE_RECORD;
	}
	if (i >= q->first + q->held || decode(t, &q->block[(i - q->first) *
	    ALERT_QUEUE_RECORD]) != 0)
		return (fail(q, "a record is damaged.  Remove the state "
		    "directory to tell everything anew"));
	return (0);
}

/* How many. */
uint64_t
alert_queue_count(const struct alert_queue *q)
{

	return (q->count);
}

/* Which file. */
uint64_t
alert_queue_gen(const struct alert_queue *q)
{

	return (q->gen);
}

/* What went wrong. */
const char *
alert_queue_error(const struct alert_queue *q)
{

	return (q->error);
}

/* What is to be removed. */
struct pruning {
	const struct disk *d;
	const char *dir;
	uint64_t gen;
};

/* Remove a file of another generation. */
static int
prune_one(void *arg, const char *name)
{
	const struct pruning *x = arg;
	char path[1100], keep[64];

	(void)snprintf(keep, sizeof(keep), "tells.%" PRIu64, x->gen);
	if (strncmp(name, "tells.", 6) != 0 || strcmp(name, keep) == 0)
		return (0);
	if (snprintf(path, sizeof(path), "%s/%s", x->dir, name) <
	    (int)sizeof(path))
		(void)x->d->unlink(x->d->ctx, path);
	return (0);
}

/* Remove other generations. */
void
alert_queue_prune(const struct disk *d, const char *dir, uint64_t gen)
{
	struct pruning x = { d, dir, gen };

	(void)d->list(d->ctx, dir, prune_one, &x);
}
