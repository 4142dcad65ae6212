#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/day.h"

#include "reportday.h"

/* Begin. */
void
reportday_begin(struct reportday *d, int (*entry)(void *x,
    const struct entry *e), void *x)
{

	memset(d, 0, sizeof(*d));
	d->entry = entry;
	d->x = x;
	d->t = day_start(day_from_civil(2026, 11, 2)) * 1000 +
	    9 * REPORTDAY_HOUR;
	d->keep = 15 * 60000;
	(void)reportday_plain(d, ENTRY_START);
}

/* End. */
void
reportday_end(struct reportday *d)
{

	free(d->decisions);
	d->decisions = NULL;
}

/* Hand an entry on. */
uint64_t
reportday_put(struct reportday *d, struct entry *e)
{

	e->seq = ++d->seq;
	e->t = d->t;
	if (e->seq >= d->room) {
		d->room = 2 * e->seq + 64;
		d->decisions = realloc(d->decisions,
		    d->room * sizeof(*d->decisions));
		cr_assert_not_null(d->decisions);
	}
	d->decisions[e->seq] = *e;
	cr_assert_eq(d->entry(d->x, e), 0);
	return (e->seq);
}

/* Where. */
void
reportday_where(struct entry *e, const char *where)
{

	(void)sscanf(where, "%31[^.].%31[^.].%31s", e->inst, e->outlet,
	    e->teller);
}

/* Who. */
void
reportday_person(struct entry *e, unsigned person)
{

	e->epoch = 1;
	(void)snprintf((char *)e->person.b, sizeof(e->person.b), "p%u",
	    person);
}

/* A check. */
uint64_t
reportday_check(struct reportday *d, const char *where, unsigned person,
    int product, int decision, uint32_t flags)
{
	struct entry e;

	entry_clear(&e, ENTRY_DECISION);
	reportday_where(&e, where);
	reportday_person(&e, person);
	e.flags = flags;
	e.product = product;
	e.quantity = 1;
	e.decision = decision;
	if (decision == LK_REVIEW)
		e.by = LK_BY_CENTRE;
	if (decision != LK_REJECT &&
	    (flags & (ENTRY_F_DRY | ENTRY_F_POSTHOC)) == 0)
		e.expires = d->t + d->keep;
	e.due = decision == LK_REVIEW ? e.expires : 0;
	if (d->listed != NULL)
		(void)snprintf(e.listed, sizeof(e.listed), "%s", d->listed);
	(void)snprintf(e.reason, sizeof(e.reason), "%s",
	    decision == LK_PASS ? "" : "HF01");
	return (reportday_put(d, &e));
}

/* What is said about an earlier entry. */
uint64_t
reportday_about(struct reportday *d, int kind, uint64_t ref, int code,
    uint32_t flags)
{
	const struct entry *old = &d->decisions[ref];
	struct entry e;

	entry_clear(&e, kind);
	memcpy(e.inst, old->inst, sizeof(e.inst));
	memcpy(e.outlet, old->outlet, sizeof(e.outlet));
	e.person = old->person;
	e.epoch = old->epoch;
	e.product = old->product;
	e.quantity = 1;
	e.flags = flags;
	e.code = code;
	e.ref = ref;
	if (kind == ENTRY_REVIEW && code == REVIEW_APPROVE)
		e.expires = d->t + d->keep;
	return (reportday_put(d, &e));
}

/* A row of a file. */
uint64_t
reportday_row(struct reportday *d, const char *where, unsigned person,
    int product, int64_t at, uint32_t flags)
{
	struct entry e;

	entry_clear(&e, ENTRY_INTAKE);
	reportday_where(&e, where);
	reportday_person(&e, person);
	e.code = INTAKE_OPEN;
	e.flags = flags;
	e.product = product;
	e.quantity = 1;
	e.at = at;
	return (reportday_put(d, &e));
}

/* An entry that says no more than its kind. */
uint64_t
reportday_plain(struct reportday *d, int kind)
{
	struct entry e;

	entry_clear(&e, kind);
	return (reportday_put(d, &e));
}
