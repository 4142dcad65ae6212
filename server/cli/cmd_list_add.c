#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/category.h"
#include "lists/import.h"
#include "plugin.h"

#include "command.h"
#include "json.h"
#include "listcmd.h"

struct options {
	struct registers_by by;
	struct listcmd_whom whom;
	const char *category, *basis, *case_no, *from, *until, *reason;
	int32_t replace;
};

static const struct arg args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	LISTCMD_NUMBER_ARGS(struct options, whom),
	{ "category", ARG_STRING, ARG_REQUIRED, "WORD", "why it is listed (类别): "
	    "convicted, found, investigation, stop_payment, frozen, "
	    "lost_document, victim, self_protection, deceased, canary, involved; "
	    "Chinese words too", NULL, 0, 0, ARG_AT(struct options, category) },
	{ "basis", ARG_STRING, ARG_REQUIRED, "WORD", "what that rests on (法律依据): "
	    "joint2024, law31, notice2016, notice2019, court, police, request, "
	    "issuer, civil, centre; Chinese words too", NULL, 0, 0,
	    ARG_AT(struct options, basis) },
	{ "case", ARG_STRING, 0, "TEXT", "case number (案号), at most 63 bytes",
	    NULL, 0, 0, ARG_AT(struct options, case_no) },
	{ "from", ARG_STRING, 0, "DAY", "first day, e.g. 2026-11-22 (default: at "
	    "once)", NULL, 0, 0, ARG_AT(struct options, from) },
	{ "until", ARG_STRING, 0, "DAY", "last day (default: none)", NULL, 0, 0,
	    ARG_AT(struct options, until) },
	{ "replace", ARG_FLAG, 0, NULL, "also when it is listed with other "
	    "content: this counts then", NULL, 0, 0,
	    ARG_AT(struct options, replace) },
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	LISTCMD_REASON_ARG(struct options, reason, ARG_REQUIRED),
	ARG_END
};

/* Read what the options say into an action. */
static int
read_entry(const struct tool *t, const struct options *o,
    struct ledger_entry *e)
{
	int rc;

	memset(e, 0, sizeof(*e));
	e->t = t->now_ms() / 1000;
	e->action = LEDGER_ADD;
	if ((rc = listcmd_category(t, o->category, &e->category)) != ARGS_GO ||
	    (rc = listcmd_basis(t, o->basis, &e->basis)) != ARGS_GO ||
	    (o->case_no != NULL && (rc = registers_line(t, "case", o->case_no,
	    sizeof(e->case_no) - 1)) != ARGS_GO) ||
	    (o->from != NULL && (rc = registers_day(t, "from", o->from,
	    &e->from)) != ARGS_GO) ||
	    (o->until != NULL && (rc = registers_day(t, "until", o->until,
	    &e->until)) != ARGS_GO) ||
	    (rc = listcmd_reason(t, o->reason)) != ARGS_GO ||
	    (rc = registers_line(t, "who", o->by.who, REGISTERS_WHO_MAX)) !=
	    ARGS_GO)
		return (rc);
	if (e->until != 0 && e->until < e->from)
		return (tool_fail(t, TOOL_USAGE, "--until 早于 --from",
		    "--until lies before --from"));
	(void)snprintf(e->case_no, sizeof(e->case_no), "%s", o->case_no != NULL ?
	    o->case_no : "");
	(void)snprintf(e->who, sizeof(e->who), "%s", o->by.who);
	(void)snprintf(e->why, sizeof(e->why), "%s", o->reason);
	return (ARGS_GO);
}

/* Say what is odd. */
static void
doubt(const struct tool *t, const struct ledger_entry *e)
{
	int d = import_term_doubt(e, registers_today(t));

	if (d != IMPORT_DOUBTS)
		(void)tool_fail(t, 0, "注意：%s", "note: %s",
		    import_doubt_text(d, t->language != LK_LANG_ZH));
}

/* Say that it stands there now. */
static void
tell(const struct tool *t, const struct listcmd *l,
    const struct ledger_entry *e, int same)
{
	char from[16], until[16];
	struct json j;

	if (t->json) {
		json_begin(&j, t->out);
		listcmd_json(&j, l->list->id, e, listcmd_state(e,
		    registers_today(t)));
		json_bool(&j, "new", !same);
		json_end(&j);
		return;
	}
	(void)fprintf(t->out, tool_zh(t, "%s/%" PRIu64 "：%s，%s，%s 至 %s\n",
	    "%s/%" PRIu64 ": %s, %s; first day %s, last day %s\n"), l->list->id, e->serial,
	    category_text(e->category, t->language != LK_LANG_ZH),
	    basis_text(e->basis, t->language != LK_LANG_ZH),
	    e->from != 0 ? listcmd_day(e->from, from) : tool_zh(t, "即日",
	    "at once"), e->until != 0 ? listcmd_day(e->until, until) :
	    tool_zh(t, "长期", "none"));
	(void)fputs(same ? tool_zh(t, "名单上已有同样的条目，未作改动。\n",
	    "It stands there already just so: nothing was changed.\n") :
	    tool_zh(t, "已列入；下次发布（liangka repo publish）后各网点生效。\n",
	    "It is taken; branches have it after the next publication (liangka "
	    "repo publish).\n"), t->out);
}

/* Say why it cannot be listed. */
static int
refuse(const struct tool *t, const struct listcmd *l,
    const struct ledger_entry *e, int verdict)
{
	struct ledger_entry old;

	if (verdict == LEDGER_CLEARED || ledger_find(l->ledger, &e->token,
	    &old) == 0)
		return (tool_fail(t, TOOL_NO,
		    "该条目已因申诉成功撤销，须有新的案号（--case）方可再次列入",
		    "this was cleared on appeal: it may be listed again with a "
		    "new case number (--case) only"));
	return (tool_fail(t, TOOL_NO,
	    "已在名单上，内容不同：%s/%" PRIu64 "，%s，%s，案号“%s”；如须更改，加 "
	    "--replace",
	    "it is listed already with other content: %s/%" PRIu64 ", %s, %s, "
	    "case \"%s\"; to change that, add --replace", l->list->id,
	    old.serial, category_text(old.category, t->language != LK_LANG_ZH),
	    basis_text(old.basis, t->language != LK_LANG_ZH), old.case_no));
}

/* Take it. */
static int
add(const struct tool *t, const struct options *o, struct listcmd *l,
    struct ledger_entry *e)
{
	char err[CENTRE_ERROR_MAX];
	int verdict, rc;

	if ((category_subjects(e->category) & 1u << l->list->subject) == 0)
		return (tool_fail(t, TOOL_DATA, "类别“%s”不适用于名单 %s",
		    "the category \"%s\" does not fit the list %s",
		    category_text(e->category, t->language != LK_LANG_ZH),
		    l->list->id));
	if ((verdict = ledger_add(l->ledger, e, o->replace, err)) == -1)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	if (verdict == LEDGER_SAME) {
		(void)ledger_find(l->ledger, &e->token, e);
		tell(t, l, e, 1);
		return (TOOL_OK);
	}
	if (verdict != LEDGER_TAKEN)
		return (refuse(t, l, e, verdict));
	if ((rc = listcmd_commit(t, l, &o->by, o->reason, "list add %s/%"
	    PRIu64 " %s", l->list->id, e->serial, category_name(e->category))) !=
	    ARGS_GO)
		return (rc);
	doubt(t, e);
	tell(t, l, e, 0);
	return (TOOL_OK);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .whom = LISTCMD_NOBODY };
	struct ledger_entry e;
	struct listcmd l;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "名单", "a list")) !=
	    ARGS_GO || (rc = read_entry(t, &o, &e)) != ARGS_GO ||
	    (rc = listcmd_open(t, &o.by, argv[0], 1, &l)) != ARGS_GO)
		goto out;
	if ((rc = listcmd_ask(t, &o.whom)) == ARGS_GO &&
	    (rc = listcmd_token(t, &o.whom, l.list->subject, l.keys,
	    &e.token)) == ARGS_GO)
		rc = add(t, &o, &l, &e);
	listcmd_close(&l);
out:
	explicit_bzero(o.whom.id_no, sizeof(o.whom.id_no));
	return (rc);
}

const struct command cmd_list_add = {
	.name = "list add",
	.synopsis = "LIST --dir DIR --id-no - --category WORD --basis WORD [--case "
	    "TEXT] [--from DAY] [--until DAY] --who NAME --reason TEXT [options]",
	.brief = "put a person, card or phone on a list (列入名单)",
	.text = "Puts one number on a list of the centre.  The number becomes a "
	    "token at once and is not kept; the entry holds its category, legal "
	    "basis, case number and days, and who put it there and why.\n"
	    "\n"
	    "Branches have it after the next publication.  What was cleared on "
	    "appeal (\"list clear\") may be listed again only with a case number "
	    "that is new; brackets and blanks do not make one new.\n"
	    "\n"
	    "For many at once: liangka list import.",
	.args = args,
	.exits = "0  listed, or it stood there already just so\n"
	    "1  listed with other content, or cleared on appeal\n" LISTCMD_EXITS,
	.examples = "liangka list add sanction --dir /srv/centre --id-no - "
	    "--category convicted --basis joint2024 --case \"（2026）浙01刑初12号\" "
	    "--from 2026-11-22 --until 2029-11-21 --who wang --reason \"court "
	    "file 118\"\n"
	    "liangka list add phones --dir /srv/centre --id-no - --category "
	    "involved --basis police --who wang --reason \"case 2026-7\"\n",
	.run = run,
};
