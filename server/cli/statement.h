#ifndef LIANGKA_STATEMENT_H_
#define LIANGKA_STATEMENT_H_

/*
 * Statements of staff (keys/staffnote.h), as commands make them: signed with the
 * personal key of whoever runs the command, sent to the daemon, and answered when
 * they stand durably in its journal.  A command that shows a person, an entry of
 * one or a sealed identity sends one first and stops when it is refused.
 *
 *	struct options { struct statement_by by; ... };
 *	static const struct arg args[] = {
 *		STATEMENT_ARGS(struct options, by, ARG_REQUIRED), ..., ARG_END };
 */

#include <stdint.h>

#include "keys/staffnote.h"

#include "args.h"

struct lk_result;
struct service;
struct tool;

/* Who says it, and why. */
struct statement_by {
	const char *as;		/* --as: key file of kind staff */
	const char *reason;	/* --reason */
};

#define STATEMENT_ARGS(type, at, flags)					\
	{ "as", ARG_STRING, flags, "FILE", "your personal key (kind staff), "	\
	    "with which this is signed", NULL, 0, 0,		\
	    ARG_AT(type, at.as) },					\
	{ "reason", ARG_STRING, flags, "TEXT", "why, at most 255 bytes; "	\
	    "recorded with your name: no applicant's data in it", NULL, 0, 0,	\
	    ARG_AT(type, at.reason) }

/* What it is about. */
struct statement {
	enum staffnote_action action;
	uint64_t entry;		/* seq; 0 for a person */
	const char *origin;	/* node whose record it is; NULL: the daemon's */
	/* a person: his document */
	int32_t id_type;
	const char *id_no;
	const char *id_country;	/* or NULL */
	/* a link: another document of his */
	int32_t prev_type;
	const char *prev_no;
	const char *prev_country; /* or NULL */
	const char *detail;	/* of actions that have one, or NULL; a node below */
	struct lk_result *result; /* a step in a case: the decision as it stands then */
};

/* What the daemon answered. */
struct statement_answer {
	uint64_t seq;		/* of the entry that records the statement */
	char node[32];		/* the daemon's id */
	char tokens[256];	/* of a person: "epoch:hex epoch:hex ..." */
	/* of a node below: */
	uint32_t generation;	/* of its log, 0: it has never linked */
	uint64_t cursor;	/* its last entry that was taken */
	uint64_t heard;		/* the highest that is known of */
};

/* The exits of a command that makes statements, besides those of the daemon. */
#define STATEMENT_EXITS \
	"66 no such key file\n"

/**
 * statement_check(t, by): See that both options were given and the reason can be one,
 * before anything is opened.  Return ARGS_GO, or an exit code after saying what is
 * wrong.
 */
int statement_check(const struct tool *t, const struct statement_by *by);

/**
 * statement_name(t, by, name): Write the name of whose key it is.  Return ARGS_GO, or an
 * exit code after saying what is wrong.
 */
int statement_name(const struct tool *t, const struct statement_by *by,
    char name[32]);

/**
 * statement_send(t, c, by, s, answer): Sign the statement, send it to the daemon and
 * wait until it is recorded durably.  Return ARGS_GO with *answer filled in, or an
 * exit code after saying what is wrong.
 */
int statement_send(const struct tool *t, struct service *c,
    const struct statement_by *by, const struct statement *s,
    struct statement_answer *answer);

/**
 * statement_tokens(answer, i, epoch, hex): Take the i-th token out of an answer: its
 * epoch and its 32 digits.  Return 1, or 0 when there is none.
 */
int statement_tokens(const struct statement_answer *answer, unsigned i,
    uint32_t *epoch, char hex[33]);

#endif /* !LIANGKA_STATEMENT_H_ */
