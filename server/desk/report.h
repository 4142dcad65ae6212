#ifndef LIANGKA_REPORT_H_
#define LIANGKA_REPORT_H_

/*
 * A report in memory: what it is about, a few figures, tables, charts of those tables and
 * notes, each in Chinese and English.  Who makes one says nothing of how it is printed:
 * reportcsv.h and reporthtml.h do that, and the command for a terminal and as JSON.
 *
 * All calls that add are void: out of memory is remembered and told by report_failed(),
 * once, at the end.  Texts that are passed as `const char *` in a column, title or head
 * must outlive the report (they are literals); texts of cells and notes are copied.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

struct report;
struct report_table;

#define REPORT_COLUMNS 32
#define REPORT_SERIES 6

/* What a column holds. */
enum report_type {
	REPORT_TEXT,
	REPORT_NUMBER,
	REPORT_RATE,	/* x and its interval, per `per`: see report_rate() */
	REPORT_RATIO,	/* a number with `per` decimals */
	REPORT_TIME,	/* UTC ms */
	REPORT_SPAN	/* ms that something took */
};

/* report_column.flags */
#define REPORT_WIDE 1u	/* in CSV and JSON alone: too much for a page */
#define REPORT_ONCE 2u	/* on terminal and page blank where it and all REPORT_ONCE
			 * columns left of it repeat the row above */
#define REPORT_STRONG 4u /* the column one looks for */
#define REPORT_NAME 8u	/* a number that names something, such as an entry */

struct report_column {
	const char *key;	/* JSON: never changes its meaning */
	const char *zh, *en;	/* head */
	enum report_type type;
	unsigned flags;
	int per;		/* REPORT_RATE: 100, 1000; REPORT_RATIO: decimals */
};

/* A cell; what is not set is empty, which is not zero. */
struct report_cell {
	int set;
	int64_t n;		/* number, time, span */
	double x, lo, hi;	/* rate, ratio */
	const char *text;	/* the data itself, or an English word */
	const char *zh;		/* a word in Chinese and in English for people; */
	const char *en;		/* NULL: text is data */
};

/* Rows that differ from the rest. */
enum report_row { REPORT_PLAIN, REPORT_TOTAL, REPORT_LOUD };

enum report_shape { REPORT_BAR, REPORT_STACK, REPORT_LINE, REPORT_DOT };

/* A chart of columns of one table; rows in the table's order. */
struct report_chart {
	enum report_shape shape;
	const char *zh, *en;
	size_t label;		/* column; the next, where `labels` is 2, goes with it */
	size_t labels;
	size_t n;
	size_t series[REPORT_SERIES]; /* columns; a REPORT_DOT has one REPORT_RATE */
	size_t rows;		/* at most so many; 0: 30 */
};

/**
 * report_new(kind, zh, en): Make an empty report; kind is its name in JSON.  NULL when out
 * of memory.  report_free(r): NULL is allowed.  report_failed(r): was memory short?
 */
struct report *report_new(const char *kind, const char *zh, const char *en);
void report_free(struct report *r);
int report_failed(const struct report *r);

/**
 * report_param(r, key, zh, en, value): Say with which setting it was made.
 * report_figure(r, key, zh, en, n): Put a number at its head.
 */
void report_param(struct report *r, const char *key, const char *zh,
    const char *en, const char *value);
void report_param_number(struct report *r, const char *key, const char *zh,
    const char *en, int64_t n);
void report_param_time(struct report *r, const char *key, const char *zh,
    const char *en, int64_t ms);
void report_figure(struct report *r, const char *key, const char *zh,
    const char *en, int64_t n);

/**
 * report_note(r, t, zh, en, ...): Add a sentence below table t, or where t is NULL below
 * the figures.  Both formats take the same arguments; numbers in a note are found by
 * machines in the tables and figures, so notes explain.
 * report_difference(r, zh, en, ...): The same for what does not agree and needs looking
 * at: it stands apart, and is counted by report_differences(r).
 */
void report_note(struct report *r, struct report_table *t, const char *zh,
    const char *en, ...) __attribute__((format(printf, 3, 5),
    format(printf, 4, 5)));
void report_difference(struct report *r, const char *zh, const char *en, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));
size_t report_differences(const struct report *r);

/**
 * report_table(r, key, zh, en, columns, n): Add a table; columns must outlive the report.
 * Never NULL: without memory, one that takes no rows.  A column that is empty in all rows is
 * left out on terminal and page.
 * report_row(t): Begin a row; the next calls fill its cells from left to right.
 * report_row_as(t, how): the same for a total, which charts leave out, or one that stands
 * out.
 */
struct report_table *report_table(struct report *r, const char *key,
    const char *zh, const char *en, const struct report_column *columns,
    size_t n);
void report_row(struct report_table *t);
void report_row_as(struct report_table *t, enum report_row how);

/**
 * report_text(t, s): NULL leaves it empty.  report_word(t, name, zh, en): a code: `name` in
 * JSON, the others for people; literals.  report_said(t, name, zh, en): the same of texts
 * that are copied.  report_number(t, n).  report_time(t, ms),
 * report_span(t, ms): a negative span is empty, and so is time 0.  report_ratio(t, x).
 * report_empty(t).
 * report_rate(t, k, n): k of n with the 95 % interval of Wilson, per what the column says;
 * empty where n is 0.
 */
void report_text(struct report_table *t, const char *s);
void report_word(struct report_table *t, const char *name, const char *zh,
    const char *en);
void report_said(struct report_table *t, const char *name, const char *zh,
    const char *en);
void report_number(struct report_table *t, int64_t n);
void report_time(struct report_table *t, int64_t ms);
void report_span(struct report_table *t, int64_t ms);
void report_ratio(struct report_table *t, double x);
void report_empty(struct report_table *t);
void report_rate(struct report_table *t, uint64_t k, uint64_t n);

/**
 * report_chart(t, c): Add a chart of this table, drawn above it; copied.
 * report_show(t, n): On terminal and page show the first n rows; how many are left out is
 * said.  0: all.  report_rows(t): how many rows it has.
 * report_drawn(t): On a page its charts say it: the table itself is left to terminal, CSV
 * and JSON.
 * report_main(t): This is the table that CSV means, where none is named; else the first.
 */
void report_chart(struct report_table *t, const struct report_chart *c);
void report_show(struct report_table *t, size_t n);
size_t report_rows(const struct report_table *t);
void report_drawn(struct report_table *t);
void report_main(struct report_table *t);

/**
 * report_wilson(k, n, lo, hi): The 95 % interval of a share k/n by Wilson's score method
 * (no continuity correction); 0..1 where n is 0.
 */
void report_wilson(uint64_t k, uint64_t n, double *lo, double *hi);

#endif /* !LIANGKA_REPORT_H_ */
