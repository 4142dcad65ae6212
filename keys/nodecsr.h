/* What a node asks its authority for: a certificate request (CSR, PKCS #10, RFC 2986)
 * with its name as in nodecert.h, its public key, a signature with that key, and in
 * challengePassword (RFC 2985) the proof that it may ask:
 *
 *	code <64 digits>
 *		HMAC-SHA-256, keyed with the 15 bytes of a one-time code (nodecode.h),
 *		over the label block (label.h) of liangka/v1/node-request and the DER of
 *		the public key
 *	renew <serial number> <digits>
 *		signature (ecdsa-with-SHA256) with the key of the certificate of that
 *		number over the label block of liangka/v1/node-renewal and the same DER
 *
 * The name is bound by the request's own signature.  Faults as in nodecert.h. */
#ifndef LIANGKA_KEYS_NODECSR_H
#define LIANGKA_KEYS_NODECSR_H

#include <stddef.h>
#include <stdint.h>

#include "nodecert.h"
#include "nodecode.h"

#define NODECSR_SIGNATURE_MAX	72	/* bytes of DER */

enum nodecsr_proof { NODECSR_CODE = 1, NODECSR_RENEWAL };

/* What a request says. */
struct nodecsr {
	char			domain[NODECERT_DOMAIN_MAX];
	char			node[NODECERT_NODE_MAX];
	uint8_t			point[NODECERT_POINT_LEN];
	enum nodecsr_proof	proof;
	char			serial[NODECERT_SERIAL_HEX + 1]; /* or "" */
	uint8_t			bytes[NODECSR_SIGNATURE_MAX];
	size_t			len;		/* of bytes */
};

/* nodecsr_enroll(pem, key, domain, node, code, err):
 * Write the request of a new node, for its private key, proved by a one-time code.
 * Return the length, or 0 with *err set. */
size_t	nodecsr_enroll(char pem[NODECERT_PEM_MAX], const char *key,
	    const char *domain, const char *node,
	    const uint8_t code[NODECODE_LEN], struct keyfile_error *err);

/* nodecsr_renew(pem, key, cert, present, err):
 * Write a request for the same names as those of cert, for a new private key, proved
 * by present, the private key of cert.  key and present may be one. */
size_t	nodecsr_renew(char pem[NODECERT_PEM_MAX], const char *key,
	    const char *cert, const char *present, struct keyfile_error *err);

/* nodecsr_read(r, text, len, err):
 * Read len bytes of a request and verify its own signature; the proof is not looked
 * into.  Return 0, or -1 with *r zeroed and *err set. */
int	nodecsr_read(struct nodecsr *r, const char *text, size_t len,
	    struct keyfile_error *err);

/* nodecsr_proved(r, code, err):
 * See that who made r knows the one-time code.  Return 0, or -1 with *err set. */
int	nodecsr_proved(const struct nodecsr *r,
	    const uint8_t code[NODECODE_LEN], struct keyfile_error *err);

/* nodecsr_renewed(r, cert, err):
 * See that who made r has the private key of cert, which bears the same names and the
 * serial number in r; whether cert itself is good is nodecert_check()'s to say.  Return
 * 0, or -1 with *err set. */
int	nodecsr_renewed(const struct nodecsr *r, const char *cert,
	    struct keyfile_error *err);

#endif
