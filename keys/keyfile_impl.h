/* What keyfile.c, keyfile_parse.c and keyfile_pem.c share. */
#ifndef LIANGKA_KEYS_KEYFILE_IMPL_H
#define LIANGKA_KEYS_KEYFILE_IMPL_H

#include "keyfile.h"

#define KEYFILE_PEM_LEN	241	/* bytes of the block of a P-256 key */

/* keyfile_id(k, id):
 * Compute the fingerprint. */
void	keyfile_id(const struct keyfile *k, char id[KEYFILE_ID_HEX + 1]);

/* keyfile_pem_print(pem, k):
 * Write the private key of k, a key of kind seal, as PEM, NUL-terminated. */
void	keyfile_pem_print(char pem[KEYFILE_PEM_LEN + 1],
	    const struct keyfile *k);

/* keyfile_pem_parse(k, text, len):
 * Read the secret of k, whose public point is known, from exactly such a block.
 * Return 0, or -1 with the secret zeroed. */
int	keyfile_pem_parse(struct keyfile *k, const char *text, size_t len);

#endif
