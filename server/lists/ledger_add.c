#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/category.h"
#include "engine/day.h"
#include "engine/normal.h"
#include "keys/utf8.h"

#include "centre_impl.h"
#include "ledger_impl.h"

/* Is it text that fits on a line and shows whole? */
int
ledger_plain(const char *s)
{
	size_t len = strlen(s), n;
	uint32_t c;

	for (; len > 0; s += n, len -= n)
		if ((n = utf8_next(&c, s, len)) == 0 || utf8_hidden(c))
			return (0);
	return (1);
}

/*
 * The form in which case numbers are compared, so that another bracket or blank makes
 * no new case: that of an address (N1, A1, A2 of engine/normal.h) without brackets.
 */
static size_t
case_form(const char *s, char dst[NORMAL_MAX])
{
	static const char *const brackets[] = { "(", ")", "[", "]", "{", "}",
		"<", ">", "〔", "〕", "【", "】", "［", "］", "《", "》", "_",
		"/", ":", ";" };
	size_t len, i, k, n, out = 0;
	char form[NORMAL_MAX];

	len = normal_address(s, strlen(s), form);
	for (i = 0; i < len; i += n == 0) {
		n = 0;
		for (k = 0; k < sizeof(brackets) / sizeof(brackets[0]); k++)
			if (strlen(brackets[k]) <= len - i && memcmp(&form[i],
			    brackets[k], strlen(brackets[k])) == 0) {
				n = strlen(brackets[k]);
				break;
			}
		if (n == 0)
			dst[out++] = form[i];
		i += n;
	}
	return (out);
}

/* Are two case numbers the same? */
int
ledger_case_same(const char *a, const char *b)
{
	char fa[NORMAL_MAX], fb[NORMAL_MAX];
	size_t na = case_form(a, fa), nb = case_form(b, fb);

	return (na == nb && memcmp(fa, fb, na) == 0);
}

/* Can an action be written as it is? */
static int
sound(const struct ledger *l, const struct ledger_entry *e, char *err)
{

	if (l->c->lock == -1)
		return (centre_fail(err, "%s is open for reading only",
		    l->path));
	if (e->action < LEDGER_ADD || e->action > LEDGER_CLEAR)
		return (centre_fail(err, "%d is no action", e->action));
	if (!ledger_plain(e->case_no) || !ledger_plain(e->who) ||
	    !ledger_plain(e->why))
		return (centre_fail(err, "a text holds a character that does "
		    "not show, or is not UTF-8"));
	if (e->who[0] == '\0')
		return (centre_fail(err, "who does it is not said"));
	if (e->action != LEDGER_ADD)
		return (0);
	if ((category_subjects(e->category) & 1u << l->subject) == 0)
		return (centre_fail(err, "the category %s does not fit a list "
		    "of this kind", category_name(e->category)));
	if (basis_name(e->basis)[0] == '\0')
		return (centre_fail(err, "%d is no legal basis", e->basis));
	if (e->from < 0 || e->from > UINT16_MAX || e->until < 0 ||
	    e->until > UINT16_MAX)
		return (centre_fail(err, "a day is before 1970 or after 2149"));
	if (e->until != 0 && e->until < e->from)
		return (centre_fail(err, "it ends before it begins"));
	return (0);
}

/* The case number that a clear has put aside: of the add that stood before it. */
static int
cleared_case(const struct ledger *l, uint32_t clear, const char *case_no)
{
	struct ledger_entry e;
	uint32_t s;

	ledger_get(l, clear, &e);
	if (e.case_no[0] != '\0' && ledger_case_same(e.case_no, case_no))
		return (1);
	for (s = l->before[clear - 1]; s != 0; s = l->before[s - 1]) {
		ledger_get(l, s, &e);
		if (e.action != LEDGER_ADD)
			return (0);
		if (ledger_case_same(e.case_no, case_no))
			return (1);
	}
	return (0);
}

/*
 * Was this case cleared on appeal?  Every clear of the past counts; behind one an add
 * without a case number is not a new case either.
 */
static int
was_cleared(const struct ledger *l, uint32_t last, const char *case_no)
{
	char form[NORMAL_MAX];
	struct ledger_entry e;
	uint32_t s;

	for (s = last; s != 0; s = l->before[s - 1]) {
		ledger_get(l, s, &e);
		if (e.action == LEDGER_CLEAR && (case_form(case_no, form) == 0 ||
		    cleared_case(l, s, case_no)))
			return (1);
	}
	return (0);
}

/* Do two adds say the same? */
static int
same(const struct ledger_entry *a, const struct ledger_entry *b)
{

	return (a->category == b->category && a->basis == b->basis &&
	    a->from == b->from && a->until == b->until &&
	    ledger_case_same(a->case_no, b->case_no));
}

/* Judge an add. */
static int
judge_add(const struct ledger *l, const struct ledger_entry *e, uint32_t last,
    int force)
{
	struct ledger_entry old;
	int stands;

	if (last == 0)
		return (LEDGER_TAKEN);
	ledger_get(l, last, &old);
	stands = old.action == LEDGER_ADD;
	if (stands && same(&old, e))
		return (LEDGER_SAME);
	if (was_cleared(l, last, e->case_no))
		return (LEDGER_CLEARED);
	if (stands && old.until != 0 && old.until < day_of(e->t))
		stands = 0;
	return (stands && !force ? LEDGER_OTHER : LEDGER_TAKEN);
}

/* Judge an action. */
static int
judge(const struct ledger *l, const struct ledger_entry *e, int force)
{
	uint32_t last = ledger_index_last(l, &e->token);
	struct ledger_entry old;

	if (e->action == LEDGER_ADD)
		return (judge_add(l, e, last, force));
	if (last == 0)
		return (LEDGER_ABSENT);
	ledger_get(l, last, &old);
	if (e->action == LEDGER_CLEAR && old.action == LEDGER_CLEAR)
		return (LEDGER_SAME);
	return (old.action == LEDGER_ADD ? LEDGER_TAKEN : LEDGER_ABSENT);
}

/* Take an action. */
static int
take(struct ledger *l, struct ledger_entry *e, char *err)
{
	size_t want = l->ntaken + LEDGER_LINE_MAX;
	void *p;

	if (want > l->captaken) {
		want += want / 2;
		if ((p = realloc(l->taken, want)) == NULL)
			goto nomem;
		l->taken = p;
		l->captaken = want;
	}
	if (ledger_index_room(l, 1) != 0)
		goto nomem;
	e->serial = l->n + 1;
	want = ledger_line_print(e, &l->chain, &l->taken[l->ntaken]);
	l->ntaken += want;
	ledger_index_put(l, &e->token, l->size + l->ntaken - want);
	return (LEDGER_TAKEN);
nomem:
	return (centre_fail(err, "%s: out of memory", l->path));
}

/* Judge an action and take it. */
int
ledger_add(struct ledger *l, struct ledger_entry *e, int force, char *err)
{
	struct ledger_entry clean = *e;
	int verdict;

	if (e->action != LEDGER_ADD) {
		clean.category = clean.basis = 0;
		clean.from = clean.until = 0;
	}
	if (sound(l, &clean, err) != 0)
		return (-1);
	if ((verdict = judge(l, &clean, force)) != LEDGER_TAKEN)
		return (verdict);
	verdict = take(l, &clean, err);
	e->serial = clean.serial;
	return (verdict);
}
