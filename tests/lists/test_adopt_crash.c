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

/* A root, a delta, a snapshot, a policy, a register. */
static void
change_lists(struct adoptkit *k)
{

	tufkit_rotate(k->repo, TUF_TIMESTAMP, 0);
	tufkit_publish_root(k->repo);
	adoptkit_put(k, "sanction", 1000, 3);
	adoptkit_put(k, "sanction", 17, 0);
	adoptkit_cut(k, "sanction", 1, 0);
	adoptkit_put(k, "cards", 50, 2);
	adoptkit_cut(k, "cards", 0, 1);
	adoptkit_text(k, "policy", 2);
	adoptkit_text(k, "outlets", 2);
	tufkit_publish(k->repo);
}

/* Only the timestamp. */
static void
change_time(struct adoptkit *k)
{

	k->now = k->repo->now += 600;
	tufkit_publish_timestamp(k->repo);
}

/* Nothing beside what adoptkit_new() published. */
static void
change_nothing(struct adoptkit *k)
{

	(void)k;
}

/* What was in force before. */
struct was {
	struct adopt_floor floor;
	uint32_t targets, timestamp, version[ADOPTKIT_LISTS];
	size_t nlists;
};

/* Have the adoption before done, keep what is on disk, and change the centre. */
static struct adoptkit *
prepare(const struct sweep *s, struct was *was)
{
	struct adoptkit *k = adoptkit_new();
	char saved[TUFKIT_PATH + 16];

	memset(was, 0, sizeof(*was));
	if (s->before != NULL) {
		adoptkit_sync(k);
		cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
		s->before(k);
		adoptkit_sync(k);
		cr_assert_neq(adoptkit_run(k), -1, "%s", k->err);
		cr_assert(adoptkit_same(k, why), "%s", why);
	}
	was->floor = k->floor;
	was->targets = k->a.targets;
	was->timestamp = k->a.timestamp;
	was->nlists = k->a.nlists;
	for (size_t i = 0; i < k->a.nlists; i++)
		was->version[i] = k->a.list[i].info.version;
	tufkit_rmtree(adoptkit_path(k, "incoming"));
	(void)snprintf(saved, sizeof(saved), "%s/saved", k->dir);
	adoptkit_copy(adoptkit_path(k, "."), saved);
	s->change(k);
	return (k);
}

/* Put the disk back to what was kept; incoming/ is the repository itself. */
static void
put_back(struct adoptkit *k, const struct was *was)
{
	char saved[TUFKIT_PATH + 16], lists[TUFKIT_PATH + 16];

	adoptkit_stop(k);
	(void)snprintf(saved, sizeof(saved), "%s/saved", k->dir);
	(void)snprintf(lists, sizeof(lists), "%s/lists", k->data);
	tufkit_rmtree(lists);
	adoptkit_copy(saved, lists);
	k->linked = 1;
	adoptkit_sync(k);
	k->floor = was->floor;
	cr_assert_eq(adoptkit_start(k), was->targets != 0 ? 0 : 1, "%s",
	    k->err);
	k->disk.nundo = 0;
	k->disk.steps = k->disk.writes = 0;
	k->disk.early = 0;
}

/* Is all that was in force before served, and nothing else? */
static int
as_before(const struct adoptkit *k, const struct was *was)
{

	if (k->a.targets != was->targets || k->a.nlists != was->nlists)
		return (0);
	for (size_t i = 0; i < was->nlists; i++)
		if (k->a.list[i].info.version != was->version[i] ||
		    list_info(k->a.list[i].list)->version != was->version[i])
			return (0);
	return (was->targets == 0 || adoptkit_listed(k, "sanction", 18) == 1);
}

/* Stop at one step; return 1 when the adoption came through without. */
static int
stop_at(struct adoptkit *k, const struct sweep *s, const struct was *was,
    long at)
{
	long steps;
	int rc, got;

	put_back(k, was);
	if (s->full)
		k->disk.full = at;
	else
		k->disk.stop = at;
	rc = adoptkit_run(k);
	steps = k->disk.steps;
	cr_expect_eq(k->disk.early, 0, "step %ld: renamed too early", at);
	k->disk.dead = 0;
	/* What was served is served still. */
	if (rc != 0)
		cr_expect(k->err[0] != '\0' && as_before(k, was), "step %ld",
		    at);
	if (s->power)
		adoptkit_power_cut(k);
	k->disk.stop = k->disk.full = 0;

	got = adoptkit_start(k);
	cr_assert(got == 0 || (got == 1 && was->targets == 0),
	    "step %ld: start: %s", at, k->err);
	if (rc == 0)
		cr_expect_eq(got, 0, "step %ld: lost", at);
	cr_expect(rc == 0 ? adoptkit_same(k, why) : as_before(k, was) ||
	    adoptkit_same(k, why), "step %ld: %s", at, why);
	got = adoptkit_run(k);
	cr_assert_neq(got, -1, "step %ld: run: %s", at, k->err);
	cr_expect(adoptkit_same(k, why), "step %ld: %s", at, why);
	cr_expect_gt(k->a.timestamp, was->timestamp);
	cr_assert_eq(adoptkit_start(k), 0, "step %ld: %s", at, k->err);
	cr_expect(adoptkit_same(k, why), "step %ld: %s", at, why);
	cr_expect(adoptkit_tidy(k, why), "step %ld: %s", at, why);
	return (rc == 0 && (s->full || steps < at));
}

/* Stop at each step in turn. */
static void
sweep(const struct sweep *s, long least)
{
	struct was was;
	struct adoptkit *k = prepare(s, &was);
	long at = 1;

	while (!stop_at(k, s, &was, at))
		at++;
	cr_expect_gt(at, least, "only %ld steps", at);
	adoptkit_free(k);
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

/* Killed in one adoption after the other. */
Test(adopt_crash, killed_again_and_again)
{
	struct sweep s = { change_nothing, change_lists, 0, 0 };
	struct was was;
	struct adoptkit *k = prepare(&s, &was);
	int i;

	put_back(k, &was);
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
