#ifndef LIANGKA_SEQSET_H_
#define LIANGKA_SEQSET_H_

/*
 * A set of seqs in order, in memory.  New ones are mostly the highest, so adding is
 * appending; what is removed leaves a mark until half of the set is marks.
 */

#include <stddef.h>
#include <stdint.h>

struct seqset {
	uint64_t *v;		/* ascending; the top bit marks a removed one */
	size_t n;
	size_t cap;
	size_t removed;
};

/**
 * seqset_add(s, seq): Add a seq (above 0 and below 2^63), which may be there already.
 * Return 0, or -1 when out of memory.  seqset_remove(s, seq): take it out, if it is there.
 */
int seqset_add(struct seqset *s, uint64_t seq);
void seqset_remove(struct seqset *s, uint64_t seq);

/**
 * seqset_after(s, seq): Return the lowest one above seq, or 0 when there is none.
 * seqset_count(s): return how many there are.
 */
uint64_t seqset_after(const struct seqset *s, uint64_t seq);
size_t seqset_count(const struct seqset *s);

/**
 * seqset_clear(s): Make it empty and free its memory; a zeroed one is empty.
 */
void seqset_clear(struct seqset *s);

#endif /* !LIANGKA_SEQSET_H_ */
