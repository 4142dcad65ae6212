#include <string.h>

#include "refid.h"

#define BASE 31
#define DIGITS_MAX 14
#define SEQ_DIGITS 19

static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTVWXYZ";

/* The value of a lower-case hex digit, or -1. */
static int
hex(char c)
{

	if (c >= '0' && c <= '9')
		return (c - '0');
	return (c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1);
}

/* Read a decision id: its last two parts, whatever the node's name holds. */
static int
parse_id(const char *s, uint64_t *seq, uint8_t prefix[4])
{
	const char *tail = strrchr(s, '-'), *p;
	uint64_t v = 0;
	int i, hi, lo;

	if (tail == NULL || tail == s || strlen(tail) != 9)
		return (0);
	for (i = 0; i < 4; i++) {
		hi = hex(tail[1 + 2 * i]);
		lo = hex(tail[2 + 2 * i]);
		if (hi < 0 || lo < 0)
			return (0);
		prefix[i] = (uint8_t)(hi << 4 | lo);
	}
	for (p = tail; p > s && p[-1] >= '0' && p[-1] <= '9'; p--)
		continue;
	if (p == tail || tail - p > SEQ_DIGITS || p - s < 2 || p[-1] != '-')
		return (0);
	for (; p < tail; p++)
		v = v * 10 + (uint64_t)(*p - '0');
	*seq = v;
	return (v != 0);
}

/* Read a reference. */
static int
parse_reference(const char *s, uint64_t *seq)
{
	uint8_t digit[DIGITS_MAX];
	unsigned sum = 0;
	uint64_t v = 0;
	size_t n = 0, i;
	const char *at;
	char c;

	for (; (c = *s) != '\0'; s++) {
		if (c == '-' || c == ' ')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if ((at = strchr(alphabet, c)) == NULL || n == DIGITS_MAX)
			return (0);
		digit[n++] = (uint8_t)(at - alphabet);
	}
	if (n < 6)
		return (0);
	for (i = 0; i + 1 < n; i++) {
		sum += digit[i] * (unsigned)(n - i);
		v = v * BASE + digit[i];
	}
	*seq = v;
	return ((BASE - sum % BASE) % BASE == digit[n - 1]);
}

/* Read either. */
int
refid_parse(const char *s, uint64_t *seq, uint8_t prefix[4])
{

	if (parse_id(s, seq, prefix))
		return (2);
	return (parse_reference(s, seq));
}

/* Write a reference: at least five digits and the check character, in fours. */
const char *
refid_print(char buf[REFID_MAX], uint64_t seq)
{
	uint8_t digit[DIGITS_MAX + 1];
	unsigned sum = 0;
	uint64_t v;
	size_t n = 0, i, k = 0;

	for (v = seq; v != 0 || n < 5; v /= BASE)
		n++;
	for (i = n, v = seq; i-- > 0; v /= BASE) {
		digit[i] = (uint8_t)(v % BASE);
		sum += digit[i] * (unsigned)(n - i + 1);
	}
	digit[n] = (uint8_t)((BASE - sum % BASE) % BASE);
	for (i = 0; i <= n; i++) {
		if (i > 0 && i % 4 == 0)
			buf[k++] = '-';
		buf[k++] = alphabet[digit[i]];
	}
	buf[k] = '\0';
	return (buf);
}
