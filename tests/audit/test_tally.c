/* Sums by key and numbers of people: exact, sorted, bounded. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "audit/crowd.h"
#include "audit/tally.h"

Test(tally, what_a_decision_adds)
{
	struct tally_sum n = { 0 };

	tally_count(&n, LK_PASS, LK_PASS);
	tally_count(&n, LK_PASS, LK_LIMIT);
	tally_count(&n, LK_LIMIT, LK_REVIEW);
	tally_count(&n, LK_REVIEW, LK_REJECT);
	tally_count(&n, LK_REJECT, LK_PASS);
	cr_expect_eq(n.decisions, 5);
	cr_expect_eq(n.was_held, 2);
	cr_expect_eq(n.is_held, 2);
	cr_expect_eq(n.held, 1);
	cr_expect_eq(n.released, 1);
	cr_expect_eq(n.changed, 4);
}

Test(tally, an_empty_one_has_no_rows)
{
	struct tally *t = tally_new();
	size_t n = 7;

	cr_assert_not_null(tally_rows(t, &n));
	cr_expect_eq(n, 0);
	tally_free(t);
	tally_free(NULL);
}

/* Many keys, counted in any order, against an array of sums. */
Test(tally, sums_agree_with_a_plain_count)
{
	static struct tally_sum plain[3000];
	static const int32_t outcome[] = { LK_PASS, LK_LIMIT, LK_REVIEW,
		LK_REJECT };
	struct tally *t = tally_new();
	const struct tally_row *row;
	uint64_t seed = 5, last = UINT64_MAX, p;
	size_t i, n, k;
	char key[32];

	for (i = 0; i < 40000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		k = (size_t)(seed >> 40) % 3000;
		snprintf(key, sizeof(key), "bank outlet-%zu", k);
		tally_count(tally_at(t, key), outcome[seed >> 33 & 3],
		    outcome[seed >> 35 & 3]);
		tally_count(&plain[k], outcome[seed >> 33 & 3],
		    outcome[seed >> 35 & 3]);
		/* Looking at it between does no harm. */
		if (i == 20000)
			(void)tally_rows(t, &n);
	}
	row = tally_rows(t, &n);
	cr_assert_eq(n, 3000);
	for (i = 0; i < n; i++) {
		k = (size_t)atoi(strrchr(row[i].key, '-') + 1);
		cr_assert_eq(memcmp(&row[i].n, &plain[k], sizeof(plain[k])), 0,
		    "%s", row[i].key);
		p = row[i].n.held + row[i].n.released;
		cr_assert(p <= last);
		last = p;
	}
	tally_free(t);
}

Test(tally, what_is_beyond_the_room_is_counted_together)
{
	struct tally *t = tally_new();
	const struct tally_row *row;
	size_t i, n;
	char key[32];

	for (i = 0; i < TALLY_ROWS + 5; i++) {
		snprintf(key, sizeof(key), "k%zu", i);
		tally_count(tally_at(t, key), LK_PASS, LK_PASS);
	}
	tally_count(tally_at(t, "k7"), LK_PASS, LK_REVIEW);
	row = tally_rows(t, &n);
	cr_assert_eq(n, TALLY_ROWS + 1);
	cr_expect_str_eq(row[0].key, "k7");
	cr_expect_eq(row[0].n.decisions, 2);
	cr_expect_str_eq(row[n - 1].key, "");
	cr_expect_eq(row[n - 1].n.decisions, 5);
	tally_free(t);
}

Test(tally, a_long_key_is_cut)
{
	struct tally *t = tally_new();
	const struct tally_row *row;
	char key[200];
	size_t n;

	memset(key, 'a', sizeof(key) - 1);
	key[sizeof(key) - 1] = '\0';
	tally_count(tally_at(t, key), LK_PASS, LK_PASS);
	key[TALLY_KEY] = 'b';
	tally_count(tally_at(t, key), LK_PASS, LK_PASS);
	row = tally_rows(t, &n);
	cr_assert_eq(n, 1);
	cr_expect_eq(strlen(row[0].key), TALLY_KEY - 1);
	cr_expect_eq(row[0].n.decisions, 2);
	tally_free(t);
}

Test(crowd, everybody_once)
{
	struct crowd c = { 0 };
	uint64_t i;

	for (i = 0; i < 30000; i++)
		crowd_add(&c, i * i % 7919);
	for (i = 0; i < 7919; i++)
		crowd_add(&c, i * i % 7919);
	/* 0 and 1 share a place; (7919 - 1) / 2 squares and 0 there are. */
	cr_expect_eq(c.n, 3959);
	cr_expect_eq(c.more, 0);
	crowd_free(&c);
	cr_expect_eq(c.n, 0);
	crowd_free(&c);
}

Test(crowd, beyond_the_room_it_is_at_least_so_many)
{
	struct crowd c = { 0 };
	uint64_t i;

	for (i = 1; i <= CROWD_MAX; i++)
		crowd_add(&c, i << 32 | 1);
	cr_expect_eq(c.n, CROWD_MAX);
	crowd_add(&c, UINT64_C(77) << 32 | 1);
	cr_expect_eq(c.more, 0, "he was there already");
	crowd_add(&c, 2);
	cr_expect_eq(c.n, CROWD_MAX);
	cr_expect_eq(c.more, 1);
	crowd_free(&c);
}
