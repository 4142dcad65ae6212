/* What seal.c and seal_cert.c share. */
#ifndef LIANGKA_KEYS_SEAL_IMPL_H
#define LIANGKA_KEYS_SEAL_IMPL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "keyfile.h"

/* seal_cert_pkey(k):
 * The private key k, to be freed, when its public point is its own; or NULL. */
EVP_PKEY *seal_cert_pkey(const struct keyfile *k);

/* seal_cert_x509(path, err):
 * Read a certificate of a P-256 key, to be freed; or NULL with *err set. */
X509	*seal_cert_x509(const char *path, struct keyfile_error *err);

#endif
