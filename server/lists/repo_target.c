#include <stdio.h>
#include <string.h>

#include "keys/hex.h"

#include "repo_impl.h"

/* Add a member where it says something. */
static int
add(json_t *o, const char *key, json_t *v)
{

	return (json_object_set_new(o, key, v));
}

/* Our own fields of an entry. */
static json_t *
custom(const struct tuf_target *g)
{
	char root[2 * SHA256_LEN + 1];
	json_t *o = json_object();
	int bad = o == NULL;

	bad |= add(o, "kind", json_string(g->kind));
	if (g->list[0] != '\0') {
		bad |= add(o, "list", json_string(g->list));
		bad |= add(o, "subject", json_string(g->subject));
		bad |= add(o, "epoch", json_integer(g->epoch));
		bad |= add(o, "count", json_integer((json_int_t)g->count));
	}
	if (g->policy[0] != '\0')
		bad |= add(o, "policy", json_string(g->policy));
	if (g->version != 0)
		bad |= add(o, "version", json_integer(g->version));
	if (g->from != 0)
		bad |= add(o, "from", json_integer(g->from));
	if (g->has_root) {
		hex_encode(root, g->root, sizeof(g->root));
		bad |= add(o, "root", json_string(root));
	}
	if (bad) {
		json_decref(o);
		return (NULL);
	}
	return (o);
}

/* Write an entry. */
int
repo_target_put(json_t *targets, const struct tuf_target *g)
{
	char hex[2 * SHA256_LEN + 1];
	json_t *c = custom(g), *v;

	hex_encode(hex, g->sha256, sizeof(g->sha256));
	if (c == NULL || (v = json_pack("{s:I, s:{s:s}, s:o}", "length",
	    (json_int_t)g->length, "hashes", "sha256", hex, "custom", c)) ==
	    NULL)
		return (-1);
	return (json_object_set_new(targets, g->name, v));
}

/* Copy a text field of at most cap - 1 bytes. */
static int
text(const json_t *o, const char *key, char *out, size_t cap)
{
	const char *s = json_string_value(json_object_get(o, key));

	out[0] = '\0';
	if (s == NULL)
		return (0);
	return ((size_t)snprintf(out, cap, "%s", s) < cap ? 0 : -1);
}

/* A number from 0 on, of at most max. */
static uint64_t
number(const json_t *o, const char *key, uint64_t max, int *bad)
{
	const json_t *v = json_object_get(o, key);
	json_int_t n = json_integer_value(v);

	if (v != NULL && (!json_is_integer(v) || n < 0 || (uint64_t)n > max))
		*bad = 1;
	return (*bad ? 0 : (uint64_t)n);
}

/* A digest in hexadecimal. */
static int
digest(const json_t *o, const char *key, uint8_t out[SHA256_LEN])
{
	const char *s = json_string_value(json_object_get(o, key));

	return (s != NULL && strlen(s) == 2 * SHA256_LEN &&
	    hex_decode(out, s, SHA256_LEN) == 0 ? 0 : -1);
}

/* Does a name stay in the folder that it is put in? */
static int
name_good(const char *name)
{
	const char *p = name;
	size_t n;

	for (;; p += n + 1) {
		n = strcspn(p, "/");
		if (n == 0 || (p[0] == '.' && (n == 1 || (n == 2 &&
		    p[1] == '.'))))
			return (0);
		if (p[n] == '\0')
			return (1);
	}
}

/* Read an entry. */
int
repo_target_get(const char *name, const json_t *v, struct tuf_target *g)
{
	const json_t *c = json_object_get(v, "custom");
	int bad = 0;

	memset(g, 0, sizeof(*g));
	if ((size_t)snprintf(g->name, sizeof(g->name), "%s", name) >=
	    sizeof(g->name) || !name_good(name) || digest(json_object_get(v, "hashes"), "sha256",
	    g->sha256) != 0)
		return (-1);
	g->has_sha256 = 1;
	g->length = number(v, "length", INT64_MAX, &bad);
	g->version = (uint32_t)number(c, "version", UINT32_MAX, &bad);
	g->from = (uint32_t)number(c, "from", UINT32_MAX, &bad);
	g->epoch = (uint32_t)number(c, "epoch", UINT32_MAX, &bad);
	g->count = number(c, "count", INT64_MAX, &bad);
	g->has_root = json_object_get(c, "root") != NULL;
	if (bad || text(c, "kind", g->kind, sizeof(g->kind)) != 0 ||
	    text(c, "list", g->list, sizeof(g->list)) != 0 ||
	    text(c, "subject", g->subject, sizeof(g->subject)) != 0 ||
	    text(c, "policy", g->policy, sizeof(g->policy)) != 0 ||
	    (g->has_root && digest(c, "root", g->root) != 0))
		return (-1);
	return (0);
}

/* Find the newest entry of a kind. */
int
repo_target_find(const json_t *targets, const char *kind, const char *list,
    struct tuf_target *g)
{
	struct tuf_target x;
	const char *name;
	json_t *v;
	int found = 0;

	json_object_foreach((json_t *)(uintptr_t)targets, name, v) {
		if (repo_target_get(name, v, &x) != 0 ||
		    strcmp(x.kind, kind) != 0 || strcmp(x.list, list) != 0 ||
		    (found && x.version < g->version))
			continue;
		/* of two deltas to one version the roll-up reaches back further */
		if (found && x.version == g->version && x.from > g->from)
			continue;
		*g = x;
		found = 1;
	}
	return (found);
}

/* Where it lies below targets/. */
void
repo_target_path(const struct tuf_target *g, int hashed,
    char path[TUF_NAME_MAX + REPO_KEYID + 2])
{
	const char *slash = strrchr(g->name, '/');
	const char *base = slash != NULL ? slash + 1 : g->name;
	char hex[2 * SHA256_LEN + 1];

	hex_encode(hex, g->sha256, sizeof(g->sha256));
	(void)snprintf(path, TUF_NAME_MAX + REPO_KEYID + 2, "%.*s%s%s%s",
	    (int)(base - g->name), g->name, hashed ? hex : "",
	    hashed ? "." : "", base);
}

/* Measure a file that is to be a target. */
int
repo_target_hash(const struct disk *d, const char *base, struct tuf_target *g,
    char *err)
{
	char path[CENTRE_PATH_MAX];

	if (repo_file_path(path, "%s/%s", base, g->name) != 0)
		return (repo_file_fail(err, "%s/%s: too long a path", base,
		    g->name));
	g->has_sha256 = 1;
	return (repo_file_hash(d, path, g->sha256, &g->length, err) == 0 ? 0 :
	    -1);
}
