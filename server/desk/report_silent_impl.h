#ifndef LIANGKA_REPORT_SILENT_IMPL_H_
#define LIANGKA_REPORT_SILENT_IMPL_H_

/*
 * What is gathered of outlets, and what it is measured by.
 */

#include "away.h"
#include "report_silent.h"
#include "reporthash.h"

/* Moments, in UTC ms, in the order in which they came. */
struct silent_times {
	int64_t *v;
	size_t n, room;
};

/* An outlet, by struct reporthash_outlet. */
struct silent_place {
	struct silent_times checks;
	struct silent_times issued;	/* cards nobody checked */
	int32_t area;
};

/* An institution, by its name; counts by day of the period. */
struct silent_inst {
	int64_t first;		/* check ever, ms */
	uint32_t *checks;
	uint32_t all;		/* days on which nobody checked, though many do */
};

struct silent {
	struct silent_options o;
	const struct report_options *ro;
	struct away *away;
	struct reporthash *places;	/* struct silent_place */
	struct reporthash *insts;	/* struct silent_inst */
	/* made by silent_settle() */
	int64_t from, to;		/* the period, ms */
	int32_t day;			/* its first day */
	size_t days;
	struct silent_outlet *outlets;
	size_t noutlets;
};

/**
 * silent_measure(s, p, x): Fill in *x, of which the names, area and what the register
 * says stand there already, from what is known of the place (NULL: nothing).
 * silent_measure_days(s): Find the days on which nobody of an institution checked.  Return 0,
 * or -1 when out of memory.
 */
void silent_measure(const struct silent *s, const struct silent_place *p,
    struct silent_outlet *x);
int silent_measure_days(struct silent *s);

/**
 * silent_say(s, out): Write what was found into a report.
 */
void silent_say(const struct silent *s, struct report *out);

#endif /* !LIANGKA_REPORT_SILENT_IMPL_H_ */
