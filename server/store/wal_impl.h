#ifndef WAL_IMPL_H_
#define WAL_IMPL_H_

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "wal.h"
#include "wal_format.h"
#include "wal_index.h"
#include "wal_record.h"
#include "wal_segment.h"

/*
 * The body of the log, shared by wal.c (the loop thread's side), wal_flush.c
 * (the disk's side) and wal_spare.c (the next segment).
 *
 * The ring holds three batches.  Batch head % 3 is being gathered and belongs
 * to the loop thread; tail .. head - 1 are handed over and belong to whoever
 * flushes: the log thread, or the loop thread itself while tail == head.  Each
 * passes from one to the other under lock, which is never held during I/O.
 */

#define WAL_RING	3u

/* Records that are written by one pwrite and synced by one fdatasync. */
struct wal_batch {
	uint8_t *buf;
	size_t len;
	uint64_t off;		/* Where it goes in its segment */
	uint64_t last_seq;	/* Of its last entry, or of the one before */
	int opens;		/* It is the first of a new segment ... */
	struct wal_header header;	/* ... that has this header */
};

enum wal_spare_state {
	WAL_SPARE_NONE,		/* Not needed yet */
	WAL_SPARE_WANTED,	/* To be made, or being made */
	WAL_SPARE_READY,	/* Zero-filled and synced, as next.tmp */
	WAL_SPARE_TAKEN,	/* The loop counts on it; not renamed yet */
	WAL_SPARE_NOSPACE	/* The disk is too full */
};

struct wal_spare {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wanted;
	atomic_int state;	/* Changed under lock */
	atomic_int stop;
	int reserve_held;
	int fd;			/* From READY until it is renamed */
	struct wal_segment *segment;	/* Its memory in the index */
};

struct wal {
	struct wal_options o;	/* Filled in; o.dir is our own copy */
	char *dir;
	int event;
	struct wal_index index;

	/* The loop thread's: where the next record goes. */
	uint64_t first_seq;	/* Of the segment gathered for */
	uint64_t bytes;		/* Its size */
	uint64_t off;
	uint64_t check;
	uint64_t seq;
	uint64_t batch;
	uint8_t *open;		/* Record laid out, its checks not yet set */
	size_t gathered;	/* Entries in the batch being gathered */
	uint64_t appended;	/* Bytes of records, ever */
	uint64_t jumped;	/* The first seq after the last jump; 0: none */
	int roll;

	struct wal_batch ring[WAL_RING];
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	atomic_uint head;
	atomic_uint tail;
	int quit;

	/* The flushing side's. */
	int fd;
	uint64_t fd_bytes;
	uint8_t page[WAL_PAGE];

	struct wal_spare spare;

	_Atomic uint64_t durable;
	_Atomic uint64_t flushed;	/* Of appended, how much is durable */
	atomic_int failed;
	char why[WAL_PATH_SIZE + 128];	/* Written once, before failed */
};

/**
 * wal_begin(w):
 * Gather the first batch, from w->off on.
 */
void wal_begin(struct wal *w);

/**
 * wal_end(w):
 * The log thread has stopped: flush what is gathered and seal the log.  Return
 * 0, or -1 if the log has failed.
 */
int wal_end(struct wal *w);

/**
 * wal_flush_start(w) / wal_flush_stop(w):
 * Start the log thread; let it finish what was handed over and join it.
 * Return 0, or -1 with errno set.
 */
int wal_flush_start(struct wal *w);
void wal_flush_stop(struct wal *w);

/**
 * wal_flush_batch(w, b):
 * Write and sync b; then advance durable.  Does nothing on a failed log, and
 * latches the failure of any step.
 */
void wal_flush_batch(struct wal *w, const struct wal_batch *b);

/**
 * wal_flush_fail(w, what, path):
 * Latch a failure with errno as its reason; the first one counts.
 */
void wal_flush_fail(struct wal *w, const char *what, const char *path);

/**
 * wal_flush_wake(w):
 * Make the eventfd readable.
 */
void wal_flush_wake(struct wal *w);

/**
 * wal_spare_start(w) / wal_spare_stop(w):
 * Make the reserve file and start the thread that prepares segments; stop it
 * and remove a segment prepared in vain.  Return 0, or -1 with errno set.
 */
int wal_spare_start(struct wal *w);
void wal_spare_stop(struct wal *w);

/**
 * wal_spare_want(w):
 * Ask for a segment, unless one is there or the disk is known to be full.
 */
void wal_spare_want(struct wal *w);

/**
 * wal_spare_take(w):
 * The loop's claim on the prepared segment.  Return the memory of its index,
 * which the caller owns, or NULL if none is ready (it is wanted then).
 */
struct wal_segment *wal_spare_take(struct wal *w);

/**
 * wal_spare_use(w):
 * The flushing side has renamed the segment taken: return its descriptor, and
 * let another one be made.
 */
int wal_spare_use(struct wal *w);

/**
 * wal_spare_space(w):
 * See wal_space.
 */
int wal_spare_space(struct wal *w);

#endif /* !WAL_IMPL_H_ */
