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

/**
 * outlets_cells(line, end, separator, cells, max): Take a line, which is changed, apart
 * into at most max cells, each terminated.  Return their number; 0 with *cells at the
 * place of a quote that is out of place; max + 1 when there are more.  *end is written.
 */
size_t outlets_cells(char *line, char *end, char separator, char **cells,
    size_t max);

/**
 * outlets_row(cells, x, column, why): Take the cells, one for each column, as an outlet.
 * Return 0, or -1 with the column (enum outlets_column) and what is wrong.
 */
int outlets_row(char *const *cells, struct outlet *x, int *column,
    const char **why);

/**
 * outlets_order(a, b): Compare by institution and outlet, as memcmp().
 */
int outlets_order(const struct outlet *a, const struct outlet *b);

/**
 * outlets_lines(text): How many lines a text has.
 */
size_t outlets_lines(const char *text, size_t len);

#endif /* !LIANGKA_OUTLETS_IMPL_H_ */
