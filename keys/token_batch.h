/* Tokens of many short texts under one key: the same tokens as token_make(), in less
 * time where the processor has instructions for SHA-256 (two texts are hashed side by
 * side) or AVX-512 (sixteen are).  For programs that go through millions of rows.
 *
 * Thread rule: as token.h. */
#ifndef LIANGKA_KEYS_TOKEN_BATCH_H
#define LIANGKA_KEYS_TOKEN_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "token.h"

#define TOKEN_TEXT_MAX	55	/* bytes of a text: all that shares a block with the end */

/* One text; what stands behind its len bytes is never looked at. */
struct token_text {
	uint8_t	data[TOKEN_TEXT_MAX];
	uint8_t	len;			/* at most TOKEN_TEXT_MAX */
};

_Static_assert(sizeof(struct token_text) == 56, "no padding");

/* token_batch(out, keys, index, label, texts, n):
 * Write the tokens of n texts under label and the index-th epoch, as token_make()
 * does of each. It cannot fail; texts stay the caller's to wipe. */
void	token_batch(struct token *out, const struct token_keys *keys,
	    unsigned index, enum token_label label,
	    const struct token_text *texts, size_t n);

/* token_batch_plain(out, keys, index, label, texts, n):
 * The same by token_make() alone, as it is done on any other processor.
 * token_batch_fast(): 1 where this processor has what the other way wants. */
void	token_batch_plain(struct token *out, const struct token_keys *keys,
	    unsigned index, enum token_label label,
	    const struct token_text *texts, size_t n);
int	token_batch_fast(void);

#endif
