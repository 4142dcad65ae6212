/* Within token_batch: SHA-256 by the processor's own instructions. */
#ifndef LIANGKA_KEYS_TOKEN_BATCH_IMPL_H
#define LIANGKA_KEYS_TOKEN_BATCH_IMPL_H

#include "token_batch.h"

/* Where an HMAC stands after two blocks (key and label) inside and one outside. */
struct token_batch_key {
	uint32_t	inner[8];
	uint32_t	outer[8];
};

/* token_batch_ni_can(): 1 where this build and this processor have them.
 * token_batch_ni(out, key, texts, n): Make n tokens. */
int	token_batch_ni_can(void);
void	token_batch_ni(struct token *out, const struct token_batch_key *key,
	    const struct token_text *texts, size_t n);

#endif
