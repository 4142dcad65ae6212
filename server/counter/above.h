#ifndef LIANGKA_ABOVE_H_
#define LIANGKA_ABOVE_H_

/*
 * The node above: whether it has to be asked about an application, what it is asked, and
 * what follows from its answer, or from its silence.
 *
 * An application is answered in two steps where it has to be asked: counter_answer()
 * writes the question, and once the answer is there, or its time is over, the same frame is
 * answered again from the beginning, with the answer as an input.  So a decision is made
 * once, on the state of that moment.
 *
 * Threads: the counter's.
 */

#include <stddef.h>
#include <stdint.h>

#include "engine/upstream.h"
#include "plugin/wire.h"

struct application;
struct listing_case;
struct request;

/* When the node above is asked. */
enum above_mode {
	ABOVE_NEVER,
	ABOVE_UNLESS_REJECT,	/* not where our own rules refuse already */
	ABOVE_ALWAYS
};

struct above_options {
	const char *name;	/* its node id */
	enum above_mode mode;
	uint32_t deadline_ms;
};

/* What it said. */
struct above_answer {
	int silent;		/* nothing, or nothing that is an answer */
	int offline;		/* it decided without the node above it */
	int conflict;		/* it knows the txn_id with other content */
	uint64_t seq;		/* its entry */
	uint8_t leaf[32];
	struct outcome o;
	char reason[16];
	char hits[128];
};

/**
 * above_read(a, f): Read a reply to CONSULT.  What is no answer reads as silence.
 */
void above_read(struct above_answer *a, const struct wire_fields *f);

/**
 * above_ask(q, ap, lc): If the node above has to be asked about the application, write
 * that question in place of a reply, say so in *q->done, and return nonzero.
 */
int above_ask(struct request *q, struct application *ap,
    const struct listing_case *lc);

/**
 * above_conflict(q): If it knows the txn_id with other content, refuse and return nonzero.
 */
int above_conflict(struct request *q);

/**
 * above_silent(q): Nonzero when it was asked and did not answer.
 */
int above_silent(const struct request *q);

/**
 * above_apply(q): Put its answer into the entry, which holds our own outcome, and what
 * follows from both.
 */
void above_apply(struct request *q);

/**
 * above_address(q): If the entry says something of one that a node below told, have
 * that node told.
 */
void above_address(struct request *q);

#endif /* !LIANGKA_ABOVE_H_ */
