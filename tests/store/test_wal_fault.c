#include "waltest.h"

/* Failing disks: errors latch, a full disk does not. */

static struct wal *
must_open(const struct wal_options *o, struct seen *s)
{
	char err[2048] = "";
	struct wal *w = wal_open(o, s != NULL ? see : NULL, s, 0, err,
	    sizeof(err));

	cr_assert_not_null(w, "%s", err);
	return (w);
}

/* Fail the next such step of m. */
static void
fail_next(struct memdisk *m, enum mem_step step, int error)
{
	pthread_mutex_lock(&m->lock);
	m->fail_step = step;
	m->fail_errno = error;
	m->fail_at = 1;
	pthread_mutex_unlock(&m->lock);
}

/* One failure, then a healthy disk: nothing may be written any more. */
static void
check_latch(enum mem_step step, int error, int threaded)
{
	struct memdisk *m = memdisk_new(), *after;
	uint64_t seed = 1;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w;
	struct seen s = { 0 };
	char why[2048];
	long syncs, writes;

	o.segment_bytes = 1 << 20;
	w = must_open(&o, NULL);
	cr_assert_eq(append_batch(w, 5), 0);
	fail_next(m, step, error);
	cr_assert_eq(append_next(w), WAL_OK);
	if (threaded) {
		cr_assert_eq(wal_submit(w), 1);
		while (!wal_failed(w, NULL, 0))
			wait_event(w);
	} else {
		cr_assert_eq(wal_flush_inline(w), WAL_FAILED);
	}
	syncs = m->syncs;
	writes = m->writes;
	cr_assert_eq(wal_failed(w, why, sizeof(why)), 1);
	cr_assert_not_null(strstr(why, ".wal"), "%s", why);
	cr_assert_eq(wal_durable(w), 5);
	cr_assert_eq(append_next(w), WAL_FAILED);
	cr_assert_eq(wal_submit(w), WAL_FAILED);
	cr_assert_eq(wal_flush_inline(w), WAL_FAILED);
	cr_assert_eq(wal_durable(w), 5);
	cr_assert_eq(wal_erase(w, 1), WAL_FAILED);
	cr_assert_eq(wal_close(w), -1);
	cr_assert_eq(m->syncs, syncs);
	cr_assert_eq(m->writes, writes);

	after = memdisk_power_cut(m, 1);
	o.disk = &after->disk;
	w = must_open(&o, &s);
	cr_assert_geq(s.count, 5);
	cr_assert_eq(s.wrong, 0);
	cr_assert_eq(append_batch(w, 1), 0);
	wal_close(w);
	memdisk_free(m);
	memdisk_free(after);
}

Test(wal_fault, a_failed_sync_latches)
{
	check_latch(MEM_SYNC, EIO, 0);
	check_latch(MEM_SYNC, EIO, 1);
}

Test(wal_fault, a_failed_write_latches)
{
	check_latch(MEM_PWRITE, EIO, 0);
	check_latch(MEM_PWRITE, ENOSPC, 1);
}

Test(wal_fault, a_short_write_latches)
{
	check_latch(MEM_PWRITE, 0, 0);
	check_latch(MEM_PWRITE, 0, 1);
}

/* The batch behind a failed one must not be written either. */
Test(wal_fault, a_queued_batch_is_not_written_after_a_failure)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 2;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w;
	long writes;
	int i;

	o.segment_bytes = 8 << 20;
	w = must_open(&o, NULL);
	writes = m->writes;
	pthread_mutex_lock(&m->gate);
	fail_next(m, MEM_SYNC, EIO);
	cr_assert_eq(append_next(w), WAL_OK);
	cr_assert_eq(wal_submit(w), 1);
	cr_assert_eq(append_next(w), WAL_OK);
	cr_assert_eq(wal_submit(w), 0);		/* Small: it waits */
	for (i = 0; i < 2100; i++)
		cr_assert_eq(append_next(w), WAL_OK);
	cr_assert_eq(wal_submit(w), 1);		/* Half a queue: it does not */
	pthread_mutex_unlock(&m->gate);
	while (!wal_failed(w, NULL, 0))
		wait_event(w);
	cr_assert_eq(wal_durable(w), 0);
	cr_assert_eq(wal_close(w), -1);
	cr_assert_eq(m->writes, writes + 1);
	memdisk_free(m);
}

/* A segment whose successor is not on the disk yet is where we go on. */
Test(wal_fault, trim_keeps_the_segment_of_the_last_durable_entry)
{
	struct memdisk *m = memdisk_new(), *left;
	uint64_t seed = 2;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w = must_open(&o, NULL);
	struct seen s = { 0 };

	cr_assert_eq(append_batch(w, 5), 0);
	wal_roll(w);
	wait_event(w);		/* The next segment is ready */
	pthread_mutex_lock(&m->gate);
	cr_assert_eq(append_next(w), WAL_OK);
	cr_assert_eq(wal_trim(w, UINT64_MAX), 0);
	left = memdisk_power_cut(m, 1);
	pthread_mutex_unlock(&m->gate);
	wal_close(w);
	o.disk = &left->disk;
	w = must_open(&o, &s);
	cr_assert_eq(s.count, 5);
	wal_close(w);
	memdisk_free(m);
	memdisk_free(left);
}

/* Append until the log stays busy for want of space. */
static int
fill(struct wal *w)
{
	int n = 0, rc;

	for (;;) {
		if ((rc = append_next(w)) == WAL_OK) {
			n++;
			cr_assert_neq(wal_flush_inline(w), WAL_FAILED);
			continue;
		}
		cr_assert_eq(rc, WAL_BUSY);
		if (wal_flush_inline(w) == 0 && wal_space(w) == 0)
			return (n);
		wait_event(w);
	}
}

Test(wal_fault, a_full_disk_is_busy_until_space_is_back)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 3, last;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w;
	struct seen s = { 0 };

	m->cap = 4 * SMALL + SMALL / 2;
	o.reserve_bytes = SMALL;
	w = must_open(&o, NULL);
	cr_assert_not_null(mem_find(m->now, "reserve"));
	cr_assert_gt(fill(w), 0);
	cr_assert_eq(wal_failed(w, NULL, 0), 0);
	cr_assert_null(mem_find(m->now, "reserve"));
	cr_assert_eq(wal_space(w), 0);
	last = wal_durable(w);
	cr_assert_eq(last + 1, wal_next_seq(w));

	/* What the others wrote is gone again, and so are old segments. */
	cr_assert_geq(wal_trim(w, last), 2);
	cr_assert_eq(wal_space(w), 1);
	cr_assert_eq(append_batch(w, 30), 0);
	cr_assert_not_null(mem_find(m->now, "reserve"));
	cr_assert_eq(wal_close(w), 0);
	w = must_open(&o, &s);
	cr_assert_eq(s.last, last + 30);
	cr_assert_eq(s.wrong, 0);
	wal_close(w);
	memdisk_free(m);
}

Test(wal_fault, the_reserve_lets_a_full_disk_recover)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 3;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w;
	struct seen s = { 0 };
	char err[2048];

	o.reserve_bytes = SMALL;
	m->cap = 2 * SMALL + SMALL / 2;
	w = must_open(&o, NULL);
	cr_assert_eq(append_batch(w, 5), 0);
	cr_assert_eq(wal_close(w), 0);
	w = must_open(&o, &s);
	cr_assert_eq(s.count, 5);
	cr_assert_not_null(mem_find(m->now, "reserve"));
	cr_assert_eq(wal_close(w), 0);
	m->cap = SMALL + SMALL / 2;
	mem_set(m->now, "reserve", NULL);
	cr_assert_null(wal_open(&o, NULL, NULL, 0, err, sizeof(err)));
	cr_assert_not_null(strstr(err, strerror(ENOSPC)), "%s", err);
	memdisk_free(m);
}

/* ENOSPC from the call itself, though statvfs promised room. */
Test(wal_fault, enospc_while_preparing_is_not_fatal)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 4;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w = must_open(&o, NULL);

	fail_next(m, MEM_FALLOCATE, ENOSPC);
	wal_roll(w);
	cr_assert_eq(append_batch(w, 1), 0);	/* Still empty: no roll */
	wait_event(w);
	cr_assert_eq(wal_failed(w, NULL, 0), 0);
	cr_assert_eq(wal_space(w), 1);		/* Starts again */
	cr_assert_eq(append_batch(w, 200), 0);
	cr_assert_eq(wal_close(w), 0);
	memdisk_free(m);
}

Test(wal_fault, a_dying_disk_while_preparing_is_fatal)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 5;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w = must_open(&o, NULL);

	fail_next(m, MEM_FALLOCATE, EIO);
	wal_roll(w);
	wait_event(w);
	cr_assert_eq(wal_failed(w, NULL, 0), 1);
	cr_assert_eq(append_next(w), WAL_FAILED);
	cr_assert_eq(wal_close(w), -1);
	memdisk_free(m);
}

/* Whatever step of the opening fails, the next opening finds everything. */
Test(wal_fault, a_failing_recovery_loses_nothing)
{
	struct memdisk *m = memdisk_new(), *c;
	uint64_t seed = 6;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w = must_open(&o, NULL);
	char err[2048];
	long at;
	int failed = 1;

	cr_assert_eq(append_batch(w, 100), 0);
	for (at = 1; failed; at++) {
		struct seen s = { 0 };

		c = memdisk_killed(m);
		c->fail_step = MEM_ANY;
		c->fail_errno = EIO;
		c->fail_at = at;
		o.disk = &c->disk;
		err[0] = '\0';
		struct wal *v = wal_open(&o, NULL, NULL, 0, err, sizeof(err));
		failed = c->fail_at == 0;
		if (v == NULL)
			cr_assert_neq(err[0], '\0');
		else
			wal_close(v);
		c->fail_at = 0;
		v = must_open(&o, &s);
		cr_assert_eq(s.count, 100);
		cr_assert_eq(s.wrong, 0);
		wal_close(v);
		memdisk_free(c);
	}
	cr_assert_gt(at, 6);
	wal_close(w);
	memdisk_free(m);
}
