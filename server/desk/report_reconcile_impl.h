#ifndef LIANGKA_REPORT_RECONCILE_IMPL_H_
#define LIANGKA_REPORT_RECONCILE_IMPL_H_

/*
 * What is gathered while entries come, and compared once all are there.
 */

#include "keys/token.h"

#include "away.h"
#include "checks.h"
#include "report_reconcile.h"
#include "reporthash.h"

/* A row of a file that joined nothing. */
struct row {
	uint64_t seq;
	int64_t at;		/* ms */
	struct token person;
	uint32_t place;
	uint8_t product;
	uint8_t dated;		/* known by its day alone */
};

struct reconcile {
	struct reconcile_options o;
	struct checks *checks;
	struct away *away;
	struct reporthash *first; /* of an institution: t of its first check */
	struct row *rows;
	size_t nrows, rows_room;
	struct reconcile_case *cases;
	size_t ncases, cases_room;
	struct reporthash *lines[RECONCILE_LEVELS];
	const struct report_options *ro;
};

/**
 * reconcile_add(r, x): Note a case.  reconcile_add_check(r, class, k, at, other): note one
 * of a check.  Both return 0, or -1 when out of memory.
 */
int reconcile_add(struct reconcile *r, const struct reconcile_case *x);
int reconcile_add_check(struct reconcile *r, int class, const struct check *k,
    int64_t at, uint64_t other);

/**
 * reconcile_compare(r): Join the rows that joined nothing with checks, and note a case for
 * each.  Return 0 or -1.
 */
int reconcile_compare(struct reconcile *r);

#endif /* !LIANGKA_REPORT_RECONCILE_IMPL_H_ */
