#ifndef DEMO_CIVIL_H_
#define DEMO_CIVIL_H_

/*
 * The civil calendar as a count of days since 1970-01-01.
 */

#include <stdint.h>

/**
 * civil_days(y, m, d): Return the day of a date that exists, from year 1 on.
 */
int64_t civil_days(int y, int m, int d);

/**
 * civil_date(day, y, m, d): Write the date of a day.
 */
void civil_date(int64_t day, int *y, int *m, int *d);

/**
 * civil_read(s, day): Read exactly YYYY-MM-DD at s, 1970-01-01 or later, which
 * more text may follow.  Return the bytes read, or 0 when there is no such date.
 */
int civil_read(const char *s, int64_t *day);

#endif /* !DEMO_CIVIL_H_ */
