/*
 * Checks without an issue, and the sums.
 */
#include <stdlib.h>
#include <string.h>

#include "store/entry.h"

#include "report_reconcile_impl.h"

/* Is what was asked again counted there, in its own place? */
static int
counted_later(const struct reconcile *r, const struct check *k)
{
	const struct check *last = k;

	while ((last->flags & CHECK_AGAIN) != 0 ||
	    last->life == CHECK_SUPERSEDED)
		if ((last = checks_find(r->checks, last->later)) == NULL)
			return (0);
	return (last != k && (last->life == CHECK_ISSUED ||
	    (last->life == CHECK_OPEN && check_allowed(last))));
}

/* One check: what is to be said of it? */
static int
check_case(struct reconcile *r, const struct check *k, int64_t now)
{

	if ((k->flags & CHECK_POSTHOC) != 0)
		return (k->life == CHECK_VOIDED ? 0 : reconcile_add_check(r,
		    away_at(r->away, k->at) ? RECONCILE_AWAY :
		    RECONCILE_POSTHOC, k, k->at, 0));
	if (!check_allowed(k) || !check_lapsed(k, now))
		return (0);
	if (counted_later(r, k))
		return (reconcile_add_check(r, RECONCILE_AGAIN, k, k->at, k->later));
	return (reconcile_add_check(r, (k->flags & CHECK_APPROVED) != 0 ?
	    RECONCILE_APPROVED : RECONCILE_LAPSED, k, k->at, 0));
}

/* Is the place asked for? */
static int
wanted(const struct reconcile *r, uint32_t place)
{
	const struct reporthash_teller *p = checks_place_at(r->checks, place);
	struct entry e;

	if (r->ro->inst == NULL && r->ro->area == NULL)
		return (1);
	entry_clear(&e, ENTRY_NONE);
	memcpy(e.inst, p->inst, sizeof(e.inst));
	memcpy(e.outlet, p->outlet, sizeof(e.outlet));
	return (reportkind_wanted(r->ro, &e));
}

/* The lines of a place, one of each level. */
static int
lines_of(struct reconcile *r, uint32_t place,
    struct reconcile_line *l[RECONCILE_LEVELS])
{
	struct reporthash_teller key = *checks_place_at(r->checks, place);
	int i;

	for (i = RECONCILE_LEVELS; i-- > 0;) {
		if ((l[i] = reporthash_put(r->lines[i], &key)) == NULL)
			return (-1);
		memset(i == RECONCILE_TELLER ? key.teller : key.outlet, 0,
		    sizeof(key.teller));
	}
	return (0);
}

/* Count a check. */
static int
count_check(struct reconcile *r, const struct check *k, int64_t now)
{
	struct reconcile_line *l[RECONCILE_LEVELS];
	int i;

	if ((k->flags & (CHECK_DRY | CHECK_POSTHOC)) != 0)
		return (0);
	if (lines_of(r, k->place, l) != 0)
		return (-1);
	for (i = 0; i < RECONCILE_LEVELS; i++) {
		l[i]->checks++;
		l[i]->allowed += (uint64_t)check_allowed(k);
		l[i]->open += k->life == CHECK_OPEN && !check_lapsed(k, now);
		if (k->life == CHECK_ISSUED)
			l[i]->fine += k->issued - k->filed - k->odd;
	}
	return (0);
}

/* Count the cases, and drop those that are not asked for. */
static int
count_cases(struct reconcile *r)
{
	struct reconcile_line *l[RECONCILE_LEVELS];
	const struct reconcile_case *x;
	size_t i, n = 0;
	int k;

	for (i = 0; i < r->ncases; i++) {
		x = &r->cases[i];
		if (!reportkind_within(r->ro, x->at) || !wanted(r, x->place))
			continue;
		if (lines_of(r, x->place, l) != 0)
			return (-1);
		for (k = 0; k < RECONCILE_LEVELS; k++)
			l[k]->n[x->class]++;
		r->cases[n++] = *x;
	}
	r->ncases = n;
	return (0);
}

/* The order of cases. */
static int
compare_cases(const void *a, const void *b)
{
	const struct reconcile_case *x = a, *y = b;
	int c = (int)x->class - (int)y->class;

	if (c == 0)
		c = (x->at > y->at) - (x->at < y->at);
	return (c != 0 ? c : (x->seq > y->seq) - (x->seq < y->seq));
}

/* Compare and count. */
int
reconcile_settle(struct reconcile *r, const struct report_options *ro)
{
	int64_t now = away_last(r->away);
	const struct check *k;
	size_t n, i;

	r->ro = ro;
	if (checks_again(r->checks, r->o.again_days) != 0 ||
	    reconcile_compare(r) != 0)
		return (-1);
	n = checks_count(r->checks);
	for (i = 0; i < n; i++) {
		k = checks_at(r->checks, i);
		if ((k->flags & CHECK_DRY) == 0 &&
		    check_case(r, k, now) != 0)
			return (-1);
		if (reportkind_within(ro, k->at) && wanted(r, k->place) &&
		    count_check(r, k, now) != 0)
			return (-1);
	}
	if (count_cases(r) != 0)
		return (-1);
	if (r->ncases > 0)
		qsort(r->cases, r->ncases, sizeof(*r->cases), compare_cases);
	return (0);
}

/* How many cases there are. */
size_t
reconcile_count(const struct reconcile *r)
{

	return (r->ncases);
}

/* A case. */
const struct reconcile_case *
reconcile_case(const struct reconcile *r, size_t i)
{

	return (&r->cases[i]);
}

/* The sums. */
const struct reporthash *
reconcile_lines(const struct reconcile *r, enum reconcile_level level)
{

	return (r->lines[level]);
}

/* The checks. */
const struct checks *
reconcile_checks(const struct reconcile *r)
{

	return (r->checks);
}

/* Cards without a check that allowed them. */
uint64_t
reconcile_without(const struct reconcile_line *l)
{
	uint64_t n = 0;
	int i;

	for (i = 0; i <= RECONCILE_POSTHOC; i++)
		n += l->n[i];
	return (n);
}

/* All cards. */
uint64_t
reconcile_issued(const struct reconcile_line *l)
{

	return (l->fine + reconcile_without(l) + l->n[RECONCILE_AWAY] +
	    l->n[RECONCILE_FILE_AWAY] + l->n[RECONCILE_BY_FILE]);
}

/* Checks of which nobody said what became. */
uint64_t
reconcile_unused(const struct reconcile_line *l)
{

	return (l->n[RECONCILE_LAPSED] + l->n[RECONCILE_APPROVED]);
}
