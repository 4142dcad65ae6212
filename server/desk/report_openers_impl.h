#ifndef LIANGKA_REPORT_OPENERS_IMPL_H_
#define LIANGKA_REPORT_OPENERS_IMPL_H_

/*
 * Inside of the report on openers: gathering (report_openers.c), counting
 * (report_openers_count.c), telling (report_openers_tell.c,
 * report_openers_area.c).
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/token.h"

#include "report_openers.h"

struct reporthash;

#define OPENERS_NONE UINT32_MAX

/* How an application stands. */
enum openers_state {
	OPENERS_GONE,		/* taken back, replaced by another, lapsed */
	OPENERS_ASKED,		/* may be issued */
	OPENERS_HELD,
	OPENERS_DENIED,		/* held, and answered with no */
	OPENERS_TIMED,		/* held, and not answered in time */
	OPENERS_REFUSED,
	OPENERS_ISSUED
};

#define OPENERS_INTAKE 0x1u	/* told by a file alone */
#define OPENERS_MERGED 0x2u	/* told by a file too */
#define OPENERS_OVERRIDE 0x4u	/* issued against the decision, late or extra */
#define OPENERS_POSTHOC 0x8u
#define OPENERS_DATED 0x10u	/* known by its day only */
#define OPENERS_CAMPAIGN 0x20u
#define OPENERS_SEALED 0x40u

/* One application of a person. */
struct openers_row {
	uint64_t seq;		/* of its decision, or its own */
	int64_t at;		/* when it was issued, or asked for; UTC ms */
	uint64_t visit;
	uint32_t outlet;	/* number in the table of outlets */
	uint16_t quantity;
	uint8_t product;
	uint8_t state;
	uint8_t flags;
	/* the next one that counts, without and with those that were held */
	uint32_t visit_again[2]; /* of the same visit on that day */
	uint32_t inst_again[2];	/* of the same institution within 7 days */
};

struct openers_person {
	struct openers_row *v;
	uint32_t n, room;
	uint32_t number;	/* in the table of persons */
	uint32_t into;		/* joined with this one; OPENERS_NONE */
	uint32_t documents;	/* that were joined, beside its own */
	int claimed;		/* one by the applicant's word alone */
};

/* An outlet's number is that of its value in the table. */
struct openers_outlet {
	uint32_t number;
	uint32_t inst;		/* number of the institution */
	int32_t area;
};

struct openers_link {
	struct token a, b;
};

/* How two documents are linked. */
#define OPENERS_CLAIMED 1
#define OPENERS_JOINED 2
#define OPENERS_PARTED 3

/* Everything. */
struct openers {
	const struct report_options *o;
	struct report_openers_options own;
	struct reporthash *persons; /* token -> openers_person */
	struct reporthash *outlets; /* reporthash_outlet -> openers_outlet */
	struct reporthash *insts;   /* char[32] -> uint32_t, number */
	struct reporthash *links;   /* openers_link -> int */
};

/* What is found about one person over the openings that count. */
struct openers_found {
	uint32_t most[REPORT_OPENERS_THRESHOLDS]; /* in the period */
	uint32_t over;		/* bits of the thresholds that were reached */
	int64_t crossed;	/* when first, UTC ms */
	uint32_t openings;	/* cards in the period */
	uint32_t campaign;	/* of these, of a campaign */
	uint32_t held;		/* applications held in the period */
	const struct openers_row *last; /* that counts */
	uint64_t sealed;	/* seq of the last sealed decision; 0: none */
};

/* A person with what was found. */
struct openers_told {
	uint32_t number;
	struct openers_found f;
};

/**
 * openers_join(x): Join the documents that are of one person.  Return 0, or -1 when out of
 * memory.
 * openers_sort(x, p): Put a person's applications in order and say of each which is the
 * next of its visit and of its institution.
 */
int openers_join(struct openers *x);
void openers_sort(const struct openers *x, struct openers_person *p);

/**
 * openers_counts(row, held): Does an application count: as issued, or with `held` as one
 * that is held or was?
 * openers_window(p, i, held, n): What the windows hold that end with application i of a
 * sorted person, by threshold.
 * openers_find(x, p, held, f): Go through a sorted person.
 */
int openers_counts(const struct openers_row *row, int held);
void openers_window(const struct openers_person *p, uint32_t i, int held,
    uint32_t n[REPORT_OPENERS_THRESHOLDS]);
void openers_find(const struct openers *x, const struct openers_person *p,
    int held, struct openers_found *f);

/**
 * openers_tell(x, r): Write the tables.  Return 0, or -1 when out of memory.
 */
int openers_tell(struct openers *x, struct report *r);

/**
 * openers_area(x, row): The area of an application's outlet; 0: not known.
 * openers_tell_areas(r, x, v, n), openers_tell_days(r, v, n): Write the tables of areas and
 * days for these n people.  Return 0, or -1 when out of memory.
 */
int32_t openers_area(const struct openers *x, const struct openers_row *row);
int openers_tell_areas(struct report *r, const struct openers *x,
    const struct openers_told *v, size_t n);
int openers_tell_days(struct report *r, const struct openers_told *v,
    size_t n);

#endif /* !LIANGKA_REPORT_OPENERS_IMPL_H_ */
