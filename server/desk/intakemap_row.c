#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/normal.h"
#include "lists/import.h"
#include "plugin/conf.h"

#include "intakemap_impl.h"

static const struct {
	const char *word, *zh, *en;
} whys[INTAKEMAP_WHYS - INTAKEROW_WHYS] = {
	{ "unreadable", "无法读取该行", "the row cannot be read" },
	{ "half", "最后一行不完整：文件可能未写完，请待写完后重新导入",
	    "the last row is cut off: was the file still being written?  Take "
	    "it in again when it is whole" },
	{ "cells", "单元格数与标题行不符，无法确定各列含义",
	    "not as many cells as the heading has: which is which cannot be "
	    "known" },
	{ "damaged", "号码已被电子表格改成科学计数或舍入，无法恢复，请按原件更正并设为文本",
	    "a spreadsheet has rounded the number: it cannot be recovered; take "
	    "it from the original and set the column to text" },
	{ "word", "词语未知：请在映射文件中说明其含义",
	    "a word that the mapping does not know: say there what it means" },
	{ "date", "不是日期，请写成 2026-01-31 或 2026-01-31 15:04:05",
	    "no date: write it as 2026-01-31 or 2026-01-31 15:04:05" },
	{ "gone", "存量导入不含已销户的卡",
	    "closed already: no part of a stock" },
	{ "twice", "冲突：同一卡号（账号）在本文件前面已出现，内容不同",
	    "conflict: the same card reference stands further up with other "
	    "content" },
	{ "ambiguous", "有多笔申请与本行相符：请补填流水号（txn）或确认其中一笔；本行未计入",
	    "more than one opening fits this row: give its transaction number "
	    "(txn), or confirm the right one; it is not counted" },
};

static const struct csvfile_cell empty = { "", 0, 0 };

/* Say why. */
const char *
intakemap_why_text(const struct intakemap_fault *f, int english)
{
	struct intakerow_result r = { INTAKEROW_REFUSED, (uint8_t)f->why, 0,
		(uint8_t)f->detail };

	if (f->why < INTAKEROW_WHYS)
		return (intakerow_why_text(&r, english));
	if (f->why == INTAKEMAP_UNREADABLE && f->detail != CSVFILE_FINE)
		return (csvfile_fault_text(f->detail, english));
	if (f->why >= INTAKEMAP_WHYS)
		return ("");
	return (english ? whys[f->why - INTAKEROW_WHYS].en :
	    whys[f->why - INTAKEROW_WHYS].zh);
}

/* A reason's word. */
const char *
intakemap_why_word(int why)
{

	if (why < INTAKEROW_WHYS)
		return (intakerow_why_word(why));
	return (why < INTAKEMAP_WHYS ? whys[why - INTAKEROW_WHYS].word : "");
}

/* The form in which headings and words are compared. */
size_t
intakemap_fold(const char *text, size_t len, char out[INTAKEMAP_TEXT])
{
	static const char *const marks[] = { "_", "(", ")", "/", ":", ".", "*",
		"\"", "'", "#", "、", "《", "》", "“", "”", "·" };
	char form[NORMAL_MAX];
	size_t i, k, n, out_len = 0;

	if (len == 0 || len > 255)
		return (0);
	n = normal_card(text, len, form);
	for (i = 0; i < n; ) {
		for (k = 0; k < sizeof(marks) / sizeof(marks[0]); k++)
			if (strlen(marks[k]) <= n - i && memcmp(&form[i],
			    marks[k], strlen(marks[k])) == 0)
				break;
		if (k < sizeof(marks) / sizeof(marks[0])) {
			i += strlen(marks[k]);
			continue;
		}
		if (out_len + 1 == INTAKEMAP_TEXT)
			return (0);
		out[out_len++] = form[i++];
	}
	out[out_len] = '\0';
	return (out_len);
}

/* Find a column by its headings, the first of them that is there. */
static size_t
find_column(const struct intakemap_column *want,
    char (*head)[INTAKEMAP_TEXT], size_t n)
{
	unsigned i;
	size_t k;

	for (i = 0; i < want->n; i++)
		for (k = 0; k < n; k++)
			if (head[k][0] != '\0' &&
			    strcmp(want->head[i], head[k]) == 0)
				return (k + 1);
	return (0);
}

/* What no row can do without. */
static int
lacking(const struct intakemap_columns *c, int stock)
{
	const struct intakemap *m = c->m;
	int opens = c->at[INTAKEROW_F_KIND] != 0 || m->kind == INTAKEROW_OPEN;

	if (c->at[INTAKEROW_F_REF] == 0)
		return (INTAKEROW_F_REF);
	if (!opens)
		return (c->at[INTAKEROW_F_CLOSED] == 0 ? INTAKEROW_F_CLOSED :
		    INTAKEROW_F_NONE);
	if (c->at[INTAKEROW_F_ID] == 0)
		return (INTAKEROW_F_ID);
	if (c->at[INTAKEROW_F_PRODUCT] == 0 && m->product == 0)
		return (INTAKEROW_F_PRODUCT);
	if (c->at[INTAKEROW_F_OPENED] == 0 && !stock)
		return (INTAKEROW_F_OPENED);
	if (c->at[INTAKEROW_F_OUTLET] == 0 && m->outlet[0] == '\0' && !stock)
		return (INTAKEROW_F_OUTLET);
	return (INTAKEROW_F_NONE);
}

/* Find the columns. */
int
intakemap_bind(struct intakemap_columns *c, const struct intakemap *m,
    const struct csvfile_row *row, int stock, int *missing)
{
	char head[CSVFILE_CELLS_MAX][INTAKEMAP_TEXT];
	size_t i, n = row != NULL ? row->n : 0;

	memset(c, 0, sizeof(*c));
	c->m = m;
	c->n = n;
	for (i = 0; i < n; i++)
		if (intakemap_fold(row->cell[i].text, row->cell[i].len,
		    head[i]) == 0)
			head[i][0] = '\0';
	for (i = 1; i < INTAKEMAP_COLUMNS; i++) {
		c->at[i] = m->column[i].number != 0 ?
		    (size_t)m->column[i].number :
		    find_column(&m->column[i], head, n);
		if (row != NULL && c->at[i] > n)
			c->at[i] = 0;
		c->found += c->at[i] != 0;
		if (c->at[i] > c->most)
			c->most = c->at[i];
	}
	*missing = lacking(c, stock);
	return (*missing == INTAKEROW_F_NONE ? 0 : -1);
}

/* The cell of a column, empty when the file or the row has none. */
static const struct csvfile_cell *
cell(const struct intakemap_columns *c, const struct csvfile_row *row, int i)
{

	return (c->at[i] == 0 || c->at[i] > row->n ? &empty :
	    &row->cell[c->at[i] - 1]);
}

/* Note a fault. */
static int
no(struct intakemap_fault *f, int field, int why, int detail)
{

	f->why = why;
	f->field = field;
	f->detail = detail;
	return (-1);
}

/* What a word means, by the mapping, its codes' names and numbers; 0: unknown. */
static int
meaning(const struct intakemap *m, int field, const struct csvfile_cell *c)
{
	const struct conf_name *name;
	char form[INTAKEMAP_TEXT], own[INTAKEMAP_TEXT];
	unsigned i;

	if (intakemap_fold(c->text, c->len, form) == 0)
		return (0);
	for (i = 0; i < m->nwords; i++)
		if (m->word[i].field == field &&
		    strcmp(m->word[i].text, form) == 0)
			return (m->word[i].code);
	for (name = intakemap_names(field); name->name != NULL; name++) {
		if (intakemap_fold(name->name, strlen(name->name), own) > 0 &&
		    strcmp(own, form) == 0)
			return ((int)name->number);
		if (form[strspn(form, "0123456789")] == '\0' &&
		    strlen(form) <= 2 && atoi(form) == (int)name->number)
			return ((int)name->number);
	}
	return (field == INTAKEROW_F_ID_TYPE ? import_id_type(c->text,
	    c->len) : 0);
}

/* The code of a column, or what stands for the whole file. */
static int
code(struct intakemap_columns *c, const struct csvfile_row *row, int field,
    int32_t fixed, int32_t *v, struct intakemap_fault *f)
{
	const struct csvfile_cell *x = cell(c, row, field);
	struct intakemap_memo *memo = &c->memo[field];

	*v = fixed;
	if (x->len == 0)
		return (0);
	if (x->len >= sizeof(memo->text))
		return (no(f, field, INTAKEMAP_WORD, 0));
	/* Mostly it is what stood in the row above. */
	if (memo->code == 0 || memo->len != x->len ||
	    memcmp(memo->text, x->text, x->len) != 0) {
		if ((memo->code = meaning(c->m, field, x)) == 0)
			return (no(f, field, INTAKEMAP_WORD, 0));
		memcpy(memo->text, x->text, x->len);
		memo->len = x->len;
	}
	*v = memo->code;
	return (0);
}

/* A text of the row. */
static void
text(struct intakerow *r, int which, const struct csvfile_cell *x,
    const char *fixed)
{

	r->text[which].p = x->len > 0 ? x->text : fixed;
	r->text[which].len = x->len > 0 ? x->len : strlen(fixed);
}

/* A moment; *ms stays 0 where the cell is empty. */
static int
moment(const struct intakemap_columns *c, const struct csvfile_row *row,
    int field, int hour, int64_t *ms, int *dated, struct intakemap_fault *f)
{
	const struct csvfile_cell *x = cell(c, row, field);
	const struct csvfile_cell *h = cell(c, row, hour);

	*ms = 0;
	*dated = 0;
	if (x->len == 0 || (x->len == 1 && x->text[0] == '-') ||
	    strspn(x->text, "0") == x->len)
		return (0);
	if (intakemap_time(c->m, x->text, x->len, h->text, h->len, ms,
	    dated) != 0)
		return (no(f, field, INTAKEMAP_DATE, 0));
	return (0);
}

/* Do the cells fit the heading? */
static int
shape(const struct intakemap_columns *c, const struct csvfile_row *row,
    struct intakemap_fault *f)
{
	size_t i;

	if (row->fault != CSVFILE_FINE)
		return (no(f, INTAKEROW_F_NONE, row->ended ?
		    INTAKEMAP_UNREADABLE : INTAKEMAP_HALF, row->fault));
	if (row->n < c->n || row->n < c->most)
		return (no(f, INTAKEROW_F_NONE, row->ended ? INTAKEMAP_CELLS :
		    INTAKEMAP_HALF, 0));
	for (i = c->n; c->n > 0 && i < row->n; i++)
		if (row->cell[i].len > 0)
			return (no(f, INTAKEROW_F_NONE, INTAKEMAP_CELLS, 0));
	return (0);
}

/* What both an opening and a closing have. */
static int
common(struct intakemap_columns *c, const struct csvfile_row *row,
    struct intakerow *r, struct intakemap_fault *f)
{
	const struct intakemap *m = c->m;
	const struct csvfile_cell *ref = cell(c, row, INTAKEROW_F_REF);
	const struct csvfile_cell *id = cell(c, row, INTAKEROW_F_ID);

	if (ref->len == 0)
		return (no(f, INTAKEROW_F_REF, INTAKEROW_MISSING, 0));
	if (intakemap_number(c, ref, INTAKEROW_F_REF, f) != 0 ||
	    intakemap_number(c, id, INTAKEROW_F_ID, f) != 0 ||
	    code(c, row, INTAKEROW_F_ID_TYPE, m->id_type != 0 ? m->id_type :
	    c->at[INTAKEROW_F_ID_TYPE] == 0 ? LK_ID_RESIDENT : 0, &r->id_type,
	    f) != 0)
		return (-1);
	text(r, INTAKEROW_INST, cell(c, row, INTAKEROW_F_INST),
	    m->institution);
	text(r, INTAKEROW_REF, ref, "");
	text(r, INTAKEROW_ID, id, "");
	text(r, INTAKEROW_COUNTRY, cell(c, row, INTAKEROW_F_COUNTRY),
	    m->country);
	return (0);
}

/* Whose row is it? */
const char *
intakemap_institution(const struct intakemap_columns *c,
    const struct csvfile_row *row, size_t *len)
{
	const struct csvfile_cell *x = cell(c, row, INTAKEROW_F_INST);

	*len = x->len > 0 ? x->len : strlen(c->m->institution);
	return (x->len > 0 ? x->text : c->m->institution);
}

/* What only an opening has. */
static int
opening(struct intakemap_columns *c, const struct csvfile_row *row,
    struct intakerow *r, struct intakemap_fault *f)
{
	const struct csvfile_cell *n = cell(c, row, INTAKEROW_F_QUANTITY);
	const struct csvfile_cell *phone = cell(c, row, INTAKEROW_F_PHONE);
	const struct intakemap *m = c->m;

	if (code(c, row, INTAKEROW_F_PRODUCT, m->product, &r->product, f) !=
	    0 || code(c, row, INTAKEROW_F_OPERATION, m->operation,
	    &r->operation, f) != 0 || code(c, row, INTAKEROW_F_CHANNEL,
	    m->channel, &r->channel, f) != 0)
		return (-1);
	if (r->product == 0)
		return (no(f, INTAKEROW_F_PRODUCT, INTAKEROW_MISSING, 0));
	r->quantity = m->quantity != 0 ? m->quantity : 1;
	if (n->len > 0 && (strspn(n->text, "0123456789") != n->len ||
	    n->len > 4 || (r->quantity = atoi(n->text)) < 1 ||
	    r->quantity > 1000))
		return (no(f, INTAKEROW_F_QUANTITY, INTAKEROW_CODE, 0));
	/* A phone that was rounded is none; the opening is one all the same. */
	if (csvfile_rounded(phone) == CSVFILE_EXPONENT)
		return (no(f, INTAKEROW_F_PHONE, INTAKEMAP_DAMAGED, 0));
	text(r, INTAKEROW_OUTLET, cell(c, row, INTAKEROW_F_OUTLET), m->outlet);
	text(r, INTAKEROW_TELLER, cell(c, row, INTAKEROW_F_TELLER), m->teller);
	text(r, INTAKEROW_TXN, cell(c, row, INTAKEROW_F_TXN), "");
	text(r, INTAKEROW_VISIT, cell(c, row, INTAKEROW_F_VISIT), "");
	text(r, INTAKEROW_PHONE, phone, "");
	text(r, INTAKEROW_NOTE, cell(c, row, INTAKEROW_F_ADDRESS), "");
	return (0);
}

/* Make the closing of a row. */
static int
closing(struct intakerow *r, const struct intakerow *of, int64_t ms, int dated,
    struct intakemap_fault *f)
{

	if (ms == 0)
		return (no(f, INTAKEROW_F_CLOSED, INTAKEROW_MISSING, 0));
	*r = *of;
	r->kind = INTAKEROW_CLOSE;
	r->at = ms;
	r->flags = dated ? INTAKEROW_DATED : 0;
	return (0);
}

/* Make what the daemon is sent of a row. */
int
intakemap_row(struct intakemap_columns *c, const struct csvfile_row *row,
    int stock, struct intakerow out[2], struct intakemap_fault *f)
{
	int64_t opened, closed;
	int dated, closed_dated;
	struct intakerow base;
	int32_t kind;

	memset(&base, 0, sizeof(base));
	f->doubt = 0;
	if (shape(c, row, f) != 0 || common(c, row, &base, f) != 0 ||
	    code(c, row, INTAKEROW_F_KIND, c->m->kind, &kind, f) != 0 ||
	    moment(c, row, INTAKEROW_F_OPENED, INTAKEMAP_OPENED_TIME, &opened,
	    &dated, f) != 0 || moment(c, row, INTAKEROW_F_CLOSED,
	    INTAKEMAP_CLOSED_TIME, &closed, &closed_dated, f) != 0)
		return (0);
	/* A file of one date column tells what its kind says. */
	if (kind == INTAKEROW_CLOSE && closed == 0 &&
	    c->at[INTAKEROW_F_CLOSED] == 0) {
		closed = opened;
		closed_dated = dated;
	}
	if (stock && (kind == INTAKEROW_CLOSE || closed != 0)) {
		(void)no(f, INTAKEROW_F_CLOSED, INTAKEMAP_GONE, 0);
		return (0);
	}
	if (kind == INTAKEROW_CLOSE)
		return (closing(&out[0], &base, closed, closed_dated, f) == 0);
	out[0] = base;
	out[0].kind = INTAKEROW_OPEN;
	out[0].at = opened;
	out[0].flags = dated ? INTAKEROW_DATED : 0;
	if (opening(c, row, &out[0], f) != 0)
		return (0);
	if (opened == 0 && !stock) {
		(void)no(f, INTAKEROW_F_OPENED, INTAKEROW_MISSING, 0);
		return (0);
	}
	if (closed == 0)
		return (1);
	return (closing(&out[1], &base, closed, closed_dated, f) == 0 ? 2 : 0);
}
