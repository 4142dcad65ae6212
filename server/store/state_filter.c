#include <sys/mman.h>

#include <stdatomic.h>
#include <stdlib.h>

#include "state_filter.h"

#define WORDS	((size_t)STATE_FILTER_KEYS / 8)	/* Eight bits for a key. */

struct state_filter {
	_Atomic(bool) ready;
	_Atomic(uint64_t) *word;
};

/* Make an empty one. */
struct state_filter *
state_filter_new(void)
{
	struct state_filter *f;
	void *p;

	if ((f = calloc(1, sizeof(*f))) == NULL)
		return (NULL);
	p = mmap(NULL, WORDS * sizeof(*f->word), PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED) {
		free(f);
		return (NULL);
	}
	(void)madvise(p, WORDS * sizeof(*f->word), MADV_DONTDUMP);
	f->word = p;
	return (f);
}

/* Free it. */
void
state_filter_free(struct state_filter *f)
{

	if (f == NULL)
		return;
	munmap((void *)f->word, WORDS * sizeof(*f->word));
	free(f);
}

/* Spread a hash; its word is named by the high bits. */
static uint64_t
spread(uint32_t hash)
{

	return ((hash + 1ull) * 0x9e3779b97f4a7c15ull);
}

/* Return the word of a spread hash. */
static _Atomic(uint64_t) *
word_of(const struct state_filter *f, uint64_t x)
{

	return (&f->word[(x >> 40) % WORDS]);
}

/* Return its four bits. */
static uint64_t
bits_of(uint64_t x)
{

	return (1ull << (x >> 34 & 63) | 1ull << (x >> 28 & 63) |
	    1ull << (x >> 22 & 63) | 1ull << (x >> 16 & 63));
}

/* Set the bits; nobody else does. */
void
state_filter_add(struct state_filter *f, uint32_t hash)
{
	uint64_t x = spread(hash);
	_Atomic(uint64_t) *w = word_of(f, x);

	atomic_store_explicit(w, bits_of(x) |
	    atomic_load_explicit(w, memory_order_relaxed),
	    memory_order_relaxed);
}

/* Rule out from now on. */
void
state_filter_ready(struct state_filter *f)
{

	atomic_store_explicit(&f->ready, true, memory_order_release);
}

/* Look at the bits. */
bool
state_filter_may(const struct state_filter *f, uint32_t hash)
{
	uint64_t x = spread(hash), bits = bits_of(x);

	if (!atomic_load_explicit(&f->ready, memory_order_acquire))
		return (true);
	return ((atomic_load_explicit(word_of(f, x), memory_order_relaxed) &
	    bits) == bits);
}

/* Have the word fetched meanwhile. */
void
state_filter_expect(const struct state_filter *f, uint32_t hash)
{

	__builtin_prefetch((const void *)word_of(f, spread(hash)));
}
