#ifndef STATE_WRITER_H_
#define STATE_WRITER_H_

#include <stdint.h>

#include "state.h"

struct overlay;
struct state_filter;
struct state_lmdb;

/*
 * The checkpoint thread: writes a frozen overlay to LMDB in key order, in
 * transactions of bounded size, and empties it for the next turn when the loop
 * has let go of it.
 * It has one job at a time, and the phase says whose turn it is:
 *
 *	IDLE -hand-> WRITES -> DONE -drop-> DROPS -> IDLE
 *	             |    ^
 *	             v    | grown
 *	             GROWS		  (any) -> FAILED, for good
 *
 * In WRITES and DROPS the thread works; in the others it waits for the loop,
 * and no write transaction is open.
 *
 * A job of more than one transaction begins by raising the horizon of the meta
 * record, dates each delete by a mark, and ends by setting the meta seq; then
 * it removes the marks.  See the invariants in state.h.
 */
struct state_writer;

enum state_phase {
	STATE_IDLE,
	STATE_WRITES,
	STATE_GROW,
	STATE_DONE,
	STATE_DROPS,
	STATE_FAILED
};

/**
 * state_writer_start(db, o, eventfd):
 * Start the thread with low priority; it writes by ${db} and adds to
 * ${eventfd} when it waits for the loop.  From ${o} it takes overlay_bytes, half
 * of which a spare overlay keeps, hash_seed, txn_records, the probe and its
 * argument.  Return NULL with errno.
 */
struct state_writer *state_writer_start(struct state_lmdb *db,
    const struct state_options *o, int eventfd);

/**
 * state_writer_stop(w):
 * End the thread after its transaction, free an overlay it still holds, and
 * free ${w}, which may be NULL.
 */
void state_writer_stop(struct state_writer *w);

/**
 * state_writer_filter(w):
 * Return the filter of what LMDB cannot hold, which stays the thread's.  When
 * idle the thread fills it with what LMDB held at the start; with more than
 * STATE_FILTER_KEYS it never rules anything out.
 */
const struct state_filter *state_writer_filter(const struct state_writer *w);

/**
 * state_writer_phase(w):
 * Return the phase.
 */
enum state_phase state_writer_phase(const struct state_writer *w);

/**
 * state_writer_hand(w, frozen, seq, base):
 * In IDLE: hand over ${frozen}, which holds all changes of entries ${base} + 1
 * to ${seq} and must not change from now on.  ${base} is LMDB's meta seq.
 */
void state_writer_hand(struct state_writer *w, struct overlay *frozen,
    uint64_t seq, uint64_t base);

/**
 * state_writer_durable(w, seq):
 * Publish that entries up to ${seq} are durable.  Cheap.
 */
void state_writer_durable(struct state_writer *w, uint64_t seq);

/**
 * state_writer_grown(w):
 * In GROW: the map was enlarged, go on.
 */
void state_writer_grown(struct state_writer *w);

/**
 * state_writer_drop(w):
 * In DONE: the loop no longer reads the frozen overlay; empty it.
 */
void state_writer_drop(struct state_writer *w);

/**
 * state_writer_spare(w):
 * In IDLE: take the emptied overlay of the last job, which is then the
 * caller's, or NULL if there is none.
 */
struct overlay *state_writer_spare(struct state_writer *w);

/**
 * state_writer_wait(w):
 * Block until the thread waits for the loop: IDLE, GROW, DONE or FAILED.
 */
void state_writer_wait(struct state_writer *w);

#endif /* !STATE_WRITER_H_ */
