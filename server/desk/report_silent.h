#ifndef LIANGKA_REPORT_SILENT_H_
#define LIANGKA_REPORT_SILENT_H_

/*
 * Outlets without checks in their opening hours.
 *
 * Hours are those of the register, or where it has none 09:00-17:00, UTC+8; hours that end
 * before they begin go over midnight and belong to the day on which they begin.  An outlet
 * is open from Monday to Friday, and on such other weekdays on which it has ever checked.
 * Time in which the node did not run counts for nobody.
 *
 * A day without a check is a fact; whether it means anything depends on how busy the outlet
 * is.  So each silence is measured in the outlet's own opening time and set against its own
 * pace outside of it: n pauses between bursts of checks (a quarter of an hour or more) in a
 * time T say that a pause of x comes by chance with (T / (T + x))^n, and the longest of
 * n + 1 accordingly.  Below one in a thousand it is called silent; with fewer than five
 * pauses nothing is.  A day on which no outlet of a busy institution checks is its own
 * matter (a holiday, a line that is down) and is told of the institution.
 *
 * What is told of an outlet that does not check all the same (rows of files, confirms,
 * cards checked afterwards) comes first: it issues.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "report.h"
#include "reportkind.h"

struct away;
struct entry;
struct silent;

enum silent_state {
	SILENT_ISSUES,		/* cards are issued, and nothing is checked */
	SILENT_NOW,		/* silent, to the end of the period */
	SILENT_WAS,		/* was silent within the period */
	SILENT_USUAL,		/* checks as it always does */
	SILENT_NEVER,		/* no check is known of it */
	SILENT_SUSPENDED,	/* at the end of the period */
	SILENT_CLOSED,
	SILENT_STATES
};

struct silent_outlet {
	const char *inst;
	const char *outlet;
	const char *name;	/* in the register, NULL: not there */
	int32_t area;
	int state;		/* enum silent_state */
	int unknown;		/* there is a register, and it is not there */
	int standing;		/* the silence goes on at the end of the period */
	uint32_t checks;	/* in the period; of these: */
	uint32_t beyond;	/* outside of opening hours */
	uint32_t days;		/* on which it was open */
	uint32_t with;		/* of these: with a check */
	uint32_t without;	/* of these: without */
	uint32_t away;		/* of these: the node did not run half of it or more */
	uint32_t all;		/* of `without`: nobody of the institution checked */
	uint32_t issued;	/* cards, on days without a check */
	int64_t first;		/* check ever, ms, 0: none */
	int64_t last;		/* ditto */
	int64_t from, to;	/* the longest silence, ms; 0: none */
	int64_t hours;		/* of it: opening time, ms */
	double expected;	/* bursts of checks within it */
	double chance;		/* of a silence as long; 1: nothing to say */
};

struct silent_options {
	int32_t opens, closes;	/* minutes of the day, where the register has none */
};

#define SILENT_OPENS (9 * 60)
#define SILENT_CLOSES (17 * 60)
#define SILENT_CHANCE 0.001

/**
 * silent_hours(text, opens, closes): Read "08:30-17:00" into minutes of the day, 0 to 1440;
 * closes may be the smaller one.  Return 0, or -1 for anything else.
 */
int silent_hours(const char *text, int32_t *opens, int32_t *closes);

/**
 * silent_new(o, ro): Begin; o NULL: as above; ro lives until silent_free().  NULL when out of
 * memory.  silent_free(s): NULL is allowed.
 * silent_entry(s, e): Take the next entry.  Return 0, or -1 when out of memory.
 * silent_settle(s, now): Measure, once all entries are taken: the period of ro, or to `now`
 * (UTC ms; 0: the last entry) where that is earlier.  Return 0 or -1.
 * silent_outlets(s, n): then all outlets, those first that want looking at.
 *
 * Who wants to know which outlets are silent at this moment feeds it the last weeks, settles
 * it for `now` and takes those with `standing` in state SILENT_ISSUES or SILENT_NOW.
 */
struct silent *silent_new(const struct silent_options *o,
    const struct report_options *ro);
void silent_free(struct silent *s);
int silent_entry(struct silent *s, const struct entry *e);
int silent_settle(struct silent *s, int64_t now);
const struct silent_outlet *silent_outlets(const struct silent *s, size_t *n);

/**
 * silent_institution(s, i, inst, days): Institutions of which on some days of the period no
 * outlet checked: the i-th, and how many days.  Return 0, or -1 behind the last.
 * silent_away(s): when the node did not run.
 */
int silent_institution(const struct silent *s, size_t i, const char **inst,
    uint32_t *days);
const struct away *silent_away(const struct silent *s);

extern const struct report_kind report_silent;

#endif /* !LIANGKA_REPORT_SILENT_H_ */
