#ifndef STATE_FILTER_H_
#define STATE_FILTER_H_

#include <stdbool.h>
#include <stdint.h>

/*
 * Which keys LMDB cannot hold: a Bloom filter over the hashes of all that it may
 * hold, four bits of one word for each.  Most transactions and many persons are
 * asked for once before they exist, and a walk down the tree that finds nothing
 * costs more than all that is done with what is found.
 *
 * Exact in effect: a false positive costs that walk, there is no false negative.
 * That holds since each key is added before the transaction that writes it is
 * committed, and nothing is ruled out before state_filter_ready(), which follows
 * the keys that were there at the start.  Deleted keys stay in.
 *
 * Threads: one adds, another asks.
 */
struct state_filter;

#define STATE_FILTER_KEYS	(8 << 20) /* With more it tells too little. */

/**
 * state_filter_new():
 * Return an empty filter, or NULL with errno.  It takes as much memory as its
 * keys touch, at most 8 MiB.
 */
struct state_filter *state_filter_new(void);

/**
 * state_filter_free(f):
 * Free ${f}, which may be NULL.
 */
void state_filter_free(struct state_filter *f);

/**
 * state_filter_add(f, hash):
 * Add a key by its overlay_hash().
 */
void state_filter_add(struct state_filter *f, uint32_t hash);

/**
 * state_filter_ready(f):
 * Say that every key of LMDB was added.
 */
void state_filter_ready(struct state_filter *f);

/**
 * state_filter_may(f, hash):
 * Return false if LMDB has no key of that hash.
 */
bool state_filter_may(const struct state_filter *f, uint32_t hash);

/**
 * state_filter_expect(f, hash):
 * Fetch the hash's word into the cache.
 */
void state_filter_expect(const struct state_filter *f, uint32_t hash);

#endif /* !STATE_FILTER_H_ */
