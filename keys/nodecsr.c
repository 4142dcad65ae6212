#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "hex.h"
#include "nodecsr_impl.h"
#include "wipe.h"

/* What proves that a code is known. */
void
nodecsr_hmac(uint8_t out[SHA256_LEN], const uint8_t code[NODECODE_LEN],
    const uint8_t point[NODECERT_POINT_LEN])
{
	struct sha256_hmac h;

	sha256_hmac_init(&h, code, NODECODE_LEN);
	label_absorb(&h, "liangka/v1/node-request");
	sha256_hmac_update(&h, point, NODECERT_POINT_LEN);
	sha256_hmac_final(&h, out);
	wipe(&h, sizeof(h));
}

/* What is signed to renew. */
void
nodecsr_renewal(uint8_t text[NODECSR_RENEWAL_LEN],
    const uint8_t point[NODECERT_POINT_LEN])
{

	label_block(text, "liangka/v1/node-renewal");
	memcpy(text + LABEL_BLOCK, point, NODECERT_POINT_LEN);
}

/* Read digits up to cap bytes; return their number of bytes, or 0. */
static size_t
digits(uint8_t *out, size_t cap, const char *s, size_t len)
{

	if (len == 0 || len % 2 != 0 || len / 2 > cap ||
	    hex_decode(out, s, len / 2) != 0)
		return (0);
	return (len / 2);
}

/* Read the proof: 0 or -1. */
static int
read_proof(struct nodecsr *r, const char *s, size_t len)
{
	const size_t code = sizeof(NODECSR_WORD_CODE) - 1;
	const size_t renew = sizeof(NODECSR_WORD_RENEW) - 1;
	const char *space;
	size_t n;

	if (len > code && memcmp(s, NODECSR_WORD_CODE, code) == 0) {
		r->proof = NODECSR_CODE;
		r->len = digits(r->bytes, SHA256_LEN, s + code, len - code);
		return (r->len == SHA256_LEN ? 0 : -1);
	}
	if (len <= renew || memcmp(s, NODECSR_WORD_RENEW, renew) != 0)
		return (-1);
	s += renew;
	len -= renew;
	space = memchr(s, ' ', len);
	n = space != NULL ? (size_t)(space - s) : 0;
	if (n > NODECERT_SERIAL_HEX ||
	    digits(r->bytes, sizeof(r->bytes), s, n) == 0)
		return (-1);
	memcpy(r->serial, s, n);
	r->proof = NODECSR_RENEWAL;
	r->len = digits(r->bytes, sizeof(r->bytes), s + n + 1, len - n - 1);
	return (r->len > 0 ? 0 : -1);
}

/* Find the one challengePassword. */
static int
proof_of(struct nodecsr *r, X509_REQ *q)
{
	int at = X509_REQ_get_attr_by_NID(q, NID_pkcs9_challengePassword, -1);
	unsigned char *text = NULL;
	X509_ATTRIBUTE *a;
	ASN1_TYPE *v;
	int n, rc = -1;

	if (at < 0 || X509_REQ_get_attr_by_NID(q, NID_pkcs9_challengePassword,
	    at) >= 0)
		return (-1);
	a = X509_REQ_get_attr(q, at);
	if (X509_ATTRIBUTE_count(a) != 1 ||
	    (v = X509_ATTRIBUTE_get0_type(a, 0)) == NULL ||
	    (v->type != V_ASN1_PRINTABLESTRING &&
	    v->type != V_ASN1_UTF8STRING))
		return (-1);
	n = ASN1_STRING_to_UTF8(&text, v->value.asn1_string);
	if (n > 0)
		rc = read_proof(r, (char *)text, (size_t)n);
	OPENSSL_free(text);
	return (rc);
}

/* Find the one name among the extensions that are asked for. */
static int
names_of(struct nodecsr *r, X509_REQ *q)
{
	STACK_OF(X509_EXTENSION) *all = X509_REQ_get_extensions(q);
	GENERAL_NAMES *names;
	int rc = -1, twice = 0;

	names = X509V3_get_d2i(all, NID_subject_alt_name, &twice, NULL);
	if (names != NULL && sk_X509_EXTENSION_num(all) == 1)
		rc = nodecert_names(r->domain, r->node, names, 0);
	GENERAL_NAMES_free(names);
	sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
	return (rc);
}

/* Look at all parts of a request. */
static int
take_apart(struct nodecsr *r, X509_REQ *q, struct keyfile_error *err)
{
	EVP_PKEY *key = X509_REQ_get0_pubkey(q);

	if (nodecert_point(r->point, key) != 0)
		return (keyfile_fail(err, KEYFILE_BAD, "the request is not for "
		    "a P-256 key, which links use"));
	if (X509_REQ_get_signature_nid(q) != NID_ecdsa_with_SHA256 ||
	    X509_REQ_verify(q, key) != 1)
		return (keyfile_fail(err, KEYFILE_BAD, "the request's own "
		    "signature is wrong: it was altered, or its maker does not "
		    "hold the key"));
	if (names_of(r, q) != 0)
		return (keyfile_fail(err, KEYFILE_BAD, "the request names no "
		    "node: it must ask for one subject alternative name, a URI "
		    "liangka://DOMAIN/node/NODE, and for nothing else"));
	if (proof_of(r, q) != 0)
		return (keyfile_fail(err, KEYFILE_BAD, "the request carries no "
		    "proof of a one-time code or of a present certificate"));
	return (0);
}

/* Read a request. */
int
nodecsr_read(struct nodecsr *r, const char *text, size_t len,
    struct keyfile_error *err)
{
	X509_REQ *q = NULL;
	BIO *bio;
	int rc = -1;

	memset(r, 0, sizeof(*r));
	if (len == 0 || len >= NODECERT_PEM_MAX)
		return (keyfile_fail(err, KEYFILE_BAD, "is no request: it has "
		    "%zu bytes", len));
	if ((bio = BIO_new_mem_buf(text, (int)len)) != NULL)
		q = PEM_read_bio_X509_REQ(bio, NULL, NULL, (void *)"");
	BIO_free(bio);
	if (q == NULL)
		(void)keyfile_fail(err, KEYFILE_BAD, "holds no certificate "
		    "request in PEM");
	else
		rc = take_apart(r, q, err);
	if (rc != 0)
		memset(r, 0, sizeof(*r));
	X509_REQ_free(q);
	ERR_clear_error();
	return (rc);
}

/* Was it made by one who knows the code? */
int
nodecsr_proved(const struct nodecsr *r, const uint8_t code[NODECODE_LEN],
    struct keyfile_error *err)
{
	uint8_t want[SHA256_LEN];

	if (r->proof != NODECSR_CODE)
		return (keyfile_fail(err, KEYFILE_BAD, "the request was not "
		    "made with a one-time code"));
	nodecsr_hmac(want, code, r->point);
	if (r->len == sizeof(want) &&
	    CRYPTO_memcmp(want, r->bytes, sizeof(want)) == 0)
		return (0);
	return (keyfile_fail(err, KEYFILE_BAD, "the request was made with "
	    "another one-time code than the one given to node %s", r->node));
}

/* Was it made by one who has the present key? */
int
nodecsr_renewed(const struct nodecsr *r, const char *cert,
    struct keyfile_error *err)
{
	uint8_t text[NODECSR_RENEWAL_LEN];
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct nodecert c;
	int rc = -1;
	X509 *x;

	x = nodecert_x509(cert, err);
	if (x == NULL || nodecert_of(&c, x, err) != 0)
		goto done;
	if (r->proof != NODECSR_RENEWAL || strcmp(r->serial, c.serial) != 0 ||
	    strcmp(r->node, c.node) != 0 || strcmp(r->domain, c.domain) != 0) {
		(void)keyfile_fail(err, KEYFILE_BAD, "the request does not "
		    "renew this certificate of node %s", c.node);
		goto done;
	}
	nodecsr_renewal(text, r->point);
	if (md != NULL && EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL,
	    X509_get0_pubkey(x)) == 1 && EVP_DigestVerify(md, r->bytes, r->len,
	    text, sizeof(text)) == 1)
		rc = 0;
	else
		(void)keyfile_fail(err, KEYFILE_BAD, "the request was not made "
		    "with the key of the certificate it renews");
done:
	EVP_MD_CTX_free(md);
	X509_free(x);
	ERR_clear_error();
	return (rc);
}
