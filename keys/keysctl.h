/* The parts of the program liangka-keys. Every command gets its options and the
 * words behind them, prints what people or scripts are to know on standard output,
 * and returns an exit code of sysexits.h, or 1 when a verification fails. */
#ifndef LIANGKA_KEYS_KEYSCTL_H
#define LIANGKA_KEYS_KEYSCTL_H

#include <stdint.h>

#include "keydisk.h"
#include "keymake.h"

#define KEYSCTL_KEYS_MAX	32	/* --key, at once */
#define KEYSCTL_PATH_MAX	4096

/* Options, each a bit, as a command allows them. */
enum {
	KEYSCTL_JSON = 1 << 0,
	KEYSCTL_OUT = 1 << 1,
	KEYSCTL_NAME = 1 << 2,
	KEYSCTL_ALGORITHM = 1 << 3,
	KEYSCTL_EPOCH = 1 << 4,
	KEYSCTL_EXPIRES = 1 << 5,
	KEYSCTL_KEY = 1 << 6,
	KEYSCTL_NEED = 1 << 7
};

struct keysctl_options {
	unsigned		 given;		/* which of them */
	const char		*out;
	const char		*name;
	enum keyfile_algorithm	 algorithm;	/* 0: the usual one */
	uint32_t		 epoch;		/* 1 unless given */
	int64_t			 expires;	/* seconds, or KEYMAKE_NEVER */
	const char		*key[KEYSCTL_KEYS_MAX];
	unsigned		 nkeys;
	unsigned		 need;		/* 0: all */
	int			 json;
	int			 help;		/* asked for: do nothing else */
};

/* keysctl_options(o, argc, argv, allowed):
 * Read the options of a command; argv[0] is its name, optind the first word behind
 * them afterwards. Return 0 or an exit code, with the reason said. */
int	keysctl_options(struct keysctl_options *o, int argc, char **argv,
	    unsigned allowed);

/* keysctl_usage(what, which):
 * Explain a wrong command line; which may be NULL. Return EX_USAGE. */
int	keysctl_usage(const char *what, const char *which);

/* keysctl_report(err, creating):
 * Report a fault and return its exit code; creating is 1 where a file was made. */
int	keysctl_report(const struct keyfile_error *err, int creating);

/* keysctl_now():
 * The time, in seconds since 1970 (UTC). */
int64_t	keysctl_now(void);

/* keysctl_make(m, out, k, look):
 * Draw a key, write it to out and its public half beside it, and read it back into
 * *k and *look. Return 0 with *k to be wiped, or an exit code. */
int	keysctl_make(const struct keymake *m, const char *out,
	    struct keyfile *k, struct keydisk_look *look);

/* keysctl_beside(path, kind, out):
 * Write the name of the file with the public half of the key out: out.pub, or for
 * a sealing key the same with .crt in place of .key. Return 1; 0 when this kind has
 * none; -1 when the name is too long. */
int	keysctl_beside(char path[KEYSCTL_PATH_MAX], enum keyfile_kind kind,
	    const char *out);

/* keysctl_explain(k, out), keysctl_explain_rotated(k, out, old):
 * Tell someone who sees such a key for the first time what he now holds; the same
 * after its predecessor old was replaced. */
void	keysctl_explain(const struct keyfile *k, const char *out);
void	keysctl_explain_rotated(const struct keyfile *k, const char *out,
	    const char *old);

int	keysctl_new(const struct keysctl_options *o, int argc, char **argv);
int	keysctl_show(const struct keysctl_options *o, int argc, char **argv);
int	keysctl_fingerprint(const struct keysctl_options *o, int argc,
	    char **argv);
int	keysctl_rotate(const struct keysctl_options *o, int argc, char **argv);
int	keysctl_sign(const struct keysctl_options *o, int argc, char **argv);
int	keysctl_verify(const struct keysctl_options *o, int argc, char **argv);

#endif
