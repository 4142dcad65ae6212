#ifndef LIANGKA_REPORTCMD_H_
#define LIANGKA_REPORTCMD_H_

/*
 * What the report commands share: where they read, the period, how they print; and the one
 * pass over the journal that feeds a kind of report (desk/reportkind.h).
 *
 *	struct options { struct reportcmd common; int32_t own; };
 *	static const struct arg args[] = {
 *		REPORTCMD_ARGS(struct options, common), ..., ARG_END };
 */

#include <stdint.h>

#include "logplace.h"

struct report_kind;
struct tool;

struct reportcmd {
	struct logplace place;
	int64_t since, until;
	const char *day;	/* --day, in place of both */
	const char *inst, *area;
	const char *reg;	/* --register */
	const char *html;
	const char *out;
	const char *table;
	int32_t csv;
	int32_t encoding;
	int32_t top;
	int32_t no_progress;
};

#define REPORTCMD_TOP 50
#define REPORTCMD_ANY { .top = REPORTCMD_TOP }

extern const struct word reportcmd_encodings[];

#define REPORTCMD_TEXT(name, value, help, type, member)			\
	{ name, ARG_STRING, 0, value, help, NULL, 0, 0,			\
	    ARG_AT(type, member) }
#define REPORTCMD_ARGS(type, at)						\
	LOGPLACE_ARGS(type, at.place),					\
	{ "since", ARG_TIME, 0, "TIME", "the period begins, e.g. 2026-11-01 or "	\
	    "30d (default: with the journal)", NULL, 0, 0,		\
	    ARG_AT(type, at.since) },					\
	{ "until", ARG_TIME, 0, "TIME", "and ends before this (default: with "	\
	    "the journal)", NULL, 0, 0, ARG_AT(type, at.until) },	\
	REPORTCMD_TEXT("day", "DAY", "only this day of UTC+8, e.g. 2026-11-22",	\
	    type, at.day),						\
	REPORTCMD_TEXT("inst", "ID", "only this institution (机构)", type,	\
	    at.inst),							\
	REPORTCMD_TEXT("area", "DIGITS", "only outlets whose area begins so: 2, "	\
	    "4 or 6 digits (区划)", type, at.area),			\
	REPORTCMD_TEXT("register", "FILE", "the outlet register, for names and "	\
	    "areas: as published, or as \"outlet import\" takes it (default: "	\
	    "the one that the daemon has adopted)", type, at.reg),	\
	REPORTCMD_TEXT("html", "FILE", "write a page with charts, to be "		\
	    "printed: mode 0600, whole or not at all", type, at.html),	\
	{ "csv", ARG_FLAG, 0, NULL, "one table as CSV for spreadsheets", NULL,	\
	    0, 0, ARG_AT(type, at.csv) },				\
	{ "csv-encoding", ARG_CODE, 0, "NAME", "utf-8 (default; with a byte "	\
	    "order mark) or gb18030", reportcmd_encodings, 0, 0,	\
	    ARG_AT(type, at.encoding) },				\
	REPORTCMD_TEXT("table", "KEY", "which table, on the terminal and as CSV "	\
	    "(default there: the main one)", type, at.table),		\
	REPORTCMD_TEXT("out", "FILE", "write the CSV there: mode 0600, whole or "	\
	    "not at all", type, at.out),				\
	{ "top", ARG_NUMBER, 0, "N", "rows of a long table on terminal and page "	\
	    "(default 50, 0: all); CSV and JSON have all", NULL, 0,	\
	    1000000, ARG_AT(type, at.top) },				\
	{ "no-progress", ARG_FLAG, 0, NULL, "no count on the terminal", NULL, 0,	\
	    0, ARG_AT(type, at.no_progress) }

#define REPORTCMD_EXITS							\
	"0  done\n64 wrong usage\n"					\
	"65 the log is damaged or cut, or a file that is named is wrong\n" \
	"66 there is no log, or no such file\n71 out of memory\n74 read or write error\n"	\
	"77 no right to read or write it\n"

/**
 * reportcmd_run(t, c, argc, argv, kind, own): Read the place, feed the kind what it wants of
 * the journal and print the report as c says.  own is what the kind finds in
 * report_options.own.  Return an exit code.
 */
int reportcmd_run(struct tool *t, struct reportcmd *c, int argc, char **argv,
    const struct report_kind *kind, const void *own);

#endif /* !LIANGKA_REPORTCMD_H_ */
