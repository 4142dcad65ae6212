#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "overlay.h"
#include "state_filter.h"
#include "state_key.h"
#include "state_lmdb.h"
#include "state_options.h"

#include "state_writer.h"

#define TXN_BYTES	(16 << 20)	/* Values in one transaction. */
#define AHEAD		8		/* Records fetched beforehand. */
#define DENSE_MAX	16		/* Records for a page that count. */
#define NICE		10
#define FILL_KEYS	4096		/* Between looks at the phase. */

struct state_writer {
	struct state_lmdb *db;
	int eventfd;
	uint64_t hash_seed;
	uint32_t txn_records;
	uint64_t keep;			/* Bytes of a spare overlay. */
	void (*probe)(void *, enum state_point, uint64_t);
	void *probe_arg;

	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t turn;		/* Phase, durable or stop changed. */
	_Atomic(enum state_phase) phase;
	_Atomic(uint64_t) durable;
	_Atomic(bool) stop;

	/* The filter.  The thread alone adds to it. */
	struct state_filter *filter;
	struct state_key filled;	/* As far as this one. */
	bool fills;			/* There is more to add. */

	/* The job.  The thread uses it in WRITES and DROPS only. */
	struct overlay *frozen;
	struct overlay *spare;		/* Of the job before, emptied. */
	uint64_t seq;
	uint64_t base;
};

/* The items of the job, and how far it is. */
struct job {
	struct overlay_item *items;
	size_t n;
	size_t done;
	size_t part;			/* Records of one transaction. */
	bool several;			/* Needs several transactions. */
};

/* Change the phase and wake whoever waits for it. */
static void
phase_set(struct state_writer *w, enum state_phase phase)
{

	pthread_mutex_lock(&w->lock);
	w->phase = phase;
	pthread_cond_broadcast(&w->turn);
	pthread_mutex_unlock(&w->lock);
}

/*
 * Change the phase to one in which the loop has to act.  The descriptor is
 * raised first, so that a loop which sees the phase can also read it empty.
 */
static void
phase_call(struct state_writer *w, enum state_phase phase)
{

	(void)eventfd_write(w->eventfd, 1);
	phase_set(w, phase);
}

/* Call the test's probe, if there is one. */
static void
probe(struct state_writer *w, enum state_point point)
{

	if (w->probe != NULL)
		w->probe(w->probe_arg, point, w->seq);
}

/* Wait until the job may be written (I3).  Return -1 if told to stop. */
static int
wait_durable(struct state_writer *w)
{

	if (w->durable < w->seq)
		probe(w, STATE_WAITS);
	pthread_mutex_lock(&w->lock);
	while (w->durable < w->seq && !w->stop)
		pthread_cond_wait(&w->turn, &w->lock);
	pthread_mutex_unlock(&w->lock);
	return (w->stop ? -1 : 0);
}

/* Have the loop enlarge the map.  Return -1 if told to stop. */
static int
wait_grown(struct state_writer *w)
{

	probe(w, STATE_GROWS);
	phase_call(w, STATE_GROW);
	pthread_mutex_lock(&w->lock);
	while (w->phase == STATE_GROW && !w->stop)
		pthread_cond_wait(&w->turn, &w->lock);
	pthread_mutex_unlock(&w->lock);
	return (w->stop ? -1 : 0);
}

/* Commit.  Return 0, STATE_LMDB_FULL or -1. */
static int
commit(struct state_writer *w)
{
	int rc;

	probe(w, STATE_COMMITS);
	if ((rc = state_lmdb_commit(w->db)) == 0)
		probe(w, STATE_COMMITTED);
	return (rc);
}

/*
 * How many records go into one transaction: so many that the pages they change fit into
 * memory.  Where there are many for each page of the file, as when a million people are
 * taken in, these are fewer pages by as much, and fewer times to wait for the disk.
 */
static size_t
part_size(const struct state_writer *w, size_t n)
{
	uint64_t dense;

	if (w->txn_records != STATE_TXN_RECORDS)
		return (w->txn_records);
	dense = n / state_lmdb_pages(w->db);
	return (w->txn_records * (dense < 1 ? 1 : dense > DENSE_MAX ?
	    DENSE_MAX : (size_t)dense));
}

/* Return the index after the last item of the next transaction. */
static size_t
part_end(const struct job *j)
{
	size_t i = j->done, bytes = 0;

	while (i < j->n && i - j->done < j->part && bytes < TXN_BYTES)
		bytes += j->items[i++].r->len;
	return (i);
}

/* Write one transaction's worth and, with the last item, the meta seq. */
static int
part_write(struct state_writer *w, struct job *j)
{
	struct state_meta meta = { w->base, w->seq };
	size_t end = part_end(j);
	int rc;

	state_lmdb_begin(w->db);
	if (j->done == 0 && j->several)
		state_lmdb_set_meta(w->db, &meta);
	for (size_t i = j->done; i < end; i++) {
		const struct overlay_record *r = j->items[i].r;

		/* In the order of keys they lie anywhere. */
		if (i + 2 * AHEAD < j->n)
			__builtin_prefetch(j->items[i + 2 * AHEAD].r);
		if (i + AHEAD < j->n)
			state_filter_expect(w->filter,
			    j->items[i + AHEAD].r->hash);
		if (!r->deleted) {
			state_filter_add(w->filter, r->hash);
			state_lmdb_put(w->db, overlay_key(r), r->keysize,
			    r->seq, overlay_value(r), r->len);
			continue;
		}
		state_lmdb_delete(w->db, overlay_key(r), r->keysize);
		if (j->several)
			state_lmdb_mark(w->db, overlay_key(r), r->keysize,
			    r->seq);
	}
	if (end == j->n) {
		meta.seq = w->seq;
		state_lmdb_set_meta(w->db, &meta);
	}
	if ((rc = commit(w)) == 0)
		j->done = end;
	return (rc);
}

/* Remove some of the marks, say if there were any; return as commit(). */
static int
marks_remove(struct state_writer *w, bool *more)
{

	state_lmdb_begin(w->db);
	if ((*more = state_lmdb_unmark(w->db, w->txn_records)))
		return (commit(w));
	state_lmdb_abort(w->db);
	return (0);
}

/* Write the frozen overlay.  Return 0, -1, or 1 if told to stop. */
static int
job_write(struct state_writer *w, struct job *j)
{
	bool more = true;
	int rc;

	if (wait_durable(w) == -1)
		return (1);
	j->part = part_size(w, j->n);
	j->several = part_end(j) < j->n;
	for (bool whole = false; !whole || more;) {
		if (w->stop)
			return (1);
		rc = whole ? marks_remove(w, &more) : part_write(w, j);
		if (rc == -1)
			return (-1);
		if (rc == STATE_LMDB_FULL && wait_grown(w) == -1)
			return (1);
		whole = whole || (rc == 0 && j->done == j->n);
	}
	return (0);
}

/* Do one job and tell the loop how it went. */
static void
job_run(struct state_writer *w)
{
	struct job j = { 0 };
	int rc = -1;

	if ((j.items = overlay_sort(w->frozen, -1, &j.n)) != NULL)
		rc = job_write(w, &j);
	free(j.items);
	if (rc != 1)
		phase_call(w, rc == 0 ? STATE_DONE : STATE_FAILED);
}

/* Add one key that was there at the start. */
static void
fill_one(void *arg, const struct state_key *k)
{
	struct state_writer *w = arg;

	state_filter_add(w->filter, overlay_hash(k, w->hash_seed));
}

/*
 * Fill the filter with what LMDB holds, a piece at a time.  What a job writes
 * between two pieces is added by the job.
 */
static void
fill(struct state_writer *w)
{
	int rc = state_lmdb_keys(w->db, &w->filled, FILL_KEYS, fill_one, w);

	if (rc == 0)
		state_filter_ready(w->filter);
	w->fills = rc == 1;
}

/* Have the filter filled, unless there are too many keys for it. */
static int
filter_start(struct state_writer *w)
{
	uint64_t records, bytes, map_bytes;

	if ((w->filter = state_filter_new()) == NULL)
		return (-1);
	state_lmdb_stat(w->db, &records, &bytes, &map_bytes);
	w->fills = records <= STATE_FILTER_KEYS;
	state_key_first(&w->filled);
	return (0);
}

/* Stand back behind the loop and the log thread, as far as the system lets. */
static void
priority_lower(void)
{
	struct sched_param param = { 0 };

	(void)pthread_setschedparam(pthread_self(), SCHED_BATCH, &param);
	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
}

/* The thread: one job after the other. */
static void *
writer_main(void *arg)
{
	struct state_writer *w = arg;

	priority_lower();
	while (!w->stop) {
		enum state_phase phase = w->phase;

		switch (phase) {
		case STATE_WRITES:
			job_run(w);
			break;
		case STATE_DROPS:
			overlay_empty(w->frozen);
			overlay_trim(w->frozen, w->keep);
			w->spare = w->frozen;
			w->frozen = NULL;
			phase_set(w, STATE_IDLE);
			break;
		default:
			if (w->fills) {
				fill(w);
				break;
			}
			pthread_mutex_lock(&w->lock);
			while (!w->stop && w->phase != STATE_WRITES &&
			    w->phase != STATE_DROPS)
				pthread_cond_wait(&w->turn, &w->lock);
			pthread_mutex_unlock(&w->lock);
			break;
		}
	}
	return (NULL);
}

/* Start the thread with all signals blocked: they are for the loop. */
struct state_writer *
state_writer_start(struct state_lmdb *db, const struct state_options *o,
    int eventfd)
{
	struct state_writer *w;
	sigset_t all, old;
	int rc;

	if ((w = calloc(1, sizeof(*w))) == NULL)
		return (NULL);
	w->db = db;
	w->hash_seed = o->hash_seed;
	w->eventfd = eventfd;
	w->txn_records = o->txn_records;
	w->keep = o->overlay_bytes / 2;
	w->probe = o->probe;
	w->probe_arg = o->probe_arg;
	if (filter_start(w) == -1) {
		free(w);
		return (NULL);
	}
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->turn, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&w->thread, NULL, writer_main, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc != 0) {
		pthread_cond_destroy(&w->turn);
		pthread_mutex_destroy(&w->lock);
		state_filter_free(w->filter);
		free(w);
		errno = rc;
		return (NULL);
	}
	(void)pthread_setname_np(w->thread, "checkpoint");
	return (w);
}

/* Tell the thread, wait for it, and clear up. */
void
state_writer_stop(struct state_writer *w)
{

	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_broadcast(&w->turn);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	pthread_cond_destroy(&w->turn);
	pthread_mutex_destroy(&w->lock);
	overlay_free(w->frozen);
	overlay_free(w->spare);
	state_filter_free(w->filter);
	free(w);
}

/* Return the filter. */
const struct state_filter *
state_writer_filter(const struct state_writer *w)
{

	return (w->filter);
}

/* Look whose turn it is. */
enum state_phase
state_writer_phase(const struct state_writer *w)
{

	return (w->phase);
}

/* Give the thread its next job. */
void
state_writer_hand(struct state_writer *w, struct overlay *frozen, uint64_t seq,
    uint64_t base)
{

	w->frozen = frozen;
	w->seq = seq;
	w->base = base;
	phase_set(w, STATE_WRITES);
}

/* Publish; only the step that reaches the job's seq needs to wake anyone. */
void
state_writer_durable(struct state_writer *w, uint64_t seq)
{
	uint64_t old = w->durable;

	if (seq <= old)
		return;
	w->durable = seq;
	if (old < w->seq && seq >= w->seq) {
		pthread_mutex_lock(&w->lock);
		pthread_cond_broadcast(&w->turn);
		pthread_mutex_unlock(&w->lock);
	}
}

/* Let the thread try its transaction again. */
void
state_writer_grown(struct state_writer *w)
{

	phase_set(w, STATE_WRITES);
}

/* Let the thread empty the frozen overlay. */
void
state_writer_drop(struct state_writer *w)
{

	phase_set(w, STATE_DROPS);
}

/* Hand the emptied overlay out. */
struct overlay *
state_writer_spare(struct state_writer *w)
{
	struct overlay *spare = w->spare;

	w->spare = NULL;
	return (spare);
}

/* Wait for the thread to wait for us. */
void
state_writer_wait(struct state_writer *w)
{

	pthread_mutex_lock(&w->lock);
	while (w->phase == STATE_WRITES || w->phase == STATE_DROPS)
		pthread_cond_wait(&w->turn, &w->lock);
	pthread_mutex_unlock(&w->lock);
}
