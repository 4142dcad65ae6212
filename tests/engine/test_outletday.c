/* The days of an outlet: sums and means, against a plain recount. */
#include <criterion/criterion.h>
#include <string.h>

#include "engine/outletday.h"

#define TODAY 20779 /* 2026-11-22 */

static struct outletday o;

/* So many cards on each day from `from` to `to`, a fifth of them from elsewhere. */
static void
each_day(int32_t from, int32_t to, unsigned cards)
{
	int32_t d;

	for (d = from; d <= to; d++)
		outletday_add(&o, d, cards, cards / 5);
}

Test(outletday, an_outlet_without_cards_has_no_mean)
{

	memset(&o, 0, sizeof(o));
	cr_expect_eq(outletday_sum(&o, TODAY, 7, 0), 0);
	cr_expect_eq(outletday_mean(&o, TODAY, 7, 0), -1);
	outletday_add(&o, 0, 5, 5);
	cr_expect_eq(o.newest, 0, "there is no such day");
}

Test(outletday, the_mean_is_of_the_eight_weeks_before_the_window)
{

	memset(&o, 0, sizeof(o));
	each_day(TODAY - 63, TODAY - 1, 10);
	outletday_add(&o, TODAY, 33, 3);
	cr_expect_eq(outletday_sum(&o, TODAY, 1, 0), 33);
	cr_expect_eq(outletday_sum(&o, TODAY, 1, 1), 3);
	cr_expect_eq(outletday_mean(&o, TODAY, 1, 0), 10,
	    "today is not in its own mean");
	cr_expect_eq(outletday_sum(&o, TODAY, 7, 0), 93);
	cr_expect_eq(outletday_mean(&o, TODAY, 7, 0), 70);
	cr_expect_eq(outletday_mean(&o, TODAY, 7, 1), 14);
	/* Tomorrow nothing was issued yet. */
	cr_expect_eq(outletday_sum(&o, TODAY + 1, 1, 0), 0);
	cr_expect_eq(outletday_sum(&o, TODAY + 1, 2, 0), 33);
}

Test(outletday, a_young_outlet_has_the_mean_of_its_days)
{

	memset(&o, 0, sizeof(o));
	each_day(TODAY - 13, TODAY, 9);
	cr_expect_eq(outletday_mean(&o, TODAY, 1, 0), -1, "13 days old");
	cr_expect_eq(outletday_mean(&o, TODAY + 1, 1, 0), 9);
	cr_expect_eq(outletday_mean(&o, TODAY + 1, 7, 0), 63);
	/* A mean is rounded up, so that what is rare is not taken for nothing. */
	memset(&o, 0, sizeof(o));
	outletday_add(&o, TODAY - 20, 1, 0);
	cr_expect_eq(outletday_mean(&o, TODAY, 1, 0), 1);
	cr_expect_eq(outletday_mean(&o, TODAY, 1, 1), 0);
}

Test(outletday, a_long_rest_forgets_all_but_the_age)
{

	memset(&o, 0, sizeof(o));
	each_day(TODAY - 300, TODAY - 200, 10);
	outletday_add(&o, TODAY, 4, 0);
	cr_expect_eq(outletday_sum(&o, TODAY, 7, 0), 4);
	cr_expect_eq(outletday_mean(&o, TODAY, 1, 0), 0, "not young");
	cr_expect_eq(o.first, TODAY - 300);
}

Test(outletday, what_is_told_late_counts_on_its_day)
{

	memset(&o, 0, sizeof(o));
	outletday_add(&o, TODAY, 1, 0);
	outletday_add(&o, TODAY - 2, 5, 1);
	cr_expect_eq(outletday_sum(&o, TODAY, 2, 0), 1);
	cr_expect_eq(outletday_sum(&o, TODAY, 3, 0), 6);
	cr_expect_eq(outletday_sum(&o, TODAY, 3, 1), 1);
	outletday_add(&o, TODAY - 63, 7, 0);
	outletday_add(&o, TODAY - 64, 8, 0);
	cr_expect_eq(o.first, TODAY - 64, "too old to count, yet it was there");
	cr_expect_eq(outletday_sum(&o, TODAY - 57, 7, 0), 7);
}

Test(outletday, a_figure_stays_at_its_end)
{

	memset(&o, 0, sizeof(o));
	outletday_add(&o, TODAY, 65000, 65000);
	outletday_add(&o, TODAY, 1000, UINT32_MAX);
	cr_expect_eq(outletday_sum(&o, TODAY, 1, 0), 65535);
	cr_expect_eq(outletday_sum(&o, TODAY, 1, 1), 65535);
}

static uint64_t seed;

static uint32_t
draw(uint32_t n)
{

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return ((uint32_t)(seed >> 33) % n);
}

#define DAYS 400

/* A day's cards as they would be with all days kept: nothing beyond 64 of the newest. */
static int64_t
plain(const unsigned *cards, int newest, int day)
{

	return (day < 0 || day > newest || day <= newest - OUTLETDAY_DAYS ? 0 :
	    cards[day]);
}

Test(outletday, sums_and_means_agree_with_a_plain_recount)
{
	unsigned cards[DAYS], n;
	int64_t sum, mean;
	int round, i, k, day, newest, first, today, days, from;

	seed = 3;
	for (round = 0; round < 400; round++) {
		memset(&o, 0, sizeof(o));
		memset(cards, 0, sizeof(cards));
		first = newest = day = (int)draw(30);
		for (i = 0; i < 200 && day < DAYS - 20; i++) {
			n = draw(9);
			/* Mostly of today, now and then told late. */
			k = draw(4) != 0 ? day : day - (int)draw(90);
			if (k >= 0) {
				outletday_add(&o, 1000 + k, n, 0);
				if (k > newest)
					newest = k;
				if (k < first || i == 0)
					first = k;
				cards[k] += n;
				/* What was beyond the room is not found again. */
				if (k <= newest - OUTLETDAY_DAYS)
					cards[k] -= n;
			}
			day += (int)draw(draw(20) == 0 ? 70 : 3);
		}
		if (o.newest == 0)
			continue;
		for (i = 0; i < 20; i++) {
			today = newest + (int)draw(12) - 4;
			days = 1 + (int)draw(OUTLETDAY_WINDOW);
			for (sum = 0, k = 0; k < days; k++)
				sum += plain(cards, newest, today - k);
			cr_assert_eq(outletday_sum(&o, 1000 + today, days, 0),
			    sum, "round %d", round);
			from = today - days - OUTLETDAY_WEEKS + 1;
			if (from < first)
				from = first;
			mean = 0;
			for (k = from; k <= today - days; k++)
				mean += plain(cards, newest, k);
			n = (unsigned)(today - days - from + 1);
			mean = today - first < OUTLETDAY_YOUNG ? -1 :
			    (mean * days + n - 1) / n;
			cr_assert_eq(outletday_mean(&o, 1000 + today, days, 0),
			    mean, "round %d", round);
		}
	}
}

/* Only the newest day is kept: a cap of a day needs no other. */
Test(outletday, what_was_passed_offline_is_counted_for_a_day)
{

	memset(&o, 0, sizeof(o));
	cr_expect_eq(outletday_offline(&o, TODAY), 0);
	outletday_offline_add(&o, 0, 5);
	cr_expect_eq(o.offline_day, 0, "there is no such day");
	outletday_offline_add(&o, TODAY, 1);
	outletday_offline_add(&o, TODAY, 3);
	cr_expect_eq(outletday_offline(&o, TODAY), 4);
	cr_expect_eq(outletday_offline(&o, TODAY - 1), 0);
	cr_expect_eq(outletday_offline(&o, TODAY + 1), 0);
	/* Told late of a day that is over. */
	outletday_offline_add(&o, TODAY - 1, 9);
	cr_expect_eq(outletday_offline(&o, TODAY), 4);
	cr_expect_eq(outletday_offline(&o, TODAY - 1), 0);
	outletday_offline_add(&o, TODAY + 1, 2);
	cr_expect_eq(outletday_offline(&o, TODAY + 1), 2);
	cr_expect_eq(outletday_offline(&o, TODAY), 0);
	/* It neither changes nor is changed by what was issued. */
	cr_expect_eq(outletday_sum(&o, TODAY, 7, 0), 0);
	each_day(TODAY + 1, TODAY + 1, 5);
	cr_expect_eq(outletday_offline(&o, TODAY + 1), 2);
}

Test(outletday, the_count_of_a_day_offline_ends)
{

	memset(&o, 0, sizeof(o));
	outletday_offline_add(&o, TODAY, 65534);
	cr_expect_eq(outletday_offline(&o, TODAY), 65534);
	outletday_offline_add(&o, TODAY, 1);
	cr_expect_eq(outletday_offline(&o, TODAY), OUTLETDAY_OFFLINE);
	outletday_offline_add(&o, TODAY, 1);
	cr_expect_eq(outletday_offline(&o, TODAY), OUTLETDAY_OFFLINE);
	outletday_offline_add(&o, TODAY, UINT32_MAX);
	cr_expect_eq(outletday_offline(&o, TODAY), OUTLETDAY_OFFLINE);
	outletday_offline_add(&o, TODAY + 1, UINT32_MAX);
	cr_expect_eq(outletday_offline(&o, TODAY + 1), OUTLETDAY_OFFLINE);
}
