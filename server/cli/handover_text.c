/*
 * The shift on one screen.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "desk/report_silent.h"
#include "lists/campaigns.h"

#include "desktext.h"
#include "handover.h"
#include "moment.h"
#include "refid.h"
#include "registers.h"
#include "table.h"
#include "tool.h"
#include "width.h"
#include "words.h"

#define CASE_ROWS 8
#define ALERT_ROWS 5
#define NAMES 6			/* nodes, outlets, campaigns named in a line */
#define HEAD 10			/* columns of a heading */

/* Begin a section: its heading, and what it comes to. */
static void
section(const struct tool *t, const char *zh, const char *en, int loud)
{

	(void)fputs(tool_paint(t, loud ? TOOL_RED : TOOL_BOLD), t->out);
	width_pad(t->out, t->language == LK_LANG_ZH ? zh : en, HEAD);
	(void)fputs(tool_paint(t, TOOL_PLAIN), t->out);
}

/* Add ", <n> <word>" to a line, unless it is none. */
static void
also(const struct tool *t, size_t n, const char *zh, const char *en)
{

	if (n > 0)
		(void)fprintf(t->out, t->language == LK_LANG_ZH ?
		    "，%s %zu" : ", %2$zu %1$s", t->language == LK_LANG_ZH ?
		    zh : en, n);
}

/* Which node, and by what rules and lists. */
static void
put_node(const struct tool *t, const struct handover *h)
{
	char buf[DESKTEXT_MAX], time[MOMENT_SIZE];

	(void)fprintf(t->out, "%s%s%s  %s  ", tool_paint(t, TOOL_BOLD),
	    tool_zh(t, "交接班", "Handover"), tool_paint(t, TOOL_PLAIN),
	    moment_short(h->now, time));
	width_put(t->out, h->status.node);
	(void)fputc('\n', t->out);
	section(t, "节点", "node", h->status.ready != 1);
	(void)fprintf(t->out, tool_zh(t, "%s，规则 ", "%s, policy "),
	    h->status.ready == 1 ? tool_zh(t, "就绪", "ready") :
	    tool_zh(t, "未就绪", "NOT READY"));
	width_put(t->out, h->status.policy_version);
	if (strcmp(h->lists.lists, "none") == 0)
		(void)fputs(tool_zh(t, "，不使用名单", ", no lists"), t->out);
	else if (h->lists.version != 0)
		(void)fprintf(t->out, tool_zh(t,
		    "，名单 %" PRId64 "，签发于 %s前", ", lists %" PRId64
		    ", signed %s ago"), h->lists.version, desktext_due(t,
		    h->now, h->lists.signed_ms, buf));
	if ((h->status.flags & LK_R_STALE) != 0)
		(void)fprintf(t->out, "%s%s%s", tool_paint(t, TOOL_RED),
		    tool_zh(t, "，名单过旧", ", LISTS ARE OLD"),
		    tool_paint(t, TOOL_PLAIN));
	if (h->status.message[0] != '\0') {
		(void)fputs(tool_zh(t, "；", "; "), t->out);
		width_put(t->out, h->status.message);
	}
	(void)fputc('\n', t->out);
}

/* Are people out for this case?  Does it wait for a second person? */
static int
is_out(const struct desklist_case *c)
{

	return (c->dispatched != 0 && c->found == 0);
}

static int
is_proposed(const struct desklist_case *c)
{

	return (c->proposer[0] != '\0');
}

/* Name the cases of a sort, with whoever has to do with them. */
static void
put_refs(const struct tool *t, const struct handover *h,
    int (*wanted)(const struct desklist_case *), size_t n, const char *zh,
    const char *en)
{
	const struct desklist_case *c;
	char ref[REFID_MAX];
	size_t i, named = 0;

	if (n == 0)
		return;
	section(t, zh, en, 0);
	for (i = 0; i < h->desk.ncases && named < NAMES; i++) {
		c = &h->desk.c[i];
		if (!wanted(c))
			continue;
		(void)fprintf(t->out, "%s%s ", named++ > 0 ? tool_zh(t, "、",
		    ", ") : "", refid_print(ref, c->seq));
		width_put(t->out, is_proposed(c) ? c->proposer : c->taker);
	}
	(void)fprintf(t->out, "%s\n", n > named ? " …" : "");
}

/* The cases, the most urgent first. */
static void
put_cases(const struct tool *t, const struct handover *h)
{
	const struct handover_cases *n = &h->cases;
	char ref[REFID_MAX], due[DESKTEXT_MAX], note[DESKTEXT_MAX], at[72];
	char first[REFID_MAX + 2];
	const struct desklist_case *c;
	struct table *table;
	const char *cell[7];
	size_t i;

	section(t, "案件", "cases", n->overdue > 0);
	(void)fprintf(t->out, tool_zh(t, "待办 %zu", "%zu open"),
	    h->desk.ncases);
	also(t, n->overdue, "逾期", "overdue");
	also(t, n->soon, "两小时内到期", "due within 2 h");
	also(t, n->free, "无人接办", "taken by nobody");
	also(t, n->out, "派员在外", "with people out");
	also(t, n->proposed, "待第二人", "waiting for a second person");
	(void)fputc('\n', t->out);
	if ((table = table_new(t->out, 7, NULL)) == NULL)
		return;
	for (i = 0; i < h->desk.ncases && i < CASE_ROWS; i++) {
		c = &h->desk.c[i];
		(void)snprintf(at, sizeof(at), "%s.%s", c->inst, c->outlet);
		(void)snprintf(first, sizeof(first), "  %s", refid_print(ref,
		    c->seq));
		cell[0] = first;
		cell[1] = desktext_due(t, c->due, h->now, due);
		cell[2] = c->taker[0] != '\0' ? c->taker : "-";
		cell[3] = at;
		cell[4] = desktext_product(t, c->product);
		cell[5] = c->reason;
		cell[6] = desktext_note(t, c, note);
		(void)table_row(table, cell);
	}
	table_end(table);
	if (h->desk.ncases > CASE_ROWS)
		(void)fprintf(t->out, tool_zh(t,
		    "  另有 %zu 件：liangka review list\n",
		    "  %zu more: liangka review list\n"), h->desk.ncases -
		    CASE_ROWS);
	put_refs(t, h, is_out, n->out, "派员在外", "out");
	put_refs(t, h, is_proposed, n->proposed, "待第二人", "second");
}

/* The alerts, those that nobody has taken first. */
static void
put_alerts(const struct tool *t, const struct handover *h)
{
	const struct handover_alerts *n = &h->alerts;
	int zh = t->language == LK_LANG_ZH, level;
	char seq[24], age[DESKTEXT_MAX], at[72];
	const struct desklist_alert *a;
	struct table *table;
	const char *cell[7], *s;
	size_t i;

	section(t, "告警", "alerts", n->free > 0);
	(void)fprintf(t->out, tool_zh(t, "未结 %zu", "%zu open"),
	    h->desk.nalerts);
	for (level = HANDOVER_LEVELS - 1; level > 0; level--)
		if ((s = words_name(words_alert_level, level, zh)) != NULL)
			also(t, n->level[level], s, s);
	if (n->free > 0)
		(void)fprintf(t->out, tool_zh(t, "；无人接收 %zu，最久 %s",
		    "; %zu taken by nobody, the oldest for %s"), n->free,
		    desktext_due(t, h->now, n->oldest, age));
	(void)fputc('\n', t->out);
	if ((table = table_new(t->out, 7, NULL)) == NULL)
		return;
	for (i = 0; i < h->desk.nalerts && i < ALERT_ROWS; i++) {
		a = &h->desk.a[i];
		(void)snprintf(seq, sizeof(seq), "  %" PRIu64, a->seq);
		(void)snprintf(at, sizeof(at), "%s%s%s", a->inst,
		    a->outlet[0] != '\0' ? "." : "", a->outlet);
		cell[0] = seq;
		cell[1] = desktext_due(t, h->now, a->t, age);
		cell[2] = a->taker[0] != '\0' ? a->taker : "-";
		cell[3] = at;
		s = words_name(words_alert_level, a->level, zh);
		cell[4] = s != NULL ? s : "?";
		s = words_name(words_alert_kind, a->kind, zh);
		cell[5] = s != NULL ? s : "?";
		cell[6] = a->reason;
		(void)table_row(table, cell);
	}
	table_end(table);
	if (h->desk.nalerts > ALERT_ROWS)
		(void)fprintf(t->out, tool_zh(t,
		    "  另有 %zu 条：liangka alert list\n",
		    "  %zu more: liangka alert list\n"), h->desk.nalerts -
		    ALERT_ROWS);
}

/* The nodes that are behind or silent. */
static void
put_nodes(const struct tool *t, const struct handover *h)
{
	const size_t *n = h->nodes.count;
	size_t i, bad = n[WHERE_BEHIND] + n[WHERE_SILENT] +
	    n[WHERE_UNHEARD] + n[WHERE_UNVERIFIED], named = 0;

	if (!h->has_nodes)
		return;
	section(t, "各节点", "nodes", bad > 0);
	(void)fprintf(t->out, tool_zh(t, "正常 %zu", "%zu up to date"),
	    n[WHERE_REACHED]);
	also(t, n[WHERE_BEHIND], "名单落后", "behind");
	also(t, n[WHERE_SILENT], "失联", "silent");
	also(t, n[WHERE_UNHEARD], "从未上报", "never heard");
	also(t, n[WHERE_UNVERIFIED], "验证失败", "not believed");
	for (i = 0; i < h->nodes.n && named < NAMES; i++) {
		if (h->nodes.node[i].state == WHERE_REACHED ||
		    !h->nodes.node[i].known)
			continue;
		(void)fputs(named++ == 0 ? tool_zh(t, "：", ": ") :
		    tool_zh(t, "、", ", "), t->out);
		width_put(t->out, h->nodes.node[i].name);
	}
	(void)fprintf(t->out, "%s\n", bad > named ? " …" : "");
}

/* The outlets that are silent at this moment. */
static void
put_silent(const struct tool *t, const struct handover *h)
{
	const struct silent_outlet *o;
	char at[80], age[DESKTEXT_MAX];
	size_t i, n, bad = 0;

	if (h->silent == NULL)
		return;
	o = silent_outlets(h->silent, &n);
	for (i = 0; i < n; i++)
		bad += handover_silent(&o[i]);
	section(t, "静默网点", "silent", bad > 0);
	(void)fprintf(t->out, tool_zh(t, "%zu 个", "%zu outlets"), bad);
	for (i = bad = 0; i < n && bad < NAMES; i++) {
		if (!handover_silent(&o[i]))
			continue;
		(void)snprintf(at, sizeof(at), "%s.%s", o[i].inst,
		    o[i].outlet);
		(void)fputs(bad++ == 0 ? tool_zh(t, "：", ": ") : tool_zh(t,
		    "、", ", "), t->out);
		width_put(t->out, at);
		if (o[i].state == SILENT_ISSUES)
			(void)fputs(tool_zh(t, "（仍在开卡）", " (issuing)"),
			    t->out);
		else if (o[i].last != 0)
			(void)fprintf(t->out, tool_zh(t, "（%s）", " (%s)"),
			    desktext_due(t, h->now, o[i].last, age));
	}
	(void)fputc('\n', t->out);
}

/* The campaigns that run, and those that are full. */
static void
put_campaigns(const struct tool *t, const struct handover *h)
{
	const struct campaign *g;
	size_t i, n = 0, named = 0;
	int32_t today = registers_today(t);

	if (h->campaigns == NULL && h->nfull == 0)
		return;
	section(t, "批次", "campaigns", h->nfull > 0);
	for (i = 0; h->campaigns != NULL && i < campaigns_count(h->campaigns);
	    i++)
		n += handover_runs(campaigns_at(h->campaigns, i), today);
	if (h->campaigns != NULL)
		(void)fprintf(t->out, tool_zh(t, "进行中 %zu", "%zu running"),
		    n);
	for (i = 0; h->campaigns != NULL && named < NAMES && i <
	    campaigns_count(h->campaigns); i++) {
		g = campaigns_at(h->campaigns, i);
		if (!handover_runs(g, today))
			continue;
		(void)fputs(named++ == 0 ? tool_zh(t, "：", ": ") :
		    tool_zh(t, "、", ", "), t->out);
		width_put(t->out, g->id);
	}
	for (i = 0; i < h->nfull; i++) {
		(void)fputs(i > 0 ? tool_zh(t, "、", ", ") :
		    h->campaigns != NULL ? tool_zh(t, "；人数已满：",
		    "; full: ") : tool_zh(t, "人数已满：", "full: "), t->out);
		width_put(t->out, h->full[i]);
	}
	(void)fputc('\n', t->out);
}

/* Write it on one screen. */
void
handover_text(const struct tool *t, const struct handover *h)
{

	put_node(t, h);
	put_cases(t, h);
	put_alerts(t, h);
	put_nodes(t, h);
	put_silent(t, h);
	put_campaigns(t, h);
}
