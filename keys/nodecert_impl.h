/* What nodecert*.c and nodecsr*.c share. */
#ifndef LIANGKA_KEYS_NODECERT_IMPL_H
#define LIANGKA_KEYS_NODECERT_IMPL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "nodecert.h"

/* nodecert_pkey(pem, err):
 * Read a private P-256 key, to be freed; or NULL with *err set. */
EVP_PKEY *nodecert_pkey(const char *pem, struct keyfile_error *err);

/* nodecert_x509(pem, err):
 * Read a certificate, to be freed; or NULL with *err set. */
X509	*nodecert_x509(const char *pem, struct keyfile_error *err);

/* nodecert_point(point, key):
 * Write the public half of a P-256 key.  Return 0, or -1 when it is of another
 * kind. */
int	nodecert_point(uint8_t point[NODECERT_POINT_LEN], const EVP_PKEY *key);

/* nodecert_uri(uri, domain, node):
 * Write the name of a node, or of the authority when node is "". */
void	nodecert_uri(char uri[NODECERT_URI_MAX], const char *domain,
	    const char *node);

/* nodecert_uri_read(domain, node, uri, len, ca):
 * Take the name of a node, or of the authority when ca is 1, apart.  Return 0, or
 * -1 when it is none. */
int	nodecert_uri_read(char domain[NODECERT_DOMAIN_MAX],
	    char node[NODECERT_NODE_MAX], const void *uri, size_t len, int ca);

/* nodecert_names(domain, node, names, ca):
 * Read a subject alternative name, which must be one such URI and nothing else.
 * Return 0 or -1. */
int	nodecert_names(char domain[NODECERT_DOMAIN_MAX],
	    char node[NODECERT_NODE_MAX], const GENERAL_NAMES *names, int ca);

/* nodecert_put(pem, bio):
 * Copy what was written to a memory BIO.  Return the length, or 0 when it is empty
 * or does not fit. */
size_t	nodecert_put(char pem[NODECERT_PEM_MAX], BIO *bio);

/* nodecert_failed(err, doing):
 * Say that OpenSSL could not do it and why; return -1. */
int	nodecert_failed(struct keyfile_error *err, const char *doing);

/* nodecert_seconds(t, at):
 * A time of ASN.1 as seconds.  Return 0, or -1 when it is malformed. */
int	nodecert_seconds(int64_t *t, const ASN1_TIME *at);

#endif
