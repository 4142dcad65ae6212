/* SM2 with SM3 for sign.c alone, whose header says what the bytes are. Each call
 * returns 0 or -1, and may leave a message in OpenSSL's queue. */
#ifndef LIANGKA_KEYS_SIGN_SM2_H
#define LIANGKA_KEYS_SIGN_SM2_H

#include <stddef.h>
#include <stdint.h>

int	sign_sm2_public(uint8_t public[64], const uint8_t secret[32]);
int	sign_sm2_make(uint8_t sig[64], const uint8_t secret[32],
	    const uint8_t public[64], const void *message, size_t len);
int	sign_sm2_check(const uint8_t sig[64], const uint8_t public[64],
	    const void *message, size_t len);

/* sign_sm2_public_good(public): Is it a point of the curve? Return 1 or 0. */
int	sign_sm2_public_good(const uint8_t public[64]);

#endif
