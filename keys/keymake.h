/* Making a key of any kind, with its public half. */
#ifndef LIANGKA_KEYS_KEYMAKE_H
#define LIANGKA_KEYS_KEYMAKE_H

#include <stdint.h>

#include "keyfile.h"

#define KEYMAKE_NEVER	INT64_MAX

/* What the new key is to be. */
struct keymake {
	enum keyfile_kind	 kind;
	enum keyfile_algorithm	 algorithm;	/* 0: the usual one */
	uint32_t		 epoch;		/* of a kind with epochs */
	const char		*name;		/* of a kind with names */
	int64_t			 created;	/* seconds since 1970, UTC */
	int64_t			 expires;	/* the same, or KEYMAKE_NEVER */
};

/* keymake(k, m, secret, err):
 * Build the key *k of 32 random bytes, which the caller wipes. Return 0; 1 when
 * these bytes are no key of this algorithm (draw others: once in four thousand
 * million for P-256 and SM2); or -1 with *err set. *k is zeroed unless 0 is
 * returned. */
int	keymake(struct keyfile *k, const struct keymake *m,
	    const uint8_t secret[KEYFILE_SECRET_LEN],
	    struct keyfile_error *err);

#endif
