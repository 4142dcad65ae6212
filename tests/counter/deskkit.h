#ifndef TESTS_COUNTER_DESKKIT_H_
#define TESTS_COUNTER_DESKKIT_H_

/*
 * A desk with officers: lin, wu and chen may review, he may nothing at the desk, and
 * lin2 is a second key of lin's, and wei has lin's first key under another name.
 */

#include <stdint.h>

#include "counter/staff.h"
#include "keys/note.h"
#include "keys/staffnote.h"

#include "fixture.h"

enum { D_LIN, D_WU, D_CHEN, D_HE, D_LIN2, D_WEI, DESKKIT_N };

#define DESK_LINES_MAX 2048

struct deskkit {
	struct counter_staff staff[DESKKIT_N];
	struct note_signer signer[DESKKIT_N];
	/* what desk_read() found, a line each */
	char text[DESK_LINES_MAX * 160];
	char *line[DESK_LINES_MAX];
	size_t n;
	int pages;
};

/* Open the fixture with this desk; policy as fixture_open(). */
void deskkit_open(struct deskkit *k, struct fixture *x, const char *policy);

/* Give a fixture that is open this desk. */
void deskkit_staff(struct deskkit *k, struct fixture *x);

/* Say something signed: detail may be NULL; the error. */
int deskkit_say(struct fixture *x, struct deskkit *k, int who,
    enum staffnote_action action, uint64_t entry, const char *detail);

/* Begin the request only, to add fields. */
void deskkit_ask(struct fixture *x, struct deskkit *k, int who,
    enum staffnote_action action, uint64_t entry, const char *detail);

/* Read all cases or alerts into k. */
void deskkit_read(struct fixture *x, struct deskkit *k, uint32_t what);

/* Field i of line l, or "". */
const char *deskkit_field(const struct deskkit *k, size_t l, int i);

/* Have a person held for the centre, with three institutions; or refused, with six SIMs
 * that were taken in. The seq of the decision. */
uint64_t deskkit_hold(struct fixture *x, int person);
uint64_t deskkit_refuse(struct fixture *x, int person);

#endif
