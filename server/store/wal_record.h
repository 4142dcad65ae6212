#ifndef WAL_RECORD_H_
#define WAL_RECORD_H_

#include <stddef.h>
#include <stdint.h>

/* Segment headers and records between memory and bytes; see wal_format.h. */

struct wal_header {
	uint64_t node;
	uint64_t first_seq;
	uint64_t first_batch;
	uint64_t prev_check;
	uint64_t nonce;
	uint64_t bytes;	/* Of the whole segment */
	uint64_t due;	/* Where the numbering jumps: the seq due before, else 0 */
};

/* A record found in a buffer, which the pointers point into. */
struct wal_record {
	uint32_t flags;
	uint64_t batch;
	uint64_t seq;
	const uint8_t *entry;
	size_t len;
	const uint8_t *sidecar;	/* NULL if there is none or it was erased */
	size_t sidecar_len;	/* As stored, also if erased */
	int erased;
	uint64_t check;		/* The trailing check, the next one's seed */
	size_t size;		/* Bytes taken, a multiple of 8 */
};

enum wal_verdict {
	WAL_GOOD,
	WAL_BAD,	/* Not a record, or its check does not fit */
	WAL_MORE	/* It would go beyond the bytes given */
};

/**
 * wal_header_put(h, page):
 * Print h into the WAL_PAGE bytes of page.
 */
void wal_header_put(const struct wal_header *h, uint8_t *page);

/**
 * wal_header_get(h, page):
 * Parse page into h.  Return NULL, or what is wrong with it (a static text).
 */
const char *wal_header_get(struct wal_header *h, const uint8_t *page);

/**
 * wal_record_put(p, batch, seq, entry, len, sidecar, sidecar_len):
 * Lay out a record at p, which has room for wal_record_size bytes, all but
 * its flags and checks.  Return its size.  wal_record_close must follow.
 */
size_t wal_record_put(uint8_t *p, uint64_t batch, uint64_t seq,
    const void *entry, size_t len, const void *sidecar, size_t sidecar_len);

/**
 * wal_record_close(p, flags, seed):
 * Set the flags and checks of the record laid out at p.  seed is the check of
 * the record before, or the nonce.  Return the trailing check.
 */
uint64_t wal_record_close(uint8_t *p, uint32_t flags, uint64_t seed);

/**
 * wal_record_erase(p):
 * Mark the sidecar of the closed record at p (which has one) as erased and
 * zero it; the trailing check stays as it is.
 */
void wal_record_erase(uint8_t *p);

/**
 * wal_record_get(r, p, avail, seed):
 * Parse and check the record at p, of which avail bytes are there, into r.
 * The sidecar's own check is part of it.  Return the verdict; r is filled
 * only if it is WAL_GOOD.
 */
enum wal_verdict wal_record_get(struct wal_record *r, const uint8_t *p,
    size_t avail, uint64_t seed);

/**
 * wal_record_lone(r, p, avail, seed):
 * As wal_record_get, but the sidecar is not looked at: is there a record at p
 * that fits seed?  Return 1 if so, else 0.
 */
int wal_record_lone(struct wal_record *r, const uint8_t *p, size_t avail,
    uint64_t seed);

/**
 * wal_record_due(p, avail, seed, check):
 * If what stands at p has the form of a record, return its size with the
 * trailing check that it ought to have in *check; else 0.
 */
size_t wal_record_due(const uint8_t *p, size_t avail, uint64_t seed,
    uint64_t *check);

#endif /* !WAL_RECORD_H_ */
