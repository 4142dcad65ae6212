#ifndef LIANGKA_LISTDIFF_H_
#define LIANGKA_LISTDIFF_H_

/*
 * What one version of a list changed against another, by going through both.
 *
 * Threads: any.
 */

#include <stddef.h>

struct list;
struct listrec;

/**
 * listdiff_records(from, to, max, r, n): The records of `to` that `from` does not have in
 * the same words, and a record with LISTREC_GONE for each token that only `from` has,
 * ascending; *r is for free().  Return 0; 1 when there are more than max of them, with
 * nothing in *r; -1 when a list cannot be read or there is no memory.
 */
int listdiff_records(const struct list *from, const struct list *to, size_t max,
    struct listrec **r, size_t *n);

#endif /* !LIANGKA_LISTDIFF_H_ */
