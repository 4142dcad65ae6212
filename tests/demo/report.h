#ifndef DEMO_REPORT_H_
#define DEMO_REPORT_H_

/*
 * What a duty officer wants to see of a day, and whether the plan's hard
 * expectations hold.
 */

#include <stdio.h>

#include "day.h"

#define REPORT_WIDTH 100

struct report {
	FILE *f;
	int colour;
	const struct day *day;
};

/**
 * report_day(r): Print decisions, rings, people held wrongly, what the counter may
 * clear, latency and sample answers.
 */
void report_day(const struct report *r);

/**
 * report_answers(r, path): Write the answers of the day into a new file: a header, then a
 * line for each row in the order of the clock, with tabs between.  Return 0, or -1 with
 * the reason on standard error.
 */
int report_answers(const struct report *r, const char *path);

/**
 * report_verdict(r): Print what was not as the plan demands.  Return how many
 * rows that were; 0 is a good day.
 */
size_t report_verdict(const struct report *r);

#endif /* !DEMO_REPORT_H_ */
