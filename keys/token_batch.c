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

	return (token_batch_ni_can() || token_batch_wide_can());
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

/* The way for n texts that is nearest to the wanted one. */
static enum token_batch_way
choose(enum token_batch_way way, size_t n)
{

	if (way == TOKEN_BATCH_WIDE && (n < TOKEN_BATCH_LANES ||
	    !token_batch_wide_can()))
		way = TOKEN_BATCH_NI;
	if (way == TOKEN_BATCH_NI && (n < 2 || !token_batch_ni_can()))
		way = TOKEN_BATCH_PLAIN;
	return (way);
}

/* Make them in a way, if it gives the same. */
enum token_batch_way
token_batch_by(enum token_batch_way way, struct token *out,
    const struct token_keys *keys, unsigned index, enum token_label label,
    const struct token_text *texts, size_t n)
{
	struct token_batch_key key;
	struct token_stream s;
	struct token first;

	if (n == 0)
		return (TOKEN_BATCH_PLAIN);
	token_begin(&s, keys, index, label);
	way = s.gm ? TOKEN_BATCH_PLAIN : choose(way, n);
	if (way != TOKEN_BATCH_PLAIN)
		begin(&key, &s);
	token_drop(&s);
	if (way == TOKEN_BATCH_WIDE)
		token_batch_wide(out, &key, texts, n);
	else if (way == TOKEN_BATCH_NI)
		token_batch_ni(out, &key, texts, n);
	if (way != TOKEN_BATCH_PLAIN) {
		wipe(&key, sizeof(key));
		token_make(&first, keys, index, label, texts[0].data,
		    texts[0].len);
		if (token_equal(&first, &out[0]))
			return (way);
	}
	token_batch_plain(out, keys, index, label, texts, n);
	return (TOKEN_BATCH_PLAIN);
}

/* Make them side by side where that can be done and gives the same. */
void
token_batch(struct token *out, const struct token_keys *keys, unsigned index,
    enum token_label label, const struct token_text *texts, size_t n)
{

	(void)token_batch_by(TOKEN_BATCH_WIDE, out, keys, index, label, texts,
	    n);
}
