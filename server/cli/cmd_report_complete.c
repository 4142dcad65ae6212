#include <stdlib.h>

#include "desk/report_complete.h"
#include "desk/totals.h"
#include "plugin.h"

#include "command.h"
#include "registers.h"
#include "reportcmd.h"
#include "width.h"

struct options {
	struct reportcmd common;
	const char *totals;
};

static const struct arg args[] = {
	REPORTCMD_ARGS(struct options, common),
	{ "totals", ARG_STRING, 0, "FILE", "the institution's own daily totals: a "
	    "table with the columns institution, day, issued, and perhaps "
	    "outlet, product, closed", NULL, 0, 0,
	    ARG_AT(struct options, totals) },
	ARG_END
};

/* Tell of a bad row. */
static void
bad_row(void *arg, const char *text)
{
	const struct tool *t = arg;

	width_put(t->err, text);
	(void)fputc('\n', t->err);
}

/* Read the word for a product. */
static int
product(const char *text, int32_t *code)
{

	return (words_find(words_product, text, code));
}

/* Read the totals. */
static int
read_totals(const struct tool *t, const char *path, struct totals **totals)
{
	struct totals_reader r = { .bad = bad_row, .arg = (void *)(uintptr_t)t,
		.english = t->language == LK_LANG_EN, .product = product };
	char err[TOTALS_ERROR_MAX], *text;
	size_t len;
	int rc;

	if (path == NULL)
		return (ARGS_GO);
	if ((rc = registers_file(t, path, TOTALS_MAX_TEXT, &text, &len)) !=
	    ARGS_GO)
		return (rc);
	*totals = totals_read(path, text, len, &r, err);
	free(text);
	return (*totals != NULL ? ARGS_GO : tool_fail(t, TOOL_DATA, "%s", "%s",
	    err));
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { REPORTCMD_ANY, NULL };
	struct complete_options own;
	struct totals *totals = NULL;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = read_totals(t, o.totals, &totals)) != ARGS_GO)
		return (rc);
	own.totals = totals;
	rc = reportcmd_run(t, &o.common, argc, argv, &report_complete, &own);
	totals_free(totals);
	return (rc);
}

const struct command cmd_report_complete = {
	.name = "report complete",
	.synopsis = "[DIR|URL | --data DIR] [--totals FILE] [--since TIME] "
	    "[--until TIME] [--html FILE | --csv] [options]",
	.brief = "an institution's daily totals against ours (完整性核对)",
	.text = "Counts what the journal knows to be issued and closed, by "
	    "institution, outlet, day and product, and how it came to know: "
	    "confirms in order, late, against the decision, beyond the number "
	    "asked for; checks made afterwards; rows of files for what was "
	    "checked and for what was not.  Cards count on the day of their "
	    "issue (UTC+8), under the product that was issued.\n"
	    "\n"
	    "With --totals every difference from the institution's own figures "
	    "is named, with the cases that could explain it; days of which it "
	    "says nothing and totals that do not add up are named too.  A file "
	    "with a fault is not taken at all.  Without --totals the tables "
	    "are for the institution to compare.\n"
	    "\n"
	    "Tables: with --totals differences and candidates; days, outlets, "
	    "files.  The tables have a row for each outlet, day and product: "
	    "name a period.",
	.args = args,
	.exits = REPORTCMD_EXITS,
	.examples = "liangka report complete --day 2026-11-22\n"
	    "liangka report complete --inst icbc --totals icbc-2026-11.csv "
	    "--html icbc.html\n",
	.run = run,
};
