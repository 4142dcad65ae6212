#ifndef LIANGKA_HOLDING_H_
#define LIANGKA_HOLDING_H_

/*
 * All that the record holds about one person or organisation, and who looked at it.
 *
 * Threads: the package's.
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/token.h"

#include "casefile.h"

struct holding {
	struct casefile_list own;	/* as the applicant; also by an older */
					/* document */
	struct casefile_list agent;	/* as somebody's agent */
	struct casefile_list seen;	/* look-ups of the person, or of any of */
					/* these entries; sealed identities that */
					/* were read or erased */
	uint64_t entries;		/* that were gone through */
	int64_t last_t;			/* journal time of the last one, ms */
};

#define HOLDING_ERROR_MAX 512

/**
 * holding_find(h, p, tokens, n, fault, err): Go through the whole record for the n
 * tokens of a person (one for each epoch).  Return 0; or -1 with *fault set and, but
 * for CASEFILE_PACKAGE, a sentence in err (HOLDING_ERROR_MAX bytes).
 * holding_free(h): free what was found.
 */
int holding_find(struct holding *h, struct package *p,
    const struct token *tokens, size_t n, enum casefile_fault *fault,
    char *err);
void holding_free(struct holding *h);

/**
 * holding_erased(h, seq): Return when (journal time, ms) the identity that was sealed
 * beside the entry was erased, or 0.
 */
int64_t holding_erased(const struct holding *h, uint64_t seq);

#endif /* !LIANGKA_HOLDING_H_ */
