#include <stdint.h>

#include "note_text.h"

/* Read one UTF-8 character.  Return its length, or 0 when there is none. */
static size_t
character(const unsigned char *s, size_t len, uint32_t *c)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

	*c = s[0];
	if (n == 1)
		return (1);
	if (s[0] < 0xc2 || s[0] > 0xf4 || n > len)
		return (0);
	*c &= 0xffU >> (n + 1);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return (0);
		*c = *c << 6 | (s[i] & 0x3f);
	}
	if (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
		return (0);
	return (n);
}

/* Tell whether Unicode calls a character a space (property White_Space). */
static int
is_space(uint32_t c)
{

	return ((c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 ||
	    c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	    c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
	    c == 0x3000);
}

/* Check a text. */
int
note_text_good(const char *p, size_t len)
{
	const unsigned char *s = (const unsigned char *)p;
	uint32_t c;
	size_t n;

	for (; len > 0; s += n, len -= n)
		if ((n = character(s, len, &c)) == 0 || (c < 0x20 && c != '\n'))
			return (0);
	return (1);
}

/* Check a key name. */
int
note_text_name(const char *p, size_t len)
{
	const unsigned char *s = (const unsigned char *)p;
	uint32_t c;
	size_t n;

	if (len == 0)
		return (0);
	for (; len > 0; s += n, len -= n)
		if ((n = character(s, len, &c)) == 0 || c < 0x20 || c == '+' ||
		    is_space(c))
			return (0);
	return (1);
}
