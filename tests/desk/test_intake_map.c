/*
 * Mappings of institutions' files: what they may say, and what rows become.
 */
#include <criterion/criterion.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "desk/intakemap.h"
#include "engine/day.h"
#include "engine/identity.h"
#include "lists/csvfile.h"
#include "plugin/conf.h"

/* What errors were reported. */
static char said[4096];

static void
report(void *arg, const struct conf_error *e)
{
	char one[1024];

	(void)arg;
	(void)conf_format(e, one, sizeof(one));
	strncat(said, one, sizeof(said) - strlen(said) - 1);
}

static struct intakemap *
map(const char *text)
{
	struct conf_sink sink = { report, NULL };

	said[0] = '\0';
	return (intakemap_read("m.map", text, strlen(text), &sink));
}

/* A text as a source. */
struct source {
	const char *p;
	size_t left;
};

static ssize_t
get(void *arg, void *buf, size_t len)
{
	struct source *s = arg;

	len = len < s->left ? len : s->left;
	memcpy(buf, s->p, len);
	s->p += len;
	s->left -= len;
	return ((ssize_t)len);
}

/* One file being read by a mapping. */
static struct {
	struct source s;
	struct csvfile *f;
	struct csvfile_row row;
	struct intakemap *m;
	struct intakemap_columns c;
	struct intakerow out[2];
	struct intakemap_fault fault;
} x;

static void
open_with(struct intakemap *m, const char *text, size_t len, int stock)
{
	struct csvfile_source src = { get, &x.s };
	char err[CSVFILE_ERROR_MAX];
	int missing;

	cr_assert_not_null(m, "%s", said);
	x.m = m;
	x.s = (struct source){ text, len };
	x.f = csvfile_open(&src, "t", CSVFILE_GUESS, err);
	cr_assert_not_null(x.f, "%s", err);
	if (intakemap_heading(m))
		cr_assert_eq(csvfile_next(x.f, &x.row, err), 1);
	cr_assert_eq(intakemap_bind(&x.c, m, intakemap_heading(m) ? &x.row :
	    NULL, stock, &missing), 0, "column %s is missing",
	    intakemap_column_word(missing));
}

/* The next row: how many packed rows it became. */
static int
next(int stock)
{
	char err[CSVFILE_ERROR_MAX];

	cr_assert_eq(csvfile_next(x.f, &x.row, err), 1);
	memset(&x.fault, 0, sizeof(x.fault));
	return (intakemap_row(&x.c, &x.row, stock, x.out, &x.fault));
}

static void
done(void)
{

	csvfile_close(x.f);
	intakemap_free(x.m);
}

static struct intakemap *
shipped(const char *name)
{

	return (map(intakemap_shipped_text(name)));
}

static int
is(const struct intakerow *r, int which, const char *text)
{

	return (r->text[which].len == strlen(text) &&
	    memcmp(r->text[which].p, text, strlen(text)) == 0);
}

Test(intake_map, shipped_mappings_are_proper)
{
	struct intakemap *m;
	const char *name;
	size_t i;

	for (i = 0; (name = intakemap_shipped(i)) != NULL; i++) {
		m = shipped(name);
		cr_assert_not_null(m, "%s: %s", name, said);
		cr_expect_str_eq(intakemap_name(m), name);
		intakemap_free(m);
	}
	cr_expect(i >= 4);
	cr_expect_null(intakemap_shipped_text("nobody"));
}

Test(intake_map, errors_have_place_and_the_nearest_name)
{

	cr_expect_null(map("[mapping]\nname = \"a\"\n[columns]\n"
	    "card = \"卡号\"\nid_on = \"证件\"\n"));
	cr_expect(strstr(said, "m.map:5:1") != NULL, "%s", said);
	cr_expect(strstr(said, "id_no") != NULL, "%s", said);
	cr_expect_null(map("[mapping]\nname = \"a\"\n[columns]\n"
	    "id_no = 2\n"));
	cr_expect(strstr(said, "card") != NULL, "%s", said);
	cr_expect_null(map("[mapping]\nname = \"a\"\nheading = false\n"
	    "[columns]\ncard = \"x\"\n"));
	cr_expect(strstr(said, "heading") != NULL, "%s", said);
	cr_expect_null(map("[mapping]\nname = \"a\"\n[columns]\ncard = 65\n"));
	cr_expect(strstr(said, "m.map:4:8") != NULL, "%s", said);
	cr_expect_null(map("[mapping]\nname = \"a\"\n[columns]\ncard = 1\n"
	    "[product]\nbank1 = \"A\"\nbank2 = \"a\"\n"));
	cr_expect(strstr(said, "m.map:7:9") != NULL, "%s", said);
	cr_expect_null(map("[mapping]\nname = \"a\"\ndates = \"DD.MM\"\n"
	    "[columns]\ncard = 1\n"));
	cr_expect(strstr(said, "m.map:3:9") != NULL, "%s", said);
	cr_expect_null(map("[mapping]\nname = \"a\"\n[columns]\ncard = 1\n"
	    "[fixed]\nproduct = simm\n"));
	cr_expect(strstr(said, "sim") != NULL, "%s", said);
}

Test(intake_map, a_bank_file_in_gb18030_between_bars)
{
	static const char text[] = "机构代码|卡号|证件类型|证件号码|账户类型|开户时间|"
	    "开户网点|柜员号|流水号|联系地址\n"
	    "abank|6222020200112233445|身份证|11010519491231002X|Ⅱ类户|"
	    "2026-11-22 09:08:07|0571|t1|T1|浙江省倈村\n";
	char out[1024], *in = (char *)(uintptr_t)text, *o = out;
	size_t nin = sizeof(text) - 1, nout = sizeof(out);
	iconv_t cd = iconv_open("GB18030", "UTF-8");
	const struct intakerow *r = &x.out[0];

	cr_assert_eq(iconv(cd, &in, &nin, &o, &nout), 0);
	iconv_close(cd);
	open_with(shipped("bank-daily"), out, (size_t)(o - out), 0);
	cr_assert_eq(next(0), 1, "why %d", x.fault.why);
	cr_expect_eq(csvfile_encoding(x.f), CSVFILE_GB18030);
	cr_expect_eq(r->kind, INTAKEROW_OPEN);
	cr_expect_eq(r->product, LK_PRODUCT_BANK2);
	cr_expect_eq(r->id_type, LK_ID_RESIDENT);
	cr_expect_eq(r->flags, 0);
	cr_expect_eq(r->at, (day_start(day_from_civil(2026, 11, 22)) +
	    9 * 3600 + 8 * 60 + 7) * 1000);
	cr_expect(is(r, INTAKEROW_INST, "abank"));
	cr_expect(is(r, INTAKEROW_REF, "6222020200112233445"));
	cr_expect(is(r, INTAKEROW_ID, "11010519491231002X"));
	cr_expect(is(r, INTAKEROW_OUTLET, "0571"));
	cr_expect(is(r, INTAKEROW_TXN, "T1"));
	cr_expect(is(r, INTAKEROW_NOTE, "浙江省倈村"));
	done();
}

Test(intake_map, a_carrier_file_and_its_closings)
{
	static const char text[] = "业务号码,客户证件号码,入网时间,营业厅,号卡类型,离网时间\n"
	    "13900000001,11010519491231002X,2026/11/22,y1,,\n"
	    "13900000002,11010519491231002X,20261101,y1,副卡,2026年11月22日\n";

	open_with(shipped("carrier-daily"), text, strlen(text), 0);
	cr_assert_eq(next(0), 1);
	cr_expect_eq(x.out[0].product, LK_PRODUCT_SIM);
	cr_expect_eq(x.out[0].flags, INTAKEROW_DATED);
	cr_assert_eq(next(0), 2);
	cr_expect_eq(x.out[0].product, LK_PRODUCT_SIM2);
	cr_expect_eq(x.out[1].kind, INTAKEROW_CLOSE);
	cr_expect_eq(x.out[1].at, day_start(day_from_civil(2026, 11, 22)) *
	    1000);
	done();
}

Test(intake_map, columns_by_number_and_what_is_fixed)
{
	static const char text[] = "1,13900000001,11010519491231002X,"
	    "22/11/2026 10:05\n2,13900000002,11010519491231002X,"
	    "31/02/2026 10:05\n";

	open_with(map("[mapping]\nname = \"own\"\nheading = false\n"
	    "dates = \"DD/MM/YYYY hh:mm\"\n"
	    "[columns]\ncard = 2\nid_no = 3\nopened = 4\n"
	    "[fixed]\ninstitution = \"ctel\"\nproduct = sim\noutlet = \"s1\"\n"
	    "operation = port_in\n"), text, strlen(text), 0);
	cr_assert_eq(next(0), 1);
	cr_expect(is(&x.out[0], INTAKEROW_INST, "ctel"));
	cr_expect(is(&x.out[0], INTAKEROW_OUTLET, "s1"));
	cr_expect_eq(x.out[0].operation, LK_OP_PORT_IN);
	cr_expect_eq(x.out[0].at, (day_start(day_from_civil(2026, 11, 22)) +
	    10 * 3600 + 300) * 1000);
	cr_expect_eq(next(0), 0);
	cr_expect_eq(x.fault.why, INTAKEMAP_DATE);
	cr_expect_eq(x.fault.field, INTAKEROW_F_OPENED);
	done();
}

Test(intake_map, what_spreadsheets_leave)
{
	static const char text[] = "card_ref,id_no,product,opened,outlet\n"
	    "\"=\"\"6222020200112230000\"\"\",=\"11010519491231002X\",bank1,"
	    "2026/11/22 0:00,o1\n"
	    "'6222020200112230000,'11010519491231002X,1,2026-11-22,o1\n"
	    "6222020200112233445,1.10105E+17,bank1,2026-11-22,o1\n"
	    "6.22202E+18,11010519491231002X,bank1,2026-11-22,o1\n"
	    "6222020200112230000,11010519491231002X,bank1,2026-11-22,o1\n";

	open_with(shipped("generic"), text, strlen(text), 0);
	cr_assert_eq(next(0), 1, "why %d", x.fault.why);
	cr_expect_eq(x.fault.doubt, 0);
	cr_expect(is(&x.out[0], INTAKEROW_REF, "6222020200112230000"));
	cr_expect_eq(x.out[0].flags, INTAKEROW_DATED, "midnight is a day");
	cr_assert_eq(next(0), 1);
	cr_expect(is(&x.out[0], INTAKEROW_ID, "11010519491231002X"));
	cr_expect_eq(next(0), 0);
	cr_expect_eq(x.fault.why, INTAKEMAP_DAMAGED);
	cr_expect_eq(x.fault.field, INTAKEROW_F_ID);
	cr_expect_eq(next(0), 0);
	cr_expect_eq(x.fault.field, INTAKEROW_F_REF);
	/* Ends as a rounded one: with such neighbours it is one. */
	cr_assert_eq(next(0), 1);
	cr_expect(x.fault.doubt & INTAKEMAP_DOUBT_REF);
	cr_expect_not(intakemap_believe(&x.c, &x.fault));
	cr_expect_eq(x.fault.why, INTAKEMAP_DAMAGED);
	done();
}

Test(intake_map, a_number_that_ends_in_zeros_beside_whole_ones)
{
	static const char text[] = "card_ref,id_no,product,opened,outlet\n"
	    "6222020200112230000,11010519491231002X,bank1,2026-11-22,o1\n"
	    "6222020200112230017,11010519491231002X,bank1,2026-11-22,o1\n";
	struct intakemap_fault first;

	open_with(shipped("generic"), text, strlen(text), 0);
	cr_assert_eq(next(0), 1);
	first = x.fault;
	cr_expect(first.doubt & INTAKEMAP_DOUBT_REF);
	cr_assert_eq(next(0), 1);
	cr_expect_eq(x.fault.doubt, 0);
	cr_expect(intakemap_believe(&x.c, &first));
	done();
}

Test(intake_map, bad_rows_say_why)
{
	static const char text[] = "card_ref,id_no,product,opened,outlet\n"
	    ",11010519491231002X,bank1,2026-11-22,o1\n"
	    "1,11010519491231002X,借记,2026-11-22,o1\n"
	    "1,11010519491231002X,bank1,,o1\n"
	    "1,11010519491231002X,bank1\n"
	    "1,11010519491231002X,bank1,2026-11-22,o1,more\n"
	    "1,11010519491231002X,bank1,2026-11-22,\"o1\n"
	    "1,11010519491231002X,bank1,2026-11-22,o1,,\n"
	    "1,110105194912";
	static const int why[] = { INTAKEROW_MISSING, INTAKEMAP_WORD,
		INTAKEROW_MISSING, INTAKEMAP_CELLS, INTAKEMAP_CELLS,
		INTAKEMAP_UNREADABLE, 0, INTAKEMAP_HALF };
	static const int field[] = { INTAKEROW_F_REF, INTAKEROW_F_PRODUCT,
		INTAKEROW_F_OPENED, 0, 0, 0, 0, 0 };
	size_t i;

	open_with(shipped("generic"), text, strlen(text), 0);
	for (i = 0; i < sizeof(why) / sizeof(why[0]); i++) {
		cr_expect_eq(next(0), why[i] == 0, "row %zu", i);
		cr_expect_eq(x.fault.why, why[i], "row %zu: %d", i,
		    x.fault.why);
		cr_expect_eq(x.fault.field, field[i], "row %zu: %d", i,
		    x.fault.field);
		if (why[i] != 0) {
			cr_expect(intakemap_why_text(&x.fault, 0)[0] != '\0');
			cr_expect(intakemap_why_text(&x.fault, 1)[0] != '\0');
			cr_expect(intakemap_why_word(why[i])[0] != '\0');
		}
	}
	done();
}

Test(intake_map, stock_needs_no_date_and_no_closed_cards)
{
	static const char text[] = "card_ref,id_no,product,closed\n"
	    "1,11010519491231002X,bank1,\n"
	    "2,11010519491231002X,bank1,2025-01-01\n";

	open_with(shipped("generic"), text, strlen(text), 1);
	cr_assert_eq(next(1), 1);
	cr_expect_eq(x.out[0].at, 0);
	cr_assert_eq(next(1), 0);
	cr_expect_eq(x.fault.why, INTAKEMAP_GONE);
	done();
}

Test(intake_map, forms_of_moments)
{
	static const struct {
		const char *day, *hour;
		int second, dated; /* second of the day, -1: no moment */
	} t[] = {
		{ "2026-11-22", "", 0, 1 },
		{ "2026/11/22 9:05", "", 9 * 3600 + 300, 0 },
		{ "2026.11.22 09:05:01", "", 9 * 3600 + 301, 0 },
		{ "2026-11-22T09:05:01.250", "", 9 * 3600 + 301, 0 },
		{ "20261122090501", "", 9 * 3600 + 301, 0 },
		{ "20261122 090501", "", 9 * 3600 + 301, 0 },
		{ "20261122", "090501", 9 * 3600 + 301, 0 },
		{ "20261122", "9:05", 9 * 3600 + 300, 0 },
		{ "２０２６－１１－２２", "", 0, 1 },
		{ "2026年11月22日 9时5分1秒", "", 9 * 3600 + 301, 0 },
		{ "2026年11月22日", "", 0, 1 },
		{ "2026-11-22 24:00", "", -1, 0 },
		{ "2026-02-29", "", -1, 0 },
		{ "22-11-2026", "", -1, 0 },
		{ "46348", "", -1, 0 },
		{ "2026-11-22 09:05:01 x", "", -1, 0 },
		{ "2026-11-2", "", 0, 1 },
		{ "", "", -1, 0 } };
	struct intakemap *m = shipped("generic");
	int64_t ms;
	size_t i;
	int rc, dated;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		rc = intakemap_time(m, t[i].day, strlen(t[i].day), t[i].hour,
		    strlen(t[i].hour), &ms, &dated);
		cr_expect_eq(rc, t[i].second < 0 ? -1 : 0, "%s", t[i].day);
		if (rc != 0 || i == 16)
			continue;
		cr_expect_eq(ms, (day_start(day_from_civil(2026, 11, 22)) +
		    t[i].second) * 1000, "%s", t[i].day);
		cr_expect_eq(dated, t[i].dated, "%s", t[i].day);
	}
	intakemap_free(m);
}
