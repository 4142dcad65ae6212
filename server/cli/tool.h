#ifndef LIANGKA_TOOL_H_
#define LIANGKA_TOOL_H_

/*
 * The run of one command: where it reads and writes, in which language, in
 * colour or not.  Tests make their own.
 */

#include <stdint.h>
#include <stdio.h>

struct command;

/* Exit codes: those of a decision, and of sysexits.h. */
enum tool_exit {
	TOOL_OK = 0,
	TOOL_NO = 1,		/* not so, or not possible as things stand */
	TOOL_LIMIT = 5,		/* the decision, of check and review show */
	TOOL_REVIEW = 10,
	TOOL_REJECT = 20,
	TOOL_USAGE = 64,
	TOOL_DATA = 65,		/* an input is wrong; said with its place */
	TOOL_NOINPUT = 66,
	TOOL_AWAY = 69,		/* the daemon does not answer */
	TOOL_BUG = 70,
	TOOL_SYSTEM = 71,
	TOOL_IO = 74,
	TOOL_LATER = 75,	/* no answer in time, or too busy */
	TOOL_PROTOCOL = 76,
	TOOL_DENIED = 77,
	TOOL_CONFIG = 78
};

enum tool_colour { TOOL_PLAIN, TOOL_BOLD, TOOL_RED, TOOL_GREEN, TOOL_YELLOW,
	TOOL_DIM };

struct tool {
	FILE *in;
	FILE *out;
	FILE *err;
	int32_t language;	/* LK_LANG_ZH or LK_LANG_EN */
	int32_t json;
	int colour;		/* out understands colours */
	int colour_err;
	int64_t (*now_ms)(void);
	const struct command *command; /* NULL until it is known */
	/* where the daemon is: options of every command that asks it */
	const char *config;
	const char *socket;
	const char *institution;
	int64_t timeout_ms;
};

/**
 * tool_init(t, in, out, err): Make t a run on these streams with language and
 * colour as the environment asks: LC_ALL, LC_MESSAGES, LANG; NO_COLOR, TERM.
 */
void tool_init(struct tool *t, FILE *in, FILE *out, FILE *err);

/**
 * tool_zh(t, zh, en): Return the text in the language of t.
 */
const char *tool_zh(const struct tool *t, const char *zh, const char *en)
    __attribute__((format_arg(2), format_arg(3)));

/**
 * tool_fail(t, code, zh, en, ...): Write "liangka COMMAND: text" to t->err and
 * return code.  Both formats take the same arguments.
 */
int tool_fail(const struct tool *t, int code, const char *zh, const char *en,
    ...) __attribute__((format(printf, 3, 5), format(printf, 4, 5)));

/**
 * tool_errno(t, error): Return what an errno means, in the language of t.
 */
const char *tool_errno(const struct tool *t, int error);

/**
 * tool_paint(t, colour): Return the sequence that switches t->out to the colour
 * (TOOL_PLAIN: back), or "" where there are no colours.
 */
const char *tool_paint(const struct tool *t, enum tool_colour colour);

/**
 * tool_flush(t, code): See that all output was written.  Return code, or when
 * that is 0 and writing failed, TOOL_IO after saying so.
 */
int tool_flush(const struct tool *t, int code);

#endif /* !LIANGKA_TOOL_H_ */
