#ifndef LIANGKA_DAEMON_H_
#define LIANGKA_DAEMON_H_

/*
 * What is open while the daemon runs, in the order of opening.  Each call says what
 * went wrong itself (log.h) and returns the exit code for it, or 0.
 *
 * Threads: one.
 */

#include "counter/above.h"

#include "nodekeys.h"
#include "policyfile.h"

struct adopter;
struct config;
struct counter;
struct journal;
struct loop;
struct seal_cert;
struct token_keys;

struct daemon {
	struct config *config;
	struct token_keys *keys;
	struct token_keys *list_keys;	/* NULL: no signed lists */
	struct nodekeys nodekeys;
	struct seal_cert *seal;
	struct policyfile policy;
	struct above_options above;	/* the node above */
	char token_key[40];		/* "epoch:id" */
	struct journal *journal;
	struct counter *counter;
	struct adopter *adopter;	/* ditto */
	struct loop *loop;
};


/**
 * daemon_config(d, file, flags): Read the configuration into *d, which is zeroed;
 * flags as for config_load().
 */
int daemon_config(struct daemon *d, const char *file, unsigned flags);

/**
 * daemon_policy(d): Read and compile the policy.  daemon_data(d, create): see that the
 * data directory is fit.  daemon_journal(d, offline): recover the journal, only to
 * look at it where offline.
 */
int daemon_policy(struct daemon *d);
int daemon_data(struct daemon *d, int create);
int daemon_journal(struct daemon *d, int offline);

/**
 * daemon_open(d): Open everything else that serving needs, down to the loop.
 */
int daemon_open(struct daemon *d);

/**
 * daemon_close(d, rc): Close all, last opened first.  Return rc, or what went wrong in
 * closing.
 */
int daemon_close(struct daemon *d, int rc);

#endif /* !LIANGKA_DAEMON_H_ */
