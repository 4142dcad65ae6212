#include <criterion/criterion.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clitest.h"
#include "minilog.h"

static const char *const kinds[] = { "reconcile", "snoop", "silent",
	"complete" };
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct minilog m;
static char dir[64], data[96], path[160];

/* Make a journal of forty entries. */
static void
begin(void)
{

	(void)snprintf(dir, sizeof(dir), "/tmp/reportdesk.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(data, sizeof(data), "%s/data", dir);
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	minilog_open(&m, data);
	minilog_add(&m, 40);
}

/* Remove it. */
static void
end(void)
{
	char cmd[128];

	minilog_close(&m);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	cr_assert_eq(system(cmd), 0);
}

/* Write a file. */
static void
spill(const char *text)
{
	FILE *f = fopen(path, "w");

	cr_assert_not_null(f);
	(void)fputs(text, f);
	(void)fclose(f);
}

/* Is it there? */
static void
has(const char *text, const char *what)
{

	cr_assert_not_null(strstr(text, what), "no \"%s\" in %s", what, text);
}

Test(reportdesk, each_kind_in_each_form, .init = begin, .fini = end)
{
	static const char *const zh[] = { "开卡与核查对账", "查询行为",
		"营业时间内无核查的网点", "完整性核对" };
	const struct cli_run *r;
	struct stat st;
	char want[64];
	size_t i;

	for (i = 0; i < KINDS; i++) {
		r = cli(NULL, "report", kinds[i], data, "--json", NULL);
		cr_assert_eq(r->rc, 0, "%s", r->err);
		(void)snprintf(want, sizeof(want), "{\"report\":\"%s\",",
		    kinds[i]);
		has(r->out, want);
		r = cli(NULL, "report", kinds[i], data, "--lang", "zh", NULL);
		cr_assert_eq(r->rc, 0, "%s", r->err);
		has(r->out, zh[i]);
		r = cli(NULL, "report", kinds[i], data, "--csv", NULL);
		cr_assert_eq(r->rc, 0, "%s", r->err);
		r = cli(NULL, "report", kinds[i], data, "--html", path, NULL);
		cr_assert_eq(r->rc, 0, "%s", r->err);
		cr_assert_eq(stat(path, &st), 0);
		cr_assert_eq(st.st_mode & 0777, 0600);
		(void)unlink(path);
		cr_expect_eq(cli(NULL, "report", kinds[i], "/no/such/place",
		    NULL)->rc, 66);
		r = cli(NULL, "help", "report", kinds[i], NULL);
		cr_assert_eq(r->rc, 0, "%s", r->err);
		has(r->out, "Tables:");
	}
}

Test(reportdesk, what_was_confirmed_is_counted, .init = begin, .fini = end)
{
	const struct cli_run *r;

	/* of 26 decisions, and 8 confirms of what came before each */
	r = cli(NULL, "report", "complete", data, "--json", NULL);
	has(r->out, "\"figures\":{\"issued\":8,\"closed\":0,");
	r = cli(NULL, "report", "reconcile", data, "--json", NULL);
	has(r->out, "\"figures\":{\"checks\":26,\"issued\":8,");
}

Test(reportdesk, totals_are_compared, .init = begin, .fini = end)
{
	const struct cli_run *r;

	spill("机构,日期,开卡,产品\nbank,2026-11-22,8,全部\n");
	r = cli(NULL, "report", "complete", data, "--totals", path, "--json",
	    NULL);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	has(r->out, "\"differences\":0");
	spill("机构,日期,开卡,产品\nbank,2026-11-22,9,all\n");
	r = cli(NULL, "report", "complete", data, "--totals", path, NULL);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	has(r->out, "told 9 issued, the journal has 8 (+1)");
	spill("机构,日期,开卡,产品\nbank,2026-11-22,9,gold\n");
	r = cli(NULL, "report", "complete", data, "--totals", path, NULL);
	cr_assert_eq(r->rc, 65);
	has(r->err, "file:2: product: no such product");
	cr_assert_str_eq(r->out, "");
	cr_expect_eq(cli(NULL, "report", "complete", data, "--totals",
	    "/no/such/file", NULL)->rc, 66);
}

Test(reportdesk, settings_that_make_no_sense_are_refused, .init = begin,
    .fini = end)
{

	cr_expect_eq(cli(NULL, "report", "silent", data, "--hours",
	    "9-17", NULL)->rc, 64);
	cr_expect_eq(cli(NULL, "report", "snoop", data, "--minimum", "0",
	    NULL)->rc, 64);
	cr_expect_eq(cli(NULL, "report", "reconcile", data, "--file-days",
	    "366", NULL)->rc, 64);
	cr_expect_eq(cli(NULL, "report", "silent", data, "--hours",
	    "22:00-06:00", NULL)->rc, 0);
}
