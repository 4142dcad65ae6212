/* Key files: one shared secret as seven lines of text.
 *
 *	liangka-key 1
 *	kind token-person
 *	algorithm hmac-sha256
 *	epoch 1
 *	created 2026-11-22T05:00:00Z
 *	id 5f0c7ae2b1d94386
 *	secret (64 digits)
 *
 * There is exactly one way to write a key: these lines in this order, one blank,
 * LF, lower-case digits, nothing before or after. id is the first 8 bytes of
 * HMAC-SHA-256 under the secret, over the 64-byte label block of
 * liangka/v1/key-id (token.h) and the lines from kind to created: it finds every
 * changed byte and tells nothing about the secret.
 *
 * Nothing here touches a file; keydisk.h does. No message repeats a byte of the
 * file. All calls are thread-safe on different structs. */
#ifndef LIANGKA_KEYS_KEYFILE_H
#define LIANGKA_KEYS_KEYFILE_H

#include <stddef.h>
#include <stdint.h>

#define KEYFILE_TEXT_MAX	512	/* bytes of the longest file read */
#define KEYFILE_SECRET_LEN	32	/* bytes */
#define KEYFILE_ID_HEX		16	/* digits, without the NUL */
#define KEYFILE_CREATED_LEN	20	/* characters, without the NUL */
#define KEYFILE_EPOCH_MAX	65535
#define KEYFILE_ERROR_MAX	512

enum keyfile_kind {
	KEYFILE_TOKEN_PERSON = 1,	/* K_person: state, journal and wire */
};

enum keyfile_algorithm {
	KEYFILE_HMAC_SHA256 = 1,
};

/* A key in memory. Holds a secret: keyfile_wipe it. */
struct keyfile {
	enum keyfile_kind	kind;
	enum keyfile_algorithm	algorithm;
	uint32_t		epoch;		/* 1..KEYFILE_EPOCH_MAX */
	char			created[KEYFILE_CREATED_LEN + 1]; /* UTC */
	char			id[KEYFILE_ID_HEX + 1];
	uint8_t			secret[KEYFILE_SECRET_LEN];
};

/* What went wrong, for an exit code, and one sentence without a line end. */
enum keyfile_fault {
	KEYFILE_FINE = 0,
	KEYFILE_BAD,		/* the content is not a good key */
	KEYFILE_ABSENT,		/* there is no such file */
	KEYFILE_DENIED,		/* no right to it, or open to the wrong people */
	KEYFILE_EXISTS,		/* the file to be made is there already */
	KEYFILE_IO,		/* the system failed us */
};

struct keyfile_error {
	enum keyfile_fault	fault;
	char			text[KEYFILE_ERROR_MAX];
};

/* keyfile_make(k, kind, epoch, created, secret):
 * Build a new key from 32 random bytes and the time in seconds since 1970 (UTC).
 * The caller wipes his secret. Return 0, or -1 when epoch is not
 * 1..KEYFILE_EPOCH_MAX or the year is not 2000..9999. */
int	keyfile_make(struct keyfile *k, enum keyfile_kind kind, uint32_t epoch,
	    int64_t created, const uint8_t secret[KEYFILE_SECRET_LEN]);

/* keyfile_parse(k, name, text, len, err):
 * Read a key from len bytes of text; name stands before the line number in the
 * message. Return 0, or -1 with *k zeroed and *err set to KEYFILE_BAD. */
int	keyfile_parse(struct keyfile *k, const char *name, const char *text,
	    size_t len, struct keyfile_error *err);

/* keyfile_print(k, text):
 * Write the file of k, secret and all, and return its length without the NUL;
 * keyfile_parse reads it back. The caller wipes text. */
size_t	keyfile_print(const struct keyfile *k, char text[KEYFILE_TEXT_MAX]);

/* keyfile_wipe(k):
 * Overwrite all of k. */
void	keyfile_wipe(struct keyfile *k);

/* keyfile_kind_name(kind), keyfile_algorithm_name(algorithm):
 * The word in the file, as a static string. */
const char *keyfile_kind_name(enum keyfile_kind kind);
const char *keyfile_algorithm_name(enum keyfile_algorithm algorithm);

/* keyfile_fail(err, fault, format, ...):
 * Set *err and return -1. */
int	keyfile_fail(struct keyfile_error *err, enum keyfile_fault fault,
	    const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
