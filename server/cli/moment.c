#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "moment.h"

#define ZONE_S (8 * 3600)
#define DAY_MS INT64_C(86400000)
#define YEAR_MIN 1970
#define YEAR_MAX 2199

/* The parts of a moment in UTC+8; 0 or -1. */
static int
parts(int64_t ms, struct tm *tm, int *milli)
{
	int64_t s = ms / 1000, rest = ms % 1000;
	time_t clock;

	if (rest < 0) {
		rest += 1000;
		s--;
	}
	*milli = (int)rest;
	clock = (time_t)(s + ZONE_S);
	return (gmtime_r(&clock, tm) != NULL ? 0 : -1);
}

/* Write it in one of three forms. */
static const char *
print(int64_t ms, char buf[MOMENT_SIZE], int form)
{
	struct tm tm;
	size_t n;
	int milli;

	if (ms == 0 || parts(ms, &tm, &milli) != 0) {
		(void)snprintf(buf, MOMENT_SIZE, "-");
		return (buf);
	}
	n = strftime(buf, MOMENT_SIZE - 16, form == 2 ? "%Y-%m-%dT%H:%M:%S" :
	    "%Y-%m-%d %H:%M:%S", &tm);
	if (n == 0)
		(void)snprintf(buf, MOMENT_SIZE, "@%lld", (long long)ms);
	else if (form == 2)
		(void)snprintf(&buf[n], MOMENT_SIZE - n, ".%03d+08:00", milli);
	else if (form == 1)
		(void)snprintf(&buf[n], MOMENT_SIZE - n, " +08:00");
	return (buf);
}

/* For people, with the zone. */
const char *
moment_print(int64_t ms, char buf[MOMENT_SIZE])
{

	return (print(ms, buf, 1));
}

/* For people, in columns. */
const char *
moment_short(int64_t ms, char buf[MOMENT_SIZE])
{

	return (print(ms, buf, 0));
}

/* For machines. */
const char *
moment_iso(int64_t ms, char buf[MOMENT_SIZE])
{

	return (print(ms, buf, 2));
}

/* Read exactly n digits, moving *p on. */
static int
digits(const char **p, int n, int *v)
{

	for (*v = 0; n > 0; n--, (*p)++) {
		if (**p < '0' || **p > '9')
			return (-1);
		*v = *v * 10 + (**p - '0');
	}
	return (0);
}

/* Step over one of two characters. */
static int
sign(const char **p, char a, char b)
{

	if (**p != a && **p != b)
		return (-1);
	(*p)++;
	return (0);
}

/* Read the fraction of a second, of which three digits count. */
static int
fraction(const char **p, int *milli)
{
	int n, scale = 100;

	*milli = 0;
	if (**p != '.')
		return (0);
	(*p)++;
	for (n = 0; **p >= '0' && **p <= '9' && n < 9; n++, (*p)++) {
		*milli += (**p - '0') * scale;
		scale /= 10;
	}
	return (n > 0 ? 0 : -1);
}

/* Read Z, +HH:MM or nothing, which is UTC+8, to the end of the text. */
static int
zone(const char *p, int *offset_s)
{
	int h, m, minus;

	*offset_s = ZONE_S;
	if (*p == ' ')
		p++;
	if (*p == '\0')
		return (0);
	*offset_s = 0;
	if (*p == 'Z' || *p == 'z')
		return (p[1] == '\0' ? 0 : -1);
	minus = *p == '-';
	if (sign(&p, '+', '-') != 0 || digits(&p, 2, &h) != 0)
		return (-1);
	if (*p == ':')
		p++;
	if (digits(&p, 2, &m) != 0 || *p != '\0' || h > 14 || m > 59)
		return (-1);
	*offset_s = (h * 3600 + m * 60) * (minus ? -1 : 1);
	return (0);
}

/* Days in a month. */
static int
month_days(int y, int m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	if (m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0))
		return (29);
	return (days[m - 1]);
}

/* Read a date, and a time where there is one. */
static int
civil(const char *p, int64_t *ms)
{
	struct tm tm;
	int y, mo, d, h = 0, mi = 0, s = 0, milli = 0, offset = ZONE_S;

	if (digits(&p, 4, &y) != 0 || sign(&p, '-', '/') != 0 ||
	    digits(&p, 2, &mo) != 0 || sign(&p, '-', '/') != 0 ||
	    digits(&p, 2, &d) != 0)
		return (-1);
	if (y < YEAR_MIN || y > YEAR_MAX || mo < 1 || mo > 12 || d < 1 ||
	    d > month_days(y, mo))
		return (-1);
	if (*p != '\0') {
		if (sign(&p, ' ', 'T') != 0 || digits(&p, 2, &h) != 0 ||
		    sign(&p, ':', ':') != 0 || digits(&p, 2, &mi) != 0)
			return (-1);
		if (*p == ':') {
			p++;
			if (digits(&p, 2, &s) != 0 ||
			    fraction(&p, &milli) != 0)
				return (-1);
		}
		if (h > 23 || mi > 59 || s > 59 || zone(p, &offset) != 0)
			return (-1);
	}
	memset(&tm, 0, sizeof(tm));
	tm.tm_year = y - 1900;
	tm.tm_mon = mo - 1;
	tm.tm_mday = d;
	tm.tm_hour = h;
	tm.tm_min = mi;
	tm.tm_sec = s;
	*ms = ((int64_t)timegm(&tm) - offset) * 1000 + milli;
	return (0);
}

/* Read a number and a unit. */
static int
amount(const char *text, int plain, int64_t *ms)
{
	static const struct {
		const char *unit;
		int64_t ms;
	} units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "min", 60000 }, { "h", 3600000 },
		{ "d", DAY_MS }
	};
	const char *p;
	int64_t v = 0;
	size_t i;

	for (p = text; *p >= '0' && *p <= '9' && p - text < 15; p++)
		v = v * 10 + (*p - '0');
	if (p == text)
		return (-1);
	if (*p == '\0' && plain) {
		*ms = v;
		return (0);
	}
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(p, units[i].unit) == 0 &&
		    v <= 100000 * DAY_MS / units[i].ms) {
			*ms = v * units[i].ms;
			return (0);
		}
	return (-1);
}

/* Read a moment. */
int
moment_parse(const char *text, int64_t now_ms, int64_t *ms)
{
	int64_t ago;

	if (strcmp(text, "now") == 0) {
		*ms = now_ms;
		return (0);
	}
	if (text[0] == '@')
		return (text[1] >= '0' && text[1] <= '9' &&
		    amount(&text[1], 1, ms) == 0 && strpbrk(text, "smhd") ==
		    NULL ? 0 : -1);
	if (amount(text, 0, &ago) == 0) {
		*ms = now_ms - ago;
		return (0);
	}
	return (civil(text, ms));
}

/* Read a duration. */
int
moment_duration(const char *text, int64_t *ms)
{

	return (amount(text, 1, ms));
}
