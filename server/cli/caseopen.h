#ifndef LIANGKA_CASEOPEN_H_
#define LIANGKA_CASEOPEN_H_

/*
 * The decision that a command line names, and all that the record holds about it.
 */

#include <stdint.h>

#include "audit/casefile.h"

#include "refid.h"

struct logread;
struct tool;

/* A decision as named on a command line. */
struct caseopen_id {
	const char *text;
	uint64_t seq;
	int form;		/* 2: decision id, 1: reference, 0: seq */
	uint8_t prefix[4];	/* of the leaf hash in a decision id */
};

/**
 * caseopen_id(t, text, id): Read a decision id, a reference or a seq.  Return ARGS_GO,
 * or an exit code after saying what is wrong.
 */
int caseopen_id(const struct tool *t, const char *text,
    struct caseopen_id *id);

/**
 * caseopen(r, id, c): Gather the case from the record being read.  Return ARGS_GO, or
 * an exit code after saying what is wrong (or having r keep it).
 */
int caseopen(struct logread *r, const struct caseopen_id *id,
    struct casefile **c);

/**
 * caseopen_names(c, id, ref): Write the decision id of a case (80 bytes; "" when the
 * node is not known) and its reference.
 */
void caseopen_names(const struct casefile *c, char id[80], char ref[REFID_MAX]);

#endif /* !LIANGKA_CASEOPEN_H_ */
