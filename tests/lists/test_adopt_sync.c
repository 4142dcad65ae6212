#include <criterion/criterion.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lists/sync.h"

#include "adoptkit.h"

/* A node as it runs: `liangka sync` fetches from a directory, adoption takes over. */

static char why[256];
static int64_t moment;

/* The clock of sync. */
static int64_t
now(void)
{

	return (moment);
}

/* Fetch; *r tells how much. */
static void
fetch(struct adoptkit *k, struct sync_result *r)
{
	struct sync_options o = {
		.source = { k->repo->dir }, .nsources = 1, .data = k->data,
		.root = k->root, .now = now,
	};
	char err[SYNC_ERROR_MAX];

	moment = k->now;
	cr_assert_eq(sync_once(&o, r, err), 0, "%s", err);
}

/* A node that follows its centre. */
static struct adoptkit *
following(void)
{
	struct adoptkit *k = adoptkit_new();
	struct sync_result r;

	fetch(k, &r);
	cr_expect_eq(r.files, 5);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_assert(adoptkit_same(k, why), "%s", why);
	return (k);
}

Test(adopt_sync, follows_deltas_roots_and_times)
{
	struct adoptkit *k = following();
	struct sync_result r;

	for (uint32_t i = 0; i < 5; i++) {
		adoptkit_put(k, "sanction", 1000 + i, 3);
		adoptkit_cut(k, "sanction", i + 1, 1);
		if (i == 3) {
			tufkit_rotate(k->repo, TUF_TIMESTAMP, 0);
			tufkit_publish_root(k->repo);
		}
		tufkit_publish(k->repo);
		fetch(k, &r);
		cr_expect_eq(r.files, 1, "the delta alone, not %llu files",
		    (unsigned long long)r.files);
		cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
		cr_expect(adoptkit_same(k, why), "%s", why);
		cr_expect_eq(list_layered(k->a.list[1].list), i + 1);
	}
	cr_expect_eq(k->a.root, 2);
	k->now = k->repo->now += 60;
	tufkit_publish_timestamp(k->repo);
	fetch(k, &r);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(k->a.fresh_only, 1);
	fetch(k, &r);
	cr_expect_eq(adoptkit_run(k), 1, "%s", k->err);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	adoptkit_free(k);
}

Test(adopt_sync, mends_a_damaged_node)
{
	struct adoptkit *k = following();
	struct sync_result r;

	adoptkit_put(k, "sanction", 1000, 3);
	adoptkit_cut(k, "sanction", 1, 1);
	tufkit_publish(k->repo);
	fetch(k, &r);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	adoptkit_stop(k);
	tufkit_rmtree(adoptkit_path(k, "built"));
	cr_expect_eq(adoptkit_start(k), -1);
	/* What is in incoming/ leads nowhere without a base ... */
	cr_expect_eq(adoptkit_run(k), -1);
	/* ... and sync was told so. */
	fetch(k, &r);
	cr_expect_geq(r.files, 1);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_eq(access(adoptkit_path(k, "whole"), F_OK), -1);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	adoptkit_free(k);
}

Test(adopt_sync, mends_a_node_that_lost_everything)
{
	struct adoptkit *k = following();
	char lists[TUFKIT_PATH + 16];
	struct sync_result r;

	adoptkit_put(k, "sanction", 1000, 3);
	adoptkit_cut(k, "sanction", 1, 1);
	tufkit_publish(k->repo);
	fetch(k, &r);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	adoptkit_stop(k);
	(void)snprintf(lists, sizeof(lists), "%s/lists", k->data);
	tufkit_rmtree(lists);
	cr_expect_eq(adoptkit_start(k), -1);
	fetch(k, &r);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	adoptkit_free(k);
}
