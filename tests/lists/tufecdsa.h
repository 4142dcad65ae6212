#ifndef TUFECDSA_H_
#define TUFECDSA_H_

/*
 * ECDSA over P-256 with SHA-256, which the TUF conformance suite signs with: for
 * tuf_options.other_key of test programs alone.  The products know Ed25519 only.
 */

#include <stdint.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>

/* Is it a key of P-256? */
static inline int
tufecdsa_curve_good(EVP_PKEY *key)
{
	char group[64];
	size_t len;

	return (EVP_PKEY_is_a(key, "EC") &&
	    EVP_PKEY_get_group_name(key, group, sizeof(group), &len) == 1 &&
	    OBJ_txt2nid(group) == NID_X9_62_prime256v1);
}

/**
 * tufecdsa_check(keytype, scheme, public, sig, siglen, message, len): Verify a signature
 * by a key in PEM.  Return 1 good, 0 bad, -1 another type of key.
 */
static inline int
tufecdsa_check(const char *keytype, const char *scheme, const char *public,
    const uint8_t *sig, size_t siglen, const void *message, size_t len)
{
	EVP_PKEY *key = NULL;
	EVP_MD_CTX *md = NULL;
	BIO *bio;
	int good = 0;

	if ((strcmp(keytype, "ecdsa") != 0 &&
	    strcmp(keytype, "ecdsa-sha2-nistp256") != 0) ||
	    strcmp(scheme, "ecdsa-sha2-nistp256") != 0)
		return (-1);
	if ((bio = BIO_new_mem_buf(public, -1)) == NULL)
		return (0);
	key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	if (key != NULL && tufecdsa_curve_good(key) &&
	    (md = EVP_MD_CTX_new()) != NULL &&
	    EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, key) == 1)
		good = EVP_DigestVerify(md, sig, siglen, message, len) == 1;
	EVP_MD_CTX_free(md);
	EVP_PKEY_free(key);
	BIO_free(bio);
	return (good);
}

#endif /* !TUFECDSA_H_ */
