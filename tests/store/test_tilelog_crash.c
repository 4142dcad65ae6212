#include <sys/wait.h>

#include <criterion/criterion.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "tilelogtest.h"

/* The log's writer is killed, runs out of room, or fails, at every step. */

TestSuite(tilelog_crash, .init = make_keys);

/* What the killed child does: grow the log by odd steps, publishing after each. */
static const uint64_t pace[] = { 1, 5, 200, 256, 257, 300, 700, 701, 1030 };
#define PACES	(sizeof(pace) / sizeof(pace[0]))

static int
work(struct logdisk *d)
{
	struct tilelog_options o = options(d);
	char err[TILELOG_ERROR_MAX];
	struct tilelog *l = tilelog_open(&o, err, sizeof(err));
	size_t i;
	int rc = 0;

	if (l == NULL)
		return (-1);
	for (i = 0; i < PACES && rc == 0; i++)
		if (pace[i] > tilelog_size(l) && (fill(l, pace[i]) != 0 ||
		    tilelog_publish(l) != 0))
			rc = -1;
	tilelog_close(l);
	return (rc);
}

/* Run the work in a child that dies at step k; nonzero if it lived to its end. */
static int
killed_at(struct logdisk *d, long k)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		d->steps = 0;
		d->kill_at = k;
		_exit(work(d) == 0 ? 0 : 1);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	return (WIFEXITED(status));
}

/* The head that is visible is of our entries, and no smaller than before. */
static uint64_t
check_head(struct logdisk *d, uint64_t before)
{
	uint8_t root[MERKLE_LEN];
	struct checkpoint c;
	int there = visible(d, &c);

	cr_assert_geq(there, 0, "no good checkpoint");
	if (there == 0) {
		cr_assert_eq(before, 0, "the checkpoint is gone");
		return (0);
	}
	cr_assert_geq(c.size, before);
	root_of(c.size, root);
	cr_assert_arr_eq(c.root, root, MERKLE_LEN);
	return (c.size);
}

/* A kill at every step: the head stays a descendant, and the work ends the same. */
Test(tilelog_crash, killed_at_every_step)
{
	struct logdisk *d = logdisk_new(), *quiet = logdisk_new();
	char want[2 * LOGDISK_PATH], is[2 * LOGDISK_PATH];
	uint64_t head;
	long k;
	int lived = 0;

	cr_assert_eq(work(quiet), 0);
	snprintf(want, sizeof(want), "%s", logdisk_path(quiet, "log"));
	snprintf(is, sizeof(is), "%s", logdisk_path(d, "log"));
	for (k = 1; !lived; k++) {
		logdisk_empty(d);
		lived = killed_at(d, k);
		head = check_head(d, 0);
		cr_assert_eq(work(d), 0, "after a kill at step %ld", k);
		cr_assert_geq(check_head(d, head), 1030);
		if (k % 7 == 0 || lived)
			must_be_whole(d, 1030);
	}
	cr_assert_gt(k, 100);
	cr_assert(logdisk_same(want, is));
	logdisk_free(quiet);
	logdisk_free(d);
}

/* The same, one kill after the other on one log. */
Test(tilelog_crash, killed_again_and_again)
{
	struct logdisk *d = logdisk_new();
	uint64_t head = 0;
	long k;

	for (k = 1; k < 400 && !killed_at(d, 1 + k % 41); k++)
		head = check_head(d, head);
	cr_assert_eq(work(d), 0);
	must_be_whole(d, 1030);
	logdisk_free(d);
}

/* Work on through a disk that is full now and then; count how often it was. */
static int
work_on(struct logdisk *d)
{
	struct tilelog *l = must_open(d);
	int rc, full = 0;
	size_t i;

	for (i = 0; i < PACES; i++) {
		while ((rc = fill(l, pace[i])) == TILELOG_FULL && full < 50)
			full++;
		cr_assert_eq(rc, TILELOG_OK, "%s", tilelog_error(l));
		while ((rc = tilelog_publish(l)) == TILELOG_FULL && full < 50)
			full++;
		cr_assert_eq(rc, TILELOG_OK, "%s", tilelog_error(l));
	}
	tilelog_close(l);
	return (full);
}

/* No room at every write, opening and mkdir in turn: the log goes on. */
Test(tilelog_crash, a_full_disk_is_waited_for)
{
	static const enum logdisk_step what[] = { LOGDISK_WRITE, LOGDISK_OPEN,
		LOGDISK_MKDIR };
	struct logdisk *d = logdisk_new();
	size_t w;
	long at, n = 1, first;

	d->only = "/log/";
	for (w = 0; w < 3; w++) {
		/* The first ones are of opening, which is refused as a whole. */
		first = what[w] == LOGDISK_MKDIR ? 1 : 2;
		for (at = first, n = 1; n > 0; at++) {
			logdisk_empty(d);
			d->fail_step = what[w];
			d->fail_errno = at % 2 != 0 ? ENOSPC : EDQUOT;
			d->fail_for = at % 3;
			d->fail_at = at;
			d->failures = 0;
			d->early = 0;
			(void)work_on(d);
			n = d->failures;
			must_be_whole(d, 1030);
			cr_assert_not(d->early, "%s was not synced", d->what);
		}
		cr_assert_gt(at, what[w] == LOGDISK_MKDIR ? 8 : 30, "%ld", at);
	}
	logdisk_free(d);
}

/* A short write on a full disk is for want of room; else it is a failure. */
Test(tilelog_crash, a_short_write_is_asked_about)
{
	struct logdisk *d = make_300();
	struct tilelog *l = must_open(d);

	cr_assert_eq(fill(l, 310), TILELOG_OK);
	d->fail_step = LOGDISK_WRITE;
	d->fail_errno = 0;
	d->fail_at = 1;
	d->full = 1;
	cr_assert_eq(tilelog_publish(l), TILELOG_FULL);
	cr_assert_eq(tilelog_publish(l), TILELOG_OK);
	must_be_whole(d, 310);
	cr_assert_eq(fill(l, 320), TILELOG_OK);
	d->fail_at = 1;
	d->full = 0;
	cr_assert_eq(tilelog_publish(l), TILELOG_FAILED);
	cr_assert_eq(tilelog_publish(l), TILELOG_FAILED, "not latched");
	tilelog_close(l);
	must_be_whole(d, 310);
	logdisk_free(d);
}

/* After an entry was refused for want of room, it is not in the log. */
Test(tilelog_crash, an_entry_that_is_refused_was_not_taken)
{
	struct logdisk *d = logdisk_new();
	struct tilelog *l = must_open(d);

	cr_assert_eq(fill(l, 255), TILELOG_OK);
	d->fail_step = LOGDISK_WRITE;
	d->fail_errno = ENOSPC;
	d->fail_for = -1;
	d->fail_at = 1;
	cr_assert_eq(fill(l, 256), TILELOG_OK, "it is in memory");
	cr_assert_eq(fill(l, 257), TILELOG_FULL);
	cr_assert_eq(fill(l, 257), TILELOG_FULL);
	cr_assert_eq(tilelog_size(l), 256);
	cr_assert_eq(tilelog_publish(l), TILELOG_FULL);
	cr_assert_not_null(strstr(tilelog_error(l), "No space"), "%s",
	    tilelog_error(l));
	d->fail_at = 0;
	grow(l, 257);
	must_be_whole(d, 257);
	tilelog_close(l);
	logdisk_free(d);
}

/* An error of any sync is final: the old head stands, and opening anew helps. */
Test(tilelog_crash, a_failed_sync_is_final)
{
	struct logdisk *d = logdisk_new();
	struct checkpoint c, now;
	struct tilelog *l;
	long at;
	int rc = TILELOG_FAILED;

	for (at = 1; rc != TILELOG_OK; at++) {
		logdisk_empty(d);
		l = must_open(d);
		grow(l, 300);
		d->fail_step = LOGDISK_SYNC;
		d->fail_errno = at % 2 != 0 ? EIO : ENOSPC;
		d->fail_at = at;
		if ((rc = fill(l, 5000)) == TILELOG_OK)
			rc = tilelog_publish(l);
		d->fail_at = 0;
		if (rc == TILELOG_FULL) {	/* of the checkpoint itself */
			cr_assert_eq(d->fail_errno, ENOSPC);
			cr_assert_eq(tilelog_publish(l), TILELOG_OK);
			must_be_whole(d, 5000);
		} else if (rc == TILELOG_FAILED) {
			cr_assert_eq(tilelog_publish(l), TILELOG_FAILED);
			cr_assert_eq(fill(l, 5001), TILELOG_FAILED);
			tilelog_head(l, &c);
			cr_assert_eq(c.size, 300);
		}
		tilelog_close(l);
		cr_assert_eq(visible(d, &now), 1);
		cr_assert(now.size == 300 || now.size == 5000);
		l = must_open(d);
		grow(l, 5000);
		tilelog_close(l);
		must_be_whole(d, 5000);
	}
	cr_assert_gt(at, 30);
	logdisk_free(d);
}
