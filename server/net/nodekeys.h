#ifndef LIANGKA_NODEKEYS_H_
#define LIANGKA_NODEKEYS_H_

/*
 * The keys that sign the log of this node: Ed25519, and with `profile = gm` SM2
 * beside it.  A sandbox's are made from its throw-away token key.
 *
 * Threads: any.
 */

#include <stddef.h>

#include "keys/note.h"

struct config;
struct token_keys;

#define NODEKEYS_MAX 2
#define NODEKEYS_TEXT 192

struct nodekeys {
	struct note_signer signer[NODEKEYS_MAX];
	const struct note_signer *list[NODEKEYS_MAX];
	size_t n;
};

/**
 * nodekeys_load(k, c, tokens, err, errlen): Load the keys that the configuration names and see
 * that they are what the profile wants and bear the name of this node.  Return 0; or
 * -1 with a sentence in err and *k wiped.  nodekeys_wipe(k): forget them.
 */
int nodekeys_load(struct nodekeys *k, const struct config *c,
    const struct token_keys *tokens, char *err, size_t errlen);
void nodekeys_wipe(struct nodekeys *k);

/**
 * nodekeys_tell(text, k, tokens): Write what the start entry says of the keys in
 * force, e.g. "token 1:5f0c7ae2b1d94386 log 0x01:8f3ac1d2".
 */
void nodekeys_tell(char text[NODEKEYS_TEXT], const struct nodekeys *k,
    const struct token_keys *tokens);

#endif /* !LIANGKA_NODEKEYS_H_ */
