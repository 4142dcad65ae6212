#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/signkey.h"
#include "lists/ledger.h"
#include "lists/repo_impl.h"

#include "centrekit.h"
#include "repokit.h"

/* Publications from the first on: what is written, what is refused. */

static struct repokit k;

static void
set_up(void)
{

	repokit_new(&k);
}

static void
tear_down(void)
{

	repokit_free(&k);
}

TestSuite(repo, .init = set_up, .fini = tear_down, .timeout = 60);

/* What is in force is good, for our own check and for a client. */
static void
good(uint32_t version)
{
	char text[4096];
	uint32_t is;

	cr_assert_eq(repokit_check(&k, text, sizeof(text)), 0, "%s%s", k.err,
	    text);
	cr_assert_eq(repokit_client(&k, &is), 0, "%s", k.err);
	cr_assert_eq(is, version);
}

Test(repo, publishes)
{
	repokit_add(&k, "sanction", 0, 1000);
	repokit_publish(&k, NULL);
	cr_assert_eq(k.plan.nlists, 6);
	cr_assert_eq(k.plan.targets_version, 1);
	good(1);
	cr_assert(repokit_target(&k, "lists/sanction/1.snap.zst"));
	cr_assert(repokit_target(&k, "lists/phones/1.snap.zst"));
	cr_assert_eq(repokit_prepare(&k, NULL), 1, "nothing is new");

	repokit_add(&k, "sanction", 5000, 10);
	repokit_publish(&k, NULL);
	cr_assert_eq(k.plan.nlists, 1);
	cr_assert_eq(k.plan.list[0].added, 10);
	cr_assert_eq(k.plan.list[0].before, 1000);
	cr_assert_eq(k.plan.list[0].after, 1010);
	good(2);
	cr_assert(repokit_target(&k, "lists/sanction/1.snap.zst"));
	cr_assert(repokit_target(&k, "lists/sanction/1-2.delta.zst"));

	repokit_add(&k, "sanction", 6000, 5);
	repokit_publish(&k, NULL);
	good(3);
	cr_assert(repokit_target(&k, "lists/sanction/1-3.delta.zst"));
	cr_assert(repokit_target(&k, "lists/sanction/2-3.delta.zst"));
	cr_assert_not(repokit_target(&k, "lists/sanction/1-2.delta.zst"));
}

/* The files of a list in a version, found by what changed. */
static const struct repo_change *
change(const char *list)
{
	size_t i;

	for (i = 0; i < k.plan.nlists; i++)
		if (strcmp(k.plan.list[i].list, list) == 0)
			return (&k.plan.list[i]);
	cr_assert_fail("list %s does not change", list);
	return (NULL);
}

Test(repo, refuses_more_than_the_guard_allows)
{
	const struct repo_prepare force = { .force = 1, .reason = "new law" };
	const struct repo_prepare mute = { .force = 1 };

	repokit_add(&k, "sanction", 0, 1000);
	repokit_publish(&k, NULL);
	repokit_add(&k, "sanction", 2000, 21);
	cr_assert_eq(repokit_prepare(&k, NULL), 2);
	cr_assert_eq(change("sanction")->guarded, 1);
	cr_assert_eq(change("sanction")->added, 21);
	cr_assert_neq(access(repokit_path(&k, "pending"), F_OK), 0);
	cr_assert_eq(repokit_prepare(&k, &mute), -1);
	cr_assert_not_null(strstr(k.err, "--reason"));
	repokit_publish(&k, &force);
	cr_assert_eq(k.plan.force, 1);
	cr_assert_str_eq(k.plan.reason, "new law");
	good(2);
	repokit_add(&k, "sanction", 3000, 20);
	repokit_publish(&k, NULL);
	good(3);
}

Test(repo, refuses_a_list_that_shrinks)
{
	const struct repo_prepare force = { .force = 1, .reason = "merged" };

	repokit_add(&k, "sanction", 0, 1000);
	repokit_publish(&k, NULL);
	repokit_remove(&k, "sanction", 0, 1);
	cr_assert_eq(repokit_prepare(&k, NULL), 2);
	cr_assert_eq(change("sanction")->removed, 1);
	repokit_publish(&k, &force);
	good(2);
	/* as many come as go: it does not shrink */
	repokit_remove(&k, "sanction", 1, 5);
	repokit_add(&k, "sanction", 2000, 5);
	repokit_publish(&k, NULL);
	good(3);
}

Test(repo, lets_entries_expire)
{
	repokit_add(&k, "sanction", 0, 100);
	repokit_until(&k, "sanction", 500, 3, CENTREKIT_DAY);
	repokit_publish(&k, NULL);
	k.now += 86400;
	repokit_publish(&k, NULL);
	cr_assert_eq(change("sanction")->removed, 3);
	cr_assert_eq(change("sanction")->expired, 3);
	good(2);
}

Test(repo, withdraws_in_a_hurry)
{
	const struct repo_prepare hurry = { .expedited = 1,
		.reason = "appeal 2026-014" };

	repokit_add(&k, "sanction", 0, 20);
	repokit_publish(&k, NULL);
	repokit_clear(&k, "sanction", 3, 1);
	repokit_remove(&k, "sanction", 4, 2);
	repokit_add(&k, "sanction", 100, 1);
	repokit_add(&k, "phones", 200, 1);
	repokit_publish(&k, &hurry);
	cr_assert_eq(k.plan.nlists, 1);
	cr_assert_eq(change("sanction")->removed, 2);
	cr_assert_eq(change("sanction")->cleared, 1);
	cr_assert_eq(change("sanction")->added, 0);
	cr_assert_eq(change("sanction")->after, 18);
	good(2);
	cr_assert_eq(repokit_prepare(&k, &hurry), 1, "nothing more to take");
	/* what was added goes with the next ordinary publication */
	cr_assert_eq(repokit_prepare(&k, NULL), 2);
	cr_assert_eq(change("sanction")->added, 1);
	cr_assert_eq(change("phones")->guarded, 0, "it was empty");
}

Test(repo, guards_a_withdrawal_of_many)
{
	const struct repo_prepare hurry = { .expedited = 1, .reason = "x" };

	repokit_add(&k, "sanction", 0, 400);
	repokit_publish(&k, NULL);
	repokit_remove(&k, "sanction", 0, 11);
	cr_assert_eq(repokit_prepare(&k, &hurry), 2);
}

Test(repo, writes_a_snapshot_when_the_roll_up_is_long)
{
	const struct repo_prepare force = { .force = 1, .reason = "x" };
	const struct repo_prepare full = { .full = 1 };

	repokit_add(&k, "sanction", 0, 1000);
	repokit_publish(&k, NULL);
	/* 5 % of 1,050 are 52 */
	repokit_add(&k, "sanction", 2000, 50);
	repokit_publish(&k, &force);
	cr_assert(repokit_target(&k, "lists/sanction/1-2.delta.zst"));
	cr_assert(repokit_target(&k, "lists/sanction/1.snap.zst"));
	repokit_add(&k, "sanction", 3000, 10);
	repokit_publish(&k, NULL);
	cr_assert(repokit_target(&k, "lists/sanction/3.snap.zst"));
	cr_assert_not(repokit_target(&k, "lists/sanction/1.snap.zst"));
	/* who stands at version 2 needs no snapshot */
	cr_assert(repokit_target(&k, "lists/sanction/2-3.delta.zst"));
	cr_assert_not(repokit_target(&k, "lists/sanction/1-3.delta.zst"));
	good(3);
	repokit_publish(&k, &full);
	cr_assert_eq(k.plan.nlists, 6);
	cr_assert(repokit_target(&k, "lists/sanction/4.snap.zst"));
	good(4);
}

Test(repo, cuts_a_list_into_more_buckets_as_it_grows)
{
	const struct repo_prepare force = { .force = 1, .reason = "x" };

	repokit_add(&k, "sanction", 0, 100);
	repokit_publish(&k, NULL);
	repokit_add(&k, "sanction", 1000, 400);
	repokit_publish(&k, &force);
	cr_assert(repokit_target(&k, "lists/sanction/2.snap.zst"));
	/* no delta leads from one tree to the other */
	cr_assert_not(repokit_target(&k, "lists/sanction/1-2.delta.zst"));
	good(2);
}

/* A roll-up fits every version that it reaches back to. */
Test(repo, rolls_up)
{
	struct repo_records v[5], roll, step, out;
	const struct repo_prepare force = { .force = 1, .reason = "x" };
	struct repo_change ch;
	char err[CENTRE_ERROR_MAX];
	struct ledger *l;

	memset(v, 0, sizeof(v));
	memset(&roll, 0, sizeof(roll));
	repokit_add(&k, "sanction", 0, 1000);
	for (size_t i = 0; i < 5; i++) {
		if (i == 1)
			repokit_add(&k, "sanction", 2000, 3);
		if (i == 2)
			repokit_remove(&k, "sanction", 2000, 2);
		if (i == 3)
			repokit_clear(&k, "sanction", 10, 4);
		if (i == 4)
			repokit_add(&k, "sanction", 2001, 1);
		repokit_publish(&k, &force);
		l = ledger_open(&k.c, "sanction", 1, err);
		cr_assert_eq(ledger_fold(l, CENTREKIT_DAY, &v[i].r, &v[i].n), 0);
		ledger_close(l);
		memset(&ch, 0, sizeof(ch));
		if (i == 0)
			continue;
		cr_assert_eq(repo_diff(&v[i - 1], &v[i], CENTREKIT_DAY, &step,
		    &ch), 0);
		cr_assert_eq(repo_diff_roll(&roll, &step, &out), 0);
		free(roll.r);
		free(step.r);
		roll = out;
		for (size_t j = 0; j <= i; j++) {
			cr_assert_eq(repo_diff_apply(&v[j], &roll, &out), 0);
			cr_assert_eq(out.n, v[i].n, "%zu to %zu", j, i);
			cr_assert_eq(memcmp(out.r, v[i].r, out.n *
			    sizeof(*out.r)), 0);
			free(out.r);
		}
	}
	cr_assert(repokit_target(&k, "lists/sanction/1-5.delta.zst"));
	cr_assert(repokit_target(&k, "lists/sanction/4-5.delta.zst"));
	good(5);
	for (size_t i = 0; i < 5; i++)
		free(v[i].r);
	free(roll.r);
}

Test(repo, keeps_files_for_those_who_are_on_their_way)
{
	char path[TUF_NAME_MAX + 200], hashed[TUF_NAME_MAX + REPO_KEYID + 2];
	struct tuf_target g;
	struct repo_now now;

	repokit_add(&k, "sanction", 0, 1000);
	repokit_publish(&k, NULL);
	repokit_add(&k, "sanction", 2000, 1);
	repokit_publish(&k, NULL);
	cr_assert_eq(repo_now_open(&now, &k.c, k.err), 0);
	cr_assert_eq(repo_target_find(json_object_get(now.targets.body,
	    "targets"), "delta", "sanction", &g), 1);
	repo_now_close(&now);
	repo_target_path(&g, 1, hashed);
	snprintf(path, sizeof(path), "repo/targets/%s", hashed);
	for (unsigned i = 1; i <= REPO_KEEP + 1; i++) {
		cr_assert_eq(access(repokit_path(&k, path), F_OK), 0, "%u", i);
		repokit_add(&k, "sanction", 3000 + i, 1);
		repokit_publish(&k, NULL);
	}
	cr_assert_neq(access(repokit_path(&k, path), F_OK), 0);
	cr_assert_neq(access(repokit_path(&k,
	    "repo/metadata/1.targets.json"), F_OK), 0);
	cr_assert_eq(access(repokit_path(&k, "repo/metadata/1.root.json"),
	    F_OK), 0);
	good(REPO_KEEP + 3);
}

Test(repo, has_one_publication_pending_at_a_time)
{
	repokit_add(&k, "sanction", 0, 10);
	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	cr_assert_eq(repokit_prepare(&k, NULL), -1);
	cr_assert_not_null(strstr(k.err, "pending already"), "%s", k.err);
	cr_assert_eq(repo_key(&k.c, TUF_ROOT, NULL, NULL, k.now, k.err), -1);
	cr_assert_eq(repo_drop(&k.c, k.now, "wang", "typo", k.err), 0);
	cr_assert_eq(repo_drop(&k.c, k.now, "wang", "typo", k.err), -1);
	cr_assert_eq(repokit_finish(&k), -1);
	cr_assert_not_null(strstr(k.err, "nothing is pending"));
	repokit_publish(&k, NULL);
	good(1);
}

/* With nothing new the targets are published again before they expire. */
Test(repo, renews_what_would_expire)
{
	uint32_t is;

	repokit_publish(&k, NULL);
	k.now += 59 * INT64_C(86400);
	cr_assert_eq(repokit_prepare(&k, NULL), 1);
	k.now += 2 * 86400;
	repokit_publish(&k, NULL);
	cr_assert_eq(k.plan.nlists, 0);
	good(2);
	k.now += 25 * 3600;
	cr_assert_eq(repokit_client(&k, &is), -1, "the timestamp is over");
	cr_assert_eq(repo_timestamp(&k.c, repokit_key(&k, "timestamp.key"),
	    k.now, k.err), 0, "%s", k.err);
	good(2);
	k.now += 7 * 86400;
	cr_assert_eq(repo_refresh(&k.c, repokit_key(&k, "snapshot.key"),
	    repokit_key(&k, "timestamp.key"), k.now, k.err), 0, "%s", k.err);
	good(2);
	cr_assert_eq(repo_timestamp(&k.c, repokit_key(&k, "snapshot.key"),
	    k.now, k.err), -1);
	k.now += 366 * INT64_C(86400);
	cr_assert_eq(repokit_prepare(&k, NULL), -1);
	cr_assert_not_null(strstr(k.err, "renew"), "%s", k.err);
}

/* A publication that the centre's log does not know. */
Test(repo, shows_a_secret_publication)
{
	struct repo_doc doc = { NULL, NULL };
	struct note_signer s;
	struct keyfile_error e;
	struct repo_now now;
	char text[4096];

	repokit_add(&k, "sanction", 0, 10);
	repokit_publish(&k, NULL);
	cr_assert_eq(repo_now_open(&now, &k.c, k.err), 0);
	doc.whole = json_deep_copy(now.targets.whole);
	doc.body = json_object_get(doc.whole, "signed");
	json_object_set_new(doc.body, "version", json_integer(2));
	json_object_set_new(doc.whole, "signatures", json_array());
	repo_now_close(&now);
	for (int i = 1; i <= 2; i++) {
		cr_assert_eq(signkey_load(&s, repokit_key(&k, i == 1 ?
		    "targets-1.key" : "targets-2.key"), KEYFILE_TARGETS, k.now,
		    &e), 0);
		cr_assert_eq(repo_doc_sign(&doc, &s, k.err), 0);
	}
	note_signer_wipe(&s);
	repokit_forge(&k, &doc);
	repo_doc_free(&doc);
	cr_assert_eq(repokit_check(&k, text, sizeof(text)), 1, "%s", text);
	cr_assert_not_null(strstr(text, "in no entry of the release log"));
}

/* A file that only an earlier publication names, and that lies there still. */
Test(repo, finds_what_was_altered_of_an_earlier_publication)
{
	char path[TUF_NAME_MAX + 200], hashed[TUF_NAME_MAX + REPO_KEYID + 2];
	char text[4096], *p;
	struct tuf_target g;
	struct repo_now now;
	size_t len;

	repokit_add(&k, "sanction", 0, 1000);
	repokit_publish(&k, NULL);
	repokit_add(&k, "sanction", 2000, 1);
	repokit_publish(&k, NULL);
	cr_assert_eq(repo_now_open(&now, &k.c, k.err), 0);
	cr_assert_eq(repo_target_find(json_object_get(now.targets.body,
	    "targets"), "delta", "sanction", &g), 1);
	repo_now_close(&now);
	repo_target_path(&g, 1, hashed);
	snprintf(path, sizeof(path), "repo/targets/%s", hashed);
	repokit_add(&k, "sanction", 3000, 1);
	repokit_publish(&k, NULL);
	repokit_add(&k, "sanction", 3001, 1);
	repokit_publish(&k, NULL);
	good(4);
	p = repokit_read(&k, path, &len);
	p[len / 2] ^= 1;
	repokit_write(&k, path, p, len);
	free(p);
	cr_assert_eq(repokit_check(&k, text, sizeof(text)), 1, "%s", text);
	cr_assert_not_null(strstr(text, "1-2.delta.zst: altered since"), "%s",
	    text);
}

Test(repo, finds_what_was_altered)
{
	static const char *const files[] = { "repo/releases/tile/entries/"
	    "000.p/2", "repo/releases/checkpoint", "repo/releases/tile/0/"
	    "000.p/2", "repo/metadata/2.targets.json",
	    "repo/metadata/1.targets.json", "repo/metadata/timestamp.json",
	    "repo/metadata/2.snapshot.json" };
	char text[4096], *p;
	size_t len;

	repokit_add(&k, "sanction", 0, 1000);
	repokit_publish(&k, NULL);
	repokit_add(&k, "sanction", 2000, 1);
	repokit_publish(&k, NULL);
	good(2);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		p = repokit_read(&k, files[i], &len);
		p[len / 2] ^= 1;
		repokit_write(&k, files[i], p, len);
		cr_assert_gt(repokit_check(&k, text, sizeof(text)), 0, "%s",
		    files[i]);
		p[len / 2] ^= 1;
		repokit_write(&k, files[i], p, len);
		free(p);
	}
	good(2);
	/* the centre itself does not build on it either */
	p = repokit_read(&k, "repo/metadata/2.targets.json", &len);
	p[len / 2] ^= 1;
	repokit_write(&k, "repo/metadata/2.targets.json", p, len);
	free(p);
	cr_assert_eq(repokit_prepare(&k, NULL), -1);
	cr_assert_not_null(strstr(k.err, "not the file that was published"));
}

/* Every list with a snapshot, a roll-up and a step; policy and registers. */
Test(repo, keeps_metadata_small)
{
	static const char *const lists[] = { "sanction", "case", "protect",
		"canary", "cards", "phones" };
	static const char outlets[] = "institution,outlet,name,area,hours,"
	    "contact,status,from,until,reason\nicbc,0001,M,330100,,,open,,,\n";
	static const char policy[] = "[policy]\nversion = \"2026.1\"\n\n"
	    "[rule L1]\nwhen = \"listed('sanction')\"\nthen = reject\n"
	    "reason = \"L1\"\nclass = statutory\nmessage.zh = \"x\"\n";
	char path[300];
	struct repo_prepare p = { .policy = path };
	struct repo_check r;

	snprintf(path, sizeof(path), "%s/p.policy", k.dir);
	repokit_write(&k, "p.policy", policy, sizeof(policy) - 1);
	repokit_write(&k, "registers/outlets.csv", outlets,
	    sizeof(outlets) - 1);
	for (uint64_t i = 0; i < 3; i++) {
		for (uint64_t j = 0; j < 6; j++)
			repokit_add(&k, lists[j], 10000 * j + 1000 * i, i == 0 ?
			    500 : 5);
		repokit_publish(&k, i == 0 ? &p : NULL);
	}
	cr_assert(repokit_target(&k, "lists/canary/2-3.delta.zst"));
	cr_assert_eq(repo_check(repokit_path(&k, "repo"), repokit_path(&k,
	    "repo/metadata/1.root.json"), k.now, (void (*)(void *, int,
	    const char *))abort, NULL, &r, k.err), 0);
	for (int role = 0; role < TUF_ROLES; role++) {
		cr_assert_gt(r.size[role], 300);
		cr_assert_leq(r.size[role], 10000, "%s has %llu bytes",
		    repo_doc_role((enum tuf_role)role),
		    (unsigned long long)r.size[role]);
	}
	cr_log_info("targets: %llu bytes",
	    (unsigned long long)r.size[TUF_TARGETS]);
}

/* A year of publications, whatever happens to the lists. */
Test(repo, goes_on_and_on)
{
	const struct repo_prepare force = { .force = 1, .reason = "x" };
	uint64_t seed = 7, n = 400;
	char text[4096];

	repokit_add(&k, "sanction", 0, 400);
	for (uint32_t i = 1; i <= 25; i++) {
		repokit_publish(&k, &force);
		cr_assert_eq(repokit_check(&k, text, sizeof(text)), 0, "%u: %s",
		    i, text);
		seed = seed * UINT64_C(6364136223846793005) + 1442695;
		repokit_add(&k, "sanction", n, 1 + (seed >> 33) % 12);
		n += 1 + (seed >> 33) % 12;
		if (i % 3 == 0)
			repokit_remove(&k, "sanction", 5 * i, 3);
		if (i % 4 == 0)
			repokit_clear(&k, "sanction", 200 + 2 * i, 2);
		k.now += 3600;
	}
	good(25);
}
