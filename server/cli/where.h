#ifndef LIANGKA_WHERE_H_
#define LIANGKA_WHERE_H_

/*
 * The nodes and what they have of the lists, from the signed status that each of them
 * sends (lists/nodestatus.h), and the names of those that are to send one.
 */

#include <stddef.h>
#include <stdint.h>

#include "lists/nodestatus.h"

struct arg_list;
struct tool;

/* What is asked of each node. */
struct where_want {
	char list[24];		/* "": of the targets */
	uint32_t version;
	int64_t now;		/* UTC seconds */
	int64_t silent;		/* seconds after which a status is an old one */
};

enum where_state {
	WHERE_REACHED,		/* has that version or a newer one */
	WHERE_BEHIND,
	WHERE_SILENT,		/* was behind when last heard, too long ago */
	WHERE_UNHEARD,		/* is to report and never did */
	WHERE_UNVERIFIED,	/* what came in its name is not believed */
	WHERE_STATES
};

struct where_node {
	enum where_state state;
	char name[NODESTATUS_NODE_MAX];
	struct nodestatus s;	/* where there is one */
	uint32_t version;	/* of what is asked; 0: none */
	int known;		/* in the file of nodes, if there is one */
	char *why;		/* of WHERE_UNVERIFIED */
};

struct where {
	struct where_node *node;	/* by state, then name */
	size_t n;
	size_t count[WHERE_STATES];	/* of those that are known */
	size_t others;		/* nodes that are not in the file of nodes */
	int has_names;
};

/**
 * where_parse(w, text): Read VERSION or LIST@VERSION.  Return 0, or -1.
 * where_read(t, x, want, dir, keys, names): Read the status files in dir, believing what
 * the keys (verifier keys, files of them, directories of such files) vouch for, and the
 * names of the nodes (a file of one a line, or an outlet register; NULL: none).  Return
 * ARGS_GO with *x, or an exit code after saying what is wrong.  where_free(x) either way.
 */
int where_parse(struct where_want *w, const char *text);
int where_read(const struct tool *t, struct where *x,
    const struct where_want *want, const char *dir,
    const struct arg_list *keys, const char *names);
void where_free(struct where *x);

#endif /* !LIANGKA_WHERE_H_ */
