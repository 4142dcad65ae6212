#include <sys/stat.h>

#include <criterion/criterion.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "integratortest.h"
#include "store/sealed.h"
#include "store/tile.h"

/* The integrator does not open, and says so with these words. */
static void
must_refuse(struct nodelog *n, const char *a, const char *b)
{

	cr_assert_eq(nodelog_open(n), -1, "opened, though: %s", a);
	cr_assert_not_null(strstr(n->error, a), "\"%s\" lacks \"%s\"",
	    n->error, a);
	cr_assert_not_null(strstr(n->error, b), "\"%s\" lacks \"%s\"",
	    n->error, b);
	(void)nodelog_close(n);
}

Test(integrator, carries_what_is_durable)
{
	struct nodelog *n = nodelog_new();
	struct checkpoint head, c;
	uint64_t base;
	char *names;
	size_t len;

	must_open(n);
	integrator_head(n->i, &c, &base);
	cr_assert_str_eq(c.origin, "");
	cr_assert_eq(integrator_done(n->i), 0);
	cr_assert_eq(nodelog_begin(n, 2026, 1, NULL), 0, "%s", n->error);
	head = grow(n, 699);
	cr_assert_eq(head.size, 700);
	cr_assert_str_eq(head.origin, NODELOG_KEY "/decisions/2026.1");
	cr_assert_eq(integrator_done(n->i), 700);
	cr_assert_eq(nodelog_whole(n, 700), 0, "%s", n->error);
	integrator_head(n->i, &c, &base);
	cr_assert_eq(base, 1);
	cr_assert_eq(c.size, 700);
	names = logdisk_read(logdisk_path(n->d, "log/logs"), &len);
	cr_assert_str_eq(names, "2026.1\n");
	free(names);
	cr_assert_eq(nodelog_put(n, 50), 0);
	cr_assert_eq(nodelog_close(n), 0);
	cr_assert_eq(nodelog_whole(n, 750), 0, "close did not publish: %s",
	    n->error);
	must_open(n);
	cr_assert_eq(integrator_done(n->i), 750);
	(void)grow(n, 1);
	cr_assert_eq(nodelog_whole(n, 751), 0, "%s", n->error);
	nodelog_free(n);
}

/* Nobody waits: the tick publishes. */
Test(integrator, publishes_by_itself)
{
	struct nodelog *n = nodelog_new();
	int i;

	n->o.interval_ms = 1;
	must_open(n);
	cr_assert_eq(nodelog_begin(n, 2026, 1, NULL), 0, "%s", n->error);
	for (i = 0; i < 20; i++) {
		cr_assert_eq(nodelog_put(n, 10), 0, "%s", n->error);
		while (integrator_done(n->i) < wal_durable(n->wal))
			sched_yield();
	}
	cr_assert_eq(nodelog_whole(n, 201), 0, "%s", n->error);
	nodelog_free(n);
}

/* A backlog from before the start, in many segments. */
Test(integrator, catches_up)
{
	struct nodelog *n = nodelog_new();
	struct checkpoint head;

	cr_assert_eq(nodelog_wal(n), 0, "%s", n->error);
	cr_assert_eq(nodelog_begin(n, 2026, 1, NULL), 0, "%s", n->error);
	cr_assert_eq(nodelog_put(n, 9999), 0, "%s", n->error);
	must_open(n);
	integrator_kick(n->i);
	cr_assert_eq(nodelog_wait(n, &head), 0, "%s", n->error);
	cr_assert_eq(head.size, 10000);
	cr_assert_eq(nodelog_whole(n, 10000), 0, "%s", n->error);
	nodelog_free(n);
}

Test(integrator, a_new_year_begins_a_new_log)
{
	struct nodelog *n = make_node(300);
	struct checkpoint first, second;
	char *names;
	size_t len;

	must_open(n);
	first = grow(n, 20);
	cr_assert_eq(nodelog_begin(n, 2027, 1, &first), 0, "%s", n->error);
	second = grow(n, 99);
	cr_assert_str_eq(second.origin, NODELOG_KEY "/decisions/2027.1");
	cr_assert_eq(second.size, 100);
	cr_assert_eq(nodelog_whole(n, 420), 0, "%s", n->error);
	cr_assert_eq(nodelog_descends(n, &first), 0, "%s", n->error);
	names = logdisk_read(logdisk_path(n->d, "log/logs"), &len);
	cr_assert_str_eq(names, "2026.1\n2027.1\n");
	free(names);
	cr_assert_eq(nodelog_close(n), 0);
	must_open(n);
	second = grow(n, 1);
	cr_assert_eq(second.size, 101);
	nodelog_free(n);
}

/* Entry 0 tells something else of the old log than the old log does. */
Test(integrator, a_log_that_follows_another_head_is_refused)
{
	struct nodelog *n = make_node(300);
	struct checkpoint head;
	char why[4096];

	must_open(n);
	head = grow(n, 1);
	head.size--;
	cr_assert_eq(nodelog_begin(n, 2027, 1, &head), 0, "%s", n->error);
	cr_assert_eq(nodelog_wait(n, &head), -1);
	cr_assert(integrator_failed(n->i, why, sizeof(why)));
	cr_assert_not_null(strstr(why, "entry 302 begins the log "
	    NODELOG_KEY "/decisions/2027.1 after"), "%s", why);
	cr_assert_eq(nodelog_close(n), -1);
	cr_assert_eq(nodelog_whole(n, 301), 0, "%s", n->error);
	nodelog_free(n);
}

Test(integrator, a_tile_that_differs_from_the_write_ahead_log_is_refused)
{
	struct nodelog *n = make_node(600);
	char tile[2 * LOGDISK_PATH];

	snprintf(tile, sizeof(tile), "%s",
	    logdisk_path(n->d, "log/2026.1/tile/0/001"));
	logdisk_flip(tile, 32 * 44);
	must_refuse(n, "log/2026.1", "tile/0/001");
	logdisk_flip(tile, 32 * 44);
	must_open(n);
	nodelog_free(n);
}

/* A tile above, which is full and so no part of the right edge. */
Test(integrator, a_tile_that_does_not_fit_the_one_above_is_refused)
{
	struct nodelog *n = make_node(66000);
	char tile[2 * LOGDISK_PATH];

	snprintf(tile, sizeof(tile), "%s",
	    logdisk_path(n->d, "log/2026.1/tile/1/000"));
	logdisk_flip(tile, 32 * 200);
	must_refuse(n, "log/2026.1", "tile/");
	logdisk_flip(tile, 32 * 200);
	must_open(n);
	nodelog_free(n);
}

/* All that was ever written is still held: log/ may be lost as a whole. */
Test(integrator, lost_logs_are_made_anew)
{
	struct nodelog *n = make_node(300);
	char old[2 * LOGDISK_PATH + 32];
	struct checkpoint head, again;

	must_open(n);
	head = grow(n, 20);
	cr_assert_eq(nodelog_begin(n, 2027, 1, &head), 0, "%s", n->error);
	head = grow(n, 99);
	cr_assert_eq(nodelog_close(n), 0);
	snprintf(old, sizeof(old), "%s.old", n->log_dir);
	cr_assert_eq(rename(n->log_dir, old), 0);
	must_open(n);
	cr_assert_eq(nodelog_wait(n, &again), 0, "%s", n->error);
	cr_assert_arr_eq(again.root, head.root, MERKLE_LEN);
	cr_assert_eq(nodelog_whole(n, 420), 0, "%s", n->error);
	nodelog_free(n);
}

/* A whole other log under our key: every tile fits, but not the entries. */
Test(integrator, another_history_is_refused)
{
	struct nodelog *n = make_node(600), *m = make_node(300);
	char a[2 * LOGDISK_PATH + 32], b[2 * LOGDISK_PATH + 32];

	must_open(m);
	(void)nodelog_close(m);
	cr_assert_eq(nodelog_wal(m), 0);
	cr_assert_eq(nodelog_begin(m, 2026, 1, NULL), 0);	/* differs */
	cr_assert_eq(nodelog_put(m, 299), 0);
	(void)nodelog_close(m);
	snprintf(a, sizeof(a), "%s", n->wal_dir);
	snprintf(b, sizeof(b), "%s.old", n->wal_dir);
	cr_assert_eq(rename(a, b), 0);
	cr_assert_eq(rename(m->wal_dir, a), 0);
	must_refuse(n, "entry 301 is another one in", "tile/0/001");
	nodelog_free(m);
	nodelog_free(n);
}

/* Some of the write-ahead log is gone. */
Test(integrator, a_checkpoint_beyond_the_entries_is_refused)
{
	struct nodelog *n = make_node(600);
	char old[2 * LOGDISK_PATH + 32];

	snprintf(old, sizeof(old), "%s.old", n->wal_dir);
	cr_assert_eq(rename(n->wal_dir, old), 0);
	cr_assert_eq(nodelog_wal(n), 0, "%s", n->error);
	cr_assert_eq(nodelog_begin(n, 2026, 1, NULL), 0);
	cr_assert_eq(nodelog_put(n, 99), 0);
	must_refuse(n, "the log ends at entry 100 but its checkpoint names "
	    "entry 600", "wal");
	nodelog_free(n);
}

/* An older checkpoint is put back, and the entries behind it are not held. */
Test(integrator, a_wound_back_checkpoint_is_refused)
{
	struct nodelog *n = make_node(600);
	const char *path = logdisk_path(n->d, "log/2026.1/checkpoint");
	struct checkpoint head, last;
	size_t len;
	char *old = logdisk_read(path, &len);

	must_open(n);
	last = grow(n, 2000);
	cr_assert_eq(nodelog_close(n), 0);
	logdisk_write(path, old, len);
	must_open(n);	/* all is still held: it ends where it was */
	cr_assert_eq(nodelog_wait(n, &head), 0, "%s", n->error);
	cr_assert_arr_eq(head.root, last.root, MERKLE_LEN);
	cr_assert_gt(wal_trim(n->wal, integrator_done(n->i) + 1), 0);
	cr_assert_gt(wal_oldest(n->wal), 601);
	cr_assert_eq(nodelog_close(n), 0);
	logdisk_write(path, old, len);
	free(old);
	must_refuse(n, "ends before entry 601", "older checkpoint");
	nodelog_free(n);
}

/* log/ is lost, or there never was one. */
Test(integrator, entries_of_no_log_are_refused)
{
	struct nodelog *n = make_node(600);
	char old[2 * LOGDISK_PATH + 32];

	must_open(n);
	(void)grow(n, 2000);
	cr_assert_gt(wal_trim(n->wal, integrator_done(n->i) + 1), 0);
	(void)nodelog_close(n);
	snprintf(old, sizeof(old), "%s.old", n->log_dir);
	cr_assert_eq(rename(n->log_dir, old), 0);
	must_refuse(n, "begins no log", "was lost");
	nodelog_free(n);
	n = nodelog_new();
	cr_assert_eq(nodelog_wal(n), 0);
	cr_assert_eq(nodelog_put(n, 3), 0);
	must_refuse(n, "entry 1", "begins no log");
	nodelog_free(n);
}

/* The old log's head was exchanged for an earlier one of its own. */
Test(integrator, logs_that_do_not_follow_each_other_are_refused)
{
	struct nodelog *n = make_node(300);
	const char *path = logdisk_path(n->d, "log/2026.1/checkpoint");
	struct checkpoint head;
	size_t len;
	char *old = logdisk_read(path, &len);

	must_open(n);
	head = grow(n, 10);
	cr_assert_eq(nodelog_begin(n, 2027, 1, &head), 0, "%s", n->error);
	(void)grow(n, 5);
	cr_assert_eq(nodelog_close(n), 0);
	logdisk_write(path, old, len);
	free(old);
	must_refuse(n, "entry 0 of 2027.1 names", "size 300");
	nodelog_free(n);
}

Test(integrator, a_foreign_key_is_refused)
{
	struct nodelog *n = make_node(300);
	const uint8_t secret[32] = { 10 };

	cr_assert_eq(note_signer_make(&n->signer, NODELOG_KEY, NOTE_ED25519,
	    secret), 0);
	must_refuse(n, "2026.1/checkpoint", "");
	nodelog_free(n);
}

/* A checkpoint that covers an identity is not named before that is synced. */
Test(integrator, identities_are_synced_before_the_checkpoint)
{
	struct nodelog *n = make_node(300);

	n->own_disk = 1;
	must_open(n);
	(void)grow(n, 20);
	(void)grow(n, 2000);
	cr_assert_not(n->d->early, "%s was not synced", n->d->what);
	nodelog_free(n);
}

/* What was erased in the write-ahead log is not moved. */
Test(integrator, an_erased_identity_is_passed_over)
{
	static struct sealed_item item;
	struct nodelog *n = nodelog_new();
	struct checkpoint head;
	char err[SEALED_ERROR_MAX];

	cr_assert_eq(nodelog_wal(n), 0, "%s", n->error);
	cr_assert_eq(nodelog_begin(n, 2026, 1, NULL), 0, "%s", n->error);
	cr_assert_eq(nodelog_put(n, 30), 0, "%s", n->error);
	cr_assert_eq(wal_erase(n->wal, 10), 0);
	must_open(n);
	cr_assert_eq(nodelog_wait(n, &head), 0, "%s", n->error);
	cr_assert_eq(sealed_find(NULL, n->sealed_dir, 10, NODELOG_T + 10,
	    &item, err, sizeof(err)), 0);
	cr_assert_eq(sealed_find(NULL, n->sealed_dir, 15, NODELOG_T + 15,
	    &item, err, sizeof(err)), 1, "%s", err);
	nodelog_free(n);
}
