#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"
#include "lists/outlets.h"

#define HEAD "institution,outlet,name,area,hours,contact,status,from,until," \
	"reason\n"

static char err[OUTLETS_ERROR_MAX];

/* Read a register. */
static struct outlets *
reg(const char *text)
{

	err[0] = '\0';
	return (outlets_read("r.csv", text, strlen(text), err));
}

/* A register that must not read, and what is said. */
static void
refused(const char *text, const char *said)
{
	struct outlets *o = reg(text);

	cr_assert_null(o, "%s", text);
	cr_expect_str_eq(err, said);
}

/* A day. */
static int32_t
day(const char *text)
{
	int32_t d;

	cr_assert_eq(day_parse(&d, text, strlen(text)), 0);
	return (d);
}

Test(outlets, are_found_by_institution_and_outlet)
{
	struct outlets *o = reg(HEAD
	    "cmcc,0102,营业厅,330102,,,open,,,\n"
	    "icbc,0001,\"湖滨, 支行\",330102,08:30-17:00,0571-1,open,,,\n"
	    "icbc,0002,\"a \"\"b\"\"\",330106,,,closed,,,\r\n"
	    "icbc,zz.1,,330106,22:00-06:00,,suspended,2026-11-01,2026-11-30,"
	    "\"涉案, 整改\"");
	const struct outlet *x;

	cr_assert_not_null(o, "%s", err);
	cr_expect_eq(outlets_count(o), 4);
	x = outlets_find(o, "icbc", "0001");
	cr_assert_not_null(x);
	cr_expect_str_eq(x->name, "湖滨, 支行");
	cr_expect_eq(x->area, 330102);
	cr_expect_str_eq(x->hours, "08:30-17:00");
	cr_expect_eq(x->status, OUTLET_OPEN);
	cr_expect_str_eq(outlets_find(o, "icbc", "0002")->name, "a \"b\"");
	cr_expect_str_eq(outlets_find(o, "icbc", "zz.1")->reason, "涉案, 整改");
	cr_expect_eq(outlets_find(o, "cmcc", "0102"), outlets_at(o, 0));
	cr_expect_null(outlets_find(o, "icbc", "0003"));
	cr_expect_null(outlets_find(o, "icb", "c0001"));
	cr_expect_null(outlets_find(o, "", ""));
	cr_expect_null(outlets_at(o, 4));
	outlets_free(o);
	outlets_free(NULL);
}

Test(outlets, of_a_whole_prefecture_are_all_found)
{
	char *text = NULL, id[16];
	struct outlets *o;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	cr_assert_not_null(f);
	(void)fputs(HEAD, f);
	for (i = 0; i < 1200; i++)
		(void)fprintf(f, "bank,%05zu,n,330100,,,open,,,\n", 2 * i);
	(void)fclose(f);
	cr_assert_not_null(o = outlets_read("r", text, len, err), "%s", err);
	for (i = 0; i < 2400; i++) {
		(void)snprintf(id, sizeof(id), "%05zu", i);
		cr_assert_eq(outlets_find(o, "bank", id) != NULL, i % 2 == 0);
	}
	outlets_free(o);
	free(text);
}

Test(outlets, are_suspended_from_their_first_to_their_last_day)
{
	struct outlets *o = reg(HEAD
	    "a,1,,330100,,,suspended,2026-11-10,2026-11-20,r\n"
	    "a,2,,330100,,,suspended,2026-11-10,,r\n"
	    "a,3,,330100,,,open,,,\n"
	    "a,4,,330100,,,closed,,,\n");

	cr_assert_not_null(o, "%s", err);
	cr_expect_not(outlet_suspended(outlets_at(o, 0), day("2026-11-09")));
	cr_expect(outlet_suspended(outlets_at(o, 0), day("2026-11-10")));
	cr_expect(outlet_suspended(outlets_at(o, 0), day("2026-11-20")));
	cr_expect_not(outlet_suspended(outlets_at(o, 0), day("2026-11-21")));
	cr_expect_not(outlet_suspended(outlets_at(o, 1), day("2026-11-09")));
	cr_expect(outlet_suspended(outlets_at(o, 1), day("2036-11-10")));
	cr_expect_not(outlet_suspended(outlets_at(o, 2), day("2026-11-10")));
	cr_expect_not(outlet_suspended(outlets_at(o, 3), day("2026-11-10")));
	outlets_free(o);
}

Test(outlets, whose_register_is_damaged_are_refused_with_their_place)
{
	refused("", "r.csv:1:1: it is empty: there is no header");
	refused("a,b\n", "r.csv:1:1: the header institution,outlet,name,area,"
	    "hours,contact,status,from,until,reason is wanted");
	refused(HEAD "a,1,,330100,,,open,,\n", "r.csv:2:9: a row has 10 cells");
	refused(HEAD "a,1,,330100,,,open,,,,\n",
	    "r.csv:2:10: a row has 10 cells");
	refused(HEAD "a,1,,330100,,,open,,,\n\n", "r.csv:3:1: an empty row");
	refused(HEAD "a,2,,330100,,,open,,,\na,1,,330100,,,open,,,\n",
	    "r.csv:3:2: rows must ascend by institution and outlet");
	refused(HEAD "a,1,,330100,,,open,,,\na,1,,330100,,,open,,,\n",
	    "r.csv:3:2: the same outlet once more");
	refused(HEAD ",1,,330100,,,open,,,\n", "r.csv:2:1: it is empty");
	refused(HEAD "a.b,1,,330100,,,open,,,\n",
	    "r.csv:2:1: an institution's id has no '.'");
	refused(HEAD "a,1 2,,330100,,,open,,,\n",
	    "r.csv:2:2: it holds a blank, a comma or a quote");
	refused(HEAD "a,12345678901234567890123456789012,,330100,,,open,,,\n",
	    "r.csv:2:2: it is too long: an id has at most 31 bytes, a name "
	    "120, a contact 64, a reason 200");
	refused(HEAD "a,1,\xff,330100,,,open,,,\n",
	    "r.csv:2:3: it is not UTF-8");
	refused(HEAD "a,1,x\xe2\x80\xae,330100,,,open,,,\n",
	    "r.csv:2:3: it holds a character that does not show");
	refused(HEAD "a,1,,33010,,,open,,,\n",
	    "r.csv:2:4: an area has 6 digits and does not begin with 0");
	refused(HEAD "a,1,,330100,8:30-17:00,,open,,,\n",
	    "r.csv:2:5: hours are written 08:30-17:00, or left empty");
	refused(HEAD "a,1,,330100,08:60-17:00,,open,,,\n",
	    "r.csv:2:5: hours are written 08:30-17:00, or left empty");
	refused(HEAD "a,1,,330100,,,OPEN,,,\n",
	    "r.csv:2:7: the status is open, suspended or closed");
	refused(HEAD "a,1,,330100,,,suspended,,,r\n",
	    "r.csv:2:8: a suspension has its first day");
	refused(HEAD "a,1,,330100,,,suspended,2026-02-30,,r\n",
	    "r.csv:2:8: a day is written 2026-11-22");
	refused(HEAD "a,1,,330100,,,suspended,2026-11-02,2026-11-01,r\n",
	    "r.csv:2:9: it lies before the first day");
	refused(HEAD "a,1,,330100,,,suspended,2026-11-02,,\n",
	    "r.csv:2:10: a suspension has its reason");
	refused(HEAD "a,1,,330100,,,open,,,why\n",
	    "r.csv:2:10: only a suspended outlet has days and a reason");
	refused(HEAD "a,1,\"x,330100,,,open,,,\n",
	    "r.csv:2:1: a quote out of place");
	refused(HEAD "a,1,\"x\"y,330100,,,open,,,\n",
	    "r.csv:2:1: a quote out of place");
}

Test(outlets, with_a_nul_in_their_register_are_refused)
{
	static const char text[] = HEAD "a,1,\0,330100,,,open,,,\n";

	cr_assert_null(outlets_read("r.csv", text, sizeof(text) - 1, err));
	cr_expect_str_eq(err, "r.csv:2:1: it holds a NUL");
}

Test(outlets, print_as_a_register_that_reads_the_same)
{
	static const char text[] = HEAD
	    "a,1,\"x, \"\"y\"\"\",330100,08:00-12:00,1-2,open,,,\n"
	    "a,2,,330100,,,suspended,2026-11-10,2026-11-20,\"r, s\"\n"
	    "b,1,,330100,,,suspended,2026-11-10,,r\n";
	struct outlets *o = reg(text);
	struct outlet v[3];
	char *printed;
	size_t len, i;

	cr_assert_not_null(o, "%s", err);
	for (i = 0; i < 3; i++)
		v[i] = *outlets_at(o, 2 - i);
	cr_assert_not_null(printed = outlets_print(v, 3, &len));
	cr_expect_str_eq(printed, text);
	cr_expect_eq(len, strlen(text));
	free(printed);
	cr_assert_not_null(printed = outlets_print(NULL, 0, &len));
	cr_expect_str_eq(printed, HEAD);
	free(printed);
	outlets_free(o);
}

Test(outlets, are_named_by_institution_and_outlet)
{
	char i[OUTLET_ID_MAX + 1], o[OUTLET_ID_MAX + 1];

	cr_expect_eq(outlets_split("icbc.00.1", i, o), 0);
	cr_expect_str_eq(i, "icbc");
	cr_expect_str_eq(o, "00.1");
	cr_expect_eq(outlets_split("icbc", i, o), -1);
	cr_expect_eq(outlets_split("icbc.", i, o), -1);
	cr_expect_eq(outlets_split(".1", i, o), -1);
	cr_expect_eq(outlets_split("12345678901234567890123456789012.1", i, o),
	    -1);
	cr_expect_eq(outlets_split("i.12345678901234567890123456789012", i, o),
	    -1);
}
