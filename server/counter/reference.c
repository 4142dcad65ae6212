#include <stdio.h>
#include <string.h>

#include "reference.h"

#define BASE 31

static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTVWXYZ";

_Static_assert(sizeof(alphabet) == BASE + 1, "31 characters");

/* Write a decision id. */
void
reference_id(char buf[REFERENCE_ID_MAX], const char *node, uint64_t seq,
    const uint8_t leaf[32])
{
	static const char hex[] = "0123456789abcdef";
	char digits[20];
	size_t n = strnlen(node, 12), k = sizeof(digits), i;

	do {
		digits[--k] = (char)('0' + seq % 10);
		seq /= 10;
	} while (seq != 0 && k > 0);
	memcpy(buf, node, n);
	buf[n++] = '-';
	memcpy(&buf[n], &digits[k], sizeof(digits) - k);
	n += sizeof(digits) - k;
	buf[n++] = '-';
	for (i = 0; i < 4; i++) {
		buf[n++] = hex[leaf[i] >> 4];
		buf[n++] = hex[leaf[i] & 15];
	}
	buf[n] = '\0';
}

/* The check value of n digits, most significant first. */
static unsigned
check(const uint8_t *digit, size_t n)
{
	unsigned sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += digit[i] * (unsigned)(n - i + 1);
	return ((BASE - sum % BASE) % BASE);
}

/* Write a reference. */
void
reference_short(char buf[REFERENCE_MAX], uint64_t seq)
{
	uint8_t digit[16];
	size_t n = 0, i, k = 0;
	uint64_t v;

	for (v = seq; v != 0 || n < 5; v /= BASE)
		n++;
	for (i = n, v = seq; i-- > 0; v /= BASE)
		digit[i] = (uint8_t)(v % BASE);
	digit[n] = (uint8_t)check(digit, n);
	for (i = 0; i <= n; i++) {
		if (i > 0 && i % 4 == 0)
			buf[k++] = '-';
		buf[k++] = alphabet[digit[i]];
	}
	buf[k] = '\0';
}

/* Read a decision id of this node. */
static int
parse_id(const char *s, size_t len, const char *node, uint64_t *seq,
    uint8_t prefix[4])
{
	char copy[REFERENCE_ID_MAX], name[16];
	unsigned long long v;
	unsigned b[4];
	int end = 0, i;

	if (len >= sizeof(copy))
		return (0);
	memcpy(copy, s, len);
	copy[len] = '\0';
	snprintf(name, sizeof(name), "%.12s-", node);
	if (strncmp(copy, name, strlen(name)) != 0)
		return (0);
	if (sscanf(&copy[strlen(name)], "%19llu-%2x%2x%2x%2x%n", &v, &b[0],
	    &b[1], &b[2], &b[3], &end) != 5 || copy[strlen(name) + end] != '\0')
		return (0);
	*seq = v;
	for (i = 0; i < 4; i++)
		prefix[i] = (uint8_t)b[i];
	return (1);
}

/* Read either form. */
int
reference_parse(const char *s, size_t len, const char *node, uint64_t *seq,
    uint8_t prefix[4])
{
	uint8_t digit[17];
	const char *at;
	size_t n = 0, i;
	uint64_t v = 0;
	char c;

	if (parse_id(s, len, node, seq, prefix))
		return (2);
	for (i = 0; i < len; i++) {
		c = s[i];
		if (c == '-' || c == ' ')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		at = c != '\0' ? strchr(alphabet, c) : NULL;
		if (at == NULL || n == sizeof(digit))
			return (0);
		digit[n++] = (uint8_t)(at - alphabet);
	}
	if (n < 6 || n > 14 || check(digit, n - 1) != digit[n - 1])
		return (0);
	for (i = 0; i < n - 1; i++)
		v = v * BASE + digit[i];
	*seq = v;
	return (1);
}
