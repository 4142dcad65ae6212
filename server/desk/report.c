#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "report_impl.h"

/* A copy of a text that lives as long as the report. */
struct report_text {
	struct report_text *next;
	char s[];
};

/* What stands in for a table when memory is short: it takes no rows. */
static struct report_table nowhere;

/* Make one. */
struct report *
report_new(const char *kind, const char *zh, const char *en)
{
	struct report *r;

	if ((r = calloc(1, sizeof(*r))) != NULL) {
		r->kind = kind;
		r->zh = zh;
		r->en = en;
	}
	return (r);
}

/* Free notes. */
static void
notes_free(struct report_notes *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		free(l->v[i].zh);
		free(l->v[i].en);
	}
	free(l->v);
}

/* Free a table. */
static void
table_free(struct report_table *t)
{

	free(t->cells);
	free(t->how);
	free(t->charts);
	notes_free(&t->notes);
	free(t);
}

/* Free it. */
void
report_free(struct report *r)
{
	struct report_text *x;
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->ntables; i++)
		table_free(r->tables[i]);
	free(r->tables);
	while ((x = r->texts) != NULL) {
		r->texts = x->next;
		free(x);
	}
	notes_free(&r->notes);
	notes_free(&r->differences);
	free(r->params);
	free(r->figures);
	free(r);
}

/* Was memory short? */
int
report_failed(const struct report *r)
{

	return (r->failed);
}

/* Copy a text; NULL when out of memory, which is remembered. */
static const char *
keep(struct report *r, const char *s)
{
	size_t len = strlen(s) + 1;
	struct report_text *x;

	if ((x = malloc(sizeof(*x) + len)) == NULL) {
		r->failed = 1;
		return (NULL);
	}
	memcpy(x->s, s, len);
	x->next = r->texts;
	r->texts = x;
	return (x->s);
}

/* Make room for one more of `size` bytes behind n; NULL when out of memory. */
static void *
more(struct report *r, void **v, size_t n, size_t size)
{
	void *p = *v;

	/* Doubled at each power of two. */
	if ((n & (n - 1)) == 0 &&
	    (p = realloc(*v, (n == 0 ? 1 : 2 * n) * size)) == NULL) {
		r->failed = 1;
		return (NULL);
	}
	*v = p;
	return ((char *)p + n * size);
}

/* Add a setting or figure, empty as yet. */
static struct report_cell *
param(struct report *r, struct report_param **v, size_t *n, const char *key,
    const char *zh, const char *en, enum report_type type)
{
	struct report_param *p;
	void *all = *v;

	if ((p = more(r, &all, *n, sizeof(*p))) == NULL)
		return (NULL);
	*v = all;
	(*n)++;
	memset(p, 0, sizeof(*p));
	p->key = key;
	p->zh = zh;
	p->en = en;
	p->type = type;
	return (&p->cell);
}

/* Add a setting that is a text. */
void
report_param(struct report *r, const char *key, const char *zh,
    const char *en, const char *value)
{
	struct report_cell *c = param(r, &r->params, &r->nparams, key, zh, en,
	    REPORT_TEXT);

	if (c != NULL)
		c->set = (c->text = keep(r, value)) != NULL;
}

/* Add one that is a number. */
void
report_param_number(struct report *r, const char *key, const char *zh,
    const char *en, int64_t n)
{
	struct report_cell *c = param(r, &r->params, &r->nparams, key, zh, en,
	    REPORT_NUMBER);

	if (c != NULL) {
		c->set = 1;
		c->n = n;
	}
}

/* Add one that is a time. */
void
report_param_time(struct report *r, const char *key, const char *zh,
    const char *en, int64_t ms)
{
	struct report_cell *c = param(r, &r->params, &r->nparams, key, zh, en,
	    REPORT_TIME);

	if (c != NULL) {
		c->set = ms != 0;
		c->n = ms;
	}
}

/* Add a figure. */
void
report_figure(struct report *r, const char *key, const char *zh,
    const char *en, int64_t n)
{
	struct report_cell *c = param(r, &r->figures, &r->nfigures, key, zh,
	    en, REPORT_NUMBER);

	if (c != NULL) {
		c->set = 1;
		c->n = n;
	}
}

/* Print into memory of its own; NULL when out of memory. */
static char * __attribute__((format(printf, 2, 0)))
printed(struct report *r, const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) >= 0)
		return (s);
	r->failed = 1;
	return (NULL);
}

/* Add a note in both languages. */
static void __attribute__((format(printf, 3, 0), format(printf, 4, 0)))
note(struct report *r, struct report_notes *l, const char *zh, const char *en,
    va_list ap)
{
	struct report_note *x;
	void *all = l->v;
	va_list again;

	if ((x = more(r, &all, l->n, sizeof(*x))) == NULL)
		return;
	l->v = all;
	va_copy(again, ap);
	x->zh = printed(r, zh, ap);
	x->en = printed(r, en, again);
	va_end(again);
	if (x->zh != NULL && x->en != NULL) {
		l->n++;
		return;
	}
	free(x->zh);
	free(x->en);
}

/* Add a note. */
void
report_note(struct report *r, struct report_table *t, const char *zh,
    const char *en, ...)
{
	va_list ap;

	if (t == &nowhere)
		return;
	va_start(ap, en);
	note(r, t != NULL ? &t->notes : &r->notes, zh, en, ap);
	va_end(ap);
}

/* Add what does not agree. */
void
report_difference(struct report *r, const char *zh, const char *en, ...)
{
	va_list ap;

	va_start(ap, en);
	note(r, &r->differences, zh, en, ap);
	va_end(ap);
}

/* How much does not agree? */
size_t
report_differences(const struct report *r)
{

	return (r->differences.n);
}

/* Add a table. */
struct report_table *
report_table(struct report *r, const char *key, const char *zh, const char *en,
    const struct report_column *columns, size_t n)
{
	struct report_table *t, **at;
	void *all = r->tables;

	if ((at = more(r, &all, r->ntables, sizeof(*at))) == NULL)
		return (&nowhere);
	r->tables = all;
	if ((t = calloc(1, sizeof(*t))) == NULL) {
		r->failed = 1;
		return (&nowhere);
	}
	t->r = r;
	t->key = key;
	t->zh = zh;
	t->en = en;
	t->columns = columns;
	t->ncolumns = n;
	*at = t;
	r->ntables++;
	return (t);
}

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
		c->set = (c->text = keep(t->r, s)) != NULL;
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
	c->text = keep(t->r, name);
	c->zh = keep(t->r, zh);
	c->en = keep(t->r, en);
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

/* Add a chart. */
void
report_chart(struct report_table *t, const struct report_chart *c)
{
	struct report_chart *x;
	void *all = t->charts;

	if (t->r == NULL ||
	    (x = more(t->r, &all, t->ncharts, sizeof(*x))) == NULL)
		return;
	t->charts = all;
	t->charts[t->ncharts++] = *c;
}

/* Bound what a page shows. */
void
report_show(struct report_table *t, size_t n)
{

	if (t->r != NULL)
		t->show = n;
}

/* How many rows it has. */
size_t
report_rows(const struct report_table *t)
{

	return (t->rows);
}

/* Name the table that CSV means. */
void
report_main(struct report_table *t)
{

	if (t->r != NULL)
		t->r->main = t;
}

/* Let its charts say it on a page. */
void
report_drawn(struct report_table *t)
{

	if (t->r != NULL)
		t->drawn = 1;
}
