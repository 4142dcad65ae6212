#include "base64.h"

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Give the value of a digit, or -1. */
static int
value(char c)
{

	if (c >= 'A' && c <= 'Z')
		return (c - 'A');
	if (c >= 'a' && c <= 'z')
		return (c - 'a' + 26);
	if (c >= '0' && c <= '9')
		return (c - '0' + 52);
	return (c == '+' ? 62 : c == '/' ? 63 : -1);
}

/* Write bytes as digits, three bytes in four. */
size_t
base64_encode(char *out, const void *in, size_t len)
{
	const uint8_t *p = in;
	char *q = out;
	uint32_t bits;

	for (; len >= 3; len -= 3, p += 3) {
		bits = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
		*q++ = digits[bits >> 18];
		*q++ = digits[bits >> 12 & 63];
		*q++ = digits[bits >> 6 & 63];
		*q++ = digits[bits & 63];
	}
	if (len > 0) {
		bits = (uint32_t)p[0] << 16;
		if (len == 2)
			bits |= (uint32_t)p[1] << 8;
		*q++ = digits[bits >> 18];
		*q++ = digits[bits >> 12 & 63];
		*q++ = len == 2 ? digits[bits >> 6 & 63] : '=';
		*q++ = '=';
	}
	*q = '\0';
	return ((size_t)(q - out));
}

/* Read digits, refusing every spelling but the one that encode writes. */
ssize_t
base64_decode(void *out, size_t cap, const char *text, size_t len)
{
	uint8_t *q = out;
	size_t i, n, pad = 0;

	if (len % 4 != 0)
		return (-1);
	if (len > 0 && text[len - 1] == '=')
		pad = text[len - 2] == '=' ? 2 : 1;
	n = len / 4 * 3 - pad;
	if (n > cap)
		return (-1);
	for (i = 0; i < len; i += 4) {
		size_t cut = i + 4 == len ? pad : 0;
		uint32_t bits = 0;

		for (size_t j = 0; j < 4; j++) {
			int v = j < 4 - cut ? value(text[i + j]) : 0;

			if (v < 0)
				return (-1);
			bits = bits << 6 | (uint32_t)v;
		}
		if ((bits & ((1U << 8 * cut) - 1)) != 0)
			return (-1);
		*q++ = (uint8_t)(bits >> 16);
		if (cut < 2)
			*q++ = (uint8_t)(bits >> 8);
		if (cut < 1)
			*q++ = (uint8_t)bits;
	}
	return ((ssize_t)n);
}
