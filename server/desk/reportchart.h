#ifndef LIANGKA_REPORTCHART_H_
#define LIANGKA_REPORTCHART_H_

/*
 * Charts of a report's tables as SVG for its page.
 */

#include <stdio.h>

struct report_chart;
struct report_table;

/**
 * reportchart_patterns(f): Write the fills that charts refer to; once a page.
 * reportchart_write(f, t, c, zh): Write a chart with its title and legend; nothing when
 * there is nothing to draw.
 */
void reportchart_patterns(FILE *f);
void reportchart_write(FILE *f, const struct report_table *t,
    const struct report_chart *c, int zh);

#endif /* !LIANGKA_REPORTCHART_H_ */
