#include "hist.h"

/* Count one time. */
void
hist_add(struct hist *h, uint64_t ns)
{
	unsigned e, i;

	if (ns < HIST_STEPS) {
		i = (unsigned)ns;
	} else {
		e = 63 - (unsigned)__builtin_clzll(ns);
		i = HIST_STEPS * (e - 5) + (unsigned)(ns >> (e - 6)) -
		    HIST_STEPS;
		if (i >= HIST_BUCKETS)
			i = HIST_BUCKETS - 1;
	}
	h->bucket[i]++;
	h->count++;
	if (ns > h->max)
		h->max = ns;
}

/* The middle of a bucket. */
static uint64_t
middle(unsigned i)
{
	unsigned e = i / HIST_STEPS + 5, sub = i % HIST_STEPS;

	if (i < HIST_STEPS)
		return (i);
	return (((uint64_t)(HIST_STEPS + sub) << (e - 6)) +
	    ((UINT64_C(1) << (e - 6)) >> 1));
}

/* Return a percentile. */
uint64_t
hist_at(const struct hist *h, double share)
{
	uint64_t sum = 0, want = (uint64_t)(share * (double)h->count);
	unsigned i;

	for (i = 0; i < HIST_BUCKETS; i++) {
		sum += h->bucket[i];
		if (sum > want)
			break;
	}
	if (h->count == 0)
		return (0);
	return (i < HIST_BUCKETS && middle(i) < h->max ? middle(i) : h->max);
}
