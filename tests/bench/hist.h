#ifndef BENCH_HIST_H_
#define BENCH_HIST_H_

/*
 * Times in nanoseconds, counted in 64 steps per power of two: every percentile
 * is right to 0.8 %.  What is longer than 18 minutes counts as that.
 */

#include <stdint.h>

#define HIST_STEPS 64
#define HIST_BUCKETS (HIST_STEPS * 36)

struct hist {
	uint64_t count;
	uint64_t max;
	uint64_t bucket[HIST_BUCKETS];
};

/**
 * hist_add(h, ns): Count one time.
 */
void hist_add(struct hist *h, uint64_t ns);

/**
 * hist_at(h, share): Return the time that a share 0..1 of all do not exceed; 0
 * when nothing was counted.
 */
uint64_t hist_at(const struct hist *h, double share);

#endif /* !BENCH_HIST_H_ */
