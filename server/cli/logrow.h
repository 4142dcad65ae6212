#ifndef LIANGKA_LOGROW_H_
#define LIANGKA_LOGROW_H_

#include <stddef.h>

struct entry;

#define LOGROW_CELLS 9
#define LOGROW_CELL 640

/* The cells of one row. */
struct logrow {
	char cell[LOGROW_CELLS][LOGROW_CELL];
};

/**
 * logrow_heads(zh): The titles of the columns.
 */
const char *const *logrow_heads(int zh);

/**
 * logrow_make(row, e, zh): Write what the entry says, and nothing else, as cells:
 * time (UTC+8), seq, kind, institution, outlet, teller, product, outcome, and the
 * rest that matters for its kind.
 */
void logrow_make(struct logrow *row, const struct entry *e, int zh);

/**
 * logrow_outcome(dst, e, zh): Write the word for the code of an entry (decision,
 * reason of a cancel, ...), "" where it has none.
 */
void logrow_outcome(char dst[LOGROW_CELL], const struct entry *e, int zh);

#endif /* !LIANGKA_LOGROW_H_ */
