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

/* Copy a text. */
const char *
report_keep(struct report *r, const char *s)
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
	void *p;

	/* Doubled at each power of two. */
	if ((n & (n - 1)) == 0) {
		p = realloc(*v, (n == 0 ? 1 : 2 * n) * size);
		if (p == NULL) {
			r->failed = 1;
			return (NULL);
		}
		*v = p;
	}
	return ((char *)*v + n * size);
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
		c->set = (c->text = report_keep(r, value)) != NULL;
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

/* Add a chart. */
void
report_chart(struct report_table *t, const struct report_chart *c)
{
	void *all = t->charts;

	if (t->r == NULL ||
	    more(t->r, &all, t->ncharts, sizeof(*c)) == NULL)
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
