#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/category.h"
#include "engine/day.h"

#include "import_impl.h"

#define BATCH 65536	/* rows in one commit */
#define STEP 4096	/* rows between two calls of step() */

static const struct {
	const char *word, *zh, *en;
} reasons[IMPORT_REASONS] = {
	[IMPORT_FINE] = { "", "", "" },
	[IMPORT_UNREADABLE] = { "unreadable", "无法读取", "unreadable rows" },
	[IMPORT_NO_NUMBER] = { "no_number", "没有号码", "no number" },
	[IMPORT_TYPE] = { "type", "证件类型不明", "unknown document type" },
	[IMPORT_NUMBER] = { "number", "号码有误", "wrong number" },
	[IMPORT_DAMAGED] = { "damaged", "号码被电子表格舍入",
	    "number rounded by a spreadsheet" },
	[IMPORT_CATEGORY] = { "category", "类别不明或不适用",
	    "category unknown or not of this list" },
	[IMPORT_BASIS] = { "basis", "法律依据不明", "unknown legal basis" },
	[IMPORT_CASE] = { "case", "案号有误", "case number" },
	[IMPORT_DATE] = { "date", "日期有误", "dates" },
	[IMPORT_OTHER] = { "other", "已以其他内容在名单上",
	    "listed already, with other content" },
	[IMPORT_CLEARED] = { "cleared", "已申诉成功且无新案号",
	    "cleared on appeal, no new case number" },
}, doubts[IMPORT_DOUBTS] = {
	[IMPORT_TERM] = { "term", "期限与规定年限不符",
	    "the term is not that of the law" },
	[IMPORT_NO_END] = { "no_end", "惩戒没有截止日期",
	    "a sanction without an end" },
	[IMPORT_NO_CASE] = { "no_case", "惩戒没有案号",
	    "a sanction without a case number" },
	[IMPORT_OVER] = { "over", "期限已过，不会发布",
	    "it is over already and will not be published" },
	[IMPORT_ZEROS] = { "zeros", "号码以零结尾，可能被舍入，请核对",
	    "the number ends in zeros, perhaps rounded: compare it" },
};

/* Texts for counts. */
const char *
import_reason_text(int reason, int english)
{

	return (english ? reasons[reason].en : reasons[reason].zh);
}

/* Ditto. */
const char *
import_doubt_text(int doubt, int english)
{

	return (english ? doubts[doubt].en : doubts[doubt].zh);
}

/* Words for JSON. */
const char *
import_reason_word(int reason)
{

	return (reasons[reason].word);
}

/* Ditto. */
const char *
import_doubt_word(int doubt)
{

	return (doubts[doubt].word);
}

/* Say what is on the list already. */
static int
listed_otherwise(struct import *m, const struct ledger_entry *e)
{
	struct ledger_entry old;

	if (ledger_find(m->o->ledger, &e->token, &old) == 0)
		return (IMPORT_OTHER);
	return (import_why(m, IMPORT_C_NUMBER, IMPORT_OTHER,
	    "已在名单上，内容不同：序号 %llu，%s，%s，案号“%s”；如以本行为准，加 "
	    "--replace",
	    "listed already with other content: serial %llu, %s, %s, case "
	    "\"%s\"; if this row is right, import it with --replace",
	    (unsigned long long)old.serial,
	    category_text(old.category, m->o->english),
	    basis_text(old.basis, m->o->english), old.case_no));
}

/* Give the action to the ledger. */
static int
take(struct import *m, struct ledger_entry *e)
{

	switch (ledger_add(m->o->ledger, e, m->o->replace, m->err)) {
	case LEDGER_TAKEN:
		m->r->taken++;
		m->pending++;
		return (IMPORT_FINE);
	case LEDGER_SAME:
		m->r->same++;
		m->doubts = 0;
		return (IMPORT_FINE);
	case LEDGER_OTHER:
		return (listed_otherwise(m, e));
	case LEDGER_CLEARED:
		return (import_why(m, IMPORT_C_CASE, IMPORT_CLEARED,
		    "该条目已因申诉成功撤销；须有新的案号方可再次列入",
		    "this was cleared on appeal: it may be listed again with a "
		    "new case number only"));
	default:
		return (-1);
	}
}

/* Tell of the doubts of a row that was taken. */
static void
doubt(struct import *m, const struct csvfile_row *row)
{
	int i;

	for (i = 0; i < IMPORT_DOUBTS; i++) {
		if ((m->doubts & 1u << i) == 0)
			continue;
		m->r->doubts[i]++;
		if (m->o->doubt != NULL)
			m->o->doubt(m->o->arg, row->line, i == IMPORT_ZEROS ?
			    m->c.at[IMPORT_C_NUMBER] : i == IMPORT_NO_CASE ?
			    m->c.at[IMPORT_C_CASE] : m->c.at[IMPORT_C_UNTIL], i,
			    import_doubt_text(i, m->o->english));
	}
}

/* Deal with one row. */
static int
one(struct import *m, const struct csvfile_row *row)
{
	struct ledger_entry e;
	int rc;

	m->r->rows++;
	if ((rc = import_row(m, row, &e)) == IMPORT_FINE &&
	    (rc = take(m, &e)) == -1)
		return (-1);
	if (rc == IMPORT_FINE)
		doubt(m, row);
	else {
		m->r->rejected++;
		m->r->reason[rc]++;
		import_reject(m, row);
		if (m->o->bad != NULL)
			m->o->bad(m->o->arg, row->line, m->column, m->why);
	}
	if (m->o->step != NULL && m->r->rows % STEP == 0)
		m->o->step(m->o->arg, m->r->rows);
	return (0);
}

/* Make durable what was taken, now and then and at the end. */
static int
commit(struct import *m)
{

	if (m->o->reject != NULL && fflush(m->o->reject) != 0) {
		(void)snprintf(m->err, IMPORT_ERROR_MAX, "the reject file: %s",
		    strerror(errno));
		return (-1);
	}
	if (!m->o->dry && ledger_commit(m->o->ledger, m->err) != 0)
		return (-1);
	m->pending = 0;
	return (0);
}

/* All rows. */
static int
rows(struct import *m, struct csvfile *f, struct csvfile_row *row)
{
	int rc;

	while ((rc = csvfile_next(f, row, m->err)) == 1)
		if (one(m, row) != 0 || (m->pending >= BATCH && !m->o->dry &&
		    commit(m) != 0))
			return (-1);
	return (rc);
}

/* The first row, and all others. */
static int
run(struct import *m, struct csvfile *f, struct csvfile_row *row)
{
	int rc;

	if ((rc = csvfile_next(f, row, m->err)) == -1)
		return (-1);
	if (rc == 0) {
		(void)snprintf(m->err, IMPORT_ERROR_MAX, "%s: %s", m->name,
		    m->o->english ? "the file is empty" : "文件是空的");
		return (1);
	}
	if ((rc = import_columns_read(m, row)) == -1)
		return (1);
	import_reject_begin(m, row, rc);
	if ((rc == 0 && one(m, row) != 0) || rows(m, f, row) != 0)
		return (-1);
	return (commit(m));
}

/* Import. */
int
import_run(struct csvfile *f, const char *name, const struct import_options *o,
    struct import_result *r, char *err)
{
	struct import m = { .o = o, .r = r, .name = name, .err = err };
	struct csvfile_row row;
	int rc;

	memset(r, 0, sizeof(*r));
	m.today = day_of(o->now);
	rc = run(&m, f, &row);
	if (rc != 0)
		r->taken -= m.pending;
	if (rc != 0 || o->dry)
		ledger_drop(o->ledger);
	explicit_bzero(&row, sizeof(row));
	return (rc);
}
