#ifndef LIANGKA_REPORTTEXT_H_
#define LIANGKA_REPORTTEXT_H_

/*
 * A report on a terminal, and as JSON.
 */

#include <stddef.h>

struct report;
struct tool;

/**
 * reporttext_write(t, r, table): Write it to t->out as text; where table is not NULL, only
 * the table with this key.  Return 0, or 1 when there is no such table.
 * reporttext_keys(r, buf, cap): Write the keys of its tables, with ", " between.
 * reporttext_json(t, r): Write it as one JSON object:
 *
 *	{"report":"outlets","params":{...},"figures":{...},"differences":["..."],
 *	 "notes":["..."],"tables":{"league":[{"outlet":"0001","rate":{"value":1.2,
 *	 "low":0.4,"high":3.1},...}],...}}
 *
 * Keys are English, what is empty is null, times are RFC 3339 in UTC+8, spans ms.
 */
int reporttext_write(const struct tool *t, const struct report *r,
    const char *table);
void reporttext_keys(const struct report *r, char *buf, size_t cap);
void reporttext_json(const struct tool *t, const struct report *r);

#endif /* !LIANGKA_REPORTTEXT_H_ */
