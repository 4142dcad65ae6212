#include <time.h>

#include "deadline.h"

#define MS 1000000 /* nanoseconds */

/* Read the monotonic clock. */
int64_t
deadline_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * 1000 * MS + ts.tv_nsec);
}

/* Turn a time-out into a deadline. */
int64_t
deadline_in(int32_t ms)
{

	return (deadline_now() + (int64_t)ms * MS);
}

/* Turn a deadline back into a time-out. */
int32_t
deadline_left(int64_t deadline)
{
	int64_t left = deadline - deadline_now();

	if (left <= 0)
		return (0);
	left = (left + MS - 1) / MS;
	return (left > INT32_MAX ? INT32_MAX : (int32_t)left);
}
