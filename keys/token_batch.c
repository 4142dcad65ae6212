#include <string.h>

#include "token_batch.h"
#include "token_batch_impl.h"
#include "wipe.h"

/* Make them one by one. */
void
token_batch_plain(struct token *out, const struct token_keys *keys,
    unsigned index, enum token_label label, const struct token_text *texts,
    size_t n)
{

	for (size_t i = 0; i < n; i++)
		token_make(&out[i], keys, index, label, texts[i].data,
		    texts[i].len);
}

/* Is there a faster way? */
int
token_batch_fast(void)
{

	return (token_batch_ni_can());
}

/*
 * Take the chaining values out of a token's beginning.  They are the first words of
 * OpenSSL's SHA256_CTX; that this is so is tested with every batch, below.
 */
static void
begin(struct token_batch_key *key, const struct token_stream *s)
{

	memcpy(key->inner, s->state.sha256.inner.opaque, sizeof(key->inner));
	memcpy(key->outer, s->state.sha256.outer.opaque, sizeof(key->outer));
}

/* Make them side by side where that can be done and gives the same. */
void
token_batch(struct token *out, const struct token_keys *keys, unsigned index,
    enum token_label label, const struct token_text *texts, size_t n)
{
	struct token_batch_key key;
	struct token_stream s;
	struct token first;

	if (n == 0)
		return;
	token_begin(&s, keys, index, label);
	if (n == 1 || s.gm || !token_batch_ni_can()) {
		token_drop(&s);
		token_batch_plain(out, keys, index, label, texts, n);
		return;
	}
	begin(&key, &s);
	token_drop(&s);
	token_batch_ni(out, &key, texts, n);
	wipe(&key, sizeof(key));
	token_make(&first, keys, index, label, texts[0].data, texts[0].len);
	if (!token_equal(&first, &out[0]))
		token_batch_plain(out, keys, index, label, texts, n);
}
