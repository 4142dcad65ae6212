#include "waltest.h"
#include "store/wal_format.h"
#include "store/wal_recover.h"

/*
 * Damaged logs: each single flipped bit and each truncation is either refused
 * or leaves a prefix that holds all entries of the batches that were durable,
 * and never a wrong entry.
 */

#define BATCHES	40	/* Of three entries */

/* Write a log of BATCHES batches over some segments. */
static struct memdisk *
make_log_seeded(int clean, uint64_t seed)
{
	struct memdisk *m = memdisk_new(), *killed;
	struct wal_options o = test_options(&m->disk, &seed);
	char err[2048];
	struct wal *w = wal_open(&o, NULL, NULL, 0, err, sizeof(err));
	int i;

	for (i = 0; i < BATCHES; i++)
		cr_assert_eq(append_batch(w, 3), 0);
	if (clean) {
		wal_close(w);
		return (m);
	}
	killed = memdisk_killed(m);
	wal_close(w);
	memdisk_free(m);
	return (killed);
}

static struct memdisk *
make_log(int clean)
{
	return (make_log_seeded(clean, 1));
}

/* Recover m; how many entries, all of them right, or -1 if it is refused. */
static long
recovered(struct memdisk *m, char *err, size_t errlen)
{
	uint64_t seed = 99;
	struct wal_options o = test_options(&m->disk, &seed);
	struct wal_index ix;
	struct wal_tail t;
	struct wal_reader *r;
	struct wal_entry e;
	struct seen s = { 0 };

	o.first_seq = 1;
	wal_index_init(&ix);
	if (wal_recover(&o, &ix, &t, err, errlen) != 0) {
		wal_index_free(&ix);
		return (-1);
	}
	m->disk.close(m, t.fd);
	wal_index_free(&ix);
	r = wal_reader_open(&m->disk, "wal", NODE, 0, err, errlen);
	cr_assert_not_null(r, "%s", err);
	while (wal_reader_next(r, UINT64_MAX, &e) == 1)
		see(&s, &e);
	cr_assert_eq(s.wrong, 0);
	cr_assert_eq(s.count + 1, t.seq);
	wal_reader_close(r);
	return ((long)s.count);
}

static struct mem_name *
segment(struct memdisk *m, int i)
{
	for (; i < MEM_FILES; i++)
		if (m->now[i].file != NULL &&
		    strstr(m->now[i].name, ".wal") != NULL)
			return (&m->now[i]);
	return (NULL);
}

/* Flip a bit of each byte of each segment. */
static void
flip_everywhere(int clean)
{
	struct memdisk *m = make_log(clean), *c;
	long n, all = 3 * BATCHES, refused = 0, cut = 0;
	struct mem_name *f;
	char err[2048];
	size_t off;
	int i;

	for (i = 0; (f = segment(m, i)) != NULL; i = (int)(f - m->now) + 1) {
		for (off = 0; off < f->file->len; off++) {
			if (f->file->now[off] == 0 && off % 61 != 0)
				continue;
			c = memdisk_killed(m);
			mem_find(c->now, f->name)->file->now[off] ^=
			    (uint8_t)(1u << (off * 7 % 8));
			n = recovered(c, err, sizeof(err));
			memdisk_free(c);
			if (n == -1)
				refused++;
			else if (n < all)
				cut++;
			cr_assert(n == -1 || n == all || (!clean &&
			    n >= all - 3), "%s byte %zu: %ld entries left",
			    f->name, off, n);
		}
	}
	cr_assert_gt(refused, 1000);
	cr_assert(clean ? cut == 0 : cut > 0);
	memdisk_free(m);
}

Test(wal_damage, each_flip_in_a_log_closed_cleanly_is_noticed)
{
	flip_everywhere(1);
}

Test(wal_damage, each_flip_in_a_log_cut_off_is_noticed_or_in_its_last_batch)
{
	flip_everywhere(0);
}

/* Recovery ends with a batch of its own, so it leaves no such blind spot. */
Test(wal_damage, each_flip_after_a_recovery_is_noticed)
{
	struct memdisk *m = make_log(0), *c;
	struct mem_name *f = NULL, *g;
	char err[2048];
	size_t off;
	long n;
	int i;

	cr_assert_eq(recovered(m, err, sizeof(err)), 3 * BATCHES);
	for (i = 0; (g = segment(m, i)) != NULL; i = (int)(g - m->now) + 1)
		if (f == NULL || strcmp(g->name, f->name) > 0)
			f = g;
	for (off = 0; off < f->file->len; off++) {
		if (f->file->now[off] == 0)
			continue;
		c = memdisk_killed(m);
		mem_find(c->now, f->name)->file->now[off] ^= 0x10;
		n = recovered(c, err, sizeof(err));
		cr_assert(n == -1 || n == 3 * BATCHES, "byte %zu: %ld", off,
		    n);
		memdisk_free(c);
	}
	memdisk_free(m);
}

Test(wal_damage, each_truncation_is_refused)
{
	struct memdisk *m = make_log(0), *c;
	struct mem_name *f;
	char err[2048];
	size_t len;
	int i;

	for (i = 0; (f = segment(m, i)) != NULL; i = (int)(f - m->now) + 1) {
		for (len = 0; len < f->file->len; len += 1 + len % 3) {
			c = memdisk_killed(m);
			mem_find(c->now, f->name)->file->len = len;
			cr_assert_eq(recovered(c, err, sizeof(err)), -1,
			    "%s cut to %zu", f->name, len);
			memdisk_free(c);
		}
	}
	memdisk_free(m);
}

/* Each point where the writing of the log may have ended in zeros. */
Test(wal_damage, each_torn_end_is_cut_or_refused)
{
	struct memdisk *m = make_log(0), *c;
	struct mem_name *f = NULL, *g;
	char err[2048];
	size_t off, used;
	long n, most = -1;
	int i;

	for (i = 0; (g = segment(m, i)) != NULL; i = (int)(g - m->now) + 1)
		if (f == NULL || strcmp(g->name, f->name) > 0)
			f = g;
	for (used = f->file->len; f->file->now[used - 1] == 0; used--)
		continue;
	for (off = WAL_PAGE; off <= used; off++) {
		struct mem_file *file;

		c = memdisk_killed(m);
		file = mem_find(c->now, f->name)->file;
		memset(file->now + off, 0, file->len - off);
		n = recovered(c, err, sizeof(err));
		cr_assert_geq(n, most, "zeros from %zu: %ld after %ld", off,
		    n, most);
		most = n;
		memdisk_free(c);
	}
	cr_assert_eq(most, 3 * BATCHES);
	memdisk_free(m);
}

Test(wal_damage, a_missing_segment_is_refused_with_file_and_seq)
{
	struct memdisk *m = make_log(1);
	char err[2048], name[64];
	struct mem_name *f, *g;
	int i;

	strcpy(name, "z");
	for (i = 0, f = NULL; (g = segment(m, i)) != NULL;
	    i = (int)(g - m->now) + 1)
		if (strcmp(g->name, "00000000000000000001.wal") != 0 &&
		    strcmp(g->name, name) < 0) {
			f = g;
			strcpy(name, g->name);
		}
	cr_assert_not_null(f);
	mem_set(m->now, name, NULL);
	cr_assert_eq(recovered(m, err, sizeof(err)), -1);
	cr_assert_not_null(strstr(err, "segment missing"), "%s", err);
	cr_assert_not_null(strstr(err, ".wal: offset "), "%s", err);
	memdisk_free(m);
}

/* A segment of another life of the log under a name of this one. */
Test(wal_damage, a_stale_segment_or_record_does_not_fit)
{
	struct memdisk *m = make_log(1), *n = memdisk_new();
	uint64_t seed = 1234;
	struct wal_options o = test_options(&n->disk, &seed);
	const char *first = "00000000000000000001.wal";
	struct mem_file *a, *b;
	struct wal *w;
	char err[2048];

	w = wal_open(&o, NULL, NULL, 0, err, sizeof(err));
	cr_assert_eq(append_batch(w, 20), 0);
	wal_close(w);
	a = mem_find(m->now, first)->file;
	b = mem_find(n->now, first)->file;

	/* The same entries in the same places, yet another nonce. */
	memcpy(b->now + WAL_PAGE, a->now + WAL_PAGE, SMALL - WAL_PAGE);
	cr_assert_leq(recovered(n, err, sizeof(err)), 0);
	memcpy(a->now, b->now, SMALL);
	cr_assert_eq(recovered(m, err, sizeof(err)), -1);
	memdisk_free(m);
	memdisk_free(n);
}

/* A segment with the same numbers and entries, of another life of the log. */
Test(wal_damage, an_exchanged_segment_does_not_continue)
{
	struct memdisk *m = make_log_seeded(1, 1), *n = make_log_seeded(1, 2);
	struct mem_name *f = NULL, *g;
	char err[2048];
	int i;

	for (i = 0; (g = segment(m, i)) != NULL; i = (int)(g - m->now) + 1)
		if (f == NULL || strcmp(g->name, f->name) > 0)
			f = g;
	cr_assert_neq(strcmp(f->name, "00000000000000000001.wal"), 0);
	cr_assert_not_null(mem_find(n->now, f->name));
	memcpy(f->file->now, mem_find(n->now, f->name)->file->now, SMALL);
	cr_assert_eq(recovered(m, err, sizeof(err)), -1);
	cr_assert_not_null(strstr(err, "does not continue"), "%s", err);
	memdisk_free(m);
	memdisk_free(n);
}

Test(wal_damage, another_nodes_log_is_refused)
{
	struct memdisk *m = make_log(1);
	uint64_t seed = 1;
	struct wal_options o = test_options(&m->disk, &seed);
	char err[2048];

	o.node ^= 1;
	cr_assert_null(wal_open(&o, NULL, NULL, 0, err, sizeof(err)));
	cr_assert_not_null(strstr(err, "another node"), "%s", err);
	memdisk_free(m);
}
