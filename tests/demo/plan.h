#ifndef DEMO_PLAN_H_
#define DEMO_PLAN_H_

/*
 * A plan: what happened in a prefecture up to now, and one day of applications
 * with the truth about them.  It is a CSV file (csv.h) whose first record names
 * its columns; plan_help() prints what they mean.  Everybody can write one.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum plan_kind {
	PLAN_OPEN = 1,	/* history: a card was issued */
	PLAN_CLOSE,	/* history: a card was closed */
	PLAN_CHECK,	/* an application of the day */
	PLAN_RETRY,	/* the host restarts and asks the same again */
	PLAN_RETIRE	/* a card is closed on the day */
};

enum plan_then {
	PLAN_THEN_NOTHING,	/* the reservation is left open */
	PLAN_THEN_CONFIRM,	/* issued where that is allowed */
	PLAN_THEN_CLEAR,	/* the same; the counter clears what it may */
	PLAN_THEN_LEFT,		/* cancelled: LK_CANCEL_* */
	PLAN_THEN_QUESTIONED,
	PLAN_THEN_TYPING,
	PLAN_THEN_SYSTEM,
	PLAN_THEN_PRODUCT
};

enum plan_expect {
	PLAN_ANY,	/* no opinion */
	PLAN_PASS,	/* a hold is wrong, and counted */
	PLAN_PASS_MUST,	/* a hold makes the play fail */
	PLAN_HOLD,	/* should be held */
	PLAN_HOLD_MUST,	/* a pass makes the play fail */
	PLAN_ONE_MUST,	/* only one row of the race may pass */
	PLAN_LATER,	/* a ring that no rule holds */
	PLAN_ERROR_MUST, /* must be refused as wrong input */
	PLAN_LIMIT_MUST	/* anything but a limited account makes the play fail */
};

enum plan_when {
	PLAN_NO_TIME,
	PLAN_AGO,	/* -30d04:15:00: seconds before the play, in `when` */
	PLAN_AT,	/* 2026-10-12 09:30:00 in UTC+8: UTC milliseconds */
	PLAN_DATE,	/* 2026-10-12: UTC milliseconds of its midnight */
	PLAN_CLOCK	/* 09:30:00: seconds of the day */
};

/* One row.  The texts live as long as the plan; none is NULL. */
struct plan_row {
	uint32_t row;		/* line of the file; 0 = none */
	int32_t kind;
	int32_t when_form;	/* PLAN_AGO ... */
	int64_t when;
	int32_t area;		/* of the outlet; 0 = not said */
	int32_t id_type;
	int32_t product;
	int32_t operation;
	int32_t quantity;
	int32_t purpose;
	int32_t channel;
	int32_t agent_type;
	int32_t prev_type;
	int32_t relation;
	int32_t guardian;
	int32_t held_here;	/* -1 = unknown */
	int32_t then;
	int32_t expect;
	const char *institution;
	const char *branch;
	const char *teller;
	const char *txn_id;
	const char *visit_id;
	const char *batch_id;
	const char *id_no;
	const char *id_country;
	const char *org_no;
	const char *agent_no;
	const char *prev_no;
	const char *name;
	const char *phone;
	const char *address;
	const char *device;
	const char *card_ref;
	const char *race;
	const char *group;
	const char *ring;
	const char *listed;	/* LIST:CATEGORY, agent:LIST:CATEGORY, */
				/* outlet:suspended */
	const char *campaign;	/* registered beforehand: by the employer that */
				/* org_no names, else by the outlets */
	const char *note;
};

struct plan_block;

struct plan {
	struct plan_row *rows;
	size_t count;
	size_t room;
	size_t bad;		/* rows that were refused */
	struct plan_block *blocks; /* where the texts lie */
};

/* Where errors go: `column` is "" when the whole row is meant. */
struct plan_sink {
	void (*report)(void *arg, const char *file, unsigned row,
	    const char *column, const char *message);
	void *arg;
};

/**
 * plan_init(p): Make an empty plan.  plan_free(p): Release all it holds.
 */
void plan_init(struct plan *p);
void plan_free(struct plan *p);

/**
 * plan_add(p, row): Append a row; its texts are not copied.  Return 0, or -1
 * when memory is out.
 */
int plan_add(struct plan *p, const struct plan_row *row);

/**
 * plan_room(p, len): Return `len` bytes that live as long as the plan, or NULL.
 */
char *plan_room(struct plan *p, size_t len);

/**
 * plan_text(p, s): Return a copy of s that lives as long as the plan, or NULL.
 */
const char *plan_text(struct plan *p, const char *s);

/**
 * plan_blank(row): Fill in a row with nothing in it: texts "", one card, number
 * of held cards unknown.
 */
void plan_blank(struct plan_row *row);

/**
 * plan_parse(p, file, text, len, sink): Append the rows of the `len` bytes at
 * text, of which a copy is kept.  A row with an error is reported to the sink
 * (which may be NULL) under the name `file`, counted in p->bad and left out; the
 * others are taken.  Return 0; or -1 when memory is out or the header is unusable,
 * which is reported too.
 */
int plan_parse(struct plan *p, const char *file, const char *text, size_t len,
    const struct plan_sink *sink);

/**
 * plan_read(p, path, sink): plan_parse() of a file; "-" is standard input.
 * Return -1 also when it cannot be read, with the reason reported.
 */
int plan_read(struct plan *p, const char *path, const struct plan_sink *sink);

/**
 * plan_stderr: A sink that prints file:row:column: message on standard error.
 */
extern const struct plan_sink plan_stderr;

/**
 * plan_write(p, f): Write the plan as CSV, with a comment that explains the
 * columns.  Return 0, or -1 when f has an error.
 */
int plan_write(const struct plan *p, FILE *f);

/**
 * plan_help(f, prefix): Print the columns and their words, each line begun with
 * prefix.
 */
void plan_help(FILE *f, const char *prefix);

/**
 * plan_sort(p): Bring the history to the front, oldest first, then the day by
 * its clock; rows of equal time keep their order.
 */
void plan_sort(struct plan *p);

#endif /* !DEMO_PLAN_H_ */
