#ifndef LIANGKA_JOURNAL_H_
#define LIANGKA_JOURNAL_H_

/*
 * The journal as the daemon uses it: write-ahead log, state, clock, and the signed
 * logs of its years (log/, see integrator.h) as one.
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

struct checkpoint;
struct disk;
struct entry;
struct journal;
struct names;
struct note_signer;
struct note_verifier;
struct state;

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
	const char *keys;		/* for the start entry; NULL: not told */
	/* The signed log; signers NULL: none is kept (tests, measuring). */
	const char *domain;		/* origins begin with it */
	const struct note_signer *const *signers;
	size_t nsigners;
	const struct note_verifier *const *earlier; /* keys before a rotation */
	size_t nearlier;
	int generation;			/* n of <year>.<n>; 0: 1 */
	uint64_t first_seq;		/* see below; 0: 1 */
	uint32_t log_interval_ms;	/* between two checkpoints; 0: 1000 */
};

/**
 * journal_open(o, err, errlen): Lock the data directory, recover, replay, and
 * write the start entry.  Return the journal, or NULL with a sentence in err.
 *
 * first_seq is the first number of an empty journal.  When `generation` is above that
 * of the last log it is also the number with which the new log begins, if it is above
 * the one that is due: a node that was wound back must not give out numbers again
 * that others have seen.  That is the one place where a seq may be missing: between
 * two logs, where entry 0 of the later one names the earlier one and has a base behind
 * its end.  Once that log is begun neither option has any effect.
 *
 * Without any entry in wal/, as when that was lost or only log/ was kept, the journal
 * goes on behind log/ if `generation` is raised; else it is refused, since what was
 * answered last is not there.
 */
struct journal *journal_open(const struct journal_options *o, char *err,
    size_t errlen);

/**
 * journal_warning(j): Return what an operator should know of the opening, or "".
 */
const char *journal_warning(const struct journal *j);

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
 * journal_crowded(j): Return nonzero while many entries at once should wait, since the room
 * that is left belongs to whoever stands at a counter.
 */
int journal_crowded(struct journal *j);

/**
 * journal_write(j, e, leaf): Take the entry e: fill in e->seq, set ENTRY_F_CLOCK
 * when time is in doubt, e->t where it is 0, queue and apply it, and write its
 * leaf hash; leaf may be NULL if e is no decision.  Return LK_OK; LK_E_BUSY with
 * nothing done; LK_E_ARG when it would be longer than ENTRY_MAX, with nothing done;
 * LK_E_UNAVAIL when the log or state failed.
 */
int journal_write(struct journal *j, struct entry *e, uint8_t leaf[32]);

/**
 * journal_write_with(j, e, leaf, sidecar, len): The same of an entry whose seq and time
 * are settled already: the caller called journal_begin(), took journal_next() and
 * e->t, and nothing comes between.  With a sidecar of len bytes (see sealed.h; NULL:
 * none) beside the entry, which is outside of its hash.  LK_E_BUSY when something has
 * become due meanwhile, or journal_begin() had failed.
 */
int journal_write_with(struct journal *j, struct entry *e, uint8_t leaf[32],
    const uint8_t *sidecar, size_t len);

/**
 * journal_watch(j, watch, arg): Have watch(arg, e) called for each entry from now on,
 * once the state has its effect; it must write no entry.  One at a time; NULL: nobody.
 */
void journal_watch(struct journal *j, void (*watch)(void *arg,
    const struct entry *e), void *arg);

/**
 * journal_begin(j): Do what has to stand before the next entry: a `gap` entry where
 * the daemon stood still, a new log where the year has turned.  journal_next(j) is
 * then the seq that the next entry will bear.  journal_write() does it too.  Return
 * as journal_write().
 */
int journal_begin(struct journal *j);
uint64_t journal_next(const struct journal *j);

/**
 * journal_erase(j, seq): Overwrite the sealed identity of an entry, in the write-ahead
 * log and in sealed/, after all that is written has been made durable.  May take
 * seconds.  Return 0, or -1 with a sentence in err.
 */
int journal_erase(struct journal *j, uint64_t seq, char *err, size_t errlen);

/**
 * journal_tick(j): About once a second: write a heartbeat when nothing was written for
 * JOURNAL_HEARTBEAT_MS.  Only where a signed log is kept.
 */
#define JOURNAL_HEARTBEAT_MS 60000
#define JOURNAL_GAP_MS 90000	/* silence longer than this is told by `gap` */
void journal_tick(struct journal *j);

/**
 * journal_head(j, head, seq): Copy the newest published checkpoint and the last seq that
 * it names.  Return 0, or -1 when there is none.
 */
int journal_head(struct journal *j, struct checkpoint *head, uint64_t *seq);

/**
 * journal_log_full(j): Return nonzero while the signed log waits for room on the disk.
 */
int journal_log_full(struct journal *j);

/**
 * journal_publish(j, ms): Have all that is durable named by a checkpoint, waiting at
 * most ms.  Return 0, or -1.
 */
int journal_publish(struct journal *j, uint32_t ms);

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
 * journal_read(j, seq, e): Read the durable entry `seq` back, from the write-ahead
 * log or, where that has let it go, from log/.  Return 0, or -1 when it is not there.
 */
int journal_read(struct journal *j, uint64_t seq, struct entry *e);

#endif /* !LIANGKA_JOURNAL_H_ */
