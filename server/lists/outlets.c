/*
 * The outlet register, as it is published.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"

#include "outlets_impl.h"

static const char bom[] = "\xef\xbb\xbf";

/* Say what is wrong and where. */
static int
fail(char *err, const char *name, size_t row, size_t column, const char *why)
{

	(void)snprintf(err, OUTLETS_ERROR_MAX, "%s:%zu:%zu: %s", name, row,
	    column, why);
	return (-1);
}

/* Is the first line the header? */
static int
header(char **cells, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < OUTLETS_COLUMNS; i++)
		if (strcmp(cells[i], outlets_heads[i]) != 0)
			return (0);
	return (n == OUTLETS_COLUMNS);
}

/* Take one line behind the header. */
static int
take(struct outlets *o, const char *name, size_t row, char **cells, size_t n,
    char *err)
{
	struct outlet *x = &o->v[o->n];
	int column, fault;

	if (n != OUTLETS_COLUMNS)
		return (fail(err, name, row, n < OUTLETS_COLUMNS ? n :
		    OUTLETS_COLUMNS, n == 1 && cells[0][0] == '\0' ?
		    "an empty row" : "a row has 10 cells"));
	fault = outlets_row((const char *const *)cells, x, &column);
	if (fault != OUTLETS_FINE)
		return (fail(err, name, row, (size_t)column + 1,
		    outlets_why(fault, 1)));
	if (o->n > 0 && outlets_order(x - 1, x) >= 0)
		return (fail(err, name, row, OUTLETS_OUTLET + 1,
		    outlets_order(x - 1, x) == 0 ? outlets_why(OUTLETS_TWICE,
		    1) : "rows must ascend by institution and outlet"));
	o->n++;
	return (0);
}

/* Read all lines of o->text. */
static int
lines(struct outlets *o, const char *name, size_t len, char *err)
{
	char *cells[OUTLETS_COLUMNS + 1], *p = o->text, *end = p + len, *stop;
	size_t n, row;

	if (len >= 3 && memcmp(p, bom, 3) == 0)
		p += 3;
	for (row = 1; p < end; row++) {
		if ((stop = memchr(p, '\n', (size_t)(end - p))) == NULL)
			stop = end;
		char *next = stop < end ? stop + 1 : end;

		if (stop > p && stop[-1] == '\r')
			stop--;
		if (memchr(p, '\0', (size_t)(stop - p)) != NULL)
			return (fail(err, name, row, 1, "it holds a NUL"));
		n = outlets_cells(p, stop, cells, OUTLETS_COLUMNS);
		if (n == 0)
			return (fail(err, name, row, 1, "a quote out of place"));
		if (row == 1 && !header(cells, n))
			return (fail(err, name, 1, 1, "the header "
			    "institution,outlet,name,area,hours,contact,status,"
			    "from,until,reason is wanted"));
		if (row > 1 && take(o, name, row, cells, n, err) != 0)
			return (-1);
		p = next;
	}
	if (row == 1)
		return (fail(err, name, 1, 1, "it is empty: there is no "
		    "header"));
	return (0);
}

/* Read a register. */
struct outlets *
outlets_read(const char *name, const char *text, size_t len, char *err)
{
	struct outlets *o;

	if (len > OUTLETS_MAX_TEXT) {
		(void)snprintf(err, OUTLETS_ERROR_MAX, "%s: %zu bytes, more "
		    "than the %u that are read", name, len, OUTLETS_MAX_TEXT);
		return (NULL);
	}
	if ((o = calloc(1, sizeof(*o))) == NULL)
		goto nomem;
	o->v = malloc((outlets_lines(text, len) + 1) * sizeof(*o->v));
	o->text = malloc(len + 1);
	if (o->v == NULL || o->text == NULL)
		goto nomem;
	if (len > 0)
		memcpy(o->text, text, len);
	o->text[len] = '\0';
	if (lines(o, name, len, err) == 0)
		return (o);
	outlets_free(o);
	return (NULL);

nomem:
	(void)snprintf(err, OUTLETS_ERROR_MAX, "%s: out of memory", name);
	outlets_free(o);
	return (NULL);
}

/* Free a register. */
void
outlets_free(struct outlets *o)
{

	if (o == NULL)
		return;
	free(o->v);
	free(o->text);
	free(o);
}

/* How many outlets? */
size_t
outlets_count(const struct outlets *o)
{

	return (o->n);
}

/* One of them. */
const struct outlet *
outlets_at(const struct outlets *o, size_t i)
{

	return (i < o->n ? &o->v[i] : NULL);
}

/* Find an outlet by halving. */
const struct outlet *
outlets_find(const struct outlets *o, const char *institution,
    const char *outlet)
{
	const struct outlet want = { .institution = institution,
		.outlet = outlet };
	size_t lo = 0, hi = o->n, mid;
	int c;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if ((c = outlets_order(&want, &o->v[mid])) == 0)
			return (&o->v[mid]);
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return (NULL);
}

/* Is it suspended on a day? */
int
outlet_suspended(const struct outlet *x, int32_t day)
{

	return (x->status == OUTLET_SUSPENDED && day >= x->from &&
	    (x->until == 0 || day <= x->until));
}

/* Take a name apart. */
int
outlets_split(const char *name, char *institution, char *outlet)
{
	const char *dot = strchr(name, '.');
	size_t n = dot != NULL ? (size_t)(dot - name) : 0;

	if (n == 0 || n > OUTLET_ID_MAX || dot[1] == '\0' ||
	    strlen(&dot[1]) > OUTLET_ID_MAX)
		return (-1);
	memcpy(institution, name, n);
	institution[n] = '\0';
	memcpy(outlet, &dot[1], strlen(&dot[1]) + 1);
	return (0);
}

/* For qsort(). */
static int
by_name(const void *a, const void *b)
{

	return (outlets_order(*(const struct outlet *const *)a,
	    *(const struct outlet *const *)b));
}

/* Write a cell, and what ends it. */
static void
cell(FILE *f, const char *s, char after)
{

	if (strpbrk(s, ",\"\r\n") == NULL)
		(void)fputs(s, f);
	else {
		(void)fputc('"', f);
		for (; *s != '\0'; s++) {
			if (*s == '"')
				(void)fputc('"', f);
			(void)fputc(*s, f);
		}
		(void)fputc('"', f);
	}
	(void)fputc(after, f);
}

/* Write a row. */
static void
put(FILE *f, const struct outlet *x)
{
	char area[16], from[DAY_TEXT] = "", until[DAY_TEXT] = "";

	(void)snprintf(area, sizeof(area), "%06d", x->area);
	if (x->from != 0)
		day_print(from, x->from);
	if (x->until != 0)
		day_print(until, x->until);
	cell(f, x->institution, ',');
	cell(f, x->outlet, ',');
	cell(f, x->name, ',');
	cell(f, area, ',');
	cell(f, x->hours, ',');
	cell(f, x->contact, ',');
	cell(f, outlet_status_name(x->status), ',');
	cell(f, from, ',');
	cell(f, until, ',');
	cell(f, x->reason, '\n');
}

/* Print a register. */
char *
outlets_print(const struct outlet *v, size_t n, size_t *len)
{
	const struct outlet **order;
	char *text = NULL;
	FILE *f;
	size_t i;

	if ((order = malloc((n + 1) * sizeof(*order))) == NULL)
		return (NULL);
	for (i = 0; i < n; i++)
		order[i] = &v[i];
	qsort(order, n, sizeof(*order), by_name);
	if ((f = open_memstream(&text, len)) != NULL) {
		for (i = 0; i < OUTLETS_COLUMNS; i++)
			cell(f, outlets_heads[i], i + 1 < OUTLETS_COLUMNS ?
			    ',' : '\n');
		for (i = 0; i < n; i++)
			put(f, order[i]);
		i = (size_t)ferror(f);
		if (fclose(f) != 0 || i != 0) {
			free(text);
			text = NULL;
		}
	}
	free(order);
	return (text);
}
