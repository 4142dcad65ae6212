/*
 * Openers by area and by day.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/day.h"

#include "report.h"
#include "report_openers_impl.h"
#include "reporthash.h"

#define DAYS_MAX 60	/* of the line of days: the last ones */

static const struct report_column area_columns[] = {
	{ "area", "区划", "area", REPORT_TEXT, REPORT_STRONG, 0 },
	{ "digits", "位数", "digits", REPORT_NUMBER, 0, 0 },
	{ "persons", "达到阈值人数", "people over a threshold", REPORT_NUMBER,
	    0, 0 },
	{ "openings", "其期间开卡张数", "their cards in the period",
	    REPORT_NUMBER, 0, 0 },
};

static const struct report_column day_columns[] = {
	{ "day", "日期", "day", REPORT_TEXT, 0, 0 },
	{ "persons", "首次达到阈值人数", "people first over a threshold",
	    REPORT_NUMBER, 0, 0 },
};

struct area_key {
	int32_t code;		/* as six digits */
	int32_t digits;		/* 2, 4 or 6 */
};

struct area {
	uint32_t persons, openings;
};

/* The area of an application's outlet. */
int32_t
openers_area(const struct openers *x, const struct openers_row *r)
{
	const struct reporthash_outlet *k = reporthash_key(x->outlets,
	    r->outlet);
	const struct openers_outlet *v = reporthash_value(x->outlets,
	    r->outlet);

	return (reportkind_area(x->o, k->inst, k->outlet, v->area));
}

/* Count a person into an area of so many digits. */
static int
count_area(struct reporthash *h, int32_t area, int32_t digits,
    const struct openers_found *f)
{
	int32_t unit = digits == 2 ? 10000 : digits == 4 ? 100 : 1;
	struct area_key k = { area / unit * unit, digits };
	struct area *a;

	if ((a = reporthash_put(h, &k)) == NULL)
		return (-1);
	a->persons++;
	a->openings += f->openings;
	return (0);
}

/* By code, the wider area first. */
static int
by_code(const struct reporthash *h, size_t a, size_t b)
{
	const struct area_key *x = reporthash_key(h, a);
	const struct area_key *y = reporthash_key(h, b);

	if (x->code != y->code)
		return (x->code < y->code ? -1 : 1);
	return (x->digits - y->digits);
}

/* Write one area. */
static void
area_row(struct report_table *t, const struct area_key *k,
    const struct area *a)
{
	char text[16];

	report_row_as(t, k->digits == 6 ? REPORT_PLAIN : REPORT_TOTAL);
	(void)snprintf(text, sizeof(text), "%06d", (int)k->code);
	text[k->digits] = '\0';
	if (k->code != 0)
		report_text(t, text);
	else
		report_word(t, "unknown", "不详", "not known");
	report_number(t, k->digits);
	report_number(t, a->persons);
	report_number(t, a->openings);
}

/* Write the areas. */
int
openers_tell_areas(struct report *r, const struct openers *x, const struct openers_told *v,
    size_t n)
{
	static const struct report_chart chart = { .shape = REPORT_BAR,
		.zh = "各区县达到阈值的人数", .en = "People over a threshold, by "
		"county", .label = 0, .n = 1, .series = { 2 } };
	struct reporthash *h = reporthash_new(sizeof(struct area_key),
	    sizeof(struct area));
	struct report_table *t;
	size_t i, *order = NULL;
	int32_t area;
	int rc = h == NULL ? -1 : 0;

	for (i = 0; i < n && rc == 0; i++) {
		area = openers_area(x, v[i].f.last);
		if (count_area(h, area, 6, &v[i].f) != 0 || (area != 0 &&
		    (count_area(h, area, 4, &v[i].f) != 0 ||
		    count_area(h, area, 2, &v[i].f) != 0)))
			rc = -1;
	}
	if (rc == 0 && (order = reporthash_sorted(h, by_code)) == NULL)
		rc = -1;
	if (rc == 0) {
		t = report_table(r, "areas", "按区划", "By area", area_columns,
		    sizeof(area_columns) / sizeof(area_columns[0]));
		report_chart(t, &chart);
		report_note(r, t, "按每人最近一次开卡的网点所在区划计；2 位、4 位行为"
		    "省、市汇总。", "By the area of the outlet of each person's "
		    "last opening; rows of 2 and 4 digits sum up province and "
		    "city.");
		for (i = 0; i < reporthash_count(h); i++)
			area_row(t, reporthash_key(h, order[i]),
			    reporthash_value(h, order[i]));
	}
	free(order);
	reporthash_free(h);
	return (rc);
}

/* Write how many crossed a threshold on which day. */
int
openers_tell_days(struct report *r, const struct openers_told *v, size_t n)
{
	static const struct report_chart chart = { .shape = REPORT_LINE,
		.zh = "每日首次达到阈值的人数", .en = "People first over a "
		"threshold, by day", .label = 0, .n = 1, .series = { 1 } };
	struct report_table *t;
	int32_t lo = 0, hi = -1, day;
	uint32_t *count;
	char text[16];
	size_t i;
	int cut;

	for (i = 0; i < n; i++) {
		day = day_of(v[i].f.crossed / 1000);
		if (i == 0 || day < lo)
			lo = day;
		if (i == 0 || day > hi)
			hi = day;
	}
	if (hi <= lo)
		return (0);
	if ((cut = hi - lo >= DAYS_MAX) != 0)
		lo = hi - DAYS_MAX + 1;
	if ((count = calloc((size_t)(hi - lo) + 1, sizeof(*count))) == NULL)
		return (-1);
	for (i = 0; i < n; i++)
		if ((day = day_of(v[i].f.crossed / 1000)) >= lo)
			count[day - lo]++;
	t = report_table(r, "days", "按日", "By day", day_columns, 2);
	report_chart(t, &chart);
	report_drawn(t);
	if (cut)
		report_note(r, t, "仅列最近 %d 日。", "The last %d days only.",
		    DAYS_MAX);
	for (day = lo; day <= hi; day++) {
		report_row(t);
		report_text(t, reportkind_day_text(day, text));
		report_number(t, count[day - lo]);
	}
	free(count);
	return (0);
}
