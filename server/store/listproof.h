#ifndef LIANGKA_LISTPROOF_H_
#define LIANGKA_LISTPROOF_H_

/*
 * Is somebody on a list, by its root alone?  The proof is the bucket in which the token
 * would stand, with all of its records, and the inclusion proof of that bucket
 * (list_bucket(), list_prove()).  Pure.
 *
 * Threads: any.
 */

#include <stddef.h>
#include <stdint.h>

#include "listrec.h"

struct listproof {
	unsigned bits;		/* of the list: 2^bits buckets */
	const struct listrec *r; /* the bucket of the token */
	size_t n;
	const uint8_t (*hash)[32]; /* bits of them */
	size_t hashes;
};

/**
 * listproof_check(p, t, root, r): Check the proof of token t against the root of a list
 * that was signed.  Return 1 when t stands on the list, with its record in *r (see
 * LISTREC_CLEARED); 0 when it certainly does not; -1 when the proof does not prove
 * anything.
 */
int listproof_check(const struct listproof *p, const struct token *t,
    const uint8_t root[32], struct listrec *r);

#endif /* !LIANGKA_LISTPROOF_H_ */
