#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adoptcase.h"

/*
 * What may lie in incoming/, from strangers and from a centre that was taken over.  Every
 * one of these is refused with a sentence, and the last good lists go on serving.
 */

/* Replace a file. */
static void
write_file(const char *path, const void *data, size_t len)
{
	FILE *f = fopen(path, "wb");

	cr_assert_not_null(f, "%s", path);
	cr_assert_eq(fwrite(data, 1, len, f), len);
	fclose(f);
}

/* ------------------------------------------------------------------ signatures */

Test(adopt_hostile, a_stripped_signature)
{
	struct adoptkit *k = following();
	json_t *whole;
	char *text;
	const char *path = adoptkit_path(k, "incoming/metadata/timestamp.json");

	whole = json_load_file(path, 0, NULL);
	json_array_clear(json_object_get(whole, "signatures"));
	text = json_dumps(whole, 0);
	write_file(path, text, strlen(text));
	free(text);
	json_decref(whole);
	refused(k, "timestamp.json");
	recovers(k);
}

Test(adopt_hostile, targets_signed_by_one_of_two)
{
	struct adoptkit *k = following();

	k->repo->signers[TUF_TARGETS] = 1;
	adoptkit_publish(k);
	refused(k, "targets.json");
	k->repo->signers[TUF_TARGETS] = TUFKIT_ALL;
	tufkit_publish(k->repo);
	recovers(k);
}

Test(adopt_hostile, a_root_signed_by_one_of_two)
{
	struct adoptkit *k = following();

	k->repo->signers[TUF_ROOT] = 1;
	k->repo->nold = 1;
	tufkit_publish_root(k->repo);
	adoptkit_sync(k);
	refused(k, "2.root.json");
	adoptkit_free(k);
}

Test(adopt_hostile, another_centre_altogether)
{
	struct adoptkit *k = following(), *other = adoptkit_new();

	tufkit_rotate(other->repo, TUF_ROOT, 0);
	tufkit_rotate(other->repo, TUF_TIMESTAMP, 0);
	tufkit_rotate(other->repo, TUF_TARGETS, 0);
	tufkit_publish_root(other->repo);
	adoptkit_publish(other);
	adoptkit_publish(other);
	tufkit_rmtree(adoptkit_path(k, "incoming"));
	adoptkit_copy(adoptkit_path(other, "incoming"),
	    adoptkit_path(k, "incoming"));
	(void)unlink(adoptkit_path(k, "incoming/metadata/2.root.json"));
	refused(k, "timestamp.json");
	adoptkit_free(other);
	recovers(k);
}

/* --------------------------------------------------- older, frozen, mixed, endless */

Test(adopt_hostile, an_older_generation)
{
	struct adoptkit *k = adoptkit_new();
	char *old, why2[256];
	size_t len;

	adoptkit_sync(k);
	old = tufkit_read(adoptkit_path(k, "incoming/metadata/timestamp.json"),
	    &len);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	adoptkit_put(k, "sanction", 17, 0);
	adoptkit_cut(k, "sanction", 1, 1);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	write_file(adoptkit_path(k, "incoming/metadata/timestamp.json"), old,
	    len);
	cr_expect_eq(adoptkit_run(k), -1);
	cr_expect(strstr(k->err, "timestamp.json") != NULL, "%s", k->err);
	cr_expect(adoptkit_same(k, why2), "%s", why2);
	/* Nor when the node has lost what it had: the journal knows. */
	adoptkit_stop(k);
	cr_expect_eq(adoptkit_run(k), -1);
	cr_expect(strstr(k->err, "older") != NULL, "%s", k->err);
	/* And an old copy of the disk does not start. */
	free(old);
	adoptkit_free(k);
}

Test(adopt_hostile, an_old_copy_of_the_disk)
{
	struct adoptkit *k = adoptkit_new();
	char saved[TUFKIT_PATH + 16], lists[TUFKIT_PATH + 16];

	(void)snprintf(saved, sizeof(saved), "%s/saved", k->dir);
	(void)snprintf(lists, sizeof(lists), "%s/lists", k->data);
	adoptkit_sync(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	adoptkit_copy(lists, saved);
	adoptkit_put(k, "sanction", 1000, 3);
	adoptkit_cut(k, "sanction", 1, 1);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	tufkit_rmtree(lists);
	adoptkit_copy(saved, lists);
	cr_expect_eq(adoptkit_start(k), -1);
	cr_expect(strstr(k->err, "older") != NULL, "%s", k->err);
	cr_expect_eq(adoptkit_run(k), -1, "the old incoming/ does no better");
	adoptkit_sync(k);
	cr_expect_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	/* All of it gone is no beginning either. */
	tufkit_rmtree(lists);
	cr_expect_eq(adoptkit_start(k), -1);
	cr_expect(strstr(k->err, "journal") != NULL, "%s", k->err);
	adoptkit_free(k);
}

Test(adopt_hostile, targets_and_snapshot_that_go_back)
{
	struct adoptkit *k = following();

	json_object_set_new(k->repo->body[TUF_TARGETS], "version",
	    json_integer(0));
	json_object_set_new(k->repo->body[TUF_SNAPSHOT], "version",
	    json_integer(5));
	tufkit_publish(k->repo);
	json_object_set_new(k->repo->body[TUF_SNAPSHOT], "version",
	    json_integer(0));
	tufkit_point(k->repo, TUF_SNAPSHOT);
	tufkit_seal(k->repo, TUF_SNAPSHOT);
	tufkit_publish_timestamp(k->repo);
	adoptkit_sync(k);
	refused(k, "timestamp.json");
	adoptkit_free(k);
}

Test(adopt_hostile, a_frozen_centre)
{
	struct adoptkit *k = following();

	k->now += 2 * 86400;
	refused(k, "expired");
	k->repo->now = k->now;
	tufkit_publish(k->repo);
	recovers(k);
}

Test(adopt_hostile, a_frozen_snapshot_under_fresh_timestamps)
{
	struct adoptkit *k = following();

	k->now = k->repo->now += 8 * 86400;
	tufkit_publish_timestamp(k->repo);
	adoptkit_sync(k);
	refused(k, "expired");
	tufkit_publish(k->repo);
	recovers(k);
}

Test(adopt_hostile, an_expired_root)
{
	struct adoptkit *k = following();

	k->repo->life[TUF_TARGETS] = 3650 * INT64_C(86400);
	k->now = k->repo->now += 366 * INT64_C(86400);
	tufkit_publish(k->repo);
	adoptkit_sync(k);
	refused(k, "root metadata version 1 has expired");
	/* A clock that is behind does not make it younger than what was signed. */
	k->repo->life[TUF_TIMESTAMP] = 3 * 86400;
	k->now = k->repo->now -= 2 * 86400;
	tufkit_publish(k->repo);
	json_object_set_new(k->repo->body[TUF_TIMESTAMP], "x_signed",
	    json_integer(k->now + 86400 + 3600));
	tufkit_seal(k->repo, TUF_TIMESTAMP);
	adoptkit_sync(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	adoptkit_publish(k);
	cr_expect_eq(adoptkit_run(k), -1);
	cr_expect(strstr(k->err, "root version 1 has expired") != NULL, "%s",
	    k->err);
	tufkit_publish_root(k->repo);
	adoptkit_sync(k);
	cr_expect_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	adoptkit_free(k);
}

Test(adopt_hostile, a_clock_far_behind_gains_nothing)
{
	struct adoptkit *k = adoptkit_new();
	int64_t true_now = k->now;

	/* This one is kept back by somebody, until it has expired ... */
	k->repo->now = true_now - 40 * 86400;
	tufkit_publish(k->repo);
	tufkit_publish(k->repo);
	adoptkit_sync(k);
	k->now = true_now - 40 * 86400;
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	k->repo->now = true_now;
	tufkit_publish(k->repo);
	adoptkit_sync(k);
	k->now = true_now;
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	k->repo->now = true_now - 20 * 86400;
	tufkit_publish(k->repo);
	adoptkit_sync(k);
	/* ... and the node's clock is set back to where it had not. */
	k->now = true_now - 20 * 86400;
	cr_expect_eq(adoptkit_run(k), -1);
	cr_expect(strstr(k->err, "expired") != NULL, "%s", k->err);
	/* A clock that is behind does no harm otherwise. */
	k->now = 0;
	k->repo->now = true_now + 60;
	tufkit_publish(k->repo);
	adoptkit_sync(k);
	cr_expect_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	/* Far ahead, all has expired; what was adopted starts and serves. */
	k->now = true_now + 4000 * INT64_C(86400);
	tufkit_publish(k->repo);
	adoptkit_sync(k);
	cr_expect_eq(adoptkit_run(k), -1);
	cr_expect(strstr(k->err, "expired") != NULL, "%s", k->err);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect_eq(adoptkit_listed(k, "sanction", 17), 1);
	adoptkit_free(k);
}

Test(adopt_hostile, a_stolen_timestamp_key_is_outlived)
{
	struct adoptkit *k = following();
	json_t *b = k->repo->body[TUF_TIMESTAMP];

	/* The thief runs the version and the moment of signing far ahead. */
	json_object_set_new(b, "version", json_integer(1000000));
	tufkit_publish_timestamp(k->repo);
	adoptkit_sync(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(k->a.timestamp, 1000001);
	tufkit_rotate(k->repo, TUF_TIMESTAMP, 0);
	tufkit_publish_root(k->repo);
	json_object_set_new(b, "version", json_integer(2));
	adoptkit_text(k, "policy", 3);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(k->a.timestamp, 3);
	cr_expect(adoptkit_same(k, why), "%s", why);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	adoptkit_free(k);
}

Test(adopt_hostile, signed_after_it_expires)
{
	struct adoptkit *k = following();

	json_object_set_new(k->repo->body[TUF_TIMESTAMP], "x_signed",
	    json_integer(k->now + 400 * INT64_C(86400)));
	tufkit_seal(k->repo, TUF_TIMESTAMP);
	adoptkit_sync(k);
	refused(k, "signed after");
	tufkit_publish(k->repo);
	recovers(k);
}

Test(adopt_hostile, snapshot_and_targets_of_two_publications)
{
	struct adoptkit *k = following();
	char *text;
	size_t len;

	text = tufkit_read(adoptkit_path(k, "incoming/metadata/2.targets.json"),
	    &len);
	tufkit_publish(k->repo);
	adoptkit_sync(k);
	write_file(adoptkit_path(k, "incoming/metadata/3.targets.json"), text,
	    len);
	free(text);
	refused(k, "3.targets.json");
	recovers(k);
}

Test(adopt_hostile, metadata_without_end)
{
	static const char *const name[] = {
		"timestamp.json", "2.snapshot.json", "2.targets.json",
		"2.root.json"
	};

	for (size_t i = 0; i < 4; i++) {
		struct adoptkit *k = following();
		const char *path = adoptkit_path(k, "incoming/metadata/%s",
		    name[i]);
		FILE *f = fopen(path, "a");

		fclose(f);
		cr_assert_eq(truncate(path, INT64_C(1) << 36), 0);
		refused(k, "longer than");
		(void)unlink(path);
		recovers(k);
	}
}

Test(adopt_hostile, no_json_and_other_forms)
{
	static const char *const text[] = {
		"", "{", "[]", "{}", "{\"signed\":{},\"signatures\":[]}",
		"{\"signed\":{\"_type\":\"timestamp\"},\"signatures\":{}}",
	};

	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		struct adoptkit *k = following();

		write_file(adoptkit_path(k, "incoming/metadata/timestamp.json"),
		    text[i], strlen(text[i]));
		refused(k, "timestamp.json");
		adoptkit_free(k);
	}
}
