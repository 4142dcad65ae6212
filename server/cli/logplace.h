#ifndef LIANGKA_LOGPLACE_H_
#define LIANGKA_LOGPLACE_H_

/*
 * Where a log command reads and which entries it wants: the options that the log
 * commands share, as rows of their tables, and what becomes of them.
 *
 *	struct options { struct logplace place; struct logfilter filter; ... };
 *	static const struct arg args[] = {
 *		LOGPLACE_ARGS(struct options, place),
 *		LOGFILTER_ARGS(struct options, filter), ARG_END };
 */

#include <stdint.h>

#include "args.h"
#include "logwant.h"

#define LOGPLACE_DATA "/var/lib/liangka"
#define LOGPLACE_MAX 1024	/* bytes of a place with its NUL */
#define LOGPLACE_LAST_MAX 100000

/* Where. */
struct logplace {
	const char *data;	/* --data */
	const char *wal;	/* --wal: a bare copy of wal/ */
	const char *operand;	/* DIR|URL, or NULL */
	/* made by logplace_take() */
	char dir[LOGPLACE_MAX];	/* for package_open() */
};

/* Which entries. */
struct logfilter {
	const char *id;
	uint64_t from;
	uint64_t to;		/* 0: to the end */
	int32_t last;		/* 0: all */
	struct logwant want;
	/* made by logfilter_take() */
	int form;		/* of id: see refid_parse() */
	uint8_t prefix[4];	/* of the leaf hash in id */
};

#define LOGFILTER_ANY { .want = { .kind = LOGWANT_ANY,		\
	.decision = LOGWANT_ANY } }

#define LOGPLACE_DATA_ARG(type, at)					\
	{ "data", ARG_STRING, 0, "DIR", "data directory of the daemon: its log/ "\
	    "and wal/ are read (default " LOGPLACE_DATA ")", NULL, 0, 0,	\
	    ARG_AT(type, at.data) }
#define LOGPLACE_ARGS(type, at)						\
	LOGPLACE_DATA_ARG(type, at),					\
	{ "wal", ARG_STRING, 0, "DIR", "a bare copy of wal/", NULL, 0, 0,	\
	    ARG_AT(type, at.wal) }

#define LOGFILTER_TEXT(name, value, help, type, at)			\
	{ name, ARG_STRING, 0, value, help, NULL, 0, 0, ARG_AT(type, at) }
#define LOGFILTER_ARGS(type, at)						\
	{ "from", ARG_NUMBER, 0, "SEQ", "from this entry on", NULL, 1,	\
	    INT64_MAX, ARG_AT(type, at.from) },				\
	{ "to", ARG_NUMBER, 0, "SEQ", "up to this entry", NULL, 1,	\
	    INT64_MAX, ARG_AT(type, at.to) },				\
	{ "since", ARG_TIME, 0, "TIME", "entries of this time and later, e.g. "	\
	    "2026-11-22, \"2026-11-22 14:05\" (UTC+8), 2h", NULL, 0, 0,	\
	    ARG_AT(type, at.want.since) },				\
	{ "until", ARG_TIME, 0, "TIME", "entries before this time", NULL, 0,	\
	    0, ARG_AT(type, at.want.until) },				\
	{ "kind", ARG_CODE, 0, "KIND", "only this kind of entry", words_kind,	\
	    0, 0, ARG_AT(type, at.want.kind) },				\
	{ "decision", ARG_CODE, 0, "WORD", "only decisions with this outcome",	\
	    words_decision, 0, 0, ARG_AT(type, at.want.decision) },	\
	LOGFILTER_TEXT("rule", "RULE", "only decisions that this rule hit",	\
	    type, at.want.rule),					\
	LOGFILTER_TEXT("id", "ID", "the decision with this id or reference, "	\
	    "and all that was recorded about it later", type, at.id),	\
	LOGFILTER_TEXT("txn", "ID", "only entries with this transaction id",	\
	    type, at.want.txn),						\
	LOGFILTER_TEXT("inst", "ID", "only this institution (机构)", type,	\
	    at.want.inst),						\
	LOGFILTER_TEXT("outlet", "ID", "only this outlet (网点)", type,	\
	    at.want.outlet),						\
	LOGFILTER_TEXT("teller", "ID", "only this teller (柜员)", type,	\
	    at.want.teller)
#define LOGFILTER_LAST_ARG(type, at)					\
	{ "last", ARG_NUMBER, 0, "N", "only the last N that fit", NULL, 1,	\
	    LOGPLACE_LAST_MAX, ARG_AT(type, at.last) }

/**
 * logplace_take(t, p, argc, argv, lo, zh, en):
 * See that the operands are `lo` of the command's own (zh and en say what they are)
 * and at most one place behind them: a data directory, a log/ directory, the
 * directory of one log, or the http(s):// address of one of the last two; and that
 * only one place is named in all.  Return ARGS_GO, or an exit code after saying
 * what is wrong.
 */
int logplace_take(const struct tool *t, struct logplace *p, int argc,
    char **argv, int lo, const char *zh, const char *en);

/**
 * logfilter_take(t, f): Read the id of a filter: the decision it names, and the first
 * entry that can be wanted.  Return as above.
 */
int logfilter_take(const struct tool *t, struct logfilter *f);

#endif /* !LIANGKA_LOGPLACE_H_ */
