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
#define REPO_REASON_MAX	256	/* bytes with the NUL */
#define REPO_ROOT_CHANGES_MAX 16

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
	uint64_t expired;	/* of those removed: their last day is over */
	int guarded;		/* the guard would stop it */
};

/* What a pending root changes in a role. */
struct repo_root_change {
	enum tuf_role role;
	int added;		/* else it is dropped */
	char key[65];		/* id */
	char name[64];		/* whose it is */
};

/* What is pending. */
struct repo_plan {
	int64_t t;		/* when it was prepared */
	char who[32];
	char reason[REPO_REASON_MAX];
	int force, expedited;
	uint32_t targets_version; /* 0: no targets are pending */
	int64_t targets_expires;
	struct repo_change list[CENTRE_LISTS_MAX];
	size_t nlists;		/* that change */
	char policy[32];	/* new policy version, or "" */
	uint32_t outlets, campaigns; /* new versions, or 0 */
	char releases[512];	/* repo_plan(): another verifier key of the release
				 * log, or "" */
	uint8_t digest[32];	/* repo_plan(): of what is to be signed */
	int root;		/* a new root is pending too */
	uint32_t root_version;
	int64_t root_expires;
	struct repo_root_change root_change[REPO_ROOT_CHANGES_MAX];
	size_t nroot_changes;
	/* signatures so far: by keys of the role, and how many there must be */
	int root_have, root_need, targets_have, targets_need;
};

/**
 * repo_init(c, root_keys, nroot, targets_keys, ntargets, snapshot_key, timestamp_key,
 * now, err): Begin a repository: pending/ with root version 1 from verifier keys
 * (".pub", keys/signkey.h).  It becomes real by repo_sign and repo_finish.  No key
 * serves two roles; root and targets have at least three keys, of which two must sign.
 * repo_key(c, role, add, drop, now, err): begin a new root version with a verifier key
 * added to and one dropped (by the beginning of its key id, or its name) from a role;
 * either may be NULL, and with both only the date of expiry is renewed.  Targets that
 * the new keys would not vouch for are made pending again with it.
 * A key of snapshot or timestamp is best replaced in two versions: add, finish with the
 * new key, drop; then no client ever meets metadata that its root does not know.
 */
int repo_init(struct centre *c, const char *const *root_keys, size_t nroot,
    const char *const *targets_keys, size_t ntargets, const char *snapshot_key,
    const char *timestamp_key, int64_t now, char *err);
int repo_key(struct centre *c, enum tuf_role role, const char *add,
    const char *drop, int64_t now, char *err);

/**
 * repo_prepare(c, o, plan, err): Fold ledgers and registers, write files and unsigned
 * targets to pending/.  Return 0; 1 when nothing is new; 2 when the guard refuses (the
 * plan says what and pending/ is not made); -1.  The guard: a list that changes by more
 * than guard_percent of its records, or shrinks, those aside whose last day is over; a
 * list that was empty or not published has nothing to compare.  A withdrawal may shrink
 * a list, and up to REPO_WITHDRAWALS records of one are never too many.  With nothing
 * new it is a publication all the same when a third of the targets' time is left.
 * repo_plan(pending, plan, err): What a pending directory would change (for a signer):
 * read from the metadata that are to be signed, whose files are hashed; what the centre
 * says besides (numbers added, removed, changed) must agree with them.
 * repo_sign(pending, key, now, have, need, err): Add the signature of a key file (kind
 * root or targets) to the pending file of its role.  Return how many good signatures
 * the file then has and needs in *have, *need.
 * repo_collect(c, from, n, err): Take over the signatures on copies of what is pending,
 * such as two custodians made at two places; *n counts those that were new.
 * repo_drop(c, now, who, why, err): Give up what is pending.
 * repo_finish(c, snapshot_key, timestamp_key, now, err): see above.  Return 0, or -1;
 * it may be called again after a crash at any step.  Keys are files; NULL where nothing
 * is to be signed by it, which is so when only the root changes.
 * repo_timestamp(c, timestamp_key, now, err): Sign the timestamp anew.
 * repo_refresh(c, snapshot_key, timestamp_key, now, err): Sign both anew.
 * repo_fresh(c, now, snapshot_left, err): Seconds that the published snapshot is still
 * good for.
 */
#define REPO_WITHDRAWALS 10
int repo_prepare(struct centre *c, const struct repo_prepare *o,
    struct repo_plan *plan, char *err);
int repo_plan(const char *pending, struct repo_plan *plan, char *err);
int repo_sign(const char *pending, const char *key, int64_t now, int *have,
    int *need, char *err);

/**
 * repo_sign_shown(pending, key, digest, now, have, need, err): As repo_sign(), but only
 * what repo_plan() has shown: digest is its plan's.
 * repo_trust(pending, root, err): Is the root that is said to be in force the one in the
 * file `root`, which whoever signs has from elsewhere, or signed by the keys of that?
 * 0 or -1.
 */
int repo_sign_shown(const char *pending, const char *key,
    const uint8_t *digest, int64_t now, int *have, int *need, char *err);
int repo_trust(const char *pending, const char *root, char *err);
int repo_collect(struct centre *c, const char *from, int *n, char *err);
int repo_drop(struct centre *c, int64_t now, const char *who, const char *why,
    char *err);
int repo_finish(struct centre *c, const char *snapshot_key,
    const char *timestamp_key, int64_t now, char *err);
int repo_timestamp(struct centre *c, const char *timestamp_key, int64_t now,
    char *err);
int repo_refresh(struct centre *c, const char *snapshot_key,
    const char *timestamp_key, int64_t now, char *err);
int repo_fresh(const struct centre *c, int64_t now, int64_t *snapshot_left,
    char *err);

/* What repo_check found; each is said through `say`. */
struct repo_check {
	uint64_t files, bytes, releases;
	uint32_t version[TUF_ROLES];	/* of the newest metadata */
	uint64_t size[TUF_ROLES];	/* and their bytes */
	int64_t expires[TUF_ROLES];	/* UTC seconds */
	int errors, warnings;
	char release_key[512];		/* of the release log, "": none was found */
};

/**
 * repo_check(repo, root, now, say, arg, r, err): Walk a repository directory as a
 * stranger would: every root from `root` on, every signature, hash, length, every list
 * file's form and root, expiries to come, release log against metadata.  Return 0 when
 * it could be walked (errors were said and counted), -1 when not even its root could.
 */
int repo_check(const char *repo, const char *root, int64_t now,
    void (*say)(void *arg, int error, const char *text), void *arg,
    struct repo_check *r, char *err);

/**
 * repo_compare(a, vkey_a, b, vkey_b, err): Are the release logs of two repositories that
 * were checked one history, of which one may be further on?  The keys are those that
 * repo_check() has found.  0, or -1: somebody was shown another publication.
 */
int repo_compare(const char *a, const char *vkey_a, const char *b,
    const char *vkey_b, char *err);

#endif /* !LIANGKA_REPO_H_ */
