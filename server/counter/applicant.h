#ifndef LIANGKA_APPLICANT_H_
#define LIANGKA_APPLICANT_H_

/*
 * The applicant of a check: his documents read, and everything personal turned into
 * tokens.
 *
 * Threads: the counter's.
 */

#include "core.h"

/* What a check holds in clear until it is decided; wiped after. */
struct applicant {
	struct identity id;
	struct identity agent;
	struct identity prev;
	struct identity org;
	struct text name;
	struct listing_tokens lists;
};

/**
 * applicant_read(q, a): Read the documents of applicant, agent and organisation, and the
 * older document.  Return 0 or -1 (refused).
 * applicant_tokenise(q, a): Put the tokens of all of it into q->e, and the list tokens
 * into a->lists.  Return 0 or -1.
 * applicant_digest(q, a): Put the digest of the normalised request into q->e, for
 * idempotency.
 */
int applicant_read(struct request *q, struct applicant *a);
int applicant_tokenise(struct request *q, struct applicant *a);
void applicant_digest(struct request *q, const struct applicant *a);

#endif /* !LIANGKA_APPLICANT_H_ */
