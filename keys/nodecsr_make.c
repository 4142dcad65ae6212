#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "hex.h"
#include "nodecsr_impl.h"

#define PROOF_MAX	(sizeof(NODECSR_WORD_RENEW) + NODECERT_SERIAL_HEX + \
	2 * NODECSR_SIGNATURE_MAX + 1)

/* Ask for the name. */
static int
add_name(X509_REQ *q, const char *domain, const char *node)
{
	char uri[NODECERT_URI_MAX], names[NODECERT_URI_MAX + 8];
	STACK_OF(X509_EXTENSION) *all = sk_X509_EXTENSION_new_null();
	X509_EXTENSION *e = NULL;
	X509_NAME *n = X509_NAME_new();
	int rc = 0;

	nodecert_uri(uri, domain, node);
	(void)snprintf(names, sizeof(names), "URI:%s", uri);
	e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
	if (all != NULL && n != NULL && e != NULL &&
	    sk_X509_EXTENSION_push(all, e) > 0) {
		e = NULL;
		rc = X509_NAME_add_entry_by_NID(n, NID_commonName,
		    MBSTRING_UTF8, (const unsigned char *)node, -1, -1,
		    0) == 1 && X509_REQ_set_subject_name(q, n) == 1 &&
		    X509_REQ_add_extensions(q, all) == 1;
	}
	X509_NAME_free(n);
	X509_EXTENSION_free(e);
	sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
	return (rc);
}

/* Make and sign a request. */
static size_t
make(char pem[NODECERT_PEM_MAX], EVP_PKEY *key, const char *domain,
    const char *node, const char *proof, struct keyfile_error *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	X509_REQ *q = X509_REQ_new();
	size_t len = 0;

	pem[0] = '\0';
	if (bio != NULL && q != NULL &&
	    X509_REQ_set_version(q, X509_REQ_VERSION_1) == 1 &&
	    X509_REQ_set_pubkey(q, key) == 1 && add_name(q, domain, node) &&
	    X509_REQ_add1_attr_by_NID(q, NID_pkcs9_challengePassword,
	    MBSTRING_ASC, (const unsigned char *)proof, -1) == 1 &&
	    X509_REQ_sign(q, key, EVP_sha256()) > 0 &&
	    PEM_write_bio_X509_REQ(bio, q) == 1)
		len = nodecert_put(pem, bio);
	if (len == 0)
		(void)nodecert_failed(err, "make the request");
	X509_REQ_free(q);
	BIO_free(bio);
	ERR_clear_error();
	return (len);
}

/* Ask with a code. */
size_t
nodecsr_enroll(char pem[NODECERT_PEM_MAX], const char *key, const char *domain,
    const char *node, const uint8_t code[NODECODE_LEN],
    struct keyfile_error *err)
{
	uint8_t point[NODECERT_POINT_LEN], mac[SHA256_LEN];
	char proof[PROOF_MAX] = NODECSR_WORD_CODE;
	EVP_PKEY *pkey;
	size_t len = 0;

	pem[0] = '\0';
	if (!nodecert_good_node(node) || !nodecert_good_domain(domain)) {
		(void)keyfile_fail(err, KEYFILE_BAD, !nodecert_good_node(node) ?
		    "a node id is 1 to 12 of a-z, 0-9 and '-', with no '-' at "
		    "either end" : "a domain is of a-z, 0-9, '-', '.' and '/', "
		    "such as afc.example.gov.cn");
		return (0);
	}
	if ((pkey = nodecert_pkey(key, err)) == NULL)
		return (0);
	if (nodecert_point(point, pkey) == 0) {
		nodecsr_hmac(mac, code, point);
		hex_encode(proof + strlen(proof), mac, sizeof(mac));
		len = make(pem, pkey, domain, node, proof, err);
	}
	EVP_PKEY_free(pkey);
	return (len);
}

/* Sign with the present key; 0 or -1. */
static int
sign(char proof[PROOF_MAX], const struct nodecert *c, EVP_PKEY *present,
    const uint8_t point[NODECERT_POINT_LEN])
{
	uint8_t text[NODECSR_RENEWAL_LEN], sig[NODECSR_SIGNATURE_MAX];
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	size_t len = sizeof(sig);
	int rc = -1, n;

	nodecsr_renewal(text, point);
	if (md != NULL && EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL,
	    present) == 1 &&
	    EVP_DigestSign(md, sig, &len, text, sizeof(text)) == 1) {
		n = snprintf(proof, PROOF_MAX, NODECSR_WORD_RENEW "%s ",
		    c->serial);
		hex_encode(proof + n, sig, len);
		rc = 0;
	}
	EVP_MD_CTX_free(md);
	return (rc);
}

/* Ask with the present key. */
size_t
nodecsr_renew(char pem[NODECERT_PEM_MAX], const char *key, const char *cert,
    const char *present, struct keyfile_error *err)
{
	EVP_PKEY *pkey = NULL, *old = NULL;
	uint8_t point[NODECERT_POINT_LEN];
	char proof[PROOF_MAX];
	struct nodecert c;
	size_t len = 0;

	pem[0] = '\0';
	if (nodecert_read(&c, cert, err) != 0)
		return (0);
	if (c.node[0] == '\0' || !nodecert_match(cert, present))
		(void)keyfile_fail(err, KEYFILE_BAD, "the present key is not "
		    "that of the present certificate of a node");
	else if ((pkey = nodecert_pkey(key, err)) != NULL &&
	    (old = nodecert_pkey(present, err)) != NULL) {
		if (nodecert_point(point, pkey) != 0 ||
		    sign(proof, &c, old, point) != 0)
			(void)nodecert_failed(err, "sign the request");
		else
			len = make(pem, pkey, c.domain, c.node, proof, err);
	}
	EVP_PKEY_free(old);
	EVP_PKEY_free(pkey);
	return (len);
}
