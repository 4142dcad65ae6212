#include "prng.h"

/* Rotate left. */
static uint64_t
rotate(uint64_t x, int k)
{

	return ((x << k) | (x >> (64 - k)));
}

/* Fill the state from splitmix64, which is never all zero. */
void
prng_seed(struct prng *r, uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		seed += 0x9e3779b97f4a7c15u;
		uint64_t z = seed;
		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
		r->s[i] = z ^ (z >> 31);
	}
}

/* One step of xoshiro256**. */
uint64_t
prng_next(struct prng *r)
{
	uint64_t *s = r->s;
	uint64_t out = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return (out);
}

/* Draw again in the short last stretch that would favour small numbers. */
unsigned
prng_below(struct prng *r, unsigned n)
{
	if (n == 0)
		return (0);
	uint32_t spare = (uint32_t)-n % n;
	for (;;) {
		uint32_t x = (uint32_t)(prng_next(r) >> 32);
		if (x >= spare)
			return (x % n);
	}
}

/* Both ends are included. */
int
prng_between(struct prng *r, int lo, int hi)
{

	return (lo + (int)prng_below(r, (unsigned)(hi - lo) + 1));
}

/* A throw with the stated odds. */
int
prng_chance(struct prng *r, unsigned permille)
{

	return (prng_below(r, 1000) < permille);
}
