#ifndef LIANGKA_SCREEN_FILTER_H_
#define LIANGKA_SCREEN_FILTER_H_

/*
 * Which tokens are certainly not in a set: a Bloom filter of 16 bits and more for each,
 * five bits of one word, so that a look costs one access to memory and about one in
 * three hundred passes in vain.  Tokens are uniform: their own bits choose.
 *
 * Threads: one adds; when it is done any may ask.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keys/token.h"

#define SCREEN_FILTER_WORDS_MAX ((uint64_t)1 << 25) /* 256 MiB */

struct screen_filter {
	uint64_t *word;
	uint64_t mask;
};

/**
 * screen_filter_new(f, n): Make an empty one for about n tokens.  Return 0, or -1 when
 * out of memory.  screen_filter_free(f): a zeroed one is allowed.
 */
static inline int
screen_filter_new(struct screen_filter *f, uint64_t n)
{
	uint64_t words = 64;

	while (words * 4 < n && words < SCREEN_FILTER_WORDS_MAX)
		words *= 2;
	f->mask = words - 1;
	f->word = calloc(words, sizeof(*f->word));
	return (f->word != NULL ? 0 : -1);
}

static inline void
screen_filter_free(struct screen_filter *f)
{

	free(f->word);
	memset(f, 0, sizeof(*f));
}

/* Five bits by bytes 8 to 11, the word by 0 to 7. */
static inline uint64_t
screen_filter_bits(const struct token *t)
{
	uint32_t x;

	memcpy(&x, &t->b[8], sizeof(x));
	return (1ull << (x & 63) | 1ull << (x >> 6 & 63) |
	    1ull << (x >> 12 & 63) | 1ull << (x >> 18 & 63) |
	    1ull << (x >> 24 & 63));
}

static inline uint64_t *
screen_filter_word(const struct screen_filter *f, const struct token *t)
{
	uint64_t x;

	memcpy(&x, t->b, sizeof(x));
	return (&f->word[x & f->mask]);
}

/**
 * screen_filter_add(f, t): Add a token.  screen_filter_has(f, t): may it be there?
 * screen_filter_expect(f, t): it will be asked for soon.
 */
static inline void
screen_filter_add(struct screen_filter *f, const struct token *t)
{

	*screen_filter_word(f, t) |= screen_filter_bits(t);
}

static inline int
screen_filter_has(const struct screen_filter *f, const struct token *t)
{
	uint64_t bits = screen_filter_bits(t);

	return ((*screen_filter_word(f, t) & bits) == bits);
}

static inline void
screen_filter_expect(const struct screen_filter *f, const struct token *t)
{

	__builtin_prefetch(screen_filter_word(f, t));
}

#endif /* !LIANGKA_SCREEN_FILTER_H_ */
