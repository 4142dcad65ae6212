#ifndef LIANGKA_REPLAY_IMPL_H_
#define LIANGKA_REPLAY_IMPL_H_

/*
 * What the files of replay share.
 */

#include "engine/person.h"
#include "store/entry.h"
#include "store/sequence.h"

#include "replay.h"
#include "scratch.h"

struct policy;

/* A policy that was in force. */
struct replay_policy {
	char hash[68];
	struct policy *policy;	/* NULL: the file is missing or does not compile */
	struct replay_policy *next;
};

struct replay {
	struct replay_options o;
	struct replay_counts n;
	struct replay_policy *policies;
	const struct replay_policy *now; /* in force; NULL before the first */
	struct scratch scratch;	/* B */
	uint64_t last;		/* seq of the last entry, 0: none */
	struct sequence sequence;
	struct person person;	/* scratch */
	struct person other;	/* ditto */
	struct person joined;	/* ditto */
	struct entry e;
};

/**
 * replay_differs(r, mode, field, journal, replayed): Report a difference.
 * replay_number(...): the same of two numbers, when they differ.
 */
void replay_differs(struct replay *r, unsigned mode, const char *field,
    const char *journal, const char *replayed);
void replay_number(struct replay *r, unsigned mode, const char *field,
    int64_t journal, int64_t replayed);

/**
 * replay_decide(r): A for the decision in r->e.  replay_facts(r): B for it, from
 * the state before it.
 */
void replay_decide(struct replay *r);
void replay_facts(struct replay *r);

#endif /* !LIANGKA_REPLAY_IMPL_H_ */
