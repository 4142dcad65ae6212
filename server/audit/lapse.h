#ifndef LIANGKA_LAPSE_H_
#define LIANGKA_LAPSE_H_

/*
 * When would the same application pass of itself?  What was opened or tried leaves
 * the windows of the rules as time goes by; every moment at which that happens is
 * tried by policy_decide() until one passes.  Nothing further is opened meanwhile,
 * the same policy stays, and age, locality and what the host told stay as they are; so
 * do lists, registers and campaigns, but a matched record of a list ends by its own
 * date.  What others do (who shares a contact, what the outlet issues) stays as it is
 * too: when that changes cannot be foretold.  Pure, but for memory.
 *
 * Threads: any.
 */

#include <stdint.h>

#include "engine/policy.h"

struct entry;
struct names;
struct person;

enum lapse_kind {
	LAPSE_AT,	/* from `at` on it passes */
	LAPSE_NEVER	/* time alone changes nothing: see `left` */
};

struct lapse {
	enum lapse_kind kind;
	int64_t at;		/* UTC seconds; the moment asked about: already */
	struct verdict left;	/* LAPSE_NEVER: what hits when all is past */
};

/**
 * lapse_find(l, p, e, record, names, from): Find the earliest moment, from the UTC
 * second `from` on, at which the application of the decision entry e would get
 * LK_PASS from p for a person with this record, whose names are interned in names.
 * Return 0, or -1 when out of memory.
 */
int lapse_find(struct lapse *l, const struct policy *p, const struct entry *e,
    const struct person *record, const struct names *names, int64_t from);

#endif /* !LIANGKA_LAPSE_H_ */
