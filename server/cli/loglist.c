#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/sha256.h"
#include "plugin.h"
#include "store/entry.h"

#include "args.h"
#include "json.h"
#include "logcsv.h"
#include "loglist.h"
#include "logplace.h"
#include "logquery.h"
#include "logrow.h"
#include "table.h"
#include "tool.h"

struct loglist {
	const struct tool *t;
	struct loglist_form form;
	struct table *table;
	struct logcsv *csv;
	size_t count;
	struct entry e;
	struct logrow row;
};

/* Begin. */
struct loglist *
loglist_open(const struct tool *t, const struct loglist_form *form)
{
	struct loglist *l;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		return (NULL);
	l->t = t;
	l->form = *form;
	if (form->csv)
		l->csv = logcsv_open(t->out, 0);
	else if (!t->json)
		l->table = table_new(t->out, LOGROW_CELLS,
		    logrow_heads(t->language == LK_LANG_ZH));
	if (!t->json && l->csv == NULL && l->table == NULL) {
		free(l);
		return (NULL);
	}
	return (l);
}

/* Write a leaf hash as hex digits. */
static void
leaf_hex(const char *p, size_t len, char hex[65])
{
	uint8_t leaf[SHA256_LEN];
	int i;

	sha256_leaf(leaf, p, len);
	for (i = 0; i < SHA256_LEN; i++)
		(void)snprintf(&hex[2 * i], 3, "%02x", leaf[i]);
}

/* Write it as JSON. */
static void
put_json(struct loglist *l, const char *p, size_t len, const char *hex)
{
	struct json j;

	if (!l->form.leaf) {
		(void)fwrite(p, 1, len, l->t->out);
		(void)fputc('\n', l->t->out);
		return;
	}
	json_begin(&j, l->t->out);
	json_text(&j, "leaf", hex);
	json_raw(&j, "entry", p, len);
	json_end(&j);
}

/* Write it as a row. */
static int
put_row(struct loglist *l, const char *hex)
{
	const char *cells[LOGROW_CELLS];
	size_t i, n;

	logrow_make(&l->row, &l->e, l->t->language == LK_LANG_ZH);
	if (l->form.leaf) {
		n = strlen(l->row.cell[LOGROW_CELLS - 1]);
		(void)snprintf(&l->row.cell[LOGROW_CELLS - 1][n],
		    LOGROW_CELL - n, "%sleaf %s", n > 0 ? "  " : "", hex);
	}
	for (i = 0; i < LOGROW_CELLS; i++)
		cells[i] = l->row.cell[i];
	return (table_row(l->table, cells));
}

/* Write an entry. */
int
loglist_put(struct loglist *l, const char *p, size_t len)
{
	char hex[65] = "";
	size_t at;

	l->count++;
	if (l->form.leaf)
		leaf_hex(p, len, hex);
	if (l->t->json) {
		put_json(l, p, len, hex);
		return (0);
	}
	(void)entry_parse(&l->e, p, len, &at);
	if (l->csv != NULL) {
		logcsv_put(l->csv, &l->e, p, len);
		return (0);
	}
	return (put_row(l, hex));
}

/* How many there were. */
size_t
loglist_count(const struct loglist *l)
{

	return (l->count);
}

/* End. */
void
loglist_close(struct loglist *l)
{

	if (l == NULL)
		return;
	table_end(l->table);
	logcsv_close(l->csv);
	free(l);
}

/* Write an entry that fits. */
static int
fit(void *arg, const struct package_entry *pe, const struct entry *e)
{

	(void)e;
	return (loglist_put(arg, pe->text, pe->len) == 0 ? TOOL_OK :
	    TOOL_SYSTEM);
}

/* List what a filter wants. */
int
loglist_run(const struct tool *t, const struct logplace *place,
    const struct logfilter *filter, const struct loglist_form *form,
    size_t *shown)
{
	struct logquery q = { .f = filter, .put = fit };
	struct loglist *list;
	int rc;

	*shown = 0;
	if (form->csv && (t->json || form->leaf))
		return (tool_fail(t, TOOL_USAGE,
		    "--csv 不能与 --json 或 --leaf 同用",
		    "--csv goes with neither --json nor --leaf (it has the leaf "
		    "hash already)"));
	if ((rc = logread_open(t, place, &q.r)) != ARGS_GO)
		return (rc);
	if ((list = loglist_open(t, form)) == NULL)
		return (logread_close(q.r, tool_fail(t, TOOL_SYSTEM,
		    "内存不足", "out of memory")));
	q.arg = list;
	rc = logquery_run(&q);
	*shown = list->count;
	loglist_close(list);
	return (logread_close(q.r, rc));
}
