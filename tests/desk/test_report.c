#include <criterion/criterion.h>

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk/report.h"
#include "desk/report_impl.h"
#include "desk/reportcsv.h"
#include "desk/reporthash.h"
#include "desk/reporthtml.h"

#include "reportlook.h"

/* What others may write into a name. */
#define SCRIPT "<script>alert('x')</script>&\""
#define REORDER "a\xe2\x80\xae" "b"	/* U+202E */

static const struct report_column columns[] = {
	{ "name", "名称", "name", REPORT_TEXT, REPORT_ONCE, 0 },
	{ "kind", "种类", "kind", REPORT_TEXT, 0, 0 },
	{ "n", "数", "n", REPORT_NUMBER, 0, 0 },
	{ "rate", "率", "rate", REPORT_RATE, 0, 1000 },
	{ "when", "时间", "when", REPORT_TIME, 0, 0 },
	{ "took", "用时", "took", REPORT_SPAN, 0, 0 },
	{ "far", "远", "far", REPORT_NUMBER, REPORT_WIDE, 0 },
};

/* Add a row. */
static void
row(struct report_table *t, const char *name, int64_t n, uint64_t k)
{

	report_row(t);
	report_text(t, name);
	report_word(t, "one", "一", "One");
	report_number(t, n);
	report_rate(t, k, 10);
	report_time(t, INT64_C(1795312861000));
	report_span(t, 90000);
	report_number(t, 7);
}

/* A small report. */
static struct report *
sample(const char *name)
{
	struct report *r = report_new("sample", "样本", "Sample");
	struct report_table *t;

	cr_assert_not_null(r);
	report_param(r, "place", "地点", "place", name);
	report_figure(r, "all", "全部", "all", 1234567);
	report_note(r, NULL, "说明 %d", "note %d", 1);
	t = report_table(r, "main", "主表", "The table", columns, 7);
	row(t, name, 1234, 5);
	row(t, name, -5, 0);
	row(t, "z", 0, 10);
	return (r);
}

/* Print with a function into memory. */
static char *
page(const struct report *r, int zh)
{
	char *p = NULL;
	size_t n;
	FILE *f = open_memstream(&p, &n);

	cr_assert_not_null(f);
	reporthtml_write(f, r, zh);
	cr_assert_eq(fclose(f), 0);
	return (p);
}

/* The table as CSV. */
static char *
csv(const struct report *r, const char *table, int zh, int gb, size_t *n)
{
	char *p = NULL;
	FILE *f = open_memstream(&p, n);

	cr_assert_not_null(f);
	cr_assert_eq(reportcsv_write(f, r, table, zh, gb), 0);
	cr_assert_eq(fclose(f), 0);
	return (p);
}

Test(report, the_interval_is_wilsons)
{
	double lo, hi;

	report_wilson(0, 10, &lo, &hi);
	cr_assert_float_eq(lo, 0, 1e-12);
	cr_assert_float_eq(hi, 0.277533, 1e-6);
	report_wilson(5, 10, &lo, &hi);
	cr_assert_float_eq(lo, 0.236593, 1e-6);
	cr_assert_float_eq(hi, 0.763407, 1e-6);
	report_wilson(10, 10, &lo, &hi);
	cr_assert_float_eq(lo, 0.722467, 1e-6);
	cr_assert_float_eq(hi, 1, 1e-12);
	report_wilson(3, 1000, &lo, &hi);
	cr_assert_float_eq(lo, 0.001021, 1e-6);
	cr_assert_float_eq(hi, 0.008783, 1e-6);
	report_wilson(0, 0, &lo, &hi);
	cr_assert_float_eq(lo, 0, 1e-12);
	cr_assert_float_eq(hi, 1, 1e-12);
}

Test(report, cells_read_as_people_read)
{
	struct report *r = sample("x");
	const struct report_table *t = r->tables[0];
	char buf[REPORT_PRINTED];

	cr_assert_str_eq(report_print(&columns[2], report_cell(t, 0, 2), 1,
	    buf), "1,234");
	cr_assert_str_eq(report_print(&columns[2], report_cell(t, 1, 2), 1,
	    buf), "-5");
	cr_assert_str_eq(report_print(&columns[3], report_cell(t, 0, 3), 1,
	    buf), "500.0 (236.6–763.4)");
	cr_assert_str_eq(report_print(&columns[4], report_cell(t, 0, 4), 1,
	    buf), "2026-11-22 10:01");
	cr_assert_str_eq(report_print(&columns[5], report_cell(t, 0, 5), 1,
	    buf), "1 分 30 秒");
	cr_assert_str_eq(report_print(&columns[5], report_cell(t, 0, 5), 0,
	    buf), "1 min 30 s");
	cr_assert_str_eq(report_print(&columns[1], report_cell(t, 0, 1), 1,
	    buf), "一");
	cr_assert_eq(report_repeats(t, 0, 0), 0);
	cr_assert_eq(report_repeats(t, 1, 0), 1);
	cr_assert_eq(report_repeats(t, 1, 1), 0);
	cr_assert_eq(report_repeats(t, 2, 0), 0);
	report_free(r);
}

Test(report, what_was_not_filled_is_empty_not_zero)
{
	struct report *r = report_new("x", "x", "x");
	struct report_table *t = report_table(r, "t", "t", "t", columns, 7);
	char buf[REPORT_PRINTED];
	size_t i;

	report_row(t);
	report_text(t, NULL);
	report_empty(t);
	report_empty(t);
	report_rate(t, 0, 0);
	report_time(t, 0);
	report_span(t, -1);
	for (i = 0; i < 7; i++)
		cr_assert_str_eq(report_print(&columns[i], report_cell(t, 0, i),
		    0, buf), "");
	/* One cell too many is no harm. */
	report_number(t, 1);
	report_number(t, 2);
	cr_assert_eq(report_cell(t, 0, 6)->n, 1);
	report_free(r);
}

Test(report, a_page_shows_names_and_runs_nothing)
{
	struct report *r = sample(SCRIPT "\33[2J" REORDER);
	struct report_chart bars = { .shape = REPORT_BAR, .zh = "图",
		.en = "Chart", .label = 0, .labels = 2, .n = 1,
		.series = { 2 } };
	struct report_chart dots = bars;
	char *p;

	dots.shape = REPORT_DOT;
	dots.series[0] = 3;
	report_chart(r->tables[0], &bars);
	report_chart(r->tables[0], &dots);
	p = page(r, 0);
	cr_assert_null(strstr(p, "<script"));
	cr_assert_not_null(strstr(p, "&lt;script&gt;alert(&#39;x&#39;)"));
	cr_assert_null(strchr(p, '\33'));
	cr_assert_null(strstr(p, "\xe2\x80\xae"));
	cr_assert_not_null(strstr(p, "\xef\xbf\xbd"));
	cr_assert_null(strstr(p, "http://"));
	cr_assert_null(strstr(p, "https://"));
	cr_assert_null(strstr(p, "url(h"));
	cr_assert_null(strstr(p, "@import"));
	cr_assert_not_null(strstr(p, "default-src 'none'"));
	cr_assert_not_null(strstr(p, "table-header-group"));
	cr_assert_not_null(strstr(p, "1,234,567"));
	cr_assert_not_null(strstr(p, "<circle"));
	cr_assert_null(strstr(p, "远"));
	cr_assert_null(strstr(p, ">far<"));
	free(p);
	p = page(r, 1);
	cr_assert_not_null(strstr(p, "lang=\"zh-CN\""));
	cr_assert_not_null(strstr(p, "说明 1"));
	free(p);
	report_free(r);
}

Test(report, a_long_table_is_cut_and_its_total_is_not)
{
	struct report *r = report_new("x", "x", "x");
	struct report_table *t = report_table(r, "t", "t", "t", columns, 7);
	char *p, name[16];
	int i;

	for (i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "row%03d", i);
		row(t, name, i, 1);
	}
	report_row_as(t, REPORT_TOTAL);
	report_text(t, "sum");
	report_show(t, 10);
	p = page(r, 0);
	cr_assert_not_null(strstr(p, "row009"));
	cr_assert_null(strstr(p, "row010"));
	cr_assert_not_null(strstr(p, ">sum<"));
	cr_assert_not_null(strstr(p, "The first 10 of 100 rows"));
	free(p);
	report_free(r);
}

Test(report, charts_of_nothing_are_not_drawn)
{
	static const enum report_shape shapes[] = { REPORT_BAR, REPORT_STACK,
		REPORT_LINE, REPORT_DOT };
	struct report *r = report_new("x", "x", "x");
	struct report_table *t = report_table(r, "t", "t", "t", columns, 7);
	struct report_table *empty = report_table(r, "e", "e", "e", columns, 7);
	struct report_chart c = { .zh = "图", .en = "Chart", .label = 0,
		.n = 1, .series = { 2 } };
	size_t i;
	char *p;

	report_row(t);
	report_text(t, "nothing");
	report_empty(t);
	report_number(t, 0);
	for (i = 0; i < 4; i++) {
		c.shape = shapes[i];
		c.series[0] = c.shape == REPORT_DOT ? 3 : 2;
		report_chart(t, &c);
		report_chart(empty, &c);
	}
	p = page(r, 0);
	cr_assert_null(strstr(p, "<figure>"));
	cr_assert_null(strstr(p, "nan"));
	cr_assert_null(strstr(p, "inf"));
	free(p);
	report_free(r);
}

Test(report, a_spreadsheet_calculates_nothing)
{
	static const char *const bad[] = { "=1+1", "+1", "-1", "@x", "\t=1",
		"＝1" };
	struct report *r = report_new("x", "x", "x");
	struct report_table *t = report_table(r, "t", "t", "t", columns, 7);
	char *p, want[64];
	size_t i, n;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		row(t, bad[i], -5, 5);
	row(t, "a,\"b\"\r\n", 1, 5);
	row(t, "\xc2\x9b" "2J\x7f\xe2\x80\xae" "x\xff", 1, 5);
	p = csv(r, NULL, 0, 0, &n);
	cr_assert_eq(memcmp(p, "\xef\xbb\xbf" "name,kind,n,rate,95% low,95% "
	    "high,when,took (minutes),far\r\n", 62), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(want, sizeof(want), "\n'%s,One,-5,500.000,",
		    bad[i]);
		cr_assert_not_null(strstr(p, want), "%s", bad[i]);
	}
	cr_assert_not_null(strstr(p, "\n\"a,\"\"b\"\"\r\n\",One,1,500.000,"
	    "236.593,763.407,2026-11-22 10:01:01,1.5,7\r\n"));
	/* What a terminal would obey is not written. */
	cr_assert_not_null(strstr(p, "\n\xef\xbf\xbd" "2J\xef\xbf\xbd"
	    "\xef\xbf\xbd" "x\xef\xbf\xbd,One,"));
	free(p);
	report_free(r);
}

Test(report, csv_for_old_spreadsheets)
{
	struct report *r = sample("杭州\xff𠮷");
	char *p, *in, *out, text[2048];
	size_t n, room = sizeof(text) - 1;
	iconv_t cd = iconv_open("UTF-8", "GB18030");
	char *utf8;

	p = in = csv(r, "main", 1, 1, &n);
	out = text;
	cr_assert_neq(cd, (iconv_t)-1);
	cr_assert_eq(iconv(cd, &in, &n, &out, &room), 0);
	*out = '\0';
	(void)iconv_close(cd);
	cr_assert_eq(strncmp(text, "名称,种类,数,率,95% 下限,95% 上限,时间,"
	    "用时（分钟）,远\r\n杭州\xef\xbf\xbd𠮷,一,1234,", 92), 0, "%s", text);
	free(p);
	utf8 = csv(r, "main", 1, 0, &n);
	cr_assert_neq(reportcsv_write(stdout, r, "no such", 1, 0), 0);
	free(utf8);
	report_free(r);
}

Test(report, the_main_table_is_the_one_that_is_meant)
{
	struct report *r = sample("first");
	struct report_table *t = report_table(r, "other", "另", "Other",
	    columns, 1);
	size_t n;
	char *p;

	report_row(t);
	report_text(t, "second");
	p = csv(r, NULL, 0, 0, &n);
	cr_assert_not_null(strstr(p, "first"));
	free(p);
	report_main(t);
	p = csv(r, NULL, 0, 0, &n);
	cr_assert_null(strstr(p, "first"));
	cr_assert_not_null(strstr(p, "second"));
	free(p);
	report_free(r);
}

Test(report, differences_stand_apart)
{
	struct report *r = sample("x");
	char *p = page(r, 0);

	cr_assert_null(strstr(p, "class=\"differences\""));
	free(p);
	cr_assert_eq(report_differences(r), 0);
	report_difference(r, "差 %d 张，%s", "%d cards differ, %s", 3,
	    "<b>");
	cr_assert_eq(report_differences(r), 1);
	p = page(r, 0);
	cr_assert_not_null(strstr(p, "3 cards differ, &lt;b&gt;"));
	free(p);
	report_free(r);
}

Test(report, a_table_of_many_keys)
{
	struct reporthash *h = reporthash_new(5, 4);
	const size_t n = 50000;
	uint8_t key[5] = { 0 };
	uint32_t *v;
	size_t i;

	cr_assert_not_null(h);
	for (i = 0; i < n; i++) {
		memcpy(key, &i, 4);
		key[4] = (uint8_t)(i % 3);
		cr_assert_not_null(v = reporthash_put(h, key));
		cr_assert_eq(*v, 0);
		*v = (uint32_t)i + 1;
	}
	cr_assert_eq(reporthash_count(h), n);
	for (i = 0; i < n; i++) {
		memcpy(key, &i, 4);
		key[4] = (uint8_t)(i % 3);
		cr_assert_not_null(v = reporthash_get(h, key));
		cr_assert_eq(*v, i + 1);
		cr_assert_eq(v, reporthash_value(h, i));
		cr_assert_eq(memcmp(reporthash_key(h, i), key, 5), 0);
		key[4] = 9;
		cr_assert_null(reporthash_get(h, key));
	}
	reporthash_free(h);
}
