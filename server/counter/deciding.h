#ifndef LIANGKA_DECIDING_H_
#define LIANGKA_DECIDING_H_

/*
 * How an application is decided, whoever asks: a branch about an applicant at its counter,
 * or a node below about one at its own.
 *
 * Threads: the counter's.
 */

#include <stdint.h>

struct application;
struct listing_case;
struct listing_tokens;
struct request;
struct verdict;

/* What the document tells of the applicant, or a node below of it. */
struct bearing {
	int32_t birth;		/* day, or IDENTITY_NO_BIRTH */
	int32_t area;		/* 6 digits, 0: not known */
	int32_t age;		/* years, where birth is not known; -1: neither is */
	int local;		/* of the outlet's area, where `area` is not known: 1, 0; */
				/* -1: judge by the areas */
	const struct listing_tokens *lists;
};

/**
 * deciding_gather(q, b, ap, lc): Load the record of the entry's subject into q->c->person
 * and describe the application to the rules.  Return 0, or -1 (refused).
 */
int deciding_gather(struct request *q, const struct bearing *b,
    struct application *ap, struct listing_case *lc);

/**
 * deciding_verdict(q, ap, lc, v): What our own rules say.  Fills in the entry's facts.
 * deciding_decide(q, ap, lc): Decide, with what the node above said if it was asked, and
 * put grounds and outcome into the entry.
 */
void deciding_verdict(struct request *q, struct application *ap,
    const struct listing_case *lc, struct verdict *v);
void deciding_decide(struct request *q, struct application *ap,
    const struct listing_case *lc);

#endif /* !LIANGKA_DECIDING_H_ */
