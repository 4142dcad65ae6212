#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/keydisk.h"
#include "keys/keymake.h"
#include "lists/repo_impl.h"

#include "repokit.h"
#include "tufkit.h"

/* Who may sign what, what a signer is shown, and how keys come and go. */

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

TestSuite(repo_keys, .init = set_up, .fini = tear_down, .timeout = 60);

/* Change what is pending: the n-th of these words in a file becomes another. */
static void
alter(const char *name, const char *from, const char *to)
{
	char text[65536], *p, *at;
	size_t len;

	p = repokit_read(&k, name, &len);
	at = strstr(p, from);
	cr_assert_not_null(at, "%s in %s", from, name);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - p), p, to,
	    at + strlen(from));
	free(p);
	repokit_write(&k, name, text, strlen(text));
}

/* The plan of what is pending. */
static int
look(struct repo_plan *plan)
{

	return (repo_plan(repokit_path(&k, "pending"), plan, k.err));
}

/* A new root version; -1 with err. */
static int
key(enum tuf_role role, const char *add, const char *drop)
{

	return (repo_key(&k.c, role, add != NULL ? repokit_key(&k, add) : NULL,
	    drop, k.now, k.err));
}

static void
good(uint32_t version)
{
	char text[4096];
	uint32_t is;

	cr_assert_eq(repokit_check(&k, text, sizeof(text)), 0, "%s%s", k.err,
	    text);
	cr_assert_eq(repokit_client(&k, &is), 0, "%s", k.err);
	cr_assert_eq(is, version);
	cr_assert_eq(repokit_follow(&k, "old", &is), 0, "%s", k.err);
	cr_assert_eq(is, version);
}

Test(repo_keys, needs_two_custodians)
{
	struct repo_plan plan;

	repokit_add(&k, "sanction", 0, 10);
	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	cr_assert_eq(look(&plan), 0, "%s", k.err);
	cr_assert_eq(plan.targets_have, 0);
	cr_assert_eq(plan.targets_need, 2);
	cr_assert_eq(repokit_finish(&k), -1);
	cr_assert_not_null(strstr(k.err, "0 of 2"), "%s", k.err);
	cr_assert_eq(repokit_sign(&k, "targets-1"), 0, "%s", k.err);
	cr_assert_eq(repokit_sign(&k, "targets-1"), 0, "twice is once");
	cr_assert_eq(look(&plan), 0);
	cr_assert_eq(plan.targets_have, 1);
	cr_assert_eq(repokit_finish(&k), -1);
	cr_assert_not_null(strstr(k.err, "1 of 2"), "%s", k.err);
	cr_assert_eq(repokit_sign(&k, "targets-3"), 0);
	cr_assert_eq(repokit_finish(&k), 0, "%s", k.err);
	good(1);
}

Test(repo_keys, takes_no_other_keys)
{
	repokit_add(&k, "sanction", 0, 10);
	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	cr_assert_eq(repokit_sign(&k, "root-1"), -1);
	cr_assert_not_null(strstr(k.err, "nothing here is for a key of kind "
	    "root"), "%s", k.err);
	cr_assert_eq(repokit_sign(&k, "snapshot"), -1);
	cr_assert_not_null(strstr(k.err, "of kind snapshot"), "%s", k.err);
	repokit_make_key(&k, "targets", "targets-9");
	cr_assert_eq(repokit_sign(&k, "targets-9"), -1);
	cr_assert_not_null(strstr(k.err, "none of the targets keys"), "%s",
	    k.err);
	cr_assert_eq(chmod(repokit_key(&k, "targets-1.key"), 0644), 0);
	cr_assert_eq(repokit_sign(&k, "targets-1"), -1);
	cr_assert_eq(repokit_sign(&k, "targets-7"), -1, "there is none");
	repokit_sign(&k, "targets-2");
	repokit_sign(&k, "targets-3");
	cr_assert_eq(repo_finish(&k.c, repokit_key(&k, "timestamp.key"),
	    repokit_key(&k, "snapshot.key"), k.now, k.err), -1);
	cr_assert_eq(repo_finish(&k.c, NULL, NULL, k.now, k.err), -1);
	cr_assert_not_null(strstr(k.err, "snapshot and timestamp"), "%s",
	    k.err);
	cr_assert_eq(repokit_finish(&k), 0, "%s", k.err);
	good(1);
}

/* A stick is carried from the one to the other, or two sticks come back. */
Test(repo_keys, collects_signatures_of_copies)
{
	char command[2048], a[300], b[300];
	int have, need, n;

	repokit_add(&k, "sanction", 0, 10);
	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	snprintf(a, sizeof(a), "%s/a", k.dir);
	snprintf(b, sizeof(b), "%s/b", k.dir);
	snprintf(command, sizeof(command), "cp -a '%s/pending' '%s' && cp -a "
	    "'%s/pending' '%s'", k.dir, a, k.dir, b);
	cr_assert_eq(system(command), 0);
	cr_assert_eq(repo_sign(a, repokit_key(&k, "targets-1.key"), k.now,
	    &have, &need, k.err), 0, "%s", k.err);
	cr_assert_eq(repo_sign(b, repokit_key(&k, "targets-2.key"), k.now,
	    &have, &need, k.err), 0, "%s", k.err);
	cr_assert_eq(have, 1);
	cr_assert_eq(need, 2);
	cr_assert_eq(repo_collect(&k.c, a, &n, k.err), 0, "%s", k.err);
	cr_assert_eq(n, 1);
	cr_assert_eq(repo_collect(&k.c, a, &n, k.err), 0);
	cr_assert_eq(n, 0);
	/* what is no signature is left out */
	alter("b/1.targets.json", "\"sig\":\"", "\"sig\":\"00");
	cr_assert_eq(repo_collect(&k.c, b, &n, k.err), 0);
	cr_assert_eq(n, 0);
	alter("b/1.targets.json", "\"sig\":\"00", "\"sig\":\"");
	cr_assert_eq(repo_collect(&k.c, b, &n, k.err), 0);
	cr_assert_eq(n, 1);
	cr_assert_eq(repokit_finish(&k), 0, "%s", k.err);
	good(1);
	/* those on another publication are not for this one */
	repokit_add(&k, "phones", 900, 2);
	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	cr_assert_eq(repo_collect(&k.c, b, &n, k.err), -1);
}

/* What the signer reads is what he signs, or he is told not to. */
Test(repo_keys, shows_the_signer_what_he_signs)
{
	static const char *const lies[][3] = {
		{ "pending/plan.json", "\"added\":3", "\"added\":2" },
		{ "pending/plan.json", "\"after\":103", "\"after\":104" },
		{ "pending/plan.json", "\"expedited\":false",
		    "\"expedited\":true" },
		{ "pending/plan.json", "\"before\":100", "\"before\":99" },
		{ "pending/plan.json", "\"sanction\"", "\"case\"" },
		{ "pending/plan.json", "\"removed\":0", "\"removed\":1" },
		{ "pending/plan.json", "\"version\":2", "\"version\":3" },
		{ "pending/2.targets.json", "\"count\":103", "\"count\":104" },
		{ "pending/2.targets.json", "\"length\":", "\"length\":1" },
		{ "pending/2.targets.json", "\"list\":\"phones\"",
		    "\"list\":\"cards\"" },
		{ "pending/2.targets.json", "\"_type\":\"targets\"",
		    "\"_type\":\"targets\",\"delegations\":{}" },
		{ "pending/now.targets.json", "\"count\":100", "\"count\":99" },
		{ "pending/now.root.json", "\"threshold\":2",
		    "\"threshold\":1" },
	};
	struct repo_plan plan;
	const struct repo_prepare force = { .force = 1, .reason = "x" };
	char *p;
	size_t len;

	repokit_add(&k, "sanction", 0, 100);
	repokit_publish(&k, NULL);
	repokit_add(&k, "sanction", 500, 3);
	cr_assert_eq(repokit_prepare(&k, &force), 0, "%s", k.err);
	cr_assert_eq(look(&plan), 0, "%s", k.err);
	cr_assert_eq(plan.nlists, 1);
	cr_assert_eq(plan.list[0].added, 3);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		p = repokit_read(&k, lies[i][0], &len);
		alter(lies[i][0], lies[i][1], lies[i][2]);
		cr_assert_eq(look(&plan), -1, "%zu", i);
		cr_assert_eq(repokit_sign(&k, "targets-1"), -1, "%zu", i);
		repokit_write(&k, lies[i][0], p, len);
		free(p);
	}
	cr_assert_eq(look(&plan), 0, "%s", k.err);
	/* a file that is another than the metadata say */
	p = repokit_read(&k, "pending/targets/lists/sanction/1-2.delta.zst",
	    &len);
	p[len - 1] ^= 1;
	repokit_write(&k, "pending/targets/lists/sanction/1-2.delta.zst", p,
	    len);
	cr_assert_eq(repokit_sign(&k, "targets-1"), -1);
	cr_assert_eq(repokit_finish(&k), -1);
	p[len - 1] ^= 1;
	repokit_write(&k, "pending/targets/lists/sanction/1-2.delta.zst", p,
	    len);
	free(p);
	repokit_sign2(&k);
	cr_assert_eq(repokit_finish(&k), 0, "%s", k.err);
	good(2);
}

/* Nor does a root hide anything from him. */
Test(repo_keys, shows_the_signer_a_whole_root)
{
	static const char *const lies[][2] = {
		{ "\"threshold\":2", "\"threshold\":1" },
		{ "\"consistent_snapshot\":true",
		    "\"consistent_snapshot\":false" },
		{ "\"public\":\"", "\"public\":\"00" },
		{ "\"keytype\":\"ed25519\"", "\"keytype\":\"ed25518\"" },
		{ "\"_type\":\"root\"", "\"_type\":\"root\",\"y\":1" },
		{ "\"keys\":{\"", "\"keys\":{\"0" },
		{ "\"version\":2", "\"version\":3" },
	};
	struct repo_plan plan;
	char *p;
	size_t len;

	repokit_make_key(&k, "root", "root-4");
	cr_assert_eq(key(TUF_ROOT, "root-4.key.pub", "root-1"), 0, "%s", k.err);
	cr_assert_eq(look(&plan), 0, "%s", k.err);
	p = repokit_read(&k, "pending/2.root.json", &len);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		alter("pending/2.root.json", lies[i][0], lies[i][1]);
		cr_assert_eq(look(&plan), -1, "%zu", i);
		cr_assert_eq(repokit_sign(&k, "root-2"), -1, "%zu", i);
		repokit_write(&k, "pending/2.root.json", p, len);
	}
	free(p);
	cr_assert_eq(repokit_sign(&k, "root-2"), 0, "%s", k.err);
}

Test(repo_keys, tells_of_another_key_of_the_release_log)
{
	struct repo_plan plan;

	repokit_add(&k, "sanction", 0, 10);
	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	cr_assert_eq(look(&plan), 0, "%s", k.err);
	cr_assert_not_null(strstr(plan.releases, "branch/release/releases+"),
	    "%s", plan.releases);
	repokit_sign2(&k);
	cr_assert_eq(repokit_finish(&k), 0, "%s", k.err);
	repokit_add(&k, "cards", 100, 1);
	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	cr_assert_eq(look(&plan), 0, "%s", k.err);
	cr_assert_str_eq(plan.releases, "");
	repokit_sign2(&k);
	/* one that was made anew is not the one that they named */
	cr_assert_eq(unlink(repokit_path(&k, "release.key")), 0);
	cr_assert_eq(unlink(repokit_key(&k, "release.key.pub")), 0);
	repokit_make_key(&k, "log", "afc.example.gov.cn/branch/release-2");
	cr_assert_eq(rename(repokit_key(&k, "release.key"), repokit_path(&k,
	    "release.key")), 0);
	cr_assert_eq(repokit_finish(&k), -1);
	cr_assert_not_null(strstr(k.err, "is not the key of the release log"),
	    "%s", k.err);
}

/* Give the release log a new key of the same name. */
static void
new_release_key(void)
{
	struct keymake m = { .kind = KEYFILE_LOG,
		.name = "afc.example.gov.cn/branch/release", .created = k.now,
		.expires = KEYMAKE_NEVER };
	const uint8_t secret[KEYFILE_SECRET_LEN] = { 7 };
	struct keyfile_error err;
	struct keyfile key;

	cr_assert_eq(keymake(&key, &m, secret, &err), 0, "%s", err.text);
	cr_assert_eq(unlink(repokit_path(&k, "release.key")), 0);
	cr_assert_eq(keydisk_write(&key, repokit_path(&k, "release.key"),
	    &err), 0, "%s", err.text);
}

/* The release log goes on under another key of its name. */
Test(repo_keys, replaces_the_key_of_the_release_log)
{
	struct repo_plan plan;

	repokit_add(&k, "sanction", 0, 10);
	repokit_publish(&k, NULL);
	new_release_key();
	good(1);
	repokit_add(&k, "cards", 100, 1);
	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	cr_assert_eq(look(&plan), 0, "%s", k.err);
	cr_assert_neq(plan.releases[0], '\0', "the signer is told");
	repokit_sign2(&k);
	cr_assert_eq(repokit_finish(&k), 0, "%s", k.err);
	good(2);
}

/* Nothing that was altered behind the signatures is published. */
Test(repo_keys, publishes_only_what_was_signed)
{
	repokit_add(&k, "sanction", 0, 100);
	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	repokit_sign2(&k);
	alter("pending/1.targets.json", "\"count\":100", "\"count\":101");
	cr_assert_eq(repokit_finish(&k), -1);
	cr_assert_not_null(strstr(k.err, "0 of 2"), "%s", k.err);
	alter("pending/1.targets.json", "\"count\":101", "\"count\":100");
	cr_assert_eq(repokit_finish(&k), 0, "%s", k.err);
	good(1);
}

Test(repo_keys, changes_custodians)
{
	struct repo_plan plan;

	repokit_add(&k, "sanction", 0, 100);
	repokit_publish(&k, NULL);
	good(1);
	repokit_make_key(&k, "root", "root-4");
	cr_assert_eq(key(TUF_ROOT, "root-4.key.pub", "root-1"), 0, "%s", k.err);
	cr_assert_eq(look(&plan), 0, "%s", k.err);
	cr_assert_eq(plan.root_version, 2);
	cr_assert_eq(plan.nroot_changes, 2);
	cr_assert_eq(plan.targets_version, 0);
	/* the new one and one of the old: the old root knows only one of them */
	cr_assert_eq(repokit_sign(&k, "root-4"), 0, "%s", k.err);
	cr_assert_eq(repokit_sign(&k, "root-2"), 0, "%s", k.err);
	cr_assert_eq(look(&plan), 0);
	cr_assert_eq(plan.root_have, 2);
	cr_assert_eq(plan.root_need, 3);
	cr_assert_eq(repokit_finish(&k), -1);
	cr_assert_eq(repokit_sign(&k, "root-1"), 0, "who leaves may");
	cr_assert_eq(repo_finish(&k.c, NULL, NULL, k.now, k.err), 0, "%s",
	    k.err);
	good(1);
	/* root-1 signs no more */
	cr_assert_eq(key(TUF_ROOT, NULL, NULL), 0, "%s", k.err);
	cr_assert_eq(repokit_sign(&k, "root-1"), -1);
	cr_assert_eq(repokit_sign(&k, "root-3"), 0);
	cr_assert_eq(repokit_sign(&k, "root-4"), 0);
	cr_assert_eq(repokit_finish(&k), 0, "%s", k.err);
	good(1);
}

Test(repo_keys, has_targets_signed_anew)
{
	struct repo_plan plan;

	repokit_add(&k, "sanction", 0, 100);
	repokit_publish(&k, NULL);	/* by targets-1 and targets-2 */
	good(1);
	repokit_make_key(&k, "targets", "targets-4");
	cr_assert_eq(key(TUF_TARGETS, "targets-4.key.pub", "targets-3"), 0,
	    "%s", k.err);
	cr_assert_eq(look(&plan), 0, "%s", k.err);
	cr_assert_eq(plan.targets_version, 0, "those stay good");
	cr_assert_eq(repo_drop(&k.c, k.now, "wang", "no", k.err), 0);
	cr_assert_eq(key(TUF_TARGETS, "targets-4.key.pub", "targets-2"), 0,
	    "%s", k.err);
	cr_assert_eq(look(&plan), 0, "%s", k.err);
	cr_assert_eq(plan.targets_version, 2);
	cr_assert_eq(plan.nlists, 0);
	cr_assert_eq(repokit_sign(&k, "root-1"), 0);
	cr_assert_eq(repokit_sign(&k, "root-2"), 0);
	cr_assert_eq(repokit_finish(&k), -1);
	cr_assert_eq(repokit_sign(&k, "targets-2"), -1, "it has gone");
	cr_assert_eq(repokit_sign(&k, "targets-1"), 0);
	cr_assert_eq(repokit_sign(&k, "targets-4"), 0);
	cr_assert_eq(repokit_finish(&k), 0, "%s", k.err);
	good(2);
}

Test(repo_keys, replaces_the_keys_that_sign_alone)
{
	uint32_t is;

	repokit_add(&k, "sanction", 0, 100);
	repokit_publish(&k, NULL);
	good(1);
	repokit_make_key(&k, "timestamp", "timestamp-2");
	/* add, sign with the new one, drop */
	cr_assert_eq(key(TUF_TIMESTAMP, "timestamp-2.key.pub", NULL), 0);
	repokit_sign(&k, "root-1");
	repokit_sign(&k, "root-2");
	cr_assert_eq(repo_finish(&k.c, NULL, NULL, k.now, k.err), 0, "%s",
	    k.err);
	good(1);
	cr_assert_eq(repo_timestamp(&k.c, repokit_key(&k, "timestamp-2.key"),
	    k.now, k.err), 0, "%s", k.err);
	good(1);
	cr_assert_eq(key(TUF_TIMESTAMP, NULL, "timestamp"), 0, "%s", k.err);
	repokit_sign(&k, "root-1");
	repokit_sign(&k, "root-2");
	cr_assert_eq(repo_finish(&k.c, NULL, NULL, k.now, k.err), 0, "%s",
	    k.err);
	good(1);
	cr_assert_eq(repo_timestamp(&k.c, repokit_key(&k, "timestamp.key"),
	    k.now, k.err), -1);
	/* or, when it was stolen, at once: finish signs with the new one */
	repokit_make_key(&k, "snapshot", "snapshot-2");
	cr_assert_eq(key(TUF_SNAPSHOT, "snapshot-2.key.pub", "snapshot"), 0,
	    "%s", k.err);
	repokit_sign(&k, "root-1");
	repokit_sign(&k, "root-2");
	cr_assert_eq(repo_finish(&k.c, NULL, NULL, k.now, k.err), -1);
	cr_assert_eq(repo_finish(&k.c, repokit_key(&k, "snapshot-2.key"),
	    repokit_key(&k, "timestamp-2.key"), k.now, k.err), 0, "%s", k.err);
	cr_assert_eq(repokit_follow(&k, "old", &is), 0, "%s", k.err);
	good(1);
}

Test(repo_keys, keeps_its_rules)
{
	char text[64];

	cr_assert_eq(key(TUF_ROOT, NULL, "root-1"), -1);
	cr_assert_not_null(strstr(k.err, "at least 3 keys"), "%s", k.err);
	cr_assert_eq(key(TUF_TIMESTAMP, NULL, "timestamp"), -1);
	cr_assert_eq(key(TUF_ROOT, NULL, "nobody"), -1);
	cr_assert_eq(key(TUF_ROOT, "targets-1.key.pub", NULL), -1);
	cr_assert_not_null(strstr(k.err, "serves a role already"), "%s", k.err);
	cr_assert_eq(key(TUF_ROOT, "nofile.pub", NULL), -1);
	for (int i = 4; i <= REPO_KEYS_MAX + 1; i++) {
		snprintf(text, sizeof(text), "root-%d", i);
		repokit_make_key(&k, "root", text);
		strcat(text, ".key.pub");
		cr_assert_eq(key(TUF_ROOT, text, NULL), i > REPO_KEYS_MAX ? -1 :
		    0, "%d %s", i, k.err);
		if (i > REPO_KEYS_MAX)
			break;
		repokit_sign(&k, "root-1");
		repokit_sign(&k, "root-2");
		cr_assert_eq(repokit_finish(&k), 0, "%s", k.err);
	}
}

Test(repo_init, keeps_its_rules)
{
	repokit_bare(&k);
	const char *root[] = { repokit_key(&k, "root-1.key.pub"),
		repokit_key(&k, "root-2.key.pub"),
		repokit_key(&k, "root-3.key.pub") };
	const char *targets[] = { repokit_key(&k, "targets-1.key.pub"),
		repokit_key(&k, "targets-2.key.pub"), root[0] };

	cr_assert_eq(repo_init(&k.c, root, 3, targets, 3, repokit_key(&k,
	    "snapshot.key.pub"), repokit_key(&k, "timestamp.key.pub"), k.now,
	    k.err), -1);
	cr_assert_not_null(strstr(k.err, "serves a role already"), "%s", k.err);
	cr_assert_eq(repo_init(&k.c, root, 3, targets, 2, repokit_key(&k,
	    "snapshot.key.pub"), repokit_key(&k, "timestamp.key.pub"), k.now,
	    k.err), -1);
	cr_assert_not_null(strstr(k.err, "targets needs at least 3 keys"),
	    "%s", k.err);
	cr_assert_eq(repokit_prepare(&k, NULL), -1);
	cr_assert_not_null(strstr(k.err, "has no root yet"), "%s", k.err);
	cr_assert_eq(key(TUF_ROOT, NULL, NULL), -1);
	targets[2] = repokit_key(&k, "targets-3.key.pub");
	cr_assert_eq(repo_init(&k.c, root, 3, targets, 3, repokit_key(&k,
	    "snapshot.key.pub"), repokit_key(&k, "timestamp.key.pub"), k.now,
	    k.err), 0, "%s", k.err);
	cr_assert_eq(repo_finish(&k.c, NULL, NULL, k.now, k.err), -1);
	repokit_sign(&k, "root-1");
	cr_assert_eq(repo_finish(&k.c, NULL, NULL, k.now, k.err), -1);
	repokit_sign(&k, "root-2");
	cr_assert_eq(repo_finish(&k.c, NULL, NULL, k.now, k.err), 0, "%s",
	    k.err);
	cr_assert_eq(repo_init(&k.c, root, 3, targets, 3, repokit_key(&k,
	    "snapshot.key.pub"), repokit_key(&k, "timestamp.key.pub"), k.now,
	    k.err), -1);
	repokit_free(&k);
}
