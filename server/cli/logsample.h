#ifndef LIANGKA_LOGSAMPLE_H_
#define LIANGKA_LOGSAMPLE_H_

/*
 * A sample that neither side picks: of the entries that qualify, those with the
 * smallest rank, where
 *
 *	rank = SHA-256(root || seq)
 *
 * root is the 32-byte root of the head of the log that holds the entry, seq its
 * number as 8 bytes, big-endian.  The auditor cannot choose an entry, and the branch
 * cannot spare one, as long as it does not choose the moment too.
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/sha256.h"
#include "store/merkle.h"

struct logsample;

/**
 * logsample_rank(rank, root, seq): The rank of an entry.
 */
void logsample_rank(uint8_t rank[SHA256_LEN], const uint8_t root[MERKLE_LEN],
    uint64_t seq);

/**
 * logsample_new(n): Draw n entries of each group.  NULL when out of memory.
 * logsample_free(s): NULL is allowed.
 */
struct logsample *logsample_new(size_t n);
void logsample_free(struct logsample *s);

/**
 * logsample_add(s, group, rank, text, len): An entry of a group ("" where there is but
 * one).  Kept, copied, while its rank is among the n smallest.  Return 0, or -1 when
 * out of memory.
 */
int logsample_add(struct logsample *s, const char *group,
    const uint8_t rank[SHA256_LEN], const char *text, size_t len);

/* One that was drawn. */
struct logsample_drawn {
	const char *group;
	const uint8_t *rank;
	const char *text;
	size_t len;
	size_t of;		/* entries of this group in all */
};

/**
 * logsample_each(s, fn, arg): Call fn for all that were drawn: groups in the order of
 * their bytes, entries by rank.  Return the first non-zero return of fn, or 0.
 */
int logsample_each(struct logsample *s,
    int (*fn)(void *arg, const struct logsample_drawn *d), void *arg);

#endif /* !LIANGKA_LOGSAMPLE_H_ */
