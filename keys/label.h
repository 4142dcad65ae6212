/* Domain labels of keyed hashes. */
#ifndef LIANGKA_KEYS_LABEL_H
#define LIANGKA_KEYS_LABEL_H

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "sha256.h"
#include "sm3.h"

#define LABEL_BLOCK	64	/* bytes: a block of SHA-256 and of SM3 */

/* label_block(block, label):
 * Write the label block: the length of label in one byte, label (at most 63
 * bytes), zeros up to 64. Every keyed hash of ours begins with such a block, so
 * those of two purposes never share an input. */
static inline void
label_block(uint8_t block[LABEL_BLOCK], const char *label)
{
	size_t len = strlen(label);

	assert(len < LABEL_BLOCK);
	memset(block, 0, LABEL_BLOCK);
	block[0] = (uint8_t)len;
	memcpy(block + 1, label, len);
}

/* label_absorb(h, label), label_absorb_sm3(h, label):
 * Add the label block to an HMAC whose message begins here. */
static inline void
label_absorb(struct sha256_hmac *h, const char *label)
{
	uint8_t block[LABEL_BLOCK];

	label_block(block, label);
	sha256_hmac_update(h, block, sizeof(block));
}

static inline void
label_absorb_sm3(struct sm3_hmac *h, const char *label)
{
	uint8_t block[LABEL_BLOCK];

	label_block(block, label);
	sm3_hmac_update(h, block, sizeof(block));
}

#endif
