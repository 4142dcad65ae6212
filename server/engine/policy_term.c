/*
 * From the text of a `when` to code: conditions, and what makes sense in them.
 */
#include <string.h>

#include "policy_parse.h"

/* One side of a comparison. */
struct side {
	size_t				from, to;	/* decoded bytes */
	const struct policy_fn_info *	fn;	/* of its only term, or NULL */
	int				constant;
	int				unsure;	/* a term may be unknown */
	int64_t				lo, hi;	/* what it can be */
	int64_t				unit;	/* constant with a unit */
	size_t				code;	/* of its first instruction */
	int32_t				slot;	/* of its only term, or -1 */
};

/* term = integer | function */
static int
term(struct policy_parse *s, struct side *d)
{
	const struct policy_token *t = &s->x.token;

	memset(d, 0, sizeof(*d));
	d->from = t->at;
	d->slot = -1;
	d->code = s->p->ncode;
	if (t->kind == POLICY_T_NUMBER) {
		if (t->number > INT32_MAX || t->number < -INT32_MAX) {
			policy_lex_fail(&s->x, "this number is too large");
			return (-1);
		}
		d->constant = 1;
		d->lo = d->hi = t->number;
		d->unit = t->unit;
		d->to = t->at + t->len;
		if (policy_parse_emit(s, POLICY_OP_INT,
		    (int32_t)t->number) == NULL)
			return (-1);
		policy_lex_next(&s->x);
		return (0);
	}
	if (t->kind == POLICY_T_STRING) {
		policy_lex_fail(&s->x, "a name in quotes can only follow "
		    "'institution ==' or stand in listed()");
		return (-1);
	}
	if (t->kind != POLICY_T_WORD) {
		if (t->kind != POLICY_T_BAD)
			policy_lex_fail(&s->x, "expected a condition");
		return (-1);
	}
	if (policy_call(s, &d->fn, &d->slot))
		return (-1);
	d->to = s->x.done;
	d->lo = d->fn->lo;
	d->hi = d->fn->hi;
	d->unsure = s->p->code[d->code].known;
	return (0);
}

/* Can it be added, and compared with other counts? */
static int
countable(const struct policy_fn_info *fn)
{

	return (fn == NULL || fn->type == POLICY_TYPE_COUNT ||
	    fn->type == POLICY_TYPE_MEAN);
}

/* sum = term { "+" term }, once its first term is known */
static int
sum(struct policy_parse *s, struct side *d)
{
	struct side more;

	while (s->x.token.kind == POLICY_T_PLUS) {
		policy_lex_next(&s->x);
		if (term(s, &more))
			return (-1);
		if (!countable(d->fn) || d->unit != 0 ||
		    !countable(more.fn) || more.unit != 0) {
			policy_lex_fail_at(&s->x, d->from, more.to,
			    "only counts can be added");
			return (-1);
		}
		d->lo += more.lo;
		d->hi += more.hi;
		d->constant = d->constant && more.constant;
		d->unsure = d->unsure || more.unsure;
		d->fn = NULL;
		d->slot = -1;
		d->to = more.to;
		if (policy_parse_emit(s, POLICY_OP_ADD, 0) == NULL)
			return (-1);
	}
	return (0);
}

/* 1 if the comparison always holds, 0 if it never does, -1 if it depends. */
static int
settled(enum policy_token_kind op, const struct side *a, const struct side *b)
{

	switch (op) {
	case POLICY_T_LT:
		return (a->hi < b->lo ? 1 : a->lo >= b->hi ? 0 : -1);
	case POLICY_T_LE:
		return (a->hi <= b->lo ? 1 : a->lo > b->hi ? 0 : -1);
	case POLICY_T_GT:
		return (a->lo > b->hi ? 1 : a->hi <= b->lo ? 0 : -1);
	case POLICY_T_GE:
		return (a->lo >= b->hi ? 1 : a->hi < b->lo ? 0 : -1);
	case POLICY_T_EQ:
		return (a->hi < b->lo || a->lo > b->hi ? 0 : -1);
	default:
		return (a->hi < b->lo || a->lo > b->hi ? 1 : -1);
	}
}

/* Do the two sides of a comparison go together, and can it fail and hold? */
static int
check_sides(struct policy_parse *s, enum policy_token_kind op,
    const struct side *a, const struct side *b)
{
	const struct side *f = a->constant ? b : a, *c = a->constant ? a : b;
	int same, always;

	if (a->constant && b->constant) {
		policy_lex_fail_at(&s->x, a->from, b->to,
		    "this compares two numbers and depends on nothing");
		return (-1);
	}
	if (!c->constant && (!countable(a->fn) || !countable(b->fn))) {
		policy_lex_fail_at(&s->x, a->from, b->to, "'%s' can only be "
		    "compared with a number", !countable(a->fn) ? a->fn->name :
		    b->fn->name);
		return (-1);
	}
	if (c->unit != 0 &&
	    (f->fn == NULL || f->fn->type != POLICY_TYPE_MINUTES)) {
		policy_lex_fail_at(&s->x, c->from, c->to,
		    "a count is compared with a plain number");
		return (-1);
	}
	if (c->constant && c->lo < 0) {
		policy_lex_fail_at(&s->x, c->from, c->to,
		    "%s is never negative", f->fn != NULL ? f->fn->name :
		    "this sum");
		return (-1);
	}
	same = a->slot >= 0 && a->slot == b->slot;
	always = same ? op == POLICY_T_EQ || op == POLICY_T_LE ||
	    op == POLICY_T_GE : settled(op, a, b);
	if (always < 0)
		return (0);
	if (same)
		policy_lex_fail_at(&s->x, a->from, b->to, "this is %s true: "
		    "both sides are the same", always ? "always" : "never");
	else
		policy_lex_fail_at(&s->x, a->from, b->to, "this is %s true: "
		    "%.*s is %lld to %lld", always ? "always" : "never",
		    (int)(f->to - f->from < 64 ? f->to - f->from : 64),
		    s->x.text + f->from, (long long)f->lo, (long long)f->hi);
	return (-1);
}

/* The instruction for a comparison, and for the one with its sides swapped. */
static enum policy_op
comparison(enum policy_token_kind op, int swapped)
{

	switch (op) {
	case POLICY_T_EQ:
		return (POLICY_OP_EQ);
	case POLICY_T_NE:
		return (POLICY_OP_NE);
	case POLICY_T_LT:
		return (swapped ? POLICY_OP_GT : POLICY_OP_LT);
	case POLICY_T_LE:
		return (swapped ? POLICY_OP_GE : POLICY_OP_LE);
	case POLICY_T_GT:
		return (swapped ? POLICY_OP_LT : POLICY_OP_GT);
	default:
		return (swapped ? POLICY_OP_LE : POLICY_OP_GE);
	}
}

/* Express a constant in minutes, when it is compared with some. */
static void
to_minutes(struct policy_parse *s, struct side *c, const struct side *with)
{

	if (!c->constant || c->unit == 0 || with->fn == NULL ||
	    with->fn->type != POLICY_TYPE_MINUTES)
		return;
	c->lo = c->lo * c->unit / 60;
	if (c->lo > INT32_MAX)
		c->lo = INT32_MAX;
	c->hi = c->lo;
	s->p->code[c->code].arg = (int32_t)c->lo;
}

/* sum compare sum, once the left side is known */
static int
compare(struct policy_parse *s, struct side *a)
{
	enum policy_token_kind op = s->x.token.kind;
	struct policy_insn *i;
	struct side b;
	int swap;

	if (op < POLICY_T_EQ || op > POLICY_T_GE) {
		if (op != POLICY_T_BAD)
			policy_lex_fail_at(&s->x, a->from, a->to, "a number is "
			    "no condition: compare it, such as %.*s >= 3",
			    (int)(a->to - a->from < 64 ? a->to - a->from : 64),
			    s->x.text + a->from);
		return (-1);
	}
	policy_lex_next(&s->x);
	if (term(s, &b))
		return (-1);
	if (b.fn != NULL && b.fn->type >= POLICY_TYPE_FLAG) {
		policy_lex_fail_at(&s->x, b.from, b.to, "'%s' is not a number",
		    b.fn->name);
		return (-1);
	}
	if (sum(s, &b))
		return (-1);
	to_minutes(s, a, &b);
	to_minutes(s, &b, a);
	if (check_sides(s, op, a, &b))
		return (-1);
	/* What is measured comes first, for those who read it back. */
	swap = a->constant && b.fn != NULL && b.unsure;
	if (swap) {
		struct policy_insn t = s->p->code[a->code];

		s->p->code[a->code] = s->p->code[b.code];
		s->p->code[b.code] = t;
	}
	if ((i = policy_parse_emit(s, comparison(op, swap), 0)) == NULL)
		return (-1);
	i->known = a->unsure || b.unsure;
	return (0);
}

/* Find or add the number of an institution; -1 after reporting an error. */
static int32_t
institution(struct policy_parse *s)
{
	const struct policy_token *t = &s->x.token;
	const char *w = s->x.text + t->at + 1;
	size_t len, i;

	if (t->kind != POLICY_T_STRING) {
		if (t->kind != POLICY_T_BAD)
			policy_lex_fail(&s->x, "expected an institution's id "
			    "in quotes");
		return (-1);
	}
	len = t->len - 2;
	if (len == 0 || len > 31 || memchr(w, '\n', len) != NULL) {
		policy_lex_fail(&s->x, "an institution's id is 1 to 31 bytes");
		return (-1);
	}
	for (i = 0; i < s->p->nnames; i++) {
		if (strlen(s->p->name[i]) == len &&
		    memcmp(s->p->name[i], w, len) == 0)
			return ((int32_t)i + 1);
	}
	if (i == POLICY_MAX_NAMES) {
		policy_lex_fail(&s->x, "the policy names more than %d "
		    "institutions", POLICY_MAX_NAMES);
		return (-1);
	}
	s->p->name[s->p->nnames++] = policy_parse_string(s->p, w, len);
	return ((int32_t)i + 1);
}

/* Add one item to the set that begins at the instruction set. */
static int
add_item(struct policy_parse *s, size_t set, int64_t value)
{
	size_t i;

	for (i = set + 1; i < s->p->ncode; i++) {
		if (s->p->code[i].arg == value) {
			policy_lex_fail(&s->x, "this is in the list already");
			return (-1);
		}
	}
	if (policy_parse_emit(s, POLICY_OP_ITEM, (int32_t)value) == NULL)
		return (-1);
	s->p->code[set].n++;
	return (0);
}

/* One name of a list: a word, an institution, or a group with its products. */
static int
item(struct policy_parse *s, const struct policy_fn_info *fn, size_t set,
    const struct conf_name *groups)
{
	const struct conf_name *n, *m;
	int32_t code;

	if (fn->type == POLICY_TYPE_INSTITUTION) {
		if ((code = institution(s)) < 0 || add_item(s, set, code))
			return (-1);
	} else {
		if ((n = policy_call_name(s, fn, groups)) == NULL)
			return (-1);
		for (m = fn->names; m->name != NULL; m++) {
			if ((fn->fn == POLICY_PRODUCT ?
			    policy_covers((int)n->number, (int)m->number) :
			    m->number == n->number) &&
			    add_item(s, set, m->number))
				return (-1);
		}
	}
	policy_lex_next(&s->x);
	return (0);
}

/* "(" name { "," name } ")" */
static int
list(struct policy_parse *s, const struct side *a)
{
	const struct policy_fn_info *fn = a->fn;
	const struct conf_name *groups = fn->fn == POLICY_PRODUCT ?
	    policy_names_groups : NULL;
	size_t set = s->p->ncode, all = 0;
	size_t end;

	if (policy_parse_emit(s, POLICY_OP_IN, 0) == NULL ||
	    policy_call_expect(s, POLICY_T_OPEN, "'(' and a list of names") ||
	    item(s, fn, set, groups))
		return (-1);
	while (s->x.token.kind == POLICY_T_COMMA) {
		policy_lex_next(&s->x);
		if (item(s, fn, set, groups))
			return (-1);
	}
	end = s->x.token.at + s->x.token.len;
	if (policy_call_expect(s, POLICY_T_CLOSE, "',' or ')'"))
		return (-1);
	while (fn->names != NULL && fn->names[all].name != NULL)
		all++;
	if (s->p->code[set].n == all) {
		policy_lex_fail_at(&s->x, a->from, end, "this is always true "
		    "or never: the list names every %s", fn->name);
		return (-1);
	}
	return (0);
}

/* choice ("==" | "!=") name | choice ["not"] "in" list */
static int
choice(struct policy_parse *s, const struct side *a)
{
	enum policy_token_kind op = s->x.token.kind;
	size_t set;

	if (op == POLICY_T_EQ || op == POLICY_T_NE) {
		policy_lex_next(&s->x);
		set = s->p->ncode;
		if (policy_parse_emit(s, POLICY_OP_IN, 0) == NULL ||
		    item(s, a->fn, set, NULL))
			return (-1);
	} else if (op == POLICY_T_IN || op == POLICY_T_NOT) {
		policy_lex_next(&s->x);
		if ((op == POLICY_T_NOT &&
		    policy_call_expect(s, POLICY_T_IN, "'in' after 'not'")) ||
		    list(s, a))
			return (-1);
	} else {
		if (op == POLICY_T_BAD)
			return (-1);
		policy_lex_fail(&s->x, op >= POLICY_T_LT && op <= POLICY_T_GE ?
		    "'%s' has no order: use ==, != or in" :
		    "expected ==, !=, in or not in after '%s'", a->fn->name);
		return (-1);
	}
	if ((op == POLICY_T_NE || op == POLICY_T_NOT) &&
	    policy_parse_emit(s, POLICY_OP_NOT, 0) == NULL)
		return (-1);
	return (0);
}

/* What is true or false by itself, once it was pushed. */
static int
flag(struct policy_parse *s, const struct policy_fn_info *fn)
{
	int list = fn->args == POLICY_ARGS_LIST;

	if (s->x.token.kind >= POLICY_T_EQ && s->x.token.kind <= POLICY_T_IN &&
	    s->x.token.kind != POLICY_T_AND && s->x.token.kind != POLICY_T_OR) {
		if (list)
			policy_lex_fail(&s->x, "'%s' is true or false: "
			    "categories stand inside, such as "
			    "%s('sanction', %s)", fn->name, fn->name,
			    category_name(CATEGORY_CONVICTED));
		else
			policy_lex_fail(&s->x, "'%s' is true or false: write "
			    "'%s' or 'not %s' alone", fn->name, fn->name,
			    fn->name);
		return (-1);
	}
	if (list)
		return (policy_list_condition(s));
	return (policy_parse_emit(s, POLICY_OP_FLAG, 0) == NULL ? -1 : 0);
}

/* condition = flag | sum compare sum | choice ... */
int
policy_term_condition(struct policy_parse *s)
{
	struct side a;

	if (term(s, &a))
		return (-1);
	if (a.fn != NULL && a.fn->type == POLICY_TYPE_FLAG)
		return (flag(s, a.fn));
	if (a.fn != NULL && a.fn->type >= POLICY_TYPE_CHOICE)
		return (choice(s, &a));
	if (sum(s, &a))
		return (-1);
	return (compare(s, &a));
}
