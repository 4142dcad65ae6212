#include "identity.h"
#include "identity_read.h"

/*
 * Compute the check character of a citizen number: the weights are 2^(17-i) mod
 * 11.
 */
char
identity_check_digit(const char first17[17])
{
	static const int8_t weight[17] = {
		7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2
	};
	int sum = 0;

	for (int i = 0; i < 17; i++) {
		if (first17[i] < '0' || first17[i] > '9')
			return ('\0');
		sum += weight[i] * (first17[i] - '0');
	}
	return ("10X98765432"[sum % 11]);
}

static const char org_alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/* Find the identity_value 0..30 of a character of a credit code, or -1. */
int
identity_org_value(uint32_t c)
{

	for (int v = 0; v < 31; v++)
		if ((uint32_t)(unsigned char)org_alphabet[v] == c)
			return (v);
	return (-1);
}

/* Compute the check character of a credit code: the weights are 3^i mod 31. */
char
identity_org_check(const char first17[17])
{
	int sum = 0, weight = 1;

	for (int i = 0; i < 17; i++) {
		int v = identity_org_value((unsigned char)first17[i]);

		if (v < 0)
			return ('\0');
		sum += weight * v;
		weight = weight * 3 % 31;
	}
	return (org_alphabet[(31 - sum % 31) % 31]);
}
