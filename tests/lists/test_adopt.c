#include <criterion/criterion.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adoptkit.h"

#define CHAIN 70 /* deltas: more than one base may carry */

static char why[256];

/* A node that follows its centre. */
static struct adoptkit *
following(void)
{
	struct adoptkit *k = adoptkit_new();

	adoptkit_sync(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_assert(adoptkit_same(k, why), "%s", why);
	return (k);
}

Test(adopt, begins_with_nothing)
{
	struct adoptkit *k = adoptkit_new();

	cr_expect_eq(adoptkit_start(k), 1, "%s", k->err);
	cr_expect_eq(adoptkit_run(k), 1, "%s", k->err);
	adoptkit_free(k);
}

Test(adopt, takes_the_first_generation_and_starts_with_it)
{
	struct adoptkit *k = following();

	cr_expect_eq(k->a.list[0].changed, 1);
	cr_expect_eq(k->a.generation, 1);
	cr_expect_eq(adoptkit_listed(k, "sanction", 17), 1);
	cr_expect_eq(adoptkit_listed(k, "sanction", 1000), 0);
	cr_expect(adoptkit_tidy(k, why), "%s", why);
	cr_expect_eq(adoptkit_run(k), 1, "%s", k->err);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_eq(adoptkit_run(k), 1, "%s", k->err);
	adoptkit_free(k);
}

Test(adopt, follows_by_a_delta)
{
	struct adoptkit *k = following();

	adoptkit_put(k, "sanction", 1000, 3);
	adoptkit_put(k, "sanction", 17, 0);
	adoptkit_put(k, "sanction", 18, 2);
	adoptkit_cut(k, "sanction", 1, 0);
	adoptkit_text(k, "policy", 2);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_str_eq(k->a.policy, "v2");
	cr_expect_eq(k->a.list[0].changed, 0);
	cr_expect_eq(k->a.list[1].changed, 1);
	cr_assert_eq(k->a.list[1].ntouched, 3);
	cr_expect_eq(list_layered(k->a.list[1].list), 3);
	cr_expect_eq(adoptkit_listed(k, "sanction", 17), 0);
	cr_expect_eq(adoptkit_listed(k, "sanction", 1000), 3);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_eq(list_layered(k->a.list[1].list), 3);
	cr_expect(adoptkit_tidy(k, why), "%s", why);
	adoptkit_free(k);
}

Test(adopt, follows_many_deltas_and_merges_them)
{
	struct adoptkit *k = following();
	uint32_t i;

	k->linked = 1;
	for (i = 0; i < CHAIN; i++) {
		adoptkit_put(k, "sanction", 2000 + i, 4);
		adoptkit_put(k, "sanction", i, 0);
		adoptkit_cut(k, "sanction", k->list[1].version, 0);
		if (i % 10 == 3)
			adoptkit_cut(k, "cards", 0, 1);
		adoptkit_publish(k);
		cr_assert_eq(adoptkit_run(k), 0, "%u: %s", i, k->err);
		if (i % 16 == 0) {
			cr_assert_eq(adoptkit_start(k), 0, "%s", k->err);
			cr_assert(adoptkit_same(k, why), "%s", why);
		}
	}
	cr_expect_lt(list_layered(k->a.list[1].list), 2 * CHAIN);
	cr_assert_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_assert(adoptkit_same(k, why), "%s", why);
	cr_expect(adoptkit_tidy(k, why), "%s", why);
	adoptkit_free(k);
}

Test(adopt, merges_a_layer_that_has_grown)
{
	struct adoptkit *k = following();
	struct stat st;

	k->linked = 1;
	adoptkit_many(k, "sanction", 10000, 30000);
	adoptkit_cut(k, "sanction", 1, 0);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(list_layered(k->a.list[1].list), 30000);
	/* These and those are more than a layer holds: merged, layered, merged. */
	adoptkit_many(k, "sanction", 40000, 60000);
	adoptkit_cut(k, "sanction", 2, 0);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(list_layered(k->a.list[1].list), 0);
	cr_expect_eq(k->a.list[1].ntouched, 60000);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect(adoptkit_start(k) == 0 && adoptkit_tidy(k, why), "%s", why);
	/* A delta that fits no layer is none; sync is asked for a snapshot. */
	adoptkit_many(k, "sanction", 100000, LIST_LAYER_MAX + 1);
	adoptkit_cut(k, "sanction", 3, 0);
	adoptkit_publish(k);
	cr_expect_eq(adoptkit_run(k), -1);
	cr_expect_eq(stat(adoptkit_path(k, "whole"), &st), 0, "%s", k->err);
	adoptkit_find(k, "sanction")->version--;
	adoptkit_cut(k, "sanction", 3, 1);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_null(k->a.list[1].touched);
	cr_expect(adoptkit_start(k) == 0 && adoptkit_tidy(k, why), "%s", why);
	adoptkit_free(k);
}

Test(adopt, catches_up_by_a_roll_up)
{
	struct adoptkit *k = following();
	int i;

	for (i = 0; i < 4; i++) {
		adoptkit_put(k, "sanction", 600 + (uint32_t)i, 3);
		adoptkit_cut(k, "sanction", 1, 0);
		tufkit_publish(k->repo);
	}
	adoptkit_sync(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_eq(k->a.list[1].ntouched, 4);
	/* A roll-up is from version 1 and fits version 5 too. */
	adoptkit_put(k, "sanction", 700, 3);
	adoptkit_cut(k, "sanction", 1, 0);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	adoptkit_free(k);
}

Test(adopt, begins_with_a_snapshot_and_a_delta)
{
	struct adoptkit *k = adoptkit_new();
	json_t *v = json_object_get(k->repo->body[TUF_TARGETS], "targets");
	json_t *snap = json_incref(json_object_get(v,
	    "lists/sanction/1.snap.zst"));

	adoptkit_put(k, "sanction", 1000, 3);
	adoptkit_cut(k, "sanction", 1, 0);
	json_object_set_new(v, "lists/sanction/1.snap.zst", snap);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_null(k->a.list[1].touched);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	adoptkit_free(k);
}

Test(adopt, takes_a_snapshot_where_no_delta_fits)
{
	struct adoptkit *k = following();

	adoptkit_put(k, "sanction", 1000, 3);
	adoptkit_cut(k, "sanction", 0, 1);
	adoptkit_put(k, "sanction", 1001, 3);
	adoptkit_cut(k, "sanction", 2, 1);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_null(k->a.list[1].touched);
	cr_expect_eq(list_layered(k->a.list[1].list), 0);
	adoptkit_free(k);
}

Test(adopt, hands_over_a_fresh_timestamp_alone)
{
	struct adoptkit *k = following();
	uint32_t timestamp = k->a.timestamp;

	k->now = k->repo->now += 3600;
	tufkit_publish_timestamp(k->repo);
	adoptkit_sync(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(k->a.fresh_only, 1);
	cr_expect_eq(k->a.timestamp, timestamp + 1);
	cr_expect_eq(k->a.signed_at, k->now);
	cr_expect_eq(k->a.generation, 1);
	cr_expect_eq(k->a.list[1].changed, 0);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_eq(adoptkit_run(k), 1);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect_eq(k->a.timestamp, timestamp + 1);
	cr_expect(adoptkit_same(k, why), "%s", why);
	adoptkit_free(k);
}

Test(adopt, takes_a_snapshot_signed_anew_over_the_same_lists)
{
	struct adoptkit *k = following();
	json_t *b = k->repo->body[TUF_SNAPSHOT];

	json_object_set_new(b, "version", json_integer(2));
	tufkit_seal(k->repo, TUF_SNAPSHOT);
	tufkit_publish_timestamp(k->repo);
	adoptkit_sync(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(k->a.fresh_only, 0);
	cr_expect_eq(k->a.snapshot, 2);
	cr_expect_eq(k->a.generation, 2);
	cr_expect_eq(k->a.list[0].changed + k->a.list[1].changed, 0);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect(adoptkit_tidy(k, why), "%s", why);
	adoptkit_free(k);
}

Test(adopt, walks_new_roots_and_walks_them_again_at_start)
{
	struct adoptkit *k = following();
	int i;

	for (i = 0; i < 3; i++) {
		tufkit_rotate(k->repo, TUF_ROOT, (size_t)i);
		tufkit_rotate(k->repo, TUF_TARGETS, (size_t)i);
		tufkit_publish_root(k->repo);
	}
	tufkit_rotate(k->repo, TUF_TIMESTAMP, 0);
	tufkit_publish_root(k->repo);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(k->a.root, 5);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect_eq(k->a.root, 5);
	/* The next generation has them too, though incoming/ has the newest alone. */
	adoptkit_text(k, "policy", 2);
	adoptkit_publish(k);
	for (i = 1; i < 6; i++)
		(void)remove(adoptkit_path(k, "incoming/metadata/%d.root.json",
		    i));
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect_eq(k->a.root, 5);
	cr_expect(adoptkit_same(k, why), "%s", why);
	adoptkit_free(k);
}

Test(adopt, takes_a_root_that_came_without_a_timestamp)
{
	struct adoptkit *k = following();

	tufkit_rotate(k->repo, TUF_ROOT, 0);
	tufkit_publish_root(k->repo);
	adoptkit_sync(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(k->a.root, 2);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_eq(adoptkit_run(k), 1);
	adoptkit_free(k);
}

Test(adopt, starts_by_an_anchor_that_is_newer)
{
	struct adoptkit *k = following();

	tufkit_rotate(k->repo, TUF_ROOT, 0);
	tufkit_publish_root(k->repo);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	adoptkit_copy(tufkit_path(k->repo, "metadata/2.root.json"), k->root);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	adoptkit_text(k, "policy", 2);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	adoptkit_free(k);
}

Test(adopt, goes_on_when_a_list_or_a_register_ends)
{
	struct adoptkit *k = following();
	json_t *v = json_object_get(k->repo->body[TUF_TARGETS], "targets");

	json_object_del(v, "lists/cards/1.snap.zst");
	json_object_del(v, "outlets/1");
	json_object_del(v, "policy/1");
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(k->a.nlists, 1);
	cr_expect_eq(k->a.list[0].changed, 0);
	cr_expect_null(k->a.outlets);
	cr_expect_null(k->a.policy_text);
	cr_expect_str_eq(k->a.policy, "");
	cr_expect_eq(adoptkit_listed(k, "cards", 1), -1);
	cr_expect_eq(adoptkit_listed(k, "sanction", 1), 1);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect(adoptkit_tidy(k, why), "%s", why);
	adoptkit_free(k);
}

Test(adopt, changes_to_a_new_epoch_of_the_list_key)
{
	static const uint32_t more[] = { 3, 4 };
	struct adoptkit *k = following();

	adoptkit_find(k, "sanction")->epoch = 4;
	adoptkit_cut(k, "sanction", 0, 1);
	adoptkit_publish(k);
	cr_expect_eq(adoptkit_run(k), -1);
	cr_expect(strstr(k->err, "epoch 4") != NULL, "%s", k->err);
	cr_expect_eq(adoptkit_listed(k, "sanction", 17), 1);
	k->o.epochs = more;
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_null(k->a.list[1].touched);
	k->o.nepochs = 1;
	cr_expect_eq(adoptkit_start(k), -1);
	cr_expect(strstr(k->err, "epoch 4") != NULL, "%s", k->err);
	adoptkit_free(k);
}
