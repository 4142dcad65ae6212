#ifndef LIANGKA_REPORTTEXT_H_
#define LIANGKA_REPORTTEXT_H_

/*
 * A report on a terminal, and as JSON.
 */

struct report;
struct tool;

/**
 * reporttext_write(t, r, table): Write it to t->out as text; where table is not NULL, only
 * the table with this key.
 * reporttext_json(t, r): Write it as one JSON object:
 *
 *	{"report":"outlets","params":{...},"figures":{...},"differences":["..."],
 *	 "notes":["..."],"tables":{"league":[{"outlet":"0001","rate":{"value":1.2,
 *	 "low":0.4,"high":3.1},...}],...}}
 *
 * Keys are English, what is empty is null, times are RFC 3339 in UTC+8, spans ms.
 */
void reporttext_write(const struct tool *t, const struct report *r,
    const char *table);
void reporttext_json(const struct tool *t, const struct report *r);

#endif /* !LIANGKA_REPORTTEXT_H_ */
