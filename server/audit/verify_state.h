#ifndef LIANGKA_VERIFY_STATE_H_
#define LIANGKA_VERIFY_STATE_H_

/*
 * What a verifier remembers of the logs that it has seen, as a text:
 *
 *	liangka-verify-state 1
 *	log <origin>
 *	head <size> <root, 64 hex digits>
 *	base <seq of entry 0>
 *	at <t of the last entry, UTC ms> <its kind> <what is due> <finished>
 *	policy <the version in force, or "-">
 *	...
 *	end <SHA-256 of all before, 64 hex digits>
 *
 * The sum finds damage.  It is no signature: whoever can write the file can make the
 * verifier forget or remember anything, so it belongs where only the auditor writes.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/checkpoint.h"

#define VERIFY_STATE_BYTES (4u << 20)	/* of the longest file read */
#define VERIFY_STATE_LOGS 4096
#define VERIFY_STATE_ERROR_MAX 1400

/* One log as it was seen. */
struct verify_seen {
	struct checkpoint head;
	uint64_t base;
	int64_t t;		/* of its last entry */
	int kind;
	int due;		/* its last entry is `log` behind a silence that */
				/* the next entry has to tell */
	int finished;		/* another log follows it */
	char policy[32];	/* "": not known */
};

struct verify_state {
	size_t n;
	struct verify_seen *seen;
};

/**
 * verify_state_find(s, origin): Return what is remembered of a log, or NULL.
 * verify_state_put(s, seen): Remember it, in place of what was.  Return 0, or -1 when
 * there are too many or memory is short.
 */
const struct verify_seen *verify_state_find(const struct verify_state *s,
    const char *origin);
int verify_state_put(struct verify_state *s, const struct verify_seen *seen);

/**
 * verify_state_read(s, text, len, err): Read a text.  Return 0, or -1 with *s empty
 * and a sentence in err (VERIFY_STATE_ERROR_MAX bytes) that names the line.
 * verify_state_print(s, len): Write it; for free(), or NULL.
 * verify_state_free(s): Empty it.
 */
int verify_state_read(struct verify_state *s, const char *text, size_t len,
    char *err);
char *verify_state_print(const struct verify_state *s, size_t *len);
void verify_state_free(struct verify_state *s);

/**
 * verify_state_load(s, path, err): Read a file.  Return 1, 0 when there is none, -1
 * with a sentence when it is not good, -2 when it cannot be read.
 * verify_state_save(s, path, err): Replace the file whole and synced (mode 0600), or
 * leave it as it is and return -1.
 */
int verify_state_load(struct verify_state *s, const char *path, char *err);
int verify_state_save(const struct verify_state *s, const char *path,
    char *err);

#endif /* !LIANGKA_VERIFY_STATE_H_ */
