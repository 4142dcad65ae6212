#ifndef LIANGKA_ARGS_H_
#define LIANGKA_ARGS_H_

/*
 * Options by a table, which is also their help.  An option is --name VALUE,
 * --name=VALUE or, for a flag, --name; "--" ends them; the rest are operands, in
 * any order among them.  An option given twice is an error, unless it is a list.
 */

#include <stddef.h>
#include <stdint.h>

#include "words.h"

struct tool;

enum arg_kind {
	ARG_FLAG,	/* int32_t: 1 when given */
	ARG_BIT,	/* uint32_t: lo is or-ed in */
	ARG_NUMBER,	/* int32_t, int64_t or uint64_t, lo to hi */
	ARG_CODE,	/* int32_t: a word or number of the table */
	ARG_BITS,	/* uint32_t: words with a comma between, or-ed */
	ARG_TIME,	/* int64_t: UTC ms, see moment_parse() */
	ARG_DURATION,	/* int64_t: ms, lo to hi */
	ARG_STRING,	/* const char *: the argument itself */
	ARG_LIST,	/* struct arg_list: every argument given, in order */
	ARG_TEXT	/* char array: a copy that fits */
};

/* arg.flags */
#define ARG_REQUIRED 1u
#define ARG_SECRET 2u	/* ARG_TEXT: "-" reads it from standard input; wiped */
			/* from the list of processes */

#define ARG_LIST_MAX 64

struct arg_list {
	size_t n;
	const char *v[ARG_LIST_MAX];
};

struct arg {
	const char *name;
	enum arg_kind kind;
	unsigned flags;
	const char *value;	/* what the help calls it */
	const char *help;
	const struct word *words;
	int64_t lo, hi;
	size_t offset, size;	/* in the options of the command */
};

#define ARG_AT(type, member) \
	offsetof(type, member), sizeof(((type *)0)->member)
#define ARG_END { NULL, ARG_FLAG, 0, NULL, NULL, NULL, 0, 0, 0, 0 }

/* Options of every command, and of those that ask the daemon: in a struct tool. */
extern const struct arg args_common[];
extern const struct arg args_client[];

#define ARGS_GO (-1)

/**
 * args_read(t, own, argc, argv): Read the options behind argv[0] by the tables of
 * t->command: common ones into *t, its own into *own, which holds the defaults.
 * Operands are moved to argv[0..], their number is *argc.  Secrets given as "-"
 * are read from t->in, a line each in the order of the table, or asked for on a
 * terminal.  Return ARGS_GO, or an exit code after saying what is wrong.
 */
int args_read(struct tool *t, void *own, int *argc, char **argv);

/**
 * args_operands(t, argc, argv, lo, hi, zh, en): See that there are lo to hi
 * operands; zh and en say what they are.  Return ARGS_GO or an exit code.
 */
int args_operands(const struct tool *t, int argc, char **argv, int lo, int hi,
    const char *zh, const char *en);

#endif /* !LIANGKA_ARGS_H_ */
