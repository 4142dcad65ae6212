/*
 * Bars that lie, and shares with their intervals.
 */
#include <stdio.h>
#include <string.h>

#include "keys/utf8.h"

#include "report.h"
#include "report_impl.h"
#include "reportchart_impl.h"
#include "reporthtml.h"

#define COLUMN 6.4	/* width of a column of a label */
#define RIGHT 64	/* room behind bars, for the figure */
#define ROW 20
#define BAR 12
#define NAME 512	/* bytes of a row's name */

/* A drawing of lying bars. */
struct plot {
	FILE *f;
	const struct report_table *t;
	const struct report_chart *c;
	int zh;
	double left;		/* where zero is */
	double scale;		/* units for one */
};

/* How many columns a text takes, at most REPORTCHART_LABEL. */
static size_t
width(const char *s)
{
	size_t len = strlen(s), wide = 0, n;
	uint32_t c;

	for (; len > 0 && wide < REPORTCHART_LABEL; s += n, len -= n) {
		if ((n = utf8_next(&c, s, len)) == 0)
			n = 1;
		wide += n >= 3 ? 2 : 1;
	}
	return (wide < REPORTCHART_LABEL ? wide : REPORTCHART_LABEL);
}

/* The room that the names of rows need. */
static double
room(const struct report_table *t, const struct report_chart *c,
    const size_t *v, size_t n, int zh)
{
	size_t i, w, most = 6;
	char text[NAME];

	for (i = 0; i < n; i++) {
		w = width(reportchart_name(t, c, v[i], zh, text, sizeof(text)));
		if (w > most)
			most = w;
	}
	return ((double)most * COLUMN + 12);
}

/* Write the grid and axis below. */
static void
grid(const struct plot *p, double most, double step, int height)
{
	double x;
	int i;

	for (i = 0; i * step <= most * 1.0001; i++) {
		x = p->left + i * step * p->scale;
		(void)fprintf(p->f, "<line x1=\"%.1f\" y1=\"0\" x2=\"%.1f\" "
		    "y2=\"%d\" class=\"%s\"/><text x=\"%.1f\" y=\"%d\" "
		    "class=\"ax\" text-anchor=\"middle\">%.6g</text>\n", x, x,
		    height, i == 0 ? "base" : "grid", x, height + 13, i * step);
	}
}

/* Write the figure behind a bar. */
static void
figure(const struct plot *p, double x, int y, const char *s)
{

	(void)fprintf(p->f, "<text x=\"%.1f\" y=\"%d\">", x + 5, y + BAR - 2);
	reporthtml_text(p->f, s);
	(void)fputs("</text>\n", p->f);
}

/* Draw one row of bars, from left to right. */
static void
bar(const struct plot *p, size_t row, int y)
{
	const struct report_chart *c = p->c;
	double x = p->left, w;
	char buf[REPORT_PRINTED];
	const char *s;
	size_t k;

	for (k = 0; k < (c->shape == REPORT_BAR ? 1 : c->n); k++) {
		w = reportchart_value(p->t, row, c->series[k]) * p->scale;
		if (w > 0)
			(void)fprintf(p->f, "<rect x=\"%.1f\" y=\"%d\" "
			    "width=\"%.1f\" height=\"%d\" fill=\"%s\" "
			    "stroke=\"#445\" stroke-width=\".5\"/>\n", x, y, w,
			    BAR, reportchart_fills[k]);
		x += w;
	}
	(void)snprintf(buf, sizeof(buf), "%.6g", (x - p->left) / p->scale);
	s = buf;
	if (c->shape == REPORT_BAR) {
		s = report_print(&p->t->columns[c->series[0]], report_cell(
		    p->t, row, c->series[0]), p->zh, buf);
		/* Of a rate the share alone: the table has its interval. */
		buf[strcspn(buf, "(")] = '\0';
	}
	figure(p, x, y, s);
}

/* Draw one share with its interval. */
static void
dot(const struct plot *p, size_t row, int y)
{
	const struct report_cell *x = report_cell(p->t, row, p->c->series[0]);
	double per = p->t->columns[p->c->series[0]].per * p->scale;
	double lo = p->left + x->lo * per, hi = p->left + x->hi * per;
	int mid = y + BAR / 2;
	char buf[32];

	(void)fprintf(p->f, "<path d=\"M%.1f %dH%.1fM%.1f %dv8M%.1f %dv8\" "
	    "stroke=\"#24476b\" stroke-width=\"1.8\" fill=\"none\"/>"
	    "<circle cx=\"%.1f\" cy=\"%d\" r=\"4\" fill=\"#fff\" "
	    "stroke=\"#24476b\" stroke-width=\"2\"/>\n", lo, mid, hi, lo,
	    mid - 4, hi, mid - 4, p->left + x->x * per, mid);
	(void)snprintf(buf, sizeof(buf), "%.1f", x->x *
	    p->t->columns[p->c->series[0]].per);
	figure(p, hi, y, buf);
}

/* Draw the share of all, where the table sums up. */
static void
overall(const struct plot *p, int height)
{
	const struct report_cell *x;
	double at;
	size_t i;

	for (i = 0; i < p->t->rows; i++) {
		x = report_cell(p->t, i, p->c->series[0]);
		if (p->t->how[i] != REPORT_TOTAL || !x->set)
			continue;
		at = p->left + x->x * p->t->columns[p->c->series[0]].per *
		    p->scale;
		if (at > REPORTCHART_WIDTH)
			return;
		(void)fprintf(p->f, "<line x1=\"%.1f\" y1=\"0\" x2=\"%.1f\" "
		    "y2=\"%d\" stroke=\"#a8431f\" stroke-width=\"1.6\" "
		    "stroke-dasharray=\"5 3\"/>\n", at, at, height);
		return;
	}
}

/* Draw lying bars or shares. */
void
reportchart_bars(FILE *f, const struct report_table *t,
    const struct report_chart *c, const size_t *v, size_t n, int zh)
{
	int whole = t->columns[c->series[0]].type == REPORT_NUMBER, y;
	struct plot p = { f, t, c, zh, room(t, c, v, n, zh), 0 };
	double most = reportchart_most(t, c, v, n);
	double step = reportchart_step(most, whole);
	int height = (int)n * ROW + 4;
	char text[NAME];
	size_t i;

	if (most <= 0)
		return;
	p.scale = (REPORTCHART_WIDTH - p.left - RIGHT) / most;
	reportchart_begin(f, t, c, height + 20, zh);
	grid(&p, most, step, height);
	if (c->shape == REPORT_DOT)
		overall(&p, height);
	for (i = 0; i < n; i++) {
		y = (int)i * ROW + (ROW - BAR) / 2 + 2;
		(void)fprintf(f, "<text x=\"%.1f\" y=\"%d\" "
		    "text-anchor=\"end\">", p.left - 8, y + BAR - 2);
		reportchart_label(f, reportchart_name(t, c, v[i], zh, text,
		    sizeof(text)));
		(void)fputs("</text>\n", f);
		if (c->shape == REPORT_DOT)
			dot(&p, v[i], y);
		else
			bar(&p, v[i], y);
	}
	(void)fputs("</svg></figure>\n", f);
}
