#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wal_impl.h"

/* The counter of an eventfd cannot fill up, so this cannot fail for long. */
void
wal_flush_wake(struct wal *w)
{
	uint64_t one = 1;

	while (write(w->event, &one, sizeof(one)) == -1 && errno == EINTR)
		continue;
}

/* The first reason stays. */
void
wal_flush_fail(struct wal *w, const char *what, const char *path)
{
	int saved = errno;

	pthread_mutex_lock(&w->lock);
	if (atomic_load(&w->failed) == 0) {
		snprintf(w->why, sizeof(w->why), "%s: %s: %s", path, what,
		    strerror(saved));
		atomic_store(&w->failed, 1);
	}
	pthread_mutex_unlock(&w->lock);
	wal_flush_wake(w);
}

/*
 * Give the prepared segment its header, then its name.  The seal of the
 * segment before is durable already: it was in the batch before this one.
 */
static int
open_segment(struct wal *w, const struct wal_batch *b, const char *path)
{
	const struct disk *d = w->o.disk;
	char temp[WAL_PATH_SIZE];
	int fd = w->spare.fd;

	wal_segment_aux(temp, w->dir, WAL_NEXT_NAME);
	wal_header_put(&b->header, w->page);
	if (disk_write(d, fd, w->page, WAL_PAGE, 0) != 0 ||
	    d->fdatasync(d->ctx, fd) != 0) {
		wal_flush_fail(w, "writing the header", temp);
		return (-1);
	}
	if (d->rename(d->ctx, temp, path) != 0 ||
	    d->sync_dir(d->ctx, w->dir) != 0) {
		wal_flush_fail(w, "renaming", path);
		return (-1);
	}
	d->close(d->ctx, w->fd);
	w->fd = wal_spare_use(w);
	w->fd_bytes = b->header.bytes;
	return (0);
}

/* One write, one sync. */
void
wal_flush_batch(struct wal *w, const struct wal_batch *b)
{
	const struct disk *d = w->o.disk;
	char path[WAL_PATH_SIZE];

	if (atomic_load(&w->failed) != 0)
		return;
	wal_segment_path(path, w->dir, b->header.first_seq);
	if (b->opens && open_segment(w, b, path) != 0)
		return;
	if (disk_write(d, w->fd, b->buf, b->len, b->off) != 0) {
		wal_flush_fail(w, "writing", path);
		return;
	}
	if (d->fdatasync(d->ctx, w->fd) != 0) {
		wal_flush_fail(w, "syncing", path);
		return;
	}
	atomic_fetch_add(&w->flushed, b->len);
	atomic_store(&w->durable, b->last_seq);
	if (b->off + b->len >= w->fd_bytes / 2)
		wal_spare_want(w);
}

/*
 * Flush what is handed over, in order.  The tail moves before the loop is
 * woken: it will find the thread idle and hand over the next batch at once.
 */
static void *
run(void *arg)
{
	struct wal *w = arg;
	unsigned tail;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		tail = atomic_load(&w->tail);
		if (tail == atomic_load(&w->head)) {
			if (w->quit)
				break;
			pthread_cond_wait(&w->work, &w->lock);
			continue;
		}
		pthread_mutex_unlock(&w->lock);
		wal_flush_batch(w, &w->ring[tail % WAL_RING]);
		pthread_mutex_lock(&w->lock);
		atomic_store(&w->tail, tail + 1);
		pthread_mutex_unlock(&w->lock);
		wal_flush_wake(w);
		pthread_mutex_lock(&w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	return (NULL);
}

/* A thread that no signal reaches. */
int
wal_flush_start(struct wal *w)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&w->thread, NULL, run, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0)
		errno = rc;
	return (rc == 0 ? 0 : -1);
}

/* Let it run dry. */
void
wal_flush_stop(struct wal *w)
{
	pthread_mutex_lock(&w->lock);
	w->quit = 1;
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
}
