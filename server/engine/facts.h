#ifndef LIANGKA_FACTS_H_
#define LIANGKA_FACTS_H_

/*
 * The value of each fact that a policy can read, from the person's record and
 * the present application: sliding windows counted exactly.  Pure.  What each
 * function counts is told in policy.h.
 */

#include <stddef.h>
#include <stdint.h>

#include "shared.h"

struct outletday;
struct person;
struct policy_fact;

/* The present application, as far as a rule can see it. */
struct application {
	int64_t now;		/* UTC seconds */
	uint64_t visit;		/* key of the visit */
	uint64_t superseded;	/* seq of a reservation that this one replaces: */
				/* it is not counted; 0 = none */
	uint32_t inst;		/* interned names; 0 = never seen */
	uint32_t outlet;
	int32_t institution;	/* policy_institution_code() */
	int32_t product;
	int32_t operation;
	int32_t channel;
	int32_t purpose;
	int32_t quantity;
	int32_t held_here;	/* -1 = unknown */
	int32_t id_type;
	int32_t subject;
	int32_t birth;		/* day, or IDENTITY_NO_BIRTH */
	int32_t area;		/* of the document, 6 digits; 0 = unknown */
	int32_t outlet_area;	/* ditto, of the outlet */
	int guardian;
	int cleared;		/* a clearance is in force */
	const int32_t *listed;	/* enum category of the applicant on each of */
				/* policy_lists() (by what it holds: person or */
				/* contact phone), 0 = not; NULL: on none */
	const int32_t *agent_listed; /* of the agent */
	int stale;		/* a list is too old, or not there */
	int outlet_known;	/* it stands in the register, or there is none */
	int outlet_suspended;
	int campaign;		/* within a registered campaign with room */
	int linked;		/* counted over several documents of the person */
	int away;		/* of another area than the outlet; both are known */
	int offline;		/* the node above was asked and did not answer */
	int32_t offline_today;	/* cards passed or limited so at the outlet today */
	int32_t age;		/* completed years, as a node below told; -1 = not */
				/* known.  Read only where birth is not known */
	int local;		/* of the outlet's area, as a node below told: 1, 0; */
				/* -1 = judge by area and outlet_area */
	uint64_t whose;		/* first 8 bytes of the person's token */
	struct shared shared[SHARED_KINDS]; /* who else used the same; n = 0 where */
				/* the application names none */
	int named[SHARED_KINDS]; /* the application names a phone and so on */
	const struct outletday *outlet_days; /* of the outlet; NULL: none yet */
};

/**
 * facts_value(f, p, a): Return the value of the fact f for the person p (pruned
 * to a->now by person_prune) and application a.
 */
int64_t facts_value(const struct policy_fact *f, const struct person *p,
    const struct application *a);

/**
 * facts_told(fn): Return 1 if facts of the function fn are neither in the person's
 * record nor in a decision's entry but for the value itself (what documents, lists and
 * registers said that day), so that a replay can only take it as it stands; else 0.
 */
int facts_told(int fn);

/**
 * facts_gather(facts, n, p, a, values): facts_value() of n facts.
 */
void facts_gather(const struct policy_fact *facts, size_t n,
    const struct person *p, const struct application *a, int64_t *values);

#endif /* !LIANGKA_FACTS_H_ */
