#include <string.h>

#include "outletday.h"

/* Where the figures of a day stand. */
static unsigned
place(int32_t day)
{

	return ((uint32_t)day % OUTLETDAY_DAYS);
}

/* Is the day one of those that are kept? */
static int
kept(const struct outletday *o, int32_t day)
{

	return (o->newest != 0 && day <= o->newest &&
	    day > o->newest - OUTLETDAY_DAYS);
}

/* Add to a figure, which does not overflow. */
static void
raise(uint16_t *n, unsigned by)
{

	*n = by > (unsigned)(UINT16_MAX - *n) ? UINT16_MAX :
	    (uint16_t)(*n + by);
}

/* Count cards of a day. */
void
outletday_add(struct outletday *o, int32_t day, unsigned cards, unsigned away)
{
	int32_t d;

	if (day <= 0)
		return;
	if (o->first == 0 || day < o->first)
		o->first = day;
	if (o->newest == 0 || day > o->newest + OUTLETDAY_DAYS) {
		memset(o->cards, 0, sizeof(o->cards));
		memset(o->away, 0, sizeof(o->away));
		o->newest = day;
	}
	for (d = o->newest; d < day;) {
		d++;
		o->cards[place(d)] = 0;
		o->away[place(d)] = 0;
		o->newest = d;
	}
	if (!kept(o, day))
		return;
	raise(&o->cards[place(day)], cards);
	raise(&o->away[place(day)], away);
}

/* Sum the days from `from` to `to`. */
static int64_t
sum(const struct outletday *o, int32_t from, int32_t to, int away)
{
	const uint16_t *n = away ? o->away : o->cards;
	int64_t total = 0;
	int32_t d;

	if (to > o->newest)
		to = o->newest;
	if (from <= o->newest - OUTLETDAY_DAYS)
		from = o->newest - OUTLETDAY_DAYS + 1;
	for (d = from; d <= to; d++)
		total += n[place(d)];
	return (total);
}

/* Sum a window. */
int64_t
outletday_sum(const struct outletday *o, int32_t today, int days, int away)
{

	return (sum(o, today - days + 1, today, away));
}

/* The mean of such a window over the eight weeks before it. */
int64_t
outletday_mean(const struct outletday *o, int32_t today, int days, int away)
{
	int32_t last = today - days, from = last - OUTLETDAY_WEEKS + 1;
	int64_t n;

	if (o->first == 0 || today - o->first < OUTLETDAY_YOUNG)
		return (-1);
	if (from < o->first)
		from = o->first;
	if ((n = last - from + 1) <= 0)
		return (-1);
	return ((sum(o, from, last, away) * days + n - 1) / n);
}

/* Count cards that were passed offline. */
void
outletday_offline_add(struct outletday *o, int32_t day, unsigned cards)
{

	if (day <= 0 || day < o->offline_day)
		return;
	if (day > o->offline_day)
		o->offline_passed = 0;
	o->offline_day = day;
	if (o->offline_passed >= OUTLETDAY_OFFLINE ||
	    cards > OUTLETDAY_OFFLINE - o->offline_passed)
		o->offline_passed = OUTLETDAY_OFFLINE;
	else
		o->offline_passed += cards;
}

/* Those of today. */
int32_t
outletday_offline(const struct outletday *o, int32_t today)
{

	return (o->offline_day != today ? 0 : o->offline_passed <
	    OUTLETDAY_OFFLINE ? (int32_t)o->offline_passed :
	    OUTLETDAY_OFFLINE);
}
