/*
 * What was found, as a report.
 */
#include <stdlib.h>
#include <string.h>

#include "report_reconcile_impl.h"

static const struct {
	const char *name, *zh, *en;
} words[RECONCILE_CLASSES] = {
	[RECONCILE_UNCHECKED] = { "unchecked", "未核查即开卡",
	    "issued without a check" },
	[RECONCILE_AGAINST] = { "against", "未获准而开卡(仅见于文件)",
	    "issued against its check, by the file" },
	[RECONCILE_OVERRIDE] = { "override", "违背决定确认开卡",
	    "confirmed against the decision" },
	[RECONCILE_CANCELLED] = { "after_cancel", "撤销后又确认",
	    "confirmed after a cancel" },
	[RECONCILE_EXTRA] = { "extra", "超出申请数量",
	    "more cards than asked for" },
	[RECONCILE_LATE] = { "late", "过期后确认", "confirmed too late" },
	[RECONCILE_POSTHOC] = { "posthoc", "事后补报(节点当时在运行)",
	    "checked afterwards, node was up" },
	[RECONCILE_AWAY] = { "fallback", "事后补报(节点当时停运)",
	    "checked afterwards, node was away" },
	[RECONCILE_FILE_AWAY] = { "fallback_file", "仅见于文件(节点当时停运)",
	    "by the file, node was away" },
	[RECONCILE_BY_FILE] = { "by_file", "仅由文件确认",
	    "confirmed by the file only" },
	[RECONCILE_LAPSED] = { "lapsed", "核查通过后无下文",
	    "passed, nothing heard since" },
	[RECONCILE_APPROVED] = { "approved_lapsed", "审核批准后无下文",
	    "approved, nothing heard since" },
	[RECONCILE_AGAIN] = { "again", "过期后重新核查", "lapsed, asked again" },
	[RECONCILE_BEFORE] = { "before", "接入核查之前", "before checks began" },
};

#define WHERE								\
	{ "institution", "机构", "INSTITUTION", REPORT_TEXT, REPORT_ONCE, 0 }, \
	{ "outlet", "网点", "OUTLET", REPORT_TEXT, REPORT_ONCE, 0 },	\
	{ "teller", "柜员", "TELLER", REPORT_TEXT, 0, 0 }

static const struct report_column line_columns[] = {
	WHERE,
	{ "checks", "核查", "CHECKS", REPORT_NUMBER, 0, 0 },
	{ "allowed", "可开", "ALLOWED", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "issued", "开卡", "ISSUED", REPORT_NUMBER, 0, 0 },
	{ "confirmed", "如常确认", "CONFIRMED", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "without", "无有效核查", "WITHOUT", REPORT_NUMBER, REPORT_STRONG, 0 },
	{ "without_share", "占开卡%", "OF ISSUED %", REPORT_RATE, 0, 100 },
	{ "unused", "核查无下文", "UNUSED", REPORT_NUMBER, REPORT_STRONG, 0 },
	{ "unused_share", "占可开%", "OF ALLOWED %", REPORT_RATE, 0, 100 },
	{ "by_file", "仅由文件确认", "BY FILE", REPORT_NUMBER, 0, 0 },
	{ "fallback", "停运期间", "FALLBACK", REPORT_NUMBER, 0, 0 },
	{ "unchecked", "未核查", "UNCHECKED", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "against", "文件中未获准", "AGAINST", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "override", "违背决定", "OVERRIDE", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "after_cancel", "撤销后确认", "AFTER CANCEL", REPORT_NUMBER,
	    REPORT_WIDE, 0 },
	{ "extra", "超数量", "EXTRA", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "late", "过期确认", "LATE", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "posthoc", "补报", "POSTHOC", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "again", "重新核查", "ASKED AGAIN", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "before", "接入之前", "BEFORE", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "open", "尚在保留", "OPEN", REPORT_NUMBER, REPORT_WIDE, 0 },
};

static const struct report_column case_columns[] = {
	{ "case", "情形", "CASE", REPORT_TEXT, REPORT_ONCE | REPORT_STRONG, 0 },
	WHERE,
	{ "name", "名称", "NAME", REPORT_TEXT, REPORT_WIDE, 0 },
	{ "at", "时间", "TIME", REPORT_TIME, 0, 0 },
	{ "product", "产品", "PRODUCT", REPORT_TEXT, 0, 0 },
	{ "seq", "记录", "SEQ", REPORT_NUMBER, 0, 0 },
	{ "other", "相关记录", "OTHER", REPORT_NUMBER, 0, 0 },
	{ "reason", "原因码", "REASON", REPORT_TEXT, 0, 0 },
};

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))
#define LINE_ISSUED 5
#define LINE_WITHOUT 7
#define LINE_SHARE 8
#define LINE_UNUSED 9

/* What stands out first: what was issued without, then unused checks. */
static int
compare_lines(const struct reporthash *h, size_t a, size_t b)
{
	const struct reconcile_line *x = reporthash_value(h, a);
	const struct reconcile_line *y = reporthash_value(h, b);
	uint64_t m = reconcile_without(x), n = reconcile_without(y);

	if (m != n)
		return (m > n ? -1 : 1);
	m = reconcile_unused(x);
	n = reconcile_unused(y);
	return (m != n ? (m > n ? -1 : 1) : 0);
}

/* Is there anything to say of it? */
static int
quiet(const struct reconcile_line *l)
{

	return (l->checks == 0 && reconcile_issued(l) == 0 &&
	    l->n[RECONCILE_AGAIN] == 0 && l->n[RECONCILE_BEFORE] == 0);
}

/* Write one line. */
static void
say_line(struct report_table *t, const struct reporthash_teller *key,
    const struct reconcile_line *l)
{
	static const int rest[] = { RECONCILE_UNCHECKED, RECONCILE_AGAINST,
		RECONCILE_OVERRIDE, RECONCILE_CANCELLED, RECONCILE_EXTRA,
		RECONCILE_LATE, RECONCILE_POSTHOC, RECONCILE_AGAIN,
		RECONCILE_BEFORE };
	size_t i;

	report_text(t, key->inst[0] != '\0' ? key->inst : NULL);
	report_text(t, key->outlet[0] != '\0' ? key->outlet : NULL);
	report_text(t, key->teller[0] != '\0' ? key->teller : NULL);
	report_number(t, (int64_t)l->checks);
	report_number(t, (int64_t)l->allowed);
	report_number(t, (int64_t)reconcile_issued(l));
	report_number(t, (int64_t)l->fine);
	report_number(t, (int64_t)reconcile_without(l));
	report_rate(t, reconcile_without(l), reconcile_issued(l));
	report_number(t, (int64_t)reconcile_unused(l));
	report_rate(t, reconcile_unused(l), l->allowed);
	report_number(t, (int64_t)l->n[RECONCILE_BY_FILE]);
	report_number(t, (int64_t)(l->n[RECONCILE_AWAY] +
	    l->n[RECONCILE_FILE_AWAY]));
	for (i = 0; i < COUNT(rest); i++)
		report_number(t, (int64_t)l->n[rest[i]]);
	report_number(t, (int64_t)l->open);
}

/* Add one line to another. */
static void
sum(struct reconcile_line *all, const struct reconcile_line *l)
{
	int i;

	all->checks += l->checks;
	all->allowed += l->allowed;
	all->fine += l->fine;
	all->open += l->open;
	for (i = 0; i < RECONCILE_CLASSES; i++)
		all->n[i] += l->n[i];
}

/* Write the lines of a level; *all becomes their sum. */
static void
say_lines(const struct reconcile *r, int level,
    const struct report_options *ro, struct report *out,
    struct reconcile_line *all)
{
	static const struct {
		const char *key, *zh, *en;
	} titles[RECONCILE_LEVELS] = {
		{ "institutions", "各机构", "By institution" },
		{ "outlets", "各网点", "By outlet" },
		{ "tellers", "各柜员", "By teller" } };
	static const struct report_chart chart = { REPORT_STACK,
		"无有效核查的开卡与无下文的核查",
		"Issued without a check, and checks nobody used", 0, 1, 2,
		{ LINE_WITHOUT, LINE_UNUSED }, 0 };
	static const struct reporthash_teller nobody;
	const struct reporthash *h = r->lines[level];
	struct report_table *t;
	size_t *order, n = reporthash_count(h), i;

	t = report_table(out, titles[level].key, titles[level].zh,
	    titles[level].en, line_columns, COUNT(line_columns));
	if ((order = reporthash_sorted(h, compare_lines)) == NULL)
		return;
	memset(all, 0, sizeof(*all));
	for (i = 0; i < n; i++) {
		if (quiet(reporthash_value(h, order[i])))
			continue;
		report_row(t);
		say_line(t, reporthash_key(h, order[i]),
		    reporthash_value(h, order[i]));
		sum(all, reporthash_value(h, order[i]));
	}
	free(order);
	if (level == RECONCILE_INSTITUTION) {
		report_row_as(t, REPORT_TOTAL);
		say_line(t, &nobody, all);
		report_chart(t, &chart);
	} else
		report_show(t, ro->top);
}

/* Write the cases. */
static void
say_cases(const struct reconcile *r, const struct report_options *ro,
    struct report *out)
{
	const struct reporthash_teller *p;
	const struct reconcile_case *x;
	struct report_table *t;
	size_t i;

	t = report_table(out, "cases", "逐笔", "Case by case", case_columns,
	    COUNT(case_columns));
	for (i = 0; i < r->ncases; i++) {
		x = &r->cases[i];
		/* What was there before the checks is no case. */
		if (x->class == RECONCILE_BEFORE)
			continue;
		p = checks_place_at(r->checks, x->place);
		report_row(t);
		report_word(t, words[x->class].name, words[x->class].zh,
		    words[x->class].en);
		report_text(t, p->inst);
		report_text(t, p->outlet);
		report_text(t, p->teller[0] != '\0' ? p->teller : NULL);
		report_text(t, reportkind_name(ro, p->inst, p->outlet));
		report_time(t, x->at);
		reportkind_product(ro, t, x->product);
		report_number(t, (int64_t)x->seq);
		if (x->other != 0)
			report_number(t, (int64_t)x->other);
		else
			report_empty(t);
		report_text(t, x->reason[0] != '\0' ? x->reason : NULL);
	}
	report_show(t, ro->top);
	report_note(out, t, "“记录”为核查的编号，或没有核查的文件行的编号；“相关记录”为"
	    "确认、文件行或后来的核查：用 liangka log show --from 编号 查看。",
	    "SEQ is that of the check, or of the row of a file that has none; "
	    "OTHER that of the confirm, the row or the later check: see it "
	    "with liangka log show --from SEQ.");
}

/* Explain the figures. */
static void
say_notes(const struct reconcile *r, struct report *out)
{

	report_note(out, NULL, "“无有效核查”：文件中有而没有核查的、核查未获准的、违背决定"
	    "或撤销后确认的、超出数量的、过期确认的，以及节点运行时事后补报的。节点停运"
	    "期间的另计，不在其内。",
	    "WITHOUT: in a file without a check, or against it; confirmed "
	    "against the decision, after a cancel, too late, or more cards "
	    "than asked for; and checked afterwards although the node was up. "
	    "What happened while the node was away is counted apart.");
	report_note(out, NULL, "“核查无下文”：通过、限额通过或经审核批准，保留到期，既无确认"
	    "也无撤销。%d 日内同一人在同一机构就同一产品重新核查的只计最后一次；%d 日内"
	    "文件中有同一人、同一产品、同一机构的开卡，计入“仅由文件确认”。",
	    "UNUSED: passed, limited or approved, and the reservation ran out "
	    "with neither confirm nor cancel.  Where the same person asked for "
	    "the same there again within %d days the last one counts; where a "
	    "file has that person, product and institution within %d days it "
	    "is BY FILE.", r->o.again_days, r->o.file_days);
}

/* Write it all. */
void
reconcile_say(const struct reconcile *r, const struct report_options *ro,
    struct report *out)
{
	struct reconcile_line all = { .checks = 0 };
	int level;

	for (level = 0; level < RECONCILE_LEVELS; level++)
		say_lines(r, level, ro, out, &all);
	report_figure(out, "checks", "核查", "checks", (int64_t)all.checks);
	report_figure(out, "issued", "开卡", "cards issued",
	    (int64_t)reconcile_issued(&all));
	report_figure(out, "without", "无有效核查", "without a valid check",
	    (int64_t)reconcile_without(&all));
	report_figure(out, "unused", "核查无下文", "checks nobody used",
	    (int64_t)reconcile_unused(&all));
	report_figure(out, "by_file", "仅由文件确认", "confirmed by file only",
	    (int64_t)all.n[RECONCILE_BY_FILE]);
	report_figure(out, "fallback", "停运期间", "while the node was away",
	    (int64_t)(all.n[RECONCILE_AWAY] + all.n[RECONCILE_FILE_AWAY]));
	say_notes(r, out);
	say_cases(r, ro, out);
}

/* ---- as a kind of report ---- */

/* What runs. */
struct kind {
	const struct report_options *o;
	struct reconcile *r;
};

/* Begin. */
static void *
kind_open(const struct report_options *o)
{
	struct kind *k;

	if ((k = calloc(1, sizeof(*k))) == NULL)
		return (NULL);
	k->o = o;
	if ((k->r = reconcile_new(o->own)) == NULL) {
		free(k);
		return (NULL);
	}
	return (k);
}

/* Take an entry. */
static int
kind_entry(void *x, const struct entry *e)
{
	struct kind *k = x;

	return (reconcile_entry(k->r, e));
}

/* Say what was found. */
static int
kind_finish(void *x, struct report *out)
{
	struct kind *k = x;

	if (reconcile_settle(k->r, k->o) != 0)
		return (-1);
	reconcile_say(k->r, k->o, out);
	return (0);
}

/* End. */
static void
kind_close(void *x)
{
	struct kind *k = x;

	reconcile_free(k->r);
	free(k);
}

const struct report_kind report_reconcile = {
	.name = "reconcile",
	.zh = "开卡与核查对账", .en = "Cards issued against checks",
	.back = REPORTKIND_ALL, .ahead = REPORTKIND_ALL,
	.open = kind_open, .entry = kind_entry, .finish = kind_finish,
	.close = kind_close
};
