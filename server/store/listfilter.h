#ifndef LIANGKA_LISTFILTER_H_
#define LIANGKA_LISTFILTER_H_

/*
 * A Bloom filter for each bucket of a list, of one byte a record: of a hundred tokens
 * that are not listed it lets two or three pass, so nearly all look-ups end without the
 * file.  It reads its bits out of the token itself, which is uniform.
 *
 * Threads: any.
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/token.h"

/**
 * listfilter_add(f, n, t): Add a token to the filter f[n] of a bucket of n records, all
 * zero at first.  listfilter_has(f, n, t): may t be in it?  0: certainly not.
 */
void listfilter_add(uint8_t *f, size_t n, const struct token *t);
int listfilter_has(const uint8_t *f, size_t n, const struct token *t);

#endif /* !LIANGKA_LISTFILTER_H_ */
