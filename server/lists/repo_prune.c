#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

#include "repo_impl.h"

#define DEPTH_MAX	4	/* of folders below targets/ */
#define SNAPSHOTS_KEEP	16	/* metadata of so many snapshots */

/* Files that stay: paths below targets/ as keys. */
struct stay {
	const struct centre *c;
	const char *base;
	json_t *paths;
};

/* Note the files that one publication names. */
static int
note(struct stay *x, const struct repo_doc *targets)
{
	json_t *all = json_object_get(targets->body, "targets"), *v;
	char path[TUF_NAME_MAX + REPO_KEYID + 2];
	struct tuf_target g;
	const char *name;

	json_object_foreach(all, name, v) {
		if (repo_target_get(name, v, &g) != 0)
			return (-1);
		repo_target_path(&g, 1, path);
		if (json_object_set_new(x->paths, path, json_true()) != 0)
			return (-1);
	}
	return (0);
}

/* Note the files of the last publications.  One whose metadata are not there any more
 * has none. */
static int
note_last(struct stay *x, const struct repo_now *now, char *err)
{
	uint32_t v = repo_doc_version(&now->targets), k;
	char path[CENTRE_PATH_MAX];
	struct repo_doc doc;
	int rc;

	for (k = 0; k <= REPO_KEEP && k < v; k++) {
		if (repo_file_path(path, "%s/%u.targets.json", now->metadata,
		    (unsigned)(v - k)) != 0)
			return (repo_file_fail(err, "%s: too long a path",
			    now->metadata));
		rc = repo_doc_read(&doc, x->c->disk, path, TUF_TARGETS, err);
		if (rc == 1 && k > 0)
			continue;
		if (rc != 0)
			return (-1);
		rc = note(x, &doc);
		repo_doc_free(&doc);
		if (rc != 0)
			return (repo_file_fail(err, "%s: is not to be read",
			    path));
	}
	return (0);
}

/* Remove what does not stay in a folder; `below` is its path below targets/. */
static int
sweep(const struct stay *x, const char *below, int depth, char *err)
{
	char dir[CENTRE_PATH_MAX], path[CENTRE_PATH_MAX], **names, **none;
	const struct disk *d = x->c->disk;
	size_t i, n, k;
	int rc = 0;

	if (repo_file_path(dir, "%s%s%s", x->base, below[0] != '\0' ? "/" : "",
	    below) != 0 || repo_file_names(d, dir, &names, &n, err) != 0)
		return (-1);
	for (i = 0; i < n && rc == 0; i++) {
		if (repo_file_path(path, "%s%s%s", below, below[0] != '\0' ?
		    "/" : "", names[i]) != 0 ||
		    json_object_get(x->paths, path) != NULL)
			continue;
		if (depth < DEPTH_MAX && strchr(names[i], '.') == NULL) {
			rc = sweep(x, path, depth + 1, err);
			continue;
		}
		if (repo_file_path(path, "%s/%s", dir, names[i]) == 0)
			rc = repo_file_clear(d, path, err);
	}
	repo_file_names_free(names, n);
	if (rc == 0 && depth > 0 && repo_file_names(d, dir, &none, &k, err) ==
	    0) {
		repo_file_names_free(none, k);
		if (k == 0)
			(void)d->rmdir(d->ctx, dir);
	}
	return (rc);
}

/* Is this metadata of a version that may go? */
static int
old_metadata(const char *name, const struct repo_now *now)
{
	char *end;
	unsigned long v = strtoul(name, &end, 10);

	if (end == name)
		return (strlen(name) > 4 && strcmp(name + strlen(name) - 4,
		    ".tmp") == 0);
	if (strcmp(end, ".targets.json") == 0)
		return (v + REPO_KEEP < repo_doc_version(&now->targets));
	if (strcmp(end, ".snapshot.json") == 0)
		return (v + SNAPSHOTS_KEEP < repo_doc_version(&now->snapshot));
	return (strlen(end) > 4 && strcmp(end + strlen(end) - 4, ".tmp") == 0);
}

/* Remove metadata of old versions. */
static int
sweep_metadata(const struct centre *c, const struct repo_now *now, char *err)
{
	char path[CENTRE_PATH_MAX], **names;
	size_t i, n;
	int rc = 0;

	if (repo_file_names(c->disk, now->metadata, &names, &n, err) != 0)
		return (-1);
	for (i = 0; i < n && rc == 0; i++)
		if (old_metadata(names[i], now) && repo_file_path(path,
		    "%s/%s", now->metadata, names[i]) == 0)
			rc = repo_file_clear(c->disk, path, err);
	repo_file_names_free(names, n);
	return (rc);
}

/* Prune. */
int
repo_prune(const struct centre *c, const struct repo_now *now, char *err)
{
	struct stay x = { .c = c, .base = now->files };
	int rc;

	if (now->targets.whole == NULL)
		return (0);
	if ((x.paths = json_object()) == NULL)
		return (repo_file_fail(err, "out of memory"));
	rc = note_last(&x, now, err);
	if (rc == 0)
		rc = sweep(&x, "", 0, err);
	if (rc == 0)
		rc = sweep_metadata(c, now, err);
	json_decref(x.paths);
	return (rc);
}
