#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "tls_impl.h"

#define CIPHERS "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define GROUPS "X25519:P-256"
#define SIGNATURES "ECDSA+SHA256"
#define DAY 86400

/* Allow what we speak and nothing else. */
static int
restrict_to_ours(SSL_CTX *s)
{
	static const unsigned char protocols[] = "\x09" TLS_ALPN;

	SSL_CTX_set_options(s, SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	(void)SSL_CTX_set_mode(s, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS |
	    SSL_MODE_NO_AUTO_CHAIN);
	(void)SSL_CTX_set_session_cache_mode(s, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(s, 1);
	SSL_CTX_set_verify_depth(s, 0);	/* no authority between */
	tls_verify_setup(s);
	SSL_CTX_set_msg_callback(s, tls_message);
	if (SSL_CTX_set_min_proto_version(s, TLS1_3_VERSION) == 1 &&
	    SSL_CTX_set_max_proto_version(s, TLS1_3_VERSION) == 1 &&
	    SSL_CTX_set_ciphersuites(s, CIPHERS) == 1 &&
	    SSL_CTX_set1_groups_list(s, GROUPS) == 1 &&
	    SSL_CTX_set1_sigalgs_list(s, SIGNATURES) == 1 &&
	    SSL_CTX_set1_client_sigalgs_list(s, SIGNATURES) == 1 &&
	    SSL_CTX_set_num_tickets(s, 0) == 1 &&
	    SSL_CTX_set_max_early_data(s, 0) == 1 &&
	    SSL_CTX_set_alpn_protos(s, protocols, sizeof(protocols) - 1) == 0)
		return (0);
	return (-1);
}

/* Set up a context that has read nothing yet. */
static int
begin(struct tls_context *c)
{
	X509_VERIFY_PARAM *p;

	c->ssl = SSL_CTX_new(c->role == TLS_CLIENT ? TLS_client_method() :
	    TLS_server_method());
	if (c->ssl == NULL || restrict_to_ours(c->ssl) != 0)
		return (-1);
	p = SSL_CTX_get0_param(c->ssl);
	if (c->now != 0)
		X509_VERIFY_PARAM_set_time(p, (time_t)c->now);
	return (X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_X509_STRICT) == 1 ?
	    0 : -1);
}

/* Make a context. */
struct tls_context *
tls_context_load(const struct tls_files *f, enum tls_role role, char *err,
    size_t errlen)
{
	struct tls_context *c = calloc(1, sizeof(*c));
	const char *s;
	int rc = -1;

	if (c != NULL) {
		c->role = role;
		c->now = f->now;
		c->rekey = f->rekey != 0 ? f->rekey : TLS_REKEY;
		atomic_init(&c->refs, 1);
		rc = begin(c);
	}
	if (rc == 0)
		rc = tls_load(c, f, err, errlen);
	else {
		s = ERR_reason_error_string(ERR_peek_last_error());
		(void)snprintf(err, errlen, "cannot set up TLS: %s",
		    s != NULL ? s : "out of memory");
	}
	ERR_clear_error();
	if (rc == 0)
		return (c);
	tls_context_free(c);
	return (NULL);
}

/* Keep it. */
struct tls_context *
tls_context_ref(struct tls_context *c)
{

	(void)atomic_fetch_add(&c->refs, 1);
	return (c);
}

/* Let it go. */
void
tls_context_free(struct tls_context *c)
{

	if (c == NULL || atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	SSL_CTX_free(c->ssl);
	free(c);
}

/* What our certificate says. */
const struct nodecert *
tls_context_own(const struct tls_context *c)
{

	return (&c->own);
}

/* How long it lasts. */
int
tls_context_days(const struct tls_context *c, int64_t now)
{
	int64_t left = c->own.ends - (now != 0 ? now : tls_now(c));

	return ((int)(left >= 0 ? left / DAY : -((-left + DAY - 1) / DAY)));
}

/* How long the revocation list does. */
int64_t
tls_context_revoked_ends(const struct tls_context *c)
{

	return (c->revoked_ends);
}
