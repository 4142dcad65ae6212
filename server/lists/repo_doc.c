#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "keys/keyfile.h"
#include "keys/sign.h"

#include "canonjson.h"
#include "repo_impl.h"

#define SPEC	"1.0.34"	/* of the specification that this follows */

static const char *const names[TUF_ROLES] = {
	[TUF_ROOT] = "root", [TUF_TIMESTAMP] = "timestamp",
	[TUF_SNAPSHOT] = "snapshot", [TUF_TARGETS] = "targets",
};

static const size_t longest[TUF_ROLES] = {
	[TUF_ROOT] = TUF_ROOT_MAX, [TUF_TIMESTAMP] = TUF_TIMESTAMP_MAX,
	[TUF_SNAPSHOT] = TUF_SNAPSHOT_MAX, [TUF_TARGETS] = TUF_TARGETS_MAX,
};

/* The name of a role. */
const char *
repo_doc_role(enum tuf_role role)
{

	return (names[role]);
}

/* Begin a document. */
int
repo_doc_new(struct repo_doc *doc, enum tuf_role role, uint32_t version,
    int64_t expires)
{
	char until[KEYFILE_CREATED_LEN + 1];

	memset(doc, 0, sizeof(*doc));
	if (keyfile_time_print(until, expires) != 0)
		return (-1);
	doc->whole = json_pack("{s:[], s:{s:s, s:s, s:I, s:s}}", "signatures",
	    "signed", "_type", names[role], "spec_version", SPEC, "version",
	    (json_int_t)version, "expires", until);
	if (doc->whole == NULL)
		return (-1);
	doc->body = json_object_get(doc->whole, "signed");
	return (0);
}

/* Take a document apart. */
static int
take(struct repo_doc *doc, const char *path, enum tuf_role role, char *err)
{
	const char *type;

	doc->body = json_object_get(doc->whole, "signed");
	type = json_string_value(json_object_get(doc->body, "_type"));
	if (type == NULL || strcmp(type, names[role]) != 0 ||
	    !json_is_array(json_object_get(doc->whole, "signatures")))
		return (repo_file_fail(err, "%s: is no %s metadata", path,
		    names[role]));
	if (repo_doc_version(doc) == 0 || repo_doc_expires(doc) == 0)
		return (repo_file_fail(err, "%s: has no version or no date of "
		    "expiry", path));
	return (0);
}

/* Read a document. */
int
repo_doc_read(struct repo_doc *doc, const struct disk *d, const char *path,
    enum tuf_role role, char *err)
{
	char *text, wrong[256] = "";
	size_t len;
	int rc;

	memset(doc, 0, sizeof(*doc));
	rc = repo_file_read(d, path, longest[role], &text, &len, err);
	if (rc != 0)
		return (rc);
	doc->whole = canonjson_load(text, len, wrong, sizeof(wrong));
	free(text);
	if (doc->whole == NULL)
		return (repo_file_fail(err, "%s: %s", path, wrong));
	if (take(doc, path, role, err) != 0) {
		repo_doc_free(doc);
		return (-1);
	}
	return (0);
}

/* Write a document. */
int
repo_doc_write(const struct repo_doc *doc, const struct disk *d,
    const char *dir, const char *name, char *err)
{
	char *text;
	size_t len;
	int rc;

	if ((text = canonjson_print(doc->whole, &len)) == NULL)
		return (repo_file_fail(err, "%s: cannot be printed", name));
	rc = repo_file_write(d, dir, name, text, len, err);
	free(text);
	return (rc);
}

/* Digest and length of its file. */
int
repo_doc_hash(const struct repo_doc *doc, uint8_t sha256[SHA256_LEN],
    size_t *len)
{
	char *text = canonjson_print(doc->whole, len);

	if (text == NULL)
		return (-1);
	sha256_of(sha256, text, *len);
	free(text);
	return (0);
}

/* Free it. */
void
repo_doc_free(struct repo_doc *doc)
{

	json_decref(doc->whole);
	memset(doc, 0, sizeof(*doc));
}

/* Its version. */
uint32_t
repo_doc_version(const struct repo_doc *doc)
{
	json_int_t v = json_integer_value(json_object_get(doc->body,
	    "version"));

	return (v > 0 && v <= UINT32_MAX ? (uint32_t)v : 0);
}

/* When it expires. */
int64_t
repo_doc_expires(const struct repo_doc *doc)
{
	const char *s = json_string_value(json_object_get(doc->body,
	    "expires"));
	int64_t t;

	return (s != NULL && keyfile_time_parse(&t, s, strlen(s)) == 0 ? t : 0);
}

/* The key object of a verifier key. */
json_t *
repo_doc_key(const struct note_verifier *v, char id[REPO_KEYID + 1])
{
	char public[2 * 32 + 1], *text;
	uint8_t hash[SHA256_LEN];
	json_t *key;
	size_t len;

	hex_encode(public, v->key, 32);
	key = json_pack("{s:s, s:s, s:{s:s}}", "keytype", "ed25519", "scheme",
	    "ed25519", "keyval", "public", public);
	if (key == NULL || (text = canonjson_print(key, &len)) == NULL) {
		json_decref(key);
		return (NULL);
	}
	sha256_of(hash, text, len);
	free(text);
	hex_encode(id, hash, sizeof(hash));
	return (key);
}

/* The object of a role in a root. */
static json_t *
role_of(const struct repo_doc *root, enum tuf_role role)
{

	return (json_object_get(json_object_get(root->body, "roles"),
	    names[role]));
}

/* Is this key one of a role's? */
int
repo_doc_has(const struct repo_doc *root, enum tuf_role role, const char *id)
{
	json_t *ids = json_object_get(role_of(root, role), "keyids"), *v;
	size_t i;

	json_array_foreach(ids, i, v)
		if (json_is_string(v) && strcmp(json_string_value(v), id) == 0)
			return (1);
	return (0);
}

/* How many keys has a role? */
size_t
repo_doc_keys(const struct repo_doc *root, enum tuf_role role,
    size_t *threshold)
{
	const json_t *r = role_of(root, role);
	json_int_t n = json_integer_value(json_object_get(r, "threshold"));

	*threshold = n > 0 && n <= REPO_KEYS_MAX ? (size_t)n : SIZE_MAX;
	return (json_array_size(json_object_get(r, "keyids")));
}

/* Whose key is it? */
const char *
repo_doc_name(const struct repo_doc *root, const char *id)
{
	const char *s = json_string_value(json_object_get(json_object_get(
	    root->body, "x_names"), id));

	return (s != NULL ? s : "");
}

/* Sign. */
int
repo_doc_sign(struct repo_doc *doc, const struct note_signer *s, char *err)
{
	json_t *list = json_object_get(doc->whole, "signatures"), *key, *one;
	char id[REPO_KEYID + 1], hex[2 * SIGN_LEN + 1], *text;
	uint8_t sig[SIGN_LEN];
	const char *old;
	size_t i, len;
	int rc;

	key = repo_doc_key(&s->public, id);
	json_decref(key);
	text = canonjson_print(doc->body, &len);
	if (key == NULL || text == NULL) {
		free(text);
		return (repo_file_fail(err, "out of memory"));
	}
	rc = sign_make(SIGN_ED25519, sig, s->secret, s->public.key, text, len);
	free(text);
	if (rc != 0)
		return (repo_file_fail(err, "the signature cannot be made"));
	hex_encode(hex, sig, sizeof(sig));
	for (i = json_array_size(list); i-- > 0; ) {
		old = json_string_value(json_object_get(json_array_get(list,
		    i), "keyid"));
		if (old != NULL && strcmp(old, id) == 0)
			(void)json_array_remove(list, i);
	}
	one = json_pack("{s:s, s:s}", "keyid", id, "sig", hex);
	if (one == NULL || json_array_append_new(list, one) != 0)
		return (repo_file_fail(err, "out of memory"));
	return (0);
}

/* Is this signature good, by the key that the root has under its id? */
static int
good(const struct repo_doc *root, const char *id, const char *hex,
    const char *text, size_t len)
{
	const json_t *key = json_object_get(json_object_get(root->body,
	    "keys"), id);
	const char *public = json_string_value(json_object_get(json_object_get(
	    key, "keyval"), "public"));
	uint8_t pk[SIGN_PUBLIC_MAX], sig[SIGN_LEN];

	return (public != NULL && hex != NULL && strlen(public) == 64 &&
	    strlen(hex) == 2 * SIGN_LEN && hex_decode(pk, public, 32) == 0 &&
	    hex_decode(sig, hex, SIGN_LEN) == 0 &&
	    sign_check(SIGN_ED25519, sig, pk, text, len) == 0);
}

/* Count the keys of a role that have signed, or only the one with this id. */
static size_t
count(const struct repo_doc *doc, const struct repo_doc *root,
    enum tuf_role role, const char *only)
{
	json_t *list = json_object_get(doc->whole, "signatures"), *one;
	char seen[REPO_KEYS_MAX * 4][REPO_KEYID + 1], *text;
	size_t i, k, len, n = 0;
	const char *id;

	if ((text = canonjson_print(doc->body, &len)) == NULL)
		return (0);
	json_array_foreach(list, i, one) {
		id = json_string_value(json_object_get(one, "keyid"));
		if (id == NULL || strlen(id) != REPO_KEYID ||
		    n == sizeof(seen) / sizeof(seen[0]) ||
		    (only != NULL && strcmp(id, only) != 0) ||
		    !repo_doc_has(root, role, id))
			continue;
		for (k = 0; k < n && strcmp(seen[k], id) != 0; k++)
			continue;
		if (k == n && good(root, id, json_string_value(json_object_get(
		    one, "sig")), text, len))
			memcpy(seen[n++], id, REPO_KEYID + 1);
	}
	free(text);
	return (n);
}

/* How many keys of a role have signed? */
size_t
repo_doc_good(const struct repo_doc *doc, const struct repo_doc *root,
    enum tuf_role role)
{

	return (count(doc, root, role, NULL));
}

/* Are they enough? */
int
repo_doc_enough(const struct repo_doc *doc, const struct repo_doc *root,
    enum tuf_role role)
{
	size_t threshold;

	(void)repo_doc_keys(root, role, &threshold);
	return (count(doc, root, role, NULL) >= threshold);
}

/* Has this key signed? */
int
repo_doc_signed_by(const struct repo_doc *doc, const struct repo_doc *root,
    enum tuf_role role, const char *id)
{

	return (count(doc, root, role, id) == 1);
}
