#ifndef LIANGKA_OUTLETS_IMPL_H_
#define LIANGKA_OUTLETS_IMPL_H_

/*
 * What reading a register and importing one share.
 */

#include "outlets.h"

enum outlets_column {
	OUTLETS_INSTITUTION, OUTLETS_OUTLET, OUTLETS_NAME, OUTLETS_AREA,
	OUTLETS_HOURS, OUTLETS_CONTACT, OUTLETS_STATUS, OUTLETS_FROM,
	OUTLETS_UNTIL, OUTLETS_REASON, OUTLETS_COLUMNS
};

struct outlets {
	struct outlet *v;	/* sorted */
	size_t n;
	char *text;		/* which the cells point into */
};

extern const char *const outlets_heads[OUTLETS_COLUMNS];

/* What can be wrong with a row. */
enum outlets_fault {
	OUTLETS_FINE, OUTLETS_EMPTY, OUTLETS_LONG, OUTLETS_ENCODING,
	OUTLETS_HIDDEN, OUTLETS_BLANK, OUTLETS_DOT, OUTLETS_AREA_FORM,
	OUTLETS_HOURS_FORM, OUTLETS_STATUS_WORD, OUTLETS_DAY_FORM,
	OUTLETS_NOT_SUSPENDED, OUTLETS_NO_FROM, OUTLETS_BACKWARDS,
	OUTLETS_NO_REASON, OUTLETS_DAMAGED, OUTLETS_FEWER, OUTLETS_MORE,
	OUTLETS_TWICE, OUTLETS_FAULTS
};

/**
 * outlets_cells(line, end, cells, max): Take a line, which is changed, apart into at most
 * max cells, each terminated.  Return their number; 0 when a quote is out of place; max + 1
 * when there are more.  *end is written.
 */
size_t outlets_cells(char *line, char *end, char **cells, size_t max);

/**
 * outlets_row(cells, x, column): Take the cells, one for each column, as an outlet.
 * Return OUTLETS_FINE, or what is wrong, with the column (enum outlets_column).
 * outlets_why(fault, english): Return what it is, for people.
 */
int outlets_row(const char *const *cells, struct outlet *x, int *column);
const char *outlets_why(int fault, int english);

/**
 * outlets_order(a, b): Compare by institution and outlet, as memcmp().
 * outlets_lines(text, len): How many lines a text has.
 */
int outlets_order(const struct outlet *a, const struct outlet *b);
size_t outlets_lines(const char *text, size_t len);

#endif /* !LIANGKA_OUTLETS_IMPL_H_ */
