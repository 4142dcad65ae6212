/* Within token_batch: SHA-256 by more than one text at a time. */
#ifndef LIANGKA_KEYS_TOKEN_BATCH_IMPL_H
#define LIANGKA_KEYS_TOKEN_BATCH_IMPL_H

#include "token_batch.h"

/* Where an HMAC stands after two blocks (key and label) inside and one outside. */
struct token_batch_key {
	uint32_t	inner[8];
	uint32_t	outer[8];
};

/* How they are made. */
enum token_batch_way {
	TOKEN_BATCH_PLAIN,	/* one by one */
	TOKEN_BATCH_NI,		/* two by two: SHA instructions */
	TOKEN_BATCH_WIDE,	/* by the sixteen: AVX-512 */
	TOKEN_BATCH_WAYS
};

#define TOKEN_BATCH_LANES	16

/* token_batch_by(way, out, keys, index, label, texts, n): As token_batch(), in this way or,
 * where that cannot be done or is of no use for so few, another. Return the way. */
enum token_batch_way	token_batch_by(enum token_batch_way way,
	    struct token *out, const struct token_keys *keys, unsigned index,
	    enum token_label label, const struct token_text *texts, size_t n);

/* token_batch_ni_can(): 1 where this build and this processor have them.
 * token_batch_ni(out, key, texts, n): Make n tokens. */
int	token_batch_ni_can(void);
void	token_batch_ni(struct token *out, const struct token_batch_key *key,
	    const struct token_text *texts, size_t n);

/* token_batch_wide_can(), token_batch_wide(out, key, texts, n): The same by AVX-512. */
int	token_batch_wide_can(void);
void	token_batch_wide(struct token *out, const struct token_batch_key *key,
	    const struct token_text *texts, size_t n);

#endif
