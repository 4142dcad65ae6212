#ifndef DEMO_PLAN_COLUMNS_H_
#define DEMO_PLAN_COLUMNS_H_

/*
 * The columns of a plan, in one table for reading, writing and the help text.
 */

#include "plan.h"

enum plan_type {
	PLAN_TEXT,		/* offset of a const char *; hi = most bytes */
	PLAN_WORD,		/* offset of an int32_t; one of words */
	PLAN_NUMBER,		/* offset of an int32_t; lo..hi */
	PLAN_TIME		/* when_form and when */
};

/* Bits of plan_column.required. */
#define PLAN_FOR(kind) (1u << (kind))

struct plan_word {
	const char *word;	/* NULL ends a table */
	int32_t value;
};

struct plan_column {
	const char *name;
	enum plan_type type;
	size_t offset;
	int32_t lo;
	int32_t hi;
	int32_t empty;		/* number that an empty field stands for */
	unsigned required;	/* kinds of rows that need it */
	const struct plan_word *words;
	const char *help;
};

#define PLAN_COLUMNS 38

extern const struct plan_column plan_columns[PLAN_COLUMNS];

/**
 * plan_when_read(row, s): Read a time into row->when_form and when.  Return NULL,
 * or what is wrong with it.
 */
const char *plan_when_read(struct plan_row *row, const char *s);

/**
 * plan_when_print(row, buf, size): Write the time as plan_when_read() reads it.
 */
void plan_when_print(const struct plan_row *row, char *buf, size_t size);

#endif /* !DEMO_PLAN_COLUMNS_H_ */
