#ifndef LIANGKA_HEADSOURCE_IMPL_H_
#define LIANGKA_HEADSOURCE_IMPL_H_

/* What the files headsource*.c share. */

#include "store/logset.h"

#include "headsource.h"

#define HEADSOURCE_PATH_MAX 1200
#define HEADSOURCE_COSIGNED "checkpoint.cosigned"

/* What the witness has of one log, as far as we know. */
struct headsource_log {
	char name[LOGSET_NAME_MAX];
	uint64_t size;
	uint8_t root[MERKLE_LEN];
	int rooted;			/* the root is known: it was cosigned */
	int closed;			/* it contradicts what the witness saw, and a
					 * generation begins behind that */
};

/* The request that was made last. */
struct headsource_asked {
	struct checkpoint head;
	char name[LOGSET_NAME_MAX];	/* of the log; "": none */
	uint64_t base;
	uint64_t old;
	int newest;			/* it is of the newest log */
	uint64_t raised;		/* see headsource_raised() */
	size_t len;
	char note[CHECKPOINT_MAX];
};

struct headsource {
	const struct disk *disk;
	char dir[HEADSOURCE_PATH_MAX];	/* log/ */
	char path[HEADSOURCE_PATH_MAX];
	char node[NOTE_NAME_MAX];
	struct note_verifier witness;
	int known;			/* the witness's key is */
	struct headsource_log *log;
	size_t nlogs;
	unsigned conflicts;		/* in a row */
	int confirmed;			/* the witness was asked in this run */
	struct headsource_asked asked;
	struct headsource_state st;
	char why[HEADSOURCE_ERROR_MAX];	/* this node is behind */
};

/**
 * headsource_log(s, l): What the witness has of a log, read from what it left beside it
 * when it is asked for the first time.  NULL when out of memory.
 */
struct headsource_log *headsource_log(struct headsource *s,
    const struct logset_log *l);

/**
 * headsource_keep(s, sig, len, time, err): Keep the head that was asked about with its
 * cosignature, whose time is *time.  Return 0, or HEADSOURCE_FAILED with a sentence.
 * The sentence may be there with 0 too: <witness> could not be written.
 */
int headsource_keep(struct headsource *s, const char *sig, size_t len,
    uint64_t *time, char *err);

/**
 * headsource_raised(set, i): The seq with which the log behind the i-th one begins,
 * when that is of a raised generation: the node was admitted anew, and what the witness
 * saw below that seq is no reason to hold it.  Else 0.
 */
uint64_t headsource_raised(const struct logset *set, size_t i);

/**
 * headsource_behind(s, origin, base, size, err, what): Note for good that this node is
 * behind its witness, who has seen so many entries of a log.  Return HEADSOURCE_BEHIND.
 * headsource_short(s, origin, base, have, size, end, newest, err): The witness has seen
 * more than the `have` entries that are published: return HEADSOURCE_LATER when the
 * rest was recovered, else as above.
 */
int headsource_behind(struct headsource *s, const char *origin, uint64_t base,
    uint64_t size, char *err, const char *what);
int headsource_short(struct headsource *s, const char *origin, uint64_t base,
    uint64_t have, uint64_t size, uint64_t end, int newest, char *err);

/**
 * headsource_fail(err, fmt, ...): Write a sentence; return HEADSOURCE_FAILED.
 */
int headsource_fail(char *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif /* !LIANGKA_HEADSOURCE_IMPL_H_ */
