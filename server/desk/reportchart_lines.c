/*
 * Lines over the rows of a table.
 */
#include <stdio.h>

#include "report.h"
#include "report_impl.h"
#include "reportchart_impl.h"
#include "reporthtml.h"

#define HEIGHT 190	/* of the field */
#define LEFT 46
#define RIGHT 16
#define MARKED 40	/* rows up to which each has a mark */
#define NAME 512	/* bytes of a row's name */

/* Write the axes of a line chart. */
static void
axes(FILE *f, const struct report_table *t, const struct report_chart *c,
    const size_t *v, size_t n, double top, double step, int zh)
{
	double y, apart = n > 1 ? (double)(REPORTCHART_WIDTH - LEFT - RIGHT) /
	    (double)(n - 1) : 0;
	size_t every = (n + 6) / 7, i;
	char text[NAME];

	for (i = 0; (double)i * step <= top * 1.0001; i++) {
		y = 8 + HEIGHT - (double)i * step / top * HEIGHT;
		(void)fprintf(f, "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" "
		    "y2=\"%.1f\" class=\"%s\"/><text x=\"%d\" y=\"%.1f\" "
		    "class=\"ax\" text-anchor=\"end\">%.6g</text>\n", LEFT, y,
		    REPORTCHART_WIDTH - RIGHT, y, i == 0 ? "base" : "grid",
		    LEFT - 6, y + 4, (double)i * step);
	}
	for (i = 0; i < n; i += every) {
		/* The last name would run over the edge. */
		(void)fprintf(f, "<text x=\"%.1f\" y=\"%d\" class=\"ax\" "
		    "text-anchor=\"%s\">", LEFT + (double)i * apart,
		    HEIGHT + 24, i + 1 == n ? "end" : "middle");
		reportchart_label(f, reportchart_name(t, c, v[i], zh, text,
		    sizeof(text)));
		(void)fputs("</text>\n", f);
	}
}

/* Draw one line. */
static void
line(FILE *f, const struct report_table *t, const size_t *v, size_t n,
    size_t column, size_t k, double top)
{
	double apart = n > 1 ? (double)(REPORTCHART_WIDTH - LEFT - RIGHT) /
	    (double)(n - 1) : 0;
	size_t i;

	(void)fprintf(f, "<polyline fill=\"none\" stroke=\"%s\" "
	    "stroke-width=\"2\" stroke-dasharray=\"%s\" points=\"",
	    reportchart_strokes[k], reportchart_dashes[k]);
	for (i = 0; i < n; i++)
		(void)fprintf(f, "%.1f,%.1f ", LEFT + (double)i * apart, 8 +
		    HEIGHT - reportchart_value(t, v[i], column) / top * HEIGHT);
	(void)fputs("\"/>\n", f);
	for (i = 0; n <= MARKED && i < n; i++)
		(void)fprintf(f, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.6\" "
		    "fill=\"%s\"/>", LEFT + (double)i * apart, 8 + HEIGHT -
		    reportchart_value(t, v[i], column) / top * HEIGHT,
		    reportchart_strokes[k]);
}

/* Draw lines. */
void
reportchart_lines(FILE *f, const struct report_table *t,
    const struct report_chart *c, const size_t *v, size_t n, int zh)
{
	int whole = t->columns[c->series[0]].type == REPORT_NUMBER;
	double most = reportchart_most(t, c, v, n), step, top = 0;
	size_t k;

	if (most <= 0 || n < 2)
		return;
	step = reportchart_step(most, whole);
	while (top < most)
		top += step;
	reportchart_begin(f, t, c, HEIGHT + 32, zh);
	axes(f, t, c, v, n, top, step, zh);
	for (k = 0; k < c->n; k++)
		line(f, t, v, n, c->series[k], k, top);
	(void)fputs("</svg></figure>\n", f);
}
