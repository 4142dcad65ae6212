#include "desk/report_reconcile.h"

#include "command.h"
#include "reportcmd.h"

struct options {
	struct reportcmd common;
	struct reconcile_options own;
};

#define DAYS(name, at, help)						\
	{ name, ARG_NUMBER, 0, "N", help, NULL, 0, 365,			\
	    ARG_AT(struct options, own.at) }

static const struct arg args[] = {
	REPORTCMD_ARGS(struct options, common),
	DAYS("file-days", file_days, "a row of a file belongs to a check of the "
	    "same person, product and institution so many days away (default "
	    "2)"),
	DAYS("again-days", again_days, "who asked again within so many days of "
	    "the end of a check is one case (default 3)"),
	ARG_END
};

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { REPORTCMD_ANY, { RECONCILE_FILE_DAYS,
		RECONCILE_AGAIN_DAYS } };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO)
		return (rc);
	return (reportcmd_run(t, &o.common, argc, argv, &report_reconcile,
	    &o.own));
}

const struct command cmd_report_reconcile = {
	.name = "report reconcile",
	.synopsis = "[DIR|URL | --data DIR] [--since TIME] [--until TIME] "
	    "[--html FILE | --csv] [options]",
	.brief = "cards without a check, checks without a card (对账)",
	.text = "Compares what was issued (confirms, cards checked afterwards, "
	    "rows of daily files) with what was checked, by institution, "
	    "outlet and teller, and names each case.\n"
	    "\n"
	    "Issued without a valid check: in a file and never checked; in a "
	    "file although its check was held, refused or cancelled; confirmed "
	    "against the decision, after a cancel, too late, or more cards "
	    "than asked for; checked afterwards although the node was up.  "
	    "What happened while the node was away (fallback) is counted "
	    "apart, and so are rows from before the institution's first "
	    "check.\n"
	    "Checks without an issue: passed, limited or approved, and the "
	    "reservation ran out with neither confirm nor cancel.  One that a "
	    "file shows to have been used is \"by file\".\n"
	    "\n"
	    "Tables: institutions, outlets, tellers, kinds, cases.  Memory grows with "
	    "the checks of the whole journal: a million take about 150 MiB.",
	.args = args,
	.exits = REPORTCMD_EXITS,
	.examples = "liangka report reconcile --day 2026-11-22\n"
	    "liangka report reconcile --since 7d --table cases\n"
	    "liangka report reconcile --inst icbc --html icbc.html --lang zh\n",
	.run = run,
};
