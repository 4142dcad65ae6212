#ifndef LIANGKA_OUTLETDAY_H_
#define LIANGKA_OUTLETDAY_H_

/*
 * How many bank and phone cards an outlet issued on each of the last days (UTC+8), and
 * how many of them to applicants of another area.  A window is a number of whole days
 * that ends today; its mean is taken over the eight weeks before it.  Of the newest day
 * alone: how many were passed while the node above did not answer.
 *
 * Pure.  The structure is a record of the state as it stands.
 */

#include <stdint.h>

#define OUTLETDAY_DAYS 64	/* kept: eight weeks and the longest window */
#define OUTLETDAY_WINDOW 7	/* days of the longest window */
#define OUTLETDAY_WEEKS 56	/* days of the mean */
#define OUTLETDAY_YOUNG 14	/* days before which an outlet has no mean */

#define OUTLETDAY_OFFLINE 65535	/* where the count of a day ends */

#define OUTLETDAY_TOLD 0x1u	/* that it is in no register was told */

struct outletday {
	int32_t first;		/* day of the first card; 0: none yet */
	int32_t newest;
	uint32_t flags;
	int32_t told;		/* the day of which it was told that it is unusual */
	int32_t offline_day;	/* the newest with a card passed offline; 0: none */
	uint32_t offline_passed; /* cards of that day */
	uint16_t cards[OUTLETDAY_DAYS]; /* of day d at d % OUTLETDAY_DAYS */
	uint16_t away[OUTLETDAY_DAYS];
};

/**
 * outletday_add(o, day, cards, away): Count so many cards, and so many of them to people
 * from elsewhere, on this day.  What is too old to be kept only moves `first`.
 */
void outletday_add(struct outletday *o, int32_t day, unsigned cards,
    unsigned away);

/**
 * outletday_sum(o, today, days, away): Return the cards (away: those to people from
 * elsewhere) of the window of `days` days, 1 to OUTLETDAY_WINDOW.
 * outletday_mean(o, today, days, away): its mean, rounded up, or -1 where the outlet
 * is younger than OUTLETDAY_YOUNG days.  Where it is younger than eight weeks the mean
 * is of the days that there were.
 */
int64_t outletday_sum(const struct outletday *o, int32_t today, int days,
    int away);
int64_t outletday_mean(const struct outletday *o, int32_t today, int days,
    int away);

/**
 * outletday_offline_add(o, day, cards): Count so many cards that were passed or limited
 * offline on this day.  What belongs to a day before the newest one is forgotten.
 *
 * outletday_offline(o, today): Return those of today; at most OUTLETDAY_OFFLINE.
 */
void outletday_offline_add(struct outletday *o, int32_t day, unsigned cards);
int32_t outletday_offline(const struct outletday *o, int32_t today);

_Static_assert(sizeof(struct outletday) == 24 + 4 * OUTLETDAY_DAYS,
    "no padding");

#endif /* !LIANGKA_OUTLETDAY_H_ */
