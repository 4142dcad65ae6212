#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "desk/checks.h"
#include "desk/report_complete.h"
#include "desk/report_impl.h"
#include "desk/reporthash.h"
#include "desk/totals.h"
#include "engine/day.h"

#include "reportday.h"

#define A "bank.0001.t1"

static struct reportday d;
static struct complete *c;
static struct report_options ro;
static struct complete_options own;
static struct totals *totals;
static int32_t day;

/* The words of products that the tests use. */
static int
product(const char *text, int32_t *code)
{

	*code = strcmp(text, "bank1") == 0 ? 1 : strcmp(text, "sim") == 0 ?
	    20 : 0;
	return (*code != 0 ? 0 : -1);
}

/* Take an entry. */
static int
entry(void *x, const struct entry *e)
{

	return (complete_entry(x, e));
}

/* Begin; rows: totals behind a heading, or NULL. */
static void
begin(const char *rows)
{
	struct totals_reader r = { NULL, NULL, 1, product };
	char text[1024], err[TOTALS_ERROR_MAX];

	memset(&ro, 0, sizeof(ro));
	totals = NULL;
	if (rows != NULL) {
		(void)snprintf(text, sizeof(text),
		    "institution,outlet,day,product,issued,closed\n%s", rows);
		totals = totals_read("t.csv", text, strlen(text), &r, err);
		cr_assert_not_null(totals, "%s", err);
	}
	own.totals = totals;
	cr_assert_not_null(c = complete_new(&own, &ro));
	reportday_begin(&d, entry, c);
	day = day_of(d.t / 1000);
}

/* Let an hour go by, and compare. */
static void
settle(void)
{

	d.t += REPORTDAY_HOUR;
	(void)reportday_plain(&d, ENTRY_HEARTBEAT);
	cr_assert_eq(complete_settle(c), 0);
}

/* End. */
static void
end(void)
{

	reportday_end(&d);
	complete_free(c);
	totals_free(totals);
}

/* A count. */
static const struct complete_count *
count(const char *outlet, int32_t of, int code)
{
	static const struct complete_count none;
	const struct complete_count *x;
	struct complete_key key;

	memset(&key, 0, sizeof(key));
	(void)snprintf(key.inst, sizeof(key.inst), "bank");
	(void)snprintf(key.outlet, sizeof(key.outlet), "%s", outlet);
	key.day = of;
	key.product = code;
	x = reporthash_get(complete_counts(c), &key);
	return (x != NULL ? x : &none);
}

/* Issue a card in the ordinary way. */
static uint64_t
issue(const char *where, unsigned person, int code)
{
	uint64_t seq = reportday_check(&d, where, person, code, LK_PASS, 0);

	reportday_about(&d, ENTRY_CONFIRM, seq, 0, ENTRY_F_FIRST);
	return (seq);
}

/* Which events explain a difference. */
struct heard {
	unsigned n[COMPLETE_WHYS];
};

/* Count one. */
static void
hear(void *arg, const struct complete_event *x)
{
	struct heard *h = arg;

	h->n[x->why]++;
}

/* All ways in which a card becomes known, one of each. */
static void
one_of_each(void)
{
	uint64_t seq;

	(void)issue(A, 1, 1);
	seq = issue("bank.0002.t", 2, 20);
	reportday_about(&d, ENTRY_CONFIRM, seq, 0, ENTRY_F_EXTRA);
	reportday_about(&d, ENTRY_MERGE, seq, 0, 0);
	reportday_about(&d, ENTRY_CONFIRM, reportday_check(&d, A, 3, 1,
	    LK_REJECT, 0), 0, ENTRY_F_OVERRIDE | ENTRY_F_FIRST);
	reportday_about(&d, ENTRY_CONFIRM, reportday_check(&d, A, 4, 1,
	    LK_PASS, 0), 0, ENTRY_F_LATE | ENTRY_F_FIRST);
	(void)reportday_check(&d, A, 5, 1, LK_PASS, ENTRY_F_POSTHOC);
	(void)reportday_row(&d, "bank.0001", 6, 1, d.t, 0);
	(void)reportday_row(&d, "bank.0001", 7, 1, d.t, ENTRY_F_STOCK);
	reportday_about(&d, ENTRY_MERGE, reportday_check(&d, A, 8, 1, LK_PASS,
	    0), 0, ENTRY_F_FIRST);
	(void)reportday_check(&d, A, 9, 1, LK_PASS, 0);
	(void)reportday_check(&d, A, 9, 1, LK_PASS, ENTRY_F_DRY);
	seq = issue(A, 10, 1);
	reportday_about(&d, ENTRY_VOID, seq, LK_VOID_WRONG_PERSON, 0);
	reportday_about(&d, ENTRY_RETIRE, seq, LK_RETIRE_CLOSED, 0);
}

Test(complete, counts_each_way_of_knowing)
{
	const struct complete_count *x;
	int i;

	begin(NULL);
	one_of_each();
	settle();
	x = count("", day, 0);
	cr_expect_eq(x->part[COMPLETE_CONFIRMED], 3);
	for (i = COMPLETE_LATE; i < COMPLETE_PARTS; i++)
		cr_expect_eq(x->part[i], 1, "part %d", i);
	cr_expect_eq(x->voided, 1);
	cr_expect_eq(x->merged, 1);
	cr_expect_eq(x->lapsed, 1);
	cr_expect_eq(x->retired, 1);
	cr_expect_eq(complete_issued(x), 8);
	cr_expect_eq(complete_closed(x), 1);
	cr_expect_eq(complete_issued(count("", day, 20)), 2);
	cr_expect_eq(complete_issued(count("0001", day, 0)), 6);
	cr_expect_eq(complete_issued(count("0002", day, 20)), 2);
	cr_expect_eq(complete_issued(count("0002", day, 1)), 0);
	end();
}

Test(complete, totals_that_agree_differ_nowhere)
{
	size_t n;

	begin("bank,,2026-11-02,all,8,1\nbank,,2026-11-02,sim,2,0\n"
	    "bank,0001,2026-11-02,bank1,6,1\nbank,0001,2026-11-02,sim,0,\n"
	    "bank,,2026-11-02,bank1,6,\n");
	one_of_each();
	settle();
	(void)complete_differences(c, &n);
	cr_expect_eq(n, 0);
	end();
}

Test(complete, names_what_the_journal_has_too_much)
{
	const struct complete_difference *v;
	struct heard h = { { 0 } };
	size_t n;

	begin("bank,0001,2026-11-02,bank1,2,0\n");
	one_of_each();
	settle();
	v = complete_differences(c, &n);
	cr_assert_eq(n, 1);
	cr_expect_eq(v[0].line, 2);
	cr_expect_eq(v[0].issued, 2);
	cr_expect_eq(complete_issued(&v[0].count), 6);
	complete_explain(c, &v[0], hear, &h);
	cr_expect_eq(h.n[COMPLETE_WHY_FILE], 1);
	cr_expect_eq(h.n[COMPLETE_WHY_BY_FILE], 1);
	cr_expect_eq(h.n[COMPLETE_WHY_POSTHOC], 1);
	cr_expect_eq(h.n[COMPLETE_WHY_LATE], 1);
	cr_expect_eq(h.n[COMPLETE_WHY_OVERRIDE], 1);
	/* at the other outlet */
	cr_expect_eq(h.n[COMPLETE_WHY_EXTRA], 0);
	cr_expect_eq(h.n[COMPLETE_WHY_LAPSED], 0);
	end();
}

Test(complete, names_what_the_journal_lacks)
{
	const struct complete_difference *v;
	struct heard h = { { 0 } };
	size_t n;

	begin("bank,,2026-11-02,bank1,9,\n");
	one_of_each();
	settle();
	v = complete_differences(c, &n);
	cr_assert_eq(n, 1);
	complete_explain(c, &v[0], hear, &h);
	cr_expect_eq(h.n[COMPLETE_WHY_LAPSED], 1);
	cr_expect_eq(h.n[COMPLETE_WHY_VOIDED], 1);
	cr_expect_eq(h.n[COMPLETE_WHY_FILE], 0);
	end();
}

Test(complete, a_card_of_midnight_may_be_of_the_other_day)
{
	const struct complete_difference *v;
	struct heard h = { { 0 } };
	size_t n;

	begin("bank,,2026-11-02,all,1,\nbank,,2026-11-03,all,1,\n");
	d.t = day_start(day + 1) * 1000 - 60000;
	(void)issue(A, 1, 1);
	(void)issue(A, 2, 1);
	settle();
	v = complete_differences(c, &n);
	cr_assert_eq(n, 2);
	complete_explain(c, &v[0], hear, &h);
	cr_expect_eq(h.n[COMPLETE_WHY_MIDNIGHT], 2);
	memset(&h, 0, sizeof(h));
	complete_explain(c, &v[1], hear, &h);
	cr_expect_eq(h.n[COMPLETE_WHY_MIDNIGHT], 2);
	end();
}

Test(complete, a_day_without_totals_and_a_wrong_sum_are_named)
{
	const struct complete_difference *v;
	size_t n;

	begin("bank,,2026-11-02,all,2,\nbank,,2026-11-02,bank1,1,\n"
	    "bank,,2026-11-02,sim,0,\nbank,,2026-11-04,all,0,\n");
	(void)issue(A, 1, 1);
	(void)issue(A, 2, 20);
	d.t += REPORTDAY_DAY;
	(void)issue(A, 3, 1);
	settle();
	v = complete_differences(c, &n);
	cr_assert_eq(n, 3);
	cr_expect_eq(v[0].kind, COMPLETE_SUM);
	cr_expect_eq(v[0].sum, 1);
	cr_expect_eq(v[1].kind, COMPLETE_COUNT);
	cr_expect_eq(v[1].key.product, 20);
	cr_expect_eq(v[2].kind, COMPLETE_NO_TOTALS);
	cr_expect_eq(v[2].key.day, day + 1);
	end();
}

Test(complete, days_outside_of_the_period_are_not_compared)
{
	size_t n;

	begin("bank,,2026-11-01,all,7,\nbank,,2026-11-02,all,1,\n"
	    "bank,,2026-11-03,all,7,\n");
	ro.since = day_start(day) * 1000;
	ro.until = day_start(day + 1) * 1000;
	(void)issue(A, 1, 1);
	settle();
	(void)complete_differences(c, &n);
	cr_expect_eq(n, 0);
	end();
}

Test(complete, says_each_difference_in_words)
{
	struct report *out = report_new("complete", "", "");
	const struct complete_file *files;
	struct entry e;
	size_t n;

	begin("bank,,2026-11-02,all,9,0\n");
	one_of_each();
	entry_clear(&e, ENTRY_INTAKE);
	reportday_where(&e, "bank");
	e.code = INTAKE_FILE;
	e.count = 12;
	(void)snprintf(e.note, sizeof(e.note), "2 rejected, 1 ambiguous");
	(void)reportday_put(&d, &e);
	settle();
	files = complete_files(c, &n);
	cr_assert_eq(n, 1);
	cr_expect_eq(files[0].rows, 12);
	reportday_end(&d);
	complete_free(c);
	ro.own = &own;
	c = report_complete.open(&ro);
	reportday_begin(&d, report_complete.entry, c);
	one_of_each();
	d.t += REPORTDAY_HOUR;
	(void)reportday_plain(&d, ENTRY_HEARTBEAT);
	cr_expect_eq(report_complete.finish(c, out), 0);
	cr_expect_not(report_failed(out));
	cr_assert_eq(report_differences(out), 1);
	cr_expect_str_eq(out->differences.v[0].en, "bank 2026-11-02 all "
	    "products: told 9 issued, the journal has 8 (+1); perhaps: passed, "
	    "nothing heard since: 1, taken back: 1; told 0 closed, the journal "
	    "has 1 (-1)");
	report_free(out);
	end();
}

/* ---- totals ---- */

static char said[4096];

/* Keep what is said of bad rows. */
static void
keep(void *arg, const char *text)
{

	(void)arg;
	(void)strncat(said, text, sizeof(said) - strlen(said) - 2);
	(void)strcat(said, "\n");
}

/* Read totals. */
static struct totals *
read_totals(const char *text, size_t len, char err[TOTALS_ERROR_MAX])
{
	struct totals_reader r = { keep, NULL, 1, product };

	said[0] = err[0] = '\0';
	return (totals_read("t.csv", text, len, &r, err));
}

Test(totals, are_read_in_chinese_and_gb18030)
{
	/* 机构|日期|产品|开卡|销卡, 工行|2026年11月22日|合计|12| */
	static const char text[] = "\xbb\xfa\xb9\xb9|\xc8\xd5\xc6\xda|"
	    "\xb2\xfa\xc6\xb7|\xbf\xaa\xbf\xa8|\xcf\xfa\xbf\xa8\r\n"
	    "\xb9\xa4\xd0\xd0|2026\xc4\xea" "11\xd4\xc2" "22\xc8\xd5|"
	    "\xba\xcf\xbc\xc6|12|\r\n";
	char err[TOTALS_ERROR_MAX];
	const struct totals_row *w;
	struct totals *t = read_totals(text, sizeof(text) - 1, err);

	cr_assert_not_null(t, "%s %s", err, said);
	cr_assert_eq(totals_count(t), 1);
	w = totals_at(t, 0);
	cr_expect_str_eq(w->inst, "工行");
	cr_expect_str_eq(w->outlet, "");
	cr_expect_eq(w->day, day_from_civil(2026, 11, 22));
	cr_expect_eq(w->product, 0);
	cr_expect_eq(w->issued, 12);
	cr_expect_eq(w->closed, -1);
	cr_expect_eq(w->line, 2);
	totals_free(t);
}

Test(totals, are_sorted_and_days_have_several_forms)
{
	static const char text[] = "\xef\xbb\xbf" "Day;Issued;Institution\n"
	    "20261123;1;b\n2026/1/2;2;b\n2026-01-03;3;a\n";
	char err[TOTALS_ERROR_MAX];
	struct totals *t = read_totals(text, sizeof(text) - 1, err);

	cr_assert_not_null(t, "%s %s", err, said);
	cr_assert_eq(totals_count(t), 3);
	cr_expect_eq(totals_at(t, 0)->issued, 3);
	cr_expect_eq(totals_at(t, 1)->issued, 2);
	cr_expect_eq(totals_at(t, 2)->issued, 1);
	totals_free(t);
}

Test(totals, every_bad_row_is_told_and_nothing_is_taken)
{
	static const char text[] = "institution,day,product,issued,closed\n"
	    "b,2026-02-30,all,1,\n"
	    "b,2026-02-28,gold,1,\n"
	    "b,2026-02-28,all,-1,\n"
	    "b,2026-02-28,all,1.5E+3,\n"
	    "b,2026-02-28,all,\"1,234\",\n"
	    ",2026-02-28,all,1,\n"
	    "b,2026-02-28,all,1\n"
	    "b,2026-02-28,all,1,x\n"
	    "b,2026-02-28,all,1,\n"
	    "b,2026/2/28,,2,\n"
	    "b,2026-02-28 ,sim,1234567890,\n";
	char err[TOTALS_ERROR_MAX];

	cr_expect_null(read_totals(text, sizeof(text) - 1, err));
	cr_expect_str_eq(err, "t.csv: faults: 10; nothing was taken");
	cr_expect_str_eq(said,
	    "t.csv:2: day: not a day like 2026-11-22\n"
	    "t.csv:3: product: no such product\n"
	    "t.csv:4: issued: not a whole number from 0 to 999999999\n"
	    "t.csv:5: issued: a spreadsheet has damaged this; save the column "
	    "as text\n"
	    "t.csv:6: issued: not a whole number from 0 to 999999999\n"
	    "t.csv:7: institution: not an id of 1 to 31 bytes that shows\n"
	    "t.csv:8: not as many cells as the heading has\n"
	    "t.csv:9: closed: not a whole number from 0 to 999999999\n"
	    "t.csv:12: issued: not a whole number from 0 to 999999999\n"
	    "t.csv:11: the same institution, outlet, day and product once "
	    "more\n");
}

Test(totals, a_heading_has_to_name_what_is_needed_once)
{
	char err[TOTALS_ERROR_MAX];

	cr_expect_null(read_totals("day,issued\n", 11, err));
	cr_expect_str_eq(err, "t.csv: the heading has no column "
	    "\"institution\"");
	cr_expect_null(read_totals("day,date,institution,issued\n", 28, err));
	cr_expect_str_eq(err, "t.csv: the heading names a column twice");
	cr_expect_null(read_totals("", 0, err));
	cr_expect_str_eq(err, "t.csv: the file is empty");
}
