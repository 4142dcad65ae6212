/*
 * Bars lie, with their names to the left, since names are long and Chinese; lines run over
 * the rows of a table from left to right.  Fills differ in lightness and hatching, lines in
 * dashes and marks, so that a copy without colours can be read.
 */
#include <stdio.h>
#include <string.h>

#include "keys/utf8.h"

#include "report.h"
#include "report_impl.h"
#include "reportchart.h"
#include "reportchart_impl.h"
#include "reporthtml.h"

#define TICKS 5
#define ROWS 30		/* of a chart that says nothing of it */
#define TALL 360	/* height from which on a drawing is made smaller */

const char *const reportchart_fills[REPORT_SERIES] = { "#24476b", "url(#h1)",
	"#b9c7d6", "url(#h2)", "#6f8296", "url(#h3)" };
const char *const reportchart_strokes[REPORT_SERIES] = { "#24476b", "#a8431f",
	"#3f7a52", "#7a4b8c", "#6f8296", "#000" };
const char *const reportchart_dashes[REPORT_SERIES] = { "none", "7 3", "2 3",
	"9 3 2 3", "1 4", "4 4" };

/* Write the fills. */
void
reportchart_patterns(FILE *f)
{

	(void)fputs("<svg width=\"0\" height=\"0\" class=\"defs\" "
	    "aria-hidden=\"true\"><defs>"
	    "<pattern id=\"h1\" width=\"5\" height=\"5\" "
	    "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
	    "<rect width=\"5\" height=\"5\" fill=\"#f2c9b6\"/>"
	    "<rect width=\"2\" height=\"5\" fill=\"#a8431f\"/></pattern>"
	    "<pattern id=\"h2\" width=\"4\" height=\"4\" "
	    "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(-45)\">"
	    "<rect width=\"4\" height=\"4\" fill=\"#fff\"/>"
	    "<rect width=\"1.4\" height=\"4\" fill=\"#3f7a52\"/></pattern>"
	    "<pattern id=\"h3\" width=\"5\" height=\"5\" "
	    "patternUnits=\"userSpaceOnUse\">"
	    "<rect width=\"5\" height=\"5\" fill=\"#fff\"/>"
	    "<circle cx=\"2.5\" cy=\"2.5\" r=\"1.4\" fill=\"#000\"/></pattern>"
	    "</defs></svg>\n", f);
}

/* The value of a cell as it is drawn. */
double
reportchart_value(const struct report_table *t, size_t row, size_t column)
{
	const struct report_cell *x = report_cell(t, row, column);
	const struct report_column *c = &t->columns[column];

	if (!x->set)
		return (0);
	if (c->type == REPORT_RATE)
		return (x->x * c->per);
	if (c->type == REPORT_RATIO)
		return (x->x);
	return (c->type == REPORT_SPAN ? (double)x->n / 60000 : (double)x->n);
}

/* Is there anything to draw in a row? */
static int
drawn(const struct report_table *t, const struct report_chart *c, size_t row)
{
	size_t k;

	if (t->how[row] == REPORT_TOTAL)
		return (0);
	if (c->shape == REPORT_DOT)
		return (report_cell(t, row, c->series[0])->set);
	for (k = 0; c->shape == REPORT_STACK && k < c->n; k++)
		if (reportchart_value(t, row, c->series[k]) > 0)
			return (1);
	return (c->shape != REPORT_STACK);
}

/* The drawn rows. */
static size_t
rows(const struct report_table *t, const struct report_chart *c,
    size_t v[], size_t max)
{
	size_t i, n = 0;

	for (i = 0; i < t->rows && n < max; i++)
		if (drawn(t, c, i))
			v[n++] = i;
	return (n);
}

/* The greatest value there is. */
double
reportchart_most(const struct report_table *t, const struct report_chart *c,
    const size_t *v, size_t n)
{
	const struct report_cell *x;
	double most = 0, sum, one;
	size_t i, k;

	for (i = 0; i < n; i++) {
		sum = 0;
		for (k = 0; k < c->n; k++) {
			one = reportchart_value(t, v[i], c->series[k]);
			x = report_cell(t, v[i], c->series[k]);
			if (c->shape == REPORT_DOT && x->set)
				one = x->hi * t->columns[c->series[k]].per;
			sum = c->shape == REPORT_STACK ? sum + one :
			    one > sum ? one : sum;
		}
		if (sum > most)
			most = sum;
	}
	return (most);
}

/* A step of an axis up to `most`: 1, 2 or 5 times a power of ten. */
double
reportchart_step(double most, int whole)
{
	double step = 1;

	while (step * TICKS < most)
		step *= 10;
	while (!whole && step / 10 * TICKS >= most && step > 1e-6)
		step /= 10;
	if (step / 5 * TICKS >= most && (!whole || step >= 5))
		step /= 5;
	else if (step / 2 * TICKS >= most && (!whole || step >= 2))
		step /= 2;
	return (step);
}

/* Write a label of at most REPORTCHART_LABEL, shortened where it must be. */
void
reportchart_label(FILE *f, const char *s)
{
	char buf[4 * REPORTCHART_LABEL + 8];
	size_t len = strlen(s), at = 0, keep = 0, wide = 0, n;
	uint32_t c;

	for (; at < len && at < sizeof(buf) - 8; at += n) {
		if ((n = utf8_next(&c, &s[at], len - at)) == 0)
			n = 1;
		wide += n >= 3 ? 2 : 1;
		if (wide > REPORTCHART_LABEL)
			break;
		if (wide <= REPORTCHART_LABEL - 2)
			keep = at + n;
	}
	if (at == len)
		keep = len;
	memcpy(buf, s, keep);
	(void)snprintf(&buf[keep], sizeof(buf) - keep, "%s", at == len ? "" :
	    "…");
	reporthtml_text(f, buf);
}

/* The name of a row: one column or several. */
const char *
reportchart_name(const struct report_table *t, const struct report_chart *c,
    size_t row, int zh, char *text, size_t cap)
{
	char buf[REPORT_PRINTED];
	const char *s;
	size_t n = 0, k;

	text[0] = '\0';
	for (k = 0; k < (c->labels > 1 ? c->labels : 1) && n < cap; k++) {
		s = report_print(&t->columns[c->label + k], report_cell(t, row,
		    c->label + k), zh, buf);
		n += (size_t)snprintf(&text[n], cap - n, "%s%s", n > 0 &&
		    s[0] != '\0' ? " " : "", s);
	}
	return (text);
}

/* Begin a drawing with title and legend. */
void
reportchart_begin(FILE *f, const struct report_table *t, const struct report_chart *c,
    int height, int zh)
{
	const struct report_column *x;
	size_t k;

	(void)fprintf(f, "<figure%s><figcaption><b>", height > TALL ?
	    " class=\"tall\"" : "");
	reporthtml_text(f, zh ? c->zh : c->en);
	(void)fputs("</b>", f);
	for (k = 0; k < c->n && (c->n > 1 || c->shape == REPORT_STACK); k++) {
		x = &t->columns[c->series[k]];
		(void)fputs("<span class=\"key\"><svg width=\"22\" "
		    "height=\"11\">", f);
		if (c->shape == REPORT_LINE)
			(void)fprintf(f, "<line x1=\"0\" y1=\"6\" x2=\"22\" "
			    "y2=\"6\" stroke=\"%s\" stroke-width=\"2.2\" "
			    "stroke-dasharray=\"%s\"/>", reportchart_strokes[k],
			    reportchart_dashes[k]);
		else
			(void)fprintf(f, "<rect x=\"0.5\" y=\"0.5\" "
			    "width=\"21\" height=\"10\" fill=\"%s\" "
			    "stroke=\"#445\" stroke-width=\".6\"/>",
			    reportchart_fills[k]);
		(void)fputs("</svg>", f);
		reporthtml_text(f, zh ? x->zh : x->en);
		(void)fputs("</span>", f);
	}
	(void)fprintf(f, "</figcaption>\n<svg viewBox=\"0 0 %d %d\" "
	    "role=\"img\">\n", REPORTCHART_WIDTH, height);
}

/* Write a chart. */
void
reportchart_write(FILE *f, const struct report_table *t,
    const struct report_chart *c, int zh)
{
	size_t v[400], n, max = c->rows != 0 ? c->rows : ROWS;

	if (c->shape == REPORT_LINE && c->rows == 0)
		max = 400;
	n = rows(t, c, v, max < 400 ? max : 400);
	if (n == 0)
		return;
	if (c->shape == REPORT_LINE)
		reportchart_lines(f, t, c, v, n, zh);
	else
		reportchart_bars(f, t, c, v, n, zh);
}
