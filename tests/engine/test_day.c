#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/day.h"

/* Read a date the test wrote itself. */
static int32_t
D(const char *text)
{
	int32_t day;

	cr_assert_eq(day_parse(&day, text, strlen(text)), 0, "%s", text);
	return (day);
}

Test(day, known_days)
{
	static const struct {
		int y, m, d, day;
	} t[] = {
		{ 1970, 1, 1, 0 }, { 1969, 12, 31, -1 }, { 1970, 3, 1, 59 },
		{ 2000, 1, 1, 10957 }, { 2000, 2, 29, 11016 },
		{ 2000, 3, 1, 11017 }, { 2024, 12, 1, 20058 },
		{ 1900, 3, 1, -25508 }, { 1600, 1, 1, -135140 },
		{ 1, 1, 1, DAY_MIN }, { 9999, 12, 31, DAY_MAX },
		{ 2038, 1, 19, 24855 },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct day_civil c;

		cr_expect(day_valid(t[i].y, t[i].m, t[i].d));
		cr_expect_eq(day_from_civil(t[i].y, t[i].m, t[i].d),
		    t[i].day, "%d-%d-%d", t[i].y, t[i].m, t[i].d);
		day_to_civil(&c, t[i].day);
		cr_expect_eq(c.year, t[i].y);
		cr_expect_eq(c.month, t[i].m);
		cr_expect_eq(c.mday, t[i].d);
	}
}

/*
 * Walk every day of the calendar: the dates advance by one and each maps back.
 */
Test(day, every_day_both_ways)
{
	struct day_civil was = { 0, 12, 31 }, c;
	int32_t wrong = 0;

	for (int32_t day = DAY_MIN; day <= DAY_MAX; day++) {
		day_to_civil(&c, day);
		wrong += !day_valid(c.year, c.month, c.mday);
		wrong += day_from_civil(c.year, c.month, c.mday) != day;
		if (c.mday == 1)
			wrong += day_valid(was.year, was.month, was.mday + 1) ||
			    (c.month == 1 ? c.year != was.year + 1 :
			    c.month != was.month + 1);
		else
			wrong += c.mday != was.mday + 1 ||
			    c.month != was.month || c.year != was.year;
		was = c;
	}
	cr_assert_eq(wrong, 0);
}

Test(day, agrees_with_libc)
{

	for (int32_t day = -60000; day < 60000; day += 17) {
		time_t t = (time_t)day * 86400;
		struct day_civil c;
		struct tm tm;

		cr_assert(gmtime_r(&t, &tm) != NULL);
		day_to_civil(&c, day);
		cr_assert_eq(c.year, tm.tm_year + 1900);
		cr_assert_eq(c.month, tm.tm_mon + 1);
		cr_assert_eq(c.mday, tm.tm_mday);
	}
}

Test(day, impossible_dates)
{
	static const int t[][3] = {
		{ 2023, 2, 29 }, { 1900, 2, 29 }, { 2024, 2, 30 },
		{ 2024, 4, 31 }, { 2024, 6, 31 }, { 2024, 9, 31 },
		{ 2024, 11, 31 }, { 2024, 1, 32 }, { 2024, 0, 1 },
		{ 2024, 13, 1 }, { 2024, 1, 0 }, { 0, 1, 1 },
		{ 10000, 1, 1 }, { -1, 1, 1 }, { 2024, -1, 1 },
		{ 2024, 1, -1 }, { INT32_MAX, INT32_MAX, INT32_MAX },
		{ INT32_MIN, INT32_MIN, INT32_MIN },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		cr_expect_not(day_valid(t[i][0], t[i][1], t[i][2]), "%zu", i);
	cr_expect(day_valid(2000, 2, 29));
	cr_expect(day_valid(2024, 2, 29));
}

Test(day, out_of_range_is_clamped)
{
	struct day_civil c;
	char text[DAY_TEXT];

	day_to_civil(&c, INT32_MIN);
	cr_expect_eq(c.year, 1);
	day_to_civil(&c, INT32_MAX);
	cr_expect_eq(c.year, 9999);
	day_print(text, INT32_MAX);
	cr_expect_str_eq(text, "9999-12-31");
	day_print(text, INT32_MIN);
	cr_expect_str_eq(text, "0001-01-01");
	cr_expect_eq(day_of(INT64_MAX), DAY_MAX);
	cr_expect_eq(day_of(INT64_MIN), DAY_MIN);
}

/* The day turns at 16:00 UTC, also before 1970. */
Test(day, utc8_day_and_hour)
{
	static const struct {
		int64_t utc;
		int day, hour;
	} t[] = {
		{ 0, 0, 8 }, { -1, 0, 7 },
		{ 16 * 3600 - 1, 0, 23 }, { 16 * 3600, 1, 0 },
		{ -8 * 3600, 0, 0 }, { -8 * 3600 - 1, -1, 23 },
		{ 86399, 1, 7 }, { 86400, 1, 8 },
		{ -86400, -1, 8 }, { -86401, -1, 7 },
		{ 1735660799, 20088, 23 },	/* 2024-12-31 23:59:59 +8 */
		{ 1735660800, 20089, 0 },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		cr_expect_eq(day_of(t[i].utc), t[i].day, "%zu", i);
		cr_expect_eq(day_hour(t[i].utc), t[i].hour, "%zu", i);
	}
	cr_expect(day_hour(INT64_MAX) >= 0 && day_hour(INT64_MAX) < 24);
	cr_expect(day_hour(INT64_MIN) >= 0 && day_hour(INT64_MIN) < 24);
}

Test(day, start_is_the_first_second)
{

	for (int32_t day = -40000; day < 40000; day += 13) {
		cr_assert_eq(day_of(day_start(day)), day);
		cr_assert_eq(day_of(day_start(day) - 1), day - 1);
		cr_assert_eq(day_hour(day_start(day)), 0);
	}
}

Test(day, zone_of_the_process_does_not_matter)
{

	setenv("TZ", "America/New_York", 1);
	tzset();
	cr_expect_eq(day_of(1735660800), D("2025-01-01"));
	cr_expect_eq(day_hour(1735660800), 0);
}

Test(day, age)
{
	static const struct {
		const char *birth, *today;
		int age;
	} t[] = {
		{ "2008-06-15", "2024-06-14", 15 },
		{ "2008-06-15", "2024-06-15", 16 },
		{ "2008-06-15", "2024-06-16", 16 },
		{ "2008-06-15", "2024-07-01", 16 },
		{ "2008-06-15", "2024-05-31", 15 },
		{ "2024-11-22", "2024-11-22", 0 },
		{ "2024-11-23", "2024-11-22", -1 },
		{ "1880-01-01", "2024-01-01", 144 },
		{ "2004-02-29", "2020-02-28", 15 },
		{ "2004-02-29", "2020-02-29", 16 },
		{ "2004-02-29", "2021-02-28", 16 },
		{ "2004-02-29", "2021-03-01", 17 },
		{ "1999-12-31", "2000-01-01", 0 },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		cr_expect_eq(day_age(D(t[i].birth), D(t[i].today)), t[i].age,
		    "%s on %s", t[i].birth, t[i].today);
}

Test(day, parse_refuses)
{
	static const char *t[] = {
		"", "2024", "2024-1-01", "2024-01-1", "2024/01/01",
		"2024-01-01 ", " 2024-01-01", "2024-02-30", "2023-02-29",
		"0000-01-01", "2024-00-01", "2024-01-00", "2024-13-01",
		"20240-1-01", "2024-+1-01", "-024-01-01", "2024-01-0a",
		"2024-0a-01", "a024-01-01", "20240101", "2024-01x01",
		"2024x01-01", "2024-01-011",
	};
	int32_t day = 77;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		cr_expect_eq(day_parse(&day, t[i], strlen(t[i])), -1,
		    "\"%s\"", t[i]);
	cr_expect_eq(day, 77);
}

Test(day, print_then_parse)
{
	char text[DAY_TEXT];

	for (int32_t day = DAY_MIN; day < DAY_MAX; day += 997) {
		day_print(text, day);
		cr_assert_eq(strlen(text), 10);
		cr_assert_eq(D(text), day);
	}
	day_print(text, 20058);
	cr_expect_str_eq(text, "2024-12-01");
}
