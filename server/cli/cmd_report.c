#include "desk/report_openers.h"
#include "desk/report_outlets.h"
#include "desk/report_rules.h"

#include "command.h"
#include "reportcmd.h"
#include "rules.h"

struct openers_options {
	struct reportcmd common;
	struct report_openers_options own;
};

#define OVER(name, i, help)						\
	{ name, ARG_NUMBER, 0, "N", help, NULL, 0, 1000000,		\
	    ARG_AT(struct openers_options, own.over[i]) }

static const struct arg openers_args[] = {
	REPORTCMD_ARGS(struct openers_options, common),
	OVER("over-day", 0, "visits of one day with a card (default 2; 0: leave "
	    "this threshold out)"),
	OVER("over-inst", 1, "institutions in 7 days (default 3)"),
	OVER("over-30d", 2, "bank and phone cards in 30 days (default 5)"),
	OVER("over-60d", 3, "bank and phone cards in 60 days (default 8)"),
	ARG_END
};

/* Openers. */
static int
run_openers(struct tool *t, int argc, char **argv)
{
	struct openers_options o = { REPORTCMD_ANY, REPORT_OPENERS_DEFAULTS };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO)
		return (rc);
	return (reportcmd_run(t, &o.common, argc, argv, &report_openers,
	    &o.own));
}

const struct command cmd_report_openers = {
	.name = "report openers",
	.synopsis = "[DIR|URL | --data DIR] [--since TIME] [--until TIME] "
	    "[--html FILE | --csv] [options]",
	.brief = "people who open many cards in a short time (高频开卡人员)",
	.text = "Reads the journal once and lists who reached a threshold in the "
	    "period, by what was really issued: checks that were confirmed, "
	    "rows of daily files, cards issued while the daemon was away.  "
	    "Windows slide from opening to opening and are exact; what lies "
	    "before the period is counted where a window reaches it.  A second "
	    "list has those who would be over a threshold had the applications "
	    "that were held been issued.\n"
	    "\n"
	    "Tables: people, openings, areas, days, held, held_applications.  "
	    "Persons stand as the first digits of their token; an entry that "
	    "the centre can unseal is named where there is one.\n"
	    "\n"
	    "No signature is looked at (\"liangka log verify\" does that).  "
	    "Memory grows with the persons and applications of the period.",
	.args = openers_args,
	.exits = REPORTCMD_EXITS,
	.examples = "liangka report openers --day 2026-11-22\n"
	    "liangka report openers --since 30d --html openers.html --lang zh\n"
	    "liangka report openers --csv --table openings --csv-encoding "
	    "gb18030 --out openings.csv\n",
	.run = run_openers,
};

struct outlets_options {
	struct reportcmd common;
	struct report_outlets_options own;
};

static const struct arg outlets_args[] = {
	REPORTCMD_ARGS(struct outlets_options, common),
	{ "min", ARG_NUMBER, 0, "N", "cards that an outlet must have opened to "
	    "get a rank (default 30)", NULL, 1, 1000000,
	    ARG_AT(struct outlets_options, own.min) },
	ARG_END
};

/* Outlets. */
static int
run_outlets(struct tool *t, int argc, char **argv)
{
	struct outlets_options o = { REPORTCMD_ANY, REPORT_OUTLETS_DEFAULTS };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO)
		return (rc);
	return (reportcmd_run(t, &o.common, argc, argv, &report_outlets,
	    &o.own));
}

const struct command cmd_report_outlets = {
	.name = "report outlets",
	.synopsis = "[DIR|URL | --data DIR] [--since TIME] [--until TIME] "
	    "[--register FILE] [--html FILE | --csv] [options]",
	.brief = "outlets and what became of their cards (网点通报)",
	.text = "Reads the journal once and counts for each outlet, institution "
	    "and area: cards opened in the period and how many of them were "
	    "named as involved in fraud since (by a list of cards, or by a "
	    "closing for that reason), checks and their outcome, cards issued "
	    "against a decision, late or known by a file only, tellers' alarms.  "
	    "Cards of registered campaigns stand apart and outside of the "
	    "rate.\n"
	    "\n"
	    "The league table gives involved cards per 1,000 opened, with the "
	    "95 % interval (Wilson), in order of its lower end; outlets with "
	    "fewer than --min cards are listed below it without a rank.  "
	    "Tables: league, few, institutions, areas, campaigns.",
	.args = outlets_args,
	.exits = REPORTCMD_EXITS,
	.examples = "liangka report outlets --since 2026-10-01 --until "
	    "2026-11-01 --register outlets.csv --html october.html --lang zh\n"
	    "liangka report outlets --area 3301 --min 100 --csv\n",
	.run = run_outlets,
};

struct rules_options {
	struct reportcmd common;
	const char *policy;
};

static const struct arg rules_args[] = {
	REPORTCMD_ARGS(struct rules_options, common),
	{ "policy", ARG_STRING, 0, "FILE", "the policy, to say of each rule what "
	    "it is: class, what it does, in force or on trial", NULL, 0, 0,
	    ARG_AT(struct rules_options, policy) },
	ARG_END
};

/* Rules. */
static int
run_rules(struct tool *t, int argc, char **argv)
{
	struct rules_options o = { REPORTCMD_ANY, NULL };
	struct report_rules_options own = { NULL };
	struct rules file;
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO)
		return (rc);
	if (o.policy == NULL)
		return (reportcmd_run(t, &o.common, argc, argv, &report_rules,
		    &own));
	if ((rc = rules_load(t, o.policy, &file, NULL)) != TOOL_OK)
		return (rc);
	own.policy = file.policy;
	rc = file.policy == NULL ? TOOL_DATA : reportcmd_run(t, &o.common,
	    argc, argv, &report_rules, &own);
	rules_free(&file);
	return (rc);
}

const struct command cmd_report_rules = {
	.name = "report rules",
	.synopsis = "[DIR|URL | --data DIR] [--since TIME] [--until TIME] "
	    "[--html FILE | --csv] [options]",
	.brief = "what each rule did, and whether it was right (规则效果)",
	.text = "Reads the journal once and says for each rule how often it hit, "
	    "with which effect, how often it was the only reason, and what a "
	    "clearance or a registered campaign took off; how the reviews of "
	    "what it held came out, the share denied of those answered with its "
	    "95 % interval, and the median time to an answer.  Rules on trial "
	    "and rules that only tell are measured by those that passed all "
	    "the same, and by how many of these were listed since or hold an "
	    "involved card.  Answers are looked for until the end of the "
	    "journal.  Tables: rules, reviews, trial.",
	.args = rules_args,
	.exits = REPORTCMD_EXITS,
	.examples = "liangka report rules --since 90d --html rules.html\n"
	    "liangka report rules --policy default.policy --table reviews "
	    "--csv >reviews.csv\n",
	.run = run_rules,
};
