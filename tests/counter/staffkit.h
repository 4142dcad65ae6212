#ifndef TESTS_COUNTER_STAFFKIT_H_
#define TESTS_COUNTER_STAFFKIT_H_

/*
 * Staff with keys, and a centre with a sealing key, for the tests of this folder.
 */

#include <stdint.h>

#include "counter/staff.h"
#include "keys/note.h"
#include "keys/staffnote.h"

#include "fixture.h"

/* The members of staff: lin may all, wu only look up, and mo is not configured. */
enum { LIN, WU, MO, STAFFKIT_N };

struct staffkit {
	struct counter_staff staff[2];
	struct note_signer signer[STAFFKIT_N];
	struct seal_cert *cert;
	char key[200];		/* the sealing key's file */
	char crt[200];
};

/* Make keys and certificate, and open the fixture's counter with them. */
void staffkit_open(struct staffkit *k, struct fixture *x);
void staffkit_close(struct staffkit *k);

/* Make a statement of now, with the fixture's node. */
struct staffnote staffkit_note(struct fixture *x, enum staffnote_action action,
    uint64_t entry);

/* Begin a request with the statement signed by one of staff. */
void staffkit_ask(struct fixture *x, const struct staffkit *k, int who,
    const struct staffnote *n);

/* Sign, ask, answer: the error. */
int staffkit_say(struct fixture *x, const struct staffkit *k, int who,
    enum staffnote_action action, uint64_t entry);

/* Unseal the sidecar of an entry as the centre does, from the write-ahead log:
 * the JSON text, or NULL when there is no sidecar; `erased` (may be NULL) tells of
 * one that was. */
const char *staffkit_unseal(struct fixture *x, const struct staffkit *k,
    uint64_t seq, int *erased);

/* How many different data keys the log holds. */
int staffkit_data_keys(struct fixture *x);

#endif
