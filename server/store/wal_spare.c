#include <sys/resource.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>

#include "wal_impl.h"

#define NICE	10	/* The zeros may wait; the batches may not */

/* Change the state; the caller holds the lock. */
static void
set_state(struct wal_spare *s, enum wal_spare_state state)
{
	atomic_store(&s->state, (int)state);
}

/*
 * Is the disk full?  errno alone cannot tell (a full disk may come as EIO, a
 * dying one as anything), so statvfs has a say.
 */
static int
is_full(struct wal *w, int error)
{
	uint64_t avail;

	if (error == ENOSPC || error == EDQUOT)
		return (1);
	return (w->o.disk->space(w->o.disk->ctx, w->dir, &avail) == 0 &&
	    avail < w->o.segment_bytes);
}

/* What has to be free before we go on: a segment, and the reserve anew. */
static uint64_t
bytes_needed(const struct wal *w)
{
	return (w->o.segment_bytes +
	    (w->spare.reserve_held ? 0 : w->o.reserve_bytes));
}

/* Have the reserve file. */
static int
hold_reserve(struct wal *w)
{
	const struct disk *d = w->o.disk;
	char path[WAL_PATH_SIZE];
	int fd, rc, saved;

	if (w->o.reserve_bytes == 0 || w->spare.reserve_held)
		return (0);
	wal_segment_aux(path, w->dir, WAL_RESERVE_NAME);
	if ((fd = d->open(d->ctx, path, O_RDWR | O_CREAT, 0600)) == -1)
		return (-1);
	rc = d->fallocate(d->ctx, fd, w->o.reserve_bytes);
	if (rc == 0)
		rc = d->fsync(d->ctx, fd);
	saved = errno;
	d->close(d->ctx, fd);
	errno = saved;
	if (rc != 0)
		return (-1);
	w->spare.reserve_held = 1;
	return (0);
}

/*
 * Give the reserve to the others: with it the state's checkpoint and the tiles
 * can go on, after which segments may be trimmed.  The log itself takes none
 * of it.
 */
static void
release_reserve(struct wal *w)
{
	const struct disk *d = w->o.disk;
	char path[WAL_PATH_SIZE];

	if (w->o.reserve_bytes == 0)
		return;
	wal_segment_aux(path, w->dir, WAL_RESERVE_NAME);
	d->unlink(d->ctx, path);
	w->spare.reserve_held = 0;
}

/* Make one segment; return the state that follows. */
static enum wal_spare_state
make(struct wal *w)
{
	const struct disk *d = w->o.disk;
	struct wal_spare *s = &w->spare;
	char path[WAL_PATH_SIZE];
	uint64_t avail;

	wal_segment_aux(path, w->dir, WAL_NEXT_NAME);
	if (d->space(d->ctx, w->dir, &avail) == 0 && avail < bytes_needed(w))
		goto full;
	if (hold_reserve(w) != 0)
		goto failed;
	s->fd = wal_segment_make(d, path, w->o.segment_bytes, &s->stop);
	if (s->fd == -1)
		goto failed;
	s->segment = wal_index_segment(w->o.segment_bytes);
	if (s->segment == NULL || d->sync_dir(d->ctx, w->dir) != 0) {
		wal_flush_fail(w, "preparing the next segment", path);
		return (WAL_SPARE_NONE);
	}
	return (WAL_SPARE_READY);

failed:
	if (errno == ECANCELED)
		return (WAL_SPARE_NONE);
	if (!is_full(w, errno)) {
		wal_flush_fail(w, "preparing the next segment", path);
		return (WAL_SPARE_NONE);
	}
full:
	release_reserve(w);
	return (WAL_SPARE_NOSPACE);
}

/* Make a segment whenever one is wanted. */
static void *
run(void *arg)
{
	struct wal *w = arg;
	struct wal_spare *s = &w->spare;
	enum wal_spare_state state;

	setpriority(PRIO_PROCESS, 0, NICE);
	pthread_mutex_lock(&s->lock);
	while (atomic_load(&s->stop) == 0) {
		if (atomic_load(&s->state) != WAL_SPARE_WANTED) {
			pthread_cond_wait(&s->wanted, &s->lock);
			continue;
		}
		pthread_mutex_unlock(&s->lock);
		state = make(w);
		pthread_mutex_lock(&s->lock);
		set_state(s, state);
		wal_flush_wake(w);
	}
	pthread_mutex_unlock(&s->lock);
	return (NULL);
}

/* The reserve first: a disk too full for it is not a failure. */
int
wal_spare_start(struct wal *w)
{
	struct wal_spare *s = &w->spare;
	sigset_t all, old;
	int rc;

	s->fd = -1;
	if (hold_reserve(w) != 0) {
		if (!is_full(w, errno))
			return (-1);
		release_reserve(w);
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&s->thread, NULL, run, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0)
		errno = rc;
	return (rc == 0 ? 0 : -1);
}

/* Stop, and leave no half-made segment behind. */
void
wal_spare_stop(struct wal *w)
{
	const struct disk *d = w->o.disk;
	struct wal_spare *s = &w->spare;
	char path[WAL_PATH_SIZE];

	pthread_mutex_lock(&s->lock);
	atomic_store(&s->stop, 1);
	pthread_cond_signal(&s->wanted);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	if (s->fd != -1) {
		wal_segment_aux(path, w->dir, WAL_NEXT_NAME);
		d->close(d->ctx, s->fd);
		d->unlink(d->ctx, path);
	}
	free(s->segment);
}

/* Any thread may want one. */
void
wal_spare_want(struct wal *w)
{
	struct wal_spare *s = &w->spare;

	if (atomic_load(&s->state) != WAL_SPARE_NONE)
		return;
	pthread_mutex_lock(&s->lock);
	if (atomic_load(&s->state) == WAL_SPARE_NONE) {
		set_state(s, WAL_SPARE_WANTED);
		pthread_cond_signal(&s->wanted);
	}
	pthread_mutex_unlock(&s->lock);
}

/* Claim it. */
struct wal_segment *
wal_spare_take(struct wal *w)
{
	struct wal_spare *s = &w->spare;
	struct wal_segment *segment = NULL;

	if (atomic_load(&s->state) != WAL_SPARE_READY) {
		wal_spare_want(w);
		return (NULL);
	}
	pthread_mutex_lock(&s->lock);
	segment = s->segment;
	s->segment = NULL;
	set_state(s, WAL_SPARE_TAKEN);
	pthread_mutex_unlock(&s->lock);
	return (segment);
}

/* Hand its descriptor over. */
int
wal_spare_use(struct wal *w)
{
	struct wal_spare *s = &w->spare;
	int fd;

	pthread_mutex_lock(&s->lock);
	fd = s->fd;
	s->fd = -1;
	set_state(s, WAL_SPARE_NONE);
	pthread_mutex_unlock(&s->lock);
	return (fd);
}

/* Look whether space is back. */
int
wal_spare_space(struct wal *w)
{
	struct wal_spare *s = &w->spare;
	uint64_t avail;
	int rc = 1;

	if (atomic_load(&s->state) != WAL_SPARE_NOSPACE)
		return (1);
	pthread_mutex_lock(&s->lock);
	if (w->o.disk->space(w->o.disk->ctx, w->dir, &avail) != 0 ||
	    avail < bytes_needed(w)) {
		rc = 0;
	} else {
		set_state(s, WAL_SPARE_WANTED);
		pthread_cond_signal(&s->wanted);
	}
	pthread_mutex_unlock(&s->lock);
	return (rc);
}
