#include "waltest.h"
#include "store/wal_segment.h"

/*
 * The numbering jumps once: whoever reads passes over what lies between there and
 * nowhere else, and a jump that was cut off did not happen.
 */

#define FAR	5000u	/* the first seq behind the jump: wider than the queue */
#define CUTS	4

/* What a replay saw: the seqs before a jump, and those behind it. */
struct parts {
	uint64_t before, after, wrong;
	uint64_t last;
};

static int
part(void *arg, const struct wal_entry *e)
{
	struct parts *p = arg;

	if (e->seq == p->last + 1 && e->seq < FAR)
		p->before++;
	else if (e->seq == (p->after == 0 ? FAR : p->last + 1))
		p->after++;
	else
		p->wrong++;
	p->last = e->seq;
	if (!entry_right(e))
		p->wrong++;
	return (0);
}

static struct wal *
must_open(const struct wal_options *o, struct parts *p)
{
	char err[2048];
	struct wal *w;

	memset(p, 0, sizeof(*p));
	w = wal_open(o, part, p, 0, err, sizeof(err));
	cr_assert_not_null(w, "%s", err);
	cr_assert_eq(p->wrong, 0);
	return (w);
}

static int
jump_wait(struct wal *w)
{
	int rc;

	while ((rc = wal_jump(w, FAR)) == WAL_BUSY)
		wait_event(w);
	return (rc);
}

/* Read all from outside; -1 counts as wrong. */
static struct parts
read_all(const struct disk *d, uint64_t from, uint64_t until)
{
	struct parts p = { .last = from > 0 ? from - 1 : 0 };
	struct wal_entry e;
	char err[2048];
	struct wal_reader *r = wal_reader_open(d, "wal", NODE, from, err,
	    sizeof(err));
	int rc;

	cr_assert_not_null(r, "%s", err);
	while ((rc = wal_reader_next(r, until, &e)) == 1)
		(void)part(&p, &e);
	cr_assert_eq(rc, 0, "%s", wal_reader_error(r));
	wal_reader_close(r);
	return (p);
}

static int
take(void *arg, const struct wal_entry *e)
{

	*(uint64_t *)arg = e->seq;
	return (0);
}

Test(wal_jump, all_readers_pass_over_it)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 1, seq = 0;
	struct wal_options o = test_options(&m->disk, &seed);
	struct parts p;
	struct wal *w = must_open(&o, &p);

	cr_assert_eq(append_batch(w, 200), 0);
	cr_assert_eq(append_next(w), WAL_OK);
	cr_assert_eq(wal_jump(w, FAR), WAL_BUSY, "not all is durable");
	cr_assert_eq(append_batch(w, 1), 0);
	cr_assert_eq(jump_wait(w), WAL_OK);
	cr_assert_eq(wal_next_seq(w), FAR);
	cr_assert_eq(wal_durable(w), 202);
	p = read_all(&m->disk, 0, UINT64_MAX);
	cr_assert_eq(p.before, 202);
	cr_assert_eq(append_batch(w, 300), 0);
	cr_assert_eq(wal_durable(w), FAR + 299);
	p = read_all(&m->disk, 0, UINT64_MAX);
	cr_assert_eq(p.before, 202);
	cr_assert_eq(p.after, 300);
	cr_assert_eq(p.wrong, 0);
	p = read_all(&m->disk, 100, wal_durable(w));
	cr_assert_eq(p.before + p.after, 103 + 300);
	cr_assert_eq(wal_read(w, 202, take, &seq), 0);
	cr_assert_eq(seq, 202);
	cr_assert_eq(wal_read(w, 203, take, &seq), WAL_ABSENT);
	cr_assert_eq(wal_read(w, FAR - 1, take, &seq), WAL_ABSENT);
	cr_assert_eq(wal_read(w, FAR, take, &seq), 0);
	cr_assert_eq(seq, FAR);
	cr_assert_eq(wal_erase(w, 203), WAL_ABSENT);
	cr_assert_eq(wal_close(w), 0);
	w = must_open(&o, &p);
	cr_assert_eq(p.before, 202);
	cr_assert_eq(p.after, 300);
	/* The old numbers go when all of them may. */
	cr_assert_geq(wal_trim(w, 203), 1);
	cr_assert_leq(wal_oldest(w), 202);
	cr_assert_geq(wal_trim(w, FAR + 1), 1);
	cr_assert_eq(wal_oldest(w), FAR);
	cr_assert_eq(wal_close(w), 0);
	memdisk_free(m);
}

/* The segment that the jump leaves may hold nothing at all. */
Test(wal_jump, from_an_empty_segment)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 1;
	struct wal_options o = test_options(&m->disk, &seed);
	struct parts p;
	struct wal *w;

	w = must_open(&o, &p);
	cr_assert_eq(jump_wait(w), WAL_OK);
	cr_assert_eq(append_batch(w, 3), 0);
	p = read_all(&m->disk, 0, wal_durable(w));
	cr_assert_eq(p.after, 3);
	cr_assert_eq(wal_close(w), 0);
	w = must_open(&o, &p);
	cr_assert_eq(p.after, 3);
	cr_assert_eq(wal_close(w), 0);
	memdisk_free(m);
}

/* Closed before an entry was written behind the jump: there was none. */
Test(wal_jump, without_an_entry_it_did_not_happen)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 1;
	struct wal_options o = test_options(&m->disk, &seed);
	struct parts p;
	struct wal *w = must_open(&o, &p);
	int i;

	cr_assert_eq(append_batch(w, 10), 0);
	for (i = 0; i < 3; i++) {
		cr_assert_eq(jump_wait(w), WAL_OK);
		cr_assert_eq(wal_close(w), 0);
		w = must_open(&o, &p);
		cr_assert_eq(p.before, 10);
		cr_assert_eq(wal_next_seq(w), 11);
		cr_assert_eq(wal_durable(w), 10);
	}
	cr_assert_eq(append_batch(w, 5), 0);
	cr_assert_eq(wal_close(w), 0);
	memdisk_free(m);
}

/* A segment that is missing is damage; only what its header says is a jump. */
Test(wal_jump, a_missing_segment_is_none)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 1, *firsts;
	struct wal_options o = test_options(&m->disk, &seed);
	char path[WAL_PATH_SIZE], err[2048];
	struct parts p;
	struct wal *w = must_open(&o, &p);
	size_t n;

	cr_assert_eq(append_batch(w, 200), 0);
	cr_assert_eq(jump_wait(w), WAL_OK);
	cr_assert_eq(append_batch(w, 200), 0);
	cr_assert_eq(wal_close(w), 0);
	cr_assert_eq(wal_segment_list(&m->disk, "wal", &firsts, &n), 0);
	cr_assert_gt(n, 5);
	wal_segment_path(path, "wal", firsts[n - 2]);
	cr_assert_gt(firsts[n - 2], FAR);
	cr_assert_eq(m->disk.unlink(m->disk.ctx, path), 0);
	cr_assert_null(wal_open(&o, NULL, NULL, 0, err, sizeof(err)));
	cr_assert_not_null(strstr(err, "segment missing"), "%s", err);
	free(firsts);
	memdisk_free(m);
}

/* The last one before the jump: the jump does not lead from what is left. */
Test(wal_jump, begins_where_its_header_says)
{
	struct memdisk *m = memdisk_new();
	uint64_t seed = 1, *firsts;
	struct wal_options o = test_options(&m->disk, &seed);
	char path[WAL_PATH_SIZE], err[2048];
	struct parts p;
	struct wal *w = must_open(&o, &p);
	size_t n, i;

	cr_assert_eq(append_batch(w, 200), 0);
	cr_assert_eq(jump_wait(w), WAL_OK);
	cr_assert_eq(append_batch(w, 20), 0);
	cr_assert_eq(wal_close(w), 0);
	cr_assert_eq(wal_segment_list(&m->disk, "wal", &firsts, &n), 0);
	for (i = 0; firsts[i] < FAR; i++)
		continue;
	wal_segment_path(path, "wal", firsts[i - 1]);
	cr_assert_eq(m->disk.unlink(m->disk.ctx, path), 0);
	cr_assert_null(wal_open(&o, NULL, NULL, 0, err, sizeof(err)));
	cr_assert_not_null(strstr(err, "segment missing"), "%s", err);
	/* Who reads from outside comes to the end of what is left. */
	p = read_all(&m->disk, 0, UINT64_MAX);
	cr_assert_eq(p.before, firsts[i - 1] - 1);
	cr_assert_eq(p.after, 0);
	free(firsts);
	memdisk_free(m);
}

/* Work until the disk dies: entries, a jump, entries. */
static uint64_t
work(struct memdisk *m)
{
	uint64_t seed = 1, durable;
	struct wal_options o = test_options(&m->disk, &seed);
	char err[2048];
	struct wal *w = wal_open(&o, NULL, NULL, 0, err, sizeof(err));

	if (w == NULL)
		return (0);
	if (append_batch(w, 7) == 0 && append_batch(w, 3) == 0 &&
	    jump_wait(w) == WAL_OK && append_batch(w, 2) == 0)
		(void)append_batch(w, 4);
	durable = wal_durable(w);
	wal_close(w);
	return (durable);
}

/* What is left opens, holds what was durable, and goes on. */
static void
check_left(struct memdisk *left, uint64_t durable)
{
	uint64_t seed = 77, end;
	struct wal_options o = test_options(&left->disk, &seed);
	struct parts p;
	struct wal *w = must_open(&o, &p);

	cr_assert_geq(p.last, durable);
	cr_assert_eq(wal_next_seq(w), p.last + 1, "a jump to nothing");
	cr_assert(p.after == 0 || p.before == 10);
	if (p.after == 0)
		cr_assert_eq(jump_wait(w), WAL_OK);
	cr_assert_eq(append_batch(w, 2), 0);
	end = wal_durable(w);
	cr_assert_eq(wal_close(w), 0);
	w = must_open(&o, &p);
	cr_assert_eq(p.last, end);
	cr_assert_gt(p.after, 1);
	cr_assert_eq(wal_close(w), 0);
}

Test(wal_jump, power_cut_at_every_step, .timeout = 120)
{
	struct memdisk *m, *left;
	uint64_t durable, cut;
	int died = 1;
	long at;

	for (at = 1; died; at++) {
		m = memdisk_new();
		m->fail_step = MEM_ANY;
		m->fail_errno = EIO;
		m->fail_dead = 1;
		m->fail_at = at;
		durable = work(m);
		died = m->dead;
		for (cut = 0; cut < CUTS; cut++) {
			left = memdisk_power_cut(m, (uint64_t)at * CUTS + cut);
			check_left(left, durable);
			memdisk_free(left);
		}
		left = memdisk_killed(m);
		check_left(left, durable);
		memdisk_free(left);
		memdisk_free(m);
	}
	cr_assert_gt(at, 30);
}
