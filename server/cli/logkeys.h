#ifndef LIANGKA_LOGKEYS_H_
#define LIANGKA_LOGKEYS_H_

/*
 * Verifier keys as auditors name them on a command line: the key itself, or a file
 * of keys, one a line ('#' begins a comment).
 */

#include <stddef.h>

#include "keys/note.h"

#include "args.h"

struct logkeys {
	size_t n;
	struct note_verifier **v;
};

/**
 * logkeys_read(t, k, option, l): Read the keys that an option was given with into the
 * zeroed *k.  Return ARGS_GO, or an exit code after saying what is wrong: not a key,
 * no such file, two keys that could not be told apart.  logkeys_free(k) either way.
 */
int logkeys_read(const struct tool *t, struct logkeys *k, const char *option,
    const struct arg_list *l);
void logkeys_free(struct logkeys *k);

/**
 * logkeys_const(k): The array as the calls that verify want it.
 */
const struct note_verifier *const *logkeys_const(const struct logkeys *k);

#endif /* !LIANGKA_LOGKEYS_H_ */
