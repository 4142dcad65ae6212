#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "keys/sign.h"

#include "canonjson.h"
#include "tuf_impl.h"

/* The longest signature that is looked at, in bytes. */
#define SIG_MAX		1024

/* A member that is a string, or NULL. */
static const char *
string_of(const json_t *o, const char *name)
{

	return (json_string_value(json_object_get(o, name)));
}

/* The public part of a key object, as written. */
static const char *
public_of(const json_t *key)
{

	return (string_of(json_object_get(key, "keyval"), "public"));
}

/* One role: ids, each once, and a threshold. */
static int
role_good(const json_t *role)
{
	const json_t *ids = json_object_get(role, "keyids");
	const json_t *threshold = json_object_get(role, "threshold");
	size_t n = json_array_size(ids);

	if (!json_is_array(ids) || n > TUF_KEYS_MAX ||
	    !json_is_integer(threshold) || json_integer_value(threshold) < 1)
		return (0);
	for (size_t i = 0; i < n; i++) {
		if (!json_is_string(json_array_get(ids, i)))
			return (0);
		for (size_t k = 0; k < i; k++)
			if (json_equal(json_array_get(ids, i),
			    json_array_get(ids, k)))
				return (0);
	}
	return (1);
}

/* Keys of any type may stand in a root; the four roles must. */
int
tuf_key_form(const json_t *body, struct tuf_error *err)
{
	json_t *keys = json_object_get(body, "keys"), *key;
	json_t *roles = json_object_get(body, "roles");
	json_t *consistent = json_object_get(body, "consistent_snapshot");
	const char *id;

	if (!json_is_object(keys))
		return (tuf_fail(err, TUF_FORM, "The root names no keys."));
	json_object_foreach(keys, id, key)
		if (string_of(key, "keytype") == NULL ||
		    string_of(key, "scheme") == NULL || public_of(key) == NULL)
			return (tuf_fail(err, TUF_FORM,
			    "A key of the root has no type, scheme or public part."));
	for (enum tuf_role r = TUF_ROOT; r < TUF_ROLES; r++)
		if (!role_good(json_object_get(roles, tuf_role_name(r))))
			return (tuf_fail(err, TUF_FORM, "The root does not say who "
			    "signs %s: key ids, each once, and a threshold.",
			    tuf_role_name(r)));
	if (consistent != NULL && !json_is_boolean(consistent))
		return (tuf_fail(err, TUF_FORM,
		    "consistent_snapshot of the root is neither true nor false."));
	return (0);
}

/* Is it the same key?  Its id says nothing: ids are names, and one key may have two. */
static int
same_key(const json_t *a, const json_t *b)
{

	return (strcmp(string_of(a, "keytype"), string_of(b, "keytype")) == 0 &&
	    strcmp(public_of(a), public_of(b)) == 0);
}

/* Check one signature. */
static int
signature_good(const struct tuf_options *o, const json_t *key, const char *hex,
    const char *message, size_t len)
{
	const char *type = string_of(key, "keytype");
	const char *scheme = string_of(key, "scheme");
	const char *public = public_of(key);
	uint8_t sig[SIG_MAX], raw[SIGN_PUBLIC_MAX];
	size_t digits = strlen(hex);

	if (digits == 0 || digits % 2 != 0 || digits / 2 > sizeof(sig) ||
	    hex_decode(sig, hex, digits / 2) != 0)
		return (0);
	if (strcmp(type, "ed25519") == 0)
		return (strcmp(scheme, "ed25519") == 0 &&
		    digits == 2 * SIGN_LEN && strlen(public) == 64 &&
		    hex_decode(raw, public, 32) == 0 &&
		    sign_check(SIGN_ED25519, sig, raw, message, len) == 0);
	return (o->other_key != NULL && o->other_key(type, scheme, public, sig,
	    digits / 2, message, len) == 1);
}

/* Has this key been counted? */
static int
counted(const json_t *const *keys, size_t n, const json_t *key)
{

	for (size_t i = 0; i < n; i++)
		if (same_key(keys[i], key))
			return (1);
	return (0);
}

/* The signature that bears this key id, or NULL. */
static const char *
signature_of(const struct tuf_doc *d, const char *id)
{
	const json_t *s;

	for (size_t i = 0; i < json_array_size(d->signatures); i++) {
		s = json_array_get(d->signatures, i);
		if (strcmp(string_of(s, "keyid"), id) == 0)
			return (string_of(s, "sig"));
	}
	return (NULL);
}

/* Count the keys of a role whose signature is good. */
static size_t
count_good(const struct tuf_options *o, const struct tuf_doc *root,
    const json_t *ids, const struct tuf_doc *d, const char *message, size_t len)
{
	const json_t *keys = json_object_get(root->body, "keys"), *key;
	const json_t *good[TUF_KEYS_MAX];
	const char *id, *hex;
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(ids); i++) {
		id = json_string_value(json_array_get(ids, i));
		key = json_object_get(keys, id);
		hex = signature_of(d, id);
		if (key != NULL && hex != NULL && !counted(good, n, key) &&
		    signature_good(o, key, hex, message, len))
			good[n++] = key;
	}
	return (n);
}

/* Signatures are over the canonical form of "signed". */
int
tuf_key_verify(const struct tuf_options *o, const struct tuf_doc *root,
    enum tuf_role role, const struct tuf_doc *d, struct tuf_error *err)
{
	const char *name = tuf_role_name(role);
	const json_t *r = json_object_get(json_object_get(root->body, "roles"),
	    name);
	json_int_t threshold =
	    json_integer_value(json_object_get(r, "threshold"));
	size_t len, good;
	char *message;

	if ((message = canonjson_print(d->body, &len)) == NULL && errno == ENOMEM)
		return (tuf_fail(err, TUF_SYSTEM, "No memory."));
	if (message == NULL)
		return (tuf_fail(err, TUF_FORM, "The %s metadata version %u has a "
		    "number that is no integer.", name, d->version));
	good = count_good(o, root, json_object_get(r, "keyids"), d, message,
	    len);
	free(message);
	if ((json_int_t)good < threshold)
		return (tuf_fail(err, TUF_UNSIGNED, "Of the keys in root version "
		    "%u, %zu signed %s version %u well; %" JSON_INTEGER_FORMAT
		    " are needed.", root->version, good, name, d->version,
		    threshold));
	return (0);
}

/* Is a key among those of a role? */
static int
role_has(const struct tuf_doc *root, const json_t *ids, const json_t *key)
{
	const json_t *keys = json_object_get(root->body, "keys"), *k;

	for (size_t i = 0; i < json_array_size(ids); i++) {
		k = json_object_get(keys,
		    json_string_value(json_array_get(ids, i)));
		if (k != NULL && same_key(k, key))
			return (1);
	}
	return (0);
}

/* A key that was dropped may be in wrong hands: what it signed is not built upon. */
int
tuf_key_revoked(const struct tuf_doc *before, const struct tuf_doc *after,
    enum tuf_role role)
{
	const char *name = tuf_role_name(role);
	const json_t *old = json_object_get(json_object_get(json_object_get(
	    before->body, "roles"), name), "keyids");
	const json_t *new = json_object_get(json_object_get(json_object_get(
	    after->body, "roles"), name), "keyids");
	const json_t *key;

	for (size_t i = 0; i < json_array_size(old); i++) {
		key = json_object_get(json_object_get(before->body, "keys"),
		    json_string_value(json_array_get(old, i)));
		if (key != NULL && !role_has(after, new, key))
			return (1);
	}
	return (0);
}
