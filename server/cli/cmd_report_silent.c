#include "desk/report_silent.h"

#include "command.h"
#include "reportcmd.h"

struct options {
	struct reportcmd common;
	const char *hours;
};

static const struct arg args[] = {
	REPORTCMD_ARGS(struct options, common),
	{ "hours", ARG_STRING, 0, "HOURS", "opening hours of outlets for which "
	    "the register has none (default 09:00-17:00)", NULL, 0, 0,
	    ARG_AT(struct options, hours) },
	ARG_END
};

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { REPORTCMD_ANY, NULL };
	struct silent_options own = { SILENT_OPENS, SILENT_CLOSES };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO)
		return (rc);
	if (o.hours != NULL && silent_hours(o.hours, &own.opens,
	    &own.closes) != 0)
		return (tool_fail(t, TOOL_USAGE,
		    "--hours：应为 09:00-17:00 的形式：%s",
		    "--hours: not hours like 09:00-17:00: %s", o.hours));
	return (reportcmd_run(t, &o.common, argc, argv, &report_silent, &own));
}

const struct command cmd_report_silent = {
	.name = "report silent",
	.synopsis = "[DIR|URL | --data DIR] [--register FILE] [--since TIME] "
	    "[--until TIME] [--html FILE | --csv] [options]",
	.brief = "outlets without checks in their opening hours (无核查网点)",
	.text = "Lists the outlets that stopped checking: first those of which "
	    "files or checks made afterwards show that they issue all the "
	    "same, then those that are silent now, then those that were within "
	    "the period.  Each silence is measured in the outlet's own opening "
	    "time (hours of the register, UTC+8; Monday to Friday, and other "
	    "weekdays on which it checks) and set against its own pace; time "
	    "in which the node did not run is left out, and so is a day on "
	    "which nobody of a busy institution checked, which is told of the "
	    "institution.  Outlets that never checked, are suspended or closed "
	    "stand apart.\n"
	    "\n"
	    "Give the register as it was published, or outlets that never "
	    "checked are not known.\n"
	    "\n"
	    "Tables: outlets, apart, institutions, usual.",
	.args = args,
	.exits = REPORTCMD_EXITS,
	.examples = "liangka report silent --since 30d --register outlets.csv\n"
	    "liangka report silent --area 3301 --csv\n",
	.run = run,
};
