#include <stdio.h>
#include <string.h>

#include "keys/hex.h"
#include "keys/keyfile.h"
#include "keys/signkey.h"
#include "store/disk.h"

#include "repo_impl.h"

#define DAY	86400
#define HOUR	3600
#define CLOCK_SLACK 300	/* seconds that a clock may be put back */

/* Load one key, which must be that of its role. */
static int
load(struct note_signer *s, const struct repo_doc *root, enum tuf_role role,
    enum keyfile_kind kind, const char *path, int64_t now, char *err)
{
	char id[REPO_KEYID + 1];
	struct keyfile_error e;
	json_t *key;

	if (signkey_load(s, path, kind, now, &e) != 0)
		return (repo_file_fail(err, "%s", e.text));
	key = repo_doc_key(&s->public, id);
	json_decref(key);
	if (key != NULL && repo_doc_has(root, role, id))
		return (0);
	note_signer_wipe(s);
	return (repo_file_fail(err, "%s: is not the %s key that the root "
	    "(version %u) names", path, repo_doc_role(role),
	    (unsigned)repo_doc_version(root)));
}

/* Load the keys. */
int
repo_online_open(struct repo_online *k, const struct repo_doc *root,
    const char *snapshot_key, const char *timestamp_key, int64_t now,
    char *err)
{

	memset(k, 0, sizeof(*k));
	if (snapshot_key != NULL) {
		if (load(&k->snapshot, root, TUF_SNAPSHOT, KEYFILE_SNAPSHOT,
		    snapshot_key, now, err) != 0)
			return (-1);
		k->has_snapshot = 1;
	}
	if (timestamp_key != NULL) {
		if (load(&k->timestamp, root, TUF_TIMESTAMP, KEYFILE_TIMESTAMP,
		    timestamp_key, now, err) != 0) {
			repo_online_close(k);
			return (-1);
		}
		k->has_timestamp = 1;
	}
	return (0);
}

/* Wipe them. */
void
repo_online_close(struct repo_online *k)
{

	note_signer_wipe(&k->snapshot);
	note_signer_wipe(&k->timestamp);
}

/* Name one file below. */
static int
set_meta(struct repo_doc *doc, const struct repo_doc *below, const char *name)
{
	char hex[2 * SHA256_LEN + 1];
	uint8_t hash[SHA256_LEN];
	json_t *meta;
	size_t len;

	if (repo_doc_hash(below, hash, &len) != 0)
		return (-1);
	hex_encode(hex, hash, sizeof(hash));
	meta = json_pack("{s:{s:I, s:I, s:{s:s}}}", name, "version",
	    (json_int_t)repo_doc_version(below), "length", (json_int_t)len,
	    "hashes", "sha256", hex);
	return (meta == NULL ? -1 : json_object_set_new(doc->body, "meta",
	    meta));
}

/* Write the next snapshot. */
int
repo_online_snapshot(const struct centre *c, struct repo_now *now,
    const struct repo_online *k, const struct repo_doc *targets, int64_t t,
    char *err)
{
	struct repo_doc doc;
	char name[64];

	if (!k->has_snapshot)
		return (repo_file_fail(err, "a new snapshot is to be signed: "
		    "give the --snapshot-key"));
	if (repo_doc_new(&doc, TUF_SNAPSHOT,
	    repo_doc_version(&now->snapshot) + 1,
	    t + (int64_t)c->snapshot_days * DAY) != 0 ||
	    set_meta(&doc, targets, "targets.json") != 0) {
		repo_doc_free(&doc);
		return (repo_file_fail(err, "out of memory"));
	}
	(void)snprintf(name, sizeof(name), "%u.snapshot.json",
	    (unsigned)repo_doc_version(&doc));
	if (repo_doc_sign(&doc, &k->snapshot, err) != 0 ||
	    repo_doc_write(&doc, c->disk, now->metadata, name, err) != 0) {
		repo_doc_free(&doc);
		return (-1);
	}
	repo_doc_free(&now->snapshot);
	now->snapshot = doc;
	return (0);
}

/* The moment at which a timestamp was signed. */
static int64_t
signed_at(const struct repo_doc *timestamp)
{

	return (json_integer_value(json_object_get(timestamp->body,
	    "x_signed")));
}

/* Is the clock behind what this key has signed? */
int
repo_online_clock(const struct repo_now *now, const struct repo_doc *root,
    const struct repo_online *k, int64_t t, char *err)
{
	char id[REPO_KEYID + 1], then[KEYFILE_CREATED_LEN + 1];
	int64_t was = signed_at(&now->timestamp);
	json_t *key;

	if (!k->has_timestamp || was <= t + CLOCK_SLACK)
		return (0);
	key = repo_doc_key(&k->timestamp.public, id);
	json_decref(key);
	if (key == NULL || keyfile_time_print(then, was) != 0)
		return (repo_file_fail(err, "out of memory"));
	if (!repo_doc_signed_by(&now->timestamp, root, TUF_TIMESTAMP, id))
		return (0);
	return (repo_file_fail(err, "%s/timestamp.json: was signed at %s, but "
	    "this machine's clock is behind that: set it right.  If it was "
	    "ahead then, branches believe nothing before that moment: replace "
	    "the key with \"liangka repo key replace timestamp\"",
	    now->metadata, then));
}

/* Write the next timestamp. */
int
repo_online_timestamp(const struct centre *c, struct repo_now *now,
    const struct repo_online *k, int64_t t, char *err)
{
	const int64_t was = signed_at(&now->timestamp);
	struct repo_doc doc;

	if (!k->has_timestamp)
		return (repo_file_fail(err, "a new timestamp is to be signed: "
		    "give the --timestamp-key"));
	if (repo_doc_new(&doc, TUF_TIMESTAMP,
	    repo_doc_version(&now->timestamp) + 1,
	    t + (int64_t)c->timestamp_hours * HOUR) != 0 ||
	    set_meta(&doc, &now->snapshot, "snapshot.json") != 0 ||
	    json_object_set_new(doc.body, "x_signed", json_integer(
	    was > t && was <= t + CLOCK_SLACK ? was : t)) != 0) {
		repo_doc_free(&doc);
		return (repo_file_fail(err, "out of memory"));
	}
	if (repo_doc_sign(&doc, &k->timestamp, err) != 0 ||
	    repo_doc_write(&doc, c->disk, now->metadata, "timestamp.json",
	    err) != 0) {
		repo_doc_free(&doc);
		return (-1);
	}
	repo_doc_free(&now->timestamp);
	now->timestamp = doc;
	return (0);
}

/* Sign the timestamp anew, and the snapshot where its key is given. */
int
repo_refresh(struct centre *c, const char *snapshot_key,
    const char *timestamp_key, int64_t now, char *err)
{
	struct repo_online k;
	struct repo_now was;
	int rc = -1;

	if (repo_now_open(&was, c, err) != 0)
		return (-1);
	if (was.timestamp.whole == NULL)
		(void)repo_file_fail(err, "%s: nothing is published yet",
		    was.metadata);
	else if (repo_online_open(&k, &was.root, snapshot_key, timestamp_key,
	    now, err) == 0) {
		rc = repo_online_clock(&was, &was.root, &k, now, err);
		if (rc == 0 && snapshot_key != NULL)
			rc = repo_online_snapshot(c, &was, &k, &was.targets,
			    now, err);
		if (rc == 0)
			rc = repo_online_timestamp(c, &was, &k, now, err);
		repo_online_close(&k);
	}
	repo_now_close(&was);
	return (rc);
}

/* Sign the timestamp anew. */
int
repo_timestamp(struct centre *c, const char *timestamp_key, int64_t now,
    char *err)
{

	return (repo_refresh(c, NULL, timestamp_key, now, err));
}

/* How long is the snapshot still good? */
int
repo_fresh(const struct centre *c, int64_t now, int64_t *snapshot_left,
    char *err)
{
	struct repo_now was;
	int rc = 0;

	if (repo_now_open(&was, c, err) != 0)
		return (-1);
	if (was.snapshot.whole == NULL)
		rc = repo_file_fail(err, "%s: nothing is published yet",
		    was.metadata);
	else
		*snapshot_left = repo_doc_expires(&was.snapshot) - now;
	repo_now_close(&was);
	return (rc);
}
