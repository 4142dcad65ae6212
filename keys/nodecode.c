#include <string.h>

#include "nodecode.h"
#include "wipe.h"

#define GROUP	5	/* characters, the last one for checking */

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Multiply by x. */
static unsigned
times_x(unsigned v)
{

	return ((v << 1 & 31) ^ ((v & 16) != 0 ? 5 : 0));
}

/* The check character of a group of four. */
static unsigned
check(const uint8_t v[GROUP - 1], unsigned place)
{
	unsigned c = place;

	for (int i = 0; i < GROUP - 1; i++)
		c = times_x(c) ^ v[i];
	return (times_x(c));
}

/* Write a code. */
void
nodecode_print(char text[NODECODE_TEXT], const uint8_t code[NODECODE_LEN])
{
	uint8_t v[GROUP - 1];
	unsigned bit = 0, at;
	char *p = text;

	for (unsigned g = 0; g < NODECODE_GROUPS; g++) {
		for (int i = 0; i < GROUP - 1; i++, bit += 5) {
			at = bit / 8;
			v[i] = (uint8_t)((((unsigned)code[at] << 8 |
			    (at + 1 < NODECODE_LEN ? code[at + 1] : 0u)) >>
			    (11 - bit % 8)) & 31);
			*p++ = alphabet[v[i]];
		}
		*p++ = alphabet[check(v, g + 1)];
		*p++ = g + 1 < NODECODE_GROUPS ? '-' : '\0';
	}
	wipe(v, sizeof(v));
}

/* The value of a character, or -1. */
static int
value(char c)
{
	const char *p;

	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	else if (c == 'I' || c == 'L')
		c = '1';
	p = c != '\0' ? strchr(alphabet, c) : NULL;
	return (p != NULL ? (int)(p - alphabet) : -1);
}

/* Read a code. */
int
nodecode_read(uint8_t code[NODECODE_LEN], const char *text)
{
	uint8_t all[NODECODE_GROUPS * GROUP];
	unsigned n = 0, bit = 0;
	int v, rc = 0;

	memset(code, 0, NODECODE_LEN);
	for (; *text != '\0' && rc == 0; text++) {
		if (*text == ' ' || *text == '-' || *text == '\t')
			continue;
		v = value(*text);
		if (v < 0 || n == sizeof(all))
			rc = -1;
		else
			all[n++] = (uint8_t)v;
	}
	if (n != sizeof(all))
		rc = -1;
	for (unsigned g = 0; g < NODECODE_GROUPS && rc == 0; g++) {
		if (check(&all[g * GROUP], g + 1) != all[g * GROUP + GROUP - 1])
			rc = (int)g + 1;
		for (unsigned i = 0; i < GROUP - 1; i++)
			for (int b = 4; b >= 0; b--, bit++)
				if ((all[g * GROUP + i] >> b & 1) != 0)
					code[bit / 8] |=
					    (uint8_t)(0x80 >> bit % 8);
	}
	wipe(all, sizeof(all));
	if (rc != 0)
		wipe(code, NODECODE_LEN);
	return (rc);
}
