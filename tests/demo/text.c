#include <stdint.h>
#include <string.h>

#include "text.h"

/* One well-formed sequence: no overlong form, no surrogate, at most U+10FFFF. */
size_t
text_decode(const char *s, size_t left, unsigned *code)
{
	const uint8_t *p = (const uint8_t *)s;
	static const unsigned least[5] = {0, 0, 0x80, 0x800, 0x10000};

	if (left == 0)
		return (0);
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if ((n > 1 && (p[0] < 0xc2 || p[0] > 0xf4)) || n > left)
		return (0);
	unsigned c = n == 1 ? p[0] : p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return (0);
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return (0);
	*code = c;
	return (n);
}

/* Decode to the end. */
int
text_valid(const char *s, size_t len)
{
	unsigned code;

	while (len > 0) {
		size_t n = text_decode(s, len, &code);
		if (n == 0)
			return (0);
		s += n;
		len -= n;
	}
	return (1);
}

/* The wide blocks of East Asian Width, as terminals draw them. */
static int
code_width(unsigned c)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0) ||
	    (c >= 0x300 && c < 0x370) || (c >= 0x200b && c <= 0x200f))
		return (0);
	if ((c >= 0x1100 && c < 0x1160) || (c >= 0x2e80 && c < 0xa4d0) ||
	    (c >= 0xac00 && c < 0xd7a4) || (c >= 0xf900 && c < 0xfb00) ||
	    (c >= 0xfe30 && c < 0xfe70) || (c >= 0xff00 && c < 0xff61) ||
	    (c >= 0xffe0 && c < 0xffe7) || (c >= 0x20000 && c < 0x40000))
		return (2);
	return (1);
}

/* The sum over all characters; a bad byte counts one. */
int
text_width(const char *s)
{
	size_t left = strlen(s);
	int width = 0;

	while (left > 0) {
		unsigned c = '?';
		size_t n = text_decode(s, left, &c);
		if (n == 0)
			n = 1;
		width += code_width(c);
		s += n;
		left -= n;
	}
	return (width);
}

/* Spaces after it, or before it. */
void
text_pad(FILE *f, const char *s, int width)
{
	int gap = (width < 0 ? -width : width) - text_width(s);

	if (width < 0 && gap > 0)
		fprintf(f, "%*s", gap, "");
	fputs(s, f);
	if (width > 0 && gap > 0)
		fprintf(f, "%*s", gap, "");
}

/* Closing marks that must not begin a line. */
static int
closes(unsigned c)
{

	return (c == 0x3001 || c == 0x3002 || c == 0xff0c || c == 0xff1b ||
	    c == 0xff1a || c == 0xff09 || c == 0x300b || c == 0x201d ||
	    c == ')' || c == ',' || c == ';' || c == '.' || c == 0xff1f);
}

/*
 * Find how many bytes of s go on a line of `width` columns: up to the last
 * place where a line may break, all of it when it fits.
 */
static size_t
line_break(const char *s, int width)
{
	size_t left = strlen(s), at = 0, good = 0;
	int used = 0;
	unsigned before = ' ';

	while (at < left && s[at] != '\n') {
		unsigned c = '?';
		size_t n = text_decode(s + at, left - at, &c);
		if (n == 0)
			n = 1;
		int w = code_width(c);
		if (at > 0 && !closes(c) &&
		    (c == ' ' || w == 2 || code_width(before) == 2))
			good = at;
		if (used + w > width)
			return (good > 0 ? good : at > 0 ? at : n);
		used += w;
		before = c;
		at += n;
	}
	return (at);
}

/* One line after the other; a line feed in the text begins a new one. */
void
text_wrap(FILE *f, const char *s, const char *lead, int width)
{
	int first = 1, indent = text_width(lead);

	do {
		if (!first)
			fputs(lead, f);
		size_t n = line_break(s, width - indent);
		fprintf(f, "%.*s\n", (int)n, s);
		s += n;
		if (*s == '\n')
			s++;
		while (*s == ' ')
			s++;
		first = 0;
	} while (*s != '\0');
}
