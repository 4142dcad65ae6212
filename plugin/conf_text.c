/*
 * Errors of a configuration text: where they are and how they are told.
 */
#include <stdarg.h>
#include <string.h>

#include "conf.h"

#define WINDOW	96	/* columns of a source line that are shown */

/* A bounded text under construction. */
struct out {
	char *	buf;
	size_t	cap;
	size_t	len;
};

/* Decode one character. */
size_t
conf_utf8(const char *p, size_t len, uint32_t *code)
{
	const unsigned char *s = (const unsigned char *)p;
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c;
	size_t n, i;

	if (len == 0)
		return (0);
	if (s[0] < 0x80) {
		*code = s[0];
		return (1);
	}
	if (s[0] >= 0xc2 && s[0] < 0xe0)
		n = 2, c = s[0] & 0x1f;
	else if ((s[0] & 0xf0) == 0xe0)
		n = 3, c = s[0] & 0x0f;
	else if (s[0] >= 0xf0 && s[0] < 0xf5)
		n = 4, c = s[0] & 0x07;
	else
		return (0);
	if (len < n)
		return (0);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return (0);
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return (0);
	*code = c;
	return (n);
}

/* Append bytes, as many as fit with a NUL. */
static void
put(struct out *o, const char *s, size_t len)
{
	size_t room;

	if (o->cap <= o->len)
		return;
	room = o->cap - o->len - 1;
	if (len > room) {
		/* Cut between characters, and let nothing follow. */
		len = room;
		while (len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80)
			len--;
		memcpy(o->buf + o->len, s, len);
		o->len += len;
		o->buf[o->len] = '\0';
		o->cap = o->len;
		return;
	}
	memcpy(o->buf + o->len, s, len);
	o->len += len;
	o->buf[o->len] = '\0';
}

/* Append the same character n times. */
static void
put_n(struct out *o, char c, size_t n)
{
	while (n-- > 0)
		put(o, &c, 1);
}

/* Append a decimal number. */
static void
put_number(struct out *o, long long v)
{
	char digits[24];
	size_t i = sizeof(digits);
	unsigned long long u = v < 0 ? 0 - (unsigned long long)v :
	    (unsigned long long)v;

	do
		digits[--i] = (char)('0' + u % 10);
	while ((u /= 10) != 0);
	if (v < 0)
		digits[--i] = '-';
	put(o, digits + i, sizeof(digits) - i);
}

/* Print by the few conversions that conf_fail knows. */
static void
put_format(struct out *o, const char *f, va_list ap)
{
	const char *s;
	char c;
	int n;

	for (; *f != '\0'; f++) {
		if (*f != '%') {
			put(o, f, 1);
		} else if (*++f == 's') {
			s = va_arg(ap, const char *);
			put(o, s, strlen(s));
		} else if (strncmp(f, ".*s", 3) == 0) {
			n = va_arg(ap, int);
			s = va_arg(ap, const char *);
			put(o, s, n > 0 ? strnlen(s, (size_t)n) : 0);
			f += 2;
		} else if (*f == 'c') {
			c = (char)va_arg(ap, int);
			put(o, &c, 1);
		} else if (*f == 'd') {
			put_number(o, va_arg(ap, int));
		} else if (*f == 'u') {
			put_number(o, va_arg(ap, unsigned));
		} else if (strncmp(f, "lld", 3) == 0) {
			put_number(o, va_arg(ap, long long));
			f += 2;
		} else if (strncmp(f, "zu", 2) == 0) {
			put_number(o, (long long)va_arg(ap, size_t));
			f += 1;
		} else {
			put(o, f, 1);
		}
	}
}

/* Count characters; a byte that is not UTF-8 counts as one. */
static uint32_t
characters(const char *p, size_t len)
{
	uint32_t n = 0, code;
	size_t used;

	while (len > 0) {
		if ((used = conf_utf8(p, len, &code)) == 0)
			used = 1;
		p += used;
		len -= used;
		n++;
	}
	return (n);
}

/* Report an error at a byte of the document. */
void
conf_fail(struct conf_doc *doc, size_t at, size_t span, const char *fmt, ...)
{
	char message[CONF_MAX_MESSAGE];
	struct out o = { message, sizeof(message), 0 };
	struct conf_error e = { .file = doc->file, .line = 1 };
	size_t start = 0, end, i;
	va_list ap;

	if (doc->errors < UINT32_MAX)
		doc->errors++;
	if (doc->sink == NULL || doc->errors > CONF_MAX_ERRORS)
		return;
	if (at > doc->len)
		at = doc->len;
	if (doc->len >= 3 && memcmp(doc->text, "\xef\xbb\xbf", 3) == 0)
		start = 3;
	if (at < start)
		at = start;
	for (i = start; i < at; i++) {
		if (doc->text[i] == '\n') {
			e.line++;
			start = i + 1;
		}
	}
	for (end = at; end < doc->len && doc->text[end] != '\n'; end++)
		continue;
	if (end > start && end > at && doc->text[end - 1] == '\r')
		end--;
	if (span > end - at)
		span = end - at;
	e.source = doc->text + start;
	e.source_len = end - start;
	e.column = characters(e.source, at - start) + 1;
	e.span = characters(doc->text + at, span);
	if (e.span == 0)
		e.span = 1;
	message[0] = '\0';
	if (doc->errors == CONF_MAX_ERRORS) {
		e.message = "too many errors, no more are shown";
	} else {
		va_start(ap, fmt);
		put_format(&o, fmt, ap);
		va_end(ap);
		e.message = message;
	}
	doc->sink->report(doc->sink->arg, &e);
}

/* Find where a decoded byte of a value comes from. */
size_t
conf_locate(const struct conf_doc *doc, size_t v_at, size_t offset)
{
	size_t i = v_at, made = 0, n;
	char code[4];
	uint32_t c;
	int k;

	if (i >= doc->len || doc->text[i] != '"')
		return (i + offset < doc->len ? i + offset : doc->len);
	for (i++; i < doc->len && doc->text[i] != '\n'; i += n, made++) {
		n = 1;
		if (made >= offset || doc->text[i] == '"')
			return (i);
		if (doc->text[i] != '\\' || i + 1 >= doc->len)
			continue;
		n = 2;
		if (doc->text[i + 1] != 'u' || i + 6 > doc->len)
			continue;
		n = 6;
		memcpy(code, doc->text + i + 2, 4);
		for (c = 0, k = 0; k < 4; k++)
			c = c << 4 | (uint32_t)(code[k] <= '9' ? code[k] - '0'
			    : (code[k] | 0x20) - 'a' + 10);
		made += c < 0x80 ? 0 : c < 0x800 ? 1 : 2;
	}
	return (i < doc->len ? i : doc->len);
}

/* Can this character hide or re-order what a reader of the text sees? */
static int
misleads(uint32_t c)
{

	return ((c < 0x20 && c != '\t' && c != '\n') ||
	    (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	    c == 0xfeff);
}

/* Columns that a character takes on a terminal. */
static size_t
width(uint32_t c)
{
	static const struct { uint32_t lo, hi; size_t w; } ranges[] = {
		{ 0x0300, 0x036f, 0 }, { 0x1100, 0x115f, 2 },
		{ 0x200b, 0x200f, 0 }, { 0x20d0, 0x20ff, 0 },
		{ 0x2e80, 0x303e, 2 }, { 0x3041, 0xa4cf, 2 },
		{ 0xac00, 0xd7a3, 2 }, { 0xf900, 0xfaff, 2 },
		{ 0xfe00, 0xfe0f, 0 }, { 0xfe30, 0xfe6f, 2 },
		{ 0xff01, 0xff60, 2 }, { 0xffe0, 0xffe6, 2 },
		{ 0x1f300, 0x1faff, 2 }, { 0x20000, 0x3fffd, 2 },
	};
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (c >= ranges[i].lo && c <= ranges[i].hi)
			return (ranges[i].w);
	}
	return (1);
}

/* Append one character of a source line; return the columns it takes. */
static size_t
put_shown(struct out *o, const char *p, size_t len, size_t col, size_t *used)
{
	uint32_t c;

	if ((*used = conf_utf8(p, len, &c)) == 0) {
		*used = 1;
		c = 0;
	}
	if (c == '\t') {
		put_n(o, ' ', 8 - col % 8);
		return (8 - col % 8);
	}
	if (misleads(c)) {
		put(o, "?", 1);
		return (1);
	}
	put(o, p, *used);
	return (width(c));
}

/* Print the part of the line around the span, and the caret below it. */
static void
put_source(struct out *o, const struct conf_error *e)
{
	struct out none = { NULL, 0, 0 };
	size_t i, used, col, first = 0, caret = 0, tail = 0;
	uint32_t n;

	/* Where does the span begin, in columns of the whole line? */
	for (i = 0, n = 1, col = 0; i < e->source_len && n < e->column; n++) {
		col += put_shown(&none, e->source + i, e->source_len - i, col,
		    &used);
		i += used;
	}
	if (col > WINDOW * 3 / 4)
		first = col - WINDOW / 2;
	put(o, first > 0 ? "  ..." : "  ", first > 0 ? 5 : 2);
	caret = first > 0 ? 3 : 0;
	for (i = 0, n = 1, col = 0; i < e->source_len; n++, i += used) {
		int shown = col >= first;
		size_t w;

		if (col >= first + WINDOW) {
			put(o, "...", 3);
			break;
		}
		w = put_shown(shown ? o : &none, e->source + i,
		    e->source_len - i, col, &used);
		col += w;
		if (shown && n < e->column)
			caret += w;
		else if (shown && n - e->column < e->span)
			tail += w;
	}
	put(o, "\n  ", 3);
	put_n(o, ' ', caret);
	put(o, "^", 1);
	put_n(o, '~', tail > 1 ? tail - 1 : 0);
	put(o, "\n", 1);
}

/* Print an error as compilers do. */
size_t
conf_format(const struct conf_error *e, char *buf, size_t cap)
{
	struct out o = { buf, cap, 0 };

	if (cap > 0)
		buf[0] = '\0';
	put(&o, e->file, strlen(e->file));
	put(&o, ":", 1);
	put_number(&o, e->line);
	put(&o, ":", 1);
	put_number(&o, e->column);
	put(&o, ": error: ", 9);
	put(&o, e->message, strlen(e->message));
	put(&o, "\n", 1);
	put_source(&o, e);
	return (o.len);
}

/* Check the encoding and the characters of a text. */
int
conf_check(struct conf_doc *doc)
{
	static const char hex[] = "0123456789abcdef";
	const char *t = doc->text;
	size_t i, n;
	uint32_t c;

	if (doc->len > CONF_MAX_FILE) {
		conf_fail(doc, 0, 1, "longer than %d bytes", CONF_MAX_FILE);
		return (-1);
	}
	if (doc->len >= 2 && (memcmp(t, "\xff\xfe", 2) == 0 ||
	    memcmp(t, "\xfe\xff", 2) == 0)) {
		conf_fail(doc, 0, 1, "this is UTF-16: save the file as UTF-8");
		return (-1);
	}
	i = doc->len >= 3 && memcmp(t, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	for (; i < doc->len; i += n) {
		if ((n = conf_utf8(t + i, doc->len - i, &c)) == 0) {
			conf_fail(doc, i, 1, "not UTF-8 (GB18030?): "
			    "save the file as UTF-8");
			return (-1);
		}
		if (!misleads(c) || (c == '\r' && i + 1 < doc->len &&
		    t[i + 1] == '\n'))
			continue;
		conf_fail(doc, i, n, "control or invisible character U+%c%c%c%c",
		    hex[c >> 12 & 15], hex[c >> 8 & 15], hex[c >> 4 & 15],
		    hex[c & 15]);
	}
	return (doc->errors ? -1 : 0);
}
