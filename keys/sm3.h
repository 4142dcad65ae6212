/* SM3 (GB/T 32905, ISO/IEC 10118-3:2018) and HMAC-SM3 with states that are computed
 * once and copied: what sha256.h is for the gm profile.
 *
 * Everything here works in memory the caller owns, allocates nothing and cannot
 * fail. Any number of threads may call it at once on different structs; a state
 * that nobody changes may be copied by many threads. */
#ifndef LIANGKA_KEYS_SM3_H
#define LIANGKA_KEYS_SM3_H

#include <stddef.h>
#include <stdint.h>

#define SM3_LEN		32	/* bytes of a digest */
#define SM3_BLOCK	64	/* bytes of a block */

/* A running hash. Copy it by assignment to branch off a common beginning. */
struct sm3 {
	uint32_t	v[8];
	uint8_t		block[SM3_BLOCK];	/* its first len % 64 bytes */
	uint64_t	len;			/* bytes so far */
};

/* A running HMAC. Holds secrets: wipe it. */
struct sm3_hmac {
	struct sm3	inner;
	struct sm3	outer;
};

/* sm3_init(h), sm3_update(h, data, len), sm3_final(h, out):
 * Begin a hash, add len bytes of data to it, and write the digest to out. After
 * sm3_final h must be begun again. data may be NULL when len is 0. */
void	sm3_init(struct sm3 *h);
void	sm3_update(struct sm3 *h, const void *data, size_t len);
void	sm3_final(struct sm3 *h, uint8_t out[SM3_LEN]);

/* sm3_hmac_init(h, key, len):
 * Set the key of h (RFC 2104, any length; longer than a block is hashed first).
 * h is then the beginning of a message and may be kept and copied. */
void	sm3_hmac_init(struct sm3_hmac *h, const void *key, size_t len);

/* sm3_hmac_update(h, data, len), sm3_hmac_final(h, out):
 * Add len bytes to the message; write its code to out and wipe h. */
void	sm3_hmac_update(struct sm3_hmac *h, const void *data, size_t len);
void	sm3_hmac_final(struct sm3_hmac *h, uint8_t out[SM3_LEN]);

#endif
