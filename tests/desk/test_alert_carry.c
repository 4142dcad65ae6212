/* Bringing messages to receivers that are good, hang, refuse, cut off or are away. */
#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "alerthttpd.h"
#include "alertkit.h"

static volatile int stop;

/* The real clock. */
static int64_t
real_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return ((int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000);
}

static struct alert_answer got;
static int done;

static void
on_done(void *arg, size_t i, const struct alert_answer *a)
{

	(void)arg, (void)i;
	got = *a;
	done++;
}

/* Bring a message; what came of it. */
static enum alert_outcome
bring(struct alert_receiver *to, const char *body)
{
	struct alert_carry *c = alert_carry_open(real_now, &stop);
	struct alert_carrier carrier;
	struct alert_message m;

	cr_assert_not_null(c);
	alert_carry_carrier(c, &carrier);
	cr_assert_eq(alert_message_init(&m), 0);
	m.len = strlen(body);
	memcpy(m.body, body, m.len);
	(void)snprintf(m.url, sizeof(m.url), "%s", to->url);
	(void)snprintf(m.header[0], sizeof(m.header[0]), "X-Test: 1");
	m.nheaders = 1;
	done = 0;
	if (carrier.begin(carrier.arg, 3, to, &m, &got) == 0)
		while (!done)
			carrier.wait(carrier.arg, 1000, on_done, NULL);
	alert_carry_close(c);
	alert_message_free(&m);
	return (got.outcome);
}

/* A webhook at a server. */
static struct alert_receiver *
webhook(struct alerthttpd *h)
{
	static struct alert_receiver to;

	memset(&to, 0, sizeof(to));
	to.kind = ALERT_WEBHOOK;
	to.timeout = 5000;
	(void)snprintf(to.url, sizeof(to.url), "http://127.0.0.1:%d/in",
	    alerthttpd_port(h));
	return (&to);
}

Test(alert_carry, an_answer_for_every_kind_of_receiver)
{
	static const struct {
		enum alerthttpd_mode mode;
		enum alert_outcome want;
		const char *why;
	} row[] = {
		{ ALERTHTTPD_OK, ALERT_DELIVERED, "" },
		{ ALERTHTTPD_BROKEN, ALERT_LATER, "answers 500" },
		{ ALERTHTTPD_FORBIDDEN, ALERT_REFUSED, "answers 403" },
		{ ALERTHTTPD_BUSY, ALERT_LATER, "answers 429" },
		{ ALERTHTTPD_REDIRECT, ALERT_REFUSED, "not followed" },
		{ ALERTHTTPD_CUT, ALERT_LATER, "" },
		{ ALERTHTTPD_RESET, ALERT_LATER, "" },
		{ ALERTHTTPD_ENDLESS, ALERT_DELIVERED, "" },
	};
	struct alerthttpd *h = alerthttpd_start(ALERTHTTPD_OK);
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		alerthttpd_mode(h, row[i].mode);
		cr_expect_eq(bring(webhook(h), "{}"), row[i].want,
		    "%zu: %d %s", i, got.outcome, got.why);
		cr_expect(strstr(got.why, row[i].why) != NULL, "%zu: %s", i,
		    got.why);
		cr_expect_eq(got.after, row[i].mode == ALERTHTTPD_BUSY ?
		    7000 : 0);
	}
	cr_expect_eq(alerthttpd_count(h), sizeof(row) / sizeof(row[0]),
	    "a redirection was followed");
	cr_expect(strstr(alerthttpd_head(h, 0), "POST /in HTTP/1.1") ==
	    alerthttpd_head(h, 0));
	cr_expect(strstr(alerthttpd_head(h, 0), "X-Test: 1") != NULL);
	cr_expect_str_eq(alerthttpd_body(h, 0), "{}");
	alerthttpd_stop(h);
}

Test(alert_carry, one_that_hangs_is_cut_off_and_one_that_is_away_is_later)
{
	struct alerthttpd *h = alerthttpd_start(ALERTHTTPD_HANG);
	struct alert_receiver *to = webhook(h);

	to->timeout = 200;
	cr_expect_eq(bring(to, "{}"), ALERT_LATER);
	cr_expect_neq(got.why[0], '\0');
	alerthttpd_away(h, 1);
	cr_expect_eq(bring(to, "{}"), ALERT_LATER, "%s", got.why);
	alerthttpd_away(h, 0);
	alerthttpd_mode(h, ALERTHTTPD_OK);
	to->timeout = 5000;
	cr_expect_eq(bring(to, "{}"), ALERT_DELIVERED, "%s", got.why);
	alerthttpd_stop(h);
}

Test(alert_carry, a_robot_has_the_last_word)
{
	struct alerthttpd *h = alerthttpd_start(ALERTHTTPD_OK);
	struct alert_receiver *to = webhook(h);

	to->kind = ALERT_WECOM;
	alerthttpd_reply(h, "{\"errcode\":0,\"errmsg\":\"ok\"}");
	cr_expect_eq(bring(to, "{}"), ALERT_DELIVERED, "%s", got.why);
	alerthttpd_reply(h, "{\"errcode\":93000,\"errmsg\":\"invalid \x1b[2J"
	    "url\"}");
	cr_expect_eq(bring(to, "{}"), ALERT_REFUSED);
	cr_expect_str_eq(got.why, "errcode 93000: invalid ?[2Jurl");
	alerthttpd_stop(h);
}

Test(alert_carry, mail)
{
	struct alerthttpd *h = alerthttpd_start(ALERTHTTPD_MAIL);
	struct alert_receiver *to = webhook(h);

	to->kind = ALERT_MAIL;
	(void)snprintf(to->url, sizeof(to->url), "smtp://127.0.0.1:%d",
	    alerthttpd_port(h));
	(void)snprintf(to->from, sizeof(to->from), "lk@city.example");
	(void)snprintf(to->to[0], sizeof(to->to[0]), "a@b.example");
	(void)snprintf(to->to[1], sizeof(to->to[1]), "c@d.example");
	to->nto = 2;
	cr_expect_eq(bring(to, "Subject: x\r\n\r\n.\r\n..two\r\nthree\r\n"),
	    ALERT_DELIVERED, "%s", got.why);
	cr_assert_eq(alerthttpd_count(h), 1);
	cr_expect(strstr(alerthttpd_head(h, 0), "MAIL FROM:<lk@city.example>")
	    != NULL, "%s", alerthttpd_head(h, 0));
	cr_expect(strstr(alerthttpd_head(h, 0), "RCPT TO:<c@d.example>") !=
	    NULL);
	/* Dots were doubled on the way. */
	cr_expect_str_eq(alerthttpd_body(h, 0), "Subject: x\r\n\r\n..\r\n"
	    "...two\r\nthree\r\n");
	alerthttpd_mode(h, ALERTHTTPD_MAIL_LATER);
	cr_expect_eq(bring(to, "x\r\n"), ALERT_LATER, "%s", got.why);
	alerthttpd_mode(h, ALERTHTTPD_MAIL_NEVER);
	cr_expect_eq(bring(to, "x\r\n"), ALERT_REFUSED, "%s", got.why);
	alerthttpd_away(h, 1);
	cr_expect_eq(bring(to, "x\r\n"), ALERT_LATER, "%s", got.why);
	alerthttpd_stop(h);
}

/* A command that runs a shell's line, for the test. */
static enum alert_outcome
shell(const char *line, const char *body, int64_t timeout)
{
	char copy[400], sh[] = "/bin/sh", c[] = "-c";
	struct alert_receiver to = { .kind = ALERT_COMMAND, .timeout = timeout,
		.name = "duty" };

	(void)snprintf(copy, sizeof(copy), "%s", line);
	to.argv[0] = sh;
	to.argv[1] = c;
	to.argv[2] = copy;
	to.nargs = 3;
	return (bring(&to, body));
}

Test(alert_carry, commands)
{
	char dir[] = "/tmp/lk-command-XXXXXX", line[400], text[128] = "";
	char *big = malloc(200001);
	FILE *f;

	(void)signal(SIGPIPE, SIG_IGN);
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(line, sizeof(line), "cat >%s/in; echo \"$HOME$"
	    "LIANGKA_RECEIVER\" >>%s/in; ls /proc/self/fd | wc -l >>%s/in", dir,
	    dir, dir);
	cr_expect_eq(shell(line, "{\"a\":1}\n", 5000), ALERT_DELIVERED, "%s",
	    got.why);
	(void)snprintf(line, sizeof(line), "%s/in", dir);
	cr_assert_not_null(f = fopen(line, "re"));
	cr_expect_gt(fread(text, 1, sizeof(text) - 1, f), 0);
	(void)fclose(f);
	/* 0, 1, 2 and the one by which ls reads. */
	cr_expect_str_eq(text, "{\"a\":1}\nduty\n4\n");
	cr_expect_eq(shell("exit 65", "x", 5000), ALERT_REFUSED);
	cr_expect_eq(shell("exit 75", "x", 5000), ALERT_LATER);
	cr_expect_eq(shell("exit 1", "x", 5000), ALERT_LATER);
	cr_expect_eq(shell("kill -9 $$", "x", 5000), ALERT_LATER);
	/* One that reads nothing, and one that reads slowly. */
	memset(big, 'x', 200000);
	big[200000] = '\0';
	cr_expect_eq(shell("exit 0", big, 5000), ALERT_DELIVERED);
	(void)snprintf(line, sizeof(line), "test $(wc -c) = 200000");
	cr_expect_eq(shell(line, big, 5000), ALERT_DELIVERED, "%s", got.why);
	/* One that hangs is killed with what it started. */
	(void)snprintf(line, sizeof(line), "(echo $$ >%s/pid; sleep 1000; "
	    "touch %s/late) & wait", dir, dir);
	cr_expect_eq(shell(line, "x", 300), ALERT_LATER);
	cr_expect(strstr(got.why, "was killed") != NULL, "%s", got.why);
	(void)snprintf(line, sizeof(line), "rm -r %s", dir);
	cr_expect_eq(system(line), 0);
	free(big);
}

Test(alert_carry, a_program_that_is_not_there_is_refused)
{
	char none[] = "/nonexistent/program";
	struct alert_receiver to = { .kind = ALERT_COMMAND, .timeout = 1000 };

	to.argv[0] = none;
	to.nargs = 1;
	cr_expect_eq(bring(&to, "x"), ALERT_REFUSED);
	cr_expect(strstr(got.why, "does not start") != NULL, "%s", got.why);
}

/* ------------------------------------------- the service with real receivers */

/* Turns until it rests. */
static void
turn(struct alertkit *k)
{
	int i;

	alertkit_time(alertkit_now() - ALERTKIT_T0 + 1000);
	for (i = 0; i < 400; i++) {
		cr_assert_eq(alert_send_turn(k->s, 20), 0);
		if (i > 2 && alert_send_rests(k->s))
			break;
	}
}

/* How many requests were of this alert, all with the same id. */
static size_t
times(struct alerthttpd *h, uint64_t seq)
{
	size_t i, n = 0, all = alerthttpd_count(h);
	char want[48];
	const char *p;
	char id[2][33] = { "", "" };

	(void)snprintf(want, sizeof(want), "\"seq\":%llu,",
	    (unsigned long long)seq);
	for (i = 0; i < all; i++) {
		if (strstr(alerthttpd_body(h, i), want) == NULL)
			continue;
		p = strstr(alerthttpd_body(h, i), "{\"id\":\"");
		cr_assert_not_null(p);
		(void)snprintf(id[1], sizeof(id[1]), "%.32s", p + 7);
		if (n++ > 0)
			cr_expect_str_eq(id[0], id[1]);
		memcpy(id[0], id[1], sizeof(id[0]));
		(void)snprintf(want, sizeof(want), "\"seq\":%llu,",
		    (unsigned long long)seq);
	}
	return (n);
}

Test(alert_carry, nothing_is_lost_whatever_the_receiver_does)
{
	static const enum alerthttpd_mode bad[] = { ALERTHTTPD_BROKEN,
		ALERTHTTPD_HANG, ALERTHTTPD_CUT, ALERTHTTPD_RESET,
		ALERTHTTPD_REDIRECT, ALERTHTTPD_BUSY };
	struct alerthttpd *h = alerthttpd_start(ALERTHTTPD_OK);
	struct alerthttpd *other = alerthttpd_start(ALERTHTTPD_OK);
	struct alert_carry *c = alert_carry_open(real_now, &stop);
	struct alertkit *k;
	char text[1024];
	int64_t t = 0;
	size_t i;

	(void)snprintf(text, sizeof(text), "[receiver a]\nkind = webhook\n"
	    "url = \"http://127.0.0.1:%d/\"\nsecret = \"s\"\ntimeout = 200ms\n"
	    "[receiver b]\nkind = webhook\nurl = \"http://127.0.0.1:%d/\"\n"
	    "secret = \"s\"\n[default]\nprovince = a, b\n",
	    alerthttpd_port(h), alerthttpd_port(other));
	k = alertkit_new(text);
	alert_carry_carrier(c, &k->carrier);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)alertkit_alert(k, 0, ALERT_PROVINCE);
		alerthttpd_mode(h, bad[i]);
		turn(k);
		cr_expect_eq(times(other, i + 1), 1, "%zu", i);
		alerthttpd_mode(h, ALERTHTTPD_OK);
		alertkit_time(t += 40 * 60000);
		turn(k);
		cr_expect_geq(times(h, i + 1), 2, "%zu: %zu", i, times(h, i +
		    1));
	}
	alerthttpd_away(h, 1);
	(void)alertkit_alert(k, 0, ALERT_PROVINCE);
	turn(k);
	(void)alertkit_close(k);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	alerthttpd_away(h, 0);
	alertkit_time(t += 40 * 60000);
	turn(k);
	cr_expect_eq(times(h, i + 1), 1);
	cr_expect_eq(times(other, i + 1), 1);
	alert_carry_close(c);
	alertkit_free(k);
	alerthttpd_stop(h);
	alerthttpd_stop(other);
}
