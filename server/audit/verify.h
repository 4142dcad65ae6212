#ifndef LIANGKA_VERIFY_H_
#define LIANGKA_VERIFY_H_

/*
 * Is a node's record whole?  For each log of a package, oldest first:
 *
 *	1. its checkpoint is signed by a key that the caller trusts;
 *	2. its tiles yield the signed root, each tile the hash that its parent has;
 *	3. it continues every head that was seen before, by the caller or by the
 *	   witness that left checkpoint.cosigned;
 *	4. every entry has the hash that its tile has;
 *	5. every entry reads as it was printed, and follows the rules of the journal:
 *	   its seq is base + index; t never falls and lies in the log's year (UTC+8);
 *	   entry 0, and only that, is of kind `log`, bears the origin and names the
 *	   log before truly; what it refers to is earlier; flags and codes are ones
 *	   that its kind has; a decision bears the policy last put in force and a
 *	   known engine; the policy's file is there and has its SHA-256; a silence of
 *	   more than 90 s is followed by `start` or `gap`; behind `stop` comes only
 *	   `log` or `start`.
 *
 * With a state the work of an earlier run is not done again: 2 for the tiles on
 * the way to what is new, 4 and 5 for new entries alone.
 *
 * Threads: verify_run() makes one of its own and ends it; calls back in the
 * caller's.
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/note.h"
#include "store/entry.h"
#include "store/merkle.h"

#include "package.h"
#include "verify_state.h"

#define VERIFY_GAP_MS	90000	/* silence that has to be told */
#define VERIFY_FILE_MAX	192
#define VERIFY_TEXT_MAX	1024
#define VERIFY_SIGNERS_MAX NOTE_SIGNATURES_MAX

/* Something wrong in the record. */
struct verify_finding {
	char file[VERIFY_FILE_MAX];	/* below the package */
	uint64_t seq;			/* of the entry, 0: of none */
	int64_t index;			/* in its log, -1: of none */
	int64_t offset;			/* byte in the file, -1: not known */
	char zh[VERIFY_TEXT_MAX];	/* why */
	char en[VERIFY_TEXT_MAX];
};

/* A good signature. */
struct verify_signer {
	char name[NOTE_NAME_MAX];
	uint32_t id;
	uint32_t type;			/* enum note_type */
	uint64_t time;			/* of a witness: Unix seconds */
};

/* A head seen before. */
struct verify_head {
	char name[32];			/* of its log, "": the newest one */
	uint64_t size;
	uint8_t root[MERKLE_LEN];
};

/* What one log was found to be. */
struct verify_log {
	const struct package_log *log;
	size_t nsigners;
	struct verify_signer signer[VERIFY_SIGNERS_MAX];
	size_t unknown;			/* signatures by keys that were not given */
	uint64_t from;			/* index of the first entry looked at now */
	int64_t first_t, last_t;	/* of the entries looked at, UTC ms */
	uint64_t kinds[ENTRY_KINDS];	/* of the entries looked at */
	uint64_t seen_size[2];		/* heads that it continues: by the state */
	int seen[2];			/* and by options.since */
	uint64_t witnessed;		/* size of the head that a witness left, */
	size_t nwitnesses;		/* and who signed that, the log's own key */
	struct verify_signer witness[VERIFY_SIGNERS_MAX]; /* among them */
};

struct verify_options {
	const struct note_verifier *const *keys;
	size_t nkeys;
	const struct verify_head *since; /* or NULL */
	struct verify_state *state;	/* or NULL; brought up to date by a run */
					/* without a finding */
	int all;			/* go on behind the first finding */
	int alone;			/* without a thread of its own */
	void *arg;
	/* Each may be NULL. */
	void (*finding)(void *arg, const struct verify_finding *f);
	void (*remark)(void *arg, const char *zh, const char *en);
	void (*log)(void *arg, const struct verify_log *l);
	void (*progress)(void *arg, const char *name, uint64_t done,
	    uint64_t of);
};

/**
 * verify_run(p, o, findings): Verify a package that was opened with
 * package_options.damaged, and set *findings to their number.  Return 0; or -1 when
 * the package could not be read to its end, for a reason outside of it
 * (package_error(), package_fault(): PACKAGE_AWAY, PACKAGE_DENIED).
 */
int verify_run(struct package *p, const struct verify_options *o,
    uint64_t *findings);

#endif /* !LIANGKA_VERIFY_H_ */
