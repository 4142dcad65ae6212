/*
 * From the text of a `when` to code: the list that a function asks for, and the
 * categories that count.
 */
#include <string.h>

#include "policy_parse.h"

/* Is this the id of a list? */
static int
id_ok(const char *id, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (!((id[i] >= 'a' && id[i] <= 'z') || id[i] == '-' ||
		    (id[i] >= '0' && id[i] <= '9')))
			return (0);
	}
	return (len > 0 && len <= POLICY_MAX_LIST_ID);
}

/* The id of a list, in quotes: find or add its index. */
static int
list(struct policy_parse *s, struct policy_fact *f)
{
	const struct policy_token *t = &s->x.token;
	const char *w = s->x.text + t->at + 1;
	struct policy *p = s->p;
	size_t i, len;

	if (t->kind != POLICY_T_STRING) {
		if (t->kind != POLICY_T_BAD)
			policy_lex_fail(&s->x, "expected a list's id in "
			    "quotes");
		return (-1);
	}
	len = t->len - 2;
	if (!id_ok(w, len)) {
		policy_lex_fail(&s->x, "a list's id is 1 to %d of a-z, 0-9 "
		    "and -", POLICY_MAX_LIST_ID);
		return (-1);
	}
	for (i = 0; i < p->nlists; i++) {
		if (strlen(p->list[i]) == len &&
		    memcmp(p->list[i], w, len) == 0)
			break;
	}
	if (i == POLICY_MAX_LISTS) {
		policy_lex_fail(&s->x, "the policy asks for more than %d "
		    "lists", POLICY_MAX_LISTS);
		return (-1);
	}
	if (i == p->nlists)
		p->list[p->nlists++] = policy_parse_string(p, w, len);
	f->product = (uint16_t)i;
	f->list = p->list[i];
	policy_lex_next(&s->x);
	return (0);
}

/* Report a word that is no category. */
static void
unknown(struct policy_parse *s)
{
	const struct policy_lex *x = &s->x;
	const char *w = x->text + x->token.at;
	int len = x->token.len < 64 ? (int)x->token.len : 64, c;
	struct conf_guess g;

	if (x->token.kind == POLICY_T_BAD)
		return;
	if (x->token.kind != POLICY_T_WORD) {
		policy_lex_fail(x, "expected a category such as %s",
		    category_name(CATEGORY_CONVICTED));
		return;
	}
	conf_guess_init(&g, w, x->token.len);
	for (c = 1; c < CATEGORIES; c++)
		conf_guess_try(&g, category_name(c));
	if (g.best != NULL)
		policy_lex_fail(x, "unknown category '%.*s', did you mean "
		    "'%s'?", len, w, g.best);
	else
		policy_lex_fail(x, "unknown category '%.*s'", len, w);
}

/* One category. */
static int
category(struct policy_parse *s)
{
	const struct policy_lex *x = &s->x;
	int c = 0;

	if (x->token.kind == POLICY_T_WORD)
		c = category_find(x->text + x->token.at, x->token.len);
	if (c == 0) {
		unknown(s);
		return (-1);
	}
	if (memchr(s->category, c, s->ncategories) != NULL) {
		policy_lex_fail(x, "this is in the list already");
		return (-1);
	}
	s->category[s->ncategories++] = (uint8_t)c;
	policy_lex_next(&s->x);
	return (0);
}

/* 'id' { "," category }, up to the ")". */
int
policy_list_arguments(struct policy_parse *s, struct policy_fact *f)
{

	s->ncategories = 0;
	if (list(s, f))
		return (-1);
	while (s->x.token.kind == POLICY_T_COMMA) {
		policy_lex_next(&s->x);
		if (category(s))
			return (-1);
	}
	return (policy_call_expect(s, POLICY_T_CLOSE, "',' or ')'"));
}

/* The code that tells whether the fact just pushed is one of them. */
int
policy_list_condition(struct policy_parse *s)
{
	struct policy_insn *set;
	size_t i;

	if (s->ncategories == 0)
		return (policy_parse_emit(s, POLICY_OP_FLAG, 0) == NULL ?
		    -1 : 0);
	if ((set = policy_parse_emit(s, POLICY_OP_IN, 0)) == NULL)
		return (-1);
	for (i = 0; i < s->ncategories; i++) {
		if (policy_parse_emit(s, POLICY_OP_ITEM, s->category[i]) ==
		    NULL)
			return (-1);
		set->n++;
	}
	return (0);
}
