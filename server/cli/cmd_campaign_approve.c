#include <stdio.h>
#include <string.h>

#include "engine/day.h"
#include "plugin.h"

#include "campaign_edit.h"
#include "command.h"
#include "json.h"
#include "table.h"

struct options {
	struct registers_by by;
	const char *reason;
	const char *policy;
};

static const struct arg approve_args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	{ "policy", ARG_STRING, 0, "FILE", "the policy in force: see that it "
	    "has these rules and lets campaigns lift them", NULL, 0, 0,
	    ARG_AT(struct options, policy) },
	ARG_END
};

static const struct arg withdraw_args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	{ "reason", ARG_STRING, ARG_REQUIRED, "TEXT", "why, for the centre's "
	    "journal", NULL, 0, 0, ARG_AT(struct options, reason) },
	ARG_END
};

static const struct arg show_args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	ARG_END
};

/* Approve the i-th campaign. */
static int
approve(const struct tool *t, const struct options *o,
    struct campaign_edit *e, size_t i)
{
	struct campaign g = *e->v[i];
	char what[96];
	int rc;

	if (g.approved[0] != '\0')
		return (tool_fail(t, TOOL_NO, "活动 %s 已由 %s 批准",
		    "campaign %s was approved by %s already", g.id,
		    g.approved));
	if (campaign_same_person(g.proposed, o->by.who))
		return (tool_fail(t, TOOL_DENIED,
		    "活动 %s 由 %s 提出，须由另一人批准",
		    "campaign %s was proposed by %s: another person approves",
		    g.id, g.proposed));
	if (g.until < registers_today(t))
		return (tool_fail(t, TOOL_NO, "活动 %s 已结束",
		    "campaign %s has ended", g.id));
	if (o->policy != NULL && (rc = campaign_edit_rules(t, &g,
	    o->policy)) != ARGS_GO)
		return (rc);
	memcpy(g.approved, o->by.who, strlen(o->by.who) + 1);
	e->v[i] = &g;
	(void)snprintf(what, sizeof(what), "campaign approve %s", g.id);
	rc = campaign_edit_save(t, e, &o->by, what, g.title);
	e->v[i] = NULL;
	if (rc != ARGS_GO)
		return (rc);
	campaign_edit_tell(t, &g);
	campaign_edit_publish(t);
	return (TOOL_OK);
}

/* Take the i-th campaign out. */
static int
withdraw(const struct tool *t, const struct options *o,
    struct campaign_edit *e, size_t i)
{
	const struct campaign *g = e->v[i];
	struct json j;
	char what[96];
	int rc;

	memmove(&e->v[i], &e->v[i + 1], (e->n - i - 1) * sizeof(*e->v));
	e->n--;
	(void)snprintf(what, sizeof(what), "campaign withdraw %s", g->id);
	if ((rc = campaign_edit_save(t, e, &o->by, what, o->reason)) !=
	    ARGS_GO)
		return (rc);
	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "id", g->id);
		json_text(&j, "state", "withdrawn");
		json_end(&j);
	} else
		(void)fprintf(t->out, tool_zh(t, "活动 %s 已撤回\n",
		    "campaign %s is withdrawn\n"), g->id);
	campaign_edit_publish(t);
	return (TOOL_OK);
}

/* Do something with a campaign. */
static int
change(struct tool *t, const struct options *o, const char *id,
    int (*with)(const struct tool *, const struct options *,
    struct campaign_edit *, size_t))
{
	struct campaign_edit e;
	size_t i;
	int rc;

	if ((rc = campaign_edit_open(t, &o->by, 1, &e)) != ARGS_GO)
		return (rc);
	i = campaign_edit_find(t, &e, id);
	rc = i < e.n ? with(t, o, &e, i) : TOOL_NO;
	campaign_edit_close(&e);
	return (rc);
}

/* The command. */
static int
run_approve(struct tool *t, int argc, char **argv)
{
	struct options o = { .policy = NULL };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "一个活动编号",
	    "one campaign's id")) != ARGS_GO)
		return (rc);
	return (change(t, &o, argv[0], approve));
}

/* The command. */
static int
run_withdraw(struct tool *t, int argc, char **argv)
{
	struct options o = { .reason = NULL };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "一个活动编号",
	    "one campaign's id")) != ARGS_GO ||
	    (rc = registers_line(t, "reason", o.reason,
	    REGISTERS_WHY_MAX)) != ARGS_GO)
		return (rc);
	return (change(t, &o, argv[0], withdraw));
}

/* List all campaigns. */
static int
list(const struct tool *t, const struct campaign_edit *e)
{
	const char *const heads[] = {
		tool_zh(t, "编号", "id"), tool_zh(t, "状态", "state"),
		tool_zh(t, "日期", "days"), tool_zh(t, "预计人数", "expected"),
		tool_zh(t, "名称", "title")
	};
	char from[DAY_TEXT], until[DAY_TEXT], days[2 * DAY_TEXT + 4], heads_n[16];
	const int32_t today = registers_today(t);
	struct table *p;
	size_t i;
	int rc = 0;

	if (t->json) {
		for (i = 0; i < e->n; i++)
			campaign_edit_tell(t, e->v[i]);
		return (TOOL_OK);
	}
	if ((p = table_new(t->out, 5, heads)) == NULL)
		rc = -1;
	for (i = 0; i < e->n && rc == 0; i++) {
		const char *const cells[] = { e->v[i]->id,
			campaign_edit_state(t, e->v[i], today, 0), days,
			heads_n, e->v[i]->title };

		day_print(from, e->v[i]->from);
		day_print(until, e->v[i]->until);
		(void)snprintf(days, sizeof(days), "%s – %s", from, until);
		(void)snprintf(heads_n, sizeof(heads_n), "%u",
		    e->v[i]->expected);
		rc = table_row(p, cells);
	}
	table_end(p);
	if (e->n == 0)
		(void)fputs(tool_zh(t, "没有活动\n", "no campaigns\n"), t->out);
	return (rc == 0 ? TOOL_OK : tool_fail(t, TOOL_SYSTEM, "内存不足",
	    "out of memory"));
}

/* The command. */
static int
run_show(struct tool *t, int argc, char **argv)
{
	struct options o = { .reason = NULL };
	struct campaign_edit e;
	size_t i;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 0, 1, "最多一个活动编号",
	    "at most one campaign's id")) != ARGS_GO ||
	    (rc = campaign_edit_open(t, &o.by, 0, &e)) != ARGS_GO)
		return (rc);
	if (argc == 0)
		rc = list(t, &e);
	else if ((i = campaign_edit_find(t, &e, argv[0])) < e.n) {
		campaign_edit_tell(t, e.v[i]);
		rc = TOOL_OK;
	} else
		rc = TOOL_NO;
	campaign_edit_close(&e);
	return (rc);
}

#define EXITS								\
	"64 wrong usage\n65 the register, or what was given, is wrong\n"

const struct command cmd_campaign_approve = {
	.name = "campaign approve",
	.synopsis = "ID --dir DIR --who NAME [--policy FILE] [options]",
	.brief = "approve a campaign that another has proposed (批准活动)",
	.text = "Two persons stand for a campaign: who has proposed it cannot "
	    "approve it.  It takes effect when it is published (\"liangka repo "
	    "publish\").",
	.args = approve_args,
	.exits = "0  approved\n1  there is none, it has ended, is approved, or "
	    "the policy does not allow it\n" EXITS
	    "66 there is no such policy file\n" REGISTERS_EXITS_DISK
	    "77 the same person has proposed it\n" REGISTERS_EXITS_CONFIG,
	.examples = "liangka campaign approve freshmen-2027 --dir /srv/centre "
	    "--who 0087 --policy 2026-11.policy\n",
	.run = run_approve,
};

const struct command cmd_campaign_withdraw = {
	.name = "campaign withdraw",
	.synopsis = "ID --dir DIR --who NAME --reason TEXT [options]",
	.brief = "take a campaign back (撤回活动)",
	.text = "The campaign leaves the register; once that is published, its "
	    "rules hold for everybody again.  The centre's journal keeps who "
	    "did it and why.",
	.args = withdraw_args,
	.exits = "0  withdrawn\n1  there is none\n" EXITS REGISTERS_EXITS_READ,
	.examples = "liangka campaign withdraw freshmen-2027 --dir /srv/centre "
	    "--who 0087 --reason \"the school has put it off\"\n",
	.run = run_withdraw,
};

const struct command cmd_campaign_show = {
	.name = "campaign show",
	.synopsis = "[ID] --dir DIR [options]",
	.brief = "campaigns at the centre (报备活动)",
	.text = "Lists all campaigns with where they stand, or shows one.",
	.args = show_args,
	.exits = "0  shown\n1  there is none of this id\n" EXITS
	    REGISTERS_EXITS_READ,
	.examples = "liangka campaign show --dir /srv/centre\n"
	    "liangka campaign show freshmen-2027 --dir /srv/centre --json\n",
	.run = run_show,
};
