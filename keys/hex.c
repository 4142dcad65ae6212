#include "hex.h"
#include "wipe.h"

/* Give the digit of 0..15 without a table or a branch. */
static char
digit(unsigned v)
{

	/* 'a' - 10 - '0' is added when 9 - v is negative. */
	return ((char)(v + '0' + (((9 - v) >> 8) & ('a' - 10 - '0'))));
}

/* Give the value of a digit, or a number with bit 8 set. */
static unsigned
value(unsigned char c)
{
	unsigned num = c - (unsigned)'0';
	unsigned low = c - (unsigned)'a';
	unsigned is_num, is_low;

	/* All bits when the distance is within the range, none when not. */
	is_num = 0U - ((num - 10) >> 31 & ~(num >> 31) & 1);
	is_low = 0U - ((low - 6) >> 31 & ~(low >> 31) & 1);
	return ((num & is_num) | ((low + 10) & is_low) |
	    (~(is_num | is_low) & 0x100));
}

/* Write two digits a byte. */
void
hex_encode(char *out, const uint8_t *in, size_t len)
{

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digit(in[i] >> 4);
		out[2 * i + 1] = digit(in[i] & 15);
	}
	out[2 * len] = '\0';
}

/* Read two digits a byte and look once, at the end, whether all were good. */
int
hex_decode(uint8_t *out, const char *text, size_t len)
{
	unsigned bad = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned hi = value((unsigned char)text[2 * i]);
		unsigned lo = value((unsigned char)text[2 * i + 1]);

		bad |= hi | lo;
		out[i] = (uint8_t)(hi << 4 | (lo & 15));
	}
	if (bad & 0x100) {
		wipe(out, len);
		return (-1);
	}
	return (0);
}
