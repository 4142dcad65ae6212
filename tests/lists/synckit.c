#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/hex.h"
#include "keys/sha256.h"

#include "synckit.h"

int64_t synckit_now = SYNCKIT_NOW;

/* A helper that cannot go on ends the test. */
static void
need(int good, const char *what)
{

	if (good)
		return;
	perror(what);
	abort();
}

/* The time of sync. */
static int64_t
now(void)
{

	return (synckit_now);
}

/* Remember how long a service waits. */
static void
wait_ms(void *arg, uint32_t ms)
{
	struct synckit *k = arg;

	if (k->npoll < sizeof(k->poll) / sizeof(k->poll[0]))
		k->poll[k->npoll++] = ms;
}

/* A path below base. */
const char *
synckit_path(const struct synckit *k, const char *path)
{
	static char buf[4][1024];
	static unsigned turn;
	char *p = buf[turn++ % 4];

	(void)snprintf(p, sizeof(buf[0]), "%s/%s", k->base, path);
	return (p);
}

/* Is it there? */
int
synckit_has(const struct synckit *k, const char *path)
{

	return (access(synckit_path(k, path), F_OK) == 0);
}

/* Is it there in incoming/? */
int
synckit_incoming(const struct synckit *k, const char *path)
{
	char text[900];

	(void)snprintf(text, sizeof(text), "data/lists/incoming/%s", path);
	return (synckit_has(k, text));
}

/* Bytes that differ from file to file. */
static char *
make_bytes(const char *seed, size_t len)
{
	char *p = malloc(len + SHA256_LEN);
	uint8_t digest[SHA256_LEN];
	size_t i;

	need(p != NULL, "malloc");
	sha256_of(digest, seed, strlen(seed));
	for (i = 0; i < len; i += SHA256_LEN) {
		memcpy(p + i, digest, SHA256_LEN);
		sha256_of(digest, digest, sizeof(digest));
	}
	return (p);
}

/* Put a file into the next publication. */
static const char *
add(struct synckit *k, const char *name, size_t len, json_t *custom)
{
	static char path[4][400];
	static unsigned turn;
	char *out = path[turn++ % 4], *bytes = make_bytes(name, len), hex[65];
	const char *slash = strrchr(name, '/');
	int dir = slash != NULL ? (int)(slash - name) + 1 : 0;
	uint8_t digest[SHA256_LEN];

	sha256_of(digest, bytes, len);
	hex_encode(hex, digest, sizeof(digest));
	(void)snprintf(out, sizeof(path[0]), "%.*s%s.%s", dir, name, hex,
	    name + dir);
	need(custom != NULL, name);
	tufkit_target(k->repo, name, bytes, len, custom);
	free(bytes);
	return (out);
}

/* The root that a version of a list has. */
static void
root_of(const char *list, uint32_t version, char hex[65])
{
	uint8_t digest[SHA256_LEN];
	char text[64];

	(void)snprintf(text, sizeof(text), "%s %u", list, version);
	sha256_of(digest, text, strlen(text));
	hex_encode(hex, digest, sizeof(digest));
}

/* A snapshot. */
const char *
synckit_snapshot(struct synckit *k, const char *list, uint32_t version,
    size_t len)
{
	char name[128], hex[65];

	root_of(list, version, hex);
	(void)snprintf(name, sizeof(name), "lists/%s/%u.snap.zst", list,
	    version);
	return (add(k, name, len, json_pack("{s:s,s:s,s:s,s:i,s:i,s:i,s:s}",
	    "kind", "snapshot", "list", list, "subject", "person", "version",
	    (int)version, "epoch", 1, "count", 5, "root", hex)));
}

/* A delta. */
const char *
synckit_delta(struct synckit *k, const char *list, uint32_t from,
    uint32_t version, size_t len)
{
	char name[128], hex[65];

	root_of(list, version, hex);
	(void)snprintf(name, sizeof(name), "lists/%s/%u-%u.delta.zst", list,
	    from, version);
	return (add(k, name, len, json_pack(
	    "{s:s,s:s,s:s,s:i,s:i,s:i,s:i,s:s}", "kind", "delta", "list", list,
	    "subject", "person", "from", (int)from, "version", (int)version,
	    "epoch", 1, "count", 5, "root", hex)));
}

/* Drop targets whose name begins with a prefix. */
static void
drop(struct synckit *k, const char *prefix)
{
	json_t *targets = json_object_get(k->repo->body[TUF_TARGETS],
	    "targets");
	const char *name;
	json_t *v;
	void *next;

	json_object_foreach_safe(targets, next, name, v)
		if (strncmp(name, prefix, strlen(prefix)) == 0)
			json_object_del(targets, name);
}

/* Another policy. */
void
synckit_policy(struct synckit *k, const char *version)
{
	char name[64];

	drop(k, "policy/");
	(void)snprintf(name, sizeof(name), "policy/%s.policy", version);
	(void)add(k, name, 300, json_pack("{s:s,s:s}", "kind", "policy",
	    "policy", version));
}

/* A list without files. */
void
synckit_drop_lists(struct synckit *k, const char *list)
{
	char prefix[64];

	(void)snprintf(prefix, sizeof(prefix), "lists/%s/", list);
	drop(k, prefix);
}

/* Copy a file. */
static void
copy(const char *from, const char *to)
{
	size_t len;
	char *p = tufkit_read(from, &len);
	FILE *f = fopen(to, "we");

	need(p != NULL && f != NULL && fwrite(p, 1, len, f) == len &&
	    fclose(f) == 0, from);
	free(p);
}

/* Begin. */
struct synckit *
synckit_new(void)
{
	struct synckit *k = calloc(1, sizeof(*k));

	need(k != NULL, "calloc");
	synckit_now = SYNCKIT_NOW;
	k->base = tufkit_mkdtemp();
	need(mkdir(synckit_path(k, "repo"), 0755) == 0 &&
	    mkdir(synckit_path(k, "data"), 0700) == 0, "mkdir");
	k->repo = tufkit_new(synckit_path(k, "repo"), SYNCKIT_NOW);
	(void)snprintf(k->data, sizeof(k->data), "%s", synckit_path(k,
	    "data"));
	(void)snprintf(k->root, sizeof(k->root), "%s", synckit_path(k,
	    "root.json"));
	copy(tufkit_path(k->repo, "metadata/1.root.json"), k->root);
	(void)synckit_snapshot(k, "sanction", 1, 3000);
	synckit_policy(k, "p1");
	tufkit_publish(k->repo);
	k->o = (struct sync_options){ .source = { k->repo->dir }, .nsources =
		1, .data = k->data, .root = k->root, .now = now, .timeout_ms =
		5000, .wait = wait_ms, .wait_arg = k };
	return (k);
}

/* End. */
void
synckit_free(struct synckit *k)
{

	if (k->http != NULL)
		synchttpd_stop(k->http);
	tufkit_free(k->repo);
	tufkit_rmtree(k->base);
	free(k->base);
	free(k);
}

/* Serve it. */
void
synckit_serve(struct synckit *k)
{

	k->http = synchttpd_start(k->repo->dir);
	k->o.source[0] = synchttpd_address(k->http);
	k->o.nsources = 1;
}

/* One round. */
int
synckit_once(struct synckit *k)
{

	k->err[0] = '\0';
	return (sync_once(&k->o, &k->r, k->err));
}

/* A file of incoming/metadata, or NULL. */
static char *
metadata(struct synckit *k, uint32_t version, const char *name, size_t *len)
{
	char path[128];

	if (version != 0)
		(void)snprintf(path, sizeof(path),
		    "data/lists/incoming/metadata/%u.%s", version, name);
	else
		(void)snprintf(path, sizeof(path),
		    "data/lists/incoming/metadata/%s", name);
	return (tufkit_read(synckit_path(k, path), len));
}

/* Take one role's file. */
static int
take(struct synckit *k, struct tuf *t, enum tuf_role role)
{
	struct tuf_error e = { .text = "is missing" };
	char *p = NULL;
	size_t len;
	int rc = -1;

	if (role == TUF_SNAPSHOT &&
	    (p = metadata(k, tuf_meta_version(t, role), "snapshot.json",
	    &len)) != NULL)
		rc = tuf_snapshot(t, p, len, synckit_now, 0, &e);
	else if (role == TUF_TARGETS &&
	    (p = metadata(k, tuf_meta_version(t, role), "targets.json",
	    &len)) != NULL)
		rc = tuf_targets(t, p, len, synckit_now, &e);
	if (rc != 0)
		(void)fprintf(stderr, "role %d: %s\n", role, e.text);
	free(p);
	return (rc);
}

/* Walk the roots. */
static int
walk(struct synckit *k, struct tuf *t)
{
	struct tuf_error e;
	size_t len;
	char *p;
	int rc = 0;

	while (rc == 0 && (p = metadata(k, tuf_version(t, TUF_ROOT) + 1,
	    "root.json", &len)) != NULL) {
		if ((rc = tuf_root(t, p, len, &e)) != 0)
			(void)fprintf(stderr, "root: %s\n", e.text);
		free(p);
	}
	return (rc);
}

/* Is this file one of the targets, and whole? */
static int
target_whole(struct synckit *k, struct tuf *t, const char *path)
{
	char where[900], hex[65];
	struct tuf_target g;
	size_t i, len;
	char *p;
	int good = 0;

	(void)snprintf(where, sizeof(where), "data/lists/incoming/targets/%s",
	    path);
	p = tufkit_read(synckit_path(k, where), &len);
	for (i = 0; p != NULL && tuf_target_at(t, i, &g) == 0; i++) {
		hex_encode(hex, g.sha256, sizeof(g.sha256));
		if (strstr(path, hex) != NULL)
			good = tuf_target_good(&g, p, len) == 0;
	}
	free(p);
	if (!good)
		(void)fprintf(stderr, "%s: not whole\n", path);
	return (good);
}

/* Read it all as the daemon does. */
int
synckit_whole(struct synckit *k, const char *const *files)
{
	struct tuf_options o = { .lapsed_ok = 0 };
	struct tuf_error e;
	size_t len, rootlen;
	char *root = tufkit_read(k->root, &rootlen);
	char *p = metadata(k, 0, "timestamp.json", &len);
	struct tuf *t = tuf_open(&o, root, rootlen, &e);
	int rc = 0;

	need(t != NULL, "anchor");
	if (p != NULL) {
		rc = -1;
		if (walk(k, t) == 0 && tuf_timestamp(t, p, len, synckit_now,
		    0, &e) == 0 && take(k, t, TUF_SNAPSHOT) == 0 &&
		    take(k, t, TUF_TARGETS) == 0)
			rc = (int)tuf_version(t, TUF_TARGETS);
		for (; rc > 0 && files != NULL && *files != NULL; files++)
			if (!target_whole(k, t, *files))
				rc = -1;
	}
	tuf_close(t);
	free(root);
	free(p);
	return (rc);
}

/* Copy a role's newest file of incoming/ to the generation. */
static void
adopt_file(struct synckit *k, uint32_t version, const char *name)
{
	char from[128], to[128];

	if (version != 0)
		(void)snprintf(from, sizeof(from),
		    "data/lists/incoming/metadata/%u.%s", version, name);
	else
		(void)snprintf(from, sizeof(from),
		    "data/lists/incoming/metadata/%s", name);
	(void)snprintf(to, sizeof(to), "data/lists/trusted.1/%s", name);
	copy(synckit_path(k, from), synckit_path(k, to));
}

/* Take over what lies in incoming/. */
void
synckit_adopted(struct synckit *k)
{
	json_t *const *body = k->repo->body;
	FILE *f;

	(void)mkdir(synckit_path(k, "data/lists/trusted.1"), 0700);
	adopt_file(k, (uint32_t)json_integer_value(json_object_get(
	    body[TUF_ROOT], "version")), "root.json");
	adopt_file(k, (uint32_t)json_integer_value(json_object_get(
	    body[TUF_SNAPSHOT], "version")), "snapshot.json");
	adopt_file(k, (uint32_t)json_integer_value(json_object_get(
	    body[TUF_TARGETS], "version")), "targets.json");
	adopt_file(k, 0, "timestamp.json");
	f = fopen(synckit_path(k, "data/lists/trusted"), "we");
	need(f != NULL && fputs("1\n", f) >= 0 && fclose(f) == 0, "trusted");
}
