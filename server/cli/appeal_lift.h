#ifndef LIANGKA_APPEAL_LIFT_H_
#define LIANGKA_APPEAL_LIFT_H_

/*
 * Taking the entry back of which an appeal was upheld.
 */

#include <stdint.h>

#include "lists/appeal.h"
#include "lists/centre.h"

struct tool;

struct appeal_lift {
	const struct appeal *a;	/* about an entry */
	const char *who;
	const char *reason;
};

/**
 * appeal_lift(t, x, c, serial): Clear the entry in the ledger of its list, durably; *serial
 * is that of the clearance, or 0 when the entry was cleared or removed already, as by an
 * earlier try that got no further.  Return ARGS_GO, or an exit code after saying what is
 * wrong: the entry may have been replaced by one of another case.
 */
int appeal_lift(const struct tool *t, const struct appeal_lift *x,
    struct centre *c, uint64_t *serial);

#endif /* !LIANGKA_APPEAL_LIFT_H_ */
