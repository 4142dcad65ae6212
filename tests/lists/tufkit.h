#ifndef TUFKIT_H_
#define TUFKIT_H_

/*
 * A small TUF repository for tests: makes keys, signs canonical JSON, writes metadata/
 * and targets/ with consistent snapshots.  Root and targets 2 of 3, snapshot and
 * timestamp 1 of 1, Ed25519.  Everything is open to change between publications, so
 * that a test can also be the attacker.  Any failure of its own aborts.
 */

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "lists/tuf.h"
#include "lists/tufclient.h"

#define TUFKIT_PATH	1024
#define TUFKIT_KEYS	8	/* of one role */
#define TUFKIT_ALL	0xffu	/* mask: every key of the role signs */

struct tufkit_key {
	uint8_t secret[32];
	uint8_t public[64];	/* 32 are used */
	char id[65];		/* digits */
};

struct tufkit {
	char dir[TUFKIT_PATH];		/* holds metadata/ and targets/ */
	int64_t now;			/* of signing, UTC seconds: set it at will */
	int64_t life[TUF_ROLES];	/* seconds until expiry */
	struct tufkit_key key[TUF_ROLES][TUFKIT_KEYS];
	size_t nkeys[TUF_ROLES];
	int threshold[TUF_ROLES];
	unsigned signers[TUF_ROLES];	/* mask of keys that sign, TUFKIT_ALL */
	json_t *body[TUF_ROLES];	/* the "signed" of the last publication */
	struct tufkit_key old_root[TUFKIT_KEYS]; /* sign the next root too */
	size_t nold;
	int hashes;			/* name length and sha256 of metadata */
	uint32_t keys_made;
	int private;			/* the directory goes with it */
};

/**
 * tufkit_new(dir, now): Make an empty repository below dir (which exists), with root
 * version 1 written.  dir NULL: a private one, removed by tufkit_free(kit).
 */
struct tufkit *tufkit_new(const char *dir, int64_t now);
void tufkit_free(struct tufkit *kit);

/**
 * tufkit_target(kit, name, data, len, custom): Put a target into the next publication
 * and write its file; custom (may be NULL) is given away.
 * tufkit_drop(kit, name): take it out again.
 */
void tufkit_target(struct tufkit *kit, const char *name, const void *data,
    size_t len, json_t *custom);
void tufkit_drop(struct tufkit *kit, const char *name);

/**
 * tufkit_publish(kit): Next version of targets, snapshot and timestamp, written.
 * tufkit_publish_timestamp(kit): only a fresh timestamp.
 * tufkit_publish_root(kit): next root from key[], nkeys[], threshold[], signed by its own
 * and the old root's keys.
 * tufkit_rotate(kit, role, i): replace a key by a new one (say it by the next root).
 */
void tufkit_publish(struct tufkit *kit);
void tufkit_publish_timestamp(struct tufkit *kit);
void tufkit_publish_root(struct tufkit *kit);
void tufkit_rotate(struct tufkit *kit, enum tuf_role role, size_t i);

/**
 * tufkit_seal(kit, role): Sign body[role] as it stands and write it under the name of its
 * version (the timestamp without); for what tufkit_publish would not do.
 * tufkit_point(kit, role): let body[role] (snapshot or timestamp) name the file
 * below it as it was last sealed.
 * tufkit_sign(body, keys, n, len): The file that n keys sign, for free().
 */
void tufkit_seal(struct tufkit *kit, enum tuf_role role);
void tufkit_point(struct tufkit *kit, enum tuf_role role);
char *tufkit_sign(const json_t *body, const struct tufkit_key *keys, size_t n,
    size_t *len);

/**
 * tufkit_write(kit, path, data, len): Write a file below the repository.
 * tufkit_read(path, len): Read a file, for free(), a NUL behind; NULL: none.
 * tufkit_path(kit, path): The full path, in a static buffer of four that take turns.
 * tufkit_mkdtemp(): a private directory, for free(); tufkit_rmtree(dir) removes one.
 */
void tufkit_write(struct tufkit *kit, const char *path, const void *data,
    size_t len);
char *tufkit_read(const char *path, size_t *len);
const char *tufkit_path(const struct tufkit *kit, const char *path);
char *tufkit_mkdtemp(void);
void tufkit_rmtree(const char *dir);

/* Answers from metadata/ of a repository; counts, and can misbehave. */
struct tufkit_source {
	struct tufclient_source source;
	char dir[TUFKIT_PATH];		/* with metadata/ in it */
	size_t asked;			/* calls */
	size_t largest;			/* bytes of the longest answer */
	const char *away;		/* this path cannot be reached */
	const char *endless;		/* this path never ends */
};

/**
 * tufkit_source(s, dir): Begin to answer from a repository directory.
 */
void tufkit_source(struct tufkit_source *s, const char *dir);

#endif /* !TUFKIT_H_ */
