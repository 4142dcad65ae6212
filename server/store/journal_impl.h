#ifndef LIANGKA_JOURNAL_IMPL_H_
#define LIANGKA_JOURNAL_IMPL_H_

/*
 * What the files of journal share.
 */

#include <stddef.h>
#include <stdint.h>

#include "entry.h"
#include "journal.h"
#include "records.h"

struct apply;
struct integrator;
struct wal;

#define JOURNAL_PATH 4096

struct journal {
	struct wal *wal;
	struct state *state;
	struct apply *apply;
	struct integrator *integrator; /* NULL: no log/ is kept */
	struct jclock clock;
	const struct jclock_source *source;
	int64_t last_t;		/* of the last entry */
	uint64_t seq;		/* of the last entry */
	int lock;		/* descriptor of the locked file */
	int failed;		/* apply failed, or the integrator */
	int offline;
	int turning;		/* a new log is being begun */
	int64_t looked;		/* when the disk's room was last asked */
	int64_t year_end;	/* UTC ms: entries from then on begin a new log */
	struct record_log log;	/* the log that entries go to; base 0: none */
	uint64_t erased[64];	/* replayed erasures, to be done again */
	size_t nerased;
	void (*watch)(void *arg, const struct entry *e);
	void *watch_arg;
	int generation;
	uint64_t first_seq;	/* of a new generation, where it is above the next */
	char warning[512];
	char dir[JOURNAL_PATH];
	char domain[128];
	char node[32];
	char printed[ENTRY_MAX];
};

/* What replay needs. */
struct journal_replay {
	struct journal *j;
	char *err;
	size_t errlen;
};

/**
 * journal_path(path, j, name): Write the path of a part of the data directory.
 */
void journal_path(char path[JOURNAL_PATH + 64], const struct journal *j,
    const char *name);

/**
 * journal_put(j, e, leaf, sidecar, len): Write an entry without looking whether a new
 * log or a gap entry is due.  Return as journal_write().
 */
int journal_put(struct journal *j, struct entry *e, uint8_t leaf[32],
    const uint8_t *sidecar, size_t len);

/**
 * journal_put_first(j, e, leaf): The same of an entry for which room is made and
 * waited for, in the first seconds or at the turn of a year; nobody is served
 * meanwhile.
 */
int journal_put_first(struct journal *j, struct entry *e, uint8_t leaf[32]);

/**
 * journal_settle(j): Wait until all that was written is durable.  Return 0 or -1.
 */
int journal_settle(struct journal *j);

/**
 * journal_due(j, t): Has something to stand before an entry of time t?
 */
int journal_due(const struct journal *j, int64_t t);

/**
 * journal_log_due(j, t): Does an entry of time t begin a new log?
 * journal_log_begin(j, t): Publish the old log whole and write entry 0 of the new
 * one.  Return LK_OK, LK_E_BUSY (later) or LK_E_UNAVAIL.
 */
int journal_log_due(const struct journal *j, int64_t t);
int journal_log_begin(struct journal *j, int64_t t);

/**
 * journal_log_follows(j, e): Does entry e, which does not bear the seq that is due,
 * begin the log after the one that the state knows, the numbering having jumped?
 */
int journal_log_follows(const struct journal *j, const struct entry *e);

/**
 * journal_log_take(j): Take over which log the state says is being written.
 */
void journal_log_take(struct journal *j);

/**
 * journal_recover(j, o, err, errlen): Open log and state, replay.  Return 0 or -1.
 */
int journal_recover(struct journal *j, const struct journal_options *o,
    char *err, size_t errlen);

#endif /* !LIANGKA_JOURNAL_IMPL_H_ */
