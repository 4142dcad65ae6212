#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include "keydisk.h"
#include "seal.h"
#include "seal_impl.h"
#include "wipe.h"

#define NONCE_LEN	12
#define TAG_LEN		16
#define MESSAGES_MAX	UINT64_C(0x100000000)	/* under one key */

struct seal_cert {
	X509	*x509;
};

struct seal_key {
	EVP_CIPHER_CTX	*gcm;		/* holds the key */
	uint64_t	 used;		/* nonces */
	size_t		 len;
	uint8_t		 cms[SEAL_CMS_MAX];
};

/* Say what OpenSSL refused, and forget that it did. */
static void
fail(char *err, const char *doing)
{
	unsigned long e = ERR_peek_last_error();
	const char *why = e != 0 ? ERR_reason_error_string(e) : NULL;

	(void)snprintf(err, SEAL_ERROR_MAX, "%s%s%s", doing,
	    why != NULL ? ": " : "", why != NULL ? why : "");
	ERR_clear_error();
}

/* Load the centre's certificate. */
struct seal_cert *
seal_cert_load(const char *path, char *err)
{
	struct keyfile_error e;
	struct seal_cert *c;

	c = OPENSSL_zalloc(sizeof(*c));
	if (c == NULL) {
		fail(err, "no memory for a certificate");
		return (NULL);
	}
	c->x509 = seal_cert_x509(path, &e);
	if (c->x509 == NULL) {
		(void)snprintf(err, SEAL_ERROR_MAX, "%s", e.text);
		OPENSSL_free(c);
		return (NULL);
	}
	return (c);
}

/* Free a certificate. */
void
seal_cert_free(struct seal_cert *c)
{

	if (c == NULL)
		return;
	X509_free(c->x509);
	OPENSSL_free(c);
}

/* Compare a certificate's times with the clock. */
int
seal_cert_fresh(const struct seal_cert *c, int64_t now, char *err)
{
	const ASN1_TIME *end = X509_get0_notAfter(c->x509);
	const ASN1_TIME *begin = X509_get0_notBefore(c->x509);
	time_t t = (time_t)now;

	if (X509_cmp_time(begin, &t) > 0) {
		(void)snprintf(err, SEAL_ERROR_MAX, "the sealing certificate "
		    "is not valid yet; is this machine's clock right?");
		return (-1);
	}
	if (X509_cmp_time(end, &t) <= 0) {
		(void)snprintf(err, SEAL_ERROR_MAX, "the sealing certificate "
		    "has expired; the centre makes its successor with "
		    "\"liangka-keys rotate\"");
		return (-1);
	}
	return (0);
}

/* Wrap a data key for the holder of a certificate. */
static CMS_ContentInfo *
envelop(X509 *x509, BIO *in)
{
	const unsigned flags = CMS_BINARY | CMS_PARTIAL;
	CMS_RecipientInfo *ri;
	CMS_ContentInfo *cms;
	EVP_PKEY_CTX *ctx;

	cms = CMS_encrypt(NULL, NULL, EVP_aes_256_cbc(), flags);
	if (cms == NULL)
		return (NULL);
	ri = CMS_add1_recipient_cert(cms, x509, CMS_KEY_PARAM);
	ctx = ri != NULL ? CMS_RecipientInfo_get0_pkey_ctx(ri) : NULL;
	/* OpenSSL's own choice would be SHA-1 in the key derivation. */
	if (ctx == NULL || EVP_PKEY_CTX_set_ecdh_kdf_md(ctx, EVP_sha256()) <= 0 ||
	    CMS_final(cms, in, NULL, flags) != 1) {
		CMS_ContentInfo_free(cms);
		return (NULL);
	}
	return (cms);
}

/* Keep the wrapped form of a data key in k; 1 when all went well. */
static int
wrap(struct seal_key *k, const struct seal_cert *c,
    const uint8_t key[SEAL_KEY_LEN])
{
	BIO *in = BIO_new_mem_buf(key, SEAL_KEY_LEN);
	CMS_ContentInfo *cms = NULL;
	unsigned char *p = k->cms;
	int len = -1;

	if (in != NULL)
		cms = envelop(c->x509, in);
	if (cms != NULL)
		len = i2d_CMS_ContentInfo(cms, NULL);
	if (len > 0 && len <= SEAL_CMS_MAX)
		len = i2d_CMS_ContentInfo(cms, &p);
	k->len = len > 0 ? (size_t)len : 0;
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	return (len > 0 && len <= SEAL_CMS_MAX);
}

/* Make a data key. */
struct seal_key *
seal_key_new(const struct seal_cert *c, char *err)
{
	uint8_t key[SEAL_KEY_LEN];
	struct seal_key *k;

	memset(key, 0, sizeof(key));
	k = OPENSSL_zalloc(sizeof(*k));
	if (k != NULL)
		k->gcm = EVP_CIPHER_CTX_new();
	if (k == NULL || k->gcm == NULL ||
	    RAND_priv_bytes(key, sizeof(key)) != 1 || !wrap(k, c, key) ||
	    EVP_EncryptInit_ex(k->gcm, EVP_aes_256_gcm(), NULL, key,
	    NULL) != 1) {
		fail(err, "cannot make a data key for sealing");
		seal_key_free(k);
		k = NULL;
	}
	wipe(key, sizeof(key));
	return (k);
}

/* Give the wrapped form. */
const uint8_t *
seal_key_wrapped(const struct seal_key *k, size_t *len)
{

	*len = k->len;
	return (k->cms);
}

/* Forget a data key. */
void
seal_key_free(struct seal_key *k)
{

	if (k == NULL)
		return;
	EVP_CIPHER_CTX_free(k->gcm);	/* which wipes the key schedule */
	OPENSSL_clear_free(k, sizeof(*k));
}

/* Seal one message. */
size_t
seal_close(uint8_t *out, struct seal_key *k, const void *text, size_t len,
    const void *ad, size_t adlen)
{
	uint8_t nonce[NONCE_LEN] = { 0 };
	int n = 0, m = 0;

	if (k->used >= MESSAGES_MAX || len > INT_MAX - SEAL_OVERHEAD ||
	    adlen > INT_MAX)
		return (0);
	/* Counted before it is used: a nonce that failed is not used again. */
	k->used++;
	for (int i = 0; i < 8; i++)
		nonce[NONCE_LEN - 1 - i] = (uint8_t)(k->used >> (8 * i));
	if (EVP_EncryptInit_ex(k->gcm, NULL, NULL, NULL, nonce) != 1 ||
	    (adlen > 0 &&
	    EVP_EncryptUpdate(k->gcm, NULL, &n, ad, (int)adlen) != 1) ||
	    EVP_EncryptUpdate(k->gcm, out + NONCE_LEN, &n, text,
	    (int)len) != 1 || n != (int)len ||
	    EVP_EncryptFinal_ex(k->gcm, out + NONCE_LEN + len, &m) != 1 ||
	    EVP_CIPHER_CTX_ctrl(k->gcm, EVP_CTRL_AEAD_GET_TAG, TAG_LEN,
	    out + NONCE_LEN + len) != 1) {
		wipe(out, len + SEAL_OVERHEAD);
		ERR_clear_error();
		return (0);
	}
	memcpy(out, nonce, sizeof(nonce));
	return (len + SEAL_OVERHEAD);
}

/* Decrypt a wrapped data key. */
static int
unenvelop(uint8_t key[SEAL_KEY_LEN], CMS_ContentInfo *cms, EVP_PKEY *pkey)
{
	BIO *out = BIO_new(BIO_s_secmem());
	char *data = NULL;
	long n = 0;
	int rc = -1;

	if (out != NULL &&
	    CMS_decrypt(cms, pkey, NULL, NULL, out, CMS_BINARY) == 1) {
		n = BIO_get_mem_data(out, &data);
		if (n == SEAL_KEY_LEN) {
			memcpy(key, data, SEAL_KEY_LEN);
			rc = 0;
		}
	}
	BIO_free(out);			/* which wipes what it held */
	return (rc);
}

/* Read a data key with the private sealing key. */
int
seal_unwrap(uint8_t key[SEAL_KEY_LEN], const uint8_t *cms, size_t len,
    const char *keyfile, char *err)
{
	const unsigned char *p = cms;
	CMS_ContentInfo *info = NULL;
	struct keyfile_error e;
	EVP_PKEY *pkey;
	struct keyfile k;
	int rc = -1;

	memset(key, 0, SEAL_KEY_LEN);
	if (keydisk_read(&k, keyfile, KEYFILE_SEAL, &e) != 0) {
		(void)snprintf(err, SEAL_ERROR_MAX, "%s", e.text);
		return (-1);
	}
	pkey = seal_cert_pkey(&k);
	keyfile_wipe(&k);
	if (len <= SEAL_CMS_MAX)
		info = d2i_CMS_ContentInfo(NULL, &p, (long)len);
	if (pkey == NULL)
		(void)snprintf(err, SEAL_ERROR_MAX, "%.300s: the public point "
		    "does not belong to the secret; copy the file again from "
		    "the backup", keyfile);
	else if (info == NULL || p != cms + len ||
	    OBJ_obj2nid(CMS_get0_type(info)) != NID_pkcs7_enveloped)
		(void)snprintf(err, SEAL_ERROR_MAX, "the wrapped data key is "
		    "no CMS EnvelopedData");
	else {
		rc = unenvelop(key, info, pkey);
		if (rc != 0)
			(void)snprintf(err, SEAL_ERROR_MAX, "%.300s: does not "
			    "open this data key: it was wrapped for another "
			    "sealing key, or altered", keyfile);
	}
	CMS_ContentInfo_free(info);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return (rc);
}

/* Open one message. */
int64_t
seal_open(uint8_t *out, const uint8_t key[SEAL_KEY_LEN],
    const uint8_t *message, size_t len, const void *ad, size_t adlen)
{
	size_t n = len - SEAL_OVERHEAD;
	uint8_t tag[TAG_LEN];
	EVP_CIPHER_CTX *gcm;
	int m = 0, rc;

	if (len < SEAL_OVERHEAD || len > INT_MAX || adlen > INT_MAX)
		return (-1);
	memcpy(tag, message + NONCE_LEN + n, TAG_LEN);
	gcm = EVP_CIPHER_CTX_new();
	rc = gcm != NULL &&
	    EVP_DecryptInit_ex(gcm, EVP_aes_256_gcm(), NULL, key,
	    message) == 1 &&
	    (adlen == 0 ||
	    EVP_DecryptUpdate(gcm, NULL, &m, ad, (int)adlen) == 1) &&
	    EVP_DecryptUpdate(gcm, out, &m, message + NONCE_LEN, (int)n) == 1 &&
	    EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, tag) == 1 &&
	    EVP_DecryptFinal_ex(gcm, out + n, &m) == 1;
	EVP_CIPHER_CTX_free(gcm);
	if (!rc) {
		wipe(out, n);
		ERR_clear_error();
		return (-1);
	}
	return ((int64_t)n);
}
