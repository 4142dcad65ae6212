#ifndef LIANGKA_CHECKPOINT_H_
#define LIANGKA_CHECKPOINT_H_

/*
 * The head of a log (C2SP tlog-checkpoint): a signed note of origin, size, root.
 *
 * Threads: any.
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/note.h"

#include "merkle.h"

#define CHECKPOINT_ORIGIN_MAX	192	/* bytes with the NUL */
#define CHECKPOINT_TEXT_MAX	(CHECKPOINT_ORIGIN_MAX + 80)
#define CHECKPOINT_MAX		65536	/* bytes of a whole one: 16 ML-DSA-44 lines */
#define CHECKPOINT_KEYS_MAX	64
#define CHECKPOINT_SIZE_MAX	INT64_MAX	/* leaves: what other readers take */

struct checkpoint {
	char origin[CHECKPOINT_ORIGIN_MAX];
	uint64_t size;			/* at most CHECKPOINT_SIZE_MAX */
	uint8_t root[MERKLE_LEN];
};

/**
 * checkpoint_text(text, c): Write the text that is signed: three lines.  Return its
 * length.
 */
size_t checkpoint_text(char text[CHECKPOINT_TEXT_MAX],
    const struct checkpoint *c);

/**
 * checkpoint_read(c, text, len, err): Read such a text (further lines, as the
 * format allows, are passed over).  Return 0, or -1 with *c zeroed and a sentence
 * in err (NOTE_ERROR_MAX bytes).
 */
int checkpoint_read(struct checkpoint *c, const char *text, size_t len,
    char *err);

/**
 * checkpoint_open(c, n, p, len, keys, nkeys, err): Take the signed checkpoint at p
 * apart into *n and *c and verify it: a key of the log has signed, and no line of
 * any of the keys is bad.  A key of the log has the origin as its name; an Ed25519
 * or SM2 key whose name is a beginning of the origin up to a '/' is taken with the
 * origin as its name (a node's key serves all of its logs).  A cosigner's key
 * (NOTE_COSIGNATURE) is one of the log only with exactly the origin as its name;
 * those of witnesses may be among keys and never make a checkpoint good alone.
 * A key listed twice counts as one.  `by` of a good line points to the caller's
 * key, in whatever name that has.  At most CHECKPOINT_KEYS_MAX keys.  Return 0,
 * or -1 with *c and *n zeroed and a sentence.
 */
int checkpoint_open(struct checkpoint *c, struct note *n, const char *p,
    size_t len, const struct note_verifier *const *keys, size_t nkeys,
    char *err);

/**
 * checkpoint_sign(out, cap, c, signers, n): Write the signed checkpoint; the signers'
 * names must be the origin already.  Return its length (not terminated), or 0 when
 * one is not, or note_sign() says so, or *c is not what checkpoint_read() takes.
 */
size_t checkpoint_sign(char *out, size_t cap, const struct checkpoint *c,
    const struct note_signer *const *signers, size_t n);

#endif /* !LIANGKA_CHECKPOINT_H_ */
