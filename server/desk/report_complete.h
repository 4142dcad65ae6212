#ifndef LIANGKA_REPORT_COMPLETE_H_
#define LIANGKA_REPORT_COMPLETE_H_

/*
 * Is the record complete?  What the journal knows to be issued and closed, by institution,
 * outlet, day and product, and how it came to know: by a confirm, by a file alone, by a
 * check made afterwards.  With the institution's own daily totals each difference is named,
 * with the cases that could explain it.
 *
 * A card counts on the day on which it was issued (UTC+8), under the product that was
 * issued.  One confirm or row is one card; a check made afterwards is as many as it says.
 * A check that was taken back (void) takes its cards back on the day of the check.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "report.h"
#include "reportkind.h"

struct checks;
struct complete;
struct entry;
struct reporthash;
struct totals;

/* How a card is known. */
enum complete_part {
	COMPLETE_CONFIRMED,	/* as it should be */
	COMPLETE_LATE,		/* after the reservation had ended */
	COMPLETE_OVERRIDE,	/* against the decision, or after a cancel */
	COMPLETE_EXTRA,		/* more than asked for */
	COMPLETE_POSTHOC,	/* checked afterwards */
	COMPLETE_BY_FILE,	/* checked, and confirmed by a file only */
	COMPLETE_FILE,		/* in a file only, and in no check */
	COMPLETE_PARTS
};

struct complete_count {
	uint64_t part[COMPLETE_PARTS];
	uint64_t voided;
	uint64_t merged;	/* rows of files for what was confirmed before */
	uint64_t checks;	/* that allowed something */
	uint64_t lapsed;	/* of these: neither confirmed nor cancelled */
	uint64_t retired;	/* closed: told one by one */
	uint64_t closed_file;	/* closed: in a file */
};

/* Of what the sums are; what is 0 or "" is all of it. */
struct complete_key {
	char inst[32];
	char outlet[32];
	int32_t day;		/* UTC+8 */
	int32_t product;
};

/* Why journal and totals could differ. */
enum complete_why {
	/* in the journal, and perhaps not in the totals */
	COMPLETE_WHY_FILE, COMPLETE_WHY_BY_FILE, COMPLETE_WHY_POSTHOC,
	COMPLETE_WHY_LATE, COMPLETE_WHY_OVERRIDE, COMPLETE_WHY_EXTRA,
	/* in the totals, and perhaps not in the journal */
	COMPLETE_WHY_LAPSED, COMPLETE_WHY_VOIDED,
	/* within an hour of midnight: perhaps of another day there */
	COMPLETE_WHY_MIDNIGHT,
	COMPLETE_WHYS
};

struct complete_event {
	uint64_t seq;
	int64_t at;		/* ms */
	int32_t day;
	int32_t product;
	uint32_t place;		/* checks_place_at() */
	int why;
	char reason[16];
};

/* A file that was taken in. */
struct complete_file {
	uint64_t seq;
	int64_t t;
	uint64_t rows;
	int stock;
	char inst[32];
	char hash[17];		/* its beginning */
	char note[256];
};

enum complete_kind {
	COMPLETE_COUNT,		/* other numbers */
	COMPLETE_NO_TOTALS,	/* a day of which its totals say nothing */
	COMPLETE_SUM		/* its totals do not agree with each other */
};

struct complete_difference {
	int kind;
	struct complete_key key;
	uint64_t line;		/* of the totals, 0: none */
	int64_t issued, closed;	/* told; -1: not told */
	struct complete_count count; /* the journal's */
	int64_t sum;		/* COMPLETE_SUM: of its products */
};

struct complete_options {
	const struct totals *totals;	/* or NULL */
};

/**
 * complete_new(o, ro): Begin; o and ro live until complete_free().  NULL when out of memory.
 * complete_free(c): NULL is allowed.
 * complete_entry(c, e): Take the next entry.  complete_settle(c): compare, once all are
 * taken: events of the period of ro, totals of its days.  Both return 0, or -1 when out of
 * memory.
 */
struct complete *complete_new(const struct complete_options *o,
    const struct report_options *ro);
void complete_free(struct complete *c);
int complete_entry(struct complete *c, const struct entry *e);
int complete_settle(struct complete *c);

/**
 * After complete_settle(): complete_counts(c): struct complete_count by struct complete_key,
 * for every combination of all and one outlet and product.
 * complete_differences(c, n), complete_files(c, n): all.  complete_checks(c): for places.
 * complete_explain(c, d, fn, arg): Call fn(arg, event) for each event that could explain d.
 */
const struct reporthash *complete_counts(const struct complete *c);
const struct complete_difference *complete_differences(
    const struct complete *c, size_t *n);
const struct complete_file *complete_files(const struct complete *c,
    size_t *n);
const struct checks *complete_checks(const struct complete *c);
void complete_explain(const struct complete *c,
    const struct complete_difference *d,
    void (*fn)(void *arg, const struct complete_event *x), void *arg);

/**
 * complete_issued(x), complete_closed(x): Cards of a count.
 */
int64_t complete_issued(const struct complete_count *x);
int64_t complete_closed(const struct complete_count *x);

extern const struct report_kind report_complete;

#endif /* !LIANGKA_REPORT_COMPLETE_H_ */
