/* SHA-256 and HMAC-SHA-256 with states that are computed once and copied.
 *
 * Everything here works in memory the caller owns, allocates nothing and cannot
 * fail. Any number of threads may call it at once on different structs; a state
 * that nobody changes may be copied by many threads. */
#ifndef LIANGKA_KEYS_SHA256_H
#define LIANGKA_KEYS_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_LEN	32	/* bytes of a digest */
#define SHA256_BLOCK	64	/* bytes of a block */

/* A running hash. Copy it by assignment to branch off a common beginning. */
struct sha256 {
	uint32_t	opaque[28];
};

/* A running HMAC. Assignment copies it, which is how one key serves many
 * messages: set the key once, copy, update, final. Holds secrets: wipe it. */
struct sha256_hmac {
	struct sha256	inner;
	struct sha256	outer;
};

/* sha256_init(h), sha256_update(h, data, len), sha256_final(h, out):
 * Begin a hash, add len bytes of data to it, and write the digest to out. After
 * sha256_final h must be begun again. data may be NULL when len is 0. */
void	sha256_init(struct sha256 *h);
void	sha256_update(struct sha256 *h, const void *data, size_t len);
void	sha256_final(struct sha256 *h, uint8_t out[SHA256_LEN]);

/* sha256_of(out, data, len):
 * Write SHA-256(data) to out. */
void	sha256_of(uint8_t out[SHA256_LEN], const void *data, size_t len);

/* sha256_leaf(out, entry, len):
 * Write the RFC 6962 (section 2.1) leaf hash SHA-256(0x00 || entry) to out. */
void	sha256_leaf(uint8_t out[SHA256_LEN], const void *entry, size_t len);

/* sha256_node(out, left, right):
 * Write the RFC 6962 (section 2.1) node hash SHA-256(0x01 || left || right) to
 * out, which may be left or right itself. */
void	sha256_node(uint8_t out[SHA256_LEN], const uint8_t left[SHA256_LEN],
	    const uint8_t right[SHA256_LEN]);

/* sha256_hmac_init(h, key, len):
 * Set the key of h (RFC 2104, any length; longer than a block is hashed first).
 * h is then the beginning of a message and may be kept and copied. */
void	sha256_hmac_init(struct sha256_hmac *h, const void *key, size_t len);

/* sha256_hmac_update(h, data, len), sha256_hmac_final(h, out):
 * Add len bytes to the message; write its code to out and wipe h. */
void	sha256_hmac_update(struct sha256_hmac *h, const void *data, size_t len);
void	sha256_hmac_final(struct sha256_hmac *h, uint8_t out[SHA256_LEN]);

#endif
