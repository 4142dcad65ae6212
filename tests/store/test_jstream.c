/* The journal as a stream, from wal/ and log/, while it is written. */
#include <criterion/criterion.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "integratortest.h"
#include "store/entry.h"
#include "store/jstream.h"
#include "store/wal_segment.h"

TestSuite(jstream, .timeout = 120);

static struct jstream *
stream(struct nodelog *n, uint64_t first)
{
	const struct jstream_options o = { .data = n->d->dir, .first = first };
	struct jstream *s = jstream_open(&o);

	cr_assert_not_null(s);
	return (s);
}

/* Is it the entry that its seq says? */
static int
right(uint64_t seq, const uint8_t *p, size_t len)
{
	struct entry e;
	char teller[32];

	snprintf(teller, sizeof(teller), "teller-%llu",
	    (unsigned long long)seq);
	return (entry_parse(&e, (const char *)p, len, NULL) == 0 &&
	    e.seq == seq &&
	    (e.kind == ENTRY_LOG || strcmp(e.teller, teller) == 0));
}

/* The entries first .. last are next, then none up to durable. */
static void
expect(struct jstream *s, uint64_t durable, uint64_t first, uint64_t last)
{
	const int some = first <= last;
	const uint8_t *p;
	uint64_t seq;
	size_t len;

	for (; first <= last; first++) {
		cr_assert_eq(jstream_next(s, durable, &seq, &p, &len), 1,
		    "entry %llu: %s", (unsigned long long)first,
		    jstream_error(s));
		cr_assert_eq(seq, first);
		cr_assert(right(seq, p, len), "entry %llu is another",
		    (unsigned long long)seq);
	}
	if (some)
		cr_assert_eq(jstream_at(s), last + 1);
	if (durable == last)
		cr_assert_eq(jstream_next(s, durable, &seq, &p, &len), 0, "%s",
		    jstream_error(s));
}

/* It fails, and says so with these words. */
static void
refused(struct jstream *s, uint64_t durable, const char *words)
{
	const uint8_t *p;
	uint64_t seq;
	size_t len;

	cr_assert_eq(jstream_next(s, durable, &seq, &p, &len), -1);
	cr_assert_not_null(strstr(jstream_error(s), words), "not '%s': %s",
	    words, jstream_error(s));
}

/* How many segments there are, and where the first begins. */
static size_t
segments(struct nodelog *n, uint64_t *oldest)
{
	uint64_t *firsts;
	size_t count;

	cr_assert_eq(wal_segment_list(&disk_real, n->wal_dir, &firsts, &count),
	    0);
	*oldest = count > 0 ? firsts[0] : 0;
	free(firsts);
	return (count);
}

/* Let wal/ go of what is published; return its oldest seq. */
static uint64_t
trim(struct nodelog *n)
{
	uint64_t oldest;

	cr_assert_geq(wal_trim(n->wal, integrator_done(n->i) + 1), 0);
	(void)segments(n, &oldest);
	return (oldest);
}

/* A node whose log is open and holds so many entries, published. */
static struct nodelog *
open_node(int count)
{
	struct nodelog *n = nodelog_new();

	must_open(n);
	cr_assert_eq(nodelog_begin(n, 2026, 1, NULL), 0, "%s", n->error);
	(void)grow(n, count - 1);
	return (n);
}

Test(jstream, an_empty_journal_has_nothing_yet)
{
	struct nodelog *n = nodelog_new();
	struct jstream *s = stream(n, 0), *t = stream(n, 1);

	expect(s, 0, 1, 0);
	expect(t, 0, 1, 0);
	cr_assert_eq(nodelog_wal(n), 0, "%s", n->error);
	expect(t, 0, 1, 0);
	must_open(n);
	cr_assert_eq(nodelog_begin(n, 2026, 1, NULL), 0);
	expect(s, 1, 1, 1);
	expect(t, 1, 1, 1);
	jstream_close(s);
	jstream_close(t);
	nodelog_free(n);
}

Test(jstream, all_from_the_write_ahead_log)
{
	struct nodelog *n = nodelog_new();
	struct jstream *s = stream(n, 0);
	uint64_t oldest;

	cr_assert_eq(nodelog_wal(n), 0);
	cr_assert_eq(nodelog_begin(n, 2026, 1, NULL), 0);
	cr_assert_eq(nodelog_put(n, 2999), 0, "%s", n->error);
	cr_assert_gt(segments(n, &oldest), 3);
	expect(s, 700, 1, 700);
	expect(s, 3000, 701, 3000);
	jstream_seek(s, 1500);
	expect(s, 3000, 1500, 3000);
	jstream_seek(s, 0);
	expect(s, 10, 1, 10);
	jstream_close(s);
	s = stream(n, 2990);
	expect(s, 3000, 2990, 3000);
	cr_assert_eq(nodelog_put(n, 5), 0);
	expect(s, 3000, 3001, 3000);
	expect(s, 3005, 3001, 3005);
	jstream_close(s);
	nodelog_free(n);
}

Test(jstream, all_from_log)
{
	struct nodelog *n = make_node(1000);
	struct jstream *s = stream(n, 0);
	char gone[3 * LOGDISK_PATH];

	snprintf(gone, sizeof(gone), "%s/gone", n->d->dir);
	cr_assert_eq(rename(n->wal_dir, gone), 0);
	expect(s, 300, 1, 300);
	expect(s, 999, 301, 999);
	jstream_seek(s, 256);
	expect(s, 1000, 256, 1000);
	refused(s, 1001, "entry 1001 is in neither");
	jstream_close(s);
	nodelog_free(n);
}

Test(jstream, from_log_over_to_the_write_ahead_log)
{
	struct nodelog *n = open_node(3000);
	struct jstream *s = stream(n, 1);
	uint64_t oldest = trim(n);

	cr_assert_gt(oldest, 1000);
	cr_assert_eq(nodelog_put(n, 100), 0);
	expect(s, 3100, 1, 3100);
	jstream_seek(s, oldest - 1);
	expect(s, 3100, oldest - 1, 3100);
	jstream_seek(s, oldest);
	expect(s, 3100, oldest, 3100);
	jstream_close(s);
	nodelog_free(n);
}

/* It stands in a segment, or at the end of one, that goes. */
Test(jstream, bears_that_its_segment_goes)
{
	struct nodelog *n = open_node(3000);
	struct jstream *in = stream(n, 1), *end = stream(n, 1);
	struct jstream *other = stream(n, 1);
	uint64_t *firsts, first;
	size_t count;

	cr_assert_eq(wal_segment_list(&disk_real, n->wal_dir, &firsts, &count),
	    0);
	cr_assert_gt(count, 3);
	first = firsts[1];
	expect(in, 3000, 1, 20);
	expect(end, 3000, 1, first - 1);
	expect(other, 3000, 1, first + 3);
	free(firsts);
	cr_assert_gt(trim(n), first + 3);
	expect(in, 3000, 21, 3000);
	expect(end, 3000, first, 3000);
	expect(other, 3000, first + 4, 3000);
	jstream_close(in);
	jstream_close(end);
	jstream_close(other);
	nodelog_free(n);
}

Test(jstream, goes_over_the_turn_of_a_year)
{
	struct nodelog *n = open_node(2000);
	struct jstream *s = stream(n, 1), *t = stream(n, 1);
	struct checkpoint head = grow(n, 1);

	expect(s, 2001, 1, 2001);
	wal_roll(n->wal);
	cr_assert_eq(nodelog_begin(n, 2027, 1, &head), 0, "%s", n->error);
	(void)grow(n, 1998);
	expect(s, 4000, 2002, 4000);
	cr_assert_gt(trim(n), 2002);
	expect(t, 4000, 1, 4000);
	jstream_seek(s, 2001);
	expect(s, 4000, 2001, 4000);
	jstream_close(s);
	jstream_close(t);
	nodelog_free(n);
}

/* The numbering jumps while one stream stands at the end and another far behind. */
Test(jstream, goes_over_a_jump)
{
	struct nodelog *n = open_node(2000);
	struct jstream *s = stream(n, 1), *t = stream(n, 1);
	struct checkpoint head = grow(n, 1);

	expect(s, 2001, 1, 2001);
	expect(t, 2001, 1, 30);
	while (wal_jump(n->wal, 9000) == WAL_BUSY)
		(void)wal_collect(n->wal);
	expect(s, 2001, 2002, 2001);
	cr_assert_eq(nodelog_begin(n, 2026, 2, &head), 0, "%s", n->error);
	expect(s, 9000, 9000, 9000);
	(void)grow(n, 3000);
	expect(s, 12000, 9001, 12000);
	expect(t, 12000, 31, 2001);
	expect(t, 12000, 9000, 9100);
	jstream_seek(t, 5000);
	expect(t, 12000, 9000, 9003);
	cr_assert_gt(trim(n), 9000);
	jstream_seek(t, 2002);
	expect(t, 8999, 9000, 8999);
	expect(t, 12000, 9000, 12000);
	jstream_seek(t, 2001);
	expect(t, 12000, 2001, 2001);
	expect(t, 12000, 9000, 9000);
	jstream_close(s);
	jstream_close(t);
	nodelog_free(n);
}

Test(jstream, says_which_file_is_missing)
{
	struct nodelog *n = make_node(1000);
	struct jstream *s = stream(n, 0);
	const char *bundle = "log/2026.1/tile/entries/001";
	char gone[3 * LOGDISK_PATH], wal[3 * LOGDISK_PATH];

	snprintf(wal, sizeof(wal), "%s/wal-gone", n->d->dir);
	snprintf(gone, sizeof(gone), "%s/gone", n->d->dir);
	cr_assert_eq(rename(n->wal_dir, wal), 0);
	cr_assert_eq(rename(logdisk_path(n->d, bundle), gone), 0);
	expect(s, 1000, 1, 256);
	refused(s, 1000, "tile/entries/001: missing");
	refused(s, 1000, "entry 257");
	cr_assert_eq(rename(gone, logdisk_path(n->d, bundle)), 0);
	expect(s, 1000, 257, 500);
	logdisk_flip(logdisk_path(n->d, "log/2026.1/tile/entries/002"), 30);
	expect(s, 1000, 501, 512);
	refused(s, 1000, "entry 513");
	jstream_close(s);
	nodelog_free(n);
}

/* A log that has left the node; a journal that began at another number. */
Test(jstream, knows_an_old_log_from_a_beginning)
{
	struct nodelog *n = open_node(300);
	struct checkpoint head = grow(n, 1);
	char gone[3 * LOGDISK_PATH];
	struct jstream *s;

	wal_roll(n->wal);
	cr_assert_eq(nodelog_begin(n, 2027, 1, &head), 0);
	(void)grow(n, 2999);
	(void)trim(n);
	snprintf(gone, sizeof(gone), "%s/gone", n->d->dir);
	cr_assert_eq(rename(logdisk_path(n->d, "log/2026.1"), gone), 0);
	s = stream(n, 5);
	refused(s, 3301, "entry 5 is not on this node");
	jstream_seek(s, 0);
	expect(s, 3301, 302, 3301);
	jstream_close(s);
	nodelog_free(n);
}

Test(jstream, a_journal_may_begin_behind_the_first_seq)
{
	struct nodelog *n = nodelog_new();
	struct wal_options o = { .dir = n->wal_dir, .node = NODELOG_NODE,
		.segment_bytes = 65536, .first_seq = 901 };
	struct jstream *s = stream(n, 1);

	n->wal = wal_open(&o, NULL, NULL, 0, n->error, sizeof(n->error));
	cr_assert_not_null(n->wal, "%s", n->error);
	must_open(n);
	expect(s, 900, 1, 0);
	cr_assert_eq(nodelog_begin(n, 2026, 1, NULL), 0);
	expect(s, 901, 901, 901);	/* of wal/: not published yet */
	(void)grow(n, 3000);
	cr_assert_gt(trim(n), 901);
	jstream_seek(s, 1);
	expect(s, 3901, 901, 3901);
	jstream_close(s);
	nodelog_free(n);
}

Test(jstream, refuses_another_nodes_journal)
{
	struct nodelog *n = open_node(10);
	const struct jstream_options o = { .data = n->d->dir, .node = "b017",
		.first = 1 };
	struct jstream *s = jstream_open(&o);

	refused(s, 10, "another node");
	jstream_close(s);
	nodelog_free(n);
}

#define MANY	40000

struct reading {
	struct nodelog *n;
	atomic_int ready;
	uint64_t seen;
	char error[2048];
};

/* Read all, as far as it is durable, until the last. */
static void *
read_all(void *arg)
{
	struct reading *r = arg;
	struct jstream *s = stream(r->n, 1);
	const uint8_t *p;
	uint64_t seq;
	size_t len;
	int rc = 0;

	atomic_store(&r->ready, 1);
	while (r->seen < MANY && rc != -1) {
		rc = jstream_next(s, wal_durable(r->n->wal), &seq, &p, &len);
		if (rc == 0)
			continue;
		if (rc == 1 && (seq != r->seen + 1 || !right(seq, p, len)))
			rc = -1;
		r->seen += rc == 1;
	}
	snprintf(r->error, sizeof(r->error), "%s", jstream_error(s));
	jstream_close(s);
	return (NULL);
}

/* A writer and the integrator are at work, and segments go as soon as they may. */
Test(jstream, follows_a_writer)
{
	struct nodelog *n = nodelog_new();
	struct reading fast = { .n = n }, late = { .n = n };
	struct checkpoint head;
	pthread_t a, b;
	int i;

	n->o.interval_ms = 1;
	must_open(n);
	cr_assert_eq(nodelog_begin(n, 2026, 1, NULL), 0);
	cr_assert_eq(pthread_create(&a, NULL, read_all, &fast), 0);
	while (!atomic_load(&fast.ready))
		continue;
	for (i = 0; i < MANY - 1; i += 1333) {
		cr_assert_eq(nodelog_put(n, i + 1333 < MANY ? 1333 :
		    MANY - 1 - i), 0, "%s", n->error);
		integrator_floor(n->i, wal_durable(n->wal));
		if (i == 1333 * 15)
			cr_assert_eq(pthread_create(&b, NULL, read_all, &late),
			    0);
	}
	cr_assert_eq(nodelog_wait(n, &head), 0, "%s", n->error);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	cr_assert_eq(fast.seen, MANY, "%llu: %s", (unsigned long long)
	    fast.seen, fast.error);
	cr_assert_eq(late.seen, MANY, "%llu: %s", (unsigned long long)
	    late.seen, late.error);
	cr_assert_gt(wal_oldest(n->wal), 1);
	nodelog_free(n);
}
