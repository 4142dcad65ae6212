#ifndef ENGINE_DAY_H
#define ENGINE_DAY_H

#include <stddef.h>
#include <stdint.h>

/*
 * The civil calendar of the decision: proleptic Gregorian, years 1 to 9999, and
 * days counted in UTC+8 at a fixed offset (China has kept one zone without
 * summer time since 1992, and a limit "of today" must not move with the TZ
 * variable of a server).  A "day" is the count of days since 1970-01-01.  Pure
 * functions: no clock, no locale, no global state, safe from any thread.
 */

#define DAY_MIN		(-719162)	/* 0001-01-01 */
#define DAY_MAX		2932896		/* 9999-12-31 */
#define DAY_TEXT	11		/* "YYYY-MM-DD" and its NUL */

struct day_civil {
	int32_t year;
	int32_t month;			/* 1..12 */
	int32_t mday;			/* 1..31 */
};

/**
 * day_valid(year, month, mday):
 * Return 1 if the date exists and its year is 1..9999, else 0.  Any values may
 * be passed.
 */
int day_valid(int32_t year, int32_t month, int32_t mday);

/**
 * day_from_civil(year, month, mday):
 * Return the day of a date for which day_valid() holds.
 */
int32_t day_from_civil(int32_t year, int32_t month, int32_t mday);

/**
 * day_to_civil(out, day):
 * Write into ${out} the date of ${day}; a day outside DAY_MIN..DAY_MAX is first
 * moved to the nearer end.
 */
void day_to_civil(struct day_civil *out, int32_t day);

/**
 * day_of(utc):
 * Return the UTC+8 day in which the second ${utc} (seconds since
 * 1970-01-01T00:00:00Z, may be negative) lies, moved to the nearer of DAY_MIN
 * and DAY_MAX when it lies beyond.
 */
int32_t day_of(int64_t utc);

/**
 * day_hour(utc):
 * Return the hour 0..23 of the UTC+8 day in which the second ${utc} lies.
 */
int day_hour(int64_t utc);

/**
 * day_start(day):
 * Return the first UTC second of the UTC+8 day ${day}: day_of(day_start(day))
 * is day, and one second earlier is the day before.
 */
int64_t day_start(int32_t day);

/**
 * day_age(birth, today):
 * Return the age in completed years, on the day ${today}, of someone born on
 * the day ${birth}, or -1 if that is still to come.  A year is completed on the
 * birthday itself; who was born on 02-29 completes it on 03-01 in a common
 * year.
 */
int32_t day_age(int32_t birth, int32_t today);

/**
 * day_parse(out, text, len):
 * Read a date that is written as exactly ten bytes YYYY-MM-DD.  Return 0 and
 * the day in ${out}; or -1 and ${out} untouched if the form is another or the
 * date does not exist.
 */
int day_parse(int32_t *out, const char *text, size_t len);

/**
 * day_print(out, day):
 * Write ${day} as YYYY-MM-DD and a NUL; a day outside DAY_MIN..DAY_MAX is first
 * moved to the nearer end.
 */
void day_print(char out[DAY_TEXT], int32_t day);

#endif
