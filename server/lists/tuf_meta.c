#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "engine/day.h"
#include "keys/hex.h"
#include "keys/sha256.h"

#include "canonjson.h"
#include "tuf_impl.h"

/* Say what was wrong. */
int
tuf_fail(struct tuf_error *err, enum tuf_fault fault, const char *format, ...)
{
	va_list ap;

	err->fault = fault;
	va_start(ap, format);
	vsnprintf(err->text, sizeof(err->text), format, ap);
	va_end(ap);
	return (-1);
}

/* The name of a role, as in "_type". */
const char *
tuf_role_name(enum tuf_role role)
{
	static const char *const names[TUF_ROLES] = {
		"root", "timestamp", "snapshot", "targets"
	};

	return (names[role]);
}

/* Longest file of each role. */
size_t
tuf_meta_longest(enum tuf_role role)
{
	static const size_t longest[TUF_ROLES] = {
		[TUF_ROOT] = TUF_ROOT_MAX,
		[TUF_TIMESTAMP] = TUF_TIMESTAMP_MAX,
		[TUF_SNAPSHOT] = TUF_SNAPSHOT_MAX,
		[TUF_TARGETS] = TUF_TARGETS_MAX,
	};

	return (longest[role]);
}

/* Digits only: a number of so many of them, or -1. */
static int
digits(const char *p, int n)
{
	int v = 0;

	while (n-- > 0) {
		if (*p < '0' || *p > '9')
			return (-1);
		v = v * 10 + (*p++ - '0');
	}
	return (v);
}

/* Read exactly YYYY-MM-DDTHH:MM:SSZ. */
static int
read_moment(int64_t *t, const char *s)
{
	int32_t day;
	int h, m, sec;

	if (strlen(s) != 20 || day_parse(&day, s, 10) != 0 || s[10] != 'T' ||
	    s[13] != ':' || s[16] != ':' || s[19] != 'Z')
		return (-1);
	h = digits(s + 11, 2);
	m = digits(s + 14, 2);
	sec = digits(s + 17, 2);
	if (h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 59)
		return (-1);
	*t = (int64_t)day * 86400 + h * 3600 + m * 60 + sec;
	return (0);
}

/* Major version 1, then one or two more numbers. */
static int
spec_good(const char *s)
{
	int dots = 0, number = 0;

	if (strncmp(s, "1.", 2) != 0)
		return (0);
	for (; *s != '\0'; s++) {
		if (*s >= '0' && *s <= '9') {
			number = 1;
		} else if (*s == '.' && number) {
			dots++;
			number = 0;
		} else {
			return (0);
		}
	}
	return (number && dots <= 2);
}

/* A version: 1 .. 2^32-1. */
static int
read_version(uint32_t *version, const json_t *v)
{
	json_int_t n = json_is_integer(v) ? json_integer_value(v) : 0;

	if (n < 1 || n > (json_int_t)UINT32_MAX)
		return (-1);
	*version = (uint32_t)n;
	return (0);
}

/* Signatures: an array of key id and digits, each id once. */
static int
signatures_good(const json_t *list)
{
	size_t n = json_array_size(list);
	const json_t *s, *id;

	if (!json_is_array(list) || n > TUF_SIGNATURES_MAX)
		return (0);
	for (size_t i = 0; i < n; i++) {
		s = json_array_get(list, i);
		id = json_object_get(s, "keyid");
		if (!json_is_string(id) ||
		    !json_is_string(json_object_get(s, "sig")))
			return (0);
		for (size_t k = 0; k < i; k++)
			if (json_equal(json_object_get(json_array_get(list, k),
			    "keyid"), id))
				return (0);
	}
	return (1);
}

/* What every "signed" has. */
static int
read_body(struct tuf_doc *d, enum tuf_role role, struct tuf_error *err)
{
	const char *name = tuf_role_name(role), *type, *spec, *expires;

	d->body = json_object_get(d->whole, "signed");
	d->signatures = json_object_get(d->whole, "signatures");
	type = json_string_value(json_object_get(d->body, "_type"));
	spec = json_string_value(json_object_get(d->body, "spec_version"));
	expires = json_string_value(json_object_get(d->body, "expires"));
	if (!json_is_object(d->body) || type == NULL || strcmp(type, name) != 0)
		return (tuf_fail(err, TUF_FORM,
		    "The file that came is no %s metadata.", name));
	if (spec == NULL || !spec_good(spec))
		return (tuf_fail(err, TUF_FORM, "The %s metadata is not written "
		    "by version 1 of the TUF specification.", name));
	if (read_version(&d->version, json_object_get(d->body, "version")) != 0)
		return (tuf_fail(err, TUF_FORM,
		    "The version of the %s metadata is not 1 to %u.", name,
		    UINT32_MAX));
	if (expires == NULL || read_moment(&d->expires, expires) != 0)
		return (tuf_fail(err, TUF_FORM, "The %s metadata version %u does "
		    "not say when it expires.", name, d->version));
	if (!signatures_good(d->signatures))
		return (tuf_fail(err, TUF_FORM, "The signatures of %s version %u "
		    "are not a list with each key id once.", name, d->version));
	return (0);
}

/* Parse, then look at what is the role's own. */
int
tuf_meta_read(struct tuf_doc *d, enum tuf_role role, const void *data,
    size_t len, struct tuf_error *err)
{
	const char *name = tuf_role_name(role);
	struct tuf_file f;
	char text[256];

	memset(d, 0, sizeof(*d));
	if (len > tuf_meta_longest(role))
		return (tuf_fail(err, TUF_LONG, "The %s metadata has more than "
		    "the %zu bytes that are read.", name,
		    tuf_meta_longest(role)));
	if ((d->whole = canonjson_load(data, len, text, sizeof(text))) == NULL)
		return (tuf_fail(err, TUF_FORM,
		    "The %s metadata is not JSON that is accepted. %s", name,
		    text));
	if (read_body(d, role, err) != 0)
		goto err;
	if (role == TUF_ROOT && tuf_key_form(d->body, err) != 0)
		goto err;
	if ((role == TUF_TIMESTAMP &&
	    tuf_meta_file(&f, d->body, "snapshot.json") != 0) ||
	    (role == TUF_SNAPSHOT &&
	    tuf_meta_file(&f, d->body, "targets.json") != 0)) {
		tuf_fail(err, TUF_FORM, "The %s metadata version %u does not name "
		    "the %s metadata, or not well.", name, d->version,
		    role == TUF_TIMESTAMP ? "snapshot" : "targets");
		goto err;
	}
	return (0);

err:
	tuf_meta_free(d);
	return (-1);
}

/* Forget it. */
void
tuf_meta_free(struct tuf_doc *d)
{

	json_decref(d->whole);
	memset(d, 0, sizeof(*d));
}

/* Digests that we know must have their length; others are only noticed. */
int
tuf_meta_hashes(struct tuf_file *f, const json_t *hashes)
{
	const char *hex;
	json_t *v;

	if (!json_is_object(hashes) || json_object_size(hashes) == 0)
		return (-1);
	f->hashed = 1;
	if ((v = json_object_get(hashes, "sha256")) != NULL) {
		hex = json_string_value(v);
		if (hex == NULL || strlen(hex) != 64 ||
		    hex_decode(f->sha256, hex, 32) != 0)
			return (-1);
		f->has_sha256 = 1;
	}
	if ((v = json_object_get(hashes, "sha512")) != NULL) {
		hex = json_string_value(v);
		if (hex == NULL || strlen(hex) != 128 ||
		    hex_decode(f->sha512, hex, 64) != 0)
			return (-1);
		f->has_sha512 = 1;
	}
	return (0);
}

/* One entry of "meta": the version, and perhaps length and digests. */
int
tuf_meta_file(struct tuf_file *f, const json_t *body, const char *name)
{
	json_t *e = json_object_get(json_object_get(body, "meta"), name), *v;

	memset(f, 0, sizeof(*f));
	if (!json_is_object(e) ||
	    read_version(&f->version, json_object_get(e, "version")) != 0)
		return (-1);
	if ((v = json_object_get(e, "length")) != NULL) {
		if (!json_is_integer(v) || json_integer_value(v) < 1)
			return (-1);
		f->length = (uint64_t)json_integer_value(v);
	}
	if ((v = json_object_get(e, "hashes")) != NULL)
		return (tuf_meta_hashes(f, v));
	return (0);
}

/* Compare length and every digest we know; at least one, where some are named. */
int
tuf_meta_matches(const struct tuf_file *f, const void *data, size_t len)
{
	uint8_t d256[32], d512[64];

	if (f->length != 0 && f->length != len)
		return (0);
	if (f->hashed && !f->has_sha256 && !f->has_sha512)
		return (0);
	if (f->has_sha256) {
		sha256_of(d256, data, len);
		if (memcmp(d256, f->sha256, 32) != 0)
			return (0);
	}
	if (f->has_sha512) {
		if (EVP_Digest(data, len, d512, NULL, EVP_sha512(), NULL) != 1 ||
		    memcmp(d512, f->sha512, 64) != 0)
			return (0);
	}
	return (1);
}
