#include <stdio.h>
#include <string.h>

#include "keys/hex.h"
#include "store/disk.h"

#include "repo_impl.h"

/* A publication on its way out. */
struct out {
	struct centre *c;
	struct repo_now now;
	struct repo_pending p;
	struct repo_online keys;
	int root_done, targets_done;	/* in place already, after a crash */
	int64_t t;
	char *err;
};

/* Are two documents the same, signatures aside? */
static int
same(const struct repo_doc *a, const struct repo_doc *b)
{

	return (a->whole != NULL && b->whole != NULL &&
	    json_equal(a->body, b->body));
}

/* The root that will be in force. */
static const struct repo_doc *
root_of(const struct out *x)
{

	return (x->p.root.whole != NULL ? &x->p.root : &x->now.root);
}

/* Say that signatures are missing. */
static int
unsigned_yet(const struct out *x, enum tuf_role role, int have, int need)
{

	return (repo_file_fail(x->err, "%s: %d of %d signatures are on the "
	    "new %s; have more custodians run \"liangka repo sign\"",
	    x->p.dir, have, need, repo_doc_role(role)));
}

/* May the new root follow the one in force? */
static int
check_root(struct out *x)
{
	const struct repo_doc *root = &x->p.root, *old = &x->now.root;

	if (root->whole == NULL)
		return (0);
	if (same(root, old)) {
		x->root_done = 1;
		return (0);
	}
	if (repo_doc_version(root) != repo_doc_version(old) + 1)
		return (repo_file_fail(x->err, "%s: the new root is version "
		    "%u, but %u is in force: prepare it anew", x->p.dir,
		    (unsigned)repo_doc_version(root),
		    (unsigned)repo_doc_version(old)));
	if (!repo_doc_enough(root, root, TUF_ROOT) || (old->whole != NULL &&
	    !repo_doc_enough(root, old, TUF_ROOT)))
		return (unsigned_yet(x, TUF_ROOT, x->p.plan.root_have,
		    x->p.plan.root_need));
	return (repo_doc_expires(root) > x->t ? 0 : repo_file_fail(x->err,
	    "%s: the new root has expired meanwhile", x->p.dir));
}

/* Was it prepared over what is in force?  Which files are new is told by that. */
static int
check_base(struct out *x)
{
	const struct repo_doc *base = &x->p.now_targets, *old = &x->now.targets;

	if (x->targets_done || (base->whole == NULL && old->whole == NULL) ||
	    same(base, old))
		return (0);
	return (repo_file_fail(x->err, "%s/" REPO_NOW_TARGETS ": is not what "
	    "is in force: prepare the new targets anew", x->p.dir));
}

/* May the new targets follow those in force? */
static int
check_targets(struct out *x)
{
	const struct repo_doc *targets = &x->p.targets, *old = &x->now.targets;

	if (targets->whole == NULL) {
		if (old->whole != NULL && !repo_doc_enough(old, root_of(x),
		    TUF_TARGETS))
			return (repo_file_fail(x->err, "%s: the new root does "
			    "not know the signers of the targets in force",
			    x->p.dir));
		return (0);
	}
	if (same(targets, old)) {
		x->targets_done = 1;
		return (0);
	}
	if (repo_doc_version(targets) != repo_doc_version(old) + 1)
		return (repo_file_fail(x->err, "%s: the new targets are "
		    "version %u, but %u is in force: prepare them anew",
		    x->p.dir, (unsigned)repo_doc_version(targets),
		    (unsigned)repo_doc_version(old)));
	if (!repo_doc_enough(targets, root_of(x), TUF_TARGETS))
		return (unsigned_yet(x, TUF_TARGETS, x->p.plan.targets_have,
		    x->p.plan.targets_need));
	if (repo_doc_expires(targets) <= x->t)
		return (repo_file_fail(x->err, "%s: the new targets have "
		    "expired meanwhile", x->p.dir));
	return (check_base(x));
}

/* See that a new file is there as it was signed: 0 in pending/, 1 in place. */
static int
find_file(struct out *x, const struct tuf_target *g,
    char from[CENTRE_PATH_MAX], char *to)
{
	char path[CENTRE_PATH_MAX];
	uint8_t hash[SHA256_LEN];
	uint64_t len;
	int rc, placed;

	repo_target_path(g, 1, to);
	if (repo_file_path(from, "%s/targets/%s", x->p.dir, g->name) != 0 ||
	    repo_file_path(path, "%s/%s", x->now.files, to) != 0)
		return (repo_file_fail(x->err, "%s: too long a path",
		    g->name));
	for (placed = 0; placed < 2; placed++) {
		rc = repo_file_hash(x->c->disk, placed ? path : from, hash,
		    &len, x->err);
		if (rc == 0 && len == g->length && memcmp(hash, g->sha256,
		    sizeof(hash)) == 0)
			return (placed);
		if (rc < 0)
			return (-1);
	}
	return (repo_file_fail(x->err, "%s/targets/%s: is not there, or not "
	    "what was signed", x->p.dir, g->name));
}

/* Look for a file. */
static int
check_file(void *arg, const struct tuf_target *g)
{
	char from[CENTRE_PATH_MAX], to[TUF_NAME_MAX + REPO_KEYID + 2];

	return (find_file(arg, g, from, to) < 0 ? -1 : 0);
}

/* Move a file to its place. */
static int
place_file(void *arg, const struct tuf_target *g)
{
	struct out *x = arg;
	char from[CENTRE_PATH_MAX], to[TUF_NAME_MAX + REPO_KEYID + 2];
	char dir[CENTRE_PATH_MAX];
	const char *slash;
	int rc = find_file(x, g, from, to);

	if (rc != 0)
		return (rc == 1 ? 0 : -1);
	slash = strrchr(to, '/');
	if (repo_file_path(dir, "%s/%.*s", x->now.files, slash == NULL ? 0 :
	    (int)(slash - to), to) != 0)
		return (repo_file_fail(x->err, "%s: too long a path", to));
	if (repo_file_mkdir(x->c->disk, dir, 0755, x->err) != 0)
		return (-1);
	return (repo_file_move(x->c->disk, from, dir, slash == NULL ? to :
	    slash + 1, x->err));
}

/* Write one versioned document. */
static int
place_doc(struct out *x, const struct repo_doc *doc, enum tuf_role role)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "%u.%s.json",
	    (unsigned)repo_doc_version(doc), repo_doc_role(role));
	return (repo_doc_write(doc, x->c->disk, x->now.metadata, name,
	    x->err));
}

/* Write snapshot and timestamp, where they do not stand as they are. */
static int
place_online(struct out *x)
{
	const struct repo_doc *root = root_of(x);
	const struct repo_doc *targets = x->p.targets.whole != NULL ?
	    &x->p.targets : &x->now.targets;
	int again = x->p.targets.whole != NULL && !x->targets_done;

	if (targets->whole == NULL)
		return (0);
	if (again || !repo_doc_enough(&x->now.snapshot, root, TUF_SNAPSHOT)) {
		if (repo_online_snapshot(x->c, &x->now, &x->keys, targets,
		    x->t, x->err) != 0)
			return (-1);
		again = 1;
	}
	if (again || !repo_doc_enough(&x->now.timestamp, root, TUF_TIMESTAMP))
		return (repo_online_timestamp(x->c, &x->now, &x->keys, x->t,
		    x->err));
	return (0);
}

/* The publication that is looked for in the release log. */
struct sought {
	uint32_t targets;
	char sha256[2 * SHA256_LEN + 1];
	int found;
};

/* Is it this entry? */
static int
seek(void *arg, uint64_t index, uint32_t targets, const char *sha256)
{
	struct sought *s = arg;

	(void)index;
	s->found |= targets == s->targets && strcmp(sha256, s->sha256) == 0;
	return (0);
}

/* See that the release log goes on from what is in force: it is never begun anew. */
static int
check_log(struct out *x, const char *vkey)
{
	const char *was = json_string_value(json_object_get(
	    x->now.targets.body, "x_releases"));
	struct sought s = { repo_doc_version(&x->now.targets), "", 0 };
	char dir[CENTRE_PATH_MAX], wrong[CENTRE_ERROR_MAX];
	uint8_t hash[SHA256_LEN];
	uint64_t n;
	size_t len;

	if (x->now.targets.whole == NULL)
		return (0);
	if (repo_doc_hash(&x->now.targets, hash, &len) != 0)
		return (repo_file_fail(x->err, "out of memory"));
	hex_encode(s.sha256, hash, sizeof(hash));
	if (centre_path(x->c, dir, sizeof(dir), "repo/releases") != 0)
		return (repo_file_fail(x->err, "%s: too long a path",
		    x->c->dir));
	/* by another key the log is signed when that one has published */
	if (repo_release_walk(dir, vkey, seek, &s, &n, wrong) != 0 &&
	    (was == NULL || repo_release_walk(dir, was, seek, &s, &n,
	    wrong) != 0))
		return (repo_file_fail(x->err, "%.900s; copy releases/ back "
		    "from a mirror", wrong));
	return (s.found ? 0 : repo_file_fail(x->err, "%s: does not have the "
	    "publication in force (%u); copy releases/ back from a mirror",
	    dir, (unsigned)s.targets));
}

/* See that the release log's key is the one that the new targets name. */
static int
check_release(struct out *x)
{
	const char *want = json_string_value(json_object_get(x->p.targets.body,
	    "x_releases"));
	char vkey[NOTE_VKEY_MAX];
	struct note_signer s;

	if (x->p.targets.whole == NULL || x->targets_done)
		return (0);
	if (repo_release_key(x->c, x->t, &s, x->err) != 0)
		return (-1);
	repo_release_vkey(&s, vkey);
	note_signer_wipe(&s);
	return (want != NULL && strcmp(want, vkey) == 0 ? check_log(x, vkey) :
	    repo_file_fail(x->err, "%s: is not the key of the release log that "
	    "the new targets name; put that one back, or have the publication "
	    "prepared anew", x->c->release_key));
}

/* See that the keys that will be needed were given. */
static int
check_keys(struct out *x, const char *snapshot_key, const char *timestamp_key)
{
	const struct repo_doc *root = root_of(x);
	int snapshot, timestamp, again;

	again = x->p.targets.whole != NULL && !x->targets_done;
	snapshot = again || (x->now.snapshot.whole != NULL &&
	    !repo_doc_enough(&x->now.snapshot, root, TUF_SNAPSHOT));
	timestamp = snapshot || (x->now.timestamp.whole != NULL &&
	    !repo_doc_enough(&x->now.timestamp, root, TUF_TIMESTAMP));
	if ((snapshot && snapshot_key == NULL) ||
	    (timestamp && timestamp_key == NULL))
		return (repo_file_fail(x->err, "give the key files of "
		    "%s%s%s, which sign this publication: %s%s%s", snapshot ?
		    "snapshot" : "", snapshot && timestamp ? " and " : "",
		    timestamp ? "timestamp" : "", snapshot ?
		    "--snapshot-key FILE" : "", snapshot && timestamp ? " " :
		    "", timestamp ? "--timestamp-key FILE" : ""));
	if (repo_online_open(&x->keys, root, snapshot ? snapshot_key : NULL,
	    timestamp ? timestamp_key : NULL, x->t, x->err) != 0)
		return (-1);
	if (repo_online_clock(&x->now, root, &x->keys, x->t, x->err) == 0)
		return (0);
	repo_online_close(&x->keys);
	return (-1);
}

/* Put everything in its place: what others name before what names it. */
static int
place(struct out *x)
{
	uint8_t hash[SHA256_LEN];
	size_t len;

	if (x->p.root.whole != NULL && !x->root_done &&
	    place_doc(x, &x->p.root, TUF_ROOT) != 0)
		return (-1);
	if (x->p.targets.whole != NULL && !x->targets_done) {
		/* on the record before anybody can see it */
		if (repo_pending_files(&x->p, place_file, x) != 0)
			return (-1);
		if (repo_doc_hash(&x->p.targets, hash, &len) != 0)
			return (repo_file_fail(x->err, "out of memory"));
		if (repo_release_add(x->c, &x->p, hash, x->t, x->err) != 0 ||
		    place_doc(x, &x->p.targets, TUF_TARGETS) != 0)
			return (-1);
	}
	return (place_online(x));
}

/* Do all of it on what was opened. */
static int
finish(struct out *x, const char *snapshot_key, const char *timestamp_key)
{
	int rc;

	(void)repo_file_fail(x->err, "%s: is damaged", x->p.dir);
	if (check_root(x) != 0 || check_targets(x) != 0)
		return (-1);
	if (!x->targets_done && repo_pending_files(&x->p, check_file, x) != 0)
		return (-1);
	if (check_release(x) != 0 ||
	    check_keys(x, snapshot_key, timestamp_key) != 0)
		return (-1);
	rc = place(x);
	repo_online_close(&x->keys);
	return (rc);
}

/* Remove what is not needed any more; all clients see the new already. */
static int
tidy(struct centre *c, char *err)
{
	struct repo_now now;
	int rc;

	if (repo_now_open(&now, c, err) != 0)
		return (-1);
	rc = repo_prune(c, &now, err);
	repo_now_close(&now);
	return (rc == 0 ? repo_pending_drop(c, err) : -1);
}

/* Finish a publication. */
int
repo_finish(struct centre *c, const char *snapshot_key,
    const char *timestamp_key, int64_t now, char *err)
{
	char dir[CENTRE_PATH_MAX];
	struct out x;
	int rc;

	memset(&x, 0, sizeof(x));
	x.c = c;
	x.t = now;
	x.err = err;
	if (repo_file_path(dir, "%s/pending", c->dir) != 0)
		return (repo_file_fail(err, "%s: too long a path", c->dir));
	rc = repo_pending_open(&x.p, c->disk, dir, err);
	if (rc == 1)
		return (repo_file_fail(err, "%s: nothing is pending", dir));
	if (rc != 0)
		return (-1);
	if ((rc = repo_now_open(&x.now, c, err)) == 0)
		rc = finish(&x, snapshot_key, timestamp_key);
	repo_now_close(&x.now);
	repo_pending_close(&x.p);
	return (rc == 0 ? tidy(c, err) : -1);
}
