/*
 * SHA-256 (FIPS 180-4) by the SHA instructions of x86, two messages at a time: each
 * round waits for the one before, so that a second message costs little more.
 */
#include "token_batch_impl.h"
#include "wipe.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdatomic.h>

#define NI	__attribute__((target("sha,sse4.1,ssse3")))
#define LANES	2

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

/* The eight words of a state as the instructions want them: a b e f and c d g h. */
struct lane {
	__m128i abef, cdgh;
};

/* Does the processor have them? */
int
token_batch_ni_can(void)
{
	static _Atomic(int) known;	/* 0: not yet; 1: no; 2: yes */
	int is = atomic_load_explicit(&known, memory_order_relaxed);

	if (is == 0) {
		uint32_t a = 7, b = 0, c = 0, d = 0;

		/* Leaf 7, EBX bit 29; gcc 12 has no name for it in cpu_supports. */
		__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
		is = (b >> 29 & 1) != 0 && __builtin_cpu_supports("sse4.1") &&
		    __builtin_cpu_supports("ssse3") ? 2 : 1;
		atomic_store_explicit(&known, is, memory_order_relaxed);
	}
	return (is == 2);
}

/* Order the words of a state for the instructions. */
static inline NI struct lane
lane_of(const uint32_t h[8])
{
	__m128i lo = _mm_loadu_si128((const __m128i *)(const void *)h);
	__m128i hi = _mm_loadu_si128((const __m128i *)(const void *)(h + 4));
	struct lane l;

	lo = _mm_shuffle_epi32(lo, 0xb1);
	hi = _mm_shuffle_epi32(hi, 0x1b);
	l.abef = _mm_alignr_epi8(lo, hi, 8);
	l.cdgh = _mm_blend_epi16(hi, lo, 0xf0);
	return (l);
}

/* And back: words a to d, words e to h. */
static inline NI void
words_of(const struct lane *l, __m128i *ad, __m128i *eh)
{
	__m128i feba = _mm_shuffle_epi32(l->abef, 0x1b);
	__m128i dchg = _mm_shuffle_epi32(l->cdgh, 0xb1);

	*ad = _mm_blend_epi16(feba, dchg, 0xf0);
	*eh = _mm_alignr_epi8(dchg, feba, 8);
}

/* One block of each lane; w is used up. */
static inline NI void
compress(struct lane s[LANES], __m128i w[LANES][4])
{
	struct lane begun[LANES] = { s[0], s[1] };
	__m128i k, t;

#pragma GCC unroll 16
	for (unsigned r = 0; r < 16; r++) {
		k = _mm_loadu_si128((const __m128i *)(const void *)&K[4 * r]);
#pragma GCC unroll 2
		for (unsigned i = 0; i < LANES; i++) {
			t = _mm_add_epi32(w[i][r % 4], k);
			s[i].cdgh = _mm_sha256rnds2_epu32(s[i].cdgh, s[i].abef,
			    t);
			t = _mm_shuffle_epi32(t, 0x0e);
			s[i].abef = _mm_sha256rnds2_epu32(s[i].abef, s[i].cdgh,
			    t);
			if (r >= 12)
				continue;
			t = _mm_sha256msg1_epu32(w[i][r % 4],
			    w[i][(r + 1) % 4]);
			t = _mm_add_epi32(t, _mm_alignr_epi8(w[i][(r + 3) % 4],
			    w[i][(r + 2) % 4], 4));
			w[i][r % 4] = _mm_sha256msg2_epu32(t,
			    w[i][(r + 3) % 4]);
		}
	}
	for (unsigned i = 0; i < LANES; i++) {
		s[i].abef = _mm_add_epi32(s[i].abef, begun[i].abef);
		s[i].cdgh = _mm_add_epi32(s[i].cdgh, begun[i].cdgh);
	}
}

/* A text as the last block of 128 + len bytes. */
static inline NI void
block_of(__m128i w[4], const struct token_text *text)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b,
	    0x0405060700010203);
	const __m128i count = _mm_set_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6,
	    5, 4, 3, 2, 1, 0);
	const uint8_t *p = text->data;
	__m128i len = _mm_set1_epi8((char)text->len), at, v;

	for (int i = 0; i < 4; i++) {
		/* The last 16 bytes of a text begin before its 48th. */
		v = i < 3 ? _mm_loadu_si128((const __m128i *)(const void *)(p +
		    16 * i)) : _mm_loadl_epi64((const __m128i *)(const void *)
		    (p + 48));
		at = _mm_add_epi8(count, _mm_set1_epi8((char)(16 * i)));
		v = _mm_and_si128(v, _mm_cmplt_epi8(at, len));
		v = _mm_or_si128(v, _mm_and_si128(_mm_cmpeq_epi8(at, len),
		    _mm_set1_epi8((char)0x80)));
		w[i] = _mm_shuffle_epi8(v, swap);
	}
	w[3] = _mm_insert_epi32(w[3], (128 + text->len) * 8, 3);
}

/* Two tokens. */
static inline NI void
pair(struct token out[LANES], const struct lane *inner,
    const struct lane *outer, const struct token_text *a,
    const struct token_text *b)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b,
	    0x0405060700010203);
	struct lane s[LANES] = { *inner, *inner };
	__m128i w[LANES][4], ad, eh;

	block_of(w[0], a);
	block_of(w[1], b);
	compress(s, w);
	for (unsigned i = 0; i < LANES; i++) {
		words_of(&s[i], &w[i][0], &w[i][1]);
		w[i][2] = _mm_set_epi32(0, 0, 0, (int)0x80000000);
		w[i][3] = _mm_set_epi32((64 + 32) * 8, 0, 0, 0);
		s[i] = *outer;
	}
	compress(s, w);
	for (unsigned i = 0; i < LANES; i++) {
		words_of(&s[i], &ad, &eh);
		_mm_storeu_si128((__m128i *)(void *)out[i].b,
		    _mm_shuffle_epi8(ad, swap));
	}
}

/* Make tokens in pairs. */
NI void
token_batch_ni(struct token *out, const struct token_batch_key *key,
    const struct token_text *texts, size_t n)
{
	struct lane inner = lane_of(key->inner), outer = lane_of(key->outer);
	struct token two[LANES];
	size_t i;

	for (i = 0; i + 1 < n; i += 2)
		pair(&out[i], &inner, &outer, &texts[i], &texts[i + 1]);
	if (i < n) {
		pair(two, &inner, &outer, &texts[i], &texts[i]);
		out[i] = two[0];
	}
	wipe(&inner, sizeof(inner));
	wipe(&outer, sizeof(outer));
}

#else /* !__x86_64__ */

/* There are none. */
int
token_batch_ni_can(void)
{

	return (0);
}

/* Never called. */
void
token_batch_ni(struct token *out, const struct token_batch_key *key,
    const struct token_text *texts, size_t n)
{

	(void)out;
	(void)key;
	(void)texts;
	(void)n;
}

#endif
