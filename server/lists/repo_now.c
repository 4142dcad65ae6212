#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "store/disk.h"

#include "repo_impl.h"

/* The version in a name like "12.root.json", or 0. */
static uint32_t
version_in(const char *name, const char *end)
{
	char *p;
	unsigned long v;

	if (name[0] < '1' || name[0] > '9')
		return (0);
	v = strtoul(name, &p, 10);
	return (strcmp(p, end) == 0 && v <= UINT32_MAX ? (uint32_t)v : 0);
}

/* The newest version of a root; 0: none. */
static int
newest_root(const struct disk *d, const char *dir, uint32_t *version, char *err)
{
	char **names;
	uint32_t v;
	size_t i, n;

	if (repo_file_names(d, dir, &names, &n, err) != 0)
		return (-1);
	*version = 0;
	for (i = 0; i < n; i++)
		if ((v = version_in(names[i], ".root.json")) > *version)
			*version = v;
	repo_file_names_free(names, n);
	return (0);
}

/* What a document says of the file below it. */
static const json_t *
meta(const struct repo_doc *doc, const char *name)
{

	return (json_object_get(json_object_get(doc->body, "meta"), name));
}

/* Load the file that a document names, and see that it is this one. */
static int
below(struct repo_doc *doc, const struct repo_now *now, const struct disk *d,
    const struct repo_doc *above, enum tuf_role role, char *err)
{
	char name[64], path[CENTRE_PATH_MAX], hex[2 * SHA256_LEN + 1];
	const json_t *m;
	const char *want;
	uint8_t hash[SHA256_LEN];
	json_int_t version;
	uint64_t len;

	(void)snprintf(name, sizeof(name), "%s.json", repo_doc_role(role));
	m = meta(above, name);
	version = json_integer_value(json_object_get(m, "version"));
	want = json_string_value(json_object_get(json_object_get(m, "hashes"),
	    "sha256"));
	if (version < 1 || want == NULL || repo_file_path(path, "%s/%lld.%s",
	    now->metadata, (long long)version, name) != 0)
		return (repo_file_fail(err, "%s: does not say which %s is in "
		    "force", now->metadata, name));
	if (repo_file_hash(d, path, hash, &len, err) != 0)
		return (-1);
	hex_encode(hex, hash, sizeof(hash));
	if (strcmp(hex, want) != 0)
		return (repo_file_fail(err, "%s: is not the file that was "
		    "published (its SHA-256 is %s, not %s); copy it back from "
		    "a mirror", path, hex, want));
	return (repo_doc_read(doc, d, path, role, err) == 0 ? 0 : -1);
}

/* Load everything below the root. */
static int
load(struct repo_now *now, const struct disk *d, char *err)
{
	char path[CENTRE_PATH_MAX];
	int rc;

	if (repo_file_path(path, "%s/timestamp.json", now->metadata) != 0)
		return (repo_file_fail(err, "%s: too long a path",
		    now->metadata));
	rc = repo_doc_read(&now->timestamp, d, path, TUF_TIMESTAMP, err);
	if (rc != 0)
		return (rc == 1 ? 0 : -1);
	if (below(&now->snapshot, now, d, &now->timestamp, TUF_SNAPSHOT,
	    err) != 0)
		return (-1);
	return (below(&now->targets, now, d, &now->snapshot, TUF_TARGETS, err));
}

/* Load what is published. */
int
repo_now_open(struct repo_now *now, const struct centre *c, char *err)
{
	char path[CENTRE_PATH_MAX];
	uint32_t version;

	memset(now, 0, sizeof(*now));
	if (repo_file_path(now->metadata, "%s/repo/metadata", c->dir) != 0 ||
	    repo_file_path(now->files, "%s/repo/targets", c->dir) != 0)
		return (repo_file_fail(err, "%s: too long a path", c->dir));
	if (newest_root(c->disk, now->metadata, &version, err) != 0)
		return (-1);
	if (version == 0)
		return (0);
	if (repo_file_path(path, "%s/%u.root.json", now->metadata,
	    (unsigned)version) != 0)
		return (repo_file_fail(err, "%s: too long a path", c->dir));
	if (repo_doc_read(&now->root, c->disk, path, TUF_ROOT, err) != 0 ||
	    load(now, c->disk, err) != 0) {
		repo_now_close(now);
		return (-1);
	}
	return (0);
}

/* Free it. */
void
repo_now_close(struct repo_now *now)
{

	repo_doc_free(&now->root);
	repo_doc_free(&now->timestamp);
	repo_doc_free(&now->snapshot);
	repo_doc_free(&now->targets);
}
