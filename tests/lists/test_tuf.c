/* Metadata as the client trusts it, file by file: order, expiry, keys, rotation and
 * local copies. */
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

/* Try targets of the repository. */
static int
targets(struct tufworld *w, struct tuf *t, const char *name, int64_t now)
{

	return (tufworld_step(w, t, TUF_TARGETS, name, now, 0));
}

/* Steps are taken in order; what is missing above refuses what is below. */
Test(tuf, the_order_of_steps)
{
	struct tufworld *w = tufworld_new();
	struct tuf *t = tufworld_begin(w, NULL);

	cr_expect(snapshot(w, t, "1.snapshot.json", w->now, 0) == -1 &&
	    w->err.fault == TUF_MISMATCH);
	cr_expect(targets(w, t, "1.targets.json", w->now) == -1);
	cr_expect(timestamp(w, t, w->now, 0) == 0);
	cr_expect(targets(w, t, "1.targets.json", w->now) == -1);
	cr_expect(tuf_meta_version(t, TUF_SNAPSHOT) == 1 &&
	    tuf_meta_length(t, TUF_SNAPSHOT) > 100 &&
	    tuf_meta_version(t, TUF_TARGETS) == 0);
	cr_expect(snapshot(w, t, "1.snapshot.json", w->now, 0) == 0);
	cr_expect(tuf_meta_version(t, TUF_TARGETS) == 1);
	cr_expect(tuf_targets_count(t) == 0);
	cr_expect(targets(w, t, "1.targets.json", w->now) == 0);
	cr_expect(tuf_targets_count(t) == 1);
	cr_expect(tuf_signed_at(t) == TUFWORLD_NOW);
	cr_expect(tuf_expires(t, TUF_TIMESTAMP) == TUFWORLD_NOW + DAY);
	cr_expect(tuf_consistent(t) == 1);
	tuf_close(t);
	tufworld_free(w);
}

/* What lies on our own disk counts for versions, however old it is. */
Test(tuf, local_copies_are_for_comparison)
{
	struct tufworld *w = tufworld_new();
	struct tuf *t = tufworld_begin(w, NULL);
	int64_t late = w->now + 30 * DAY;

	/* all lapsed: held, but nothing is built upon it */
	cr_expect(timestamp(w, t, late, 1) == -1 && w->err.fault == TUF_EXPIRED);
	cr_expect(tuf_version(t, TUF_TIMESTAMP) == 1);
	cr_expect(snapshot(w, t, "1.snapshot.json", late, 1) == -1 &&
	    w->err.fault == TUF_EXPIRED);
	cr_expect(targets(w, t, "1.targets.json", late) == -1 &&
	    w->err.fault == TUF_EXPIRED);
	cr_expect(timestamp(w, t, late, 0) == -1 && w->err.fault == TUF_EXPIRED);

	/* a newer timestamp: the local snapshot is not in force any more, but
	 * nothing below its versions is taken */
	w->kit->now = late;
	tufkit_publish(w->kit);
	cr_expect(timestamp(w, t, late, 0) == 0, "%s", w->err.text);
	cr_expect(tuf_version(t, TUF_SNAPSHOT) == 0);
	cr_expect(snapshot(w, t, "1.snapshot.json", late, 1) == -1 &&
	    w->err.fault == TUF_MISMATCH);
	json_object_set_new(w->kit->body[TUF_SNAPSHOT], "version",
	    json_integer(3));
	json_object_set_new(json_object_get(w->kit->body[TUF_SNAPSHOT], "meta"),
	    "targets.json", json_pack("{s:i}", "version", 1));
	tufkit_seal(w->kit, TUF_SNAPSHOT);
	tufkit_publish_timestamp(w->kit);
	cr_expect(timestamp(w, t, late, 0) == 0);
	cr_expect(snapshot(w, t, "3.snapshot.json", late, 0) == 0, "%s",
	    w->err.text);
	tuf_close(t);
	tufworld_free(w);
}

/* Over a restart expiry only ages; signatures, digests and versions count as ever. */
Test(tuf, lapsed_ok)
{
	const struct tuf_options o = { .lapsed_ok = 1 };
	struct tufworld *w = tufworld_new();
	struct tuf *t = tufworld_begin(w, &o);
	int64_t late = w->now + 9999 * DAY;

	cr_expect(tuf_root_final(t, late, &w->err) == 0);
	cr_expect(timestamp(w, t, late, 0) == 0);
	cr_expect(snapshot(w, t, "1.snapshot.json", late, 0) == 0);
	cr_expect(targets(w, t, "1.targets.json", late) == 0);
	w->kit->signers[TUF_TARGETS] = 1;
	tufkit_publish(w->kit);
	cr_expect(timestamp(w, t, late, 0) == 0);
	cr_expect(snapshot(w, t, "1.snapshot.json", late, 0) == -1);
	cr_expect(snapshot(w, t, "2.snapshot.json", late, 0) == 0);
	cr_expect(targets(w, t, "2.targets.json", late) == -1 &&
	    w->err.fault == TUF_UNSIGNED);
	tuf_close(t);
	tufworld_free(w);
}

/* A timestamp of the same version is no news, whatever else it says. */
Test(tuf, a_timestamp_of_the_same_version_changes_nothing)
{
	struct tufworld *w = tufworld_new();
	struct tuf *t = tufworld_begin(w, NULL);

	cr_expect(timestamp(w, t, w->now, 0) == 0);
	json_object_set_new(w->kit->body[TUF_TIMESTAMP], "expires",
	    json_string("2099-01-01T00:00:00Z"));
	tufkit_seal(w->kit, TUF_TIMESTAMP);
	cr_expect(timestamp(w, t, w->now, 0) == 0);
	cr_expect(tuf_expires(t, TUF_TIMESTAMP) == TUFWORLD_NOW + DAY);
	cr_expect(timestamp(w, t, w->now + DAY, 0) == -1 &&
	    w->err.fault == TUF_EXPIRED);
	tuf_close(t);
	tufworld_free(w);
}

/* Another key beside is no rotation; one that goes is. */
Test(tuf, what_a_rotation_forgets)
{
	static const struct {
		enum tuf_role role;
		int drop;
		uint32_t timestamp, targets;
	} cases[] = {
		{ TUF_TIMESTAMP, 0, 1, 1 }, { TUF_SNAPSHOT, 0, 1, 1 },
		{ TUF_TIMESTAMP, 1, 0, 0 }, { TUF_SNAPSHOT, 1, 0, 0 },
		{ TUF_TARGETS, 1, 1, 1 },	/* two of its keys still signed */
	};
	struct tufworld *w;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		w = tufworld_new();
		cr_assert(tufworld_refresh(w) == 0);
		tufkit_rotate(w->kit, cases[i].role, cases[i].drop ? 0 : 1);
		if (!cases[i].drop)
			w->kit->nkeys[cases[i].role] = 2;
		tufkit_publish_root(w->kit);
		cr_expect(tufworld_step(w, w->t, TUF_ROOT,
		    "2.root.json", w->now, 0) == 0, "%s",
		    w->err.text);
		cr_expect(tuf_version(w->t, TUF_TIMESTAMP) ==
		    cases[i].timestamp, "case %zu", i);
		cr_expect(tuf_version(w->t, TUF_TARGETS) == cases[i].targets,
		    "case %zu", i);
		tufworld_free(w);
	}
}

/* One of two keys is dropped; what we hold is also signed by the one that stays. */
Test(tuf, a_revoked_key_forgets_what_others_signed_too)
{
	struct tufworld *w = tufworld_new();

	w->kit->nkeys[TUF_TIMESTAMP] = 2;
	tufkit_rotate(w->kit, TUF_TIMESTAMP, 1);
	tufkit_publish_root(w->kit);
	tufkit_publish_timestamp(w->kit);
	cr_assert(tufworld_refresh(w) == 0, "%s", w->err.text);
	w->kit->nkeys[TUF_TIMESTAMP] = 1;
	tufkit_publish_root(w->kit);
	cr_expect(tufworld_step(w, w->t, TUF_ROOT,
	    "3.root.json", w->now, 0) == 0);
	cr_expect(tuf_version(w->t, TUF_TIMESTAMP) == 0);
	tufworld_free(w);
}

/* No key is dropped, but one signature is not enough any more. */
Test(tuf, a_raised_threshold_forgets_timestamp_and_snapshot)
{
	static const enum tuf_role roles[] = { TUF_TIMESTAMP, TUF_SNAPSHOT };
	struct tufworld *w;

	for (size_t i = 0; i < 2; i++) {
		w = tufworld_new();
		cr_assert(tufworld_refresh(w) == 0, "%s", w->err.text);
		w->kit->nkeys[roles[i]] = w->kit->threshold[roles[i]] = 2;
		tufkit_rotate(w->kit, roles[i], 1);
		tufkit_publish_root(w->kit);
		cr_expect(tufworld_step(w, w->t, TUF_ROOT,
		    "2.root.json", w->now, 0) == 0);
		cr_expect(tuf_version(w->t, TUF_TIMESTAMP) == 0);
		cr_expect(tuf_version(w->t, TUF_SNAPSHOT) == 0);
		tufworld_free(w);
	}
}

/* A threshold that what we hold does not meet any more. */
Test(tuf, what_a_raised_threshold_forgets)
{
	struct tufworld *w = tufworld_new();

	w->kit->signers[TUF_TARGETS] = 3;
	tufkit_publish(w->kit);
	cr_assert(tufworld_refresh(w) == 0);
	w->kit->threshold[TUF_TARGETS] = 3;
	tufkit_publish_root(w->kit);
	cr_expect(tufworld_step(w, w->t, TUF_ROOT,
	    "2.root.json", w->now, 0) == 0);
	cr_expect(tuf_version(w->t, TUF_SNAPSHOT) == 2);
	cr_expect(tuf_version(w->t, TUF_TARGETS) == 0);
	cr_expect(tuf_targets_count(w->t) == 0);
	tufworld_free(w);
}

/* Ids are names: one that is no digest of its key will do. */
Test(tuf, key_ids_are_names)
{
	struct tufworld *w = tufworld_new();

	cr_assert(tufworld_refresh(w) == 0);
	strcpy(w->kit->key[TUF_TARGETS][0].id, "desk one, safe two");
	tufkit_publish_root(w->kit);
	w->kit->signers[TUF_TARGETS] = 3;
	tufkit_publish(w->kit);
	cr_expect(tufworld_refresh(w) == 0, "%s", w->err.text);
	cr_expect(tufworld_is(w, 2, 2, 2, 2));
	tufworld_free(w);
}

/* A key of a type that only a test program knows. */
static int
knows_plain(const char *keytype, const char *scheme, const char *public,
    const uint8_t *sig, size_t siglen, const void *message, size_t len)
{

	(void)message;
	(void)len;
	if (strcmp(keytype, "plain") != 0 || strcmp(scheme, "plain") != 0)
		return (-1);
	return (siglen == 1 && sig[0] == (uint8_t)public[0]);
}

Test(tuf, other_key_types_count_only_where_they_are_known)
{
	const struct tuf_options o = { .other_key = knows_plain };
	struct tufworld *w = tufworld_new();
	json_t *whole, *body;
	char *text;
	struct tuf *t;

	body = w->kit->body[TUF_ROOT];
	json_object_set_new(json_object_get(body, "keys"), "p",
	    json_pack("{s:s, s:s, s:{s:s}}", "keytype", "plain", "scheme",
	    "plain", "keyval", "public", "A"));
	json_object_set_new(json_object_get(body, "roles"), "root",
	    json_pack("{s:[s], s:i}", "keyids", "p", "threshold", 1));
	whole = json_pack("{s:[{s:s, s:s}], s:O}", "signatures", "keyid", "p",
	    "sig", "41", "signed", body);
	text = json_dumps(whole, 0);
	t = tuf_open(&o, text, strlen(text), &w->err);
	cr_expect(t != NULL, "%s", w->err.text);
	tuf_close(t);
	cr_expect(tuf_open(NULL, text, strlen(text), &w->err) == NULL &&
	    w->err.fault == TUF_UNSIGNED);
	free(text);
	json_decref(whole);
	tufworld_free(w);
}
