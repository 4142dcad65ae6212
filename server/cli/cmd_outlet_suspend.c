#include <stdio.h>
#include <string.h>

#include "engine/day.h"

#include "command.h"
#include "json.h"
#include "outlet_edit.h"

#define OUTLETS 64	/* in one command */

struct options {
	struct registers_by by;
	const char *reason;
	const char *from, *until;
};

static const struct arg suspend_args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	{ "reason", ARG_STRING, ARG_REQUIRED, "TEXT", "why, at most 200 bytes; "
	    "it is published, so no person's data in it", NULL, 0, 0,
	    ARG_AT(struct options, reason) },
	{ "from", ARG_STRING, 0, "DAY", "first day, e.g. 2026-11-22 (default: "
	    "today)", NULL, 0, 0, ARG_AT(struct options, from) },
	{ "until", ARG_STRING, 0, "DAY", "last day (default: until it is "
	    "resumed)", NULL, 0, 0, ARG_AT(struct options, until) },
	ARG_END
};

static const struct arg resume_args[] = {
	REGISTERS_DIR_ARG(struct options, by),
	REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED),
	{ "reason", ARG_STRING, 0, "TEXT", "why, for the centre's journal",
	    NULL, 0, 0, ARG_AT(struct options, reason) },
	ARG_END
};

/* The days and the reason of a suspension. */
struct term {
	int32_t from, until;
	const char *reason;
};

/* Read the options of a suspension. */
static int
read_term(const struct tool *t, const struct options *o, struct term *x)
{
	const int32_t today = registers_today(t);
	int rc;

	*x = (struct term){ today, 0, o->reason };
	if ((rc = registers_line(t, "reason", o->reason,
	    OUTLET_REASON_MAX)) != ARGS_GO ||
	    (o->from != NULL && (rc = registers_day(t, "from", o->from,
	    &x->from)) != ARGS_GO) ||
	    (o->until != NULL && (rc = registers_day(t, "until", o->until,
	    &x->until)) != ARGS_GO))
		return (rc);
	if (x->until != 0 && (x->until < x->from || x->until < today))
		return (tool_fail(t, TOOL_USAGE,
		    "--until：%s 早于首日或今日", "--until: %s lies before "
		    "the first day or before today", o->until));
	return (ARGS_GO);
}

/* Suspend an outlet, or give a suspension other days. */
static int
suspend(const struct tool *t, const char *name, struct outlet *x,
    const struct term *term)
{

	if (x->status == OUTLET_CLOSED)
		return (tool_fail(t, TOOL_NO, "网点 %s 已撤销",
		    "outlet %s is closed for good", name));
	x->status = OUTLET_SUSPENDED;
	x->from = term->from;
	x->until = term->until;
	x->reason = term->reason;
	return (ARGS_GO);
}

/* Let an outlet work again. */
static int
resume(const struct tool *t, const char *name, struct outlet *x,
    const struct term *term)
{

	(void)term;
	if (x->status != OUTLET_SUSPENDED)
		return (tool_fail(t, TOOL_NO, "网点 %s 并未停业（%s）",
		    "outlet %s is not suspended (%s)", name,
		    outlet_edit_status(t, x)));
	x->status = OUTLET_OPEN;
	x->from = x->until = 0;
	x->reason = "";
	return (ARGS_GO);
}

/* Say what was done with one. */
static void
tell(const struct tool *t, const struct outlet *x, const char *name)
{
	char from[DAY_TEXT], until[DAY_TEXT];
	struct json j;

	day_print(from, x->from);
	day_print(until, x->until);
	if (t->json) {
		json_begin(&j, t->out);
		json_text(&j, "outlet", name);
		json_text(&j, "status", outlet_status_name(x->status));
		json_text(&j, "from", x->from != 0 ? from : NULL);
		json_text(&j, "until", x->until != 0 ? until : NULL);
		json_end(&j);
	} else if (x->status == OUTLET_OPEN)
		(void)fprintf(t->out, tool_zh(t, "%s %s：恢复营业\n",
		    "%s %s: open again\n"), name, x->name);
	else if (x->until == 0)
		(void)fprintf(t->out, tool_zh(t, "%s %s：自 %s 起停业\n",
		    "%s %s: suspended from %s\n"), name, x->name, from);
	else
		(void)fprintf(t->out, tool_zh(t, "%s %s：%s 至 %s 停业\n",
		    "%s %s: suspended from %s to %s\n"), name, x->name, from,
		    until);
}

/* Write what the journal gets: all names, or how many there are. */
static void
describe(const char *verb, int argc, char **argv, const struct term *x,
    char *buf, size_t cap)
{
	char from[DAY_TEXT] = "", until[DAY_TEXT] = "";
	size_t n;
	int i;

	n = (size_t)snprintf(buf, cap, "%s", verb);
	for (i = 0; i < argc && n < cap; i++)
		n += (size_t)snprintf(&buf[n], cap - n, " %s", argv[i]);
	if (x->from != 0)
		day_print(from, x->from);
	if (x->until != 0)
		day_print(until, x->until);
	if (n < cap && x->from != 0)
		(void)snprintf(&buf[n], cap - n, " from %s%s%s", from,
		    x->until != 0 ? " to " : "", until);
}

/* Change all outlets that are named, or none. */
static int
change(const struct tool *t, const struct options *o, const struct term *x,
    const char *verb, int (*one)(const struct tool *, const char *,
    struct outlet *, const struct term *), int argc, char **argv)
{
	struct outlet *row[OUTLETS];
	struct outlet_edit e;
	char what[OUTLETS * 66 + 64];
	int i, rc;

	if ((rc = outlet_edit_open(t, &o->by, 1, 1, &e)) != ARGS_GO)
		return (rc);
	for (i = 0; i < argc && rc == ARGS_GO; i++)
		if ((row[i] = outlet_edit_row(t, &e, argv[i])) == NULL)
			rc = TOOL_NO;
		else
			rc = one(t, argv[i], row[i], x);
	describe(verb, argc, argv, x, what, sizeof(what));
	if (rc == ARGS_GO)
		rc = outlet_edit_save(t, &e, &o->by, e.row, e.n, what,
		    o->reason != NULL ? o->reason : "");
	if (rc == ARGS_GO) {
		for (i = 0; i < argc; i++)
			tell(t, row[i], argv[i]);
		outlet_edit_publish(t);
		rc = TOOL_OK;
	}
	outlet_edit_close(&e);
	return (rc);
}

/* The command. */
static int
run_suspend(struct tool *t, int argc, char **argv)
{
	struct options o = { .reason = NULL };
	struct term x;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, OUTLETS,
	    "网点（机构.网点），可有多个",
	    "outlets (INSTITUTION.OUTLET)")) != ARGS_GO ||
	    (rc = read_term(t, &o, &x)) != ARGS_GO)
		return (rc);
	return (change(t, &o, &x, "outlet suspend", suspend, argc, argv));
}

/* The command. */
static int
run_resume(struct tool *t, int argc, char **argv)
{
	struct options o = { .reason = NULL };
	const struct term x = { 0, 0, "" };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = args_operands(t, argc, argv, 1, OUTLETS,
	    "网点（机构.网点），可有多个",
	    "outlets (INSTITUTION.OUTLET)")) != ARGS_GO ||
	    (o.reason != NULL && (rc = registers_line(t, "reason", o.reason,
	    REGISTERS_WHY_MAX)) != ARGS_GO))
		return (rc);
	return (change(t, &o, &x, "outlet resume", resume, argc, argv));
}

#define EXITS								\
	"0  done\n1  there is no such outlet, or its state is another\n"	\
	"64 wrong usage\n65 the register is damaged\n" REGISTERS_EXITS_READ

const struct command cmd_outlet_suspend = {
	.name = "outlet suspend",
	.synopsis = "INSTITUTION.OUTLET ... --dir DIR --who NAME --reason TEXT "
	    "[--from DAY] [--until DAY] [options]",
	.brief = "suspend outlets (网点停业)",
	.text = "Checks at a suspended outlet are answered REJECT by the "
	    "rule OUTLET_SUSPENDED, which counts against no applicant: he may "
	    "apply elsewhere.  Several outlets are suspended together or not "
	    "at all; one that is suspended already gets the new days and "
	    "reason.\n"
	    "\n"
	    "It takes effect when it is published (\"liangka repo publish\") "
	    "and branches have it, and ends by itself after the last day.",
	.args = suspend_args,
	.exits = EXITS,
	.examples = "liangka outlet suspend icbc.0001 icbc.0007 --dir "
	    "/srv/centre --who 0412 --reason \"cards sold at the door, order "
	    "2026-31\" --until 2026-12-31\n",
	.run = run_suspend,
};

const struct command cmd_outlet_resume = {
	.name = "outlet resume",
	.synopsis = "INSTITUTION.OUTLET ... --dir DIR --who NAME [--reason "
	    "TEXT] [options]",
	.brief = "end the suspension of outlets (恢复营业)",
	.text = "The outlets work again once the register is published "
	    "(\"liangka repo publish\").",
	.args = resume_args,
	.exits = EXITS,
	.examples = "liangka outlet resume icbc.0001 --dir /srv/centre --who "
	    "0412 --reason \"inspected on 2026-11-20\"\n",
	.run = run_resume,
};
