#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adopt_impl.h"

static const char *const names[TUF_ROLES] = {
	"root.json", "timestamp.json", "snapshot.json", "targets.json"
};
static const size_t limits[TUF_ROLES] = {
	TUF_ROOT_MAX, TUF_TIMESTAMP_MAX, TUF_SNAPSHOT_MAX, TUF_TARGETS_MAX
};

/* Say what the steps of TUF refused, and of which file. */
static int
refused(struct adopt *r, const char *path, const struct tuf_error *e)
{

	return (adopt_fail(r->err, "%s: %s", path, e->text));
}

/* Keep a root for the next start. */
static int
keep_root(struct adopt *r, void *data, size_t len)
{
	struct adopt_root *root;

	root = realloc(r->root, (r->nroots + 1) * sizeof(*root));
	if (root == NULL) {
		free(data);
		return (adopt_fail(r->err, "no memory for a root"));
	}
	r->root = root;
	r->root[r->nroots++] = (struct adopt_root){
		tuf_version(r->tuf, TUF_ROOT), data, len
	};
	return (0);
}

/* Begin to trust, by the anchor. */
static int
anchor(struct adopt *r, int lapsed_ok)
{
	struct tuf_options o = r->o->tuf;
	struct tuf_error e;
	void *data;
	size_t len;
	int rc;

	adopt_trust_done(r);
	o.lapsed_ok = lapsed_ok;
	rc = adopt_slurp(r->disk, r->o->root, TUF_ROOT_MAX, 1, &data, &len,
	    r->err);
	if (rc != 0)
		return (rc == 1 ? adopt_fail(r->err, "%s: the root to begin "
		    "with is missing", r->o->root) : -1);
	if ((r->tuf = tuf_open(&o, data, len, &e)) == NULL) {
		free(data);
		return (refused(r, r->o->root, &e));
	}
	return (keep_root(r, data, len));
}

/* Walk the roots in a directory as far as they go. */
static int
walk(struct adopt *r, const char *dir)
{
	char path[ADOPT_PATH_MAX];
	struct tuf_error e;
	void *data;
	size_t len;
	int i, rc;

	for (i = 0; i < TUF_ROOTS_MAX; i++) {
		if (adopt_path(path, r->err, "%s/%u.root.json", dir,
		    tuf_version(r->tuf, TUF_ROOT) + 1) != 0)
			return (-1);
		rc = adopt_slurp(r->disk, path, TUF_ROOT_MAX, 0, &data, &len,
		    r->err);
		if (rc != 0)
			return (rc == 1 ? 0 : -1);
		if (tuf_root(r->tuf, data, len, &e) != 0) {
			free(data);
			return (refused(r, path, &e));
		}
		if (keep_root(r, data, len) != 0)
			return (-1);
	}
	return (adopt_fail(r->err, "%s: more than %d new roots", dir,
	    TUF_ROOTS_MAX));
}

/* Take one file of a role: 0, 1 (there is none) or -1. */
static int
take(struct adopt *r, const char *path, enum tuf_role role, int local)
{
	struct tuf_error e;
	void *data;
	size_t len;
	int rc;

	rc = adopt_slurp(r->disk, path, limits[role], 0, &data, &len, r->err);
	if (rc != 0)
		return (rc);
	if (role == TUF_TIMESTAMP)
		rc = tuf_timestamp(r->tuf, data, len, r->now, local, &e);
	else if (role == TUF_SNAPSHOT)
		rc = tuf_snapshot(r->tuf, data, len, r->now, local, &e);
	else
		rc = tuf_targets(r->tuf, data, len, r->now, &e);
	free(data);
	return (rc == 0 ? 0 : refused(r, path, &e));
}

/* No clock is behind a moment at which a trusted timestamp was signed. */
static void
clock_floor(struct adopt *r)
{

	if (tuf_signed_at(r->tuf) > r->now)
		r->now = tuf_signed_at(r->tuf);
}

/* Does root.json say what was walked to?  A newer anchor may have overtaken it. */
static int
root_same(struct adopt *r)
{
	char path[ADOPT_PATH_MAX];
	const void *bytes;
	void *data;
	size_t len, n;
	int rc;

	if (r->nroots == 1) {
		if (adopt_path(path, r->err, "%s/%u.root.json", r->old,
		    tuf_version(r->tuf, TUF_ROOT)) != 0)
			return (-1);
		rc = adopt_slurp(r->disk, path, TUF_ROOT_MAX, 0, &data, &len,
		    r->err);
		if (rc != 0)
			return (rc == 1 ? 0 : -1);
		free(data);
	}
	if (adopt_path(path, r->err, "%s/root.json", r->old) != 0)
		return (-1);
	rc = adopt_slurp(r->disk, path, TUF_ROOT_MAX, 0, &data, &len, r->err);
	if (rc != 0)
		return (rc == 1 ? adopt_fail(r->err, "%s: is missing", path) :
		    -1);
	bytes = tuf_bytes(r->tuf, TUF_ROOT, &n);
	rc = bytes != NULL && n == len && memcmp(bytes, data, n) == 0 ? 0 :
	    adopt_fail(r->err, "%s: is not root version %u", path,
	    tuf_version(r->tuf, TUF_ROOT));
	free(data);
	return (rc);
}

/* Trust the generation in r->old; expiry only ages it. */
int
adopt_trust_old(struct adopt *r)
{
	char path[ADOPT_PATH_MAX];
	struct tuf_error e;
	int role, rc;

	if (anchor(r, 1) != 0 || walk(r, r->old) != 0 || root_same(r) != 0)
		return (-1);
	if (tuf_root_final(r->tuf, r->now, &e) != 0)
		return (refused(r, r->old, &e));
	for (role = TUF_TIMESTAMP; role < TUF_ROLES; role++) {
		if (adopt_path(path, r->err, "%s/%s", r->old,
		    names[role]) != 0)
			return (-1);
		if ((rc = take(r, path, (enum tuf_role)role, 0)) != 0)
			return (rc == 1 ? adopt_fail(r->err, "%s: is missing",
			    path) : -1);
	}
	return (0);
}

/* Walk to the newest root: from the anchor, over those of the old generation. */
static int
newest_root(struct adopt *r, const char *incoming)
{
	struct tuf_error e;

	if (anchor(r, 0) != 0)
		return (-1);
	/* What is damaged of the old may be had from incoming. */
	if (r->old[0] != '\0' && walk(r, r->old) != 0 && anchor(r, 0) != 0)
		return (-1);
	if (walk(r, incoming) != 0)
		return (-1);
	if (tuf_root_final(r->tuf, r->now, &e) != 0)
		return (refused(r, incoming, &e));
	return (0);
}

/* Take what is in force already, for the comparison of versions; it may be damaged. */
static void
take_old(struct adopt *r, enum tuf_role role)
{
	char path[ADOPT_PATH_MAX];

	if (r->old[0] != '\0' && adopt_path(path, r->err, "%s/%s", r->old,
	    names[role]) == 0)
		(void)take(r, path, role, 1);
	r->err[0] = '\0';
}

/* Take snapshot or targets: our own when it is the one that is named. */
static int
take_named(struct adopt *r, const char *incoming, enum tuf_role role,
    uint32_t held)
{
	uint32_t version = tuf_meta_version(r->tuf, role);
	char path[ADOPT_PATH_MAX];
	int rc;

	if (r->old[0] != '\0' && held == version && adopt_path(path, r->err,
	    "%s/%s", r->old, names[role]) == 0 && take(r, path, role, 0) == 0)
		return (0);
	if (tuf_consistent(r->tuf) ? adopt_path(path, r->err, "%s/%u.%s",
	    incoming, version, names[role]) != 0 : adopt_path(path, r->err,
	    "%s/%s", incoming, names[role]) != 0)
		return (-1);
	if ((rc = take(r, path, role, 0)) == 1)
		return (adopt_fail(r->err, "%s: is missing", path));
	return (rc);
}

/* Is there anything that was not there before?  A look, no more: 1, 0 or -1. */
static int
look(struct adopt *r, const char *incoming)
{
	char path[ADOPT_PATH_MAX], old[ADOPT_PATH_MAX];
	void *a = NULL, *b = NULL;
	size_t alen = 0, blen = 0;
	int rc;

	if (adopt_path(path, r->err, "%s/timestamp.json", incoming) != 0)
		return (-1);
	rc = adopt_slurp(r->disk, path, TUF_TIMESTAMP_MAX, 0, &a, &alen,
	    r->err);
	if (rc != 0)
		return (rc == 1 ? 0 : -1);
	rc = 1;
	if (r->before != NULL && adopt_path(old, r->err, "%s/timestamp.json",
	    r->old) == 0 && adopt_slurp(r->disk, old, TUF_TIMESTAMP_MAX, 0, &b,
	    &blen, r->err) == 0 && alen == blen && memcmp(a, b, alen) == 0) {
		/* The same; but a root may be new. */
		free(b);
		b = NULL;
		rc = adopt_path(path, r->err, "%s/%u.root.json", incoming,
		    r->before->root + 1) == 0 && adopt_slurp(r->disk, path,
		    TUF_ROOT_MAX, 0, &b, &blen, r->err) != 1;
	}
	free(a);
	free(b);
	return (rc);
}

/* Refuse what is below the floor of the journal, or of what is served. */
int
adopt_trust_floor(struct adopt *r)
{
	struct adopt_floor f = *r->floor;
	uint32_t root = tuf_version(r->tuf, TUF_ROOT);
	uint32_t version[TUF_ROLES], least[TUF_ROLES];
	int role;

	if (r->before != NULL && r->before->root >= f.root)
		f = (struct adopt_floor){ r->before->root,
		    r->before->timestamp, r->before->snapshot,
		    r->before->targets > f.targets ? r->before->targets :
		    f.targets };
	least[TUF_ROOT] = f.root;
	least[TUF_TARGETS] = f.targets;
	/* A root that takes keys away may let these two begin anew. */
	least[TUF_TIMESTAMP] = root > f.root ? 0 : f.timestamp;
	least[TUF_SNAPSHOT] = root > f.root ? 0 : f.snapshot;
	for (role = 0; role < TUF_ROLES; role++) {
		version[role] = tuf_version(r->tuf, (enum tuf_role)role);
		if (version[role] < least[role])
			return (adopt_fail(r->err, "%s version %u is older "
			    "than version %u, which this node had in force: "
			    "somebody put old files back", names[role],
			    version[role], least[role]));
	}
	return (0);
}

/* Go on from what is in force to what incoming/ has: 0, 1 (nothing new) or -1. */
int
adopt_trust_new(struct adopt *r)
{
	const struct adopted *b = r->before;
	char incoming[ADOPT_PATH_MAX], path[ADOPT_PATH_MAX];
	int rc;

	if (adopt_path(incoming, r->err, "%s/incoming/metadata", r->lists) != 0)
		return (-1);
	if ((rc = look(r, incoming)) != 1)
		return (rc == 0 ? 1 : -1);
	if (newest_root(r, incoming) != 0)
		return (-1);
	take_old(r, TUF_TIMESTAMP);
	clock_floor(r);
	if (tuf_expires(r->tuf, TUF_ROOT) <= r->now)
		return (adopt_fail(r->err, "root version %u has expired: "
		    "the centre has to sign a new one",
		    tuf_version(r->tuf, TUF_ROOT)));
	if (adopt_path(path, r->err, "%s/timestamp.json", incoming) != 0)
		return (-1);
	if ((rc = take(r, path, TUF_TIMESTAMP, 0)) != 0)
		return (rc == 1 ? adopt_fail(r->err, "%s: went away", path) :
		    -1);
	if (tuf_signed_at(r->tuf) > tuf_expires(r->tuf, TUF_TIMESTAMP))
		return (adopt_fail(r->err, "%s: says that it was signed after "
		    "it expires", path));
	clock_floor(r);
	if (b != NULL && tuf_version(r->tuf, TUF_ROOT) == b->root &&
	    tuf_version(r->tuf, TUF_TIMESTAMP) == b->timestamp)
		return (1);
	take_old(r, TUF_SNAPSHOT);
	if (take_named(r, incoming, TUF_SNAPSHOT, b != NULL ? b->snapshot :
	    0) != 0 || take_named(r, incoming, TUF_TARGETS, b != NULL ?
	    b->targets : 0) != 0)
		return (-1);
	return (adopt_trust_floor(r));
}

/* Forget what is trusted. */
void
adopt_trust_done(struct adopt *r)
{
	size_t i;

	tuf_close(r->tuf);
	r->tuf = NULL;
	for (i = 0; i < r->nroots; i++)
		free(r->root[i].data);
	free(r->root);
	r->root = NULL;
	r->nroots = 0;
}
