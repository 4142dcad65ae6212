/* The attacks of the TUF specification, section 1.5.2, one test each: every one is
 * refused, and what was trusted before stays. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "tufworld.h"

#define DAY		((int64_t)86400)

/* A refresh is refused for this reason. */
static void
expect_refused(struct tufworld *w, enum tuf_fault fault)
{

	cr_expect(tufworld_refresh(w) == -1);
	cr_expect(w->err.fault == fault, "%d: %s", (int)w->err.fault,
	    w->err.text);
	cr_expect(w->err.text[0] != '\0');
}

/* A world that has followed the first publication. */
static struct tufworld *
followed(void)
{
	struct tufworld *w = tufworld_new();

	cr_assert(tufworld_refresh(w) == 0, "%s", w->err.text);
	cr_assert(tufworld_is(w, 1, 1, 1, 1));
	return (w);
}

/* The target that every publication holds. */
static struct tuf_target
target(struct tufworld *w)
{
	struct tuf_target g;

	cr_assert(tuf_target_find(w->t, TUFWORLD_TARGET, &g) == 0);
	return (g);
}

/* An attacker can't have his own files installed. */
Test(tuf_attacks, arbitrary_installation)
{
	struct tufworld *w = followed();
	struct tuf_target g = target(w);
	struct tufkit *m = tufworld_mirror(w);

	/* another file of the same length */
	cr_expect(tuf_target_good(&g, TUFWORLD_BYTES, g.length) == 0);
	cr_expect(tuf_target_good(&g, "records of version 7", g.length) == -1);

	/* metadata of his own keys */
	tufkit_target(m, TUFWORLD_TARGET, "his own", 7, NULL);
	tufkit_publish(m);
	expect_refused(w, TUF_UNSIGNED);

	/* metadata without any signature */
	for (enum tuf_role r = TUF_ROOT; r < TUF_ROLES; r++)
		m->signers[r] = 0;
	tufkit_publish(m);
	expect_refused(w, TUF_UNSIGNED);

	/* a root of his own */
	m->signers[TUF_ROOT] = TUFKIT_ALL;
	tufkit_publish_root(m);
	expect_refused(w, TUF_UNSIGNED);
	cr_expect(tufworld_is(w, 1, 1, 1, 1));
	tufkit_free(m);
	tufworld_free(w);
}

/* Nothing is read beyond a limit, and nothing of it is kept. */
Test(tuf_attacks, endless_data)
{
	struct tufworld *w = followed();

	tufkit_publish(w->kit);
	w->source.endless = "2.root.json";
	expect_refused(w, TUF_LONG);
	cr_expect(w->source.largest == TUF_ROOT_MAX + 1);
	w->source.largest = 0;
	w->source.endless = "timestamp.json";
	expect_refused(w, TUF_LONG);
	cr_expect(w->source.largest == TUF_TIMESTAMP_MAX + 1);
	cr_expect(tufworld_is(w, 1, 1, 1, 1));

	/* below the timestamp the length that is named is the limit */
	w->source.largest = 0;
	w->source.endless = "2.snapshot.json";
	expect_refused(w, TUF_LONG);
	cr_expect(w->source.largest < 2048, "%zu", w->source.largest);
	w->source.endless = "2.targets.json";
	expect_refused(w, TUF_LONG);
	cr_expect(tufworld_is(w, 1, 2, 2, 0));
	w->source.endless = NULL;
	cr_expect(tufworld_refresh(w) == 0);
	cr_expect(tufworld_is(w, 1, 2, 2, 2));
	tufworld_free(w);
}

/* Where no length is named, the limits of ours hold. */
Test(tuf_attacks, endless_data_where_no_length_is_named)
{
	struct tufworld *w = tufworld_new();

	w->kit->hashes = 0;
	tufkit_publish(w->kit);
	w->source.endless = "2.snapshot.json";
	expect_refused(w, TUF_LONG);
	cr_expect(w->source.largest == TUF_SNAPSHOT_MAX + 1);
	w->source.endless = "2.targets.json";
	expect_refused(w, TUF_LONG);
	cr_expect(w->source.largest == TUF_TARGETS_MAX + 1);

	/* a length that is named does not lift them */
	w->kit->hashes = 1;
	tufkit_publish(w->kit);
	json_object_set_new(json_object_get(json_object_get(
	    w->kit->body[TUF_TIMESTAMP], "meta"), "snapshot.json"), "length",
	    json_integer(INT64_MAX));
	tufkit_seal(w->kit, TUF_TIMESTAMP);
	expect_refused(w, TUF_LONG);
	tufworld_free(w);
}

/* What belongs together is said by signed fields; nothing can be added to it. */
Test(tuf_attacks, extraneous_dependencies)
{
	struct tufworld *w = followed();
	struct tufkit *m = tufworld_mirror(w);
	char path[2 * TUFKIT_PATH];
	struct tuf_target g;
	json_t *entry;

	/* one more file beside the ones that were signed */
	cr_expect(tuf_target_find(w->t, "lists/case/2.delta.zst", &g) == -1);

	/* one more entry, in targets that the centre never signed; timestamp and
	 * snapshot as they were */
	tufkit_target(m, "lists/case/2.delta.zst", "more", 4,
	    json_pack("{s:s, s:i}", "kind", "delta", "from", 1));
	tufkit_seal(m, TUF_TARGETS);
	snprintf(path, sizeof(path), "%s/targets.json", w->dir);
	cr_assert(remove(path) == 0);	/* so that the client asks for it */
	tufworld_reopen(w);
	expect_refused(w, TUF_LONG);

	/* the same length, another entry */
	tufkit_drop(m, "lists/case/2.delta.zst");
	tufkit_target(m, TUFWORLD_TARGET, "records of version 7",
	    sizeof(TUFWORLD_BYTES) - 1, NULL);
	tufkit_seal(m, TUF_TARGETS);
	expect_refused(w, TUF_MISMATCH);

	/* an entry changed to build upon another version, with the online keys of
	 * timestamp and snapshot stolen */
	tufworld_take_key(m, w, TUF_TIMESTAMP, 0);
	tufworld_take_key(m, w, TUF_SNAPSHOT, 0);
	entry = json_object_get(json_object_get(m->body[TUF_TARGETS], "targets"),
	    TUFWORLD_TARGET);
	json_object_set_new(entry, "custom", json_pack("{s:s, s:i}", "kind",
	    "delta", "from", 7));
	tufkit_publish(m);
	expect_refused(w, TUF_UNSIGNED);
	cr_expect(tuf_targets_count(w->t) == 0);
	tufkit_free(m);
	tufworld_free(w);
}

/* Versions that a stolen online key ran ahead are left behind by a rotation. */
Test(tuf_attacks, fast_forward)
{
	struct tufworld *w = followed();
	struct tufkit *m = tufworld_mirror(w);
	static const enum tuf_role stolen[] = { TUF_TIMESTAMP, TUF_SNAPSHOT };

	for (size_t i = 0; i < 2; i++) {
		tufworld_take_key(m, w, stolen[i], 0);
		json_object_set_new(m->body[stolen[i]], "version",
		    json_integer(4000000000));
	}
	tufkit_seal(m, TUF_SNAPSHOT);
	tufkit_point(m, TUF_TIMESTAMP);
	tufkit_seal(m, TUF_TIMESTAMP);
	cr_expect(tufworld_refresh(w) == 0, "%s", w->err.text);
	cr_expect(tuf_version(w->t, TUF_TIMESTAMP) == 4000000000);
	tufkit_free(m);

	/* the centre's own are now "older" */
	tufkit_source(&w->source, w->kit->dir);
	tufkit_publish(w->kit);
	expect_refused(w, TUF_OLD);

	/* until the next root drops the key that was stolen */
	tufkit_rotate(w->kit, TUF_TIMESTAMP, 0);
	tufkit_rotate(w->kit, TUF_SNAPSHOT, 0);
	tufkit_publish_root(w->kit);
	tufkit_publish(w->kit);
	cr_expect(tufworld_refresh(w) == 0, "%s", w->err.text);
	cr_expect(tufworld_is(w, 2, 3, 3, 3));
	tufworld_free(w);
}

/* A version beyond all counting is no metadata at all. */
Test(tuf_attacks, fast_forward_to_the_end_of_numbers)
{
	struct tufworld *w = followed();
	struct tufkit *m = tufworld_mirror(w);

	tufworld_take_key(m, w, TUF_TIMESTAMP, 0);
	json_object_set_new(m->body[TUF_TIMESTAMP], "version",
	    json_integer(INT64_C(1) << 32));
	tufkit_seal(m, TUF_TIMESTAMP);
	expect_refused(w, TUF_FORM);
	json_object_set_new(m->body[TUF_TIMESTAMP], "version", json_integer(0));
	tufkit_seal(m, TUF_TIMESTAMP);
	expect_refused(w, TUF_FORM);
	cr_expect(tufworld_is(w, 1, 1, 1, 1));
	tufkit_free(m);
	tufworld_free(w);
}

/* The same old answers are noticed, each in its own time. */
Test(tuf_attacks, indefinite_freeze)
{
	struct tufworld *w = followed();

	w->now = TUFWORLD_NOW + DAY - 1;
	cr_expect(tufworld_refresh(w) == 0);
	w->now = TUFWORLD_NOW + DAY;		/* of the timestamp */
	expect_refused(w, TUF_EXPIRED);
	w->kit->now = w->now = TUFWORLD_NOW + 7 * DAY;
	tufkit_publish_timestamp(w->kit);
	expect_refused(w, TUF_EXPIRED);		/* of the snapshot */
	w->kit->now = w->now = TUFWORLD_NOW + 90 * DAY;
	tufkit_publish_timestamp(w->kit);
	json_object_set_new(w->kit->body[TUF_SNAPSHOT], "expires",
	    json_string("2099-01-01T00:00:00Z"));
	json_object_set_new(w->kit->body[TUF_SNAPSHOT], "version",
	    json_integer(2));
	tufkit_seal(w->kit, TUF_SNAPSHOT);
	tufkit_publish_timestamp(w->kit);
	expect_refused(w, TUF_EXPIRED);		/* of the targets */
	cr_expect(tuf_version(w->t, TUF_SNAPSHOT) == 2);
	tufkit_publish(w->kit);
	cr_expect(tufworld_refresh(w) == 0, "%s", w->err.text);
	w->kit->now = w->now = TUFWORLD_NOW + 365 * DAY;
	tufkit_publish(w->kit);
	expect_refused(w, TUF_EXPIRED);		/* of the root */
	tufkit_publish_root(w->kit);
	cr_expect(tufworld_refresh(w) == 0, "%s", w->err.text);
	tufworld_free(w);
}

/* Whatever a bad mirror answers, the next good one is followed. */
Test(tuf_attacks, malicious_mirrors)
{
	static const char *const paths[] = {
		"2.root.json", "timestamp.json", "2.snapshot.json",
		"2.targets.json"
	};
	static const char *const bodies[] = {
		"", "{}", "<html>not found</html>", "{\"signed\": 1}",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
	};
	struct tufworld *w = followed();
	char path[64];

	tufkit_publish(w->kit);
	for (size_t i = 0; i < 4; i++) {
		w->source.away = paths[i];
		expect_refused(w, TUF_AWAY);
	}
	w->source.away = NULL;
	cr_expect(tufworld_refresh(w) == 0, "%s", w->err.text);
	tufkit_publish(w->kit);
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < 5; k++) {
			struct tufkit *m = tufworld_mirror(w);

			snprintf(path, sizeof(path), "metadata/%c%s",
			    i == 1 ? 't' : i == 0 ? '2' : '3', paths[i] + 1);
			tufkit_write(m, path, bodies[k], strlen(bodies[k]));
			cr_expect(tufworld_refresh(w) == -1, "%s %s", path,
			    bodies[k]);
			tufkit_free(m);
		}
	tufkit_source(&w->source, w->kit->dir);
	cr_expect(tufworld_refresh(w) == 0, "%s", w->err.text);
	cr_expect(tufworld_is(w, 1, 3, 3, 3));
	tufworld_free(w);
}

/* Put the file of one version where that of another is asked for. */
static void
swap_in(struct tufkit *kit, const char *role, int version, int instead)
{
	char from[64], to[64], *p;
	size_t len;

	snprintf(from, sizeof(from), "metadata/%d.%s.json", version, role);
	snprintf(to, sizeof(to), "metadata/%d.%s.json", instead, role);
	p = tufkit_read(tufkit_path(kit, from), &len);
	cr_assert(p != NULL);
	tufkit_write(kit, to, p, len);
	free(p);
}

/* Parts of two releases are never put together, be digests named or only versions. */
Test(tuf_attacks, mix_and_match)
{
	for (int hashes = 0; hashes < 2; hashes++) {
		struct tufworld *w = followed();

		w->kit->hashes = hashes;
		tufkit_publish(w->kit);
		swap_in(w->kit, "snapshot", 2, 3);	/* kept for later */
		swap_in(w->kit, "snapshot", 1, 2);
		expect_refused(w, TUF_MISMATCH);
		swap_in(w->kit, "snapshot", 3, 2);
		swap_in(w->kit, "targets", 1, 2);
		expect_refused(w, TUF_MISMATCH);

		/* the new snapshot is trusted: the targets of before are out */
		cr_expect(tufworld_is(w, 1, 2, 2, 0));
		cr_expect(tuf_targets_count(w->t) == 0);
		tufkit_publish(w->kit);
		cr_expect(tufworld_refresh(w) == 0, "%s", w->err.text);
		tufworld_free(w);
	}
}

/* Nothing that was seen once goes back. */
Test(tuf_attacks, rollback)
{
	struct tufworld *w = followed();
	char *first, *snapshot;
	size_t n1, n2;

	first = tufkit_read(tufkit_path(w->kit, "metadata/timestamp.json"), &n1);
	snapshot = tufkit_read(tufkit_path(w->kit, "metadata/1.snapshot.json"),
	    &n2);
	cr_assert(first != NULL && snapshot != NULL);
	tufkit_publish(w->kit);
	cr_assert(tufworld_refresh(w) == 0);

	/* an older timestamp, also after a restart */
	tufkit_write(w->kit, "metadata/timestamp.json", first, n1);
	expect_refused(w, TUF_OLD);
	tufworld_reopen(w);
	expect_refused(w, TUF_OLD);
	cr_expect(tufworld_is(w, 1, 2, 2, 2));

	/* a newer timestamp that names an older snapshot */
	json_object_set_new(w->kit->body[TUF_SNAPSHOT], "version",
	    json_integer(1));
	tufkit_publish_timestamp(w->kit);
	expect_refused(w, TUF_OLD);
	cr_expect(tufworld_is(w, 1, 2, 2, 2));

	/* a newer snapshot that names older targets */
	json_object_set_new(w->kit->body[TUF_TARGETS], "version",
	    json_integer(1));
	json_object_set_new(w->kit->body[TUF_SNAPSHOT], "version",
	    json_integer(3));
	tufkit_point(w->kit, TUF_SNAPSHOT);
	tufkit_seal(w->kit, TUF_SNAPSHOT);
	tufkit_publish_timestamp(w->kit);
	expect_refused(w, TUF_OLD);
	tufworld_reopen(w);
	expect_refused(w, TUF_OLD);

	/* one that does not name a file any more */
	json_object_set_new(w->kit->body[TUF_TARGETS], "version",
	    json_integer(2));
	json_object_set_new(json_object_get(w->kit->body[TUF_SNAPSHOT], "meta"),
	    "more.json", json_pack("{s:i}", "version", 1));
	tufkit_publish(w->kit);
	cr_assert(tufworld_refresh(w) == 0, "%s", w->err.text);
	json_object_del(json_object_get(w->kit->body[TUF_SNAPSHOT], "meta"),
	    "more.json");
	tufkit_publish(w->kit);
	expect_refused(w, TUF_OLD);

	/* a root once more */
	tufkit_publish_root(w->kit);
	cr_expect(tuf_root(w->t, "{}", 2, &w->err) == -1);
	free(first);
	first = tufkit_read(tufkit_path(w->kit, "metadata/1.root.json"), &n1);
	cr_expect(tuf_root(w->t, first, n1, &w->err) == -1 &&
	    w->err.fault == TUF_OLD);
	free(first);
	free(snapshot);
	tufworld_free(w);
}

/* One key of two, or the online keys, install nothing. */
Test(tuf_attacks, key_compromise_below_threshold)
{
	struct tufworld *w = followed();
	struct tufkit *m = tufworld_mirror(w);

	/* the online keys and one of the targets' keys */
	tufworld_take_key(m, w, TUF_TIMESTAMP, 0);
	tufworld_take_key(m, w, TUF_SNAPSHOT, 0);
	tufworld_take_key(m, w, TUF_TARGETS, 1);
	tufkit_target(m, TUFWORLD_TARGET, "his own", 7, NULL);
	tufkit_publish(m);
	expect_refused(w, TUF_UNSIGNED);
	cr_expect(strstr(w->err.text, ", 1 signed") != NULL, "%s", w->err.text);

	/* the stolen one once more under a foreign id */
	m->key[TUF_TARGETS][0] = m->key[TUF_TARGETS][1];
	memcpy(m->key[TUF_TARGETS][0].id, w->kit->key[TUF_TARGETS][0].id, 65);
	tufkit_publish(m);
	expect_refused(w, TUF_UNSIGNED);

	/* one key of the root */
	tufworld_take_key(m, w, TUF_ROOT, 2);
	tufkit_publish_root(m);
	expect_refused(w, TUF_UNSIGNED);
	cr_expect(tuf_version(w->t, TUF_ROOT) == 1);
	tufkit_free(m);

	/* two of them change the root: the centre does so, and the stolen one is out */
	tufkit_source(&w->source, w->kit->dir);
	tufkit_rotate(w->kit, TUF_ROOT, 2);
	tufkit_publish_root(w->kit);
	json_object_set_new(w->kit->body[TUF_TIMESTAMP], "version",
	    json_integer(10));
	json_object_set_new(w->kit->body[TUF_SNAPSHOT], "version",
	    json_integer(10));
	json_object_set_new(w->kit->body[TUF_TARGETS], "version",
	    json_integer(10));
	tufkit_publish(w->kit);
	cr_expect(tufworld_refresh(w) == 0, "%s", w->err.text);
	tufworld_free(w);
}

/* A root may list one key under two ids: it counts once. */
Test(tuf_attacks, key_compromise_one_key_under_two_ids)
{
	struct tufworld *w = followed();
	struct tufkit *k = w->kit;

	k->key[TUF_TARGETS][1] = k->key[TUF_TARGETS][0];
	memset(k->key[TUF_TARGETS][1].id, 'a', 64);
	k->key[TUF_TARGETS][2] = k->key[TUF_TARGETS][0];
	memset(k->key[TUF_TARGETS][2].id, 'b', 64);
	tufkit_publish_root(k);
	tufkit_publish(k);
	expect_refused(w, TUF_UNSIGNED);
	cr_expect(strstr(w->err.text, ", 1 signed") != NULL, "%s", w->err.text);
	tufworld_free(w);
}

/* The same signature twice in a file: refused as it stands. */
Test(tuf_attacks, key_compromise_one_signature_twice)
{
	struct tufworld *w = followed();
	struct tufkit *k = w->kit;
	struct tufkit_key twice[2];
	char *text;
	size_t len;

	tufkit_publish(k);
	twice[0] = twice[1] = k->key[TUF_TARGETS][0];
	k->hashes = 0;
	tufkit_point(k, TUF_SNAPSHOT);
	tufkit_seal(k, TUF_SNAPSHOT);
	tufkit_publish_timestamp(k);
	text = tufkit_sign(k->body[TUF_TARGETS], twice, 2, &len);
	tufkit_write(k, "metadata/2.targets.json", text, len);
	free(text);
	expect_refused(w, TUF_FORM);
	tufworld_free(w);
}

/* A file that was signed, but as another one. */
Test(tuf_attacks, wrong_software)
{
	static const char *const ways_out[] = {
		"", "/etc/x", "../x", "a/../../x", "a//x", "./x", "a/.", "a/..",
		"a/", "a\\x", "a\nx"
	};
	struct tufworld *w = tufworld_new();
	struct tuf_target g, h;

	tufkit_target(w->kit, "policy/2026.1.policy", "rules of 2026 no. 01", 20,
	    NULL);
	tufkit_publish(w->kit);
	cr_assert(tufworld_refresh(w) == 0, "%s", w->err.text);
	g = target(w);
	cr_assert(tuf_target_find(w->t, "policy/2026.1.policy", &h) == 0);
	cr_expect(tuf_target_good(&h, "rules of 2026 no. 01", 20) == 0);
	cr_expect(tuf_target_good(&g, "rules of 2026 no. 01", 20) == -1);
	cr_expect(tuf_target_good(&h, TUFWORLD_BYTES, g.length) == -1);
	cr_expect(tuf_target_good(&h, "rules of 2026 no. 01", 19) == -1);

	/* a name never leads out of the folder that it is put in */
	for (size_t i = 0; i < sizeof(ways_out) / sizeof(ways_out[0]); i++) {
		json_object_set_new(json_object_get(w->kit->body[TUF_TARGETS],
		    "targets"), ways_out[i], json_pack("{s:i, s:{s:s}}",
		    "length", 1, "hashes", "other", "00"));
		tufkit_publish(w->kit);
		expect_refused(w, TUF_FORM);
		tufkit_drop(w->kit, ways_out[i]);
	}
	tufworld_free(w);
}
