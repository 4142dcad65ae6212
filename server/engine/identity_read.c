#include <string.h>

#include "identity.h"
#include "identity_read.h"

/* Note a fault that lies at a byte offset of the text, or -1; return -1. */
int
identity_fail(struct identity_error *err, int fault, int where, int expected)
{

	err->fault = fault;
	err->where = where;
	err->expected = expected;
	return (-1);
}

/* Complain of the character with this index. */
int
identity_fail_at(const struct identity_reading *r, int fault, size_t index)
{

	return (identity_fail(r->err, fault, (int)r->in.at[index], 0));
}

/* Complain of the length, pointing at the first character too many. */
int
identity_fail_length(const struct identity_reading *r, size_t max, int expected)
{
	int where = r->in.n > max ? (int)r->in.at[max] : -1;

	return (identity_fail(r->err, IDENTITY_LENGTH, where, expected));
}

/* Read ${n} digits that are known to be digits. */
int32_t
identity_value(const char *s, int n)
{
	int32_t v = 0;

	while (n-- > 0)
		v = v * 10 + (*s++ - '0');
	return (v);
}

/* Copy characters that are known to be ASCII. */
void
identity_take(char *to, const struct number *in, size_t from, size_t n)
{

	for (size_t i = 0; i < n; i++)
		to[i] = (char)in->ch[from + i];
}

/* Fill the number of the document. */
void
identity_set(struct identity *out, int family, const char *s, size_t n)
{

	out->family = (uint8_t)family;
	memcpy(out->number, s, n);
	out->number[n] = '\0';
	out->nlen = (uint8_t)n;
}

/* Say whether some character in from..to-1 is a digit other than 0. */
int
identity_has_digit(const struct number *in, size_t from, size_t to)
{

	for (size_t i = from; i < to; i++)
		if (in->ch[i] >= '1' && in->ch[i] <= '9')
			return (1);
	return (0);
}
