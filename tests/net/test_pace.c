/* How much of the journal is on its way at once: see pace.h. */
#include <criterion/criterion.h>

#include "net/pace.h"

#define MS 1000

/* One batch, answered after so long. */
static void
answered(struct pace *p, int64_t us)
{

	while (pace_room(p))
		pace_sent(p, 0);
	pace_answered(p, us);
}

Test(pace, begins_with_little)
{
	struct pace p = { .window = 9 };

	pace_begin(&p);
	cr_expect_eq(p.entries, PACE_ENTRIES_MIN);
	cr_expect(pace_room(&p));
	pace_sent(&p, 0);
	cr_expect(!pace_room(&p));
}

Test(pace, grows_on_a_fast_line_to_its_bounds)
{
	struct pace p;
	int i;

	pace_begin(&p);
	for (i = PACE_ENTRIES_MIN; i < PACE_ENTRIES; i *= 2)
		answered(&p, 1 * MS);
	cr_expect_eq(p.entries, PACE_ENTRIES);
	cr_expect_eq(p.window, 1);
	for (i = 0; i < 100; i++)
		answered(&p, 1 * MS);
	cr_expect_eq(p.entries, PACE_ENTRIES);
	cr_expect_eq(p.window, PACE_WINDOW);
	while (pace_room(&p))
		pace_sent(&p, 0);
	cr_expect_eq(p.n, PACE_WINDOW);
}

Test(pace, shrinks_on_a_slow_line_to_its_bounds)
{
	struct pace p;
	int i;

	pace_begin(&p);
	for (i = 0; i < 100; i++)
		answered(&p, 1 * MS);
	answered(&p, 400 * MS);
	cr_expect_eq(p.window, PACE_WINDOW / 2);
	cr_expect(!pace_room(&p), "what is on its way is more than that");
	for (i = 0; i < 100; i++)
		pace_answered(&p, 5000 * MS);
	cr_expect_eq(p.n, 0);
	for (i = 0; i < 100; i++)
		answered(&p, 5000 * MS);
	cr_expect_eq(p.window, 1);
	cr_expect_eq(p.entries, PACE_ENTRIES_MIN);
}

Test(pace, stays_in_between)
{
	struct pace p;
	int i;

	pace_begin(&p);
	for (i = PACE_ENTRIES_MIN; i < PACE_ENTRIES; i *= 2)
		answered(&p, 1 * MS);
	for (i = 0; i < 2; i++)
		answered(&p, 1 * MS);
	for (i = 0; i < 9; i++)
		answered(&p, 200 * MS);
	cr_expect_eq(p.entries, PACE_ENTRIES);
	cr_expect_eq(p.window, 3);
}

Test(pace, judges_each_batch_by_its_own_time)
{
	struct pace p;

	pace_begin(&p);
	p.window = 2;
	p.entries = PACE_ENTRIES;
	pace_sent(&p, 0);
	pace_sent(&p, 900 * MS);
	pace_answered(&p, 950 * MS);
	cr_expect_eq(p.window, 1);
	pace_answered(&p, 960 * MS);
	cr_expect_eq(p.window, 2);
	pace_answered(&p, 970 * MS);
	cr_expect_eq(p.n, 0, "an answer to nothing changes nothing");
	cr_expect_eq(p.window, 2);
}
