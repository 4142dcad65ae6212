#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/playlog.h"

#include "clitest.h"
#include "jsonok.h"

static struct playlog x;

static void
setup(void)
{
	int i;

	play_init(&x, NULL);
	play_start(&x);
	for (i = 0; i < 9; i++) {
		(void)play_open(&x, i % 2 ? "abank" : "bbank", "o1", i % 3,
		    i % 4 ? LK_PRODUCT_BANK1 : LK_PRODUCT_SIM);
		play_pass(&x, 5 * PLAY_HOUR);
	}
	play_stop(&x);
}

static void
teardown(void)
{

	play_end(&x);
}

Test(log_replay, agrees, .init = setup, .fini = teardown)
{
	const struct cli_run *r = cli(NULL, "log", "replay", x.dir, NULL);

	cr_expect_eq(r->rc, 0, "%s%s", r->out, r->err);
	cr_expect_not_null(strstr(r->out, "9 decisions replayed"), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "mode a+b: no difference"), "%s",
	    r->out);
	r = cli(NULL, "log", "replay", "--data", x.dir, "--mode", "a", "--json",
	    NULL);
	cr_expect_eq(r->rc, 0, "%s%s", r->out, r->err);
	cr_expect(jsonok(r->out), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "\"mode\":\"a\""), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "\"differences\":0"), "%s", r->out);
}

Test(log_replay, only_some, .init = setup, .fini = teardown)
{
	const struct cli_run *r = cli(NULL, "log", "replay", x.dir, "--from",
	    "10", "--to", "14", NULL);

	cr_expect_eq(r->rc, 0, "%s%s", r->out, r->err);
	cr_expect_not_null(strstr(r->out, "of 14 entries"), "%s", r->out);
	cr_expect_null(strstr(r->out, "9 decisions"), "%s", r->out);
}

Test(log_replay, a_missing_policy, .init = setup, .fini = teardown)
{
	const struct cli_run *r;
	char path[400];

	snprintf(path, sizeof(path), "%s/log/policy/%s.policy", x.dir, x.hash);
	cr_assert_eq(unlink(path), 0);
	r = cli(NULL, "log", "replay", x.dir, NULL);
	cr_expect_eq(r->rc, 1, "%d %s", r->rc, r->err);
	cr_expect_not_null(strstr(r->out, x.hash), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "not replayed: their policy is not "
	    "there: 9"), "%s", r->out);
}

/* A policy file that was changed is not the one that was in force. */
Test(log_replay, a_changed_policy, .init = setup, .fini = teardown)
{
	const struct cli_run *r;
	char path[400];
	FILE *f;

	snprintf(path, sizeof(path), "%s/log/policy/%s.policy", x.dir, x.hash);
	cr_assert_not_null(f = fopen(path, "a"));
	fputs("# kinder\n", f);
	fclose(f);
	r = cli(NULL, "log", "replay", x.dir, NULL);
	cr_expect_eq(r->rc, 1, "%d %s", r->rc, r->err);
}

Test(log_replay, usage)
{
	cr_expect_eq(cli(NULL, "log", "replay", "--mode", "c", NULL)->rc, 64);
	cr_expect_eq(cli(NULL, "log", "replay", "/nonexistent", NULL)->rc, 66);
}
