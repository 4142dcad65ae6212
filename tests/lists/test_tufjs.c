#include <criterion/criterion.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keys/signkey.h"
#include "lists/repo_impl.h"

#include "repokit.h"

/*
 * What we publish, read by a client that shares nothing with us (npm tuf-js, through
 * tests/js/check-repo.js).  It takes what ours takes and refuses what ours refuses.
 */

static struct repokit k;
static char said[4096];

/* Run a command; what it says goes to `said`.  Return its exit status. */
static int __attribute__((format(printf, 1, 2)))
run(const char *fmt, ...)
{
	char command[2048];
	va_list ap;
	size_t n;
	FILE *f;
	int rc;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	cr_assert_not_null(f = popen(command, "r"));
	n = fread(said, 1, sizeof(said) - 1, f);
	said[n] = '\0';
	rc = pclose(f);
	return (WIFEXITED(rc) ? WEXITSTATUS(rc) : -1);
}

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

TestSuite(tufjs, .init = set_up, .fini = tear_down, .timeout = 100);

/* Where the package is; without it the test is skipped. */
static const char *
modules(void)
{
	static char path[512];
	const char *build = getenv("LK_BUILD");
	int rc;

	if (build == NULL)
		build = "build";
	rc = run("BUILD='%s' sh tests/js/build.sh 2>&1", build);
	if (rc == 77)
		cr_skip_test("skipped: no tuf-js");
	cr_assert_eq(rc, 0, "%s", said);
	snprintf(path, sizeof(path), "%s/js", build);
	return (path);
}

/* tuf-js with its own state of this name. */
static int
js(const char *state)
{

	return (run("node tests/js/check-repo.js '%s' '%s/repo' '%s/js-%s' "
	    "'%s/repo/metadata/1.root.json' %lld 2>&1", modules(), k.dir, k.dir,
	    state, k.dir, (long long)k.now));
}

/* Both clients take this version. */
static void
taken(const char *state, uint32_t version)
{
	char want[64];
	uint32_t is;

	cr_assert_eq(js(state), 0, "%s", said);
	snprintf(want, sizeof(want), "targets %u, ", (unsigned)version);
	cr_assert_eq(strncmp(said, want, strlen(want)), 0, "%s", said);
	cr_assert_eq(repokit_follow(&k, state, &is), 0, "%s", k.err);
	cr_assert_eq(is, version);
}

/* Both refuse, with these words of theirs. */
static void
refused(const char *state, const char *theirs, const char *ours)
{
	uint32_t is;

	cr_assert_eq(js(state), 1, "%s", said);
	cr_assert_not_null(strstr(said, theirs), "%s", said);
	cr_assert_neq(repokit_follow(&k, state, &is), 0);
	cr_assert_not_null(strstr(k.err, ours), "%s", k.err);
}

/* The targets in force, open to change; with the next version. */
static void
next_targets(struct repo_doc *doc)
{
	struct repo_now now;

	cr_assert_eq(repo_now_open(&now, &k.c, k.err), 0, "%s", k.err);
	doc->whole = json_deep_copy(now.targets.whole);
	doc->body = json_object_get(doc->whole, "signed");
	json_object_set_new(doc->body, "version", json_integer(
	    (json_int_t)repo_doc_version(&now.targets) + 1));
	json_object_set_new(doc->whole, "signatures", json_array());
	repo_now_close(&now);
}

/* Sign it with a key of the custodians. */
static void
sign(struct repo_doc *doc, const char *key)
{
	struct note_signer s;
	struct keyfile_error e;

	cr_assert_eq(signkey_load(&s, repokit_key(&k, key), KEYFILE_TARGETS,
	    k.now, &e), 0, "%s", e.text);
	cr_assert_eq(repo_doc_sign(doc, &s, k.err), 0);
	note_signer_wipe(&s);
}

Test(tufjs, reads_what_we_publish)
{
	modules();
	repokit_add(&k, "sanction", 0, 500);
	repokit_add(&k, "cards", 10000, 20);
	repokit_publish(&k, NULL);
	taken("old", 1);
	repokit_add(&k, "sanction", 600, 5);
	repokit_publish(&k, NULL);
	taken("old", 2);
	repokit_clear(&k, "sanction", 600, 1);
	repokit_publish(&k, NULL);
	taken("old", 3);
	taken("new", 3);
}

Test(tufjs, walks_our_roots)
{
	modules();
	repokit_add(&k, "sanction", 0, 50);
	repokit_publish(&k, NULL);
	taken("old", 1);
	repokit_make_key(&k, "root", "root-4");
	repokit_make_key(&k, "targets", "targets-4");
	cr_assert_eq(repo_key(&k.c, TUF_ROOT, repokit_key(&k,
	    "root-4.key.pub"), "root-1", k.now, k.err), 0, "%s", k.err);
	repokit_sign(&k, "root-2");
	repokit_sign(&k, "root-3");
	cr_assert_eq(repokit_finish(&k), 0, "%s", k.err);
	taken("old", 1);
	cr_assert_eq(repo_key(&k.c, TUF_TARGETS, repokit_key(&k,
	    "targets-4.key.pub"), "targets-1", k.now, k.err), 0, "%s", k.err);
	repokit_sign(&k, "root-4");
	repokit_sign(&k, "root-3");
	repokit_sign(&k, "targets-2");
	cr_assert_eq(repokit_sign(&k, "targets-4"), 0, "%s", k.err);
	cr_assert_eq(repokit_finish(&k), 0, "%s", k.err);
	taken("old", 2);
	taken("new", 2);
}

Test(tufjs, refuses_a_stripped_signature)
{
	struct repo_doc doc;

	modules();
	repokit_publish(&k, NULL);
	taken("a", 1);
	next_targets(&doc);
	repokit_forge(&k, &doc);
	repo_doc_free(&doc);
	refused("a", "signed by 0/2 keys", "0 signed targets");
	refused("b", "signed by 0/2 keys", "0 signed targets");
}

Test(tufjs, refuses_one_of_two_signatures)
{
	struct repo_doc doc;

	modules();
	repokit_publish(&k, NULL);
	next_targets(&doc);
	sign(&doc, "targets-1.key");
	repokit_forge(&k, &doc);
	refused("a", "signed by 1/2 keys", "1 signed targets");
	/* nor the same one twice */
	json_array_append(json_object_get(doc.whole, "signatures"),
	    json_array_get(json_object_get(doc.whole, "signatures"), 0));
	repokit_forge(&k, &doc);
	refused("b", "multiple signatures", "each key id once");
	/* and both take it with two, so it was that */
	json_array_remove(json_object_get(doc.whole, "signatures"), 1);
	sign(&doc, "targets-3.key");
	repokit_forge(&k, &doc);
	repo_doc_free(&doc);
	taken("c", 2);
}

Test(tufjs, refuses_an_altered_target)
{
	char path[TUF_NAME_MAX + 160], hashed[TUF_NAME_MAX + REPO_KEYID + 2];
	struct tuf_target g;
	struct repo_now now;
	size_t len;
	char *p;

	modules();
	repokit_add(&k, "sanction", 0, 50);
	repokit_publish(&k, NULL);
	taken("a", 1);
	cr_assert_eq(repo_now_open(&now, &k.c, k.err), 0);
	cr_assert_eq(repo_target_find(json_object_get(now.targets.body,
	    "targets"), "snapshot", "sanction", &g), 1);
	repo_now_close(&now);
	repo_target_path(&g, 1, hashed);
	snprintf(path, sizeof(path), "repo/targets/%s", hashed);
	p = repokit_read(&k, path, &len);
	p[len / 2] ^= 1;
	repokit_write(&k, path, p, len);
	free(p);
	refused("b", "Expected hash", "is not good");
	cr_assert_gt(repokit_check(&k, NULL, 0), 0);
}

Test(tufjs, refuses_a_roll_back)
{
	modules();
	repokit_add(&k, "sanction", 0, 50);
	repokit_publish(&k, NULL);
	run("cp -a '%s/repo' '%s/then'", k.dir, k.dir);
	repokit_add(&k, "sanction", 100, 1);
	repokit_publish(&k, NULL);
	taken("a", 2);
	run("mv '%s/repo' '%s/now' && mv '%s/then' '%s/repo'", k.dir, k.dir,
	    k.dir, k.dir);
	refused("a", "less than current version 2", "while version 2 is trusted");
	taken("b", 1);	/* who knows no better takes it: it is good in itself */
}

Test(tufjs, refuses_what_is_stale)
{
	modules();
	repokit_publish(&k, NULL);
	taken("a", 1);
	k.now += 25 * 3600;
	refused("a", "expired", "");
	cr_assert_eq(repo_timestamp(&k.c, repokit_key(&k, "timestamp.key"),
	    k.now, k.err), 0, "%s", k.err);
	taken("a", 1);
}
