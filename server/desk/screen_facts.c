#include <string.h>

#include "engine/day.h"
#include "engine/identity.h"
#include "plugin.h"

#include "screen_impl.h"

#define NO_WINDOW INT64_MIN

/* The values that rules read, as screen.h says; most are the same for all rows. */

/* Is this fact, of somebody who applies for nothing, the same for everybody? */
static int
fixed(int fn)
{

	switch (fn) {
	case POLICY_HELD_KNOWN:
	case POLICY_AREA_LOCAL:
	case POLICY_GUARDIAN:
	case POLICY_HOUR:
	case POLICY_QUANTITY:
	case POLICY_CHANNEL:
	case POLICY_OPERATION:
	case POLICY_PURPOSE:
	case POLICY_AGENT_LISTED:
	case POLICY_STALE:
	case POLICY_OUTLET_KNOWN:
	case POLICY_OUTLET_SUSPENDED:
	case POLICY_CAMPAIGN:
	case POLICY_SHARED_PHONE:
	case POLICY_SHARED_ADDRESS:
	case POLICY_SHARED_DEVICE:
	case POLICY_SHARED_AGENT:
	case POLICY_SHARED_EMPLOYER:
	case POLICY_OUTLET_CARDS:
	case POLICY_OUTLET_MEAN:
	case POLICY_OUTLET_AWAY:
	case POLICY_OUTLET_AWAY_MEAN:
	case POLICY_OUTLET_OFFLINE:
	case POLICY_OFFLINE:
		return (1);
	default:
		return (0);
	}
}

/* Where the window of openings of a fact begins: none before can count. */
static int64_t
from(const struct policy_fact *f, int64_t now)
{

	switch (f->fn) {
	case POLICY_CARDS:
	case POLICY_BANK:
	case POLICY_SIM:
	case POLICY_ACCOUNTS:
	case POLICY_INSTITUTIONS:
	case POLICY_OUTLETS:
	case POLICY_VISITS:
	case POLICY_REPLACED:
		return (f->window == POLICY_TODAY ? day_start(day_of(now)) :
		    now - f->window + 1);
	default:
		return (NO_WINDOW);
	}
}

/*
 * The value of a fact.  Nobody applies for anything, so counts are gathered as of a
 * replacement, which adds nothing to them, and what it does add is taken off again.
 */
static int64_t
value(const struct screen_facts *f, size_t i, const struct person *p)
{
	struct application anywhere;

	switch (f->fact[i].fn) {
	case POLICY_OPERATION:
		return (LK_OP_NEW);
	case POLICY_QUANTITY:
		return (0);
	case POLICY_HOUR:
		return (12);
	case POLICY_AGE:
		return (f->a.birth == IDENTITY_NO_BIRTH ? -1 :
		    screen_facts_age(f->a.birth, day_of(f->a.now)));
	case POLICY_ATTEMPTS:
	case POLICY_REPLACED:
		return (facts_value(&f->fact[i], p, &f->a) - 1);
	case POLICY_ATTEMPT_INSTITUTIONS:
		if (p->natt == 0)
			return (0);
		anywhere = f->a;
		anywhere.inst = 0;
		return (facts_value(&f->fact[i], p, &anywhere) - 1);
	default:
		return (facts_value(&f->fact[i], p, &f->a));
	}
}

/* Find what does not depend on the row. */
void
screen_facts_open(struct screen_facts *f, const struct screen_run *run,
    const int32_t *listed)
{
	struct person nobody;
	size_t i;

	memset(f, 0, sizeof(*f));
	f->n = policy_facts(run->o->policy, &f->fact);
	f->a = (struct application){ .now = run->now,
		.operation = LK_OP_REPLACE, .held_here = -1, .guardian = 1,
		.listed = listed, .outlet_known = 1, .age = -1, .local = -1 };
	person_init(&nobody);
	for (i = 0; i < f->n; i++) {
		f->from[i] = from(&f->fact[i], run->now);
		if (fixed(f->fact[i].fn))
			f->value[i] = value(f, i, &nobody);
		else
			f->slot[f->ndiffers++] = (uint8_t)i;
	}
}

/* The product that rules see. */
static int32_t
product_of(const struct person *p, const struct screen_row *r)
{

	if (r->product != 0)
		return (r->product);
	return (p->nopen > 0 ? p->open[p->nopen - 1].product : 0);
}

/* What the rules read of a row and the record of its holder. */
void
screen_facts_gather(struct screen_facts *f, const struct person *p,
    const struct screen_row *r, int linked)
{
	int org = (r->flags & SCREEN_R_ORG) != 0;
	int64_t newest = NO_WINDOW;
	size_t i, slot;

	f->a.inst = r->inst;
	f->a.institution = r->inst_code;
	f->a.product = product_of(p, r);
	f->a.id_type = r->id_type;
	f->a.subject = org ? LK_SUBJECT_ORGANISATION : LK_SUBJECT_PERSON;
	f->a.birth = org ? IDENTITY_NO_BIRTH : r->birth;
	f->a.cleared = p->clear_left > 0;
	f->a.linked = linked;
	for (i = 0; i < p->nopen; i++)
		if ((int64_t)p->open[i].at > newest)
			newest = p->open[i].at;
	for (i = 0; i < f->ndiffers; i++) {
		slot = f->slot[i];
		f->differs[i] = newest < f->from[slot] ? 0 :
		    value(f, slot, p);
		f->value[slot] = f->differs[i];
	}
}

/* day_age(), by a division except near a birthday. */
int32_t
screen_facts_age(int32_t birth, int32_t today)
{
	int64_t days = (int64_t)today - birth;
	int64_t years = days * 400 / 146097;
	int64_t rest = days * 400 - years * 146097;

	/* More than three days from where a year is full, by any calendar. */
	if (days < 0 || rest < 3 * 400 || rest > 146097 - 3 * 400)
		return (day_age(birth, today));
	return ((int32_t)years);
}
