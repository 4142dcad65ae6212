#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/category.h"
#include "engine/day.h"
#include "engine/identity.h"
#include "keys/token.h"
#include "plugin.h"

#include "import_impl.h"

#define WORD_DIGITS 6	/* a word has no more */
#define DATE_DIGITS 14	/* nor a moment */

static const struct csvfile_cell empty = { "", 0, 0 };

/* Note a reason. */
int
import_why(struct import *m, int column, int reason, const char *zh,
    const char *en, ...)
{
	va_list ap;

	m->column = column != 0 ? m->c.at[column] : 0;
	va_start(ap, en);
	(void)vsnprintf(m->why, sizeof(m->why), m->o->english ? en : zh, ap);
	va_end(ap);
	return (reason);
}

/* The cell of a column, empty when the file or the row has none. */
static const struct csvfile_cell *
cell(const struct import *m, const struct csvfile_row *row, int column)
{
	size_t at = m->c.at[column];

	return (at == 0 || at > row->n ? &empty : &row->cell[at - 1]);
}

/* A cell as a reason repeats it, unless so many digits are a number in the wrong
 * column. */
static const char *
quoted(const struct csvfile_cell *c, size_t most)
{

	return (import_digits(c) <= most ? c->text : "***");
}

/* What a word means: mostly what it meant in the row above. */
static int
word(struct import_memo *memo, const struct csvfile_cell *c,
    int (*find)(const char *, size_t))
{

	if (c->len >= sizeof(memo->text))
		return (0);
	if (memo->code == 0 || strcmp(memo->text, c->text) != 0) {
		memo->code = find(c->text, c->len);
		memcpy(memo->text, c->text, c->len + 1);
	}
	return (memo->code);
}

/* The number as a token. */
static int
number(struct import *m, const struct csvfile_row *row, struct token *t)
{
	const struct csvfile_cell *type = cell(m, row, IMPORT_C_TYPE);
	const struct csvfile_cell *country = cell(m, row, IMPORT_C_COUNTRY);
	const struct csvfile_cell *c = cell(m, row, IMPORT_C_NUMBER);
	struct import_document d = m->o->document;
	int rc;

	if (type->len > 0 && d.subject == LIST_PERSON &&
	    (d.id_type = word(&m->type, type, import_id_type)) == 0)
		return (import_why(m, IMPORT_C_TYPE, IMPORT_TYPE,
		    "没有证件类型“%.60s”", "there is no document type \"%.60s\"",
		    quoted(type, WORD_DIGITS)));
	if (country->len > 0)
		d.country = country->text;
	rc = import_cell_token(t, &d, c, m->o->keys, m->today, m->o->english,
	    m->why);
	m->column = m->c.at[IMPORT_C_NUMBER];
	if (rc == IMPORT_DAMAGED)
		m->damaged = 1;
	if (rc != IMPORT_FINE || csvfile_rounded(c) != CSVFILE_ZEROS)
		return (rc);
	/* One in eleven rounded numbers has a fitting check digit. */
	m->doubts |= 1u << IMPORT_ZEROS;
	return (!m->damaged ? rc : import_why(m, IMPORT_C_NUMBER,
	    IMPORT_DAMAGED,
	    "号码以零结尾，而本文件已有被电子表格舍入的号码，请按原件核对；"
	    "无误则写成 =\"号码\"",
	    "the number ends in zeros and others of this file were rounded by a "
	    "spreadsheet: compare it with the original; if it is right, write "
	    "=\"NUMBER\""));
}

/* Category and legal basis. */
static int
grounds(struct import *m, const struct csvfile_row *row,
    struct ledger_entry *e)
{
	const struct csvfile_cell *c = cell(m, row, IMPORT_C_CATEGORY);
	const struct csvfile_cell *b = cell(m, row, IMPORT_C_BASIS);

	e->category = c->len > 0 ? word(&m->category, c, import_category) :
	    m->o->category;
	if (c->len == 0 && e->category == 0)
		return (import_why(m, IMPORT_C_CATEGORY, IMPORT_CATEGORY,
		    "没有类别", "there is no category"));
	if (e->category == 0)
		return (import_why(m, IMPORT_C_CATEGORY, IMPORT_CATEGORY,
		    "没有类别“%.60s”", "there is no category \"%.60s\"",
		    quoted(c, WORD_DIGITS)));
	if ((category_subjects(e->category) & 1u << m->o->document.subject) ==
	    0)
		return (import_why(m, IMPORT_C_CATEGORY, IMPORT_CATEGORY,
		    "类别“%s”不适用于此名单",
		    "the category \"%s\" does not fit this list",
		    category_text(e->category, m->o->english)));
	e->basis = b->len > 0 ? word(&m->basis, b, import_basis) : m->o->basis;
	if (b->len == 0 && e->basis == 0)
		return (import_why(m, IMPORT_C_BASIS, IMPORT_BASIS,
		    "没有法律依据", "there is no legal basis"));
	if (e->basis == 0)
		return (import_why(m, IMPORT_C_BASIS, IMPORT_BASIS,
		    "没有法律依据“%.60s”", "there is no legal basis \"%.60s\"",
		    quoted(b, WORD_DIGITS)));
	return (IMPORT_FINE);
}

/* Does a text hold the number of an identity card?  It would be kept in clear. */
static int
holds_number(const char *s, int32_t today)
{
	struct identity id;
	int found = 0;

	for (; strlen(s) >= 18 && !found; s++)
		if (strspn(s, "0123456789") >= 17) {
			found = identity_parse(&id, LK_ID_RESIDENT, s, 18,
			    NULL, today, NULL) == 0;
			identity_wipe(&id);
		}
	return (found);
}

/* The case number. */
static int
case_no(struct import *m, const struct csvfile_row *row,
    struct ledger_entry *e)
{
	const struct csvfile_cell *c = cell(m, row, IMPORT_C_CASE);
	const char *p = c->len > 0 ? c->text : m->o->case_no;

	if (p == NULL)
		return (IMPORT_FINE);
	if (!ledger_plain(p))
		return (import_why(m, IMPORT_C_CASE, IMPORT_CASE,
		    "案号中有不可见字符或换行",
		    "the case number holds a character that does not show, or "
		    "a line end"));
	if (holds_number(p, m->today))
		return (import_why(m, IMPORT_C_CASE, IMPORT_CASE,
		    "案号中有证件号码，不得写入",
		    "there is an identity number in the case number, which is "
		    "kept in clear: leave it out"));
	if (strlen(p) >= sizeof(e->case_no))
		return (import_why(m, IMPORT_C_CASE, IMPORT_CASE,
		    "案号过长，最多 %d 字节", "the case number is too long: at "
		    "most %d bytes of UTF-8", (int)sizeof(e->case_no) - 1));
	(void)snprintf(e->case_no, sizeof(e->case_no), "%s", p);
	return (IMPORT_FINE);
}

/* One day. */
static int
date(struct import *m, const struct csvfile_row *row, int column,
    int32_t otherwise, int32_t *day)
{
	const struct csvfile_cell *c = cell(m, row, column);

	*day = otherwise;
	if (c->len == 0 || import_date(day, c->text, c->len) == 0)
		return (IMPORT_FINE);
	return (import_why(m, column, IMPORT_DATE,
	    "“%.40s”不是日期，请写成 2026-01-31",
	    "\"%.40s\" is no date: write it as 2026-01-31",
	    quoted(c, DATE_DIGITS)));
}

/* From when until when. */
static int
dates(struct import *m, const struct csvfile_row *row, struct ledger_entry *e)
{

	if (date(m, row, IMPORT_C_FROM, m->o->from, &e->from) != IMPORT_FINE ||
	    date(m, row, IMPORT_C_UNTIL, m->o->until, &e->until) !=
	    IMPORT_FINE)
		return (IMPORT_DATE);
	if (e->until != 0 && e->until < e->from)
		return (import_why(m, IMPORT_C_UNTIL, IMPORT_DATE,
		    "截止日期早于起始日期", "it ends before it begins"));
	return (IMPORT_FINE);
}

/* The years that the law or the notice sets, 0: none. */
static int
years(const struct ledger_entry *e)
{

	switch (e->basis) {
	case BASIS_JOINT_2024:
		return (e->category == CATEGORY_CONVICTED ? 3 :
		    e->category == CATEGORY_FOUND ? 2 : 0);
	case BASIS_NOTICE_2016:
		return (3);
	case BASIS_NOTICE_2019:
		return (5);
	default:
		return (0);
	}
}

/* Is `until` so many years after `from`, give or take the day itself? */
static int
lasts(const struct ledger_entry *e, int n)
{
	struct day_civil c;
	int32_t end;

	day_to_civil(&c, e->from);
	if (!day_valid(c.year + n, c.month, c.mday))
		c.mday--;
	end = day_from_civil(c.year + n, c.month, c.mday);
	return (e->until >= end - 1 && e->until <= end + 1);
}

/* The doubt that the dates raise. */
int
import_term_doubt(const struct ledger_entry *e, int32_t today)
{
	int sanction = e->category == CATEGORY_CONVICTED ||
	    e->category == CATEGORY_FOUND;
	int n = years(e);

	if (e->until != 0 && e->until < today)
		return (IMPORT_OVER);
	if (sanction && e->until == 0)
		return (IMPORT_NO_END);
	if (sanction && e->case_no[0] == '\0')
		return (IMPORT_NO_CASE);
	if (sanction && n != 0 && e->from != 0 && !lasts(e, n))
		return (IMPORT_TERM);
	return (IMPORT_DOUBTS);
}

/* Make an action of a row. */
int
import_row(struct import *m, const struct csvfile_row *row,
    struct ledger_entry *e)
{
	int rc, doubt;

	memset(e, 0, sizeof(*e));
	m->why[0] = '\0';
	m->doubts = 0;
	if (row->fault != CSVFILE_FINE) {
		(void)import_why(m, 0, 0, "%s", "%s",
		    csvfile_fault_text(row->fault, m->o->english));
		m->column = row->at;
		return (IMPORT_UNREADABLE);
	}
	e->t = m->o->now;
	e->action = LEDGER_ADD;
	(void)snprintf(e->who, sizeof(e->who), "%s", m->o->who);
	(void)snprintf(e->why, sizeof(e->why), "%s", m->o->why);
	if ((rc = number(m, row, &e->token)) != IMPORT_FINE ||
	    (rc = grounds(m, row, e)) != IMPORT_FINE ||
	    (rc = case_no(m, row, e)) != IMPORT_FINE ||
	    (rc = dates(m, row, e)) != IMPORT_FINE)
		return (rc);
	if ((doubt = import_term_doubt(e, m->today)) != IMPORT_DOUBTS)
		m->doubts |= 1u << doubt;
	return (IMPORT_FINE);
}
