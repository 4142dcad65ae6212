#ifndef LIANGKA_LOG_H_
#define LIANGKA_LOG_H_

/*
 * The operational log: one line a message on standard error, with the priority
 * in front in the form that the service manager reads ("<4>...") when it runs us,
 * else with a word that people read.  Never a word of what an applicant said:
 * uids, paths, counts and codes only.
 *
 * Threads: any; each message is one write(2).
 */

#include <stdint.h>

enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6
};

/* Lets a message that could come a million times come once a second. */
struct log_limit {
	int64_t next_ms;
	uint32_t skipped;
};

/**
 * log_init(): Look once at the environment for who reads standard error.
 */
void log_init(void);

/**
 * log_say(level, fmt, ...): Write a message without newline at its end.  A
 * message of several lines gets the priority on each.
 */
void log_say(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * log_seldom(l, now_ms, level, fmt, ...): The same, but at most once a second
 * for each l (which starts as zeros); how many were left out is added.
 */
void log_seldom(struct log_limit *l, int64_t now_ms, enum log_level level,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/**
 * log_plain(s): Put '?' in place of what a peer's text s holds that does not show, such as
 * line ends and what terminals obey, or that is no UTF-8.  Return s.
 */
char *log_plain(char *s);

#endif /* !LIANGKA_LOG_H_ */
