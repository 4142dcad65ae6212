#include <stdlib.h>
#include <string.h>

#include "tuf_impl.h"

/* Keep a file as it came. */
static int
hold(struct tuf *t, enum tuf_role role, const void *data, size_t len,
    const struct tuf_doc *d, struct tuf_error *err)
{
	struct tuf_part *p = &t->part[role];
	void *copy;

	if ((copy = malloc(len + 1)) == NULL)
		return (tuf_fail(err, TUF_SYSTEM, "No memory."));
	memcpy(copy, data, len);
	free(p->bytes);
	p->bytes = copy;
	p->len = len;
	p->version = d->version;
	p->expires = d->expires;
	return (0);
}

/* Forget the file of a role. */
static void
drop(struct tuf *t, enum tuf_role role)
{

	free(t->part[role].bytes);
	memset(&t->part[role], 0, sizeof(t->part[role]));
}

/* Is it the very file that the one above names? */
static int
named(const struct tuf_part *p, const struct tuf_file *f)
{

	return (p->bytes != NULL && p->version == f->version &&
	    tuf_meta_matches(f, p->bytes, p->len));
}

/* What we hold is in force only as a chain: never mixed from two releases. */
static void
settle(struct tuf *t)
{

	t->snapshot_in_force = t->part[TUF_TIMESTAMP].bytes != NULL &&
	    named(&t->part[TUF_SNAPSHOT], &t->snapshot_file);
	t->targets_in_force = t->snapshot_in_force &&
	    named(&t->part[TUF_TARGETS], &t->targets_file);
}

/* Has the time of a file come? */
static int
lapsed(const struct tuf *t, int64_t expires, int64_t now)
{

	return (!t->o.lapsed_ok && expires <= now);
}

/* The sentence for a file whose time is over. */
static int
fail_expired(enum tuf_role role, uint32_t version, struct tuf_error *err)
{

	return (tuf_fail(err, TUF_EXPIRED, "The %s metadata version %u has "
	    "expired: newer files may be withheld, or the clock is wrong.",
	    tuf_role_name(role), version));
}

/* Read a file and see that it is signed by the role's keys. */
static int
read_signed(struct tuf *t, struct tuf_doc *d, enum tuf_role role,
    const void *data, size_t len, struct tuf_error *err)
{

	if (tuf_meta_read(d, role, data, len, err) != 0)
		return (-1);
	if (tuf_key_verify(&t->o, &t->root, role, d, err) == 0)
		return (0);
	tuf_meta_free(d);
	return (-1);
}

/* The first root is believed as it stands, if only it signed itself. */
struct tuf *
tuf_open(const struct tuf_options *o, const void *root, size_t len,
    struct tuf_error *err)
{
	struct tuf *t;

	err->fault = TUF_FINE;
	err->text[0] = '\0';
	if ((t = calloc(1, sizeof(*t))) == NULL) {
		tuf_fail(err, TUF_SYSTEM, "No memory.");
		return (NULL);
	}
	if (o != NULL)
		t->o = *o;
	if (tuf_meta_read(&t->root, TUF_ROOT, root, len, err) != 0 ||
	    tuf_key_verify(&t->o, &t->root, TUF_ROOT, &t->root, err) != 0 ||
	    hold(t, TUF_ROOT, root, len, &t->root, err) != 0) {
		tuf_close(t);
		return (NULL);
	}
	return (t);
}

/* Free all of it. */
void
tuf_close(struct tuf *t)
{

	if (t == NULL)
		return;
	for (enum tuf_role r = TUF_ROOT; r < TUF_ROLES; r++)
		drop(t, r);
	tuf_meta_free(&t->root);
	json_decref(t->meta);
	free(t->target);
	free(t);
}

/* Is what we hold of a role still signed as the root in force wants? */
static int
still_signed(struct tuf *t, enum tuf_role role)
{
	const struct tuf_part *p = &t->part[role];
	struct tuf_error err;
	struct tuf_doc d;

	if (p->bytes == NULL)
		return (1);
	if (read_signed(t, &d, role, p->bytes, p->len, &err) != 0)
		return (err.fault == TUF_SYSTEM);
	tuf_meta_free(&d);
	return (1);
}

/* Versions that a stolen key ran far ahead are no floor for the keys after it. */
void
tuf_forget_times(struct tuf *t)
{

	drop(t, TUF_TIMESTAMP);
	drop(t, TUF_SNAPSHOT);
	json_decref(t->meta);
	t->meta = NULL;
	t->signed_at = 0;
	memset(&t->snapshot_file, 0, sizeof(t->snapshot_file));
	memset(&t->targets_file, 0, sizeof(t->targets_file));
	settle(t);
}

/* One step of the walk, and what follows when keys were rotated. */
int
tuf_root(struct tuf *t, const void *data, size_t len, struct tuf_error *err)
{
	struct tuf_doc d, before;
	int rotated;

	if (tuf_meta_read(&d, TUF_ROOT, data, len, err) != 0)
		return (-1);
	if (tuf_key_verify(&t->o, &t->root, TUF_ROOT, &d, err) != 0 ||
	    tuf_key_verify(&t->o, &d, TUF_ROOT, &d, err) != 0)
		goto err;
	if (d.version != t->root.version + 1) {
		tuf_fail(err, d.version <= t->root.version ? TUF_OLD :
		    TUF_MISMATCH, "A root of version %u came where version %u "
		    "follows.", d.version, t->root.version + 1);
		goto err;
	}
	if (hold(t, TUF_ROOT, data, len, &d, err) != 0)
		goto err;
	before = t->root;
	t->root = d;
	rotated = tuf_key_revoked(&before, &d, TUF_TIMESTAMP) ||
	    tuf_key_revoked(&before, &d, TUF_SNAPSHOT);
	tuf_meta_free(&before);
	if (rotated || !still_signed(t, TUF_TIMESTAMP) ||
	    !still_signed(t, TUF_SNAPSHOT))
		tuf_forget_times(t);
	if (!still_signed(t, TUF_TARGETS))
		drop(t, TUF_TARGETS);
	settle(t);
	return (0);

err:
	tuf_meta_free(&d);
	return (-1);
}

/* After the walk the root must be of today. */
int
tuf_root_final(struct tuf *t, int64_t now, struct tuf_error *err)
{

	if (lapsed(t, t->root.expires, now))
		return (fail_expired(TUF_ROOT, t->root.version, err));
	return (0);
}

/* Is a timestamp below the one that we trust, or what it names? */
static int
timestamp_old(struct tuf *t, const struct tuf_doc *d, const struct tuf_file *f,
    struct tuf_error *err)
{
	uint32_t have = t->part[TUF_TIMESTAMP].version;

	if (t->part[TUF_TIMESTAMP].bytes == NULL)
		return (0);
	if (d->version < have)
		return (tuf_fail(err, TUF_OLD, "A timestamp of version %u came "
		    "while version %u is trusted.", d->version, have));
	if (d->version > have && f->version < t->snapshot_file.version)
		return (tuf_fail(err, TUF_OLD, "Timestamp version %u names "
		    "snapshot version %u while version %u is trusted.",
		    d->version, f->version, t->snapshot_file.version));
	return (0);
}

/* Specification 5.4.  The moment of signing is a field of ours. */
int
tuf_timestamp(struct tuf *t, const void *data, size_t len, int64_t now,
    int local, struct tuf_error *err)
{
	const struct tuf_part *have = &t->part[TUF_TIMESTAMP];
	const json_t *at;
	struct tuf_file f;
	struct tuf_doc d;
	int rc = -1;

	if (read_signed(t, &d, TUF_TIMESTAMP, data, len, err) != 0)
		return (-1);
	(void)tuf_meta_file(&f, d.body, "snapshot.json");
	at = json_object_get(d.body, "x_signed");
	if (at != NULL && (!json_is_integer(at) || json_integer_value(at) < 0)) {
		tuf_fail(err, TUF_FORM, "Timestamp version %u does not say well "
		    "when it was signed.", d.version);
		goto out;
	}
	if (timestamp_old(t, &d, &f, err) != 0)
		goto out;
	if (have->bytes != NULL && d.version == have->version) {
		rc = lapsed(t, have->expires, now) ? fail_expired(TUF_TIMESTAMP,
		    d.version, err) : 0;
		goto out;
	}
	if (lapsed(t, d.expires, now)) {
		fail_expired(TUF_TIMESTAMP, d.version, err);
		if (!local)
			goto out;
	} else {
		rc = 0;
	}
	if (hold(t, TUF_TIMESTAMP, data, len, &d, err) != 0) {
		rc = -1;
		goto out;
	}
	t->snapshot_file = f;
	t->signed_at = json_integer_value(at);
	settle(t);
out:
	tuf_meta_free(&d);
	return (rc);
}

/* No metadata of targets may go back or vanish. */
static int
snapshot_old(const struct tuf *t, const struct tuf_doc *d, struct tuf_error *err)
{
	json_t *entry;
	const char *name;
	struct tuf_file f;
	json_int_t had;

	if (t->meta == NULL)
		return (0);
	json_object_foreach(t->meta, name, entry) {
		had = json_integer_value(json_object_get(entry, "version"));
		if (tuf_meta_file(&f, d->body, name) != 0)
			return (tuf_fail(err, TUF_OLD, "Snapshot version %u does "
			    "not name a file any more that snapshot version %u "
			    "names.", d->version, t->part[TUF_SNAPSHOT].version));
		if ((json_int_t)f.version < had)
			return (tuf_fail(err, TUF_OLD, "Snapshot version %u names "
			    "version %u of a file whose version %"
			    JSON_INTEGER_FORMAT " is trusted.", d->version,
			    f.version, had));
	}
	return (0);
}

/* Take a snapshot that passed. */
static int
take_snapshot(struct tuf *t, const void *data, size_t len,
    const struct tuf_doc *d, struct tuf_error *err)
{

	if (hold(t, TUF_SNAPSHOT, data, len, d, err) != 0)
		return (-1);
	json_decref(t->meta);
	t->meta = json_incref(json_object_get(d->body, "meta"));
	(void)tuf_meta_file(&t->targets_file, d->body, "targets.json");
	settle(t);
	return (0);
}

/* Is there a timestamp, and is its time not over? */
static int
timestamp_fresh(const struct tuf *t, int64_t now, struct tuf_error *err)
{
	const struct tuf_part *p = &t->part[TUF_TIMESTAMP];

	if (p->bytes == NULL)
		return (tuf_fail(err, TUF_MISMATCH, "No timestamp is trusted yet."));
	if (lapsed(t, p->expires, now))
		return (fail_expired(TUF_TIMESTAMP, p->version, err));
	return (0);
}

/* Our own older snapshot: for the comparison of versions, whatever is wrong with it
 * but its signatures. */
static int
local_snapshot(struct tuf *t, const void *data, size_t len, int64_t now,
    struct tuf_error *err)
{
	struct tuf_doc d;
	int rc = -1;

	if (read_signed(t, &d, TUF_SNAPSHOT, data, len, err) != 0)
		return (-1);
	if (snapshot_old(t, &d, err) != 0 ||
	    take_snapshot(t, data, len, &d, err) != 0)
		goto out;
	if (!t->snapshot_in_force)
		tuf_fail(err, TUF_MISMATCH, "Snapshot version %u is not the one "
		    "that the timestamp names.", d.version);
	else if (lapsed(t, d.expires, now))
		fail_expired(TUF_SNAPSHOT, d.version, err);
	else
		rc = 0;
out:
	tuf_meta_free(&d);
	return (rc);
}

/* Specification 5.5. */
int
tuf_snapshot(struct tuf *t, const void *data, size_t len, int64_t now,
    int local, struct tuf_error *err)
{
	const struct tuf_file *f = &t->snapshot_file;
	struct tuf_doc d;
	int rc = -1;

	if (local)
		return (local_snapshot(t, data, len, now, err));
	if (timestamp_fresh(t, now, err) != 0)
		return (-1);
	if (f->length != 0 && len > f->length)
		return (tuf_fail(err, TUF_LONG, "The snapshot metadata is longer "
		    "than the timestamp says."));
	if (!tuf_meta_matches(f, data, len))
		return (tuf_fail(err, TUF_MISMATCH, "The snapshot metadata is not "
		    "the file that timestamp version %u names.",
		    t->part[TUF_TIMESTAMP].version));
	if (read_signed(t, &d, TUF_SNAPSHOT, data, len, err) != 0)
		return (-1);
	if (d.version != f->version)
		tuf_fail(err, TUF_MISMATCH, "Snapshot version %u came where the "
		    "timestamp names version %u.", d.version, f->version);
	else if (snapshot_old(t, &d, err) != 0)
		;
	else if (lapsed(t, d.expires, now))
		fail_expired(TUF_SNAPSHOT, d.version, err);
	else
		rc = take_snapshot(t, data, len, &d, err);
	tuf_meta_free(&d);
	return (rc);
}

/* Is what stands above the targets in force and of today? */
static int
above_targets(const struct tuf *t, int64_t now, struct tuf_error *err)
{
	const struct tuf_part *p = &t->part[TUF_SNAPSHOT];

	if (timestamp_fresh(t, now, err) != 0)
		return (-1);
	if (!t->snapshot_in_force)
		return (tuf_fail(err, TUF_MISMATCH, "No snapshot is trusted that "
		    "the timestamp names."));
	if (lapsed(t, p->expires, now))
		return (fail_expired(TUF_SNAPSHOT, p->version, err));
	return (0);
}

/* Specification 5.6. */
int
tuf_targets(struct tuf *t, const void *data, size_t len, int64_t now,
    struct tuf_error *err)
{
	const struct tuf_file *f = &t->targets_file;
	struct tuf_target *list = NULL;
	struct tuf_doc d;
	size_t n;

	if (above_targets(t, now, err) != 0)
		return (-1);
	if (f->length != 0 && len > f->length)
		return (tuf_fail(err, TUF_LONG, "The targets metadata is longer "
		    "than the snapshot says."));
	if (!tuf_meta_matches(f, data, len))
		return (tuf_fail(err, TUF_MISMATCH, "The targets metadata is not "
		    "the file that snapshot version %u names.",
		    t->part[TUF_SNAPSHOT].version));
	if (read_signed(t, &d, TUF_TARGETS, data, len, err) != 0)
		return (-1);
	if (d.version != f->version) {
		tuf_fail(err, TUF_MISMATCH, "Targets version %u came where the "
		    "snapshot names version %u.", d.version, f->version);
		goto err;
	}
	if (lapsed(t, d.expires, now)) {
		fail_expired(TUF_TARGETS, d.version, err);
		goto err;
	}
	if (tuf_targets_read(d.body, &list, &n, err) != 0 ||
	    hold(t, TUF_TARGETS, data, len, &d, err) != 0)
		goto err;
	free(t->target);
	t->target = list;
	t->ntargets = n;
	tuf_meta_free(&d);
	settle(t);
	return (0);

err:
	free(list);
	tuf_meta_free(&d);
	return (-1);
}
