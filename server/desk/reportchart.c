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
#include "reporthtml.h"

#define WIDTH 690	/* of the drawing, in its own units */
#define LABEL_COLUMNS 30 /* of a label, a Chinese character taking two */
#define COLUMN 6.4	/* width of one */
#define RIGHT 64	/* behind bars, for the figure */
#define ROW 20
#define BAR 12
#define ROWS 30
#define TALL 18		/* rows from which on a drawing is made smaller */
#define LINE_H 190	/* height of a line chart's field */
#define LINE_L 46
#define TICKS 5

static const char *const fills[REPORT_SERIES] = { "#24476b", "url(#h1)",
	"#b9c7d6", "url(#h2)", "#6f8296", "url(#h3)" };
static const char *const strokes[REPORT_SERIES] = { "#24476b", "#a8431f",
	"#3f7a52", "#7a4b8c", "#6f8296", "#000" };
static const char *const dashes[REPORT_SERIES] = { "none", "7 3", "2 3",
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
static double
value(const struct report_table *t, size_t row, size_t column)
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
		if (value(t, row, c->series[k]) > 0)
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
static double
greatest(const struct report_table *t, const struct report_chart *c,
    const size_t *v, size_t n)
{
	const struct report_cell *x;
	double most = 0, sum, one;
	size_t i, k;

	for (i = 0; i < n; i++) {
		sum = 0;
		for (k = 0; k < c->n; k++) {
			one = value(t, v[i], c->series[k]);
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
static double
step_of(double most, int whole)
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

/* Write a label of at most LABEL_COLUMNS, shortened where it must be. */
static void
label(FILE *f, const char *s)
{
	char buf[4 * LABEL_COLUMNS + 8];
	size_t len = strlen(s), at = 0, keep = 0, wide = 0, n;
	uint32_t c;

	for (; at < len && at < sizeof(buf) - 8; at += n) {
		if ((n = utf8_next(&c, &s[at], len - at)) == 0)
			n = 1;
		wide += n >= 3 ? 2 : 1;
		if (wide > LABEL_COLUMNS)
			break;
		if (wide <= LABEL_COLUMNS - 2)
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
static const char *
row_name(const struct report_table *t, const struct report_chart *c,
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
static void
begin(FILE *f, const struct report_table *t, const struct report_chart *c,
    int height, int zh)
{
	const struct report_column *x;
	size_t k;

	(void)fprintf(f, "<figure%s><figcaption><b>", height > TALL * ROW ?
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
			    "stroke-dasharray=\"%s\"/>", strokes[k], dashes[k]);
		else
			(void)fprintf(f, "<rect x=\"0.5\" y=\"0.5\" "
			    "width=\"21\" height=\"10\" fill=\"%s\" "
			    "stroke=\"#445\" stroke-width=\".6\"/>", fills[k]);
		(void)fputs("</svg>", f);
		reporthtml_text(f, zh ? x->zh : x->en);
		(void)fputs("</span>", f);
	}
	(void)fprintf(f, "</figcaption>\n<svg viewBox=\"0 0 %d %d\" "
	    "role=\"img\">\n", WIDTH, height);
}

/* A drawing of lying bars. */
struct plot {
	FILE *f;
	const struct report_table *t;
	const struct report_chart *c;
	int zh;
	double left;		/* where zero is */
	double scale;		/* units for one */
};

/* How many columns a text takes, at most LABEL_COLUMNS. */
static size_t
width(const char *s)
{
	size_t len = strlen(s), wide = 0, n;
	uint32_t c;

	for (; len > 0 && wide < LABEL_COLUMNS; s += n, len -= n) {
		if ((n = utf8_next(&c, s, len)) == 0)
			n = 1;
		wide += n >= 3 ? 2 : 1;
	}
	return (wide < LABEL_COLUMNS ? wide : LABEL_COLUMNS);
}

/* The room that the names of rows need. */
static double
room(const struct report_table *t, const struct report_chart *c,
    const size_t *v, size_t n, int zh)
{
	size_t i, w, most = 6;
	char text[512];

	for (i = 0; i < n; i++) {
		w = width(row_name(t, c, v[i], zh, text, sizeof(text)));
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
		w = value(p->t, row, c->series[k]) * p->scale;
		if (w > 0)
			(void)fprintf(p->f, "<rect x=\"%.1f\" y=\"%d\" "
			    "width=\"%.1f\" height=\"%d\" fill=\"%s\" "
			    "stroke=\"#445\" stroke-width=\".5\"/>\n", x, y, w,
			    BAR, fills[k]);
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
		(void)fprintf(p->f, "<line x1=\"%.1f\" y1=\"0\" x2=\"%.1f\" "
		    "y2=\"%d\" stroke=\"#a8431f\" stroke-width=\"1.6\" "
		    "stroke-dasharray=\"5 3\"/>\n", at, at, height);
		return;
	}
}

/* Draw lying bars or shares. */
static void
lying(FILE *f, const struct report_table *t, const struct report_chart *c,
    const size_t *v, size_t n, int zh)
{
	int whole = t->columns[c->series[0]].type == REPORT_NUMBER, y;
	struct plot p = { f, t, c, zh, room(t, c, v, n, zh), 0 };
	double most = greatest(t, c, v, n), step = step_of(most, whole);
	int height = (int)n * ROW + 4;
	char text[512];
	size_t i;

	if (most <= 0)
		return;
	p.scale = (WIDTH - p.left - RIGHT) / most;
	begin(f, t, c, height + 20, zh);
	grid(&p, most, step, height);
	if (c->shape == REPORT_DOT)
		overall(&p, height);
	for (i = 0; i < n; i++) {
		y = (int)i * ROW + (ROW - BAR) / 2 + 2;
		(void)fprintf(f, "<text x=\"%.1f\" y=\"%d\" "
		    "text-anchor=\"end\">", p.left - 8, y + BAR - 2);
		label(f, row_name(t, c, v[i], zh, text, sizeof(text)));
		(void)fputs("</text>\n", f);
		if (c->shape == REPORT_DOT)
			dot(&p, v[i], y);
		else
			bar(&p, v[i], y);
	}
	(void)fputs("</svg></figure>\n", f);
}

/* Write the axes of a line chart. */
static void
axes(FILE *f, const struct report_table *t, const struct report_chart *c,
    const size_t *v, size_t n, double top, double step, int zh)
{
	double y, apart = n > 1 ? (double)(WIDTH - LINE_L - 16) /
	    (double)(n - 1) : 0;
	size_t every = (n + 6) / 7, i;
	char text[512];

	for (i = 0; (double)i * step <= top * 1.0001; i++) {
		y = 8 + LINE_H - (double)i * step / top * LINE_H;
		(void)fprintf(f, "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" "
		    "y2=\"%.1f\" class=\"%s\"/><text x=\"%d\" y=\"%.1f\" "
		    "class=\"ax\" text-anchor=\"end\">%.6g</text>\n", LINE_L, y,
		    WIDTH - 16, y, i == 0 ? "base" : "grid", LINE_L - 6, y + 4,
		    (double)i * step);
	}
	for (i = 0; i < n; i += every) {
		/* The last name would run over the edge. */
		(void)fprintf(f, "<text x=\"%.1f\" y=\"%d\" class=\"ax\" "
		    "text-anchor=\"%s\">", LINE_L + (double)i * apart,
		    LINE_H + 24, i == 0 ? "start" : i + 1 == n ? "end" :
		    "middle");
		label(f, row_name(t, c, v[i], zh, text, sizeof(text)));
		(void)fputs("</text>\n", f);
	}
}

/* Draw one line. */
static void
line(FILE *f, const struct report_table *t, const size_t *v, size_t n,
    size_t column, size_t k, double top)
{
	double apart = n > 1 ? (double)(WIDTH - LINE_L - 16) /
	    (double)(n - 1) : 0;
	size_t i;

	(void)fprintf(f, "<polyline fill=\"none\" stroke=\"%s\" "
	    "stroke-width=\"2\" stroke-dasharray=\"%s\" points=\"",
	    strokes[k], dashes[k]);
	for (i = 0; i < n; i++)
		(void)fprintf(f, "%.1f,%.1f ", LINE_L + (double)i * apart, 8 +
		    LINE_H - value(t, v[i], column) / top * LINE_H);
	(void)fputs("\"/>\n", f);
	for (i = 0; n <= 40 && i < n; i++)
		(void)fprintf(f, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.6\" "
		    "fill=\"%s\"/>", LINE_L + (double)i * apart, 8 + LINE_H -
		    value(t, v[i], column) / top * LINE_H, strokes[k]);
}

/* Draw lines. */
static void
lines(FILE *f, const struct report_table *t, const struct report_chart *c,
    const size_t *v, size_t n, int zh)
{
	int whole = t->columns[c->series[0]].type == REPORT_NUMBER;
	double most = greatest(t, c, v, n), step, top = 0;
	size_t k;

	if (most <= 0 || n < 2)
		return;
	step = step_of(most, whole);
	while (top < most)
		top += step;
	begin(f, t, c, LINE_H + 32, zh);
	axes(f, t, c, v, n, top, step, zh);
	for (k = 0; k < c->n; k++)
		line(f, t, v, n, c->series[k], k, top);
	(void)fputs("</svg></figure>\n", f);
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
		lines(f, t, c, v, n, zh);
	else
		lying(f, t, c, v, n, zh);
}
