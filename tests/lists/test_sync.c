/* sync by hand: what it fetches, from where, and what it leaves. */
#include <sys/file.h>

#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/disk.h"

#include "synckit.h"

/* A target below incoming/targets. */
static int
has_target(struct synckit *k, const char *path)
{
	char text[500];

	(void)snprintf(text, sizeof(text), "targets/%s", path);
	return (synckit_incoming(k, text));
}

Test(sync, hands_over_all_of_a_new_repository)
{
	struct synckit *k = synckit_new();
	const char *more = synckit_snapshot(k, "phones", 4, 70000);

	tufkit_publish(k->repo);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.changed, 1);
	cr_expect_eq(k->r.targets, 2);
	cr_expect_eq(k->r.files, 3);
	cr_expect_eq(synckit_whole(k, (const char *[]){ more, NULL }), 2);
	cr_expect(synckit_incoming(k, "metadata/1.root.json"));
	cr_expect(synckit_incoming(k, "metadata/2.targets.json"));
	cr_expect(synckit_incoming(k, "metadata/2.snapshot.json"));
	synckit_free(k);
}

Test(sync, says_when_nothing_is_new)
{
	struct synckit *k = synckit_new();

	synckit_serve(k);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	synchttpd_forget(k->http);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.changed, 0);
	cr_expect_eq(k->r.files, 0);
	cr_expect_eq(k->r.targets, 1);
	cr_expect_eq(synchttpd_asked(k->http, "GET"), 2, "the next root and the "
	    "timestamp");
	synckit_free(k);
}

Test(sync, takes_a_delta_where_the_daemon_can_apply_it)
{
	struct synckit *k = synckit_new();
	const char *one, *two, *wide, *snap;

	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	synckit_adopted(k);
	one = synckit_delta(k, "sanction", 1, 2, 200);
	tufkit_publish(k->repo);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.files, 1);
	cr_expect_eq(synckit_whole(k, (const char *[]){ one, NULL }), 2);
	synckit_adopted(k);

	two = synckit_delta(k, "sanction", 2, 3, 210);
	wide = synckit_delta(k, "sanction", 1, 3, 900);
	snap = synckit_snapshot(k, "sanction", 3, 4000);
	tufkit_publish(k->repo);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.files, 1);
	cr_expect_eq(has_target(k, snap), 0);
	cr_expect_neq(has_target(k, two), has_target(k, wide));
	cr_expect_eq(synckit_whole(k, NULL), 3);
	synckit_free(k);
}

Test(sync, takes_snapshot_and_delta_where_the_daemon_has_too_little)
{
	struct synckit *k = synckit_new();
	const char *snap, *delta;

	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	synckit_adopted(k);
	synckit_drop_lists(k, "sanction");
	snap = synckit_snapshot(k, "sanction", 5, 4000);
	delta = synckit_delta(k, "sanction", 4, 6, 100);
	tufkit_publish(k->repo);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(synckit_whole(k, (const char *[]){ snap, delta, NULL }),
	    2);
	synckit_free(k);
}

Test(sync, takes_everything_while_the_daemon_asks_for_it)
{
	struct synckit *k = synckit_new();
	const char *snap = synckit_snapshot(k, "phones", 2, 500);
	FILE *f;

	tufkit_publish(k->repo);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	synckit_adopted(k);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(has_target(k, snap), 0, "the daemon has it: it goes");
	cr_expect_eq(synckit_whole(k, NULL), 2);
	f = fopen(synckit_path(k, "data/lists/whole"), "w");
	cr_assert(f != NULL && fclose(f) == 0);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.changed, 1);
	cr_expect_eq(synckit_whole(k, (const char *[]){ snap, NULL }), 2);
	synckit_free(k);
}

Test(sync, begins_from_the_anchor_when_incoming_was_deleted)
{
	struct synckit *k = synckit_new();

	tufkit_publish_root(k->repo);
	tufkit_publish(k->repo);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	tufkit_rmtree(synckit_path(k, "data/lists/incoming"));
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.changed, 1);
	cr_expect_eq(synckit_whole(k, NULL), 2);
	/* And when only a part of it was. */
	tufkit_rmtree(synckit_path(k, "data/lists/incoming/sync-trusted"));
	tufkit_rmtree(synckit_path(k, "data/lists/incoming/targets"));
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(synckit_whole(k, NULL), 2);
	cr_assert_eq(unlink(synckit_path(k,
	    "data/lists/incoming/metadata/2.root.json")), 0);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.changed, 1);
	cr_expect_eq(synckit_whole(k, NULL), 2);
	synckit_free(k);
}

Test(sync, hands_over_every_root_since_the_anchor)
{
	struct synckit *k = synckit_new();
	int i;

	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	for (i = 0; i < 3; i++) {
		tufkit_rotate(k->repo, TUF_ROOT, (size_t)i);
		tufkit_rotate(k->repo, TUF_TIMESTAMP, 0);
		tufkit_publish_root(k->repo);
	}
	tufkit_publish(k->repo);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	for (i = 1; i <= 4; i++) {
		char name[64];

		(void)snprintf(name, sizeof(name), "metadata/%d.root.json", i);
		cr_expect(synckit_incoming(k, name), "%s", name);
	}
	cr_expect_eq(synckit_whole(k, NULL), 2);
	synckit_free(k);
}

Test(sync, begins_anew_with_another_anchor)
{
	struct synckit *k = synckit_new(), *other = synckit_new();

	tufkit_publish(k->repo);
	tufkit_publish(k->repo);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	/* Other keys: the kit makes the same ones for each repository. */
	tufkit_rotate(other->repo, TUF_ROOT, 0);
	tufkit_rotate(other->repo, TUF_ROOT, 1);
	tufkit_publish_root(other->repo);
	tufkit_publish(other->repo);
	k->o.source[0] = other->repo->dir;
	k->o.root = tufkit_path(other->repo, "metadata/2.root.json");
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.targets, 2, "lower than before, of another root");
	synckit_free(other);
	synckit_free(k);
}

Test(sync, refuses_what_is_not_signed_and_leaves_what_was)
{
	struct synckit *k = synckit_new();

	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	k->repo->signers[TUF_TARGETS] = 1;
	(void)synckit_snapshot(k, "sanction", 2, 3000);
	tufkit_publish(k->repo);
	cr_expect_eq(synckit_once(k), -1);
	cr_expect_eq(k->r.fault, SYNC_REFUSED);
	cr_expect(strstr(k->err, k->repo->dir) != NULL, "%s", k->err);
	cr_expect_eq(k->r.targets, 1);
	cr_expect_eq(synckit_whole(k, NULL), 1);
	synckit_free(k);
}

Test(sync, refuses_an_older_repository_and_a_frozen_one)
{
	struct synckit *k = synckit_new();
	size_t len;
	char *old;

	old = tufkit_read(tufkit_path(k->repo, "metadata/timestamp.json"),
	    &len);
	tufkit_publish(k->repo);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	tufkit_write(k->repo, "metadata/timestamp.json", old, len);
	cr_expect_eq(synckit_once(k), -1);
	free(old);
	tufkit_publish(k->repo);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	synckit_now += 2 * 86400;
	cr_expect_eq(synckit_once(k), -1, "the timestamp has expired");
	synckit_now -= 2 * 86400;
	cr_expect_eq(synckit_whole(k, NULL), 3);
	synckit_free(k);
}

Test(sync, hands_over_a_fresh_timestamp_alone)
{
	struct synckit *k = synckit_new();

	synckit_serve(k);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	tufkit_publish_timestamp(k->repo);
	synchttpd_forget(k->http);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.changed, 1);
	cr_expect_eq(k->r.files, 0);
	cr_expect_eq(synchttpd_asked(k->http, "targets"), 0);
	synckit_free(k);
}

Test(sync, tries_the_next_source)
{
	struct synckit *k = synckit_new();

	k->o.source[1] = k->o.source[0];
	k->o.source[0] = synckit_path(k, "stick");
	k->o.nsources = 2;
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.source, 1);
	cr_expect_eq(k->r.fault, SYNC_FINE);
	k->o.source[1] = "http://127.0.0.1:1";
	cr_expect_eq(synckit_once(k), -1);
	cr_expect_eq(k->r.fault, SYNC_AWAY);
	cr_expect(strstr(k->err, "/stick: No such file or directory; ") != NULL,
	    "%s", k->err);
	cr_expect(strstr(k->err, "http://127.0.0.1:1/metadata/") != NULL, "%s",
	    k->err);
	synckit_free(k);
}

Test(sync, reads_a_stick_by_its_address)
{
	struct synckit *k = synckit_new();
	char url[600];

	(void)snprintf(url, sizeof(url), "file://%.500s", k->repo->dir);
	*strrchr(url, '/') = '\0';
	(void)strcat(url, "/%72epo");
	k->o.source[0] = url;
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(synckit_whole(k, NULL), 1);
	k->o.source[0] = "file://elsewhere/repo";
	cr_expect_eq(synckit_once(k), -1);
	synckit_free(k);
}

Test(sync, never_follows_a_target_out_of_its_directory)
{
	struct synckit *k = synckit_new();
	json_t *targets = json_object_get(k->repo->body[TUF_TARGETS],
	    "targets"), *v;

	v = json_copy(json_object_get(targets, "policy/p1.policy"));
	synckit_policy(k, "p2");
	json_object_del(targets, "policy/p2.policy");
	json_object_set_new(targets, "../../../escaped", v);
	tufkit_write(k->repo, "escaped", "x", 1);
	tufkit_publish(k->repo);
	cr_expect_eq(synckit_once(k), -1);
	cr_expect_eq(synckit_whole(k, NULL), 0);
	synckit_free(k);
}

Test(sync, removes_what_nobody_needs_one_round_later)
{
	struct synckit *k = synckit_new();
	const char *first, *second;

	synckit_drop_lists(k, "sanction");
	first = synckit_snapshot(k, "sanction", 2, 1000);
	tufkit_publish(k->repo);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	synckit_drop_lists(k, "sanction");
	second = synckit_snapshot(k, "sanction", 3, 1000);
	tufkit_publish(k->repo);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect(has_target(k, first), "the daemon may be reading it");
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(has_target(k, first), 0);
	cr_expect(has_target(k, second));
	cr_expect_eq(synckit_incoming(k, "metadata/2.targets.json"), 0);
	cr_expect_eq(synckit_whole(k, (const char *[]){ second, NULL }), 3);
	synckit_free(k);
}

Test(sync, keeps_no_more_than_two_publications_though_each_round_brings_one)
{
	struct synckit *k = synckit_new();
	const char *path[4];
	uint32_t v;

	for (v = 0; v < 4; v++) {
		synckit_drop_lists(k, "sanction");
		path[v] = synckit_snapshot(k, "sanction", v + 2, 1000);
		tufkit_publish(k->repo);
		cr_assert_eq(synckit_once(k), 0, "%s", k->err);
		cr_expect_eq(k->r.changed, 1);
		cr_expect(has_target(k, path[v]));
		cr_expect(v < 1 || has_target(k, path[v - 1]));
		cr_expect(v < 2 || !has_target(k, path[v - 2]), "%u", v);
	}
	synckit_free(k);
}

/* A disk with nothing left on it. */
static int
no_space(void *ctx, const char *path, uint64_t *bytes)
{

	(void)ctx;
	(void)path;
	*bytes = (64u << 20) + 100;
	return (0);
}

Test(sync, leaves_room_for_the_journal)
{
	struct synckit *k = synckit_new();
	struct disk full = disk_real;

	full.space = no_space;
	k->o.disk = &full;
	cr_expect_eq(synckit_once(k), -1);
	cr_expect(strstr(k->err, "make room") != NULL, "%s", k->err);
	cr_expect_eq(k->r.fault, SYNC_LOCAL);
	cr_expect_eq(synckit_whole(k, NULL), 0);
	synckit_free(k);
}

Test(sync, lets_one_at_a_time_do_it)
{
	struct synckit *k = synckit_new();
	int fd;

	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	fd = open(synckit_path(k, "data/lists/sync.lock"), O_RDWR);
	cr_assert(fd != -1 && flock(fd, LOCK_EX) == 0);
	cr_expect_eq(synckit_once(k), -1);
	cr_expect_eq(k->r.fault, SYNC_BUSY);
	(void)close(fd);
	cr_expect_eq(synckit_once(k), 0, "%s", k->err);
	synckit_free(k);
}

Test(sync, needs_a_data_directory_and_an_anchor)
{
	struct synckit *k = synckit_new();

	k->o.root = synckit_path(k, "none.json");
	cr_expect_eq(synckit_once(k), -1);
	cr_expect(strstr(k->err, "none.json: No such file") != NULL, "%s",
	    k->err);
	k->o.root = k->repo->dir;
	cr_expect_eq(synckit_once(k), -1);
	k->o.root = k->root;
	k->o.data = synckit_path(k, "nowhere");
	cr_expect_eq(synckit_once(k), -1);
	cr_expect_eq(synckit_has(k, "nowhere"), 0);
	synckit_free(k);
}
