/*
 * OpenSSL has SM3 behind EVP only, where copying a state asks the heap and may
 * fail; a token may do neither. So this is our own, in the terms of GB/T 32905:
 * tests/keys/test_sm3.c holds it against OpenSSL's.
 */
#include <string.h>

#include "sm3.h"
#include "wipe.h"

#define FF0(x, y, z)	((x) ^ (y) ^ (z))
#define GG0(x, y, z)	((x) ^ (y) ^ (z))
#define FF1(x, y, z)	(((x) & (y)) | (((x) | (y)) & (z)))
#define GG1(x, y, z)	((((y) ^ (z)) & (x)) ^ (z))

/*
 * One round, with the eight words renamed instead of moved: d and h receive what
 * the standard calls TT1 and P0(TT2). t is the constant, turned by the number of
 * the round.
 */
#define ROUND(n, a, b, c, d, e, f, g, h, t, w0, w4) do {		\
	uint32_t a12 = turn((a), 12);					\
	uint32_t ss1 = turn((e) + (a12 + (t)), 7);			\
									\
	(d) = (FF##n((a), (b), (c)) + ((d) + ((w0) ^ (w4)))) + (ss1 ^ a12); \
	(h) = (GG##n((e), (f), (g)) + ((h) + (w0))) + ss1;		\
	(b) = turn((b), 9);						\
	(f) = turn((f), 19);						\
	(h) = (h) ^ turn((h), 9) ^ turn((h), 17);			\
} while (0)

/* Four rounds, after which the words have their names again. */
#define ROUNDS(n, j) do {						\
	ROUND(n, a, b, c, d, e, f, g, h, constant[j], w[j], w[j + 4]);	\
	ROUND(n, d, a, b, c, h, e, f, g, constant[j + 1], w[j + 1],	\
	    w[j + 5]);							\
	ROUND(n, c, d, a, b, g, h, e, f, constant[j + 2], w[j + 2],	\
	    w[j + 6]);							\
	ROUND(n, b, c, d, a, f, g, h, e, constant[j + 3], w[j + 3],	\
	    w[j + 7]);							\
} while (0)

/* Four words for later rounds. */
#define SPREAD(j) do {							\
	w[j] = spread(w, (j));						\
	w[(j) + 1] = spread(w, (j) + 1);				\
	w[(j) + 2] = spread(w, (j) + 2);				\
	w[(j) + 3] = spread(w, (j) + 3);				\
} while (0)

/* 79cc4519 in the first 16 rounds, then 7a879d8a, each turned left by its round. */
static const uint32_t constant[64] = {
	0x79cc4519, 0xf3988a32, 0xe7311465, 0xce6228cb, 0x9cc45197, 0x3988a32f,
	0x7311465e, 0xe6228cbc, 0xcc451979, 0x988a32f3, 0x311465e7, 0x6228cbce,
	0xc451979c, 0x88a32f39, 0x11465e73, 0x228cbce6, 0x9d8a7a87, 0x3b14f50f,
	0x7629ea1e, 0xec53d43c, 0xd8a7a879, 0xb14f50f3, 0x629ea1e7, 0xc53d43ce,
	0x8a7a879d, 0x14f50f3b, 0x29ea1e76, 0x53d43cec, 0xa7a879d8, 0x4f50f3b1,
	0x9ea1e762, 0x3d43cec5, 0x7a879d8a, 0xf50f3b14, 0xea1e7629, 0xd43cec53,
	0xa879d8a7, 0x50f3b14f, 0xa1e7629e, 0x43cec53d, 0x879d8a7a, 0x0f3b14f5,
	0x1e7629ea, 0x3cec53d4, 0x79d8a7a8, 0xf3b14f50, 0xe7629ea1, 0xcec53d43,
	0x9d8a7a87, 0x3b14f50f, 0x7629ea1e, 0xec53d43c, 0xd8a7a879, 0xb14f50f3,
	0x629ea1e7, 0xc53d43ce, 0x8a7a879d, 0x14f50f3b, 0x29ea1e76, 0x53d43cec,
	0xa7a879d8, 0x4f50f3b1, 0x9ea1e762, 0x3d43cec5,
};

/* Turn a word left by 1..31 bits. */
static inline uint32_t
turn(uint32_t x, unsigned n)
{

	return (x << n | x >> (32 - n));
}

/* Read a big-endian word. */
static inline uint32_t
word(const uint8_t *p)
{

	return ((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3]);
}

/* Write a big-endian word. */
static inline void
put(uint8_t *p, uint32_t x)
{

	p[0] = (uint8_t)(x >> 24);
	p[1] = (uint8_t)(x >> 16);
	p[2] = (uint8_t)(x >> 8);
	p[3] = (uint8_t)x;
}

/* Make the word of round j >= 16. */
static inline uint32_t
spread(const uint32_t w[68], unsigned j)
{
	uint32_t x = w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15);

	return (x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[j - 13], 7) ^ w[j - 6]);
}

/*
 * Take n blocks into the state. The words of later rounds are made between the
 * rounds, where the processor has time for them.
 */
static void
compress(uint32_t v[8], const uint8_t *p, size_t n)
{
	uint32_t a, b, c, d, e, f, g, h, w[68];
	unsigned j;

	for (; n > 0; n--, p += SM3_BLOCK) {
		for (j = 0; j < 16; j++)
			w[j] = word(p + 4 * j);
		a = v[0], b = v[1], c = v[2], d = v[3];
		e = v[4], f = v[5], g = v[6], h = v[7];
		for (j = 0; j < 16; j += 4) {
			SPREAD(j + 16);
			ROUNDS(0, j);
		}
		for (; j < 52; j += 4) {
			SPREAD(j + 16);
			ROUNDS(1, j);
		}
		for (; j < 64; j += 4)
			ROUNDS(1, j);
		v[0] ^= a, v[1] ^= b, v[2] ^= c, v[3] ^= d;
		v[4] ^= e, v[5] ^= f, v[6] ^= g, v[7] ^= h;
	}
	wipe(w, sizeof(w));
}

/* Begin a hash. */
void
sm3_init(struct sm3 *h)
{
	static const uint32_t iv[8] = { 0x7380166f, 0x4914b2b9, 0x172442d7,
	    0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e };

	memcpy(h->v, iv, sizeof(iv));
	h->len = 0;
}

/* Add bytes to a hash. */
void
sm3_update(struct sm3 *h, const void *data, size_t len)
{
	size_t have = (size_t)(h->len % SM3_BLOCK), n;
	const uint8_t *p = data;

	if (len == 0)
		return;
	h->len += len;
	if (have > 0) {
		n = len < SM3_BLOCK - have ? len : SM3_BLOCK - have;
		memcpy(h->block + have, p, n);
		p += n;
		len -= n;
		if (have + n < SM3_BLOCK)
			return;
		compress(h->v, h->block, 1);
	}
	if (len >= SM3_BLOCK)
		compress(h->v, p, len / SM3_BLOCK);
	memcpy(h->block, p + len / SM3_BLOCK * SM3_BLOCK, len % SM3_BLOCK);
}

/* Pad, and write the digest. */
void
sm3_final(struct sm3 *h, uint8_t out[SM3_LEN])
{
	size_t have = (size_t)(h->len % SM3_BLOCK);

	h->block[have++] = 0x80;
	if (have > SM3_BLOCK - 8) {
		memset(h->block + have, 0, SM3_BLOCK - have);
		compress(h->v, h->block, 1);
		have = 0;
	}
	memset(h->block + have, 0, SM3_BLOCK - 8 - have);
	put(h->block + SM3_BLOCK - 8, (uint32_t)(h->len >> 29));
	put(h->block + SM3_BLOCK - 4, (uint32_t)(h->len << 3));
	compress(h->v, h->block, 1);
	for (unsigned i = 0; i < 8; i++)
		put(out + 4 * i, h->v[i]);
}

/* Absorb the two padded keys, one block each. */
void
sm3_hmac_init(struct sm3_hmac *h, const void *key, size_t len)
{
	uint8_t block[SM3_BLOCK] = { 0 };

	if (len > sizeof(block)) {
		sm3_init(&h->inner);
		sm3_update(&h->inner, key, len);
		sm3_final(&h->inner, block);
	} else if (len > 0)
		memcpy(block, key, len);

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] ^= 0x36;
	sm3_init(&h->inner);
	sm3_update(&h->inner, block, sizeof(block));

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] ^= 0x36 ^ 0x5c;
	sm3_init(&h->outer);
	sm3_update(&h->outer, block, sizeof(block));

	wipe(block, sizeof(block));
}

/* Add bytes to the message. */
void
sm3_hmac_update(struct sm3_hmac *h, const void *data, size_t len)
{

	sm3_update(&h->inner, data, len);
}

/* Hash the inner digest under the outer key. */
void
sm3_hmac_final(struct sm3_hmac *h, uint8_t out[SM3_LEN])
{
	uint8_t digest[SM3_LEN];

	sm3_final(&h->inner, digest);
	sm3_update(&h->outer, digest, sizeof(digest));
	sm3_final(&h->outer, out);
	wipe(digest, sizeof(digest));
	wipe(h, sizeof(*h));
}
