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
 * outlets_cells(line, end, separator, loose, cells, max): Take a line, which is changed,
 * apart into at most max cells, each terminated.  Return their number; 0 when a quote is
 * out of place, which with loose it may be inside a cell without quotes; max + 1 when there
 * are more.  *end is written.
 */
size_t outlets_cells(char *line, char *end, char separator, int loose,
    char **cells, size_t max);

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
 * outlets_lines(text, len): How many lines a text has.
 * outlets_utf8(text, len, out, outlen): Make a text UTF-8 that is so already, UTF-16 with
 * a byte order mark, or else GB18030; *out is for free() and has a NUL behind it.  Return
 * 0; -1 with errno EILSEQ when it is none of these, or ENOMEM.
 */
size_t outlets_lines(const char *text, size_t len);
int outlets_utf8(const char *text, size_t len, char **out, size_t *outlen);

#endif /* !LIANGKA_OUTLETS_IMPL_H_ */
