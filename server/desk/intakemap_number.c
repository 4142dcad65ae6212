/*
 * Numbers that a spreadsheet may have rounded: what is certain by itself, and what the
 * rows around have to tell.
 */
#include "engine/identity.h"

#include "intakemap_impl.h"

/* Note that a number is spoilt. */
static int
damaged(struct intakemap_fault *f, int field)
{

	f->why = INTAKEMAP_DAMAGED;
	f->field = field;
	f->detail = 0;
	return (-1);
}

/* Is the check digit of a card number right (ISO/IEC 7812, Luhn)? */
static int
luhn(const char *p, size_t n)
{
	unsigned sum = 0, v;
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[n - 1 - i] < '0' || p[n - 1 - i] > '9')
			return (0);
		v = (unsigned)(p[n - 1 - i] - '0');
		if (i % 2 == 1)
			v = v * 2 > 9 ? v * 2 - 9 : v * 2;
		sum += v;
	}
	return (sum % 10 == 0);
}

/* How many digits stand at the beginning. */
static size_t
digits(const struct csvfile_cell *x)
{
	size_t n = 0;

	while (n < x->len && x->text[n] >= '0' && x->text[n] <= '9')
		n++;
	return (n);
}

/* Is it a long number that no spreadsheet has rounded?  Mostly that is plain to see. */
static int
plainly_sound(const struct csvfile_cell *x)
{
	size_t n = digits(x), i;

	if ((x->flags & CSVFILE_AS_TEXT) != 0 || n <= 15 || n + 1 < x->len)
		return (0);
	for (i = 15; i < n; i++)
		if (x->text[i] != '0')
			return (1);
	return (0);
}

/* A number that must be as it was written. */
int
intakemap_number(struct intakemap_columns *c, const struct csvfile_cell *x, int field,
    struct intakemap_fault *f)
{
	unsigned mine = field == INTAKEROW_F_ID ? INTAKEMAP_DOUBT_ID :
	    INTAKEMAP_DOUBT_REF;
	int right;

	if (plainly_sound(x)) {
		c->exact |= mine;
		return (0);
	}
	if (x->len == digits(x) && x->len <= 15)
		return (0);
	switch (csvfile_rounded(x)) {
	case CSVFILE_EXPONENT:
		c->damaged = 1;
		return (damaged(f, field));
	case CSVFILE_ZEROS:
		break;
	default:
		return (0);
	}
	/* It ends as a rounded one would: the other rows will tell. */
	right = field == INTAKEROW_F_ID ? x->len == 18 &&
	    identity_check_digit(x->text) == x->text[17] :
	    luhn(x->text, x->len);
	f->doubt |= mine | (right ? 0 : INTAKEMAP_DOUBT_WRONG);
	return (0);
}

/* Is a row to be taken that ends as a rounded one would? */
int
intakemap_believe(struct intakemap_columns *c, struct intakemap_fault *f)
{
	unsigned mine = f->doubt & (INTAKEMAP_DOUBT_ID | INTAKEMAP_DOUBT_REF);
	int right = (f->doubt & INTAKEMAP_DOUBT_WRONG) == 0;

	/* A spreadsheet rounds all of a column: where others have all their digits, so
	 * has this one.  Where it has spoilt one, a check digit must speak for it. */
	if ((c->exact & mine) == mine ? right || !c->damaged :
	    right && !c->damaged)
		return (1);
	c->damaged |= (f->doubt & INTAKEMAP_DOUBT_WRONG) != 0;
	(void)damaged(f, (f->doubt & INTAKEMAP_DOUBT_ID) != 0 ?
	    INTAKEROW_F_ID : INTAKEROW_F_REF);
	return (0);
}
