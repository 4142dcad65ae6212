#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lists/outlets.h"

static char err[OUTLETS_ERROR_MAX], said[4096];

/* Keep what is said of bad rows. */
static void
bad(void *arg, const char *text)
{
	size_t n = strlen(said);

	(void)arg;
	(void)snprintf(&said[n], sizeof(said) - n, "%s\n", text);
}

/* Import bytes. */
static struct outlets *
import(const char *text, size_t len)
{
	const struct outlets_sink sink = { bad, NULL, 1 };

	err[0] = said[0] = '\0';
	return (outlets_import("s.csv", text, len, &sink, err));
}

/* Import a text and print what came of it; "" when nothing did. */
static const char *
printed(const char *text, size_t len)
{
	static char buf[4096];
	struct outlets *o = import(text, len);
	char *p;
	size_t n;

	buf[0] = '\0';
	if (o == NULL)
		return (buf);
	cr_assert_not_null(p = outlets_print(outlets_at(o, 0),
	    outlets_count(o), &n));
	(void)snprintf(buf, sizeof(buf), "%s", &p[strcspn(p, "\n") + 1]);
	free(p);
	outlets_free(o);
	return (buf);
}

#define IS(text, want) \
	cr_expect_str_eq(printed(text, sizeof(text) - 1), want, "%s%s", err, \
	    said)

Test(outlets_import, takes_what_spreadsheets_and_clerks_write)
{
	IS("网点代码,机构代码,网点名称,行政区划,状态,停业起,停业止,原因\r\n"
	    "=\"0002\",icbc, 湖滨支行\xe3\x80\x80,330102,停业,2026/1/2,2026-02-03,涉案\r\n"
	    ",,,,,,,\r\n"
	    "'0001,icbc,支行,330102,正常,,,\r\n",
	    "icbc,0001,支行,330102,,,open,,,\n"
	    "icbc,0002,湖滨支行,330102,,,suspended,2026-01-02,2026-02-03,涉案\n");
	IS("institution;outlet;name;area\nb;1;\"x;y\";330102\na;1;;330102",
	    "a,1,,330102,,,open,,,\nb,1,x;y,330102,,,open,,,\n");
	IS("institution\toutlet\tname\tarea\tstatus\na\t1\t\t330102\t撤销\n",
	    "a,1,,330102,,,closed,,,\n");
	IS("\xef\xbb\xbfinstitution,outlet,name,area\n\"=\"\"0001\"\"\",1,n,"
	    "330102\n", "0001,1,n,330102,,,open,,,\n");
}

Test(outlets_import, takes_gb18030_and_utf16)
{
	IS("\xbb\xfa\xb9\xb9|\xcd\xf8\xb5\xe3|\xc3\xfb\xb3\xc6|\xc7\xf8\xbb\xae\n"
	    "icbc|0001|\xd6\xa7\xd0\xd0\x81\x7c|330102\n",
	    "icbc,0001,支行亅,330102,,,open,,,\n");
	IS("\xff\xfe" "i\0n\0s\0t\0i\0t\0u\0t\0i\0o\0n\0,\0o\0u\0t\0l\0e\0t\0,"
	    "\0n\0a\0m\0e\0,\0a\0r\0e\0a\0\n\0a\0,\0" "1\0,\0\x2d\x4e,\0"
	    "3\0" "3\0" "0\0" "1\0" "0\0" "2\0",
	    "a,1,中,330102,,,open,,,\n");
	IS("institution,outlet,name,area\na,1,\xff\xff,330102\n", "");
	cr_expect_str_eq(err, "s.csv: 1 rows cannot be taken, and so none was");
}

Test(outlets_import, takes_all_rows_or_none_and_tells_of_each_bad_one)
{
	IS("institution,outlet,name,area\n"
	    "a,1,,330102\n"
	    "a,1.1E+11,,330102\n"
	    "a,2,,33010\n"
	    "a,3,\"x,330102\n"
	    "a,4\n"
	    "a,5,,330102,x\n"
	    "a,1,,330102\n", "");
	cr_expect_str_eq(said,
	    "s.csv:3:2: a spreadsheet has damaged this number; save the column "
	    "as text\n"
	    "s.csv:4:4: an area has 6 digits and does not begin with 0\n"
	    "s.csv:5:3: a quote is not closed, or text follows it\n"
	    "s.csv:6:2: fewer cells than the header has\n"
	    "s.csv:7:5: more cells than the header has\n"
	    "s.csv:8:2: the same outlet once more\n");
	cr_expect_str_eq(err, "s.csv: 6 rows cannot be taken, and so none was");
}

Test(outlets_import, wants_columns_that_it_knows)
{
	IS("institution,outlet,name\na,1,x\n", "");
	cr_expect_str_eq(err, "s.csv:1:1: a column is missing: area");
	IS("institution,outlet,name,area,colour\n", "");
	cr_expect_str_eq(err, "s.csv:1:5: there is no such column: colour");
	IS("institution,outlet,name,area,机构\n", "");
	cr_expect_str_eq(err, "s.csv:1:5: a column is there twice: 机构");
	IS("", "");
	cr_expect_str_eq(err, "s.csv:1:1: there is no header");
	IS("institution,outlet,name,area\n", "");
	cr_expect_str_eq(err, "s.csv:1:1: there is no outlet in it");
	IS("institution,outlet,name,area\na,1,\0,330102\n", "");
	cr_expect_str_eq(err, "s.csv: 1 rows cannot be taken, and so none was");
}
