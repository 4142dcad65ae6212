#ifndef LIANGKA_DEADLINE_H_
#define LIANGKA_DEADLINE_H_

#include <stdint.h>

/*
 * Deadlines: nanoseconds of CLOCK_MONOTONIC.  One call in the host has one
 * deadline, taken when it begins; whatever waits, waits towards that.
 */

/**
 * deadline_now(): Return the present.
 */
int64_t deadline_now(void);

/**
 * deadline_in(ms): Return the deadline `ms` milliseconds (>= 0) from now.
 */
int64_t deadline_in(int32_t ms);

/**
 * deadline_left(deadline): Return the milliseconds until the deadline, rounded
 * up so that a wait of that length does not end too early; 0 once it passed.
 */
int32_t deadline_left(int64_t deadline);

#endif /* !LIANGKA_DEADLINE_H_ */
