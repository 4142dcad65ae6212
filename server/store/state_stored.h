#ifndef STATE_STORED_H_
#define STATE_STORED_H_

#include <stddef.h>
#include <stdint.h>

/*
 * The form of a record in LMDB: check[16] seq[8] len[4] zero[4] value, padded
 * with zeros to a multiple of 8; integers little-endian.  The check is XXH3-128
 * over all that follows it, seeded by the XXH3-64 of the encoded key, because
 * LMDB has no page checksums and returns a flipped bit or another record's
 * value without a word.  It is against accidents, not against people.
 */
struct state_stored {
	const uint8_t *key;		/* Encoded. */
	size_t keysize;
	const void *value;		/* 8-byte aligned. */
	size_t len;
	uint64_t seq;
};

/**
 * state_stored_size(len):
 * Return the size of the stored form of a value of ${len} bytes.
 */
size_t state_stored_size(size_t len);

/**
 * state_stored_write(key, keysize, seq, value, len, p):
 * Write the state_stored_size(${len}) bytes of the stored form to ${p}.
 */
void state_stored_write(const uint8_t *key, size_t keysize, uint64_t seq,
    const void *value, size_t len, uint8_t *p);

/**
 * state_stored_read(key, keysize, p, size, r):
 * Verify ${size} bytes at ${p}, which must be 8-byte aligned, as the record of
 * the encoded key ${key} and point ${r} into them.  Return 0, or -1 if they are
 * not what was written.
 */
int state_stored_read(const uint8_t *key, size_t keysize, const uint8_t *p,
    size_t size, struct state_stored *r);

#endif /* !STATE_STORED_H_ */
