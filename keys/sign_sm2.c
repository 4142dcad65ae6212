#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include "sign_sm2.h"

static const char distid[] = "1234567812345678";

/* Write the point of a scalar from 1 to the order less 2. */
static int
multiply(uint8_t public[64], const EC_GROUP *g, EC_POINT *point, const BIGNUM *d)
{
	BIGNUM *top = BN_dup(EC_GROUP_get0_order(g));
	uint8_t octets[65];
	int rc = -1;

	if (top != NULL && BN_sub_word(top, 2) == 1 && !BN_is_zero(d) &&
	    BN_cmp(d, top) <= 0 &&
	    EC_POINT_mul(g, point, d, NULL, NULL, NULL) == 1 &&
	    EC_POINT_point2oct(g, point, POINT_CONVERSION_UNCOMPRESSED, octets,
	    sizeof(octets), NULL) == sizeof(octets)) {
		memcpy(public, octets + 1, 64);
		rc = 0;
	}
	BN_free(top);
	return (rc);
}

/* Derive a public key. */
int
sign_sm2_public(uint8_t public[64], const uint8_t secret[32])
{
	EC_GROUP *g = EC_GROUP_new_by_curve_name(NID_sm2);
	EC_POINT *point = g != NULL ? EC_POINT_new(g) : NULL;
	BIGNUM *d = BN_bin2bn(secret, 32, NULL);
	int rc = -1;

	if (point != NULL && d != NULL) {
		BN_set_flags(d, BN_FLG_CONSTTIME);
		rc = multiply(public, g, point, d);
	}
	BN_clear_free(d);
	EC_POINT_clear_free(point);
	EC_GROUP_free(g);
	return (rc);
}

/* Tell whether x and y are a point of the curve. */
int
sign_sm2_public_good(const uint8_t public[64])
{
	EC_GROUP *g = EC_GROUP_new_by_curve_name(NID_sm2);
	EC_POINT *point = g != NULL ? EC_POINT_new(g) : NULL;
	uint8_t octets[65] = { POINT_CONVERSION_UNCOMPRESSED };
	int good;

	memcpy(octets + 1, public, 64);
	good = point != NULL &&
	    EC_POINT_oct2point(g, point, octets, sizeof(octets), NULL) == 1;
	EC_POINT_free(point);
	EC_GROUP_free(g);
	return (good);
}

/* Make the list of what a key is built from; secret may be NULL. */
static OSSL_PARAM *
parts(const uint8_t octets[65], const BIGNUM *d)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	OSSL_PARAM *p = NULL;

	if (b != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME,
	    "SM2", 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, octets,
	    65) == 1 &&
	    (d == NULL || OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_PRIV_KEY,
	    d) == 1))
		p = OSSL_PARAM_BLD_to_param(b);
	OSSL_PARAM_BLD_free(b);
	return (p);
}

/* Build a key; secret may be NULL. */
static EVP_PKEY *
key(const uint8_t public[64], const uint8_t *secret)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
	uint8_t octets[65] = { POINT_CONVERSION_UNCOMPRESSED };
	OSSL_PARAM *p = NULL;
	EVP_PKEY *k = NULL;
	BIGNUM *d = NULL;

	memcpy(octets + 1, public, 64);
	/* From secure memory, so that the list of parts is wiped when freed. */
	if (secret != NULL && ((d = BN_secure_new()) == NULL ||
	    BN_bin2bn(secret, 32, d) == NULL))
		goto done;
	p = parts(octets, d);
	if (p != NULL && ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &k, secret != NULL ? EVP_PKEY_KEYPAIR :
	    EVP_PKEY_PUBLIC_KEY, p) != 1)
		k = NULL;
done:
	OSSL_PARAM_free(p);
	BN_clear_free(d);
	EVP_PKEY_CTX_free(ctx);
	return (k);
}

/* Write a DER signature as r and s. */
static int
from_der(uint8_t sig[64], const uint8_t *der, size_t len)
{
	ECDSA_SIG *rs = d2i_ECDSA_SIG(NULL, &der, (long)len);
	int rc = -1;

	if (rs != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(rs), sig, 32) == 32 &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(rs), sig + 32, 32) == 32)
		rc = 0;
	ECDSA_SIG_free(rs);
	return (rc);
}

/* Write r and s as DER, at most 72 bytes.  Return its length, or 0. */
static size_t
to_der(uint8_t der[80], const uint8_t sig[64])
{
	BIGNUM *r = BN_bin2bn(sig, 32, NULL), *s = BN_bin2bn(sig + 32, 32, NULL);
	ECDSA_SIG *rs = ECDSA_SIG_new();
	int len = 0;

	if (r != NULL && s != NULL && rs != NULL &&
	    ECDSA_SIG_set0(rs, r, s) == 1) {
		r = s = NULL;			/* they belong to rs now */
		if ((len = i2d_ECDSA_SIG(rs, NULL)) > 0 && len <= 80)
			len = i2d_ECDSA_SIG(rs, &der);
		else
			len = 0;
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(rs);
	return (len > 0 ? (size_t)len : 0);
}

/* Make the context of a key with the distinguishing id. */
static EVP_PKEY_CTX *
context(EVP_PKEY *k)
{
	EVP_PKEY_CTX *ctx;

	if (k == NULL || (ctx = EVP_PKEY_CTX_new_from_pkey(NULL, k, NULL)) ==
	    NULL)
		return (NULL);
	if (EVP_PKEY_CTX_set1_id(ctx, distid, sizeof(distid) - 1) == 1)
		return (ctx);
	EVP_PKEY_CTX_free(ctx);
	return (NULL);
}

/* Sign. */
int
sign_sm2_make(uint8_t sig[64], const uint8_t secret[32],
    const uint8_t public[64], const void *message, size_t len)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY *k = key(public, secret);
	EVP_PKEY_CTX *ctx = context(k);
	uint8_t der[80];
	size_t n = sizeof(der);
	int rc = -1;

	if (md != NULL && ctx != NULL) {
		EVP_MD_CTX_set_pkey_ctx(md, ctx);
		if (EVP_DigestSignInit(md, NULL, EVP_sm3(), NULL, k) == 1 &&
		    EVP_DigestSign(md, der, &n, message, len) == 1)
			rc = from_der(sig, der, n);
	}
	EVP_MD_CTX_free(md);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(k);
	return (rc);
}

/* Verify. */
int
sign_sm2_check(const uint8_t sig[64], const uint8_t public[64],
    const void *message, size_t len)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	EVP_PKEY *k = key(public, NULL);
	EVP_PKEY_CTX *ctx = context(k);
	uint8_t der[80];
	size_t n = to_der(der, sig);
	int rc = -1;

	if (md != NULL && ctx != NULL && n > 0) {
		EVP_MD_CTX_set_pkey_ctx(md, ctx);
		if (EVP_DigestVerifyInit(md, NULL, EVP_sm3(), NULL, k) == 1 &&
		    EVP_DigestVerify(md, der, n, message, len) == 1)
			rc = 0;
	}
	EVP_MD_CTX_free(md);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(k);
	return (rc);
}
