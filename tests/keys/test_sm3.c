/* SM3 and HMAC-SM3, against the standard, OpenSSL and published vectors. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "keys/hex.h"
#include "keys/sm3.h"
#include "keys/vectors.h"

static void
sm3_of(uint8_t out[SM3_LEN], const void *data, size_t len)
{
	struct sm3 h;

	sm3_init(&h);
	sm3_update(&h, data, len);
	sm3_final(&h, out);
}

static void
expect(const uint8_t got[SM3_LEN], const char *want)
{
	char text[2 * SM3_LEN + 1];

	hex_encode(text, got, SM3_LEN);
	cr_assert_str_eq(text, want);
}

Test(sm3, examples_of_gb_t_32905)
{
	uint8_t out[SM3_LEN];

	sm3_of(out, "abc", 3);
	expect(out, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b"
	    "8f4ba8e0");
	sm3_of(out, "abcdabcdabcdabcdabcdabcdabcdabcd"
	    "abcdabcdabcdabcdabcdabcdabcdabcd", 64);
	expect(out, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba3"
	    "9c0c5732");
}

Test(sm3, every_length_equals_openssl)
{
	uint8_t data[700], ours[SM3_LEN], theirs[SM3_LEN];
	unsigned n = 0;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * i + 3 * i);
	for (size_t len = 0; len <= sizeof(data); len++) {
		sm3_of(ours, len > 0 ? data : NULL, len);
		cr_assert_eq(EVP_Digest(data, len, theirs, &n, EVP_sm3(), NULL),
		    1);
		cr_assert_eq(n, SM3_LEN);
		cr_assert_arr_eq(ours, theirs, SM3_LEN, "%zu bytes", len);
	}
}

Test(sm3, long_data_equals_openssl)
{
	static uint8_t data[1 << 20];
	uint8_t ours[SM3_LEN], theirs[SM3_LEN];
	struct sm3 h;
	unsigned n;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i >> 7 ^ i);
	sm3_init(&h);
	for (size_t at = 0, step = 1; at < sizeof(data); at += step) {
		step = step * 3 % 1009;
		if (step > sizeof(data) - at)
			step = sizeof(data) - at;
		sm3_update(&h, data + at, step);
	}
	sm3_final(&h, ours);
	cr_assert_eq(EVP_Digest(data, sizeof(data), theirs, &n, EVP_sm3(),
	    NULL), 1);
	cr_assert_arr_eq(ours, theirs, SM3_LEN);
}

/* The count of bits has more than 32 of them from half a gigabyte on. */
Test(sm3, the_length_is_counted_beyond_32_bits)
{
	struct sm3 a, b;
	uint8_t x[SM3_LEN], y[SM3_LEN];

	sm3_init(&a);
	b = a;
	b.len = (uint64_t)1 << 32;
	sm3_final(&a, x);
	sm3_final(&b, y);
	cr_assert_arr_neq(x, y, SM3_LEN);
}

Test(sm3, any_cut_gives_the_same_digest)
{
	uint8_t data[300], whole[SM3_LEN], out[SM3_LEN];
	struct sm3 h, copy;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	sm3_of(whole, data, sizeof(data));
	for (size_t cut = 0; cut <= sizeof(data); cut++) {
		sm3_init(&h);
		sm3_update(&h, data, cut);
		copy = h;
		sm3_update(&copy, data + cut, sizeof(data) - cut);
		sm3_final(&copy, out);
		cr_assert_arr_eq(out, whole, SM3_LEN, "cut at %zu", cut);
	}
}

Test(sm3, one_key_serves_many_messages)
{
	static const struct sm3_hmac zero;
	uint8_t one[SM3_LEN], two[SM3_LEN];
	struct sm3_hmac key, h;

	sm3_hmac_init(&key, "key", 3);
	for (int i = 0; i < 3; i++) {
		h = key;
		sm3_hmac_update(&h, "mess", 4);
		sm3_hmac_update(&h, NULL, 0);
		sm3_hmac_update(&h, "age", 3);
		sm3_hmac_final(&h, i == 0 ? one : two);
		cr_assert_arr_eq(&h, &zero, sizeof(zero));
	}
	cr_assert_arr_eq(one, two, SM3_LEN);
}

Test(sm3, hmac_of_wycheproof)
{
	struct vector *file = vectors_load("wycheproof/hmac_sm3_test.json");
	uint8_t key[128], msg[1024], tag[SM3_LEN], out[SM3_LEN];
	const struct vector *g, *t;
	struct sm3_hmac h;
	int n = 0, valid = 0, good;
	size_t len;

	for (g = vectors_get(file, "testGroups")->first; g != NULL;
	    g = g->next)
		for (t = vectors_get(g, "tests")->first; t != NULL;
		    t = t->next) {
			len = vectors_hex(t, "key", key, sizeof(key));
			sm3_hmac_init(&h, key, len);
			len = vectors_hex(t, "msg", msg, sizeof(msg));
			sm3_hmac_update(&h, msg, len);
			sm3_hmac_final(&h, out);
			len = vectors_hex(t, "tag", tag, sizeof(tag));
			good = memcmp(out, tag, len) == 0;
			cr_assert_eq(good, strcmp(vectors_text(t, "result"),
			    "valid") == 0, "%lld", vectors_number(t, "tcId"));
			valid += good;
			n++;
		}
	cr_assert_eq(n, vectors_number(file, "numberOfTests"));
	cr_assert(n == 174 && valid > 50 && valid < n);
	vectors_free(file);
}
