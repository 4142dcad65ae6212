/*
 * From the text of a `when` to code: and, or, not and parentheses.
 */
#include <assert.h>
#include <string.h>

#include "policy_parse.h"

static int parse_or(struct policy_parse *s);

/* How many values an instruction takes, and how many it leaves. */
static void
effect(enum policy_op op, size_t *takes, size_t *leaves)
{

	*takes = 2;
	*leaves = 1;
	switch (op) {
	case POLICY_OP_INT:
	case POLICY_OP_FACT:
		*takes = 0;
		break;
	case POLICY_OP_FLAG:
	case POLICY_OP_IN:
	case POLICY_OP_NOT:
		*takes = 1;
		break;
	case POLICY_OP_ITEM:
		*takes = *leaves = 0;
		break;
	case POLICY_OP_AND:
	case POLICY_OP_OR:
		*takes = 1;
		*leaves = 0;
		break;
	default:
		break;
	}
}

/* Write one instruction. */
struct policy_insn *
policy_parse_emit(struct policy_parse *s, enum policy_op op, int32_t arg)
{
	struct policy_insn *i;
	size_t takes, leaves;

	effect(op, &takes, &leaves);
	s->stack = s->stack - takes + leaves;
	/* A comparison of two sums is the deepest there is. */
	assert(s->stack <= POLICY_MAX_STACK);
	if (s->p->ncode == POLICY_MAX_CODE) {
		policy_lex_fail(&s->x, "the rules of this policy are too long "
		    "together");
		return (NULL);
	}
	i = &s->p->code[s->p->ncode++];
	memset(i, 0, sizeof(*i));
	i->op = (uint8_t)op;
	i->arg = arg;
	return (i);
}

/* Keep a copy of a text. */
const char *
policy_parse_string(struct policy *p, const char *text, size_t len)
{
	char *to = p->strings + p->nstrings;

	memcpy(to, text, len);
	to[len] = '\0';
	p->nstrings += len + 1;
	return (to);
}

/* One level deeper, if there is room. */
static int
descend(struct policy_parse *s)
{

	if (s->nest == POLICY_MAX_NEST) {
		policy_lex_fail(&s->x, "more than %d levels deep",
		    POLICY_MAX_NEST);
		return (-1);
	}
	s->nest++;
	return (0);
}

/* "(" or-expr ")" */
static int
parse_paren(struct policy_parse *s)
{
	size_t open = s->x.token.at;

	if (descend(s))
		return (-1);
	policy_lex_next(&s->x);
	if (parse_or(s))
		return (-1);
	s->nest--;
	if (s->x.token.kind == POLICY_T_BAD)
		return (-1);
	if (s->x.token.kind == POLICY_T_END) {
		policy_lex_fail_at(&s->x, open, open + 1,
		    "this '(' is never closed");
		return (-1);
	}
	if (s->x.token.kind != POLICY_T_CLOSE) {
		policy_lex_fail(&s->x, "expected 'and', 'or' or ')'");
		return (-1);
	}
	policy_lex_next(&s->x);
	return (0);
}

/* not-expr = "not" not-expr | "(" or-expr ")" | condition */
static int
parse_not(struct policy_parse *s)
{

	if (s->x.token.kind == POLICY_T_OPEN)
		return (parse_paren(s));
	if (s->x.token.kind != POLICY_T_NOT)
		return (policy_term_condition(s));
	if (descend(s))
		return (-1);
	policy_lex_next(&s->x);
	if (parse_not(s))
		return (-1);
	s->nest--;
	return (policy_parse_emit(s, POLICY_OP_NOT, 0) == NULL ? -1 : 0);
}

/*
 * The right side of an "and" or "or": it is skipped when the left side settles
 * the matter, which most rules do with their first word.
 */
static int
parse_right(struct policy_parse *s, enum policy_op op,
    int (*side)(struct policy_parse *))
{
	struct policy_insn *skip = policy_parse_emit(s, op, 0);

	policy_lex_next(&s->x);
	if (skip == NULL || side(s))
		return (-1);
	skip->arg = (int32_t)(s->p->code + s->p->ncode - skip - 1);
	return (0);
}

/* and-expr = not-expr { "and" not-expr } */
static int
parse_and(struct policy_parse *s)
{

	if (parse_not(s))
		return (-1);
	while (s->x.token.kind == POLICY_T_AND) {
		if (parse_right(s, POLICY_OP_AND, parse_not))
			return (-1);
	}
	return (0);
}

/* or-expr = and-expr { "or" and-expr } */
static int
parse_or(struct policy_parse *s)
{

	if (parse_and(s))
		return (-1);
	while (s->x.token.kind == POLICY_T_OR) {
		if (parse_right(s, POLICY_OP_OR, parse_and))
			return (-1);
	}
	return (0);
}

/* Say what may follow a whole condition. */
static void
trailing(struct policy_parse *s)
{
	struct policy_lex *x = &s->x;

	switch (x->token.kind) {
	case POLICY_T_BAD:
		break;
	case POLICY_T_CLOSE:
		policy_lex_fail(x, "this ')' closes nothing");
		break;
	case POLICY_T_EQ: case POLICY_T_NE: case POLICY_T_LT: case POLICY_T_LE:
	case POLICY_T_GT: case POLICY_T_GE:
		policy_lex_fail(x, "comparisons do not chain: join two with "
		    "'and'");
		break;
	case POLICY_T_WORD:
		if (policy_lex_is(x, "AND") || policy_lex_is(x, "OR")) {
			policy_lex_fail(x, "write '%s' in small letters",
			    policy_lex_is(x, "OR") ? "or" : "and");
			break;
		}
		/* FALLTHROUGH */
	default:
		policy_lex_fail(x, "expected 'and', 'or' or the end");
	}
}

/* Compile a `when`. */
int
policy_parse(struct policy *p, struct policy_rule *rule, struct conf_doc *doc,
    size_t v_at, const char *text, size_t len)
{
	struct policy_parse s = { .p = p };

	policy_lex_init(&s.x, doc, v_at, text, len);
	rule->code = (uint16_t)p->ncode;
	if (s.x.token.kind == POLICY_T_END) {
		policy_lex_fail(&s.x, "the condition is empty");
		return (-1);
	}
	if (parse_or(&s))
		return (-1);
	if (s.x.token.kind != POLICY_T_END) {
		trailing(&s);
		return (-1);
	}
	rule->ncode = (uint16_t)(p->ncode - rule->code);
	return (0);
}
