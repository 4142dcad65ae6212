#ifndef LIANGKA_REPORT_SNOOP_H_
#define LIANGKA_REPORT_SNOOP_H_

/*
 * Tellers whose applicants never open anything, and what staff have looked up.  It says how
 * often, never why: an outlet where people come to ask has a high share too.
 *
 * Of a teller, a person is settled when it is known what came of being asked about: he
 * opened something, anywhere and at whatever counter, within `within_days`; or those days
 * are over.  Whom the answer itself kept from opening (held or refused, each time) is
 * not settled but counted apart, unless every question was a dry run.  never / settled is
 * compared by the lower end of its interval, from `minimum` persons on.
 *
 * Of staff, a look-up is outside of a case where neither a case nor an alert about the
 * person was open then, or until a day before.
 *
 * A person is a token: whoever shows two documents is two, and so is he across a change of
 * the token key.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "report.h"
#include "reportkind.h"

struct checks;
struct entry;
struct reporthash;
struct snoop;

struct snoop_options {
	int within_days;	/* to open something */
	int minimum;		/* settled persons, to be ranked */
};

#define SNOOP_WITHIN_DAYS 30
#define SNOOP_MINIMUM 20

struct snoop_teller {
	uint32_t place;		/* checks_place_at() */
	uint64_t checks;	/* without dry runs */
	uint64_t dry;
	uint64_t issued;	/* of his checks */
	uint64_t left;		/* cancelled: the applicant left */
	uint64_t typing;	/* cancelled: typed wrong */
	uint64_t persons;	/* distinct; of these: */
	uint64_t settled;
	uint64_t never;		/* of the settled: opened nothing */
	uint64_t kept;		/* held or refused */
	uint64_t recent;	/* too soon to say */
	uint64_t listed;	/* stood on a list */
	uint64_t canary;	/* do not exist */
	uint64_t voids;		/* decisions he had taken back */
	uint64_t denied;	/* requests refused: no right, or too many persons */
	uint64_t again;		/* too fast */
	uint64_t wrong;		/* unreadable numbers and other errors */
	double lo;		/* of never / settled */
	double median;		/* of never / settled in his institution; -1: none */
};

struct snoop_staff {
	uint64_t persons_asked;	/* look-ups of a person */
	uint64_t entries;	/* of an entry */
	uint64_t unsealed;
	uint64_t erased;	/* asked for, done or not */
	uint64_t refused;	/* requests refused */
	uint64_t persons;	/* distinct */
	uint64_t outside;	/* look-ups outside of a case */
	uint64_t elsewhere;	/* about another node's record: cannot be told */
	uint64_t reasons;	/* distinct */
	int64_t last;		/* ms */
};

/**
 * snoop_new(o, ro): Begin; o NULL: as above; ro lives until snoop_free().  NULL when out of
 * memory.  snoop_free(s): NULL is allowed.
 * snoop_entry(s, e): Take the next entry.  snoop_settle(s): compare, once all are taken.
 * Both return 0, or -1 when out of memory.
 */
struct snoop *snoop_new(const struct snoop_options *o,
    const struct report_options *ro);
void snoop_free(struct snoop *s);
int snoop_entry(struct snoop *s, const struct entry *e);
int snoop_settle(struct snoop *s);

/**
 * After snoop_settle(): snoop_tellers(s, n): those with anything to say, ranked; the first
 * *ranked of them had the minimum.  snoop_staff(s): struct snoop_staff by name (32 bytes).
 * snoop_reasons(s): how often (uint64_t) by name and reason (32 and 256 bytes).
 * snoop_checks(s): for checks_place_at().
 */
const struct snoop_teller *snoop_tellers(const struct snoop *s, size_t *n,
    size_t *ranked);
const struct reporthash *snoop_staff(const struct snoop *s);
const struct reporthash *snoop_reasons(const struct snoop *s);
const struct checks *snoop_checks(const struct snoop *s);

extern const struct report_kind report_snoop;

#endif /* !LIANGKA_REPORT_SNOOP_H_ */
