#ifndef TLSKIT_H_
#define TLSKIT_H_

/*
 * An authority in a directory of its own, and nodes with certificates of it.  Keys
 * follow from names, so that the same test makes the same ones each time; all times
 * are near TLSKIT_NOW.
 */

#include <openssl/ssl.h>

#include "keys/nodecert.h"
#include "net/tls.h"

#define TLSKIT_NOW INT64_C(1795327200)	/* 2026-11-22T06:00:00Z */
#define TLSKIT_DAY 86400
#define TLSKIT_DOMAIN "bank.example"

struct tlskit {
	char dir[200];
	char ca[NODECERT_PEM_MAX];
	char ca_key[NODECERT_PEM_MAX];
	char paths[4][3][300];
	unsigned turn;
};

/**
 * tlskit_open(k, seed): Make an authority; another seed, another key.
 * tlskit_close(k): remove the directory.
 */
void tlskit_open(struct tlskit *k, const char *seed);
void tlskit_close(struct tlskit *k);

/**
 * tlskit_node(k, node, begins, ends): Write NODE.key and NODE.crt, valid from and to
 * these moments, counted in days from TLSKIT_NOW.
 */
void tlskit_node(struct tlskit *k, const char *node, int begins, int ends);

/**
 * tlskit_revoke(k, node, ends): Write revoked.crl with the certificate of node (NULL:
 * none) on it, good for so many days.
 */
void tlskit_revoke(struct tlskit *k, const char *node, int ends);

/**
 * tlskit_files(k, node): What a context of that node is made from; without a
 * revocation list.  Its paths hold until the fourth call after it.
 */
struct tls_files tlskit_files(struct tlskit *k, const char *node);

/**
 * tlskit_context(k, node, role): The context, made as it should be.
 */
struct tls_context *tlskit_context(struct tlskit *k, const char *node,
    enum tls_role role);

/**
 * tlskit_path(k, name): The path of a file there, until the next call.
 * tlskit_put(k, name, text): write it.
 */
const char *tlskit_path(const struct tlskit *k, const char *name);
void tlskit_put(const struct tlskit *k, const char *name, const char *text);

#endif /* !TLSKIT_H_ */
