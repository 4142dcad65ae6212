/* The TUF conformance suite, as it was recorded: through the library, then through
 * build/tests/tuf-client over file://. */
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "keys/hex.h"
#include "keys/sha256.h"
#include "store/disk.h"

#include "tufecdsa.h"
#include "tufkit.h"
#include "tufreplay.h"

#define TESTS		60	/* recorded */

/*
 * Recorded tests that only a client passes that follows delegated roles: what it trusts
 * in the end holds such a role.  Ours does not follow them; of these tests the
 * top-level files are compared, and that nothing is taken from below.
 */
static const char *const delegated[] = {
	"test_unusual_role_name[?]",
	"test_static_repository[tuf-on-ci-0.11]",
	"test_graph_traversal[basic-delegation]",
	"test_graph_traversal[cyclic-graph]",
	"test_graph_traversal[single-level-delegations]",
	"test_graph_traversal[three-level-delegation-test-DFS-order-of-traversal]",
	"test_graph_traversal[two-level-terminating-ignores-all-but-roles-"
	    "descendants]",
	"test_targetfile_search[targetpath is not delegated by all roles in the "
	    "chain]",
	"test_targetfile_search[targetpath matches question mark wildcard]",
	"test_targetfile_search[targetpath with separators x]",
	"test_targetfile_search[targetpath with separators y]",
};
#define DELEGATED	(sizeof(delegated) / sizeof(delegated[0]))

static const char *const roles[TUF_ROLES] = {
	"root.json", "timestamp.json", "snapshot.json", "targets.json"
};

/* Is it one of these? */
static int
is_delegated(const char *name)
{

	for (size_t i = 0; i < DELEGATED; i++)
		if (strcmp(delegated[i], name) == 0)
			return (1);
	return (0);
}

/* One test under way. */
struct play {
	const struct tufreplay *replay;
	const char *name;	/* of the test */
	char *dir;		/* private: trusted/, targets/, http/ */
	char trusted[PATH_MAX], targets[PATH_MAX];
};

/* A directory of its own for each test. */
static void
play_begin(struct play *p, const struct tufreplay *r, const json_t *test)
{

	p->replay = r;
	p->name = tufreplay_name(test);
	p->dir = tufkit_mkdtemp();
	snprintf(p->trusted, sizeof(p->trusted), "%s/trusted", p->dir);
	snprintf(p->targets, sizeof(p->targets), "%s/targets", p->dir);
	cr_assert(mkdir(p->trusted, 0700) == 0 && mkdir(p->targets, 0700) == 0);
}

/* It goes again. */
static void
play_end(struct play *p)
{

	tufkit_rmtree(p->dir);
	free(p->dir);
}

/* SHA-256 of a file as digits, "" where there is none. */
static void
digest_of(char hex[65], const char *dir, const char *name)
{
	char path[PATH_MAX + 300];
	uint8_t digest[32];
	size_t len;
	char *p;

	hex[0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((p = tufkit_read(path, &len)) == NULL)
		return;
	sha256_of(digest, p, len);
	hex_encode(hex, digest, 32);
	free(p);
}

/* The trusted files are those of the reference client, and no others. */
static void
expect_trusted(const struct play *p, size_t at, const json_t *step)
{
	const json_t *after = json_object_get(step, "after");
	const char *want;
	char hex[65];

	for (enum tuf_role r = TUF_ROOT; r < TUF_ROLES; r++) {
		want = json_string_value(json_object_get(after, roles[r]));
		digest_of(hex, p->trusted, roles[r]);
		cr_expect_str_eq(hex, want != NULL ? want : "",
		    "%s, step %zu: %s", p->name, at, roles[r]);
	}
}

/* The downloaded files are those of the reference client, and no others. */
static void
expect_artifacts(const struct play *p, size_t at, const json_t *step)
{
	const json_t *want = json_object_get(step, "artifacts");
	size_t n = 0, found = 0;
	struct dirent *e;
	char hex[65];
	DIR *d;

	if (want == NULL)
		return;
	cr_assert((d = opendir(p->targets)) != NULL);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		n++;
		digest_of(hex, p->targets, e->d_name);
		for (size_t i = 0; i < json_array_size(want); i++)
			found += strcmp(json_string_value(json_array_get(want,
			    i)), hex) == 0;
	}
	closedir(d);
	cr_expect(n == json_array_size(want) && n == found,
	    "%s, step %zu: %zu files, %zu of them as expected of %zu", p->name,
	    at, n, found, json_array_size(want));
}

/* Step "init": what is given is believed as it is. */
static int
library_init(struct play *p, const json_t *step)
{
	size_t len;
	void *root = tufreplay_blob(p->replay, json_string_value(
	    json_object_get(step, "root")), &len);
	int rc;

	cr_assert(root != NULL);
	rc = disk_replace(&disk_real, p->trusted, "root.json", root, len);
	free(root);
	return (rc != 0);
}

/* One target by the library: what is here already is not fetched again. */
static int
library_target(struct play *p, struct tufclient *c, struct tufreplay_source *s,
    const char *name)
{
	char path[TUF_NAME_MAX + 160], here[PATH_MAX + 80], file[65];
	struct tuf_target g;
	uint8_t digest[32];
	void *data = NULL;
	size_t len = 0;
	int rc = 1;

	if (tuf_target_find(tufclient_tuf(c), name, &g) != 0)
		return (1);
	sha256_of(digest, name, strlen(name));
	hex_encode(file, digest, 32);
	snprintf(here, sizeof(here), "%s/%s", p->targets, file);
	data = tufkit_read(here, &len);
	if (data != NULL && tuf_target_good(&g, data, len) == 0) {
		free(data);
		return (0);
	}
	free(data);
	data = NULL;
	if (tufclient_target_path(c, &g, path, sizeof(path)) == 0 &&
	    tufreplay_get(s, "targets_base", path, (size_t)g.length, &data,
	    &len) == 0 && tuf_target_good(&g, data, len) == 0)
		rc = disk_replace(&disk_real, p->targets, file, data, len) != 0;
	free(data);
	return (rc);
}

/* Steps "refresh" and "download" by the library. */
static int
library_step(struct play *p, struct tufreplay_source *s, const json_t *step)
{
	const struct tuf_options o = { .other_key = tufecdsa_check };
	json_t *targets = json_object_get(step, "targets"), *name;
	struct tuf_error err;
	struct tufclient *c;
	size_t i;
	int rc;

	if ((c = tufclient_open(p->trusted, &disk_real, &o, &err)) == NULL)
		return (1);
	rc = tufclient_refresh(c, &s->metadata,
	    json_integer_value(json_object_get(step, "now")), &err) != 0;
	cr_expect((rc != 0) == (err.fault != TUF_FINE) &&
	    (rc != 0) == (err.text[0] != '\0'));
	json_array_foreach(targets, i, name)
		if (rc == 0)
			rc = library_target(p, c, s, json_string_value(name));
	tufclient_close(c);
	return (rc);
}

/* Play one test through the library. */
static void
library_test(const struct tufreplay *r, const json_t *test)
{
	json_t *steps = json_object_get(test, "steps"), *step;
	int below = is_delegated(tufreplay_name(test)), rc, want;
	struct tufreplay_source s;
	struct play p;
	size_t i;

	play_begin(&p, r, test);
	json_array_foreach(steps, i, step) {
		tufreplay_source(&s, r, step);
		rc = strcmp(json_string_value(json_object_get(step, "cmd")),
		    "init") == 0 ? library_init(&p, step) :
		    library_step(&p, &s, step);
		want = (int)json_integer_value(json_object_get(step, "rc"));
		if (below && json_object_get(step, "targets") != NULL)
			want = 1;	/* it would come from below */
		cr_expect(rc == want, "%s, step %zu: %d", p.name, i, rc);
		cr_expect_str_eq(s.unknown, "", "%s, step %zu asked for %s",
		    p.name, i, s.unknown);
		expect_trusted(&p, i, step);
		if (!below)
			expect_artifacts(&p, i, step);
	}
	play_end(&p);
}

/* Lay the replies of a step out as files, so that file:// finds them. */
static void
lay_out(struct play *p, const json_t *step)
{
	json_t *list = json_object_get(step, "requests"), *e;
	struct tufkit kit = { .now = 0 };
	const char *path;
	char plain[1024];
	void *body;
	size_t i, n, len;

	snprintf(kit.dir, sizeof(kit.dir), "%s", p->dir);
	json_array_foreach(list, i, e) {
		path = json_string_value(json_object_get(e, "path"));
		n = (size_t)snprintf(plain, sizeof(plain), "http");
		for (; *path != '\0' && n + 1 < sizeof(plain); path++) {
			unsigned c = (unsigned char)*path;

			if (c == '%') {
				cr_assert(sscanf(path + 1, "%2x", &c) == 1);
				path += 2;
			}
			plain[n++] = (char)c;
		}
		plain[n] = '\0';
		if (json_integer_value(json_object_get(e, "status")) != 200) {
			(void)unlink(tufkit_path(&kit, plain));
			continue;
		}
		body = tufreplay_blob(p->replay,
		    json_string_value(json_object_get(e, "body")), &len);
		cr_assert(body != NULL);
		tufkit_write(&kit, plain, body, len);
		free(body);
	}
}

/* Run the program and return its exit code. */
static int
run(const struct play *p, char *const *argv)
{
	char log[PATH_MAX + 16];
	int status, fd;
	pid_t pid;

	snprintf(log, sizeof(log), "%s/log", p->dir);
	if ((pid = fork()) == 0) {
		fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
		if (fd == -1 || dup2(fd, 2) == -1 || dup2(fd, 1) == -1)
			_exit(127);
		execv(argv[0], argv);
		_exit(127);
	}
	cr_assert(pid != -1 && waitpid(pid, &status, 0) == pid);
	return (WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* "init" by the program. */
static int
program_init(struct play *p, char *program, const json_t *step)
{
	char root[PATH_MAX + 8];
	char *argv[] = { program, "--metadata-dir", p->trusted, "init", root,
	    NULL };
	struct tufkit kit = { .now = 0 };
	size_t len;
	void *body;

	snprintf(kit.dir, sizeof(kit.dir), "%s", p->dir);
	snprintf(root, sizeof(root), "%s/root", p->dir);
	body = tufreplay_blob(p->replay, json_string_value(json_object_get(step,
	    "root")), &len);
	cr_assert(body != NULL);
	tufkit_write(&kit, "root", body, len);
	free(body);
	return (run(p, argv));
}

/* "refresh" or "download" by the program. */
static int
program_step(struct play *p, char *program, const char *cmd, const json_t *step)
{
	const char *meta = json_string_value(json_object_get(step,
	    "metadata_base"));
	const char *base = json_string_value(json_object_get(step,
	    "targets_base"));
	json_t *list = json_object_get(step, "targets");
	char now[32], murl[PATH_MAX + 256], turl[PATH_MAX + 256];
	char *argv[32] = { program, "--metadata-dir", p->trusted,
	    "--metadata-url", murl, "--target-base-url", turl, "--target-dir",
	    p->targets, "--now", now, (char *)(uintptr_t)cmd };
	size_t n = 12;

	lay_out(p, step);
	snprintf(now, sizeof(now), "%lld", (long long)json_integer_value(
	    json_object_get(step, "now")));
	snprintf(murl, sizeof(murl), "file://%s/http%s", p->dir, meta);
	snprintf(turl, sizeof(turl), "file://%s/http%s", p->dir,
	    base != NULL ? base : "/");
	for (size_t i = 0; i < json_array_size(list) && n < 30; i++) {
		argv[n++] = "--target-name";
		argv[n++] = (char *)(uintptr_t)json_string_value(
		    json_array_get(list, i));
	}
	return (run(p, argv));
}

Test(tuf_recorded, all_that_are_not_about_delegations_pass)
{
	size_t i, played = 0;
	struct tufreplay r;
	json_t *test;

	if (tufreplay_load(&r) != 0)
		cr_skip_test("skipped: no vectors");
	json_array_foreach(r.tests, i, test)
		if (!is_delegated(tufreplay_name(test))) {
			library_test(&r, test);
			played++;
		}
	cr_expect(played == TESTS - DELEGATED, "%zu tests", played);
	tufreplay_free(&r);
}

Test(tuf_recorded, delegated_roles_are_named_and_not_followed)
{
	size_t i, played = 0;
	struct tufreplay r;
	json_t *test;

	if (tufreplay_load(&r) != 0)
		cr_skip_test("skipped: no vectors");
	json_array_foreach(r.tests, i, test) {
		cr_expect(tufreplay_delegates(test) ==
		    is_delegated(tufreplay_name(test)), "%s",
		    tufreplay_name(test));
		if (is_delegated(tufreplay_name(test))) {
			library_test(&r, test);
			played++;
		}
	}
	cr_expect(played == DELEGATED, "%zu tests", played);
	tufreplay_free(&r);
}

Test(tuf_recorded, the_program_passes_them_too)
{
	const char *build = getenv("LK_BUILD"), *cmd;
	char program[PATH_MAX];
	struct tufreplay r;
	json_t *test, *step;
	struct play p;
	size_t i, k;
	int rc;

	snprintf(program, sizeof(program), "%s/tests/tuf-client",
	    build != NULL ? build : "build");
	if (access(program, X_OK) != 0)
		cr_skip_test("skipped: tuf-client is not built");
	if (tufreplay_load(&r) != 0)
		cr_skip_test("skipped: no vectors");
	json_array_foreach(r.tests, i, test) {
		if (is_delegated(tufreplay_name(test)))
			continue;
		play_begin(&p, &r, test);
		json_array_foreach(json_object_get(test, "steps"), k, step) {
			cmd = json_string_value(json_object_get(step, "cmd"));
			rc = strcmp(cmd, "init") == 0 ?
			    program_init(&p, program, step) :
			    program_step(&p, program, cmd, step);
			cr_expect(rc == json_integer_value(json_object_get(step,
			    "rc")), "%s, step %zu: %d", p.name, k, rc);
			expect_trusted(&p, k, step);
			expect_artifacts(&p, k, step);
		}
		play_end(&p);
	}
	tufreplay_free(&r);
}
