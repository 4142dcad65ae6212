#ifndef LIANGKA_PROVE_H_
#define LIANGKA_PROVE_H_

/*
 * The proof that an entry is in its log, from a package.
 *
 * Threads: the package's.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/tileproof.h"

#include "package.h"

struct prove {
	struct checkpoint head;		/* that the proof leads to; not verified */
	int cosigned;			/* it is the one that a witness left */
	char note[CHECKPOINT_MAX + 1];	/* the signed head, terminated */
	size_t note_len;
	struct tileproof proof;
	char text[TILEPROOF_MAX];	/* the proof as a text */
	size_t len;
};

/**
 * prove_entry(x, p, e, err): Prove the entry e, which package_read() gave, and see
 * that the proof holds.  The head is the cosigned one where that covers the entry.
 * Return 0; 1 when no signed head covers it yet; -1 with a sentence in err
 * (PACKAGE_ERROR_MAX bytes) when the log contradicts itself.
 */
int prove_entry(struct prove *x, struct package *p,
    const struct package_entry *e, char *err);

#endif /* !LIANGKA_PROVE_H_ */
