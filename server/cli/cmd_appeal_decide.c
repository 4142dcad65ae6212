#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lists/appeal_store.h"
#include "lists/campaigns.h"
#include "plugin.h"

#include "appeal_letter.h"
#include "appeal_lift.h"
#include "appeal_tell.h"
#include "command.h"
#include "registers.h"

struct options {
	struct registers_by by;
	const char *text;	/* of ack */
	int32_t uphold, reject;
	const char *reason;
	const char *found;
	const char *letter;
	int32_t letter_lang;
	const char *office;
};

static const struct arg ack_args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	{ "text", ARG_STRING, 0, "TEXT", "a note, at most 255 bytes; no name or "
	    "number in it", NULL, 0, 0, ARG_AT(struct options, text) },
	ARG_END
};

#define LETTER_ARGS							\
	{ "letter", ARG_STRING, 0, "NAME", "write the answer to NAME.html and "	\
	    "NAME.txt (mode 0600)", NULL, 0, 0,				\
	    ARG_AT(struct options, letter) },				\
	{ "letter-lang", ARG_CODE, 0, "zh|en", "language of the letter "	\
	    "(default zh)", words_language, 0, 0,			\
	    ARG_AT(struct options, letter_lang) },			\
	{ "office", ARG_STRING, 0, "TEXT", "who answers, below the letter "	\
	    "(default: the centre's domain)", NULL, 0, 0,		\
	    ARG_AT(struct options, office) }

static const struct arg decide_args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	{ "uphold", ARG_FLAG, 0, NULL, "the appeal succeeds (申诉成立)", NULL, 0,
	    0, ARG_AT(struct options, uphold) },
	{ "reject", ARG_FLAG, 0, NULL, "it does not (申诉不成立)", NULL, 0, 0,
	    ARG_AT(struct options, reject) },
	{ "reason", ARG_STRING, ARG_REQUIRED, "TEXT", "why, at most 255 bytes; "
	    "no name or number in it", NULL, 0, 0,
	    ARG_AT(struct options, reason) },
	{ "found", ARG_STRING, 0, "TEXT", "what was found, as the letter says "
	    "it, at most 1,000 bytes (default: the reason)", NULL, 0, 0,
	    ARG_AT(struct options, found) },
	LETTER_ARGS,
	ARG_END
};

static const struct arg letter_args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	LETTER_ARGS,
	ARG_END
};

/* Read an appeal. */
static int
load(const struct tool *t, const struct centre *c, const char *id,
    struct appeal *a)
{
	char err[CENTRE_ERROR_MAX];
	int rc = appeal_store_load(c, id, a, err);

	if (rc == 0)
		return (ARGS_GO);
	if (rc > 0)
		return (tool_fail(t, TOOL_NO, "没有申诉 %s",
		    "there is no appeal %s", id));
	return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
}

/* Add an event, keep the appeal, and say so in the journal. */
static int
add(const struct tool *t, const struct options *o, struct centre *c,
    struct appeal *a, int what, const char *text)
{
	struct appeal_event *e = &a->event[a->nevents++];
	char err[CENTRE_ERROR_MAX], said[64];

	memset(e, 0, sizeof(*e));
	e->t = t->now_ms() / 1000;
	e->what = what;
	(void)snprintf(e->who, sizeof(e->who), "%s", o->by.who);
	(void)snprintf(e->text, sizeof(e->text), "%s", text != NULL ? text :
	    "");
	if (o->found != NULL)
		(void)snprintf(e->found, sizeof(e->found), "%s", o->found);
	if (appeal_store_save(c, a, err) != 0)
		return (tool_fail(t, TOOL_IO, "%s", "%s", err));
	(void)snprintf(said, sizeof(said), "appeal %s %s",
	    appeal_what_name(what), a->id);
	if (centre_say(c, e->t, o->by.who, said, e->text, err) != 0)
		return (tool_fail(t, TOOL_IO, "%s 已记录，但未能写入中心日志：%s",
		    "%s is kept, but could not be said in the centre's "
		    "journal: %s", a->id, err));
	return (ARGS_GO);
}

/* Acknowledge. */
static int
acknowledge(struct tool *t, const struct options *o, struct centre *c,
    struct appeal *a)
{
	int rc;

	if (appeal_decided(a) != NULL)
		return (tool_fail(t, TOOL_NO, "申诉 %s 已办结",
		    "appeal %s is decided", a->id));
	if (appeal_acknowledged(a) != NULL)
		return (tool_fail(t, TOOL_NO, "申诉 %s 已受理",
		    "appeal %s is acknowledged already", a->id));
	if ((rc = add(t, o, c, a, APPEAL_ACKNOWLEDGED, o->text)) != ARGS_GO)
		return (rc);
	appeal_tell(t, a, registers_today(t));
	return (TOOL_OK);
}

/* May this person decide? */
static int
another(const struct tool *t, const struct options *o, const struct appeal *a)
{

	if (appeal_decided(a) != NULL)
		return (tool_fail(t, TOOL_NO, "申诉 %s 已办结",
		    "appeal %s is decided already", a->id));
	if (campaign_same_person(a->listed, o->by.who))
		return (tool_fail(t, TOOL_DENIED,
		    "该条目由 %s 列入，申诉须由另一人决定",
		    "%s has listed this entry: another person decides",
		    a->listed));
	if (campaign_same_person(a->event[0].who, o->by.who))
		return (tool_fail(t, TOOL_DENIED,
		    "申诉由 %s 登记，须由另一人决定",
		    "%s has registered the appeal: another person decides",
		    a->event[0].who));
	return (ARGS_GO);
}

/* Write the letter, if one is asked for. */
static int
letter(const struct tool *t, const struct options *o, const struct centre *c,
    const struct appeal *a)
{
	const struct centre_list *list = centre_list(c, a->list);
	const struct appeal_letter l = { .a = a,
		.office = o->office != NULL ? o->office : c->domain,
		.english = o->letter_lang == LK_LANG_EN,
		.list = list == NULL ? a->list : o->letter_lang == LK_LANG_EN ?
		    list->title_en : list->title_zh };

	int rc;

	if (o->letter == NULL)
		return (ARGS_GO);
	rc = appeal_letter_files(t, &l, o->letter);
	if (rc == ARGS_GO && appeal_letter_untold(a) && !t->json)
		(void)fputs(tool_zh(t,
		    "注意：该记录的性质不得告知本人，交付前请核对“核查情况”的措辞\n",
		    "Careful: what kind of record it is must not be told; read "
		    "what the letter says was found before it is handed "
		    "over\n"), t->out);
	return (rc);
}

/* Say what is still to be done. */
static void
next(const struct tool *t, const struct appeal *a, uint64_t serial)
{

	if (t->json || appeal_decided(a)->what != APPEAL_UPHELD)
		return;
	if (a->about == APPEAL_DECISION)
		(void)fprintf(t->out, tool_zh(t,
		    "请为其办理豁免：liangka review approve %s --clear-days …（在"
		    "作出决定的节点）\n",
		    "Grant a clearance where it was decided: liangka review "
		    "approve %s --clear-days ...\n"), a->decision);
	else if (serial == 0)
		(void)fputs(tool_zh(t, "名单中已无该条目，无须撤销\n",
		    "The entry is listed no more: there was nothing to "
		    "clear\n"), t->out);
	else
		(void)fprintf(t->out, tool_zh(t,
		    "名单 %s：已登记撤销（第 %" PRIu64 " 条），同一案号不得再次列入\n"
		    "请立即加急发布，各网点方能解除：liangka repo publish --prepare "
		    "--expedited --reason %s\n",
		    "list %s: cleared (entry %" PRIu64 "); the same case cannot "
		    "be listed again\n"
		    "An expedited publication lifts it at the outlets, do it "
		    "now: liangka repo publish --prepare --expedited --reason "
		    "%s\n"), a->list, serial, a->id);
}

/* Decide. */
static int
decide(struct tool *t, const struct options *o, struct centre *c,
    struct appeal *a)
{
	uint64_t serial = 0;
	int rc;

	if ((rc = another(t, o, a)) != ARGS_GO)
		return (rc);
	if (o->uphold && a->about == APPEAL_ENTRY &&
	    (rc = appeal_lift(t, &(struct appeal_lift){ .a = a,
	    .who = o->by.who, .reason = o->reason }, c, &serial)) != ARGS_GO)
		return (rc);
	if ((rc = add(t, o, c, a, o->uphold ? APPEAL_UPHELD :
	    APPEAL_REJECTED, o->reason)) != ARGS_GO)
		return (rc);
	appeal_tell(t, a, registers_today(t));
	next(t, a, serial);
	if ((rc = letter(t, o, c, a)) != ARGS_GO)
		return (rc);
	return (TOOL_OK);
}

/* Write the letter again. */
static int
write_letter(struct tool *t, const struct options *o, struct centre *c,
    struct appeal *a)
{
	int rc;

	if (appeal_decided(a) == NULL)
		return (tool_fail(t, TOOL_NO, "申诉 %s 尚未办结",
		    "appeal %s is not decided yet", a->id));
	return ((rc = letter(t, o, c, a)) == ARGS_GO ? TOOL_OK : rc);
}

/* Do something with an appeal. */
static int
with_appeal(struct tool *t, const struct options *o, int write,
    const char *id, int (*what)(struct tool *, const struct options *,
    struct centre *, struct appeal *))
{
	struct appeal *a;
	struct centre c;
	int rc;

	if (o->office != NULL && (rc = registers_line(t, "office", o->office,
	    200)) != ARGS_GO)
		return (rc);
	if ((rc = registers_open(t, &o->by, write, &c)) != ARGS_GO)
		return (rc);
	if ((a = malloc(sizeof(*a))) == NULL)
		rc = tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory");
	else if ((rc = load(t, &c, id, a)) == ARGS_GO)
		rc = what(t, o, &c, a);
	free(a);
	centre_close(&c);
	return (rc);
}

/* The command. */
static int
run_ack(struct tool *t, int argc, char **argv)
{
	struct options o = { .text = NULL };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "一个申诉编号",
	    "one appeal's id")) != ARGS_GO || (o.text != NULL &&
	    (rc = registers_line(t, "text", o.text, APPEAL_TEXT_MAX)) !=
	    ARGS_GO))
		return (rc);
	return (with_appeal(t, &o, 1, argv[0], acknowledge));
}

/* The command. */
static int
run_decide(struct tool *t, int argc, char **argv)
{
	struct options o = { .letter_lang = LK_LANG_ZH };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "一个申诉编号",
	    "one appeal's id")) != ARGS_GO ||
	    (rc = registers_line(t, "reason", o.reason, APPEAL_TEXT_MAX)) !=
	    ARGS_GO || (o.found != NULL && (rc = registers_line(t, "found",
	    o.found, APPEAL_FOUND_MAX)) != ARGS_GO))
		return (rc);
	if (o.uphold == o.reject)
		return (tool_fail(t, TOOL_USAGE,
		    "请给出 --uphold 或 --reject，二者取一",
		    "give either --uphold or --reject"));
	return (with_appeal(t, &o, 1, argv[0], decide));
}

/* The command. */
static int
run_letter(struct tool *t, int argc, char **argv)
{
	struct options o = { .letter_lang = LK_LANG_ZH };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, 1, "一个申诉编号",
	    "one appeal's id")) != ARGS_GO)
		return (rc);
	if (o.letter == NULL)
		return (tool_fail(t, TOOL_USAGE, "请以 --letter 给出文件名",
		    "name the file with --letter"));
	return (with_appeal(t, &o, 0, argv[0], write_letter));
}

#define EXITS "64 wrong usage\n65 the appeal or the ledger is damaged\n"

const struct command cmd_appeal_ack = {
	.name = "appeal ack",
	.synopsis = "ID --dir DIR --who NAME [--text TEXT] [options]",
	.brief = "acknowledge an appeal (受理申诉)",
	.text = "Records that the person was told: it is taken, by which day it "
	    "is answered, and what he still has to bring.",
	.args = ack_args,
	.exits = "0  recorded\n1  there is none, or it is acknowledged or "
	    "decided\n" EXITS REGISTERS_EXITS_READ,
	.examples = "liangka appeal ack A-2026-0007 --dir /srv/centre --who "
	    "0412\n",
	.run = run_ack,
};

const struct command cmd_appeal_decide = {
	.name = "appeal decide",
	.synopsis = "ID --uphold|--reject --reason TEXT --dir DIR --who NAME "
	    "[--found TEXT] [--letter NAME] [options]",
	.brief = "decide an appeal and write the answer (申诉决定)",
	.text = "Neither who has listed the entry nor who has registered the "
	    "appeal decides it.  Upholding an appeal about an entry clears it "
	    "in the list's ledger: the same case cannot be listed again.  The "
	    "law wants that lifted at once: publish it with \"liangka repo "
	    "publish --prepare --expedited\".\n"
	    "\n"
	    "--letter writes the answer as a page to be printed and as text: "
	    "what was decided, the class and its legal basis, what was found, "
	    "what changes and from when, and where else to turn "
	    "(administrative reconsideration or litigation).  There is no name "
	    "and no number in it; the name is filled in by hand.  Of an "
	    "investigation the letter does not tell.",
	.args = decide_args,
	.exits = "0  decided\n1  there is none, it is decided, or the entry was "
	    "replaced by another case\n" EXITS REGISTERS_EXITS_DISK
	    "77 this person may not decide it\n" REGISTERS_EXITS_CONFIG,
	.examples = "liangka appeal decide A-2026-0007 --uphold --reason \"card "
	    "was stolen, police report seen\" --letter answer --dir "
	    "/srv/centre --who 0087\n"
	    "liangka appeal decide A-2026-0008 --reject --reason \"finding "
	    "stands\" --letter answer --letter-lang en --dir /srv/centre --who "
	    "0087\n",
	.run = run_decide,
};

const struct command cmd_appeal_letter = {
	.name = "appeal letter",
	.synopsis = "ID --letter NAME --dir DIR [--letter-lang zh|en] [--office "
	    "TEXT] [options]",
	.brief = "write the answer to an appeal again (答复书)",
	.text = "Writes the letter of a decided appeal from its record, to "
	    "NAME.html and NAME.txt; what it says is as it was decided.",
	.args = letter_args,
	.exits = "0  written\n1  there is none, or it is not decided\n" EXITS
	    REGISTERS_EXITS_READ,
	.examples = "liangka appeal letter A-2026-0007 --letter answer --dir "
	    "/srv/centre\n",
	.run = run_letter,
};
