#ifndef LIANGKA_SEQUENCE_H_
#define LIANGKA_SEQUENCE_H_

/*
 * Do entries follow each other?  Each bears the seq behind the one before it; only
 * entry 0 of a log may bear a later one, where it names the log before it and that
 * ends with the entry before: the node was admitted anew (see journal.h).
 *
 * Threads: any, on a struct of one's own.
 */

#include <stdint.h>

struct entry;

/* What was read so far; all zero at the beginning. */
struct sequence {
	uint64_t last;		/* seq of the last entry, 0: none */
	uint64_t base;		/* of the log that it belongs to, 0: not known */
	char log[192];		/* that log's origin */
};

/**
 * sequence_follows(s, e): Does e come next?  Before the first entry anything does.
 * Where the beginning of a log was not read, what an entry 0 behind it says of that
 * log's size is taken on trust.
 */
int sequence_follows(const struct sequence *s, const struct entry *e);

/**
 * sequence_take(s, e): e was read.
 */
void sequence_take(struct sequence *s, const struct entry *e);

#endif /* !LIANGKA_SEQUENCE_H_ */
