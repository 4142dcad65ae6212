#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "fleetlist.h"
#include "fleettext.h"
#include "json.h"
#include "moment.h"
#include "tool.h"
#include "width.h"

#define LABEL 20

enum { NODE, STATE, LINK, LAG, VERSION, LISTS, POLICY, HEAD, ASKED, TROUBLE };

_Static_assert(TROUBLE + 1 == FLEETTEXT_CELLS, "ten columns");

static const struct word words_state[] = {
	{ "active", "运行", FLEETLIST_ACTIVE },
	{ "retired", "停用", FLEETLIST_RETIRED },
	{ "awaited", "待接入", FLEETLIST_AWAITED },
	{ "held", "冻结", FLEETLIST_HELD },
	{ NULL, NULL, 0 }
};

/* Why a head was not cosigned: codes of the tlog-witness protocol. */
static const struct {
	int code;
	const char *name, *zh;
} refusals[] = {
	{ 400, "malformed", "格式有误" },
	{ 403, "unsigned", "签名不符" },
	{ 404, "unknown log", "日志未登记" },
	{ 409, "other size than was cosigned", "与上次见证的大小不符" },
	{ 422, "inconsistent: the log was rewritten", "日志前后不一致：被改写" },
	{ 500, "the witness's own disk", "见证方磁盘故障" },
};

/* Add to a text, with a comma before it unless it is the first. */
static void __attribute__((format(printf, 3, 4)))
add(const struct tool *t, char *buf, const char *fmt, ...)
{
	size_t len = strlen(buf);
	va_list ap;

	if (len > 0)
		len += (size_t)snprintf(&buf[len], FLEETTEXT_CELL - len, "%s",
		    tool_zh(t, "，", ", "));
	va_start(ap, fmt);
	(void)vsnprintf(&buf[len], FLEETTEXT_CELL - len, fmt, ap);
	va_end(ap);
}

/* For how long? */
const char *
fleettext_age(const struct tool *t, int64_t ms, char buf[FLEETTEXT_AGE])
{
	long long s = ms > 0 ? ms / 1000 : 0;

	if (s < 120)
		(void)snprintf(buf, FLEETTEXT_AGE, tool_zh(t, "%lld秒",
		    "%lld s"), s);
	else if (s < 7200)
		(void)snprintf(buf, FLEETTEXT_AGE, tool_zh(t, "%lld分",
		    "%lld min"), s / 60);
	else if (s < 172800)
		(void)snprintf(buf, FLEETTEXT_AGE, tool_zh(t, "%lld时",
		    "%lld h"), s / 3600);
	else
		(void)snprintf(buf, FLEETTEXT_AGE, tool_zh(t, "%lld天",
		    "%lld d"), s / 86400);
	return (buf);
}

/* How often was the node above asked, and did not answer? */
const char *
fleettext_counts(const struct tool *t, const char *counts, char *buf)
{
	uint64_t v;

	buf[0] = '\0';
	if (fleetlist_count(counts, "asked", &v) == 0)
		add(t, buf, tool_zh(t, "询问 %" PRIu64, "%" PRIu64 " asked"),
		    v);
	if (fleetlist_count(counts, "silent", &v) == 0 && v > 0)
		add(t, buf, tool_zh(t, "无答复 %" PRIu64, "%" PRIu64
		    " silent"), v);
	if (fleetlist_count(counts, "late", &v) == 0 && v > 0)
		add(t, buf, tool_zh(t, "迟到 %" PRIu64, "%" PRIu64 " late"),
		    v);
	if (fleetlist_count(counts, "offline", &v) == 0 && v > 0)
		add(t, buf, tool_zh(t, "离线决定 %" PRIu64, "%" PRIu64
		    " offline"), v);
	if (fleetlist_open(counts))
		add(t, buf, "%s", tool_zh(t, "已不再等待", "no longer waited for"));
	return (buf);
}

/* Why was its last head not cosigned? */
static const char *
refusal(const struct tool *t, const char *code)
{
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (atoi(code) == refusals[i].code)
			return (tool_zh(t, refusals[i].zh, refusals[i].name));
	return (code);
}

/* The last cosigned head. */
static void
head(const struct tool *t, char *cell, const struct fleetlist_node *n,
    int64_t now)
{
	char age[FLEETTEXT_AGE];

	if (n->head_t == 0)
		(void)snprintf(cell, FLEETTEXT_CELL, "%s", tool_zh(t, "从未",
		    "never"));
	else
		(void)snprintf(cell, FLEETTEXT_CELL, tool_zh(t, "%" PRIu64
		    "（%s前）", "%" PRIu64 " (%s ago)"), n->head_size,
		    fleettext_age(t, now - n->head_t, age));
}

/* How the link is, and since when it was not heard. */
static void
link_cell(const struct tool *t, char *cell, const struct fleetlist_node *n,
    int64_t now)
{
	char age[FLEETTEXT_AGE];
	const char *word = n->up ? tool_zh(t, "已连", "up") : tool_zh(t,
	    "断开", "down");

	if (n->beat == 0)
		(void)snprintf(cell, FLEETTEXT_CELL, "%s", word);
	else
		(void)snprintf(cell, FLEETTEXT_CELL, tool_zh(t, "%s %s前",
		    "%s, %s ago"), word, fleettext_age(t, now - n->beat, age));
}

/* What is missing of its entries. */
static void
lag(const struct tool *t, char *cell, const struct fleetlist_node *n,
    int64_t now)
{
	char age[FLEETTEXT_AGE];

	if (n->last == 0)
		(void)snprintf(cell, FLEETTEXT_CELL, "-");
	else if (fleetlist_lag(n) == 0)
		(void)snprintf(cell, FLEETTEXT_CELL, "0");
	else
		(void)snprintf(cell, FLEETTEXT_CELL, tool_zh(t, "%" PRIu64
		    "（%s）", "%" PRIu64 " (%s)"), fleetlist_lag(n),
		    fleettext_age(t, now - n->taken, age));
}

/* What is wrong with it. */
static void
trouble(const struct tool *t, char *cell, const struct fleetlist_node *n)
{

	cell[0] = '\0';
	if (n->head_why[0] != '\0')
		add(t, cell, tool_zh(t, "未见证：%s", "not cosigned: %s"),
		    refusal(t, n->head_why));
	if (n->why[0] != '\0')
		add(t, cell, "%s", n->why);
}

/* A version, marked where it is not ours. */
static int
version(char *cell, const char *theirs, const char *ours)
{
	int differs = theirs[0] != '\0' && strcmp(theirs, ours) != 0;

	(void)snprintf(cell, FLEETTEXT_CELL, "%s%s", theirs[0] != '\0' ?
	    theirs : "-", differs ? "*" : "");
	return (differs);
}

/* A number, as a version. */
static const char *
decimal(uint64_t v, char buf[24])
{

	buf[0] = '\0';
	if (v != 0)
		(void)snprintf(buf, 24, "%" PRIu64, v);
	return (buf);
}

/* The titles. */
const char *const *
fleettext_heads(const struct tool *t)
{
	static const char *const en[FLEETTEXT_CELLS] = { "NODE", "STATE",
		"LINK", "LAG", "VERSION", "LISTS", "POLICY", "COSIGNED",
		"NODE ABOVE", "TROUBLE" };
	static const char *const zh[FLEETTEXT_CELLS] = { "节点", "状态",
		"连接", "滞后", "版本", "名单", "规则", "已见证", "询问上级",
		"故障" };

	return (t->language == LK_LANG_ZH ? zh : en);
}

/* The row of a node. */
void
fleettext_row(const struct tool *t, struct fleettext *row,
    const struct fleetlist_node *n, const struct fleettext_ours *o)
{
	char theirs[24], ours[24];

	(void)snprintf(row->cell[NODE], FLEETTEXT_CELL, "%s", n->node);
	(void)snprintf(row->cell[STATE], FLEETTEXT_CELL, "%s", words_name(
	    words_state, n->state, t->language == LK_LANG_ZH));
	link_cell(t, row->cell[LINK], n, o->now);
	lag(t, row->cell[LAG], n, o->now);
	row->differs = version(row->cell[VERSION], n->version, o->version);
	row->differs |= version(row->cell[LISTS], decimal(n->lists, theirs),
	    decimal(o->lists, ours));
	row->differs |= version(row->cell[POLICY], n->policy, o->policy);
	head(t, row->cell[HEAD], n, o->now);
	(void)fleettext_counts(t, n->counts, row->cell[ASKED]);
	trouble(t, row->cell[TROUBLE], n);
}

/* Write one labelled text, unless it is empty. */
static void
line(const struct tool *t, const char *zh, const char *en, const char *text)
{

	if (text[0] == '\0')
		return;
	(void)fputs("  ", t->out);
	width_pad(t->out, tool_zh(t, zh, en), LABEL);
	width_put(t->out, text);
	(void)fputc('\n', t->out);
}

/* Write all about one node. */
void
fleettext_whole(const struct tool *t, const struct fleetlist_node *n,
    const struct fleettext_ours *o)
{
	struct fleettext row = { .differs = 0 };
	char buf[64], time[MOMENT_SIZE];

	fleettext_row(t, &row, n, o);
	(void)fputs(tool_paint(t, fleetlist_well(n, o->now) ? TOOL_GREEN :
	    TOOL_RED), t->out);
	width_put(t->out, n->node);
	(void)fprintf(t->out, "%s  %s\n", tool_paint(t, TOOL_PLAIN),
	    row.cell[STATE]);
	line(t, "连接", "link", row.cell[LINK]);
	line(t, "最近心跳", "last heard", moment_print(n->beat, time));
	line(t, "滞后", "lag", row.cell[LAG]);
	(void)snprintf(buf, sizeof(buf), "%" PRIu64 " / %" PRIu64, n->cursor,
	    n->last);
	line(t, "已收 / 末条", "taken / last entry", buf);
	line(t, "最近收到", "last taken", moment_print(n->taken, time));
	(void)snprintf(buf, sizeof(buf), "%" PRIu64, n->events);
	line(t, "收到条数", "entries taken", buf);
	line(t, "程序版本", "version", row.cell[VERSION]);
	line(t, "名单版本", "lists version", row.cell[LISTS]);
	line(t, "规则版本", "policy", row.cell[POLICY]);
	line(t, "日志", "log", n->origin);
	line(t, "已见证", "cosigned", row.cell[HEAD]);
	line(t, "询问上级", "node above", row.cell[ASKED]);
	line(t, "计数", "counts", n->counts);
	line(t, "故障", "trouble", row.cell[TROUBLE]);
}

/* The counts that are known, as JSON. */
static void
counts_json(struct json *j, const char *counts)
{
	static const char *const names[] = { "checks", "asked", "answered",
		"silent", "late", "offline", "queued", "opens", "rtt_us" };
	uint64_t v;
	size_t i;

	json_open(j, "counts");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (fleetlist_count(counts, names[i], &v) == 0)
			json_u64(j, names[i], v);
	json_bool(j, "breaker_open", fleetlist_open(counts));
	json_end(j);
}

/* A text, or null. */
static void
text_or_null(struct json *j, const char *key, const char *s)
{

	json_text(j, key, s[0] != '\0' ? s : NULL);
}

/* Write one as JSON. */
void
fleettext_json(const struct tool *t, const struct fleetlist_node *n,
    const struct fleettext_ours *o)
{
	struct json j;

	json_begin(&j, t->out);
	json_text(&j, "node", n->node);
	json_word(&j, "state", words_state, n->state);
	json_bool(&j, "well", fleetlist_well(n, o->now));
	json_bool(&j, "up", n->up);
	json_time(&j, "seen", n->beat);
	json_u64(&j, "cursor", n->cursor);
	json_u64(&j, "last", n->last);
	json_u64(&j, "lag", fleetlist_lag(n));
	json_time(&j, "taken", n->taken);
	json_u64(&j, "entries", n->events);
	text_or_null(&j, "version", n->version);
	json_u64(&j, "list_version", n->lists);
	text_or_null(&j, "policy_version", n->policy);
	json_bool(&j, "as_here", strcmp(n->version, o->version) == 0 &&
	    strcmp(n->policy, o->policy) == 0 && n->lists == o->lists);
	text_or_null(&j, "log", n->origin);
	json_u64(&j, "cosigned_size", n->head_size);
	json_time(&j, "cosigned", n->head_t);
	json_bool(&j, "cosigned_lately", fleetlist_fresh(n, o->now));
	if (n->head_why[0] != '\0')
		json_i64(&j, "cosign_status", atoi(n->head_why));
	else
		json_nil(&j, "cosign_status");
	counts_json(&j, n->counts);
	text_or_null(&j, "refused", n->why);
	json_end(&j);
}
