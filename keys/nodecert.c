#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "hex.h"
#include "nodecert_impl.h"
#include "wipe.h"

#define SCHEME		"liangka://"
#define NODE_PART	"/node/"
#define CA_PART		"/ca"

/* May this be the id of a node? */
int
nodecert_good_node(const char *s)
{
	size_t i, n = strnlen(s, NODECERT_NODE_MAX);

	for (i = 0; i < n; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= '0' && s[i] <= '9') || s[i] == '-'))
			return (0);
	return (n > 0 && n < NODECERT_NODE_MAX && s[0] != '-' &&
	    s[n - 1] != '-');
}

/* May this be a domain? */
int
nodecert_good_domain(const char *s)
{
	size_t i, n = strnlen(s, NODECERT_DOMAIN_MAX);

	for (i = 0; i < n; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= '0' && s[i] <= '9') || s[i] == '-' ||
		    s[i] == '.' || s[i] == '/'))
			return (0);
	return (n > 0 && n < NODECERT_DOMAIN_MAX);
}

/* Write a name. */
void
nodecert_uri(char uri[NODECERT_URI_MAX], const char *domain, const char *node)
{

	(void)snprintf(uri, NODECERT_URI_MAX, SCHEME "%s%s%s", domain,
	    node[0] != '\0' ? NODE_PART : CA_PART, node);
}

/* Take a name apart: a node's id has no '/', so the last one ends the domain. */
int
nodecert_uri_read(char domain[NODECERT_DOMAIN_MAX],
    char node[NODECERT_NODE_MAX], const void *uri, size_t len, int ca)
{
	const size_t head = sizeof(SCHEME) - 1;
	const char *part = ca ? CA_PART : NODE_PART, *s = uri;
	size_t tail = 0, n = strlen(part);

	domain[0] = node[0] = '\0';
	if (!ca)
		while (tail < len && s[len - tail - 1] != '/')
			tail++;
	if (tail >= NODECERT_NODE_MAX || len < head + n + tail ||
	    len - head - n - tail >= NODECERT_DOMAIN_MAX ||
	    memcmp(s, SCHEME, head) != 0 ||
	    memcmp(s + len - tail - n, part, n) != 0)
		return (-1);
	memcpy(domain, s + head, len - head - n - tail);
	domain[len - head - n - tail] = '\0';
	memcpy(node, s + len - tail, tail);
	node[tail] = '\0';
	if (memchr(s, '\0', len) == NULL && nodecert_good_domain(domain) &&
	    (ca || nodecert_good_node(node)))
		return (0);
	domain[0] = node[0] = '\0';
	return (-1);
}

/* Read a subject alternative name. */
int
nodecert_names(char domain[NODECERT_DOMAIN_MAX], char node[NODECERT_NODE_MAX],
    const GENERAL_NAMES *names, int ca)
{
	const GENERAL_NAME *g;
	const ASN1_STRING *s;
	int type;

	domain[0] = node[0] = '\0';
	if (names == NULL || sk_GENERAL_NAME_num(names) != 1)
		return (-1);
	g = sk_GENERAL_NAME_value(names, 0);
	s = GENERAL_NAME_get0_value(g, &type);
	if (type != GEN_URI || s == NULL)
		return (-1);
	return (nodecert_uri_read(domain, node, ASN1_STRING_get0_data(s),
	    (size_t)ASN1_STRING_length(s), ca));
}

/* Say what OpenSSL says. */
int
nodecert_failed(struct keyfile_error *err, const char *doing)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	(void)keyfile_fail(err, KEYFILE_IO, "cannot %s: %s", doing,
	    why != NULL ? why : "out of memory");
	ERR_clear_error();
	return (-1);
}

/* Copy what was written. */
size_t
nodecert_put(char pem[NODECERT_PEM_MAX], BIO *bio)
{
	char *text;
	long n = BIO_get_mem_data(bio, &text);

	pem[0] = '\0';
	if (n <= 0 || n >= NODECERT_PEM_MAX)
		return (0);
	memcpy(pem, text, (size_t)n);
	pem[n] = '\0';
	return ((size_t)n);
}

/* Write the public half of a key. */
int
nodecert_point(uint8_t point[NODECERT_POINT_LEN], const EVP_PKEY *key)
{
	char curve[32] = "";
	uint8_t *p = point;

	memset(point, 0, NODECERT_POINT_LEN);
	if (key == NULL || EVP_PKEY_is_a(key, "EC") != 1 ||
	    EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL) != 1 ||
	    strcmp(curve, "prime256v1") != 0 ||
	    i2d_PUBKEY(key, NULL) != NODECERT_POINT_LEN ||
	    i2d_PUBKEY(key, &p) != NODECERT_POINT_LEN) {
		ERR_clear_error();
		return (-1);
	}
	return (0);
}

/* Is the number of a key one of the curve's? */
static int
good_number(EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	int rc = ctx != NULL && EVP_PKEY_private_check(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return (rc);
}

/* Make a key: the shortest ECPrivateKey (RFC 5915), to which OpenSSL adds the
 * public half. */
size_t
nodecert_key(char pem[NODECERT_PEM_MAX],
    const uint8_t secret[NODECERT_SECRET_LEN])
{
	static const uint8_t head[] = { 0x30, 0x31, 0x02, 0x01, 0x01, 0x04,
		0x20 }, tail[] = { 0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48,
		0xce, 0x3d, 0x03, 0x01, 0x07 };
	uint8_t der[sizeof(head) + NODECERT_SECRET_LEN + sizeof(tail)];
	const uint8_t *p = der;
	BIO *bio = BIO_new(BIO_s_secmem());
	EVP_PKEY *key;
	size_t len = 0;

	memcpy(der, head, sizeof(head));
	memcpy(der + sizeof(head), secret, NODECERT_SECRET_LEN);
	memcpy(der + sizeof(der) - sizeof(tail), tail, sizeof(tail));
	key = d2i_PrivateKey(EVP_PKEY_EC, NULL, &p, sizeof(der));
	wipe(der, sizeof(der));
	pem[0] = '\0';
	if (bio != NULL && key != NULL && good_number(key) &&
	    PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL,
	    NULL) == 1)
		len = nodecert_put(pem, bio);
	EVP_PKEY_free(key);
	BIO_free(bio);
	ERR_clear_error();
	return (len);
}

/* Read a private key. */
EVP_PKEY *
nodecert_pkey(const char *pem, struct keyfile_error *err)
{
	uint8_t point[NODECERT_POINT_LEN];
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = NULL;

	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"");
	BIO_free(bio);
	ERR_clear_error();
	if (key == NULL)
		(void)keyfile_fail(err, KEYFILE_BAD, "holds no private key in "
		    "PEM without a passphrase");
	else if (nodecert_point(point, key) != 0) {
		(void)keyfile_fail(err, KEYFILE_BAD, "the key is not of the "
		    "curve P-256, which links use");
		EVP_PKEY_free(key);
		key = NULL;
	}
	return (key);
}

/* Read a certificate. */
X509 *
nodecert_x509(const char *pem, struct keyfile_error *err)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *x = NULL;

	if (bio != NULL)
		x = PEM_read_bio_X509(bio, NULL, NULL, (void *)"");
	BIO_free(bio);
	ERR_clear_error();
	if (x == NULL)
		(void)keyfile_fail(err, KEYFILE_BAD, "holds no certificate in "
		    "PEM");
	return (x);
}

/* A time of ASN.1. */
int
nodecert_seconds(int64_t *t, const ASN1_TIME *at)
{
	struct tm tm;

	*t = 0;
	if (at == NULL || ASN1_TIME_to_tm(at, &tm) != 1)
		return (-1);
	*t = (int64_t)timegm(&tm);
	return (0);
}

/* Is a private key that of a certificate? */
int
nodecert_match(const char *cert, const char *key)
{
	struct keyfile_error err;
	uint8_t point[NODECERT_POINT_LEN];
	struct nodecert c;
	EVP_PKEY *pkey = nodecert_pkey(key, &err);
	int rc;

	rc = pkey != NULL && nodecert_point(point, pkey) == 0 &&
	    nodecert_read(&c, cert, &err) == 0 &&
	    memcmp(c.point, point, sizeof(point)) == 0;
	EVP_PKEY_free(pkey);
	return (rc);
}
