#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/keydisk.h"
#include "keys/signkey.h"
#include "store/disk.h"

#include "canonjson.h"
#include "repo_impl.h"

/* Load a key file of kind root or targets. */
static int
load(const char *path, int64_t now, struct note_signer *s, enum tuf_role *role,
    char *err)
{
	struct keydisk_look look;
	struct keyfile_error e;
	struct keyfile k;
	int rc;

	memset(s, 0, sizeof(*s));
	if (keydisk_look(&k, &look, path, &e) != 0)
		return (repo_file_fail(err, "%s", e.text));
	if (look.access.fault != KEYFILE_FINE)
		rc = repo_file_fail(err, "%s", look.access.text);
	else if (k.kind != KEYFILE_ROOT && k.kind != KEYFILE_TARGETS)
		rc = repo_file_fail(err, "%s: is a key of kind %s; what is "
		    "pending is signed with keys of kind root and targets",
		    path, keyfile_kind_name(k.kind));
	else if ((rc = signkey_from(s, &k, path, now, &e)) != 0)
		(void)repo_file_fail(err, "%s", e.text);
	*role = k.kind == KEYFILE_ROOT ? TUF_ROOT : TUF_TARGETS;
	keyfile_wipe(&k);
	return (rc);
}

/* May this key sign the pending file of its role? */
static int
permitted(const struct repo_pending *p, enum tuf_role role, const char *path,
    const struct note_signer *s, char *err)
{
	const struct repo_doc *root = p->root.whole != NULL ? &p->root :
	    &p->now_root;
	char id[REPO_KEYID + 1];
	json_t *key = repo_doc_key(&s->public, id);

	json_decref(key);
	if (key == NULL)
		return (repo_file_fail(err, "out of memory"));
	if ((role == TUF_ROOT ? &p->root : &p->targets)->whole == NULL)
		return (repo_file_fail(err, "%s: nothing here is for a key of "
		    "kind %s", p->dir, repo_doc_role(role)));
	if (repo_doc_has(root, role, id) || (role == TUF_ROOT &&
	    p->now_root.whole != NULL && repo_doc_has(&p->now_root, role, id)))
		return (0);
	return (repo_file_fail(err, "%s: this key (%s, %.16s...) is none of "
	    "the %s keys that the root names", path, s->public.name, id,
	    repo_doc_role(role)));
}

/* Write the document of a role back. */
static int
store(struct repo_pending *p, enum tuf_role role, char *err)
{
	struct repo_doc *doc = role == TUF_ROOT ? &p->root : &p->targets;
	char name[64];

	(void)snprintf(name, sizeof(name), "%u.%s.json",
	    (unsigned)repo_doc_version(doc), repo_doc_role(role));
	return (repo_doc_write(doc, p->disk, p->dir, name, err));
}

/* Sign what was opened. */
static int
sign(struct repo_pending *p, const char *path, int64_t now,
    enum tuf_role *role, char *err)
{
	struct note_signer s;
	int rc = -1;

	if (load(path, now, &s, role, err) != 0)
		return (-1);
	if (permitted(p, *role, path, &s, err) == 0)
		rc = repo_doc_sign(*role == TUF_ROOT ? &p->root : &p->targets,
		    &s, err);
	note_signer_wipe(&s);
	return (rc == 0 ? store(p, *role, err) : -1);
}

/* Digest what is to be signed. */
int
repo_pending_digest(const struct repo_pending *p, uint8_t sha256[SHA256_LEN],
    char *err)
{
	const struct repo_doc *doc[] = { &p->root, &p->targets };
	struct sha256 h;
	size_t i, len;
	char *text;

	sha256_init(&h);
	for (i = 0; i < 2; i++) {
		if (doc[i]->whole == NULL)
			continue;
		if ((text = canonjson_print(doc[i]->body, &len)) == NULL)
			return (repo_file_fail(err, "out of memory"));
		sha256_update(&h, text, len);
		free(text);
	}
	sha256_final(&h, sha256);
	return (0);
}

/* Is it still what was shown?  The directory may be somebody else's. */
static int
as_shown(const struct repo_pending *p, const uint8_t *digest, char *err)
{
	uint8_t is[SHA256_LEN];

	if (digest == NULL)
		return (0);
	if (repo_pending_digest(p, is, err) != 0)
		return (-1);
	return (memcmp(is, digest, sizeof(is)) == 0 ? 0 : repo_file_fail(err,
	    "%s: is another than was shown: look at it again", p->dir));
}

/* Sign what is pending. */
int
repo_sign(const char *pending, const char *key, int64_t now, int *have,
    int *need, char *err)
{

	return (repo_sign_shown(pending, key, NULL, now, have, need, err));
}

/* Sign what is pending, when it is what was shown. */
int
repo_sign_shown(const char *pending, const char *key, const uint8_t *digest,
    int64_t now, int *have, int *need, char *err)
{
	struct repo_pending p;
	enum tuf_role role = TUF_TARGETS;
	int rc;

	rc = repo_pending_open(&p, &disk_real, pending, err);
	if (rc == 1)
		return (repo_file_fail(err, "%s: nothing is pending here",
		    pending));
	if (rc != 0)
		return (-1);
	if ((rc = repo_review(&p, err)) == 0 &&
	    (rc = as_shown(&p, digest, err)) == 0)
		rc = sign(&p, key, now, &role, err);
	repo_pending_close(&p);
	if (rc != 0)
		return (-1);
	/* count what is on the disk now */
	if (repo_pending_open(&p, &disk_real, pending, err) != 0)
		return (-1);
	*have = role == TUF_ROOT ? p.plan.root_have : p.plan.targets_have;
	*need = role == TUF_ROOT ? p.plan.root_need : p.plan.targets_need;
	repo_pending_close(&p);
	return (0);
}

/* Has a key that counts signed a pending document well? */
static int
signed_by(const struct repo_pending *p, enum tuf_role role, const char *id)
{
	const struct repo_doc *doc = role == TUF_ROOT ? &p->root : &p->targets;
	const struct repo_doc *root = p->root.whole != NULL ? &p->root :
	    &p->now_root;

	return (repo_doc_signed_by(doc, root, role, id) ||
	    (role == TUF_ROOT && p->now_root.whole != NULL &&
	    repo_doc_signed_by(doc, &p->now_root, role, id)));
}

/* Take over the good signatures on a copy of a document. */
static int
collect(struct repo_pending *p, const struct repo_doc *copy, enum tuf_role role,
    int *n, char *err)
{
	struct repo_doc *doc = role == TUF_ROOT ? &p->root : &p->targets;
	json_t *mine = json_object_get(doc->whole, "signatures");
	json_t *theirs = json_object_get(copy->whole, "signatures"), *one;
	const char *id;
	size_t i;
	int new = 0;

	if (doc->whole == NULL && copy->whole == NULL)
		return (0);
	if (doc->whole == NULL || copy->whole == NULL ||
	    !json_equal(doc->body, copy->body))
		return (repo_file_fail(err, "the %s there is another than is "
		    "pending here: its signatures are not for this one",
		    repo_doc_role(role)));
	json_array_foreach(theirs, i, one) {
		id = json_string_value(json_object_get(one, "keyid"));
		if (id == NULL || signed_by(p, role, id))
			continue;
		if (json_array_append(mine, one) != 0)
			return (repo_file_fail(err, "out of memory"));
		if (signed_by(p, role, id))
			new++;
		else
			(void)json_array_remove(mine,
			    json_array_size(mine) - 1);
	}
	*n += new;
	return (new > 0 ? store(p, role, err) : 0);
}

/* Take over signatures. */
int
repo_collect(struct centre *c, const char *from, int *n, char *err)
{
	char dir[CENTRE_PATH_MAX];
	struct repo_pending p, q;
	int rc;

	*n = 0;
	if (repo_file_path(dir, "%s/pending", c->dir) != 0)
		return (repo_file_fail(err, "%s: too long a path", c->dir));
	rc = repo_pending_open(&p, c->disk, dir, err);
	if (rc == 1)
		return (repo_file_fail(err, "%s: nothing is pending", dir));
	if (rc != 0)
		return (-1);
	rc = repo_pending_open(&q, &disk_real, from, err);
	if (rc == 0) {
		rc = collect(&p, &q.root, TUF_ROOT, n, err);
		if (rc == 0)
			rc = collect(&p, &q.targets, TUF_TARGETS, n, err);
		repo_pending_close(&q);
	} else if (rc == 1)
		rc = repo_file_fail(err, "%s: nothing is pending there", from);
	repo_pending_close(&p);
	return (rc == 0 ? 0 : -1);
}

/* Give up what is pending. */
int
repo_drop(struct centre *c, int64_t now, const char *who, const char *why,
    char *err)
{
	char dir[CENTRE_PATH_MAX], what[96];
	struct repo_pending p;
	int rc;

	if (repo_file_path(dir, "%s/pending", c->dir) != 0)
		return (repo_file_fail(err, "%s: too long a path", c->dir));
	rc = repo_pending_open(&p, c->disk, dir, err);
	if (rc == 1)
		return (repo_file_fail(err, "%s: nothing is pending", dir));
	(void)snprintf(what, sizeof(what), rc == 0 && p.plan.root ?
	    "gave up the pending root %u" : "gave up the pending publication "
	    "%u", rc == 0 ? (unsigned)(p.plan.root ? p.plan.root_version :
	    p.plan.targets_version) : 0);
	if (rc == 0)
		repo_pending_close(&p);
	if (repo_pending_drop(c, err) != 0)
		return (-1);
	return (centre_say(c, now, who, what, why, err));
}
