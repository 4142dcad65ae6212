#ifndef LIANGKA_TLS_IMPL_H_
#define LIANGKA_TLS_IMPL_H_

/*
 * What tls*.c share: the only files that see OpenSSL's libssl.
 */

#include <stdatomic.h>

#include <openssl/ssl.h>

#include "tls.h"

#define TLS_WHY_MAX 256
#define TLS_ROW 32		/* messages of TLS itself in a row, e.g. of new keys */

struct tls_context {
	SSL_CTX *ssl;
	enum tls_role role;
	struct nodecert own;
	int64_t now;		/* 0: the system's clock */
	int64_t revoked_ends;
	uint64_t rekey;
	atomic_uint refs;
};

struct tls {
	SSL *ssl;
	struct tls_context *context;
	int fd;
	int error;		/* errno of a failure, for ever; 0: none */
	int io_error;		/* errno of the last call on the socket */
	enum tls_fault fault;
	unsigned ready : 1;
	unsigned over : 1;	/* the handshake is: done, or failed */
	unsigned drained : 1;	/* the socket gave all it had, this call */
	unsigned eof : 1;
	unsigned wants_write : 1;
	unsigned more : 1;	/* a buffer was filled: there may be more */
	unsigned news : 1;	/* its end or failure is not told yet */
	unsigned unsent : 1;	/* a record is encrypted and not all sent */
	int64_t ends;
	uint64_t records;	/* written under this key */
	unsigned row;		/* messages of TLS itself since the last bytes */
	unsigned talk;		/* the same in this call */
	char peer[NODECERT_NODE_MAX];	/* "": any */
	char node[NODECERT_NODE_MAX];
	uint8_t print[NODECERT_PRINT_LEN];
	char why[TLS_WHY_MAX];
};

/**
 * tls_message(): Count the messages of TLS itself that come after the handshake, for
 * SSL_CTX_set_msg_callback().
 */
void tls_message(int out, int version, int type, const void *buf, size_t len,
    SSL *ssl, void *arg);

/**
 * tls_load(c, f, err, errlen): Read the files into a context that has read none.  Return
 * 0, or -1 with a sentence in err.
 */
int tls_load(struct tls_context *c, const struct tls_files *f, char *err,
    size_t errlen);

/**
 * tls_bio(t): Return a BIO over t's socket, or NULL without memory.
 */
BIO *tls_bio(struct tls *t);

/**
 * tls_verify_setup(ssl): Let a context verify certificates and names, and refuse
 * clients that do not speak our protocol.
 */
void tls_verify_setup(SSL_CTX *ssl);

/**
 * tls_verify_say(t, now, error, depth, x): Write into t->why what is wrong with the other
 * side's certificate x at a moment, by OpenSSL's number.
 */
void tls_verify_say(struct tls *t, int64_t now, int error, int depth,
    const X509 *x);

/**
 * tls_verify_now(t, c, x): Verify a certificate by c, as it is now.  Return 1; or 0 with
 * t->why set, unless something is there already.
 */
int tls_verify_now(struct tls *t, const struct tls_context *c, X509 *x);

/**
 * tls_why(t): Write into t->why and t->fault what OpenSSL's queue of errors means, unless
 * something is there already; empty the queue.
 */
void tls_why(struct tls *t);

/**
 * tls_now(c): The moment that certificates are looked at with, UTC s.
 */
int64_t tls_now(const struct tls_context *c);

#endif /* !LIANGKA_TLS_IMPL_H_ */
