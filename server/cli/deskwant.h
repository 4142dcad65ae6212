#ifndef LIANGKA_DESKWANT_H_
#define LIANGKA_DESKWANT_H_

/*
 * Which cases or alerts a list is to show: what `review list` and `alert list` have in
 * common.
 *
 *	struct options { struct deskwant want; ... };
 *	static const struct arg args[] = {
 *		DESKWANT_ARGS(struct options, want), ..., ARG_END };
 */

#include <stdint.h>

#include "args.h"
#include "statement.h"

struct tool;

#define DESKWANT_AREA 8

struct deskwant {
	const char *area;
	const char *inst;
	const char *outlet;
	const char *officer;
	int32_t mine;
	int32_t free;
	struct statement_by by;	/* only the key, for --mine */
	char name[32];		/* whose key it is */
};

#define DESKWANT_ARGS(type, at)						\
	{ "area", ARG_STRING, 0, "DIGITS", "only of outlets of this area: "	\
	    "the first 2, 4 or all 6 digits", NULL, 0, 0,		\
	    ARG_AT(type, at.area) },					\
	{ "inst", ARG_STRING, 0, "ID", "only of this institution", NULL, 0,	\
	    0, ARG_AT(type, at.inst) },					\
	{ "outlet", ARG_STRING, 0, "ID", "only of this outlet", NULL, 0, 0,	\
	    ARG_AT(type, at.outlet) },					\
	{ "free", ARG_FLAG, 0, NULL, "only those that nobody has taken",	\
	    NULL, 0, 0, ARG_AT(type, at.free) },			\
	{ "mine", ARG_FLAG, 0, NULL, "only those that the owner of --as has "	\
	    "taken", NULL, 0, 0, ARG_AT(type, at.mine) },		\
	{ "as", ARG_STRING, 0, "FILE", "whose: a personal key (only its name "	\
	    "is read)", NULL, 0, 0, ARG_AT(type, at.by.as) },		\
	{ "officer", ARG_STRING, 0, "NAME", "only those that he has taken",	\
	    NULL, 0, 0, ARG_AT(type, at.officer) }

/**
 * deskwant_settle(t, w): See that the options go together, and whose --mine means.  Return
 * ARGS_GO, or an exit code after saying what is wrong.
 */
int deskwant_settle(const struct tool *t, struct deskwant *w);

/**
 * deskwant_fits(w, area, inst, outlet, taker): Is what stands there wanted?
 */
int deskwant_fits(const struct deskwant *w, int32_t area, const char *inst,
    const char *outlet, const char *taker);

/**
 * deskwant_area(buf, area): An area as six digits, "-" where it is not known.
 */
const char *deskwant_area(char buf[DESKWANT_AREA], int32_t area);

#endif /* !LIANGKA_DESKWANT_H_ */
