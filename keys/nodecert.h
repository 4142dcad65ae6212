/* The certificates of nodes: who may speak on a link, and under which name.
 *
 * A domain has one authority (CA), which signs the certificates of its nodes
 * directly.  All are X.509 version 3 (RFC 5280) with P-256 keys and
 * ecdsa-with-SHA256.  What a certificate is for stands in its one subject
 * alternative name, a URI:
 *
 *	liangka://<domain>/node/<node>	a node, basicConstraints CA:FALSE
 *	liangka://<domain>/ca		the authority, CA:TRUE, pathlen 0
 *
 * P-256 and not Ed25519: RFC 8446 section 9.1 obliges every TLS 1.3 to know it, so
 * does the hardware that keeps keys of authorities, and OpenSSL signs and verifies
 * it half as fast again.  Its nonces come from the key, the message and OpenSSL's
 * generator together, so a weak generator alone gives no key away.
 *
 * Keys and certificates go in and out as PEM, NUL-terminated.  Nothing here touches
 * a file or a clock.  Times are seconds since 1970 (UTC).  Calls that fail set *err
 * to KEYFILE_BAD when the input is wrong, KEYFILE_EXPIRED when a time is over, and
 * KEYFILE_IO when OpenSSL fails.  All calls are thread-safe on different structs. */
#ifndef LIANGKA_KEYS_NODECERT_H
#define LIANGKA_KEYS_NODECERT_H

#include <stddef.h>
#include <stdint.h>

#include "keyfile.h"

#define NODECERT_PEM_MAX	4096	/* bytes of a key, request or certificate */
#define NODECERT_DOMAIN_MAX	128	/* characters with the NUL */
#define NODECERT_NODE_MAX	13
#define NODECERT_URI_MAX	160
#define NODECERT_SECRET_LEN	32	/* bytes of a private key */
#define NODECERT_SERIAL_LEN	16	/* random bytes of a serial number */
#define NODECERT_SERIAL_HEX	40	/* digits of the longest one read */
#define NODECERT_PRINT_LEN	32	/* SHA-256 of the DER */
#define NODECERT_POINT_LEN	91	/* DER of a P-256 SubjectPublicKeyInfo */

/* OpenSSL's X509, for those who hold one. */
struct x509_st;

/* What a certificate says. */
struct nodecert {
	char	domain[NODECERT_DOMAIN_MAX];
	char	node[NODECERT_NODE_MAX];	/* "": that of the authority */
	char	serial[NODECERT_SERIAL_HEX + 1]; /* lower-case digits */
	int64_t	begins;				/* notBefore */
	int64_t	ends;				/* notAfter, the last second */
	uint8_t	print[NODECERT_PRINT_LEN];
	uint8_t	point[NODECERT_POINT_LEN];	/* the public key */
};

/* What the signer of a certificate decides. */
struct nodecert_term {
	int64_t	begins;
	int64_t	ends;
	uint8_t	serial[NODECERT_SERIAL_LEN];	/* random */
};

/* nodecert_good_node(node), nodecert_good_domain(domain):
 * 1 when a text may be the id of a node (1 to 12 of a-z, 0-9 and '-', no '-' at
 * either end) or a domain (1 to 127 of a-z, 0-9, '-', '.' and '/'), else 0. */
int	nodecert_good_node(const char *node);
int	nodecert_good_domain(const char *domain);

/* nodecert_key(pem, secret):
 * Write the private key whose number is secret, 32 random bytes that the caller
 * wipes, as PKCS #8.  Return the length, or 0 when it is 0 or not below the order
 * of the curve (draw again) or OpenSSL failed.  The caller wipes pem. */
size_t	nodecert_key(char pem[NODECERT_PEM_MAX],
	    const uint8_t secret[NODECERT_SECRET_LEN]);

/* nodecert_ca(pem, key, domain, term, err):
 * Write the authority's certificate of a private key.  Return the length, or 0
 * with *err set. */
size_t	nodecert_ca(char pem[NODECERT_PEM_MAX], const char *key,
	    const char *domain, const struct nodecert_term *term,
	    struct keyfile_error *err);

/* nodecert_issue(pem, ca, key, node, point, term, err):
 * Write the certificate of a node of ca's domain whose public key is point, signed
 * with the private key of ca.  term must lie within ca's own time.  Return the
 * length, or 0 with *err set. */
size_t	nodecert_issue(char pem[NODECERT_PEM_MAX], const char *ca,
	    const char *key, const char *node,
	    const uint8_t point[NODECERT_POINT_LEN],
	    const struct nodecert_term *term, struct keyfile_error *err);

/* nodecert_read(c, pem, err), nodecert_of(c, x, err):
 * Say what a certificate holds.  Nothing is verified but its form.  Return 0, or -1
 * with *c zeroed and *err set when it is none of those above. */
int	nodecert_read(struct nodecert *c, const char *pem,
	    struct keyfile_error *err);
int	nodecert_of(struct nodecert *c, const struct x509_st *x,
	    struct keyfile_error *err);

/* nodecert_check(c, pem, ca, now, err):
 * Read a node's certificate and see that ca signed it, for a node of its domain,
 * and that the time of both includes now.  Return 0, or -1 with *c zeroed and *err
 * set. */
int	nodecert_check(struct nodecert *c, const char *pem, const char *ca,
	    int64_t now, struct keyfile_error *err);

/* nodecert_timely(c, who, now, err):
 * See that the time of c includes now.  Return 0, or -1 with *err set to
 * KEYFILE_EXPIRED and a sentence that begins with who and says the date. */
int	nodecert_timely(const struct nodecert *c, const char *who, int64_t now,
	    struct keyfile_error *err);

/* nodecert_match(cert, key):
 * 1 when key is the private key of cert, else 0. */
int	nodecert_match(const char *cert, const char *key);

#endif
