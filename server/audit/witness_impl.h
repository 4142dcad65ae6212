#ifndef LIANGKA_WITNESS_IMPL_H_
#define LIANGKA_WITNESS_IMPL_H_

/* What the files witness*.c share. */

#include "witness.h"

#define WITNESS_PATH_MAX 1280

/* An add-checkpoint request, taken apart. */
struct witness_asked {
	uint64_t old;
	size_t n;
	uint8_t proof[WITNESS_PROOF_MAX][MERKLE_LEN];
	const char *note;	/* in the body */
	size_t note_len;
};

/**
 * witness_parse(q, body, len, err): Take a request apart.  Return 0, or -1 with a
 * sentence in err (WITNESS_ERROR_MAX bytes).
 */
int witness_parse(struct witness_asked *q, const char *body, size_t len,
    char *err);

/**
 * witness_lock(w, origin, err): Lock the state of an origin, made if it is new.
 * Return a descriptor whose closing unlocks it, or -1 with a sentence.
 */
int witness_lock(const struct witness *w, const char *origin, char *err);

/**
 * witness_keep(w, origin, text, len, err): Replace the head of an origin, durably.
 * Return 0, or -1 with a sentence.
 */
int witness_keep(const struct witness *w, const char *origin, const char *text,
    size_t len, char *err);

#endif /* !LIANGKA_WITNESS_IMPL_H_ */
