#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "command.h"
#include "json.h"
#include "listcmd.h"

struct options {
	struct registers_by by;
	struct listcmd_whom whom;
	const char *appeal, *case_no, *reason;
};

static const struct arg remove_args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	LISTCMD_NUMBER_ARGS(struct options, whom),
	LISTCMD_SERIAL_ARG(struct options, whom),
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	LISTCMD_REASON_ARG(struct options, reason, ARG_REQUIRED),
	ARG_END
};

static const struct arg clear_args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	LISTCMD_NUMBER_ARGS(struct options, whom),
	LISTCMD_SERIAL_ARG(struct options, whom),
	{ "appeal", ARG_STRING, 0, "ID", "the appeal that succeeded (申诉编号)",
	    NULL, 0, 0, ARG_AT(struct options, appeal) },
	{ "case", ARG_STRING, 0, "TEXT", "the case number that is cleared (案号), "
	    "where there was no appeal here", NULL, 0, 0,
	    ARG_AT(struct options, case_no) },
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	LISTCMD_REASON_ARG(struct options, reason, ARG_REQUIRED),
	ARG_END
};

/* See that what was given can be kept. */
static int
check(const struct tool *t, const struct options *o, int action)
{
	const char *no = o->appeal != NULL ? o->appeal : o->case_no;
	int rc;

	if (action == LEDGER_CLEAR && (o->appeal != NULL) == (o->case_no !=
	    NULL))
		return (tool_fail(t, TOOL_USAGE,
		    "请给出 --appeal（申诉编号）或 --case（案号）之一",
		    "give one of --appeal and --case"));
	if ((rc = listcmd_reason(t, o->reason)) != ARGS_GO ||
	    (no != NULL && (rc = registers_line(t, o->appeal != NULL ?
	    "appeal" : "case", no, 63)) != ARGS_GO))
		return (rc);
	return (registers_line(t, "who", o->by.who, REGISTERS_WHO_MAX));
}

/* Say what was done. */
static void
tell(const struct tool *t, const struct listcmd *l,
    const struct ledger_entry *old, const struct ledger_entry *e)
{
	struct json j;

	if (t->json) {
		json_begin(&j, t->out);
		listcmd_json(&j, l->list->id, e, listcmd_state(e,
		    registers_today(t)));
		json_u64(&j, "entry", old->serial);
		json_end(&j);
		return;
	}
	if (e->action == LEDGER_REMOVE)
		(void)fprintf(t->out, tool_zh(t, "%s/%" PRIu64 "：已移出（序号 %"
		    PRIu64 "）。\n", "%s/%" PRIu64 ": removed (serial %" PRIu64
		    ").\n"), l->list->id, old->serial, e->serial);
	else
		(void)fprintf(t->out, tool_zh(t, "%s/%" PRIu64
		    "：已因申诉成功撤销（序号 %" PRIu64 "）；同一案号不得再次列入。\n",
		    "%s/%" PRIu64 ": cleared on appeal (serial %" PRIu64 "); the "
		    "same case cannot be listed again.\n"), l->list->id,
		    old->serial, e->serial);
	(void)fputs(tool_zh(t,
	    "发布后各网点生效：liangka repo publish --prepare --expedited\n",
	    "Branches have it after the next publication: liangka repo publish "
	    "--prepare --expedited\n"), t->out);
}

/* Why not. */
static int
refuse(const struct tool *t, int verdict)
{

	if (verdict == LEDGER_SAME) {
		if (!t->json)
			(void)fputs(tool_zh(t, "此前已撤销，未作改动。\n",
			    "It was cleared before: nothing was changed.\n"),
			    t->out);
		return (TOOL_OK);
	}
	return (tool_fail(t, TOOL_NO, "不在此名单上", "it is not on this list"));
}

/* Do it. */
static int
act(const struct tool *t, const struct options *o, struct listcmd *l,
    struct ledger_entry *e)
{
	char err[CENTRE_ERROR_MAX];
	struct ledger_entry old;
	int rc;

	(void)ledger_find(l->ledger, &e->token, &old);
	if ((rc = ledger_add(l->ledger, e, 0, err)) == -1)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	if (rc != LEDGER_TAKEN)
		return (refuse(t, rc));
	if ((rc = listcmd_commit(t, l, &o->by, o->reason, "list %s %s/%" PRIu64
	    " (%" PRIu64 ")%s%s", e->action == LEDGER_CLEAR ? "clear" :
	    "remove", l->list->id, e->serial, old.serial, e->case_no[0] != '\0' ?
	    " " : "", e->case_no)) != ARGS_GO)
		return (rc);
	tell(t, l, &old, e);
	return (TOOL_OK);
}

/* Both commands. */
static int
run(struct tool *t, int argc, char **argv, int action)
{
	struct options o = { .whom = LISTCMD_NOBODY };
	struct ledger_entry e = { .action = action };
	struct listcmd l;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "名单", "a list")) !=
	    ARGS_GO || (rc = check(t, &o, action)) != ARGS_GO ||
	    (rc = listcmd_open(t, &o.by, argv[0], 1, &l)) != ARGS_GO)
		goto out;
	e.t = t->now_ms() / 1000;
	(void)snprintf(e.case_no, sizeof(e.case_no), "%s", o.appeal != NULL ?
	    o.appeal : o.case_no != NULL ? o.case_no : "");
	(void)snprintf(e.who, sizeof(e.who), "%s", o.by.who);
	(void)snprintf(e.why, sizeof(e.why), "%s", o.reason);
	if ((rc = listcmd_ask(t, &o.whom)) == ARGS_GO &&
	    (rc = listcmd_find(t, &l, &o.whom, &e.token)) == ARGS_GO)
		rc = act(t, &o, &l, &e);
	listcmd_close(&l);
out:
	explicit_bzero(o.whom.id_no, sizeof(o.whom.id_no));
	return (rc);
}

/* The command. */
static int
run_remove(struct tool *t, int argc, char **argv)
{

	return (run(t, argc, argv, LEDGER_REMOVE));
}

/* The command. */
static int
run_clear(struct tool *t, int argc, char **argv)
{

	return (run(t, argc, argv, LEDGER_CLEAR));
}

const struct command cmd_list_remove = {
	.name = "list remove",
	.synopsis = "LIST --dir DIR (--id-no - | --serial N) --who NAME --reason "
	    "TEXT [options]",
	.brief = "take an entry off a list (移出名单)",
	.text = "Takes a person, card or phone off a list: the term was cut short, "
	    "the case closed, the entry was a mistake.  It may be listed again "
	    "later.  After a successful appeal use \"list clear\": it keeps the "
	    "same case from coming back.",
	.args = remove_args,
	.exits = "0  removed\n1  it is not on this list\n" LISTCMD_EXITS,
	.examples = "liangka list remove case --dir /srv/centre --id-no - --who "
	    "wang --reason \"case closed 2026-11-20\"\n"
	    "liangka list remove cards --dir /srv/centre --serial 118 --who wang "
	    "--reason \"wrong card number\"\n",
	.run = run_remove,
};

const struct command cmd_list_clear = {
	.name = "list clear",
	.synopsis = "LIST --dir DIR (--id-no - | --serial N) (--appeal ID | --case "
	    "TEXT) --who NAME --reason TEXT [options]",
	.brief = "lift an entry after a successful appeal (申诉撤销)",
	.text = "Lifts an entry for good: a tombstone takes its place, is published "
	    "as a proof that the person was cleared, and wins over every later "
	    "attempt to list the same case.  Only a new case number can list "
	    "this number again.\n"
	    "\n"
	    "Publish it at once: liangka repo publish --prepare --expedited.",
	.args = clear_args,
	.exits = "0  cleared, or it was before\n1  it is not on this list\n"
	    LISTCMD_EXITS,
	.examples = "liangka list clear sanction --dir /srv/centre --id-no - "
	    "--appeal A-2026-0007 --who li --reason \"appeal upheld\"\n",
	.run = run_clear,
};
