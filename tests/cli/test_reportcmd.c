#include <criterion/criterion.h>

#include <sys/stat.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clitest.h"
#include "jsonok.h"
#include "minilog.h"

static struct minilog m;
static char dir[64], data[96], path[160];

/* Make a journal of forty entries. */
static void
begin(void)
{

	(void)snprintf(dir, sizeof(dir), "/tmp/reportcmd.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(data, sizeof(data), "%s/data", dir);
	(void)snprintf(path, sizeof(path), "%s/page.html", dir);
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

/* Read a file whole. */
static char *
slurp(const char *name)
{
	char *p = calloc(1, 1 << 20);
	FILE *f = fopen(name, "r");

	cr_assert(p != NULL && f != NULL, "%s", name);
	cr_assert_gt(fread(p, 1, (1 << 20) - 1, f), 0, "%s", name);
	(void)fclose(f);
	return (p);
}

/* How many files lie in the directory. */
static int
files(void)
{
	const struct dirent *e;
	DIR *d = opendir(dir);
	int n = 0;

	cr_assert_not_null(d);
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.' || strlen(e->d_name) > 2;
	(void)closedir(d);
	return (n);
}

/* Is it JSON?  Shares have decimals, which jsonok() does not know: they are cut. */
static int
well_formed(const char *text)
{
	char *copy = strdup(text), *to = copy;
	const char *s;
	int ok;

	cr_assert_not_null(copy);
	for (s = text; *s != '\0'; ) {
		*to++ = *s++;
		if (s[-1] >= '0' && s[-1] <= '9' && *s == '.')
			s += 1 + strspn(&s[1], "0123456789");
	}
	*to = '\0';
	ok = jsonok(copy);
	free(copy);
	return (ok);
}

Test(reportcmd, one_object_with_numbers, .init = begin, .fini = end)
{
	static const char *const kinds[] = { "openers", "outlets", "rules" };
	const struct cli_run *r;
	char want[64];
	size_t i;

	for (i = 0; i < 3; i++) {
		r = cli(NULL, "report", kinds[i], data, "--json", NULL);
		cr_assert_eq(r->rc, 0, "%s", r->err);
		cr_assert(well_formed(r->out), "%s", r->out);
		(void)snprintf(want, sizeof(want), "{\"report\":\"%s\",",
		    kinds[i]);
		cr_assert_eq(strncmp(r->out, want, strlen(want)), 0);
	}
	r = cli(NULL, "report", "outlets", data, "--json", NULL);
	cr_assert_not_null(strstr(r->out, "\"figures\":{\"outlets\":3,"
	    "\"cards\":8,"), "%s", r->out);
	cr_assert_not_null(strstr(r->out, "\"rate\":{\"value\":0.0000,"
	    "\"low\":0.0000,\"high\":"));
	cr_assert_not_null(strstr(r->out, "\"rank\":null"));
}

Test(reportcmd, as_text_and_one_table_of_it, .init = begin, .fini = end)
{
	const struct cli_run *r;

	r = cli(NULL, "report", "rules", data, NULL);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	cr_assert_not_null(strstr(r->out, "QL-SIM"));
	cr_assert_not_null(strstr(r->out, "How reviews came out"));
	r = cli(NULL, "report", "rules", data, "--table", "rules", "--lang",
	    "zh", NULL);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	cr_assert_not_null(strstr(r->out, "各规则命中情况"));
	cr_assert_null(strstr(r->out, "审核结果"));
}

Test(reportcmd, a_page_for_paper, .init = begin, .fini = end)
{
	const struct cli_run *r;
	struct stat st;
	char *p;

	r = cli(NULL, "report", "outlets", data, "--html", path, "--lang",
	    "zh", NULL);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	cr_assert_str_eq(r->out, "");
	cr_assert_eq(stat(path, &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0600);
	p = slurp(path);
	cr_assert_not_null(strstr(p, "<h1>网点涉案情况通报</h1>"));
	cr_assert_not_null(strstr(p, "</html>"));
	free(p);
	r = cli(NULL, "report", "outlets", data, "--html",
	    "/no/such/place.html", NULL);
	cr_assert_neq(r->rc, 0);
}

Test(reportcmd, csv_on_the_terminal_or_in_a_file, .init = begin, .fini = end)
{
	const struct cli_run *r;
	char *p;

	r = cli(NULL, "report", "outlets", data, "--csv", "--table", "few",
	    NULL);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	cr_assert_eq(strncmp(r->out, "\xef\xbb\xbf" "rank,institution,outlet,",
	    27), 0);
	cr_assert_not_null(strstr(r->out, "\n,bank,网点1,"));
	r = cli(NULL, "report", "outlets", data, "--csv", "--table", "few",
	    "--csv-encoding", "gb18030", "--out", path, NULL);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	p = slurp(path);
	cr_assert_not_null(strstr(p, ",bank,\xcd\xf8\xb5\xe3" "1,"));
	free(p);
}

Test(reportcmd, the_period, .init = begin, .fini = end)
{
	const struct cli_run *r;

	r = cli(NULL, "report", "rules", data, "--json", "--since",
	    "@1795327220000", "--until", "@1795327230000", NULL);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	/* Entries 20 to 29: without 20 (a heartbeat), 24 and 28. */
	cr_assert_not_null(strstr(r->out, "\"decisions\":7,"), "%s", r->out);
	r = cli(NULL, "report", "rules", data, "--json", "--day",
	    "2026-11-21", NULL);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	cr_assert_not_null(strstr(r->out, "\"decisions\":0,"), "%s", r->out);
	r = cli(NULL, "report", "rules", data, "--json", "--day",
	    "2026-11-22", NULL);
	cr_assert_not_null(strstr(r->out, "\"decisions\":26,"), "%s", r->out);
	/* One that is not there yet. */
	r = cli(NULL, "report", "rules", data, "--json", "--day",
	    "2026-11-23", NULL);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	cr_assert_not_null(strstr(r->out, "\"decisions\":0,"), "%s", r->out);
}

Test(reportcmd, names_from_the_register, .init = begin, .fini = end)
{
	const struct cli_run *r;
	char name[160], file[256];
	FILE *f;

	(void)snprintf(name, sizeof(name), "%s/outlets.csv", dir);
	cr_assert_not_null(f = fopen(name, "w"));
	(void)fputs("机构,网点,名称,区划\r\nbank,网点1,文三路,330106\r\n", f);
	(void)fclose(f);
	r = cli(NULL, "report", "outlets", data, "--register", name, "--json",
	    NULL);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	cr_assert_not_null(strstr(r->out, "\"name\":\"文三路\",\"area\":"
	    "\"330106\""), "%s", r->out);
	cr_assert_not_null(f = fopen(name, "w"));
	(void)fputs("机构,网点,名称,区划\r\nbank,网点1,文三路,33\r\n", f);
	(void)fclose(f);
	r = cli(NULL, "report", "outlets", data, "--register", name, NULL);
	cr_assert_eq(r->rc, 65);
	cr_assert_not_null(strstr(r->err, "outlets.csv:2"), "%s", r->err);

	/* The one that the daemon has adopted is taken unasked. */
	(void)snprintf(file, sizeof(file), "mkdir -p %s/lists/trusted.7/files "
	    "&& echo 7 >%s/lists/trusted", data, data);
	cr_assert_eq(system(file), 0);
	(void)snprintf(file, sizeof(file), "%s/lists/trusted.7/files/abcd",
	    data);
	cr_assert_not_null(f = fopen(file, "w"));
	(void)fputs("institution,outlet,name,area,hours,contact,status,from,"
	    "until,reason\nbank,网点2,武林,330103,,,open,,,\n", f);
	(void)fclose(f);
	r = cli(NULL, "report", "outlets", data, "--json", NULL);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	cr_assert_not_null(strstr(r->out, "\"武林\""), "%s", r->out);
}

Test(reportcmd, what_does_not_fit_is_said, .init = begin, .fini = end)
{
	const struct cli_run *r;

	cr_assert_eq(cli(NULL, "report", "rules", data, "--csv", "--json",
	    NULL)->rc, 64);
	cr_assert_eq(cli(NULL, "report", "rules", data, "--out", path,
	    NULL)->rc, 64);
	cr_assert_eq(cli(NULL, "report", "rules", data, "--csv-encoding",
	    "gb18030", NULL)->rc, 64);
	cr_assert_eq(cli(NULL, "report", "rules", data, "--csv", "--table",
	    "nothing", NULL)->rc, 64);
	cr_assert_eq(cli(NULL, "report", "rules", data, "--day", "22.11.2026",
	    NULL)->rc, 64);
	cr_assert_eq(cli(NULL, "report", "rules", data, "--day",
	    "2026-11-22", "--since", "1d", NULL)->rc, 64);
	cr_assert_eq(cli(NULL, "report", "rules", data, "--since",
	    "2026-11-22", "--until", "2026-11-21", NULL)->rc, 64);
	r = cli(NULL, "report", "rules", data, "--table", "nothing", NULL);
	cr_assert_eq(r->rc, 64);
	cr_expect_not_null(strstr(r->err, "no table called nothing: rules, "),
	    "%s", r->err);
	cr_assert_eq(cli(NULL, "report", "rules", data, "--area", "33010",
	    NULL)->rc, 64);
	r = cli(NULL, "report", "rules", "/no/such", "--lang", "zh", NULL);
	cr_assert_eq(r->rc, 66);
	cr_expect_not_null(strstr(r->err, "/no/such：没有这个目录；请用 --data"),
	    "%s", r->err);
	cr_assert_eq(cli(NULL, "report", "rules", data, "--area", "33x",
	    NULL)->rc, 64);
	cr_assert_eq(cli(NULL, "report", "rules", "/no/such/place",
	    NULL)->rc, 66);
}

Test(reportcmd, of_a_damaged_log_there_is_no_report, .init = begin,
    .fini = end)
{
	const struct cli_run *r;

	minilog_spoil(&m, "tile/entries/000.p/40", 1000);
	r = cli(NULL, "report", "outlets", data, "--html", path, NULL);
	cr_assert_eq(r->rc, 65, "%d: %s", r->rc, r->err);
	cr_assert_eq(files(), 1, "a page was written");
	r = cli(NULL, "report", "outlets", data, "--json", NULL);
	cr_assert_eq(r->rc, 65);
	cr_assert_str_eq(r->out, "");
}
