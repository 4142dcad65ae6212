#ifndef WAL_FORMAT_H_
#define WAL_FORMAT_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "little.h"

/*
 * The log on disk.  All numbers are little-endian; XXH3 is XXH3-64 with a
 * seed; up8 rounds up to a multiple of 8.
 *
 * A segment is a file <first seq, 20 decimal digits>.wal, filled with zeros
 * (written, not merely allocated) and synced before it gets that name, so that
 * writing a batch changes no metadata and fdatasync flushes data alone.
 *
 *   header page, 4096 bytes
 *   offset size  field
 *        0    8  magic "LKWAL\r\n\0"
 *        8    4  format version (1)
 *       12    4  size of this page (4096)
 *       16    8  hash of the node id
 *       24    8  seq of the first entry
 *       32    8  batch number of the first record
 *       40    8  trailing check of the last record (the seal) of the segment
 *                before, 0 if this is the first one ever
 *       48    8  nonce, random
 *       56    8  bytes of the whole file; a shorter file is damaged
 *       64    8  where the numbering jumps: the seq that was due after the
 *                segment before; else 0
 *       72 4016  zero
 *     4088    8  XXH3 of the bytes 0 .. 4088, seed: magic as a number
 *
 *   record, from 4096 on, one after the other, each a multiple of 8 bytes
 *   offset size  field
 *        0    4  magic 0x4b4c4352
 *        4    4  entry length e
 *        8    4  sidecar length s
 *       12    4  flags: 1 LAST (closes its batch), 2 SEAL (closes the
 *                segment, has LAST too), 4 MARK (carries no entry)
 *       16    8  batch number
 *       24    8  seq (SEAL and MARK: the seq of the entry to come)
 *       32    e  entry, padded with zeros to up8(e)
 *        .    s  sidecar, padded with zeros to up8(s)     \ only if
 *        .    8  XXH3 of the padded sidecar, seed: as below / s > 0
 *        .    8  trailing check: XXH3 of header and padded entry, the bytes
 *                0 .. 32 + up8(e); seed: the trailing check of the record
 *                before, for the first record of a segment the nonce
 *
 * Chain.  A record counts only if its check fits the one before, back to the
 * nonce of this segment: left-overs of another segment, or of this name in an
 * earlier life, do not fit.  The check of the record before always stands in
 * the eight bytes right before a record, so a record whose predecessor is
 * damaged can still be recognised on its own.
 *
 * Sidecar.  It lies outside the chain because it may be erased in place.  Its
 * check is then WAL_ERASED and its bytes are zero; the check is changed and
 * synced first, so a half-done erasure reads as erased, not as damage.
 *
 * Batches are numbered densely from 1, across segments; a batch lies in one
 * segment.  Batch n + 1 is written only after the fdatasync of batch n has
 * returned, and a segment's header only after the fdatasync of the seal
 * before it.  Entries are numbered densely too, but where a segment's header
 * says that it jumps; a jump counts once that segment holds an entry.
 */

#define WAL_MAGIC	UINT64_C(0x000a0d4c41574b4c)
#define WAL_VERSION	1u
#define WAL_PAGE	4096u
#define WAL_RECORD_MAGIC 0x4b4c4352u
#define WAL_RECORD_HEAD	32u
#define WAL_CHECK	8u
#define WAL_MARKER_SIZE	(WAL_RECORD_HEAD + WAL_CHECK)	/* SEAL or MARK */

#define WAL_LAST	1u
#define WAL_SEAL	2u
#define WAL_MARK	4u
#define WAL_FLAGS	(WAL_LAST | WAL_SEAL | WAL_MARK)

#define WAL_ERASED	UINT64_C(0x6465736172654b4c)

#define WAL_NAME_SIZE	25	/* 20 digits, ".wal", NUL */
#define WAL_NEXT_NAME	"next.tmp"	/* The segment being prepared */
#define WAL_FRESH_NAME	"fresh.tmp"	/* The copy that recovery makes */
#define WAL_RESERVE_NAME "reserve"

static inline size_t
wal_up8(size_t n)
{
	return ((n + 7) & ~(size_t)7);
}

/* Bytes that a record with these lengths takes. */
static inline size_t
wal_record_size(size_t len, size_t sidecar_len)
{
	size_t n = WAL_RECORD_HEAD + wal_up8(len) + WAL_CHECK;

	if (sidecar_len > 0)
		n += wal_up8(sidecar_len) + WAL_CHECK;
	return (n);
}

#endif /* !WAL_FORMAT_H_ */
