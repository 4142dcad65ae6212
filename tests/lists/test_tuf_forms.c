/* Forms of metadata, member by member: what is taken and what is refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "tufworld.h"

#define DAY		((int64_t)86400)

/* Try the repository's timestamp. */
static int
timestamp(struct tufworld *w, struct tuf *t, int64_t now, int local)
{

	return (tufworld_step(w, t, TUF_TIMESTAMP, "timestamp.json", now,
	    local));
}

/* Try a snapshot of the repository. */
static int
snapshot(struct tufworld *w, struct tuf *t, const char *name, int64_t now,
    int local)
{

	return (tufworld_step(w, t, TUF_SNAPSHOT, name, now, local));
}

/* Change the timestamp's body, sign it, and try it. */
static void
expect_timestamp(const char *member, json_t *value, enum tuf_fault fault)
{
	struct tufworld *w = tufworld_new();
	struct tuf *t = tufworld_begin(w, NULL);
	int rc;

	if (value != NULL)
		json_object_set_new(w->kit->body[TUF_TIMESTAMP], member, value);
	else
		json_object_del(w->kit->body[TUF_TIMESTAMP], member);
	tufkit_seal(w->kit, TUF_TIMESTAMP);
	rc = timestamp(w, t, w->now, 0);
	cr_expect((rc == 0) == (fault == TUF_FINE), "%s", member);
	if (rc != 0)
		cr_expect(w->err.fault == fault, "%s: %d %s", member,
		    (int)w->err.fault, w->err.text);
	cr_expect(tuf_version(t, TUF_TIMESTAMP) == (rc == 0));
	tuf_close(t);
	tufworld_free(w);
}

Test(tuf_forms, type_and_specification)
{
	expect_timestamp("_type", json_string("timestamp"), TUF_FINE);
	expect_timestamp("_type", json_string("snapshot"), TUF_FORM);
	expect_timestamp("_type", json_string("Timestamp"), TUF_FORM);
	expect_timestamp("_type", json_integer(1), TUF_FORM);
	expect_timestamp("_type", NULL, TUF_FORM);
	expect_timestamp("spec_version", json_string("1.0"), TUF_FINE);
	expect_timestamp("spec_version", json_string("1.99.12"), TUF_FINE);
	expect_timestamp("spec_version", json_string("2.0.0"), TUF_FORM);
	expect_timestamp("spec_version", json_string("10.0.0"), TUF_FORM);
	expect_timestamp("spec_version", json_string("1"), TUF_FORM);
	expect_timestamp("spec_version", json_string("1."), TUF_FORM);
	expect_timestamp("spec_version", json_string("1..0"), TUF_FORM);
	expect_timestamp("spec_version", json_string("1.0.0-x"), TUF_FORM);
	expect_timestamp("spec_version", json_string("1.0.0.0"), TUF_FORM);
	expect_timestamp("spec_version", NULL, TUF_FORM);
}

Test(tuf_forms, versions)
{
	expect_timestamp("version", json_integer(1), TUF_FINE);
	expect_timestamp("version", json_integer(-1), TUF_FORM);
	expect_timestamp("version", json_integer(0), TUF_FORM);
	expect_timestamp("version", json_string("1"), TUF_FORM);
	expect_timestamp("version", json_true(), TUF_FORM);
	expect_timestamp("version", NULL, TUF_FORM);
}

Test(tuf_forms, expiry)
{
	static const char *const wrong[] = {
		"2027-01-01", "2027-01-01T00:00:00", "2027-01-01t00:00:00z",
		"2027-01-01 00:00:00Z", "2027-01-01T00:00:00+08:00",
		"2027-01-01T00:00:00.5Z", "2027-02-29T00:00:00Z",
		"2027-01-01T24:00:00Z", "2027-01-01T00:60:00Z",
		"2027-01-01T00:00:60Z", "0000-01-01T00:00:00Z",
		"2027-01-01T0 :00:00Z", "2027-01-01T00:00:00ZZ", ""
	};

	expect_timestamp("expires", json_string("2028-02-29T23:59:59Z"),
	    TUF_FINE);
	expect_timestamp("expires", json_string("9999-12-31T23:59:59Z"),
	    TUF_FINE);
	expect_timestamp("expires", json_string("1970-01-01T00:00:00Z"),
	    TUF_EXPIRED);
	/* TUFWORLD_NOW, to the second: it must lie ahead */
	expect_timestamp("expires", json_string("2026-11-22T03:31:47Z"),
	    TUF_EXPIRED);
	expect_timestamp("expires", json_string("2026-11-22T03:31:48Z"),
	    TUF_FINE);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_timestamp("expires", json_string(wrong[i]), TUF_FORM);
	expect_timestamp("expires", json_integer(1), TUF_FORM);
	expect_timestamp("expires", NULL, TUF_FORM);
}

Test(tuf_forms, what_a_timestamp_names)
{
	static const char *const wrong[] = {
		"{}", "{\"version\": 0}", "{\"version\": 1, \"length\": 0}",
		"{\"version\": 1, \"length\": -1}",
		"{\"version\": 1, \"length\": \"9\"}",
		"{\"version\": 1, \"hashes\": {}}",
		"{\"version\": 1, \"hashes\": []}",
		"{\"version\": 1, \"hashes\": {\"sha256\": \"00\"}}",
		"{\"version\": 1, \"hashes\": {\"sha512\": 1}}",
		"[]", "1"
	};

	expect_timestamp("meta", json_pack("{s:{s:i}}", "snapshot.json",
	    "version", 1), TUF_FINE);
	expect_timestamp("meta", json_object(), TUF_FORM);
	expect_timestamp("meta", json_pack("{s:{s:i}}", "targets.json",
	    "version", 1), TUF_FORM);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		expect_timestamp("meta", json_pack("{s:o}", "snapshot.json",
		    json_loads(wrong[i], JSON_DECODE_ANY, NULL)), TUF_FORM);
	expect_timestamp("x_signed", json_integer(0), TUF_FINE);
	expect_timestamp("x_signed", json_integer(-1), TUF_FORM);
	expect_timestamp("x_signed", json_string("2026-11-22T04:11:48Z"),
	    TUF_FORM);
	expect_timestamp("x_signed", NULL, TUF_FINE);
	expect_timestamp("x_other", json_pack("[s, n]", "kept and ignored"),
	    TUF_FINE);
}

/* A digest of a kind that we do not know proves nothing. */
Test(tuf_forms, an_unknown_digest_matches_nothing)
{
	struct tufworld *w = tufworld_new();
	struct tuf *t = tufworld_begin(w, NULL);

	json_object_set_new(w->kit->body[TUF_TIMESTAMP], "meta",
	    json_pack("{s:{s:i, s:{s:s}}}", "snapshot.json", "version", 1,
	    "hashes", "blake2b", "00"));
	tufkit_seal(w->kit, TUF_TIMESTAMP);
	cr_expect(timestamp(w, t, w->now, 0) == 0, "%s", w->err.text);
	cr_expect(snapshot(w, t, "1.snapshot.json", w->now, 0) == -1 &&
	    w->err.fault == TUF_MISMATCH);
	tuf_close(t);
	tufworld_free(w);
}

/* Signatures may hang on a text of any shape, but only once each. */
Test(tuf_forms, signatures)
{
	static const struct {
		const char *list;
		enum tuf_fault fault;
	} cases[] = {
		{ "[]", TUF_UNSIGNED }, { "{}", TUF_FORM }, { "[1]", TUF_FORM },
		{ "[{\"keyid\": \"a\"}]", TUF_FORM },
		{ "[{\"keyid\": \"a\", \"sig\": 1}]", TUF_FORM },
		{ "[{\"keyid\": \"a\", \"sig\": \"\"}]", TUF_UNSIGNED },
		{ "[{\"keyid\": \"a\", \"sig\": \"\"}, "
		    "{\"keyid\": \"a\", \"sig\": \"00\"}]", TUF_FORM },
	};
	struct tufworld *w = tufworld_new();
	struct tuf *t = tufworld_begin(w, NULL);
	json_t *whole = json_load_file(tufkit_path(w->kit,
	    "metadata/timestamp.json"), 0, NULL), *good, *list;
	char *text, bad[64];
	int rc;

	good = json_incref(json_array_get(json_object_get(whole, "signatures"),
	    0));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_object_set_new(whole, "signatures",
		    json_loads(cases[i].list, 0, NULL));
		text = json_dumps(whole, 0);
		cr_expect(tuf_timestamp(t, text, strlen(text), w->now, 0,
		    &w->err) == -1 && w->err.fault == cases[i].fault, "%s: %s",
		    cases[i].list, w->err.text);
		free(text);
	}
	/* foreign and empty ones beside the good one do no harm; too many do */
	for (size_t n = 255; n <= 256; n++) {
		list = json_array();
		for (size_t i = 0; i < n; i++) {
			snprintf(bad, sizeof(bad), "%zu", i);
			json_array_append_new(list, json_pack("{s:s, s:s}",
			    "keyid", bad, "sig", i % 2 ? "zz" : ""));
		}
		json_array_append(list, good);
		json_object_set_new(whole, "signatures", list);
		text = json_dumps(whole, 0);
		rc = tuf_timestamp(t, text, strlen(text), w->now, 0, &w->err);
		cr_expect(rc == (n == 255 ? 0 : -1), "%s", w->err.text);
		free(text);
	}
	json_decref(good);
	json_decref(whole);
	tuf_close(t);
	tufworld_free(w);
}

/* Change the next root, sign it, and try it. */
static void
expect_root(void (*change)(json_t *body), enum tuf_fault fault)
{
	struct tufworld *w = tufworld_new();
	struct tuf *t = tufworld_begin(w, NULL);
	int rc;

	tufkit_publish_root(w->kit);
	change(w->kit->body[TUF_ROOT]);
	tufkit_seal(w->kit, TUF_ROOT);
	rc = tufworld_step(w, t, TUF_ROOT,
	    "2.root.json", w->now, 0);
	cr_expect((rc == 0) == (fault == TUF_FINE) && (rc == 0 ||
	    w->err.fault == fault), "%d %s", rc, w->err.text);
	cr_expect(tuf_version(t, TUF_ROOT) == (rc == 0 ? 2 : 1));
	tuf_close(t);
	tufworld_free(w);
}

static json_t *
role_of(json_t *body, const char *role)
{

	return (json_object_get(json_object_get(body, "roles"), role));
}

static void
nothing(json_t *body)
{

	(void)body;
}

static void
no_snapshot_role(json_t *body)
{

	json_object_del(json_object_get(body, "roles"), "snapshot");
}

static void
threshold_zero(json_t *body)
{

	json_object_set_new(role_of(body, "targets"), "threshold",
	    json_integer(0));
}

static void
threshold_too_high(json_t *body)
{

	json_object_set_new(role_of(body, "root"), "threshold",
	    json_integer(4));
}

static void
key_id_twice(json_t *body)
{
	json_t *ids = json_object_get(role_of(body, "targets"), "keyids");

	json_array_append(ids, json_array_get(ids, 0));
}

static void
mirrors_role(json_t *body)
{

	json_object_set_new(json_object_get(body, "roles"), "mirrors",
	    json_pack("{s:[], s:i}", "keyids", "threshold", 1));
}

static void
key_of_another_type(json_t *body)
{

	json_object_set_new(json_object_get(body, "keys"), "other",
	    json_pack("{s:s, s:s, s:{s:s}}", "keytype", "sphincs", "scheme",
	    "x", "keyval", "public", "y"));
}

static void
key_without_public(json_t *body)
{

	json_object_set_new(json_object_get(body, "keys"), "other",
	    json_pack("{s:s, s:s, s:{}}", "keytype", "ed25519", "scheme",
	    "ed25519", "keyval"));
}

static void
consistent_as_text(json_t *body)
{

	json_object_set_new(body, "consistent_snapshot", json_string("true"));
}

static void
version_three(json_t *body)
{

	json_object_set_new(body, "version", json_integer(3));
}

static void
expired(json_t *body)
{

	json_object_set_new(body, "expires",
	    json_string("2020-01-01T00:00:00Z"));
}

Test(tuf_forms, roots)
{

	expect_root(nothing, TUF_FINE);
	expect_root(mirrors_role, TUF_FINE);
	expect_root(key_of_another_type, TUF_FINE);
	expect_root(expired, TUF_FINE);	/* looked at when the walk is over */
	expect_root(no_snapshot_role, TUF_FORM);
	expect_root(threshold_zero, TUF_FORM);
	expect_root(threshold_too_high, TUF_UNSIGNED);
	expect_root(key_id_twice, TUF_FORM);
	expect_root(key_without_public, TUF_FORM);
	expect_root(consistent_as_text, TUF_FORM);
}

/* Version 3 in the place of 2, and the end of the walk. */
Test(tuf_forms, roots_follow_one_another)
{
	struct tufworld *w = tufworld_new();
	struct tuf *t = tufworld_begin(w, NULL);

	tufkit_publish_root(w->kit);
	version_three(w->kit->body[TUF_ROOT]);
	tufkit_seal(w->kit, TUF_ROOT);
	cr_expect(tufworld_step(w, t, TUF_ROOT, "3.root.json", w->now, 0) ==
	    -1 && w->err.fault == TUF_MISMATCH);
	cr_expect(tuf_root_final(t, w->now, &w->err) == 0);
	cr_expect(tuf_root_final(t, w->now + 365 * DAY, &w->err) == -1 &&
	    w->err.fault == TUF_EXPIRED);
	tuf_close(t);
	tufworld_free(w);
}

/* Our own fields. */
Test(tuf_forms, custom_fields)
{
	static const char root[] =
	    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
	struct tufworld *w = tufworld_new();
	struct tuf_target g;

	tufkit_target(w->kit, "lists/case/9.delta.zst", "x", 1,
	    json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:I, s:s, s:s}", "kind",
	    "delta", "list", "case", "subject", "person", "version", 9, "from",
	    4, "epoch", 2, "count", (json_int_t)10000000000, "root", root,
	    "title", "not ours to read"));
	tufkit_target(w->kit, "policy/2026.2.policy", "y", 1,
	    json_pack("{s:s, s:s}", "kind", "policy", "policy", "2026.2"));
	tufkit_target(w->kit, "other", "z", 1,
	    json_pack("{s:[i], s:s}", "list", 1, "version", "9"));
	tufkit_publish(w->kit);
	cr_assert(tufworld_refresh(w) == 0, "%s", w->err.text);
	cr_expect(tuf_targets_count(w->t) == 4);
	cr_assert(tuf_target_at(w->t, 1, &g) == 0);
	cr_expect_str_eq(g.name, "lists/case/9.delta.zst");
	cr_expect_str_eq(g.kind, "delta");
	cr_expect_str_eq(g.list, "case");
	cr_expect_str_eq(g.subject, "person");
	cr_expect(g.version == 9 && g.from == 4 && g.epoch == 2 &&
	    g.count == 10000000000 && g.has_root && g.root[31] == 31 &&
	    g.length == 1 && g.has_sha256 && !g.has_sha512);
	cr_assert(tuf_target_find(w->t, "policy/2026.2.policy", &g) == 0);
	cr_expect_str_eq(g.policy, "2026.2");
	cr_expect(g.version == 0 && !g.has_root && g.list[0] == '\0');
	cr_assert(tuf_target_find(w->t, "other", &g) == 0);
	cr_expect(g.kind[0] == '\0' && g.list[0] == '\0' && g.version == 0);
	cr_expect(tuf_target_at(w->t, 4, &g) == -1);
	cr_expect(tuf_target_find(w->t, "othe", &g) == -1);
	tufworld_free(w);
}

Test(tuf_forms, custom_fields_that_are_wrong)
{
	static const char *const wrong[] = {
		"[]", "{\"kind\": 1}", "{\"kind\": \"seventeen letters!\"}",
		"{\"kind\": \"delta\", \"list\": \"twenty-four bytes of id!\"}",
		"{\"kind\": \"delta\", \"subject\": \"organism\"}",
		"{\"kind\": \"delta\", \"version\": -1}",
		"{\"kind\": \"delta\", \"version\": 4294967296}",
		"{\"kind\": \"delta\", \"from\": \"1\"}",
		"{\"kind\": \"delta\", \"epoch\": true}",
		"{\"kind\": \"delta\", \"count\": -1}",
		"{\"kind\": \"delta\", \"root\": \"00\"}",
		"{\"kind\": \"delta\", \"root\": null}",
	};
	struct tufworld *w = tufworld_new();

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		tufkit_target(w->kit, "x", "x", 1, json_loads(wrong[i], 0,
		    NULL));
		tufkit_publish(w->kit);
		cr_expect(tufworld_refresh(w) == -1 && w->err.fault == TUF_FORM,
		    "%s: %s", wrong[i], w->err.text);
	}
	tufkit_drop(w->kit, "x");
	tufkit_publish(w->kit);
	cr_expect(tufworld_refresh(w) == 0, "%s", w->err.text);
	tufworld_free(w);
}
