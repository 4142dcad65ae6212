#ifndef LIANGKA_CHECKS_H_
#define LIANGKA_CHECKS_H_

/*
 * What became of each check, folded from the journal: issued, cancelled, taken back, asked
 * once more, or nothing.  One record for each decision.
 *
 * A check belongs to the teller who asked.  What is told about it later (confirm, cancel)
 * names no teller.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/token.h"

struct checks;
struct entry;
struct reporthash_teller;

#define CHECKS_NOWHERE UINT32_MAX

enum checks_life {
	CHECK_OPEN,		/* something is reserved, or was until it lapsed */
	CHECK_ISSUED,
	CHECK_CANCELLED,
	CHECK_VOIDED,
	CHECK_SUPERSEDED,	/* asked once more while it was reserved */
	CHECK_ENDED,		/* the review said no, or nobody decided in time */
	CHECK_NOTHING		/* nothing was reserved: refused, or a dry run */
};

/* check.flags */
#define CHECK_DRY 0x1u
#define CHECK_POSTHOC 0x2u	/* told afterwards: issued without waiting for it */
#define CHECK_APPROVED 0x4u	/* by a review */
#define CHECK_LISTED 0x10u	/* the applicant stood on a list */
#define CHECK_CANARY 0x20u	/* on one of persons who do not exist */
#define CHECK_AGAIN 0x40u	/* the same person asked for the same again soon */

struct check {
	uint64_t seq;
	int64_t t;		/* journal time, ms */
	int64_t at;		/* when it happened, ms */
	int64_t expires;	/* of the reservation or approval, ms */
	uint64_t later;		/* seq of the check that CHECK_AGAIN means */
	struct token person;	/* or organisation */
	uint32_t place;
	uint32_t flags;
	uint16_t quantity;
	uint16_t issued;	/* cards: confirms, and rows of files without one */
	uint16_t filed;		/* of these: known from a file alone */
	uint16_t odd;		/* of these: late, too many, against the decision */
	int32_t cancel;		/* LK_CANCEL_* of a cancelled one */
	uint8_t decision;
	uint8_t product;
	uint8_t life;
	uint8_t by;
	char reason[16];
};

/**
 * checks_new(): Return an empty one, or NULL.  checks_free(c): NULL is allowed.
 */
struct checks *checks_new(void);
void checks_free(struct checks *c);

/**
 * checks_entry(c, e): Take the next entry of the journal.  Return 0, or -1 when out of
 * memory.  checks_before(c, e): the check that e (a confirm, merge, cancel, void, review
 * step) is about as it stands before checks_entry(), or NULL.
 */
int checks_entry(struct checks *c, const struct entry *e);
const struct check *checks_before(const struct checks *c,
    const struct entry *e);

/**
 * checks_count(c), checks_at(c, i): all, in the order of the journal.
 * checks_find(c, seq): one, or NULL.
 * checks_again(c, days): Mark a check that lapsed, was cancelled or ended CHECK_AGAIN where
 * the same person asked for the same product at the same institution within so many days
 * of its end.  Return 0 or -1.
 */
size_t checks_count(const struct checks *c);
struct check *checks_at(const struct checks *c, size_t i);
const struct check *checks_find(const struct checks *c, uint64_t seq);
int checks_again(struct checks *c, int days);

/**
 * check_allowed(k): Might the card be issued on it: passed, limited, or approved?
 * check_lapsed(k, now): Did what it reserved run out before `now` (UTC ms), unused?
 */
int check_allowed(const struct check *k);
int check_lapsed(const struct check *k, int64_t now);

/**
 * checks_place(c, e): The number of the place of an entry: institution, outlet, teller, the
 * last "" where it names none.  CHECKS_NOWHERE when out of memory.
 * checks_place_at(c, i): that place.  checks_places(c): how many there are.
 */
uint32_t checks_place(struct checks *c, const struct entry *e);
const struct reporthash_teller *checks_place_at(const struct checks *c,
    uint32_t i);
size_t checks_places(const struct checks *c);

/**
 * checks_whose(e): Whom an entry is about: the person's token or the organisation's.
 * checks_listed_as(listed, word): Does one of the matched records of an entry (its text)
 * name this category?
 */
const struct token *checks_whose(const struct entry *e);
int checks_listed_as(const char *listed, const char *word);

#endif /* !LIANGKA_CHECKS_H_ */
