/*
 * How long an outlet was silent, in its own opening time, and what that means.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"
#include "lists/outlets.h"

#include "report_silent_impl.h"

#define MINUTE_MS REPORTKIND_MINUTE
#define DAY_MS REPORTKIND_DAY
#define BURST_MS (15 * MINUTE_MS)
#define PAUSES 5	/* fewer say nothing about a pace */
#define BUSY 10		/* checks a day of an institution that never rests */

/* One outlet while it is measured. */
struct gauge {
	const struct silent *s;
	const struct silent_inst *inst;
	const struct outlet *reg;
	const struct silent_times *checks;
	struct silent_outlet *x;
	int32_t opens, closes;
	unsigned weekdays;	/* bit 0: Monday */
	int64_t begin;		/* it is known since, ms */
	size_t next;		/* check */
	int64_t pause_from;	/* ms */
	int64_t pause;		/* opening time in it, ms */
	int64_t total;		/* ditto in all pauses that ended */
	uint32_t pauses;	/* those of a quarter of an hour or more */
	int64_t long_from, long_to, longest;
};

/* The weekday of a day: 0 for a Monday. */
static int
weekday(int32_t day)
{

	/* 1970-01-01 was a Thursday. */
	return ((int)(((int64_t)day + 3) % 7 + 7) % 7);
}

/* On which weekdays is it open?  Those on which it has checked twice, too. */
static unsigned
weekdays(const struct silent_times *t)
{
	int32_t last = INT32_MIN, day;
	unsigned mask = 0x1f, seen = 0, bit;
	size_t i;

	for (i = 0; i < t->n; i++) {
		day = day_of(t->v[i] / 1000);
		if (day == last)
			continue;
		bit = 1u << weekday(day);
		if ((seen & bit) != 0)
			mask |= bit;
		seen |= bit;
		last = day;
	}
	return (mask);
}

/* Was no check made in the whole institution on that day? */
static int
all_silent(const struct gauge *g, int32_t day)
{
	int64_t i = (int64_t)day - g->s->day;

	return (g->inst != NULL && g->inst->all > 0 && i >= 0 &&
	    (size_t)i < g->s->days && g->inst->checks[i] == UINT32_MAX);
}

/* A check ends a pause. */
static void
end_pause(struct gauge *g, int64_t t)
{

	if (g->pause > g->longest) {
		g->longest = g->pause;
		g->long_from = g->pause_from;
		g->long_to = t;
	}
	if (g->pause >= BURST_MS) {
		g->pauses++;
		g->total += g->pause;
	}
	g->pause = 0;
	g->pause_from = t;
}

/* Opening time in which the node ran. */
static int64_t
opening(const struct gauge *g, int64_t from, int64_t to)
{

	return (from < to ? to - from - away_between(g->s->away, from, to) : 0);
}

/* Go to a moment; opening time runs from `since` on, and not where that is later. */
static void
advance(struct gauge *g, int64_t since, int64_t to)
{
	const struct silent_times *c = g->checks;

	for (; g->next < c->n && c->v[g->next] < to; g->next++) {
		if (c->v[g->next] < g->begin)
			continue;
		g->pause += opening(g, since, c->v[g->next]);
		if (since < c->v[g->next])
			since = c->v[g->next];
		end_pause(g, c->v[g->next]);
		g->x->checks++;
	}
	g->pause += opening(g, since, to);
}

/* How many checks there are in [from, to). */
static uint32_t
checks_between(const struct silent_times *t, int64_t from, int64_t to)
{
	size_t lo = 0, hi = t->n, mid, a;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (t->v[mid] < from)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (a = lo; lo < t->n && t->v[lo] < to; lo++)
		continue;
	return ((uint32_t)(lo - a));
}

/* One day on which it opens. */
static void
one_day(struct gauge *g, int32_t day)
{
	int64_t lo = day_start(day) * 1000 + g->opens * MINUTE_MS, hi;
	struct silent_outlet *x = g->x;
	uint32_t inside;

	hi = day_start(day) * 1000 + g->closes * MINUTE_MS +
	    (g->closes < g->opens ? DAY_MS : 0);
	if (lo < g->begin)
		lo = g->begin;
	if (hi > g->s->to)
		hi = g->s->to;
	if (lo >= hi)
		return;
	/* What is checked before it opens runs no opening time. */
	advance(g, lo, lo);
	x->days++;
	inside = checks_between(g->checks, lo, hi);
	x->beyond -= inside;
	if (inside > 0)
		x->with++;
	else if (away_between(g->s->away, lo, hi) * 2 >= hi - lo)
		x->away++;
	else {
		x->without++;
		x->all += (uint32_t)all_silent(g, day);
	}
	if (!all_silent(g, day))
		advance(g, lo, hi);
}

/* Cards that were issued on days without a check. */
static uint32_t
issued(const struct gauge *g, const struct silent_times *t)
{
	uint32_t n = 0;
	int64_t from, to;
	size_t i;

	for (i = 0; i < t->n; i++) {
		from = day_start(day_of(t->v[i] / 1000)) * 1000;
		to = from + DAY_MS;
		if (t->v[i] < g->s->from || t->v[i] >= g->s->to ||
		    g->inst == NULL || g->inst->first == 0 ||
		    to <= g->inst->first ||
		    away_day(g->s->away, day_of(t->v[i] / 1000)))
			continue;
		n += checks_between(g->checks, from, to) == 0;
	}
	return (n);
}

/* By chance a pause as long as x is seen so seldom, after n pauses in the time t. */
static double
chance(int64_t x, uint32_t n, int64_t t)
{

	return (n < PAUSES ? 1 : pow((double)t / (double)(t + x), n));
}

/* What the longest pause means, or that which goes on. */
static void
judge(struct gauge *g)
{
	struct silent_outlet *x = g->x;
	uint32_t n = g->pauses - (g->longest >= BURST_MS);
	double now = chance(g->pause, g->pauses, g->total);
	double was = 1 - pow(1 - chance(g->longest, n, g->total - g->longest),
	    n + 1);

	x->standing = now < SILENT_CHANCE || g->pause >= g->longest;
	if (x->standing) {
		x->from = g->pause_from;
		x->to = g->s->to;
		x->hours = g->pause;
		x->chance = now;
		n = g->pauses;
	} else {
		x->from = g->long_from;
		x->to = g->long_to;
		x->hours = g->longest;
		x->chance = was;
		g->total -= g->longest;
	}
	if (g->total > 0 && n > 0)
		x->expected = (double)x->hours * n / (double)g->total;
	if (x->chance < SILENT_CHANCE)
		x->state = x->standing ? SILENT_NOW : SILENT_WAS;
	else
		x->state = SILENT_USUAL;
}

/* Measure an outlet. */
void
silent_measure(const struct silent *s, const struct silent_place *p,
    struct silent_outlet *x)
{
	static const struct silent_times none;
	struct gauge g = { .s = s, .x = x, .opens = s->o.opens,
		.closes = s->o.closes, .checks = p != NULL ? &p->checks :
		&none };
	int32_t day, end = day_of(s->to / 1000);
	char inst[32];

	memset(inst, 0, sizeof(inst));
	memcpy(inst, x->inst, strnlen(x->inst, sizeof(inst) - 1));
	g.inst = reporthash_get(s->insts, inst);
	if (s->ro->outlets != NULL)
		g.reg = outlets_find(s->ro->outlets, x->inst, x->outlet);
	if (g.reg != NULL)
		(void)silent_hours(g.reg->hours, &g.opens, &g.closes);
	if (g.checks->n > 0) {
		x->first = g.checks->v[0];
		x->last = g.checks->v[g.checks->n - 1];
		g.begin = x->first > s->from ? x->first : s->from;
		g.pause_from = g.begin;
		g.weekdays = weekdays(g.checks);
		x->beyond = checks_between(g.checks, g.begin, s->to);
		/* The first check ever ends no pause. */
		for (day = day_of(g.begin / 1000) - 1; day <= end; day++)
			if ((g.weekdays & 1u << weekday(day)) != 0 &&
			    (g.reg == NULL || !outlet_suspended(g.reg, day)))
				one_day(&g, day);
		advance(&g, s->to, s->to);
		judge(&g);
	} else
		x->state = SILENT_NEVER;
	if (p != NULL)
		x->issued = issued(&g, &p->issued);
	if (x->issued > 0) {
		x->state = SILENT_ISSUES;
		x->standing |= g.checks->n == 0;
	} else if (g.reg != NULL && g.reg->status == OUTLET_CLOSED)
		x->state = SILENT_CLOSED;
	else if (g.reg != NULL && outlet_suspended(g.reg, end))
		x->state = SILENT_SUSPENDED;
}

/* Count the checks of an institution's outlets by day. */
static int
count(struct silent *s, const struct reporthash_outlet *key,
    const struct silent_place *p)
{
	struct silent_inst *x = reporthash_get(s->insts, key->inst);
	int64_t day;
	size_t i;

	if (x == NULL || p->checks.n == 0)
		return (0);
	if (x->checks == NULL && (x->checks = calloc(s->days,
	    sizeof(*x->checks))) == NULL)
		return (-1);
	for (i = 0; i < p->checks.n; i++) {
		day = (int64_t)day_of(p->checks.v[i] / 1000) - s->day;
		if (day >= 0 && (size_t)day < s->days)
			x->checks[day]++;
	}
	return (0);
}

/* Find the weekdays on which nobody of a busy institution checked. */
static void
find(const struct silent *s, struct silent_inst *x)
{
	uint64_t sum = 0, days = 0;
	int64_t from;
	size_t i;

	for (i = 0; i < s->days; i++) {
		sum += x->checks[i];
		days += x->checks[i] > 0;
	}
	if (days == 0 || sum < BUSY * days)
		return;
	for (i = 0; i < s->days; i++) {
		from = day_start(s->day + (int32_t)i) * 1000;
		if (x->checks[i] != 0 || weekday(s->day + (int32_t)i) > 4 ||
		    from < x->first || from < s->from ||
		    from + DAY_MS > s->to ||
		    away_between(s->away, from, from + DAY_MS) * 2 >= DAY_MS)
			continue;
		x->checks[i] = UINT32_MAX;
		x->all++;
	}
}

/* Find those days of all institutions. */
int
silent_measure_days(struct silent *s)
{
	struct silent_inst *x;
	size_t i;

	for (i = 0; i < reporthash_count(s->places); i++)
		if (count(s, reporthash_key(s->places, i),
		    reporthash_value(s->places, i)) != 0)
			return (-1);
	for (i = 0; i < reporthash_count(s->insts); i++) {
		x = reporthash_value(s->insts, i);
		if (x->checks != NULL)
			find(s, x);
	}
	return (0);
}
