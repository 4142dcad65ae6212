#ifndef LIANGKA_KEYS_SEAL_H
#define LIANGKA_KEYS_SEAL_H

/*
 * Sealing for the centre: what only the holder of the sealing key can read.
 *
 * A data key (AES-256-GCM) is random, made at each start and day, lives in memory
 * only, and is kept once as CMS EnvelopedData (RFC 5652, DER) to the centre's
 * certificate, readable with
 *	openssl cms -decrypt -inform DER -inkey seal.key -recip seal.crt
 * which gives the 32 bytes.  A message is
 *	nonce (12 bytes) || ciphertext || tag (16 bytes)
 * with the caller's associated data.  Nonces are a counter, since a key is used
 * by one process for one day.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#define SEAL_OVERHEAD	28	/* bytes a message is longer than its text */
#define SEAL_KEY_LEN	32
#define SEAL_CMS_MAX	8192	/* bytes of a wrapped data key */
#define SEAL_ERROR_MAX	512

struct seal_cert;		/* the centre's certificate */
struct seal_key;		/* a data key in use */

/**
 * seal_cert_load(path, err): Read a certificate (PEM).  Return it, or NULL with a
 * sentence in err (SEAL_ERROR_MAX bytes).  seal_cert_free(c): free it, NULL is
 * allowed.
 */
struct seal_cert *seal_cert_load(const char *path, char *err);
void seal_cert_free(struct seal_cert *c);

/**
 * seal_cert_fresh(c, now, err): See that now (seconds since 1970, UTC) lies in the
 * certificate's time.  Return 0, or -1 with a sentence in err.
 */
int seal_cert_fresh(const struct seal_cert *c, int64_t now, char *err);

/**
 * seal_key_new(c, err): Make a data key and wrap it for c.  Return it, or NULL.
 * seal_key_wrapped(k, len): Return its CMS and set *len; it lives as long as k.
 * seal_key_free(k): wipe and free it; NULL is allowed.
 */
struct seal_key *seal_key_new(const struct seal_cert *c, char *err);
const uint8_t *seal_key_wrapped(const struct seal_key *k, size_t *len);
void seal_key_free(struct seal_key *k);

/**
 * seal_close(out, k, text, len, ad, adlen): Seal len bytes of text with adlen bytes
 * of associated data; out has room for len + SEAL_OVERHEAD.  Return the bytes
 * written, or 0 when it failed (out of memory, or 2^32 messages under one key).
 */
size_t seal_close(uint8_t *out, struct seal_key *k, const void *text,
    size_t len, const void *ad, size_t adlen);

/**
 * seal_unwrap(key, cms, len, keyfile, err): Read a data key out of its CMS with the
 * private sealing key in keyfile (as "liangka-keys new seal" writes it).  The
 * caller wipes key.  A key that has expired still opens what was sealed for it.
 * Return 0, or -1 with key zeroed and a sentence in err.
 */
int seal_unwrap(uint8_t key[SEAL_KEY_LEN], const uint8_t *cms, size_t len,
    const char *keyfile, char *err);

/**
 * seal_open(out, key, message, len, ad, adlen): Open a message; out has room for
 * len - SEAL_OVERHEAD.  Return the bytes of text, or -1 with that room zeroed when
 * it was altered or belongs to another key or associated data.
 */
int64_t seal_open(uint8_t *out, const uint8_t key[SEAL_KEY_LEN],
    const uint8_t *message, size_t len, const void *ad, size_t adlen);

#endif
