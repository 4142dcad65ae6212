/*
 * SHA-256 (FIPS 180-4) by AVX-512, sixteen messages at a time, one in each lane of 32
 * bits: on processors with full units of 512 bits it takes half of the time of the SHA
 * instructions, and it needs none.
 */
#include "token_batch_impl.h"
#include "wipe.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdatomic.h>

#define WIDE	__attribute__((target("avx512f,avx512bw")))
#define LANES	TOKEN_BATCH_LANES

static const uint32_t K[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

#define ROR(x, n)	_mm512_ror_epi32((x), (n))
#define XOR3(x, y, z)	_mm512_ternarylogic_epi32((x), (y), (z), 0x96)
#define ADD(x, y)	_mm512_add_epi32((x), (y))

/* Does the processor have it? */
int
token_batch_wide_can(void)
{
	static _Atomic(int) known;	/* 0: not yet; 1: no; 2: yes */
	int is = atomic_load_explicit(&known, memory_order_relaxed);

	if (is == 0) {
		is = __builtin_cpu_supports("avx512f") &&
		    __builtin_cpu_supports("avx512bw") ? 2 : 1;
		atomic_store_explicit(&known, is, memory_order_relaxed);
	}
	return (is == 2);
}

/* One word of each message for each of sixteen rounds to come. */
static inline WIDE void
schedule(__m512i w[16])
{
	__m512i x, y;

#pragma GCC unroll 16
	for (unsigned i = 0; i < 16; i++) {
		x = w[(i + 1) % 16];
		y = w[(i + 14) % 16];
		x = XOR3(ROR(x, 7), ROR(x, 18), _mm512_srli_epi32(x, 3));
		y = XOR3(ROR(y, 17), ROR(y, 19), _mm512_srli_epi32(y, 10));
		w[i] = ADD(ADD(w[i], w[(i + 9) % 16]), ADD(x, y));
	}
}

/* Sixteen rounds; the words of the state change their places instead of moving. */
static inline WIDE void
rounds(__m512i s[8], const __m512i w[16], const uint32_t k[16])
{
#pragma GCC unroll 16
	for (unsigned i = 0; i < 16; i++) {
		__m512i a = s[-i % 8], b = s[(1 - i) % 8], c = s[(2 - i) % 8],
		    e = s[(4 - i) % 8], f = s[(5 - i) % 8], g = s[(6 - i) % 8],
		    t;

		t = ADD(s[(7 - i) % 8], ADD(w[i],
		    _mm512_set1_epi32((int)k[i])));
		t = ADD(t, _mm512_ternarylogic_epi32(e, f, g, 0xca));
		t = ADD(t, XOR3(ROR(e, 6), ROR(e, 11), ROR(e, 25)));
		s[(3 - i) % 8] = ADD(s[(3 - i) % 8], t);
		t = ADD(t, _mm512_ternarylogic_epi32(a, b, c, 0xe8));
		s[(7 - i) % 8] = ADD(t, XOR3(ROR(a, 2), ROR(a, 13),
		    ROR(a, 22)));
	}
}

/* One block of each message from where all begin; w is used up. */
static inline WIDE void
compress(__m512i s[8], const uint32_t begun[8], __m512i w[16])
{
	unsigned i;

#pragma GCC unroll 8
	for (i = 0; i < 8; i++)
		s[i] = _mm512_set1_epi32((int)begun[i]);
	rounds(s, w, K);
	for (i = 16; i < 64; i += 16) {
		schedule(w);
		rounds(s, w, K + i);
	}
#pragma GCC unroll 8
	for (i = 0; i < 8; i++)
		s[i] = ADD(s[i], _mm512_set1_epi32((int)begun[i]));
}

/* The bytes of each word the other way round. */
static inline WIDE __m512i
swap(__m512i v)
{

	return (_mm512_shuffle_epi8(v, _mm512_broadcast_i32x4(_mm_set_epi64x(
	    0x0c0d0e0f08090a0b, 0x0405060700010203))));
}

/* A text as the last block of 128 + len bytes. */
static inline WIDE __m512i
block_of(const struct token_text *text)
{
	__mmask64 end = (__mmask64)1 << text->len;
	__m512i v = _mm512_maskz_loadu_epi8(end - 1, text->data);

	v = swap(_mm512_mask_mov_epi8(v, end, _mm512_set1_epi8((char)0x80)));
	return (_mm512_mask_mov_epi32(v, 0x8000, _mm512_set1_epi32((128 +
	    text->len) * 8)));
}

/* Rows to columns, within each quarter of four registers. */
static inline WIDE void
turn4(__m512i v[4])
{
	__m512i a = _mm512_unpacklo_epi32(v[0], v[1]);
	__m512i b = _mm512_unpackhi_epi32(v[0], v[1]);
	__m512i c = _mm512_unpacklo_epi32(v[2], v[3]);
	__m512i d = _mm512_unpackhi_epi32(v[2], v[3]);

	v[0] = _mm512_unpacklo_epi64(a, c);
	v[1] = _mm512_unpackhi_epi64(a, c);
	v[2] = _mm512_unpacklo_epi64(b, d);
	v[3] = _mm512_unpackhi_epi64(b, d);
}

/* Sixteen blocks to sixteen words of each. */
static inline WIDE void
turn(__m512i w[16])
{
	__m512i a, b, c, d;

#pragma GCC unroll 4
	for (unsigned i = 0; i < 16; i += 4)
		turn4(&w[i]);
	/* w[4i + k]: words k, 4 + k, 8 + k, 12 + k of messages 4i to 4i + 3. */
#pragma GCC unroll 4
	for (unsigned k = 0; k < 4; k++) {
		a = _mm512_shuffle_i32x4(w[k], w[4 + k], 0x44);
		b = _mm512_shuffle_i32x4(w[k], w[4 + k], 0xee);
		c = _mm512_shuffle_i32x4(w[8 + k], w[12 + k], 0x44);
		d = _mm512_shuffle_i32x4(w[8 + k], w[12 + k], 0xee);
		w[k] = _mm512_shuffle_i32x4(a, c, 0x88);
		w[4 + k] = _mm512_shuffle_i32x4(a, c, 0xdd);
		w[8 + k] = _mm512_shuffle_i32x4(b, d, 0x88);
		w[12 + k] = _mm512_shuffle_i32x4(b, d, 0xdd);
	}
}

/* The first four words of each state are a token. */
static inline WIDE void
put(struct token out[LANES], __m512i s[4])
{
	turn4(s);
#pragma GCC unroll 4
	for (unsigned i = 0; i < 4; i++) {
		__m512i v = swap(s[i]);

		_mm_storeu_si128((__m128i *)(void *)out[i].b,
		    _mm512_extracti32x4_epi32(v, 0));
		_mm_storeu_si128((__m128i *)(void *)out[4 + i].b,
		    _mm512_extracti32x4_epi32(v, 1));
		_mm_storeu_si128((__m128i *)(void *)out[8 + i].b,
		    _mm512_extracti32x4_epi32(v, 2));
		_mm_storeu_si128((__m128i *)(void *)out[12 + i].b,
		    _mm512_extracti32x4_epi32(v, 3));
	}
}

/* Sixteen tokens. */
static WIDE void
sixteen(struct token out[LANES], const struct token_batch_key *key,
    const struct token_text *texts)
{
	__m512i w[16], s[8];
	unsigned i;

#pragma GCC unroll 16
	for (i = 0; i < 16; i++)
		w[i] = block_of(&texts[i]);
	turn(w);
	compress(s, key->inner, w);
#pragma GCC unroll 8
	for (i = 0; i < 8; i++) {
		w[i] = s[i];
		w[8 + i] = _mm512_setzero_si512();
	}
	w[8] = _mm512_set1_epi32((int)0x80000000);
	w[15] = _mm512_set1_epi32((64 + 32) * 8);
	compress(s, key->outer, w);
	put(out, s);
}

/* Make tokens by the sixteen. */
WIDE void
token_batch_wide(struct token *out, const struct token_batch_key *key,
    const struct token_text *texts, size_t n)
{
	struct token_text last[LANES] = { { .len = 0 } };
	struct token made[LANES];
	size_t i, k;

	for (i = 0; i + LANES <= n; i += LANES)
		sixteen(&out[i], key, &texts[i]);
	if (i == n)
		return;
	for (k = 0; i + k < n; k++)
		last[k] = texts[i + k];
	sixteen(made, key, last);
	for (k = 0; i + k < n; k++)
		out[i + k] = made[k];
	wipe(last, sizeof(last));
}

#else /* !__x86_64__ */

/* There is none. */
int
token_batch_wide_can(void)
{

	return (0);
}

/* Never called. */
void
token_batch_wide(struct token *out, const struct token_batch_key *key,
    const struct token_text *texts, size_t n)
{

	(void)out;
	(void)key;
	(void)texts;
	(void)n;
}

#endif
