#include <criterion/criterion.h>

#include <sys/stat.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adoptkit.h"

/* What is in force is damaged on the disk: it is noticed at the start, and mended. */

static char why[256];

/* A node with a base, a layer, a policy and registers. */
static struct adoptkit *
served(void)
{
	struct adoptkit *k = adoptkit_new();

	adoptkit_sync(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	adoptkit_put(k, "sanction", 1000, 3);
	adoptkit_cut(k, "sanction", 1, 0);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	return (k);
}

/* It does not start; a sync of all that is needed mends it. */
static void
mends(struct adoptkit *k, const char *what)
{
	struct stat st;

	adoptkit_stop(k);
	cr_expect_eq(adoptkit_start(k), -1, "%s: it started", what);
	cr_expect_neq(k->err[0], '\0');
	cr_expect_eq(stat(adoptkit_path(k, "whole"), &st), 0, "%s", what);
	cr_expect_eq(adoptkit_start(k), -1, "%s: it started", what);
	/* From the centre, with snapshots. */
	adoptkit_find(k, "sanction")->version--;
	adoptkit_cut(k, "sanction", 1, 1);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s: %s", what, k->err);
	cr_expect(adoptkit_same(k, why), "%s: %s", what, why);
	cr_expect_eq(adoptkit_start(k), 0, "%s: %s", what, k->err);
	cr_expect(adoptkit_same(k, why), "%s: %s", what, why);
	cr_expect(adoptkit_tidy(k, why), "%s: %s", what, why);
	adoptkit_free(k);
}

/* The names in a directory below lists/, sorted. */
static size_t
names(const struct adoptkit *k, const char *dir, char name[][128], size_t max)
{
	struct dirent **list;
	int n = scandir(adoptkit_path(k, "%s", dir), &list, NULL, alphasort);
	size_t found = 0;

	cr_assert_gt(n, 0, "%s", dir);
	for (int i = 0; i < n; i++) {
		if (list[i]->d_type == DT_REG && found < max)
			(void)snprintf(name[found++], 128, "%s/%.100s", dir,
			    list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return (found);
}

/* All files that a start reads. */
static size_t
all_files(const struct adoptkit *k, char name[][128], size_t max)
{
	size_t n;

	n = names(k, "trusted.2", name, max);
	n += names(k, "trusted.2/files", name + n, max - n);
	n += names(k, "built", name + n, max - n);
	(void)snprintf(name[n++], 128, "trusted");
	return (n);
}

Test(adopt_damage, any_file_missing)
{
	char name[32][128];
	struct adoptkit *k = served();
	size_t n = all_files(k, name, 31), skipped = 0;

	adoptkit_free(k);
	cr_expect_geq(n, 13, "%zu files", n);
	for (size_t i = 0; i < n; i++) {
		k = served();
		cr_assert_eq(unlink(adoptkit_path(k, "%s", name[i])), 0);
		/* The anchor has version 1 itself. */
		if (strstr(name[i], "/1.root.json") != NULL) {
			cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
			adoptkit_free(k);
			skipped++;
			continue;
		}
		mends(k, name[i]);
	}
	cr_expect_eq(skipped, 1);
}

Test(adopt_damage, any_file_cut)
{
	char name[32][128];
	struct adoptkit *k = served();
	size_t n = all_files(k, name, 31);
	struct stat st;

	adoptkit_free(k);
	for (size_t i = 0; i < n; i++) {
		k = served();
		cr_assert_eq(stat(adoptkit_path(k, "%s", name[i]), &st), 0);
		cr_assert_eq(truncate(adoptkit_path(k, "%s", name[i]),
		    st.st_size / 2), 0);
		if (strstr(name[i], "/1.root.json") != NULL)
			adoptkit_free(k);
		else
			mends(k, name[i]);
	}
}

Test(adopt_damage, a_bit_in_any_file)
{
	char name[32][128];
	struct adoptkit *k = served();
	size_t n = all_files(k, name, 31);
	struct stat st;

	for (size_t i = 0; i < n; i++) {
		const char *path = adoptkit_path(k, "%s", name[i]);
		char file[2 * TUFKIT_PATH];

		(void)snprintf(file, sizeof(file), "%s", path);
		cr_assert_eq(stat(file, &st), 0);
		for (long j = 1; j <= 16; j++) {
			long at = st.st_size * j / 17;

			adoptkit_flip(file, at);
			/* A space of JSON may have become another. */
			if (adoptkit_start(k) == 0)
				cr_expect(adoptkit_same(k, why), "%s:%ld: %s",
				    name[i], at, why);
			else
				cr_expect_neq(k->err[0], '\0');
			adoptkit_stop(k);
			adoptkit_flip(file, at);
		}
	}
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	adoptkit_free(k);
}

Test(adopt_damage, a_bit_in_base_delta_or_text_is_always_seen)
{
	static const char *const dir[] = { "built", "trusted.2/files" };
	char name[32][128];
	struct stat st;

	for (size_t d = 0; d < 2; d++) {
		struct adoptkit *k = served();
		size_t n = names(k, dir[d], name, 32);

		for (size_t i = 0; i < n; i++) {
			char file[2 * TUFKIT_PATH];

			(void)snprintf(file, sizeof(file), "%s",
			    adoptkit_path(k, "%s", name[i]));
			cr_assert_eq(stat(file, &st), 0);
			for (long j = 0; j < 20; j++) {
				long at = (st.st_size - 1) * j / 19;

				adoptkit_flip(file, at);
				cr_expect_eq(adoptkit_start(k), -1, "%s:%ld",
				    name[i], at);
				adoptkit_flip(file, at);
			}
		}
		cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
		adoptkit_free(k);
	}
}

Test(adopt_damage, the_anchor_is_missing_or_another)
{
	struct adoptkit *k = served(), *other;

	adoptkit_flip(k->root, -90);
	cr_expect_eq(adoptkit_start(k), -1);
	cr_expect(strstr(k->err, "anchor.json") != NULL, "%s", k->err);
	(void)unlink(k->root);
	cr_expect_eq(adoptkit_start(k), -1);
	cr_expect(strstr(k->err, "anchor.json") != NULL, "%s", k->err);
	cr_expect_eq(adoptkit_run(k), -1);
	other = adoptkit_new();
	tufkit_rotate(other->repo, TUF_ROOT, 0);
	tufkit_rotate(other->repo, TUF_ROOT, 1);
	tufkit_rotate(other->repo, TUF_TIMESTAMP, 0);
	other->repo->nold = 0;
	tufkit_publish_root(other->repo);
	adoptkit_copy(tufkit_path(other->repo, "metadata/2.root.json"),
	    k->root);
	cr_expect_eq(adoptkit_start(k), -1);
	adoptkit_copy(tufkit_path(k->repo, "metadata/1.root.json"), k->root);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	adoptkit_free(other);
	adoptkit_free(k);
}

/* Somebody who can write to the disk puts a base there that is whole in itself. */
Test(adopt_damage, a_forged_base)
{
	struct adoptkit *k = adoptkit_new(), *other = adoptkit_new();
	struct adoptkit_list *l = adoptkit_find(other, "sanction");
	char name[32][128], from[TUFKIT_PATH];
	size_t n;

	adoptkit_sync(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	/* As many records, of the same version; one is another. */
	adoptkit_put(other, "sanction", 5000, 1);
	adoptkit_put(other, "sanction", 17, 0);
	l->version = 0;
	adoptkit_cut(other, "sanction", 0, 1);
	adoptkit_publish(other);
	cr_assert_eq(adoptkit_run(other), 0, "%s", other->err);
	n = names(other, "built", name, 32);
	cr_assert_eq(n, 2);
	(void)snprintf(from, sizeof(from), "%s",
	    adoptkit_path(other, "%s", name[1]));
	cr_assert_not_null(strstr(from, "sanction"));
	cr_assert_eq(names(k, "built", name, 32), 2);
	adoptkit_copy(from, adoptkit_path(k, "%s", name[1]));
	cr_expect_eq(adoptkit_start(k), -1, "it started");
	cr_expect(strstr(k->err, "that is signed") != NULL, "%s", k->err);
	adoptkit_free(other);
	adoptkit_free(k);
}

/* While it is served: the list in memory is good, and is written anew. */
Test(adopt_damage, base_and_deltas_lost_while_they_serve)
{
	for (int i = 0; i < 4; i++) {
		struct adoptkit *k = served();
		char name[32][128];
		size_t n = names(k, i == 0 ? "built" : i == 1 ?
		    "trusted.2/files" : "trusted.2", name, 32);

		for (size_t j = 0; j < n; j++)
			if (i < 2)
				(void)unlink(adoptkit_path(k, "%s", name[j]));
			else if (i == 2 ? strstr(name[j], "bases") != NULL :
			    strstr(name[j], "root") == NULL)
				adoptkit_flip(adoptkit_path(k, "%s", name[j]),
				    20);
		adoptkit_text(k, "policy", 2);
		if (i % 2 != 0) {
			adoptkit_put(k, "sanction", 1001, 3);
			adoptkit_cut(k, "sanction", 2, 0);
		}
		adoptkit_publish(k);
		cr_assert_eq(adoptkit_run(k), 0, "%d: %s", i, k->err);
		cr_expect(adoptkit_same(k, why), "%d: %s", i, why);
		cr_expect_eq(k->a.list[1].changed, i % 2);
		cr_expect_eq(adoptkit_start(k), 0, "%d: %s", i, k->err);
		cr_expect(adoptkit_same(k, why), "%d: %s", i, why);
		cr_expect(adoptkit_tidy(k, why), "%d: %s", i, why);
		adoptkit_free(k);
	}
}

Test(adopt_damage, a_fresh_timestamp_over_damage_mends_it)
{
	struct adoptkit *k = served();
	char name[32][128];
	size_t n = names(k, "trusted.2/files", name, 32);

	for (size_t j = 0; j < n; j++)
		adoptkit_flip(adoptkit_path(k, "%s", name[j]), 5);
	tufkit_publish_timestamp(k->repo);
	adoptkit_sync(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(k->a.fresh_only, 0);
	cr_expect_eq(k->a.list[0].changed + k->a.list[1].changed, 0);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	adoptkit_free(k);
}

/* incoming/ has only deltas, which do not fit any more: sync is told. */
Test(adopt_damage, asks_for_snapshots_where_deltas_do_not_serve)
{
	struct adoptkit *k = served();
	struct stat st;

	adoptkit_put(k, "sanction", 1001, 3);
	adoptkit_cut(k, "sanction", 2, 1);
	adoptkit_publish(k);
	tufkit_rmtree(adoptkit_path(k, "incoming/targets/lists/sanction"));
	cr_expect_eq(adoptkit_run(k), -1);
	cr_expect(strstr(k->err, "nor from a snapshot") != NULL, "%s", k->err);
	cr_expect_eq(stat(adoptkit_path(k, "whole"), &st), 0);
	adoptkit_sync(k);
	cr_expect_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(stat(adoptkit_path(k, "whole"), &st), -1);
	cr_expect(adoptkit_same(k, why), "%s", why);
	adoptkit_free(k);
}

Test(adopt_damage, leftovers_of_others_do_not_disturb)
{
	struct adoptkit *k = served();

	adoptkit_copy(adoptkit_path(k, "trusted.2"),
	    adoptkit_path(k, "trusted.7"));
	adoptkit_copy(adoptkit_path(k, "trusted.2"),
	    adoptkit_path(k, "trusted.new"));
	adoptkit_copy(adoptkit_path(k, "trusted"),
	    adoptkit_path(k, "trusted.tmp"));
	adoptkit_copy(adoptkit_path(k, "trusted"),
	    adoptkit_path(k, "built/cards.9.0011223344556677.mdb.tmp"));
	cr_assert_eq(symlink("/etc", adoptkit_path(k, "trusted.9")), 0);
	adoptkit_text(k, "policy", 2);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(k->a.generation, 10);
	cr_expect(adoptkit_tidy(k, why), "%s", why);
	cr_expect_eq(access("/etc/passwd", F_OK), 0);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	adoptkit_free(k);
}
