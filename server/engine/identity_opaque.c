#include <string.h>

#include "identity.h"
#include "identity_read.h"

#define CITIZEN_DIGITS	14	/* as many begin a citizen number */

/* Read a squeezed opaque number with at least ${min} letters and digits. */
static int
read_opaque(struct identity_reading *r, int family, int cjk, size_t min)
{
	struct number *in = &r->in;
	size_t bad = number_skip_opaque(in, cjk), ascii = 0, n;
	int32_t hidden;

	if (bad < in->n)
		return (identity_fail_at(r, IDENTITY_CHARACTER, bad));
	if (!identity_has_digit(in, 0, in->n))
		return (identity_fail(r->err, IDENTITY_FILLER, -1, 0));
	for (size_t i = 0; i < in->n; i++)
		ascii += in->ch[i] < 0x80;
	if (ascii < min)
		return (identity_fail_length(r, NUMBER_MAX, 0));
	hidden = identity_hidden(in);
	if (hidden != 0)
		return (identity_fail(r->err, IDENTITY_WRONG_TYPE, -1, hidden));
	n = number_print(r->out->number, sizeof(r->out->number), in);
	if (n == 0)
		return (identity_fail(r->err, IDENTITY_LENGTH, -1, 0));
	r->out->family = (uint8_t)family;
	r->out->nlen = (uint8_t)n;
	return (0);
}

/*
 * Read a military or police card: a citizen number, whole or mistyped, or the
 * card's own number.
 */
int
identity_military(struct identity_reading *r)
{
	struct number *in = &r->in;

	number_squeeze(in);
	if (number_skip_digits(in, 0, in->n) >= CITIZEN_DIGITS)
		return (identity_citizen(r));
	memcpy(r->out->country, "CHN", 4);
	return (read_opaque(r, IDENTITY_OTHER, 1, 4));
}

/* Read a passport. */
int
identity_passport(struct identity_reading *r)
{

	number_squeeze(&r->in);
	if (r->in.n > 20)
		return (identity_fail_length(r, 20, 0));
	return (read_opaque(r, IDENTITY_PASSPORT, 0, 5));
}

/* Read a document of no other kind. */
int
identity_other(struct identity_reading *r)
{

	number_squeeze(&r->in);
	return (read_opaque(r, IDENTITY_OTHER, 1, 4));
}
