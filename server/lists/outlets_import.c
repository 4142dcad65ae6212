/*
 * Taking a register as people send it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"
#include "keys/utf8.h"

#include "outlets_impl.h"

#define CELLS_MAX 64

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
	size_t row;
};

/* An import in progress. */
struct import {
	const char *name;
	void (*bad)(void *arg, const char *text);
	void *arg;
	char *err;
	size_t nbad;
	char separator;
	int at[CELLS_MAX];	/* column of each cell */
	size_t ncells;
	struct taken *v;
	size_t n;
};

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
tell(struct import *m, size_t row, size_t cell, const char *why)
{
	char text[OUTLETS_ERROR_MAX];

	m->nbad++;
	(void)snprintf(text, sizeof(text), "%s:%zu:%zu: %s", m->name, row,
	    cell, why);
	m->bad(m->arg, text);
}

/* Take away the blanks around a cell, and what a spreadsheet put there. */
static char *
clean(char *s)
{
	char *p, *end = s;
	uint32_t c = 0;
	size_t n, len;

	while ((n = utf8_next(&c, s, strlen(s))) > 0 && utf8_blank(c))
		s += n;
	for (p = end = s; (n = utf8_next(&c, p, strlen(p))) > 0; p += n)
		if (!utf8_blank(c))
			end = p + n;
	if (*p == '\0')
		*end = '\0';
	len = strlen(s);
	if (len >= 3 && memcmp(s, "=\"", 2) == 0 && s[len - 1] == '"') {
		s[len - 1] = '\0';
		return (clean(&s[2]));
	}
	return (s[0] == '\'' ? &s[1] : s);
}

/* Has a spreadsheet made 1.1E+11 of it? */
static int
damaged(const char *s)
{
	size_t n = strspn(s, "0123456789.");

	return (n > 0 && (s[n] == 'E' || s[n] == 'e') && s[n + 1] == '+' &&
	    s[n + 2] != '\0' && s[n + 2 + strspn(&s[n + 2], "0123456789")] ==
	    '\0');
}

/* Write a day as 2026-01-02, if it can be read as one; else leave it. */
static char *
one_day(char *s, char buf[DAY_TEXT])
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

/* The separator of a header: what stands in it most. */
static char
separator(const char *line, size_t len)
{
	static const char all[] = ",;\t|";
	size_t best = 0, most = 0, n, i, k;

	for (i = 0; all[i] != '\0'; i++) {
		for (n = k = 0; k < len; k++)
			n += line[k] == all[i];
		if (n > most) {
			most = n;
			best = i;
		}
	}
	return (all[best]);
}

/* Take the header. */
static int
header(struct import *m, char *line, char *end)
{
	char *cells[CELLS_MAX + 1], *s;
	int have[OUTLETS_COLUMNS] = { 0 };
	size_t i;

	m->separator = separator(line, (size_t)(end - line));
	m->ncells = outlets_cells(line, end, m->separator, 1, cells, CELLS_MAX);
	if (m->ncells == 0 || m->ncells > CELLS_MAX) {
		(void)snprintf(m->err, OUTLETS_ERROR_MAX, "%s:1:1: this is no "
		    "header of a register", m->name);
		return (-1);
	}
	for (i = 0; i < m->ncells; i++) {
		s = clean(cells[i]);
		m->at[i] = find(heads, s);
		if (m->at[i] < 0 || have[m->at[i]]++ > 0) {
			(void)snprintf(m->err, OUTLETS_ERROR_MAX,
			    "%s:1:%zu: %s column '%.60s'", m->name, i + 1,
			    m->at[i] < 0 ? "unknown" : "once more the", s);
			return (-1);
		}
	}
	for (i = OUTLETS_INSTITUTION; i <= OUTLETS_AREA; i++)
		if (!have[i]) {
			(void)snprintf(m->err, OUTLETS_ERROR_MAX,
			    "%s:1:1: the column '%s' is missing", m->name,
			    outlets_heads[i]);
			return (-1);
		}
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

/* Take a line behind the header. */
static void
take(struct import *m, size_t row, char *line, char *end)
{
	static char none[1] = "";
	char *raw[CELLS_MAX + 1], *cells[OUTLETS_COLUMNS];
	char from[DAY_TEXT], until[DAY_TEXT];
	size_t i, n, filled = 0;
	const char *why;
	int column, status;

	n = outlets_cells(line, end, m->separator, 1, raw, m->ncells);
	if (n == 0) {
		tell(m, row, 1, "a quote out of place");
		return;
	}
	for (i = 0; i < OUTLETS_COLUMNS; i++)
		cells[i] = none;
	for (i = 0; i < n && i < m->ncells; i++) {
		cells[m->at[i]] = clean(raw[i]);
		filled += cells[m->at[i]][0] != '\0';
	}
	if (filled == 0 && n <= m->ncells)
		return;
	if (n != m->ncells) {
		tell(m, row, n < m->ncells ? n : m->ncells, n < m->ncells ?
		    "fewer cells than the header has" :
		    "more cells than the header has");
		return;
	}
	for (i = 0; i < m->ncells; i++)
		if (m->at[i] <= OUTLETS_OUTLET && damaged(cells[m->at[i]])) {
			tell(m, row, i + 1, "a spreadsheet has damaged this "
			    "number; save the column as text");
			return;
		}
	if ((status = find(statuses, cells[OUTLETS_STATUS])) >= 0)
		cells[OUTLETS_STATUS] = (char *)(uintptr_t)
		    outlet_status_name(status);
	cells[OUTLETS_FROM] = one_day(cells[OUTLETS_FROM], from);
	cells[OUTLETS_UNTIL] = one_day(cells[OUTLETS_UNTIL], until);
	if (outlets_row(cells, &m->v[m->n].x, &column, &why) != 0)
		tell(m, row, cell_of(m, column), why);
	else
		m->v[m->n++].row = row;
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
	char why[96];
	size_t i;

	if (m->n > 0)
		qsort(m->v, m->n, sizeof(*m->v), by_name);
	for (i = 0; i < m->n; i++) {
		if (i > 0 && outlets_order(&m->v[i - 1].x, &m->v[i].x) == 0) {
			(void)snprintf(why, sizeof(why), "the outlet of row "
			    "%zu once more", m->v[i - 1].row);
			tell(m, m->v[i].row, cell_of(m, OUTLETS_OUTLET), why);
		}
		o->v[i] = m->v[i].x;
	}
	o->n = m->n;
}

/* Go through the lines. */
static int
lines(struct import *m, struct outlets *o, size_t len)
{
	char *p = o->text, *end = p + len, *stop, *next;
	size_t row;

	if (memchr(p, '\0', len) != NULL) {
		(void)snprintf(m->err, OUTLETS_ERROR_MAX, "%s: it holds a NUL",
		    m->name);
		return (-1);
	}
	for (row = 1; p < end; row++, p = next) {
		if ((stop = memchr(p, '\n', (size_t)(end - p))) == NULL)
			stop = end;
		next = stop < end ? stop + 1 : end;
		if (stop > p && stop[-1] == '\r')
			stop--;
		if (row > 1)
			take(m, row, p, stop);
		else if (header(m, p, stop) != 0)
			return (-1);
	}
	settle(m, o);
	if (m->nbad == 0 && m->n > 0)
		return (0);
	if (m->n == 0 && m->nbad == 0)
		(void)snprintf(m->err, OUTLETS_ERROR_MAX, "%s: there is no "
		    "outlet in it", m->name);
	else
		(void)snprintf(m->err, OUTLETS_ERROR_MAX, "%s: %zu rows cannot "
		    "be taken, and so none was", m->name, m->nbad);
	return (-1);
}

/* Take a register as it was sent. */
struct outlets *
outlets_import(const char *name, const char *text, size_t len,
    void (*bad)(void *arg, const char *text), void *arg, char *err)
{
	struct import m = { .name = name, .bad = bad, .arg = arg, .err = err };
	struct outlets *o = NULL;
	size_t n;
	int rc = -1;

	if (len > OUTLETS_MAX_TEXT) {
		(void)snprintf(err, OUTLETS_ERROR_MAX, "%s: %zu bytes, more "
		    "than the %u that are read", name, len, OUTLETS_MAX_TEXT);
		return (NULL);
	}
	errno = 0;
	if ((o = calloc(1, sizeof(*o))) == NULL ||
	    outlets_utf8(text, len, &o->text, &len) != 0)
		goto out;
	n = outlets_lines(o->text, len) + 1;
	if ((o->v = malloc(n * sizeof(*o->v))) == NULL ||
	    (m.v = malloc(n * sizeof(*m.v))) == NULL)
		goto out;
	rc = lines(&m, o, len);
	free(m.v);
	if (rc == 0)
		return (o);
	outlets_free(o);
	return (NULL);

out:
	(void)snprintf(err, OUTLETS_ERROR_MAX, errno == EILSEQ ?
	    "%s: it is neither UTF-8 nor GB18030 nor UTF-16" :
	    "%s: out of memory", name);
	outlets_free(o);
	return (NULL);
}
