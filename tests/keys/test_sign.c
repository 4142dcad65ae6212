/* Ed25519 and SM2 signatures: values of the standards, and all that is no signature. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "keys/sign.h"

#include "vectors.h"

/* GB/T 32918.5-2017 A.2: curve sm2p256v1, the id 1234567812345678. */
#define SM2_SECRET \
	"3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8"
#define SM2_PUBLIC \
	"09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" \
	"ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
#define SM2_SIGNATURE \
	"f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" \
	"b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
#define SM2_ORDER \
	"fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123"

/* RFC 8032 section 7.1, test 2. */
#define ED_SECRET \
	"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
#define ED_PUBLIC \
	"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
#define ED_SIGNATURE \
	"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" \
	"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"

static void
bytes(uint8_t *out, const char *digits)
{

	cr_assert_eq(hex_decode(out, digits, strlen(digits) / 2), 0);
}

Test(sign, ed25519_of_rfc_8032)
{
	uint8_t secret[32], want[64] = { 0 }, public[64], sig[64], expect[64];

	bytes(secret, ED_SECRET);
	bytes(want, ED_PUBLIC);
	bytes(expect, ED_SIGNATURE);
	cr_assert_eq(sign_public(SIGN_ED25519, public, secret), 0);
	cr_assert_arr_eq(public, want, 64);
	cr_assert_eq(sign_make(SIGN_ED25519, sig, secret, public, "\x72", 1), 0);
	cr_assert_arr_eq(sig, expect, 64);
	cr_assert_eq(sign_check(SIGN_ED25519, sig, public, "\x72", 1), 0);
	cr_assert_eq(sign_check(SIGN_ED25519, sig, public, "\x73", 1), -1);
	cr_assert_eq(sign_check(SIGN_ED25519, sig, public, "\x72", 0), -1);
}

Test(sign, ed25519_of_wycheproof)
{
	struct vector *file = vectors_load("wycheproof/ed25519_test.json");
	uint8_t public[64], message[4096], sig[256];
	const struct vector *g, *t;
	int n = 0, valid = 0;

	for (g = vectors_get(file, "testGroups")->first; g != NULL;
	    g = g->next) {
		memset(public, 0, sizeof(public));
		cr_assert_eq(vectors_hex(vectors_get(g, "publicKey"), "pk",
		    public, sizeof(public)), 32);
		for (t = vectors_get(g, "tests")->first; t != NULL;
		    t = t->next) {
			size_t len = vectors_hex(t, "msg", message,
			    sizeof(message));
			size_t siglen = vectors_hex(t, "sig", sig, sizeof(sig));
			int good = siglen == SIGN_LEN && sign_check(
			    SIGN_ED25519, sig, public, message, len) == 0;

			cr_assert_eq(good, strcmp(vectors_text(t, "result"),
			    "valid") == 0, "%lld", vectors_number(t, "tcId"));
			valid += good;
			n++;
		}
	}
	cr_assert_eq(n, vectors_number(file, "numberOfTests"));
	cr_assert(n >= 151 && valid > 0 && valid < n);
	vectors_free(file);
}

Test(sign, sm2_of_gb_t_32918)
{
	uint8_t secret[32], want[64], public[64], sig[64];

	bytes(secret, SM2_SECRET);
	bytes(want, SM2_PUBLIC);
	bytes(sig, SM2_SIGNATURE);
	cr_assert_eq(sign_public(SIGN_SM2, public, secret), 0);
	cr_assert_arr_eq(public, want, 64);
	cr_assert(sign_public_good(SIGN_SM2, public));
	cr_assert_eq(sign_check(SIGN_SM2, sig, public, "message digest", 14), 0);
	cr_assert_eq(sign_check(SIGN_SM2, sig, public, "message digesu", 14),
	    -1);
}

Test(sign, sm2_round_trips)
{
	uint8_t secret[32], public[64], other[64], a[64], b[64];
	char message[300];

	bytes(secret, SM2_SECRET);
	for (int i = 0; i < 20; i++) {
		size_t len = (size_t)i * 15;

		secret[3] = (uint8_t)i;
		memset(message, 'a' + i, sizeof(message));
		cr_assert_eq(sign_public(SIGN_SM2, public, secret), 0);
		cr_assert_eq(sign_make(SIGN_SM2, a, secret, public, message,
		    len), 0);
		cr_assert_eq(sign_make(SIGN_SM2, b, secret, public, message,
		    len), 0);
		cr_assert_arr_neq(a, b, 64, "one nonce twice");
		cr_assert_eq(sign_check(SIGN_SM2, a, public, message, len), 0);
		cr_assert_eq(sign_check(SIGN_SM2, b, public, message, len), 0);
		memcpy(other, public, sizeof(other));
		secret[31] ^= 1;
		cr_assert_eq(sign_public(SIGN_SM2, other, secret), 0);
		cr_assert_eq(sign_check(SIGN_SM2, a, other, message, len), -1);
	}
}

/* Take the 32-byte number at p from the order of the curve. */
static void
negate(uint8_t *p, const uint8_t *order)
{
	int borrow = 0;

	for (int i = 31; i >= 0; i--) {
		int d = order[i] - p[i] - borrow;

		borrow = d < 0;
		p[i] = (uint8_t)d;
	}
}

Test(sign, sm2_signatures_that_are_none)
{
	uint8_t public[64], good[64], sig[64], order[32];

	bytes(public, SM2_PUBLIC);
	bytes(good, SM2_SIGNATURE);
	bytes(order, SM2_ORDER);
	for (int bit = 0; bit < 512; bit++) {
		memcpy(sig, good, 64);
		sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_assert_eq(sign_check(SIGN_SM2, sig, public, "message digest",
		    14), -1, "bit %d", bit);
	}
	for (int half = 0; half < 64; half += 32) {
		memcpy(sig, good, 64);		/* zero, order, negative */
		memset(sig + half, 0, 32);
		cr_assert_eq(sign_check(SIGN_SM2, sig, public, "message digest",
		    14), -1);
		memcpy(sig + half, order, 32);
		cr_assert_eq(sign_check(SIGN_SM2, sig, public, "message digest",
		    14), -1);
		memcpy(sig, good, 64);
		negate(sig + half, order);
		cr_assert_eq(sign_check(SIGN_SM2, sig, public, "message digest",
		    14), -1);
	}
	memset(sig, 0, 64);
	cr_assert_eq(sign_check(SIGN_SM2, sig, public, "message digest", 14),
	    -1);
	memset(sig, 0xff, 64);
	cr_assert_eq(sign_check(SIGN_SM2, sig, public, "message digest", 14),
	    -1);
	memcpy(sig, good + 32, 32);
	memcpy(sig + 32, good, 32);
	cr_assert_eq(sign_check(SIGN_SM2, sig, public, "message digest", 14),
	    -1);
}

Test(sign, sm2_keys_that_are_none)
{
	static const uint8_t zero[64];
	uint8_t secret[32] = { 0 }, public[64], sig[64], order[32];

	bytes(order, SM2_ORDER);
	memset(public, 0x5a, sizeof(public));
	cr_assert_eq(sign_public(SIGN_SM2, public, secret), -1);
	cr_assert_arr_eq(public, zero, 64);
	memcpy(secret, order, 32);			/* the order */
	cr_assert_eq(sign_public(SIGN_SM2, public, secret), -1);
	secret[31]--;					/* less 1 */
	cr_assert_eq(sign_public(SIGN_SM2, public, secret), -1);
	secret[31]--;					/* less 2: the last */
	cr_assert_eq(sign_public(SIGN_SM2, public, secret), 0);
	cr_assert_eq(sign_make(SIGN_SM2, sig, secret, public, "a", 1), 0);
	cr_assert_eq(sign_check(SIGN_SM2, sig, public, "a", 1), 0);
	memset(secret, 0xff, 32);
	cr_assert_eq(sign_public(SIGN_SM2, public, secret), -1);
	cr_assert_not(sign_public_good(SIGN_SM2, zero));
	bytes(public, SM2_PUBLIC);
	public[63] ^= 1;
	cr_assert_not(sign_public_good(SIGN_SM2, public));
	bytes(sig, SM2_SIGNATURE);
	cr_assert_eq(sign_check(SIGN_SM2, sig, public, "message digest", 14),
	    -1);
}
