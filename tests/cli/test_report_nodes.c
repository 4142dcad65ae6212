/* Reports of a city, of what a branch asked, decided and told: every opening once. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "audit/playcity.h"

#include "clitest.h"

#define BRANCH								\
    "[policy]\nversion = \"branch-1\"\n"				\
    "[rule ANY]\nwhen = \"product == credit\"\nthen = limit\nreason = \"ANY\"\n"
#define CITY								\
    "[policy]\nversion = \"city-1\"\n"					\
    "[rule C-3]\nwhen = \"institutions(7d) >= 3\"\nthen = review\n"	\
    "by = centre\nreason = \"C3\"\n"

static struct playcity x;

/* Two pass, one is held and approved here, one passes while the line is down. */
static void
setup(void)
{
	uint64_t cursor;

	playcity_init(&x, BRANCH, CITY);
	playcity_start(&x);
	/* Asked, and never decided: the branch lost the answer. */
	play_applicant(&x.branch, "abank", "o1", 9, LK_PRODUCT_BANK1);
	x.lost = 1;
	(void)playcity_decide(&x);
	x.lost = 0;
	cr_assert_eq(playcity_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1),
	    LK_PASS);
	cr_assert_eq(playcity_open(&x, "bbank", "o1", 1, LK_PRODUCT_BANK1),
	    LK_PASS);
	cr_assert_eq(playcity_open(&x, "ctel", "o1", 1, LK_PRODUCT_SIM),
	    LK_REVIEW);
	playcity_pass(&x, PLAY_HOUR);
	cursor = playcity_tell(&x, 0);
	x.silent = 1;
	cr_assert_eq(playcity_open(&x, "ctel", "o1", 2, LK_PRODUCT_SIM),
	    LK_PASS);
	/* The line was down over midnight. */
	playcity_pass(&x, PLAY_DAY);
	(void)playcity_tell(&x, cursor);
	play_stop(&x.branch);
	play_stop(&x.city);
}

static void
teardown(void)
{

	playcity_end(&x);
}

TestSuite(report_nodes, .init = setup, .fini = teardown);

/* A report as CSV. */
static const char *
report(const struct playlog *p, const char *kind, const char *option,
    const char *value)
{
	const struct cli_run *r = cli(NULL, "report", kind, p->dir, "--csv",
	    option, value, NULL);

	cr_assert_leq(r->rc, 1, "%s", r->err);
	return (r->out);
}

/* The city's report must be the branch's, whenever it was told. */
static void
same(const char *kind, const char *option, const char *value)
{
	static char mine[20000];
	const char *theirs;

	(void)snprintf(mine, sizeof(mine), "%s", report(&x.branch, kind, option,
	    value));
	cr_assert_gt(strlen(mine), 20, "%s", kind);
	theirs = report(&x.city, kind, option, value);
	cr_expect_str_eq(theirs, mine, "%s", kind);
}

Test(report_nodes, every_opening_counts_once)
{

	same("complete", NULL, NULL);
	same("reconcile", NULL, NULL);
	same("outlets", "--min", "1");
	same("snoop", NULL, NULL);
	same("silent", NULL, NULL);
}

/* What was told the day after belongs to the day on which it happened. */
Test(report_nodes, on_its_own_day)
{
	const char *s;

	same("complete", "--day", "2026-11-22");
	same("outlets", "--day", "2026-11-22");
	s = report(&x.city, "complete", "--day", "2026-11-22");
	cr_expect_not_null(strstr(s, "ctel,2026-11-22,,sim,1,0,1,"), "%s", s);
	s = report(&x.city, "complete", "--day", "2026-11-23");
	cr_expect_null(strstr(s, "ctel"), "%s", s);
}

/* Who opened where, by the entry's own institution; the question alone is nobody's. */
Test(report_nodes, by_the_institution_that_opened)
{
	const char *s = report(&x.city, "openers", NULL, NULL), *line;

	cr_assert_not_null(line = strchr(s, '\n'), "%s", s);
	cr_expect_not_null(strstr(line, ",visits of a day,2,2,2,2,2,0,1,1,,"
	    "330100,bbank.o1,"), "%s", s);
	cr_expect_null(strchr(strchr(line + 1, '\n') + 1, '\n'),
	    "one person: %s", s);
}

/* A report bears the name of the node whose journal it is, not of those that it names. */
Test(report_nodes, its_own_name)
{
	const struct cli_run *r = cli(NULL, "report", "complete", x.city.dir,
	    "--json", NULL);

	cr_expect_not_null(strstr(r->out, "\"city\""), "%s", r->out);
	cr_expect_null(strstr(r->out, "\"b017\""), "%s", r->out);
}

/* A rule of the city that held counts there and at the branch, each application once. */
Test(report_nodes, what_a_rule_above_did)
{
	const char *s = report(&x.city, "rules", NULL, NULL);

	cr_expect_not_null(strstr(s, "\nC-3,,,,1,1,1,0,1,"), "%s", s);
	same("rules", NULL, NULL);
}
