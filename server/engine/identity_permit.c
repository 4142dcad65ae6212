#include <string.h>

#include "identity.h"
#include "identity_read.h"

/* Read a Hong Kong/Macao travel permit (N7). */
int
identity_hm_permit(struct identity_reading *r)
{
	const struct number *in = &r->in;
	char life[9];
	size_t bad;

	if (in->ch[0] != 'H' && in->ch[0] != 'M')
		return (identity_fail_at(r, IDENTITY_CHARACTER, 0));
	bad = number_skip_digits(in, 1, in->n);
	if (bad < in->n)
		return (identity_fail_at(r, IDENTITY_CHARACTER, bad));
	if (in->n != 9 && in->n != 11)
		return (identity_fail_length(r, 11, 0));
	if (!identity_has_digit(in, 1, 9))
		return (identity_fail(r->err, IDENTITY_FILLER, -1, 0));
	identity_take(life, in, 0, 9);
	identity_set(r->out, IDENTITY_HM_PERMIT, life, 9);
	explicit_bzero(life, sizeof(life));
	return (0);
}

/*
 * Find where the issuing office after ten digits stops being well written;
 * num->n if it is whole or absent.
 */
static size_t
tw_office(const struct number *in)
{
	size_t end = in->n, i = 10;

	if (i == end)
		return (end);
	if (in->ch[i] != '(') {
		i = number_skip_letters(in, i, end < 12 ? end : 12);
		return (i);
	}
	if (in->ch[end - 1] != ')' || end - i < 3 || end - i > 4)
		return (i);
	for (i++; i < end - 1; i++)
		if (number_skip_digits(in, i, i + 1) == i &&
		    number_skip_letters(in, i, i + 1) == i)
			return (i);
	return (end);
}

/* Read a Taiwan travel permit (N8). */
int
identity_tw_permit(struct identity_reading *r)
{
	const struct number *in = &r->in;
	char life[8];
	size_t bad = number_skip_digits(in, 0, in->n < 10 ? in->n : 10);

	if (bad < in->n && bad < 10)
		return (identity_fail_at(r, IDENTITY_CHARACTER, bad));
	if ((in->n != 8 && in->n < 10) ||
	    number_skip_digits(in, 0, in->n) > 10)
		return (identity_fail_length(r, 8, 8));
	if (in->n >= 10 && (bad = tw_office(in)) < in->n)
		return (identity_fail_at(r, IDENTITY_CHARACTER, bad));
	if (!identity_has_digit(in, 0, 8))
		return (identity_fail(r->err, IDENTITY_FILLER, -1, 0));
	identity_take(life, in, 0, 8);
	identity_set(r->out, IDENTITY_TW_PERMIT, life, 8);
	explicit_bzero(life, sizeof(life));
	return (0);
}

/* Read an old permanent residence card: three letters, twelve digits. */
int
identity_permanent_old(struct identity_reading *r)
{
	const struct number *in = &r->in;
	char d[15];
	size_t bad;

	if (in->n != sizeof(d))
		return (identity_fail_length(r, sizeof(d), (int)sizeof(d)));
	bad = number_skip_letters(in, 0, 3);
	if (bad == 3)
		bad = number_skip_digits(in, 3, in->n);
	if (bad < in->n)
		return (identity_fail_at(r, IDENTITY_CHARACTER, bad));
	if (!identity_has_digit(in, 3, in->n))
		return (identity_fail(r->err, IDENTITY_FILLER, -1, 0));
	identity_take(d, in, 0, sizeof(d));
	identity_set(r->out, IDENTITY_PERMANENT_OLD, d, sizeof(d));
	explicit_bzero(d, sizeof(d));
	return (0);
}

/* Read a unified social credit code. */
int
identity_org(struct identity_reading *r)
{
	const struct number *in = &r->in;
	char d[18];
	size_t bad;

	if (in->n != sizeof(d))
		return (identity_fail_length(r, sizeof(d), (int)sizeof(d)));
	for (size_t i = 0; i < in->n; i++)
		if (identity_org_value(in->ch[i]) < 0)
			return (identity_fail_at(r, IDENTITY_CHARACTER, i));
	bad = number_skip_digits(in, 2, 8);
	if (bad < 8)
		return (identity_fail_at(r, IDENTITY_CHARACTER, bad));
	if (!identity_has_digit(in, 0, in->n))
		return (identity_fail(r->err, IDENTITY_FILLER, -1, 0));
	identity_take(d, in, 0, sizeof(d));
	if (identity_org_check(d) != d[17])
		return (identity_fail(r->err, IDENTITY_CHECK, -1, 0));
	r->out->area = identity_value(d + 2, 6);
	identity_set(r->out, IDENTITY_ORG, d, sizeof(d));
	return (0);
}
