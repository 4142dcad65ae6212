#include <string.h>

#include "plugin.h"

#include "day.h"
#include "identity.h"
#include "identity_read.h"

#define CITIZEN_LEN	18
#define CITIZEN_OLD_LEN	15
#define YEAR_FIRST	1800	/* nobody older lived when numbers began */
#define SEQ_CENTENARIAN	996	/* N6 */

/*
 * Find the birth day in an 18-digit number; return 0, or -1 if the date does
 * not exist.
 */
static int
birth_of(int32_t *birth, const char d[CITIZEN_LEN])
{
	int32_t year = identity_value(d + 6, 4);
	int32_t month = identity_value(d + 10, 2);
	int32_t mday = identity_value(d + 12, 2);

	if (year < YEAR_FIRST || !day_valid(year, month, mday))
		return (-1);
	*birth = day_from_civil(year, month, mday);
	return (0);
}

/*
 * Name the type of document that carries this 18-digit number; a resident card
 * stands for all of the types 1 to 4.
 */
static int32_t
natural_type(const char d[CITIZEN_LEN])
{

	/* NOLINTNEXTLINE(clang-analyzer-core.*): all 18 are there by now */
	if (d[0] == '9')
		return (LK_ID_PERMANENT);
	if (d[0] == '8' && (d[1] == '1' || d[1] == '2'))
		return (LK_ID_HM_RESIDENCE);
	if (d[0] == '8' && d[1] == '3')
		return (LK_ID_TW_RESIDENCE);
	return (LK_ID_RESIDENT);
}

/*
 * Say whether the type is one of those that carry a mainland citizen's number.
 */
static int
is_mainland(int32_t id_type)
{

	return (id_type >= LK_ID_RESIDENT && id_type <= LK_ID_MILITARY);
}

/* Make 18 digits of 15 (N6). */
static void
upgrade(char d[CITIZEN_LEN], const struct number *in)
{

	int32_t seq;

	identity_take(d, in, 0, 6);
	identity_take(d + 8, in, 6, 9);
	seq = identity_value(d + 14, 3);
	memcpy(d + 6, seq >= SEQ_CENTENARIAN ? "18" : "19", 2);
	d[17] = identity_check_digit(d);
}

/* Get the 18 characters of a citizen number, or complain of their form. */
static int
citizen_digits(char d[CITIZEN_LEN], const struct identity_reading *r)
{
	const struct number *in = &r->in;
	int old = is_mainland(r->out->id_type) && in->n == CITIZEN_OLD_LEN;
	size_t bad = 0;

	while ((bad = number_skip_digits(in, bad, in->n)) < in->n &&
	    in->ch[bad] == 'X')
		bad++;
	if (bad < in->n)
		return (identity_fail_at(r, IDENTITY_CHARACTER, bad));
	if (in->n != CITIZEN_LEN && !old)
		return (identity_fail_length(r, CITIZEN_LEN, CITIZEN_LEN));
	bad = number_skip_digits(in, 0, in->n);
	if (bad < (old ? CITIZEN_OLD_LEN : CITIZEN_LEN - 1))
		return (identity_fail_at(r, IDENTITY_CHARACTER, bad));
	if (old)
		upgrade(d, in);
	else
		identity_take(d, in, 0, CITIZEN_LEN);
	return (0);
}

/*
 * Judge the 18 characters: the date, the check character, the type, then the
 * future.
 */
static int
citizen_judge(const char d[CITIZEN_LEN], const struct identity_reading *r)
{
	int32_t type = r->out->id_type, natural = natural_type(d);
	int fits = natural == LK_ID_RESIDENT ? is_mainland(type) :
	    type == natural;

	if (birth_of(&r->out->birth, d) != 0)
		return (identity_fail_at(r, IDENTITY_DATE, 6));
	if (identity_check_digit(d) != d[17])
		return (identity_fail(r->err, memcmp(d + 15, "000", 3) == 0 ?
		    IDENTITY_DAMAGED : IDENTITY_CHECK, -1, 0));
	if (!fits)
		return (identity_fail(r->err, IDENTITY_WRONG_TYPE, -1, natural));
	if (r->out->birth > r->today)
		return (identity_fail_at(r, IDENTITY_FUTURE, 6));
	if (natural == LK_ID_PERMANENT)
		r->out->area = identity_value(d + 1, 2) * 10000;
	else
		r->out->area = identity_value(d, 6);
	return (0);
}

/* Read an 18- or 15-digit number of the citizen family. */
int
identity_citizen(struct identity_reading *r)
{
	char d[CITIZEN_LEN];
	int rc;

	rc = citizen_digits(d, r);
	if (rc == 0)
		rc = citizen_judge(d, r);
	if (rc == 0)
		identity_set(r->out, IDENTITY_CITIZEN, d, CITIZEN_LEN);
	explicit_bzero(d, sizeof(d));
	return (rc);
}

/*
 * Find the type of the valid 18-digit number that this opaque number in truth
 * is, or 0.
 */
int32_t
identity_hidden(const struct number *in)
{
	char d[CITIZEN_LEN];
	int32_t birth, type = 0;

	if (in->n != CITIZEN_LEN ||
	    number_skip_digits(in, 0, CITIZEN_LEN - 1) != CITIZEN_LEN - 1 ||
	    in->ch[CITIZEN_LEN - 1] > 'X')
		return (0);
	identity_take(d, in, 0, CITIZEN_LEN);
	if (identity_check_digit(d) == d[17] && birth_of(&birth, d) == 0)
		type = natural_type(d);
	explicit_bzero(d, sizeof(d));
	return (type);
}
