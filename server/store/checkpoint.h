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
#define CHECKPOINT_MAX		16384	/* bytes of a whole one */

struct checkpoint {
	char origin[CHECKPOINT_ORIGIN_MAX];
	uint64_t size;
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
 * format allows, are passed over).  Return 0, or -1 with a sentence in err
 * (NOTE_ERROR_MAX bytes).
 */
int checkpoint_read(struct checkpoint *c, const char *text, size_t len,
    char *err);

/**
 * checkpoint_open(c, n, p, len, keys, nkeys, err): Take the signed checkpoint at p
 * apart into *n and *c and verify it: at least one of the keys has signed and no
 * line of a known key is bad.  The name of a key must be the origin; a key whose
 * name is a beginning of the origin up to a '/' is taken with the origin as its
 * name (a node's key serves all of its logs).  Return 0, or -1 with a sentence.
 */
int checkpoint_open(struct checkpoint *c, struct note *n, const char *p,
    size_t len, const struct note_verifier *const *keys, size_t nkeys,
    char *err);

/**
 * checkpoint_sign(out, cap, c, signers, n): Write the signed checkpoint; the signers'
 * names must be the origin already.  Return its length, or 0.
 */
size_t checkpoint_sign(char *out, size_t cap, const struct checkpoint *c,
    const struct note_signer *const *signers, size_t n);

#endif /* !LIANGKA_CHECKPOINT_H_ */
