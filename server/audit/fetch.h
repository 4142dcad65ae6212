#ifndef LIANGKA_FETCH_H_
#define LIANGKA_FETCH_H_

/*
 * Files from a server: http(s):// and file://, through libcurl.  A server is not
 * trusted: sizes are bounded, every request ends, TLS certificates and names are
 * verified, and a redirection leads to the same scheme or nowhere.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

struct fetch;

#define FETCH_ERROR_MAX 1024

/* What get returns besides a length. */
enum {
	FETCH_ABSENT = -2,	/* 404, 410, no such file */
	FETCH_DENIED = -3,	/* 401, 403, no right to the file */
	FETCH_AWAY = -4,	/* no answer, an unfit one, or cut short */
	FETCH_LONG = -5		/* longer than cap */
};

/**
 * fetch_is_address(where): Return nonzero when `where` begins with a scheme of ours.
 */
int fetch_is_address(const char *where);

/**
 * fetch_open(timeout_ms, err): Return a client whose connections are kept from one
 * file to the next, or NULL with a sentence in err (FETCH_ERROR_MAX bytes).  No file
 * takes longer than timeout_ms (0: 60 s).  fetch_close(f): NULL is allowed.
 */
struct fetch *fetch_open(uint32_t timeout_ms, char *err);
void fetch_close(struct fetch *f);

/**
 * fetch_get(f, base, path, buf, cap, err): Read base/path into buf[0..cap).  Return
 * its length, or one of the above with a sentence in err that names the address.
 */
int64_t fetch_get(struct fetch *f, const char *base, const char *path,
    uint8_t *buf, size_t cap, char *err);

#endif /* !LIANGKA_FETCH_H_ */
