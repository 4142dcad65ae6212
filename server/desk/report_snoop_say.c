/*
 * What was found, as a report: figures, and how to read them.
 */
#include <stdlib.h>
#include <string.h>

#include "report_snoop_impl.h"

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

static const struct report_column teller_columns[] = {
	{ "institution", "机构", "INSTITUTION", REPORT_TEXT, REPORT_ONCE, 0 },
	{ "outlet", "网点", "OUTLET", REPORT_TEXT, 0, 0 },
	{ "teller", "柜员", "TELLER", REPORT_TEXT, 0, 0 },
	{ "name", "名称", "NAME", REPORT_TEXT, REPORT_WIDE, 0 },
	{ "ranked", "参与排序", "RANKED", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "checks", "核查", "CHECKS", REPORT_NUMBER, 0, 0 },
	{ "persons", "人数", "PERSONS", REPORT_NUMBER, 0, 0 },
	{ "settled", "已有结果", "SETTLED", REPORT_NUMBER, 0, 0 },
	{ "never", "未开卡", "NEVER OPENED", REPORT_NUMBER, REPORT_STRONG, 0 },
	{ "never_share", "未开卡%", "NEVER %", REPORT_RATE, REPORT_STRONG, 100 },
	{ "median", "机构中位%", "MEDIAN %", REPORT_RATIO, 0, 1 },
	{ "issued_share", "核查开卡%", "ISSUED %", REPORT_RATE, REPORT_WIDE,
	    100 },
	{ "dry", "试查", "DRY RUNS", REPORT_NUMBER, 0, 0 },
	{ "left", "客户离开", "LEFT", REPORT_NUMBER, 0, 0 },
	{ "typing", "录入错误", "TYPING", REPORT_NUMBER, 0, 0 },
	{ "kept", "被留核或拒绝", "KEPT", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "recent", "尚早", "TOO SOON", REPORT_NUMBER, REPORT_WIDE, 0 },
	{ "listed", "名单命中", "ON LISTS", REPORT_NUMBER, 0, 0 },
	{ "canary", "监测命中", "CANARIES", REPORT_NUMBER, REPORT_STRONG, 0 },
	{ "voids", "作废", "VOIDS", REPORT_NUMBER, 0, 0 },
	{ "denied", "被拒请求", "DENIED", REPORT_NUMBER, 0, 0 },
	{ "too_fast", "过频", "TOO FAST", REPORT_NUMBER, 0, 0 },
	{ "errors", "出错请求", "ERRORS", REPORT_NUMBER, REPORT_WIDE, 0 },
};
#define COL_OUTLET 1
#define COL_SHARE 9

static const struct report_column staff_columns[] = {
	{ "staff", "工作人员", "STAFF", REPORT_TEXT, REPORT_STRONG, 0 },
	{ "persons_asked", "查人", "PERSON LOOK-UPS", REPORT_NUMBER, 0, 0 },
	{ "entries", "查记录", "ENTRY LOOK-UPS", REPORT_NUMBER, 0, 0 },
	{ "unsealed", "启封", "UNSEALED", REPORT_NUMBER, 0, 0 },
	{ "erased", "删除", "ERASED", REPORT_NUMBER, 0, 0 },
	{ "persons", "人数", "PERSONS", REPORT_NUMBER, 0, 0 },
	{ "outside", "案件之外", "OUTSIDE A CASE", REPORT_NUMBER,
	    REPORT_STRONG, 0 },
	{ "elsewhere", "他节点", "OTHER NODE", REPORT_NUMBER, 0, 0 },
	{ "reasons", "事由种数", "REASONS", REPORT_NUMBER, 0, 0 },
	{ "refused", "被拒请求", "REFUSED", REPORT_NUMBER, 0, 0 },
	{ "last", "最近一次", "LAST", REPORT_TIME, 0, 0 },
};

static const struct report_column reason_columns[] = {
	{ "staff", "工作人员", "STAFF", REPORT_TEXT, REPORT_ONCE, 0 },
	{ "reason", "事由", "REASON", REPORT_TEXT, 0, 0 },
	{ "times", "次数", "TIMES", REPORT_NUMBER, 0, 0 },
};

/* Write one teller. */
static void
say_teller(const struct snoop *s, const struct snoop_teller *x, int ranked,
    struct report_table *t)
{
	const struct reporthash_teller *p = checks_place_at(s->checks,
	    x->place);

	report_row_as(t, x->canary > 0 ? REPORT_LOUD : REPORT_PLAIN);
	report_text(t, p->inst);
	report_text(t, p->outlet[0] != '\0' ? p->outlet : NULL);
	report_text(t, p->teller[0] != '\0' ? p->teller : NULL);
	report_text(t, reportkind_name(s->ro, p->inst, p->outlet));
	report_number(t, ranked);
	report_number(t, (int64_t)x->checks);
	report_number(t, (int64_t)x->persons);
	report_number(t, (int64_t)x->settled);
	report_number(t, (int64_t)x->never);
	report_rate(t, x->never, x->settled);
	if (x->median >= 0)
		report_ratio(t, 100 * x->median);
	else
		report_empty(t);
	report_rate(t, x->issued, x->checks);
	report_number(t, (int64_t)x->dry);
	report_number(t, (int64_t)x->left);
	report_number(t, (int64_t)x->typing);
	report_number(t, (int64_t)x->kept);
	report_number(t, (int64_t)x->recent);
	report_number(t, (int64_t)x->listed);
	report_number(t, (int64_t)x->canary);
	report_number(t, (int64_t)x->voids);
	report_number(t, (int64_t)x->denied);
	report_number(t, (int64_t)x->again);
	report_number(t, (int64_t)x->wrong);
}

/* Write the tellers, and sum them up. */
static void
say_tellers(const struct snoop *s, struct report *out)
{
	static const struct report_chart chart = { REPORT_DOT,
		"未开卡人数占比(95% 区间)",
		"Share of persons who never opened anything (95 % interval)",
		COL_OUTLET, 2, 1, { COL_SHARE }, 0 };
	uint64_t persons = 0, never = 0, canary = 0, voids = 0;
	struct report_table *t;
	size_t i;

	t = report_table(out, "tellers", "各柜员", "By teller", teller_columns,
	    COUNT(teller_columns));
	for (i = 0; i < s->ntellers; i++) {
		say_teller(s, &s->tellers[i], i < s->ranked, t);
		persons += s->tellers[i].persons;
		never += s->tellers[i].never;
		canary += s->tellers[i].canary;
		voids += s->tellers[i].voids;
	}
	if (s->ranked > 0)
		report_chart(t, &chart);
	report_show(t, s->ro->top);
	report_figure(out, "tellers", "柜员", "tellers", (int64_t)s->ntellers);
	report_figure(out, "ranked", "参与排序", "ranked", (int64_t)s->ranked);
	report_figure(out, "persons", "被查人次", "persons asked about",
	    (int64_t)persons);
	report_figure(out, "never", "其后未开卡", "never opened anything",
	    (int64_t)never);
	report_figure(out, "canary", "监测命中", "canary hits", (int64_t)canary);
	report_figure(out, "voids", "作废", "decisions taken back",
	    (int64_t)voids);
	report_note(out, t, "按未开卡占比 95%% 区间的下限排序，已有结果不足 %d 人的列在其后"
	    "，不作比较。“已有结果”：%d 日内在任何机构开了卡，或者 %d 日已过；每次都被留核或"
	    "拒绝的人不计。",
	    "Ranked by the lower end of the 95 %% interval of the share; those "
	    "with fewer than %d settled persons stand behind, uncompared.  "
	    "Settled: opened something anywhere within %d days, or those %d "
	    "days are over; who was held or refused each time is left out.",
	    s->o.minimum, s->o.within_days, s->o.within_days);
	report_note(out, t, "数字不等于结论：咨询多、代办多的网点占比也高。监测条目所指的人并"
	    "不存在，命中须逐一说明。日志中只有令牌，看不出证件号码是否连续。",
	    "A figure is no finding: where many people come to ask the share "
	    "is high too.  A canary is a person who does not exist: each hit "
	    "wants an explanation.  The journal holds tokens, so that runs of "
	    "consecutive numbers cannot be seen.");
}

/* The order of staff: look-ups outside of a case, then all. */
static int
compare_staff(const struct reporthash *h, size_t a, size_t b)
{
	const struct snoop_staff *x = reporthash_value(h, a);
	const struct snoop_staff *y = reporthash_value(h, b);
	uint64_t m, n;

	if (x->outside != y->outside)
		return (x->outside > y->outside ? -1 : 1);
	m = x->persons_asked + x->entries + x->unsealed;
	n = y->persons_asked + y->entries + y->unsealed;
	return (m != n ? (m > n ? -1 : 1) : 0);
}

/* Write the staff. */
static void
say_staff(const struct snoop *s, struct report *out)
{
	const struct reporthash *h = s->desk.staff;
	const struct snoop_staff *x;
	size_t *order, n = reporthash_count(h), i;
	struct report_table *t;
	uint64_t outside = 0;

	t = report_table(out, "staff", "工作人员", "Staff", staff_columns,
	    COUNT(staff_columns));
	if ((order = reporthash_sorted(h, compare_staff)) == NULL)
		return;
	for (i = 0; i < n; i++) {
		x = reporthash_value(h, order[i]);
		report_row(t);
		report_text(t, reporthash_key(h, order[i]));
		report_number(t, (int64_t)x->persons_asked);
		report_number(t, (int64_t)x->entries);
		report_number(t, (int64_t)x->unsealed);
		report_number(t, (int64_t)x->erased);
		report_number(t, (int64_t)x->persons);
		report_number(t, (int64_t)x->outside);
		report_number(t, (int64_t)x->elsewhere);
		report_number(t, (int64_t)x->reasons);
		report_number(t, (int64_t)x->refused);
		report_time(t, x->last);
		outside += x->outside;
	}
	free(order);
	report_figure(out, "outside", "案件之外的查阅",
	    "look-ups outside of a case", (int64_t)outside);
	report_note(out, t, "“案件之外”：查阅时以及之前一日内，没有关于此人的案件或警情在办。"
	    "申诉、本人查询等正当事由也在其内，请对照事由。",
	    "OUTSIDE A CASE: no case or alert about the person was open then, "
	    "or until a day before.  Appeals and requests of the person "
	    "himself are among them: see the reasons.");
}

/* The order of reasons: by name, the most frequent first. */
static int
compare_reasons(const struct reporthash *h, size_t a, size_t b)
{
	const uint64_t *x = reporthash_value(h, a), *y = reporthash_value(h, b);
	int c = strcmp(reporthash_key(h, a), reporthash_key(h, b));

	return (c != 0 ? c : *x != *y ? (*x > *y ? -1 : 1) : 0);
}

/* Write their reasons. */
static void
say_reasons(const struct snoop *s, struct report *out)
{
	const struct reporthash *h = s->desk.reasons;
	size_t *order, n = reporthash_count(h), i;
	struct report_table *t;
	const char *key;

	t = report_table(out, "reasons", "所述事由", "Reasons given",
	    reason_columns, COUNT(reason_columns));
	if ((order = reporthash_sorted(h, compare_reasons)) == NULL)
		return;
	for (i = 0; i < n; i++) {
		key = reporthash_key(h, order[i]);
		report_row(t);
		report_text(t, key);
		report_text(t, &key[32]);
		report_number(t, (int64_t)*(uint64_t *)reporthash_value(h,
		    order[i]));
	}
	free(order);
	report_show(t, s->ro->top);
}

/* Write it all. */
void
snoop_say(const struct snoop *s, struct report *out)
{

	say_tellers(s, out);
	say_staff(s, out);
	say_reasons(s, out);
}

/* ---- as a kind of report ---- */

/* Begin. */
static void *
kind_open(const struct report_options *o)
{

	return (snoop_new(o->own, o));
}

/* Take an entry. */
static int
kind_entry(void *x, const struct entry *e)
{

	return (snoop_entry(x, e));
}

/* Say what was found. */
static int
kind_finish(void *x, struct report *out)
{

	if (snoop_settle(x) != 0)
		return (-1);
	snoop_say(x, out);
	return (0);
}

/* End. */
static void
kind_close(void *x)
{

	snoop_free(x);
}

const struct report_kind report_snoop = {
	.name = "snoop",
	.zh = "查询行为", .en = "Who looks whom up",
	.back = REPORTKIND_ALL, .ahead = REPORTKIND_ALL,
	.open = kind_open, .entry = kind_entry, .finish = kind_finish,
	.close = kind_close
};
