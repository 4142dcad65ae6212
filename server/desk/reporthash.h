#ifndef LIANGKA_REPORTHASH_H_
#define LIANGKA_REPORTHASH_H_

/*
 * A table in memory from keys of fixed length to values of fixed size: what a report
 * counts by person, outlet, teller or decision.  Values begin as zeros, stay where they
 * are, and are numbered in the order in which their keys first came.  It grows with the
 * distinct keys of one pass over the journal and is bounded by nothing else.
 *
 * Keys that are names: a struct of char arrays that is zeroed first (reporthash_outlet).
 */

#include <stddef.h>
#include <stdint.h>

struct entry;
struct reporthash;

/**
 * reporthash_new(klen, vlen): Make one; values are aligned as malloc's.  NULL when out of
 * memory.  reporthash_free(h): NULL is allowed.
 */
struct reporthash *reporthash_new(size_t klen, size_t vlen);
void reporthash_free(struct reporthash *h);

/**
 * reporthash_put(h, key): The value of a key, made where there is none; NULL when out of
 * memory.  reporthash_get(h, key): NULL when there is none.
 */
void *reporthash_put(struct reporthash *h, const void *key);
void *reporthash_get(const struct reporthash *h, const void *key);

/**
 * reporthash_count(h), reporthash_key(h, i), reporthash_value(h, i): all, numbered from 0.
 */
size_t reporthash_count(const struct reporthash *h);
const void *reporthash_key(const struct reporthash *h, size_t i);
void *reporthash_value(const struct reporthash *h, size_t i);

/**
 * reporthash_sorted(h, cmp): Return the numbers of all, sorted by cmp(h, a, b) (which is
 * as qsort's, of two numbers; equal ones keep the order of their keys' bytes), for free();
 * NULL when out of memory.  An empty table gives a pointer too.
 */
size_t *reporthash_sorted(const struct reporthash *h,
    int (*cmp)(const struct reporthash *h, size_t a, size_t b));

/* Keys that several kinds use. */
struct reporthash_outlet {
	char inst[32];
	char outlet[32];
};

struct reporthash_teller {
	char inst[32];
	char outlet[32];
	char teller[32];
};

/**
 * reporthash_outlet(e, k), reporthash_teller(e, k): The key of an entry.
 */
void reporthash_outlet(const struct entry *e, struct reporthash_outlet *k);
void reporthash_teller(const struct entry *e, struct reporthash_teller *k);

#endif /* !LIANGKA_REPORTHASH_H_ */
