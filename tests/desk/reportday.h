#ifndef LIANGKA_TEST_REPORTDAY_H_
#define LIANGKA_TEST_REPORTDAY_H_

/*
 * A journal for the tests of reports: entries as the daemon writes them, handed to a fold
 * one by one, with a clock that the test moves.
 */

#include <stdint.h>

#include "store/entry.h"

#define REPORTDAY_HOUR INT64_C(3600000)
#define REPORTDAY_DAY (24 * REPORTDAY_HOUR)

struct reportday {
	int (*entry)(void *x, const struct entry *e);
	void *x;
	int64_t t;		/* journal time, ms: the test moves it */
	uint64_t seq;		/* of the last entry */
	int64_t keep;		/* ms that a reservation lasts */
	const char *listed;	/* of the next checks */
	struct entry *decisions; /* by seq */
	uint64_t room;
};

/**
 * reportday_begin(d, entry, x): Begin at 09:00 of Monday 2026-11-02 (UTC+8) with a start.
 * reportday_end(d): Free it.
 */
void reportday_begin(struct reportday *d, int (*entry)(void *x,
    const struct entry *e), void *x);
void reportday_end(struct reportday *d);

/**
 * reportday_put(d, e): Hand an entry on, numbered and timed.  Return its seq.
 */
uint64_t reportday_put(struct reportday *d, struct entry *e);

/* "inst.outlet.teller"; a person is a number. */
uint64_t reportday_check(struct reportday *d, const char *where,
    unsigned person, int product, int decision, uint32_t flags);
uint64_t reportday_about(struct reportday *d, int kind, uint64_t ref,
    int code, uint32_t flags);
uint64_t reportday_row(struct reportday *d, const char *where,
    unsigned person, int product, int64_t at, uint32_t flags);
uint64_t reportday_plain(struct reportday *d, int kind);

/**
 * reportday_where(e, where), reportday_person(e, person): Fill an entry in.
 */
void reportday_where(struct entry *e, const char *where);
void reportday_person(struct entry *e, unsigned person);

#endif /* !LIANGKA_TEST_REPORTDAY_H_ */
