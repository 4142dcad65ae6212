#ifndef LIANGKA_WITNESS_IMPL_H_
#define LIANGKA_WITNESS_IMPL_H_

/* What the files witness*.c share. */

#include "witness.h"

#define WITNESS_PATH_MAX 1280
#define WITNESS_HEAD_FILE "checkpoint"

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
 * witness_lock(w, origin, fd, err): Lock the state of an origin, made if it is new,
 * against others who judge its heads, and the directory against a daemon that would
 * take it over.  Return 0, or -1 with a sentence.  witness_unlock(fd): undo it.
 * With `heads` there is nothing to lock: the directory is ours.
 */
int witness_lock(const struct witness *w, const char *origin, int fd[2],
    char *err);
void witness_unlock(const int fd[2]);

/**
 * witness_keep(w, c, text, len, err): Replace the head of an origin by *c, which the
 * text says, durably but for `heads`.  Return 0, or -1 with a sentence.
 */
int witness_keep(const struct witness *w, const struct checkpoint *c,
    const char *text, size_t len, char *err);

/**
 * witness_serves(v, origin): May a key sign for an origin?  That of a node serves all
 * of its logs.
 */
int witness_serves(const struct note_verifier *v, const char *origin);

#endif /* !LIANGKA_WITNESS_IMPL_H_ */
