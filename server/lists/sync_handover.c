#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

#include "sync_impl.h"

#define DEPTH_MAX 8	/* of directories below targets/ */

/* Remember a path. */
int
sync_keep_add(struct sync_keep *k, const char *path)
{
	char **more;

	if (k->n == k->cap) {
		k->cap = k->cap * 2 + 16;
		more = reallocarray(k->path, k->cap, sizeof(*more));
		if (more == NULL)
			return (-1);
		k->path = more;
	}
	if ((k->path[k->n] = strdup(path)) == NULL)
		return (-1);
	k->n++;
	return (0);
}

/* Is it one of them? */
int
sync_keep_has(const struct sync_keep *k, const char *path, size_t len)
{
	size_t i;

	for (i = 0; i < k->n; i++)
		if (strncmp(k->path[i], path, len) == 0 &&
		    k->path[i][len] == '\0')
			return (1);
	return (0);
}

/* Free them. */
void
sync_keep_free(struct sync_keep *k)
{

	while (k->n > 0)
		free(k->path[--k->n]);
	free(k->path);
	memset(k, 0, sizeof(*k));
}

/* The name under which a role's file is handed over. */
static void
name_of(const struct tuf *t, enum tuf_role role, char out[64])
{
	static const char *const word[TUF_ROLES] = { "root", "timestamp",
	    "snapshot", "targets" };

	if (role == TUF_TIMESTAMP)
		(void)snprintf(out, 64, "%s.json", word[role]);
	else
		(void)snprintf(out, 64, "%" PRIu32 ".%s.json",
		    tuf_version(t, role), word[role]);
}

/* Does incoming/ hold a role's file as it is trusted? */
static int
handed(struct sync *s, const struct tuf *t, enum tuf_role role)
{
	char name[64], path[SYNC_PATH_MAX];
	const void *p;
	size_t len;

	name_of(t, role, name);
	return ((p = tuf_bytes(t, role, &len)) != NULL &&
	    sync_path(path, s->metadata, name) == 0 && sync_same(path, p, len));
}

/* Is anything missing? */
int
sync_handover_due(struct sync *s, const struct tuf *t,
    const struct sync_need *need, const struct sync_keep *k)
{
	char name[64], path[SYNC_PATH_MAX];
	struct stat st;
	uint32_t v;
	size_t i;

	if (!handed(s, t, TUF_TIMESTAMP) || !handed(s, t, TUF_SNAPSHOT) ||
	    !handed(s, t, TUF_TARGETS) || !handed(s, t, TUF_ROOT))
		return (1);
	for (v = tuf_version(s->anchor, TUF_ROOT); v < tuf_version(t,
	    TUF_ROOT); v++) {
		(void)snprintf(name, sizeof(name), "%" PRIu32 ".root.json", v);
		if (sync_path(path, s->metadata, name) != 0 ||
		    lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
			return (1);
	}
	/* Their names hold their hashes: they were right when they were written. */
	for (i = 0; i < need->n; i++)
		if (sync_path(path, s->targets, k->path[i]) != 0 ||
		    lstat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
		    (uint64_t)st.st_size != need->g[i].length)
			return (1);
	return (0);
}

/* Write a file of the metadata, unless it is so already. */
static int
put(struct sync *s, const char *name, const void *p, size_t len, char *err)
{
	char path[SYNC_PATH_MAX];

	if (sync_path(path, s->metadata, name) == 0 && sync_same(path, p, len))
		return (0);
	if (disk_replace(s->disk, s->metadata, name, p, len) == 0)
		return (0);
	return (sync_fail(err, "%s/%s: %s", s->metadata, name,
	    strerror(errno)));
}

/* Write the next root behind those that `walk` trusts. */
static int
put_root(struct sync *s, size_t i, struct tuf *walk, char *err)
{
	char name[64], path[SYNC_PATH_MAX];
	struct tuf_error te = { .text = "" };
	void *data;
	size_t len;
	int rc;

	(void)snprintf(name, sizeof(name), "%" PRIu32 ".root.json",
	    tuf_version(walk, TUF_ROOT) + 1);
	if (sync_path(path, s->metadata, name) == 0 && sync_read(path,
	    TUF_ROOT_MAX, &data, &len) == 0) {
		rc = tuf_root(walk, data, len, &te);
		free(data);
		if (rc == 0)
			return (0);
	}
	if (sync_source_read(s, i, name, TUF_ROOT_MAX, &data, &len, err) != 0) {
		s->fault = SYNC_AWAY;
		return (-1);
	}
	if ((rc = tuf_root(walk, data, len, &te)) != 0) {
		s->fault = SYNC_REFUSED;
		(void)sync_fail(err, "%s: %s", name, te.text);
	} else
		rc = put(s, name, data, len, err);
	free(data);
	return (rc);
}

/* Write all roots, each verified by the one before it. */
static int
put_roots(struct sync *s, size_t i, const struct tuf *t, char *err)
{
	struct tuf_options o = { .lapsed_ok = 1 };
	struct tuf_error te;
	struct tuf *walk;
	char name[64];
	int rc;

	walk = tuf_open(&o, s->anchor_text, s->anchor_len, &te);
	if (walk == NULL)
		return (sync_fail(err, "%s: %s", s->o->root, te.text));
	name_of(walk, TUF_ROOT, name);
	rc = put(s, name, s->anchor_text, s->anchor_len, err);
	while (rc == 0 && tuf_version(walk, TUF_ROOT) <
	    tuf_version(t, TUF_ROOT))
		rc = put_root(s, i, walk, err);
	tuf_close(walk);
	return (rc);
}

/* Hand over the metadata. */
int
sync_handover(struct sync *s, size_t i, const struct tuf *t, char *err)
{
	static const enum tuf_role order[] = { TUF_ROOT, TUF_TARGETS,
	    TUF_SNAPSHOT };
	char name[64];
	const void *p;
	size_t len, k;

	if (put_roots(s, i, t, err) != 0)
		return (-1);
	for (k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		name_of(t, order[k], name);
		if ((p = tuf_bytes(t, order[k], &len)) == NULL)
			return (sync_fail(err, "%s: not trusted", name));
		if (put(s, name, p, len, err) != 0)
			return (-1);
	}
	/* Anew even if it is the same: who looks for it sees that it was touched. */
	name_of(t, TUF_TIMESTAMP, name);
	if ((p = tuf_bytes(t, TUF_TIMESTAMP, &len)) == NULL)
		return (sync_fail(err, "%s: not trusted", name));
	if (disk_replace(s->disk, s->metadata, name, p, len) != 0)
		return (sync_fail(err, "%s/%s: %s", s->metadata, name,
		    strerror(errno)));
	return (0);
}

/* Does a file of metadata/ stay? */
static int
metadata_stays(struct sync *s, const struct tuf *t, const char *name)
{
	char own[64];
	unsigned long v;
	char *end;
	int r;

	for (r = 0; r < TUF_ROLES; r++) {
		name_of(t, (enum tuf_role)r, own);
		if (strcmp(name, own) == 0)
			return (1);
	}
	v = strtoul(name, &end, 10);
	return (strcmp(end, ".root.json") == 0 &&
	    v >= tuf_version(s->anchor, TUF_ROOT) &&
	    v < tuf_version(t, TUF_ROOT));
}

/* Remove what does not stay below a directory of targets/. */
static void
prune_dir(struct sync *s, const char *dir, const struct sync_keep *k,
    int depth)
{
	const struct disk *d = s->disk;
	char path[SYNC_PATH_MAX];
	struct dirent *e;
	struct stat st;
	const char *rel;
	size_t len;
	DIR *list;

	if (depth == DEPTH_MAX || (list = opendir(dir)) == NULL)
		return;
	while ((e = readdir(list)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") ==
		    0 || sync_path(path, dir, e->d_name) != 0 ||
		    lstat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			prune_dir(s, path, k, depth + 1);
			continue;
		}
		rel = path + strlen(s->targets) + 1;
		len = strlen(rel);
		if (len > sizeof(SYNC_PART) && strcmp(&rel[len + 1 -
		    sizeof(SYNC_PART)], SYNC_PART) == 0)
			len -= sizeof(SYNC_PART) - 1;
		if (!sync_keep_has(k, rel, len))
			(void)d->unlink(d->ctx, path);
	}
	(void)closedir(list);
	if (depth > 0)
		(void)d->rmdir(d->ctx, dir);
}

/* Remove what nobody needs any more. */
void
sync_prune(struct sync *s, const struct tuf *t, const struct sync_keep *k)
{
	char path[SYNC_PATH_MAX];
	struct dirent *e;
	DIR *list;

	prune_dir(s, s->targets, k, 0);
	if ((list = opendir(s->metadata)) == NULL)
		return;
	while ((e = readdir(list)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") !=
		    0 && !metadata_stays(s, t, e->d_name) &&
		    sync_path(path, s->metadata, e->d_name) == 0)
			(void)s->disk->unlink(s->disk->ctx, path);
	(void)closedir(list);
}
