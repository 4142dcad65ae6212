#ifndef LIANGKA_ALERT_TEXT_H_
#define LIANGKA_ALERT_TEXT_H_

/*
 * Texts in memory of a fixed size, and what several messages say alike.  What does not
 * fit sets `full` and is left out whole, so that a message can end before it.
 */

#include <stddef.h>
#include <stdint.h>

#include "alert.h"

struct alert_text {
	char *p;
	size_t len, cap;
	int full;
};

/**
 * alert_text_add(t, s, len), alert_text_put(t, format, ...): Append bytes, or a line.
 * alert_text_json(t, s): append a JSON string with its quotes; bytes that are not UTF-8
 * become U+FFFD.
 */
void alert_text_add(struct alert_text *t, const char *s, size_t len);
void alert_text_put(struct alert_text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void alert_text_json(struct alert_text *t, const char *s);

/**
 * alert_text_clean(out, cap, s, markdown): Copy a text that came from a file or a host:
 * one line, UTF-8 whole, without controls and characters that re-order; with markdown
 * also without what a robot would obey (links, mentions, emphasis), which becomes
 * full-width.  Return out.
 */
char *alert_text_clean(char *out, size_t cap, const char *s, int markdown);

/**
 * alert_text_time(ms, iso, buf): UTC+8: "2026-11-22 14:05:09", or as RFC 3339.
 */
const char *alert_text_time(int64_t ms, int iso, char buf[40]);

/**
 * alert_text_place(names, a, out, cap): The name of an outlet by the register, or "".
 * alert_text_area(area, out): six digits, or "".
 * alert_text_flags(names, a, zh, out, cap): The words of what its entry's flags say.
 */
const char *alert_text_place(const struct alert_names *names,
    const struct alert *a, char *out, size_t cap);
const char *alert_text_area(int32_t area, char out[8]);
void alert_text_flags(const struct alert_names *names, const struct alert *a,
    int zh, char *out, size_t cap);

/**
 * alert_text_title(t, names, v, n, english): The line above n alerts: how grave, what.
 * alert_text_lines(t, names, x, english, lead, end, markdown): one alert for people, a
 * line for each thing there is to say, between lead and end.
 */
void alert_text_title(struct alert_text *t, const struct alert_names *names,
    const struct alert_told *v, size_t n, int english);
void alert_text_lines(struct alert_text *t, const struct alert_names *names,
    const struct alert_told *x, int english, const char *lead,
    const char *end, int markdown);

#endif /* !LIANGKA_ALERT_TEXT_H_ */
