#ifndef LIANGKA_REPORT_OUTLETS_IMPL_H_
#define LIANGKA_REPORT_OUTLETS_IMPL_H_

/*
 * Inside of the report on outlets: gathering (report_outlets.c), telling
 * (report_outlets_tell.c).
 */

#include <stddef.h>
#include <stdint.h>

#include "report_outlets.h"

struct reporthash;

/* What is counted of an outlet. */
enum outlets_count {
	OUTLETS_CHECKS,
	OUTLETS_PASSED,		/* of the checks, limited ones too */
	OUTLETS_HELD,
	OUTLETS_REFUSED,
	OUTLETS_CARDS,		/* issued, but for campaigns */
	OUTLETS_INVOLVED,	/* of these */
	OUTLETS_CAMPAIGN,	/* issued for a campaign */
	OUTLETS_CAMPAIGN_INVOLVED,
	OUTLETS_OVERRIDE,	/* issued against the decision */
	OUTLETS_LATE,		/* issued when the reservation was over */
	OUTLETS_EXTRA,		/* more than were asked for */
	OUTLETS_FILE,		/* told by a file alone: no check */
	OUTLETS_POSTHOC,	/* while the daemon was away */
	OUTLETS_VOIDED,		/* issued and taken back: not among the cards */
	OUTLETS_TOLD,		/* named as involved in the period, whenever opened */
	OUTLETS_LISTED,		/* passed, and the applicant listed since */
	OUTLETS_ALARMS,		/* of tellers */
	OUTLETS_COUNTS
};

struct outlets_place {
	int32_t area;
	uint32_t n[OUTLETS_COUNTS];
};

/* Everything. */
struct outlets_report {
	const struct report_options *o;
	struct report_outlets_options own;
	struct reporthash *places; /* reporthash_outlet -> outlets_place */
	struct reporthash *openings; /* seq -> struct opening of the .c */
	struct reporthash *cards;  /* outlets_card -> int: involved, seen */
	struct reporthash *campaigns; /* char[32] -> outlets_place */
};

/**
 * outlets_tell(x, r): Write the tables.  Return 0, or -1 when out of memory.
 */
int outlets_tell(struct outlets_report *x, struct report *r);

#endif /* !LIANGKA_REPORT_OUTLETS_IMPL_H_ */
