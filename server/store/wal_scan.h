#ifndef WAL_SCAN_H_
#define WAL_SCAN_H_

#include <stddef.h>
#include <stdint.h>

#include "wal_record.h"

/* Where a chain of records stands: what the next record has to be. */
struct wal_chain {
	uint64_t off;		/* Its offset in the segment */
	uint64_t seed;		/* The check of the record before, or the nonce */
	uint64_t seq;
	uint64_t batch;
};

enum wal_stop {
	WAL_STOP_NONE,		/* Not at the end yet */
	WAL_STOP_SEAL,		/* The segment is sealed */
	WAL_STOP_BAD,		/* No valid record at chain.off */
	WAL_STOP_ORDER		/* A valid one that does not follow: a gap */
};

/* A walk through a whole segment in memory. */
struct wal_scan {
	const uint8_t *buf;
	size_t len;
	struct wal_chain chain;
	enum wal_stop stop;
};

/**
 * wal_chain_start(c, h):
 * Let c expect the first record of the segment with header h.
 */
void wal_chain_start(struct wal_chain *c, const struct wal_header *h);

/**
 * wal_chain_step(c, r):
 * Advance c over r, whose check fits.  Return 0, or -1 with c unchanged if
 * its seq or batch number does not follow.
 */
int wal_chain_step(struct wal_chain *c, const struct wal_record *r);

/**
 * wal_scan_start(s, buf, len, h):
 * Begin a walk over the segment of len bytes in buf, with header h parsed.
 */
void wal_scan_start(struct wal_scan *s, const uint8_t *buf, size_t len,
    const struct wal_header *h);

/**
 * wal_scan_next(s, r):
 * Give the next record (an entry or a MARK).  Return 1, or 0 at the end, with
 * the reason in s->stop and s->chain at the place.
 */
int wal_scan_next(struct wal_scan *s, struct wal_record *r);

/**
 * wal_scan_later(s, r):
 * After WAL_STOP_BAD: look behind the bad place for a valid record of a later
 * batch than the bad record's.  Return its offset with r filled, or 0 if there
 * is none, so that the bad place is a torn tail.
 */
size_t wal_scan_later(const struct wal_scan *s, struct wal_record *r);

#endif /* !WAL_SCAN_H_ */
