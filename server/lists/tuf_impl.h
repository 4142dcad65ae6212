#ifndef LIANGKA_TUF_IMPL_H_
#define LIANGKA_TUF_IMPL_H_

/*
 * What the files tuf*.c share; nobody else includes this.
 */

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "tuf.h"

#define TUF_SIGNATURES_MAX 256	/* of one file */
#define TUF_KEYS_MAX	64	/* of one role */

/* What is said of a file by the one above it. */
struct tuf_file {
	uint32_t version;
	uint64_t length;	/* 0: not named */
	int hashed;		/* some digest is named, perhaps none we know */
	int has_sha256, has_sha512;
	uint8_t sha256[32];
	uint8_t sha512[64];
};

/* One metadata file, parsed. */
struct tuf_doc {
	json_t *whole;		/* owns the others */
	json_t *body;		/* "signed" */
	json_t *signatures;
	uint32_t version;
	int64_t expires;	/* UTC seconds */
};

/* A file as it came, and what is often asked of it. */
struct tuf_part {
	void *bytes;		/* NULL: none */
	size_t len;
	uint32_t version;
	int64_t expires;
};

struct tuf {
	struct tuf_options o;
	struct tuf_part part[TUF_ROLES];
	struct tuf_doc root;	/* keys and roles in force */
	struct tuf_file snapshot_file;	/* named by the timestamp */
	struct tuf_file targets_file;	/* named by the snapshot */
	json_t *meta;		/* "meta" of the snapshot */
	int64_t signed_at;
	int snapshot_in_force;	/* what we hold is what the timestamp names */
	int targets_in_force;	/* and what the snapshot names */
	struct tuf_target *target;	/* sorted by name */
	size_t ntargets;
};

/**
 * tuf_fail(err, fault, format, ...): Set *err and return -1.
 * tuf_role_name(role): "root", ...
 * tuf_forget_times(t): Forget timestamp and snapshot (specification 5.3.11).
 */
int tuf_fail(struct tuf_error *err, enum tuf_fault fault, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
const char *tuf_role_name(enum tuf_role role);
void tuf_forget_times(struct tuf *t);

/**
 * tuf_meta_read(d, role, data, len, err): Parse a file and check the form that all
 * roles share, and that of a root.  tuf_meta_free(d).
 * tuf_meta_file(f, body, name): Read what "meta" of body says of a file; 0 or -1.
 * tuf_meta_hashes(f, hashes): Read digests by name; 0 or -1.
 * tuf_meta_matches(f, data, len): 1 when length and digests are as named, else 0.
 * tuf_meta_longest(role): Bytes of the longest file that is read.
 */
int tuf_meta_read(struct tuf_doc *d, enum tuf_role role, const void *data,
    size_t len, struct tuf_error *err);
void tuf_meta_free(struct tuf_doc *d);
int tuf_meta_file(struct tuf_file *f, const json_t *body, const char *name);
int tuf_meta_hashes(struct tuf_file *f, const json_t *hashes);
int tuf_meta_matches(const struct tuf_file *f, const void *data, size_t len);
size_t tuf_meta_longest(enum tuf_role role);

/**
 * tuf_key_form(root, err): Is "keys" and "roles" of a root's body well-formed?
 * tuf_key_verify(o, root, role, d, err): Is d signed by a threshold of role's keys of
 * that root?  A key counts once, whatever ids it is listed under.
 * tuf_key_revoked(before, after, role): 1 when a key of the role is gone.
 */
int tuf_key_form(const json_t *body, struct tuf_error *err);
int tuf_key_verify(const struct tuf_options *o, const struct tuf_doc *root,
    enum tuf_role role, const struct tuf_doc *d, struct tuf_error *err);
int tuf_key_revoked(const struct tuf_doc *before, const struct tuf_doc *after,
    enum tuf_role role);

/**
 * tuf_targets_read(body, list, n, err): Make the sorted list of what a targets file
 * names, for free().
 */
int tuf_targets_read(const json_t *body, struct tuf_target **list, size_t *n,
    struct tuf_error *err);

#endif /* !LIANGKA_TUF_IMPL_H_ */
