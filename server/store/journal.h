#ifndef LIANGKA_JOURNAL_H_
#define LIANGKA_JOURNAL_H_

/*
 * The journal as the daemon uses it: write-ahead log, state and clock as one.
 * journal_write() gives an entry its number and time, prints it, queues it for
 * the log and applies it to the state; whoever answers from it waits until
 * journal_durable() has reached it (I1).  Opening replays what the state has not
 * seen, through the same apply (I2).
 *
 * Threads: one thread, the loop, makes every call.
 */

#include <stddef.h>
#include <stdint.h>

#include "jclock.h"

struct disk;
struct entry;
struct journal;
struct names;
struct state;
struct wal_entry;

struct journal_options {
	const char *dir;		/* data directory; wal/ and state.mdb */
	const char *node;		/* node id */
	const struct disk *disk;	/* NULL: the real one */
	const struct jclock_source *clock; /* NULL: the system's */
	uint64_t overlay_bytes;		/* 0: 256 MiB */
	uint64_t segment_bytes;		/* 0: 64 MiB */
	uint32_t interval_ms;		/* checkpoint; 0: a minute */
	const char *version;		/* of the daemon, for the start entry */
	int offline;			/* only look: no start, no stop entry */
};

/**
 * journal_open(o, err, errlen): Lock the data directory, recover, replay, and
 * write the start entry.  Return the journal, or NULL with a sentence in err.
 */
struct journal *journal_open(const struct journal_options *o, char *err,
    size_t errlen);

/**
 * journal_close(j): Write the stop entry, flush, checkpoint and free j.  Return
 * 0, or -1 when the log or the state had failed: what was acknowledged is in the
 * log all the same.
 */
int journal_close(struct journal *j);

/**
 * journal_now(j, doubt): Return the journal time in ms; *doubt (may be NULL) tells
 * whether the wall clock is not believed.
 */
int64_t journal_now(struct journal *j, int *doubt);

/**
 * journal_rebase(j): Believe the wall clock from now on (see jclock.h).
 */
void journal_rebase(struct journal *j);

/**
 * journal_ready(j): Return LK_OK when an entry can be taken now, LK_E_BUSY when
 * there is no room at the moment, LK_E_UNAVAIL when the log or state has failed.
 */
int journal_ready(struct journal *j);

/**
 * journal_space(j): Return nonzero while the disk has room for the log to go on;
 * 0 = too full for the next segment, entries are or will soon be BUSY.
 */
int journal_space(struct journal *j);

/**
 * journal_write(j, e, leaf): Take the entry e: fill in e->seq, set ENTRY_F_CLOCK
 * when time is in doubt, e->t where it is 0, queue and apply it, and write its
 * leaf hash.  Return LK_OK; LK_E_BUSY with nothing done; LK_E_ARG when it would be
 * longer than ENTRY_MAX, with nothing done; LK_E_UNAVAIL when the log or state
 * failed.
 */
int journal_write(struct journal *j, struct entry *e, uint8_t leaf[32]);

/**
 * journal_flush(j, alone): End a turn of the loop: hand what was written to the
 * log thread, or, when `alone` and one entry waits, write and sync it here.
 */
void journal_flush(struct journal *j, int alone);

/**
 * journal_seq(j), journal_durable(j): Return the seq of the last entry written,
 * and of the last that is durable.
 */
uint64_t journal_seq(const struct journal *j);
uint64_t journal_durable(const struct journal *j);

/**
 * journal_fd(j, i): Return the i-th descriptor (0, 1) that becomes readable when
 * journal_collect(j) should be called.
 */
int journal_fd(const struct journal *j, int i);

/**
 * journal_collect(j): Take in what the threads have done, hand over the next
 * batch, run checkpoints.  Call it when a descriptor is readable and once a
 * second.
 */
void journal_collect(struct journal *j);

/**
 * journal_failed(j, why, len): Return nonzero when log or state has failed, with
 * the reason in why (may be NULL).  Final: exit and start anew.
 */
int journal_failed(struct journal *j, char *why, size_t len);

/**
 * journal_state(j), journal_names(j): The state and the interned names.
 */
struct state *journal_state(struct journal *j);
struct names *journal_names(struct journal *j);

/**
 * journal_read(j, seq, e): Read the durable entry `seq` back from the log.
 * Return 0, or -1 when it is not there.
 */
int journal_read(struct journal *j, uint64_t seq, struct entry *e);

#endif /* !LIANGKA_JOURNAL_H_ */
