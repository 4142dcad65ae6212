/*
 * The tokens of a rule's `when`.
 */
#include <string.h>

#include "policy_lex.h"

/* Can this letter be in a word?  The first must not be a digit. */
static int
is_word(char c)
{

	return ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '.');
}

/* Translate decoded bytes into bytes of the document. */
void
policy_lex_span(const struct policy_lex *x, size_t from, size_t to, size_t *at,
    size_t *len)
{

	*at = conf_locate(x->doc, x->v_at, from);
	*len = conf_locate(x->doc, x->v_at, to) - *at;
}

/* Is the present token this word? */
int
policy_lex_is(const struct policy_lex *x, const char *word)
{

	return (x->token.kind == POLICY_T_WORD &&
	    strlen(word) == x->token.len &&
	    memcmp(x->text + x->token.at, word, x->token.len) == 0);
}

/* What a character that does not belong here was probably meant to be. */
static const char *
meant(uint32_t c)
{
	static const struct { uint32_t c; const char *ascii; } wide[] = {
		{ 0xff08, "(" }, { 0xff09, ")" }, { 0xff0c, "," },
		{ 0x3001, "," }, { 0xff1d, "=" }, { 0xff1c, "<" },
		{ 0xff1e, ">" }, { 0xff0b, "+" }, { 0x3000, " " },
		{ 0x2265, ">=" }, { 0x2264, "<=" }, { 0x2260, "!=" },
		{ 0x201c, "'" }, { 0x201d, "'" }, { 0x2018, "'" },
		{ 0x2019, "'" }, { '&', "and" }, { '|', "or" }, { '!', "not" },
		{ '=', "==" },
	};
	size_t i;

	for (i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
		if (wide[i].c == c)
			return (wide[i].ascii);
	}
	return (NULL);
}

/* Report a character that begins no token. */
static void
odd(struct policy_lex *x, size_t at)
{
	uint32_t c = 0;
	size_t n = conf_utf8(x->text + at, x->len - at, &c);
	const char *hint = meant(c);

	x->token.kind = POLICY_T_BAD;
	if (n == 0)
		n = 1;
	if (hint != NULL)
		policy_lex_fail_at(x, at, at + n, "unexpected '%.*s', did you "
		    "mean '%s'?", (int)n, x->text + at, hint);
	else
		policy_lex_fail_at(x, at, at + n, "unexpected '%.*s'", (int)n,
		    x->text + at);
}

/* A number, perhaps with the unit of a window. */
static void
number(struct policy_lex *x, size_t at)
{
	static const struct { const char *name; int64_t s; } units[] = {
		{ "d", 86400 }, { "h", 3600 }, { "min", 60 }, { "s", 1 },
	};
	struct policy_token *t = &x->token;
	size_t i = at, end, k;
	int minus = x->text[i] == '-';

	t->kind = POLICY_T_NUMBER;
	for (i += (size_t)minus; i < x->len && ((x->text[i] >= '0' &&
	    x->text[i] <= '9') || (x->text[i] == '_' && i > at)); i++) {
		if (x->text[i] != '_' && t->number < INT64_C(100000000000))
			t->number = t->number * 10 + (x->text[i] - '0');
	}
	if (minus)
		t->number = -t->number;
	for (end = i; end < x->len && is_word(x->text[end]); end++)
		continue;
	t->len = end - at;
	if (end == i)
		return;
	for (k = 0; k < sizeof(units) / sizeof(units[0]); k++) {
		if (strlen(units[k].name) == end - i &&
		    memcmp(units[k].name, x->text + i, end - i) == 0)
			t->unit = units[k].s;
	}
	if (t->unit == 0) {
		policy_lex_fail_at(x, i, end, "unknown unit '%.*s' "
		    "(use min, h or d)", (int)(end - i), x->text + i);
		t->kind = POLICY_T_BAD;
	}
}

/* A name in single or double quotes. */
static void
string(struct policy_lex *x, size_t at)
{
	const char *end = memchr(x->text + at + 1, x->text[at],
	    x->len - at - 1);

	if (end == NULL) {
		policy_lex_fail_at(x, at, x->len, "the closing quote is "
		    "missing");
		x->token.kind = POLICY_T_BAD;
		return;
	}
	x->token.kind = POLICY_T_STRING;
	x->token.len = (size_t)(end - (x->text + at)) + 1;
}

/* A word, or one of the operators that are words. */
static void
word(struct policy_lex *x, size_t at)
{
	size_t end = at;

	while (end < x->len && is_word(x->text[end]))
		end++;
	x->token.len = end - at;
	x->token.kind = POLICY_T_WORD;
	if (policy_lex_is(x, "and"))
		x->token.kind = POLICY_T_AND;
	else if (policy_lex_is(x, "or"))
		x->token.kind = POLICY_T_OR;
	else if (policy_lex_is(x, "not"))
		x->token.kind = POLICY_T_NOT;
	else if (policy_lex_is(x, "in"))
		x->token.kind = POLICY_T_IN;
}

/* A sign of one or two characters; BAD if it is none. */
static enum policy_token_kind
sign(char a, char b, size_t *len)
{
	int twice = b == '=';

	*len = 1;
	switch (a) {
	case '(':
		return (POLICY_T_OPEN);
	case ')':
		return (POLICY_T_CLOSE);
	case ',':
		return (POLICY_T_COMMA);
	case '+':
		return (POLICY_T_PLUS);
	}
	*len += (size_t)twice;
	switch (a) {
	case '<':
		return (twice ? POLICY_T_LE : POLICY_T_LT);
	case '>':
		return (twice ? POLICY_T_GE : POLICY_T_GT);
	case '=':
		return (twice ? POLICY_T_EQ : POLICY_T_BAD);
	case '!':
		return (twice ? POLICY_T_NE : POLICY_T_BAD);
	}
	return (POLICY_T_BAD);
}

/* Go to the next token. */
void
policy_lex_next(struct policy_lex *x)
{
	const char *t = x->text;
	size_t at = x->next;
	char b;

	x->done = at;
	while (at < x->len && (t[at] == ' ' || t[at] == '\t' || t[at] == '\n'))
		at++;
	memset(&x->token, 0, sizeof(x->token));
	x->token.at = at;
	x->token.len = 1;
	if (at == x->len) {
		x->token.kind = POLICY_T_END;
		x->next = at;
		return;
	}
	b = at + 1 < x->len ? t[at + 1] : '\0';
	if ((t[at] >= '0' && t[at] <= '9') ||
	    (t[at] == '-' && b >= '0' && b <= '9'))
		number(x, at);
	else if (t[at] == '\'' || t[at] == '"')
		string(x, at);
	else if (is_word(t[at]))
		word(x, at);
	else if ((x->token.kind = sign(t[at], b, &x->token.len)) ==
	    POLICY_T_BAD)
		odd(x, at);
	x->next = at + x->token.len;
}

/* Begin to read a `when`. */
void
policy_lex_init(struct policy_lex *x, struct conf_doc *doc, size_t v_at,
    const char *text, size_t len)
{

	memset(x, 0, sizeof(*x));
	x->doc = doc;
	x->v_at = v_at;
	x->text = text;
	x->len = len;
	policy_lex_next(x);
}
