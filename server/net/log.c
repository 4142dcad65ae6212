#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/utf8.h"

#include "log.h"

#define LINE_MAX_BYTES 2048

static int priorities;

/* See whether a service manager reads our standard error. */
void
log_init(void)
{

	priorities = secure_getenv("JOURNAL_STREAM") != NULL ||
	    secure_getenv("NOTIFY_SOCKET") != NULL;
}

/* Return the word for a level. */
static const char *
word(enum log_level level)
{

	switch (level) {
	case LOG_LEVEL_ERROR:
		return ("error: ");
	case LOG_LEVEL_WARNING:
		return ("warning: ");
	default:
		return ("");
	}
}

/* Write one line, whole if the reader takes it. */
static void
line(enum log_level level, const char *text, size_t len)
{
	char buf[LINE_MAX_BYTES + 64];
	int head;
	size_t n;

	if (priorities)
		head = snprintf(buf, sizeof(buf), "<%d>", (int)level);
	else
		head = snprintf(buf, sizeof(buf), "liangkad: %s", word(level));
	n = (size_t)head;
	if (len > sizeof(buf) - n - 1)
		len = sizeof(buf) - n - 1;
	memcpy(&buf[n], text, len);
	n += len;
	buf[n++] = '\n';
	while (write(STDERR_FILENO, buf, n) < 0 && errno == EINTR)
		continue;
}

/* Write a text line by line. */
static void
say(enum log_level level, const char *text)
{
	size_t n;

	while (*text != '\0') {
		n = strcspn(text, "\n");
		line(level, text, n);
		text += n;
		if (*text == '\n')
			text++;
	}
}

/* Write a message. */
void
log_say(enum log_level level, const char *fmt, ...)
{
	char buf[LINE_MAX_BYTES];
	va_list ap;
	int saved = errno;

	va_start(ap, fmt);
	(void)vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	say(level, buf);
	errno = saved;
}

/* Write a message unless one like it was written in the last second. */
void
log_seldom(struct log_limit *l, int64_t now_ms, enum log_level level,
    const char *fmt, ...)
{
	char buf[LINE_MAX_BYTES];
	va_list ap;
	int saved = errno, n;

	if (now_ms < l->next_ms) {
		l->skipped++;
		return;
	}
	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (l->skipped > 0 && n >= 0 && (size_t)n < sizeof(buf))
		(void)snprintf(&buf[n], sizeof(buf) - (size_t)n,
		    " (and %u more like it)", (unsigned)l->skipped);
	l->skipped = 0;
	l->next_ms = now_ms + 1000;
	say(level, buf);
	errno = saved;
}

/* Leave of a text what shows. */
char *
log_plain(char *s)
{
	size_t len = strlen(s), i, n;
	uint32_t c;

	for (i = 0; i < len; i += n > 0 ? n : 1)
		if ((n = utf8_next(&c, s + i, len - i)) == 0 || utf8_hidden(c))
			memset(s + i, '?', n > 0 ? n : 1);
	return (s);
}
