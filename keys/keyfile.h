/* Key files: one secret as a few lines of text.
 *
 *	liangka-key 1
 *	kind token-person
 *	algorithm hmac-sha256
 *	epoch 1
 *	created 2026-11-22T05:00:00Z
 *	expires never
 *	id 9fdf3e6221bd7662
 *	secret (64 digits)
 *
 * That is a key that several nodes share (token-person, token-list). A key that
 * belongs to one place or person has a name in place of the epoch, and its public
 * half, as a verifier key (note.h), behind expires:
 *
 *	liangka-key 1
 *	kind log
 *	algorithm ed25519
 *	name bank.example/branch/0571-0012
 *	created 2026-11-22T05:00:00Z
 *	expires 2028-01-01T00:00:00Z
 *	public bank.example/branch/0571-0012+5a0f12c3+AVtq...
 *	id 5f0c7ae2b1d94386
 *	secret (64 digits)
 *
 * The sealing key (seal) has its public point there, 130 digits, and ends in a PEM
 * block (PKCS #8, RFC 5958) in place of the line secret, so that the file is also a
 * private key for openssl.
 *
 * There is exactly one way to write a key: these lines in this order, one blank,
 * LF, lower-case digits, nothing before or after. id is the first 8 bytes of
 * HMAC-SHA-256 under the 32 secret bytes, over the 64-byte label block of
 * liangka/v1/key-id (token.h) and the lines from kind to expires or public: it
 * finds every changed byte and tells nothing about the secret.
 *
 * Nothing here touches a file (keydisk.h does) or computes a public half
 * (keymake.h does). No message repeats a byte of the file. All calls are
 * thread-safe on different structs. */
#ifndef LIANGKA_KEYS_KEYFILE_H
#define LIANGKA_KEYS_KEYFILE_H

#include <stddef.h>
#include <stdint.h>

#define KEYFILE_TEXT_MAX	2048	/* bytes of the longest file read */
#define KEYFILE_SECRET_LEN	32	/* bytes */
#define KEYFILE_ID_HEX		16	/* digits, without the NUL */
#define KEYFILE_CREATED_LEN	20	/* characters, without the NUL */
#define KEYFILE_EPOCH_MAX	65535
#define KEYFILE_NAME_MAX	256	/* bytes with the NUL */
#define KEYFILE_COMMON_MAX	64	/* characters of a sealing key's name */
#define KEYFILE_PUBLIC_MAX	512	/* characters with the NUL */
#define KEYFILE_POINT_LEN	65	/* bytes: 0x04 || x || y */
#define KEYFILE_ERROR_MAX	512

enum keyfile_kind {
	KEYFILE_TOKEN_PERSON = 1,	/* K_person: state, journal and wire */
	KEYFILE_TOKEN_LIST,		/* K_list: lists only */
	KEYFILE_LOG,			/* a node's record: <domain>/branch/<node> */
	KEYFILE_WITNESS,		/* cosigns the heads of others */
	KEYFILE_STAFF,			/* a person's credential */
	KEYFILE_ROOT,			/* publishing roles of the centre (TUF) */
	KEYFILE_TARGETS,
	KEYFILE_SNAPSHOT,
	KEYFILE_TIMESTAMP,
	KEYFILE_SEAL,			/* opens what was sealed for the centre */
};

enum keyfile_algorithm {
	KEYFILE_HMAC_SHA256 = 1,
	KEYFILE_HMAC_SM3,
	KEYFILE_ED25519,
	KEYFILE_SM2_SM3,
	KEYFILE_ECDH_P256,
};

/* A key in memory. Holds a secret: keyfile_wipe it. */
struct keyfile {
	enum keyfile_kind	kind;
	enum keyfile_algorithm	algorithm;
	uint32_t		epoch;	/* 1..KEYFILE_EPOCH_MAX, or 0: a name */
	char			name[KEYFILE_NAME_MAX];	/* or "": an epoch */
	char			created[KEYFILE_CREATED_LEN + 1]; /* UTC */
	char			expires[KEYFILE_CREATED_LEN + 1]; /* or never */
	char			public[KEYFILE_PUBLIC_MAX]; /* of a named key */
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
	KEYFILE_EXPIRED,	/* a good key whose time is over */
	KEYFILE_IO,		/* the system failed us */
};

struct keyfile_error {
	enum keyfile_fault	fault;
	char			text[KEYFILE_ERROR_MAX];
};

/* keyfile_make(k, kind, epoch, created, secret):
 * Build a new token key (hmac-sha256, expires never) from 32 random bytes and the
 * time in seconds since 1970 (UTC). The caller wipes his secret. Return 0, or -1
 * when kind has no epoch, epoch is not 1..KEYFILE_EPOCH_MAX or the year is not
 * 2000..9999. Keys with a name are made by keymake.h. */
int	keyfile_make(struct keyfile *k, enum keyfile_kind kind, uint32_t epoch,
	    int64_t created, const uint8_t secret[KEYFILE_SECRET_LEN]);

/* keyfile_finish(k, err):
 * Check that the fields of a key in the making fit each other, and set its id.
 * Return 0, or -1 with *k wiped and *err set. */
int	keyfile_finish(struct keyfile *k, struct keyfile_error *err);

/* keyfile_parse(k, name, text, len, err):
 * Read a key from len bytes of text; name stands before the line number in the
 * message. Return 0, or -1 with *k zeroed and *err set to KEYFILE_BAD. */
int	keyfile_parse(struct keyfile *k, const char *name, const char *text,
	    size_t len, struct keyfile_error *err);

/* keyfile_print(k, text):
 * Write the file of k, secret and all, and return its length without the NUL;
 * keyfile_parse reads it back. The caller wipes text. */
size_t	keyfile_print(const struct keyfile *k, char text[KEYFILE_TEXT_MAX]);

/* keyfile_expired(k, now), keyfile_fresh(k, path, now, err):
 * Say whether the time of k is over at now (seconds since 1970, UTC): 1 or 0. The
 * second one is for the moment of use: it returns 0, or -1 with *err set to
 * KEYFILE_EXPIRED and a sentence that names path. */
int	keyfile_expired(const struct keyfile *k, int64_t now);
int	keyfile_fresh(const struct keyfile *k, const char *path, int64_t now,
	    struct keyfile_error *err);

/* keyfile_wipe(k):
 * Overwrite all of k. */
void	keyfile_wipe(struct keyfile *k);

/* keyfile_kind_name(kind), keyfile_algorithm_name(algorithm):
 * The word in the file, as a static string. */
const char *keyfile_kind_name(enum keyfile_kind kind);
const char *keyfile_algorithm_name(enum keyfile_algorithm algorithm);

/* keyfile_kind_find(word, len), keyfile_algorithm_find(word, len):
 * The kind or algorithm of len bytes of text, or 0. */
enum keyfile_kind keyfile_kind_find(const char *word, size_t len);
enum keyfile_algorithm keyfile_algorithm_find(const char *word, size_t len);

/* keyfile_kind_algorithm(kind, i):
 * The i-th algorithm of a kind, the usual one first; 0 when there is none. */
enum keyfile_algorithm keyfile_kind_algorithm(enum keyfile_kind kind,
	    unsigned i);

/* keyfile_kind_named(kind), keyfile_kind_signs(kind):
 * 1 when such a key has a name in place of an epoch; when it makes signatures. */
int	keyfile_kind_named(enum keyfile_kind kind);
int	keyfile_kind_signs(enum keyfile_kind kind);

/* keyfile_name_wrong(kind, name, len):
 * NULL when len bytes may be the name of such a key, or a static sentence. A name
 * is UTF-8 without blanks, '+' and characters that do not show; the key of a log is
 * called <domain>/branch/<node>. */
const char *keyfile_name_wrong(enum keyfile_kind kind, const char *name,
	    size_t len);

/* keyfile_time_print(text, t), keyfile_time_parse(t, text, len):
 * Write seconds since 1970 (UTC) as 2026-11-22T05:00:00Z; read exactly that form.
 * Return 0, or -1 when the year is not 2000..9999 or there is no such second. */
int	keyfile_time_print(char text[KEYFILE_CREATED_LEN + 1], int64_t t);
int	keyfile_time_parse(int64_t *t, const char *text, size_t len);

/* keyfile_fail(err, fault, format, ...):
 * Set *err and return -1. */
int	keyfile_fail(struct keyfile_error *err, enum keyfile_fault fault,
	    const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
