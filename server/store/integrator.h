#ifndef LIANGKA_INTEGRATOR_H_
#define LIANGKA_INTEGRATOR_H_

/*
 * The integrator: a thread that carries durable entries from the write-ahead log into
 * log/<year>.<n>/ (C2SP tlog-tiles) and sealed identities into sealed/, and
 * publishes a signed checkpoint once a second.  It never touches the state.  Its
 * own state is the checkpoint and the tiles: at start it goes on where they end.
 *
 * An entry of kind `log` begins a new log: the one before it is published whole
 * first, and what the entry says of it (origin, size, root) must be so.
 *
 * A disk that is full is waited for; any other failure is final: see
 * integrator_failed().
 *
 * Threads: calls come from the loop thread.
 */

#include <stddef.h>
#include <stdint.h>

#include "checkpoint.h"

struct disk;
struct integrator;
struct seal_cert;
struct wal;

struct integrator_options {
	const struct disk *disk;	/* NULL: disk_real */
	const char *data;		/* data directory: wal/, log/, sealed/ */
	struct wal *wal;		/* outlives the integrator */
	uint64_t wal_node;		/* as wal_options.node */
	const struct note_signer *const *signers;
	size_t nsigners;
	uint32_t interval_ms;		/* between two checkpoints; 0: 1000 */
	/* Earlier keys of ours that the last checkpoint may still bear; any name */
	const struct note_verifier *const *earlier;
	size_t nearlier;
	/* For tests: called before each step with its name, mostly in the thread:
	 * those of tilelog.h, "sealed-add", "sealed-sync", "new-log". */
	void (*step)(void *arg, const char *name);
	void *step_arg;
};

/**
 * integrator_open(o, err, errlen): Open the newest log, compare what the write-ahead
 * log still holds of it with its tiles, and start the thread.  Return NULL with a
 * sentence in err when they contradict each other or the files cannot be read: an
 * entry differs from its tile, a checkpoint names more entries than the write-ahead
 * log has, entries are in neither, two logs do not follow each other.  Call it right
 * after wal_open(), before anything is trimmed.  The options are copied.
 */
struct integrator *integrator_open(const struct integrator_options *o,
    char *err, size_t errlen);

/**
 * integrator_close(i): Publish what is durable, stop the thread, free i.  Call it
 * before wal_close(), with the last entry durable.  Return 0, or -1 when it had failed or could not publish all.  NULL is allowed.
 */
int integrator_close(struct integrator *i);

/**
 * integrator_done(i): The highest seq that a published checkpoint names and whose
 * sidecar has been moved: write-ahead segments up to it may go, as far as this is
 * concerned.
 */
uint64_t integrator_done(const struct integrator *i);

/**
 * integrator_wait(i, seq, ms, head): Have everything up to the durable entry seq
 * published now, and wait at most ms for it.  Return 0 with the newest log's head in
 * *head, or -1 when time is over, it failed, or at once when there is no room.
 */
int integrator_wait(struct integrator *i, uint64_t seq, uint32_t ms,
    struct checkpoint *head);

/**
 * integrator_floor(i, seq): The state has the effects of all entries up to seq on
 * disk: write-ahead segments wholly up to it may go once they are published too.  The
 * thread removes them, since that waits for the disk.
 */
void integrator_floor(struct integrator *i, uint64_t seq);

/**
 * integrator_kick(i): Entries became durable.  Cheap; call it at will.
 */
void integrator_kick(struct integrator *i);

/**
 * integrator_head(i, c, base): Copy the newest published head and the base of its
 * log; c->origin is "" when there is none yet.
 */
void integrator_head(struct integrator *i, struct checkpoint *c,
    uint64_t *base);

/**
 * integrator_failed(i, why, len): Return nonzero with the reason in why (may be NULL)
 * after a final failure.  integrator_full(i): nonzero while it waits for room.
 */
int integrator_failed(struct integrator *i, char *why, size_t len);
int integrator_full(struct integrator *i);

#endif /* !LIANGKA_INTEGRATOR_H_ */
