#include <sys/stat.h>

#include <unistd.h>

#include "waltest.h"
#include "store/wal_format.h"

/* Count the segments on the disk. */
static int
count_segments(struct memdisk *m)
{
	int i, n = 0;

	for (i = 0; i < MEM_FILES; i++)
		n += m->now[i].file != NULL &&
		    strstr(m->now[i].name, ".wal") != NULL;
	return (n);
}

static struct wal *
must_open(const struct wal_options *o, struct seen *s, uint64_t from)
{
	char err[2048] = "";
	struct wal *w = wal_open(o, s != NULL ? see : NULL, s, from, err,
	    sizeof(err));

	cr_assert_not_null(w, "%s", err);
	return (w);
}

Test(wal, an_empty_log_starts_at_one)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 1;
	struct wal_options o = test_options(&m->disk, &seed);
	struct seen s = { 0 };
	struct wal *w = must_open(&o, &s, 0);

	cr_assert_eq(s.count, 0);
	cr_assert_eq(wal_next_seq(w), 1);
	cr_assert_eq(wal_durable(w), 0);
	cr_assert_eq(wal_close(w), 0);
	memdisk_free(m);
}

Test(wal, round_trip_over_many_segments)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 1, from;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w = must_open(&o, NULL, 0);
	int i;

	for (i = 0; i < 400; i++)
		cr_assert_eq(append_batch(w, 1 + i % 4), 0);
	cr_assert_eq(wal_close(w), 0);
	cr_assert_gt(count_segments(m), 10);
	for (from = 0; from < 1001; from += 250) {
		struct seen s = { 0 };

		w = must_open(&o, &s, from);
		cr_assert_eq(s.wrong, 0);
		cr_assert_eq(s.last, 1000);
		cr_assert_eq(s.first, from == 0 ? 1 : from);
		cr_assert_eq(wal_next_seq(w), 1001);
		cr_assert_eq(wal_close(w), 0);
	}
	memdisk_free(m);
}

Test(wal, goes_on_after_each_reopening)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 2;
	struct wal_options o = test_options(&m->disk, &seed);
	struct seen s = { 0 };
	struct wal *w;
	int i;

	for (i = 0; i < 60; i++) {
		w = must_open(&o, NULL, 0);
		cr_assert_eq(append_batch(w, 3), 0);
		cr_assert_eq(wal_close(w), 0);
	}
	w = must_open(&o, &s, 0);
	cr_assert_eq(s.count, 180);
	cr_assert_eq(s.wrong, 0);
	wal_close(w);
	memdisk_free(m);
}

Test(wal, the_thread_makes_batches_durable)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 3;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w;
	struct seen s = { 0 };
	int i, j;

	o.segment_bytes = 1 << 20;
	w = must_open(&o, NULL, 0);
	for (i = 0; i < 100; i++) {
		for (j = 0; j < 7; j++)
			cr_assert_eq(append_next(w), WAL_OK);
		while (wal_pending(w) > 0)
			if (wal_submit(w) == 0)
				wait_event(w);
	}
	while (wal_durable(w) < 700)
		wait_event(w);
	cr_assert_eq(wal_close(w), 0);
	w = must_open(&o, &s, 0);
	cr_assert_eq(s.count, 700);
	cr_assert_eq(s.wrong, 0);
	wal_close(w);
	memdisk_free(m);
}

Test(wal, a_full_queue_is_busy_and_takes_nothing)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 4;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w;
	unsigned n = 0;
	static uint8_t big[WAL_ENTRY_MAX + 1];

	o.segment_bytes = 8 << 20;
	w = must_open(&o, NULL, 0);
	while (append_next(w) == WAL_OK)
		n++;
	cr_assert_eq(n, WAL_QUEUE_RECORDS);
	cr_assert_eq(wal_next_seq(w), n + 1);
	cr_assert_eq(append_batch(w, 0), 0);
	n = 0;
	while (wal_append(w, wal_next_seq(w), big, WAL_ENTRY_MAX, big,
	    WAL_SIDECAR_MAX) == WAL_OK)
		n++;
	cr_assert_eq(n, WAL_QUEUE_BYTES / wal_record_size(WAL_ENTRY_MAX,
	    WAL_SIDECAR_MAX));
	cr_assert_eq(wal_append(w, wal_next_seq(w), big, sizeof(big), NULL, 0),
	    WAL_LONG);
	cr_assert_eq(wal_append(w, wal_next_seq(w), big, 0, NULL, 0),
	    WAL_LONG);
	cr_assert_eq(wal_close(w), 0);
	memdisk_free(m);
}

static int
is_right(void *arg, const struct wal_entry *e)
{
	return (e->seq == *(uint64_t *)arg && entry_right(e));
}

Test(wal, look_up_by_seq)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 5, seq;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w;
	int round, i;

	o.segment_bytes = 128 << 10;
	w = must_open(&o, NULL, 0);
	for (i = 0; i < 500; i++)
		cr_assert_eq(append_batch(w, 2), 0);
	for (round = 0; round < 2; round++) {
		for (seq = 1; seq <= 1000; seq += 37)
			cr_assert_eq(wal_read(w, seq, is_right, &seq), 1);
		seq = 1000;
		cr_assert_eq(wal_read(w, seq, is_right, &seq), 1);
		cr_assert_eq(wal_read(w, 1001, is_right, &seq), WAL_ABSENT);
		cr_assert_eq(wal_read(w, 0, is_right, &seq), WAL_ABSENT);
		cr_assert_eq(wal_close(w), 0);
		w = must_open(&o, NULL, 0);
	}
	cr_assert_eq(append_next(w), WAL_OK);
	seq = 1001;
	cr_assert_eq(wal_read(w, seq, is_right, &seq), WAL_ABSENT);
	cr_assert_eq(append_batch(w, 0), 0);
	cr_assert_eq(wal_read(w, seq, is_right, &seq), 1);
	wal_close(w);
	memdisk_free(m);
}

Test(wal, a_reader_follows_the_writer)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 6, at = 0;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w = must_open(&o, NULL, 0);
	struct wal_reader *r;
	struct wal_entry e;
	char err[2048];
	int i, rc;

	r = wal_reader_open(&m->disk, "wal", NODE, 0, err, sizeof(err));
	cr_assert_not_null(r, "%s", err);
	for (i = 0; i < 300; i++) {
		cr_assert_eq(append_batch(w, 2), 0);
		while ((rc = wal_reader_next(r, wal_durable(w), &e)) == 1) {
			cr_assert_eq(e.seq, ++at);
			cr_assert(entry_right(&e));
		}
		cr_assert_eq(rc, 0, "%s", wal_reader_error(r));
		cr_assert_eq(at, wal_durable(w));
		cr_assert_eq(wal_reader_next(r, UINT64_MAX, &e), 0);
	}
	wal_reader_close(r);
	r = wal_reader_open(&m->disk, "wal", 0, 555, err, sizeof(err));
	cr_assert_eq(wal_reader_next(r, UINT64_MAX, &e), 1);
	cr_assert_eq(e.seq, 555);
	wal_reader_close(r);
	cr_assert_null(wal_reader_open(&m->disk, "wal", 7, 0, err,
	    sizeof(err)));
	cr_assert_not_null(strstr(err, "another node"));
	wal_close(w);
	memdisk_free(m);
}

Test(wal, roll_begins_a_segment)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 7;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w = must_open(&o, NULL, 0);
	struct seen s = { 0 };

	wal_roll(w);		/* Nothing is in it: no need */
	cr_assert_eq(append_batch(w, 3), 0);
	cr_assert_eq(count_segments(m), 1);
	wal_roll(w);
	cr_assert_eq(append_batch(w, 2), 0);
	cr_assert_eq(count_segments(m), 2);
	cr_assert_not_null(mem_find(m->now, "00000000000000000004.wal"));
	wal_close(w);
	w = must_open(&o, &s, 0);
	cr_assert_eq(s.count, 5);
	cr_assert_eq(s.wrong, 0);
	wal_close(w);
	memdisk_free(m);
}

Test(wal, trim_keeps_what_is_needed)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 8, oldest;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w = must_open(&o, NULL, 0);
	struct seen s = { 0 };
	char err[2048];
	int i;

	for (i = 0; i < 300; i++)
		cr_assert_eq(append_batch(w, 1), 0);
	cr_assert_gt(wal_trim(w, 200), 0);
	oldest = wal_oldest(w);
	cr_assert(oldest > 1 && oldest <= 200);
	cr_assert_eq(wal_read(w, 1, is_right, &oldest), WAL_ABSENT);
	cr_assert_geq(wal_trim(w, UINT64_MAX), 0);
	cr_assert_eq(count_segments(m), 1);
	oldest = wal_oldest(w);
	wal_close(w);
	cr_assert_null(wal_open(&o, see, &s, 1, err, sizeof(err)));
	cr_assert_not_null(strstr(err, "no longer held"));
	w = must_open(&o, &s, oldest);
	cr_assert_eq(s.first, oldest);
	cr_assert_eq(s.last, 300);
	wal_close(w);
	cr_assert_null(wal_open(&o, see, &s, 302, err, sizeof(err)));
	cr_assert_not_null(strstr(err, "ends at seq 300"));
	memdisk_free(m);
}

static int
is_erased(void *arg, const struct wal_entry *e)
{
	(void)arg;
	return (e->erased && e->sidecar == NULL && entry_right(e));
}

Test(wal, an_erased_sidecar_leaves_the_entry)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 9, seq;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w = must_open(&o, NULL, 0);
	uint8_t sidecar[512];
	struct seen s = { 0 };
	int i, round;

	for (i = 0; i < 100; i++)
		cr_assert_eq(append_batch(w, 1), 0);
	cr_assert_eq(wal_erase(w, 1), 0);
	cr_assert_eq(wal_erase(w, 3), 0);	/* Has none */
	cr_assert_eq(wal_erase(w, 100), 0);
	cr_assert_eq(wal_erase(w, 100), 0);
	cr_assert_eq(wal_erase(w, 101), WAL_ABSENT);
	for (round = 0; round < 2; round++) {
		cr_assert_eq(wal_read(w, 1, is_erased, NULL), 1);
		cr_assert_eq(wal_read(w, 100, is_erased, NULL), 1);
		seq = 3;
		cr_assert_eq(wal_read(w, seq, is_right, &seq), 1);
		wal_close(w);
		s.count = 0;
		w = must_open(&o, &s, 0);
		cr_assert_eq(s.wrong, 0);
		cr_assert_eq(s.count, 100);
	}
	wal_close(w);
	make_sidecar(100, sidecar);
	for (i = 0; i < MEM_FILES; i++)
		if (m->now[i].file != NULL)
			cr_assert_null(memmem(m->now[i].file->now,
			    m->now[i].file->len, sidecar, 16));
	memdisk_free(m);
}

Test(wal, a_changed_segment_size_keeps_the_entries)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 10;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal *w;
	struct seen s = { 0 };
	int i;

	o.segment_bytes = 1 << 20;
	w = must_open(&o, NULL, 0);
	cr_assert_eq(append_batch(w, 500), 0);
	wal_close(w);
	o.segment_bytes = SMALL;
	for (i = 0; i < 5; i++) {
		w = must_open(&o, NULL, 0);
		cr_assert_eq(append_batch(w, 100), 0);
		wal_close(w);
	}
	w = must_open(&o, &s, 0);
	cr_assert_eq(s.count, 1000);
	cr_assert_eq(s.wrong, 0);
	wal_close(w);
	memdisk_free(m);
}

/* The same on the real disk. */
Test(wal, round_trip_in_files)
{
	char dir[] = "/tmp/waltest-XXXXXX", wal[64], err[2048], cmd[128];
	uint64_t seq = 777;
	struct wal_options o = { .node = NODE, .segment_bytes = 64 << 10,
	    .reserve_bytes = 64 << 10 };
	struct seen s = { 0 };
	struct stat st;
	struct wal *w;
	int i;

	cr_assert_not_null(mkdtemp(dir));
	snprintf(wal, sizeof(wal), "%s/wal", dir);
	o.dir = wal;
	w = must_open(&o, NULL, 0);
	for (i = 0; i < 250; i++)
		cr_assert_eq(append_batch(w, 4), 0);
	cr_assert_eq(wal_read(w, seq, is_right, &seq), 1);
	cr_assert_eq(wal_erase(w, 1000), 0);
	cr_assert_eq(wal_close(w), 0);
	w = must_open(&o, &s, 0);
	cr_assert_eq(s.count, 1000);
	cr_assert_eq(s.wrong, 0);
	cr_assert_eq(wal_read(w, 1000, is_erased, NULL), 1);
	cr_assert_eq(wal_close(w), 0);
	snprintf(cmd, sizeof(cmd), "%s/reserve", wal);
	cr_assert_eq(stat(cmd, &st), 0);
	cr_assert_eq(st.st_size, 64 << 10);
	o.node++;
	cr_assert_null(wal_open(&o, NULL, NULL, 0, err, sizeof(err)));
	cr_assert_not_null(strstr(err, "another node"), "%s", err);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	cr_assert_eq(system(cmd), 0);
}
