#ifndef LIANGKA_INTAKE_H_
#define LIANGKA_INTAKE_H_

/*
 * A row of an institution's file, taken in: what its files share.
 *
 * A row joins what the counter knows, in this order:
 *  1. by its card reference: nothing is written; with another person or product it is a
 *     conflict.  A reference that was closed may come again, later: a phone number is
 *     given to the next customer.
 *  2. by its transaction: the check of that txn_id, of the same person and product, that
 *     has not been confirmed as often as it asked for.
 *  3. by person, product and institution within two days: the one opening that was checked
 *     here and has no card reference of its own yet.  One whose reservation still counts
 *     goes before those whose time is over; of several, the one at the row's outlet.  Two
 *     that count still: ambiguous, nothing is written, since one of them is this card.
 *     Two whose time is over: the row is new, since neither is counted.
 *  4. Else it is an opening that nobody checked here.
 *
 * Threads: the counter's.
 */

#include "engine/identity.h"
#include "engine/intakerow.h"

#include "core.h"

#define INTAKE_NEAR_DAYS 2	/* between a check and the day a file tells */

struct record_card;

#define INTAKE_EARLY 32		/* rows looked at together */

#define INTAKE_EARLY_CARD 1u
#define INTAKE_EARLY_PERSON 2u

/* What is known of a row before it is taken. */
struct intake_early {
	unsigned has;		/* INTAKE_EARLY_* */
	struct token card, person;
	struct identity id;	/* with the person's token; wiped by whoever holds it */
};

/* A row on its way into the journal. */
struct intake {
	struct request *q;
	const struct intakerow *row;
	uint32_t mode;		/* INTAKEROW_DRY, INTAKEROW_STOCK */
	struct intakerow_result *res;
	const struct intake_early *early; /* or NULL */
	struct identity id;	/* of an opening; wiped by whoever holds it */
	uint32_t inst;		/* interned, 0: never seen */
	const struct record_card *card; /* what the reference stands for, or NULL */
	uint64_t ref;		/* join: the decision it belongs to */
	unsigned fits;		/* join: how many fit */
};

enum intake_join { INTAKE_JOIN_NONE, INTAKE_JOIN_KNOWN, INTAKE_JOIN_MERGE,
	INTAKE_JOIN_AMBIGUOUS, INTAKE_JOIN_PERSON, INTAKE_JOIN_PRODUCT };

/**
 * intake_early(q, rows, n, out): Make the tokens of up to INTAKE_EARLY rows, and have what
 * they will ask of the state fetched.
 */
void intake_early(struct request *q, const struct intakerow *rows, size_t n,
    struct intake_early *out);

/**
 * intake_row(q, row, early, mode, res): Take one row in; what became of it stands in *res.
 * Return 0, or -1 when it was refused or there is no room; q->error is LK_E_UNAVAIL when
 * nothing can be recorded any more.
 */
int intake_row(struct request *q, const struct intakerow *row,
    const struct intake_early *early, uint32_t mode,
    struct intakerow_result *res);

/**
 * intake_card(x): Look up what the row's card reference stands for.
 * intake_join(x): Find what an opening belongs to (enum intake_join): its entry is filled
 * in, x->card looked up.  Loads the person's record into q->c->person.
 */
void intake_card(struct intake *x);
int intake_join(struct intake *x);

/**
 * intake_judge(x): See what an opening that nobody checked here means: whether the person
 * stands on a list, or has opened too much by now.  Puts hits and alert into the entry.
 * The person's record is in q->c->person.
 */
void intake_judge(struct intake *x);

/* intake_read.c: what a row says.  Each returns 0, or -1 with the row's result. */

/**
 * intake_no(x, field, why, detail): Refuse the row: enum intakerow_field, _why.
 */
int intake_no(struct intake *x, int field, int why, int detail);

/**
 * intake_text(x, which, field, dst, size): Fetch an identifier of the row into dst.
 */
int intake_text(struct intake *x, int which, int field, char *dst, size_t size);

/**
 * intake_read_authority(x): Whose row it is, and may the peer tell it?
 * intake_read_when(x): When it happened; a closing known by its day happened at the end
 * of that.
 * intake_read_card(x): The card reference, as tokens.
 * intake_read_document(x): The document, as a token of person or organisation.
 * intake_read_opening(x): All of an opening but these first three.
 * intake_place(x): Where the outlet is, and whether the person is of another area.
 */
int intake_read_authority(struct intake *x);
int intake_read_when(struct intake *x);
int intake_read_card(struct intake *x);
int intake_read_document(struct intake *x);
int intake_read_opening(struct intake *x);
void intake_place(struct intake *x);

#endif /* !LIANGKA_INTAKE_H_ */
