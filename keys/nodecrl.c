#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "nodecert_impl.h"
#include "nodecrl.h"

/* Find a reason by its word. */
int
nodecrl_reason(enum nodecrl_reason *reason, const char *word)
{
	static const struct {
		const char *word;
		enum nodecrl_reason reason;
	} all[] = {
		{ "unspecified", NODECRL_UNSPECIFIED },
		{ "key-compromise", NODECRL_KEY_COMPROMISE },
		{ "superseded", NODECRL_SUPERSEDED },
		{ "cessation", NODECRL_CESSATION },
		{ "privilege", NODECRL_PRIVILEGE },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(word, all[i].word) == 0) {
			*reason = all[i].reason;
			return (0);
		}
	return (-1);
}

/* Read a list and see who signed it. */
static X509_CRL *
read_signed(const char *pem, X509 *ca, struct keyfile_error *err)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509_CRL *crl = NULL;

	if (bio != NULL)
		crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, (void *)"");
	BIO_free(bio);
	if (crl == NULL)
		(void)keyfile_fail(err, KEYFILE_BAD, "holds no revocation "
		    "list in PEM");
	else if (X509_NAME_cmp(X509_CRL_get_issuer(crl),
	    X509_get_subject_name(ca)) != 0 ||
	    X509_CRL_verify(crl, X509_get0_pubkey(ca)) != 1) {
		(void)keyfile_fail(err, KEYFILE_BAD, "the revocation list is "
		    "not signed by this authority");
		X509_CRL_free(crl);
		crl = NULL;
	}
	ERR_clear_error();
	return (crl);
}

/* The number of an issue; -1 when it has none that fits. */
static int64_t
number_of(X509_CRL *crl)
{
	ASN1_INTEGER *i = X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);
	int64_t n = -1;

	if (i == NULL || ASN1_INTEGER_get_int64(&n, i) != 1 || n < 0)
		n = -1;
	ASN1_INTEGER_free(i);
	ERR_clear_error();
	return (n);
}

/* Read a serial number. */
static ASN1_INTEGER *
serial_of(const char *hex)
{
	ASN1_INTEGER *serial = NULL;
	BIGNUM *n = NULL;
	size_t len = strlen(hex);

	if (len > 0 && len <= NODECERT_SERIAL_HEX &&
	    strspn(hex, "0123456789abcdef") == len &&
	    (size_t)BN_hex2bn(&n, hex) == len)
		serial = BN_to_ASN1_INTEGER(n, NULL);
	BN_free(n);
	return (serial);
}

/* Put one more certificate on a list. */
static int
add(X509_CRL *crl, const struct nodecrl_item *item, int64_t now)
{
	ASN1_INTEGER *serial = serial_of(item->serial);
	ASN1_ENUMERATED *why = ASN1_ENUMERATED_new();
	ASN1_TIME *at = ASN1_TIME_set(NULL, now);
	X509_REVOKED *r = NULL;
	int rc = 0;

	if (serial == NULL || why == NULL || at == NULL)
		goto done;
	if (X509_CRL_get0_by_serial(crl, &r, serial) != 0) {
		r = NULL;	/* it is the list's */
		rc = 1;
		goto done;
	}
	r = X509_REVOKED_new();
	rc = r != NULL && X509_REVOKED_set_serialNumber(r, serial) == 1 &&
	    X509_REVOKED_set_revocationDate(r, at) == 1 &&
	    (item->reason == NODECRL_UNSPECIFIED ||
	    (ASN1_ENUMERATED_set(why, (long)item->reason) == 1 &&
	    X509_REVOKED_add1_ext_i2d(r, NID_crl_reason, why, 0, 0) == 1)) &&
	    X509_CRL_add0_revoked(crl, r) == 1;
	if (rc)
		r = NULL;
done:
	X509_REVOKED_free(r);
	ASN1_TIME_free(at);
	ASN1_ENUMERATED_free(why);
	ASN1_INTEGER_free(serial);
	return (rc);
}

/* Copy what stood on the issue before. */
static int
carry(X509_CRL *crl, X509_CRL *old)
{
	STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(old);
	X509_REVOKED *r;

	for (int i = 0; i < sk_X509_REVOKED_num(all); i++) {
		r = X509_REVOKED_dup(sk_X509_REVOKED_value(all, i));
		if (r == NULL || X509_CRL_add0_revoked(crl, r) != 1) {
			X509_REVOKED_free(r);
			return (0);
		}
	}
	return (1);
}

/* Fill in the rest of a list: whose, when and which. */
static int
head(X509_CRL *crl, X509 *ca, int64_t number, int64_t now, int64_t ends)
{
	ASN1_TIME *begin = ASN1_TIME_set(NULL, now);
	ASN1_TIME *end = ASN1_TIME_set(NULL, ends);
	ASN1_INTEGER *n = ASN1_INTEGER_new();
	X509_EXTENSION *e = NULL;
	X509V3_CTX ctx;
	int rc;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, ca, NULL, NULL, crl, 0);
	rc = begin != NULL && end != NULL && n != NULL &&
	    X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca)) == 1 &&
	    X509_CRL_set1_lastUpdate(crl, begin) == 1 &&
	    X509_CRL_set1_nextUpdate(crl, end) == 1 &&
	    ASN1_INTEGER_set_int64(n, number) == 1 &&
	    X509_CRL_add1_ext_i2d(crl, NID_crl_number, n, 0, 0) == 1 &&
	    (e = X509V3_EXT_conf_nid(NULL, &ctx, NID_authority_key_identifier,
	    "keyid:always")) != NULL && X509_CRL_add_ext(crl, e, -1) == 1;
	X509_EXTENSION_free(e);
	ASN1_INTEGER_free(n);
	ASN1_TIME_free(end);
	ASN1_TIME_free(begin);
	return (rc);
}

/* Sign a list and print it. */
static char *
finish(X509_CRL *crl, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text, *pem = NULL;
	long n;

	if (bio != NULL && X509_CRL_sort(crl) == 1 &&
	    X509_CRL_sign(crl, key, EVP_sha256()) > 0 &&
	    PEM_write_bio_X509_CRL(bio, crl) == 1 &&
	    (n = BIO_get_mem_data(bio, &text)) > 0 && n < NODECRL_MAX &&
	    (pem = malloc((size_t)n + 1)) != NULL) {
		memcpy(pem, text, (size_t)n);
		pem[n] = '\0';
	}
	BIO_free(bio);
	return (pem);
}

/* Write the next issue. */
char *
nodecrl_make(const char *ca, const char *key, const char *old,
    const struct nodecrl_item *items, size_t n, int64_t now, int64_t ends,
    struct keyfile_error *err)
{
	X509 *x = nodecert_x509(ca, err);
	X509_CRL *before = NULL, *crl = X509_CRL_new();
	EVP_PKEY *pkey = NULL;
	char *pem = NULL;
	int64_t number = 0;
	int ok;

	if (x == NULL || (pkey = nodecert_pkey(key, err)) == NULL)
		goto done;
	if (X509_check_private_key(x, pkey) != 1 || now >= ends) {
		(void)keyfile_fail(err, KEYFILE_BAD, now >= ends ?
		    "the list would end before it begins" : "the private key "
		    "is not that of the authority's certificate");
		goto done;
	}
	if (old != NULL && ((before = read_signed(old, x, err)) == NULL ||
	    (number = number_of(before)) < 0)) {
		if (before != NULL)
			(void)keyfile_fail(err, KEYFILE_BAD, "the revocation "
			    "list has no number");
		goto done;
	}
	ok = crl != NULL && head(crl, x, number + 1, now, ends) &&
	    (before == NULL || carry(crl, before));
	for (size_t i = 0; i < n && ok; i++)
		ok = add(crl, &items[i], now);
	if (!ok || (pem = finish(crl, pkey)) == NULL)
		(void)nodecert_failed(err, "make the revocation list");
done:
	EVP_PKEY_free(pkey);
	X509_CRL_free(crl);
	X509_CRL_free(before);
	X509_free(x);
	ERR_clear_error();
	return (pem);
}

/* Say what a list holds. */
int
nodecrl_read(struct nodecrl *c, const char *pem, const char *ca,
    struct keyfile_error *err)
{
	X509 *x = nodecert_x509(ca, err);
	X509_CRL *crl = NULL;
	int rc = -1;

	memset(c, 0, sizeof(*c));
	if (x != NULL && (crl = read_signed(pem, x, err)) != NULL) {
		c->number = number_of(crl);
		c->count = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl));
		c->count = c->count < 0 ? 0 : c->count;
		if (c->number >= 0 && nodecert_seconds(&c->begins,
		    X509_CRL_get0_lastUpdate(crl)) == 0 &&
		    nodecert_seconds(&c->ends,
		    X509_CRL_get0_nextUpdate(crl)) == 0)
			rc = 0;
		else
			(void)keyfile_fail(err, KEYFILE_BAD, "the revocation "
			    "list has no number or no times");
	}
	if (rc != 0)
		memset(c, 0, sizeof(*c));
	X509_CRL_free(crl);
	X509_free(x);
	return (rc);
}

/* Look for a certificate. */
int
nodecrl_holds(const char *pem, const char *ca, const char *serial,
    struct keyfile_error *err)
{
	ASN1_INTEGER *s = serial_of(serial);
	X509 *x = nodecert_x509(ca, err);
	X509_CRL *crl = NULL;
	X509_REVOKED *r;
	int rc = -1;

	if (s == NULL)
		(void)keyfile_fail(err, KEYFILE_BAD, "that is no serial "
		    "number");
	else if (x != NULL && (crl = read_signed(pem, x, err)) != NULL)
		rc = X509_CRL_get0_by_serial(crl, &r, s) != 0;
	X509_CRL_free(crl);
	X509_free(x);
	ASN1_INTEGER_free(s);
	ERR_clear_error();
	return (rc);
}
