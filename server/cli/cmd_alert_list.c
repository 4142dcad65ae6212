#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "store/entry.h"

#include "command.h"
#include "desklist.h"
#include "deskwant.h"
#include "json.h"
#include "moment.h"
#include "refid.h"
#include "service.h"
#include "statement.h"
#include "table.h"

#define COLUMNS 10

struct options {
	struct deskwant want;
	int32_t level;
	int32_t kind;
};

static const struct arg args[] = {
	DESKWANT_ARGS(struct options, want),
	{ "level", ARG_CODE, 0, "LEVEL", "only those that are told first at "
	    "this level", words_alert_level, 0, 0,
	    ARG_AT(struct options, level) },
	{ "kind", ARG_CODE, 0, "KIND", "only this kind", words_alert_kind, 0, 0,
	    ARG_AT(struct options, kind) },
	ARG_END
};

/* Is the alert wanted? */
static int
wanted(const struct options *o, const struct desklist_alert *a)
{

	return (deskwant_fits(&o->want, a->area, a->inst, a->outlet,
	    a->taker) && (o->level == 0 || a->level == o->level) &&
	    (o->kind == 0 || a->kind == o->kind));
}

/* The decision that it is about, 0: none.  What nodes say of one stands under its number. */
static uint64_t
about(const struct desklist_alert *a)
{

	return (a->ref != 0 ? a->ref : a->entry == ENTRY_DECISION ||
	    a->entry == ENTRY_SETTLE || a->entry == ENTRY_RETRO ? a->seq : 0);
}

/* Write one as JSON. */
static void
print_json(const struct tool *t, const struct desklist_alert *a)
{
	char ref[REFID_MAX];
	struct json j;

	json_begin(&j, t->out);
	json_u64(&j, "seq", a->seq);
	json_time(&j, "time", a->t);
	json_word(&j, "level", words_alert_level, a->level);
	json_word(&j, "kind", words_alert_kind, a->kind);
	json_word(&j, "entry", words_kind, a->entry);
	json_text(&j, "reference", about(a) != 0 ? refid_print(ref, about(a)) :
	    NULL);
	json_text(&j, "institution", a->inst);
	json_text(&j, "outlet", a->outlet[0] != '\0' ? a->outlet : NULL);
	json_i64(&j, "area", a->area);
	if (a->product != 0)
		json_word(&j, "product", words_product, a->product);
	json_text(&j, "reason", a->reason[0] != '\0' ? a->reason : NULL);
	json_text(&j, "taken_by", a->taker[0] != '\0' ? a->taker : NULL);
	json_time(&j, "taken", a->taken);
	json_end(&j);
}

/* The word of a code, or "". */
static const char *
word(const struct tool *t, const struct word *table, int32_t code)
{
	const char *s = words_name(table, code, t->language == LK_LANG_ZH);

	return (s != NULL ? s : "");
}

/* Write one as a row. */
static int
print_row(const struct tool *t, struct table *table,
    const struct desklist_alert *a)
{
	char seq[24], when[MOMENT_SIZE], ref[REFID_MAX], area[DESKWANT_AREA];
	const char *cell[COLUMNS] = { seq, moment_short(a->t, when),
		word(t, words_alert_level, a->level), word(t, words_alert_kind,
		a->kind), a->inst, a->outlet, deskwant_area(area, a->area),
		a->reason, about(a) != 0 ? refid_print(ref, about(a)) : "-",
		a->taker };

	(void)snprintf(seq, sizeof(seq), "%" PRIu64, a->seq);
	return (table_row(table, cell));
}

/* Say what is to be done about cards that should not have passed. */
static void
tell_late(const struct tool *t)
{

	(void)fputs(tool_zh(t,
	    "断线期间误放：网点未得到上级答复时放行、上级本应暂缓或拒绝的开卡。请网点主管核对该笔"
	    "业务（liangka explain 参考号），\n联系客户核实用途；有疑点的，按本机构规定限制该卡并报反诈"
	    "中心。办结后执行 liangka alert close 告警号。\n",
	    "late: passed while the node above could not be asked, which would "
	    "have held or refused it.  The outlet's\nsupervisor looks at the "
	    "card (liangka explain REF), verifies the purpose with the "
	    "customer, restricts the card\nand tells the anti-fraud centre "
	    "where there is doubt, then closes the alert (liangka alert close "
	    "ALERT).\n"), t->out);
}

/* Write those that are wanted. */
static int
print(const struct tool *t, const struct options *o, const struct desklist *l)
{
	const char *heads[COLUMNS] = { tool_zh(t, "告警", "ALERT"),
		tool_zh(t, "时间", "TIME"), tool_zh(t, "级别", "LEVEL"),
		tool_zh(t, "种类", "KIND"), tool_zh(t, "机构", "INSTITUTION"),
		tool_zh(t, "网点", "OUTLET"), tool_zh(t, "区划", "AREA"),
		tool_zh(t, "原因", "REASON"), tool_zh(t, "参考号", "REF"),
		tool_zh(t, "接收人", "OFFICER") };
	struct table *table = NULL;
	size_t i, n = 0;
	int rc = 0, late = 0;

	if (!t->json && (table = table_new(t->out, COLUMNS, heads)) == NULL)
		rc = -1;
	for (i = 0; i < l->nalerts && rc == 0; i++) {
		if (!wanted(o, &l->a[i]))
			continue;
		n++;
		late |= l->a[i].kind == ALERT_LATE;
		if (t->json)
			print_json(t, &l->a[i]);
		else
			rc = print_row(t, table, &l->a[i]);
	}
	table_end(table);
	if (rc != 0)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足",
		    "out of memory"));
	if (!t->json)
		(void)fprintf(t->out, tool_zh(t, "未办结告警 %zu 条（共 %zu 条）\n",
		    "%zu open alerts of %zu\n"), n, l->nalerts);
	if (!t->json && late)
		tell_late(t);
	return (tool_flush(t, TOOL_OK));
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .level = 0 };
	struct desklist l = { .nalerts = 0 };
	struct service c;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) != ARGS_GO ||
	    (rc = deskwant_settle(t, &o.want)) != ARGS_GO ||
	    (rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	if ((rc = desklist_alerts(t, &c, &l)) != 0)
		rc = service_fail(t, &c, rc, c.message);
	else
		rc = print(t, &o, &l);
	desklist_free(&l);
	service_close(&c);
	return (rc);
}

const struct command cmd_alert_list = {
	.name = "alert list",
	.synopsis = "[--area DIGITS] [--level LEVEL] [--free | --mine --as KEY] "
	    "[options]",
	.brief = "list the open alerts (未办结告警)",
	.text = "Alerts are open until somebody closes them; one that nobody "
	    "takes in time is told to the level above (liangka alert send).  It "
	    "needs the right `desk` on the socket used, or the socket of an "
	    "[operator]; an institution with that right sees its own.",
	.args = args,
	.asks = 1,
	.exits = "0  listed, be it none\n" COMMAND_EXITS_GIVEN STATEMENT_EXITS
	    COMMAND_EXITS_AWAY,
	.examples = "liangka alert list --area 3303 --free\n"
	    "liangka alert list --mine --as lin.key --json\n",
	.run = run,
};
