#ifndef LIANGKA_BREAKER_H_
#define LIANGKA_BREAKER_H_

/*
 * Whether it is worth while to ask somebody who may not answer.  Closed: ask.  After
 * BREAKER_MISSES silences in a row: open, nobody waits any more.  Any sign of life closes it
 * again.  Pure: the caller tells what happened.
 */

#include <stdint.h>

#define BREAKER_MISSES 3

/**
 * breaker_fair(us, deadline_us, rtt_us): Nonzero when somebody who lives would have
 * answered within us: a quarter of the deadline, and twice what answers have taken, or the
 * whole deadline.  Who asks with less time left learns nothing of the other side, and must
 * not close it to all others.
 */
static inline int
breaker_fair(int64_t us, int64_t deadline_us, int64_t rtt_us)
{

	return (us >= deadline_us || (us >= deadline_us / 4 &&
	    us >= 2 * rtt_us));
}

struct breaker {
	unsigned misses;	/* silences in a row */
	int open;
	uint64_t opens;		/* how often it opened */
};

/**
 * breaker_miss(b): No answer by the deadline.  Return nonzero when that opened it.
 */
static inline int
breaker_miss(struct breaker *b)
{

	if (b->open || ++b->misses < BREAKER_MISSES)
		return (0);
	b->open = 1;
	b->opens++;
	return (1);
}

/**
 * breaker_trip(b): There is nobody to ask: open at once.
 */
static inline void
breaker_trip(struct breaker *b)
{

	if (!b->open)
		b->opens++;
	b->open = 1;
}

/**
 * breaker_life(b): It answered.
 */
static inline void
breaker_life(struct breaker *b)
{

	b->misses = 0;
	b->open = 0;
}

#endif /* !LIANGKA_BREAKER_H_ */
