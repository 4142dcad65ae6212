#ifndef LIANGKA_DAYTEXT_H_
#define LIANGKA_DAYTEXT_H_

/*
 * Pieces of days as people and programs write them, read from the left: for lists and for
 * an institution's files alike.
 *
 * Pure; any thread.
 */

#include <stddef.h>
#include <stdint.h>

/* A text being read; full-width forms are ASCII already: daytext_narrow(). */
struct daytext {
	const char *p;
	size_t left;
};

/**
 * daytext_narrow(text, len, out, size): Copy a text with full-width digits and signs made
 * ASCII.  Return its length, or 0 when it does not fit.
 */
size_t daytext_narrow(const char *text, size_t len, char *out, size_t size);

/**
 * daytext_number(r, lo, hi, v): Read up to hi digits.  Return 0, or -1 when there are
 * fewer than lo.
 */
int daytext_number(struct daytext *r, size_t lo, size_t hi, int32_t *v);

/**
 * daytext_mark(r, m): Read the mark m.  Return 1, or 0 when something else stands there.
 */
int daytext_mark(struct daytext *r, const char *m);

/**
 * daytext_month_day(r, month, day): Read what stands behind a year: -1-2, /1/2, .1.2,
 * 年1月2日 or 0102.  Return 0, or -1; whether there is such a day is not looked at.
 */
int daytext_month_day(struct daytext *r, int32_t *month, int32_t *day);

#endif /* !LIANGKA_DAYTEXT_H_ */
