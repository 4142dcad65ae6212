/*
 * The journal's counts against the institution's own.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"

#include "report_complete_impl.h"

/* Is a day of the period, all of it? */
static int
day_within(const struct complete *c, int32_t day)
{
	int64_t from = day_start(day) * 1000;

	return (reportkind_within(c->ro, from) &&
	    reportkind_within(c->ro, from + REPORTKIND_DAY - 1));
}

/* Is a row asked for? */
static int
wanted(const struct complete *c, const struct totals_row *w)
{

	return (day_within(c, w->day) && reportkind_place(c->ro, w->inst,
	    w->outlet, 0));
}

/* Note a difference. */
static struct complete_difference *
differ(struct complete *c, int kind, const struct complete_key *key)
{
	struct complete_difference *v = complete_room(c->differences,
	    c->ndifferences, &c->differences_room, sizeof(*v));
	const struct complete_count *x;

	if (v == NULL)
		return (NULL);
	c->differences = v;
	v += c->ndifferences++;
	memset(v, 0, sizeof(*v));
	v->kind = kind;
	v->key = *key;
	v->issued = v->closed = -1;
	if ((x = reporthash_get(c->counts, key)) != NULL)
		v->count = *x;
	return (v);
}

/* The key of a row. */
static void
key_of(const struct totals_row *w, struct complete_key *key)
{

	memset(key, 0, sizeof(*key));
	memcpy(key->inst, w->inst, sizeof(key->inst));
	memcpy(key->outlet, w->outlet, sizeof(key->outlet));
	key->day = w->day;
	key->product = w->product;
}

/* One row against the journal. */
static int
compare_row(struct complete *c, const struct totals_row *w)
{
	static const struct complete_count none;
	const struct complete_count *x;
	struct complete_difference *d;
	struct complete_key key;

	key_of(w, &key);
	if ((x = reporthash_get(c->counts, &key)) == NULL)
		x = &none;
	if (w->issued == complete_issued(x) &&
	    (w->closed < 0 || w->closed == complete_closed(x)))
		return (0);
	if ((d = differ(c, COMPLETE_COUNT, &key)) == NULL)
		return (-1);
	d->line = w->line;
	d->issued = w->issued;
	d->closed = w->closed;
	return (0);
}

/* Rows i to n are of one institution and day: do those of an outlet agree? */
static int
compare_sums(struct complete *c, size_t i, size_t n)
{
	const struct totals_row *all, *w;
	struct complete_difference *d;
	struct complete_key key;
	int64_t sum;
	size_t k;

	for (; i < n; i++) {
		/* "All products" stands before the products of its outlet. */
		all = totals_at(c->o->totals, i);
		if (all->product != 0)
			continue;
		sum = 0;
		for (k = i + 1; k < n; k++) {
			w = totals_at(c->o->totals, k);
			if (strcmp(w->outlet, all->outlet) != 0)
				break;
			sum += w->issued;
		}
		if (k == i + 1 || sum == all->issued)
			continue;
		key_of(all, &key);
		if ((d = differ(c, COMPLETE_SUM, &key)) == NULL)
			return (-1);
		d->line = all->line;
		d->issued = all->issued;
		d->closed = all->closed;
		d->sum = sum;
	}
	return (0);
}

/* Days between two of its totals of which an institution says nothing. */
static int
missing_days(struct complete *c, const char *inst, int32_t from, int32_t to)
{
	const struct complete_count *x;
	struct complete_key key;

	memset(&key, 0, sizeof(key));
	memcpy(key.inst, inst, strnlen(inst, sizeof(key.inst) - 1));
	for (key.day = from + 1; key.day < to; key.day++) {
		x = reporthash_get(c->counts, &key);
		if (x != NULL && day_within(c, key.day) &&
		    complete_issued(x) + complete_closed(x) > 0 &&
		    differ(c, COMPLETE_NO_TOTALS, &key) == NULL)
			return (-1);
	}
	return (0);
}

/* The order in which differences are told. */
static int
compare(const void *a, const void *b)
{
	const struct complete_difference *x = a, *y = b;
	int c = strcmp(x->key.inst, y->key.inst);

	if (c == 0)
		c = (x->key.day > y->key.day) - (x->key.day < y->key.day);
	if (c == 0)
		c = strcmp(x->key.outlet, y->key.outlet);
	if (c == 0)
		c = (x->key.product > y->key.product) -
		    (x->key.product < y->key.product);
	return (c != 0 ? c : x->kind - y->kind);
}

/* The order of events: by day. */
static int
compare_events(const void *a, const void *b)
{
	const struct complete_event *x = a, *y = b;
	int c = (x->day > y->day) - (x->day < y->day);

	if (c == 0)
		c = (x->at > y->at) - (x->at < y->at);
	return (c != 0 ? c : (x->seq > y->seq) - (x->seq < y->seq));
}

/* Compare all. */
int
complete_compare(struct complete *c)
{
	const struct totals *t = c->o->totals;
	const struct totals_row *w;
	size_t n = t != NULL ? totals_count(t) : 0, i, k;

	if (c->nevents > 0)
		qsort(c->events, c->nevents, sizeof(*c->events),
		    compare_events);
	for (i = 0; i < n; i = k) {
		w = totals_at(t, i);
		for (k = i; k < n && totals_at(t, k)->day == w->day &&
		    strcmp(totals_at(t, k)->inst, w->inst) == 0; k++)
			if (wanted(c, totals_at(t, k)) &&
			    compare_row(c, totals_at(t, k)) != 0)
				return (-1);
		if (wanted(c, w) && compare_sums(c, i, k) != 0)
			return (-1);
		if (k < n && strcmp(totals_at(t, k)->inst, w->inst) == 0 &&
		    missing_days(c, w->inst, w->day, totals_at(t, k)->day) !=
		    0)
			return (-1);
	}
	if (c->ndifferences > 0)
		qsort(c->differences, c->ndifferences,
		    sizeof(*c->differences), compare);
	return (0);
}

/* The differences. */
const struct complete_difference *
complete_differences(const struct complete *c, size_t *n)
{

	*n = c->ndifferences;
	return (c->differences);
}

/* Could an event of that day, or the day beside it, explain a difference? */
static int
explains(const struct complete_difference *d, const struct complete_event *x,
    int64_t more)
{

	if (x->day == d->key.day) {
		if (x->why == COMPLETE_WHY_LAPSED ||
		    x->why == COMPLETE_WHY_VOIDED)
			return (more > 0);
		return (more < 0);
	}
	if (x->why != COMPLETE_WHY_MIDNIGHT || more <= 0)
		return (0);
	/* Late on the day before, or early on the day behind. */
	return (x->day < d->key.day ? x->at >= day_start(d->key.day) * 1000 -
	    REPORTKIND_HOUR : x->at < day_start(d->key.day + 1) * 1000 +
	    REPORTKIND_HOUR);
}

/* Hand on what could explain a difference. */
void
complete_explain(const struct complete *c, const struct complete_difference *d,
    void (*fn)(void *arg, const struct complete_event *x), void *arg)
{
	int64_t more = d->issued - complete_issued(&d->count);
	const struct reporthash_teller *p;
	size_t lo = 0, hi = c->nevents, mid;
	const struct complete_event *x;

	if (d->kind != COMPLETE_COUNT || more == 0)
		return;
	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (c->events[mid].day < d->key.day - 1)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < c->nevents && c->events[lo].day <= d->key.day + 1; lo++) {
		x = &c->events[lo];
		p = checks_place_at(c->checks, x->place);
		if (strcmp(p->inst, d->key.inst) == 0 &&
		    (d->key.outlet[0] == '\0' ||
		    strcmp(p->outlet, d->key.outlet) == 0) &&
		    (d->key.product == 0 || x->product == d->key.product) &&
		    explains(d, x, more))
			fn(arg, x);
	}
}
