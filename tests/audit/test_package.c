/* A package from every kind of place, and places that are no good. */

#include <criterion/criterion.h>

#include <sys/stat.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/package.h"
#include "store/entry.h"
#include "store/tile.h"
#include "store/wal.h"
#include "store/wal_segment.h"

#include "httpd.h"
#include "makelog.h"

#define FIRST 300	/* entries filled into the first log */
#define SECOND 20

static char data[200];		/* a data directory */
static char logs[220];
static struct makelog m;
static uint64_t ends[2];	/* the seq behind each log */

/* A data directory whose log/ holds two years. */
static void
setup(void)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(data, sizeof(data), "%s/package.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(data));
	(void)snprintf(logs, sizeof(logs), "%s/log", data);
	makelog_open(&m, logs);
	makelog_fill(&m, FIRST);
	makelog_turn(&m);
	ends[0] = m.base;
	makelog_fill(&m, SECOND);
	makelog_close(&m);
	ends[1] = m.seq;
}

static void
teardown(void)
{

	makelog_remove(data);
}

TestSuite(package, .init = setup, .fini = teardown);

/* The path of something below the data directory; four live at once. */
static const char *
at(const char *name)
{
	static char path[4][800];
	static unsigned turn;
	char *p = path[turn++ % 4];

	(void)snprintf(p, 800, "%s/%s", data, name);
	return (p);
}

/* Change a byte of a file. */
static void
flip(const char *path, long off)
{
	FILE *f = fopen(path, "r+");
	int c;

	cr_assert_not_null(f, "%s", path);
	cr_assert_eq(fseek(f, off, off < 0 ? SEEK_END : SEEK_SET), 0);
	c = fgetc(f);
	cr_assert_neq(c, EOF);
	cr_assert_eq(fseek(f, -1, SEEK_CUR), 0);
	(void)fputc(c ^ 1, f);
	(void)fclose(f);
}

/* Replace a file by a text. */
static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	cr_assert_not_null(f, "%s", path);
	(void)fputs(text, f);
	(void)fclose(f);
}

/* Write a wal/ with the entries first to last. */
static void
write_wal(uint64_t first, uint64_t last)
{
	struct wal_options o = { .dir = at("wal"), .node = 5,
		.segment_bytes = WAL_SEGMENT_MIN, .first_seq = first };
	char err[1400], text[ENTRY_MAX];
	struct pollfd p;
	struct entry e;
	struct wal *w;
	size_t len;
	int rc;

	w = wal_open(&o, NULL, NULL, 0, err, sizeof(err));
	cr_assert_not_null(w, "%s", err);
	for (; first <= last; first++) {
		entry_clear(&e, ENTRY_HEARTBEAT);
		e.seq = first;
		e.t = m.t + (int64_t)(first - ends[1] + 1) * 60000;
		len = entry_print(&e, text, sizeof(text));
		while ((rc = wal_append(w, first, text, len, NULL, 0)) ==
		    WAL_BUSY) {
			(void)wal_submit(w);
			p = (struct pollfd){ wal_eventfd(w), POLLIN, 0 };
			cr_assert_eq(poll(&p, 1, 10000), 1);
			(void)wal_collect(w);
		}
		cr_assert_eq(rc, WAL_OK);
		(void)wal_flush_inline(w);
	}
	cr_assert_eq(wal_close(w), 0);
}

/* Open a package that must be good. */
static struct package *
open_good(const char *where)
{
	char err[PACKAGE_ERROR_MAX] = "";
	enum package_fault fault;
	struct package *p = package_open(where, &fault, err);

	cr_assert_not_null(p, "%s: %s", where, err);
	cr_assert_eq(fault, PACKAGE_FINE);
	return (p);
}

/* Open one that must not be, and say so. */
static void
open_bad(const char *where, enum package_fault want, const char *text)
{
	const struct package_options o = { .timeout_ms = 300 };
	char err[PACKAGE_ERROR_MAX] = "";
	enum package_fault fault;
	struct package *p = package_open_with(where, &o, &fault, err);

	cr_assert_null(p, "%s", where);
	cr_expect_eq(fault, want, "%s: fault %d: %s", where, (int)fault, err);
	cr_expect_not_null(strstr(err, text), "%s: %s", where, err);
}

/* A walk: entries in order, without a gap. */
struct walk {
	uint64_t first, last, n, stop_at;
	size_t log;
};

static int
step(void *arg, const struct package_entry *e)
{
	static struct entry parsed;
	struct walk *w = arg;
	size_t where;

	cr_assert_eq(entry_parse(&parsed, e->text, e->len, &where), 0);
	cr_assert_eq(parsed.seq, e->seq);
	if (w->n++ == 0)
		w->first = e->seq;
	else
		cr_assert_eq(e->seq, w->last + 1);
	w->last = e->seq;
	w->log = e->log;
	return (e->seq == w->stop_at ? 7 : 0);
}

/* Walk from a seq on. */
static struct walk
walk(struct package *p, uint64_t from)
{
	struct walk w = { .n = 0 };

	cr_assert_eq(package_each(p, from, step, &w), 0, "%s",
	    package_error(p));
	return (w);
}

Test(package, log_directory_has_all_years)
{
	struct package *p = open_good(logs);
	struct package_entry e;
	struct walk w;

	cr_assert_eq(package_count(p), 2);
	cr_expect_str_eq(package_log(p, 0)->name, "2026.1");
	cr_expect_str_eq(package_log(p, 1)->name, "2027.1");
	cr_expect_eq(package_log(p, 0)->base, 1);
	cr_expect_eq(package_log(p, 1)->base, ends[0]);
	cr_expect_eq(package_listed(p, 0), 1);
	cr_expect_null(package_wal(p));
	cr_expect(package_whole(p));
	w = walk(p, 0);
	cr_expect_eq(w.first, 1);
	cr_expect_eq(w.last, ends[1] - 1);
	cr_expect_eq(w.log, 1);
	w = walk(p, ends[0] - 1);
	cr_expect_eq(w.first, ends[0] - 1);
	cr_expect_eq(w.n, ends[1] - ends[0] + 1);
	w = walk(p, ends[1]);
	cr_expect_eq(w.n, 0);
	w = (struct walk){ .stop_at = 9 };
	cr_expect_eq(package_each(p, 3, step, &w), 7);
	cr_expect_eq(w.last, 9);
	cr_expect_eq(package_read(p, ends[0], &e), 0);
	cr_expect_eq(e.seq, ends[0]);
	cr_expect_eq(e.log, 1);
	cr_expect_eq(package_read(p, 0, &e), 1);
	cr_expect_eq(package_read(p, ends[1], &e), 1);
	cr_expect_eq(package_last(p), ends[1] - 1);
	package_close(p);
}

Test(package, single_log)
{
	struct package *p = open_good(at("log/2027.1"));
	size_t len;
	char *text;

	cr_assert_eq(package_count(p), 1);
	cr_expect_str_eq(package_log(p, 0)->name, "2027.1");
	cr_expect_not(package_whole(p));
	cr_expect_eq(walk(p, 0).first, ends[0]);
	text = package_policy(p, m.hash, &len);
	cr_expect_not_null(text, "the policies beside it are found");
	free(text);
	package_close(p);
	package_close(open_good(at("log/2027.1///")));
}

Test(package, wal_behind_the_logs)
{
	struct package_entry e;
	struct package *p;
	struct walk w;

	write_wal(ends[1] - 10, ends[1] + 150);
	p = open_good(data);
	cr_expect_not_null(package_wal(p));
	w = walk(p, 0);
	cr_expect_eq(w.first, 1);
	cr_expect_eq(w.last, ends[1] + 150);
	cr_expect_eq(w.log, package_count(p));
	w = walk(p, ends[1] + 100);
	cr_expect_eq(w.first, ends[1] + 100);
	cr_expect_eq(package_read(p, ends[1] + 150, &e), 0);
	cr_expect_eq(e.seq, ends[1] + 150);
	cr_expect_eq(package_read(p, ends[1] + 151, &e), 1);
	cr_expect_eq(package_last(p), ends[1] + 150);
	package_close(p);
}

Test(package, wal_alone)
{
	struct package_entry e;
	struct package *p;

	write_wal(5, 200);
	makelog_remove(logs);
	p = open_good(data);
	cr_expect_eq(package_count(p), 0);
	cr_expect_eq(walk(p, 0).first, 5);
	cr_expect_eq(package_last(p), 200);
	cr_expect_eq(package_read(p, 3, &e), 1, "%s", package_error(p));
	cr_expect_eq(package_read(p, 77, &e), 0);
	package_close(p);
	p = open_good(at("wal"));
	cr_expect_eq(walk(p, 150).n, 51);
	cr_expect_eq(package_each(p, 3, step, NULL), -1);
	cr_expect_eq(package_fault(p), PACKAGE_DAMAGED);
	cr_expect_not_null(strstr(package_error(p), "no longer held"));
	package_close(p);
}

Test(package, wal_that_does_not_join_the_logs)
{
	struct walk w = { .n = 0 };
	struct package *p;

	write_wal(ends[1] + 3, ends[1] + 9);
	p = open_good(data);
	cr_expect_eq(package_each(p, 0, step, &w), -1);
	cr_expect_eq(package_fault(p), PACKAGE_DAMAGED);
	cr_expect_not_null(strstr(package_error(p), "are missing"), "%s",
	    package_error(p));
	package_close(p);
}

Test(package, damaged_wal_is_told)
{
	struct walk w = { .n = 0 };
	char path[WAL_PATH_SIZE];
	uint64_t *firsts;
	struct package *p;
	size_t n;

	write_wal(ends[1], ends[1] + 200);
	cr_assert_eq(wal_segment_list(&disk_real, at("wal"), &firsts, &n), 0);
	cr_assert_gt(n, 1);
	wal_segment_path(path, at("wal"), firsts[0]);
	free(firsts);
	flip(path, 4096 + 40);
	p = open_good(data);
	cr_expect_eq(package_each(p, 0, step, &w), -1);
	cr_expect_eq(package_fault(p), PACKAGE_DAMAGED);
	cr_expect_not_null(strstr(package_error(p), "the record is damaged"), "%s",
	    package_error(p));
	cr_expect_eq(w.last, ends[1] - 1);
	package_close(p);
}

Test(package, logs_that_grew_are_read_on)
{
	struct walk w = { .n = 0 };
	struct package *p;
	struct makelog more;
	char other[300];

	/* Two copies of one log, the longer of which takes the other's place. */
	(void)snprintf(other, sizeof(other), "%s/other", data);
	makelog_open(&more, other);
	makelog_fill(&more, 10);
	makelog_publish(&more);
	makelog_remove(logs);
	cr_assert_eq(rename(other, logs), 0);
	write_wal(34, 40);
	p = open_good(data);
	cr_assert_eq(package_last(p), 40);
	cr_assert_eq(rename(logs, other), 0);
	makelog_fill(&more, 20);
	makelog_close(&more);
	cr_assert_eq(rename(other, logs), 0);
	cr_expect_eq(package_each(p, 0, step, &w), 0, "%s",
	    package_error(p));
	cr_expect_eq(w.last, 40);
	cr_expect_eq(w.n, 40);
	package_close(p);
}

Test(package, policy)
{
	struct package *p = open_good(logs);
	char path[500], hash[68], *text;
	size_t len;

	text = package_policy(p, m.hash, &len);
	cr_assert_not_null(text, "%s", package_error(p));
	cr_expect_eq(len, strlen(text));
	cr_expect_not_null(strstr(text, "2026.11-a"));
	free(text);
	memcpy(hash, m.hash, sizeof(hash));
	hash[0] = hash[0] == '0' ? '1' : '0';
	cr_expect_null(package_policy(p, hash, &len));
	cr_expect_eq(package_fault(p), PACKAGE_ABSENT);
	cr_expect_null(package_policy(p, "../../etc/passwd", &len));
	cr_expect_eq(package_fault(p), PACKAGE_DAMAGED);
	(void)snprintf(path, sizeof(path), "log/policy/%s.policy", m.hash);
	flip(at(path), 3);
	cr_expect_null(package_policy(p, m.hash, &len));
	cr_expect_eq(package_fault(p), PACKAGE_DAMAGED);
	package_close(p);
}

Test(package, places_that_are_no_good)
{

	open_bad(at("nothing"), PACKAGE_ABSENT, "no such directory");
	cr_assert_eq(mkdir(at("empty"), 0700), 0);
	open_bad(at("empty"), PACKAGE_ABSENT, "no log here");
	put(at("file"), "x");
	open_bad(at("file"), PACKAGE_ABSENT, "no such directory");
	put(at("log/logs"), "2026.1\n2027.1\n2028.1\n");
	open_bad(logs, PACKAGE_DAMAGED, "2028.1/checkpoint: not there");
	put(at("log/logs"), "2026.1\n2027.1\nmore\n");
	open_bad(logs, PACKAGE_DAMAGED, "\"more\" is not the name");
	put(at("log/logs"), "2026.1\n2027.1");
	open_bad(logs, PACKAGE_DAMAGED, "no end");
	put(at("log/logs"), "2026.1\n2026.1\n");
	open_bad(logs, PACKAGE_DAMAGED, "twice");
	put(at("log/logs"), "../../x\n");
	open_bad(logs, PACKAGE_DAMAGED, "is not the name");
	(void)unlink(at("log/logs"));
	package_close(open_good(logs));
	flip(at("log/2027.1/tile/entries/000.p/23"), 5);
	open_bad(logs, PACKAGE_DAMAGED, "2027.1: tile/entries/000.p/23: entry 0");
	put(at("log/2027.1/checkpoint"), "hello\n");
	open_bad(logs, PACKAGE_DAMAGED, "2027.1/checkpoint");
}

Test(package, damaged_logs_are_kept_when_asked_for)
{
	const struct package_options o = { .damaged = 1 };
	char err[PACKAGE_ERROR_MAX];
	enum package_fault fault;
	struct package *p;

	put(at("log/2026.1/checkpoint"), "hello\n");
	p = package_open_with(logs, &o, &fault, err);
	cr_assert_not_null(p, "%s", err);
	cr_assert_eq(package_count(p), 2);
	cr_expect_not_null(package_trouble(p, 0));
	cr_expect_null(package_trouble(p, 1));
	package_close(p);
}

Test(package, altered_entry_ends_the_walk)
{
	struct walk w = { .n = 0 };
	struct package *p;

	flip(at("log/2026.1/tile/entries/000"), 60000);
	p = open_good(logs);
	cr_expect_eq(package_each(p, 0, step, &w), -1);
	cr_expect_eq(package_fault(p), PACKAGE_DAMAGED);
	cr_expect_not_null(strstr(package_error(p), "2026.1: tile/entries/000"),
	    "%s", package_error(p));
	package_close(p);
}

Test(package, file_address)
{
	char where[300];
	struct package *p;

	(void)snprintf(where, sizeof(where), "file://%s", logs);
	p = open_good(where);
	cr_expect_eq(walk(p, 0).last, ends[1] - 1);
	package_close(p);
	(void)snprintf(where, sizeof(where), "file://%s/2026.1/", logs);
	p = open_good(where);
	cr_expect_eq(package_count(p), 1);
	package_close(p);
	(void)snprintf(where, sizeof(where), "file://%s/policy", logs);
	open_bad(where, PACKAGE_ABSENT, "neither");
}

Test(package, web_address)
{
	struct httpd *h = httpd_start(data);
	char where[200];
	struct package *p;
	size_t len;
	char *text;

	(void)snprintf(where, sizeof(where), "%s/log", httpd_address(h));
	p = open_good(where);
	cr_expect_eq(walk(p, 0).last, ends[1] - 1);
	text = package_policy(p, m.hash, &len);
	cr_expect_not_null(text, "%s", package_error(p));
	free(text);
	package_close(p);
	(void)snprintf(where, sizeof(where), "%s/log/2027.1",
	    httpd_address(h));
	p = open_good(where);
	cr_expect_eq(package_count(p), 1);
	package_close(p);
	httpd_stop(h);
}

Test(package, bad_servers)
{
	static const struct {
		enum httpd_mode mode;
		enum package_fault fault;
		const char *text;
	} bad[] = {
		{ HTTPD_SHORT, PACKAGE_AWAY, "/log/logs" },
		{ HTTPD_HANG, PACKAGE_AWAY, "/log/logs" },
		{ HTTPD_BROKEN, PACKAGE_AWAY, "the server answers 500" },
		{ HTTPD_FORBIDDEN, PACKAGE_DENIED, "the server answers 403" },
		{ HTTPD_AWAY_FILE, PACKAGE_AWAY, "disabled" },
		{ HTTPD_AWAY_HTTPS, PACKAGE_AWAY, "disabled" },
		{ HTTPD_AROUND, PACKAGE_AWAY, "redirects" },
		{ HTTPD_ENDLESS, PACKAGE_DAMAGED, "longer than" }
	};
	struct httpd *h = httpd_start(data);
	struct walk w = { .n = 0 };
	struct package *p;
	char where[200];
	size_t i;

	(void)snprintf(where, sizeof(where), "%s/none", httpd_address(h));
	open_bad(where, PACKAGE_ABSENT, "neither");
	(void)snprintf(where, sizeof(where), "%s/log?a=b", httpd_address(h));
	open_bad(where, PACKAGE_ABSENT, "no ?");
	(void)snprintf(where, sizeof(where), "%s/log", httpd_address(h));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		httpd_mode(h, bad[i].mode, "logs");
		open_bad(where, bad[i].fault, bad[i].text);
	}
	/* In the middle of the reading. */
	httpd_mode(h, HTTPD_SHORT, "entries/001");
	p = open_good(where);
	cr_expect_eq(package_each(p, 0, step, &w), -1);
	cr_expect_eq(package_fault(p), PACKAGE_AWAY);
	cr_expect_eq(w.last, TILE_WIDTH);
	package_close(p);
	httpd_stop(h);
	open_bad(where, PACKAGE_AWAY, "127.0.0.1");
}

Test(package, no_right_to_read)
{

	if (geteuid() == 0)
		cr_skip_test("skipped: root may read everything");
	cr_assert_eq(chmod(logs, 0), 0);
	open_bad(data, PACKAGE_DENIED, "Permission denied");
	cr_assert_eq(chmod(logs, 0700), 0);
}
