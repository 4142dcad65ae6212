#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "store/entry.h"

#include "command.h"
#include "desklist.h"
#include "json.h"
#include "moment.h"
#include "refid.h"
#include "service.h"
#include "statement.h"
#include "table.h"

#define COLUMNS 10

struct options {
	const char *area;
	const char *inst;
	const char *outlet;
	const char *officer;
	struct statement_by by;	/* only the key, for --mine */
	int32_t level;
	int32_t kind;
	int32_t mine;
	int32_t free;
};

#define AT(m) ARG_AT(struct options, m)

static const struct arg args[] = {
	{ "area", ARG_STRING, 0, "DIGITS", "only of outlets of this area: the "
	    "first 2, 4 or all 6 digits", NULL, 0, 0, AT(area) },
	{ "level", ARG_CODE, 0, "LEVEL", "only those that are told first at "
	    "this level", words_alert_level, 0, 0, AT(level) },
	{ "kind", ARG_CODE, 0, "KIND", "only this kind", words_alert_kind, 0, 0,
	    AT(kind) },
	{ "inst", ARG_STRING, 0, "ID", "only of this institution", NULL, 0, 0,
	    AT(inst) },
	{ "outlet", ARG_STRING, 0, "ID", "only of this outlet", NULL, 0, 0,
	    AT(outlet) },
	{ "free", ARG_FLAG, 0, NULL, "only those that nobody has taken", NULL,
	    0, 0, AT(free) },
	{ "mine", ARG_FLAG, 0, NULL, "only those that the owner of --as has "
	    "taken", NULL, 0, 0, AT(mine) },
	{ "as", ARG_STRING, 0, "FILE", "whose: a personal key (only its name is "
	    "read)", NULL, 0, 0, AT(by.as) },
	{ "officer", ARG_STRING, 0, "NAME", "only those that he has taken",
	    NULL, 0, 0, AT(officer) },
	ARG_END
};

/* Is the alert wanted? */
static int
wanted(const struct options *o, const struct desklist_alert *a)
{
	char area[16];

	(void)snprintf(area, sizeof(area), "%06" PRId32, a->area);
	return ((o->area == NULL || (a->area != 0 && strncmp(area, o->area,
	    strlen(o->area)) == 0)) &&
	    (o->level == 0 || a->level == o->level) &&
	    (o->kind == 0 || a->kind == o->kind) &&
	    (o->inst == NULL || strcmp(a->inst, o->inst) == 0) &&
	    (o->outlet == NULL || strcmp(a->outlet, o->outlet) == 0) &&
	    (!o->free || a->taker[0] == '\0') &&
	    (o->officer == NULL || strcmp(a->taker, o->officer) == 0));
}

/* The decision that it is about, 0: none. */
static uint64_t
about(const struct desklist_alert *a)
{

	return (a->ref != 0 ? a->ref : a->entry == ENTRY_DECISION ? a->seq : 0);
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
	char seq[24], when[MOMENT_SIZE], ref[REFID_MAX], area[16];
	const char *cell[COLUMNS] = { seq, moment_short(a->t, when),
		word(t, words_alert_level, a->level), word(t, words_alert_kind,
		a->kind), a->inst, a->outlet, a->area != 0 ? area : "-",
		a->reason, about(a) != 0 ? refid_print(ref, about(a)) : "-",
		a->taker };

	(void)snprintf(seq, sizeof(seq), "%" PRIu64, a->seq);
	(void)snprintf(area, sizeof(area), "%06" PRId32, a->area);
	return (table_row(table, cell));
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
	int rc = 0;

	if (!t->json && (table = table_new(t->out, COLUMNS, heads)) == NULL)
		rc = -1;
	for (i = 0; i < l->nalerts && rc == 0; i++) {
		if (!wanted(o, &l->a[i]))
			continue;
		n++;
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
	return (tool_flush(t, TOOL_OK));
}

/* See that the options go together; whose name --mine means. */
static int
settle(const struct tool *t, struct options *o, char name[32])
{
	size_t n = o->area != NULL ? strlen(o->area) : 0;
	int rc;

	if (o->area != NULL && ((n != 2 && n != 4 && n != 6) ||
	    strspn(o->area, "0123456789") != n))
		return (tool_fail(t, TOOL_USAGE,
		    "--area：应为 2、4 或 6 位区划代码",
		    "--area: wants 2, 4 or 6 digits"));
	if (o->free && (o->mine || o->officer != NULL))
		return (tool_fail(t, TOOL_USAGE,
		    "--free 不与 --mine、--officer 同用",
		    "--free goes with neither --mine nor --officer"));
	if (!o->mine)
		return (ARGS_GO);
	if (o->by.as == NULL || o->officer != NULL)
		return (tool_fail(t, TOOL_USAGE,
		    "--mine 须与 --as KEY 一起给出，且不与 --officer 同用",
		    "--mine needs --as KEY, and no --officer"));
	if ((rc = statement_name(t, &o->by, name)) == ARGS_GO)
		o->officer = name;
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .area = NULL };
	struct desklist l = { .nalerts = 0 };
	struct service c;
	char name[32];
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) != ARGS_GO ||
	    (rc = settle(t, &o, name)) != ARGS_GO ||
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
