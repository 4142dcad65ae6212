/*
 * The rows of a table and their cells.
 */
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "report_impl.h"

/* Make room for another row. */
static int
widen(struct report_table *t)
{
	size_t room = t->room == 0 ? 16 : 2 * t->room;
	struct report_cell *cells;
	unsigned char *how;

	if ((cells = realloc(t->cells, room * t->ncolumns *
	    sizeof(*cells))) != NULL)
		t->cells = cells;
	if ((how = realloc(t->how, room)) != NULL)
		t->how = how;
	if (cells == NULL || how == NULL) {
		t->r->failed = 1;
		return (-1);
	}
	t->room = room;
	return (0);
}

/* Begin a row of this kind. */
void
report_row_as(struct report_table *t, enum report_row how)
{

	if (t->r == NULL || t->r->failed ||
	    (t->rows == t->room && widen(t) != 0))
		return;
	t->how[t->rows] = (unsigned char)how;
	memset(&t->cells[t->rows * t->ncolumns], 0,
	    t->ncolumns * sizeof(*t->cells));
	t->rows++;
	t->at = 0;
}

/* Begin a row. */
void
report_row(struct report_table *t)
{

	report_row_as(t, REPORT_PLAIN);
}

/* The next cell of the row, or NULL. */
static struct report_cell *
next(struct report_table *t, int set)
{
	struct report_cell *c;

	if (t->rows == 0 || t->at == t->ncolumns)
		return (NULL);
	c = &t->cells[(t->rows - 1) * t->ncolumns + t->at++];
	if ((c->set = set) != 0)
		t->used |= 1u << (t->at - 1);
	return (c);
}

/* Leave a cell empty. */
void
report_empty(struct report_table *t)
{

	(void)next(t, 0);
}

/* Fill one with a text. */
void
report_text(struct report_table *t, const char *s)
{
	struct report_cell *c = next(t, s != NULL);

	if (c != NULL && s != NULL)
		c->set = (c->text = report_keep(t->r, s)) != NULL;
}

/* Fill one with a word. */
void
report_word(struct report_table *t, const char *name, const char *zh,
    const char *en)
{
	struct report_cell *c = next(t, 1);

	if (c != NULL) {
		c->text = name;
		c->zh = zh;
		c->en = en;
	}
}

/* Fill one with a word that is made up. */
void
report_said(struct report_table *t, const char *name, const char *zh,
    const char *en)
{
	struct report_cell *c = next(t, 0);

	if (c == NULL)
		return;
	c->text = report_keep(t->r, name);
	c->zh = report_keep(t->r, zh);
	c->en = report_keep(t->r, en);
	c->set = c->text != NULL && c->zh != NULL && c->en != NULL;
	t->used |= 1u << (t->at - 1);
}

/* Fill one with a number. */
void
report_number(struct report_table *t, int64_t n)
{
	struct report_cell *c = next(t, 1);

	if (c != NULL)
		c->n = n;
}

/* Fill one with a time. */
void
report_time(struct report_table *t, int64_t ms)
{
	struct report_cell *c = next(t, ms != 0);

	if (c != NULL)
		c->n = ms;
}

/* Fill one with a duration. */
void
report_span(struct report_table *t, int64_t ms)
{
	struct report_cell *c = next(t, ms >= 0);

	if (c != NULL)
		c->n = ms;
}

/* Fill one with a ratio. */
void
report_ratio(struct report_table *t, double x)
{
	struct report_cell *c = next(t, 1);

	if (c != NULL)
		c->x = x;
}

/* Fill one with a share and its interval. */
void
report_rate(struct report_table *t, uint64_t k, uint64_t n)
{
	struct report_cell *c = next(t, n > 0);

	if (c == NULL || n == 0)
		return;
	c->n = (int64_t)k;
	c->x = (double)k / (double)n;
	report_wilson(k, n, &c->lo, &c->hi);
}
