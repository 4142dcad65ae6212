#include <stdio.h>
#include <string.h>

#include "keys/keyfile.h"
#include "keys/signkey.h"
#include "store/disk.h"

#include "repo_impl.h"

#define DAY	86400

/* Load a verifier key that may stand in a root. */
static int
load_key(const char *path, struct note_verifier *v, char *err)
{
	struct keyfile_error e;

	if (signkey_verifier_load(v, path, &e) != 0)
		return (repo_file_fail(err, "%s", e.text));
	if (v->type != NOTE_ED25519)
		return (repo_file_fail(err, "%s: is no ed25519 key, which "
		    "alone sign a repository", path));
	return (0);
}

/* Does any role of the root have this key? */
static int
has_any(const struct repo_doc *root, const char *id)
{
	int role;

	for (role = 0; role < TUF_ROLES; role++)
		if (repo_doc_has(root, (enum tuf_role)role, id))
			return (1);
	return (0);
}

/* The array of a role's key ids. */
static json_t *
ids_of(const struct repo_doc *root, enum tuf_role role)
{

	return (json_object_get(json_object_get(json_object_get(root->body,
	    "roles"), repo_doc_role(role)), "keyids"));
}

/* Add a key to a role. */
static int
add_key(struct repo_doc *root, enum tuf_role role, const char *path, char *err)
{
	char id[REPO_KEYID + 1];
	struct note_verifier v;
	json_t *key;

	if (load_key(path, &v, err) != 0)
		return (-1);
	if ((key = repo_doc_key(&v, id)) == NULL)
		return (repo_file_fail(err, "out of memory"));
	if (has_any(root, id)) {
		json_decref(key);
		return (repo_file_fail(err, "%s: this key serves a role "
		    "already; each role and each custodian needs one of his "
		    "own", path));
	}
	if (json_array_size(ids_of(root, role)) == REPO_KEYS_MAX) {
		json_decref(key);
		return (repo_file_fail(err, "the role %s has %d keys already",
		    repo_doc_role(role), REPO_KEYS_MAX));
	}
	if (json_object_set_new(json_object_get(root->body, "keys"), id,
	    key) != 0 || json_object_set_new(json_object_get(root->body,
	    "x_names"), id, json_string(v.name)) != 0 ||
	    json_array_append_new(ids_of(root, role), json_string(id)) != 0)
		return (repo_file_fail(err, "out of memory"));
	return (0);
}

/* Drop a key from a role: by its name, or the beginning of its id. */
static int
drop_key(struct repo_doc *root, enum tuf_role role, const char *which,
    char *err)
{
	json_t *ids = ids_of(root, role), *v;
	size_t i, at = 0, n = 0, len = strlen(which);
	char id[REPO_KEYID + 1];
	const char *s;

	json_array_foreach(ids, i, v) {
		s = json_string_value(v);
		if (s != NULL && (strcmp(repo_doc_name(root, s), which) == 0 ||
		    (len >= 4 && strncmp(s, which, len) == 0))) {
			at = i;
			n++;
		}
	}
	if (n != 1)
		return (repo_file_fail(err, "%s: %s key of the role %s is "
		    "called so; give more digits of its id", which, n == 0 ?
		    "no" : "more than one", repo_doc_role(role)));
	(void)snprintf(id, sizeof(id), "%s",
	    json_string_value(json_array_get(ids, at)));
	(void)json_array_remove(ids, at);
	if (!has_any(root, id)) {
		(void)json_object_del(json_object_get(root->body, "keys"), id);
		(void)json_object_del(json_object_get(root->body, "x_names"),
		    id);
	}
	return (0);
}

/* Has each role keys enough? */
static int
keys_enough(const struct repo_doc *root, char *err)
{
	size_t n, threshold, want;
	int role;

	for (role = 0; role < TUF_ROLES; role++) {
		n = repo_doc_keys(root, (enum tuf_role)role, &threshold);
		want = role == TUF_ROOT || role == TUF_TARGETS ?
		    REPO_KEYS_MIN : 1;
		if (n < want)
			return (repo_file_fail(err, "the role %s needs at "
			    "least %zu key%s, so that %s; it would have %zu",
			    repo_doc_role((enum tuf_role)role), want,
			    want == 1 ? "" : "s", want == 1 ?
			    "somebody can sign" : "two can sign when one is "
			    "lost", n));
	}
	return (0);
}

/* Begin a root without keys. */
static int
empty_root(struct repo_doc *root, int64_t expires, char *err)
{
	json_t *roles = json_object(), *r;
	int role, bad = 0;

	if (repo_doc_new(root, TUF_ROOT, 1, expires) != 0) {
		json_decref(roles);
		return (repo_file_fail(err, "out of memory"));
	}
	for (role = 0; role < TUF_ROLES; role++) {
		r = json_pack("{s:[], s:i}", "keyids", "threshold",
		    role == TUF_ROOT || role == TUF_TARGETS ?
		    REPO_THRESHOLD : 1);
		bad |= json_object_set_new(roles,
		    repo_doc_role((enum tuf_role)role), r);
	}
	bad |= json_object_set_new(root->body, "roles", roles);
	bad |= json_object_set_new(root->body, "keys", json_object());
	bad |= json_object_set_new(root->body, "x_names", json_object());
	bad |= json_object_set_new(root->body, "consistent_snapshot",
	    json_true());
	return (bad ? repo_file_fail(err, "out of memory") : 0);
}

/* Add some keys to a role. */
static int
add_keys(struct repo_doc *root, enum tuf_role role, const char *const *paths,
    size_t n, char *err)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (add_key(root, role, paths[i], err) != 0)
			return (-1);
	return (0);
}

/* Begin a repository. */
int
repo_init(struct centre *c, const char *const *root_keys, size_t nroot,
    const char *const *targets_keys, size_t ntargets, const char *snapshot_key,
    const char *timestamp_key, int64_t now, char *err)
{
	struct repo_pending p;
	struct repo_now was;
	int rc = -1;

	memset(&p, 0, sizeof(p));
	if (repo_now_open(&was, c, err) != 0)
		return (-1);
	if (was.root.whole != NULL)
		(void)repo_file_fail(err, "%s: has a root already (version "
		    "%u); \"liangka repo key\" changes it", was.metadata,
		    (unsigned)repo_doc_version(&was.root));
	else if (empty_root(&p.root, now + (int64_t)c->root_days * DAY,
	    err) == 0 && add_keys(&p.root, TUF_ROOT, root_keys, nroot, err) ==
	    0 && add_keys(&p.root, TUF_TARGETS, targets_keys, ntargets, err) ==
	    0 && add_key(&p.root, TUF_SNAPSHOT, snapshot_key, err) == 0 &&
	    add_key(&p.root, TUF_TIMESTAMP, timestamp_key, err) == 0 &&
	    keys_enough(&p.root, err) == 0 &&
	    repo_pending_begin(c, p.dir, err) == 0) {
		p.plan.t = now;
		rc = repo_pending_end(c, &was, &p, err);
	}
	repo_pending_close(&p);
	repo_now_close(&was);
	return (rc);
}

/* Begin the next root from the one in force. */
static int
next_root(const struct repo_now *was, struct repo_doc *root, int64_t expires,
    char *err)
{
	char until[KEYFILE_CREATED_LEN + 1];
	uint32_t version = repo_doc_version(&was->root);

	root->whole = json_deep_copy(was->root.whole);
	if (root->whole == NULL || keyfile_time_print(until, expires) != 0)
		return (repo_file_fail(err, "out of memory"));
	root->body = json_object_get(root->whole, "signed");
	if (json_object_set_new(root->whole, "signatures", json_array()) != 0 ||
	    json_object_set_new(root->body, "version",
	    json_integer((json_int_t)version + 1)) != 0 ||
	    json_object_set_new(root->body, "expires", json_string(until)) !=
	    0 || (json_object_get(root->body, "x_names") == NULL &&
	    json_object_set_new(root->body, "x_names", json_object()) != 0))
		return (repo_file_fail(err, "out of memory"));
	return (0);
}

/* Make the targets pending again where the new root does not know their signers. */
static int
next_targets(const struct centre *c, const struct repo_now *was,
    struct repo_pending *p, int64_t now, char *err)
{
	json_t *copy;
	const char *key;
	void *more;

	if (was->targets.whole == NULL ||
	    repo_doc_enough(&was->targets, &p->root, TUF_TARGETS))
		return (0);
	if (repo_doc_new(&p->targets, TUF_TARGETS,
	    repo_doc_version(&was->targets) + 1,
	    now + (int64_t)c->targets_days * DAY) != 0)
		return (repo_file_fail(err, "out of memory"));
	json_object_foreach_safe(was->targets.body, more, key, copy)
		if (json_object_get(p->targets.body, key) == NULL &&
		    json_object_set_new(p->targets.body, key,
		    json_deep_copy(copy)) != 0)
			return (repo_file_fail(err, "out of memory"));
	return (0);
}

/* Begin a new root version. */
int
repo_key(struct centre *c, enum tuf_role role, const char *add,
    const char *drop, int64_t now, char *err)
{
	struct repo_pending p;
	struct repo_now was;
	int rc = -1;

	memset(&p, 0, sizeof(p));
	if (repo_now_open(&was, c, err) != 0)
		return (-1);
	if (was.root.whole == NULL)
		(void)repo_file_fail(err, "%s: has no root yet: \"liangka repo "
		    "init\", sign and finish first", was.metadata);
	else if (next_root(&was, &p.root, now + (int64_t)c->root_days * DAY,
	    err) == 0 && (drop == NULL || drop_key(&p.root, role, drop, err) ==
	    0) && (add == NULL || add_key(&p.root, role, add, err) == 0) &&
	    keys_enough(&p.root, err) == 0 && next_targets(c, &was, &p, now,
	    err) == 0 && repo_pending_begin(c, p.dir, err) == 0) {
		p.plan.t = now;
		rc = repo_pending_end(c, &was, &p, err);
	}
	repo_pending_close(&p);
	repo_now_close(&was);
	return (rc);
}
