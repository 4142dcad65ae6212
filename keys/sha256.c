/*
 * The low-level calls are deprecated in OpenSSL 3.0 but still there, and are
 * used in this file only: they copy a state with one assignment, need no heap
 * and cannot fail, and took 95 ns against 130 for a token (keys/DESIGN).
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <assert.h>
#include <stdalign.h>
#include <string.h>

#include "sha256.h"
#include "wipe.h"

static_assert(sizeof(struct sha256) == sizeof(SHA256_CTX),
    "struct sha256 holds exactly one SHA256_CTX");
static_assert(alignof(struct sha256) >= alignof(SHA256_CTX),
    "struct sha256 is aligned like a SHA256_CTX");

/* See the opaque words as what they are. */
static SHA256_CTX *
ctx(struct sha256 *h)
{

	return ((SHA256_CTX *)(void *)h);
}

/* Begin a hash. */
void
sha256_init(struct sha256 *h)
{

	SHA256_Init(ctx(h));
}

/* Add bytes to a hash. */
void
sha256_update(struct sha256 *h, const void *data, size_t len)
{

	SHA256_Update(ctx(h), data, len);
}

/* Write the digest. */
void
sha256_final(struct sha256 *h, uint8_t out[SHA256_LEN])
{

	SHA256_Final(out, ctx(h));
}

/* Hash one piece. */
void
sha256_of(uint8_t out[SHA256_LEN], const void *data, size_t len)
{
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, data, len);
	sha256_final(&h, out);
}

/* Hash a leaf of the tree. */
void
sha256_leaf(uint8_t out[SHA256_LEN], const void *entry, size_t len)
{
	static const uint8_t prefix = 0x00;
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, &prefix, 1);
	sha256_update(&h, entry, len);
	sha256_final(&h, out);
}

/* Hash an inner node of the tree. */
void
sha256_node(uint8_t out[SHA256_LEN], const uint8_t left[SHA256_LEN],
    const uint8_t right[SHA256_LEN])
{
	uint8_t text[1 + 2 * SHA256_LEN] = { 0x01 };

	memcpy(text + 1, left, SHA256_LEN);
	memcpy(text + 1 + SHA256_LEN, right, SHA256_LEN);
	sha256_of(out, text, sizeof(text));
}

/* Absorb the two padded keys, one block each. */
void
sha256_hmac_init(struct sha256_hmac *h, const void *key, size_t len)
{
	uint8_t block[SHA256_BLOCK] = { 0 };

	if (len > sizeof(block))
		sha256_of(block, key, len);
	else if (len > 0)
		memcpy(block, key, len);

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] ^= 0x36;
	sha256_init(&h->inner);
	sha256_update(&h->inner, block, sizeof(block));

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] ^= 0x36 ^ 0x5c;
	sha256_init(&h->outer);
	sha256_update(&h->outer, block, sizeof(block));

	wipe(block, sizeof(block));
}

/* Add bytes to the message. */
void
sha256_hmac_update(struct sha256_hmac *h, const void *data, size_t len)
{

	sha256_update(&h->inner, data, len);
}

/* Hash the inner digest under the outer key. */
void
sha256_hmac_final(struct sha256_hmac *h, uint8_t out[SHA256_LEN])
{
	uint8_t digest[SHA256_LEN];

	sha256_final(&h->inner, digest);
	sha256_update(&h->outer, digest, sizeof(digest));
	sha256_final(&h->outer, out);
	wipe(digest, sizeof(digest));
	wipe(h, sizeof(*h));
}
