#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "store/disk.h"

#include "tuf_impl.h"
#include "tufclient.h"

/* What is to be done to a file of the directory. */
enum due { DUE_NOTHING, DUE_WRITE, DUE_REMOVE };

struct tufclient {
	char *dir;
	const struct disk *disk;
	struct tuf *tuf;
	enum due due[TUF_ROLES];
};

/* The sentence for a system call that failed. */
static int
fail_disk(const struct tufclient *c, enum tuf_role role, const char *what,
    struct tuf_error *err)
{

	return (tuf_fail(err, TUF_SYSTEM, "Cannot %s %s/%s.json: %s.", what,
	    c->dir, tuf_role_name(role), strerror(errno)));
}

/* The path of a role's file, for free(). */
static char *
path_of(const struct tufclient *c, enum tuf_role role)
{
	char *path;

	if (asprintf(&path, "%s/%s.json", c->dir, tuf_role_name(role)) == -1)
		return (NULL);
	return (path);
}

/* Read a file of our own.  *data stays NULL when there is none. */
static int
read_own(const struct tufclient *c, enum tuf_role role, void **data, size_t *len,
    struct tuf_error *err)
{
	const struct disk *d = c->disk;
	char *path = path_of(c, role);
	uint64_t size;
	int fd = -1, rc = -1;

	*data = NULL;
	if (path == NULL)
		return (tuf_fail(err, TUF_SYSTEM, "No memory."));
	if ((fd = d->open(d->ctx, path, O_RDONLY, 0)) == -1) {
		rc = errno == ENOENT ? 0 : fail_disk(c, role, "open", err);
		goto out;
	}
	if (d->size(d->ctx, fd, &size) != 0) {
		fail_disk(c, role, "read", err);
		goto out;
	}
	if (size > tuf_meta_longest(role))	/* enough to be refused */
		size = tuf_meta_longest(role) + 1;
	*len = (size_t)size;
	if ((*data = malloc(*len + 1)) == NULL) {
		tuf_fail(err, TUF_SYSTEM, "No memory.");
		goto out;
	}
	if (disk_read(d, fd, *data, *len, 0) != (ssize_t)*len) {
		fail_disk(c, role, "read", err);
		free(*data);
		*data = NULL;
		goto out;
	}
	rc = 0;
out:
	if (fd != -1)
		d->close(d->ctx, fd);
	free(path);
	return (rc);
}

/* Load timestamp or snapshot.  Expiry is not looked at: it counts for the comparison
 * of versions, and a refresh looks at its time.  Return 0; 1: there is none; 2: it is
 * not signed as the root wants; -1. */
static int
load_time(struct tufclient *c, enum tuf_role role, struct tuf_error *err)
{
	struct tuf_error e = { .fault = TUF_FINE };
	void *data;
	size_t len = 0;
	int rc;

	if (read_own(c, role, &data, &len, err) != 0)
		return (-1);
	if (data == NULL)
		return (1);
	if (role == TUF_TIMESTAMP)
		rc = tuf_timestamp(c->tuf, data, len, INT64_MIN, 1, &e);
	else
		rc = tuf_snapshot(c->tuf, data, len, INT64_MIN, 1, &e);
	free(data);
	if (rc == 0 || e.fault == TUF_MISMATCH)
		return (0);
	if (e.fault != TUF_SYSTEM)
		return (2);
	*err = e;
	return (-1);
}

/*
 * Load what lies beside the root.  A timestamp or snapshot that the root's keys did not
 * sign is what a kill amid a rotation left, as is a snapshot alone: both go.
 */
static int
load_others(struct tufclient *c, struct tuf_error *err)
{
	int timestamp, snapshot;
	struct tuf_error e;
	void *data;
	size_t len = 0;

	if ((timestamp = load_time(c, TUF_TIMESTAMP, err)) == -1 ||
	    (snapshot = load_time(c, TUF_SNAPSHOT, err)) == -1)
		return (-1);
	if (timestamp == 2 || snapshot == 2 ||
	    (timestamp == 1 && snapshot == 0)) {
		tuf_forget_times(c->tuf);
		c->due[TUF_TIMESTAMP] = c->due[TUF_SNAPSHOT] = DUE_REMOVE;
	}
	if (read_own(c, TUF_TARGETS, &data, &len, err) != 0)
		return (-1);
	if (data != NULL)
		(void)tuf_targets(c->tuf, data, len, INT64_MIN, &e);
	free(data);
	return (0);
}

/* The root must be there and good; the rest may come. */
struct tufclient *
tufclient_open(const char *dir, const struct disk *disk,
    const struct tuf_options *o, struct tuf_error *err)
{
	struct tufclient *c;
	void *root = NULL;
	size_t len = 0;

	err->fault = TUF_FINE;
	err->text[0] = '\0';
	if ((c = calloc(1, sizeof(*c))) == NULL ||
	    (c->dir = strdup(dir)) == NULL) {
		tuf_fail(err, TUF_SYSTEM, "No memory.");
		goto err;
	}
	c->disk = disk;
	if (read_own(c, TUF_ROOT, &root, &len, err) != 0)
		goto err;
	if (root == NULL) {
		tuf_fail(err, TUF_SYSTEM, "There is no %s/root.json to begin "
		    "with.", dir);
		goto err;
	}
	if ((c->tuf = tuf_open(o, root, len, err)) == NULL ||
	    load_others(c, err) != 0)
		goto err;
	free(root);
	return (c);

err:
	free(root);
	tufclient_close(c);
	return (NULL);
}

/* Free it; nothing is written. */
void
tufclient_close(struct tufclient *c)
{

	if (c == NULL)
		return;
	tuf_close(c->tuf);
	free(c->dir);
	free(c);
}

/* What is trusted. */
struct tuf *
tufclient_tuf(struct tufclient *c)
{

	return (c->tuf);
}

/* Remove a file of ours, durably. */
static int
remove_own(struct tufclient *c, enum tuf_role role, struct tuf_error *err)
{
	const struct disk *d = c->disk;
	char *path = path_of(c, role);
	int rc = 0;

	if (path == NULL)
		return (tuf_fail(err, TUF_SYSTEM, "No memory."));
	if (d->unlink(d->ctx, path) != 0)
		rc = errno == ENOENT ? 0 : fail_disk(c, role, "remove", err);
	else if (d->sync_dir(d->ctx, c->dir) != 0)
		rc = fail_disk(c, role, "remove", err);
	free(path);
	return (rc);
}

/*
 * Bring the directory up to what is trusted, file by file, root first.  A snapshot
 * counts only beside its timestamp, so the timestamp goes first.
 */
static int
store(struct tufclient *c, struct tuf_error *err)
{
	char name[32];
	const void *p;
	size_t len;

	for (enum tuf_role r = TUF_ROOT; r < TUF_ROLES; r++) {
		if (c->due[r] == DUE_WRITE &&
		    (p = tuf_bytes(c->tuf, r, &len)) != NULL) {
			snprintf(name, sizeof(name), "%s.json",
			    tuf_role_name(r));
			if (disk_replace(c->disk, c->dir, name, p, len) != 0)
				return (fail_disk(c, r, "write", err));
		} else if (c->due[r] == DUE_REMOVE &&
		    remove_own(c, r, err) != 0) {
			return (-1);
		}
		c->due[r] = DUE_NOTHING;
	}
	return (0);
}

/* Fetch one file: 0, 1 (there is none such), or -1. */
static int
fetch(const struct tufclient_source *s, const char *path, uint64_t max,
    void **data, size_t *len, struct tuf_error *err)
{
	char text[TUF_ERROR_MAX] = "";
	int rc;

	*data = NULL;
	*len = 0;
	rc = s->get(s->arg, path, (size_t)max, data, len, text);
	if (rc == 0 && *len > max) {
		free(*data);
		*data = NULL;
		return (tuf_fail(err, TUF_LONG, "%s is longer than %llu bytes.",
		    path, (unsigned long long)max));
	}
	if (rc != 0 && rc != 1)
		return (tuf_fail(err, TUF_AWAY, "Cannot fetch %s: %.400s", path,
		    text));
	return (rc);
}

/* Walk from the root that we have to the newest there is. */
static int
walk_roots(struct tufclient *c, const struct tufclient_source *s, int64_t now,
    struct tuf_error *err)
{
	char path[32];
	void *data;
	size_t len;
	int rc, timed;

	for (int i = 0; i < TUF_ROOTS_MAX; i++) {
		snprintf(path, sizeof(path), "%u.root.json",
		    tuf_version(c->tuf, TUF_ROOT) + 1);
		rc = fetch(s, path, TUF_ROOT_MAX, &data, &len, err);
		if (rc == 1)
			break;
		if (rc != 0)
			return (-1);
		timed = tuf_version(c->tuf, TUF_TIMESTAMP) != 0;
		rc = tuf_root(c->tuf, data, len, err);
		free(data);
		if (rc != 0)
			return (-1);
		c->due[TUF_ROOT] = DUE_WRITE;
		if (timed && tuf_version(c->tuf, TUF_TIMESTAMP) == 0)
			c->due[TUF_TIMESTAMP] = c->due[TUF_SNAPSHOT] =
			    DUE_REMOVE;
		if (store(c, err) != 0)
			return (-1);
	}
	return (tuf_root_final(c->tuf, now, err));
}

/* Fetch the newest timestamp. */
static int
update_timestamp(struct tufclient *c, const struct tufclient_source *s,
    int64_t now, struct tuf_error *err)
{
	uint32_t had = tuf_version(c->tuf, TUF_TIMESTAMP);
	void *data;
	size_t len;
	int rc;

	rc = fetch(s, "timestamp.json", TUF_TIMESTAMP_MAX, &data, &len, err);
	if (rc == 1)
		return (tuf_fail(err, TUF_AWAY, "There is no timestamp.json."));
	if (rc != 0)
		return (-1);
	rc = tuf_timestamp(c->tuf, data, len, now, 0, err);
	free(data);
	if (rc != 0)
		return (-1);
	if (tuf_version(c->tuf, TUF_TIMESTAMP) != had)
		c->due[TUF_TIMESTAMP] = DUE_WRITE;
	return (store(c, err));
}

/* Fetch snapshot or targets, unless the one that is named is here. */
static int
update_named(struct tufclient *c, enum tuf_role role,
    const struct tufclient_source *s, int64_t now, struct tuf_error *err)
{
	uint64_t max = tuf_meta_length(c->tuf, role);
	char path[64];
	void *data;
	size_t len;
	int rc;

	if (tuf_version(c->tuf, role) != 0 && tuf_expires(c->tuf, role) > now)
		return (0);
	if (max > tuf_meta_longest(role))
		return (tuf_fail(err, TUF_LONG, "%s.json is to have %llu bytes; at "
		    "most %zu are read.", tuf_role_name(role),
		    (unsigned long long)max, tuf_meta_longest(role)));
	if (tuf_consistent(c->tuf))
		snprintf(path, sizeof(path), "%u.%s.json",
		    tuf_meta_version(c->tuf, role), tuf_role_name(role));
	else
		snprintf(path, sizeof(path), "%s.json", tuf_role_name(role));
	rc = fetch(s, path, max != 0 ? max : tuf_meta_longest(role), &data, &len, err);
	if (rc == 1)
		return (tuf_fail(err, TUF_AWAY, "There is no %s.", path));
	if (rc != 0)
		return (-1);
	rc = role == TUF_SNAPSHOT ?
	    tuf_snapshot(c->tuf, data, len, now, 0, err) :
	    tuf_targets(c->tuf, data, len, now, err);
	free(data);
	if (rc != 0)
		return (-1);
	c->due[role] = DUE_WRITE;
	return (store(c, err));
}

/* Specification 5.3 to 5.6; each file is stored as soon as it is trusted. */
int
tufclient_refresh(struct tufclient *c, const struct tufclient_source *s,
    int64_t now, struct tuf_error *err)
{

	err->fault = TUF_FINE;
	err->text[0] = '\0';
	if (store(c, err) != 0 || walk_roots(c, s, now, err) != 0 ||
	    update_timestamp(c, s, now, err) != 0 ||
	    update_named(c, TUF_SNAPSHOT, s, now, err) != 0 ||
	    update_named(c, TUF_TARGETS, s, now, err) != 0)
		return (-1);
	return (0);
}

/* Where a target lies: by digest, so that old and new stand side by side. */
int
tufclient_target_path(struct tufclient *c, const struct tuf_target *g,
    char *path, size_t cap)
{
	const char *slash = strrchr(g->name, '/');
	int dir = slash != NULL ? (int)(slash - g->name) + 1 : 0, n;
	const uint8_t *digest = g->has_sha256 ? g->sha256 : g->sha512;
	char hex[129] = "";

	if (!tuf_consistent(c->tuf)) {
		n = snprintf(path, cap, "%s", g->name);
	} else {
		if (!g->has_sha256 && !g->has_sha512)
			return (-1);
		hex_encode(hex, digest, g->has_sha256 ? 32 : 64);
		n = snprintf(path, cap, "%.*s%s.%s", dir, g->name, hex,
		    g->name + dir);
	}
	return (n >= 0 && (size_t)n < cap ? 0 : -1);
}
