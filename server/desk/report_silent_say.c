/*
 * What was found, as a report.
 */
#include <string.h>

#include "report_silent_impl.h"

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

static const struct {
	const char *name, *zh, *en;
} words[SILENT_STATES] = {
	[SILENT_ISSUES] = { "issues", "有开卡无核查", "issues unchecked" },
	[SILENT_NOW] = { "silent", "现无核查", "silent now" },
	[SILENT_WAS] = { "was_silent", "曾无核查", "was silent" },
	[SILENT_USUAL] = { "usual", "如常", "as usual" },
	[SILENT_NEVER] = { "never", "从未核查", "never checked" },
	[SILENT_SUSPENDED] = { "suspended", "暂停办理", "suspended" },
	[SILENT_CLOSED] = { "closed", "已撤销", "closed" },
};

#define WHERE								\
	{ "institution", "机构", "INSTITUTION", REPORT_TEXT, 0, 0 },	\
	{ "outlet", "网点", "OUTLET", REPORT_TEXT, 0, 0 },		\
	{ "name", "名称", "NAME", REPORT_TEXT, 0, 0 },			\
	{ "area", "区划", "AREA", REPORT_TEXT, 0, 0 }

static const struct report_column outlet_columns[] = {
	{ "state", "状态", "STATE", REPORT_TEXT, REPORT_ONCE | REPORT_STRONG, 0 },
	WHERE,
	{ "issued", "无核查日开卡", "ISSUED UNCHECKED", REPORT_NUMBER,
	    REPORT_STRONG, 0 },
	{ "checks", "核查", "CHECKS", REPORT_NUMBER, 0, 0 },
	{ "days", "营业日", "DAYS OPEN", REPORT_NUMBER, 0, 0 },
	{ "without", "无核查日", "WITHOUT", REPORT_NUMBER, 0, 0 },
	{ "with", "有核查日", "WITH", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "away", "节点停运日", "NODE AWAY", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "all", "全机构无核查日", "ALL SILENT", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "last", "最近核查", "LAST CHECK", REPORT_TIME, 0, 0 },
	{ "from", "无核查自", "SILENT FROM", REPORT_TIME, 0, 0 },
	{ "to", "至", "TO", REPORT_TIME, 0, 0 },
	{ "hours", "其间营业时间", "OPEN MEANWHILE", REPORT_SPAN, 0, 0 },
	{ "expected", "其间按例应有", "EXPECTED", REPORT_RATIO, 0, 1 },
	{ "chance", "偶然概率", "BY CHANCE", REPORT_RATIO, REPORT_WIDE, 6 },
	{ "beyond", "营业时间外核查", "OUT OF HOURS", REPORT_NUMBER, REPORT_WIDE,
	    0 },
	{ "first", "首次核查", "FIRST CHECK", REPORT_TIME, REPORT_WIDE, 0 },
	{ "registered", "在名册", "REGISTERED", REPORT_NUMBER, REPORT_WIDE, 0 },
};

static const struct report_column apart_columns[] = {
	{ "state", "状态", "STATE", REPORT_TEXT, REPORT_ONCE | REPORT_STRONG, 0 },
	WHERE,
	{ "last", "最近核查", "LAST CHECK", REPORT_TIME, 0, 0 },
};

static const struct report_column inst_columns[] = {
	{ "institution", "机构", "INSTITUTION", REPORT_TEXT, 0, 0 },
	{ "days", "全机构无核查的工作日", "WORKING DAYS WITHOUT A CHECK",
	    REPORT_NUMBER, REPORT_STRONG, 0 },
};

/* Write where an outlet is, behind its state. */
static void
say_where(const struct silent_outlet *x, struct report_table *t)
{

	report_row_as(t, x->state == SILENT_ISSUES ? REPORT_LOUD :
	    REPORT_PLAIN);
	report_word(t, words[x->state].name, words[x->state].zh,
	    words[x->state].en);
	report_text(t, x->inst);
	report_text(t, x->outlet);
	report_text(t, x->name);
	reportkind_areas(t, x->area);
}

/* Write an outlet. */
static void
say_outlet(const struct silent_outlet *x, struct report_table *t)
{

	say_where(x, t);
	report_number(t, x->issued);
	report_number(t, x->checks);
	report_number(t, x->days);
	report_number(t, x->without);
	report_number(t, x->with);
	report_number(t, x->away);
	report_number(t, x->all);
	report_time(t, x->last);
	report_time(t, x->from);
	if (x->standing)
		report_empty(t);
	else
		report_time(t, x->to);
	report_span(t, x->hours > 0 ? x->hours : -1);
	if (x->expected > 0)
		report_ratio(t, x->expected);
	else
		report_empty(t);
	if (x->chance < 1)
		report_ratio(t, x->chance);
	else
		report_empty(t);
	report_number(t, x->beyond);
	report_time(t, x->first);
	report_number(t, !x->unknown);
}

/* Write those that check as they always do. */
static void
say_usual(const struct silent *s, struct report *out)
{
	struct report_table *t = report_table(out, "usual", "如常的网点",
	    "As usual", outlet_columns, COUNT(outlet_columns));
	size_t i;

	for (i = 0; i < s->noutlets; i++)
		if (s->outlets[i].state == SILENT_USUAL)
			say_outlet(&s->outlets[i], t);
	report_show(t, s->ro->top);
}

/* Write those that want looking at. */
static void
say_outlets(const struct silent *s, struct report *out)
{
	static const struct report_chart chart = { REPORT_BAR,
		"无核查日的开卡", "Cards issued on days without a check", 1, 2, 1,
		{ 5 }, 0 };
	struct report_table *t = report_table(out, "outlets",
	    "需要过问的网点", "Outlets to be looked at", outlet_columns, COUNT(outlet_columns));
	size_t i, n[SILENT_STATES] = { 0 };
	uint64_t issued = 0;

	for (i = 0; i < s->noutlets; i++) {
		n[s->outlets[i].state]++;
		issued += s->outlets[i].issued;
		if (s->outlets[i].state < SILENT_USUAL)
			say_outlet(&s->outlets[i], t);
	}
	report_show(t, s->ro->top);
	if (issued > 0)
		report_chart(t, &chart);
	report_figure(out, "outlets", "网点", "outlets", (int64_t)s->noutlets);
	report_figure(out, "issues", "有开卡无核查", "issue unchecked",
	    (int64_t)n[SILENT_ISSUES]);
	report_figure(out, "issued", "其开卡数", "cards of these",
	    (int64_t)issued);
	report_figure(out, "silent", "现无核查", "silent now",
	    (int64_t)n[SILENT_NOW]);
	report_figure(out, "was_silent", "曾无核查", "were silent",
	    (int64_t)n[SILENT_WAS]);
	report_figure(out, "never", "从未核查", "never checked",
	    (int64_t)n[SILENT_NEVER]);
	report_figure(out, "closed", "暂停或撤销", "suspended or closed",
	    (int64_t)(n[SILENT_SUSPENDED] + n[SILENT_CLOSED]));
	report_note(out, t, "“无核查日开卡”：当日该网点没有核查，而文件或事后补报显示有开卡；"
	    "逐笔见 liangka report reconcile。“至”为空：至期末仍无核查。",
	    "ISSUED UNCHECKED: on that day the outlet checked nobody, and a "
	    "file or a check made afterwards shows that it issued; case by "
	    "case: liangka report reconcile.  TO is empty where the silence "
	    "goes on.");
	report_note(out, t, "“无核查”以该网点自己的营业时间与平日节奏衡量：按其平日的间隔，"
	    "偶然出现这样长的间隔概率低于千分之一。节点停运的时间不计。",
	    "SILENT is measured in the outlet's own opening time and by its "
	    "own pace: by chance a pause as long comes less than once in a "
	    "thousand.  Time in which the node did not run is left out.");
}

/* Write those apart that never checked, are suspended or closed. */
static void
say_apart(const struct silent *s, struct report *out)
{
	struct report_table *t = report_table(out, "apart",
	    "从未核查、暂停或撤销的网点", "Never checked, suspended or closed",
	    apart_columns, COUNT(apart_columns));
	size_t i;

	for (i = 0; i < s->noutlets; i++)
		if (s->outlets[i].state >= SILENT_NEVER) {
			say_where(&s->outlets[i], t);
			report_time(t, s->outlets[i].last);
		}
	report_show(t, s->ro->top);
}

/* Write the institutions in which nobody checked. */
static void
say_institutions(const struct silent *s, struct report *out)
{
	struct report_table *t = report_table(out, "institutions",
	    "全机构无核查", "Institutions that were silent as a whole",
	    inst_columns, COUNT(inst_columns));
	const char *inst;
	uint32_t days;
	size_t i;

	for (i = 0; silent_institution(s, i, &inst, &days) == 0; i++) {
		if (s->ro->inst != NULL && strcmp(s->ro->inst, inst) != 0)
			continue;
		report_row(t);
		report_text(t, inst);
		report_number(t, days);
	}
	report_note(out, t, "平日每天核查不少于 10 笔的机构在工作日整日没有核查：节假日，或线路"
	    "中断。这些日子不计入各网点。",
	    "Institutions that otherwise check ten times a day or more: a "
	    "holiday, or a line that was down.  Those days are not held "
	    "against their outlets.");
}

/* Write it all. */
void
silent_say(const struct silent *s, struct report *out)
{
	int64_t away = away_between(s->away, s->from, s->to);

	say_outlets(s, out);
	say_apart(s, out);
	say_institutions(s, out);
	say_usual(s, out);
	report_figure(out, "away_minutes", "节点停运分钟", "minutes node away",
	    away / REPORTKIND_MINUTE);
	if (s->ro->outlets == NULL)
		report_note(out, NULL, "未给出网点名册(--register)：营业时间一律按周一至周五 "
		    "%02d:%02d-%02d:%02d，从未核查的网点无从得知。",
		    "No register was given (--register): all are taken to be "
		    "open Monday to Friday, %02d:%02d-%02d:%02d, and outlets "
		    "that never checked are not known.",
		    (int)s->o.opens / 60, (int)s->o.opens % 60,
		    (int)s->o.closes / 60, (int)s->o.closes % 60);
}

/* ---- as a kind of report ---- */

/* Begin. */
static void *
kind_open(const struct report_options *o)
{

	return (silent_new(o->own, o));
}

/* Take an entry. */
static int
kind_entry(void *x, const struct entry *e)
{

	return (silent_entry(x, e));
}

/* Say what was found. */
static int
kind_finish(void *x, struct report *out)
{

	if (silent_settle(x, 0) != 0)
		return (-1);
	silent_say(x, out);
	return (0);
}

/* End. */
static void
kind_close(void *x)
{

	silent_free(x);
}

const struct report_kind report_silent = {
	.name = "silent",
	.zh = "营业时间内无核查的网点",
	.en = "Outlets without checks in their opening hours",
	.back = REPORTKIND_ALL, .ahead = REPORTKIND_ALL,
	.open = kind_open, .entry = kind_entry, .finish = kind_finish,
	.close = kind_close
};
