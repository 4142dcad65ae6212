#ifndef LIANGKA_BACKUPCONF_H_
#define LIANGKA_BACKUPCONF_H_

/*
 * What backup and restore share: where the daemon's data are and under which keys its
 * log verifies, from options or from the daemon's configuration; what they found, told.
 */

#include "audit/backup.h"

#include "args.h"
#include "logkeys.h"
#include "logverify.h"
#include "tool.h"

#define BACKUPCONF_FILE "/etc/liangka/liangkad.conf"

struct backupconf {
	const char *conf;		/* --liangkad, or NULL */
	const char *data;		/* --data, or NULL */
	struct arg_list key;		/* --key */
	/* made by backupconf_take() */
	char place[1024];		/* the data directory */
	struct logkeys keys;
	struct logverify say;
};

#define BACKUPCONF_ARGS(type, at)						\
	{ "key", ARG_LIST, 0, "VKEY|FILE", "public key of the node, or a file of "	\
	    "such keys, one a line; may be given several times (default: those "	\
	    "of the daemon's configuration, FILE.pub beside its log key)", NULL,	\
	    0, 0, ARG_AT(type, at.key) },					\
	{ "liangkad", ARG_STRING, 0, "FILE", "the daemon's configuration (default "	\
	    BACKUPCONF_FILE ")", NULL, 0, 0, ARG_AT(type, at.conf) }

/**
 * backupconf_take(t, c, place): Read the configuration where an option is missing; with
 * place, the data directory too.  Return ARGS_GO, or an exit code after saying what is
 * wrong.  backupconf_free(c) either way.
 */
int backupconf_take(const struct tool *t, struct backupconf *c, int place);
void backupconf_free(struct backupconf *c);

/**
 * backupconf_options(t, c): The options of a run whose findings are told on t; from and
 * to are the caller's.
 */
struct backup_options backupconf_options(const struct tool *t,
    struct backupconf *c);

/**
 * backupconf_failed(t, fault, err): Say why, and return the exit code.
 * backupconf_tell(t, dir, x): Say what a whole backup holds; with t->json as members of
 * an object that is begun and ended here.
 */
int backupconf_failed(const struct tool *t, enum backup_fault fault,
    const char *err);
void backupconf_tell(const struct tool *t, const char *dir,
    const struct backup_info *x);

#endif /* !LIANGKA_BACKUPCONF_H_ */
