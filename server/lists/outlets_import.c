/*
 * Taking a register as people send it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"

#include "csvfile.h"
#include "outlets_impl.h"

/* Another word for a column or a status. */
struct also {
	const char *word;
	int number;
};

static const struct also heads[] = {
	{ "institution", OUTLETS_INSTITUTION }, { "机构", OUTLETS_INSTITUTION },
	{ "机构代码", OUTLETS_INSTITUTION }, { "机构编号", OUTLETS_INSTITUTION },
	{ "outlet", OUTLETS_OUTLET }, { "网点", OUTLETS_OUTLET },
	{ "网点代码", OUTLETS_OUTLET }, { "网点编号", OUTLETS_OUTLET },
	{ "网点号", OUTLETS_OUTLET }, { "name", OUTLETS_NAME },
	{ "名称", OUTLETS_NAME }, { "网点名称", OUTLETS_NAME },
	{ "area", OUTLETS_AREA }, { "区划", OUTLETS_AREA },
	{ "区划代码", OUTLETS_AREA }, { "行政区划", OUTLETS_AREA },
	{ "行政区划代码", OUTLETS_AREA }, { "hours", OUTLETS_HOURS },
	{ "营业时间", OUTLETS_HOURS }, { "contact", OUTLETS_CONTACT },
	{ "联系方式", OUTLETS_CONTACT }, { "联系电话", OUTLETS_CONTACT },
	{ "电话", OUTLETS_CONTACT }, { "status", OUTLETS_STATUS },
	{ "状态", OUTLETS_STATUS }, { "from", OUTLETS_FROM },
	{ "停业起", OUTLETS_FROM }, { "until", OUTLETS_UNTIL },
	{ "停业止", OUTLETS_UNTIL }, { "reason", OUTLETS_REASON },
	{ "原因", OUTLETS_REASON }, { "停业原因", OUTLETS_REASON },
	{ NULL, 0 }
};

/* Those that must be there, in Chinese. */
static const char *const heads_zh[] = { "机构", "网点", "名称", "区划" };

static const struct also statuses[] = {
	{ "", OUTLET_OPEN }, { "正常", OUTLET_OPEN }, { "营业", OUTLET_OPEN },
	{ "开业", OUTLET_OPEN }, { "停业", OUTLET_SUSPENDED },
	{ "暂停", OUTLET_SUSPENDED }, { "停业整顿", OUTLET_SUSPENDED },
	{ "关闭", OUTLET_CLOSED }, { "撤销", OUTLET_CLOSED },
	{ "注销", OUTLET_CLOSED }, { NULL, 0 }
};

/* A row that was taken, until all are sorted. */
struct taken {
	struct outlet x;
	uint64_t row;
};

/* An import in progress. */
struct import {
	const char *name;
	const struct outlets_sink *sink;
	char *err;
	size_t nbad;
	int at[CSVFILE_CELLS_MAX];	/* column of each cell */
	size_t ncells;
	struct taken *v;
	size_t n;
	char *end;	/* of the texts that are kept */
};

/* The bytes that are still to be read. */
struct bytes {
	const char *p;
	size_t len;
};

/* Hand over bytes of memory as a file would. */
static ssize_t
read_bytes(void *arg, void *buf, size_t len)
{
	struct bytes *b = arg;

	len = len < b->len ? len : b->len;
	if (len > 0)
		memcpy(buf, b->p, len);
	b->p += len;
	b->len -= len;
	return ((ssize_t)len);
}

/* Find a word. */
static int
find(const struct also *a, const char *word)
{

	for (; a->word != NULL; a++)
		if (strcmp(a->word, word) == 0)
			return (a->number);
	return (-1);
}

/* Tell of a row that cannot be taken. */
static void
tell(struct import *m, uint64_t row, size_t cell, const char *why)
{
	char text[OUTLETS_ERROR_MAX];

	m->nbad++;
	(void)snprintf(text, sizeof(text), "%s:%" PRIu64 ":%zu: %s", m->name,
	    row, cell, why);
	m->sink->bad(m->sink->arg, text);
}

/* Write what is wrong with all of it. */
static int
fail(struct import *m, size_t cell, const char *zh, const char *en,
    const char *what)
{

	(void)snprintf(m->err, OUTLETS_ERROR_MAX, "%s:1:%zu: %s%.60s", m->name,
	    cell, m->sink->english ? en : zh, what);
	return (-1);
}

/* Write a day as 2026-01-02, if it can be read as one; else leave it. */
static const char *
one_day(const char *s, char buf[DAY_TEXT])
{
	int y, m, d, end = 0;
	char sep;

	if (s[strspn(s, "0123456789-/.")] == '\0' && strlen(s) <= 10 &&
	    sscanf(s, "%4d%c%2d%*1[-/.]%2d%n", &y, &sep, &m, &d, &end) == 4 &&
	    s[end] == '\0' && strchr("-/.", sep) != NULL &&
	    day_valid(y, m, d)) {
		day_print(buf, day_from_civil(y, m, d));
		return (buf);
	}
	return (s);
}

/* Take the header. */
static int
header(struct import *m, const struct csvfile_row *row)
{
	int have[OUTLETS_COLUMNS] = { 0 };
	size_t i;

	if (row->fault != CSVFILE_FINE)
		return (fail(m, row->at, "", "", csvfile_fault_text(row->fault,
		    m->sink->english)));
	for (i = 0; i < row->n; i++) {
		m->at[i] = find(heads, row->cell[i].text);
		if (m->at[i] < 0)
			return (fail(m, i + 1, "没有这个列名：",
			    "there is no such column: ", row->cell[i].text));
		if (have[m->at[i]]++ > 0)
			return (fail(m, i + 1, "列重复：", "a column is there "
			    "twice: ", row->cell[i].text));
	}
	m->ncells = row->n;
	for (i = OUTLETS_INSTITUTION; i <= OUTLETS_AREA; i++)
		if (!have[i])
			return (fail(m, 1, "缺少列：", "a column is missing: ",
			    m->sink->english ? outlets_heads[i] :
			    heads_zh[i]));
	return (0);
}

/* Which cell of a line is a column? */
static size_t
cell_of(const struct import *m, int column)
{
	size_t i;

	for (i = 0; i < m->ncells; i++)
		if (m->at[i] == column)
			return (i + 1);
	return (1);
}

/* Keep the text of a cell. */
static const char *
keep(struct import *m, const struct csvfile_cell *c)
{
	char *p = m->end;

	memcpy(p, c->text, c->len + 1);
	m->end += c->len + 1;
	return (p);
}

/* Take a row behind the header. */
static void
take(struct import *m, const struct csvfile_row *row)
{
	const char *cells[OUTLETS_COLUMNS];
	char from[DAY_TEXT], until[DAY_TEXT];
	int column, fault, status;
	size_t i;

	if (row->fault != CSVFILE_FINE || row->n != m->ncells) {
		fault = row->n < m->ncells ? OUTLETS_FEWER : OUTLETS_MORE;
		tell(m, row->line, row->fault != CSVFILE_FINE ? row->at :
		    row->n < m->ncells ? row->n : m->ncells + 1,
		    row->fault != CSVFILE_FINE ?
		    csvfile_fault_text(row->fault, m->sink->english) :
		    outlets_why(fault, m->sink->english));
		return;
	}
	for (i = 0; i < OUTLETS_COLUMNS; i++)
		cells[i] = "";
	for (i = 0; i < row->n; i++) {
		if (m->at[i] <= OUTLETS_OUTLET &&
		    csvfile_rounded(&row->cell[i])) {
			tell(m, row->line, i + 1, outlets_why(OUTLETS_DAMAGED,
			    m->sink->english));
			return;
		}
		cells[m->at[i]] = keep(m, &row->cell[i]);
	}
	if ((status = find(statuses, cells[OUTLETS_STATUS])) >= 0)
		cells[OUTLETS_STATUS] = outlet_status_name(status);
	cells[OUTLETS_FROM] = one_day(cells[OUTLETS_FROM], from);
	cells[OUTLETS_UNTIL] = one_day(cells[OUTLETS_UNTIL], until);
	fault = outlets_row(cells, &m->v[m->n].x, &column);
	if (fault != OUTLETS_FINE)
		tell(m, row->line, cell_of(m, column), outlets_why(fault,
		    m->sink->english));
	else
		m->v[m->n++].row = row->line;
}

/* For qsort(). */
static int
by_name(const void *a, const void *b)
{
	const struct taken *x = a, *y = b;
	int c = outlets_order(&x->x, &y->x);

	return (c != 0 ? c : (x->row > y->row) - (x->row < y->row));
}

/* Sort, tell of what is there twice, and hand the rest over. */
static void
settle(struct import *m, struct outlets *o)
{
	size_t i;

	if (m->n > 0)
		qsort(m->v, m->n, sizeof(*m->v), by_name);
	for (i = 0; i < m->n; i++) {
		if (i > 0 && outlets_order(&m->v[i - 1].x, &m->v[i].x) == 0)
			tell(m, m->v[i].row, cell_of(m, OUTLETS_OUTLET),
			    outlets_why(OUTLETS_TWICE, m->sink->english));
		o->v[i] = m->v[i].x;
	}
	o->n = m->n;
}

/* Go through the rows. */
static int
rows(struct import *m, struct outlets *o, struct csvfile *f)
{
	struct csvfile_row *row = malloc(sizeof(*row));
	int rc;

	if (row == NULL)
		return (fail(m, 1, "内存不足", "out of memory", ""));
	if ((rc = csvfile_next(f, row, m->err)) == 0)
		rc = fail(m, 1, "没有标题行", "there is no header", "");
	if (rc > 0 && (rc = header(m, row)) == 0)
		while ((rc = csvfile_next(f, row, m->err)) > 0)
			take(m, row);
	free(row);
	if (rc < 0)
		return (-1);
	settle(m, o);
	if (m->nbad == 0 && m->n > 0)
		return (0);
	if (m->nbad == 0)
		return (fail(m, 1, "没有网点", "there is no outlet in it", ""));
	(void)snprintf(m->err, OUTLETS_ERROR_MAX, m->sink->english ?
	    "%s: %zu rows cannot be taken, and so none was" :
	    "%s：%zu 行有误，整份未导入", m->name, m->nbad);
	return (-1);
}

/* Take a register as it was sent. */
struct outlets *
outlets_import(const char *name, const char *text, size_t len,
    const struct outlets_sink *sink, char *err)
{
	struct import m = { .name = name, .sink = sink, .err = err };
	struct bytes bytes = { text, len };
	const struct csvfile_source source = { read_bytes, &bytes };
	struct outlets *o = calloc(1, sizeof(*o));
	struct csvfile *f = NULL;
	const size_t n = len / 8 + 2;	/* a row has eight bytes at least */
	int rc = -1;

	/* No byte becomes more than three of UTF-8; a separator becomes an end. */
	if (len > OUTLETS_MAX_TEXT)
		(void)fail(&m, 1, "文件过大", "the file is too long", "");
	else if (o == NULL || (o->text = malloc(3 * len + 64)) == NULL ||
	    (o->v = malloc(n * sizeof(*o->v))) == NULL ||
	    (m.v = malloc(n * sizeof(*m.v))) == NULL)
		(void)fail(&m, 1, "内存不足", "out of memory", "");
	else if ((f = csvfile_open(&source, name, CSVFILE_GUESS, err)) !=
	    NULL) {
		m.end = o->text;
		rc = rows(&m, o, f);
	}
	csvfile_close(f);
	free(m.v);
	if (rc == 0)
		return (o);
	outlets_free(o);
	return (NULL);
}
