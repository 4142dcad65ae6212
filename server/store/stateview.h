#ifndef LIANGKA_STATEVIEW_H_
#define LIANGKA_STATEVIEW_H_

/*
 * The state as a second program may see it: state.mdb as of its last checkpoint, opened
 * for reading only, beside a daemon at work or without one.  What the daemon has in its
 * overlays since then is not here: stateview_seq() tells how far it goes.
 *
 * LMDB keeps every page that a reader's snapshot can see, so no snapshot is kept longer
 * than STATEVIEW_HOLD_MS: stateview_tick() takes a newer one.  Only a program of the uid
 * that the file belongs to may open it: another's would leave a lock file that the
 * daemon cannot use.
 *
 * The same directory must not be opened twice in one process, by this or state_open(),
 * nor used after fork().
 *
 * Threads: any number, each with a reader of its own.
 */

#include <stddef.h>
#include <stdint.h>

#define STATEVIEW_HOLD_MS 50
#define STATEVIEW_ERROR_MAX 512

struct stateview;
struct stateview_reader;

/* A record; value and key are good until the reader's next tick. */
struct stateview_record {
	const uint8_t *key;
	size_t keylen;
	const void *value;	/* 8-byte aligned */
	size_t len;
	uint64_t seq;		/* of the last entry applied to it */
};

/**
 * stateview_open(dir, err): Open dir/state.mdb.  Return it, or NULL with a sentence in
 * err (STATEVIEW_ERROR_MAX bytes); errno is ENOENT when there is no such file, EACCES
 * when it belongs to another uid.
 * stateview_close(v): after its readers; NULL is allowed.
 */
struct stateview *stateview_open(const char *dir, char *err);
void stateview_close(struct stateview *v);

/**
 * stateview_reader(v, err): Begin to read.  NULL with a sentence in err.
 * stateview_reader_end(r): NULL is allowed.
 */
struct stateview_reader *stateview_reader(struct stateview *v, char *err);
void stateview_reader_end(struct stateview_reader *r);

/**
 * stateview_tick(r, mono_ms): Take a newer snapshot when the present one is older than
 * STATEVIEW_HOLD_MS by this clock, or was let go.  Return 0, or -1 when reading has
 * failed.
 * stateview_rest(r): Let the snapshot go until the next tick: to be called before a
 * thread waits for anything.  Meanwhile nothing may be read.
 */
int stateview_tick(struct stateview_reader *r, int64_t mono_ms);
void stateview_rest(struct stateview_reader *r);

/**
 * stateview_seq(r): The seq up to which the snapshot holds all effects, 0 when there was
 * no checkpoint yet.  stateview_records(r): how many records it has, of all kinds.
 */
uint64_t stateview_seq(const struct stateview_reader *r);
uint64_t stateview_records(const struct stateview_reader *r);

/**
 * stateview_get(r, kind, key, keylen, x): Find and verify a record.  Return 1 with *x, 0
 * when there is none, -1 on an error or a bad check.
 * stateview_last(r, kind, keylen, x): the same of the one with the highest key among
 * those of this length.
 */
int stateview_get(struct stateview_reader *r, uint8_t kind, const void *key,
    size_t keylen, struct stateview_record *x);
int stateview_last(struct stateview_reader *r, uint8_t kind, size_t keylen,
    struct stateview_record *x);

/**
 * stateview_each(r, kind, each, arg): Call each for every record of a kind, verified, in
 * key order, until it returns nonzero.  Return that, 0 at the end, -1 on an error.  Of
 * few records: the snapshot stays.
 */
int stateview_each(struct stateview_reader *r, uint8_t kind,
    int (*each)(void *arg, const struct stateview_record *x), void *arg);

/**
 * stateview_keys(r, kind, keylen, first, last, mono_ms, each, arg): Call each for every
 * key of this kind and length whose first byte is from first to last, in order; values are
 * not looked at.  mono_ms tells the time: snapshots are renewed on the way, so keys that
 * come meanwhile may be missed.  Return how many there were, or -1.
 */
int64_t stateview_keys(struct stateview_reader *r, uint8_t kind,
    size_t keylen, uint8_t first, uint8_t last, int64_t (*mono_ms)(void),
    void (*each)(void *arg, const uint8_t *key), void *arg);
int64_t stateview_range(struct stateview_reader *r, uint8_t kind,
    size_t keylen, uint8_t first, uint8_t last, int64_t (*mono_ms)(void),
    void (*each)(void *arg, const struct stateview_record *x), void *arg);

/**
 * stateview_why(r): Why reading failed, or "".
 */
const char *stateview_why(const struct stateview_reader *r);

#endif /* !LIANGKA_STATEVIEW_H_ */
