#ifndef DEMO_PRNG_H_
#define DEMO_PRNG_H_

/*
 * Pseudo-random numbers for plans: xoshiro256** seeded by splitmix64.  The same
 * seed gives the same numbers on every machine; for secrets they are useless.
 */

#include <stdint.h>

struct prng {
	uint64_t s[4];
};

/**
 * prng_seed(r, seed): Begin the sequence that belongs to `seed`.
 */
void prng_seed(struct prng *r, uint64_t seed);

/**
 * prng_next(r): Return the next 64 bits.
 */
uint64_t prng_next(struct prng *r);

/**
 * prng_below(r, n): Return a number 0..n-1, each equally likely; 0 where n is 0.
 */
unsigned prng_below(struct prng *r, unsigned n);

/**
 * prng_between(r, lo, hi): Return a number lo..hi, each equally likely.
 */
int prng_between(struct prng *r, int lo, int hi);

/**
 * prng_chance(r, permille): Return 1 in `permille` of 1,000 cases, else 0.
 */
int prng_chance(struct prng *r, unsigned permille);

#endif /* !DEMO_PRNG_H_ */
