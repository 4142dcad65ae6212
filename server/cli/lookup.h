#ifndef LIANGKA_LOOKUP_H_
#define LIANGKA_LOOKUP_H_

/*
 * Looking an entry up on record: with --as and --reason the daemon writes who did and
 * why before anything is shown; with --offline, for a package and no daemon, nothing
 * is recorded and that is said.
 */

#include <stdint.h>

#include "caseopen.h"
#include "statement.h"

struct lookup {
	struct statement_by by;
	int32_t offline;
};

#define LOOKUP_ARGS(type, at)						\
	STATEMENT_ARGS(type, at.by, 0),					\
	{ "offline", ARG_FLAG, 0, NULL, "work without a daemon: the "		\
	    "look-up is not recorded", NULL, 0, 0, ARG_AT(type, at.offline) }

/**
 * lookup_check(t, l, required): See that the options go together, before anything is
 * opened: --as with --reason, or --offline, and one of them when it is required.
 * Return ARGS_GO, or an exit code after saying what is wrong.
 */
int lookup_check(const struct tool *t, const struct lookup *l, int required);

/**
 * lookup_entry(t, l, id): Have the look-up of an entry recorded, or say that it is
 * not.  Return as above.
 */
int lookup_entry(const struct tool *t, const struct lookup *l,
    const struct caseopen_id *id);

/**
 * lookup_unrecorded(t): Say that this look-up is recorded in no journal.
 */
void lookup_unrecorded(const struct tool *t);

#endif /* !LIANGKA_LOOKUP_H_ */
