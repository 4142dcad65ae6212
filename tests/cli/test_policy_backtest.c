/* liangka policy backtest: what it shows, in both languages and as JSON, and refuses. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "audit/playlog.h"

#include "clitest.h"
#include "jsonok.h"

static struct playlog x;
static char path[200];

#define HAS(text, part) \
	cr_expect_not_null(strstr(text, part), "%s is not in:\n%s", part, text)
#define RULE(id, when, more)						\
    "[rule " id "]\nwhen = \"" when "\"\nthen = review\nreason = \"R\"\n" more

/* The policy of the plays with two rules more, and one less. */
#define NEW								\
    "[policy]\nversion = \"play-2\"\n"					\
    RULE("HF-3", "institutions(7d) >= 3", "")				\
    RULE("DAY-2", "visits(today) >= 2", "")				\
    RULE("BANK", "product in (bank) and bank(7d) >= 2", "")		\
    RULE("LATER", "sim(7d) >= 2", "from = 2099-01-01\n")		\
    RULE("OWNER", "listed('sanction')", "")				\
    RULE("TRY", "attempts(7d) >= 2", "shadow = true\n")

static void
setup(void)
{
	FILE *f;
	int i;

	play_init(&x, NULL);
	play_start(&x);
	for (i = 0; i < 12; i++) {
		(void)play_open(&x, i % 2 ? "abank" : "bbank", i % 4 ? "o1" :
		    "o2", i % 4, i == 5 ? LK_PRODUCT_CREDIT : i % 3 ?
		    LK_PRODUCT_BANK1 : LK_PRODUCT_SIM);
		play_pass(&x, 5 * PLAY_HOUR);
	}
	play_stop(&x);
	snprintf(path, sizeof(path), "%s/new.policy", x.dir);
	cr_assert_not_null(f = fopen(path, "w"));
	(void)fputs(NEW, f);
	fclose(f);
}

static void
teardown(void)
{

	play_end(&x);
}

Test(policy_backtest, in_english, .init = setup, .fini = teardown)
{
	const struct cli_run *r = cli(NULL, "policy", "backtest", path, x.dir,
	    "--since", "2026-11-01", NULL);

	cr_expect_eq(r->rc, 0, "%s%s", r->out, r->err);
	HAS(r->out, "policy play-2 (");
	HAS(r->out, "against the decisions of 2026-11-22 10:00:00 to 2026-11-24 "
	    "17:00:00 (UTC+8)");
	HAS(r->out, "12 decisions about 4 people; ");
	HAS(r->out, "people newly held: ");
	HAS(r->out, "THEN \\ NOW");
	HAS(r->out, "BANK");
	HAS(r->out, "LAW (gone)");
	HAS(r->out, "never hit: HF-3");
	HAS(r->out, "ON TRIAL");
	HAS(r->out, "COUNTY");
}

Test(policy_backtest, in_chinese, .init = setup, .fini = teardown)
{
	const struct cli_run *r = cli(NULL, "policy", "backtest", path, x.dir,
	    "--since", "2026-11-01", "--lang", "zh", "--rules", NULL);

	cr_expect_eq(r->rc, 0, "%s%s", r->out, r->err);
	HAS(r->out, "12 个决定，涉及 4 人");
	HAS(r->out, "新增拦下的人：");
	HAS(r->out, "试行规则");
	HAS(r->out, "历史按实际发生计算");
	HAS(r->out, "listed('sanction')：12 个决定中不详");
	cr_expect_null(strstr(r->out, "网点"), "rules alone: %s", r->out);
}

Test(policy_backtest, as_json, .init = setup, .fini = teardown)
{
	const struct cli_run *r = cli(NULL, "policy", "backtest", path,
	    "--data", x.dir, "--since", "2026-11-01", "--json", NULL);

	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect(jsonok(r->out), "%s", r->out);
	HAS(r->out, "\"version\":\"play-2\"");
	HAS(r->out, "\"decisions\":12");
	HAS(r->out, "\"rule\":\"BANK\"");
	HAS(r->out, "\"fact\":\"listed('sanction')\",\"decisions\":12");
	HAS(r->out, "\"inst\":\"abank\",\"outlet\":\"o1\"");
	HAS(r->out, "\"area\":\"3301\"");
	HAS(r->out, "\"area\":\"330100\"");
	HAS(r->out, "\"age\":\"65+\"");
	HAS(r->out, "\"later_effects_replayed\":false");
}

/* Rules that begin later count as begun, unless another day is asked for. */
Test(policy_backtest, the_day_of_the_rules, .init = setup, .fini = teardown)
{
	const struct cli_run *r = cli(NULL, "policy", "backtest", path, x.dir,
	    "--since", "2026-11-01", "--rules", NULL);

	HAS(r->out, "by the rules in force at 2099-01-01 00:00:00");
	cr_expect_null(strstr(r->out, "not in force"), "%s", r->out);
	r = cli(NULL, "policy", "backtest", path, x.dir, "--since",
	    "2026-11-01", "--rules", "--at", "2026-11-23", NULL);
	HAS(r->out, "by the rules in force at 2026-11-23 00:00:00");
	HAS(r->out, "LATER (not in force)");
}

Test(policy_backtest, what_it_refuses, .init = setup, .fini = teardown)
{
	const struct cli_run *r;
	FILE *f;

	r = cli(NULL, "policy", "backtest", NULL);
	cr_expect_eq(r->rc, 64, "%s", r->err);
	r = cli(NULL, "policy", "backtest", "/no/such.policy", x.dir, NULL);
	cr_expect_eq(r->rc, 66, "%s", r->err);
	r = cli(NULL, "policy", "backtest", path, "/no/such/place", NULL);
	cr_expect_eq(r->rc, 66, "%s", r->err);
	r = cli(NULL, "policy", "backtest", path, x.dir, "--since",
	    "2099-01-01", NULL);
	cr_expect_eq(r->rc, 1, "%s", r->err);
	HAS(r->err, "there is no decision in this time");
	r = cli(NULL, "policy", "backtest", path, x.dir, "--top", "0", NULL);
	cr_expect_eq(r->rc, 64, "%s", r->err);
	cr_assert_not_null(f = fopen(path, "a"));
	(void)fputs("[rule BAD]\nwhen = \"outlet_cards(8d) > 2\"\n"
	    "then = review\nreason = r\n", f);
	fclose(f);
	r = cli(NULL, "policy", "backtest", path, x.dir, NULL);
	cr_expect_eq(r->rc, 65, "%s", r->err);
	HAS(r->err, "counts whole days");
}
