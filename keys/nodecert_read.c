#include <string.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "hex.h"
#include "nodecert_impl.h"

/* Write a serial number. */
static int
serial_of(char serial[NODECERT_SERIAL_HEX + 1], const X509 *x)
{
	BIGNUM *n = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	uint8_t raw[NODECERT_SERIAL_HEX / 2];
	int len, rc = -1;

	if (n != NULL && !BN_is_negative(n) &&
	    (len = BN_num_bytes(n)) > 0 && (size_t)len <= sizeof(raw)) {
		(void)BN_bn2bin(n, raw);
		hex_encode(serial, raw, (size_t)len);
		rc = 0;
	}
	BN_free(n);
	return (rc);
}

/* Read the names of a certificate, which depend on what it is. */
static int
names_of(struct nodecert *c, const X509 *x)
{
	BASIC_CONSTRAINTS *b;
	GENERAL_NAMES *names;
	int rc = -1;

	b = X509_get_ext_d2i(x, NID_basic_constraints, NULL, NULL);
	names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	if (b != NULL)
		rc = nodecert_names(c->domain, c->node, names, b->ca != 0);
	GENERAL_NAMES_free(names);
	BASIC_CONSTRAINTS_free(b);
	return (rc);
}

/* Say what a certificate holds. */
int
nodecert_of(struct nodecert *c, const struct x509_st *x,
    struct keyfile_error *err)
{
	unsigned len = 0;
	int rc = -1;

	memset(c, 0, sizeof(*c));
	if (X509_get_version(x) != X509_VERSION_3 || names_of(c, x) != 0)
		(void)keyfile_fail(err, KEYFILE_BAD, "the certificate names no "
		    "node: its one subject alternative name must be a URI "
		    "liangka://DOMAIN/node/NODE");
	else if (nodecert_point(c->point, X509_get0_pubkey(x)) != 0)
		(void)keyfile_fail(err, KEYFILE_BAD, "the certificate is not "
		    "of a P-256 key, which links use");
	else if (serial_of(c->serial, x) != 0 ||
	    nodecert_seconds(&c->begins, X509_get0_notBefore(x)) != 0 ||
	    nodecert_seconds(&c->ends, X509_get0_notAfter(x)) != 0 ||
	    X509_digest(x, EVP_sha256(), c->print, &len) != 1)
		(void)keyfile_fail(err, KEYFILE_BAD, "the certificate has an "
		    "impossible serial number or time");
	else
		rc = 0;
	if (rc != 0)
		memset(c, 0, sizeof(*c));
	ERR_clear_error();
	return (rc);
}

/* The same, of PEM. */
int
nodecert_read(struct nodecert *c, const char *pem, struct keyfile_error *err)
{
	X509 *x = nodecert_x509(pem, err);
	int rc;

	memset(c, 0, sizeof(*c));
	if (x == NULL)
		return (-1);
	rc = nodecert_of(c, x, err);
	X509_free(x);
	return (rc);
}

/* Is it time? */
int
nodecert_timely(const struct nodecert *c, const char *who, int64_t now,
    struct keyfile_error *err)
{
	char at[KEYFILE_CREATED_LEN + 1] = "?", is[KEYFILE_CREATED_LEN + 1] = "?";

	(void)keyfile_time_print(is, now);
	if (now < c->begins) {
		(void)keyfile_time_print(at, c->begins);
		return (keyfile_fail(err, KEYFILE_EXPIRED, "%.300s is not "
		    "valid yet: it begins %s and it is %s here", who, at, is));
	}
	if (now > c->ends) {
		(void)keyfile_time_print(at, c->ends);
		return (keyfile_fail(err, KEYFILE_EXPIRED, "%.300s has "
		    "expired: it ended %s and it is %s here", who, at, is));
	}
	return (0);
}

/* Did the authority sign it? */
static int
signed_by(const char *pem, const char *ca, struct keyfile_error *err)
{
	X509 *x = nodecert_x509(pem, err), *a = nodecert_x509(ca, err);
	int rc = -1;

	if (x != NULL && a != NULL) {
		if (X509_check_issued(a, x) == X509_V_OK &&
		    X509_verify(x, X509_get0_pubkey(a)) == 1)
			rc = 0;
		else
			(void)keyfile_fail(err, KEYFILE_BAD, "the certificate "
			    "was not signed by this authority");
	}
	X509_free(a);
	X509_free(x);
	ERR_clear_error();
	return (rc);
}

/* Check a node's certificate. */
int
nodecert_check(struct nodecert *c, const char *pem, const char *ca, int64_t now,
    struct keyfile_error *err)
{
	struct nodecert a;

	memset(c, 0, sizeof(*c));
	if (nodecert_read(&a, ca, err) != 0 ||
	    nodecert_read(c, pem, err) != 0)
		return (-1);
	if (a.node[0] != '\0')
		(void)keyfile_fail(err, KEYFILE_BAD, "the certificate of the "
		    "authority is that of node %s", a.node);
	else if (c->node[0] == '\0')
		(void)keyfile_fail(err, KEYFILE_BAD, "the certificate is an "
		    "authority's, not a node's");
	else if (strcmp(a.domain, c->domain) != 0)
		(void)keyfile_fail(err, KEYFILE_BAD, "the certificate is of "
		    "the domain %s, not of %s", c->domain, a.domain);
	else if (signed_by(pem, ca, err) == 0 &&
	    nodecert_timely(&a, "the certificate of the authority", now,
	    err) == 0 &&
	    nodecert_timely(c, "the certificate", now, err) == 0)
		return (0);
	memset(c, 0, sizeof(*c));
	return (-1);
}
