#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "tls_impl.h"

static atomic_uint handshaking;

/* A handshake is over, one way or the other. */
static void
over(struct tls *t)
{

	if (!t->over)
		(void)atomic_fetch_sub(&handshaking, 1);
	t->over = 1;
}

/* How many are not? */
unsigned
tls_handshaking(void)
{

	return (atomic_load(&handshaking));
}

/* Begin a connection. */
struct tls *
tls_open(struct tls_context *c, int fd, const char *peer)
{
	struct tls *t;
	BIO *b;

	if ((t = calloc(1, sizeof(*t))) == NULL)
		return (NULL);
	t->fd = fd;
	if (peer != NULL)
		(void)strncat(t->peer, peer, sizeof(t->peer) - 1);
	if ((t->ssl = SSL_new(c->ssl)) == NULL || (b = tls_bio(t)) == NULL)
		goto err;
	SSL_set_bio(t->ssl, b, b);
	if (SSL_set_app_data(t->ssl, t) != 1)
		goto err;
	if (c->role == TLS_SERVER)
		SSL_set_accept_state(t->ssl);
	else
		SSL_set_connect_state(t->ssl);
	t->context = tls_context_ref(c);
	(void)atomic_fetch_add(&handshaking, 1);
	return (t);
err:
	SSL_free(t->ssl);
	ERR_clear_error();
	free(t);
	return (NULL);
}

/* Remember a failure for ever: every later call fails the same way. */
static int
fail(struct tls *t, int error)
{

	over(t);
	tls_why(t);
	if (t->fault == TLS_GONE && error == EPROTO)
		error = ECONNRESET;
	t->error = error;
	t->wants_write = t->more = 0;
	errno = error;
	return (-1);
}

/* Make an errno of what a call of libssl returned; 0: the other side ended. */
static int
judge(struct tls *t, int rc)
{

	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
		errno = EAGAIN;
		return (-1);
	case SSL_ERROR_WANT_WRITE:
		t->wants_write = 1;
		errno = EAGAIN;
		return (-1);
	case SSL_ERROR_ZERO_RETURN:
		return (0);
	case SSL_ERROR_SYSCALL:
		t->fault = TLS_GONE;
		return (fail(t, t->io_error != 0 ? t->io_error : ECONNRESET));
	default:
		return (fail(t, EPROTO));
	}
}

/* Before every call of libssl. */
static int
begin(struct tls *t)
{

	if (t->error != 0) {
		errno = t->error;
		return (-1);
	}
	ERR_clear_error();
	t->io_error = 0;
	t->drained = 0;
	t->talk = 0;
	t->wants_write = 0;
	return (0);
}

/* See what the handshake came to. */
static int
settle(struct tls *t)
{
	const unsigned char *name = NULL;
	unsigned len = 0;

	SSL_get0_alpn_selected(t->ssl, &name, &len);
	if (len != sizeof(TLS_ALPN) - 1 || memcmp(name, TLS_ALPN, len) != 0) {
		(void)snprintf(t->why, sizeof(t->why), "the other side does "
		    "not speak " TLS_ALPN);
		t->fault = TLS_PROTOCOL;
		return (fail(t, EPROTO));
	}
	if (SSL_get_verify_result(t->ssl) != X509_V_OK || t->node[0] == '\0') {
		(void)snprintf(t->why, sizeof(t->why), "the other side's "
		    "certificate was not verified");
		t->fault = TLS_CERTIFICATE;
		return (fail(t, EPROTO));
	}
	over(t);
	t->ready = 1;
	return (1);
}

/* Go on with the handshake. */
int
tls_handshake(struct tls *t)
{
	int rc;

	if (begin(t) != 0)
		return (-1);
	if (t->ready)
		return (1);
	if ((rc = SSL_do_handshake(t->ssl)) == 1)
		return (settle(t));
	rc = judge(t, rc);
	if (rc == 0) {
		t->fault = TLS_GONE;
		return (fail(t, ECONNRESET));
	}
	return (errno == EAGAIN ? 0 : -1);
}

/* Count what TLS says itself. */
void
tls_message(int out, int version, int type, const void *buf, size_t len,
    SSL *ssl, void *arg)
{
	struct tls *t = SSL_get_app_data(ssl);

	(void)version, (void)buf, (void)len, (void)arg;
	if (out || type != SSL3_RT_HANDSHAKE || t == NULL || !t->ready)
		return;
	t->row++;
	t->talk++;
}

/* One who only ever asks for new keys would have all our time. */
static int
chatters(struct tls *t)
{

	if (t->row <= TLS_ROW)
		return (0);
	(void)snprintf(t->why, sizeof(t->why), "the other side keeps asking "
	    "for new keys");
	t->fault = TLS_PROTOCOL;
	return (1);
}

/* Read. */
ssize_t
tls_read(struct tls *t, void *buf, size_t len)
{
	size_t have = 0, n;
	int rc;

	if ((rc = tls_handshake(t)) != 1) {
		if (rc == 0)
			errno = EAGAIN;
		return (-1);
	}
	t->more = t->news = 0;
	if (len > SSIZE_MAX)
		len = SSIZE_MAX;
	while (have < len && t->talk <= TLS_ROW) {
		rc = SSL_read_ex(t->ssl, (char *)buf + have, len - have, &n);
		if (chatters(t))
			return (fail(t, EPROTO));
		if (rc == 1) {
			have += n;
			t->row = 0;
			continue;
		}
		rc = judge(t, rc);
		if (have == 0)
			return (rc);
		t->news = rc == 0 || t->error != 0;
		return ((ssize_t)have);
	}
	t->more = len > 0;
	return ((ssize_t)have);
}

/* Take a new key before too much was encrypted with one. */
static void
rekey(struct tls *t)
{

	if (t->records < t->context->rekey || t->unsent)
		return;
	if (SSL_key_update(t->ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1)
		t->records = 0;
	ERR_clear_error();
}

/* Write. */
ssize_t
tls_write(struct tls *t, const void *buf, size_t len)
{
	size_t have = 0, n;
	int rc;

	if ((rc = tls_handshake(t)) != 1) {
		if (rc == 0)
			errno = EAGAIN;
		return (-1);
	}
	while (have < len) {
		rekey(t);
		rc = SSL_write_ex(t->ssl, (const char *)buf + have, len - have,
		    &n);
		if (rc == 1) {
			have += n;
			t->records++;
			t->unsent = 0;
			continue;
		}
		t->unsent = 1;
		rc = judge(t, rc);
		if (have > 0)
			return ((ssize_t)have);
		if (rc == 0)
			return (fail(t, EPIPE));
		t->wants_write = 0;	/* the caller knows that it waits */
		return (-1);
	}
	return ((ssize_t)have);
}

/* Does the handshake or a read wait to write? */
int
tls_wants_write(const struct tls *t)
{

	return (t->wants_write);
}

/* May there be more inside? */
size_t
tls_pending(const struct tls *t)
{
	int n;

	if (t->news)
		return (1);
	if (t->error != 0 || !t->ready)
		return (0);
	n = SSL_pending(t->ssl);
	if (n > 0)
		return ((size_t)n);
	return (t->more && SSL_has_pending(t->ssl) == 1);
}

/* Is it settled who the other side is? */
int
tls_ready(const struct tls *t)
{

	return (t->ready && t->error == 0);
}

/* Its id. */
const char *
tls_peer_node(const struct tls *t)
{

	return (t->ready ? t->node : "");
}

/* Its certificate. */
const uint8_t *
tls_peer_fingerprint(const struct tls *t)
{

	return (t->print);
}

/* The end of that. */
int64_t
tls_peer_ends(const struct tls *t)
{

	return (t->ends);
}

/* Why it failed. */
const char *
tls_error(const struct tls *t)
{

	return (t->why);
}

/* In which way. */
enum tls_fault
tls_fault(const struct tls *t)
{

	return (t->fault);
}

/* End it. */
void
tls_close(struct tls *t)
{

	if (t == NULL)
		return;
	ERR_clear_error();
	if (t->error == 0 && t->ready)
		(void)SSL_shutdown(t->ssl);
	over(t);
	SSL_free(t->ssl);
	ERR_clear_error();
	tls_context_free(t->context);
	free(t);
}
