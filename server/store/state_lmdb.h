#ifndef STATE_LMDB_H_
#define STATE_LMDB_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct state_key;
struct state_stored;

/*
 * What the state needs of LMDB, and the only file of it that sees lmdb.h:
 * checked records (state_stored.h) by encoded key (state_key.h), a meta record,
 * dated marks of deleted records, one standing read snapshot and one write transaction.
 *
 * Threads: the read side, map growth and statistics belong to one thread, the
 * write side to another.  Each side has its own sticky error; after it the
 * side's calls fail without doing anything.  LMDB 0.9.24 forgets a failed data
 * sync by the next commit, so this latch is what keeps a failure a failure.
 */
struct state_lmdb;

struct state_meta {
	uint64_t seq;			/* Of the last whole checkpoint. */
	uint64_t horizon;		/* Highest seq LMDB may hold. */
};

#define STATE_LMDB_FULL	1		/* The map is full: grow, do again. */

/**
 * state_lmdb_open(path, map_bytes, err, errlen):
 * Open or create the file ${path} (and ${path}-lock) with a map of at least
 * ${map_bytes}, make a new file's directory entry durable, clear slots of dead
 * readers, and take a read snapshot.  Return NULL with the reason in ${err},
 * also for a file of another format.
 */
struct state_lmdb *state_lmdb_open(const char *path, uint64_t map_bytes,
    char *err, size_t errlen);

/**
 * state_lmdb_close(db):
 * Close ${db}, which may be NULL.  No write transaction may be open.
 */
void state_lmdb_close(struct state_lmdb *db);

/**
 * state_lmdb_renew(db):
 * Move the read snapshot to the last commit.  Return 0 or -1.
 */
int state_lmdb_renew(struct state_lmdb *db);

/**
 * state_lmdb_meta(db, m):
 * Read the meta record of the snapshot into ${m}; zeros in a new file.
 */
void state_lmdb_meta(const struct state_lmdb *db, struct state_meta *m);

/**
 * state_lmdb_get(db, k, r):
 * Find and verify a record in the snapshot.  Return 1 with ${r} filled in,
 * which stays valid until the snapshot moves or the map grows; 0 if there is
 * none; -1 on an error or a bad check.
 */
int state_lmdb_get(struct state_lmdb *db, const struct state_key *k,
    struct state_stored *r);

/**
 * state_lmdb_first(db, from, r):
 * Find and verify the first record whose key is ${from} or after it.  Return
 * as state_lmdb_get().
 */
int state_lmdb_first(struct state_lmdb *db, const struct state_key *from,
    struct state_stored *r);

/**
 * state_lmdb_next(db, r):
 * Go on from the last state_lmdb_first() or state_lmdb_next().
 */
int state_lmdb_next(struct state_lmdb *db, struct state_stored *r);

/**
 * state_lmdb_grow(db):
 * Double the map.  To be called by the reading thread while no write
 * transaction is open.  The snapshot moves to the last commit.  Return 0 or -1.
 */
int state_lmdb_grow(struct state_lmdb *db);

/**
 * state_lmdb_pages(db):
 * Return how many pages the file has up to its last.  Any thread.
 */
uint64_t state_lmdb_pages(const struct state_lmdb *db);

/**
 * state_lmdb_stat(db, records, bytes, map_bytes):
 * Return the number of records and the bytes of the file up to its last page,
 * both as of the last commit, and the size of the map.
 */
void state_lmdb_stat(const struct state_lmdb *db, uint64_t *records,
    uint64_t *bytes, uint64_t *map_bytes);

/**
 * state_lmdb_why(db):
 * Return the reason why the read side failed, or "".
 */
const char *state_lmdb_why(const struct state_lmdb *db);

/**
 * state_lmdb_keys(db, from, max, cb, arg):
 * For the writing thread, outside of its transactions: call ${cb} for up to
 * ${max} keys of the last commit from ${from} on, and set ${from} to the last of
 * them.  Return 1 if there may be more, 0 if not, -1 if that failed, which is
 * not kept.
 */
int state_lmdb_keys(struct state_lmdb *db, struct state_key *from, size_t max,
    void (*cb)(void *arg, const struct state_key *k), void *arg);

/**
 * state_lmdb_begin(db):
 * Begin the write transaction.  Its calls below return nothing: what goes
 * wrong is kept, makes the rest idle, and is returned by the commit.
 */
void state_lmdb_begin(struct state_lmdb *db);

/**
 * state_lmdb_put(db, key, keysize, seq, value, len):
 * Write a record.
 */
void state_lmdb_put(struct state_lmdb *db, const uint8_t *key, size_t keysize,
    uint64_t seq, const void *value, size_t len);

/**
 * state_lmdb_delete(db, key, keysize):
 * Delete a record, if it is there.
 */
void state_lmdb_delete(struct state_lmdb *db, const uint8_t *key,
    size_t keysize);

/**
 * state_lmdb_mark(db, key, keysize, seq):
 * Note that the record of ${key} was deleted by entry ${seq}.
 */
void state_lmdb_mark(struct state_lmdb *db, const uint8_t *key,
    size_t keysize, uint64_t seq);

/**
 * state_lmdb_unmark(db, max):
 * Remove up to ${max} marks.  Return true if there were any.
 */
bool state_lmdb_unmark(struct state_lmdb *db, size_t max);

/**
 * state_lmdb_set_meta(db, m):
 * Write the meta record.
 */
void state_lmdb_set_meta(struct state_lmdb *db, const struct state_meta *m);

/**
 * state_lmdb_commit(db):
 * Commit and sync.  The transaction is gone whatever is returned: 0;
 * STATE_LMDB_FULL with nothing written; or -1, and then the write side has
 * failed for good.
 */
int state_lmdb_commit(struct state_lmdb *db);

/**
 * state_lmdb_abort(db):
 * End the transaction, if one is open, without effect.
 */
void state_lmdb_abort(struct state_lmdb *db);

/**
 * state_lmdb_write_why(db):
 * Return the reason why the write side failed, or "".  For its thread.
 */
const char *state_lmdb_write_why(const struct state_lmdb *db);

#endif /* !STATE_LMDB_H_ */
