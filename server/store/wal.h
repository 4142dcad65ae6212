#ifndef WAL_H_
#define WAL_H_

#include <stddef.h>
#include <stdint.h>

#include "disk.h"

/*
 * The write-ahead log: the truth from which all other state is derived.  An
 * entry counts once wal_durable reaches its seq, never before.
 *
 * Threads.  The loop thread calls wal_append, wal_crowded, wal_submit, wal_flush_inline,
 * wal_collect, wal_roll, wal_jump, wal_space and wal_close; wal_durable, wal_failed,
 * wal_read, wal_erase, wal_oldest and wal_trim may be called from any thread.
 * The log has two threads of its own: one writes and syncs the batches, one
 * prepares the next segment.  Both have all signals blocked.
 *
 * The caller holds the lock on the data directory: one writer at a time.
 */

enum {
	WAL_OK = 0,
	WAL_BUSY = -1,		/* Queue full, or no room on the disk: later */
	WAL_FAILED = -2,	/* Latched after an I/O error: exit, recover */
	WAL_LONG = -3,		/* Entry or sidecar over its bound */
	WAL_ABSENT = -4		/* No such durable entry */
};

#define WAL_ENTRY_MAX	16384u	/* Bytes of one entry */
#define WAL_SIDECAR_MAX	16384u	/* Bytes of one sidecar */
#define WAL_QUEUE_RECORDS 4096u	/* Entries appended but not yet durable */
#define WAL_QUEUE_BYTES	(2u << 20)	/* The same in bytes on disk */
#define WAL_SEGMENT_MIN	16384u
#define WAL_SEGMENT_MAX	(1u << 30)
#define WAL_SEGMENT_DEFAULT (64u << 20)

/* Opaque log, and opaque reader. */
struct wal;
struct wal_reader;

struct wal_options {
	const char *dir;	/* The log's directory; made if it is absent */
	const struct disk *disk;	/* NULL: disk_real */
	uint64_t node;		/* Hash of the node id; a foreign log is refused */
	uint64_t segment_bytes;	/* 0: WAL_SEGMENT_DEFAULT; a multiple of 4096 */
	uint64_t reserve_bytes;	/* Reserve file, given up when disk is full */
	uint64_t first_seq;	/* First seq of a log with no segment; 0: 1 */
	uint64_t (*random64)(void *);	/* Nonces; NULL: getrandom(2) */
	void *random_arg;
};

/* One entry as read.  The pointers hold until the next call on the reader. */
struct wal_entry {
	uint64_t seq;
	const uint8_t *entry;
	size_t len;
	const uint8_t *sidecar;	/* NULL if there is none or it was erased */
	size_t sidecar_len;
	int erased;		/* There was a sidecar; it was erased */
};

/**
 * wal_open(o, replay, arg, from_seq, err, errlen):
 * Recover the log in o->dir and open it for appending.  Every segment is
 * checked; a torn tail is cut, corruption is refused.  What follows the last
 * full segment is copied into a fresh one and synced; then replay (which may
 * be NULL) is called as replay(arg, e) for every entry from from_seq on, in
 * order, each of them durable.  from_seq 0 means the oldest entry held.
 * A non-zero return of replay ends the opening as a failure.  Return the log,
 * or NULL with a sentence in err (file, offset and seq, if it is corruption);
 * nothing is lost by a failed opening.  Options are copied but for disk.
 */
struct wal *wal_open(const struct wal_options *o,
    int (*replay)(void *arg, const struct wal_entry *e), void *arg,
    uint64_t from_seq, char *err, size_t errlen);

/**
 * wal_next_seq(w):
 * Return the seq that the next entry must bear.
 */
uint64_t wal_next_seq(const struct wal *w);

/**
 * wal_room(w):
 * Return the bytes that are left in the newest segment.
 */
uint64_t wal_room(const struct wal *w);

/**
 * wal_append(w, seq, entry, len, sidecar, sidecar_len):
 * Copy one entry (len bytes, 1 .. WAL_ENTRY_MAX) and its sidecar (may be of
 * length 0) into the batch that is being gathered.  seq must be
 * wal_next_seq(w).  Nothing is written yet: call wal_submit or
 * wal_flush_inline at the end of the loop's turn.  Return WAL_OK, WAL_BUSY,
 * WAL_FAILED or WAL_LONG; on any but WAL_OK nothing was taken.
 */
int wal_append(struct wal *w, uint64_t seq, const void *entry, size_t len,
    const void *sidecar, size_t sidecar_len);

/**
 * wal_pending(w):
 * Return the number of entries gathered but not yet handed over.
 */
size_t wal_pending(const struct wal *w);

/**
 * wal_submit(w):
 * Hand the gathered batch to the log thread if that is idle (or if the batch
 * is already half a queue).  Call it at the end of each turn of the loop, and
 * after wal_collect before the replies of the finished batch are sent.
 * Return 1 if a batch was handed over, 0 if not (nothing gathered, or the
 * thread is busy: the eventfd will say when it is done), or WAL_FAILED.
 */
int wal_submit(struct wal *w);

/**
 * wal_flush_inline(w):
 * As wal_submit, but if the log thread is idle the calling thread itself
 * writes and syncs the batch, which is durable on return.  Best for a batch
 * of one.
 */
int wal_flush_inline(struct wal *w);

/**
 * wal_crowded(w):
 * Return 1 while work that can wait should: half of the queue is full, or the segment
 * nearly is and the next one is not prepared, so that wal_append may soon answer WAL_BUSY.
 */
int wal_crowded(const struct wal *w);

/**
 * wal_durable(w):
 * Return the highest durable seq: all entries up to it survive a power cut.
 * It is wal_next_seq - 1 right after wal_open.
 */
uint64_t wal_durable(const struct wal *w);

/**
 * wal_eventfd(w):
 * Return a descriptor that becomes readable when a batch handed over is
 * durable, when room for appending came back, or when the log failed.  It
 * belongs to the log.
 */
int wal_eventfd(const struct wal *w);

/**
 * wal_collect(w):
 * Clear the eventfd and return wal_durable(w).
 */
uint64_t wal_collect(struct wal *w);

/**
 * wal_failed(w, why, len):
 * Return 1 if a write or sync failed, with the reason in why (len bytes, may
 * be NULL), else 0.  The state is final: nothing more is written.  What was
 * appended and is above wal_durable may or may not be found at recovery.
 */
int wal_failed(struct wal *w, char *why, size_t len);

/**
 * wal_space(w):
 * Return 1 if the log has, or is preparing, room to go on; 0 if the disk is
 * too full for the next segment.  In that case look whether space is back
 * (statvfs) and if so start preparing again.  Call it about once a second
 * while wal_append answers WAL_BUSY and on every status request.
 */
int wal_space(struct wal *w);

/**
 * wal_roll(w):
 * Let the next entry be the first of a new segment (at the turn of the year).
 * Until that segment is prepared wal_append answers WAL_BUSY.
 */
void wal_roll(struct wal *w);

/**
 * wal_jump(w, seq):
 * Let the next entry bear seq, which is above wal_next_seq(w), as the first of
 * a new segment.  All that was appended must be durable.  Return WAL_OK;
 * WAL_BUSY while that segment is prepared or something is not durable yet, with
 * nothing done; or WAL_FAILED.  Until that entry is durable a crash, or
 * wal_close(), leaves the log as if there had been no jump.
 */
int wal_jump(struct wal *w, uint64_t seq);

/**
 * wal_oldest(w):
 * Return the first seq that is still held.
 */
uint64_t wal_oldest(struct wal *w);

/**
 * wal_trim(w, seq):
 * Unlink the segments that lie wholly below seq, oldest first; the newest
 * segment always stays.  One thread at a time.  Return how many went, or -1
 * with errno set.
 */
int wal_trim(struct wal *w, uint64_t seq);

/**
 * wal_read(w, seq, fn, arg):
 * Look up one durable entry and return fn(arg, e).  Cost: an open, a few
 * reads and at most 256 records.  Return WAL_ABSENT if seq is not held,
 * not durable or unreadable.
 */
int wal_read(struct wal *w, uint64_t seq,
    int (*fn)(void *arg, const struct wal_entry *e), void *arg);

/**
 * wal_erase(w, seq):
 * Overwrite the sidecar of a durable entry in place, and sync.  The entry and
 * the chain of checks stay valid.  Return 0 (also if there was none or it was
 * erased before), WAL_ABSENT, or WAL_FAILED after a write error (latched).
 */
int wal_erase(struct wal *w, uint64_t seq);

/**
 * wal_close(w):
 * Write and sync what was appended, mark the clean end, stop the threads and
 * free everything.  Return 0, or -1 if the log had failed or failed now.
 */
int wal_close(struct wal *w);

/**
 * wal_reader_open(d, dir, node, from_seq, err, errlen):
 * Open the log in dir for reading only, from from_seq (0: the oldest entry)
 * on; d NULL is disk_real; node 0 takes any node's log.  Works beside a
 * running writer and from another process.  Return the reader, or NULL with
 * a sentence in err.  After a restart of the writer open a new reader: the
 * newest segment has been copied into another file.
 */
struct wal_reader *wal_reader_open(const struct disk *d, const char *dir,
    uint64_t node, uint64_t from_seq, char *err, size_t errlen);

/**
 * wal_reader_next(r, until, e):
 * Read the next entry if its seq is at most until (the writer's process gives
 * wal_durable, others UINT64_MAX); where the numbering jumps, that is the one
 * behind the jump.  Return 1 with e filled, 0 if there is no
 * further finished entry yet (call again later), or -1 (wal_reader_error)
 * if the segment is gone, unreadable or not a log.
 */
int wal_reader_next(struct wal_reader *r, uint64_t until,
    struct wal_entry *e);

/**
 * wal_reader_error(r):
 * Return the sentence that belongs to the last failure of the reader.
 */
const char *wal_reader_error(const struct wal_reader *r);

/**
 * wal_reader_close(r):
 * Free the reader.  NULL is allowed.
 */
void wal_reader_close(struct wal_reader *r);

#endif /* !WAL_H_ */
