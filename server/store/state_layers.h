#ifndef STATE_LAYERS_H_
#define STATE_LAYERS_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state_key.h"
#include "state_stored.h"

struct overlay;
struct overlay_record;
struct state_filter;
struct state_lmdb;
struct state_stats;

#define STATE_LAYERS_MEMO	32	/* A power of two. */

/* What was found of one key below the active overlay. */
struct state_layers_memo {
	struct state_key k;		/* size 0: nothing remembered. */
	struct state_stored r;
	int rc;
	bool deleted;
};

/*
 * The three places a record may be in, newest first.  One entry asks for each of
 * its records several times, so what lies below the active overlay is remembered
 * until the layers change: see state_layers_forget().
 */
struct state_layers {
	struct overlay *active;
	struct overlay *frozen;		/* NULL if none is pending. */
	struct state_lmdb *db;
	const struct state_filter *filter; /* What is not in db; or NULL. */
	uint64_t hash_seed;
	struct state_layers_memo memo[STATE_LAYERS_MEMO];
};

/**
 * state_layers_key(l, k, kind, key, keylen):
 * Encode and hash a key.  ${kind} is not 0.
 */
void state_layers_key(const struct state_layers *l, struct state_key *k,
    uint8_t kind, const void *key, size_t keylen);

/**
 * state_layers_find(l, k, r, deleted):
 * Find the newest form of a record: return 1 with ${r} (but for its key)
 * filled in, and in ${deleted} whether it is a mark; 0 if there is none; -1 if
 * LMDB failed.
 */
int state_layers_find(struct state_layers *l, const struct state_key *k,
    struct state_stored *r, bool *deleted);

/**
 * state_layers_expect(l, k):
 * Fetch the overlays' buckets of a key into the cache.
 * state_layers_expect_record(l, k): A moment later, what they hold.
 */
void state_layers_expect_record(const struct state_layers *l,
    const struct state_key *k);
void state_layers_expect(const struct state_layers *l,
    const struct state_key *k);

/**
 * state_layers_forget(l):
 * Forget what was found.  To be called when the LMDB snapshot or its map
 * changes.
 */
void state_layers_forget(struct state_layers *l);

/**
 * state_layers_freeze(l, spare, bytes):
 * Freeze the active overlay and put ${spare}, an empty one, in front, or a new
 * one if it is NULL; both together take at most ${bytes} of memory.  Return 0,
 * or -1 with errno.
 */
int state_layers_freeze(struct state_layers *l, struct overlay *spare,
    uint64_t bytes);

/**
 * state_layers_thaw(l, bytes):
 * Forget the frozen overlay, which is not ours; the active one has all
 * ${bytes} from now on.
 */
void state_layers_thaw(struct state_layers *l, uint64_t bytes);

/**
 * state_layers_put(l, k, len, old):
 * Give the active overlay the record with ${len} bytes, which start as those
 * of ${old}, what state_layers_find() found, or zero if NULL.  Return NULL if
 * there is no room.  The seq is left to the caller.
 */
struct overlay_record *state_layers_put(const struct state_layers *l,
    const struct state_key *k, size_t len, const struct state_stored *old);

/**
 * state_layers_marks(l, seq):
 * Take LMDB's marks above ${seq} into the active overlay.  Return 1, 0 if
 * there is no room, or -1 if LMDB failed.
 */
int state_layers_marks(const struct state_layers *l, uint64_t seq);

/**
 * state_layers_stats(l, st):
 * Fill in what ${st} says of the overlays, LMDB and its map.
 */
void state_layers_stats(const struct state_layers *l, struct state_stats *st);

#endif /* !STATE_LAYERS_H_ */
