#include <sys/stat.h>

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nodelog.h"
#include "store/entry.h"
#include "store/logset.h"
#include "store/tiles.h"

/* Two logs: entries 1 .. 300 in 2026.1, 301 .. 320 in 2027.1. */
static struct nodelog *
make_two(void)
{
	struct nodelog *n = nodelog_new();
	struct checkpoint head;

	cr_assert_eq(nodelog_open(n), 0, "%s", n->error);
	cr_assert_eq(nodelog_begin(n, 2026, 1, NULL), 0);
	cr_assert_eq(nodelog_put(n, 299), 0);
	cr_assert_eq(nodelog_wait(n, &head), 0, "%s", n->error);
	cr_assert_eq(nodelog_begin(n, 2027, 1, &head), 0);
	cr_assert_eq(nodelog_put(n, 19), 0);
	cr_assert_eq(nodelog_close(n), 0);
	return (n);
}

static struct logset *
must_open(struct nodelog *n)
{
	struct logset *s = logset_open(NULL, n->log_dir, n->error,
	    sizeof(n->error));

	cr_assert_not_null(s, "%s", n->error);
	return (s);
}

static void
must_refuse(struct nodelog *n, const char *why)
{

	cr_assert_null(logset_open(NULL, n->log_dir, n->error,
	    sizeof(n->error)), "opened, though: %s", why);
	cr_assert_not_null(strstr(n->error, why), "\"%s\" lacks \"%s\"",
	    n->error, why);
}

struct seen {
	uint64_t next;
	uint64_t end_at;
};

/* Entries come in order, each saying its seq. */
static int
see(void *arg, uint64_t seq, const uint8_t *p, size_t len)
{
	struct seen *s = arg;
	struct entry e;

	if (seq != s->next++ || entry_parse(&e, (const char *)p, len, NULL) !=
	    0 || e.seq != seq)
		return (-7);
	return (seq == s->end_at ? 5 : 0);
}

Test(logset, reads_across_logs)
{
	struct nodelog *n = make_two();
	struct logset *s = must_open(n);
	struct seen seen = { .next = 1 };
	const uint8_t *p;
	struct entry e;
	size_t len;

	cr_assert_eq(logset_count(s), 2);
	cr_assert_str_eq(logset_log(s, 0)->name, "2026.1");
	cr_assert_eq(logset_log(s, 0)->base, 1);
	cr_assert_eq(logset_log(s, 0)->head.size, 300);
	cr_assert_str_eq(logset_log(s, 1)->name, "2027.1");
	cr_assert_eq(logset_log(s, 1)->year, 2027);
	cr_assert_eq(logset_log(s, 1)->n, 1);
	cr_assert_eq(logset_log(s, 1)->base, 301);
	cr_assert_eq(logset_end(s), 321);
	cr_assert_eq(tiles_size(logset_tiles(s, 1)), 20);
	cr_assert_eq(logset_each(s, 1, 321, see, &seen), 0, "%s",
	    logset_error(s));
	cr_assert_eq(seen.next, 321);
	seen = (struct seen){ .next = 299, .end_at = 302 };
	cr_assert_eq(logset_each(s, 299, 310, see, &seen), 5);
	cr_assert_eq(logset_each(s, 7, 7, see, &seen), 0);
	cr_assert_eq(logset_read(s, 301, &p, &len), 0);
	cr_assert_eq(entry_parse(&e, (const char *)p, len, NULL), 0);
	cr_assert_eq(e.kind, ENTRY_LOG);
	cr_assert_eq(e.prev_size, 300);
	logset_close(s);
	nodelog_free(n);
}

Test(logset, says_which_entry_no_log_holds)
{
	struct nodelog *n = make_two();
	struct logset *s = must_open(n);
	struct seen seen = { .next = 318 };
	const uint8_t *p;
	size_t len;

	cr_assert_eq(logset_each(s, 318, 322, see, &seen), -1);
	cr_assert_not_null(strstr(logset_error(s), "entry 321"), "%s",
	    logset_error(s));
	cr_assert_eq(logset_read(s, 0, &p, &len), -1);
	logset_close(s);
	nodelog_free(n);
}

/* The log of a year has left the node. */
Test(logset, a_log_that_is_gone_leaves_a_gap)
{
	struct nodelog *n = make_two();
	char gone[3 * LOGDISK_PATH];
	struct seen seen = { .next = 1 };
	struct logset *s;

	snprintf(gone, sizeof(gone), "%s/gone", n->d->dir);
	cr_assert_eq(rename(logdisk_path(n->d, "log/2026.1"), gone), 0);
	s = must_open(n);
	cr_assert_eq(logset_count(s), 1);
	cr_assert_eq(logset_each(s, 1, 310, see, &seen), -1);
	cr_assert_not_null(strstr(logset_error(s), "entry 1"));
	seen.next = 301;
	cr_assert_eq(logset_each(s, 301, 321, see, &seen), 0);
	logset_close(s);
	nodelog_free(n);
}

/* The numbering jumps between two logs that follow each other, and nowhere else. */
Test(logset, a_gap_is_passed_over_where_a_log_declares_it)
{
	struct nodelog *n = nodelog_new(), *m = nodelog_new();
	struct wal_options far = { .dir = m->wal_dir, .node = NODELOG_NODE,
		.segment_bytes = 65536, .first_seq = 901 };
	struct checkpoint head;
	struct seen seen;
	struct logset *s;
	const uint8_t *p;
	uint64_t seq;
	size_t len;

	cr_assert_eq(nodelog_open(n), 0, "%s", n->error);
	cr_assert_eq(nodelog_begin(n, 2026, 1, NULL), 0);
	cr_assert_eq(nodelog_put(n, 299), 0);
	cr_assert_eq(nodelog_wait(n, &head), 0, "%s", n->error);
	while (wal_jump(n->wal, 901) == WAL_BUSY)
		(void)wal_collect(n->wal);
	cr_assert_eq(nodelog_begin(n, 2026, 2, &head), 0, "%s", n->error);
	cr_assert_eq(nodelog_put(n, 9), 0);
	cr_assert_eq(nodelog_close(n), 0);
	s = must_open(n);
	cr_assert(logset_log(s, 1)->follows);
	cr_assert_eq(logset_end(s), 911);
	cr_assert_eq(logset_next(s, 301, &seq, &p, &len), 1);
	cr_assert_eq(seq, 901);
	cr_assert_eq(logset_next(s, 900, &seq, &p, &len), 1);
	cr_assert_eq(seq, 901);
	cr_assert_eq(logset_next(s, 911, &seq, &p, &len), 0);
	cr_assert_eq(logset_read(s, 500, &p, &len), -1);
	seen = (struct seen){ .next = 1, .end_at = 300 };
	cr_assert_eq(logset_each(s, 1, 911, see, &seen), 5);
	seen = (struct seen){ .next = 901 };
	cr_assert_eq(logset_each(s, 301, 911, see, &seen), 0);
	cr_assert_eq(seen.next, 911);
	logset_close(s);
	/* A log that begins there too, but names none before it. */
	m->wal = wal_open(&far, NULL, NULL, 0, m->error, sizeof(m->error));
	cr_assert_eq(nodelog_open(m), 0, "%s", m->error);
	cr_assert_eq(nodelog_begin(m, 2026, 2, NULL), 0);
	cr_assert_eq(nodelog_close(m), 0);
	cr_assert_eq(rename(logdisk_path(n->d, "log/2026.2"),
	    logdisk_path(n->d, "gone")), 0);
	cr_assert_eq(rename(logdisk_path(m->d, "log/2026.2"),
	    logdisk_path(n->d, "log/2026.2")), 0);
	s = must_open(n);
	cr_assert_not(logset_log(s, 1)->follows);
	cr_assert_eq(logset_next(s, 301, &seq, &p, &len), -1);
	cr_assert_not_null(strstr(logset_error(s), "no log holds entry 301"));
	logset_close(s);
	nodelog_free(m);
	nodelog_free(n);
}

Test(logset, nothing_and_other_names_are_no_logs)
{
	struct nodelog *n = nodelog_new();
	struct logset *s = must_open(n);

	cr_assert_eq(logset_count(s), 0);
	cr_assert_eq(logset_end(s), 0);
	logset_close(s);
	mkdir(n->log_dir, 0700);
	mkdir(logdisk_path(n->d, "log/policy"), 0700);
	mkdir(logdisk_path(n->d, "log/2026.1"), 0700);	/* no checkpoint */
	mkdir(logdisk_path(n->d, "log/2026.01"), 0700);
	mkdir(logdisk_path(n->d, "log/.1"), 0700);
	mkdir(logdisk_path(n->d, "log/2026.1x"), 0700);
	s = must_open(n);
	cr_assert_eq(logset_count(s), 0);
	logset_close(s);
	logdisk_write(logdisk_path(n->d, "log/2026.1/checkpoint"), "x\n", 2);
	must_refuse(n, "2026.1/checkpoint");
	nodelog_free(n);
}

Test(logset, a_log_under_another_name_is_refused)
{
	struct nodelog *n = make_two();

	cr_assert_eq(rename(logdisk_path(n->d, "log/2027.1"),
	    logdisk_path(n->d, "log/2027.2")), 0);
	must_refuse(n, "2027.2: holds the log");
	nodelog_free(n);
}

/* A log of another history, whose entries we have, too. */
Test(logset, logs_that_overlap_are_refused)
{
	struct nodelog *n = make_two(), *m = nodelog_new();

	cr_assert_eq(nodelog_open(m), 0, "%s", m->error);
	cr_assert_eq(nodelog_begin(m, 2028, 1, NULL), 0);
	cr_assert_eq(nodelog_close(m), 0);
	cr_assert_eq(rename(logdisk_path(m->d, "log/2028.1"),
	    logdisk_path(n->d, "log/2028.1")), 0);
	must_refuse(n, "overlap");
	nodelog_free(m);
	nodelog_free(n);
}

Test(logset, an_altered_entry_is_named)
{
	struct nodelog *n = make_two();
	struct seen seen = { .next = 1 };
	struct logset *s;

	logdisk_flip(logdisk_path(n->d, "log/2026.1/tile/entries/001.p/44"),
	    40);
	s = must_open(n);
	cr_assert_eq(logset_each(s, 1, 321, see, &seen), -1);
	cr_assert_eq(seen.next, 257);
	cr_assert_not_null(strstr(logset_error(s), "entry 257"), "%s",
	    logset_error(s));
	logset_close(s);
	logdisk_flip(logdisk_path(n->d, "log/2026.1/tile/entries/000"), 40);
	must_refuse(n, "2026.1");
	nodelog_free(n);
}

/* The names are written where they are not yet, and only then. */
Test(logset, tells_the_names)
{
	struct nodelog *n = make_two();
	struct logset *s = logset_open(&n->d->disk, n->log_dir, n->error,
	    sizeof(n->error));
	size_t len;
	long steps = n->d->steps;
	char *p;

	cr_assert_eq(logset_tell(s), 0, "%s", logset_error(s));
	cr_assert_eq(n->d->steps, steps, "it was right already");
	logdisk_write(logdisk_path(n->d, "log/logs"), "2026.1\n", 7);
	cr_assert_eq(logset_tell(s), 0, "%s", logset_error(s));
	p = logdisk_read(logdisk_path(n->d, "log/logs"), &len);
	cr_assert_str_eq(p, "2026.1\n2027.1\n");
	free(p);
	logset_close(s);
	nodelog_free(n);
}
