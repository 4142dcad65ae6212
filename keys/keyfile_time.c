#include <string.h>
#include <time.h>

#include "keyfile.h"

static const char form[] = "dddd-dd-ddTdd:dd:ddZ";

/* Read n digits, which the caller has seen to be digits. */
static int
digits(const char *p, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++)
		v = v * 10 + (p[i] - '0');
	return (v);
}

/* Count the days of a month. */
static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
	    31 };

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return (29);
	return (days[month - 1]);
}

/* Write a time. */
int
keyfile_time_print(char text[KEYFILE_CREATED_LEN + 1], int64_t t)
{
	time_t when = (time_t)t;
	struct tm tm;

	text[0] = '\0';
	if (gmtime_r(&when, &tm) == NULL || tm.tm_year < 100 ||
	    tm.tm_year > 8099)
		return (-1);
	(void)strftime(text, KEYFILE_CREATED_LEN + 1, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return (0);
}

/* Read a time. */
int
keyfile_time_parse(int64_t *t, const char *text, size_t len)
{
	struct tm tm;

	*t = 0;
	if (len != KEYFILE_CREATED_LEN)
		return (-1);
	for (size_t i = 0; i < len; i++)
		if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' :
		    text[i] != form[i])
			return (-1);
	memset(&tm, 0, sizeof(tm));
	tm.tm_year = digits(text, 4);
	tm.tm_mon = digits(text + 5, 2);
	tm.tm_mday = digits(text + 8, 2);
	tm.tm_hour = digits(text + 11, 2);
	tm.tm_min = digits(text + 14, 2);
	tm.tm_sec = digits(text + 17, 2);
	if (tm.tm_year < 2000 || tm.tm_mon < 1 || tm.tm_mon > 12 ||
	    tm.tm_mday < 1 || tm.tm_mday > month_days(tm.tm_year, tm.tm_mon) ||
	    tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 59)
		return (-1);
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*t = (int64_t)timegm(&tm);
	return (0);
}
