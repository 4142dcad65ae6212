/* sync as a service: when it looks again, what it writes down, what it reports. */
#include <sys/stat.h>

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lists/nodestatus.h"

#include "synckit.h"

/* What a service told, and when it is to end. */
struct rounds {
	struct synckit *k;
	volatile int stop;
	int n, most, good;
	uint32_t next[32];
	char err[32][SYNC_ERROR_MAX];
	int reported;
	void (*at)(struct rounds *x);	/* after each round */
};

static void
tell(void *arg, const struct sync_result *r, const char *err, uint32_t next)
{
	struct rounds *x = arg;

	x->good += err == NULL;
	x->reported += r->reported;
	(void)snprintf(x->err[x->n], SYNC_ERROR_MAX, "%s", err != NULL ? err :
	    "");
	x->next[x->n++] = next;
	if (x->at != NULL)
		x->at(x);
	if (x->n == x->most)
		x->stop = 1;
}

/* The middle of what chance may give. */
static uint32_t
middle(void *arg)
{

	return (*(uint32_t *)arg);
}

/* Away for six rounds, then back. */
static void
come_back(struct rounds *x)
{

	synchttpd_mode(x->k->http, x->n < 6 ? SYNCHTTPD_BROKEN :
	    SYNCHTTPD_FILES, "timestamp", 0);
}

Test(sync_service, waits_twice_as_long_after_each_failure)
{
	static const uint32_t want[] = { 2000, 4000, 8000, 9000, 9000, 9000,
	    1000, 1000 };
	struct rounds x = { .k = synckit_new(), .most = 8, .at = come_back };
	size_t i;

	synckit_serve(x.k);
	x.k->o.poll_ms = 1000;
	x.k->o.backoff_max_ms = 9000;
	synchttpd_mode(x.k->http, SYNCHTTPD_BROKEN, "timestamp", 0);
	cr_assert_eq(sync_service(&x.k->o, &x.stop, tell, &x), 0);
	cr_expect_eq(x.good, 2);
	for (i = 0; i < 8; i++) {
		cr_expect_eq(x.next[i], want[i], "%zu: %u", i, x.next[i]);
		cr_expect_eq(x.k->poll[i], want[i]);
	}
	cr_expect(strstr(x.err[0], "answers 500") != NULL, "%s", x.err[0]);
	synckit_free(x.k);
}

Test(sync_service, spreads_its_looks)
{
	static const struct { uint32_t random, want; } row[] = {
		{ 0, 16000 }, { 4000, 20000 }, { 8000, 24000 }, { 8001, 16000 }
	};
	struct synckit *k = synckit_new();
	uint32_t random;
	size_t i;

	k->o.jitter_pct = 20;
	k->o.random = middle;
	k->o.random_arg = &random;
	for (i = 0; i < 4; i++) {
		struct rounds x = { .k = k, .most = 1 };

		random = row[i].random;
		cr_assert_eq(sync_service(&k->o, &x.stop, tell, &x), 0);
		cr_expect_eq(x.next[0], row[i].want, "%u", x.next[0]);
	}
	synckit_free(k);
}

/* Put a large list there once the first round is over. */
static void
publish_big(struct rounds *x)
{

	if (x->n > 1)
		return;
	(void)synckit_snapshot(x->k, "sanction", 2, 300000);
	tufkit_publish(x->k->repo);
	synchttpd_mode(x->k->http, SYNCHTTPD_CUT, "sanction", 90000);
}

Test(sync_service, goes_on_at_once_where_a_slow_line_broke_off)
{
	struct rounds x = { .k = synckit_new(), .most = 6, .at = publish_big };
	int i;

	synckit_serve(x.k);
	x.k->o.poll_ms = 1000;
	cr_assert_eq(sync_service(&x.k->o, &x.stop, tell, &x), 0);
	for (i = 0; i < 6; i++)
		cr_expect_eq(x.next[i], 1000, "%d: %u %s", i, x.next[i],
		    x.err[i]);
	cr_expect_eq(x.good, 3);
	cr_expect_eq(synckit_whole(x.k, NULL), 2);
	synckit_free(x.k);
}

Test(sync_service, does_nothing_once_it_is_to_stop)
{
	struct rounds x = { .k = synckit_new(), .stop = 1 };

	cr_assert_eq(sync_service(&x.k->o, &x.stop, tell, &x), 0);
	cr_expect_eq(x.n, 0);
	cr_expect_eq(synckit_has(x.k, "data/lists"), 0);
	synckit_free(x.k);
}

Test(sync_status, tells_attempt_success_and_error_apart)
{
	struct synckit *k = synckit_new();
	struct sync_status st;

	cr_expect_eq(sync_status_read(k->data, &st), -1);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_assert_eq(sync_status_read(k->data, &st), 0);
	cr_expect_eq(st.last_attempt, SYNCKIT_NOW);
	cr_expect_eq(st.last_success, SYNCKIT_NOW);
	cr_expect_eq(st.targets, 1);
	cr_expect_str_eq(st.source, k->repo->dir);
	cr_expect_str_empty(st.last_error);
	k->o.source[0] = "/nowhere/at\nall";
	synckit_now += 60;
	cr_expect_eq(synckit_once(k), -1);
	cr_expect_eq(k->r.targets, 1);
	cr_assert_eq(sync_status_read(k->data, &st), 0);
	cr_expect_eq(st.last_attempt, SYNCKIT_NOW + 60);
	cr_expect_eq(st.last_success, SYNCKIT_NOW);
	cr_expect_eq(st.targets, 1);
	cr_expect_str_eq(st.source, "/nowhere/at all");
	cr_expect_eq(st.fault, SYNC_AWAY);
	cr_expect(strstr(st.last_error, "No such file") != NULL, "%s",
	    st.last_error);
	synckit_free(k);
}

#define GOOD "liangka-sync/1\nattempt 20\nsuccess 0\ntargets 3\nsource /a b\n" \
    "fault none\nerror\n"

Test(sync_status, reads_nothing_but_what_it_writes)
{
	static const char *const bad[] = {
		"", "liangka-sync/1\n", "liangka-sync/2\nattempt 20\n",
		GOOD "x", GOOD "\n",
		"liangka-sync/1\nattempt 020\nsuccess 0\ntargets 3\nsource\n"
		    "fault none\nerror\n",
		"liangka-sync/1\nattempt -1\nsuccess 0\ntargets 3\nsource\n"
		    "fault none\nerror\n",
		"liangka-sync/1\nattempt 9223372036854775808\nsuccess 0\n"
		    "targets 3\nsource\nfault none\nerror\n",
		"liangka-sync/1\nattempt 1\nsuccess 0\ntargets 4294967296\n"
		    "source\nfault none\nerror\n",
		"liangka-sync/1\nattempt 1\nsuccess\ntargets 4\nsource\n"
		    "fault none\nerror\n",
		"liangka-sync/1\nattempt 1\nsuccess 0\ntargets 4\nsource \n"
		    "fault none\nerror\n",
		"liangka-sync/1\nattempt 1\nsuccess 0\ntargets 4\nsource\n"
		    "fault none\nerror x",
		"liangka-sync/1\nattempt 1\nsuccess 0\ntargets 4\nsource\n"
		    "fault none\nerrorx\n",
		"liangka-sync/1\nattempt 1\nsuccess 0\ntargets 4\nsource a\tb\n"
		    "fault none\nerror\n",
		"liangka-sync/1\nsuccess 0\nattempt 1\ntargets 4\nsource\n"
		    "fault none\nerror\n",
		"liangka-sync/1\nattempt 1\nsuccess 0\ntargets 4\nsource\n"
		    "fault odd\nerror\n",
		"liangka-sync/1\nattempt 1\nsuccess 0\ntargets 4\nsource\n"
		    "error\n"
	};
	static const struct sync_status none;
	struct sync_status s;
	char text[2048];
	size_t i;

	cr_assert_eq(sync_status_parse(&s, GOOD, strlen(GOOD)), 0);
	cr_expect_eq(s.last_attempt, 20);
	cr_expect_str_eq(s.source, "/a b");
	cr_expect_eq(sync_status_print(&s, text, sizeof(text)), strlen(GOOD));
	cr_expect_str_eq(text, GOOD);
	cr_expect_eq(sync_status_print(&s, text, strlen(GOOD)), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_expect_eq(sync_status_parse(&s, bad[i], strlen(bad[i])), -1,
		    "%zu", i);
		cr_expect_eq(memcmp(&s, &none, sizeof(s)), 0);
	}
}

/* The status that a daemon has written. */
static void
write_status(struct synckit *k, uint32_t targets)
{
	const uint8_t secret[32] = { 7 };
	struct nodestatus st = { .node = "bank.example/branch/b017", .time =
		SYNCKIT_NOW, .targets = targets };
	char note[NODESTATUS_MAX];
	struct note_signer signer;
	const struct note_signer *signers = &signer;
	size_t len;
	FILE *f;

	cr_assert_eq(note_signer_make(&signer, st.node, NOTE_ED25519, secret),
	    0);
	len = nodestatus_sign(&st, &signers, 1, note, sizeof(note));
	cr_assert_neq(len, 0);
	cr_assert_not_null(f = fopen(synckit_path(k, "data/lists/status"),
	    "we"));
	cr_assert_eq(fwrite(note, 1, len, f), len);
	(void)fclose(f);
}

#define FILE_AT_CENTRE "in/bank.example~branch~b017.status"

/* Is what lies at the centre what the daemon wrote? */
static int
arrived(struct synckit *k, const char *path)
{
	size_t a, b;
	char *x = tufkit_read(synckit_path(k, "data/lists/status"), &a);
	char *y = tufkit_read(synckit_path(k, path), &b);
	int same = x != NULL && y != NULL && a == b && memcmp(x, y, a) == 0;

	free(x);
	free(y);
	return (same);
}

Test(sync_report, carries_the_status_to_a_directory)
{
	struct synckit *k = synckit_new();

	cr_assert_eq(mkdir(synckit_path(k, "in"), 0755), 0);
	k->o.report = synckit_path(k, "in");
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.reported, 0, "there is none yet");
	cr_expect_str_empty(k->r.report_error);
	k->o.report = synckit_path(k, "in");
	write_status(k, 1);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.reported, 1);
	cr_expect(arrived(k, FILE_AT_CENTRE));
	k->o.report = synckit_path(k, "none");
	cr_assert_eq(synckit_once(k), 0, "it does not spoil the round");
	cr_expect_eq(k->r.reported, 0);
	cr_expect(strstr(k->r.report_error, "none/bank.example~branch~b017")
	    != NULL, "%s", k->r.report_error);
	synckit_free(k);
}

/* Change the status after the second round. */
static void
change_status(struct rounds *x)
{

	if (x->n == 2)
		write_status(x->k, 2);
}

Test(sync_report, puts_the_status_when_it_changed)
{
	struct rounds x = { .k = synckit_new(), .most = 4,
		.at = change_status };
	struct synckit *k = x.k;
	char where[128];

	synckit_serve(k);
	cr_assert_eq(mkdir(synckit_path(k, "repo/in"), 0755), 0);
	(void)snprintf(where, sizeof(where), "%s/in", synchttpd_address(
	    k->http));
	k->o.report = where;
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	write_status(k, 1);
	cr_assert_eq(sync_service(&k->o, &x.stop, tell, &x), 0);
	cr_expect_eq(x.reported, 2);
	cr_expect_eq(synchttpd_asked(k->http, "PUT"), 2);
	cr_expect(arrived(k, "repo/" FILE_AT_CENTRE));
	synchttpd_mode(k->http, SYNCHTTPD_FORBIDDEN, ".status", 0);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect(strstr(k->r.report_error, "answers 403") != NULL, "%s",
	    k->r.report_error);
	synckit_free(k);
}

Test(sync_report, carries_nothing_that_is_no_status)
{
	struct synckit *k = synckit_new();
	FILE *f;

	cr_assert_eq(mkdir(synckit_path(k, "in"), 0755), 0);
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_assert_not_null(f = fopen(synckit_path(k, "data/lists/status"),
	    "we"));
	(void)fputs("node ../../etc/passwd\n", f);
	(void)fclose(f);
	k->o.report = synckit_path(k, "in");
	cr_assert_eq(synckit_once(k), 0, "%s", k->err);
	cr_expect_eq(k->r.reported, 0);
	cr_expect_neq(k->r.report_error[0], '\0');
	synckit_free(k);
}
