#include <stdio.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "nodecert_impl.h"

/* A certificate in the making. */
struct making {
	const char			*domain;
	const char			*node;	/* "": the authority */
	const struct nodecert_term	*term;
	EVP_PKEY			*subject;	/* public */
	X509				*issuer;	/* NULL: itself */
	EVP_PKEY			*signer;
};

/* Add one extension. */
static int
extend(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *e;
	X509V3_CTX ctx;
	int rc;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	rc = e != NULL ? X509_add_ext(x, e, -1) : 0;
	X509_EXTENSION_free(e);
	return (rc);
}

/* Add the extensions; those of a node let it be either end of a link. */
static int
extend_all(X509 *x, const struct making *m)
{
	X509 *issuer = m->issuer != NULL ? m->issuer : x;
	int ca = m->node[0] == '\0';
	char uri[NODECERT_URI_MAX], names[NODECERT_URI_MAX + 8];

	nodecert_uri(uri, m->domain, m->node);
	(void)snprintf(names, sizeof(names), "URI:%s", uri);
	return (extend(x, issuer, NID_basic_constraints, ca ?
	    "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") == 1 &&
	    extend(x, issuer, NID_key_usage, ca ?
	    "critical,keyCertSign,cRLSign" : "critical,digitalSignature") == 1 &&
	    (ca || extend(x, issuer, NID_ext_key_usage,
	    "serverAuth,clientAuth") == 1) &&
	    extend(x, issuer, NID_subject_key_identifier, "hash") == 1 &&
	    extend(x, issuer, NID_authority_key_identifier,
	    "keyid:always") == 1 &&
	    extend(x, issuer, NID_subject_alt_name, names) == 1);
}

/* Name the subject, for people: programs read the URI. */
static int
name(X509 *x, const struct making *m)
{
	X509_NAME *n = X509_NAME_new();
	char text[64];
	int rc;

	if (m->node[0] == '\0')	/* X.520 allows a common name 64 characters */
		(void)snprintf(text, sizeof(text), "liangka CA %.50s",
		    m->domain);
	else
		(void)snprintf(text, sizeof(text), "%s", m->node);
	rc = n != NULL && X509_NAME_add_entry_by_NID(n, NID_commonName,
	    MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0) == 1 &&
	    X509_set_subject_name(x, n) == 1 &&
	    X509_set_issuer_name(x, m->issuer != NULL ?
	    X509_get_subject_name(m->issuer) : n) == 1;
	X509_NAME_free(n);
	return (rc);
}

/* Number it: positive, and of the same length always (RFC 5280 4.1.2.2). */
static int
number(X509 *x, const uint8_t random[NODECERT_SERIAL_LEN])
{
	uint8_t serial[NODECERT_SERIAL_LEN];
	BIGNUM *n;
	int rc;

	memcpy(serial, random, sizeof(serial));
	serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40);
	n = BN_bin2bn(serial, sizeof(serial), NULL);
	rc = n != NULL &&
	    BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;
	BN_free(n);
	return (rc);
}

/* Make and sign a certificate. */
static size_t
make(char pem[NODECERT_PEM_MAX], const struct making *m,
    struct keyfile_error *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	X509 *x = X509_new();
	size_t len = 0;

	pem[0] = '\0';
	if (bio != NULL && x != NULL &&
	    X509_set_version(x, X509_VERSION_3) == 1 &&
	    number(x, m->term->serial) && name(x, m) &&
	    ASN1_TIME_set(X509_getm_notBefore(x), m->term->begins) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(x), m->term->ends) != NULL &&
	    X509_set_pubkey(x, m->subject) == 1 && extend_all(x, m) &&
	    X509_sign(x, m->signer, EVP_sha256()) > 0 &&
	    PEM_write_bio_X509(bio, x) == 1)
		len = nodecert_put(pem, bio);
	if (len == 0)
		(void)nodecert_failed(err, "make the certificate");
	X509_free(x);
	BIO_free(bio);
	ERR_clear_error();
	return (len);
}

/* See that a certificate would begin before it ends, in years that are written
 * with four digits. */
static int
good_term(const struct nodecert_term *t, struct keyfile_error *err)
{
	char text[KEYFILE_CREATED_LEN + 1];

	if (t->begins < t->ends && keyfile_time_print(text, t->begins) == 0 &&
	    keyfile_time_print(text, t->ends) == 0)
		return (0);
	return (keyfile_fail(err, KEYFILE_BAD, "a certificate begins before it "
	    "ends, between the years 2000 and 9999"));
}

/* Make an authority. */
size_t
nodecert_ca(char pem[NODECERT_PEM_MAX], const char *key, const char *domain,
    const struct nodecert_term *term, struct keyfile_error *err)
{
	struct making m = { .domain = domain, .node = "", .term = term };
	size_t len = 0;

	pem[0] = '\0';
	if (!nodecert_good_domain(domain)) {
		(void)keyfile_fail(err, KEYFILE_BAD, "a domain is of a-z, 0-9, "
		    "'-', '.' and '/', such as afc.example.gov.cn");
		return (0);
	}
	if (good_term(term, err) != 0)
		return (0);
	m.subject = m.signer = nodecert_pkey(key, err);
	if (m.signer != NULL)
		len = make(pem, &m, err);
	EVP_PKEY_free(m.signer);
	return (len);
}

/* See that the authority may sign this. */
static int
may_issue(const struct nodecert *a, const struct making *m,
    struct keyfile_error *err)
{
	char at[KEYFILE_CREATED_LEN + 1] = "?";

	if (a->node[0] != '\0')
		return (keyfile_fail(err, KEYFILE_BAD, "the certificate of the "
		    "authority is that of node %s", a->node));
	if (!nodecert_good_node(m->node))
		return (keyfile_fail(err, KEYFILE_BAD, "a node id is 1 to 12 "
		    "of a-z, 0-9 and '-', with no '-' at either end"));
	if (good_term(m->term, err) != 0)
		return (-1);
	(void)keyfile_time_print(at, a->ends);
	if (m->term->begins < a->begins || m->term->ends > a->ends)
		return (keyfile_fail(err, KEYFILE_EXPIRED, "the certificate "
		    "would last longer than that of the authority, which ends "
		    "%s", at));
	return (0);
}

/* Sign a node's certificate. */
size_t
nodecert_issue(char pem[NODECERT_PEM_MAX], const char *ca, const char *key,
    const char *node, const uint8_t point[NODECERT_POINT_LEN],
    const struct nodecert_term *term, struct keyfile_error *err)
{
	struct making m = { .node = node, .term = term };
	uint8_t again[NODECERT_POINT_LEN];
	const uint8_t *p = point;
	struct nodecert a;
	size_t len = 0;

	pem[0] = '\0';
	if (nodecert_read(&a, ca, err) != 0)
		return (0);
	m.domain = a.domain;
	if (may_issue(&a, &m, err) != 0)
		return (0);
	m.issuer = nodecert_x509(ca, err);
	m.signer = nodecert_pkey(key, err);
	if (m.issuer != NULL && m.signer != NULL) {
		m.subject = d2i_PUBKEY(NULL, &p, NODECERT_POINT_LEN);
		if (nodecert_point(again, m.subject) != 0 ||
		    memcmp(again, point, sizeof(again)) != 0)
			(void)keyfile_fail(err, KEYFILE_BAD, "the public key "
			    "is not one of P-256");
		else if (!nodecert_match(ca, key))
			(void)keyfile_fail(err, KEYFILE_BAD, "the private key "
			    "is not that of the authority's certificate");
		else
			len = make(pem, &m, err);
	}
	EVP_PKEY_free(m.subject);
	EVP_PKEY_free(m.signer);
	X509_free(m.issuer);
	ERR_clear_error();
	return (len);
}
