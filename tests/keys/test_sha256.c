/* SHA-256, HMAC and the tree hashes, against published vectors. */
#include <criterion/criterion.h>

#include <string.h>

#include "keys/hex.h"
#include "keys/sha256.h"
#include "keys/vectors.h"

static void
hmac(uint8_t out[SHA256_LEN], const void *key, size_t keylen, const void *msg,
    size_t len)
{
	struct sha256_hmac h;

	sha256_hmac_init(&h, key, keylen);
	sha256_hmac_update(&h, msg, len);
	sha256_hmac_final(&h, out);
}

static void
expect(const uint8_t got[SHA256_LEN], const char *want)
{
	char text[2 * SHA256_LEN + 1];

	hex_encode(text, got, SHA256_LEN);
	cr_assert_str_eq(text, want);
}

Test(sha256, fips_180_examples)
{
	uint8_t out[SHA256_LEN];

	sha256_of(out, NULL, 0);
	expect(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
	    "7852b855");
	sha256_of(out, "abc", 3);
	expect(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61"
	    "f20015ad");
}

Test(sha256, any_cut_gives_the_same_digest)
{
	uint8_t data[300], whole[SHA256_LEN], out[SHA256_LEN];
	struct sha256 h, copy;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	sha256_of(whole, data, sizeof(data));
	for (size_t cut = 0; cut <= sizeof(data); cut++) {
		sha256_init(&h);
		sha256_update(&h, data, cut);
		copy = h;
		sha256_update(&copy, data + cut, sizeof(data) - cut);
		sha256_final(&copy, out);
		cr_assert_arr_eq(out, whole, SHA256_LEN, "cut at %zu", cut);
	}
}

Test(sha256, leaf_and_node_of_rfc_6962)
{
	uint8_t left[SHA256_LEN], right[SHA256_LEN], out[SHA256_LEN];

	sha256_leaf(out, NULL, 0);
	expect(out, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a306"
	    "17afa01d");
	sha256_leaf(out, "L123456", 7);
	expect(out, "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639"
	    "252b4d56");
	memset(left, 'N', sizeof(left));
	memset(right, 'M', sizeof(right));
	sha256_node(out, left, right);
	expect(out, "31c2ca5a45d0e112ee7db5d71d2dd970fc0a5ef3becb0e745838f37c"
	    "e5f809da");
	sha256_node(left, left, right);
	cr_assert_arr_eq(left, out, SHA256_LEN);
}

Test(sha256, hmac_of_rfc_4231)
{
	static const char big[] = "This is a test using a larger than "
	    "block-size key and a larger than block-size data. The key needs "
	    "to be hashed before being used by the HMAC algorithm.";
	uint8_t key[131], data[50], out[SHA256_LEN];

	memset(key, 0x0b, 20);
	hmac(out, key, 20, "Hi There", 8);
	expect(out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c"
	    "2e32cff7");
	hmac(out, "Jefe", 4, "what do ya want for nothing?", 28);
	expect(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b9"
	    "64ec3843");
	memset(key, 0xaa, sizeof(key));
	memset(data, 0xdd, sizeof(data));
	hmac(out, key, 20, data, sizeof(data));
	expect(out, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514"
	    "ced565fe");
	for (uint8_t i = 0; i < 25; i++)
		key[i] = (uint8_t)(i + 1);
	memset(data, 0xcd, sizeof(data));
	hmac(out, key, 25, data, sizeof(data));
	expect(out, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff4"
	    "6729665b");
	memset(key, 0xaa, sizeof(key));
	hmac(out, key, 131, "Test Using Larger Than Block-Size Key - Hash Key "
	    "First", 54);
	expect(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f"
	    "0ee37f54");
	hmac(out, key, 131, big, sizeof(big) - 1);
	expect(out, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f5153"
	    "5c3a35e2");
}

Test(sha256, hmac_final_leaves_no_state)
{
	struct sha256_hmac h, zero;
	uint8_t out[SHA256_LEN];

	memset(&zero, 0, sizeof(zero));
	sha256_hmac_init(&h, "key", 3);
	sha256_hmac_final(&h, out);
	cr_assert_arr_eq(&h, &zero, sizeof(h));
}

Test(sha256, hmac_of_wycheproof)
{
	struct vector *file = vectors_load("wycheproof/hmac_sha256_test.json");
	uint8_t key[128], msg[1024], tag[SHA256_LEN], out[SHA256_LEN];
	const struct vector *g, *t;
	int n = 0, valid = 0, good;
	size_t keylen, len;

	for (g = vectors_get(file, "testGroups")->first; g != NULL;
	    g = g->next)
		for (t = vectors_get(g, "tests")->first; t != NULL;
		    t = t->next) {
			keylen = vectors_hex(t, "key", key, sizeof(key));
			len = vectors_hex(t, "msg", msg, sizeof(msg));
			hmac(out, key, keylen, msg, len);
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
