#include <stdio.h>
#include <string.h>

#include "engine/day.h"
#include "plugin.h"

#include "command.h"
#include "json.h"
#include "outlet_edit.h"
#include "table.h"
#include "width.h"

struct options {
	struct registers_by by;
	const char *of;
	const char *area;
	int32_t status;
};

static const struct word statuses[] = {
	{ "open", "营业", OUTLET_OPEN }, { "suspended", "停业",
	    OUTLET_SUSPENDED }, { "closed", "撤销", OUTLET_CLOSED },
	{ NULL, NULL, 0 }
};

static const struct arg args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	{ "of", ARG_STRING, 0, "INSTITUTION", "outlets of this institution "
	    "(机构) only", NULL, 0, 0, ARG_AT(struct options, of) },
	{ "area", ARG_STRING, 0, "DIGITS", "outlets whose area (区划) begins "
	    "so", NULL, 0, 0, ARG_AT(struct options, area) },
	{ "status", ARG_CODE, 0, "STATUS", "open, suspended or closed",
	    statuses, 0, 0, ARG_AT(struct options, status) },
	ARG_END
};

/* Is an outlet asked for? */
static int
wanted(const struct options *o, const struct outlet *x)
{
	char area[16];

	(void)snprintf(area, sizeof(area), "%06d", x->area);
	return ((o->of == NULL || strcmp(o->of, x->institution) == 0) &&
	    (o->area == NULL || strncmp(area, o->area, strlen(o->area)) == 0) &&
	    (o->status < 0 || o->status == x->status));
}

/* When is it suspended? */
static void
days(const struct outlet *x, char buf[2 * DAY_TEXT + 4])
{
	char from[DAY_TEXT], until[DAY_TEXT] = "";

	buf[0] = '\0';
	if (x->from == 0)
		return;
	day_print(from, x->from);
	if (x->until != 0)
		day_print(until, x->until);
	(void)snprintf(buf, 2 * DAY_TEXT + 4, "%s – %s", from, until);
}

/* Print an outlet as JSON. */
static void
print_json(const struct tool *t, const struct outlet *x, int32_t today)
{
	char day[DAY_TEXT];
	struct json j;

	json_begin(&j, t->out);
	json_text(&j, "institution", x->institution);
	json_text(&j, "outlet", x->outlet);
	json_text(&j, "name", x->name);
	json_i64(&j, "area", x->area);
	json_text(&j, "hours", x->hours);
	json_text(&j, "contact", x->contact);
	json_text(&j, "status", outlet_status_name(x->status));
	if (x->status == OUTLET_SUSPENDED) {
		day_print(day, x->from);
		json_text(&j, "from", day);
		day_print(day, x->until);
		json_text(&j, "until", x->until != 0 ? day : NULL);
		json_text(&j, "reason", x->reason);
		json_bool(&j, "today", outlet_suspended(x, today));
	}
	json_end(&j);
}

/* Print outlets as a table. */
static int
print_table(const struct tool *t, const struct options *o,
    const struct outlet_edit *e, size_t *found)
{
	const char *const heads[] = {
		tool_zh(t, "网点", "outlet"), tool_zh(t, "区划", "area"),
		tool_zh(t, "状态", "status"), tool_zh(t, "停业日期", "days"),
		tool_zh(t, "名称", "name"), tool_zh(t, "原因", "reason")
	};
	char id[2 * OUTLET_ID_MAX + 2], area[16], when[2 * DAY_TEXT + 4];
	struct table *p = table_new(t->out, 6, heads);
	size_t i;
	int rc = p == NULL ? -1 : 0;

	for (i = 0; i < e->n && rc == 0; i++) {
		const struct outlet *x = &e->row[i];
		const char *cells[] = { id, area, outlet_edit_status(t, x),
		    when, x->name, x->reason };

		if (!wanted(o, x))
			continue;
		(*found)++;
		(void)snprintf(id, sizeof(id), "%s.%s", x->institution,
		    x->outlet);
		(void)snprintf(area, sizeof(area), "%06d", x->area);
		days(x, when);
		rc = table_row(p, cells);
	}
	table_end(p);
	return (rc == 0 ? TOOL_OK : tool_fail(t, TOOL_SYSTEM, "内存不足",
	    "out of memory"));
}

/* Print what is asked for. */
static int
print(const struct tool *t, const struct options *o,
    const struct outlet_edit *e)
{
	const int32_t today = registers_today(t);
	size_t i, found = 0;
	int rc = TOOL_OK;

	if (!t->json)
		rc = print_table(t, o, e, &found);
	for (i = 0; i < e->n && t->json; i++)
		if (wanted(o, &e->row[i])) {
			print_json(t, &e->row[i], today);
			found++;
		}
	if (rc == TOOL_OK && !t->json)
		(void)fprintf(t->out, tool_zh(t, "共 %zu 个网点（登记 %zu 个）\n",
		    "%zu outlets of %zu\n"), found, e->n);
	return (rc == TOOL_OK && found == 0 ? TOOL_NO : rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .status = -1 };
	struct outlet_edit e;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) != ARGS_GO ||
	    (rc = outlet_edit_open(t, &o.by, 0, 1, &e)) != ARGS_GO)
		return (rc);
	rc = print(t, &o, &e);
	outlet_edit_close(&e);
	return (rc);
}

const struct command cmd_outlet_list = {
	.name = "outlet list",
	.synopsis = "--dir DIR [--of INSTITUTION] [--area DIGITS] [--status "
	    "STATUS] [options]",
	.brief = "the outlet register at the centre (网点登记)",
	.text = "Lists the register as it stands at the centre, which is how it "
	    "will be published next; what branches have by now is the one "
	    "published last.",
	.args = args,
	.exits = "0  listed\n1  there is no such outlet, or no register yet\n"
	    "64 wrong usage\n65 the register is damaged\n"
	    REGISTERS_EXITS_READ,
	.examples = "liangka outlet list --dir /srv/centre --status suspended\n"
	    "liangka outlet list --dir /srv/centre --of icbc --area 3301 "
	    "--json\n",
	.run = run,
};

struct show {
	struct registers_by by;
};

static const struct arg show_args[] = {
	REGISTERS_DIR_ARG(struct show, by),
	ARG_END
};

/* Print a label and its value. */
static void
pair(const struct tool *t, const char *zh, const char *en, const char *value)
{

	if (value[0] == '\0')
		return;
	(void)fprintf(t->out, "  %s%s", t->language == LK_LANG_ZH ? zh : en,
	    tool_zh(t, "：", ": "));
	width_put(t->out, value);
	(void)fputc('\n', t->out);
}

/* Print one outlet. */
static void
print_one(const struct tool *t, const struct outlet *x, int32_t today)
{
	char area[16], when[2 * DAY_TEXT + 4];
	const int now = outlet_suspended(x, today);

	(void)snprintf(area, sizeof(area), "%06d", x->area);
	days(x, when);
	(void)fprintf(t->out, "%s%s.%s%s\n", tool_paint(t, TOOL_BOLD),
	    x->institution, x->outlet, tool_paint(t, TOOL_PLAIN));
	pair(t, "名称", "name", x->name);
	pair(t, "区划", "area", area);
	pair(t, "营业时间", "hours", x->hours);
	pair(t, "联系方式", "contact", x->contact);
	pair(t, "状态", "status", outlet_edit_status(t, x));
	pair(t, "停业日期", "suspended", when);
	pair(t, "原因", "reason", x->reason);
	if (x->status == OUTLET_SUSPENDED)
		pair(t, "今日", "today", now ? tool_zh(t,
		    "停业：各项核查均答复“拒绝”，不计入申请人记录",
		    "suspended: every check is answered REJECT, which counts "
		    "against no applicant") : tool_zh(t, "不在停业日期内",
		    "outside its days"));
}

/* The command. */
static int
run_show(struct tool *t, int argc, char **argv)
{
	struct show o = { .by = { NULL, NULL } };
	const struct outlet *x;
	struct outlet_edit e;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "一个网点（机构.网点）",
	    "one outlet (INSTITUTION.OUTLET)")) != ARGS_GO ||
	    (rc = outlet_edit_open(t, &o.by, 0, 1, &e)) != ARGS_GO)
		return (rc);
	if ((x = outlet_edit_row(t, &e, argv[0])) == NULL)
		rc = TOOL_NO;
	else {
		rc = TOOL_OK;
		if (t->json)
			print_json(t, x, registers_today(t));
		else
			print_one(t, x, registers_today(t));
	}
	outlet_edit_close(&e);
	return (rc);
}

const struct command cmd_outlet_show = {
	.name = "outlet show",
	.synopsis = "INSTITUTION.OUTLET --dir DIR [options]",
	.brief = "one outlet of the register (网点)",
	.text = "Shows what the centre's register says of an outlet, and whether "
	    "it is suspended today.",
	.args = show_args,
	.exits = "0  shown\n1  there is no such outlet\n64 wrong usage\n"
	    "65 the register is damaged\n" REGISTERS_EXITS_READ,
	.examples = "liangka outlet show icbc.0001 --dir /srv/centre\n",
	.run = run_show,
};
