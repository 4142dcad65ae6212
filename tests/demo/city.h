#ifndef DEMO_CITY_H_
#define DEMO_CITY_H_

/*
 * The same day played twice on the same institutions: each alone, and with a city above
 * them.  What demo-city prints of it.
 */

#include <stdio.h>

#include "day.h"
#include "report.h"

/* How a part of the day went. */
struct city_part {
	size_t checks;		/* answered with a decision */
	size_t input;		/* refused as wrong input */
	size_t unanswered;
	size_t again;		/* asked again after a time-out */
	size_t passed, held, refused;		/* decided without the city */
	double p50, p99, worst;	/* milliseconds */
};

/**
 * city_part(p, d): Add up what day_play() played last.  Return 0, or -1 when memory is
 * out.  city_part_print(r, p, d, away): Print it; `away`: the city was away.
 */
int city_part(struct city_part *p, const struct day *d);
void city_part_print(const struct report *r, const struct city_part *p,
    const struct day *d, int away);

/**
 * city_compare(r, alone): Print the rings and the people held wrongly of the days *alone
 * and *r->day, which are of one plan.  Return how many more rings the city caught.
 */
int city_compare(const struct report *r, const struct day *alone);

/**
 * city_rings(r, alone): Print some rings, card by card, of which every institution alone
 * saw one harmless opening, with what the city said.  Return how many.
 */
int city_rings(const struct report *r, const struct day *alone);

#endif /* !DEMO_CITY_H_ */
