#ifndef LIANGKA_WITNESSED_H_
#define LIANGKA_WITNESSED_H_

/*
 * Does this disk hold all that the witness has seen?  A node that starts from an old
 * copy of its disk would sign a second history; what its witness cosigned tells.
 *
 * Threads: any, one at a time per logset.
 */

#include <stddef.h>
#include <stdint.h>

struct disk;
struct logset;
struct note_verifier;

#define WITNESSED_ERROR_MAX 1024

struct witnessed {
	const struct disk *disk;	/* NULL: the real one */
	const char *path;		/* of a cosigned checkpoint */
	const struct note_verifier *const *witnesses;
	size_t nwitnesses;
	const struct note_verifier *log; /* ours: <domain>/branch/<node> */
	struct logset *logs;
	/* The seq behind the last entry that was recovered, those included that
	 * are in the write-ahead log alone; 0: only what is in the logs. */
	uint64_t end;
	uint64_t seen_end;		/* set: the seq behind the last entry the
					 * witness saw, 0 when not known */
};

enum {
	WITNESSED_FINE = 0,
	WITNESSED_UNKNOWN = 1,	/* unreachable: start, and flag it */
	WITNESSED_BEHIND = -1	/* behind or forked: refuse to start */
};

/**
 * witnessed_check(w, err):
 * Compare our logs with the head in the file.  It counts when at least one of the
 * witnesses has cosigned it, no line of a known key in it is bad, and its origin is
 * one of our node's.  Return WITNESSED_FINE when we have that log, with at least as
 * many entries, and the same root at its size (a size beyond our last checkpoint
 * whose entries were recovered is fine: integrate them first to have them compared),
 * or when the log after that one begins behind all that was seen: the node was wound
 * back and is admitted anew, see journal.h;
 * WITNESSED_UNKNOWN with a sentence in err (WITNESSED_ERROR_MAX bytes) when the file
 * is absent, unreadable, not cosigned, or another node's; WITNESSED_BEHIND with a
 * sentence when we lack that log or entries of it, or our root there is another, or
 * our tiles cannot say.
 */
int witnessed_check(struct witnessed *w, char *err);

#endif /* !LIANGKA_WITNESSED_H_ */
