#ifndef LIANGKA_LISTRUN_H_
#define LIANGKA_LISTRUN_H_

/*
 * Runs: records of a list that stand strictly ascending by token.  Pure.
 *
 * Threads: any.
 */

#include <stddef.h>
#include <stdint.h>

#include "listrec.h"

/**
 * listrun_compare(a, b): Order of two tokens: < 0, 0 or > 0.
 */
int listrun_compare(const struct token *a, const struct token *b);

/**
 * listrun_ascends(r, n): Do n records ascend strictly?  Return n if so, else the place
 * of the first that is not above the one before it.
 */
size_t listrun_ascends(const struct listrec *r, size_t n);

/**
 * listrun_floor(r, n, t, bits): Return the place of the first of n records whose token
 * is not below t; n when there is none.  The tokens of the run share their first
 * `bits` bits (0..LIST_BITS_MAX) with t, or the answer is merely found more slowly.
 */
size_t listrun_floor(const struct listrec *r, size_t n, const struct token *t,
    unsigned bits);

/**
 * listrun_find(r, n, t, bits): Return the record of t, or NULL.
 */
const struct listrec *listrun_find(const struct listrec *r, size_t n,
    const struct token *t, unsigned bits);

/**
 * listrun_apply(out, r, n, top, ntop): Write the run that r becomes by top: each record
 * there replaces, adds, or (GONE) removes its token.  out has room for n + ntop records;
 * NULL: only count.  Return how many there are.
 */
size_t listrun_apply(struct listrec *out, const struct listrec *r, size_t n,
    const struct listrec *top, size_t ntop);

#endif /* !LIANGKA_LISTRUN_H_ */
