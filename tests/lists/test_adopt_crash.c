#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adoptkit.h"

/*
 * The disk stops at every step of an adoption, and the process or the machine with it.
 * What starts then is the old or the new generation, whole.
 */

static char why[256];

/* What a sweep is about. */
struct sweep {
	void (*before)(struct adoptkit *k);	/* adopted before, or NULL */
	void (*change)(struct adoptkit *k);	/* the adoption that is stopped */
	int power;				/* what was not synced is lost */
	long full;				/* no room, rather than a stop */
};

/* Deltas, a policy, a register, a snapshot. */
static void
change_lists(struct adoptkit *k)
{

	adoptkit_put(k, "sanction", 1000, 3);
	adoptkit_put(k, "sanction", 17, 0);
	adoptkit_cut(k, "sanction", 1, 0);
	adoptkit_put(k, "cards", 50, 2);
	adoptkit_cut(k, "cards", 0, 1);
	adoptkit_text(k, "policy", 2);
	adoptkit_text(k, "outlets", 2);
	tufkit_publish(k->repo);
}

/* A new root as well. */
static void
change_root(struct adoptkit *k)
{

	tufkit_rotate(k->repo, TUF_TIMESTAMP, 0);
	tufkit_publish_root(k->repo);
	adoptkit_put(k, "sanction", 1001, 3);
	adoptkit_cut(k, "sanction", 2, 0);
	tufkit_publish(k->repo);
}

/* Only the timestamp. */
static void
change_time(struct adoptkit *k)
{

	k->now = k->repo->now += 600;
	tufkit_publish_timestamp(k->repo);
}

/* Nothing: what adoptkit_new() published. */
static void
change_nothing(struct adoptkit *k)
{

	(void)k;
}

/* Go so far as to have the adoption before done. */
static struct adoptkit *
prepare(const struct sweep *s)
{
	struct adoptkit *k = adoptkit_new();

	if (s->before != NULL) {
		adoptkit_sync(k);
		cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
		if (s->before != change_nothing) {
			s->before(k);
			adoptkit_sync(k);
			cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
		}
		cr_assert(adoptkit_same(k, why), "%s", why);
	}
	k->disk.nundo = 0;
	return (k);
}

/* Stop at one step; return 1 when the adoption came through without. */
static int
stop_at(const struct sweep *s, long at)
{
	struct adoptkit *k = prepare(s);
	uint32_t targets = k->a.targets, timestamp = k->a.timestamp, got;
	long steps;
	int rc;

	s->change(k);
	adoptkit_sync(k);
	k->disk.steps = k->disk.writes = 0;
	if (s->full)
		k->disk.full = at;
	else
		k->disk.stop = at;
	rc = adoptkit_run(k);
	steps = k->disk.steps;
	cr_expect_eq(k->disk.early, 0, "step %ld: renamed before synced", at);
	if (rc != 0) {
		/* What was served is served still. */
		cr_expect_neq(k->err[0], '\0');
		k->disk.dead = 0;
		cr_expect_eq(k->served, s->before != NULL);
		cr_expect_eq(k->a.targets, targets);
		if (s->before != NULL)
			cr_expect_eq(adoptkit_listed(k, "sanction", 18), 1);
	}
	if (s->power)
		adoptkit_power_cut(k);
	k->disk.dead = 0;
	k->disk.stop = k->disk.full = 0;

	got = (uint32_t)adoptkit_start(k);
	cr_assert(got == 0 || (got == 1 && s->before == NULL),
	    "step %ld: start: %s", at, k->err);
	if (rc == 0)
		cr_expect_eq(got, 0, "step %ld: lost", at);
	if (got == 0 && k->a.targets == targets)
		cr_expect_eq(adoptkit_listed(k, "sanction", 18), 1);
	else if (got == 0)
		cr_expect(adoptkit_same(k, why), "step %ld: %s", at, why);
	got = (uint32_t)adoptkit_run(k);
	cr_assert(got == 0 || got == 1, "step %ld: run: %s", at, k->err);
	cr_expect(adoptkit_same(k, why), "step %ld: %s", at, why);
	cr_expect_gt(k->a.timestamp, timestamp);
	cr_assert_eq(adoptkit_start(k), 0, "step %ld: %s", at, k->err);
	cr_expect(adoptkit_same(k, why), "step %ld: %s", at, why);
	cr_expect(adoptkit_tidy(k, why), "step %ld: %s", at, why);
	adoptkit_free(k);
	return (rc == 0 && (s->full || steps < at));
}

/* Stop at each step in turn. */
static void
sweep(const struct sweep *s, long least)
{
	long at = 1;

	while (!stop_at(s, at))
		at++;
	cr_expect_gt(at, least, "only %ld steps", at);
}

Test(adopt_crash, killed_at_the_first_adoption)
{

	sweep(&(struct sweep){ NULL, change_nothing, 0, 0 }, 40);
}

Test(adopt_crash, power_cut_at_the_first_adoption)
{

	sweep(&(struct sweep){ NULL, change_nothing, 1, 0 }, 40);
}

Test(adopt_crash, killed_at_the_next_adoption)
{

	sweep(&(struct sweep){ change_nothing, change_lists, 0, 0 }, 60);
}

Test(adopt_crash, power_cut_at_the_next_adoption)
{

	sweep(&(struct sweep){ change_nothing, change_lists, 1, 0 }, 60);
}

Test(adopt_crash, killed_while_a_root_changes)
{

	sweep(&(struct sweep){ change_lists, change_root, 0, 0 }, 60);
}

Test(adopt_crash, power_cut_while_a_root_changes)
{

	sweep(&(struct sweep){ change_lists, change_root, 1, 0 }, 60);
}

Test(adopt_crash, killed_at_a_fresh_timestamp)
{

	sweep(&(struct sweep){ change_nothing, change_time, 0, 0 }, 4);
}

Test(adopt_crash, power_cut_at_a_fresh_timestamp)
{

	sweep(&(struct sweep){ change_nothing, change_time, 1, 0 }, 4);
}

Test(adopt_crash, disk_full_at_every_write)
{

	sweep(&(struct sweep){ change_nothing, change_lists, 0, 1 }, 15);
}

/* Killed in the middle of the clean-up, again and again. */
Test(adopt_crash, killed_again_and_again)
{
	struct sweep s = { change_nothing, change_lists, 0, 0 };
	struct adoptkit *k = prepare(&s);
	int i;

	change_lists(k);
	adoptkit_sync(k);
	for (i = 0; i < 40; i++) {
		k->disk.steps = 0;
		k->disk.stop = 30 + i * 3;
		(void)adoptkit_run(k);
		k->disk.stop = 0;
		k->disk.dead = 0;
		cr_assert_eq(adoptkit_start(k), 0, "%d: %s", i, k->err);
		cr_assert_eq(adoptkit_listed(k, "sanction", 18), 1);
	}
	cr_assert_neq(adoptkit_run(k), -1, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect(adoptkit_start(k) == 0 && adoptkit_tidy(k, why), "%s", why);
	adoptkit_free(k);
}
