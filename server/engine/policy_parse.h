#ifndef LIANGKA_POLICY_PARSE_H_
#define LIANGKA_POLICY_PARSE_H_

#include "category.h"
#include "policy_lex.h"
#include "policy_names.h"
#include "policy_rule.h"

/* A `when` being compiled into a policy. */
struct policy_parse {
	struct policy_lex	x;
	struct policy *		p;
	size_t			nest;	/* parentheses and nots around us */
	size_t			stack;	/* values pushed so far */
	size_t			ncategories; /* of the list asked for last */
	uint8_t			category[CATEGORIES];
};

/**
 * policy_parse(p, rule, doc, v_at, text, len):
 * Compile the ${len} bytes at ${text}, the decoded value at the byte ${v_at} of
 * ${doc}, into the code, facts and names of ${p}, and note it in ${rule}.
 * Return 0, or -1 after reporting the first error.
 */
int policy_parse(struct policy *p, struct policy_rule *rule,
    struct conf_doc *doc, size_t v_at, const char *text, size_t len);

/*
 * Between policy_parse.c (and, or, not, parentheses), policy_term.c
 * (conditions), policy_call.c (functions) and policy_list.c (lists): what returns
 * an int returns 0, or -1 after reporting an error.
 */

/**
 * policy_call(s, fn, slot):
 * Read a function with its arguments, find or add its slot, and write the code
 * that pushes it.  The categories of a list are left in ${s}, for the caller.
 */
int policy_call(struct policy_parse *s, const struct policy_fn_info **fn,
    int32_t *slot);

/**
 * policy_call_name(s, fn, more):
 * Return the row of the choice ${fn}, or of ${more} (which may be NULL), that
 * the present token names; or NULL after reporting an error.
 */
const struct conf_name *policy_call_name(struct policy_parse *s,
    const struct policy_fn_info *fn, const struct conf_name *more);

/**
 * policy_call_expect(s, kind, what):
 * Step over a token of this ${kind}, or report that ${what} is missing.
 */
int policy_call_expect(struct policy_parse *s, enum policy_token_kind kind,
    const char *what);

/**
 * policy_term_condition(s):
 * Read one condition and write its code, which pushes one truth value.
 */
int policy_term_condition(struct policy_parse *s);

/**
 * policy_list_arguments(s, f):
 * Read a list's id and categories with the ")" after them; note the list in ${f}
 * and the categories in ${s}.
 */
int policy_list_arguments(struct policy_parse *s, struct policy_fact *f);

/**
 * policy_list_condition(s):
 * Write the code that makes a truth of the list's fact that was pushed last.
 */
int policy_list_condition(struct policy_parse *s);

/**
 * policy_parse_emit(s, op, arg):
 * Write one instruction.  Return where, or NULL if there is no room.
 */
struct policy_insn *policy_parse_emit(struct policy_parse *s, enum policy_op op,
    int32_t arg);

/**
 * policy_parse_string(p, text, len):
 * Keep a copy of a text in ${p} and return it with a NUL.
 */
const char *policy_parse_string(struct policy *p, const char *text, size_t len);

#endif /* !LIANGKA_POLICY_PARSE_H_ */
