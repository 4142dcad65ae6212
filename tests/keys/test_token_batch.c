#include <criterion/criterion.h>

#include <string.h>

#include "keys/keymake.h"
#include "keys/token_batch.h"
#include "keys/token_batch_impl.h"

#define MANY 331

/* The keys of one epoch. */
static struct token_keys *
keys(enum keyfile_algorithm algorithm)
{
	const struct keymake m = { .kind = KEYFILE_TOKEN_PERSON, .epoch = 7,
		.algorithm = algorithm, .created = 1795323600,
		.expires = KEYMAKE_NEVER };
	static const uint8_t secret[KEYFILE_SECRET_LEN] = "batch";
	struct token_keys *made;
	struct keyfile_error e;
	struct keyfile k;
	char err[256];

	cr_assert_eq(keymake(&k, &m, secret, &e), 0);
	made = token_keys_from(&k, 1, err, sizeof(err));
	cr_assert_not_null(made, "%s", err);
	return (made);
}

/* Texts of every length with every byte somewhere, and noise behind their ends. */
static void
fill(struct token_text *t, size_t n)
{
	uint32_t x = 12345;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < sizeof(t[i].data); k++) {
			x = x * 1103515245 + 12345;
			t[i].data[k] = (uint8_t)(x >> 16);
		}
		t[i].len = (uint8_t)(i % (TOKEN_TEXT_MAX + 1));
	}
}

/* The ways that this processor has give the same, for any number of texts. */
static void
same(const struct token_keys *k, int gm)
{
	static struct token_text text[MANY];
	static struct token fast[MANY + 1], plain[MANY];
	enum token_batch_way way, is;
	struct token one;

	fill(text, MANY);
	for (size_t n = 0; n <= MANY; n += n < 50 ? 1 : 281)
		for (int label = 0; label < TOKEN_LABELS; label++) {
			token_batch_plain(plain, k, 0, label, text, n);
			for (size_t i = 0; i < n; i++) {
				token_make(&one, k, 0, label, text[i].data,
				    text[i].len);
				cr_assert(token_equal(&one, &plain[i]),
				    "label %d length %u", label, text[i].len);
			}
			for (way = 0; way <= TOKEN_BATCH_WAYS; way++) {
				memset(fast, 0xee, sizeof(fast));
				if (way == TOKEN_BATCH_WAYS)
					token_batch(fast, k, 0, label, text, n);
				else {
					is = token_batch_by(way, fast, k, 0,
					    label, text, n);
					cr_assert_leq(is, way);
					cr_assert(!gm || is ==
					    TOKEN_BATCH_PLAIN);
					cr_assert(gm || n < TOKEN_BATCH_LANES ||
					    way != TOKEN_BATCH_WIDE ||
					    !token_batch_wide_can() ||
					    is == way, "it was wrong");
					cr_assert(gm || n < 2 || way !=
					    TOKEN_BATCH_NI ||
					    !token_batch_ni_can() ||
					    is == way, "it was wrong");
				}
				cr_assert_eq(memcmp(fast, plain, n *
				    sizeof(*fast)), 0, "way %d of %zu", way, n);
				for (size_t i = 0; i < TOKEN_LEN; i++)
					cr_assert_eq(fast[n].b[i], 0xee);
			}
		}
}

Test(token_batch, sha256)
{
	struct token_keys *k = keys(KEYFILE_HMAC_SHA256);

	same(k, 0);
	token_keys_free(k);
}

Test(token_batch, sm3)
{
	struct token_keys *k = keys(KEYFILE_HMAC_SM3);

	same(k, 1);
	token_keys_free(k);
}
