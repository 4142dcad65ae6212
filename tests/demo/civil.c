#include "civil.h"

/* March is the first month: the leap day then ends the year. */
int64_t
civil_days(int y, int m, int d)
{
	int64_t year = (int64_t)y - (m <= 2);
	int64_t era = year / 400, yoe = year - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;

	return (era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468);
}

/* The inverse. */
void
civil_date(int64_t day, int *y, int *m, int *d)
{
	int64_t z = day + 719468;
	int64_t era = z / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*d = (int)(doy - (153 * mp + 2) / 5 + 1);
	*m = (int)(mp < 10 ? mp + 3 : mp - 9);
	*y = (int)(yoe + era * 400 + (*m <= 2));
}

/* Read n digits, or return -1. */
static int
digits(const char *p, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return (-1);
		v = v * 10 + (p[i] - '0');
	}
	return (v);
}

/* A date that does not come back the same does not exist. */
int
civil_read(const char *s, int64_t *day)
{
	int y = digits(s, 4), m, d, y2, m2, d2;

	if (y < 1970 || s[4] != '-' || (m = digits(s + 5, 2)) < 1 ||
	    m > 12 || s[7] != '-' || (d = digits(s + 8, 2)) < 1 || d > 31)
		return (0);
	*day = civil_days(y, m, d);
	civil_date(*day, &y2, &m2, &d2);
	return (y == y2 && m == m2 && d == d2 ? 10 : 0);
}
