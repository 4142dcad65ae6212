#include <inttypes.h>

#include "civil.h"
#include "plan_columns.h"

#define ZONE_SECONDS (8 * 3600) /* the plan's zone: UTC+8 */

/* Read two digits; -1 when they are none. */
static int
two(const char *p)
{

	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return (-1);
	return ((p[0] - '0') * 10 + (p[1] - '0'));
}

/* Read HH:MM:SS, which must end the text. */
static int
clock_read(const char *p, int64_t *seconds)
{
	int h, m, s;

	if ((h = two(p)) < 0 || h > 23 || p[2] != ':' ||
	    (m = two(p + 3)) < 0 || m > 59 || p[5] != ':' ||
	    (s = two(p + 6)) < 0 || s > 59 || p[8] != '\0')
		return (-1);
	*seconds = h * 3600 + m * 60 + s;
	return (0);
}

/* -30d04:15:00 */
static const char *
ago_read(struct plan_row *row, const char *s)
{
	int64_t day = 0, rest;

	for (s++; *s >= '0' && *s <= '9' && day < 100000; s++)
		day = day * 10 + (*s - '0');
	if (s[0] != 'd' || s[-1] == '-' || clock_read(s + 1, &rest) < 0)
		return ("not of the form -30d04:15:00");
	row->when_form = PLAN_AGO;
	row->when = day * 86400 + rest;
	return (NULL);
}

/* 2026-10-12, with or without a time of day. */
static const char *
date_read(struct plan_row *row, const char *s)
{
	int64_t day, rest = 0;
	int n = civil_read(s, &day);

	if (n == 0)
		return ("not a time: 09:30:00, 2026-10-12 or -30d04:15:00");
	row->when_form = s[n] == '\0' ? PLAN_DATE : PLAN_AT;
	if (s[n] != '\0' && ((s[n] != ' ' && s[n] != 'T') ||
	    clock_read(s + n + 1, &rest) < 0))
		return ("the time after the date is not HH:MM:SS");
	row->when = (day * 86400 + rest - ZONE_SECONDS) * 1000;
	return (NULL);
}

/* The first characters tell which form it is. */
const char *
plan_when_read(struct plan_row *row, const char *s)
{
	row->when_form = PLAN_NO_TIME;
	if (*s == '-')
		return (ago_read(row, s));
	if (clock_read(s, &row->when) == 0) {
		row->when_form = PLAN_CLOCK;
		return (NULL);
	}
	return (date_read(row, s));
}

/* The form that was read is the form that is written. */
void
plan_when_print(const struct plan_row *row, char *buf, size_t size)
{
	int64_t s = row->when;
	size_t at = 0;
	int y, m, d;

	buf[0] = '\0';
	if (row->when_form == PLAN_NO_TIME)
		return;
	if (row->when_form == PLAN_AT || row->when_form == PLAN_DATE)
		s = s / 1000 + ZONE_SECONDS;
	if (row->when_form == PLAN_AGO) {
		at = (size_t)snprintf(buf, size, "-%" PRId64 "d", s / 86400);
	} else if (row->when_form != PLAN_CLOCK) {
		civil_date(s / 86400, &y, &m, &d);
		at = (size_t)snprintf(buf, size, "%04d-%02d-%02d%s", y, m, d,
		    row->when_form == PLAN_AT ? " " : "");
	}
	s %= 86400;
	if (row->when_form != PLAN_DATE && at < size)
		snprintf(buf + at, size - at, "%02d:%02d:%02d", (int)(s / 3600),
		    (int)(s / 60 % 60), (int)(s % 60));
}
