#ifndef LIANGKA_TILEPROOF_H_
#define LIANGKA_TILEPROOF_H_

/*
 * A proof that one entry is in a log, as a text that can be checked offline
 * (c2sp.org/tlog-proof@v1): index, inclusion proof, signed checkpoint, and as extra
 * data the entry itself.
 *
 * Threads: any.
 */

#include <stddef.h>
#include <stdint.h>

#include "checkpoint.h"
#include "merkle.h"

#define TILEPROOF_MAX	98304	/* bytes of a whole proof */
#define TILEPROOF_EXTRA_MAX 16384 /* bytes of the extra data */

struct tileproof {
	uint64_t index;
	size_t n;
	uint8_t hash[MERKLE_PROOF_MAX][MERKLE_LEN];
	uint8_t extra[TILEPROOF_EXTRA_MAX];
	size_t extra_len;		/* 0: none */
	const char *checkpoint;		/* in the text that was read */
	size_t checkpoint_len;
};

/**
 * tileproof_print(out, cap, p): Write a proof.  Return its length, or 0 when it does
 * not fit.
 */
size_t tileproof_print(char *out, size_t cap, const struct tileproof *p);

/**
 * tileproof_read(p, text, len, err): Take a proof apart.  Return 0, or -1 with a
 * sentence in err (NOTE_ERROR_MAX bytes) that names the line.
 */
int tileproof_read(struct tileproof *p, const char *text, size_t len,
    char *err);

/**
 * tileproof_check(p, leaf, keys, nkeys, c, n, err): Verify the checkpoint by the keys
 * (as checkpoint_open(), which fills *c and *n) and that the leaf hash is in it at
 * the index.  Return 0, or -1 with a sentence.
 */
int tileproof_check(const struct tileproof *p, const uint8_t leaf[MERKLE_LEN],
    const struct note_verifier *const *keys, size_t nkeys,
    struct checkpoint *c, struct note *n, char *err);

#endif /* !LIANGKA_TILEPROOF_H_ */
