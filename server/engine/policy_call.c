/*
 * From the text of a `when` to code: functions and the words they take.
 */
#include <string.h>

#include "outletday.h"
#include "policy_parse.h"

#define HOUR_S		3600
#define DAY_S		86400
#define LONGEST_S	(400 * 86400)

/* Find or add the slot of a fact; -1 if there is none left. */
static int32_t
slot_of(struct policy_parse *s, const struct policy_fact *f)
{
	struct policy *p = s->p;
	size_t i;

	for (i = 0; i < p->nfacts; i++) {
		if (p->fact[i].fn == f->fn && p->fact[i].place == f->place &&
		    p->fact[i].product == f->product &&
		    p->fact[i].window == f->window)
			return ((int32_t)i);
	}
	if (i == POLICY_MAX_FACTS) {
		policy_lex_fail(&s->x, "the policy asks for more than %d "
		    "different facts", POLICY_MAX_FACTS - 1);
		return (-1);
	}
	p->fact[p->nfacts++] = *f;
	return ((int32_t)i);
}

/* Report a word that is no function. */
static void
unknown(struct policy_parse *s)
{
	const struct policy_lex *x = &s->x;
	const char *w = x->text + x->token.at, *choice;
	int len = x->token.len < 64 ? (int)x->token.len : 64;
	const struct policy_fn_info *i;
	struct conf_guess g;

	if ((choice = policy_names_choice(w, x->token.len)) != NULL) {
		policy_lex_fail(x, "'%.*s' is a value of '%s': write "
		    "%s == %.*s or %s in (...)", len, w, choice, choice, len,
		    w, choice);
		return;
	}
	conf_guess_init(&g, w, x->token.len);
	for (i = policy_names_fns; i->name != NULL; i++)
		conf_guess_try(&g, i->name);
	if (g.best != NULL)
		policy_lex_fail(x, "unknown function '%.*s', did you mean "
		    "'%s'?", len, w, g.best);
	else
		policy_lex_fail(x, "unknown function '%.*s'", len, w);
}

/* Step over a token of this kind, or say what is missing. */
int
policy_call_expect(struct policy_parse *s, enum policy_token_kind kind, const char *what)
{

	if (s->x.token.kind != kind) {
		if (s->x.token.kind != POLICY_T_BAD)
			policy_lex_fail(&s->x, "expected %s", what);
		return (-1);
	}
	policy_lex_next(&s->x);
	return (0);
}

/* A window: 1h..400d or today. */
static int
window(struct policy_parse *s, struct policy_fact *f)
{
	const struct policy_token *t = &s->x.token;
	int64_t w;

	if (policy_lex_is(&s->x, "today")) {
		f->window = POLICY_TODAY;
		policy_lex_next(&s->x);
		return (0);
	}
	if (t->kind == POLICY_T_BAD)
		return (-1);
	if (t->kind != POLICY_T_NUMBER || t->unit == 0) {
		policy_lex_fail(&s->x, "expected a window such as 24h, 7d or "
		    "today");
		return (-1);
	}
	w = t->number * t->unit;
	if (w < HOUR_S || w > LONGEST_S) {
		policy_lex_fail(&s->x, "a window is 1h to 400d");
		return (-1);
	}
	f->window = (int32_t)w;
	policy_lex_next(&s->x);
	return (0);
}

/* A window of whole days that ends today: today or 1d..7d. */
static int
days(struct policy_parse *s, const struct policy_fn_info *fn,
    struct policy_fact *f)
{
	const struct policy_token t = s->x.token;

	if (window(s, f))
		return (-1);
	if (f->window == DAY_S)
		f->window = POLICY_TODAY;
	if (f->window == POLICY_TODAY || (f->window % DAY_S == 0 &&
	    f->window <= OUTLETDAY_WINDOW * DAY_S))
		return (0);
	policy_lex_fail_at(&s->x, t.at, t.at + t.len, "'%s' counts whole days: "
	    "write today or 2d to %dd", fn->name, OUTLETDAY_WINDOW);
	return (-1);
}

/* The present day alone. */
static int
today(struct policy_parse *s, const struct policy_fn_info *fn,
    struct policy_fact *f)
{
	const struct policy_token t = s->x.token;

	if (window(s, f))
		return (-1);
	if (f->window == DAY_S)
		f->window = POLICY_TODAY;
	if (f->window == POLICY_TODAY)
		return (0);
	policy_lex_fail_at(&s->x, t.at, t.at + t.len, "'%s' counts this day "
	    "alone: write %s(today)", fn->name, fn->name);
	return (-1);
}

/* The window of a function, by what it counts. */
static int
period(struct policy_parse *s, const struct policy_fn_info *fn,
    struct policy_fact *f)
{

	return (fn->args == POLICY_ARGS_DAYS ? days(s, fn, f) :
	    fn->args == POLICY_ARGS_TODAY ? today(s, fn, f) : window(s, f));
}

/* Look a name up; report it if it is none of these. */
const struct conf_name *
policy_call_name(struct policy_parse *s, const struct policy_fn_info *fn,
    const struct conf_name *more)
{
	const struct policy_lex *x = &s->x;
	const char *w = x->text + x->token.at, *choice;
	int len = x->token.len < 64 ? (int)x->token.len : 64;
	const struct conf_name *n;
	struct conf_guess g;

	if (x->token.kind == POLICY_T_BAD)
		return (NULL);
	if (x->token.kind != POLICY_T_WORD) {
		policy_lex_fail(x, "expected a %s such as %s", fn->name,
		    fn->names->name);
		return (NULL);
	}
	if ((n = policy_names_find(fn->names, w, x->token.len)) != NULL ||
	    (more != NULL &&
	    (n = policy_names_find(more, w, x->token.len)) != NULL))
		return (n);
	if (policy_names_find(policy_names_groups, w, x->token.len) != NULL &&
	    fn->fn == POLICY_PRODUCT) {
		policy_lex_fail(x, "'%.*s' is a group of products: write "
		    "product in (%.*s)", len, w, len, w);
		return (NULL);
	}
	if ((choice = policy_names_choice(w, x->token.len)) != NULL) {
		policy_lex_fail(x, "'%.*s' is a value of '%s', not of '%s'",
		    len, w, choice, fn->name);
		return (NULL);
	}
	conf_guess_init(&g, w, x->token.len);
	for (n = fn->names; n->name != NULL; n++)
		conf_guess_try(&g, n->name);
	for (n = more; n != NULL && n->name != NULL; n++)
		conf_guess_try(&g, n->name);
	if (g.best != NULL)
		policy_lex_fail(x, "unknown %s '%.*s', did you mean '%s'?",
		    fn->name, len, w, g.best);
	else
		policy_lex_fail(x, "unknown %s '%.*s'", fn->name, len, w);
	return (NULL);
}

/* Report arguments of a function without any; it may be another's name. */
static void
no_arguments(struct policy_parse *s, const struct policy_fn_info *fn)
{
	const struct policy_fn_info *i;
	struct conf_guess g;

	/* NOLINTBEGIN(clang-analyzer-core.NonNullParamChecker): it has a name */
	conf_guess_init(&g, fn->name, strlen(fn->name));
	for (i = policy_names_fns; i->name != NULL; i++) {
		if (i->args != POLICY_ARGS_NONE)
			conf_guess_try(&g, i->name);
	}
	if (g.best != NULL)
		policy_lex_fail_at(&s->x, s->x.done - strlen(fn->name),
		    s->x.done, "'%s' takes no arguments, did you mean '%s'?",
		    fn->name, g.best);
	else
		policy_lex_fail_at(&s->x, s->x.done - strlen(fn->name),
		    s->x.done, "'%s' takes no arguments", fn->name);
	/* NOLINTEND(clang-analyzer-core.NonNullParamChecker) */
}

/* The arguments of a function, after its name. */
static int
arguments(struct policy_parse *s, const struct policy_fn_info *fn,
    struct policy_fact *f)
{
	static const char *const usage[] = { "", "(7d)", "(7d)", "(sim)",
	    "(sim, here)", "('sanction')", "(today)" };
	const struct conf_name *n;

	if (fn->args == POLICY_ARGS_NONE) {
		if (s->x.token.kind != POLICY_T_OPEN)
			return (0);
		no_arguments(s, fn);
		return (-1);
	}
	if (s->x.token.kind != POLICY_T_OPEN) {
		if (s->x.token.kind != POLICY_T_BAD)
			policy_lex_fail(&s->x, "'%s' wants arguments: write "
			    "%s%s", fn->name, fn->name, usage[fn->args]);
		return (-1);
	}
	policy_lex_next(&s->x);
	if (fn->args == POLICY_ARGS_WINDOW || fn->args == POLICY_ARGS_DAYS ||
	    fn->args == POLICY_ARGS_TODAY) {
		if (period(s, fn, f))
			return (-1);
		return (policy_call_expect(s, POLICY_T_CLOSE, "')'"));
	}
	if (fn->args == POLICY_ARGS_LIST)
		return (policy_list_arguments(s, f));
	if ((n = policy_call_name(s, policy_names_of(POLICY_PRODUCT),
	    policy_names_groups)) == NULL)
		return (-1);
	f->product = (uint16_t)n->number;
	policy_lex_next(&s->x);
	if (fn->args == POLICY_ARGS_HELD) {
		if (policy_call_expect(s, POLICY_T_COMMA, "',' and here or anywhere"))
			return (-1);
		f->place = policy_lex_is(&s->x, "here") ? POLICY_HERE :
		    policy_lex_is(&s->x, "anywhere") ? POLICY_ANYWHERE : 0;
		if (f->place == 0) {
			if (s->x.token.kind != POLICY_T_BAD)
				policy_lex_fail(&s->x,
				    "expected here or anywhere");
			return (-1);
		}
		policy_lex_next(&s->x);
	}
	return (policy_call_expect(s, POLICY_T_CLOSE, "')'"));
}

/* A function with its arguments: find its slot and push it. */
int
policy_call(struct policy_parse *s, const struct policy_fn_info **fn,
    int32_t *slot)
{
	struct policy_fact f = { 0 };
	const struct policy_fn_info *i;
	struct policy_insn *p;

	for (i = policy_names_fns; i->name != NULL; i++) {
		if (policy_lex_is(&s->x, i->name))
			break;
	}
	if (i->name == NULL) {
		unknown(s);
		return (-1);
	}
	f.fn = i->fn;
	policy_lex_next(&s->x);
	if (arguments(s, i, &f) || (*slot = slot_of(s, &f)) < 0)
		return (-1);
	*fn = i;
	if ((p = policy_parse_emit(s, POLICY_OP_FACT, *slot)) == NULL)
		return (-1);
	p->known = i->type == POLICY_TYPE_MEAN ||
	    i->type == POLICY_TYPE_MEASURE || i->type == POLICY_TYPE_MINUTES;
	return (0);
}
