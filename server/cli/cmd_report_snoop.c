#include "desk/report_snoop.h"

#include "command.h"
#include "reportcmd.h"

struct options {
	struct reportcmd common;
	struct snoop_options own;
};

static const struct arg args[] = {
	REPORTCMD_ARGS(struct options, common),
	{ "within", ARG_NUMBER, 0, "DAYS", "to open something after being asked "
	    "about (default 30)", NULL, 0, 400, ARG_AT(struct options,
	    own.within_days) },
	{ "minimum", ARG_NUMBER, 0, "N", "persons of whom it is known what came "
	    "of it, for a teller to be ranked (default 20)", NULL, 1, 1000000,
	    ARG_AT(struct options, own.minimum) },
	ARG_END
};

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { REPORTCMD_ANY, { SNOOP_WITHIN_DAYS,
		SNOOP_MINIMUM } };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO)
		return (rc);
	return (reportcmd_run(t, &o.common, argc, argv, &report_snoop,
	    &o.own));
}

const struct command cmd_report_snoop = {
	.name = "report snoop",
	.synopsis = "[DIR|URL | --data DIR] [--since TIME] [--until TIME] "
	    "[--html FILE | --csv] [options]",
	.brief = "who looks people up that never open anything (查询行为)",
	.text = "For each teller: how many persons were asked about, and how many "
	    "of them opened nothing anywhere within --within days although "
	    "nothing kept them from it; dry runs, cancels, hits on lists, "
	    "canaries (persons who do not exist), decisions taken back "
	    "(lk_void), requests refused.  Tellers are ranked by the lower end "
	    "of the 95 % interval of that share and stand beside the median of "
	    "their own institution.\n"
	    "For each member of staff: persons and entries looked up, "
	    "identities unsealed or erased, the reasons given, and how often "
	    "no case or alert about the person was open.\n"
	    "\n"
	    "These are figures, not findings: where people come to ask, the "
	    "share is high too.  The journal holds tokens, so runs of "
	    "consecutive document numbers cannot be seen.\n"
	    "\n"
	    "Tables: tellers, staff, reasons.",
	.args = args,
	.exits = REPORTCMD_EXITS,
	.examples = "liangka report snoop --since 90d\n"
	    "liangka report snoop --table staff --csv\n",
	.run = run,
};
