#ifndef LIANGKA_REPORTCSV_H_
#define LIANGKA_REPORTCSV_H_

/*
 * One table of a report as CSV (RFC 4180: CRLF, quotes doubled), for spreadsheets.  A rate
 * takes three columns: itself and the two ends of its interval.  Times are of UTC+8, spans minutes.  A text
 * that a spreadsheet would take for a formula (it begins with = + - @, a tab or a line end)
 * gets a ' in front; numbers are numbers.
 */

#include <stdio.h>

struct report;

/**
 * reportcsv_write(f, r, table, zh, gb18030): Write the table with this key (NULL: the
 * main one) with heads and words in Chinese or English, in UTF-8 with a byte order mark or in
 * GB18030.  Return 0; 1 when there is no such table; -1 with errno set when out of memory or
 * when this system cannot write GB18030.
 */
int reportcsv_write(FILE *f, const struct report *r, const char *table, int zh,
    int gb18030);

#endif /* !LIANGKA_REPORTCSV_H_ */
