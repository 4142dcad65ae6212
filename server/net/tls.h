#ifndef LIANGKA_TLS_H_
#define LIANGKA_TLS_H_

/*
 * Links between nodes: TLS 1.3 (RFC 8446), both sides with a certificate of the
 * domain's own authority (keys/nodecert.h), and the protocol liangka/1 (RFC 7301)
 * or none.  No tickets, no resumption, no early data, no older version: every
 * connection proves both names anew.
 *
 * A context holds what was read from files and never changes; a connection keeps
 * the one that it began with, so that after a renewal old ones go on until they
 * end.  Who a link is between is settled when tls_ready() says 1, not before; and a
 * client learns only from the first bytes it reads that it was let in (the other
 * side looks at its certificate later), so a link is up when HELLO is answered.
 *
 * Threads: a context may be shared; a connection is for one thread.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "keys/nodecert.h"

#define TLS_ALPN "liangka/1"
#define TLS_ERROR_MAX 512
#define TLS_REVOKED_MAX (4u << 20)	/* bytes of a file of revoked ones */
#define TLS_WARN_DAYS 10		/* before a certificate ends */
/* Records under one key: RFC 8446 5.5 allows AES-GCM 2^24.5 full ones. */
#define TLS_REKEY (UINT64_C(1) << 23)

enum tls_role { TLS_CLIENT, TLS_SERVER };

/* What a context is made from: paths of PEM files and names. */
struct tls_files {
	const char *certificate;
	const char *key;	/* private: kept as keys/keydisk.h wants it */
	const char *ca;		/* authority; two or more while it changes */
	const char *revoked;	/* its revocation lists; "" or NULL: none */
	const char *domain;	/* both certificates are of this domain */
	const char *node;	/* and ours is of this node */
	int64_t now;		/* UTC s to look at all times with; 0: system */
	uint64_t rekey;		/* records under one key; 0: TLS_REKEY */
};

/* Why a connection failed, for who counts or alarms. */
enum tls_fault {
	TLS_FINE,
	TLS_GONE,		/* the network, or the other side's end */
	TLS_CERTIFICATE,	/* time, name, authority or revocation */
	TLS_PROTOCOL		/* anything else that it did */
};

struct tls_context;
struct tls;

/**
 * tls_context_load(f, role, err, errlen): Read the files and see that links can be
 * made with them: the key fits the certificate; that is of our authority, domain and
 * node, in its time, not revoked; where a revocation list is named each authority has
 * one, signed by it and not outdated.  Return a context with one reference, or NULL
 * with a sentence in err that names the file.
 */
struct tls_context *tls_context_load(const struct tls_files *f,
    enum tls_role role, char *err, size_t errlen);

/**
 * tls_context_ref(c): Take another reference and return c.
 * tls_context_free(c): give one back; the last frees c, which may be NULL.
 */
struct tls_context *tls_context_ref(struct tls_context *c);
void tls_context_free(struct tls_context *c);

/**
 * tls_context_own(c): Return what our certificate says.
 * tls_context_days(c, now): whole days until it ends, counted from now (UTC s; 0: the
 * system's clock), negative behind it; warn below TLS_WARN_DAYS.
 * tls_context_revoked_ends(c): UTC s at which the first revocation list is outdated,
 * from when no link can be made; 0 where there is none.
 */
const struct nodecert *tls_context_own(const struct tls_context *c);
int tls_context_days(const struct tls_context *c, int64_t now);
int64_t tls_context_revoked_ends(const struct tls_context *c);

/**
 * tls_open(c, fd, peer): Begin a connection over the connected stream socket fd,
 * which stays the caller's.  peer: the node that a client wants; NULL with a context
 * for servers, which take any node of the domain but their own.  Nothing is sent yet.
 * Return the connection, which holds a reference to c, or NULL without memory.
 */
struct tls *tls_open(struct tls_context *c, int fd, const char *peer);

/**
 * tls_handshake(t): Go on with the handshake, if it is not done.  Return 1 when it is
 * done and the names are good, 0 when the socket must be waited for, or -1 with errno
 * set as tls_read() does.
 */
int tls_handshake(struct tls *t);

/**
 * tls_handshaking(): Return how many connections of the process are between
 * tls_open() and the end of their handshake.  Each of those needs some 45 KiB, one that
 * is done 20 KiB, and what many at once have taken malloc does not give back: a
 * listener accepts no more while there are 64 or so.
 */
unsigned tls_handshaking(void);

/**
 * tls_read(t, buf, len), tls_write(t, buf, len): As read(2) and send(2) without
 * waiting and without SIGPIPE, after the handshake, which they go on with.  Return the
 * number of bytes; 0 when the other side said that it ends; or -1 with errno:
 *	EAGAIN	wait for the socket: to become readable, and writable too if
 *		tls_wants_write() says so or tls_write() could not write all;
 *	EPROTO	tls_error() and tls_fault() say what is wrong;
 *	others	the socket's (ECONNRESET also when it ended without a word).
 * One call of tls_read() may take all from the socket and leave some of it inside:
 * see tls_pending().  What tls_write() did not take must be offered again, the same
 * bytes and not fewer of them, since they may be encrypted already.
 */
ssize_t tls_read(struct tls *t, void *buf, size_t len);
ssize_t tls_write(struct tls *t, const void *buf, size_t len);

/**
 * tls_wants_write(t): 1 when the handshake or tls_read() waits for the socket to become
 * writable.
 * tls_pending(t): not 0 when tls_read() should be called again though the socket may not
 * be readable: it filled buf and there may be more inside, or behind what it gave came an
 * end or a failure, of which the next call tells.
 * tls_ready(t): 1 when the handshake is done and the names are good.
 */
int tls_wants_write(const struct tls *t);
size_t tls_pending(const struct tls *t);
int tls_ready(const struct tls *t);

/**
 * tls_peer_node(t): The other node's id; "" before tls_ready().
 * tls_peer_fingerprint(t): SHA-256 of its certificate, 32 bytes.
 * tls_peer_ends(t): the last second (UTC) of its certificate.
 */
const char *tls_peer_node(const struct tls *t);
const uint8_t *tls_peer_fingerprint(const struct tls *t);
int64_t tls_peer_ends(const struct tls *t);

/**
 * tls_good_still(t, c): Return 1 when the other side of a ready connection would be let in
 * by c as it is now: its certificate is in its time, of an authority of c and not
 * revoked; else 0, with the reason for tls_error(), for the caller to end it.  Asked of
 * each link after the files were read again, and now and then since time passes.
 */
int tls_good_still(struct tls *t, const struct tls_context *c);

/**
 * tls_error(t): A sentence without full stop on why the connection failed, "" while it
 * did not.  What it repeats of the other side is printable ASCII.  tls_fault(t): its
 * kind.
 */
const char *tls_error(const struct tls *t);
enum tls_fault tls_fault(const struct tls *t);

/**
 * tls_close(t): Tell the other side that we end, if that can be done without waiting,
 * and free t, which may be NULL.  The socket stays open.
 */
void tls_close(struct tls *t);

#endif /* !LIANGKA_TLS_H_ */
