#include "waltest.h"

/*
 * The disk dies at every step in turn; then the power goes.  Whatever subset
 * of the unsynced sectors and names is left: every entry that was durable is
 * there, none is wrong, and the log goes on.
 */

#define CUTS	4	/* Power cuts tried per step */

/* Work until the disk dies; the highest seq that was reported durable. */
static uint64_t
work(struct memdisk *m, int batches)
{
	uint64_t seed = 1, durable;
	struct wal_options o = test_options(&m->disk, &seed);
	char err[2048];
	struct wal *w = wal_open(&o, NULL, NULL, 0, err, sizeof(err));
	int i;

	if (w == NULL)
		return (0);
	for (i = 0; i < batches; i++)
		if (append_batch(w, 1 + i % 5) != 0)
			break;
	durable = wal_durable(w);
	wal_close(w);
	return (durable);
}

/* Open what is left; check; append; cut again; check again. */
static void
check_left(struct memdisk *left, uint64_t durable, uint64_t cut)
{
	uint64_t seed = 77, reached;
	struct wal_options o = test_options(&left->disk, &seed);
	struct seen s = { 0 }, t = { 0 };
	struct memdisk *again;
	char err[2048];
	struct wal *w;

	w = wal_open(&o, see, &s, 0, err, sizeof(err));
	cr_assert_not_null(w, "%s", err);
	cr_assert_eq(s.wrong, 0);
	cr_assert_geq(s.count, durable);
	cr_assert_eq(append_batch(w, 2), 0);
	reached = wal_durable(w);
	cr_assert_eq(reached, s.count + 2);
	again = memdisk_power_cut(left, cut);
	wal_close(w);
	o.disk = &again->disk;
	w = wal_open(&o, see, &t, 0, err, sizeof(err));
	cr_assert_not_null(w, "%s", err);
	cr_assert_eq(t.wrong, 0);
	cr_assert_eq(t.count, reached);
	wal_close(w);
	memdisk_free(again);
}

/* Die at step n of the work, for n = 1, 2 ... until the work gets through. */
Test(wal_crash, power_cut_at_every_step, .timeout = 120)
{
	uint64_t durable, cut;
	struct memdisk *m, *left;
	long at;
	int died = 1;

	for (at = 1; died; at++) {
		m = memdisk_new();
		m->fail_step = MEM_ANY;
		m->fail_errno = EIO;
		m->fail_dead = 1;
		m->fail_at = at;
		durable = work(m, 25);
		died = m->dead;
		for (cut = 0; cut < CUTS; cut++) {
			left = memdisk_power_cut(m, (uint64_t)at * CUTS + cut);
			check_left(left, durable, cut);
			memdisk_free(left);
		}
		left = memdisk_killed(m);
		check_left(left, durable, cut);
		memdisk_free(left);
		memdisk_free(m);
	}
	cr_assert_gt(at, 60);
}

/* Large batches in flight when the power goes. */
Test(wal_crash, power_cut_within_a_large_batch)
{
	struct memdisk *m = memdisk_new(), *left;
	uint64_t seed = 1, cut, durable;
	struct wal_options o = test_options(&m->disk, &seed);
	char err[2048];
	struct wal *w;
	int i;

	o.segment_bytes = 1 << 20;
	w = wal_open(&o, NULL, NULL, 0, err, sizeof(err));
	cr_assert_eq(append_batch(w, 50), 0);
	durable = wal_durable(w);
	for (i = 0; i < 200; i++)
		cr_assert_eq(append_next(w), WAL_OK);
	pthread_mutex_lock(&m->lock);
	m->fail_step = MEM_SYNC;
	m->fail_errno = EIO;
	m->fail_dead = 1;
	m->fail_at = 1;
	pthread_mutex_unlock(&m->lock);
	cr_assert_eq(wal_flush_inline(w), WAL_FAILED);
	for (cut = 0; cut < 60; cut++) {
		left = memdisk_power_cut(m, cut);
		check_left(left, durable, cut);
		memdisk_free(left);
	}
	wal_close(w);
	memdisk_free(m);
}

/* The recovery itself is cut off at every step, then the next one, too. */
Test(wal_crash, power_cut_at_every_step_of_recovery, .timeout = 120)
{
	struct memdisk *m = memdisk_new(), *c, *left;
	uint64_t seed = 1, durable, cut;
	struct wal_options o = test_options(&m->disk, &seed);
	char err[2048];
	struct wal *w = wal_open(&o, NULL, NULL, 0, err, sizeof(err));
	long at;
	int died = 1;

	cr_assert_eq(append_batch(w, 90), 0);
	cr_assert_eq(append_next(w), WAL_OK);
	durable = wal_durable(w);
	for (at = 1; died; at++) {
		c = memdisk_killed(m);
		c->fail_step = MEM_ANY;
		c->fail_errno = EIO;
		c->fail_dead = 1;
		c->fail_at = at;
		work(c, 0);
		died = c->dead;
		for (cut = 0; cut < CUTS; cut++) {
			left = memdisk_power_cut(c, (uint64_t)at * CUTS + cut);
			check_left(left, durable, cut);
			memdisk_free(left);
		}
		memdisk_free(c);
	}
	cr_assert_gt(at, 6);
	wal_close(w);
	memdisk_free(m);
}
