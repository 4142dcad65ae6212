#ifndef OVERLAY_H_
#define OVERLAY_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct state_key;

/*
 * In-memory map from encoded keys (state_key.h) to records: one reserved
 * stretch of address space of which pages are touched as they are needed, so
 * that a whole map is dropped at once and no record is malloc'ed.
 *
 * The table is a linear hash with chains: it grows in place, one bucket for
 * each insertion or so, hence no insertion ever pays for a re-hash.  (Open
 * addressing with two tables was the other way; it needs a second table, its
 * migration in each call, and tombstones.)
 *
 * Records lie in blocks of 46 sizes, four to each doubling.  A record that
 * outgrows its block moves; the old block goes to the list of its size.
 *
 * Invariants:
 * 1. buckets = low + split, 0 <= split < low, low a power of two; a record of
 *    hash h is in the chain h mod 2 low if that is < buckets, else h mod low.
 * 2. Each key has one record.  A mark (deleted) has length 0.
 * 3. Each block is in exactly one chain or one free list.
 */
struct overlay;

struct overlay_record {
	uint64_t seq;			/* Last seq applied; the user's. */
	uint32_t hash;
	uint32_t next;			/* Chain; in units of 8 bytes. */
	uint32_t len;			/* Of the value. */
	uint8_t class;			/* Of the block. */
	uint8_t keysize;		/* Of the encoded key. */
	uint8_t deleted;		/* A mark: the record is no more. */
	uint8_t unused;
	uint64_t body[];		/* Encoded key, then the value. */
};

/* One record with the start of its key, for sorting. */
struct overlay_item {
	uint64_t prefix;
	const struct overlay_record *r;
};

/**
 * overlay_key(r):
 * Return the encoded key, of ${r->keysize} bytes.
 */
static inline const uint8_t *
overlay_key(const struct overlay_record *r)
{

	return ((const uint8_t *)r->body);
}

/**
 * overlay_value(r):
 * Return the value, 8-byte aligned, of ${r->len} bytes.
 */
static inline void *
overlay_value(const struct overlay_record *r)
{

	return ((void *)(uintptr_t)(overlay_key(r) + r->keysize));
}

/**
 * overlay_new(bytes):
 * Return an empty map that will never use more than ${bytes} of memory, or
 * NULL with errno.  Only address space is taken now.  At most 32 GiB.
 */
struct overlay *overlay_new(uint64_t bytes);

/**
 * overlay_free(o):
 * Give the memory of ${o}, which may be NULL, back.  Takes milliseconds for a
 * large map.
 */
void overlay_free(struct overlay *o);

/**
 * overlay_empty(o):
 * Drop all records but keep the memory for the next ones, which saves the
 * kernel's zeroing of fresh pages.  Takes milliseconds for a large map.
 */
void overlay_empty(struct overlay *o);

/**
 * overlay_trim(o, bytes):
 * Give back what an overlay_empty() kept beyond ${bytes} of memory in all.
 */
void overlay_trim(struct overlay *o, uint64_t bytes);

/**
 * overlay_hash(k, seed):
 * Return the hash of an encoded key under the secret ${seed}.
 */
uint32_t overlay_hash(const struct state_key *k, uint64_t seed);

/**
 * overlay_find(o, k):
 * Return the record of ${k}, perhaps a mark, or NULL.  It stays where it is
 * until the next overlay_put() for this key.
 */
struct overlay_record *overlay_find(const struct overlay *o,
    const struct state_key *k);

/**
 * overlay_expect(o, k):
 * Fetch the bucket of ${k} into the cache.  overlay_expect_record(o, k): a moment
 * later, the first record that it holds.
 */
void overlay_expect_record(const struct overlay *o, const struct state_key *k);
void overlay_expect(const struct overlay *o, const struct state_key *k);

/**
 * overlay_put(o, k, len):
 * Return the record of ${k}, made if need be, with a value of ${len} bytes
 * (at most 65536), no longer a mark: what it held is kept up to ${len}, the
 * rest is zero.  A new one has seq 0.  Return NULL with nothing changed if
 * the limit does not allow it.
 */
struct overlay_record *overlay_put(struct overlay *o,
    const struct state_key *k, size_t len);

/**
 * overlay_room(o, records, bytes):
 * Return true if ${records} overlay_put() calls whose lengths sum to at most
 * ${bytes} are sure to succeed.
 */
bool overlay_room(const struct overlay *o, size_t records, size_t bytes);

/**
 * overlay_limit(o, bytes):
 * Set how much memory ${o} may use, at most what overlay_new() was given.
 */
void overlay_limit(struct overlay *o, uint64_t bytes);

/**
 * overlay_used(o):
 * Return the bytes in use: table, records and blocks once used.
 */
uint64_t overlay_used(const struct overlay *o);

/**
 * overlay_records(o):
 * Return the number of records and marks.
 */
uint64_t overlay_records(const struct overlay *o);

/**
 * overlay_sort(o, first, n):
 * Return an array, to be freed by free(), of all records whose key begins with
 * the byte ${first}, or all if it is negative, in key order, their number in
 * ${n}; or NULL if memory ran out.
 */
struct overlay_item *overlay_sort(const struct overlay *o, int first,
    size_t *n);

/**
 * overlay_order(items, n):
 * Put ${n} items into key order; their prefixes are the first 8 bytes of
 * their keys, as a number.  Takes as much memory again for a moment; where there
 * is none it is only slower.
 */
void overlay_order(struct overlay_item *items, size_t n);

/**
 * overlay_check(o):
 * Assert the invariants.  Visits every record; for tests.
 */
void overlay_check(const struct overlay *o);

#endif /* !OVERLAY_H_ */
