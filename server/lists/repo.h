#ifndef LIANGKA_REPO_H_
#define LIANGKA_REPO_H_

/*
 * The repository: TUF 1.0 metadata and target files, made and signed at the centre.
 * Roles: root and targets 2 of 3, snapshot and timestamp 1; Ed25519; consistent
 * snapshots.  Keys of root and targets live on other machines: a publication is
 *
 *	repo_prepare	at the centre: files, unsigned targets (and root) in pending/
 *	repo_sign	anywhere: pending/ (carried on a stick) and one key file; shows
 *			what is being signed, adds one signature
 *	repo_finish	at the centre: thresholds met -> snapshot, timestamp, release log,
 *			everything moved to repo/ in an order that a client at any moment
 *			sees the old or the new whole
 *
 * Threads: one at a time.
 */

#include <stddef.h>
#include <stdint.h>

#include "centre.h"
#include "tuf.h"

#define REPO_KEYS_MAX	8	/* of one role */

/* What prepare is asked for. */
struct repo_prepare {
	int64_t now;		/* UTC seconds */
	const char *who;
	const char *reason;	/* with force or expedited */
	const char *policy;	/* file of a policy that is to be published, or NULL */
	int force;		/* pass the guard */
	int expedited;		/* a withdrawal: only removals and clearances are taken
				 * over; skips the guard against shrinking */
	int full;		/* write snapshots anew, not deltas */
};

/* What a publication would change in one list. */
struct repo_change {
	char list[24];
	uint32_t from, version;
	uint64_t before, after;	/* records */
	uint64_t added, removed, changed, cleared;
	int guarded;		/* the guard would stop it */
};

struct repo_plan {
	uint32_t targets_version;
	struct repo_change list[CENTRE_LISTS_MAX];
	size_t nlists;		/* that change */
	char policy[32];	/* new policy version, or "" */
	uint32_t outlets, campaigns; /* new versions, or 0 */
	int root;		/* a new root is pending too */
};

/**
 * repo_init(c, root_keys, nroot, targets_keys, ntargets, snapshot_key, timestamp_key,
 * now, err): Begin a repository: pending/ with root version 1 from verifier keys
 * (".pub", keys/signkey.h).  It becomes real by repo_sign and repo_finish.
 * repo_key(c, role, add, drop, now, err): begin a new root version with a verifier key
 * added to or dropped (by key id) from a role.
 */
int repo_init(struct centre *c, const char *const *root_keys, size_t nroot,
    const char *const *targets_keys, size_t ntargets, const char *snapshot_key,
    const char *timestamp_key, int64_t now, char *err);
int repo_key(struct centre *c, enum tuf_role role, const char *add,
    const char *drop, int64_t now, char *err);

/**
 * repo_prepare(c, o, plan, err): Fold ledgers and registers, write files and unsigned
 * targets to pending/.  Return 0; 1 when nothing is new; 2 when the guard refuses (the
 * plan says what and pending/ is not made); -1.
 * repo_plan(pending, plan, err): What a pending directory would change (for a signer).
 * repo_sign(pending, key, now, roles, err): Add the signature of a key file to every
 * pending file of its role.  Return how many good signatures the file then has and needs
 * in *have, *need.
 * repo_finish(c, snapshot_key, timestamp_key, now, err): see above.  0 or -1.
 * repo_timestamp(c, timestamp_key, now, err): sign the timestamp anew.
 */
int repo_prepare(struct centre *c, const struct repo_prepare *o,
    struct repo_plan *plan, char *err);
int repo_plan(const char *pending, struct repo_plan *plan, char *err);
int repo_sign(const char *pending, const char *key, int64_t now, int *have,
    int *need, char *err);
int repo_finish(struct centre *c, const char *snapshot_key,
    const char *timestamp_key, int64_t now, char *err);
int repo_timestamp(struct centre *c, const char *timestamp_key, int64_t now,
    char *err);

/* What repo_check found; each is said through `say`. */
struct repo_check {
	uint64_t files, bytes, releases;
	int errors, warnings;
};

/**
 * repo_check(repo, root, now, say, arg, r, err): Walk a repository directory as a
 * stranger would: every root from `root` on, every signature, hash, length, every list
 * file's form and root, expiries to come, release log against metadata.
 */
int repo_check(const char *repo, const char *root, int64_t now,
    void (*say)(void *arg, int error, const char *text), void *arg,
    struct repo_check *r, char *err);

#endif /* !LIANGKA_REPO_H_ */
