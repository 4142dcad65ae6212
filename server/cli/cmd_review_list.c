#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "desklist.h"
#include "deskwant.h"
#include "desktext.h"
#include "json.h"
#include "refid.h"
#include "service.h"
#include "statement.h"
#include "table.h"

#define COLUMNS 10

struct options {
	struct deskwant want;
	int64_t due;
	int32_t standing;
	int32_t overrides;
};

#define AT(m) ARG_AT(struct options, m)

static const struct arg args[] = {
	DESKWANT_ARGS(struct options, want),
	{ "due", ARG_DURATION, 0, "TIME", "only those due within this time, "
	    "e.g. 2h, or overdue", NULL, 0, INT64_C(31536000000), AT(due) },
	{ "standing", ARG_CODE, 0, "WORD", "only open, taken or dispatched "
	    "ones", words_standing, 0, 0, AT(standing) },
	{ "overrides", ARG_FLAG, 0, NULL, "only refusals that are to be "
	    "overridden and want a second person", NULL, 0, 0,
	    AT(overrides) },
	ARG_END
};

/* Is the case wanted? */
static int
wanted(const struct options *o, const struct desklist_case *c, int64_t now)
{

	return (deskwant_fits(&o->want, c->area, c->inst, c->outlet,
	    c->taker) && (o->due < 0 || c->due - now <= o->due) &&
	    (o->standing == 0 || c->standing == o->standing) &&
	    (!o->overrides || c->proposer[0] != '\0'));
}

/* Write one as JSON. */
static void
print_json(const struct tool *t, const struct desklist_case *c, int64_t now)
{
	struct json j;

	json_begin(&j, t->out);
	desktext_case_json(&j, c, now);
	json_end(&j);
}

/* Write one as a row. */
static int
print_row(const struct tool *t, struct table *table,
    const struct desklist_case *c, int64_t now)
{
	char ref[REFID_MAX], due[DESKTEXT_MAX], note[DESKTEXT_MAX];
	char area[DESKWANT_AREA];
	const char *standing = words_name(words_standing, c->standing,
	    t->language == LK_LANG_ZH);
	const char *cell[COLUMNS] = { refid_print(ref, c->seq),
		desktext_due(t, c->due, now, due), standing != NULL ? standing :
		"?", c->taker, c->inst, c->outlet, deskwant_area(area, c->area),
		desktext_product(t, c->product), c->reason,
		desktext_note(t, c, note) };

	return (table_row(table, cell));
}

/* Write those that are wanted. */
static int
print(const struct tool *t, const struct options *o, const struct desklist *l)
{
	const char *heads[COLUMNS] = { tool_zh(t, "参考号", "REF"),
		tool_zh(t, "剩余", "DUE IN"), tool_zh(t, "状态", "STANDING"),
		tool_zh(t, "接办人", "OFFICER"), tool_zh(t, "机构",
		"INSTITUTION"), tool_zh(t, "网点", "OUTLET"), tool_zh(t,
		"区划", "AREA"), tool_zh(t, "产品", "PRODUCT"), tool_zh(t,
		"原因", "REASON"), tool_zh(t, "备注", "NOTE") };
	struct table *table = NULL;
	size_t i, n = 0;
	int rc = 0;

	if (!t->json && (table = table_new(t->out, COLUMNS, heads)) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足",
		    "out of memory"));
	for (i = 0; i < l->ncases && rc == 0; i++) {
		if (!wanted(o, &l->c[i], l->now))
			continue;
		n++;
		if (t->json)
			print_json(t, &l->c[i], l->now);
		else
			rc = print_row(t, table, &l->c[i], l->now);
	}
	table_end(table);
	if (rc != 0)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足",
		    "out of memory"));
	if (!t->json)
		(void)fprintf(t->out, tool_zh(t, "待办案件 %zu 件%s",
		    "%zu open cases%s"), n, n == l->ncases ? "\n" : "");
	if (!t->json && n != l->ncases)
		(void)fprintf(t->out, tool_zh(t, "（共 %zu 件）\n",
		    " of %zu\n"), l->ncases);
	return (TOOL_OK);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .due = -1 };
	struct desklist l = { .ncases = 0 };
	struct service c;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 0, "", "")) != ARGS_GO ||
	    (rc = deskwant_settle(t, &o.want)) != ARGS_GO ||
	    (rc = service_open(t, &c)) != ARGS_GO)
		return (rc);
	if ((rc = desklist_cases(t, &c, &l)) != 0)
		rc = service_fail(t, &c, rc, c.message);
	else {
		desktext_by_due(&l);
		rc = print(t, &o, &l);
	}
	desklist_free(&l);
	service_close(&c);
	return (rc);
}

const struct command cmd_review_list = {
	.name = "review list",
	.synopsis = "[--mine --as KEY | --officer NAME | --free] [--due TIME] "
	    "[--area DIGITS] [--inst ID] [options]",
	.brief = "list the open cases, the most urgent first (待办案件)",
	.text = "Cases are the reviews that only the centre may answer, and "
	    "refusals that one person has proposed to override.  It needs the "
	    "right `desk` on the socket used, or the socket of an [operator]; "
	    "an institution with that right sees its own.",
	.args = args,
	.asks = 1,
	.exits = "0  listed, be it none\n" COMMAND_EXITS_GIVEN STATEMENT_EXITS
	    COMMAND_EXITS_AWAY,
	.examples = "liangka review list --due 2h\n"
	    "liangka review list --mine --as lin.key\n"
	    "liangka review list --area 3301 --free --json\n",
	.run = run,
};
