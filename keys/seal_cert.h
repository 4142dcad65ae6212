/* The sealing key of the centre and its certificate: P-256, in the forms that
 * openssl reads. What is sealed with them is in seal.h. */
#ifndef LIANGKA_KEYS_SEAL_CERT_H
#define LIANGKA_KEYS_SEAL_CERT_H

#include <stddef.h>
#include <stdint.h>

#include "keyfile.h"

#define SEAL_CERT_PEM_MAX	4096	/* bytes of a certificate read or made */

/* seal_cert_point(point, secret):
 * Write the public point 0x04 || x || y of a secret scalar (big-endian). Return 0,
 * or -1 when it is 0 or not below the order of the curve, or out of memory. */
int	seal_cert_point(uint8_t point[KEYFILE_POINT_LEN],
	    const uint8_t secret[KEYFILE_SECRET_LEN]);

/* seal_cert_make(pem, k, err):
 * Write a self-signed certificate (X.509, ecdsa-with-SHA256, key agreement only) of
 * the sealing key k, with its name as common name and its times (9999-12-31 for
 * never). Return the length, NUL-terminated, or 0 with *err set. */
size_t	seal_cert_make(char pem[SEAL_CERT_PEM_MAX], const struct keyfile *k,
	    struct keyfile_error *err);

/* What a certificate says. */
struct seal_cert_info {
	char	name[4 * KEYFILE_COMMON_MAX + 1];	/* common name */
	char	created[KEYFILE_CREATED_LEN + 1];	/* notBefore */
	char	expires[KEYFILE_CREATED_LEN + 1];	/* or never */
	uint8_t	print[32];				/* SHA-256 of the DER */
	uint8_t	point[KEYFILE_POINT_LEN];		/* the public key */
};

/* seal_cert_read(info, path, err):
 * Read a certificate file (PEM) and say what it holds. Return 0, or -1 with *err
 * set when it is none, or not of a P-256 key. */
int	seal_cert_read(struct seal_cert_info *info, const char *path,
	    struct keyfile_error *err);

#endif
