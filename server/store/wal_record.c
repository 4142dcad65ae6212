#define XXH_INLINE_ALL
#include <xxhash.h>

#include "wal.h"
#include "wal_format.h"

#include "wal_record.h"

/* The check of a sidecar is never taken for the mark of an erased one. */
static uint64_t
sidecar_check(const uint8_t *p, size_t padded, uint64_t seed)
{
	uint64_t check = XXH3_64bits_withSeed(p, padded, seed);

	return (check == WAL_ERASED ? check + 1 : check);
}

/* Print a header page. */
void
wal_header_put(const struct wal_header *h, uint8_t *page)
{
	memset(page, 0, WAL_PAGE);
	little_put64(page, WAL_MAGIC);
	little_put32(page + 8, WAL_VERSION);
	little_put32(page + 12, WAL_PAGE);
	little_put64(page + 16, h->node);
	little_put64(page + 24, h->first_seq);
	little_put64(page + 32, h->first_batch);
	little_put64(page + 40, h->prev_check);
	little_put64(page + 48, h->nonce);
	little_put64(page + 56, h->bytes);
	little_put64(page + 64, h->due);
	little_put64(page + WAL_PAGE - WAL_CHECK, XXH3_64bits_withSeed(page,
	    WAL_PAGE - WAL_CHECK, WAL_MAGIC));
}

/* Parse a header page; the version is judged before the check. */
const char *
wal_header_get(struct wal_header *h, const uint8_t *page)
{
	if (little_get64(page) != WAL_MAGIC)
		return ("not a log segment (magic number)");
	if (little_get32(page + 8) != WAL_VERSION ||
	    little_get32(page + 12) != WAL_PAGE)
		return ("log format version not known to this program");
	if (little_get64(page + WAL_PAGE - WAL_CHECK) !=
	    XXH3_64bits_withSeed(page, WAL_PAGE - WAL_CHECK, WAL_MAGIC))
		return ("header check does not fit");
	h->node = little_get64(page + 16);
	h->first_seq = little_get64(page + 24);
	h->first_batch = little_get64(page + 32);
	h->prev_check = little_get64(page + 40);
	h->nonce = little_get64(page + 48);
	h->bytes = little_get64(page + 56);
	h->due = little_get64(page + 64);
	return (h->due != 0 && h->due >= h->first_seq ?
	    "jumps backwards" : NULL);
}

/* Copy n bytes to p, padded with zeros; return the padded length. */
static size_t
put_padded(uint8_t *p, const void *src, size_t n)
{
	size_t padded = wal_up8(n);

	if (n == 0)
		return (0);
	little_put64(p + padded - 8, 0);
	memcpy(p, src, n);
	return (padded);
}

/* Lay out a record without flags and checks. */
size_t
wal_record_put(uint8_t *p, uint64_t batch, uint64_t seq,
    const void *entry, size_t len, const void *sidecar, size_t sidecar_len)
{
	size_t n = WAL_RECORD_HEAD;

	little_put32(p, WAL_RECORD_MAGIC);
	little_put32(p + 4, (uint32_t)len);
	little_put32(p + 8, (uint32_t)sidecar_len);
	little_put32(p + 12, 0);
	little_put64(p + 16, batch);
	little_put64(p + 24, seq);
	n += put_padded(p + n, entry, len);
	if (sidecar_len > 0)
		n += put_padded(p + n, sidecar, sidecar_len) + WAL_CHECK;
	return (n + WAL_CHECK);
}

/* Set flags and checks. */
uint64_t
wal_record_close(uint8_t *p, uint32_t flags, uint64_t seed)
{
	size_t covered = WAL_RECORD_HEAD + wal_up8(little_get32(p + 4));
	size_t padded = wal_up8(little_get32(p + 8));
	uint8_t *q = p + covered;
	uint64_t check;

	little_put32(p + 12, flags);
	if (padded > 0) {
		little_put64(q + padded, sidecar_check(q, padded, seed));
		q += padded + WAL_CHECK;
	}
	check = XXH3_64bits_withSeed(p, covered, seed);
	little_put64(q, check);
	return (check);
}

/* Make the sidecar zeros under the mark of an erased one. */
void
wal_record_erase(uint8_t *p)
{
	size_t padded = wal_up8(little_get32(p + 8));
	uint8_t *q = p + WAL_RECORD_HEAD + wal_up8(little_get32(p + 4));

	memset(q, 0, padded);
	little_put64(q + padded, WAL_ERASED);
}

/* Parse the header: lengths within bounds, flags that go together. */
static enum wal_verdict
parse_head(struct wal_record *r, const uint8_t *p, size_t avail)
{
	size_t covered;

	if (avail < WAL_RECORD_HEAD)
		return (WAL_MORE);
	r->len = little_get32(p + 4);
	r->sidecar_len = little_get32(p + 8);
	r->flags = little_get32(p + 12);
	r->batch = little_get64(p + 16);
	r->seq = little_get64(p + 24);
	if (little_get32(p) != WAL_RECORD_MAGIC || r->len > WAL_ENTRY_MAX ||
	    r->sidecar_len > WAL_SIDECAR_MAX || (r->flags & ~WAL_FLAGS) != 0)
		return (WAL_BAD);
	if ((r->flags & WAL_SEAL) != 0 && r->flags != WAL_FLAGS)
		return (WAL_BAD);
	if (((r->flags & WAL_MARK) != 0) != (r->len == 0) ||
	    (r->len == 0 && r->sidecar_len != 0))
		return (WAL_BAD);
	r->size = wal_record_size(r->len, r->sidecar_len);
	if (r->size > avail)
		return (WAL_MORE);
	covered = WAL_RECORD_HEAD + wal_up8(r->len);
	r->entry = p + WAL_RECORD_HEAD;
	r->sidecar = r->sidecar_len > 0 ? p + covered : NULL;
	r->erased = 0;
	r->check = little_get64(p + r->size - WAL_CHECK);
	return (WAL_GOOD);
}

/* Does the trailing check fit the seed? */
static int
check_fits(const struct wal_record *r, const uint8_t *p, uint64_t seed)
{
	return (r->check == XXH3_64bits_withSeed(p,
	    WAL_RECORD_HEAD + wal_up8(r->len), seed));
}

/* Parse and check one record of a chain. */
enum wal_verdict
wal_record_get(struct wal_record *r, const uint8_t *p, size_t avail,
    uint64_t seed)
{
	enum wal_verdict v;
	size_t padded;
	uint64_t check;

	if ((v = parse_head(r, p, avail)) != WAL_GOOD)
		return (v);
	if (!check_fits(r, p, seed))
		return (WAL_BAD);
	if (r->sidecar == NULL)
		return (WAL_GOOD);
	padded = wal_up8(r->sidecar_len);
	check = little_get64(r->sidecar + padded);
	if (check == WAL_ERASED) {
		r->sidecar = NULL;
		r->erased = 1;
	} else if (check != sidecar_check(r->sidecar, padded, seed)) {
		return (WAL_BAD);
	}
	return (WAL_GOOD);
}

/* Recognise a record by its trailing check alone. */
int
wal_record_lone(struct wal_record *r, const uint8_t *p, size_t avail,
    uint64_t seed)
{
	return (parse_head(r, p, avail) == WAL_GOOD && check_fits(r, p, seed));
}

/* The check as it was before it was damaged, if that is the only damage. */
size_t
wal_record_due(const uint8_t *p, size_t avail, uint64_t seed,
    uint64_t *check)
{
	struct wal_record r;

	if (parse_head(&r, p, avail) != WAL_GOOD)
		return (0);
	*check = XXH3_64bits_withSeed(p, WAL_RECORD_HEAD + wal_up8(r.len),
	    seed);
	return (r.size);
}
