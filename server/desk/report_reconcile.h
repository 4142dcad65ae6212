#ifndef LIANGKA_REPORT_RECONCILE_H_
#define LIANGKA_REPORT_RECONCILE_H_

/*
 * Cards issued without a check, and checks without an issue.
 *
 * What is issued is told by confirms, by POSTHOC checks (made afterwards), and by the rows
 * of daily files.  A row that joined no opening when it was taken in is compared once more
 * with the checks of the same person, product and institution within a few days: one that
 * passed and lapsed was used after all, and is known by the file only; one that was held,
 * refused or cancelled was issued against it.  What is left had no check.
 *
 * What happened while the node did not run is told apart, and so are rows from before the
 * institution's first check here.  A check that lapsed and was asked again is one case,
 * not two.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "report.h"
#include "reportkind.h"

struct checks;
struct entry;
struct reconcile;
struct reporthash;

enum reconcile_class {
	/* issued without a check, or without one that allowed it */
	RECONCILE_UNCHECKED,	/* in a file, and no check was made */
	RECONCILE_AGAINST,	/* in a file, and its check did not allow it */
	RECONCILE_OVERRIDE,	/* confirmed against the decision */
	RECONCILE_CANCELLED,	/* confirmed after it was said not to be issued */
	RECONCILE_EXTRA,	/* more cards than were asked for */
	RECONCILE_LATE,		/* confirmed after the reservation had ended */
	RECONCILE_POSTHOC,	/* checked afterwards, and the node ran then */
	/* not of the institution's making */
	RECONCILE_AWAY,		/* checked afterwards: the node did not run */
	RECONCILE_FILE_AWAY,	/* in a file, no check: the node did not run */
	/* a check that was used, but nobody said so */
	RECONCILE_BY_FILE,	/* confirmed by the file only */
	/* checks without an issue */
	RECONCILE_LAPSED,	/* passed, and neither confirmed nor cancelled */
	RECONCILE_APPROVED,	/* approved by a review, ditto */
	/* apart */
	RECONCILE_AGAIN,	/* lapsed, and asked again soon after */
	RECONCILE_BEFORE,	/* in a file, from before the first check here */
	RECONCILE_CLASSES
};

/* One that does not agree. */
struct reconcile_case {
	uint64_t seq;		/* of the check, or of the row that has none */
	uint64_t other;		/* of the confirm, row or later check; 0: none */
	int64_t at;		/* when it happened, UTC ms */
	uint32_t place;		/* checks_place_at() */
	uint8_t class;
	uint8_t product;
	char reason[16];	/* of the check */
};

enum reconcile_level { RECONCILE_INSTITUTION, RECONCILE_OUTLET,
	RECONCILE_TELLER, RECONCILE_LEVELS };

/* Sums of an institution, outlet or teller. */
struct reconcile_line {
	uint64_t checks;	/* without dry runs */
	uint64_t allowed;	/* of these: something might be issued */
	uint64_t fine;		/* cards issued as checked and confirmed */
	uint64_t open;		/* still reserved */
	uint64_t n[RECONCILE_CLASSES];
};

struct reconcile_options {
	int file_days;		/* a row joins a check so many days away */
	int again_days;		/* asked again: so soon after it lapsed */
};

#define RECONCILE_FILE_DAYS 2
#define RECONCILE_AGAIN_DAYS 3

/**
 * reconcile_new(o): Begin; o NULL: as above.  NULL when out of memory.
 * reconcile_free(r): NULL is allowed.
 * reconcile_entry(r, e): Take the next entry.  Return 0, or -1 when out of memory.
 * reconcile_settle(r, ro): Compare, once all entries are taken: cases of the period and
 * outlets of ro.  Return 0 or -1.
 */
struct reconcile *reconcile_new(const struct reconcile_options *o);
void reconcile_free(struct reconcile *r);
int reconcile_entry(struct reconcile *r, const struct entry *e);
int reconcile_settle(struct reconcile *r, const struct report_options *ro);

/**
 * After reconcile_settle(): reconcile_count(r), reconcile_case(r, i): the cases, in the order
 * of enum reconcile_class and of time.  reconcile_lines(r, level): struct reconcile_line by
 * struct reporthash_teller, of which a level leaves the rest "".  reconcile_checks(r): for
 * checks_place_at().
 */
size_t reconcile_count(const struct reconcile *r);
const struct reconcile_case *reconcile_case(const struct reconcile *r,
    size_t i);
const struct reporthash *reconcile_lines(const struct reconcile *r,
    enum reconcile_level level);
const struct checks *reconcile_checks(const struct reconcile *r);

/**
 * reconcile_issued(l): All cards of a line.  reconcile_without(l): those issued without a
 * check that allowed it.  reconcile_unused(l): checks of which nobody said what became.
 */
uint64_t reconcile_issued(const struct reconcile_line *l);
uint64_t reconcile_without(const struct reconcile_line *l);
uint64_t reconcile_unused(const struct reconcile_line *l);

/**
 * reconcile_say(r, ro, out): Write what was found into a report.
 */
void reconcile_say(const struct reconcile *r, const struct report_options *ro,
    struct report *out);

extern const struct report_kind report_reconcile;

#endif /* !LIANGKA_REPORT_RECONCILE_H_ */
