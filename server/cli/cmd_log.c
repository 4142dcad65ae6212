#include "command.h"
#include "loglist.h"
#include "logplace.h"
#include "lookup.h"

struct options {
	struct logplace place;
	struct logfilter filter;
	int32_t leaf;
	int32_t csv;
	int32_t all;
};

static const struct arg args[] = {
	LOGPLACE_ARGS(struct options, place),
	LOGFILTER_ARGS(struct options, filter),
	LOGFILTER_LAST_ARG(struct options, filter),
	{ "all", ARG_FLAG, 0, NULL, "with the heartbeats, which stand where "
	    "nothing happened for a minute", NULL, 0, 0,
	    ARG_AT(struct options, all) },
	{ "leaf", ARG_FLAG, 0, NULL, "with the RFC 6962 leaf hash of each; "
	    "with --json: {\"leaf\":…,\"entry\":…}", NULL, 0, 0,
	    ARG_AT(struct options, leaf) },
	{ "csv", ARG_FLAG, 0, NULL, "as CSV in UTF-8; see \"log export\" for "
	    "the columns", NULL, 0, 0, ARG_AT(struct options, csv) },
	ARG_END
};

/* Show what is wanted. */
static int
show(const struct tool *t, const struct options *o)
{
	struct loglist_form form = { .leaf = o->leaf, .csv = o->csv };
	size_t shown;
	int rc;

	rc = loglist_run(t, &o->place, &o->filter, &form, &shown);
	if (rc == TOOL_OK && shown == 0 && o->filter.id != NULL)
		rc = tool_fail(t, TOOL_NO, "日志中没有 %s",
		    "the journal has no %s", o->filter.id);
	return (rc);
}

/* The command. */
static int
run(struct tool *t, int argc, char **argv)
{
	struct options o = { .filter = LOGFILTER_ANY };
	int rc;

	if ((rc = args_read(t, &o, &argc, argv)) != ARGS_GO ||
	    (rc = logplace_take(t, &o.place, argc, argv, 0, "", "")) !=
	    ARGS_GO || (rc = logfilter_take(t, &o.filter)) != ARGS_GO)
		return (rc);
	o.filter.want.no_heartbeats = !o.all &&
	    o.filter.want.kind == LOGWANT_ANY;
	if (o.filter.id != NULL)
		lookup_unrecorded(t);
	return (show(t, &o));
}

const struct command cmd_log_show = {
	.name = "log show",
	.synopsis = "[DIR|URL | --data DIR | --wal DIR] [--last N] [--from SEQ] "
	    "[--to SEQ] [--kind KIND] [--decision WORD] [--id ID] [options]",
	.brief = "read the journal (查看日志)",
	.text = "Reads the journal itself, for reading only, beside a running "
	    "liangkad or without one: the signed logs of all years and, in a "
	    "data directory, what is not in them yet.  DIR is a data "
	    "directory, a log/ as copied or unpacked, or the directory of one "
	    "log; URL the http(s):// or file:// address of one of the last two. "
	    "A data directory needs the daemon's user or root.  Only what "
	    "stands in an entry is shown; applicants are in it as tokens.\n"
	    "\n"
	    "With --json each line is an entry byte for byte as it is stored "
	    "and hashed.  Several conditions must all hold.  Entries are "
	    "compared with their tiles as they are read; signatures are what "
	    "\"log verify\" looks at.\n"
	    "\n"
	    "Nothing that is read so is recorded, which is said where --id asks "
	    "for one decision; \"log search\" has it recorded.",
	.args = args,
	.exits = "0  shown\n1  no entry bears this --id\n64 wrong usage\n"
	    "65 the log is damaged or cut: file, place and seq are told\n"
	    "66 there is no log\n74 read or write error, or no answer from "
	    "the server\n"
	    "77 no right to read it\n",
	.examples = "liangka log show --last 20\n"
	    "liangka log show --decision reject --since 2026-11-22\n"
	    "liangka log show --id b017-1042-9f3ac1d2 --json --leaf\n"
	    "liangka log show /mnt/usb/log --teller t07 --json | jq .hits\n",
	.run = run,
};
