#include <string.h>

#include "normal.h"

/*
 * Fold the character at s: full-width forms (U+FF01..U+FF5E) to ASCII, the
 * ideographic space to a space.  Return its bytes in s; *ascii is the folded
 * character or 0 when it is not ASCII.
 */
static size_t
fold(const unsigned char *s, size_t len, char *ascii)
{
	unsigned v;

	*ascii = 0;
	if (s[0] < 0x80) {
		*ascii = (char)s[0];
		return (1);
	}
	if (len >= 3 && s[0] == 0xef && (s[1] == 0xbc || s[1] == 0xbd)) {
		v = (unsigned)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
		if (v >= 0xf01 && v <= 0xf5e)
			*ascii = (char)(v - 0xf01 + '!');
		return (3);
	}
	if (len >= 3 && s[0] == 0xe3 && s[1] == 0x80 && s[2] == 0x80) {
		*ascii = ' ';
		return (3);
	}
	return (s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4);
}

/* Is this one of the marks that an address is written with or without? */
static int
mark(const unsigned char *s, size_t n)
{
	static const char *const marks[] = { "、", "。", "·", "—", "－" };
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strlen(marks[i]) == n && memcmp(marks[i], s, n) == 0)
			return (1);
	return (0);
}

/* Fold a text, leaving out the ASCII characters in `out`. */
static size_t
fold_text(const char *s, size_t len, char dst[NORMAL_MAX], const char *out,
    int marks)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n, i = 0;
	char c;

	for (; len > 0; p += n, len -= n) {
		n = fold(p, len, &c);
		if (n > len)
			n = len;
		if (c != 0) {
			if (strchr(out, c) != NULL || i == NORMAL_MAX)
				continue;
			if (c >= 'a' && c <= 'z')
				c = (char)(c - 'a' + 'A');
			dst[i++] = c;
		} else if ((!marks || !mark(p, n)) && i + n <= NORMAL_MAX) {
			memcpy(&dst[i], p, n);
			i += n;
		}
	}
	return (i);
}

/* Normal form of a phone number. */
size_t
normal_phone(const char *s, size_t len, char dst[NORMAL_MAX])
{
	char tmp[NORMAL_MAX];
	size_t n, i, skip = 0, k = 0;

	n = fold_text(s, len, tmp, "", 0);
	for (i = 0; i < n; i++)
		if (tmp[i] >= '0' && tmp[i] <= '9')
			dst[k++] = tmp[i];
	if (k == 15 && memcmp(dst, "0086", 4) == 0)
		skip = 4;
	else if (k == 13 && memcmp(dst, "86", 2) == 0)
		skip = 2;
	memmove(dst, &dst[skip], k - skip);
	return (k - skip);
}

/* Normal form of an address. */
size_t
normal_address(const char *s, size_t len, char dst[NORMAL_MAX])
{

	return (fold_text(s, len, dst, " \t,.-#", 1));
}

/* Normal form of a card, account or phone number. */
size_t
normal_card(const char *s, size_t len, char dst[NORMAL_MAX])
{

	return (fold_text(s, len, dst, " \t-", 0));
}

/* Normal form of a device fingerprint. */
size_t
normal_device(const char *s, size_t len, char dst[NORMAL_MAX])
{

	while (len > 0 && s[0] == ' ') {
		s++;
		len--;
	}
	while (len > 0 && s[len - 1] == ' ')
		len--;
	if (len > NORMAL_MAX)
		len = NORMAL_MAX;
	memcpy(dst, s, len);
	return (len);
}
