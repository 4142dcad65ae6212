#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "sign.h"
#include "sign_sm2.h"

/* Give the length of a public key. */
size_t
sign_public_len(enum sign_algorithm a)
{

	return (a == SIGN_SM2 ? 64 : 32);
}

/* Derive an Ed25519 public key. */
static int
ed25519_public(uint8_t public[32], const uint8_t secret[32])
{
	size_t len = 32;
	EVP_PKEY *k;
	int rc = -1;

	k = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, 32);
	if (k != NULL && EVP_PKEY_get_raw_public_key(k, public, &len) == 1 &&
	    len == 32)
		rc = 0;
	EVP_PKEY_free(k);
	return (rc);
}

/* Sign with Ed25519. */
static int
ed25519_make(uint8_t sig[64], const uint8_t secret[32], const void *message,
    size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t siglen = 64;
	EVP_PKEY *k;
	int rc = -1;

	k = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, 32);
	if (ctx != NULL && k != NULL &&
	    EVP_DigestSignInit(ctx, NULL, NULL, NULL, k) == 1 &&
	    EVP_DigestSign(ctx, sig, &siglen, message, len) == 1 &&
	    siglen == 64)
		rc = 0;
	EVP_PKEY_free(k);
	EVP_MD_CTX_free(ctx);
	return (rc);
}

/* Verify an Ed25519 signature. */
static int
ed25519_check(const uint8_t sig[64], const uint8_t public[32],
    const void *message, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY *k;
	int rc = -1;

	k = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public, 32);
	if (ctx != NULL && k != NULL &&
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, k) == 1 &&
	    EVP_DigestVerify(ctx, sig, 64, message, len) == 1)
		rc = 0;
	EVP_PKEY_free(k);
	EVP_MD_CTX_free(ctx);
	return (rc);
}

/* Derive a public key. */
int
sign_public(enum sign_algorithm a, uint8_t public[SIGN_PUBLIC_MAX],
    const uint8_t secret[SIGN_SECRET_LEN])
{
	int rc;

	memset(public, 0, SIGN_PUBLIC_MAX);
	rc = a == SIGN_SM2 ? sign_sm2_public(public, secret) :
	    ed25519_public(public, secret);
	if (rc != 0)
		memset(public, 0, SIGN_PUBLIC_MAX);
	ERR_clear_error();
	return (rc);
}

/* Tell whether a public key can be one. */
int
sign_public_good(enum sign_algorithm a, const uint8_t public[SIGN_PUBLIC_MAX])
{
	int good;

	if (a != SIGN_SM2)
		return (1);
	good = sign_sm2_public_good(public);
	ERR_clear_error();
	return (good);
}

/* Sign. */
int
sign_make(enum sign_algorithm a, uint8_t sig[SIGN_LEN],
    const uint8_t secret[SIGN_SECRET_LEN],
    const uint8_t public[SIGN_PUBLIC_MAX], const void *message, size_t len)
{
	int rc;

	rc = a == SIGN_SM2 ? sign_sm2_make(sig, secret, public, message, len) :
	    ed25519_make(sig, secret, message, len);
	if (rc != 0)
		memset(sig, 0, SIGN_LEN);
	ERR_clear_error();
	return (rc);
}

/* Verify. */
int
sign_check(enum sign_algorithm a, const uint8_t sig[SIGN_LEN],
    const uint8_t public[SIGN_PUBLIC_MAX], const void *message, size_t len)
{
	int rc;

	rc = a == SIGN_SM2 ? sign_sm2_check(sig, public, message, len) :
	    ed25519_check(sig, public, message, len);
	ERR_clear_error();
	return (rc);
}
