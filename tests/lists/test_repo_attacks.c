/* What a stick, a clock or whoever reaches pending/ may hold against a publication. */

#include <criterion/criterion.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lists/repo_impl.h"

#include "repokit.h"

static struct repokit k;

static void
set_up(void)
{

	repokit_new(&k);
	repokit_add(&k, "sanction", 0, 100);
}

static void
tear_down(void)
{

	repokit_free(&k);
}

TestSuite(repo_attacks, .init = set_up, .fini = tear_down, .timeout = 60);

/* Change a file: the first of these words becomes another. */
static void
alter(const char *name, const char *from, const char *to)
{
	char text[65536], *p, *at;
	size_t len;

	p = repokit_read(&k, name, &len);
	at = strstr(p, from);
	cr_assert_not_null(at, "%s in %s", from, name);
	(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - p), p, to,
	    at + strlen(from));
	free(p);
	repokit_write(&k, name, text, strlen(text));
}

/* A stick whose plan would paint over what the custodian reads. */
Test(repo_attacks, a_plan_does_not_rule_the_terminal)
{
	static const char *const lies[] = { "\"who\":\"\\u001b[2J\"",
		"\"who\":\"a\\nb\"", "\"who\":\"\\u009b2J\"",
		"\"who\":\"\\u202eab\"" };
	struct repo_plan plan;
	char *whole;
	size_t i, len;

	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	cr_assert_eq(repo_plan(repokit_path(&k, "pending"), &plan, k.err), 0);
	whole = repokit_read(&k, "pending/plan.json", &len);
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		char was[64];

		(void)snprintf(was, sizeof(was), "\"who\":\"%s\"", plan.who);
		alter("pending/plan.json", was, lies[i]);
		cr_expect_eq(repo_plan(repokit_path(&k, "pending"), &plan,
		    k.err), -1, "%s", lies[i]);
		repokit_write(&k, "pending/plan.json", whole, len);
		cr_assert_eq(repo_plan(repokit_path(&k, "pending"), &plan,
		    k.err), 0);
	}
	free(whole);
}

/* Nor are such texts put in. */
Test(repo_attacks, reasons_show_whole)
{
	const struct repo_prepare o = { .force = 1, .reason = "a\302\233b" };

	cr_expect_eq(repokit_prepare(&k, &o), -1);
}

/* A link on the stick to a file of whoever signs. */
Test(repo_attacks, a_signer_writes_through_no_link)
{
	char to[300];
	char *text;
	size_t len;

	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	repokit_write(&k, "mine", "precious", 8);
	(void)snprintf(to, sizeof(to), "%s", repokit_path(&k, "mine"));
	cr_assert_eq(symlink(to, repokit_path(&k,
	    "pending/1.targets.json.tmp")), 0);
	cr_expect_eq(repokit_sign(&k, "targets-1"), 0, "%s", k.err);
	text = repokit_read(&k, "mine", &len);
	cr_expect_eq(len, 8);
	cr_expect_str_eq(text, "precious");
	free(text);
}

/* Pipes and devices in the place of files are not waited for. */
Test(repo_attacks, a_signer_waits_for_no_pipe)
{
	static const char *const names[] = { "pending/plan.json",
		"pending/1.targets.json",
		"pending/targets/lists/sanction/1.snap.zst" };
	const char *path;
	size_t i, len;
	char *text;

	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	for (i = 0; i < 2 * sizeof(names) / sizeof(names[0]); i++) {
		text = repokit_read(&k, names[i / 2], &len);
		path = repokit_path(&k, names[i / 2]);
		cr_assert_eq(unlink(path), 0);
		cr_assert_eq(i % 2 ? mkfifo(path, 0600) : symlink("/dev/zero",
		    path), 0);
		cr_expect_eq(repokit_sign(&k, "targets-1"), -1);
		cr_expect_eq(repokit_finish(&k), -1);
		cr_assert_eq(unlink(path), 0);
		repokit_write(&k, names[i / 2], text, len);
		free(text);
	}
	cr_expect_eq(repokit_sign(&k, "targets-1"), 0, "%s", k.err);
}

/* Behind the signers' backs the base says that the new files are out already. */
Test(repo_attacks, every_new_file_is_placed)
{
	struct repo_doc old, new;
	char text[4096];

	repokit_publish(&k, NULL);
	repokit_add(&k, "sanction", 100, 1);
	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	repokit_sign2(&k);
	cr_assert_eq(repo_doc_read(&old, k.c.disk, repokit_path(&k,
	    "pending/" REPO_NOW_TARGETS), TUF_TARGETS, k.err), 0);
	cr_assert_eq(repo_doc_read(&new, k.c.disk, repokit_path(&k,
	    "pending/2.targets.json"), TUF_TARGETS, k.err), 0);
	cr_assert_eq(json_object_set(old.body, "targets", json_object_get(
	    new.body, "targets")), 0);
	cr_assert_eq(repo_doc_write(&old, k.c.disk, repokit_path(&k,
	    "pending"), REPO_NOW_TARGETS, k.err), 0);
	repo_doc_free(&old);
	repo_doc_free(&new);
	cr_expect_eq(repokit_finish(&k), -1);
	cr_expect_not_null(strstr(k.err, "prepare"), "%s", k.err);
	cr_expect_eq(repokit_check(&k, text, sizeof(text)), 0, "%s", text);
}

/* Nobody sees metadata that the release log does not have: it is written first. */
Test(repo_attacks, the_release_log_comes_first)
{
	struct stat st;

	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	repokit_sign2(&k);
	/* where its tiles go there is a file: it cannot be written */
	repokit_write(&k, "repo/releases/tile", "", 0);
	cr_expect_eq(repokit_finish(&k), -1);
	cr_expect_eq(stat(repokit_path(&k, "repo/metadata/1.targets.json"),
	    &st), -1);
	cr_assert_eq(unlink(repokit_path(&k, "repo/releases/tile")), 0);
	cr_expect_eq(repokit_finish(&k), 0, "%s", k.err);
}

/* What is shown and what is signed are the same, though it is swapped between. */
Test(repo_attacks, what_was_not_shown_is_not_signed)
{
	struct repo_plan plan;
	int have, need;

	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	cr_assert_eq(repo_plan(repokit_path(&k, "pending"), &plan, k.err), 0);
	cr_assert_eq(repo_drop(&k.c, k.now, "wang", "again", k.err), 0);
	repokit_add(&k, "sanction", 100, 50);
	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	cr_expect_eq(repo_sign_shown(repokit_path(&k, "pending"), repokit_key(
	    &k, "targets-1.key"), plan.digest, k.now, &have, &need, k.err), -1);
	cr_expect_not_null(strstr(k.err, "shown"), "%s", k.err);
	cr_assert_eq(repo_plan(repokit_path(&k, "pending"), &plan, k.err), 0);
	cr_expect_eq(repo_sign_shown(repokit_path(&k, "pending"), repokit_key(
	    &k, "targets-1.key"), plan.digest, k.now, &have, &need, k.err), 0,
	    "%s", k.err);
}

/* A root of nobody's stands for the one in force. */
Test(repo_attacks, a_made_up_base_is_seen_by_who_keeps_a_root)
{
	char mine[300], *text;
	size_t len;

	(void)snprintf(mine, sizeof(mine), "%s", repokit_path(&k,
	    "repo/metadata/1.root.json"));
	cr_assert_eq(repo_key(&k.c, TUF_ROOT, NULL, NULL, k.now, k.err), 0,
	    "%s", k.err);
	cr_assert_eq(repokit_sign(&k, "root-1"), 0, "%s", k.err);
	cr_assert_eq(repokit_sign(&k, "root-3"), 0, "%s", k.err);
	cr_assert_eq(repokit_finish(&k), 0, "%s", k.err);
	repokit_publish(&k, NULL);
	repokit_add(&k, "sanction", 100, 1);
	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	cr_expect_eq(repo_trust(repokit_path(&k, "pending"), mine, k.err), 0,
	    "%s", k.err);
	cr_expect_eq(repo_trust(repokit_path(&k, "pending"), repokit_path(&k,
	    "repo/metadata/2.root.json"), k.err), 0, "%s", k.err);
	text = repokit_read(&k, "repo/metadata/1.root.json", &len);
	repokit_write(&k, "pending/now.root.json", text, len);
	free(text);
	cr_expect_eq(repo_trust(repokit_path(&k, "pending"), repokit_path(&k,
	    "repo/metadata/2.root.json"), k.err), -1, "an older one");
	text = repokit_read(&k, "repo/metadata/2.root.json", &len);
	repokit_write(&k, "pending/now.root.json", text, len);
	free(text);
	alter("pending/now.root.json", "\"sig\":\"", "\"sig\":\"00");
	cr_expect_eq(repo_trust(repokit_path(&k, "pending"), mine, k.err), -1,
	    "signed by one");
}

/* Run a command of the shell. */
static void
shell(const char *format, const char *a, const char *b)
{
	char cmd[700];

	(void)snprintf(cmd, sizeof(cmd), format, a, b);
	cr_assert_eq(system(cmd), 0, "%s", cmd);
}

static void
hush(void *arg, int error, const char *text)
{

	(void)arg;
	(void)error;
	(void)text;
}

/* Check two mirrors and compare them. */
static int
compare(const char *a, const char *b)
{
	struct repo_check x, y;
	char root[300];

	(void)snprintf(root, sizeof(root), "%s", repokit_path(&k,
	    "repo/metadata/1.root.json"));
	cr_assert_eq(repo_check(repokit_path(&k, a), root, k.now, hush, NULL,
	    &x, k.err), 0, "%s", k.err);
	cr_assert_eq(repo_check(repokit_path(&k, b), root, k.now, hush, NULL,
	    &y, k.err), 0, "%s", k.err);
	cr_expect_eq(x.errors, 0, "each is good in itself");
	cr_expect_eq(y.errors, 0);
	return (repo_compare(repokit_path(&k, a), x.release_key,
	    repokit_path(&k, b), y.release_key, k.err));
}

/* A list of its own for one branch, with a release log of its own. */
Test(repo_attacks, a_list_for_one_branch_shows_where_two_mirrors_are_compared)
{
	struct repo_prepare o = { .force = 1, .reason = "test" };
	static const char copy[] = "cp -r '%s' '%s'";

	repokit_publish(&k, NULL);
	shell(copy, repokit_path(&k, "repo"), repokit_path(&k, "behind"));
	shell(copy, repokit_path(&k, "repo"), repokit_path(&k, "base"));
	repokit_remove(&k, "sanction", 0, 1);
	repokit_publish(&k, &o);
	shell(copy, repokit_path(&k, "repo"), repokit_path(&k, "special"));
	shell("rm -rf '%s' '%s/none'", repokit_path(&k,
	    "repo"), k.dir);
	shell("mv '%s' '%s'", repokit_path(&k, "base"), repokit_path(&k,
	    "repo"));
	repokit_remove(&k, "sanction", 1, 1);
	repokit_publish(&k, &o);
	cr_expect_eq(compare("repo", "repo"), 0, "%s", k.err);
	cr_expect_eq(compare("behind", "repo"), 0, "%s", k.err);
	cr_expect_eq(compare("special", "behind"), 0, "%s", k.err);
	cr_expect_eq(compare("repo", "special"), -1);
	cr_expect_not_null(strstr(k.err, "entry 1 "), "%s", k.err);
}

/* A release log that was deleted, or is an older copy, is not begun anew. */
Test(repo_attacks, the_release_log_is_never_begun_anew)
{
	static const char copy[] = "cp -r '%s' '%s'", gone[] = "rm -r '%s'%s";

	repokit_publish(&k, NULL);
	shell(copy, repokit_path(&k, "repo/releases"), repokit_path(&k, "r1"));
	repokit_add(&k, "sanction", 100, 1);
	repokit_publish(&k, NULL);
	shell(copy, repokit_path(&k, "repo/releases"), repokit_path(&k, "r2"));
	repokit_add(&k, "sanction", 101, 1);
	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	repokit_sign2(&k);
	shell(gone, repokit_path(&k, "repo/releases"), "");
	cr_expect_eq(repokit_finish(&k), -1);
	cr_expect_not_null(strstr(k.err, "mirror"), "%s", k.err);
	shell(copy, repokit_path(&k, "r1"), repokit_path(&k, "repo/releases"));
	cr_expect_eq(repokit_finish(&k), -1);
	cr_expect_not_null(strstr(k.err, "mirror"), "%s", k.err);
	shell(gone, repokit_path(&k, "repo/releases"), "");
	shell(copy, repokit_path(&k, "r2"), repokit_path(&k, "repo/releases"));
	cr_expect_eq(repokit_finish(&k), 0, "%s", k.err);
}

/* A clock that was put back does not replace what is good by what has expired. */
Test(repo_attacks, a_clock_put_back_signs_nothing)
{
	uint32_t version;

	repokit_publish(&k, NULL);
	k.now -= 30 * 86400;
	cr_expect_eq(repo_timestamp(&k.c, repokit_key(&k, "timestamp.key"),
	    k.now, k.err), -1);
	cr_expect_not_null(strstr(k.err, "clock"), "%s", k.err);
	repokit_add(&k, "sanction", 100, 1);
	cr_assert_eq(repokit_prepare(&k, NULL), 0, "%s", k.err);
	repokit_sign2(&k);
	cr_expect_eq(repokit_finish(&k), -1);
	k.now += 30 * 86400 - 60;	/* what a time server may put it back */
	cr_assert_eq(repokit_finish(&k), 0, "%s", k.err);
	k.now += 60;
	cr_assert_eq(repokit_client(&k, &version), 0, "%s", k.err);
	cr_expect_eq(version, 2);
}

/* One that was ahead: another key, and all goes on. */
Test(repo_attacks, a_clock_that_was_ahead_is_mended_by_another_key)
{
	uint32_t version;

	repokit_publish(&k, NULL);
	cr_assert_eq(repokit_follow(&k, "old", &version), 0, "%s", k.err);
	cr_assert_eq(repo_timestamp(&k.c, repokit_key(&k, "timestamp.key"),
	    k.now + 5 * 86400, k.err), 0, "%s", k.err);
	cr_expect_eq(repo_timestamp(&k.c, repokit_key(&k, "timestamp.key"),
	    k.now, k.err), -1);
	repokit_make_key(&k, "timestamp", "timestamp-b");
	cr_assert_eq(repo_key(&k.c, TUF_TIMESTAMP, repokit_key(&k,
	    "timestamp-b.key.pub"), "timestamp", k.now, k.err), 0, "%s", k.err);
	cr_assert_eq(repokit_sign(&k, "root-1"), 0, "%s", k.err);
	cr_assert_eq(repokit_sign(&k, "root-2"), 0, "%s", k.err);
	cr_assert_eq(repo_finish(&k.c, repokit_key(&k, "snapshot.key"),
	    repokit_key(&k, "timestamp-b.key"), k.now, k.err), 0, "%s", k.err);
	cr_assert_eq(repokit_follow(&k, "old", &version), 0, "%s", k.err);
	cr_expect_eq(version, 1);
}
