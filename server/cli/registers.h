#ifndef LIANGKA_REGISTERS_H_
#define LIANGKA_REGISTERS_H_

/*
 * What commands do with the centre's registers (lists/centre.h): open the directory, read
 * a register, put a new one in its place, and say in the centre's journal who did it.
 *
 *	struct options { struct registers_by by; ... };
 *	static const struct arg args[] = {
 *		REGISTERS_DIR_ARG(struct options, by),
 *		REGISTERS_WHO_ARG(struct options, by, ARG_REQUIRED), ..., ARG_END };
 */

#include <stddef.h>
#include <stdint.h>

#include "lists/centre.h"

#include "args.h"

struct tool;

#define REGISTERS_WHO_MAX 31
#define REGISTERS_WHY_MAX 127

/* Where, and who. */
struct registers_by {
	const char *dir;	/* --dir */
	const char *who;	/* --who */
};

#define REGISTERS_DIR_ARG(type, at)					\
	{ "dir", ARG_STRING, ARG_REQUIRED, "DIR", "the centre's directory, as "	\
	    "\"liangka repo init\" made it", NULL, 0, 0, ARG_AT(type, at.dir) }
#define REGISTERS_WHO_ARG(type, at, flags)				\
	{ "who", ARG_STRING, flags, "NAME", "who does it: your name or staff "	\
	    "number, recorded in the centre's journal", NULL, 0, 0,		\
	    ARG_AT(type, at.who) }

#define REGISTERS_EXITS_DISK						\
	"71 out of memory\n74 read or write error\n"			\
	"75 another program is writing there: try again\n"
#define REGISTERS_EXITS_CONFIG						\
	"78 this is no centre's directory, or centre.conf is wrong\n"
#define REGISTERS_EXITS_READ REGISTERS_EXITS_DISK REGISTERS_EXITS_CONFIG

/**
 * registers_open(t, by, write, c): Open the centre, having looked at the name; for
 * centre_close().  Return ARGS_GO, or an exit code after saying what is wrong.
 */
int registers_open(const struct tool *t, const struct registers_by *by,
    int write, struct centre *c);

/**
 * registers_read(t, c, name, max, text, len): Read registers/name, of at most max bytes,
 * into *text, for free(), with a NUL behind it; where there is none, it is NULL.
 * registers_write(t, c, by, name, text, len, what, why): Say in the journal what is done,
 * then put the text in the place of the register.  Each returns ARGS_GO or an exit code.
 */
int registers_read(const struct tool *t, const struct centre *c,
    const char *name, size_t max, char **text, size_t *len);
int registers_write(const struct tool *t, struct centre *c,
    const struct registers_by *by, const char *name, const char *text,
    size_t len, const char *what, const char *why);

/**
 * registers_file(t, path, max, text, len): Read a file that the user names ("-": standard
 * input).
 */
int registers_file(const struct tool *t, const char *path, size_t max,
    char **text, size_t *len);

/**
 * registers_day(t, option, s, day): Read a day, 2026-11-22.
 * registers_line(t, option, s, max): See that a text is one line that shows, of at most
 * max bytes, not empty, and without an identity number.  Each returns ARGS_GO or an exit code.
 * registers_today(t): the day of UTC+8.
 */
int registers_day(const struct tool *t, const char *option, const char *s,
    int32_t *day);
int registers_line(const struct tool *t, const char *option, const char *s,
    size_t max);
int32_t registers_today(const struct tool *t);

#endif /* !LIANGKA_REGISTERS_H_ */
