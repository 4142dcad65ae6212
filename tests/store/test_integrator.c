#include <sys/stat.h>
#include <sys/wait.h>

#include <criterion/criterion.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nodelog.h"
#include "store/sealed.h"
#include "store/tile.h"

#define HEADS	64

/* Open, or fail the test. */
static void
must_open(struct nodelog *n)
{

	cr_assert_eq(nodelog_open(n), 0, "%s", n->error);
}

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

/* Append and publish. */
static struct checkpoint
grow(struct nodelog *n, int count)
{
	struct checkpoint head;

	cr_assert_eq(nodelog_put(n, count), 0, "%s", n->error);
	cr_assert_eq(nodelog_wait(n, &head), 0, "%s", n->error);
	return (head);
}

/* A node with one log of so many entries, closed. */
static struct nodelog *
make_node(int count)
{
	struct nodelog *n = nodelog_new();

	must_open(n);
	cr_assert_eq(nodelog_begin(n, 2026, 1, NULL), 0, "%s", n->error);
	(void)grow(n, count - 1);
	cr_assert_eq(nodelog_close(n), 0);
	return (n);
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
	const char *tile = logdisk_path(n->d, "log/2026.1/tile/0/001");
	uint8_t root[MERKLE_LEN];
	char *p;
	size_t len;

	logdisk_flip(tile, 32 * 44);
	must_refuse(n, "log/2026.1", "tile/0/001");
	/* The tile above fits the alteration, too: the entry does not. */
	p = logdisk_read(tile, &len);
	merkle_fold(root, (const uint8_t (*)[MERKLE_LEN])p, 256);
	free(p);
	must_refuse(n, "tile/0/001", "log/2026.1");
	logdisk_flip(tile, 32 * 44);
	must_open(n);
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

/* No room for a while: it waits, says so, and goes on. */
Test(integrator, a_full_disk_is_waited_for)
{
	struct nodelog *n = make_node(300);
	struct checkpoint head;
	char why[4096] = "";
	int turn;

	n->own_disk = 1;
	n->o.interval_ms = 1;
	for (turn = 0; turn < 3; turn++) {
		must_open(n);
		n->d->only = turn == 0 ? "/tile/" : turn == 1 ?
		    "checkpoint.tmp" : "/sealed/";
		n->d->fail_step = LOGDISK_WRITE;
		n->d->fail_errno = ENOSPC;
		n->d->fail_for = -1;
		n->d->failures = 0;
		pthread_mutex_lock(&n->d->lock);
		n->d->fail_at = turn == 2 ? 2 : 1;	/* 1: in place */
		pthread_mutex_unlock(&n->d->lock);
		cr_assert_eq(nodelog_put(n, 300), 0, "%s", n->error);
		while (!integrator_full(n->i) &&
		    !integrator_failed(n->i, why, sizeof(why)))
			sched_yield();
		cr_assert_str_eq(why, "");
		cr_assert_eq(integrator_wait(n->i, wal_durable(n->wal), 5,
		    &head), -1);
		cr_assert_not(integrator_failed(n->i, NULL, 0));
		pthread_mutex_lock(&n->d->lock);
		n->d->fail_at = 0;
		pthread_mutex_unlock(&n->d->lock);
		cr_assert_eq(nodelog_wait(n, &head), 0, "%s", n->error);
		while (integrator_full(n->i))
			sched_yield();
		cr_assert_eq(nodelog_close(n), 0);
		cr_assert_eq(nodelog_whole(n, 600 + (uint64_t)turn * 300), 0,
		    "%s", n->error);
	}
	nodelog_free(n);
}

/* Closing does not wait for room, but says that not all is published. */
Test(integrator, closes_on_a_full_disk)
{
	struct nodelog *n = make_node(300);

	n->own_disk = 1;
	must_open(n);
	n->d->fail_step = LOGDISK_WRITE;
	n->d->fail_errno = ENOSPC;
	n->d->fail_for = -1;
	n->d->fail_at = 1;
	cr_assert_eq(nodelog_put(n, 10), 0, "%s", n->error);
	cr_assert_eq(nodelog_close(n), -1);
	n->d->fail_at = 0;
	must_open(n);
	cr_assert_eq(nodelog_close(n), 0);
	cr_assert_eq(nodelog_whole(n, 310), 0, "%s", n->error);
	nodelog_free(n);
}

/* A sync that fails is final, and opening anew helps. */
Test(integrator, a_failed_sync_is_final)
{
	struct nodelog *n = make_node(300);
	struct checkpoint head;
	char why[4096];

	n->own_disk = 1;
	n->d->only = "/log/";
	must_open(n);
	(void)grow(n, 1);
	n->d->fail_step = LOGDISK_SYNC;
	n->d->fail_errno = EIO;
	n->d->fail_at = 1;
	cr_assert_eq(nodelog_put(n, 10), 0, "%s", n->error);
	cr_assert_eq(nodelog_wait(n, &head), -1);
	cr_assert(integrator_failed(n->i, why, sizeof(why)));
	cr_assert_not_null(strstr(why, "Input/output error"), "%s", why);
	cr_assert_eq(integrator_done(n->i), 301);
	cr_assert_eq(nodelog_close(n), -1);
	must_open(n);
	(void)grow(n, 1);
	cr_assert_eq(nodelog_whole(n, 312), 0, "%s", n->error);
	nodelog_free(n);
}

/* ----------------------------------------------------- a kill at every step */

/* What a killed child tells through its pipe. */
struct told {
	uint64_t durable;
	int has_head;
	struct checkpoint head;
};

static struct {
	long left;		/* steps until the end, 0: endless */
	int pipe;
} child;

/* Die at the step that was chosen. */
static void
step(void *arg, const char *name)
{

	(void)arg;
	(void)name;
	if (child.left > 0 && --child.left == 0)
		kill(getpid(), SIGKILL);
}

/* Tell what is durable and, if head is not NULL, shown. */
static int
tell(struct nodelog *n, const struct checkpoint *head)
{
	struct told t = { .durable = wal_durable(n->wal) };

	if (head != NULL) {
		t.has_head = 1;
		t.head = *head;
	}
	return (write(child.pipe, &t, sizeof(t)) == sizeof(t) ? 0 : -1);
}

/* Put, tell, have it published, tell. */
static int
round_of(struct nodelog *n, int count, struct checkpoint *head)
{

	return (nodelog_put(n, count) != 0 || tell(n, NULL) != 0 ||
	    nodelog_wait(n, head) != 0 || tell(n, head) != 0 ? -1 : 0);
}

/* A short life of a node over the turn of the year. */
static int
live(struct nodelog *n)
{
	struct checkpoint head;

	if (nodelog_open(n) != 0 ||
	    nodelog_begin(n, 2026, 1, NULL) != 0 ||
	    round_of(n, 3, &head) != 0 || round_of(n, 300, &head) != 0 ||
	    nodelog_begin(n, 2027, 1, &head) != 0 ||
	    round_of(n, 8, &head) != 0 || nodelog_put(n, 250) != 0 ||
	    tell(n, NULL) != 0)
		return (-1);
	return (nodelog_close(n));
}

/* Remember a head unless it is known. */
static size_t
keep(struct checkpoint *heads, size_t n, const struct checkpoint *c)
{

	if (n > 0 && heads[n - 1].size == c->size &&
	    strcmp(heads[n - 1].origin, c->origin) == 0)
		return (n);
	heads[n] = *c;
	return (n + 1);
}

/* Live in a child that is killed; return 1 if it died of that. */
static int
live_and_die(struct nodelog *n, long at_step, long at_disk, uint64_t *durable,
    struct checkpoint *heads, size_t *nheads)
{
	struct told t;
	int fd[2], status;
	pid_t pid;

	cr_assert_eq(pipe(fd), 0);
	if ((pid = fork()) == 0) {
		close(fd[0]);
		child.pipe = fd[1];
		child.left = at_step;
		n->o.step = step;
		n->d->steps = 0;
		n->d->kill_at = at_disk;
		n->own_disk = at_disk > 0;
		_exit(live(n) == 0 ? 0 : 1);
	}
	close(fd[1]);
	*durable = 0;
	*nheads = 0;
	while (read(fd[0], &t, sizeof(t)) == sizeof(t)) {
		*durable = t.durable;
		if (t.has_head)
			*nheads = keep(heads, *nheads, &t.head);
	}
	close(fd[0]);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0,
	    "the child failed at %ld, %ld", at_step, at_disk);
	return (WIFSIGNALED(status));
}

/* Add the heads that lie on the disk. */
static size_t
heads_on_disk(struct nodelog *n, struct checkpoint *heads, size_t count)
{
	struct logset *s = logset_open(NULL, n->log_dir, n->error,
	    sizeof(n->error));
	size_t i;

	cr_assert_not_null(s, "%s", n->error);
	for (i = 0; i < logset_count(s); i++)
		heads[count++] = logset_log(s, i)->head;
	logset_close(s);
	return (count);
}

/* Kill at every step of one kind; return how many there were. */
static long
kill_everywhere(int disk)
{
	struct checkpoint heads[HEADS], head;
	struct nodelog *n;
	uint64_t durable;
	size_t count, i;
	int died = 1;
	long k;

	for (k = 1; died; k++) {
		n = nodelog_new();
		died = live_and_die(n, disk ? 0 : k, disk ? k : 0, &durable,
		    heads, &count);
		count = heads_on_disk(n, heads, count);
		must_open(n);
		cr_assert_geq(wal_durable(n->wal), durable);
		durable = wal_durable(n->wal);
		if (durable > 0) {
			cr_assert_eq(nodelog_wait(n, &head), 0, "%s",
			    n->error);
			cr_assert_eq(nodelog_whole(n, durable), 0, "%s",
			    n->error);
		}
		for (i = 0; i < count; i++)
			cr_assert_eq(nodelog_descends(n, &heads[i]), 0, "%s",
			    n->error);
		nodelog_free(n);
	}
	return (k);
}

Test(integrator, killed_between_every_two_steps)
{

	cr_assert_gt(kill_everywhere(0), 60);
}

Test(integrator, killed_at_every_change_of_the_disk)
{

	cr_assert_gt(kill_everywhere(1), 100);
}
