#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "tls_impl.h"

/* What the errors of libssl mean for people. */
struct meaning {
	int reason;
	enum tls_fault fault;
	const char *text;
};

#define THEY_SAY "the other side refuses us: "

static const struct meaning meanings[] = {
	{ SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, TLS_CERTIFICATE,
	    "the other side showed no certificate" },
	{ SSL_R_UNSUPPORTED_PROTOCOL, TLS_PROTOCOL,
	    "no common protocol: the other side does not speak TLS 1.3" },
	{ SSL_R_UNKNOWN_PROTOCOL, TLS_PROTOCOL,
	    "no common protocol: the other side does not speak TLS 1.3" },
	{ SSL_R_VERSION_TOO_LOW, TLS_PROTOCOL,
	    "no common protocol: the other side does not speak TLS 1.3" },
	{ SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, TLS_PROTOCOL, "no common "
	    "protocol: the other side speaks no version of TLS that we do" },
	{ SSL_R_WRONG_VERSION_NUMBER, TLS_PROTOCOL,
	    "what came is not TLS" },
	{ SSL_R_HTTP_REQUEST, TLS_PROTOCOL,
	    "what came is an HTTP request, not TLS" },
	{ SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL, TLS_PROTOCOL,
	    THEY_SAY "it does not speak " TLS_ALPN },
	{ SSL_R_NO_APPLICATION_PROTOCOL, TLS_PROTOCOL,
	    "the other side does not speak " TLS_ALPN },
	{ SSL_R_NO_SHARED_CIPHER, TLS_PROTOCOL,
	    "no common protocol: there is no cipher that both sides allow" },
	{ SSL_R_NO_SUITABLE_KEY_SHARE, TLS_PROTOCOL, "no common protocol: "
	    "there is no key exchange that both sides allow" },
	{ SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, TLS_PROTOCOL, THEY_SAY
	    "no cipher, key exchange or signature that both sides allow" },
	{ SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, TLS_CERTIFICATE, THEY_SAY
	    "our certificate has expired by its clock" },
	{ SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, TLS_CERTIFICATE, THEY_SAY
	    "our certificate has been revoked" },
	{ SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, TLS_CERTIFICATE, THEY_SAY
	    "our certificate is not valid yet by its clock, or not of the "
	    "node it wants; its own log says which" },
	{ SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, TLS_CERTIFICATE, THEY_SAY
	    "it cannot judge our certificate; its own log says why" },
	{ SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, TLS_CERTIFICATE, THEY_SAY
	    "our certificate is of a wrong kind" },
	{ SSL_R_TLSV1_ALERT_UNKNOWN_CA, TLS_CERTIFICATE, THEY_SAY
	    "our certificate is of an authority it does not know" },
	{ SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, TLS_CERTIFICATE, THEY_SAY
	    "we showed no certificate" },
	{ SSL_R_TLSV1_ALERT_DECRYPT_ERROR, TLS_CERTIFICATE, THEY_SAY
	    "our signature is wrong" },
	{ SSL_R_BAD_SIGNATURE, TLS_CERTIFICATE, "the other side does not hold "
	    "the private key of its certificate" },
	{ SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, TLS_PROTOCOL,
	    "a record was altered on the way" },
	{ SSL_R_SSLV3_ALERT_BAD_RECORD_MAC, TLS_PROTOCOL, THEY_SAY
	    "a record was altered on the way" },
	{ SSL_R_UNEXPECTED_EOF_WHILE_READING, TLS_GONE,
	    "the other side went away without a word" },
	{ 0, TLS_FINE, NULL }
};

/* Write what is wrong, once. */
static void
say(struct tls *t, enum tls_fault fault, const char *fmt, ...)
{
	va_list ap;

	if (t->why[0] != '\0')
		return;
	va_start(ap, fmt);
	(void)vsnprintf(t->why, sizeof(t->why), fmt, ap);
	va_end(ap);
	t->fault = fault;
}

/* Say what the queue of errors means. */
void
tls_why(struct tls *t)
{
	unsigned long e = ERR_peek_last_error();
	int reason = ERR_GET_REASON(e), i;
	const char *s;

	for (i = 0; ERR_GET_LIB(e) == ERR_LIB_SSL &&
	    meanings[i].text != NULL; i++)
		if (meanings[i].reason == reason) {
			say(t, meanings[i].fault, "%s%s", meanings[i].text,
			    reason == SSL_R_UNEXPECTED_EOF_WHILE_READING &&
			    !t->ready ? ", during the handshake" : "");
			break;
		}
	if (t->fault == TLS_GONE)
		say(t, TLS_GONE, "%s", t->io_error != 0 ?
		    strerror(t->io_error) :
		    "the other side went away without a word");
	s = e != 0 ? ERR_reason_error_string(e) : NULL;
	say(t, TLS_PROTOCOL, "TLS failed: %s", s != NULL ? s : "no reason is "
	    "known");
	ERR_clear_error();
}

/* The moment that times are compared with. */
int64_t
tls_now(const struct tls_context *c)
{

	return (c->now != 0 ? c->now : (int64_t)time(NULL));
}

/* Say what is wrong with a certificate. */
void
tls_verify_say(struct tls *t, int64_t now, int error, int depth,
    const X509 *x)
{
	struct keyfile_error e = { KEYFILE_FINE, "" };
	char whose[64] = "the other side's certificate";
	struct nodecert c;

	if (x == NULL || nodecert_of(&c, x, &e) != 0)
		memset(&c, 0, sizeof(c));
	if (depth > 0)
		(void)snprintf(whose, sizeof(whose), "the certificate of the "
		    "authority");
	else if (c.node[0] != '\0')
		(void)snprintf(whose, sizeof(whose), "the certificate of node "
		    "%s", c.node);
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		e.text[0] = '\0';
		if (nodecert_timely(&c, whose, now, &e) != 0)
			say(t, TLS_CERTIFICATE, "%s", e.text);
		break;
	case X509_V_ERR_CERT_REVOKED:
		say(t, TLS_CERTIFICATE, "%s (serial number %s) has been "
		    "revoked", whose, c.serial);
		break;
	case X509_V_ERR_CRL_HAS_EXPIRED:
		say(t, TLS_CERTIFICATE, "our list of revoked certificates is "
		    "outdated: fetch a new one from the authority");
		break;
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		say(t, TLS_CERTIFICATE, "there is no list of revoked "
		    "certificates of the authority of %s", whose);
		break;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_CHAIN_TOO_LONG:
		say(t, TLS_CERTIFICATE, "%s is of an unknown authority, not "
		    "of ours", whose);
		break;
	default:
		break;
	}
	say(t, TLS_CERTIFICATE, "%s is no good: %s", whose,
	    X509_verify_cert_error_string(error));
}

/* Verify a certificate by a context as it is now; 1 or 0. */
int
tls_verify_now(struct tls *t, const struct tls_context *c, X509 *x)
{
	X509_STORE_CTX *s = X509_STORE_CTX_new();
	int rc, depth;

	if (s == NULL || X509_STORE_CTX_init(s,
	    SSL_CTX_get_cert_store(c->ssl), x, NULL) != 1 ||
	    X509_STORE_CTX_set_purpose(s, X509_PURPOSE_SSL_CLIENT) != 1) {
		X509_STORE_CTX_free(s);
		say(t, TLS_CERTIFICATE, "out of memory");
		return (0);
	}
	X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(s),
	    SSL_CTX_get0_param(c->ssl));
	rc = X509_verify_cert(s) == 1;
	depth = X509_STORE_CTX_get_error_depth(s);
	if (!rc)
		tls_verify_say(t, tls_now(c), X509_STORE_CTX_get_error(s),
		    depth, depth == 0 ? x : X509_STORE_CTX_get_current_cert(s));
	X509_STORE_CTX_free(s);
	ERR_clear_error();
	return (rc);
}

/* Would the other side be let in now? */
int
tls_good_still(struct tls *t, const struct tls_context *c)
{
	X509 *x = SSL_get0_peer_certificate(t->ssl);

	return (t->ready && t->error == 0 && x != NULL &&
	    tls_verify_now(t, c, x));
}

/* See that a certificate which is good names whom we want; 1 or 0. */
static int
names_good(struct tls *t, const X509 *x)
{
	struct keyfile_error e;
	struct nodecert c;

	if (nodecert_of(&c, x, &e) != 0)
		say(t, TLS_CERTIFICATE, "the other side's certificate is no "
		    "good: %s", e.text);
	else if (c.node[0] == '\0')
		say(t, TLS_CERTIFICATE, "wrong name: the other side's "
		    "certificate is that of an authority");
	else if (strcmp(c.domain, t->context->own.domain) != 0)
		say(t, TLS_CERTIFICATE, "wrong name: the other side is node "
		    "%s of the domain %s, not of %s", c.node, c.domain,
		    t->context->own.domain);
	else if (t->peer[0] != '\0' && strcmp(c.node, t->peer) != 0)
		say(t, TLS_CERTIFICATE, "wrong name: the other side is node "
		    "%s, not %s", c.node, t->peer);
	else if (strcmp(c.node, t->context->own.node) == 0)
		say(t, TLS_CERTIFICATE, "wrong name: the other side calls "
		    "itself %s, which is this node", c.node);
	else {
		memcpy(t->node, c.node, sizeof(t->node));
		memcpy(t->print, c.print, sizeof(t->print));
		t->ends = c.ends;
		return (1);
	}
	return (0);
}

/* Verify what the other side showed; 1 or 0. */
static int
verify(X509_STORE_CTX *store, void *arg)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store,
	    SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls *t = SSL_get_app_data(ssl);

	(void)arg;
	if (X509_verify_cert(store) != 1) {
		int depth = X509_STORE_CTX_get_error_depth(store);

		tls_verify_say(t, tls_now(t->context),
		    X509_STORE_CTX_get_error(store), depth, depth == 0 ? X509_STORE_CTX_get0_cert(store) :
		    X509_STORE_CTX_get_current_cert(store));
		return (0);
	}
	if (names_good(t, X509_STORE_CTX_get0_cert(store))) {
		/* Else the connection would keep the chain to its end. */
		X509_STORE_CTX_set0_verified_chain(store, NULL);
		return (1);
	}
	X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
	return (0);
}

/* Refuse a client that offers no protocol at all: alpn() is not asked then. */
static int
hello(SSL *ssl, int *alert, void *arg)
{
	const unsigned char *p;
	size_t len;

	(void)arg;
	if (SSL_client_hello_get0_ext(ssl,
	    TLSEXT_TYPE_application_layer_protocol_negotiation, &p, &len) == 1)
		return (SSL_CLIENT_HELLO_SUCCESS);
	say(SSL_get_app_data(ssl), TLS_PROTOCOL,
	    "the other side does not speak " TLS_ALPN);
	*alert = SSL_AD_NO_APPLICATION_PROTOCOL;
	return (SSL_CLIENT_HELLO_ERROR);
}

/* Choose our protocol out of those that a client offers. */
static int
alpn(SSL *ssl, const unsigned char **out, unsigned char *outlen,
    const unsigned char *in, unsigned inlen, void *arg)
{
	const unsigned n = sizeof(TLS_ALPN) - 1;
	unsigned i;

	(void)ssl;
	(void)arg;
	for (i = 0; i < inlen && in[i] < inlen - i; i += 1u + in[i])
		if (in[i] == n && memcmp(&in[i + 1], TLS_ALPN, n) == 0) {
			*out = &in[i + 1];
			*outlen = (unsigned char)n;
			return (SSL_TLSEXT_ERR_OK);
		}
	return (SSL_TLSEXT_ERR_ALERT_FATAL);
}

/* Set up what is verified. */
void
tls_verify_setup(SSL_CTX *ssl)
{

	SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER |
	    SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(ssl, verify, NULL);
	SSL_CTX_set_client_hello_cb(ssl, hello, NULL);
	SSL_CTX_set_alpn_select_cb(ssl, alpn, NULL);
}
