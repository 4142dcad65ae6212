#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "hex.h"
#include "keydisk.h"
#include "seal_cert.h"
#include "seal_impl.h"
#include "utf8.h"

#define CURVE		"prime256v1"
#define FAR_AWAY	"9999-12-31T23:59:59Z"	/* RFC 5280: no end known */

/* Derive the point of a scalar. */
int
seal_cert_point(uint8_t point[KEYFILE_POINT_LEN],
    const uint8_t secret[KEYFILE_SECRET_LEN])
{
	EC_GROUP *g = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	BIGNUM *n = BN_bin2bn(secret, KEYFILE_SECRET_LEN, NULL);
	EC_POINT *p = NULL;
	int rc = -1;

	memset(point, 0, KEYFILE_POINT_LEN);
	if (g == NULL || n == NULL)
		goto done;
	BN_set_flags(n, BN_FLG_CONSTTIME);
	p = EC_POINT_new(g);
	if (p != NULL && !BN_is_zero(n) &&
	    BN_cmp(n, EC_GROUP_get0_order(g)) < 0 &&
	    EC_POINT_mul(g, p, n, NULL, NULL, NULL) == 1 &&
	    EC_POINT_point2oct(g, p, POINT_CONVERSION_UNCOMPRESSED, point,
	    KEYFILE_POINT_LEN, NULL) == KEYFILE_POINT_LEN)
		rc = 0;

done:
	EC_POINT_free(p);
	BN_clear_free(n);
	EC_GROUP_free(g);
	ERR_clear_error();
	return (rc);
}

/* Put a key together. */
static EVP_PKEY *
pkey_from(const BIGNUM *secret, const uint8_t point[KEYFILE_POINT_LEN])
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	if (b != NULL && ctx != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME,
	    CURVE, 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, point,
	    KEYFILE_POINT_LEN) == 1 &&
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_PRIV_KEY, secret) == 1)
		params = OSSL_PARAM_BLD_to_param(b);
	if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(ctx);
	return (pkey);
}

/* Give the private key of a key file. */
EVP_PKEY *
seal_cert_pkey(const struct keyfile *k)
{
	uint8_t point[KEYFILE_POINT_LEN];
	char digits[2 * KEYFILE_POINT_LEN + 1];
	EVP_PKEY *pkey = NULL;
	BIGNUM *n;

	if (k->kind != KEYFILE_SEAL || seal_cert_point(point, k->secret) != 0)
		return (NULL);
	hex_encode(digits, point, sizeof(point));
	if (strcmp(digits, k->public) != 0)
		return (NULL);
	n = BN_secure_new();
	if (n != NULL &&
	    BN_bin2bn(k->secret, sizeof(k->secret), n) != NULL)
		pkey = pkey_from(n, point);
	BN_clear_free(n);
	ERR_clear_error();
	return (pkey);
}

/* Write an RFC 3339 time of ours into a certificate. */
static int
set_time(ASN1_TIME *at, const char *text)
{
	char form[16];

	(void)snprintf(form, sizeof(form), "%.4s%.2s%.2s%.2s%.2s%.2sZ", text,
	    text + 5, text + 8, text + 11, text + 14, text + 17);
	return (ASN1_TIME_set_string_X509(at, form));
}

/* Add one extension. */
static int
add_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;
	int rc;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	rc = e != NULL ? X509_add_ext(x, e, -1) : 0;
	X509_EXTENSION_free(e);
	return (rc);
}

/* Fill in a certificate; 1 when all went well. */
static int
fill(X509 *x, EVP_PKEY *pkey, const struct keyfile *k)
{
	X509_NAME *name = X509_NAME_new();
	uint8_t serial[KEYFILE_ID_HEX / 2];
	BIGNUM *n = NULL;
	int rc = 0;

	if (name == NULL || hex_decode(serial, k->id, sizeof(serial)) != 0)
		goto done;
	serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40);
	n = BN_bin2bn(serial, sizeof(serial), NULL);
	rc = n != NULL &&
	    X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
	    (const unsigned char *)k->name, -1, -1, 0) == 1 &&
	    X509_set_version(x, X509_VERSION_3) == 1 &&
	    BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL &&
	    X509_set_subject_name(x, name) == 1 &&
	    X509_set_issuer_name(x, name) == 1 &&
	    set_time(X509_getm_notBefore(x), k->created) == 1 &&
	    set_time(X509_getm_notAfter(x), strcmp(k->expires, "never") == 0 ?
	    FAR_AWAY : k->expires) == 1 &&
	    X509_set_pubkey(x, pkey) == 1 &&
	    add_extension(x, NID_basic_constraints, "critical,CA:FALSE") == 1 &&
	    add_extension(x, NID_key_usage, "critical,keyAgreement") == 1 &&
	    add_extension(x, NID_subject_key_identifier, "hash") == 1;

done:
	BN_free(n);
	X509_NAME_free(name);
	return (rc);
}

/* Make the certificate of a sealing key. */
size_t
seal_cert_make(char pem[SEAL_CERT_PEM_MAX], const struct keyfile *k,
    struct keyfile_error *err)
{
	EVP_PKEY *pkey = seal_cert_pkey(k);
	BIO *bio = BIO_new(BIO_s_mem());
	X509 *x = X509_new();
	size_t len = 0;
	char *text;
	long n;

	if (pkey != NULL && bio != NULL && x != NULL &&
	    fill(x, pkey, k) == 1 && X509_sign(x, pkey, EVP_sha256()) > 0 &&
	    PEM_write_bio_X509(bio, x) == 1 &&
	    (n = BIO_get_mem_data(bio, &text)) > 0 && n < SEAL_CERT_PEM_MAX) {
		len = (size_t)n;
		memcpy(pem, text, len);
		pem[len] = '\0';
	} else
		(void)keyfile_fail(err, KEYFILE_IO, "cannot make the "
		    "certificate of %.256s: %s", k->name,
		    ERR_reason_error_string(ERR_peek_last_error()));
	X509_free(x);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return (len);
}

/* Give the point of a certificate's key; -1 when it is none of P-256. */
static int
point_of(uint8_t point[KEYFILE_POINT_LEN], X509 *x)
{
	EVP_PKEY *pkey = X509_get0_pubkey(x);
	char curve[32] = "";
	size_t len = 0;

	if (pkey == NULL || EVP_PKEY_is_a(pkey, "EC") != 1 ||
	    EVP_PKEY_get_group_name(pkey, curve, sizeof(curve), NULL) != 1 ||
	    strcmp(curve, CURVE) != 0 ||
	    EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY,
	    point, KEYFILE_POINT_LEN, &len) != 1 || len != KEYFILE_POINT_LEN)
		return (-1);
	return (0);
}

/* Read a certificate. */
X509 *
seal_cert_x509(const char *path, struct keyfile_error *err)
{
	char text[SEAL_CERT_PEM_MAX];
	uint8_t point[KEYFILE_POINT_LEN];
	X509 *x = NULL;
	ssize_t len;
	BIO *bio;

	len = keydisk_read_public(text, sizeof(text), path, err);
	if (len < 0)
		return (NULL);
	bio = BIO_new_mem_buf(text, (int)len);
	if (bio != NULL)
		x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	if (x == NULL)
		(void)keyfile_fail(err, KEYFILE_BAD, "%.300s: holds no "
		    "certificate in PEM; \"liangka-keys new seal\" makes one",
		    path);
	else if (point_of(point, x) != 0) {
		(void)keyfile_fail(err, KEYFILE_BAD, "%.300s: the certificate "
		    "is not of a P-256 key, which sealing needs", path);
		X509_free(x);
		x = NULL;
	}
	ERR_clear_error();
	return (x);
}

/* Write a time of a certificate in our form. */
static int
get_time(char text[KEYFILE_CREATED_LEN + 1], const ASN1_TIME *at)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(at, &tm) != 1)
		return (-1);
	return (keyfile_time_print(text, (int64_t)timegm(&tm)));
}

/* Say whether the name in a certificate, maybe of another maker, can be shown. */
static int
good_name(const char *name, size_t len)
{
	uint32_t c;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_next(&c, name + i, len - i);
		if (n == 0 || utf8_hidden(c))
			return (0);
	}
	return (len > 0);
}

/* Say what a certificate holds. */
int
seal_cert_read(struct seal_cert_info *info, const char *path,
    struct keyfile_error *err)
{
	unsigned char *name = NULL;
	unsigned len = 0;
	X509 *x;
	int at, n = -1;

	memset(info, 0, sizeof(*info));
	x = seal_cert_x509(path, err);
	if (x == NULL)
		return (-1);
	at = X509_NAME_get_index_by_NID(X509_get_subject_name(x),
	    NID_commonName, -1);
	if (at >= 0)
		n = ASN1_STRING_to_UTF8(&name, X509_NAME_ENTRY_get_data(
		    X509_NAME_get_entry(X509_get_subject_name(x), at)));
	if (n < 0 || (size_t)n >= sizeof(info->name) ||
	    !good_name((char *)name, (size_t)n) ||
	    get_time(info->created, X509_get0_notBefore(x)) != 0 ||
	    get_time(info->expires, X509_get0_notAfter(x)) != 0 ||
	    point_of(info->point, x) != 0 ||
	    X509_digest(x, EVP_sha256(), info->print, &len) != 1)
		(void)keyfile_fail(err, KEYFILE_BAD, "%.300s: the certificate "
		    "has no common name that can be shown, or impossible "
		    "times", path);
	else {
		memcpy(info->name, name, (size_t)n);
		if (strcmp(info->expires, FAR_AWAY) == 0)
			memcpy(info->expires, "never", sizeof("never"));
	}
	OPENSSL_free(name);
	X509_free(x);
	ERR_clear_error();
	return (info->name[0] != '\0' ? 0 : -1);
}
