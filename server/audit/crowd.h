#ifndef LIANGKA_CROWD_H_
#define LIANGKA_CROWD_H_

/*
 * How many different people: a set of the first 8 bytes of their tokens, exact up to
 * CROWD_MAX and "at least so many" beyond.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#define CROWD_MAX 262144

struct crowd {
	uint64_t *v;	/* 0: free; NULL before the first */
	size_t n, cap;
	int more;	/* somebody did not fit */
};

/**
 * crowd_add(c, person): Add somebody; a struct of zeros is an empty crowd.
 * crowd_free(c): Free what it holds.
 */
void crowd_add(struct crowd *c, uint64_t person);
void crowd_free(struct crowd *c);

#endif /* !LIANGKA_CROWD_H_ */
