#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "store/disk.h"

#include "canonjson.h"
#include "repo_impl.h"

#define PLAN_MAX	65536	/* bytes */

/* Read the plan. */
static int
read_plan(struct repo_pending *p, char *err)
{
	char path[CENTRE_PATH_MAX], *text, wrong[256] = "";
	json_t *v;
	size_t len;
	int rc;

	if (repo_file_path(path, "%s/" REPO_PLAN_FILE, p->dir) != 0)
		return (repo_file_fail(err, "%s: too long a path", p->dir));
	rc = repo_file_read(p->disk, path, PLAN_MAX, &text, &len, err);
	if (rc != 0)
		return (rc);
	v = canonjson_load(text, len, wrong, sizeof(wrong));
	free(text);
	if (v == NULL)
		return (repo_file_fail(err, "%s: %s", path, wrong));
	rc = repo_plan_read(&p->plan, v);
	json_decref(v);
	return (rc == 0 ? 0 : repo_file_fail(err, "%s: is no plan of a "
	    "publication", path));
}

/* Read one document of the directory; version 0: under this very name. */
static int
read_doc(const struct repo_pending *p, struct repo_doc *doc, uint32_t version,
    const char *name, enum tuf_role role, char *err)
{
	char path[CENTRE_PATH_MAX];
	int rc;

	if ((version != 0 ? repo_file_path(path, "%s/%u.%s", p->dir,
	    (unsigned)version, name) : repo_file_path(path, "%s/%s", p->dir,
	    name)) != 0)
		return (repo_file_fail(err, "%s: too long a path", p->dir));
	rc = repo_doc_read(doc, p->disk, path, role, err);
	if (rc == 0 && version != 0 && repo_doc_version(doc) != version)
		return (repo_file_fail(err, "%s: says that it is version %u",
		    path, (unsigned)repo_doc_version(doc)));
	return (rc);
}

/* The root under which the pending metadata will stand. */
static const struct repo_doc *
root_of(const struct repo_pending *p)
{

	return (p->root.whole != NULL ? &p->root : &p->now_root);
}

/* How many signatures a new root has, and at least needs: its own threshold and that of
 * the one before. */
static void
count_root(struct repo_pending *p)
{
	struct repo_plan *plan = &p->plan;
	size_t own, old = 0, need, missing, n;

	own = repo_doc_good(&p->root, &p->root, TUF_ROOT);
	(void)repo_doc_keys(&p->root, TUF_ROOT, &need);
	missing = need > own ? need - own : 0;
	n = own;
	if (p->now_root.whole != NULL) {
		old = repo_doc_good(&p->root, &p->now_root, TUF_ROOT);
		(void)repo_doc_keys(&p->now_root, TUF_ROOT, &need);
		if (need > old && need - old > missing)
			missing = need - old;
		if (old > n)
			n = old;
	}
	plan->root_have = (int)n;
	plan->root_need = (int)(n + missing);
}

/* Count signatures. */
static void
count(struct repo_pending *p)
{
	struct repo_plan *plan = &p->plan;
	size_t need;

	if (p->root.whole != NULL)
		count_root(p);
	if (p->targets.whole != NULL) {
		plan->targets_have = (int)repo_doc_good(&p->targets,
		    root_of(p), TUF_TARGETS);
		(void)repo_doc_keys(root_of(p), TUF_TARGETS, &need);
		plan->targets_need = (int)need;
	}
}

/* Note that a key comes or goes. */
static void
note(struct repo_plan *plan, enum tuf_role role, int added, const char *id,
    const char *name)
{
	struct repo_root_change *x;

	if (plan->nroot_changes == REPO_ROOT_CHANGES_MAX)
		return;
	x = &plan->root_change[plan->nroot_changes++];
	x->role = role;
	x->added = added;
	(void)snprintf(x->key, sizeof(x->key), "%.64s", id);
	(void)snprintf(x->name, sizeof(x->name), "%.63s", name);
}

/* Note the keys of a role that `from` has and `to` has not. */
static void
differ(struct repo_plan *plan, const struct repo_doc *from,
    const struct repo_doc *to, enum tuf_role role, int added)
{
	json_t *ids = json_object_get(json_object_get(json_object_get(
	    from->body, "roles"), repo_doc_role(role)), "keyids"), *v;
	size_t i;

	json_array_foreach(ids, i, v)
		if (json_is_string(v) && (to->whole == NULL ||
		    !repo_doc_has(to, role, json_string_value(v))))
			note(plan, role, added, json_string_value(v),
			    repo_doc_name(from, json_string_value(v)));
}

/* Say what the root changes. */
static void
root_changes(struct repo_pending *p)
{
	static const enum tuf_role order[] = { TUF_ROOT, TUF_TARGETS,
		TUF_SNAPSHOT, TUF_TIMESTAMP };
	size_t i;

	for (i = 0; i < TUF_ROLES; i++) {
		differ(&p->plan, &p->root, &p->now_root, order[i], 1);
		if (p->now_root.whole != NULL)
			differ(&p->plan, &p->now_root, &p->root, order[i], 0);
	}
}

/* Load the documents of the plan. */
static int
read_docs(struct repo_pending *p, char *err)
{
	struct repo_plan *plan = &p->plan;

	if (read_doc(p, &p->now_root, 0, REPO_NOW_ROOT, TUF_ROOT, err) < 0 ||
	    read_doc(p, &p->now_targets, 0, REPO_NOW_TARGETS, TUF_TARGETS,
	    err) < 0)
		return (-1);
	if (plan->root && read_doc(p, &p->root, plan->root_version,
	    "root.json", TUF_ROOT, err) != 0)
		return (-1);
	if (plan->targets_version != 0 && read_doc(p, &p->targets,
	    plan->targets_version, "targets.json", TUF_TARGETS, err) != 0)
		return (-1);
	if (!plan->root && (plan->targets_version == 0 ||
	    p->now_root.whole == NULL))
		return (repo_file_fail(err, "%s: nothing is to be signed here",
		    p->dir));
	plan->root_expires = repo_doc_expires(&p->root);
	plan->targets_expires = repo_doc_expires(&p->targets);
	return (0);
}

/* Load a pending directory. */
int
repo_pending_open(struct repo_pending *p, const struct disk *d,
    const char *dir, char *err)
{
	int rc;

	memset(p, 0, sizeof(*p));
	p->disk = d;
	if (repo_file_path(p->dir, "%s", dir) != 0)
		return (repo_file_fail(err, "%s: too long a path", dir));
	if ((rc = read_plan(p, err)) != 0)
		return (rc);
	if (read_docs(p, err) != 0) {
		repo_pending_close(p);
		return (-1);
	}
	if (p->root.whole != NULL)
		root_changes(p);
	count(p);
	return (0);
}

/* Free it. */
void
repo_pending_close(struct repo_pending *p)
{

	repo_doc_free(&p->root);
	repo_doc_free(&p->targets);
	repo_doc_free(&p->now_root);
	repo_doc_free(&p->now_targets);
}

/* Begin one. */
int
repo_pending_begin(const struct centre *c, char dir[CENTRE_PATH_MAX], char *err)
{
	char path[CENTRE_PATH_MAX];
	struct repo_pending p;
	int rc;

	if (repo_file_path(path, "%s/pending", c->dir) != 0 ||
	    repo_file_path(dir, "%s/pending.new", c->dir) != 0)
		return (repo_file_fail(err, "%s: too long a path", c->dir));
	rc = repo_pending_open(&p, c->disk, path, err);
	if (rc == 0) {
		repo_pending_close(&p);
		return (repo_file_fail(err, "%s: something is pending already; "
		    "sign and finish it, or give it up with \"liangka repo "
		    "publish --drop\"", path));
	}
	if (rc < 0)
		return (-1);
	/* whatever an interrupted drop or preparation has left */
	if (repo_file_clear(c->disk, path, err) != 0 ||
	    repo_file_clear(c->disk, dir, err) != 0)
		return (-1);
	return (repo_file_mkdir(c->disk, dir, 0700, err));
}

/* Write the plan. */
static int
write_plan(const struct repo_pending *p, char *err)
{
	json_t *v = repo_plan_json(&p->plan);
	char *text;
	size_t len;
	int rc;

	text = v != NULL ? canonjson_print(v, &len) : NULL;
	json_decref(v);
	if (text == NULL)
		return (repo_file_fail(err, "out of memory"));
	rc = repo_file_write(p->disk, p->dir, REPO_PLAN_FILE, text, len, err);
	free(text);
	return (rc);
}

/* Write a document unless there is none. */
static int
write_doc(const struct repo_pending *p, const struct repo_doc *doc,
    uint32_t version, const char *name, char *err)
{
	char full[64];

	if (doc->whole == NULL)
		return (0);
	if (version != 0)
		(void)snprintf(full, sizeof(full), "%u.%s", (unsigned)version,
		    name);
	else
		(void)snprintf(full, sizeof(full), "%s", name);
	return (repo_doc_write(doc, p->disk, p->dir, full, err));
}

/* Show it. */
int
repo_pending_end(const struct centre *c, const struct repo_now *now,
    struct repo_pending *p, char *err)
{
	char path[CENTRE_PATH_MAX];

	if (repo_file_path(path, "%s/pending", c->dir) != 0)
		return (repo_file_fail(err, "%s: too long a path", c->dir));
	p->disk = c->disk;
	p->plan.root_version = repo_doc_version(&p->root);
	p->plan.root = p->plan.root_version != 0;
	p->plan.targets_version = repo_doc_version(&p->targets);
	if (write_doc(p, &now->root, 0, REPO_NOW_ROOT, err) != 0 ||
	    write_doc(p, &now->targets, 0, REPO_NOW_TARGETS, err) != 0 ||
	    write_doc(p, &p->root, p->plan.root_version, "root.json", err) !=
	    0 || write_doc(p, &p->targets, p->plan.targets_version,
	    "targets.json", err) != 0 || write_plan(p, err) != 0)
		return (-1);
	return (repo_file_move(c->disk, p->dir, c->dir, "pending", err));
}

/* Remove it: the plan first, without which nothing is pending; what is left of the rest
 * goes when the next one begins. */
int
repo_pending_drop(const struct centre *c, char *err)
{
	char path[CENTRE_PATH_MAX], more[CENTRE_ERROR_MAX];

	if (repo_file_path(path, "%s/pending/" REPO_PLAN_FILE, c->dir) != 0)
		return (repo_file_fail(err, "%s: too long a path", c->dir));
	if (repo_file_clear(c->disk, path, err) != 0)
		return (-1);
	*strrchr(path, '/') = '\0';
	(void)repo_file_clear(c->disk, path, more);
	return (0);
}

/* Call for each new target. */
int
repo_pending_files(const struct repo_pending *p,
    int (*each)(void *arg, const struct tuf_target *g), void *arg)
{
	json_t *old = json_object_get(p->now_targets.body, "targets");
	json_t *new = json_object_get(p->targets.body, "targets"), *v;
	struct tuf_target g, was;
	const char *name;
	int rc;

	json_object_foreach(new, name, v) {
		if (repo_target_get(name, v, &g) != 0)
			return (-1);
		if (json_object_get(old, name) != NULL && repo_target_get(name,
		    json_object_get(old, name), &was) == 0 &&
		    memcmp(was.sha256, g.sha256, sizeof(g.sha256)) == 0)
			continue;
		if ((rc = each(arg, &g)) != 0)
			return (rc);
	}
	return (0);
}
