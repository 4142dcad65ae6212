#ifndef LIANGKA_REPORTCHART_IMPL_H_
#define LIANGKA_REPORTCHART_IMPL_H_

/*
 * Inside of charts: what all shapes share (reportchart.c), bars and shares
 * (reportchart_bars.c), lines (reportchart_lines.c).
 */

#include <stddef.h>
#include <stdio.h>

#include "report.h"

#define REPORTCHART_WIDTH 690	/* of a drawing, in its own units */
#define REPORTCHART_LABEL 30	/* columns of a name, a Chinese character taking two */

extern const char *const reportchart_fills[REPORT_SERIES];
extern const char *const reportchart_strokes[REPORT_SERIES];
extern const char *const reportchart_dashes[REPORT_SERIES];

/**
 * reportchart_value(t, row, column): The value of a cell as it is drawn; 0 when empty.
 * reportchart_most(t, c, v, n): the greatest of what these rows show.
 * reportchart_step(most, whole): a step for an axis up to it: 1, 2 or 5 times a power of
 * ten, a whole number where that is wanted.
 */
double reportchart_value(const struct report_table *t, size_t row,
    size_t column);
double reportchart_most(const struct report_table *t,
    const struct report_chart *c, const size_t *v, size_t n);
double reportchart_step(double most, int whole);

/**
 * reportchart_name(t, c, row, zh, text, cap): Print the name of a row into text (cap bytes)
 * and return it.  reportchart_label(f, s): write a name, shortened where it must be.
 * reportchart_begin(f, t, c, height, zh): Begin a drawing with title and legend.
 */
const char *reportchart_name(const struct report_table *t,
    const struct report_chart *c, size_t row, int zh, char *text, size_t cap);
void reportchart_label(FILE *f, const char *s);
void reportchart_begin(FILE *f, const struct report_table *t,
    const struct report_chart *c, int height, int zh);

/**
 * reportchart_bars(f, t, c, v, n, zh), reportchart_lines(...): Draw n rows of a table,
 * whose numbers are in v.
 */
void reportchart_bars(FILE *f, const struct report_table *t,
    const struct report_chart *c, const size_t *v, size_t n, int zh);
void reportchart_lines(FILE *f, const struct report_table *t,
    const struct report_chart *c, const size_t *v, size_t n, int zh);

#endif /* !LIANGKA_REPORTCHART_IMPL_H_ */
