#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/wal_format.h"
#include "store/wal_scan.h"

/*
 * Any bytes as a segment: parse the header, walk through the records, look
 * for later batches.  The checks would keep nearly every mutation out, so the
 * bytes are walked a second time with the checks put right.
 */

#define BOUND	(64u << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Walk to the end; all that is handed out lies within the bytes. */
static void
walk(const uint8_t *buf, size_t len, const struct wal_header *h)
{
	const uint8_t *end = buf + len;
	struct wal_record r;
	struct wal_scan s;
	uint64_t off = WAL_PAGE;
	size_t later;

	wal_scan_start(&s, buf, len, h);
	while (wal_scan_next(&s, &r)) {
		assert(s.chain.off == off + r.size && s.chain.off <= len);
		assert(r.entry + r.len <= end);
		assert(r.sidecar == NULL || r.sidecar + r.sidecar_len <= end);
		off = s.chain.off;
	}
	assert(s.stop != WAL_STOP_NONE);
	if (s.stop != WAL_STOP_BAD)
		return;
	later = wal_scan_later(&s, &r);
	assert(later == 0 || (later > s.chain.off && later < len &&
	    r.batch > s.chain.batch));
}

/* Put the checks right as far as the lengths make sense. */
static void
mend(uint8_t *buf, size_t len, const struct wal_header *h)
{
	uint64_t seed = h->nonce, check;
	size_t off = WAL_PAGE, n;

	while (off < len && (n = wal_record_due(buf + off, len - off, seed,
	    &check)) != 0) {
		little_put64(buf + off + n - WAL_CHECK, check);
		seed = check;
		off += n;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wal_header h = { .first_seq = 1, .first_batch = 1,
	    .nonce = 0x6e6f6e6365 };
	uint8_t *buf;

	if (size > BOUND || (buf = malloc(size + 1)) == NULL)
		return (0);
	if (size > 0)
		memcpy(buf, data, size);
	if (size >= WAL_PAGE) {
		wal_header_get(&h, buf);
		walk(buf, size, &h);
		mend(buf, size, &h);
		walk(buf, size, &h);
	}
	free(buf);
	return (0);
}
