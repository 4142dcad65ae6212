#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "store/disk.h"

#include "listfile.h"
#include "repo_impl.h"

/*
 * What a signer is told is read from the metadata that he signs; what the plan adds to
 * it must agree with them, or nothing is told at all.
 */

/* A review under way. */
struct review {
	struct repo_pending *p;
	const json_t *old, *new;	/* entries */
	char *err;
};

/* Say that plan and metadata differ. */
static int
differs(const struct review *x, const char *what, const char *of)
{

	return (repo_file_fail(x->err, "%s: the plan and the targets that are "
	    "to be signed differ in %s %s: do not sign, have it prepared anew",
	    x->p->dir, what, of));
}

/* The change of a list in the plan, or NULL. */
static const struct repo_change *
change_of(const struct repo_plan *plan, const char *list)
{
	size_t i;

	for (i = 0; i < plan->nlists; i++)
		if (strcmp(plan->list[i].list, list) == 0)
			return (&plan->list[i]);
	return (NULL);
}

/* Is this entry, which is new or was dropped, told by the plan? */
static int
told(const struct repo_plan *plan, const struct tuf_target *g, int new)
{

	if (g->list[0] != '\0') {
		const struct repo_change *ch = change_of(plan, g->list);

		return (ch != NULL && (!new || ch->version == g->version));
	}
	if (strcmp(g->kind, "policy") == 0)
		return (plan->policy[0] != '\0' && (!new ||
		    strcmp(plan->policy, g->policy) == 0));
	if (strcmp(g->kind, "outlets") == 0)
		return (plan->outlets != 0 && (!new ||
		    plan->outlets == g->version));
	if (strcmp(g->kind, "campaigns") == 0)
		return (plan->campaigns != 0 && (!new ||
		    plan->campaigns == g->version));
	return (0);
}

/* See that every entry of `from` that `to` has not, or has otherwise, is told. */
static int
all_told(const struct review *x, const json_t *from, const json_t *to, int new)
{
	struct tuf_target g;
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)from, name, v) {
		if (json_equal(v, json_object_get(to, name)))
			continue;
		if (repo_target_get(name, v, &g) != 0)
			return (differs(x, "the entry", name));
		if (!told(&x->p->plan, &g, new))
			return (differs(x, "the entry", name));
	}
	return (0);
}

/* The version and count of a list among some entries; zeros when it is not there. */
static void
standing(const json_t *entries, const char *list, uint32_t *version,
    uint64_t *count)
{
	struct tuf_target snap, delta;

	*version = 0;
	*count = 0;
	if (entries == NULL || !repo_target_find(entries, "snapshot", list,
	    &snap))
		return;
	if (repo_target_find(entries, "delta", list, &delta) &&
	    delta.version > snap.version)
		snap = delta;
	*version = snap.version;
	*count = snap.count;
}

/* Count what the last step alone does, where its file is among the new ones. */
static int
check_step(const struct review *x, const struct repo_change *ch)
{
	char name[TUF_NAME_MAX], path[CENTRE_PATH_MAX];
	char wrong[LISTFILE_ERROR_MAX] = "";
	struct listfile_header h;
	struct listrec *r;
	uint64_t gone = 0, i;

	(void)snprintf(name, sizeof(name), "lists/%s/%u-%u.delta.zst",
	    ch->list, (unsigned)ch->from, (unsigned)ch->version);
	if (ch->from == 0 || json_object_get(x->new, name) == NULL)
		return (0);
	if (repo_file_path(path, "%s/targets/%s", x->p->dir, name) != 0)
		return (repo_file_fail(x->err, "%s: too long a path", name));
	r = listfile_read(path, &h, LIST_LAYER_MAX, wrong);
	if (r == NULL)
		return (repo_file_fail(x->err, "%s", wrong));
	for (i = 0; i < h.records; i++)
		gone += (listrec_flags(&r[i]) & LISTREC_GONE) != 0;
	free(r);
	if (gone != ch->removed || h.records != ch->added + ch->removed +
	    ch->changed + ch->cleared)
		return (differs(x, "the numbers of the list", ch->list));
	return (0);
}

/* See that what the plan says of a list is what the metadata say. */
static int
check_change(const struct review *x, const struct repo_change *ch)
{
	uint32_t from, version;
	uint64_t before, after;

	standing(x->old, ch->list, &from, &before);
	standing(x->new, ch->list, &version, &after);
	if (ch->from != from || ch->before != before ||
	    ch->version != version || ch->after != after)
		return (differs(x, "the list", ch->list));
	/* a cleared one may have been listed before, or not */
	if (after + ch->removed < before + ch->added ||
	    after + ch->removed > before + ch->added + ch->cleared)
		return (differs(x, "the numbers of the list", ch->list));
	if (x->p->plan.expedited && (ch->added != 0 || ch->changed != 0))
		return (repo_file_fail(x->err, "%s: is said to withdraw alone, "
		    "but adds to the list %s or changes it: do not sign",
		    x->p->dir, ch->list));
	return (check_step(x, ch));
}

/* Is a new file there as it is about to be signed? */
static int
check_file(void *arg, const struct tuf_target *g)
{
	const struct review *x = arg;
	struct tuf_target is = *g;
	char base[CENTRE_PATH_MAX];

	if (repo_file_path(base, "%s/targets", x->p->dir) != 0)
		return (repo_file_fail(x->err, "%s: too long a path",
		    x->p->dir));
	if (repo_target_hash(x->p->disk, base, &is, x->err) != 0)
		return (-1);
	if (is.length != g->length || memcmp(is.sha256, g->sha256,
	    sizeof(is.sha256)) != 0)
		return (repo_file_fail(x->err, "%s/%s: is not what the targets "
		    "say: do not sign, have it prepared or carried anew", base,
		    g->name));
	return (0);
}

/* Are these the only members?  What a signer is not told of he does not sign. */
static int
only(const struct review *x, const json_t *o, const char *const *known,
    const char *of)
{
	const char *name;
	json_t *v;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)o, name, v) {
		for (i = 0; known[i] != NULL && strcmp(known[i], name) != 0;
		    i++)
			continue;
		if (known[i] == NULL)
			return (repo_file_fail(x->err, "%s: the %s hold "
			    "\"%.64s\", which nothing here explains: do not "
			    "sign", x->p->dir, of, name));
	}
	return (0);
}

/* Does another key sign the release log from now on? */
static void
review_releases(struct review *x)
{
	const json_t *was = json_object_get(x->p->now_targets.body,
	    "x_releases"), *is = json_object_get(x->p->targets.body,
	    "x_releases");
	const char *s = json_string_value(is);

	if (s != NULL && !json_equal(was, is))
		(void)snprintf(x->p->plan.releases,
		    sizeof(x->p->plan.releases), "%s", s);
}

/* Review the targets. */
static int
review_targets(struct review *x)
{
	static const char *const members[] = { "_type", "spec_version",
		"version", "expires", "targets", "x_releases", NULL };
	const struct repo_plan *plan = &x->p->plan;
	size_t i;

	if (x->p->targets.whole == NULL)
		return (0);
	if (repo_doc_version(&x->p->targets) !=
	    repo_doc_version(&x->p->now_targets) + 1)
		return (repo_file_fail(x->err, "%s: version %u of the targets "
		    "does not follow version %u", x->p->dir,
		    (unsigned)repo_doc_version(&x->p->targets),
		    (unsigned)repo_doc_version(&x->p->now_targets)));
	x->old = json_object_get(x->p->now_targets.body, "targets");
	x->new = json_object_get(x->p->targets.body, "targets");
	if (!json_is_object(x->new))
		return (repo_file_fail(x->err, "%s: the targets name no files",
		    x->p->dir));
	if (only(x, x->p->targets.body, members, "targets") != 0)
		return (-1);
	review_releases(x);
	if (all_told(x, x->new, x->old, 1) != 0 ||
	    all_told(x, x->old, x->new, 0) != 0)
		return (-1);
	if (plan->expedited && (plan->policy[0] != '\0' ||
	    plan->outlets != 0 || plan->campaigns != 0))
		return (differs(x, "that it is", "a withdrawal"));
	for (i = 0; i < plan->nlists; i++)
		if (check_change(x, &plan->list[i]) != 0)
			return (-1);
	(void)repo_file_fail(x->err, "%s: an entry of the targets cannot be "
	    "read", x->p->dir);
	return (repo_pending_files(x->p, check_file, x));
}

/* Is each key what its id says, so that no other hides behind a known one? */
static int
review_keys(const struct review *x)
{
	json_t *keys = json_object_get(x->p->root.body, "keys"), *v, *is;
	struct note_verifier key;
	char id[REPO_KEYID + 1];
	const char *name, *hex;
	int same;

	json_object_foreach(keys, name, v) {
		hex = json_string_value(json_object_get(json_object_get(v,
		    "keyval"), "public"));
		memset(&key, 0, sizeof(key));
		if (hex == NULL || strlen(hex) != 64 ||
		    hex_decode(key.key, hex, 32) != 0 ||
		    (is = repo_doc_key(&key, id)) == NULL)
			return (repo_file_fail(x->err, "%s: a key of the root "
			    "cannot be read: do not sign", x->p->dir));
		same = json_equal(is, v) && strcmp(id, name) == 0;
		json_decref(is);
		if (!same)
			return (repo_file_fail(x->err, "%s: the key %.16s of "
			    "the root is not the one of this id: do not sign",
			    x->p->dir, name));
	}
	return (0);
}

/* Has each role the threshold that it must have, and keys that are there? */
static int
review_roles(const struct review *x)
{
	const struct repo_doc *root = &x->p->root;
	json_t *keys = json_object_get(root->body, "keys"), *ids, *v;
	size_t i, threshold;
	int role;

	for (role = 0; role < TUF_ROLES; role++) {
		const size_t want = role == TUF_ROOT || role == TUF_TARGETS ?
		    REPO_THRESHOLD : 1;

		if (repo_doc_keys(root, (enum tuf_role)role, &threshold) <
		    want || threshold != want)
			return (repo_file_fail(x->err, "%s: the root would "
			    "not have %zu keys sign %s: do not sign",
			    x->p->dir, want,
			    repo_doc_role((enum tuf_role)role)));
		ids = json_object_get(json_object_get(json_object_get(
		    root->body, "roles"), repo_doc_role((enum tuf_role)role)),
		    "keyids");
		json_array_foreach(ids, i, v)
			if (!json_is_string(v) || json_object_get(keys,
			    json_string_value(v)) == NULL)
				return (repo_file_fail(x->err, "%s: the root "
				    "names a key that it does not hold: do "
				    "not sign", x->p->dir));
	}
	return (0);
}

/* Review the root: what it changes was read from it. */
static int
review_root(struct review *x)
{
	static const char *const members[] = { "_type", "spec_version",
		"version", "expires", "consistent_snapshot", "keys", "roles",
		"x_names", NULL };
	const struct repo_pending *p = x->p;

	if (p->root.whole == NULL)
		return (0);
	if (only(x, p->root.body, members, "root metadata") != 0 ||
	    review_keys(x) != 0 || review_roles(x) != 0)
		return (-1);
	if (!json_is_true(json_object_get(p->root.body,
	    "consistent_snapshot")))
		return (repo_file_fail(x->err, "%s: the root does without "
		    "consistent snapshots: do not sign", p->dir));
	if (repo_doc_version(&p->root) != repo_doc_version(&p->now_root) + 1)
		return (repo_file_fail(x->err, "%s: version %u of the root "
		    "does not follow version %u", p->dir,
		    (unsigned)repo_doc_version(&p->root),
		    (unsigned)repo_doc_version(&p->now_root)));
	return (0);
}

/* See that what is said to be in force is signed. */
static int
review_base(struct review *x)
{
	const struct repo_pending *p = x->p;

	if ((p->now_root.whole != NULL && !repo_doc_enough(&p->now_root,
	    &p->now_root, TUF_ROOT)) || (p->now_targets.whole != NULL &&
	    !repo_doc_enough(&p->now_targets, &p->now_root, TUF_TARGETS)))
		return (repo_file_fail(x->err, "%s: what is said to be in "
		    "force is not signed by those who must: do not sign",
		    p->dir));
	return (0);
}

/* Review what is pending. */
int
repo_review(struct repo_pending *p, char *err)
{
	struct review x = { .p = p, .err = err };

	if (review_base(&x) != 0 || review_root(&x) != 0)
		return (-1);
	return (review_targets(&x));
}

/* What a pending directory would change. */
int
repo_plan(const char *pending, struct repo_plan *plan, char *err)
{
	struct repo_pending p;
	int rc;

	rc = repo_pending_open(&p, &disk_real, pending, err);
	if (rc == 1)
		return (repo_file_fail(err, "%s: nothing is pending here",
		    pending));
	if (rc != 0)
		return (-1);
	if ((rc = repo_review(&p, err)) == 0)
		rc = repo_pending_digest(&p, p.plan.digest, err);
	*plan = p.plan;
	repo_pending_close(&p);
	return (rc);
}
