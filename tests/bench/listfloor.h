#ifndef LISTFLOOR_H_
#define LISTFLOOR_H_

/* What could not be done faster: floors for the bench of lists. */

#include <stddef.h>

#include "store/listrec.h"

/*
 * Decompress the list file `in`, hash its content with SHA-256, append its records to
 * a new file `out` and sync that once: a plain file, or with lmdb an LMDB file with one
 * value for each of 2^bits buckets.  Seconds.
 */
double listfloor_build(const char *in, const char *out, unsigned bits, int lmdb);

/* Make an LMDB file of these records, one key for each token. */
void listfloor_tokens(const char *path, const struct listrec *r, size_t n);

/*
 * Nanoseconds of a bare mdb_get of each of n tokens, of its bucket with bits; the file
 * was walked once before.
 */
double listfloor_get(const char *path, const struct token *q, size_t n,
    unsigned bits);

#endif /* !LISTFLOOR_H_ */
