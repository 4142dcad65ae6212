#ifndef LIANGKA_LOGCSV_H_
#define LIANGKA_LOGCSV_H_

/*
 * Entries as CSV (RFC 4180: CRLF, quotes doubled) for spreadsheets and other
 * programs.  The columns are fixed, new ones are added at the end:
 *
 *	seq time at kind outcome institution outlet teller terminal txn visit
 *	product operation channel quantity decision floor hits lifted shadow
 *	needs reason policy expires ref decided_by second note flags person
 *	agent leaf
 *
 * Times are "YYYY-MM-DD hh:mm:ss" in UTC+8; codes are the English words of
 * words.h; person and agent are tokens.  A text that a spreadsheet would take for
 * a formula (it begins with = + - @, a tab or a line end) gets a ' in front.
 */

#include <stddef.h>
#include <stdio.h>

struct entry;
struct logcsv;

/**
 * logcsv_open(f, gb18030): Begin on f with the titles: in UTF-8 with a byte order
 * mark, or in GB18030.  Return NULL when out of memory or when this system cannot
 * write GB18030.  logcsv_close(c): free c; NULL is allowed; f stays open.
 */
struct logcsv *logcsv_open(FILE *f, int gb18030);
void logcsv_close(struct logcsv *c);

/**
 * logcsv_put(c, e, p, len): Write the entry e, which is stored as the len bytes
 * at p.
 */
void logcsv_put(struct logcsv *c, const struct entry *e, const char *p,
    size_t len);

#endif /* !LIANGKA_LOGCSV_H_ */
