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
	[RECONCILE_AGAINST] = { "against", "未获准而开卡（仅见于文件）",
	    "issued against its check, by the file" },
	[RECONCILE_OVERRIDE] = { "override", "违背决定确认开卡",
	    "confirmed against the decision" },
	[RECONCILE_CANCELLED] = { "after_cancel", "撤销后又确认",
	    "confirmed after a cancel" },
	[RECONCILE_EXTRA] = { "extra", "超出申请数量",
	    "more cards than asked for" },
	[RECONCILE_LATE] = { "late", "过期后确认", "confirmed too late" },
	[RECONCILE_POSTHOC] = { "posthoc", "事后补报（节点当时在运行）",
	    "checked afterwards, node was up" },
	[RECONCILE_AWAY] = { "fallback", "事后补报（节点当时停运）",
	    "checked afterwards, node was away" },
	[RECONCILE_FILE_AWAY] = { "fallback_file", "仅见于文件（节点当时停运）",
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

#define INST								\
	{ "institution", "机构", "INSTITUTION", REPORT_TEXT, REPORT_ONCE, 0 }
#define OUTLET								\
	{ "outlet", "网点", "OUTLET", REPORT_TEXT, REPORT_ONCE, 0 }
#define TELLER								\
	{ "teller", "柜员", "TELLER", REPORT_TEXT, 0, 0 }
#define REST								\
	{ "checks", "核查", "CHECKS", REPORT_NUMBER, 0, 0 },		\
	{ "allowed", "可开", "ALLOWED", REPORT_NUMBER, REPORT_WIDE, 0 },	\
	{ "issued", "开卡", "ISSUED", REPORT_NUMBER, 0, 0 },		\
	{ "confirmed", "如常确认", "CONFIRMED", REPORT_NUMBER, REPORT_WIDE, 0 }, \
	{ "without", "无有效核查", "WITHOUT", REPORT_NUMBER, REPORT_STRONG, 0 }, \
	{ "without_share", "占开卡%", "OF ISSUED %", REPORT_RATE, 0, 100 }, \
	{ "unused", "核查无下文", "UNUSED", REPORT_NUMBER, REPORT_STRONG, 0 }, \
	{ "unused_share", "占可开%", "OF ALLOWED %", REPORT_RATE, 0, 100 }, \
	{ "by_file", "仅由文件确认", "BY FILE", REPORT_NUMBER, 0, 0 },	\
	{ "fallback", "停运期间", "FALLBACK", REPORT_NUMBER, 0, 0 },	\
	{ "unchecked", "未核查", "UNCHECKED", REPORT_NUMBER, REPORT_WIDE, 0 }, \
	{ "against", "文件中未获准", "AGAINST", REPORT_NUMBER, REPORT_WIDE, 0 }, \
	{ "override", "违背决定", "OVERRIDE", REPORT_NUMBER, REPORT_WIDE, 0 }, \
	{ "after_cancel", "撤销后确认", "AFTER CANCEL", REPORT_NUMBER,	\
	    REPORT_WIDE, 0 },						\
	{ "extra", "超数量", "EXTRA", REPORT_NUMBER, REPORT_WIDE, 0 },	\
	{ "late", "过期确认", "LATE", REPORT_NUMBER, REPORT_WIDE, 0 },	\
	{ "posthoc", "补报", "POSTHOC", REPORT_NUMBER, REPORT_WIDE, 0 },	\
	{ "again", "重新核查", "ASKED AGAIN", REPORT_NUMBER, REPORT_WIDE, 0 }, \
	{ "before", "接入之前", "BEFORE", REPORT_NUMBER, REPORT_WIDE, 0 },	\
	{ "open", "尚在保留", "OPEN", REPORT_NUMBER, REPORT_WIDE, 0 }

static const struct report_column inst_columns[] = { INST, REST };
static const struct report_column outlet_columns[] = { INST, OUTLET, REST };
static const struct report_column teller_columns[] = { INST, OUTLET, TELLER,
	REST };

static const struct report_column kind_columns[] = {
	{ "case", "情形", "CASE", REPORT_TEXT, REPORT_STRONG, 0 },
	{ "n", "笔数", "NUMBER", REPORT_NUMBER, 0, 0 },
	{ "of_issued", "占开卡%", "OF ISSUED %", REPORT_RATE, 0, 100 },
	{ "of_allowed", "占可开%", "OF ALLOWED %", REPORT_RATE, 0, 100 },
};

static const struct report_column case_columns[] = {
	{ "case", "情形", "CASE", REPORT_TEXT, REPORT_ONCE | REPORT_STRONG, 0 },
	INST,
	OUTLET,
	TELLER,
	{ "name", "名称", "NAME", REPORT_TEXT, REPORT_WIDE, 0 },
	{ "at", "时间", "TIME", REPORT_TIME, 0, 0 },
	{ "product", "产品", "PRODUCT", REPORT_TEXT, 0, 0 },
	{ "seq", "记录", "SEQ", REPORT_NUMBER, REPORT_NAME, 0 },
	{ "other", "相关记录", "OTHER", REPORT_NUMBER, REPORT_NAME, 0 },
	{ "reason", "原因码", "REASON", REPORT_TEXT, 0, 0 },
};

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))
#define INST_WITHOUT 5 /* columns of the chart */
#define INST_UNUSED 7

/* Whose the sum of all is. */
static const struct reporthash_teller nobody;

/* Is there anything to look at? */
static int
odd(const struct reconcile_line *l)
{

	return (reconcile_without(l) + reconcile_unused(l) +
	    l->n[RECONCILE_BY_FILE] + l->n[RECONCILE_AWAY] +
	    l->n[RECONCILE_FILE_AWAY] > 0);
}

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
	if (m != n)
		return (m > n ? -1 : 1);
	return (odd(y) - odd(x));
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
say_line(struct report_table *t, int level, const struct reporthash_teller *key,
    const struct reconcile_line *l)
{
	static const int rest[] = { RECONCILE_UNCHECKED, RECONCILE_AGAINST,
		RECONCILE_OVERRIDE, RECONCILE_CANCELLED, RECONCILE_EXTRA,
		RECONCILE_LATE, RECONCILE_POSTHOC, RECONCILE_AGAIN,
		RECONCILE_BEFORE };
	size_t i;

	if (key == &nobody)
		report_word(t, "total", "合计", "total");
	else
		report_text(t, key->inst[0] != '\0' ? key->inst : NULL);
	if (level >= RECONCILE_OUTLET)
		report_text(t, key->outlet[0] != '\0' ? key->outlet : NULL);
	if (level == RECONCILE_TELLER)
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
		const struct report_column *columns;
		size_t n;
	} tables[RECONCILE_LEVELS] = {
		{ "institutions", "各机构", "By institution", inst_columns,
		    COUNT(inst_columns) },
		{ "outlets", "各网点", "By outlet", outlet_columns,
		    COUNT(outlet_columns) },
		{ "tellers", "各柜员", "By teller", teller_columns,
		    COUNT(teller_columns) } };
	static const struct report_chart chart = { REPORT_STACK,
		"无有效核查的开卡与无下文的核查",
		"Issued without a check, and checks nobody used", 0, 1, 2,
		{ INST_WITHOUT, INST_UNUSED }, 0 };
	const struct reporthash *h = r->lines[level];
	struct report_table *t;
	size_t *order, n = reporthash_count(h), shown = 0, i;

	t = report_table(out, tables[level].key, tables[level].zh,
	    tables[level].en, tables[level].columns, tables[level].n);
	if ((order = reporthash_sorted(h, compare_lines)) == NULL)
		return;
	memset(all, 0, sizeof(*all));
	for (i = 0; i < n; i++) {
		if (quiet(reporthash_value(h, order[i])))
			continue;
		report_row(t);
		say_line(t, level, reporthash_key(h, order[i]),
		    reporthash_value(h, order[i]));
		sum(all, reporthash_value(h, order[i]));
		/* Those with nothing to look at stand at the end. */
		shown += (size_t)odd(reporthash_value(h, order[i]));
	}
	free(order);
	if (level == RECONCILE_INSTITUTION) {
		report_row_as(t, REPORT_TOTAL);
		say_line(t, level, &nobody, all);
		report_chart(t, &chart);
	} else if (ro->top != 0)
		report_show(t, shown < 1 ? 1 : shown < ro->top ? shown :
		    ro->top);
}

/* Write how many cases of each kind there are. */
static void
say_kinds(const struct reconcile_line *all, struct report *out)
{
	struct report_table *t = report_table(out, "kinds", "各种情形",
	    "By kind of case", kind_columns, COUNT(kind_columns));
	int i;

	for (i = 0; i < RECONCILE_CLASSES; i++) {
		if (all->n[i] == 0)
			continue;
		report_row(t);
		report_word(t, words[i].name, words[i].zh, words[i].en);
		report_number(t, (int64_t)all->n[i]);
		if (i <= RECONCILE_BY_FILE)
			report_rate(t, all->n[i], reconcile_issued(all));
		else
			report_empty(t);
		if (i == RECONCILE_LAPSED || i == RECONCILE_APPROVED ||
		    i == RECONCILE_AGAIN)
			report_rate(t, all->n[i], all->allowed);
		else
			report_empty(t);
	}
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
	say_kinds(&all, out);
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
