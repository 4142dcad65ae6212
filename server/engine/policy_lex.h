#ifndef LIANGKA_POLICY_LEX_H_
#define LIANGKA_POLICY_LEX_H_

#include <stddef.h>
#include <stdint.h>

#include "plugin/conf.h"

enum policy_token_kind {
	POLICY_T_END, POLICY_T_WORD, POLICY_T_NUMBER, POLICY_T_STRING,
	POLICY_T_OPEN, POLICY_T_CLOSE, POLICY_T_COMMA, POLICY_T_PLUS,
	POLICY_T_EQ, POLICY_T_NE, POLICY_T_LT, POLICY_T_LE, POLICY_T_GT,
	POLICY_T_GE, POLICY_T_AND, POLICY_T_OR, POLICY_T_NOT, POLICY_T_IN,
	POLICY_T_BAD		/* was reported */
};

/* One token of a `when`. */
struct policy_token {
	enum policy_token_kind	kind;
	size_t			at, len;	/* in the decoded text */
	int64_t			number;
	int64_t			unit;	/* NUMBER: seconds, or 0 without unit */
};

/* A `when` being read, one token ahead. */
struct policy_lex {
	struct conf_doc *	doc;
	size_t			v_at;	/* of the value in the document */
	const char *		text;	/* decoded */
	size_t			len;
	size_t			next;
	size_t			done;	/* end of the token before */
	struct policy_token	token;
};

/**
 * policy_lex_init(x, doc, v_at, text, len):
 * Begin to read the ${len} bytes at ${text}, the decoded value at the byte
 * ${v_at} of ${doc}, and stand at its first token.
 */
void policy_lex_init(struct policy_lex *x, struct conf_doc *doc, size_t v_at,
    const char *text, size_t len);

/**
 * policy_lex_next(x):
 * Go to the next token.
 */
void policy_lex_next(struct policy_lex *x);

/**
 * policy_lex_is(x, word):
 * Is the present token the word ${word}?
 */
int policy_lex_is(const struct policy_lex *x, const char *word);

/**
 * policy_lex_span(x, from, to, at, len):
 * Translate the decoded bytes ${from} to ${to} into the document's byte ${at}
 * and the ${len} bytes from there, for conf_fail.
 */
void policy_lex_span(const struct policy_lex *x, size_t from, size_t to,
    size_t *at, size_t *len);

/* Report an error about the token or the decoded bytes from..to. */
#define policy_lex_fail_at(x, from, to, ...) do {			\
	size_t at_, len_;						\
									\
	policy_lex_span((x), (from), (to), &at_, &len_);		\
	conf_fail((x)->doc, at_, len_, __VA_ARGS__);			\
} while (0)
#define policy_lex_fail(x, ...)						\
	policy_lex_fail_at((x), (x)->token.at,				\
	    (x)->token.at + (x)->token.len, __VA_ARGS__)

#endif /* !LIANGKA_POLICY_LEX_H_ */
