#ifndef LIANGKA_TUF_H_
#define LIANGKA_TUF_H_

/*
 * Metadata of The Update Framework, specification 1.0, as a client trusts it: root,
 * timestamp, snapshot, targets (top level; delegated roles are not followed).  Each
 * tuf_* step takes one file as it came and either raises what is trusted or refuses and
 * leaves it as it was.  No I/O, no clock: `now` is in UTC seconds.
 *
 * What is trusted is in force only as a chain: a snapshot while it is the file that the
 * trusted timestamp names, targets while they are the file that this snapshot names.
 * What is not in force any more is still compared with, but not shown.
 *
 * Key ids are taken as names (TAP 12): section 4.3 has clients compute them again, so
 * that one key never passes for two; here keys themselves are compared, and one counts
 * once for a threshold under however many ids it is listed.  Ids listed twice in a
 * role or in "signatures" are refused.  A root that drops a key of the timestamp or the
 * snapshot has both forgotten (5.3.11), so that versions which a stolen key ran ahead
 * are no floor any more.
 *
 * Threads: any, each on its own struct.
 */

#include <stddef.h>
#include <stdint.h>

#define TUF_ERROR_MAX	512
#define TUF_NAME_MAX	256	/* bytes of a target's path with the NUL */

/* Longest files that are read (bytes); metadata of ours stays below 10 kB. */
#define TUF_ROOT_MAX	524288
#define TUF_TIMESTAMP_MAX 16384
#define TUF_SNAPSHOT_MAX 2097152
#define TUF_TARGETS_MAX	5242880
#define TUF_ROOTS_MAX	1024	/* versions walked in one refresh */

struct tuf;

enum tuf_role { TUF_ROOT, TUF_TIMESTAMP, TUF_SNAPSHOT, TUF_TARGETS, TUF_ROLES };

/* Why a step was refused. */
enum tuf_fault {
	TUF_FINE,
	TUF_FORM,		/* no metadata of this kind */
	TUF_UNSIGNED,		/* too few good signatures */
	TUF_OLD,		/* a version below the trusted one: roll-back */
	TUF_EXPIRED,		/* freeze */
	TUF_MISMATCH,		/* not what the file above it names: mix-and-match */
	TUF_LONG,		/* longer than named or allowed */
	TUF_AWAY,		/* could not be fetched */
	TUF_SYSTEM		/* no memory, disk */
};

struct tuf_error {
	enum tuf_fault fault;
	char text[TUF_ERROR_MAX];	/* one sentence: role, version, what, what to do */
};

struct tuf_options {
	/* A key type beside ed25519: return 1 good, 0 bad, -1 not known.  The daemon and
	 * its tools pass NULL; only a test program knows ECDSA. */
	int (*other_key)(const char *keytype, const char *scheme,
	    const char *public, const uint8_t *sig, size_t siglen,
	    const void *message, size_t len);
	int lapsed_ok;		/* expiry is not looked at: what was adopted stays in
				 * use over a restart (I7) */
};

/* What a target file must be. */
struct tuf_target {
	char name[TUF_NAME_MAX];
	uint64_t length;
	int has_sha256, has_sha512;
	uint8_t sha256[32];
	uint8_t sha512[64];
	/* our own fields, members of "custom" by these very names ("root" as 64
	 * digits), read when "kind" is there and then to be well-formed; "" or 0
	 * where absent */
	char kind[16];		/* snapshot delta policy outlets campaigns */
	char list[24];
	char subject[8];	/* person card phone */
	char policy[32];	/* version of a policy */
	uint32_t version, from, epoch;
	uint64_t count;
	int has_root;
	uint8_t root[32];
};

/**
 * tuf_open(o, root, len, err): Begin to trust by this root file, as it is (its own
 * signatures must be good, its expiry is not looked at).  Return NULL with *err.
 * tuf_close(t): NULL is allowed.
 */
struct tuf *tuf_open(const struct tuf_options *o, const void *root, size_t len,
    struct tuf_error *err);
void tuf_close(struct tuf *t);

/**
 * tuf_root(t, data, len, err): Take the next root (version + 1, signed by a threshold of
 * the present and of its own keys).  tuf_root_final(t, now, err): the walk is over; the
 * root must not have expired.
 * tuf_timestamp, tuf_snapshot, tuf_targets(t, data, len, now, err): Take the next file;
 * in this order.  A local (older) copy is taken first, before or after the walk of
 * roots, through the same calls; `local` tells that it comes from our own disk: then
 * TUF_EXPIRED, and TUF_MISMATCH of a snapshot, leave it trusted for the comparison of
 * versions only, as the specification has it.
 * Each returns 0 or -1 with *err set; a timestamp equal in version to the trusted one
 * is 0 and changes nothing (TUF_EXPIRED when the time of that one is over).
 */
int tuf_root(struct tuf *t, const void *data, size_t len, struct tuf_error *err);
int tuf_root_final(struct tuf *t, int64_t now, struct tuf_error *err);
int tuf_timestamp(struct tuf *t, const void *data, size_t len, int64_t now,
    int local, struct tuf_error *err);
int tuf_snapshot(struct tuf *t, const void *data, size_t len, int64_t now,
    int local, struct tuf_error *err);
int tuf_targets(struct tuf *t, const void *data, size_t len, int64_t now,
    struct tuf_error *err);

/**
 * tuf_version(t, role): Version in force, 0: none.  tuf_expires(t, role): UTC seconds.
 * tuf_signed_at(t): the moment that the trusted timestamp says it was signed at (our own
 * member "x_signed" of the signed part, an integer), UTC seconds, or 0.
 * tuf_meta_version(t, role), tuf_meta_length(t, role): what the file above names for
 * snapshot or targets; a length of 0: none is named (use the limits).
 * tuf_consistent(t): consistent_snapshot of the root.
 * tuf_bytes(t, role, len): the file in force as it came, or NULL.  It is t's own and
 * valid until the next step.
 */
uint32_t tuf_version(const struct tuf *t, enum tuf_role role);
int64_t tuf_expires(const struct tuf *t, enum tuf_role role);
int64_t tuf_signed_at(const struct tuf *t);
uint32_t tuf_meta_version(const struct tuf *t, enum tuf_role role);
uint64_t tuf_meta_length(const struct tuf *t, enum tuf_role role);
int tuf_consistent(const struct tuf *t);
const void *tuf_bytes(const struct tuf *t, enum tuf_role role, size_t *len);

/**
 * tuf_targets_count(t), tuf_target_at(t, i, out), tuf_target_find(t, name, out): What the
 * targets in force name.  Return 0, or -1 when there is none such.
 * Targets are sorted by name; a name never leads out of the folder it is put in.
 * tuf_target_good(g, data, len): 0 when a file in memory is this target, else -1; a
 * target without a digest that we know never is.
 */
size_t tuf_targets_count(const struct tuf *t);
int tuf_target_at(const struct tuf *t, size_t i, struct tuf_target *out);
int tuf_target_find(const struct tuf *t, const char *name,
    struct tuf_target *out);
int tuf_target_good(const struct tuf_target *g, const void *data, size_t len);

#endif /* !LIANGKA_TUF_H_ */
