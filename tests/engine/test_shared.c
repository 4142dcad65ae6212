/* Who used the same: kept newest last, counted exactly, against a plain recount. */
#include <criterion/criterion.h>
#include <string.h>

#include "engine/shared.h"

#define NOW 1795312800u /* 2026-11-22 10:00 in Shanghai */
#define DAY 86400

static struct shared_use list[SHARED_MAX];

static size_t
count(size_t n, uint64_t person, int32_t window)
{
	struct shared s = { list, n };

	return (shared_count(&s, person, NOW, window));
}

Test(shared, who_asks_is_counted_once)
{
	size_t n = 0;

	cr_expect_eq(count(0, 1, DAY), 1, "alone");
	n = shared_note(list, n, 2, NOW - 60);
	cr_expect_eq(count(n, 1, DAY), 2);
	cr_expect_eq(count(n, 2, DAY), 1, "again himself");
	n = shared_note(list, n, 2, NOW - 30);
	cr_expect_eq(n, 1, "one person stands once");
	cr_expect_eq(list[0].at, NOW - 30);
}

Test(shared, the_window_is_open_at_its_far_end)
{
	size_t n = shared_note(list, 0, 2, NOW - DAY);

	cr_expect_eq(count(n, 1, DAY), 1, "exactly a day ago is outside");
	cr_expect_eq(count(n, 1, DAY + 1), 2);
	n = shared_note(list, 0, 2, NOW);
	cr_expect_eq(count(n, 1, 1), 2, "now is inside");
	n = shared_note(list, 0, 2, NOW + 1);
	cr_expect_eq(count(n, 1, DAY), 1, "not yet happened");
}

Test(shared, what_is_told_late_finds_its_place)
{
	size_t n = 0, i;

	n = shared_note(list, n, 1, 100);
	n = shared_note(list, n, 2, 300);
	n = shared_note(list, n, 3, 200);
	cr_assert_eq(n, 3);
	for (i = 0; i < n; i++)
		cr_expect_eq(list[i].at, 100 * (i + 1));
	/* An older use of somebody who used it since tells nothing. */
	n = shared_note(list, n, 2, 50);
	cr_expect_eq(n, 3);
	cr_expect_eq(list[2].person, 2);
	cr_expect_eq(list[2].at, 300);
}

Test(shared, the_one_longest_ago_makes_room)
{
	size_t n = 0, i;

	for (i = 0; i < SHARED_MAX; i++)
		n = shared_note(list, n, i + 1, NOW - 1000 + (uint32_t)i);
	cr_assert_eq(n, SHARED_MAX);
	cr_expect_eq(count(n, 999, DAY), SHARED_MAX + 1, "the most there is");
	cr_expect_eq(count(n, 1, DAY), SHARED_MAX, "one of them himself");
	n = shared_note(list, n, 998, NOW - 2000);
	cr_expect_eq(n, SHARED_MAX);
	cr_expect_eq(list[0].person, 1, "older than all: left out");
	n = shared_note(list, n, 999, NOW);
	cr_expect_eq(n, SHARED_MAX);
	cr_expect_eq(list[0].person, 2);
	cr_expect_eq(list[n - 1].person, 999);
	/* Who stands in it already needs no room. */
	n = shared_note(list, n, 2, NOW);
	cr_expect_eq(n, SHARED_MAX);
	cr_expect_eq(list[0].person, 3);
	cr_expect_eq(count(n, 2, DAY), SHARED_MAX);
}

static uint64_t seed;

static uint32_t
draw(uint32_t n)
{

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return ((uint32_t)(seed >> 33) % n);
}

/*
 * What the list should say: of each person the newest use, of these the newest
 * SHARED_MAX.  There is never a tie here, so there is one answer.
 */
static size_t
recount(const uint32_t *last, size_t persons, uint64_t who, uint32_t window)
{
	size_t n = 1, i, k, newer;

	for (i = 0; i < persons; i++) {
		if (last[i] == 0 || i + 1 == who || last[i] > NOW ||
		    last[i] + window <= NOW)
			continue;
		for (newer = k = 0; k < persons; k++)
			newer += last[k] > last[i];
		n += newer < SHARED_MAX;
	}
	return (n);
}

Test(shared, counts_agree_with_a_plain_recount)
{
	uint32_t last[120], at, window;
	size_t n, i, who, persons;
	int round, use;

	seed = 7;
	for (round = 0; round < 300; round++) {
		memset(last, 0, sizeof(last));
		/* Some lists overflow; those are told in order of time. */
		persons = 2 + draw(118);
		n = 0;
		for (use = 0; use < 300; use++) {
			who = draw((uint32_t)persons);
			at = NOW - 400 * DAY + (uint32_t)use * 115200 +
			    (persons <= SHARED_MAX ? draw(40) * 115200 : 0) +
			    (uint32_t)use;
			n = shared_note(list, n, who + 1, at);
			if (at > last[who])
				last[who] = at;
		}
		for (i = 1; i < n; i++)
			cr_assert_leq(list[i - 1].at, list[i].at);
		for (i = 0; i < 8; i++) {
			who = 1 + draw((uint32_t)persons + 2);
			window = 3600 * (1 + draw(9600));
			cr_assert_eq(count(n, who, (int32_t)window),
			    recount(last, persons, who, window),
			    "round %d of %zu persons", round, persons);
		}
	}
}
