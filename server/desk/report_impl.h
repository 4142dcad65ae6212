#ifndef LIANGKA_REPORT_IMPL_H_
#define LIANGKA_REPORT_IMPL_H_

/*
 * The body of a report, for those that print it.
 */

#include "report.h"

struct report_param {
	const char *key, *zh, *en;
	struct report_cell cell;
	enum report_type type;
};

struct report_note {
	char *zh, *en;
};

struct report_notes {
	struct report_note *v;
	size_t n;
};

struct report_table {
	struct report *r;
	const char *key, *zh, *en;
	const struct report_column *columns;
	size_t ncolumns;
	struct report_cell *cells; /* rows * ncolumns */
	unsigned char *how;	/* of each row, enum report_row */
	size_t rows, room;
	size_t at;		/* next cell of the last row */
	size_t show;
	uint32_t used;		/* columns that are not empty, as bits */
	int drawn;
	struct report_chart *charts;
	size_t ncharts;
	struct report_notes notes;
};

struct report {
	const char *kind, *zh, *en;
	struct report_param *params, *figures;
	size_t nparams, nfigures;
	struct report_table **tables;
	size_t ntables;
	const struct report_table *main; /* NULL: the first */
	struct report_notes notes, differences;
	struct report_text *texts; /* copies of cells */
	int failed;
};

/**
 * report_keep(r, s): Copy a text that lives as long as the report.  NULL when out of memory,
 * which is remembered.
 */
const char *report_keep(struct report *r, const char *s);

/**
 * report_cell(t, row, column): A cell.  report_repeats(t, row, column): does it only
 * repeat the row above (REPORT_ONCE)?  report_shown(t): how many rows a page shows.
 */
const struct report_cell *report_cell(const struct report_table *t, size_t row,
    size_t column);
int report_repeats(const struct report_table *t, size_t row, size_t column);
size_t report_shown(const struct report_table *t);
int report_visible(const struct report_table *t, size_t column);
size_t report_plain(const struct report_table *t);

#define REPORT_PRINTED 96

/**
 * report_print(c, cell, zh, buf): Print a cell of column c for people: into buf
 * (REPORT_PRINTED bytes), or return its own text; "" when it is empty.
 * report_print_time(ms, seconds, buf): a time of UTC+8, to the minute or second.
 */
void report_print_time(int64_t ms, int seconds, char *buf);
const char *report_print(const struct report_column *c,
    const struct report_cell *cell, int zh, char *buf);

#endif /* !LIANGKA_REPORT_IMPL_H_ */
