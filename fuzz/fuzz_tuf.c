/* A run of metadata files, as a mirror would send them: parts divided by a line "%%",
 * each begun by a letter that says which step takes it (r t s g; T S: from our own
 * disk) or n (the clock goes on by 30 days).  Every signature of a key of type "any" is
 * good, so that the checks behind it are reached. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lists/canonjson.h"
#include "lists/tuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW	INT64_C(1795318307)	/* 2026-11-22 */

static const char first_root[] =
    "{\"signatures\":[{\"keyid\":\"a\",\"sig\":\"00\"}],\"signed\":{"
    "\"_type\":\"root\",\"consistent_snapshot\":true,"
    "\"expires\":\"2027-11-22T00:00:00Z\",\"keys\":{\"a\":{"
    "\"keytype\":\"any\",\"keyval\":{\"public\":\"1\"},\"scheme\":\"any\"}},"
    "\"roles\":{\"root\":{\"keyids\":[\"a\"],\"threshold\":1},"
    "\"snapshot\":{\"keyids\":[\"a\"],\"threshold\":1},"
    "\"targets\":{\"keyids\":[\"a\"],\"threshold\":1},"
    "\"timestamp\":{\"keyids\":[\"a\"],\"threshold\":1}},"
    "\"spec_version\":\"1.0.34\",\"version\":1}}";

/* Believes every signature. */
static int
any_key(const char *keytype, const char *scheme, const char *public,
    const uint8_t *sig, size_t siglen, const void *message, size_t len)
{

	(void)scheme;
	(void)public;
	if (siglen == 0 || sig == NULL || len == 0 ||
	    ((const char *)message)[0] != '{')
		abort();
	return (strcmp(keytype, "any") == 0 ? 1 : -1);
}

/* A value has one canonical form. */
static void
try_json(const char *p, size_t len)
{
	char err[256] = "", *one, *two;
	json_t *v = canonjson_load(p, len, err, sizeof(err)), *w;
	size_t n, m;

	if (v == NULL) {
		if (err[0] == '\0')
			abort();
		return;
	}
	one = canonjson_print(v, &n);
	if (one != NULL && strlen(one) != n)
		abort();
	if (one != NULL && (w = canonjson_load(one, n, err,
	    sizeof(err))) != NULL) {
		two = canonjson_print(w, &m);
		if (two == NULL || m != n || memcmp(one, two, n) != 0)
			abort();
		free(two);
		json_decref(w);
	}
	free(one);
	json_decref(v);
}

/* Names are sorted and stay where they are put. */
static void
try_targets(const struct tuf *t)
{
	struct tuf_target g, h;
	size_t n = tuf_targets_count(t);

	if (n > 0 && tuf_version(t, TUF_TARGETS) == 0)
		abort();
	for (size_t i = 0; i < n; i++) {
		if (tuf_target_at(t, i, &g) != 0 || g.name[0] == '/' ||
		    g.name[0] == '\0' || strncmp(g.name, "../", 3) == 0 ||
		    strstr(g.name, "/../") != NULL ||
		    tuf_target_find(t, g.name, &h) != 0 ||
		    strcmp(g.name, h.name) != 0 || g.length != h.length ||
		    tuf_target_good(&g, "", 1) == 0)
			abort();
		if (i > 0 && (tuf_target_at(t, i - 1, &h) != 0 ||
		    strcmp(h.name, g.name) >= 0))
			abort();
	}
	if (tuf_target_at(t, n, &g) == 0)
		abort();
}

/* One file, by the step of its letter. */
static int
step(struct tuf *t, char what, const char *p, size_t len, int64_t now,
    struct tuf_error *err)
{

	switch (what) {
	case 'r':
		return (tuf_root(t, p, len, err));
	case 't':
	case 'T':
		return (tuf_timestamp(t, p, len, now, what == 'T', err));
	case 's':
	case 'S':
		return (tuf_snapshot(t, p, len, now, what == 'S', err));
	case 'g':
		return (tuf_targets(t, p, len, now, err));
	default:
		return (0);
	}
}

/* A file from a stranger never takes a version down; a refused one changes nothing. */
static void
try_step(struct tuf *t, char what, const char *p, size_t len, int64_t now)
{
	struct tuf_error err = { .fault = TUF_FINE };
	uint32_t before[TUF_ROLES], after;
	size_t n;
	int rc;

	for (enum tuf_role r = TUF_ROOT; r < TUF_ROLES; r++)
		before[r] = tuf_version(t, r);
	rc = step(t, what, p, len, now, &err);
	if (rc != 0 && (rc != -1 || err.fault == TUF_FINE ||
	    err.text[0] == '\0'))
		abort();
	for (enum tuf_role r = TUF_ROOT; r < TUF_ROLES; r++) {
		after = tuf_version(t, r);
		if (rc != 0 && what >= 'a' && after != before[r])
			abort();
		if (after != 0 && after < before[r] && (what != 'r' &&
		    what != 'S'))
			abort();
		if ((tuf_bytes(t, r, &n) != NULL) != (after != 0))
			abort();
	}
	if (tuf_version(t, TUF_SNAPSHOT) != 0 && tuf_version(t, TUF_SNAPSHOT) !=
	    tuf_meta_version(t, TUF_SNAPSHOT))
		abort();
	if (tuf_version(t, TUF_TARGETS) != 0 && tuf_version(t, TUF_TARGETS) !=
	    tuf_meta_version(t, TUF_TARGETS))
		abort();
	try_targets(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char divide[] = "\n%%\n";
	const struct tuf_options o = { .other_key = any_key };
	const char *p = (const char *)data, *end = p + size, *next;
	struct tuf_error err;
	int64_t now = NOW;
	struct tuf *t;

	try_json(p, size);
	if ((t = tuf_open(&o, p, size, &err)) != NULL)
		tuf_close(t);
	t = tuf_open(&o, first_root, sizeof(first_root) - 1, &err);
	if (t == NULL)
		abort();
	for (; p < end; p = next + 4) {
		next = memmem(p, (size_t)(end - p), divide, 4);
		if (next == NULL)
			next = end;
		if (p < next && *p == 'n')
			now += 30 * 86400;
		else if (p < next)
			try_step(t, *p, p + 1, (size_t)(next - p) - 1, now);
		if (next == end)
			break;
	}
	tuf_close(t);
	return (0);
}
