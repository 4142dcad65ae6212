/* Domain labels of keyed hashes. */
#ifndef LIANGKA_KEYS_LABEL_H
#define LIANGKA_KEYS_LABEL_H

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "sha256.h"

/* label_absorb(h, label):
 * Add the label block to an HMAC whose message begins here: the length of label
 * in one byte, label (at most 63 bytes), zeros up to 64. Every keyed hash of ours
 * begins with such a block, so those of two purposes never share an input. */
static inline void
label_absorb(struct sha256_hmac *h, const char *label)
{
	uint8_t block[SHA256_BLOCK] = { 0 };
	size_t len = strlen(label);

	assert(len < sizeof(block));
	block[0] = (uint8_t)len;
	memcpy(block + 1, label, len);
	sha256_hmac_update(h, block, sizeof(block));
}

#endif
