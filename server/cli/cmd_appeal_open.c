#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/category.h"
#include "engine/day.h"
#include "lists/appeal_store.h"

#include "appeal_tell.h"
#include "command.h"
#include "listcmd.h"
#include "refid.h"
#include "registers.h"

struct options {
	struct registers_by by;
	struct listcmd_whom whom;
	const char *decision;
	const char *text;
	int32_t ack_days, decide_days;
	const char *ack_by, *decide_by;
};

static const struct arg args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	LISTCMD_NUMBER_ARGS(struct options, whom),
	{ "decision", ARG_STRING, 0, "ID", "it is about a decision: its id or "
	    "reference", NULL, 0, 0, ARG_AT(struct options, decision) },
	{ "text", ARG_STRING, 0, "TEXT", "what is said, at most 255 bytes; "
	    "kept, so no name or number in it", NULL, 0, 0,
	    ARG_AT(struct options, text) },
	{ "ack-days", ARG_NUMBER, 0, "N", "working days until it is "
	    "acknowledged (default 3; Saturdays and Sundays do not count)",
	    NULL, 0, 60, ARG_AT(struct options, ack_days) },
	{ "decide-days", ARG_NUMBER, 0, "N", "days until it is answered "
	    "(default 15)", NULL, 1, 365,
	    ARG_AT(struct options, decide_days) },
	{ "ack-by", ARG_STRING, 0, "DAY", "the day itself, e.g. where holidays "
	    "lie between", NULL, 0, 0, ARG_AT(struct options, ack_by) },
	{ "decide-by", ARG_STRING, 0, "DAY", "the day itself", NULL, 0, 0,
	    ARG_AT(struct options, decide_by) },
	ARG_END
};

/* Settle when answers are due. */
static int
settle_days(const struct tool *t, const struct options *o, struct appeal *a)
{
	const int32_t today = registers_today(t);
	int rc;

	a->ack_due = appeal_working(today, o->ack_days);
	a->decide_due = today + o->decide_days;
	if ((o->ack_by != NULL && (rc = registers_day(t, "ack-by", o->ack_by,
	    &a->ack_due)) != ARGS_GO) ||
	    (o->decide_by != NULL && (rc = registers_day(t, "decide-by",
	    o->decide_by, &a->decide_due)) != ARGS_GO))
		return (rc);
	if (a->ack_due < today || a->decide_due < today)
		return (tool_fail(t, TOOL_USAGE, "期限不能早于今日",
		    "what is due cannot lie before today"));
	return (ARGS_GO);
}

/* Take "LIST/SERIAL" or "LIST" apart; there is a serial number or a number then. */
static int
take_place(struct tool *t, struct options *o, const char *s, char list[24])
{
	const char *slash = strchr(s, '/');
	size_t n = slash != NULL ? (size_t)(slash - s) : strlen(s);
	char *end;

	(void)snprintf(list, 24, "%.*s", (int)(n < 24 ? n : 23), s);
	if (slash == NULL)
		return (listcmd_ask(t, &o->whom));
	if (slash[1] >= '0' && slash[1] <= '9' && strlen(&slash[1]) < 19) {
		o->whom.serial = strtoull(&slash[1], &end, 10);
		if (o->whom.serial > 0 && *end == '\0')
			return (listcmd_ask(t, &o->whom));
	}
	return (tool_fail(t, TOOL_USAGE,
	    "“%s”：名单条目请写成 名单/序号，例如 sanction/118",
	    "\"%s\": an entry is written LIST/SERIAL, e.g. sanction/118", s));
}

/* Find the entry in its ledger. */
static int
find_entry(const struct tool *t, struct options *o, const struct listcmd *l,
    struct ledger_entry *e)
{
	const uint64_t serial = o->whom.serial;
	struct token token;
	int rc;

	if ((rc = listcmd_find(t, l, &o->whom, &token)) != ARGS_GO)
		return (rc);
	if (!ledger_find(l->ledger, &token, e))
		return (tool_fail(t, TOOL_NO, "不在名单 %s 中",
		    "not listed in %s", l->list->id));
	if (e->action != LEDGER_ADD)
		return (tool_fail(t, TOOL_NO,
		    "已不在名单 %s 中（第 %" PRIu64 " 条已撤销）",
		    "not listed in %s any more (withdrawn by entry %" PRIu64
		    ")", l->list->id, e->serial));
	if (serial != 0 && e->serial != serial)
		return (tool_fail(t, TOOL_NO,
		    "名单 %s 第 %" PRIu64 " 条已由第 %" PRIu64 " 条取代",
		    "in list %s entry %" PRIu64 " was replaced by entry %"
		    PRIu64, l->list->id, serial, e->serial));
	return (ARGS_GO);
}

/* Take what an entry says. */
static int
take_entry(const struct tool *t, struct options *o, const struct listcmd *l,
    struct appeal *a)
{
	struct ledger_entry e;
	int rc;

	if ((rc = find_entry(t, o, l, &e)) != ARGS_GO)
		return (rc);
	a->about = APPEAL_ENTRY;
	memcpy(a->list, l->list->id, sizeof(a->list));
	a->serial = (int64_t)e.serial;
	a->category = e.category;
	a->basis = e.basis;
	memcpy(a->case_no, e.case_no, sizeof(a->case_no));
	memcpy(a->listed, e.who, sizeof(a->listed));
	a->until = e.until;
	return (ARGS_GO);
}

/* Take the id of a decision. */
static int
take_decision(const struct tool *t, const char *id, struct appeal *a)
{
	uint8_t prefix[4];
	uint64_t seq;

	if (strlen(id) >= sizeof(a->decision) || refid_parse(id, &seq,
	    prefix) == 0)
		return (tool_fail(t, TOOL_USAGE,
		    "“%s”不是决定编号或凭证号，请核对",
		    "\"%s\" is neither a decision's id nor a reference; look "
		    "at it again", id));
	a->about = APPEAL_DECISION;
	memcpy(a->decision, id, strlen(id) + 1);
	return (ARGS_GO);
}

/* Is there an open appeal about the same? */
static int
about_same(void *arg, const struct appeal *a)
{
	struct appeal *want = arg;

	if (appeal_decided(a) != NULL || a->about != want->about ||
	    a->serial != want->serial || strcmp(a->list, want->list) != 0 ||
	    strcmp(a->decision, want->decision) != 0)
		return (0);
	memcpy(want->id, a->id, sizeof(want->id));
	return (1);
}

/* Give it an id and keep it. */
static int
keep(const struct tool *t, const struct options *o, struct centre *c,
    struct appeal *a)
{
	char err[CENTRE_ERROR_MAX], about[64], what[128];
	const int64_t now = t->now_ms() / 1000;
	struct day_civil today;
	int rc;

	if ((rc = appeal_store_each(c, about_same, a, err)) < 0)
		return (tool_fail(t, TOOL_DATA, "%s", "%s", err));
	if (rc > 0)
		return (tool_fail(t, TOOL_NO, "同一事项已有未办结的申诉 %s",
		    "there is an open appeal about the same: %s", a->id));
	day_to_civil(&today, registers_today(t));
	a->nevents = 1;
	a->event[0].t = now;
	a->event[0].what = APPEAL_OPENED;
	(void)snprintf(a->event[0].who, sizeof(a->event[0].who), "%s",
	    o->by.who);
	(void)snprintf(a->event[0].text, sizeof(a->event[0].text), "%s",
	    o->text != NULL ? o->text : "");
	if (appeal_store_next(c, today.year, a->id, err) != 0 ||
	    appeal_store_save(c, a, err) != 0)
		return (tool_fail(t, TOOL_IO, "%s", "%s", err));
	(void)snprintf(what, sizeof(what), "appeal open %s %s", a->id,
	    appeal_tell_about(a, about, sizeof(about)));
	if (centre_say(c, now, o->by.who, what, "", err) != 0)
		return (tool_fail(t, TOOL_IO, "%s 已登记，但未能写入中心日志：%s",
		    "%s is kept, but could not be said in the centre's "
		    "journal: %s", a->id, err));
	appeal_tell(t, a, registers_today(t));
	return (TOOL_OK);
}

/* Open an appeal about an entry. */
static int
about_entry(struct tool *t, struct options *o, const char *place,
    struct appeal *a)
{
	struct listcmd l;
	char list[24];
	int rc;

	if ((rc = take_place(t, o, place, list)) != ARGS_GO ||
	    (rc = listcmd_open(t, &o->by, list, 1, &l)) != ARGS_GO)
		return (rc);
	if ((rc = take_entry(t, o, &l, a)) == ARGS_GO)
		rc = keep(t, o, &l.c, a);
	listcmd_close(&l);
	return (rc);
}

/* Open an appeal about a decision. */
static int
about_decision(const struct tool *t, const struct options *o,
    struct appeal *a)
{
	struct centre c;
	int rc;

	if ((rc = take_decision(t, o->decision, a)) != ARGS_GO ||
	    (rc = registers_open(t, &o->by, 1, &c)) != ARGS_GO)
		return (rc);
	rc = keep(t, o, &c, a);
	centre_close(&c);
	return (rc);
}

/* Open an appeal. */
static int
open_appeal(struct tool *t, struct options *o, const char *place)
{
	struct appeal *a;
	int rc;

	if ((place != NULL) == (o->decision != NULL))
		return (tool_fail(t, TOOL_USAGE,
		    "请给出名单（可带序号）或 --decision，二者取一",
		    "name a list (or LIST/SERIAL), or a --decision"));
	if (o->text != NULL && (rc = registers_line(t, "text", o->text,
	    APPEAL_TEXT_MAX)) != ARGS_GO)
		return (rc);
	if ((a = calloc(1, sizeof(*a))) == NULL)
		return (tool_fail(t, TOOL_SYSTEM, "内存不足", "out of memory"));
	if ((rc = settle_days(t, o, a)) == ARGS_GO)
		rc = place != NULL ? about_entry(t, o, place, a) :
		    about_decision(t, o, a);
	free(a);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .whom = LISTCMD_NOBODY,
		.ack_days = APPEAL_ACK_DAYS,
		.decide_days = APPEAL_DECIDE_DAYS };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) == ARGS_GO &&
	    (rc = args_operands(t, argc, argv, 0, 1, "名单或 名单/序号",
	    "LIST or LIST/SERIAL")) == ARGS_GO)
		rc = open_appeal(t, &o, argc == 1 ? argv[0] : NULL);
	explicit_bzero(&o.whom, sizeof(o.whom));
	return (rc);
}

const struct command cmd_appeal_open = {
	.name = "appeal open",
	.synopsis = "LIST[/SERIAL] | --decision ID  --dir DIR --who NAME [--id-no "
	    "-] [--text TEXT] [options]",
	.brief = "register an appeal (登记申诉)",
	.text = "An appeal is about an entry of a list, named by LIST/SERIAL or "
	    "by LIST and the person, card or phone, whose number is read from "
	    "standard input or asked for unseen and made a token at once; or "
	    "about a decision.  It gets a number to give to the person, and "
	    "days by which it is acknowledged and answered.  Neither name nor "
	    "number is kept.\n"
	    "\n"
	    "The law (反电信网络诈骗法 Art. 32) wants appeals taken and looked into "
	    "in time, and measures lifted at once when they succeed; it sets no "
	    "days, so 3 working days and 15 days are defaults.  Holidays are "
	    "not known: give the day with --ack-by where they lie between.",
	.args = args,
	.exits = "0  registered\n1  not listed, or there is an open appeal "
	    "about the same\n64 wrong usage\n65 a number, the ledger or an "
	    "appeal is wrong\n66 standard input ended before a line came\n"
	    REGISTERS_EXITS_READ,
	.examples = "liangka appeal open sanction --id-no - --dir /srv/centre "
	    "--who 0412 --text \"says the card was stolen\"\n"
	    "liangka appeal open sanction/118 --dir /srv/centre --who 0412\n"
	    "liangka appeal open --decision b0001-123-89abcdef --dir "
	    "/srv/centre --who 0412\n",
	.run = run,
};
