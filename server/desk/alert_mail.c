#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "keys/base64.h"
#include "plugin/conf.h"

#include "alert_message.h"
#include "alert_text.h"

#define ZONE_S 28800	/* UTC+8 */
#define WORD_BYTES 42	/* of text in one encoded word: 75 characters at most */
#define LINE_BYTES 57	/* of text in a line of base 64: 76 characters */
#define TEXT_MAX (150u << 10)

/* A date of RFC 5322; not by strftime, whose names are those of a locale. */
static void
put_date(struct alert_text *t, int64_t now_ms)
{
	static const char day[] = "SunMonTueWedThuFriSat";
	static const char month[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t s = (time_t)(now_ms / 1000 + ZONE_S);
	struct tm tm;

	if (gmtime_r(&s, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	alert_text_put(t, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d +0800\r\n",
	    &day[3 * tm.tm_wday], tm.tm_mday, &month[3 * tm.tm_mon],
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* The subject, in words of RFC 2047 that break between characters. */
static void
put_subject(struct alert_text *t, const char *s)
{
	char b64[BASE64_LEN(WORD_BYTES) + 1];
	size_t left = strlen(s), n, one;
	uint32_t c;

	alert_text_put(t, "Subject:");
	while (left > 0) {
		for (n = 0; n < left; n += one)
			if ((one = conf_utf8(s + n, left - n, &c)) == 0 ||
			    n + one > WORD_BYTES)
				break;
		if (n == 0)
			n = 1;
		(void)base64_encode(b64, s, n);
		alert_text_put(t, " =?UTF-8?B?%s?=\r\n", b64);
		s += n;
		left -= n;
	}
}

/* The text, in lines of base 64: none of them begins with a dot. */
static void
put_text(struct alert_text *t, const char *s, size_t len)
{
	char b64[BASE64_LEN(LINE_BYTES) + 3];
	size_t n, k;

	for (; len > 0; s += n, len -= n) {
		n = len < LINE_BYTES ? len : LINE_BYTES;
		k = base64_encode(b64, s, n);
		memcpy(&b64[k], "\r\n", 3);
		alert_text_add(t, b64, k + 2);
	}
}

/* The heads. */
static void
put_heads(struct alert_text *t, const struct alert_message *m,
    const struct alert_receiver *to, const char *subject, int64_t now_ms)
{
	size_t i;

	put_date(t, now_ms);
	alert_text_put(t, "From: <%s>\r\nTo:", to->from);
	for (i = 0; i < to->nto; i++)
		alert_text_put(t, "%s <%s>", i > 0 ? ",\r\n" : "", to->to[i]);
	alert_text_put(t, "\r\n");
	put_subject(t, subject);
	alert_text_put(t, "Message-ID: <%s%s>\r\n"
	    "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n", m->id,
	    strchr(to->from, '@'));
}

/* The text of several alerts, as many as fit. */
static size_t
write_text(struct alert_text *s, const struct alert_receiver *to,
    const struct alert_names *names, const struct alert_told *v, size_t n)
{
	size_t i, before;

	for (i = 0; i < n; i++) {
		before = s->len;
		alert_text_lines(s, names, &v[i], to->language, "", "\r\n", 0);
		alert_text_put(s, "\r\n");
		if (s->full) {
			s->len = before;
			break;
		}
	}
	return (i);
}

/* A mail. */
size_t
alert_message_mail(struct alert_message *m, const struct alert_receiver *to,
    const struct alert_names *names, const struct alert_told *v, size_t n,
    int64_t now_ms)
{
	struct alert_text t = { m->body, 0, ALERT_BODY_MAX, 0 };
	char title[256];
	struct alert_text x = { title, 0, sizeof(title), 0 };
	struct alert_text s = { malloc(TEXT_MAX), 0, TEXT_MAX, 0 };

	if (s.p == NULL)
		return (0);
	title[0] = '\0';
	if ((m->n = write_text(&s, to, names, v, n)) > 0) {
		alert_text_title(&x, names, v, m->n, to->language);
		/* By the first: the same mail again has the same id. */
		memcpy(m->id, v[0].id, sizeof(m->id));
		put_heads(&t, m, to, title, now_ms);
		put_text(&t, s.p, s.len);
		m->len = t.len;
		if (t.full)
			m->n = 0;
	}
	free(s.p);
	return (m->n);
}
