#ifndef LIANGKA_REPO_IMPL_H_
#define LIANGKA_REPO_IMPL_H_

/*
 * What the files of the repository share.  err is CENTRE_ERROR_MAX bytes everywhere;
 * calls return 0, or -1 with a sentence in it, unless it says otherwise.
 */

#include <jansson.h>

#include "keys/note.h"
#include "keys/sha256.h"
#include "store/listrec.h"

#include "repo.h"

#define REPO_KEYID	(2 * SHA256_LEN)	/* digits of a key id */
#define REPO_THRESHOLD	2	/* of root and targets */
#define REPO_KEYS_MIN	3	/* keys that such a role keeps: one may be lost */
#define REPO_KEEP	3	/* publications before this one whose files stay */
#define REPO_PLAN_FILE	"plan.json"
#define REPO_NOW_ROOT	"now.root.json"
#define REPO_NOW_TARGETS "now.targets.json"

/* ---- repo_file.c: files and directories, durably */

/**
 * repo_file_fail(err, format, ...): Set err and return -1.
 */
int repo_file_fail(char *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * repo_file_path(path, format, ...): Write a path of CENTRE_PATH_MAX bytes.  Return 0,
 * or -1 with errno ENAMETOOLONG.
 */
int repo_file_path(char path[CENTRE_PATH_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * repo_file_read(d, path, max, data, len, err): Read a whole file of at most max bytes,
 * a NUL behind it, for free().  Return 0; 1 when it is not there; -1.
 * repo_file_write(d, dir, name, data, len, err): Make dir/name, readable to all, hold
 * just this: the old content or the new one after a crash at any step.
 * repo_file_hash(d, path, sha256, len, err): 0; 1 when it is not there; -1.
 * repo_file_mkdir(d, path, mode, err): Make path, durably, and what is missing above
 * it; it may be there.
 * repo_file_move(d, from, dir, name, err): Give a file another directory and name.
 * repo_file_clear(d, path, err): Remove a tree; it may be absent.
 * repo_file_names(d, dir, names, n, err): The names in a directory, sorted, for
 * repo_file_names_free(); none when it is not there.
 */
int repo_file_read(const struct disk *d, const char *path, size_t max,
    char **data, size_t *len, char *err);
int repo_file_write(const struct disk *d, const char *dir, const char *name,
    const void *data, size_t len, char *err);
int repo_file_hash(const struct disk *d, const char *path,
    uint8_t sha256[SHA256_LEN], uint64_t *len, char *err);
int repo_file_mkdir(const struct disk *d, const char *path, unsigned mode,
    char *err);
int repo_file_move(const struct disk *d, const char *from, const char *dir,
    const char *name, char *err);
int repo_file_clear(const struct disk *d, const char *path, char *err);
int repo_file_names(const struct disk *d, const char *dir, char ***names,
    size_t *n, char *err);
void repo_file_names_free(char **names, size_t n);

/* ---- repo_doc.c: one metadata file in memory */

struct repo_doc {
	json_t *whole;		/* owned */
	json_t *body;		/* its signed part, in whole */
};

/**
 * repo_doc_new(doc, role, version, expires): Begin an unsigned one; expires in UTC
 * seconds.  Return 0, or -1 (no memory).
 * repo_doc_read(doc, d, path, role, err): 0; 1 when it is not there; -1.
 * repo_doc_write(doc, d, dir, name, err): Write it as canonical JSON.
 * repo_doc_hash(doc, sha256, len): Digest and bytes of that file.  0 or -1.
 * repo_doc_free(doc): A zeroed one is allowed.
 */
int repo_doc_new(struct repo_doc *doc, enum tuf_role role, uint32_t version,
    int64_t expires);
int repo_doc_read(struct repo_doc *doc, const struct disk *d, const char *path,
    enum tuf_role role, char *err);
int repo_doc_write(const struct repo_doc *doc, const struct disk *d,
    const char *dir, const char *name, char *err);
int repo_doc_hash(const struct repo_doc *doc, uint8_t sha256[SHA256_LEN],
    size_t *len);
void repo_doc_free(struct repo_doc *doc);

/**
 * repo_doc_version(doc), repo_doc_expires(doc): 0 when it does not say.
 * repo_doc_role(role): The name of a role.
 */
uint32_t repo_doc_version(const struct repo_doc *doc);
int64_t repo_doc_expires(const struct repo_doc *doc);
const char *repo_doc_role(enum tuf_role role);

/**
 * repo_doc_key(v, id): Return the key object of a verifier key and write its id; NULL
 * when out of memory.
 * repo_doc_has(root, role, id): Does the root name this key for a role?  1 or 0.
 * repo_doc_keys(root, role, threshold): How many keys a role has.
 * repo_doc_name(root, id): Whose key it is, "" when the root does not say.
 */
json_t *repo_doc_key(const struct note_verifier *v, char id[REPO_KEYID + 1]);
int repo_doc_has(const struct repo_doc *root, enum tuf_role role,
    const char *id);
size_t repo_doc_keys(const struct repo_doc *root, enum tuf_role role,
    size_t *threshold);
const char *repo_doc_name(const struct repo_doc *root, const char *id);

/**
 * repo_doc_sign(doc, s, err): Put the signature of s in, in place of an older one.
 * repo_doc_good(doc, root, role): How many keys of a role in root have signed well.
 * repo_doc_enough(doc, root, role): 1 when they are the threshold, else 0.
 * repo_doc_signed_by(doc, root, role, id): Has this key?  1 or 0.
 */
int repo_doc_sign(struct repo_doc *doc, const struct note_signer *s, char *err);
size_t repo_doc_good(const struct repo_doc *doc, const struct repo_doc *root,
    enum tuf_role role);
int repo_doc_enough(const struct repo_doc *doc, const struct repo_doc *root,
    enum tuf_role role);
int repo_doc_signed_by(const struct repo_doc *doc, const struct repo_doc *root,
    enum tuf_role role, const char *id);

/* ---- repo_target.c: entries of targets metadata */

/**
 * repo_target_put(targets, g): Write an entry, in place of one of the same name.
 * repo_target_get(name, v, g): Read one.  Return 0 or -1.
 * repo_target_find(targets, kind, list, g): The entry of a kind and list ("" for the
 * kinds without) of the highest version; 1 or 0.
 * repo_target_path(g, hashed, path): Its path below targets/, with the digest in it
 * when hashed is not 0.
 * repo_target_hash(d, base, g, err): Compute length and digest of the file base/<name>.
 */
int repo_target_put(json_t *targets, const struct tuf_target *g);
int repo_target_get(const char *name, const json_t *v, struct tuf_target *g);
int repo_target_find(const json_t *targets, const char *kind, const char *list,
    struct tuf_target *g);
void repo_target_path(const struct tuf_target *g, int hashed,
    char path[TUF_NAME_MAX + REPO_KEYID + 2]);
int repo_target_hash(const struct disk *d, const char *base,
    struct tuf_target *g, char *err);

/* ---- repo_now.c: what is published, and what is pending */

struct repo_now {
	struct repo_doc root;		/* the newest; whole is NULL: none yet */
	struct repo_doc timestamp, snapshot, targets; /* NULL: no publication */
	char metadata[CENTRE_PATH_MAX];
	char files[CENTRE_PATH_MAX];	/* repo/targets */
};

/**
 * repo_now_open(now, c, err): Load what is published; digests and versions must fit.
 * repo_now_close(now): A zeroed one is allowed.
 */
int repo_now_open(struct repo_now *now, const struct centre *c, char *err);
void repo_now_close(struct repo_now *now);

struct repo_pending {
	char dir[CENTRE_PATH_MAX];
	const struct disk *disk;
	struct repo_doc root, targets;	/* NULL: not among what is pending */
	struct repo_doc now_root, now_targets; /* what was published at that time */
	struct repo_plan plan;
};

/**
 * repo_pending_open(p, d, dir, err): Load a pending directory and see that its plan
 * says what its metadata say.  Return 0; 1 when nothing is pending; -1.
 * repo_pending_close(p): A zeroed one is allowed.
 * repo_pending_begin(c, dir, err): Make an empty pending.new; dir gets its path.  An
 * error when something is pending.
 * repo_pending_end(c, now, p, err): Write plan and metadata of p to it and name it
 * `pending`.
 * repo_pending_drop(c, err): Remove what is pending.
 * repo_pending_digest(p, sha256, err): Digest what is to be signed.  0 or -1.
 * repo_pending_files(p, each, arg): Call for every target that is not among what was
 * published; its non-zero return ends and is returned.
 */
int repo_pending_open(struct repo_pending *p, const struct disk *d,
    const char *dir, char *err);
void repo_pending_close(struct repo_pending *p);
int repo_pending_begin(const struct centre *c, char dir[CENTRE_PATH_MAX],
    char *err);
int repo_pending_end(const struct centre *c, const struct repo_now *now,
    struct repo_pending *p, char *err);
int repo_pending_drop(const struct centre *c, char *err);
int repo_pending_digest(const struct repo_pending *p,
    uint8_t sha256[SHA256_LEN], char *err);
int repo_pending_files(const struct repo_pending *p,
    int (*each)(void *arg, const struct tuf_target *g), void *arg);

/* ---- repo_plan.c */

/**
 * repo_plan_json(plan): The plan as JSON; NULL when out of memory.
 * repo_plan_read(plan, v): Read it.  Return 0 or -1.
 */
json_t *repo_plan_json(const struct repo_plan *plan);
int repo_plan_read(struct repo_plan *plan, const json_t *v);

/* ---- repo_review.c */

/**
 * repo_review(p, err): Is what the plan tells what the metadata say, and are the new
 * files what will be signed?
 */
int repo_review(struct repo_pending *p, char *err);

/* ---- repo_diff.c: records of two versions */

/* Records for free(), ascending. */
struct repo_records {
	struct listrec *r;
	size_t n;
};

/**
 * repo_diff(before, after, day, step, ch): Make the delta from one to the other,
 * counted in ch as of a day.  Return 0, or -1 (no memory).
 * repo_diff_roll(roll, step, out): The roll-up that covers both.
 * repo_diff_apply(base, delta, out): What base becomes.
 * repo_diff_withdraw(before, after, out): before with those changes alone that remove
 * or clear.
 * repo_diff_root(x, bits, root): The content root.
 */
int repo_diff(const struct repo_records *before,
    const struct repo_records *after, int32_t day, struct repo_records *step,
    struct repo_change *ch);
int repo_diff_roll(const struct repo_records *roll,
    const struct repo_records *step, struct repo_records *out);
int repo_diff_apply(const struct repo_records *base,
    const struct repo_records *delta, struct repo_records *out);
int repo_diff_withdraw(const struct repo_records *before,
    const struct repo_records *after, struct repo_records *out);
void repo_diff_root(const struct repo_records *x, unsigned bits,
    uint8_t root[SHA256_LEN]);

/* ---- repo_list.c, repo_register.c: steps of prepare */

/**
 * repo_list_prepare(c, o, epoch, now, files, targets, plan, err): Take one list of the
 * centre over: write its files below `files`, replace its entries in targets, add to
 * the plan when it changes.
 */
int repo_list_prepare(struct centre *c, const struct centre_list *l,
    const struct repo_prepare *o, uint32_t epoch, const struct repo_now *now,
    const char *files, json_t *targets, struct repo_plan *plan, char *err);

/**
 * repo_list_load(d, files, snap, roll, out, touched, bits, err): The records of a
 * version: a published snapshot and the roll-up over it (NULL: none), which must be as
 * their entries say; touched are those of the roll-up.  Both are for free(), also after
 * a failure.
 */
int repo_list_load(const struct disk *d, const char *files,
    const struct tuf_target *snap, const struct tuf_target *roll,
    struct repo_records *out, struct repo_records *touched, unsigned *bits,
    char *err);

/**
 * repo_register_prepare(c, o, now, files, targets, plan, err): The same for policy,
 * outlets and campaigns.
 * repo_register_check(kind, name, text, len, err): Is this a good policy, register of
 * outlets or of campaigns?
 */
int repo_register_prepare(struct centre *c, const struct repo_prepare *o,
    const struct repo_now *now, const char *files, json_t *targets,
    struct repo_plan *plan, char *err);
int repo_register_check(const char *kind, const char *name, const char *text,
    size_t len, char *err);

/* ---- repo_release.c: the release log */

/**
 * repo_release_key(c, now, s, err): Load the key that signs it; *s is to be wiped.
 * repo_release_vkey(s, vkey): Its verifier key under the name of the log.
 * repo_release_add(c, p, sha256, now, err): Append a publication, once, durably.
 */
int repo_release_key(const struct centre *c, int64_t now, struct note_signer *s,
    char *err);
void repo_release_vkey(const struct note_signer *s, char vkey[NOTE_VKEY_MAX]);
int repo_release_add(const struct centre *c, const struct repo_pending *p,
    const uint8_t sha256[SHA256_LEN], int64_t now, char *err);

/**
 * repo_release_walk(dir, vkey, each, arg, n, err): Verify the log in dir under this
 * verifier key, whole, and hand over each entry.  *n is its size.
 */
int repo_release_walk(const char *dir, const char *vkey, int (*each)(void *arg,
    uint64_t index, uint32_t targets, const char *sha256), void *arg,
    uint64_t *n, char *err);

/* ---- repo_online.c: what the keys of snapshot and timestamp sign */

struct repo_online {
	struct note_signer snapshot, timestamp;
	int has_snapshot, has_timestamp;
};

/**
 * repo_online_open(k, root, snapshot_key, timestamp_key, now, err): Load the key files
 * that are not NULL; root must name them for their roles.
 * repo_online_close(k): Wipe them.
 * repo_online_clock(now, root, k, t, err): See that t is not before the moment at which
 * the same key has signed the timestamp in force.  0 or -1.
 * repo_online_snapshot(c, now, k, targets, t, err): Write the next snapshot, which
 * names these targets, and put it in the place of now->snapshot.
 * repo_online_timestamp(c, now, k, t, err): Write the next timestamp, which names
 * now->snapshot: what clients see from then on.
 */
int repo_online_open(struct repo_online *k, const struct repo_doc *root,
    const char *snapshot_key, const char *timestamp_key, int64_t now,
    char *err);
void repo_online_close(struct repo_online *k);
int repo_online_clock(const struct repo_now *now, const struct repo_doc *root,
    const struct repo_online *k, int64_t t, char *err);
int repo_online_snapshot(const struct centre *c, struct repo_now *now,
    const struct repo_online *k, const struct repo_doc *targets, int64_t t,
    char *err);
int repo_online_timestamp(const struct centre *c, struct repo_now *now,
    const struct repo_online *k, int64_t t, char *err);

/* ---- repo_prune.c */

/**
 * repo_prune(c, now, err): Remove what no client can be asking for any more.
 */
int repo_prune(const struct centre *c, const struct repo_now *now, char *err);

#endif /* !LIANGKA_REPO_IMPL_H_ */
