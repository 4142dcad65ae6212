#ifndef LIANGKA_POLICY_RULE_H_
#define LIANGKA_POLICY_RULE_H_

/*
 * A compiled policy: what the parser writes and the evaluation reads.  For the
 * policy's own sources only.
 *
 * Invariants (policy_compile makes sure of them, policy_eval.c relies on them)
 *  1. fact[0] is POLICY_CLEARED; no two facts are equal; every POLICY_OP_FACT
 *     names a slot below nfacts.
 *  2. The code of a rule is postfix, needs at most POLICY_MAX_STACK values, never
 *     takes from an empty stack, and leaves exactly one value, 0 or 1.
 *  3. POLICY_OP_IN is followed by exactly its n POLICY_OP_ITEM; POLICY_OP_AND
 *     and _OR skip forward, within their rule, to where their right side ends.
 *  4. order[] holds each rule once, by class, strictness, file order.
 *  5. No rule of class context rejects; no rule of class statutory or quantity
 *     is clearable or waivable.
 *  6. The list of a POLICY_LISTED or _AGENT_LISTED fact is list[product].
 */

#include "policy.h"

#define POLICY_MAX_CODE		8192	/* instructions in a policy */
#define POLICY_MAX_STACK	8
#define POLICY_MAX_NEST		32	/* parentheses and nots */
#define POLICY_MAX_NAMES	64	/* institutions named */
#define POLICY_MAX_MESSAGE	1023	/* bytes, as plugin.h has room for */

enum policy_op {
	POLICY_OP_INT,		/* push arg */
	POLICY_OP_FACT,		/* push the fact in slot arg */
	POLICY_OP_FLAG,		/* a > 0 */
	POLICY_OP_ADD,
	POLICY_OP_EQ, POLICY_OP_NE,
	POLICY_OP_LT, POLICY_OP_LE, POLICY_OP_GT, POLICY_OP_GE,
	POLICY_OP_IN,		/* is a one of the n items that follow? */
	POLICY_OP_ITEM,
	POLICY_OP_NOT,
	POLICY_OP_AND,		/* a == 0: skip arg instructions; else drop a */
	POLICY_OP_OR		/* a != 0: the same */
};

struct policy_insn {
	uint8_t		op;
	uint8_t		known;	/* POLICY_OP_FACT: below 0 it is unknown; */
				/* comparison: false if a side is unknown */
	uint16_t	n;	/* POLICY_OP_IN: items */
	int32_t		arg;
};

struct policy_rule {
	char		id[POLICY_MAX_ID + 1];
	char		reason[16];
	const char *	when;
	const char *	text[2][2];	/* by which and language, or NULL */
	int32_t		then, by, offer, profile;
	uint32_t	needs;
	int32_t		from, until;	/* days since 1970-01-01, inclusive */
	uint8_t		class, notify, clearable, shadow, campaign;
	uint16_t	code, ncode;	/* in policy.code */
};

struct policy {
	char			version[32];
	int64_t			reservation_ms, review_ms, approve_ms;
	int32_t			review_timeout;		/* LK_REVIEW, LK_REJECT */
	const char *		relief[2];		/* or NULL */
	const char *		general[4][2][2];	/* by decision, or NULL */
	size_t			nfacts, nrules, nnames, nlists, ncode, nstrings;
	struct policy_fact	fact[POLICY_MAX_FACTS];
	struct policy_rule	rule[POLICY_MAX_RULES];
	uint8_t			order[POLICY_MAX_RULES];
	const char *		name[POLICY_MAX_NAMES];	/* institutions */
	const char *		list[POLICY_MAX_LISTS];
	struct policy_insn	code[POLICY_MAX_CODE];
	char			strings[];
};

/**
 * policy_text_builtin(row, which, lang):
 * Return the built-in text for the decision of ${row} (policy_text_row); never
 * NULL.
 */
const char *policy_text_builtin(int row, int which, int lang);

/**
 * policy_campaign_refusal(p, rule):
 * Return a sentence on why no campaign may lift the rule, NULL when one may.
 */
const char *policy_campaign_refusal(const struct policy *p, int rule);

/**
 * policy_text_row(decision):
 * Return 0..3 for LK_PASS, LK_LIMIT, LK_REVIEW, LK_REJECT, and 3 for anything
 * stricter.
 */
int policy_text_row(int32_t decision);

#endif /* !LIANGKA_POLICY_RULE_H_ */
