/*
 * What was found, as a report.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report_complete_impl.h"

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))
#define SENTENCES 100	/* of differences; all of them stand in the table */

static const struct {
	const char *name, *zh, *en;
} whys[COMPLETE_WHYS] = {
	[COMPLETE_WHY_FILE] = { "file", "仅见于文件，未核查",
	    "in a file only, not checked" },
	[COMPLETE_WHY_BY_FILE] = { "by_file", "有核查，仅由文件确认",
	    "checked, confirmed by a file only" },
	[COMPLETE_WHY_POSTHOC] = { "posthoc", "事后补报", "checked afterwards" },
	[COMPLETE_WHY_LATE] = { "late", "过期确认", "confirmed too late" },
	[COMPLETE_WHY_OVERRIDE] = { "override", "违背决定或撤销后确认",
	    "confirmed against the decision" },
	[COMPLETE_WHY_EXTRA] = { "extra", "超出申请数量",
	    "more cards than asked for" },
	[COMPLETE_WHY_LAPSED] = { "lapsed", "核查通过后无下文",
	    "passed, nothing heard since" },
	[COMPLETE_WHY_VOIDED] = { "voided", "已作废", "taken back" },
	[COMPLETE_WHY_MIDNIGHT] = { "midnight", "临近零点，或记在另一日",
	    "near midnight, perhaps of another day there" },
};

#define PLACE								\
	{ "institution", "机构", "INSTITUTION", REPORT_TEXT, REPORT_ONCE, 0 }, \
	{ "day", "日期", "DAY", REPORT_TEXT, REPORT_ONCE, 0 },		\
	{ "outlet", "网点", "OUTLET", REPORT_TEXT, 0, 0 },		\
	{ "product", "产品", "PRODUCT", REPORT_TEXT, 0, 0 }
#define PARTS(flags)							\
	{ "confirmed", "如常确认", "CONFIRMED", REPORT_NUMBER, flags, 0 },	\
	{ "late", "过期确认", "LATE", REPORT_NUMBER, flags, 0 },		\
	{ "override", "违背决定", "OVERRIDE", REPORT_NUMBER, flags, 0 },	\
	{ "extra", "超数量", "EXTRA", REPORT_NUMBER, flags, 0 },		\
	{ "posthoc", "补报", "POSTHOC", REPORT_NUMBER, flags, 0 },		\
	{ "by_file", "仅由文件确认", "BY FILE", REPORT_NUMBER, flags, 0 },	\
	{ "file", "仅见于文件", "FILE ONLY", REPORT_NUMBER, flags, 0 },	\
	{ "voided", "作废", "VOIDED", REPORT_NUMBER, flags, 0 },		\
	{ "merged", "文件相符", "MERGED", REPORT_NUMBER, REPORT_WIDE, 0 },	\
	{ "checks", "可开核查", "CHECKS", REPORT_NUMBER, REPORT_WIDE, 0 },	\
	{ "lapsed", "核查无下文", "UNUSED", REPORT_NUMBER, flags, 0 },	\
	{ "retired", "逐笔销卡", "RETIRED", REPORT_NUMBER, REPORT_WIDE, 0 },	\
	{ "closed_file", "文件销卡", "CLOSED BY FILE", REPORT_NUMBER,	\
	    REPORT_WIDE, 0 }

static const struct report_column difference_columns[] = {
	{ "kind", "情形", "KIND", REPORT_TEXT, 0, 0 },
	PLACE,
	{ "told_issued", "机构报开卡", "TOLD ISSUED", REPORT_NUMBER, 0, 0 },
	{ "issued", "日志开卡", "JOURNAL", REPORT_NUMBER, 0, 0 },
	{ "issued_difference", "开卡之差", "DIFFERENCE", REPORT_NUMBER,
	    REPORT_STRONG, 0 },
	{ "told_closed", "机构报销卡", "TOLD CLOSED", REPORT_NUMBER, 0, 0 },
	{ "closed", "日志销卡", "JOURNAL", REPORT_NUMBER, 0, 0 },
	{ "closed_difference", "销卡之差", "DIFFERENCE", REPORT_NUMBER,
	    REPORT_STRONG, 0 },
	{ "line", "行号", "LINE", REPORT_NUMBER, 0, 0 },
	PARTS(REPORT_WIDE)
};

static const struct report_column candidate_columns[] = {
	PLACE,
	{ "why", "可能原因", "PERHAPS", REPORT_TEXT, REPORT_STRONG, 0 },
	{ "at", "时间", "TIME", REPORT_TIME, 0, 0 },
	{ "case_outlet", "所在网点", "AT OUTLET", REPORT_TEXT, 0, 0 },
	{ "teller", "柜员", "TELLER", REPORT_TEXT, 0, 0 },
	{ "case_product", "该笔产品", "OF PRODUCT", REPORT_TEXT, 0, 0 },
	{ "seq", "记录", "SEQ", REPORT_NUMBER, REPORT_NAME, 0 },
	{ "reason", "原因码", "REASON", REPORT_TEXT, 0, 0 },
};

static const struct report_column count_columns[] = {
	PLACE,
	{ "issued", "开卡", "ISSUED", REPORT_NUMBER, REPORT_STRONG, 0 },
	{ "closed", "销卡", "CLOSED", REPORT_NUMBER, REPORT_STRONG, 0 },
	PARTS(0)
};

static const struct report_column file_columns[] = {
	{ "institution", "机构", "INSTITUTION", REPORT_TEXT, 0, 0 },
	{ "taken", "接收时间", "TAKEN IN", REPORT_TIME, 0, 0 },
	{ "rows", "行数", "ROWS", REPORT_NUMBER, 0, 0 },
	{ "stock", "存量", "STOCK", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "note", "说明", "NOTE", REPORT_TEXT, 0, 0 },
	{ "hash", "摘要", "SHA-256", REPORT_TEXT, 0, 0 },
	{ "seq", "记录", "SEQ", REPORT_NUMBER, REPORT_NAME, 0 },
};

/* Write of what a count is. */
static void
say_key(const struct complete *c, struct report_table *t,
    const struct complete_key *key)
{
	char day[16];

	report_text(t, key->inst);
	report_text(t, reportkind_day_text(key->day, day));
	report_text(t, key->outlet[0] != '\0' ? key->outlet : NULL);
	if (key->product != 0)
		reportkind_product(c->ro, t, key->product);
	else
		report_word(t, "all", "全部", "all");
}

/* Write how a count came to be. */
static void
say_parts(struct report_table *t, const struct complete_count *x)
{
	int i;

	for (i = 0; i < COMPLETE_PARTS; i++)
		report_number(t, (int64_t)x->part[i]);
	report_number(t, (int64_t)x->voided);
	report_number(t, (int64_t)x->merged);
	report_number(t, (int64_t)x->checks);
	report_number(t, (int64_t)x->lapsed);
	report_number(t, (int64_t)x->retired);
	report_number(t, (int64_t)x->closed_file);
}

/* Write a difference as a row. */
static void
say_difference(const struct complete *c, struct report_table *t,
    const struct complete_difference *d)
{
	int64_t issued = d->kind == COMPLETE_SUM ? d->sum :
	    complete_issued(&d->count), closed = complete_closed(&d->count);

	report_row(t);
	if (d->kind == COMPLETE_COUNT)
		report_word(t, "count", "数目不符", "other numbers");
	else if (d->kind == COMPLETE_NO_TOTALS)
		report_word(t, "no_totals", "未报该日", "no totals of the day");
	else
		report_word(t, "sum", "所报合计不符", "totals do not add up");
	say_key(c, t, &d->key);
	if (d->issued >= 0)
		report_number(t, d->issued);
	else
		report_empty(t);
	report_number(t, issued);
	report_number(t, (d->issued >= 0 ? d->issued : 0) - issued);
	if (d->closed >= 0)
		report_number(t, d->closed);
	else
		report_empty(t);
	report_number(t, closed);
	if (d->closed >= 0)
		report_number(t, d->closed - closed);
	else
		report_empty(t);
	if (d->line != 0)
		report_number(t, (int64_t)d->line);
	else
		report_empty(t);
	say_parts(t, &d->count);
}

/* How many of each kind could explain a difference. */
struct tally {
	uint64_t n[COMPLETE_WHYS];
};

/* Count one. */
static void
tally(void *arg, const struct complete_event *x)
{
	struct tally *y = arg;

	y->n[x->why]++;
}

/* What could explain it, in words: "3 confirmed too late, 1 taken back". */
static void
perhaps(const struct tally *y, int zh, char *buf, size_t cap)
{
	size_t n = 0;
	int i;

	buf[0] = '\0';
	for (i = 0; i < COMPLETE_WHYS; i++) {
		if (y->n[i] == 0 || n + 1 >= cap)
			continue;
		n += (size_t)snprintf(&buf[n], cap - n, zh ? "%s%s %" PRIu64
		    " 笔" : "%s%s: %" PRIu64, n > 0 ? (zh ? "、" : ", ") : "",
		    zh ? whys[i].zh : whys[i].en, y->n[i]);
	}
	if (n == 0)
		(void)snprintf(buf, cap, "%s", zh ? "日志中没有可解释的记录" :
		    "nothing in the journal explains it");
}

/* Where a difference is, in words. */
static void
where(const struct complete *c, const struct complete_key *key, int zh,
    char *buf, size_t cap)
{
	const char *product = NULL;
	char day[16], number[16];

	if (key->product != 0 && c->ro->product != NULL)
		product = c->ro->product(key->product, zh);
	(void)snprintf(number, sizeof(number), "%d", (int)key->product);
	if (product == NULL)
		product = key->product != 0 ? number : zh ? "全部产品" :
		    "all products";
	(void)snprintf(buf, cap, "%s%s%s %s %s", key->inst,
	    key->outlet[0] != '\0' ? "." : "", key->outlet,
	    reportkind_day_text(key->day, day), product);
}

/* Name a difference in a sentence, in one language. */
static void
sentence(const struct complete *c, const struct complete_difference *d,
    const struct tally *y, int zh, char *buf, size_t cap)
{
	int64_t n = complete_issued(&d->count), k = complete_closed(&d->count);
	char at[160], why[512];
	size_t len;

	where(c, &d->key, zh, at, sizeof(at));
	if (d->kind == COMPLETE_NO_TOTALS) {
		(void)snprintf(buf, cap, zh ? "%s：未报该日；日志有开卡 %" PRId64
		    "、销卡 %" PRId64 : "%s: no totals of that day; the journal "
		    "has %" PRId64 " issued, %" PRId64 " closed", at, n, k);
		return;
	}
	if (d->kind == COMPLETE_SUM) {
		(void)snprintf(buf, cap, zh ? "%s：所报合计 %" PRId64
		    "，各产品之和为 %" PRId64 : "%s: told %" PRId64 " in all, but "
		    "its products are %" PRId64, at, d->issued, d->sum);
		return;
	}
	len = (size_t)snprintf(buf, cap, "%s%s", at, zh ? "：" : ": ");
	if (d->issued != n && len < cap) {
		perhaps(y, zh, why, sizeof(why));
		len += (size_t)snprintf(&buf[len], cap - len, zh ?
		    "机构报开卡 %" PRId64 "，日志 %" PRId64 "（差 %+" PRId64
		    "）；可能：%s" : "told %" PRId64 " issued, the journal has %"
		    PRId64 " (%+" PRId64 "); perhaps: %s", d->issued, n,
		    d->issued - n, why);
	}
	if (d->closed >= 0 && d->closed != k && len < cap)
		(void)snprintf(&buf[len], cap - len, zh ? "%s机构报销卡 %" PRId64
		    "，日志 %" PRId64 "（差 %+" PRId64 "）" : "%stold %" PRId64
		    " closed, the journal has %" PRId64 " (%+" PRId64 ")",
		    d->issued != n ? (zh ? "；" : "; ") : "", d->closed, k,
		    d->closed - k);
}

/* Name a difference. */
static void
say_sentence(const struct complete *c, struct report *out,
    const struct complete_difference *d)
{
	struct tally y = { .n = { 0 } };
	char zh[1024], en[1024];

	complete_explain(c, d, tally, &y);
	sentence(c, d, &y, 1, zh, sizeof(zh));
	sentence(c, d, &y, 0, en, sizeof(en));
	report_difference(out, "%s%.0s", "%.0s%s", zh, en);
}

/* A row of a candidate. */
struct candidate {
	const struct complete *c;
	const struct complete_difference *d;
	struct report_table *t;
};

/* Write an event that could explain a difference. */
static void
say_candidate(void *arg, const struct complete_event *x)
{
	const struct candidate *y = arg;
	const struct reporthash_teller *p = checks_place_at(y->c->checks,
	    x->place);

	report_row(y->t);
	say_key(y->c, y->t, &y->d->key);
	report_word(y->t, whys[x->why].name, whys[x->why].zh, whys[x->why].en);
	report_time(y->t, x->at);
	report_text(y->t, p->outlet);
	report_text(y->t, p->teller[0] != '\0' ? p->teller : NULL);
	reportkind_product(y->c->ro, y->t, x->product);
	report_number(y->t, (int64_t)x->seq);
	report_text(y->t, x->reason[0] != '\0' ? x->reason : NULL);
}

/* Write the differences. */
static void
say_differences(const struct complete *c, struct report *out)
{
	struct report_table *t;
	struct candidate y = { .c = c };
	size_t i;

	if (c->o->totals == NULL)
		return;
	t = report_table(out, "differences", "与机构日报之差",
	    "Differences from the institution's totals", difference_columns,
	    COUNT(difference_columns));
	y.t = report_table(out, "candidates", "可能的原因",
	    "Cases that could explain them", candidate_columns,
	    COUNT(candidate_columns));
	for (i = 0; i < c->ndifferences; i++) {
		y.d = &c->differences[i];
		say_difference(c, t, y.d);
		complete_explain(c, y.d, say_candidate, &y);
		if (i < SENTENCES)
			say_sentence(c, out, y.d);
	}
	if (c->ndifferences > SENTENCES)
		report_difference(out, "另有 %zu 处差异，见 differences 表",
		    "and %zu more: see the table differences",
		    c->ndifferences - SENTENCES);
	report_show(t, c->ro->top);
	report_show(y.t, c->ro->top);
	report_figure(out, "totals", "日报行数", "rows of totals",
	    (int64_t)totals_count(c->o->totals));
	report_figure(out, "differences", "差异", "differences",
	    (int64_t)c->ndifferences);
	report_note(out, t, "正数：机构报的多，日志中少；负数：日志中多。被拒收的行与有歧义"
	    "的行不在日志中，见 files 表的说明与接收时的清单。",
	    "Positive: the institution told more than the journal has.  Rows "
	    "of files that were refused or ambiguous are not in the journal: "
	    "see the notes of the table files, and the lists made when they "
	    "were taken in.");
}

/* The order of counts: by institution, day, outlet, product. */
static int
compare_counts(const struct reporthash *h, size_t a, size_t b)
{
	const struct complete_key *x = reporthash_key(h, a);
	const struct complete_key *y = reporthash_key(h, b);
	int c = strcmp(x->inst, y->inst);

	if (c == 0)
		c = (x->day > y->day) - (x->day < y->day);
	if (c == 0)
		c = strcmp(x->outlet, y->outlet);
	return (c != 0 ? c : (x->product > y->product) -
	    (x->product < y->product));
}

/* Write the counts of all outlets together, or of each one. */
static void
say_counts(const struct complete *c, struct report *out, const char *key,
    const char *zh, const char *en, int outlets)
{
	struct report_table *t = report_table(out, key, zh, en, count_columns,
	    COUNT(count_columns));
	const struct complete_count *x;
	const struct complete_key *k;
	size_t *order, i;

	if ((order = reporthash_sorted(c->counts, compare_counts)) == NULL)
		return;
	for (i = 0; i < reporthash_count(c->counts); i++) {
		k = reporthash_key(c->counts, order[i]);
		x = reporthash_value(c->counts, order[i]);
		if ((k->outlet[0] != '\0') != outlets)
			continue;
		report_row(t);
		say_key(c, t, k);
		report_number(t, complete_issued(x));
		report_number(t, complete_closed(x));
		say_parts(t, x);
	}
	free(order);
	report_show(t, c->ro->top);
}

/* Sum up. */
static void
say_figures(const struct complete *c, struct report *out)
{
	int64_t issued = 0, closed = 0, checks = 0;
	const struct complete_count *x;
	const struct complete_key *k;
	size_t i;

	for (i = 0; i < reporthash_count(c->counts); i++) {
		k = reporthash_key(c->counts, i);
		x = reporthash_value(c->counts, i);
		if (k->outlet[0] != '\0' || k->product != 0)
			continue;
		issued += complete_issued(x);
		closed += complete_closed(x);
		checks += (int64_t)x->checks;
	}
	report_figure(out, "issued", "开卡", "cards issued", issued);
	report_figure(out, "closed", "销卡", "cards closed", closed);
	report_figure(out, "checks", "可开核查", "checks that allowed", checks);
	report_figure(out, "files", "文件", "files", (int64_t)c->nfiles);
}

/* Write the files. */
static void
say_files(const struct complete *c, struct report *out)
{
	struct report_table *t = report_table(out, "files", "接收的文件",
	    "Files taken in", file_columns, COUNT(file_columns));
	const struct complete_file *x;
	size_t i;

	for (i = 0; i < c->nfiles; i++) {
		x = &c->files[i];
		report_row(t);
		report_text(t, x->inst);
		report_time(t, x->t);
		report_number(t, (int64_t)x->rows);
		report_number(t, x->stock);
		report_text(t, x->note[0] != '\0' ? x->note : NULL);
		report_text(t, x->hash[0] != '\0' ? x->hash : NULL);
		report_number(t, (int64_t)x->seq);
	}
	report_show(t, c->ro->top);
}

/* Write it all. */
void
complete_say(const struct complete *c, struct report *out)
{

	say_figures(c, out);
	say_differences(c, out);
	say_counts(c, out, "days", "各机构每日", "By institution and day", 0);
	say_counts(c, out, "outlets", "各网点每日", "By outlet and day", 1);
	say_files(c, out);
	report_note(out, NULL, "按开卡当日(UTC+8)与实际开立的产品计数；一次确认或文件一行为一"
	    "张，事后补报按其申报数量；作废的扣除。存量文件不计。",
	    "Cards count on the day of their issue (UTC+8) under the product "
	    "that was issued: one for each confirm or row, a check made "
	    "afterwards as many as it says, less what was taken back.  Files "
	    "of stock do not count.");
	if (c->o->totals == NULL)
		report_note(out, NULL, "未给出机构日报(--totals)：下表供机构自行核对。",
		    "No totals were given (--totals): the tables are for the "
		    "institution to compare.");
}

/* ---- as a kind of report ---- */

/* Begin. */
static void *
kind_open(const struct report_options *o)
{

	return (complete_new(o->own, o));
}

/* Take an entry. */
static int
kind_entry(void *x, const struct entry *e)
{

	return (complete_entry(x, e));
}

/* Say what was found. */
static int
kind_finish(void *x, struct report *out)
{

	if (complete_settle(x) != 0)
		return (-1);
	complete_say(x, out);
	return (0);
}

/* End. */
static void
kind_close(void *x)
{

	complete_free(x);
}

const struct report_kind report_complete = {
	.name = "complete",
	.zh = "完整性核对", .en = "Is the record complete",
	.back = REPORTKIND_ALL, .ahead = REPORTKIND_ALL,
	.open = kind_open, .entry = kind_entry, .finish = kind_finish,
	.close = kind_close
};
