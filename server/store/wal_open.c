#include <sys/eventfd.h>
#include <sys/random.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wal_impl.h"
#include "wal_reader.h"
#include "wal_recover.h"

/* Nonces of the operating system; eight bytes come whole or are interrupted. */
static uint64_t
system_random64(void *arg)
{
	uint64_t v;

	(void)arg;
	while (getrandom(&v, sizeof(v), 0) != (ssize_t)sizeof(v))
		if (errno != EINTR)
			abort();
	return (v);
}

/* Copy the options and fill in what is left to us. */
static int
fill_options(struct wal *w, const struct wal_options *o, char *err,
    size_t errlen)
{
	w->o = *o;
	if (w->o.disk == NULL)
		w->o.disk = &disk_real;
	if (w->o.segment_bytes == 0)
		w->o.segment_bytes = WAL_SEGMENT_DEFAULT;
	if (w->o.first_seq == 0)
		w->o.first_seq = 1;
	if (w->o.random64 == NULL)
		w->o.random64 = system_random64;
	if (w->o.segment_bytes < WAL_SEGMENT_MIN ||
	    w->o.segment_bytes > WAL_SEGMENT_MAX - WAL_PAGE ||
	    w->o.segment_bytes % WAL_PAGE != 0) {
		snprintf(err, errlen, "%s: segment size %" PRIu64
		    " is not a multiple of %u from %u up", o->dir,
		    w->o.segment_bytes, WAL_PAGE, WAL_SEGMENT_MIN);
		return (-1);
	}
	if (strlen(o->dir) + 32 > WAL_PATH_SIZE) {
		snprintf(err, errlen, "%s: path too long", o->dir);
		return (-1);
	}
	w->dir = strdup(o->dir);
	w->o.dir = w->dir;
	if (w->dir == NULL)
		snprintf(err, errlen, "%s: %s", o->dir, strerror(errno));
	return (w->dir != NULL ? 0 : -1);
}

/* Give the caller all entries from from_seq on. */
static int
replay_all(struct wal *w, int (*replay)(void *, const struct wal_entry *),
    void *arg, uint64_t from_seq, char *err, size_t errlen)
{
	uint64_t last = atomic_load(&w->durable);
	struct wal_reader *r;
	struct wal_entry e;
	int rc;

	if (from_seq > last + 1) {
		snprintf(err, errlen, "%s: the log ends at seq %" PRIu64
		    ", but state exists up to %" PRIu64, w->dir, last,
		    from_seq - 1);
		return (-1);
	}
	if (replay == NULL)
		return (0);
	r = wal_reader_open(w->o.disk, w->dir, w->o.node, from_seq, err,
	    errlen);
	if (r == NULL)
		return (-1);
	while ((rc = wal_reader_next(r, last, &e)) == 1) {
		if (replay(arg, &e) != 0) {
			snprintf(err, errlen, "%s: seq %" PRIu64
			    ": replay refused the entry", w->dir, e.seq);
			rc = -2;
			break;
		}
	}
	if (rc == -1)
		snprintf(err, errlen, "%s", wal_reader_error(r));
	wal_reader_close(r);
	return (rc == 0 ? 0 : -1);
}

/* Buffers of the ring, and the place where appending goes on. */
static int
start_gathering(struct wal *w, const struct wal_tail *t)
{
	unsigned i;

	for (i = 0; i < WAL_RING; i++) {
		w->ring[i].buf = malloc(WAL_QUEUE_BYTES + WAL_MARKER_SIZE);
		if (w->ring[i].buf == NULL)
			return (-1);
	}
	w->fd_bytes = w->bytes = t->bytes;
	w->off = t->off;
	w->check = t->check;
	w->seq = t->seq;
	w->batch = t->batch;
	w->first_seq = w->index.newest->first_seq;
	atomic_store(&w->durable, t->seq - 1);
	wal_begin(w);
	if (w->off >= w->bytes / 2)
		atomic_store(&w->spare.state, WAL_SPARE_WANTED);
	return (0);
}

/* Free what is not a thread or a descriptor of the loop. */
static void
free_all(struct wal *w)
{
	unsigned i;

	pthread_cond_destroy(&w->spare.wanted);
	pthread_mutex_destroy(&w->spare.lock);
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->lock);
	for (i = 0; i < WAL_RING; i++)
		free(w->ring[i].buf);
	if (w->fd != -1)
		w->o.disk->close(w->o.disk->ctx, w->fd);
	wal_index_free(&w->index);
	free(w->dir);
	free(w);
}

/* Recover, replay, start the threads. */
struct wal *
wal_open(const struct wal_options *o,
    int (*replay)(void *arg, const struct wal_entry *e), void *arg,
    uint64_t from_seq, char *err, size_t errlen)
{
	struct wal_tail t;
	struct wal *w;

	if ((w = calloc(1, sizeof(*w))) == NULL) {
		snprintf(err, errlen, "%s: %s", o->dir, strerror(errno));
		goto err0;
	}
	w->fd = -1;
	wal_index_init(&w->index);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->work, NULL);
	pthread_mutex_init(&w->spare.lock, NULL);
	pthread_cond_init(&w->spare.wanted, NULL);
	if (fill_options(w, o, err, errlen) != 0 ||
	    wal_recover(&w->o, &w->index, &t, err, errlen) != 0)
		goto err1;
	w->fd = t.fd;
	if (start_gathering(w, &t) != 0) {
		snprintf(err, errlen, "%s: %s", w->dir, strerror(errno));
		goto err1;
	}
	if (replay_all(w, replay, arg, from_seq, err, errlen) != 0)
		goto err1;
	w->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->event == -1) {
		snprintf(err, errlen, "eventfd: %s", strerror(errno));
		goto err1;
	}
	if (wal_spare_start(w) != 0) {
		snprintf(err, errlen, "%s: cannot prepare segments: %s",
		    w->dir, strerror(errno));
		goto err2;
	}
	if (wal_flush_start(w) != 0) {
		snprintf(err, errlen, "log thread: %s", strerror(errno));
		goto err3;
	}
	return (w);

err3:
	wal_spare_stop(w);
err2:
	close(w->event);
err1:
	free_all(w);
err0:
	return (NULL);
}

/* Flush, mark the clean end, free. */
int
wal_close(struct wal *w)
{
	int rc;

	wal_flush_stop(w);
	rc = wal_end(w);
	wal_spare_stop(w);
	close(w->event);
	free_all(w);
	return (rc);
}
