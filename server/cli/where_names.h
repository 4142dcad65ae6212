#ifndef LIANGKA_WHERE_NAMES_H_
#define LIANGKA_WHERE_NAMES_H_

/*
 * Which nodes there are to be, and the keys that they sign with: what list where reads
 * beside the status files.
 */

#include <stddef.h>

#include "logkeys.h"

struct arg_list;
struct tool;

/* Verifier keys, by name. */
struct where_keys {
	struct logkeys all;
};

/**
 * where_keys_read(t, k, l): Read verifier keys, files of them, and directories whose
 * files *.pub are such, into the zeroed *k.  Return ARGS_GO, or an exit code after
 * saying what is wrong.  where_keys_free(k) either way.
 * where_keys_of(k, name, n): The keys of one name, and how many.
 */
int where_keys_read(const struct tool *t, struct where_keys *k,
    const struct arg_list *l);
void where_keys_free(struct where_keys *k);
const struct note_verifier *const *where_keys_of(const struct where_keys *k,
    const char *name, size_t *n);

struct where_names {
	char **v;
	size_t n, cap;
};

/**
 * where_names_read(t, names, path): Read the names of nodes, one a line ('#' begins a
 * comment), or those of an outlet register (institution.outlet, but for the closed),
 * into the zeroed *names.  Return and free as above.
 */
int where_names_read(const struct tool *t, struct where_names *names,
    const char *path);
void where_names_free(struct where_names *names);

#endif /* !LIANGKA_WHERE_NAMES_H_ */
