#include <string.h>

#include "number.h"

/*
 * Read one character of well-formed UTF-8 (no overlong form, no surrogate, none
 * above U+10FFFF) from the ${len} > 0 bytes at ${s}; return its length, or 0.
 */
static size_t
utf8_next(uint32_t *cp, const unsigned char *s, size_t len)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n;
	uint32_t c = s[0];

	if (c < 0x80) {
		*cp = c;
		return (1);
	}
	if (c >= 0xc2 && c <= 0xdf)
		n = 2;
	else if (c >= 0xe0 && c <= 0xef)
		n = 3;
	else if (c >= 0xf0 && c <= 0xf4)
		n = 4;
	else
		return (0);
	if (len < n)
		return (0);
	c &= 0x7fU >> n;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return (0);
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return (0);
	*cp = c;
	return (n);
}

/* Write one character as UTF-8; return its length. */
static size_t
utf8_put(char out[4], uint32_t c)
{

	if (c < 0x80) {
		out[0] = (char)c;
		return (1);
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return (2);
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return (3);
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return (4);
}

/* Say whether the character is a space. */
static int
is_space(uint32_t c)
{

	return (c == ' ' || c == '\t' || c == '\r' || c == '\n' ||
	    c == 0xa0 || c == 0x3000);
}

/*
 * Say whether the character cannot be seen, so that nobody could correct it:
 * direction marks, zero-width ones.
 */
static int
is_invisible(uint32_t c)
{

	return ((c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x2064) || (c >= 0x2066 && c <= 0x2069) ||
	    c == 0xfeff);
}

/* Say whether the character is a digit. */
static int
is_digit(uint32_t c)
{

	return (c >= '0' && c <= '9');
}

/* Say whether the character is a capital letter. */
static int
is_letter(uint32_t c)
{

	return (c >= 'A' && c <= 'Z');
}

/* Say whether the character is Chinese. */
static int
is_cjk(uint32_t c)
{

	return (c == 0x3007 || (c >= 0x3400 && c <= 0x4dbf) ||
	    (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x20000 && c <= 0x3134f));
}

/* Bring one character into the common spelling. */
static uint32_t
fold(uint32_t c)
{

	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xff01 - '!';
	if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
		return ('-');
	if (c == 0x2169 || c == 0x2179)
		return ('X');
	if (c >= 'a' && c <= 'z')
		return (c - 'a' + 'A');
	return (c);
}

/* Give up a scan at an offset, leaving nothing behind. */
static enum number_status
refuse(struct number *out, enum number_status status, size_t off,
    int32_t *where)
{

	explicit_bzero(out, sizeof(*out));
	*where = (int32_t)off;
	return (status);
}

/* Read a text; ${last} is one past the last character that is not a space. */
enum number_status
number_scan(struct number *out, const char *text, size_t len, int32_t *where)
{
	size_t step, last = 0;
	uint32_t c;

	memset(out, 0, sizeof(*out));
	*where = -1;
	if (len > NUMBER_BYTES)
		return (refuse(out, NUMBER_LONG, NUMBER_BYTES, where));
	for (size_t i = 0; i < len; i += step) {
		step = utf8_next(&c, (const unsigned char *)text + i, len - i);
		if (step == 0)
			return (refuse(out, NUMBER_ENCODING, i, where));
		if (is_invisible(c) || (is_space(c) && out->n == 0))
			continue;
		if (out->n == NUMBER_MAX) {
			if (is_space(c))
				continue;
			return (refuse(out, NUMBER_LONG, i, where));
		}
		out->ch[out->n] = fold(c);
		out->at[out->n++] = (int32_t)i;
		if (!is_space(c))
			last = out->n;
	}
	out->n = last;
	return (NUMBER_OK);
}

/* Drop separators. */
void
number_squeeze(struct number *num)
{
	size_t kept = 0;

	for (size_t i = 0; i < num->n; i++) {
		uint32_t c = num->ch[i];

		if (is_space(c) || c == '-' || c == '(' || c == ')' ||
		    c == '/' || c == '.')
			continue;
		num->ch[kept] = c;
		num->at[kept++] = num->at[i];
	}
	num->n = kept;
}

/* Skip digits. */
size_t
number_skip_digits(const struct number *num, size_t from, size_t to)
{

	while (from < to && is_digit(num->ch[from]))
		from++;
	return (from);
}

/* Skip letters. */
size_t
number_skip_letters(const struct number *num, size_t from, size_t to)
{

	while (from < to && is_letter(num->ch[from]))
		from++;
	return (from);
}

/* Skip whatever an opaque number may hold. */
size_t
number_skip_opaque(const struct number *num, int cjk)
{
	size_t i;

	for (i = 0; i < num->n; i++) {
		uint32_t c = num->ch[i];

		if (!is_digit(c) && !is_letter(c) && !(cjk && is_cjk(c)))
			break;
	}
	return (i);
}

/*
 * Recognise digits [. digits] E [+-] one to three digits, with at least one of
 * the marks a number never has.
 */
int
number_damaged(const struct number *num)
{
	size_t i = number_skip_digits(num, 0, num->n), from;
	int marks = 0;

	if (i == 0)
		return (0);
	if (i < num->n && num->ch[i] == '.') {
		marks++;
		i = number_skip_digits(num, i + 1, num->n);
	}
	if (i == num->n || num->ch[i++] != 'E')
		return (0);
	if (i < num->n && (num->ch[i] == '+' || num->ch[i] == '-')) {
		marks += num->ch[i] == '+';
		i++;
	}
	from = i;
	i = number_skip_digits(num, i, num->n);
	return (marks > 0 && i == num->n && i > from && i - from <= 3);
}

/* Write the characters as UTF-8. */
size_t
number_print(char *out, size_t size, const struct number *num)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < num->n; i++) {
		char buf[4];
		size_t n = utf8_put(buf, num->ch[i]);

		if (used + n >= size) {
			explicit_bzero(out, size);
			return (0);
		}
		memcpy(out + used, buf, n);
		used += n;
	}
	out[used] = '\0';
	return (used);
}
