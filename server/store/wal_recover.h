#ifndef WAL_RECOVER_H_
#define WAL_RECOVER_H_

#include <stddef.h>
#include <stdint.h>

#include "wal.h"
#include "wal_index.h"

/* Where appending goes on: the newest segment, open, and its end. */
struct wal_tail {
	int fd;
	uint64_t bytes;		/* Of the segment */
	uint64_t off;		/* Of the next record */
	uint64_t check;		/* Its seed */
	uint64_t seq;		/* The next entry's */
	uint64_t batch;		/* The next batch's */
};

/**
 * wal_recover(o, ix, t, err, errlen):
 * Check every segment of the log in o->dir, cut a torn tail, copy the newest
 * segment into a fresh one, sync that and the directory, and fill ix (which is
 * empty) and t.  A log without a segment gets its first one.  All of o must be
 * filled in.  Until the fresh segment is renamed nothing that holds an entry is
 * changed, so it may be killed at any step and run again.  Return 0, or -1 with
 * a sentence in err; t->fd is then closed.
 */
int wal_recover(const struct wal_options *o, struct wal_index *ix,
    struct wal_tail *t, char *err, size_t errlen);

#endif /* !WAL_RECOVER_H_ */
