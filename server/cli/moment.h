#ifndef LIANGKA_MOMENT_H_
#define LIANGKA_MOMENT_H_

/*
 * Moments, UTC milliseconds since 1970, as people read and write them: in the
 * time of China, UTC+8, whatever the zone of the machine is, as days and rules
 * are reckoned.
 */

#include <stddef.h>
#include <stdint.h>

#define MOMENT_SIZE 40

/**
 * moment_print(ms, buf): Write e.g. "2026-11-22 14:05:09 +08:00" into buf and
 * return it; "-" for 0.
 */
const char *moment_print(int64_t ms, char buf[MOMENT_SIZE]);

/**
 * moment_short(ms, buf): The same without the zone: "2026-11-22 14:05:09".
 */
const char *moment_short(int64_t ms, char buf[MOMENT_SIZE]);

/**
 * moment_iso(ms, buf): The same as RFC 3339: "2026-11-22T14:05:09.123+08:00".
 */
const char *moment_iso(int64_t ms, char buf[MOMENT_SIZE]);

/**
 * moment_parse(text, now_ms, ms): Read "2026-11-22 14:05[:09[.123]]", with T for
 * the space, with Z or +HH:MM at the end (else UTC+8); "2026-11-22" (the first
 * moment of that day); "now"; "@" and UTC milliseconds; or a time that is past:
 * "90s", "30min", "2h", "3d" before now.  Return 0, or -1.
 */
int moment_parse(const char *text, int64_t now_ms, int64_t *ms);

/**
 * moment_duration(text, ms): Read "500ms", "3s", "2min", "1h", "1d", or plain
 * milliseconds.  Return 0, or -1.
 */
int moment_duration(const char *text, int64_t *ms);

#endif /* !LIANGKA_MOMENT_H_ */
