/*
 * Rows of files that joined no opening, against the checks of the same person.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"

#include "report_reconcile_impl.h"

/* A check, for the order of person, product, institution and time. */
struct ordered {
	struct check *k;
	const char *inst;
	uint16_t used;		/* rows that were joined to it here */
};

/* Compare by whom, what and where. */
static int
compare_what(const struct token *person, int product, const char *inst,
    const struct ordered *x)
{
	int c = memcmp(person, &x->k->person, sizeof(*person));

	if (c == 0)
		c = product - x->k->product;
	return (c != 0 ? c : strcmp(inst, x->inst));
}

/* The order of checks. */
static int
compare_checks(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;
	int c = compare_what(&x->k->person, x->k->product, x->inst, y);

	return (c != 0 ? c : (x->k->seq > y->k->seq) - (x->k->seq < y->k->seq));
}

/* The order of rows: by time. */
static int
compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = (x->at > y->at) - (x->at < y->at);

	return (c != 0 ? c : (x->seq > y->seq) - (x->seq < y->seq));
}

/* Sort those checks that a row could belong to. */
static struct ordered *
sorted(const struct reconcile *r, size_t *n)
{
	size_t all = checks_count(r->checks), i;
	struct ordered *v;
	struct check *k;

	if ((v = malloc((all + 1) * sizeof(*v))) == NULL)
		return (NULL);
	*n = 0;
	for (i = 0; i < all; i++) {
		k = checks_at(r->checks, i);
		if ((k->flags & CHECK_DRY) != 0 || k->life == CHECK_VOIDED ||
		    k->life == CHECK_SUPERSEDED || k->issued >= k->quantity)
			continue;
		v[(*n)++] = (struct ordered){ k,
			checks_place_at(r->checks, k->place)->inst, 0 };
	}
	qsort(v, *n, sizeof(*v), compare_checks);
	return (v);
}

/* Could it be used, and nobody said so? */
static int
usable(const struct check *k)
{

	return (check_allowed(k) && (k->life == CHECK_OPEN ||
	    k->life == CHECK_ISSUED));
}

/* The check that a row belongs to: a usable one before others, then the nearest day. */
static struct ordered *
joins(const struct reconcile *r, struct ordered *v, size_t n,
    const struct row *w)
{
	const char *inst = checks_place_at(r->checks, w->place)->inst;
	size_t lo = 0, hi = n, mid;
	int best_days = 0, days;
	struct ordered *best = NULL, *x;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (compare_what(&w->person, w->product, inst, &v[mid]) > 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (x = &v[lo]; x < &v[n] && compare_what(&w->person, w->product,
	    inst, x) == 0; x++) {
		days = abs(day_of(w->at / 1000) - day_of(x->k->at / 1000));
		if (days > r->o.file_days ||
		    x->k->issued + x->used >= x->k->quantity)
			continue;
		if (best == NULL || usable(x->k) > usable(best->k) ||
		    (usable(x->k) == usable(best->k) && days < best_days)) {
			best = x;
			best_days = days;
		}
	}
	return (best);
}

/* A row that belongs to no check. */
static int
unchecked(struct reconcile *r, const struct row *w)
{
	struct reconcile_case x = { .seq = w->seq, .at = w->at,
		.place = w->place, .product = w->product,
		.class = RECONCILE_UNCHECKED };
	const int64_t *first = reporthash_get(r->first,
	    checks_place_at(r->checks, w->place)->inst);

	int32_t day = day_of(w->at / 1000);

	if (first != NULL && day < day_of(*first / 1000))
		x.class = RECONCILE_BEFORE;
	else if (w->dated ? away_day(r->away, day) : away_at(r->away, w->at))
		x.class = RECONCILE_FILE_AWAY;
	return (reconcile_add(r, &x));
}

/* A row that belongs to a check. */
static int
join(struct reconcile *r, struct ordered *x, const struct row *w)
{
	const struct reporthash_teller *a, *b;
	struct check k = *x->k;

	x->used++;
	if (usable(&k))
		return (reconcile_add_check(r, RECONCILE_BY_FILE, &k, w->at,
		    w->seq));
	/* Issued elsewhere than asked for: then it is not that teller's. */
	a = checks_place_at(r->checks, k.place);
	b = checks_place_at(r->checks, w->place);
	if (strcmp(a->outlet, b->outlet) != 0)
		k.place = w->place;
	return (reconcile_add_check(r, RECONCILE_AGAINST, &k, w->at, w->seq));
}

/* Compare all rows; a check that was used is marked so. */
int
reconcile_compare(struct reconcile *r)
{
	struct ordered *v, *x;
	size_t n, i;
	int rc = 0;

	if ((v = sorted(r, &n)) == NULL)
		return (-1);
	if (r->nrows > 0)
		qsort(r->rows, r->nrows, sizeof(*r->rows), compare_rows);
	for (i = 0; i < r->nrows && rc == 0; i++) {
		if ((x = joins(r, v, n, &r->rows[i])) == NULL)
			rc = unchecked(r, &r->rows[i]);
		else
			rc = join(r, x, &r->rows[i]);
	}
	/* Only now: while comparing, they stand as they were. */
	for (i = 0; i < n; i++)
		if (v[i].used > 0) {
			v[i].k->life = CHECK_ISSUED;
			v[i].k->issued += v[i].used;
			v[i].k->filed += v[i].used;
		}
	free(v);
	return (rc);
}
