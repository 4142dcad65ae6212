#include "wal_format.h"

#include "wal_scan.h"

/* Expect the first record of a segment. */
void
wal_chain_start(struct wal_chain *c, const struct wal_header *h)
{
	c->off = WAL_PAGE;
	c->seed = h->nonce;
	c->seq = h->first_seq;
	c->batch = h->first_batch;
}

/* Both numbers are dense, so there is one right value for each. */
int
wal_chain_step(struct wal_chain *c, const struct wal_record *r)
{
	if (r->seq != c->seq || r->batch != c->batch)
		return (-1);
	c->off += r->size;
	c->seed = r->check;
	if ((r->flags & WAL_MARK) == 0)
		c->seq++;
	if ((r->flags & WAL_LAST) != 0)
		c->batch++;
	return (0);
}

/* Begin at the first record. */
void
wal_scan_start(struct wal_scan *s, const uint8_t *buf, size_t len,
    const struct wal_header *h)
{
	s->buf = buf;
	s->len = len;
	s->stop = WAL_STOP_NONE;
	wal_chain_start(&s->chain, h);
}

/* One record further. */
int
wal_scan_next(struct wal_scan *s, struct wal_record *r)
{
	size_t off = (size_t)s->chain.off;

	if (s->stop != WAL_STOP_NONE)
		return (0);
	if (off > s->len || wal_record_get(r, s->buf + off, s->len - off,
	    s->chain.seed) != WAL_GOOD) {
		s->stop = WAL_STOP_BAD;
		return (0);
	}
	if (wal_chain_step(&s->chain, r) != 0) {
		s->stop = WAL_STOP_ORDER;
		return (0);
	}
	if ((r->flags & WAL_SEAL) != 0) {
		s->stop = WAL_STOP_SEAL;
		return (0);
	}
	return (1);
}

/*
 * Torn tail or corruption?
 *
 * Let the bad place be where the record of batch n is expected.  n is certain
 * although the record itself is not readable: batches are dense, so if the
 * good record before it has LAST, n is that one's batch plus one, else the
 * same (wal_chain_step has worked it out; at the start of a segment the header
 * says it).  A record of batch n + 1 or later is written only after fdatasync
 * of batch n returned.  So
 *
 *   some valid record of a batch > n lies behind: batch n was on the disk as a
 *   whole, may have been acknowledged, and was damaged since.  Corruption.
 *
 *   none does, or only records of batch n: batch n was being written when the
 *   power went; its sectors reach the disk in any order, so a hole before
 *   valid records of the same batch is ordinary.  A torn tail: nothing from
 *   the bad place on was acknowledged.
 *
 * Damage to the very last batch of a log that was not closed cannot be told
 * from a torn tail by anybody; a clean close and a recovery each end with a
 * batch that holds no entry, so that damage to the entries before it is found.
 *
 * A record behind the bad place is recognised by the check that stands right
 * before it; if that very check is what was damaged, the record right behind
 * is recognised by what the check ought to be.  Its numbers must be such that
 * the records between would have had room: bytes left over from elsewhere do
 * not meet that.
 */
size_t
wal_scan_later(const struct wal_scan *s, struct wal_record *r)
{
	const struct wal_chain *c = &s->chain;
	uint64_t check = 0, seed, room;
	size_t off, due;

	if (c->off + WAL_MARKER_SIZE > s->len)
		return (0);
	off = (size_t)c->off;
	due = off + wal_record_due(s->buf + off, s->len - off, c->seed,
	    &check);
	for (off += WAL_MARKER_SIZE; off + WAL_MARKER_SIZE <= s->len;
	    off += 8) {
		if (little_get32(s->buf + off) != WAL_RECORD_MAGIC)
			continue;
		seed = little_get64(s->buf + off - WAL_CHECK);
		if (!wal_record_lone(r, s->buf + off, s->len - off, seed) &&
		    (off != due || !wal_record_lone(r, s->buf + off,
		    s->len - off, check)))
			continue;
		room = (off - c->off) / WAL_MARKER_SIZE;
		if (r->batch > c->batch && r->batch - c->batch <= room &&
		    r->seq >= c->seq && r->seq - c->seq <= room)
			return (off);
	}
	return (0);
}
