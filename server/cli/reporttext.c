#include <stdio.h>
#include <string.h>

#include "desk/report.h"
#include "desk/report_impl.h"
#include "plugin.h"

#include "json.h"
#include "reporttext.h"
#include "tool.h"
#include "width.h"

#define WRAP 100 /* columns of a note */

/* Write a setting or figure. */
static void
param(const struct tool *t, const struct report_param *p, int zh)
{
	struct report_column c = { .type = p->type };
	char buf[REPORT_PRINTED];
	const char *s = report_print(&c, &p->cell, zh, buf);

	if (s[0] == '\0')
		return;
	(void)fputs("  ", t->out);
	width_pad(t->out, zh ? p->zh : p->en, 28);
	(void)fputs("  ", t->out);
	width_put(t->out, s);
	(void)fputc('\n', t->out);
}

/* Write notes. */
static void
notes(const struct tool *t, const struct report_notes *l, const char *mark,
    int zh)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		(void)fputs(mark, t->out);
		width_wrap(t->out, zh ? l->v[i].zh : l->v[i].en, strlen(mark),
		    WRAP);
		(void)fputc('\n', t->out);
	}
}

/* What stands in a cell on a terminal. */
static const char *
shown(const struct report_table *x, size_t row, size_t column, int zh,
    char *buf)
{

	if (report_repeats(x, row, column))
		return ("");
	return (report_print(&x->columns[column], report_cell(x, row, column),
	    zh, buf));
}

/* Write a cell: texts to the left, numbers to the right. */
static void
cell(const struct tool *t, const struct report_column *c, const char *s,
    size_t width, int last)
{
	int left = c->type == REPORT_TEXT || c->type == REPORT_TIME;
	size_t w;

	for (w = width_of(s); !left && w < width; w++)
		(void)fputc(' ', t->out);
	if (left && !last)
		width_pad(t->out, s, width);
	else
		width_put(t->out, s);
	if (!last)
		(void)fputs("  ", t->out);
}

/* Is the row on the terminal? */
static int
listed(const struct report_table *x, size_t row)
{

	return (row < report_shown(x) || x->how[row] == REPORT_TOTAL);
}

/* Write the rows in columns as wide as they must be. */
static void
rows(const struct tool *t, const struct report_table *x, int zh)
{
	size_t width[REPORT_COLUMNS] = { 0 }, c, i, w, last = 0;
	char buf[REPORT_PRINTED];
	const char *head;

	for (c = 0; c < x->ncolumns && c < REPORT_COLUMNS; c++) {
		width[c] = width_of(zh ? x->columns[c].zh : x->columns[c].en);
		if (report_visible(x, c))
			last = c;
		for (i = 0; i < x->rows; i++)
			if (listed(x, i) && (w = width_of(shown(x, i, c, zh,
			    buf))) > width[c])
				width[c] = w;
	}
	for (i = 0; i <= x->rows; i++) {
		if (i > 0 && !listed(x, i - 1))
			continue;
		(void)fputs(i > 0 && x->how[i - 1] == REPORT_LOUD ? "! " :
		    "  ", t->out);
		for (c = 0; c <= last; c++) {
			if (!report_visible(x, c))
				continue;
			head = zh ? x->columns[c].zh : x->columns[c].en;
			cell(t, &x->columns[c], i == 0 ? head : shown(x, i - 1,
			    c, zh, buf), width[c], c == last);
		}
		(void)fputc('\n', t->out);
	}
}

/* Write a table. */
static void
table(const struct tool *t, const struct report_table *x, int zh)
{

	(void)fprintf(t->out, "\n%s%s%s\n", tool_paint(t, TOOL_BOLD), zh ?
	    x->zh : x->en, tool_paint(t, TOOL_PLAIN));
	if (x->rows == 0)
		(void)fprintf(t->out, "  %s\n", tool_zh(t, "无", "none"));
	else
		rows(t, x, zh);
	if (report_shown(x) < report_plain(x))
		(void)fprintf(t->out, tool_zh(t,
		    "  仅列前 %zu 行，共 %zu 行；--top 0 列出全部\n",
		    "  the first %zu of %zu rows; --top 0 shows all\n"),
		    report_shown(x), report_plain(x));
	notes(t, &x->notes, "  - ", zh);
}

/* The keys of its tables. */
void
reporttext_keys(const struct report *r, char *buf, size_t cap)
{
	size_t i, n = 0;

	buf[0] = '\0';
	for (i = 0; i < r->ntables && n < cap; i++)
		n += (size_t)snprintf(buf + n, cap - n, "%s%s", i > 0 ? ", " :
		    "", r->tables[i]->key);
}

/* Write it as text. */
int
reporttext_write(const struct tool *t, const struct report *r,
    const char *key)
{
	int zh = t->language == LK_LANG_ZH;
	size_t i, n = 0;

	if (key == NULL) {
		(void)fprintf(t->out, "%s%s%s\n", tool_paint(t, TOOL_BOLD),
		    zh ? r->zh : r->en, tool_paint(t, TOOL_PLAIN));
		for (i = 0; i < r->nparams; i++)
			param(t, &r->params[i], zh);
		if (r->nfigures > 0)
			(void)fputc('\n', t->out);
		for (i = 0; i < r->nfigures; i++)
			param(t, &r->figures[i], zh);
		if (r->differences.n > 0)
			(void)fprintf(t->out, "\n%s%s%s\n", tool_paint(t,
			    TOOL_RED), tool_zh(t, "不符之处，须逐项查明",
			    "What does not agree and needs looking at"),
			    tool_paint(t, TOOL_PLAIN));
		notes(t, &r->differences, "  ! ", zh);
		notes(t, &r->notes, "  - ", zh);
	}
	for (i = 0; i < r->ntables; i++)
		if (key == NULL || strcmp(key, r->tables[i]->key) == 0) {
			table(t, r->tables[i], zh);
			n++;
		}
	return (key != NULL && n == 0);
}

/* A number with four decimals. */
static void
json_number(struct json *j, const char *key, double x)
{
	char buf[32];
	int n = snprintf(buf, sizeof(buf), "%.4f", x);

	json_raw(j, key, buf, n > 0 ? (size_t)n : 0);
}

/* A cell as a member. */
static void
json_cell(struct json *j, const char *key, const struct report_column *c,
    const struct report_cell *x)
{

	if (!x->set) {
		json_nil(j, key);
		return;
	}
	switch (c->type) {
	case REPORT_TEXT:
		json_text(j, key, x->text);
		break;
	case REPORT_NUMBER:
	case REPORT_SPAN:
		json_i64(j, key, x->n);
		break;
	case REPORT_TIME:
		json_time(j, key, x->n);
		break;
	case REPORT_RATIO:
		json_number(j, key, x->x);
		break;
	case REPORT_RATE:
		json_open(j, key);
		json_number(j, "value", x->x * c->per);
		json_number(j, "low", x->lo * c->per);
		json_number(j, "high", x->hi * c->per);
		json_end(j);
		break;
	}
}

/* Settings or figures as an object. */
static void
json_params(struct json *j, const char *key, const struct report_param *p,
    size_t n)
{
	struct report_column c = { .per = 1 };
	size_t i;

	json_open(j, key);
	for (i = 0; i < n; i++) {
		c.type = p[i].type;
		json_cell(j, p[i].key, &c, &p[i].cell);
	}
	json_end(j);
}

/* Notes as an array. */
static void
json_notes(struct json *j, const char *key, const struct report_notes *l,
    int zh)
{
	size_t i;

	json_list(j, key);
	for (i = 0; i < l->n; i++)
		json_text(j, NULL, zh ? l->v[i].zh : l->v[i].en);
	json_close(j);
}

/* A table as an array. */
static void
json_table(struct json *j, const struct report_table *x)
{
	size_t i, c;

	json_list(j, x->key);
	for (i = 0; i < x->rows; i++) {
		json_open(j, NULL);
		if (x->how[i] == REPORT_TOTAL)
			json_bool(j, "total", 1);
		for (c = 0; c < x->ncolumns; c++)
			json_cell(j, x->columns[c].key, &x->columns[c],
			    report_cell(x, i, c));
		json_end(j);
	}
	json_close(j);
}

/* Write it as JSON. */
void
reporttext_json(const struct tool *t, const struct report *r)
{
	int zh = t->language == LK_LANG_ZH;
	struct json j;
	size_t i;

	json_begin(&j, t->out);
	json_text(&j, "report", r->kind);
	json_params(&j, "params", r->params, r->nparams);
	json_params(&j, "figures", r->figures, r->nfigures);
	json_notes(&j, "differences", &r->differences, zh);
	json_notes(&j, "notes", &r->notes, zh);
	json_open(&j, "tables");
	for (i = 0; i < r->ntables; i++)
		json_table(&j, r->tables[i]);
	json_end(&j);
	json_end(&j);
}
