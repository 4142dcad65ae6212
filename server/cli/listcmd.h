#ifndef LIANGKA_LISTCMD_H_
#define LIANGKA_LISTCMD_H_

/*
 * What the commands on the centre's lists share: the centre, one of its lists with its
 * ledger and key, and the person, card or phone that a command is about.
 *
 *	struct options { struct registers_by by; struct listcmd_whom whom; ... };
 *	static const struct arg args[] = {
 *		REGISTERS_DIR_ARG(struct options, by),
 *		LISTCMD_WHOM_ARGS(struct options, whom), ..., ARG_END };
 *	struct options o = { .whom = LISTCMD_NOBODY };
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/token.h"
#include "lists/ledger.h"

#include "args.h"
#include "registers.h"

struct json;
struct tool;

#define LISTCMD_CELL 160

/* One list of a centre, open. */
struct listcmd {
	struct centre c;
	const struct centre_list *list;
	struct token_keys *keys;
	struct ledger *ledger;
};

/* Who or what is meant: a number, or the serial number of an action. */
struct listcmd_whom {
	int32_t id_type;
	char id_no[160];
	char id_country[4];
	uint64_t serial;	/* 0: a number */
};

#define LISTCMD_NOT_GIVEN "\n" /* no line can be that */
#define LISTCMD_NOBODY { 0, LISTCMD_NOT_GIVEN, "", 0 }

#define LISTCMD_NUMBER_ARGS(type, at)					\
	{ "id-no", ARG_TEXT, ARG_SECRET, "NUMBER", "number of the document, card "\
	    "or phone (号码); where it is left out it is asked for, unseen on a "	\
	    "terminal", NULL, 0, 0,		\
	    ARG_AT(type, at.id_no) },						\
	{ "id-type", ARG_CODE, 0, "TYPE", "kind of the document (证件类型; default "\
	    "resident); not for cards and phones", words_id_type, 0, 0,		\
	    ARG_AT(type, at.id_type) },						\
	{ "id-country", ARG_TEXT, 0, "CCC", "its country, for a passport, e.g. "	\
	    "USA", NULL, 0, 0, ARG_AT(type, at.id_country) }
#define LISTCMD_SERIAL_ARG(type, at)					\
	{ "serial", ARG_NUMBER, 0, "N", "the entry with this serial number, as "	\
	    "\"liangka list show\" prints it (序号), in place of a number", NULL, 1,	\
	    INT64_MAX, ARG_AT(type, at.serial) }
#define LISTCMD_REASON_ARG(type, member, flags)				\
	{ "reason", ARG_STRING, flags, "TEXT", "why, at most 127 bytes; recorded "	\
	    "with the name: no person's data in it", NULL, 0, 0,		\
	    ARG_AT(type, member) }

/**
 * listcmd_open(t, by, id, write, l): Open the centre, its list id, the key and the
 * ledger; for listcmd_close().  Return ARGS_GO, or an exit code after saying what is
 * wrong, and nothing is open.
 */
int listcmd_open(const struct tool *t, const struct registers_by *by,
    const char *id, int write, struct listcmd *l);
void listcmd_close(struct listcmd *l);

/**
 * listcmd_list(t, c, id): Find a list, or say which there are.
 * listcmd_ask(t, w): Read the number where it is wanted and was not given.
 * listcmd_token(t, w, subject, keys, token): Make the token of a number that was read;
 * the number is wiped.  listcmd_find(t, l, w, token): the same, or the token of
 * w->serial.  Each returns ARGS_GO or an exit code.
 */
const struct centre_list *listcmd_list(const struct tool *t,
    const struct centre *c, const char *id);
int listcmd_ask(struct tool *t, struct listcmd_whom *w);
int listcmd_token(const struct tool *t, struct listcmd_whom *w,
    uint32_t subject, const struct token_keys *keys, struct token *token);
int listcmd_find(const struct tool *t, const struct listcmd *l,
    struct listcmd_whom *w, struct token *token);

/**
 * listcmd_category(t, word, v), listcmd_basis(t, word, v): Read a word, *v = 0 for NULL.
 * listcmd_reason(t, reason): See that a reason can be one.  Each returns ARGS_GO or an
 * exit code.
 */
int listcmd_category(const struct tool *t, const char *word, int *v);
int listcmd_basis(const struct tool *t, const char *word, int *v);
int listcmd_reason(const struct tool *t, const char *reason);

/**
 * listcmd_say(t, c, by, why, format, ...): Write to the centre's journal.  Return ARGS_GO
 * or an exit code.
 */
int listcmd_say(const struct tool *t, struct centre *c,
    const struct registers_by *by, const char *why, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/**
 * listcmd_commit(t, l, by, why, format, ...): Say in the journal what is done, then make
 * durable what the ledger has taken; nothing is done that the journal does not know of.
 */
int listcmd_commit(const struct tool *t, struct listcmd *l,
    const struct registers_by *by, const char *why, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/**
 * listcmd_state(e, day): The state of the last action on a token on a day.
 * listcmd_state_text(t, state), listcmd_state_word(state).
 */
enum listcmd_state { LISTCMD_IN_FORCE, LISTCMD_AHEAD, LISTCMD_OVER,
	LISTCMD_REMOVED, LISTCMD_CLEARED, LISTCMD_PAST };
int listcmd_state(const struct ledger_entry *e, int32_t day);
const char *listcmd_state_text(const struct tool *t, int state);
const char *listcmd_state_word(int state);

/**
 * listcmd_day(day, buf): "2026-11-22", or "-" for 0.
 * listcmd_json(j, list, e, state): Add what an action says to an object.
 */
const char *listcmd_day(int32_t day, char buf[16]);
void listcmd_json(struct json *j, const char *list,
    const struct ledger_entry *e, int state);

#define LISTCMD_EXITS							\
	"64 wrong usage\n65 the number or another input is wrong\n"		\
	"66 standard input ended before a line came\n"			\
	"71 out of memory\n74 read or write error\n"			\
	"75 another program is writing there: try again\n"		\
	"78 this is no centre's directory, or a setting or key is wrong\n"

#endif /* !LIANGKA_LISTCMD_H_ */
