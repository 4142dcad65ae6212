/*
 * Cells as people read them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/day.h"

#include "report.h"
#include "report_impl.h"

#define Z 1.959963984540054 /* of 95 % */

/* The square root of 0..1 by Newton, which spares the programs the library for it. */
static double
root(double x)
{
	double y = 1, was;

	if (x <= 0)
		return (0);
	do {
		was = y;
		y = (y + x / y) / 2;
	} while (y < was);
	return (was);
}

/* The interval of a share. */
void
report_wilson(uint64_t k, uint64_t n, double *lo, double *hi)
{
	double m = (double)n, p, z2 = Z * Z, mid, half;

	*lo = 0;
	*hi = 1;
	if (n == 0)
		return;
	p = (double)(k < n ? k : n) / m;
	mid = p + z2 / (2 * m);
	half = Z * root(p * (1 - p) / m + z2 / (4 * m * m));
	if (k > 0)
		*lo = (mid - half) / (1 + z2 / m);
	if (k < n)
		*hi = (mid + half) / (1 + z2 / m);
}

/* A cell. */
const struct report_cell *
report_cell(const struct report_table *t, size_t row, size_t column)
{

	return (&t->cells[row * t->ncolumns + column]);
}

/* Do two cells say the same? */
static int
same(const struct report_cell *a, const struct report_cell *b)
{

	return (a->set == b->set && a->n == b->n && (a->text == b->text ||
	    (a->text != NULL && b->text != NULL &&
	    strcmp(a->text, b->text) == 0)));
}

/* Does a cell only repeat what stands above? */
int
report_repeats(const struct report_table *t, size_t row, size_t column)
{
	size_t c;

	if (row == 0 || (t->columns[column].flags & REPORT_ONCE) == 0)
		return (0);
	for (c = 0; c <= column; c++)
		if ((t->columns[c].flags & REPORT_ONCE) != 0 &&
		    !same(report_cell(t, row, c), report_cell(t, row - 1, c)))
			return (0);
	return (1);
}

/* How many rows are shown. */
size_t
report_shown(const struct report_table *t)
{

	return (t->show > 0 && t->show < t->rows ? t->show : t->rows);
}

/* Is a column shown? */
int
report_visible(const struct report_table *t, size_t column)
{

	return ((t->columns[column].flags & REPORT_WIDE) == 0 &&
	    (t->used >> column & 1) != 0);
}

/* How many rows are no totals. */
size_t
report_plain(const struct report_table *t)
{
	size_t i, n = 0;

	for (i = 0; i < t->rows; i++)
		n += t->how[i] != REPORT_TOTAL;
	return (n);
}

/* Print a time of UTC+8. */
void
report_print_time(int64_t ms, int seconds, char *buf)
{
	int64_t s = ms / 1000 - (ms % 1000 < 0), of;
	struct day_civil d;
	int32_t day = day_of(s);
	int n;

	day_to_civil(&d, day);
	of = s + 8 * 3600 - (int64_t)day * 86400;
	n = snprintf(buf, REPORT_PRINTED, "%04d-%02d-%02d %02d:%02d", d.year,
	    d.month, d.mday, (int)(of / 3600), (int)(of / 60 % 60));
	if (seconds && n > 0)
		(void)snprintf(&buf[n], REPORT_PRINTED - (size_t)n, ":%02d",
		    (int)(of % 60));
}

/* Print how long something took, in the two units that matter. */
static void
print_span(int64_t ms, int zh, char *buf)
{
	int64_t s = ms / 1000;

	if (s < 60)
		(void)snprintf(buf, REPORT_PRINTED, zh ? "%d 秒" : "%d s",
		    (int)s);
	else if (s < 3600)
		(void)snprintf(buf, REPORT_PRINTED, zh ? "%d 分 %d 秒" :
		    "%d min %d s", (int)(s / 60), (int)(s % 60));
	else if (s < 86400)
		(void)snprintf(buf, REPORT_PRINTED, zh ? "%d 小时 %d 分" :
		    "%d h %d min", (int)(s / 3600), (int)(s / 60 % 60));
	else
		(void)snprintf(buf, REPORT_PRINTED, zh ? "%" PRId64
		    " 天 %d 小时" : "%" PRId64 " d %d h", s / 86400,
		    (int)(s / 3600 % 24));
}

/* Print a number with its thousands apart. */
static void
print_number(int64_t n, char *buf)
{
	char digits[24];
	size_t len, i, at = 0;

	(void)snprintf(digits, sizeof(digits), "%" PRIu64, n < 0 ?
	    0 - (uint64_t)n : (uint64_t)n);
	len = strlen(digits);
	if (n < 0)
		buf[at++] = '-';
	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf[at++] = ',';
		buf[at++] = digits[i];
	}
	buf[at] = '\0';
}

/* Print a cell. */
const char *
report_print(const struct report_column *c, const struct report_cell *cell,
    int zh, char *buf)
{

	buf[0] = '\0';
	if (!cell->set)
		return (buf);
	switch (c->type) {
	case REPORT_TEXT:
		if (cell->zh != NULL && zh)
			return (cell->zh);
		return (cell->en != NULL && !zh ? cell->en : cell->text !=
		    NULL ? cell->text : "");
	case REPORT_NUMBER:
		if ((c->flags & REPORT_NAME) != 0)
			(void)snprintf(buf, REPORT_PRINTED, "%" PRId64,
			    cell->n);
		else
			print_number(cell->n, buf);
		break;
	case REPORT_RATE:
		(void)snprintf(buf, REPORT_PRINTED, "%.1f (%.1f–%.1f)",
		    cell->x * c->per, cell->lo * c->per, cell->hi * c->per);
		break;
	case REPORT_RATIO:
		(void)snprintf(buf, REPORT_PRINTED, "%.*f", c->per, cell->x);
		break;
	case REPORT_TIME:
		report_print_time(cell->n, 0, buf);
		break;
	case REPORT_SPAN:
		print_span(cell->n, zh, buf);
		break;
	}
	return (buf);
}
