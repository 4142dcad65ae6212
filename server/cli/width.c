#include <stdint.h>
#include <string.h>

#include "plugin/conf.h"

#include "width.h"

/* Ranges of characters that take two columns. */
static const struct {
	uint32_t first, last;
} wide[] = {
	{ 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0x33ff },
	{ 0x3400, 0x4dbf }, { 0x4e00, 0x9fff }, { 0xa000, 0xa4cf },
	{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe4f },
	{ 0xff00, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x1f300, 0x1faff },
	{ 0x20000, 0x3fffd }
};

/* Is this a character that hides, re-orders or commands? */
static int
unsafe(uint32_t c)
{

	return (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x00ad ||
	    (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	    (c >= 0xfff0 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff));
}

/* Columns of one character. */
static size_t
columns_of(uint32_t c)
{
	size_t i;

	if (unsafe(c))
		return (1);
	if ((c >= 0x0300 && c <= 0x036f) || (c >= 0xfe00 && c <= 0xfe0f))
		return (0);
	for (i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (c >= wide[i].first && c <= wide[i].last)
			return (2);
	return (1);
}

/* Take one character, or one bad byte as U+FFFF; return its bytes. */
static size_t
take(const char *s, size_t len, uint32_t *c)
{
	size_t n = conf_utf8(s, len, c);

	if (n == 0) {
		*c = 0xffff;
		n = 1;
	}
	return (n);
}

/* The width of a text. */
size_t
width_of(const char *s)
{
	size_t len = strlen(s), w = 0, n;
	uint32_t c;

	for (; len > 0; s += n, len -= n) {
		n = take(s, len, &c);
		w += columns_of(c);
	}
	return (w);
}

/* Write the len bytes at s. */
static void
put(FILE *f, const char *s, size_t len)
{
	uint32_t c;
	size_t n;

	for (; len > 0; s += n, len -= n) {
		n = take(s, len, &c);
		if (unsafe(c) || c == 0xffff)
			(void)fputc('?', f);
		else
			(void)fwrite(s, 1, n, f);
	}
}

/* Write a text. */
void
width_put(FILE *f, const char *s)
{

	put(f, s, strlen(s));
}

/* Write a text of several lines. */
void
width_lines(FILE *f, const char *s)
{
	size_t n;

	for (; *s != '\0'; s += n) {
		n = strcspn(s, "\n");
		put(f, s, n);
		if (s[n] == '\n')
			(void)fputc(s[n++], f);
	}
}

/* Write a text and spaces. */
void
width_pad(FILE *f, const char *s, size_t columns)
{
	size_t w = width_of(s);

	width_put(f, s);
	for (; w < columns; w++)
		(void)fputc(' ', f);
}

/* Punctuation that must not begin a line. */
static int
clings(uint32_t c)
{

	return (c == ',' || c == '.' || c == ';' || c == ':' || c == ')' ||
	    c == 0xff0c || c == 0x3002 || c == 0x3001 || c == 0xff1b ||
	    c == 0xff1a || c == 0xff09 || c == 0x300b || c == 0x201d ||
	    c == 0xff01 || c == 0xff1f);
}

/* The bytes of the next piece that is not broken, and its columns. */
static size_t
piece(const char *s, size_t len, size_t *w)
{
	size_t at = 0, n;
	uint32_t c;
	int first = 1;

	*w = 0;
	while (at < len && s[at] != ' ' && s[at] != '\n') {
		n = take(&s[at], len - at, &c);
		if (!first && columns_of(c) == 2 && !clings(c))
			break;
		at += n;
		*w += columns_of(c);
		first = 0;
		if (columns_of(c) == 2) {
			while (at < len && (n = take(&s[at], len - at, &c)) >
			    0 && clings(c)) {
				at += n;
				*w += columns_of(c);
			}
			break;
		}
	}
	return (at);
}

/* Write a text over several lines. */
void
width_wrap(FILE *f, const char *s, size_t indent, size_t columns)
{
	size_t len = strlen(s), col = indent, n, w, gap;

	while (len > 0) {
		if (*s == '\n') {
			(void)fprintf(f, "\n%*s", (int)indent, "");
			col = indent;
			s++;
			len--;
			continue;
		}
		for (gap = 0; len > 0 && *s == ' '; gap++, s++)
			len--;
		if ((n = piece(s, len, &w)) == 0)
			continue;
		if (col > indent && col + gap + w > columns) {
			(void)fprintf(f, "\n%*s", (int)indent, "");
			col = indent;
			gap = 0;
		}
		(void)fprintf(f, "%*s", (int)gap, "");
		put(f, s, n);
		col += gap + w;
		s += n;
		len -= n;
	}
}
