#ifndef TESTS_COUNTER_LINKKIT_H_
#define TESTS_COUNTER_LINKKIT_H_

/*
 * Nodes below and above each other in one process, without sockets: each is a fixture
 * with a journal of its own, and frames are handed from one counter to the other.  Losses
 * are switches.  Every reply is looked at for I1: what tells of the state waits for it.
 */

#include <stddef.h>
#include <stdint.h>

#include "counter/above.h"
#include "store/entry.h"

#include "fixture.h"

#define LINKKIT_GRANTS 12

struct linknode {
	struct fixture x;
	struct linknode *up;		/* NULL: the topmost */
	struct above_options above;
	struct peer peer;		/* how the node above sees us */
	struct grant grant[LINKKIT_GRANTS];
	const struct grant *grants[LINKKIT_GRANTS];
	/* what goes wrong */
	int no_question;		/* what we ask does not arrive */
	int no_answer;			/* what is answered does not */
	/* what the node above said last */
	struct above_answer said;
	unsigned asked;
	int error;			/* of the last reply from above */
	char why[512];
	uint64_t cursor;		/* where it has us */
	int held;			/* JOIN: it tells us to record nothing */
	uint8_t out[16384];		/* its last reply */
	struct wire_fields r;
};

/* Open a node with this id, under `up` (NULL: none), asking it always. */
void linkkit_open(struct linknode *n, const char *id, struct linknode *up,
    const char *policy);
/* See that I2 holds, and remove it. */
void linkkit_close(struct linknode *n);

/* Which institutions the node above lets it speak for, "" at the end; with "*" it may
 * speak for any. */
void linkkit_grant(struct linknode *n, const char *const *institutions,
    uint32_t rights);

/* Start anew, as after a crash; the link has to be joined again. */
void linkkit_restart(struct linknode *n);
/* Start anew with a state that is built from the journal. */
void linkkit_rebuild(struct linknode *n);

/* answer(), with what the node above says. */
int linkkit_answer(struct linknode *n);
/* check(), ditto; with a decision id for confirm() in id, if that is not NULL. */
int linkkit_check(struct linknode *n, const char *inst, const char *outlet,
    int person, int product, const char *txn, char *id);

/* Hand a frame of the node to the one above: body begun by ask(&n->x, type).  The reply
 * stands in n->r; its error is returned.  linkkit_ask(n, type): begin one. */
int linkkit_say(struct linknode *n);

/* JOIN: the error. */
int linkkit_join(struct linknode *n);

/* Tell up to `max` entries (0: all that fit) behind n->cursor; return how many, or the
 * error.  linkkit_tell(n, e): tell one entry as it is, in a batch of its own. */
int linkkit_events(struct linknode *n, unsigned max);
int linkkit_tell(struct linknode *n, const struct entry *e);

/* Tell all, joining first if need be.  linkkit_pull(n): ask for what was said of our
 * cases until there is no more; return how many entries that were. */
void linkkit_deliver(struct linknode *n);
int linkkit_pull(struct linknode *n);

/* Let time pass at all nodes. */
void linkkit_pass(struct linknode *const *list, size_t n, int64_t ms);

/* The entry of a node, which must be there. */
struct entry *linkkit_entry(struct linknode *n, uint64_t seq);
uint64_t linkkit_last(struct linknode *n, int kind);

/* Openings of all persons as lines "person institution product state quantity", sorted:
 * what is issued, and what is reserved or held now.  Of several nodes together. */
char *linkkit_openings(struct linknode *const *list, size_t n);

/* How many are open of one kind, of one person (by number) or -1: of all. */
unsigned linkkit_count(struct linknode *n, int person, int state);

#endif
