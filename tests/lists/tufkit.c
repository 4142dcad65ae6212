#include <sys/stat.h>

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keys/hex.h"
#include "keys/sha256.h"
#include "keys/sign.h"

#include "lists/canonjson.h"

#include "tufkit.h"

#define DAY	((int64_t)86400)

static const char *const names[TUF_ROLES] = {
	[TUF_ROOT] = "root", [TUF_TIMESTAMP] = "timestamp",
	[TUF_SNAPSHOT] = "snapshot", [TUF_TARGETS] = "targets",
};

/* A helper that cannot go on says so and ends the test. */
static void
need(int good, const char *what)
{

	if (good)
		return;
	fprintf(stderr, "tufkit: %s: %s\n", what, strerror(errno));
	abort();
}

/* The key object of a key, as its id is made of. */
static json_t *
key_object(const struct tufkit_key *k)
{
	char hex[65];
	json_t *v;

	hex_encode(hex, k->public, 32);
	v = json_pack("{s:s, s:s, s:{s:s}}", "keytype", "ed25519", "scheme",
	    "ed25519", "keyval", "public", hex);
	need(v != NULL, "key");
	return (v);
}

/* Make the next key; the same ones in every run. */
static void
make_key(struct tufkit *kit, struct tufkit_key *k)
{
	uint8_t digest[32];
	json_t *v;
	char *text;
	size_t len;

	kit->keys_made++;
	sha256_of(k->secret, &kit->keys_made, sizeof(kit->keys_made));
	need(sign_public(SIGN_ED25519, k->public, k->secret) == 0, "key");
	v = key_object(k);
	text = canonjson_print(v, &len);
	need(text != NULL, "key id");
	sha256_of(digest, text, len);
	hex_encode(k->id, digest, 32);
	free(text);
	json_decref(v);
}

/* Write YYYY-MM-DDTHH:MM:SSZ. */
static void
print_moment(char text[32], int64_t t)
{
	time_t when = (time_t)t;
	struct tm tm;

	need(gmtime_r(&when, &tm) != NULL &&
	    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) != 0, "moment");
}

/* The path below the repository. */
const char *
tufkit_path(const struct tufkit *kit, const char *path)
{
	static char buf[4][2 * TUFKIT_PATH];
	static unsigned turn;
	char *p = buf[turn++ % 4];

	snprintf(p, sizeof(buf[0]), "%s/%s", kit->dir, path);
	return (p);
}

/* Make the folders of a path, then the file. */
void
tufkit_write(struct tufkit *kit, const char *path, const void *data, size_t len)
{
	char full[2 * TUFKIT_PATH];
	FILE *f;

	snprintf(full, sizeof(full), "%s", tufkit_path(kit, path));
	for (char *p = full + strlen(kit->dir) + 1;
	    (p = strchr(p, '/')) != NULL; *p++ = '/') {
		*p = '\0';
		need(mkdir(full, 0755) == 0 || errno == EEXIST, full);
	}
	f = fopen(full, "wb");
	need(f != NULL, full);
	need(fwrite(data, 1, len, f) == len && fclose(f) == 0, full);
}

/* Read a file whole. */
char *
tufkit_read(const char *path, size_t *len)
{
	struct stat st;
	char *p;
	FILE *f;

	if ((f = fopen(path, "rb")) == NULL)
		return (NULL);
	need(fstat(fileno(f), &st) == 0, path);
	p = malloc((size_t)st.st_size + 1);
	need(p != NULL, path);
	*len = fread(p, 1, (size_t)st.st_size, f);
	p[*len] = '\0';
	fclose(f);
	return (p);
}

/* A directory of our own. */
char *
tufkit_mkdtemp(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir;

	need(asprintf(&dir, "%s/tufkit.XXXXXX", tmp != NULL ? tmp : "/tmp") !=
	    -1 && mkdtemp(dir) != NULL, "mkdtemp");
	return (dir);
}

/* Remove one name of a tree. */
static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{

	(void)st;
	(void)type;
	(void)ftw;
	return (remove(path));
}

/* Remove a tree. */
void
tufkit_rmtree(const char *dir)
{

	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Sign the canonical form. */
char *
tufkit_sign(const json_t *body, const struct tufkit_key *keys, size_t n,
    size_t *len)
{
	char *message, *text = NULL, hex[2 * SIGN_LEN + 1];
	json_t *list = json_array(), *whole;
	uint8_t sig[SIGN_LEN];
	size_t mlen;

	message = canonjson_print(body, &mlen);
	need(message != NULL, "canonical form");
	for (size_t i = 0; i < n; i++) {
		need(sign_make(SIGN_ED25519, sig, keys[i].secret,
		    keys[i].public, message, mlen) == 0, "sign");
		hex_encode(hex, sig, SIGN_LEN);
		json_array_append_new(list, json_pack("{s:s, s:s}", "keyid",
		    keys[i].id, "sig", hex));
	}
	free(message);
	whole = json_pack("{s:o, s:O}", "signatures", list, "signed", body);
	need(whole != NULL && (text = json_dumps(whole, JSON_INDENT(1) |
	    JSON_SORT_KEYS)) != NULL, "print");
	json_decref(whole);
	*len = strlen(text);
	return (text);
}

/* The body that a role begins with. */
static json_t *
new_body(enum tuf_role role)
{
	json_t *v = json_pack("{s:s, s:s, s:i}", "_type", names[role],
	    "spec_version", "1.0.34", "version", 0);

	need(v != NULL, "body");
	if (role == TUF_TARGETS)
		json_object_set_new(v, "targets", json_object());
	else if (role != TUF_ROOT)
		json_object_set_new(v, "meta", json_object());
	return (v);
}

/* Raise the version, and set the expiry anew. */
static void
bump(struct tufkit *kit, enum tuf_role role)
{
	json_t *b = kit->body[role];
	char text[32];

	print_moment(text, kit->now + kit->life[role]);
	json_object_set_new(b, "expires", json_string(text));
	json_object_set_new(b, "version", json_integer(1 +
	    json_integer_value(json_object_get(b, "version"))));
	if (role == TUF_TIMESTAMP)
		json_object_set_new(b, "x_signed", json_integer(kit->now));
}

/* The name that a role's file has now. */
static void
file_name(const struct tufkit *kit, enum tuf_role role, char name[64])
{

	if (role == TUF_TIMESTAMP)
		snprintf(name, 64, "metadata/timestamp.json");
	else
		snprintf(name, 64, "metadata/%lld.%s.json",
		    (long long)json_integer_value(json_object_get(kit->body[role],
		    "version")), names[role]);
}

/* Sign with those keys that the mask has, and with the old ones of a root. */
void
tufkit_seal(struct tufkit *kit, enum tuf_role role)
{
	struct tufkit_key keys[2 * TUFKIT_KEYS];
	size_t n = 0, len;
	char name[64], *text;

	for (size_t i = 0; i < kit->nkeys[role]; i++)
		if ((kit->signers[role] >> i & 1) != 0)
			keys[n++] = kit->key[role][i];
	for (size_t i = 0; role == TUF_ROOT && i < kit->nold; i++) {
		size_t k = 0;

		while (k < n && strcmp(keys[k].id, kit->old_root[i].id) != 0)
			k++;
		if (k == n)
			keys[n++] = kit->old_root[i];
	}
	text = tufkit_sign(kit->body[role], keys, n, &len);
	file_name(kit, role, name);
	tufkit_write(kit, name, text, len);
	free(text);
}

/* Name version, and length and digest where that is wanted. */
void
tufkit_point(struct tufkit *kit, enum tuf_role role)
{
	enum tuf_role below = role == TUF_TIMESTAMP ? TUF_SNAPSHOT :
	    TUF_TARGETS;
	char name[64], *text, hex[65];
	uint8_t digest[32];
	json_t *e;
	size_t len;

	e = json_pack("{s:O}", "version", json_object_get(kit->body[below],
	    "version"));
	if (kit->hashes) {
		file_name(kit, below, name);
		text = tufkit_read(tufkit_path(kit, name), &len);
		need(text != NULL, name);
		sha256_of(digest, text, len);
		hex_encode(hex, digest, 32);
		free(text);
		json_object_set_new(e, "length", json_integer((json_int_t)len));
		json_object_set_new(e, "hashes", json_pack("{s:s}", "sha256",
		    hex));
	}
	json_object_set_new(json_object_get(kit->body[role], "meta"),
	    below == TUF_SNAPSHOT ? "snapshot.json" : "targets.json", e);
}

/* Only the timestamp. */
void
tufkit_publish_timestamp(struct tufkit *kit)
{

	bump(kit, TUF_TIMESTAMP);
	tufkit_point(kit, TUF_TIMESTAMP);
	tufkit_seal(kit, TUF_TIMESTAMP);
}

/* Targets, snapshot, timestamp. */
void
tufkit_publish(struct tufkit *kit)
{

	bump(kit, TUF_TARGETS);
	tufkit_seal(kit, TUF_TARGETS);
	bump(kit, TUF_SNAPSHOT);
	tufkit_point(kit, TUF_SNAPSHOT);
	tufkit_seal(kit, TUF_SNAPSHOT);
	tufkit_publish_timestamp(kit);
}

/* Say who signs what. */
void
tufkit_publish_root(struct tufkit *kit)
{
	json_t *b = kit->body[TUF_ROOT], *keys = json_object(),
	    *roles = json_object(), *ids;

	for (enum tuf_role r = TUF_ROOT; r < TUF_ROLES; r++) {
		ids = json_array();
		for (size_t i = 0; i < kit->nkeys[r]; i++) {
			json_object_set_new(keys, kit->key[r][i].id,
			    key_object(&kit->key[r][i]));
			json_array_append_new(ids,
			    json_string(kit->key[r][i].id));
		}
		json_object_set_new(roles, names[r], json_pack("{s:o, s:i}",
		    "keyids", ids, "threshold", kit->threshold[r]));
	}
	json_object_set_new(b, "keys", keys);
	json_object_set_new(b, "roles", roles);
	json_object_set_new(b, "consistent_snapshot", json_true());
	bump(kit, TUF_ROOT);
	tufkit_seal(kit, TUF_ROOT);
	memcpy(kit->old_root, kit->key[TUF_ROOT], sizeof(kit->old_root));
	kit->nold = kit->nkeys[TUF_ROOT];
}

/* Another key in its place. */
void
tufkit_rotate(struct tufkit *kit, enum tuf_role role, size_t i)
{

	make_key(kit, &kit->key[role][i]);
}

/* Keys, root version 1. */
struct tufkit *
tufkit_new(const char *dir, int64_t now)
{
	static const size_t nkeys[TUF_ROLES] = { 3, 1, 1, 3 };
	static const int threshold[TUF_ROLES] = { 2, 1, 1, 2 };
	static const int64_t life[TUF_ROLES] = {
		365 * DAY, DAY, 7 * DAY, 90 * DAY
	};
	struct tufkit *kit = calloc(1, sizeof(*kit));
	char *own = dir == NULL ? tufkit_mkdtemp() : NULL;

	need(kit != NULL, "memory");
	snprintf(kit->dir, sizeof(kit->dir), "%s", dir != NULL ? dir : own);
	kit->private = own != NULL;
	free(own);
	kit->now = now;
	kit->hashes = 1;
	for (enum tuf_role r = TUF_ROOT; r < TUF_ROLES; r++) {
		kit->nkeys[r] = nkeys[r];
		kit->threshold[r] = threshold[r];
		kit->life[r] = life[r];
		kit->signers[r] = TUFKIT_ALL;
		kit->body[r] = new_body(r);
		for (size_t i = 0; i < nkeys[r]; i++)
			make_key(kit, &kit->key[r][i]);
	}
	tufkit_publish_root(kit);
	return (kit);
}

/* A private directory goes, one that was handed in stays. */
void
tufkit_free(struct tufkit *kit)
{

	for (enum tuf_role r = TUF_ROOT; r < TUF_ROLES; r++)
		json_decref(kit->body[r]);
	if (kit->private)
		tufkit_rmtree(kit->dir);
	free(kit);
}

/* The file stands under its digest, the entry under its name. */
void
tufkit_target(struct tufkit *kit, const char *name, const void *data,
    size_t len, json_t *custom)
{
	const char *slash = strrchr(name, '/');
	int dir = slash != NULL ? (int)(slash - name) + 1 : 0;
	char path[TUFKIT_PATH], hex[65];
	uint8_t digest[32];
	json_t *e;

	sha256_of(digest, data, len);
	hex_encode(hex, digest, 32);
	snprintf(path, sizeof(path), "targets/%.*s%s.%s", dir, name, hex,
	    name + dir);
	tufkit_write(kit, path, data, len);
	e = json_pack("{s:I, s:{s:s}}", "length", (json_int_t)len, "hashes",
	    "sha256", hex);
	need(e != NULL, name);
	if (custom != NULL)
		json_object_set_new(e, "custom", custom);
	json_object_set_new(json_object_get(kit->body[TUF_TARGETS], "targets"),
	    name, e);
}

/* Out of the next publication. */
void
tufkit_drop(struct tufkit *kit, const char *name)
{

	json_object_del(json_object_get(kit->body[TUF_TARGETS], "targets"),
	    name);
}

/* Answer from the folder, or as it was told to. */
static int
answer(void *arg, const char *path, size_t max, void **data, size_t *len,
    char *err)
{
	struct tufkit_source *s = arg;
	char full[2 * TUFKIT_PATH];

	s->asked++;
	if (s->away != NULL && strcmp(s->away, path) == 0) {
		snprintf(err, TUF_ERROR_MAX, "no answer");
		return (-1);
	}
	if (s->endless != NULL && strcmp(s->endless, path) == 0) {
		*len = max + 1;	/* a source that stopped one byte too late */
		*data = calloc(1, *len);
		need(*data != NULL, path);
	} else {
		snprintf(full, sizeof(full), "%s/metadata/%s", s->dir, path);
		if ((*data = tufkit_read(full, len)) == NULL)
			return (1);
	}
	if (*len > s->largest)
		s->largest = *len;
	return (0);
}

/* Begin to answer. */
void
tufkit_source(struct tufkit_source *s, const char *dir)
{

	memset(s, 0, sizeof(*s));
	snprintf(s->dir, sizeof(s->dir), "%s", dir);
	s->source.get = answer;
	s->source.arg = s;
}
