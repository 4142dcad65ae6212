#ifndef WAL_READER_H_
#define WAL_READER_H_

#include <stddef.h>
#include <stdint.h>

#include "wal.h"
#include "wal_record.h"

/* What the log itself asks of a reader, beyond wal.h. */

#define WAL_READER_WINDOW	(256u << 10)	/* For reading in sequence */
#define WAL_READER_GLANCE	(64u << 10)	/* For a single look-up */

/**
 * wal_reader_new(d, dir, node, window):
 * Return a reader that stands nowhere yet and reads window bytes (at least
 * WAL_READER_GLANCE) at once, or NULL with errno set.
 */
struct wal_reader *wal_reader_new(const struct disk *d, const char *dir,
    uint64_t node, size_t window);

/**
 * wal_reader_seek(r, first_seq, off, want):
 * Stand at the record at off in the segment that begins with first_seq, and
 * give nothing below the seq want.  Return 0, or -1 (wal_reader_error).
 */
int wal_reader_seek(struct wal_reader *r, uint64_t first_seq, uint64_t off,
    uint64_t want);

/**
 * wal_reader_place(r, first_seq, off, rec):
 * Tell where the entry that wal_reader_next gave last stands.
 */
void wal_reader_place(const struct wal_reader *r, uint64_t *first_seq,
    uint64_t *off, struct wal_record *rec);

#endif /* !WAL_READER_H_ */
