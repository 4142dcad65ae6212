#ifndef STATE_OPTIONS_H_
#define STATE_OPTIONS_H_

#include <stddef.h>

struct state_options;

#define STATE_TXN_RECORDS 4096	/* txn_records where none are asked for */

/**
 * state_options_set(to, from, err, errlen):
 * Copy the options of state_open() and put the default for each zero.  Return
 * 0, or -1 with the reason in ${err}.
 */
int state_options_set(struct state_options *to,
    const struct state_options *from, char *err, size_t errlen);

#endif /* !STATE_OPTIONS_H_ */
