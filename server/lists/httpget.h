#ifndef LIANGKA_HTTPGET_H_
#define LIANGKA_HTTPGET_H_

/*
 * Files from a web server that is not trusted, through libcurl: from a byte on, or only
 * when they changed.  Every request ends, sizes are bounded, TLS certificates and names
 * are verified, and a redirection leads to the same scheme or nowhere.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#define HTTPGET_ERROR_MAX 1024
#define HTTPGET_ETAG_MAX 128
#define HTTPGET_ADDRESS_MAX 4096

struct httpget;

/* What a request comes to; all but the first two leave a sentence in err. */
enum httpget_answer {
	HTTPGET_OK = 0,
	HTTPGET_SAME,		/* 304: it is what the ETag says */
	HTTPGET_ABSENT,		/* 404, 410 */
	HTTPGET_DENIED,		/* 401, 403 */
	HTTPGET_RANGE,		/* 416, or another part than was asked for */
	HTTPGET_LONG,		/* longer than max */
	HTTPGET_AWAY,		/* no answer, an unfit one, too slow, or cut short */
	HTTPGET_REFUSED,	/* take() did */
	HTTPGET_STOPPED		/* *stop is set */
};

struct httpget_options {
	uint32_t timeout_ms;	/* of connecting, of silence and of a small request;
				 * 0: 30 s */
	uint32_t slowest;	/* bytes a second: below that, for timeout_ms, a server
				 * counts as silent; 0: 256 */
	const char *ca;		/* file of CA certificates, NULL: the system's */
	const char *cert, *key;	/* PEM files of a client certificate, or NULL */
	const volatile int *stop; /* not 0 ends a request within a second; or NULL */
};

/* One request. */
struct httpget_ask {
	const char *etag;	/* only if it has changed since; or NULL */
	uint64_t from;		/* first byte that is wanted */
	uint64_t max;		/* length of the whole file at most */
	uint32_t whole_ms;	/* longest time of all, 0: timeout_ms */
	/* A part of the file at offset off: `from` where the server can do that, else 0
	 * first (then all of it comes).  Return 0, or -1 to end. */
	int (*take)(void *arg, uint64_t off, const void *p, size_t len);
	void *arg;
};

struct httpget_reply {
	uint64_t end;		/* offset behind the last byte that came */
	int partial;		/* 206: the server began at `from` */
	char etag[HTTPGET_ETAG_MAX]; /* "" : none */
};

/**
 * httpget_is_address(where): Does it begin with https:// or http://?
 * httpget_public(where, out, cap): Write an address without user, password and query, as
 * messages may show it; anything else as it is.  Return out.
 */
int httpget_is_address(const char *where);
const char *httpget_public(const char *where, char *out, size_t cap);

/**
 * httpget_open(o, err): Return a client that keeps its connections from one request to
 * the next, or NULL with a sentence in err (HTTPGET_ERROR_MAX bytes).  The strings of *o
 * must stay.  httpget_close(h): NULL is allowed.
 */
struct httpget *httpget_open(const struct httpget_options *o, char *err);
void httpget_close(struct httpget *h);

/**
 * httpget_get(h, base, path, ask, reply, err): Fetch base/path; what path holds beside
 * letters, digits and "-._~/" is escaped.
 * httpget_put(h, base, path, p, len, err): PUT len bytes there: HTTPGET_OK for any 2xx.
 */
enum httpget_answer httpget_get(struct httpget *h, const char *base,
    const char *path, const struct httpget_ask *ask,
    struct httpget_reply *reply, char *err);
enum httpget_answer httpget_put(struct httpget *h, const char *base,
    const char *path, const void *p, size_t len, char *err);

#endif /* !LIANGKA_HTTPGET_H_ */
