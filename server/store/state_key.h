#ifndef STATE_KEY_H_
#define STATE_KEY_H_

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * The one form of a key in the overlays and in LMDB: kind, length, the bytes,
 * and zeros up to a multiple of 8.  Compared as bytes it sorts by kind, then
 * length, then content.  The multiple of 8, with values padded alike, is what
 * makes LMDB return every value 8-byte aligned: it lays records out in order,
 * each behind a header of 8 (in a page) or 16 bytes (in pages of its own).
 * Kind 0 is the store's own.
 */
#define STATE_KEY_SIZE	40		/* Longest encoded key. */
#define STATE_KEY_MARK	0xff		/* "Length" of a key of kind 0. */

struct state_key {
	uint8_t b[STATE_KEY_SIZE];	/* Encoded key. */
	uint32_t size;			/* Its size, a multiple of 8. */
	uint32_t hash;			/* overlay_hash() of it. */
};

/**
 * state_key_make(k, kind, key, keylen):
 * Encode a key of 1 to 32 bytes into ${k}; the hash is left 0.
 */
static inline void
state_key_make(struct state_key *k, uint8_t kind, const void *key,
    size_t keylen)
{

	assert(keylen >= 1 && keylen <= 32);
	memset(k, 0, sizeof(*k));
	k->b[0] = kind;
	k->b[1] = (uint8_t)keylen;
	memcpy(&k->b[2], key, keylen);
	k->size = (uint32_t)((2 + keylen + 7) & ~(size_t)7);
}

/**
 * state_key_first(k):
 * Write a key to ${k} that sorts before all others.
 */
static inline void
state_key_first(struct state_key *k)
{

	memset(k, 0, sizeof(*k));
	k->size = 8;
}

/**
 * state_key_marks(k):
 * Write the lowest key that a mark can have to ${k}.
 */
static inline void
state_key_marks(struct state_key *k)
{

	memset(k, 0, sizeof(*k));
	k->b[1] = STATE_KEY_MARK;
	k->size = 8;
}

/**
 * state_key_mark(k, key, keysize):
 * Write to ${k} the key of the mark for the deleted record of the encoded key
 * ${key}: kind 0, STATE_KEY_MARK, and that key with as much padding as fits.
 */
static inline void
state_key_mark(struct state_key *k, const uint8_t *key, size_t keysize)
{

	state_key_marks(k);
	memcpy(&k->b[2], key, keysize < STATE_KEY_SIZE - 2 ? keysize :
	    STATE_KEY_SIZE - 2);
	k->size = (uint32_t)((2 + 2 + (size_t)key[1] + 7) & ~(size_t)7);
}

/**
 * state_key_is_mark(key, keysize):
 * Return true if an encoded key is that of a mark.
 */
static inline bool
state_key_is_mark(const uint8_t *key, size_t keysize)
{

	return (keysize >= 8 && key[0] == 0 && key[1] == STATE_KEY_MARK &&
	    key[2] != 0 && key[3] >= 1 && key[3] <= 32 &&
	    keysize == ((2 + 2 + (size_t)key[3] + 7) & ~(size_t)7));
}

#endif /* !STATE_KEY_H_ */
