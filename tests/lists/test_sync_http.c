/* sync against servers that break off, lie, or do not stop. */
#include <sys/stat.h>

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lists/httpget.h"

#include "synckit.h"

#define BIG 300000

/* The size of a target's part below incoming/, or -1. */
static long
part_size(struct synckit *k, const char *path)
{
	char text[600];
	struct stat st;

	(void)snprintf(text, sizeof(text),
	    "data/lists/incoming/targets/%s.part", path);
	return (stat(synckit_path(k, text), &st) == 0 ? (long)st.st_size : -1);
}

/* Write what an earlier round might have left of a target: n bytes, of which the
 * last is wrong if it is to be. */
static void
leave_part(struct synckit *k, const char *path, size_t n, int wrong)
{
	char from[600], to[600];
	size_t len;
	char *p;
	FILE *f;

	(void)snprintf(from, sizeof(from), "repo/targets/%s", path);
	(void)snprintf(to, sizeof(to), "data/lists/incoming/targets/%s.part",
	    path);
	cr_assert_not_null(p = tufkit_read(synckit_path(k, from), &len));
	p[n - 1] ^= (char)wrong;
	cr_assert_not_null(f = fopen(synckit_path(k, to), "we"));
	cr_assert_eq(fwrite(p, 1, n, f), n);
	(void)fclose(f);
	free(p);
}

/* A repository with a large list, served, of which version 1 is here already. */
static struct synckit *
begin(const char **big)
{
	struct synckit *k = synckit_new();

	synckit_serve(k);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	*big = synckit_snapshot(k, "sanction", 2, BIG);
	tufkit_publish(k->repo);
	synchttpd_forget(k->http);
	return (k);
}

/* All that was to come is there. */
static void
done(struct synckit *k, const char *big)
{

	cr_expect_eq(synckit_whole(k, (const char *[]){ big, NULL }), 2);
	cr_expect_eq(part_size(k, big), -1);
}

Test(sync_http, goes_on_where_it_was_cut_off)
{
	const char *big;
	struct synckit *k = begin(&big);

	synchttpd_mode(k->http, SYNCHTTPD_CUT, "sanction", 100000);
	cr_expect_eq(synckit_once(k), -1);
	cr_expect_eq(synckit_whole(k, NULL), 1, "the old one stays");
	cr_expect_eq(part_size(k, big), 100000);
	cr_expect_eq(synckit_once(k), -1);
	cr_expect_eq(part_size(k, big), 200000);
	cr_expect_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.resumed_bytes, 200000);
	cr_expect(k->r.bytes < 105000);
	cr_expect_eq(synchttpd_asked(k->http, "bytes=200000-"), 1);
	done(k, big);
	synckit_free(k);
}

Test(sync_http, goes_on_with_another_source)
{
	const char *big;
	struct synckit *k = begin(&big);

	k->o.source[1] = k->repo->dir;
	k->o.nsources = 2;
	synchttpd_mode(k->http, SYNCHTTPD_CUT, "sanction", 100000);
	cr_expect_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.source, 1);
	cr_expect_eq(k->r.resumed_bytes, 100000);
	done(k, big);
	synckit_free(k);
}

Test(sync_http, takes_all_of_it_from_a_server_without_ranges)
{
	const char *big;
	struct synckit *k = begin(&big);

	synchttpd_mode(k->http, SYNCHTTPD_CUT, "sanction", 100000);
	cr_expect_eq(synckit_once(k), -1);
	synchttpd_mode(k->http, SYNCHTTPD_NO_RANGE, "sanction", 0);
	cr_expect_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.resumed_bytes, 0);
	cr_expect(k->r.bytes >= BIG);
	done(k, big);
	synckit_free(k);
}

Test(sync_http, throws_a_spoilt_part_away_and_fetches_it_whole_once)
{
	const char *big;
	struct synckit *k = begin(&big);

	leave_part(k, big, 50000, 1);
	cr_expect_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(synchttpd_asked(k->http, "bytes=50000-"), 1);
	cr_expect_eq(synchttpd_asked(k->http, "sanction"), 2);
	done(k, big);
	synckit_free(k);
}

Test(sync_http, believes_no_part_that_is_whole_or_too_long)
{
	const char *big;
	struct synckit *k = begin(&big);

	leave_part(k, big, BIG, 1);
	cr_expect_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(synchttpd_asked(k->http, "sanction"), 1);
	done(k, big);
	synckit_free(k);

	k = begin(&big);
	leave_part(k, big, BIG, 0);
	cr_expect_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(synchttpd_asked(k->http, "sanction"), 0);
	done(k, big);
	synckit_free(k);
}

Test(sync_http, takes_it_whole_where_the_part_is_odd)
{
	static const enum synchttpd_mode odd[] = { SYNCHTTPD_ODD_RANGE,
	    SYNCHTTPD_NO_PART };
	const char *big;
	struct synckit *k;
	size_t i;

	for (i = 0; i < 2; i++) {
		k = begin(&big);
		leave_part(k, big, 50000, 0);
		synchttpd_mode(k->http, odd[i], "sanction", 0);
		cr_expect_eq(synckit_once(k), 0, "%zu: %s", i, k->err);
		cr_expect_eq(synchttpd_asked(k->http, "sanction"), 2);
		done(k, big);
		synckit_free(k);
	}
}

Test(sync_http, keeps_nothing_of_a_file_that_is_another)
{
	static const enum synchttpd_mode bad[] = { SYNCHTTPD_GARBLED,
	    SYNCHTTPD_SHORT, SYNCHTTPD_LONGER, SYNCHTTPD_ENDLESS };
	const char *big;
	struct synckit *k;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		k = begin(&big);
		synchttpd_mode(k->http, bad[i], "sanction", 7);
		cr_expect_eq(synckit_once(k), -1, "%zu", i);
		cr_expect_eq(part_size(k, big), -1, "%zu", i);
		cr_expect_eq(synckit_whole(k, NULL), 1, "%zu", i);
		cr_expect(k->r.bytes <= BIG + 8192, "%zu", i);
		synchttpd_mode(k->http, SYNCHTTPD_FILES, "", 0);
		cr_expect_eq(synckit_once(k), 0, "%s", k->err);
		done(k, big);
		synckit_free(k);
	}
}

Test(sync_http, ends_with_a_sentence_whatever_the_server_does)
{
	static const struct {
		enum synchttpd_mode mode;
		const char *part, *say;
	} bad[] = {
		{ SYNCHTTPD_BROKEN, "timestamp", "answers 500" },
		{ SYNCHTTPD_BROKEN, "sanction", "answers 500" },
		{ SYNCHTTPD_FORBIDDEN, "sanction", "answers 403" },
		{ SYNCHTTPD_ABSENT, "sanction", "not there" },
		{ SYNCHTTPD_ABSENT, "timestamp", "no timestamp" },
		{ SYNCHTTPD_ENDLESS, "timestamp", "longer than" },
		{ SYNCHTTPD_ENDLESS, "2.root", "longer than" },
		{ SYNCHTTPD_ENDLESS, "2.targets", "longer than" },
		{ SYNCHTTPD_HANG, "timestamp", "timestamp.json" },
		{ SYNCHTTPD_SLOW, "timestamp", "timestamp.json" },
		{ SYNCHTTPD_SLOW, "sanction", "sanction" },
		{ SYNCHTTPD_AWAY_FILE, "timestamp", "timestamp.json" },
		{ SYNCHTTPD_AWAY_HTTPS, "timestamp", "timestamp.json" },
		{ SYNCHTTPD_AROUND, "timestamp", "redirect" },
		{ SYNCHTTPD_GARBLED, "timestamp", "timestamp" },
	};
	struct synckit *k;
	const char *big;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		k = begin(&big);
		k->o.timeout_ms = bad[i].mode == SYNCHTTPD_HANG ||
		    bad[i].mode == SYNCHTTPD_SLOW ? 300 : 5000;
		synchttpd_mode(k->http, bad[i].mode, bad[i].part, 20);
		cr_expect_eq(synckit_once(k), -1, "%zu", i);
		cr_expect(strstr(k->err, bad[i].say) != NULL, "%zu: %s", i,
		    k->err);
		cr_expect_eq(synckit_whole(k, NULL), 1);
		synchttpd_mode(k->http, SYNCHTTPD_FILES, "", 0);
		k->o.timeout_ms = 5000;
		cr_expect_eq(synckit_once(k), 0, "%zu: %s", i, k->err);
		done(k, big);
		synckit_free(k);
	}
}

Test(sync_http, tells_no_password)
{
	struct synckit *k = synckit_new();
	struct sync_status st;
	char url[200];

	synckit_serve(k);
	(void)snprintf(url, sizeof(url), "http://node7:geheim@%s/?token=t0p",
	    synchttpd_address(k->http) + 7);
	k->o.source[0] = url;
	synchttpd_mode(k->http, SYNCHTTPD_BROKEN, "", 0);
	cr_expect_eq(synckit_once(k), -1);
	cr_expect(strstr(k->err, "127.0.0.1") != NULL, "%s", k->err);
	cr_expect(strstr(k->err, "geheim") == NULL, "%s", k->err);
	cr_expect(strstr(k->err, "t0p") == NULL, "%s", k->err);
	cr_assert_eq(sync_status_read(k->data, &st), 0);
	cr_expect(strstr(st.source, "geheim") == NULL, "%s", st.source);
	cr_expect(strstr(st.last_error, "geheim") == NULL, "%s",
	    st.last_error);
	synckit_free(k);
}

/* Count the rounds of a service and end it. */
struct rounds {
	volatile int stop;
	int n, most, changed;
	struct synchttpd *http;
};

static void
tell(void *arg, const struct sync_result *r, const char *err, uint32_t next)
{
	struct rounds *x = arg;

	(void)next;
	cr_expect_null(err, "%s", err);
	x->changed += r->changed;
	if (++x->n == x->most)
		x->stop = 1;
}

Test(sync_http, a_service_is_sent_no_timestamp_twice)
{
	struct synckit *k = synckit_new();
	struct rounds x = { .most = 4 };

	synckit_serve(k);
	cr_assert_eq(sync_service(&k->o, &x.stop, tell, &x), 0);
	cr_expect_eq(x.n, 4);
	cr_expect_eq(x.changed, 1);
	cr_expect_eq(synchttpd_asked(k->http, "timestamp"), 4);
	cr_expect_eq(synchttpd_same(k->http), 3);
	synckit_free(k);
}

/* What a test of httpget gathers. */
struct gathered {
	char text[64];
	uint64_t from;
	size_t n;
};

static int
gather(void *arg, uint64_t off, const void *p, size_t len)
{
	struct gathered *g = arg;

	if (g->n == 0)
		g->from = off;
	if (len >= sizeof(g->text) - g->n)
		return (-1);
	memcpy(g->text + g->n, p, len);
	g->n += len;
	return (0);
}

Test(sync_http, gets_parts_and_escapes_names)
{
	struct synckit *k = synckit_new();
	struct httpget_options o = { .timeout_ms = 5000 };
	struct gathered g = { .n = 0 };
	struct httpget_ask ask = { .max = 10, .take = gather, .arg = &g };
	struct httpget_reply r;
	char err[HTTPGET_ERROR_MAX];
	struct httpget *h = httpget_open(&o, err);

	synckit_serve(k);
	cr_assert_not_null(h);
	tufkit_write(k->repo, "ten%20", "0123456789", 10);
	tufkit_write(k->repo, "empty", "", 0);
	cr_expect_eq(httpget_get(h, k->o.source[0], "ten ", &ask, &r, err),
	    HTTPGET_OK, "%s", err);
	cr_expect_str_eq(g.text, "0123456789");
	cr_expect_eq(r.end, 10);
	cr_expect_neq(r.etag[0], '\0');
	g = (struct gathered){ .n = 0 };
	ask.from = 4;
	cr_expect_eq(httpget_get(h, k->o.source[0], "ten ", &ask, &r, err),
	    HTTPGET_OK, "%s", err);
	cr_expect_str_eq(g.text, "456789");
	cr_expect_eq(g.from, 4);
	cr_expect_eq(r.end, 10);
	cr_expect_eq(r.partial, 1);
	ask.from = 0;
	ask.max = 9;
	cr_expect_eq(httpget_get(h, k->o.source[0], "ten ", &ask, &r, err),
	    HTTPGET_LONG);
	cr_expect_eq(httpget_get(h, k->o.source[0], "empty", &ask, &r, err),
	    HTTPGET_OK, "%s", err);
	cr_expect_eq(r.end, 0);
	ask.max = 10;
	ask.etag = "";
	cr_expect_eq(httpget_get(h, k->o.source[0], "none", &ask, &r, err),
	    HTTPGET_ABSENT);
	cr_expect_eq(httpget_get(h, "ftp://x", "none", &ask, &r, err),
	    HTTPGET_AWAY);
	httpget_close(h);
	synckit_free(k);
}

Test(sync_http, stops_when_it_is_told_to)
{
	struct synckit *k = synckit_new();
	volatile int stop = 1;
	struct httpget_options o = { .timeout_ms = 60000, .stop = &stop };
	struct gathered g = { .n = 0 };
	struct httpget_ask ask = { .max = 10, .take = gather, .arg = &g };
	struct httpget_reply r;
	char err[HTTPGET_ERROR_MAX];
	struct httpget *h = httpget_open(&o, err);

	synckit_serve(k);
	cr_assert_not_null(h);
	synchttpd_mode(k->http, SYNCHTTPD_HANG, "", 0);
	cr_expect_eq(httpget_get(h, k->o.source[0], "x", &ask, &r, err),
	    HTTPGET_STOPPED, "%s", err);
	httpget_close(h);
	synckit_free(k);
}
