#ifndef STATE_H_
#define STATE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Generic key-value state, derived from the journal and rebuildable from it:
 * active overlay -> frozen overlay -> LMDB, read in that order.  This module
 * does not know what a record means.  A key is one kind byte (1..255) and 1
 * to 32 bytes; a value is up to 64 KiB of opaque bytes; beside each record
 * stands the seq of the last journal entry that was applied to it.
 *
 * Invariants:
 * 1. LMDB never holds an effect of an entry that is not durable: no
 *    transaction of the checkpoint of seq F starts before durable >= F (I3).
 * 2. LMDB's meta seq M means: every effect of entries 1..M is in LMDB.  A
 *    checkpoint cut short leaves some records newer than M, but none newer
 *    than state_horizon().  Replay starts at M + 1.
 * 3. A record, or the mark of a deleted one, newer than M always keeps its
 *    last seq, so state_fresh() tells replay exactly which effects are in.
 *    (A checkpoint of several transactions writes a dated mark for each
 *    deleted record, and removes the marks after its meta seq is committed;
 *    one that fits in a single transaction is atomic and needs none.)
 * 4. So apply must be record-local: the new value of a record may depend on
 *    the entry and on the old value of that same record alone.  During replay
 *    two records may stand at different seqs; what is computed from both is
 *    wrong.  A running number shared by records (an interned id) is such a
 *    case: take it from the entry (its seq), not from a counter record.
 * 5. Per record, seqs never fall.
 * 6. The loop reads LMDB through one standing snapshot, with the frozen overlay
 *    in front of it until that is whole in the snapshot: it never sees half a
 *    checkpoint.
 * 7. Overlays take at most overlay_bytes of memory, both together; what the
 *    last checkpoint's leaves is kept for the next one.  (A running
 *    checkpoint adds some 32 bytes a record to sort them, and LMDB the pages
 *    of one transaction.)
 *
 * Threads: one thread (the loop) makes every call here.  A checkpoint thread,
 * owned by the state, reads the frozen overlay and writes LMDB.
 *
 * Errors are sticky.  After the first I/O error, failed commit or damaged
 * record the state has failed: state_get() finds nothing more, state_room()
 * is false, state_put() is NULL, state_applied() and state_tick() are -1.  A
 * caller that gathers facts by state_get() must look at state_failed() once
 * before it uses them: a failed read must never pass for an absent record.
 */
struct state;

#define STATE_KEY_MAX	32		/* Bytes of a key, without the kind. */
#define STATE_VALUE_MAX	65536		/* Bytes of a value. */

/* Where a probe is called; see struct state_options. */
enum state_point {
	STATE_WAITS = 1,		/* Durable seq is below F: will wait. */
	STATE_COMMITS,			/* About to commit a transaction. */
	STATE_COMMITTED,		/* Transaction is committed. */
	STATE_GROWS			/* Map is full: will ask for more. */
};

/* Zero in any number means its default. */
struct state_options {
	const char *dir;		/* Directory, on a local disk. */
	uint64_t overlay_bytes;		/* Memory in all (256 MiB). */
	uint64_t map_bytes;		/* First size of LMDB's map (16 GiB). */
	uint64_t hash_seed;		/* Secret seed of the hash table. */
	uint32_t interval_ms;		/* Longest time to a freeze (60000). */
	uint32_t txn_records;		/* Records per transaction (4096: LMDB's dirty
					 * pages count beside the overlays). */

	/* For tests: called in the checkpoint thread, with its F. */
	void (*probe)(void *arg, enum state_point point, uint64_t seq);
	void *probe_arg;
};

struct state_stats {
	uint64_t overlay_bytes;		/* In use, active and frozen. */
	uint64_t overlay_budget;
	uint64_t overlay_records;	/* Records and marks in overlays. */
	uint64_t lmdb_records;		/* As of the last checkpoint. */
	uint64_t lmdb_bytes;		/* Pages in use or reusable, bytes. */
	uint64_t map_bytes;
	bool map_alarm;			/* lmdb_bytes over 60 % of the map. */
	bool frozen;			/* A checkpoint is pending. */
	uint64_t checkpoints;		/* Since open. */
	uint64_t checkpoint_ms;		/* Freeze to whole, last one. */
	uint64_t seq;			/* Of the last whole checkpoint. */
	uint64_t applied;		/* Last seq wholly applied. */
};

/**
 * state_open(o, err, errlen):
 * Open or create the state in ${o->dir}/state.mdb (and state.mdb-lock) and
 * start the checkpoint thread.  The options are copied.  The same directory
 * must not be opened twice in one process, nor used after fork(); that the
 * directory is private and local is for the caller to see to.  Return the
 * state, or NULL with the reason in ${err}.
 */
struct state *state_open(const struct state_options *o, char *err,
    size_t errlen);

/**
 * state_close(s):
 * Stop the checkpoint thread after the transaction it is in and free ${s},
 * which may be NULL.  What is only in overlays is dropped, since the journal
 * has it: for a clean shutdown call state_checkpoint_now() first.
 */
void state_close(struct state *s);

/**
 * state_seq(s):
 * Return the seq of the last whole checkpoint in LMDB, 0 if there is none.
 * Replay the journal from the next entry on.  WAL segments wholly at or below
 * this seq are no longer needed by the state.
 */
uint64_t state_seq(const struct state *s);

/**
 * state_horizon(s):
 * Return the highest seq of which LMDB, as it was opened, may hold an effect:
 * state_seq() after a clean end, more after a checkpoint cut short.  If the
 * journal ends below it, durable entries are lost: refuse to start.  Nothing
 * is frozen before state_applied() has reached it.
 */
uint64_t state_horizon(const struct state *s);

/**
 * state_get(s, kind, key, keylen, len, last_seq):
 * Find a record.  Return its value, 8-byte aligned, and write its length and
 * the seq last applied to it; ${len} and ${last_seq} may be NULL.  The value
 * of an empty record is a valid pointer with length 0.  If there is none
 * return NULL with length 0 and the seq of its delete mark, or 0.  The pointer
 * is valid until the next state_put(), state_delete(), state_tick(),
 * state_checkpoint_now() or state_close(); further state_get() calls leave it
 * alone.  NULL also follows a failure: see state_failed().
 */
const void *state_get(struct state *s, uint8_t kind, const void *key,
    size_t keylen, size_t *len, uint64_t *last_seq);

/**
 * state_expect(s, kind, key, keylen):
 * Say that this record will soon be asked for, so that the overlays' memory is
 * on its way meanwhile.  Without effect otherwise.
 */
void state_expect(const struct state *s, uint8_t kind, const void *key,
    size_t keylen);

/**
 * state_expect_record(s, kind, key, keylen):
 * Say so once more a moment later, for many records at a time: what stands
 * where the first call has looked is fetched too.
 */
void state_expect_record(const struct state *s, uint8_t kind, const void *key,
    size_t keylen);

/**
 * state_fresh(s, kind, key, keylen, seq):
 * Return true if the effect of entry ${seq} on this record is not in the state
 * yet, false if it is, or if the state has failed.  Apply asks once per entry
 * and record before its first change: always true on the live path, the test
 * for what to skip in replay.
 */
bool state_fresh(struct state *s, uint8_t kind, const void *key,
    size_t keylen, uint64_t seq);

/**
 * state_put(s, kind, key, keylen, seq, len):
 * Make the record ${len} bytes long in the active overlay and set its last
 * seq to ${seq}.  Return its value, writable, 8-byte aligned: the first
 * min(len, old length) bytes of the old value, the rest zero.  The pointer is
 * valid until the next call named at state_get().  Return NULL, with nothing
 * changed, if the overlay is full (never after a true state_room() for it), or
 * if the state has failed; a ${seq} that is not above the last applied one, or
 * is below the record's own, is such a failure.
 */
void *state_put(struct state *s, uint8_t kind, const void *key,
    size_t keylen, uint64_t seq, size_t len);

/**
 * state_make(s, kind, key, keylen, seq, len):
 * As state_put(), for a record that no entry before ${seq} can have made, e.g.
 * one whose key is ${seq}: on the live path nothing is looked up.
 */
void *state_make(struct state *s, uint8_t kind, const void *key,
    size_t keylen, uint64_t seq, size_t len);

/**
 * state_delete(s, kind, key, keylen, seq):
 * Delete the record, if it is there, by a mark that carries ${seq}.  Return 0,
 * or -1 in the cases of state_put().  The mark needs room as a record of
 * length 0.
 */
int state_delete(struct state *s, uint8_t kind, const void *key,
    size_t keylen, uint64_t seq);

/**
 * state_room(s, records, bytes):
 * Return true if ${records} puts and deletes whose values, whole and as they
 * will be afterwards, sum to at most ${bytes} will all succeed.  To be asked
 * with the worst case before an entry is printed; on false the caller answers
 * BUSY (or UNAVAIL, if state_failed()); replay calls state_tick() and waits for
 * state_eventfd().
 */
bool state_room(struct state *s, size_t records, size_t bytes);

/**
 * state_applied(s, seq):
 * Say that entry ${seq} is wholly applied and the state consistent.  Seqs
 * rise; entries without an effect are reported too.  Return 0, or -1 if the
 * state has failed.
 */
int state_applied(struct state *s, uint64_t seq);

/**
 * state_tick(s, durable_seq, mono_ms):
 * Do what is due; never blocks.  Call it between entries, each loop turn and
 * when state_eventfd() is readable, with the highest durable seq and monotonic
 * milliseconds.  It freezes at the last applied seq when half of the overlay
 * budget is used or the interval has passed, tells the checkpoint thread what
 * is durable, enlarges LMDB's map when asked, and takes over a finished
 * checkpoint.  Return 1 if state_seq() rose, 0 if not, -1 if the state has
 * failed.
 */
int state_tick(struct state *s, uint64_t durable_seq, uint64_t mono_ms);

/**
 * state_checkpoint_now(s, durable_seq, mono_ms):
 * Checkpoint all that is applied, for an orderly shutdown: blocks until LMDB
 * holds it.  Return 0 with state_seq() == the last applied seq, or -1 if the
 * state failed, or if ${durable_seq} is below the last applied seq.
 */
int state_checkpoint_now(struct state *s, uint64_t durable_seq,
    uint64_t mono_ms);

/**
 * state_eventfd(s):
 * Return a descriptor that becomes readable when the checkpoint thread wants a
 * state_tick(), which reads it empty.  It belongs to the state.
 */
int state_eventfd(const struct state *s);

/**
 * state_failed(s, why, n):
 * Return true if the state has failed, with the first reason in ${why} (${n}
 * bytes; may be NULL, 0).  The reason names a key's kind, never the key.
 * Nothing heals it but a new start: delete state.mdb and replay.
 */
bool state_failed(const struct state *s, char *why, size_t n);

/**
 * state_stats(s, st):
 * Fill in ${st}.
 */
void state_stats(const struct state *s, struct state_stats *st);

/* One live record.  Valid during the callback. */
struct state_record {
	uint8_t kind;
	const uint8_t *key;
	size_t keylen;
	const void *value;		/* 8-byte aligned. */
	size_t len;
	uint64_t last_seq;
};

/**
 * state_each(s, kind, cb, arg):
 * Call ${cb} for each live record of ${kind}, over all layers, in key order:
 * shorter keys first, equally long ones by their bytes.  ${cb} must not change
 * the state; a value other than 0 from it ends the walk.  Return that value, 0
 * at the end, or -1 if the state failed or memory ran out.  Sorts the overlays:
 * for start-up, tests and administration, not for the decision path.
 */
int state_each(struct state *s, uint8_t kind,
    int (*cb)(void *arg, const struct state_record *r), void *arg);

/**
 * state_dump(s, sink, skip, arg):
 * Print every live record, by kind and in key order, as one line "kind key
 * last_seq value" (two hex digits, hex, decimal, hex or "-" when empty) and
 * hand the text to ${sink} in pieces.  The text depends on the records alone,
 * not on layers, checkpoints or the hash seed.  A record for which ${skip}
 * (may be NULL) is true is left out.  Return 0; -1 as state_each(); or what
 * ${sink} returned, if not 0.
 */
int state_dump(struct state *s,
    int (*sink)(void *arg, const char *text, size_t len),
    bool (*skip)(void *arg, const struct state_record *r), void *arg);

#endif /* !STATE_H_ */
