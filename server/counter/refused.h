#ifndef LIANGKA_REFUSED_H_
#define LIANGKA_REFUSED_H_

/*
 * Requests that got no decision, summed per institution, outlet and teller until
 * the minute is over; then each sum becomes one `refused` entry.  Bounded: what
 * does not fit is summed under the institution "*".
 */

#include <stdint.h>

struct entry;
struct refused;

/**
 * refused_open(void): Make an empty table, or NULL.  refused_close(r): free it.
 */
struct refused *refused_open(void);
void refused_close(struct refused *r);

/**
 * refused_add(r, inst, outlet, teller, code): Count one refusal with this LK_E_
 * code.  Codes other than ARG, DENIED, BUSY, AGAIN, INPUT and their kin (CONFLICT,
 * ENCODING, UNSUPPORTED and STATE count as ARG) are ignored.
 */
void refused_add(struct refused *r, const char *inst, const char *outlet,
    const char *teller, int code);

/**
 * refused_next(r, e): Take one sum out as a `refused` entry.  Return 0 when the
 * table is empty.
 */
int refused_next(struct refused *r, struct entry *e);

#endif /* !LIANGKA_REFUSED_H_ */
