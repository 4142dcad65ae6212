#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "keys/keyfile.h"
#include "store/disk.h"

#include "canonjson.h"
#include "listfile.h"
#include "outlets.h"
#include "repo_impl.h"

#define DAY		86400
#define HOUR		3600
#define METADATA_WANT	10000	/* bytes that metadata should stay below */

/* A walk through a repository. */
struct check {
	const char *repo;
	char files[CENTRE_PATH_MAX];
	int64_t now;
	void (*say)(void *arg, int error, const char *text);
	void *arg;
	struct repo_check *r;
	struct tuf *tuf;
	json_t *seen;		/* paths below targets/ that are named: true, read
				 * already; false, by an earlier publication */
	json_t *digests;	/* of N.targets.json that are there, by N */
};

/* Say something and count it. */
static void __attribute__((format(printf, 3, 4)))
say(struct check *x, int error, const char *format, ...)
{
	char text[CENTRE_ERROR_MAX + CENTRE_PATH_MAX];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (error)
		x->r->errors++;
	else
		x->r->warnings++;
	x->say(x->arg, error, text);
}

/* Read a metadata file: 0, 1 when it is not there, -1. */
static int
read_meta(const struct check *x, const char *name, size_t max, char **data,
    size_t *len, char *err)
{
	char path[CENTRE_PATH_MAX];

	if (repo_file_path(path, "%s/metadata/%s", x->repo, name) != 0)
		return (repo_file_fail(err, "%s: too long a path", x->repo));
	return (repo_file_read(&disk_real, path, max, data, len, err));
}

/* Note what a piece of metadata is, and whether it lasts. */
static void
measure(struct check *x, enum tuf_role role, int64_t early)
{
	char until[KEYFILE_CREATED_LEN + 1] = "?";
	struct repo_check *r = x->r;
	size_t len = 0;

	(void)tuf_bytes(x->tuf, role, &len);
	r->version[role] = tuf_version(x->tuf, role);
	r->size[role] = len;
	r->expires[role] = tuf_expires(x->tuf, role);
	(void)keyfile_time_print(until, r->expires[role]);
	if (len > METADATA_WANT)
		say(x, 0, "%s metadata have %zu bytes, more than %d",
		    repo_doc_role(role), len, METADATA_WANT);
	if (r->expires[role] > x->now && r->expires[role] - x->now < early)
		say(x, 0, "%s metadata expire soon: %s", repo_doc_role(role),
		    until);
}

/* Take the next root: 0; 1 when there is none; -1. */
static int
next_root(struct check *x, char *err)
{
	char name[64], *data = NULL;
	struct tuf_error e;
	size_t len = 0;
	int rc;

	(void)snprintf(name, sizeof(name), "%u.root.json",
	    (unsigned)tuf_version(x->tuf, TUF_ROOT) + 1);
	if ((rc = read_meta(x, name, TUF_ROOT_MAX, &data, &len, err)) != 0)
		return (rc);
	if ((rc = tuf_root(x->tuf, data, len, &e)) != 0)
		(void)repo_file_fail(err, "%s", e.text);
	free(data);
	return (rc);
}

/* Walk the roots from the one that is trusted. */
static int
walk_roots(struct check *x, const char *root, char *err)
{
	struct tuf_error e;
	char *data;
	size_t len = 0;
	int rc;

	if (repo_file_read(&disk_real, root, TUF_ROOT_MAX, &data, &len,
	    err) != 0)
		return (-1);
	x->tuf = tuf_open(NULL, data, len, &e);
	free(data);
	if (x->tuf == NULL)
		return (repo_file_fail(err, "%s: %s", root, e.text));
	while ((rc = next_root(x, err)) == 0)
		continue;
	if (rc < 0)
		return (-1);
	if (tuf_root_final(x->tuf, x->now, &e) != 0)
		say(x, 1, "%s", e.text);
	measure(x, TUF_ROOT, 30 * DAY);
	return (0);
}

/* Take one more piece of metadata: 0, or 1 when there is none or it is not good. */
static int
step(struct check *x, const char *name, enum tuf_role role, int64_t early)
{
	static const size_t longest[TUF_ROLES] = {
		[TUF_ROOT] = TUF_ROOT_MAX, [TUF_TIMESTAMP] = TUF_TIMESTAMP_MAX,
		[TUF_SNAPSHOT] = TUF_SNAPSHOT_MAX,
		[TUF_TARGETS] = TUF_TARGETS_MAX,
	};
	char err[CENTRE_ERROR_MAX], *data = NULL;
	struct tuf_error e;
	size_t len = 0;
	int rc;

	if (read_meta(x, name, longest[role], &data, &len, err) != 0) {
		say(x, 1, "%s", err);
		return (1);
	}
	rc = role == TUF_TIMESTAMP ? tuf_timestamp(x->tuf, data, len, x->now,
	    0, &e) : role == TUF_SNAPSHOT ? tuf_snapshot(x->tuf, data, len,
	    x->now, 0, &e) : tuf_targets(x->tuf, data, len, x->now, &e);
	free(data);
	if (rc != 0) {
		say(x, 1, "%s: %s", name, e.text);
		return (1);
	}
	measure(x, role, early);
	return (0);
}

/* Timestamp, snapshot, targets. */
static int
walk_metadata(struct check *x)
{
	char name[64];

	if (step(x, "timestamp.json", TUF_TIMESTAMP, 2 * HOUR) != 0)
		return (1);
	(void)snprintf(name, sizeof(name), "%u.snapshot.json",
	    (unsigned)tuf_meta_version(x->tuf, TUF_SNAPSHOT));
	if (step(x, name, TUF_SNAPSHOT, 2 * DAY) != 0)
		return (1);
	(void)snprintf(name, sizeof(name), "%u.targets.json",
	    (unsigned)tuf_meta_version(x->tuf, TUF_TARGETS));
	return (step(x, name, TUF_TARGETS, 14 * DAY));
}

/* Read one text and see what it says. */
static void
check_text(struct check *x, const struct tuf_target *g, const char *path)
{
	char err[CENTRE_ERROR_MAX], *data = NULL;
	size_t len = 0;

	if (repo_file_read(&disk_real, path, OUTLETS_MAX_TEXT, &data, &len,
	    err) != 0) {
		say(x, 1, "%s", err);
		return;
	}
	if (repo_register_check(g->kind, g->name, data, len, err) != 0)
		say(x, 1, "%s", err);
	free(data);
}

/* See that the file of a target is there and as it was signed. */
static void
check_target(struct check *x, const struct tuf_target *g)
{
	char name[TUF_NAME_MAX + REPO_KEYID + 2], path[CENTRE_PATH_MAX];
	char err[CENTRE_ERROR_MAX];
	uint8_t hash[SHA256_LEN];
	uint64_t len;

	repo_target_path(g, 1, name);
	(void)json_object_set_new(x->seen, name, json_true());
	if (repo_file_path(path, "%s/%s", x->files, name) != 0 ||
	    repo_file_hash(&disk_real, path, hash, &len, err) != 0) {
		say(x, 1, "%s: cannot be read", name);
		return;
	}
	x->r->files++;
	x->r->bytes += len;
	if (len != g->length || memcmp(hash, g->sha256, sizeof(hash)) != 0) {
		say(x, 1, "%s: is not what the targets say (altered, or cut "
		    "short)", path);
		return;
	}
	if (strcmp(g->kind, "policy") == 0 || strcmp(g->kind, "outlets") ==
	    0 || strcmp(g->kind, "campaigns") == 0)
		check_text(x, g, path);
}

/* See that the delta of the last step alone is good in its form. */
static void
check_step(struct check *x, const struct tuf_target *g)
{
	char name[TUF_NAME_MAX + REPO_KEYID + 2], path[CENTRE_PATH_MAX];
	char err[LISTFILE_ERROR_MAX];
	struct listfile_header h;
	struct listrec *r;

	repo_target_path(g, 1, name);
	if (repo_file_path(path, "%s/%s", x->files, name) != 0)
		return;
	r = listfile_read(path, &h, LIST_LAYER_MAX, err);
	if (r == NULL)
		say(x, 1, "%s", err);
	else if (h.info.version != g->version || h.from != g->from ||
	    strcmp(h.info.id, g->list) != 0 || memcmp(h.info.root, g->root,
	    sizeof(g->root)) != 0)
		say(x, 1, "%s: says otherwise than the targets", path);
	free(r);
}

/* Read the records of a list: a snapshot, and what rolls it up. */
static void
check_list(struct check *x, const struct tuf_target *snap)
{
	struct repo_records all, touched;
	struct tuf_target g, roll;
	char err[CENTRE_ERROR_MAX];
	size_t i, n = tuf_targets_count(x->tuf);
	unsigned bits;
	int rolled = 0;

	for (i = 0; i < n; i++) {
		if (tuf_target_at(x->tuf, i, &g) != 0 || strcmp(g.kind,
		    "delta") != 0 || strcmp(g.list, snap->list) != 0)
			continue;
		if (g.from == snap->version) {
			roll = g;
			rolled = 1;
		} else
			check_step(x, &g);
	}
	if (repo_list_load(&disk_real, x->files, snap, rolled ? &roll : NULL,
	    &all, &touched, &bits, err) != 0)
		say(x, 1, "%s", err);
	free(all.r);
	free(touched.r);
}

/* All files that the targets name. */
static void
walk_targets(struct check *x)
{
	size_t i, n = tuf_targets_count(x->tuf);
	int errors = x->r->errors;
	struct tuf_target g;

	for (i = 0; i < n; i++)
		if (tuf_target_at(x->tuf, i, &g) == 0)
			check_target(x, &g);
	if (x->r->errors > errors)
		return;
	for (i = 0; i < n; i++)
		if (tuf_target_at(x->tuf, i, &g) == 0 &&
		    strcmp(g.kind, "snapshot") == 0)
			check_list(x, &g);
}

/* Note the digest of one of the targets' metadata files, and which files it names. */
static void
note_targets(struct check *x, const char *name)
{
	char hex[2 * SHA256_LEN + 1], err[CENTRE_ERROR_MAX], *data = NULL;
	char path[TUF_NAME_MAX + REPO_KEYID + 2];
	uint8_t hash[SHA256_LEN];
	struct tuf_target g;
	const char *key;
	json_t *doc, *v;
	size_t len = 0;

	if (read_meta(x, name, TUF_TARGETS_MAX, &data, &len, err) != 0) {
		say(x, 1, "%s", err);
		return;
	}
	sha256_of(hash, data, len);
	hex_encode(hex, hash, sizeof(hash));
	(void)json_object_set_new(x->digests, name, json_string(hex));
	doc = canonjson_load(data, len, err, sizeof(err));
	json_object_foreach(json_object_get(json_object_get(doc, "signed"),
	    "targets"), key, v) {
		if (repo_target_get(key, v, &g) != 0)
			continue;
		repo_target_path(&g, 1, path);
		if (json_object_get(x->seen, path) == NULL)
			(void)json_object_set_new(x->seen, path, json_false());
	}
	json_decref(doc);
	free(data);
}

/* All of them. */
static void
note_all_targets(struct check *x)
{
	char dir[CENTRE_PATH_MAX], err[CENTRE_ERROR_MAX], **names;
	size_t i, n;

	if (repo_file_path(dir, "%s/metadata", x->repo) != 0 ||
	    repo_file_names(&disk_real, dir, &names, &n, err) != 0)
		return;
	for (i = 0; i < n; i++)
		if (strlen(names[i]) > 13 && strcmp(names[i] +
		    strlen(names[i]) - 13, ".targets.json") == 0)
			note_targets(x, names[i]);
	repo_file_names_free(names, n);
}

/* One entry of the release log: what is there of that version must be it, unless a
 * later entry says the version anew. */
static int
release(void *arg, uint64_t index, uint32_t targets, const char *sha256)
{
	struct check *x = arg;
	char name[64];
	json_t *v;

	(void)index;
	(void)snprintf(name, sizeof(name), "%u.targets.json",
	    (unsigned)targets);
	v = json_object_get(x->digests, name);
	if (v == NULL)
		return (0);
	(void)json_object_set_new(x->seen, name, strcmp(json_string_value(v),
	    sha256) == 0 ? json_true() : json_false());
	return (0);
}

/* The verifier key of the log, as the targets have it. */
static int
release_key(struct check *x, char vkey[NOTE_VKEY_MAX])
{
	char wrong[256];
	const char *s;
	const void *p;
	json_t *doc;
	size_t len = 0;
	int rc = -1;

	p = tuf_bytes(x->tuf, TUF_TARGETS, &len);
	doc = p != NULL ? canonjson_load(p, len, wrong, sizeof(wrong)) : NULL;
	s = json_string_value(json_object_get(json_object_get(doc, "signed"),
	    "x_releases"));
	if (s != NULL && (size_t)snprintf(vkey, NOTE_VKEY_MAX, "%s", s) <
	    NOTE_VKEY_MAX)
		rc = 0;
	json_decref(doc);
	return (rc);
}

/* Compare the release log with the metadata. */
static void
walk_releases(struct check *x)
{
	char dir[CENTRE_PATH_MAX], err[CENTRE_ERROR_MAX], vkey[NOTE_VKEY_MAX];
	const char *name;
	json_t *v;

	if (release_key(x, vkey) != 0) {
		say(x, 1, "the targets name no release log (x_releases)");
		return;
	}
	(void)snprintf(x->r->release_key, sizeof(x->r->release_key), "%s",
	    vkey);
	if (repo_file_path(dir, "%s/releases", x->repo) != 0)
		return;
	if (repo_release_walk(dir, vkey, release, x, &x->r->releases, err) !=
	    0) {
		say(x, 1, "%s", err);
		return;
	}
	json_object_foreach(x->digests, name, v)
		if (!json_is_true(json_object_get(x->seen, name)))
			say(x, 1, "metadata/%s: stands in no entry of the "
			    "release log: published in secret, or altered",
			    name);
}

/* See that a file of an earlier publication is what its name says: nodes on their way and
 * proofs about that version want it. */
static void
check_earlier(struct check *x, const char *path, const char *name)
{
	char full[CENTRE_PATH_MAX], hex[2 * SHA256_LEN + 1];
	char err[CENTRE_ERROR_MAX];
	uint8_t hash[SHA256_LEN];
	uint64_t len;

	if (repo_file_path(full, "%s/%s", x->files, path) != 0 ||
	    repo_file_hash(&disk_real, full, hash, &len, err) != 0) {
		say(x, 1, "targets/%s: cannot be read", path);
		return;
	}
	hex_encode(hex, hash, sizeof(hash));
	if (strncmp(name, hex, 2 * SHA256_LEN) != 0)
		say(x, 1, "targets/%s: altered since an earlier publication "
		    "named it", path);
}

/* Look at the files that the publication in force does not name; count those that none
 * does. */
static void
walk_files(struct check *x, const char *below, int depth)
{
	char dir[CENTRE_PATH_MAX], path[CENTRE_PATH_MAX];
	char err[CENTRE_ERROR_MAX], **names;
	const json_t *seen;
	size_t i, n;

	if (repo_file_path(dir, "%s%s%s", x->files, below[0] != '\0' ? "/" :
	    "", below) != 0 || repo_file_names(&disk_real, dir, &names, &n,
	    err) != 0)
		return;
	for (i = 0; i < n; i++) {
		if (repo_file_path(path, "%s%s%s", below, below[0] != '\0' ?
		    "/" : "", names[i]) != 0)
			continue;
		seen = json_object_get(x->seen, path);
		if (depth < 4 && strchr(names[i], '.') == NULL)
			walk_files(x, path, depth + 1);
		else if (seen == NULL)
			say(x, 0, "targets/%s: no publication names it", path);
		else if (json_is_false(seen))
			check_earlier(x, path, names[i]);
	}
	repo_file_names_free(names, n);
}

/* Check a repository. */
int
repo_check(const char *repo, const char *root, int64_t now,
    void (*tell)(void *arg, int error, const char *text), void *arg,
    struct repo_check *r, char *err)
{
	struct check x = { .repo = repo, .now = now, .say = tell, .arg = arg,
		.r = r };
	int rc = -1;

	memset(r, 0, sizeof(*r));
	if (repo_file_path(x.files, "%s/targets", repo) != 0)
		return (repo_file_fail(err, "%s: too long a path", repo));
	x.seen = json_object();
	x.digests = json_object();
	if (x.seen == NULL || x.digests == NULL)
		(void)repo_file_fail(err, "out of memory");
	else if ((rc = walk_roots(&x, root, err)) == 0 &&
	    walk_metadata(&x) == 0) {
		walk_targets(&x);
		note_all_targets(&x);
		walk_releases(&x);
		walk_files(&x, "", 0);
	}
	tuf_close(x.tuf);
	json_decref(x.seen);
	json_decref(x.digests);
	return (rc);
}
