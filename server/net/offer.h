#ifndef LIANGKA_OFFER_H_
#define LIANGKA_OFFER_H_

/*
 * Inside of the adopter: a generation that is to be put into force, made ready by its
 * thread, so that the loop has nothing left to compute.
 *
 * Threads: any; the journal's thread for offer_last_policy().
 */

#include "lists/adopt.h"

#include "policyfile.h"

struct config;
struct journal;

/* Something that is to be put into force. */
struct offer {
	struct adopted *adopted;
	struct policyfile policy;	/* .policy NULL: the one in force stays */
	char warning[ADOPT_ERROR_MAX];	/* about the policy */
};

/**
 * offer_compile(c, of): Compile the policy of of->adopted and keep a copy.  One that does
 * not compile, or asks for a list that is not published, is not taken (of->warning says
 * so): the one in force stays.  Lists come into force whatever the policy.
 */
void offer_compile(const struct config *c, struct offer *of);

/**
 * offer_compare(before, a): Fill in what a list that came whole changed against the one in
 * force, for looking back; before may be NULL.
 */
void offer_compare(const struct adopted *before, struct adopted *a);

/**
 * offer_last_policy(c, j, p): Read the policy that the journal says was last in force.
 * Return 0; 1 when there is none yet; -1 when its copy is missing or is not that policy.
 */
int offer_last_policy(const struct config *c, struct journal *j,
    struct policyfile *p);

#endif /* !LIANGKA_OFFER_H_ */
