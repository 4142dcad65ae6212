#include "plugin.h"

#include "day.h"
#include "facts.h"
#include "identity.h"
#include "outletday.h"
#include "person.h"
#include "policy.h"

/* Windows shorter than this leave out what is known by its day only. */
#define DATED_ONLY_FROM (48 * 3600)

#define DAY_S 86400

/* Does this opening count at all beside the present application? */
static int
counts(const struct opening *o, const struct application *a)
{

	if (o->seq == a->superseded && a->superseded != 0)
		return (0);
	if (o->state == OPENING_RESERVED || o->state == OPENING_HELD)
		return (a->now < (int64_t)o->until);
	return (1);
}

/* Does it lie in the window? */
static int
within(const struct opening *o, int32_t window, const struct application *a)
{

	if ((int64_t)o->at > a->now)
		return (0);
	if ((o->flags & OPENING_DATE_ONLY) != 0 && window < DATED_ONLY_FROM)
		return (0);
	if (window == POLICY_TODAY)
		return (day_of(o->at) == day_of(a->now));
	return ((int64_t)o->at > a->now - window);
}

/* Is it an opening, not a replacement, that counts in this window? */
static int
opened(const struct opening *o, int32_t window, const struct application *a)
{

	return (o->operation != LK_OP_REPLACE && counts(o, a) &&
	    within(o, window, a));
}

/* Does a counting function take in this product? */
static int
covers(int fn, int product)
{

	switch (fn) {
	case POLICY_CARDS:
		return (policy_covers(POLICY_GROUP_BANK, product) ||
		    policy_covers(POLICY_GROUP_PHONE, product));
	case POLICY_BANK:
		return (policy_covers(POLICY_GROUP_BANK, product));
	case POLICY_SIM:
		return (policy_covers(POLICY_GROUP_PHONE, product));
	default:
		return (policy_covers(POLICY_GROUP_ACCOUNT, product));
	}
}

/* Items of some products opened in the window, the present ones included. */
static int64_t
items(const struct policy_fact *f, const struct person *p,
    const struct application *a)
{
	int64_t n = 0;
	uint32_t i;

	if (a->operation != LK_OP_REPLACE && covers(f->fn, a->product))
		n = a->quantity;
	for (i = 0; i < p->nopen; i++)
		if (covers(f->fn, p->open[i].product) &&
		    opened(&p->open[i], f->window, a))
			n += p->open[i].quantity;
	return (n);
}

/* Is opening i the first in the window of its institution, outlet or visit? */
static int
first_of(int fn, const struct person *p, uint32_t i, int32_t window,
    const struct application *a)
{
	const struct opening *o = &p->open[i], *q;
	uint32_t k;

	if (a->operation != LK_OP_REPLACE &&
	    ((fn == POLICY_INSTITUTIONS && o->inst == a->inst) ||
	    (fn == POLICY_OUTLETS && o->outlet == a->outlet) ||
	    (fn == POLICY_VISITS && o->visit == a->visit)))
		return (0);
	for (k = 0; k < i; k++) {
		q = &p->open[k];
		if (((fn == POLICY_INSTITUTIONS && q->inst == o->inst) ||
		    (fn == POLICY_OUTLETS && q->outlet == o->outlet) ||
		    (fn == POLICY_VISITS && q->visit == o->visit)) &&
		    opened(q, window, a))
			return (0);
	}
	return (1);
}

/* Distinct institutions, outlets or visits, the present one included. */
static int64_t
distinct(const struct policy_fact *f, const struct person *p,
    const struct application *a)
{
	int64_t n = a->operation != LK_OP_REPLACE;
	uint32_t i;

	for (i = 0; i < p->nopen; i++)
		if (opened(&p->open[i], f->window, a) &&
		    first_of(f->fn, p, i, f->window, a))
			n++;
	return (n);
}

/* Did the attempt happen in the window? */
static int
tried(const struct attempt *t, int32_t window, const struct application *a)
{

	if (window == POLICY_TODAY)
		return (day_of(t->at) == day_of(a->now));
	return ((int64_t)t->at > a->now - window);
}

/* Attempts in the window: all with the present one, or the rejected ones. */
static int64_t
attempts(const struct policy_fact *f, const struct person *p,
    const struct application *a)
{
	int64_t n = f->fn == POLICY_ATTEMPTS ? 1 : 0;
	const struct attempt *t;
	uint32_t i;

	for (i = 0; i < p->natt; i++) {
		t = &p->att[i];
		if (f->fn == POLICY_REJECTS && t->decision != LK_REJECT)
			continue;
		if (tried(t, f->window, a))
			n++;
	}
	return (n);
}

/* Distinct institutions that were asked, the present one included. */
static int64_t
asked(const struct policy_fact *f, const struct person *p,
    const struct application *a)
{
	uint32_t seen[PERSON_ATTEMPTS], inst, i, k;
	uint32_t n = 0;

	for (i = 0; i < p->natt; i++) {
		inst = person_attempt_inst(&p->att[i]);
		if (inst == 0 || inst == a->inst ||
		    !tried(&p->att[i], f->window, a))
			continue;
		for (k = 0; k < n && seen[k] != inst; k++)
			continue;
		if (k == n)
			seen[n++] = inst;
	}
	return ((int64_t)n + 1);
}

/* The seconds of a window up to now. */
static int32_t
seconds(int32_t window, const struct application *a)
{

	return (window != POLICY_TODAY ? window :
	    (int32_t)(a->now - day_start(day_of(a->now)) + 1));
}

/* Persons who used the same, the present one included; 0 where there is none. */
static int64_t
shared(const struct policy_fact *f, const struct application *a)
{
	int kind = SHARED_PHONE + (f->fn - POLICY_SHARED_PHONE);

	if (!a->named[kind])
		return (0);
	return ((int64_t)shared_count(&a->shared[kind], a->whose, a->now,
	    seconds(f->window, a)));
}

/* Cards that the outlet issued, with the present ones, or their mean. */
static int64_t
outlet(const struct policy_fact *f, const struct application *a)
{
	int days = f->window == POLICY_TODAY ? 1 : f->window / DAY_S;
	int away = f->fn == POLICY_OUTLET_AWAY ||
	    f->fn == POLICY_OUTLET_AWAY_MEAN;
	int32_t today = day_of(a->now);
	int64_t n = 0;

	if (f->fn == POLICY_OUTLET_MEAN || f->fn == POLICY_OUTLET_AWAY_MEAN)
		return (a->outlet_days == NULL ? -1 :
		    outletday_mean(a->outlet_days, today, days, away));
	if (a->outlet_days != NULL)
		n = outletday_sum(a->outlet_days, today, days, away);
	if (a->operation != LK_OP_REPLACE && (!away || a->away) &&
	    covers(POLICY_CARDS, a->product))
		n += a->quantity;
	return (n);
}

/* Cards that the outlet passed offline today, with the present ones while offline. */
static int64_t
outlet_offline(const struct application *a)
{

	return (a->offline_today + (a->offline &&
	    a->operation != LK_OP_REPLACE && covers(POLICY_CARDS, a->product) ?
	    a->quantity : 0));
}

/* Replacements in the window, the present one included. */
static int64_t
replaced(const struct policy_fact *f, const struct person *p,
    const struct application *a)
{
	int64_t n = a->operation == LK_OP_REPLACE;
	uint32_t i;

	for (i = 0; i < p->nopen; i++)
		if (p->open[i].operation == LK_OP_REPLACE &&
		    counts(&p->open[i], a) && within(&p->open[i], f->window, a))
			n++;
	return (n);
}

/* Live items held, the present application left out. */
static int64_t
held(const struct policy_fact *f, const struct person *p,
    const struct application *a)
{
	const struct opening *o;
	int64_t n = 0, told = 0;
	uint32_t i;

	for (i = 0; i < p->nopen; i++) {
		o = &p->open[i];
		if (!policy_covers(f->product, o->product) ||
		    o->operation == LK_OP_REPLACE || !counts(o, a) ||
		    o->state == OPENING_CLOSED)
			continue;
		if (f->place == POLICY_HERE && o->inst != a->inst)
			continue;
		n += o->quantity;
		if (o->product == a->product && o->inst == a->inst)
			told += o->quantity;
	}
	/* The host knows its own cards of this product better than we do. */
	if (policy_covers(f->product, a->product) && a->held_here > told)
		n += a->held_here - told;
	return (n);
}

/* Minutes since the last opening of a product, -1 when there was none. */
static int64_t
minutes_since(const struct policy_fact *f, const struct person *p,
    const struct application *a)
{
	const struct opening *o;
	uint32_t i;

	for (i = p->nopen; i-- > 0;) {
		o = &p->open[i];
		if (policy_covers(f->product, o->product) &&
		    o->operation != LK_OP_REPLACE && counts(o, a) &&
		    (o->flags & OPENING_DATE_ONLY) == 0 &&
		    (int64_t)o->at <= a->now)
			return ((a->now - (int64_t)o->at) / 60);
	}
	return (-1);
}

/* Are applicant and outlet of one area, or is one of them not known? */
static int64_t
area_local(const struct application *a)
{

	if (a->local >= 0)
		return (a->local != 0);
	return (a->area == 0 || a->outlet_area == 0 ||
	    a->area / 100 == a->outlet_area / 100);
}

/* Completed years of age, -1 when neither document nor node below tells. */
static int64_t
age(const struct application *a)
{

	if (a->birth == IDENTITY_NO_BIRTH)
		return (a->age < 0 ? -1 : a->age);
	return (day_age(a->birth, day_of(a->now)));
}

/* On a list, with which category? */
static int64_t
listed(const struct policy_fact *f, const struct application *a)
{
	const int32_t *on = f->fn == POLICY_LISTED ? a->listed :
	    a->agent_listed;

	return (on != NULL ? on[f->product] : 0);
}

/* Does its value come from outside of the record and the application? */
int
facts_told(int fn)
{

	switch (fn) {
	case POLICY_AGE:
	case POLICY_AREA_LOCAL:
	case POLICY_LISTED:
	case POLICY_AGENT_LISTED:
	case POLICY_STALE:
	case POLICY_OUTLET_KNOWN:
	case POLICY_OUTLET_SUSPENDED:
	case POLICY_CAMPAIGN:
		return (1);
	default:
		return (0);
	}
}

/* Return the value of a fact of the application itself. */
static int64_t
application_value(int fn, const struct person *p, const struct application *a)
{

	switch (fn) {
	case POLICY_CLEARED:
		return (a->cleared);
	case POLICY_HELD_KNOWN:
		return (a->held_here >= 0);
	case POLICY_AREA_LOCAL:
		return (area_local(a));
	case POLICY_OVERFLOW:
		return ((p->flags & PERSON_OVERFLOW) != 0);
	case POLICY_GUARDIAN:
		return (a->guardian);
	case POLICY_STALE:
		return (a->stale != 0);
	case POLICY_OUTLET_KNOWN:
		return (a->outlet_known != 0);
	case POLICY_OUTLET_SUSPENDED:
		return (a->outlet_suspended != 0);
	case POLICY_CAMPAIGN:
		return (a->campaign != 0);
	case POLICY_AGE:
		return (age(a));
	case POLICY_HOUR:
		return (day_hour(a->now));
	case POLICY_OFFLINE:
		return (a->offline != 0);
	case POLICY_LINKED:
		return (a->linked != 0);
	case POLICY_QUANTITY:
		return (a->quantity);
	case POLICY_CHANNEL:
		return (a->channel);
	case POLICY_PRODUCT:
		return (a->product);
	case POLICY_OPERATION:
		return (a->operation);
	case POLICY_PURPOSE:
		return (a->purpose);
	case POLICY_ID_TYPE:
		return (a->id_type);
	case POLICY_SUBJECT:
		return (a->subject);
	case POLICY_INSTITUTION:
		return (a->institution);
	default:
		return (0);
	}
}

/* Return the value of a fact. */
int64_t
facts_value(const struct policy_fact *f, const struct person *p,
    const struct application *a)
{

	switch (f->fn) {
	case POLICY_CARDS:
	case POLICY_BANK:
	case POLICY_SIM:
	case POLICY_ACCOUNTS:
		return (items(f, p, a));
	case POLICY_INSTITUTIONS:
	case POLICY_OUTLETS:
	case POLICY_VISITS:
		return (distinct(f, p, a));
	case POLICY_ATTEMPTS:
	case POLICY_REJECTS:
		return (attempts(f, p, a));
	case POLICY_ATTEMPT_INSTITUTIONS:
		return (asked(f, p, a));
	case POLICY_REPLACED:
		return (replaced(f, p, a));
	case POLICY_SHARED_PHONE:
	case POLICY_SHARED_ADDRESS:
	case POLICY_SHARED_DEVICE:
	case POLICY_SHARED_AGENT:
	case POLICY_SHARED_EMPLOYER:
		return (shared(f, a));
	case POLICY_OUTLET_CARDS:
	case POLICY_OUTLET_MEAN:
	case POLICY_OUTLET_AWAY:
	case POLICY_OUTLET_AWAY_MEAN:
		return (outlet(f, a));
	case POLICY_OUTLET_OFFLINE:
		return (outlet_offline(a));
	case POLICY_HELD:
		return (held(f, p, a));
	case POLICY_MINUTES_SINCE:
		return (minutes_since(f, p, a));
	case POLICY_LISTED:
	case POLICY_AGENT_LISTED:
		return (listed(f, a));
	default:
		return (application_value(f->fn, p, a));
	}
}

/* Return the values of all facts. */
void
facts_gather(const struct policy_fact *facts, size_t n,
    const struct person *p, const struct application *a, int64_t *values)
{
	size_t i;

	for (i = 0; i < n; i++)
		values[i] = facts_value(&facts[i], p, a);
}
