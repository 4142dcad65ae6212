#include "day.h"

#define DAY_SECONDS	86400
#define ZONE_SECONDS	28800		/* UTC+8 */
#define ERA_DAYS	146097		/* days in 400 Gregorian years */
#define EPOCH_SHIFT	719468		/* days from 0000-03-01 to 1970-01-01 */

/* Return 1 if the year has a 29th of February. */
static int
leap(int32_t year)
{

	return (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

/* Move the day into the range of the calendar. */
static int32_t
clamp(int64_t day)
{

	if (day < DAY_MIN)
		return (DAY_MIN);
	if (day > DAY_MAX)
		return (DAY_MAX);
	return ((int32_t)day);
}

/* Divide rounding towards minus infinity; the divisor is positive. */
static int64_t
floor_div(int64_t a, int64_t b)
{

	return (a / b - (a % b < 0));
}

/* Say whether the date exists. */
int
day_valid(int32_t year, int32_t month, int32_t mday)
{
	static const int8_t len[12] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};

	if (year < 1 || year > 9999 || month < 1 || month > 12 || mday < 1)
		return (0);
	return (mday <= len[month - 1] + (month == 2 && leap(year)));
}

/*
 * Count days in years that begin on 1 March, so that the leap day comes last
 * and the months before it have a regular pattern of lengths: 153 days in every
 * five.
 */
int32_t
day_from_civil(int32_t year, int32_t month, int32_t mday)
{
	int32_t y = year - (month <= 2);
	int32_t m = month > 2 ? month - 3 : month + 9;
	int32_t of_year = (153 * m + 2) / 5 + mday - 1;

	return (y * 365 + y / 4 - y / 100 + y / 400 + of_year - EPOCH_SHIFT);
}

/* Undo day_from_civil. */
void
day_to_civil(struct day_civil *out, int32_t day)
{
	int32_t z = clamp(day) + EPOCH_SHIFT;
	int32_t era = z / ERA_DAYS;
	int32_t doe = z % ERA_DAYS;
	int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int32_t m = (5 * doy + 2) / 153;

	out->mday = doy - (153 * m + 2) / 5 + 1;
	out->month = m < 10 ? m + 3 : m - 9;
	out->year = era * 400 + yoe + (out->month <= 2);
}

/*
 * Find the UTC+8 day of a second; dividing before shifting keeps the ends of
 * the type from overflowing.
 */
int32_t
day_of(int64_t utc)
{
	int64_t day = floor_div(utc, DAY_SECONDS);
	int64_t rest = utc % DAY_SECONDS;

	if (rest < 0)
		rest += DAY_SECONDS;
	return (clamp(day + (rest + ZONE_SECONDS >= DAY_SECONDS)));
}

/* Find the UTC+8 hour of a second. */
int
day_hour(int64_t utc)
{
	int64_t hours = floor_div(utc, 3600);
	int hour = (int)(hours - floor_div(hours, 24) * 24);

	return ((hour + 8) % 24);
}

/* Find the second at which a UTC+8 day begins. */
int64_t
day_start(int32_t day)
{

	return ((int64_t)day * DAY_SECONDS - ZONE_SECONDS);
}

/*
 * Count completed years; comparing month and day makes 03-01 the birthday of a
 * 02-29 in a common year.
 */
int32_t
day_age(int32_t birth, int32_t today)
{
	struct day_civil b, t;

	if (birth > today)
		return (-1);
	day_to_civil(&b, birth);
	day_to_civil(&t, today);
	return (t.year - b.year -
	    (t.month < b.month || (t.month == b.month && t.mday < b.mday)));
}

/* Read ${n} decimal digits, or return -1 if one of them is none. */
static int32_t
digits(const char *s, int n)
{
	int32_t v = 0;

	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return (-1);
		v = v * 10 + (s[i] - '0');
	}
	return (v);
}

/* Read YYYY-MM-DD. */
int
day_parse(int32_t *out, const char *text, size_t len)
{
	int32_t y, m, d;

	if (len != DAY_TEXT - 1 || text[4] != '-' || text[7] != '-')
		return (-1);
	y = digits(text, 4);
	m = digits(text + 5, 2);
	d = digits(text + 8, 2);
	if (!day_valid(y, m, d))
		return (-1);
	*out = day_from_civil(y, m, d);
	return (0);
}

/* Write ${n} decimal digits with leading zeros. */
static void
put(char *s, int n, int32_t v)
{

	while (n-- > 0) {
		s[n] = (char)('0' + v % 10);
		v /= 10;
	}
}

/* Write YYYY-MM-DD. */
void
day_print(char out[DAY_TEXT], int32_t day)
{
	struct day_civil c;

	day_to_civil(&c, day);
	put(out, 4, c.year);
	out[4] = '-';
	put(out + 5, 2, c.month);
	out[7] = '-';
	put(out + 8, 2, c.mday);
	out[10] = '\0';
}
