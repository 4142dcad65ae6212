#ifndef LIANGKA_SCREENCONF_H_
#define LIANGKA_SCREENCONF_H_

/*
 * What screening needs of a node: its keys, lists, policy and state, from the daemon's
 * configuration or from options.
 */

#include "args.h"
#include "keys/token.h"
#include "lists/adopt.h"
#include "rules.h"

struct stateview;
struct tool;

#define SCREENCONF_FILE "/etc/liangka/liangkad.conf"
#define SCREENCONF_KEYS 4

/* Where things are; NULL and 0: as the configuration says. */
struct screenconf_options {
	const char *conf;		/* of the daemon */
	const char *data, *policy, *root;
	struct arg_list key, list_key;
	int32_t no_lists, no_windows;
};

struct screenconf {
	char data[1024], policy[1024], root[1024];
	char key[SCREENCONF_KEYS][1024], list_key[SCREENCONF_KEYS][1024];
	size_t nkeys, nlist_keys;
	int use_none;			/* the node has no lists, and says so */
	struct stateview *state;	/* or NULL */
	struct token_keys *keys, *list_keys;
	struct adopted adopted;
	int has_lists;
	struct rules rules;
	struct policy *policy_made;	/* of the lists' own policy text */
	const struct policy *rules_policy; /* whichever is used */
	char hash[65];			/* of its text */
	const char *policy_from;	/* where it came from, for people */
};

/**
 * screenconf_open(t, o, c): Read the configuration, then keys, state, lists and policy
 * into *c.  Return ARGS_GO, or an exit code after saying what is wrong.
 * screenconf_close(c) either way.
 */
int screenconf_open(const struct tool *t, const struct screenconf_options *o,
    struct screenconf *c);
void screenconf_close(struct screenconf *c);

/**
 * screenconf_served(c): Is a daemon at work on that data directory?
 */
int screenconf_served(const struct screenconf *c);

#endif /* !LIANGKA_SCREENCONF_H_ */
