#include <criterion/criterion.h>

#include <string.h>

#include "desk/report.h"
#include "desk/report_impl.h"

#include "reportlook.h"

/* A table, or NULL. */
static const struct report_table *
table_of(const struct report *r, const char *key)
{
	size_t i;

	for (i = 0; i < r->ntables; i++)
		if (strcmp(r->tables[i]->key, key) == 0)
			return (r->tables[i]);
	return (NULL);
}

/* Its rows. */
long
reportlook_rows(const struct report *r, const char *table)
{
	const struct report_table *t = table_of(r, table);

	return (t != NULL ? (long)t->rows : -1);
}

/* A cell. */
const struct report_cell *
reportlook_cell(const struct report *r, const char *table, size_t row,
    const char *column)
{
	const struct report_table *t = table_of(r, table);
	size_t c;

	cr_assert_not_null(t, "no table %s", table);
	cr_assert_lt(row, t->rows, "%s has %zu rows, not %zu", table, t->rows,
	    row + 1);
	for (c = 0; c < t->ncolumns; c++)
		if (strcmp(t->columns[c].key, column) == 0)
			return (report_cell(t, row, c));
	cr_assert_fail("%s has no column %s", table, column);
	return (NULL);
}

/* Its number. */
int64_t
reportlook_number(const struct report *r, const char *table, size_t row,
    const char *column)
{
	const struct report_cell *c = reportlook_cell(r, table, row, column);

	return (c->set ? c->n : INT64_MIN);
}

/* Its text. */
const char *
reportlook_text(const struct report *r, const char *table, size_t row,
    const char *column)
{
	const struct report_cell *c = reportlook_cell(r, table, row, column);

	return (c->set && c->text != NULL ? c->text : "");
}

/* The row of a text. */
long
reportlook_find(const struct report *r, const char *table, const char *column,
    const char *text)
{
	long i, n = reportlook_rows(r, table);

	for (i = 0; i < n; i++)
		if (strcmp(reportlook_text(r, table, (size_t)i, column),
		    text) == 0)
			return (i);
	return (-1);
}

/* A figure. */
int64_t
reportlook_figure(const struct report *r, const char *key)
{
	size_t i;

	for (i = 0; i < r->nfigures; i++)
		if (strcmp(r->figures[i].key, key) == 0)
			return (r->figures[i].cell.n);
	return (INT64_MIN);
}
