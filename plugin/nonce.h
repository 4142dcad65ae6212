#ifndef LIANGKA_NONCE_H_
#define LIANGKA_NONCE_H_

#include <stdint.h>

#include "wire.h"

/*
 * Request ids: 8 random bytes of this process and a counter of 8.  Never used
 * twice, also not by the parent or child of a fork.
 */

/**
 * nonce_next(id): Write a new id.
 */
void nonce_next(uint8_t id[WIRE_ID]);

/**
 * nonce_count(id): Return the counter in an id that this process made, or 0 for
 * another's.  Counters start at 1 and rise by 1.
 */
uint64_t nonce_count(const uint8_t id[WIRE_ID]);

/**
 * nonce_reset(): In the child of a fork: begin anew.
 */
void nonce_reset(void);

#endif /* !LIANGKA_NONCE_H_ */
