/* Signatures from raw keys: Ed25519 (RFC 8032), and SM2 with SM3 (GB/T 32918.2,
 * ISO/IEC 14888-3) over the recommended curve of GB/T 32918.5 with the signer's
 * distinguishing id 1234567812345678 (GB/T 35276).
 *
 * A secret is 32 bytes: the seed of Ed25519, or the scalar of SM2, big-endian.
 * A public key is the 32 bytes of RFC 8032, or x || y of 32 bytes each. A
 * signature is 64 bytes: R || S, or r || s, big-endian.
 *
 * Threads: any. OpenSSL's own random numbers make the SM2 signature's nonce. */
#ifndef LIANGKA_KEYS_SIGN_H
#define LIANGKA_KEYS_SIGN_H

#include <stddef.h>
#include <stdint.h>

#define SIGN_LEN	64	/* bytes of a signature */
#define SIGN_SECRET_LEN	32
#define SIGN_PUBLIC_MAX	64	/* bytes of the longer public key */

enum sign_algorithm {
	SIGN_ED25519,
	SIGN_SM2
};

/* sign_public_len(a): Return the bytes of a public key. */
size_t	sign_public_len(enum sign_algorithm a);

/* sign_public(a, public, secret):
 * Write the public key of a secret. Return 0, or -1 with public zeroed when the
 * secret is none (an SM2 scalar that is 0 or above the order less 2), or out of
 * memory. */
int	sign_public(enum sign_algorithm a, uint8_t public[SIGN_PUBLIC_MAX],
	    const uint8_t secret[SIGN_SECRET_LEN]);

/* sign_public_good(a, public):
 * Is this a public key? Return 1 or 0. Any 32 bytes may be one of Ed25519 (those
 * that are no point verify nothing); of SM2 it must be a point of the curve. */
int	sign_public_good(enum sign_algorithm a,
	    const uint8_t public[SIGN_PUBLIC_MAX]);

/* sign_make(a, sig, secret, public, message, len):
 * Sign len bytes; public is the secret's own. Return 0, or -1 with sig zeroed. */
int	sign_make(enum sign_algorithm a, uint8_t sig[SIGN_LEN],
	    const uint8_t secret[SIGN_SECRET_LEN],
	    const uint8_t public[SIGN_PUBLIC_MAX], const void *message,
	    size_t len);

/* sign_check(a, sig, public, message, len):
 * Return 0 when the signature over len bytes is good, else -1. */
int	sign_check(enum sign_algorithm a, const uint8_t sig[SIGN_LEN],
	    const uint8_t public[SIGN_PUBLIC_MAX], const void *message,
	    size_t len);

#endif
