#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/backtest.h"
#include "plugin.h"

#include "backtesttext.h"
#include "moment.h"
#include "table.h"
#include "tool.h"
#include "width.h"
#include "words.h"

#define SUMS 7		/* columns of a table of sums */
#define RULES 9		/* columns of a table of rules */
#define CELL 32
#define COLUMNS 79

static const int32_t outcomes[BACKTEST_OUTCOMES] = { LK_PASS, LK_LIMIT,
	LK_REVIEW, LK_REJECT };

/* The name of an age band. */
const char *
backtesttext_age(int band, int zh)
{
	static const char *const names[BACKTEST_AGES] = { "<16", "16-17",
		"18-24", "25-34", "35-49", "50-64", "65+", "unknown" };

	return (zh && band == BACKTEST_AGE_UNKNOWN ? "不详" : names[band]);
}

/* A part of a whole, such as " (3.6 %)"; "" of nothing. */
static const char *
share(uint64_t part, uint64_t of, char buf[CELL])
{

	buf[0] = '\0';
	if (of != 0)
		(void)snprintf(buf, CELL, " (%.1f %%)", 100.0 * (double)part /
		    (double)of);
	return (buf);
}

/* How many people, "at least" where not all fitted. */
static const char *
people(const struct crowd *c, char buf[CELL])
{

	(void)snprintf(buf, CELL, "%s%zu", c->more ? ">=" : "", c->n);
	return (buf);
}

/* What it is about, and what it comes to. */
static void
head(const struct backtesttext *x)
{
	const struct backtest_result *n = backtest_result(x->b);
	const struct tool *t = x->t;
	char a[MOMENT_SIZE], z[MOMENT_SIZE], p[CELL], q[CELL];

	(void)fputs(tool_zh(t, "规则 ", "policy "), t->out);
	width_put(t->out, policy_version(x->policy));
	(void)fputs(" (", t->out);
	width_put(t->out, x->file);
	(void)fprintf(t->out, tool_zh(t, ")，试算 %s 至 %s 的决定（北京时间）\n",
	    "), against the decisions of %s to %s (UTC+8)\n"),
	    moment_short(n->first, a), moment_short(n->last, z));
	if (x->in_force != 0)
		(void)fprintf(t->out, tool_zh(t, "按 %s 生效的规则\n",
		    "by the rules in force at %s\n"),
		    moment_short(x->in_force * 1000, a));
	(void)fprintf(t->out, tool_zh(t, "\n%s%" PRIu64 "%s 个决定，涉及 %s 人；"
	    "结果改变 %" PRIu64 "%s\n", "\n%s%" PRIu64 "%s decisions about %s "
	    "people; %" PRIu64 " change%s\n"), tool_paint(t, TOOL_BOLD),
	    n->all.decisions, tool_paint(t, TOOL_PLAIN),
	    people(&n->people, p), n->all.changed, share(n->all.changed,
	    n->all.decisions, q));
	(void)fprintf(t->out, tool_zh(t, "新增拦下的人：%s；不再拦下的人：%s\n",
	    "people newly held: %s; people not held any more: %s\n"),
	    people(&n->held, p), people(&n->released, q));
	(void)fprintf(t->out, tool_zh(t, "拦下（复核或拒绝）：原 %" PRIu64 "%s，",
	    "held or refused: %" PRIu64 "%s then, "), n->all.was_held,
	    share(n->all.was_held, n->all.decisions, p));
	(void)fprintf(t->out, tool_zh(t, "现 %" PRIu64 "%s\n", "%" PRIu64
	    "%s now\n"), n->all.is_held, share(n->all.is_held,
	    n->all.decisions, p));
}

/* Then and now, each by each. */
static int
matrix(const struct backtesttext *x)
{
	const struct backtest_result *n = backtest_result(x->b);
	int zh = x->t->language == LK_LANG_ZH, i, k;
	const char *cells[BACKTEST_OUTCOMES + 1];
	char buf[BACKTEST_OUTCOMES][CELL];
	struct table *table;

	(void)fputc('\n', x->t->out);
	cells[0] = tool_zh(x->t, "原 \\ 现", "THEN \\ NOW");
	for (k = 0; k < BACKTEST_OUTCOMES; k++)
		cells[k + 1] = words_name(words_decision, outcomes[k], zh);
	if ((table = table_new(x->t->out, BACKTEST_OUTCOMES + 1, cells)) ==
	    NULL)
		return (-1);
	for (i = 0; i < BACKTEST_OUTCOMES; i++) {
		cells[0] = words_name(words_decision, outcomes[i], zh);
		for (k = 0; k < BACKTEST_OUTCOMES; k++) {
			(void)snprintf(buf[k], CELL, "%" PRIu64,
			    n->matrix[i][k]);
			cells[k + 1] = buf[k];
		}
		if (table_row(table, cells) != 0)
			break;
	}
	table_end(table);
	return (i < BACKTEST_OUTCOMES ? -1 : 0);
}

/* The name of a rule, and what is to be known beside it. */
static void
rule_name(const struct backtesttext *x, const struct backtest_rule *r,
    char buf[64])
{
	const char *more = "";

	if (r->rule < 0)
		more = tool_zh(x->t, "（已删除）", " (gone)");
	else if (x->in_force != 0 && !policy_rule_live(x->policy, r->rule,
	    x->in_force))
		more = tool_zh(x->t, "（未生效）", " (not in force)");
	(void)snprintf(buf, 64, "%s%s", r->id, more);
}

/* Add one row of a table of rules. */
static int
rule_row(const struct backtesttext *x, struct table *table,
    const struct backtest_rule *r, int shadow)
{
	/* What only tells stands in entries beside what was on trial. */
	const uint64_t n[] = { shadow || (r->rule >= 0 && policy_rule_tells(
		x->policy, r->rule)) ? r->was_shadow : r->was, r->hits,
		r->lifted, shadow ? r->stricter : r->held, shadow ? r->held :
		r->alone, shadow ? r->refused : r->released };
	const char *cells[RULES];
	char name[64], buf[6][CELL], who[CELL];
	const char *then = NULL;
	size_t i;

	rule_name(x, r, name);
	if (r->rule >= 0)
		then = words_name(words_then, policy_rule_then(x->policy,
		    r->rule), x->t->language == LK_LANG_ZH);
	cells[0] = name;
	cells[1] = then != NULL ? then : "-";
	for (i = 0; i < 6; i++) {
		(void)snprintf(buf[i], CELL, "%" PRIu64, n[i]);
		cells[i + 2] = buf[i];
	}
	cells[8] = people(&r->people, who);
	return (table_row(table, cells));
}

/* Did a rule never hit, neither then nor now? */
static int
quiet(const struct backtest_rule *r)
{

	return (r->was == 0 && r->was_shadow == 0 && r->hits == 0 &&
	    r->lifted == 0);
}

/* Name the rules that never hit, on lines of their own. */
static void
quiet_ones(const struct backtesttext *x, int shadow)
{
	size_t i, n, len, column = 0;
	const struct backtest_rule *r = backtest_rules(x->b, &n);
	char name[64];

	for (i = 0; i < n; i++) {
		if (r[i].shadow != shadow || !quiet(&r[i]))
			continue;
		rule_name(x, &r[i], name);
		len = width_of(name) + 1;
		if (column == 0)
			(void)fputs(shadow ? tool_zh(x->t, "  试行而从未命中：",
			    "  on trial, never hit:") : tool_zh(x->t,
			    "  从未命中：", "  never hit:"), x->t->out);
		else if (column + len > COLUMNS)
			(void)fputs("\n   ", x->t->out);
		column = column == 0 ? 12 + (shadow ? 10 : 0) + len :
		    column + len > COLUMNS ? 3 + len : column + len;
		(void)fprintf(x->t->out, " %s", name);
	}
	if (column != 0)
		(void)fputc('\n', x->t->out);
}

/* Rules with effect, or those on trial. */
static int
rules(const struct backtesttext *x, int shadow)
{
	static const char *const en[2][RULES] = {
		{ "RULE", "THEN", "HIT BEFORE", "HITS", "LIFTED", "NEWLY HELD",
		    "BY IT ALONE", "NOT HELD NOW", "PEOPLE NEWLY HELD" },
		{ "ON TRIAL", "THEN", "HIT BEFORE", "HITS", "LIFTED",
		    "STRICTER", "WOULD HOLD", "WOULD REFUSE",
		    "PEOPLE IT WOULD HOLD" } };
	static const char *const zh[2][RULES] = {
		{ "规则", "结果", "原命中", "现命中", "被豁免", "新增拦下",
		    "仅因本条", "不再拦下", "新增拦下人数" },
		{ "试行规则", "结果", "原命中", "现命中", "被豁免", "会更严",
		    "会拦下", "会拒绝", "会拦下人数" } };
	size_t i, n, shown = 0;
	const struct backtest_rule *r = backtest_rules(x->b, &n);
	struct table *table;
	int rc = 0;

	for (i = 0; i < n; i++)
		shown += r[i].shadow == shadow;
	if (shown == 0)
		return (0);
	(void)fputc('\n', x->t->out);
	if ((table = table_new(x->t->out, RULES, x->t->language == LK_LANG_ZH ?
	    zh[shadow] : en[shadow])) == NULL)
		return (-1);
	for (i = 0; i < n && rc == 0; i++)
		if (r[i].shadow == shadow && !quiet(&r[i]))
			rc = rule_row(x, table, &r[i], shadow);
	table_end(table);
	quiet_ones(x, shadow);
	return (rc);
}

/* A table of sums, in the making. */
struct sums {
	struct table *table;
	int rc;
};

/* Begin one. */
static void
sums_begin(struct sums *s, const struct tool *t, const char *zh,
    const char *en)
{
	const char *cells[SUMS];

	cells[0] = tool_zh(t, zh, en);
	cells[1] = tool_zh(t, "决定", "DECISIONS");
	cells[2] = tool_zh(t, "原拦下", "HELD BEFORE");
	cells[3] = tool_zh(t, "现拦下", "HELD NOW");
	cells[4] = tool_zh(t, "新增拦下", "NEWLY HELD");
	cells[5] = tool_zh(t, "不再拦下", "NOT HELD NOW");
	cells[6] = tool_zh(t, "结果改变", "CHANGED");
	(void)fputc('\n', t->out);
	s->table = table_new(t->out, SUMS, cells);
	s->rc = s->table == NULL ? -1 : 0;
}

/* Add a row. */
static void
sums_row(struct sums *s, const char *name, const struct tally_sum *n)
{
	const uint64_t v[SUMS - 1] = { n->decisions, n->was_held, n->is_held,
		n->held, n->released, n->changed };
	char buf[SUMS - 1][CELL];
	const char *cells[SUMS];
	size_t i;

	if (s->rc != 0)
		return;
	cells[0] = name;
	for (i = 0; i < SUMS - 1; i++) {
		(void)snprintf(buf[i], CELL, "%" PRIu64, v[i]);
		cells[i + 1] = buf[i];
	}
	s->rc = table_row(s->table, cells);
}

/* By outlet or area: those that change most. */
static int
places(const struct backtesttext *x, struct tally *tally, const char *zh,
    const char *en)
{
	const struct tally_row *row;
	struct sums s;
	size_t i, n, more = 0;

	row = tally_rows(tally, &n);
	sums_begin(&s, x->t, zh, en);
	for (i = 0; i < n; i++) {
		if (row[i].n.changed == 0)
			continue;
		if (i >= x->top) {
			more++;
			continue;
		}
		sums_row(&s, row[i].key[0] == '\0' ? tool_zh(x->t, "其他",
		    "others") : row[i].key, &row[i].n);
	}
	table_end(s.table);
	for (i = 0; i < n && row[i].n.changed == 0; i++)
		continue;
	if (i == n)
		(void)fprintf(x->t->out, tool_zh(x->t, "%s：均无变化\n",
		    "%s: none changes\n"), tool_zh(x->t, zh, en));
	if (more > 0)
		(void)fprintf(x->t->out, tool_zh(x->t, "  另有 %zu 处有变化（--top、"
		    "--json）\n", "  and %zu more that change (--top, --json)\n"),
		    more);
	return (s.rc);
}

/* By age. */
static int
ages(const struct backtesttext *x)
{
	const struct backtest_result *n = backtest_result(x->b);
	struct sums s;
	int i;

	sums_begin(&s, x->t, "年龄", "AGE");
	for (i = 0; i < BACKTEST_AGES; i++)
		if (n->age[i].decisions != 0)
			sums_row(&s, backtesttext_age(i, x->t->language ==
			    LK_LANG_ZH), &n->age[i]);
	table_end(s.table);
	return (s.rc);
}

/* Write a count that is worth a line. */
static void
count(const struct tool *t, const char *zh, const char *en, uint64_t n)
{

	if (n != 0)
		(void)fprintf(t->out, "  %s: %" PRIu64 "\n", tool_zh(t, zh, en),
		    n);
}

/* What is not known, left out, or to be borne in mind. */
static void
notes(const struct backtesttext *x)
{
	const struct backtest_result *n = backtest_result(x->b);
	const struct policy_fact *fact;
	const struct tool *t = x->t;
	size_t i, nfacts = policy_facts(x->policy, &fact);
	char name[64];

	(void)fputc('\n', t->out);
	(void)fputs(tool_zh(t, "历史按实际发生计算：改判对后来的影响不重演（新规则会拦下的卡，"
	    "在此仍算已开）。\n", "History is taken as it happened: what a changed "
	    "decision would have changed\nlater is not replayed (a card that the "
	    "new policy would have held counts as opened).\n"), t->out);
	for (i = 0; i < nfacts; i++) {
		if (n->unknown[i] == 0)
			continue;
		(void)policy_fact_name(&fact[i], name, sizeof(name));
		(void)fprintf(t->out, tool_zh(t, "  %s：%" PRIu64
		    " 个决定中不详，当时的规则未问；规则按不详处理\n",
		    "  %s: not known in %" PRIu64 " decisions, the policy of the "
		    "day did not ask for it\n"), name, n->unknown[i]);
	}
	count(t, "至少一项事实不详的决定", "decisions in which any fact was not "
	    "known", n->lacking);
	count(t, "当时的规则文件缺失的决定", "decisions whose own policy file is "
	    "not there", n->orphans);
	count(t, "登记活动中新增拦下、活动或可豁免的决定", "newly held within a "
	    "campaign with room that may lift the rule", n->campaign);
	count(t, "按同一人多份证件计算的决定", "decided by several documents of "
	    "the person", n->linked);
	count(t, "未计入的试查", "dry runs, left out", n->dry);
	count(t, "未计入的下级节点的决定", "decisions of nodes below, left out",
	    n->told);
	count(t, "未计入的沙箱指定结果", "outcomes asked for in the sandbox, left "
	    "out", n->sandbox);
}

/* Write it for a person. */
int
backtesttext_write(const struct backtesttext *x)
{

	head(x);
	if (matrix(x) != 0 || rules(x, 0) != 0 || rules(x, 1) != 0)
		return (-1);
	if (!x->rules_only && (ages(x) != 0 ||
	    places(x, backtest_areas(x->b, 4), "地市", "CITY") != 0 ||
	    places(x, backtest_areas(x->b, 6), "区县", "COUNTY") != 0 ||
	    places(x, backtest_outlets(x->b), "网点", "OUTLET") != 0))
		return (-1);
	notes(x);
	return (0);
}
