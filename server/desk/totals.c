#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"
#include "keys/utf8.h"
#include "lists/csvfile.h"

#include "totals.h"

enum column { C_INST, C_DAY, C_ISSUED, C_CLOSED, C_PRODUCT, C_OUTLET,
	COLUMNS, C_NONE };

#define REQUIRED (C_ISSUED + 1) /* the first ones have to be there */

struct totals {
	struct totals_row *v;
	size_t n, room;
};

/* A file being read. */
struct reading {
	const char *name;
	const struct totals_reader *r;
	char *err;
	struct totals *t;
	size_t nbad;
	int at[CSVFILE_CELLS_MAX];	/* column of each cell */
	size_t ncells;
};

static const struct {
	const char *word;
	int column;
} heads[] = {
	{ "institution", C_INST }, { "inst", C_INST }, { "机构", C_INST },
	{ "机构代码", C_INST }, { "机构编号", C_INST },
	{ "day", C_DAY }, { "date", C_DAY }, { "日期", C_DAY },
	{ "开卡日期", C_DAY }, { "业务日期", C_DAY },
	{ "issued", C_ISSUED }, { "开卡", C_ISSUED }, { "开卡数", C_ISSUED },
	{ "开户", C_ISSUED }, { "开户数", C_ISSUED }, { "开卡量", C_ISSUED },
	{ "closed", C_CLOSED }, { "销卡", C_CLOSED }, { "销卡数", C_CLOSED },
	{ "销户", C_CLOSED }, { "销户数", C_CLOSED },
	{ "product", C_PRODUCT }, { "产品", C_PRODUCT },
	{ "产品类型", C_PRODUCT }, { "outlet", C_OUTLET },
	{ "branch", C_OUTLET }, { "网点", C_OUTLET }, { "网点代码", C_OUTLET },
	{ "网点编号", C_OUTLET },
};

static const char *const names[COLUMNS][2] = {
	{ "机构", "institution" }, { "日期", "day" }, { "开卡", "issued" },
	{ "销卡", "closed" }, { "产品", "product" }, { "网点", "outlet" }
};

/* Bytes that are still to be read. */
struct bytes {
	const char *p;
	size_t len;
};

/* Hand over bytes of memory as a file would. */
static ssize_t
read_bytes(void *arg, void *buf, size_t len)
{
	struct bytes *b = arg;

	if (len > b->len)
		len = b->len;
	memcpy(buf, b->p, len);
	b->p += len;
	b->len -= len;
	return ((ssize_t)len);
}

/* Tell of a bad row. */
static void
bad(struct reading *x, uint64_t line, int column, const char *zh,
    const char *en)
{
	int english = x->r->english;
	char text[TOTALS_ERROR_MAX];

	x->nbad++;
	if (x->r->bad == NULL)
		return;
	(void)snprintf(text, sizeof(text), "%.200s:%" PRIu64 ": %s%s%s",
	    x->name, line, column < COLUMNS ? names[column][english != 0] : "",
	    column < COLUMNS ? ": " : "", english ? en : zh);
	x->r->bad(x->r->arg, text);
}

/* Fail with a sentence. */
static int
fail(struct reading *x, const char *zh, const char *en)
{

	(void)snprintf(x->err, TOTALS_ERROR_MAX, "%.200s: %.300s", x->name,
	    x->r->english ? en : zh);
	return (-1);
}

/* The column that a heading names. */
static int
column_of(const struct csvfile_cell *c)
{
	char word[64];
	size_t n = 0, i;

	if (c->len >= sizeof(word))
		return (C_NONE);
	for (i = 0; i < c->len; i++)
		if (c->text[i] != ' ' && c->text[i] != '_')
			word[n++] = c->text[i] >= 'A' && c->text[i] <= 'Z' ?
			    (char)(c->text[i] - 'A' + 'a') : c->text[i];
	word[n] = '\0';
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (strcmp(heads[i].word, word) == 0)
			return (heads[i].column);
	return (C_NONE);
}

/* Read the heading. */
static int
heading(struct reading *x, const struct csvfile_row *row)
{
	char zh[128], en[128];
	int seen[COLUMNS] = { 0 }, c;
	size_t i;

	for (i = 0; i < row->n; i++) {
		x->at[i] = c = column_of(&row->cell[i]);
		if (c != C_NONE && seen[c]++ > 0)
			return (fail(x, "标题行中有重复的列",
			    "the heading names a column twice"));
	}
	x->ncells = row->n;
	for (c = 0; c < REQUIRED; c++) {
		(void)snprintf(zh, sizeof(zh), "标题行中没有“%s”列",
		    names[c][0]);
		(void)snprintf(en, sizeof(en), "the heading has no column "
		    "\"%s\"", names[c][1]);
		if (!seen[c])
			return (fail(x, zh, en));
	}
	return (0);
}

/* Read an id. */
static const char *
id(char out[32], const struct csvfile_cell *c, int required)
{
	const char *p = c->text;
	size_t left = c->len, n;
	uint32_t u;

	if (c->len == 0)
		return (required ? "empty" : NULL);
	if (c->len >= 32)
		return ("long");
	for (; left > 0; p += n, left -= n)
		if ((n = utf8_next(&u, p, left)) == 0 || utf8_hidden(u))
			return ("hidden");
	memcpy(out, c->text, c->len);
	return (NULL);
}

/* Read a count: digits alone. */
static int
count(int64_t *v, const struct csvfile_cell *c)
{
	size_t i;

	*v = 0;
	if (c->len == 0 || c->len > 9)
		return (-1);
	for (i = 0; i < c->len; i++) {
		if (c->text[i] < '0' || c->text[i] > '9')
			return (-1);
		*v = *v * 10 + (c->text[i] - '0');
	}
	return (0);
}

/* Read so many digits at most; return how many there were. */
static size_t
digits(const char **p, size_t most, int32_t *v)
{
	size_t n;

	*v = 0;
	for (n = 0; n < most && **p >= '0' && **p <= '9'; n++, (*p)++)
		*v = *v * 10 + (**p - '0');
	return (n);
}

/* Pass over a mark. */
static int
mark(const char **p, const char *m)
{
	size_t n = strlen(m);

	if (strncmp(*p, m, n) != 0)
		return (0);
	*p += n;
	return (1);
}

/* Read a day. */
static int
day(int32_t *out, const struct csvfile_cell *c)
{
	const char *p = c->text, *sep;
	int32_t y, m, d;

	if (digits(&p, 4, &y) != 4)
		return (-1);
	sep = mark(&p, "-") ? "-" : mark(&p, "/") ? "/" : mark(&p, "年") ?
	    "月" : "";
	if (*sep == '\0') {
		if (digits(&p, 2, &m) != 2 || digits(&p, 2, &d) != 2)
			return (-1);
	} else if (digits(&p, 2, &m) == 0 || !mark(&p, sep) ||
	    digits(&p, 2, &d) == 0 ||
	    (strcmp(sep, "月") == 0 && !mark(&p, "日")))
		return (-1);
	if (*p != '\0' || (size_t)(p - c->text) != c->len ||
	    !day_valid(y, m, d))
		return (-1);
	*out = day_from_civil(y, m, d);
	return (0);
}

/* Read a product. */
static int
product(const struct reading *x, const struct csvfile_cell *c, int32_t *code)
{
	static const char *const all[] = { "", "all", "全部", "合计", "总计",
		"所有", "*" };
	size_t i;

	*code = 0;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(c->text, all[i]) == 0)
			return (0);
	return (x->r->product != NULL && strlen(c->text) == c->len &&
	    x->r->product(c->text, code) == 0 && *code != 0 ? 0 : -1);
}

/* Read a cell into a row; -1: it was bad. */
static int
cell(struct reading *x, struct totals_row *w, int column,
    const struct csvfile_cell *c)
{
	const char *why = NULL;

	if (csvfile_rounded(c) != 0) {
		bad(x, w->line, column, "号码已被电子表格改坏；请把该列设为文本后重新导出",
		    "a spreadsheet has damaged this; save the column as text");
		return (-1);
	}
	switch (column) {
	case C_INST:
		why = id(w->inst, c, 1);
		break;
	case C_OUTLET:
		why = id(w->outlet, c, 0);
		break;
	case C_DAY:
		why = day(&w->day, c) != 0 ? "day" : NULL;
		break;
	case C_ISSUED:
		why = count(&w->issued, c) != 0 ? "count" : NULL;
		break;
	case C_CLOSED:
		if (c->len > 0)
			why = count(&w->closed, c) != 0 ? "count" : NULL;
		break;
	case C_PRODUCT:
		why = product(x, c, &w->product) != 0 ? "product" : NULL;
		break;
	default:
		break;
	}
	if (why == NULL)
		return (0);
	if (strcmp(why, "day") == 0)
		bad(x, w->line, column, "应为存在的日期，如 2026-11-22",
		    "not a day like 2026-11-22");
	else if (strcmp(why, "count") == 0)
		bad(x, w->line, column, "应为 0 至 999999999 的整数，不带分隔符",
		    "not a whole number from 0 to 999999999");
	else if (strcmp(why, "product") == 0)
		bad(x, w->line, column, "没有这种产品", "no such product");
	else
		bad(x, w->line, column, "应为 1 至 31 字节、可显示的编号",
		    "not an id of 1 to 31 bytes that shows");
	return (-1);
}

/* Take a row. */
static int
take(struct reading *x, const struct csvfile_row *row)
{
	struct totals_row w, *v;
	size_t i, nbad = x->nbad, room;

	memset(&w, 0, sizeof(w));
	w.line = row->line;
	w.closed = -1;
	if (row->fault != CSVFILE_FINE) {
		bad(x, row->line, C_NONE, csvfile_fault_text(row->fault, 0),
		    csvfile_fault_text(row->fault, 1));
		return (0);
	}
	if (row->n != x->ncells) {
		bad(x, row->line, C_NONE, "单元格数与标题行不同",
		    "not as many cells as the heading has");
		return (0);
	}
	for (i = 0; i < row->n; i++)
		(void)cell(x, &w, x->at[i], &row->cell[i]);
	if (x->nbad != nbad)
		return (0);
	if (x->t->n == x->t->room) {
		room = x->t->room != 0 ? 2 * x->t->room : 64;
		if ((v = realloc(x->t->v, room * sizeof(*v))) == NULL)
			return (fail(x, "内存不足", "out of memory"));
		x->t->v = v;
		x->t->room = room;
	}
	x->t->v[x->t->n++] = w;
	return (0);
}

/* The order of rows. */
static int
compare(const void *a, const void *b)
{
	const struct totals_row *x = a, *y = b;
	int c = strcmp(x->inst, y->inst);

	if (c == 0)
		c = (x->day > y->day) - (x->day < y->day);
	if (c == 0)
		c = strcmp(x->outlet, y->outlet);
	return (c != 0 ? c : (x->product > y->product) -
	    (x->product < y->product));
}

/* By line where the rest is the same. */
static int
compare_lines(const void *a, const void *b)
{
	const struct totals_row *x = a, *y = b;
	int c = compare(a, b);

	return (c != 0 ? c : (x->line > y->line) - (x->line < y->line));
}

/* Sort them, and see that nothing is told twice. */
static void
sort(struct reading *x)
{
	struct totals *t = x->t;
	size_t i;

	if (t->n > 0)
		qsort(t->v, t->n, sizeof(*t->v), compare_lines);
	for (i = 1; i < t->n; i++)
		if (compare(&t->v[i - 1], &t->v[i]) == 0)
			bad(x, t->v[i].line, C_NONE,
			    "同一机构、网点、日期、产品重复出现",
			    "the same institution, outlet, day and product once "
			    "more");
}

/* Read all rows. */
static int
rows(struct reading *x, struct csvfile *f, struct csvfile_row *row)
{
	char err[CSVFILE_ERROR_MAX];
	int rc;

	if ((rc = csvfile_next(f, row, err)) == 0)
		return (fail(x, "文件是空的", "the file is empty"));
	if (rc == 1 && row->fault != CSVFILE_FINE)
		return (fail(x, csvfile_fault_text(row->fault, 0),
		    csvfile_fault_text(row->fault, 1)));
	if (rc == 1 && heading(x, row) != 0)
		return (-1);
	while (rc == 1 && (rc = csvfile_next(f, row, err)) == 1)
		if (take(x, row) != 0)
			return (-1);
	if (rc < 0)
		return (fail(x, err, err));
	sort(x);
	if (x->nbad == 0)
		return (0);
	(void)snprintf(x->err, TOTALS_ERROR_MAX, x->r->english ?
	    "%.200s: faults: %zu; nothing was taken" :
	    "%.200s：有 %zu 处错误，整个文件未采用", x->name, x->nbad);
	return (-1);
}

/* Read a file. */
struct totals *
totals_read(const char *name, const char *text, size_t len,
    const struct totals_reader *r, char *err)
{
	struct bytes b = { text, len };
	struct csvfile_source source = { read_bytes, &b };
	struct reading x = { .name = name, .r = r, .err = err };
	struct csvfile_row *row;
	struct csvfile *f = NULL;
	int rc = -1;

	x.t = calloc(1, sizeof(*x.t));
	if ((row = malloc(sizeof(*row))) == NULL || x.t == NULL)
		(void)fail(&x, "内存不足", "out of memory");
	else if ((f = csvfile_open(&source, name, CSVFILE_GUESS, err)) != NULL)
		rc = rows(&x, f, row);
	csvfile_close(f);
	free(row);
	if (rc == 0)
		return (x.t);
	totals_free(x.t);
	return (NULL);
}

/* Free it. */
void
totals_free(struct totals *t)
{

	if (t == NULL)
		return;
	free(t->v);
	free(t);
}

/* How many rows. */
size_t
totals_count(const struct totals *t)
{

	return (t->n);
}

/* One of them. */
const struct totals_row *
totals_at(const struct totals *t, size_t i)
{

	return (&t->v[i]);
}
