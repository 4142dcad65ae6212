#include <stdlib.h>

#include "engine/day.h"
#include "store/entry.h"

#include "away.h"

#define HOUR_MS INT64_C(3600000)
#define CRASH_MS 2000	/* a start so soon behind an entry is a restart */

struct span {
	int64_t from, to;	/* [from, to), ms */
	int64_t before;		/* ms of all spans before this one */
};

struct away {
	int64_t first, last;
	struct span *v;
	size_t n, room;
	int64_t end;		/* of the newest span */
	int64_t sum;		/* ms of all spans */
};

/* Make one. */
struct away *
away_new(void)
{

	return (calloc(1, sizeof(struct away)));
}

/* Free it. */
void
away_free(struct away *a)
{

	if (a == NULL)
		return;
	free(a->v);
	free(a);
}

/* It did not run from one moment to another. */
static int
add(struct away *a, int64_t from, int64_t to)
{
	struct span *v;
	size_t room;

	if (from < a->end)
		from = a->end;
	if (from >= to)
		return (0);
	if (a->n == a->room) {
		room = a->room != 0 ? 2 * a->room : 16;
		if ((v = realloc(a->v, room * sizeof(*v))) == NULL)
			return (-1);
		a->v = v;
		a->room = room;
	}
	a->v[a->n++] = (struct span){ from, to, a->sum };
	a->sum += to - from;
	a->end = to;
	return (0);
}

/* Take an entry. */
int
away_entry(struct away *a, const struct entry *e)
{
	int rc = 0;

	if (a->first == 0)
		a->first = e->t;
	else if (e->kind == ENTRY_GAP)
		rc = add(a, e->at != 0 ? e->at : a->last, e->t);
	else if (e->kind == ENTRY_START && e->t - a->last > CRASH_MS)
		rc = add(a, a->last, e->t);
	if (e->t > a->last)
		a->last = e->t;
	return (rc);
}

/* How many ms before a moment it did not run, since the first entry. */
static int64_t
sum(const struct away *a, int64_t ms)
{
	size_t lo = 0, hi = a->n, mid;
	const struct span *s;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (a->v[mid].from < ms)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return (0);
	s = &a->v[lo - 1];
	return (s->before + (ms < s->to ? ms : s->to) - s->from);
}

/* How long it did not run within a time. */
int64_t
away_between(const struct away *a, int64_t from, int64_t to)
{
	int64_t lo = from > a->first ? from : a->first;
	int64_t hi = to < a->last ? to : a->last;

	if (from >= to)
		return (0);
	if (a->first == 0 || lo >= hi)
		return (to - from);
	return ((lo - from) + (to - hi) + sum(a, hi) - sum(a, lo));
}

/* Did it not run at a moment? */
int
away_at(const struct away *a, int64_t ms)
{

	return (a->first == 0 || ms < a->first || ms > a->last ||
	    sum(a, ms + 1) > sum(a, ms));
}

/* Did it not run on most of a working day? */
int
away_day(const struct away *a, int32_t day)
{
	int64_t from = day_start(day) * 1000 + 9 * HOUR_MS;

	return (away_between(a, from, from + 8 * HOUR_MS) >= 4 * HOUR_MS);
}

/* The first moment known. */
int64_t
away_first(const struct away *a)
{

	return (a->first);
}

/* The last moment known. */
int64_t
away_last(const struct away *a)
{

	return (a->last);
}
