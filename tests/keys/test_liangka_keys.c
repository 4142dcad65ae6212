/* The program liangka-keys as its user meets it. */
#include <criterion/criterion.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/hex.h"
#include "keys/keydisk.h"

static char dir[64];
static char file[128];
static char program[4096];
static char out[16384];		/* standard output and standard error */

static void
setup(void)
{
	const char *build = getenv("LK_BUILD");

	(void)snprintf(program, sizeof(program), "%s/liangka-keys",
	    build != NULL ? build : "build");
	if (access(program, X_OK) != 0)
		cr_skip("skipped: liangka-keys is not built");
	(void)strcpy(dir, "/tmp/lk-keys-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(file, sizeof(file), "%s/person.key", dir);
}

static void
teardown(void)
{

	(void)unlink(file);
	(void)rmdir(dir);
}

/* Run the program with up to six words, gather what it says, give its code. */
static int
run(const char *a, const char *b, const char *c, const char *d, const char *e,
    const char *f)
{
	char *const argv[] = { program, (char *)a, (char *)b, (char *)c,
	    (char *)d, (char *)e, (char *)f, NULL };
	size_t have = 0;
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	cr_assert_eq(pipe(fds), 0);
	pid = fork();
	cr_assert(pid >= 0);
	if (pid == 0) {
		(void)dup2(fds[1], STDOUT_FILENO);
		(void)dup2(fds[1], STDERR_FILENO);
		(void)close(fds[0]);
		(void)close(fds[1]);
		(void)execv(program, argv);
		_exit(127);
	}
	(void)close(fds[1]);
	while ((n = read(fds[0], out + have, sizeof(out) - 1 - have)) > 0)
		have += (size_t)n;
	out[have] = '\0';
	(void)close(fds[0]);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFEXITED(status), "%s", out);
	return (WEXITSTATUS(status));
}

static void
says(const char *words)
{

	cr_assert_not_null(strstr(out, words), "\"%s\" not in:\n%s", words, out);
}

/* Nothing said may hold eight digits in a row of the secret. */
static void
keeps_secret(const struct keyfile *k)
{
	char digits[2 * KEYFILE_SECRET_LEN + 1], part[9] = "";

	hex_encode(digits, k->secret, sizeof(k->secret));
	for (size_t i = 0; i + 8 < sizeof(digits); i++) {
		memcpy(part, digits + i, 8);
		cr_assert_null(strstr(out, part), "%s", out);
	}
}

TestSuite(liangka_keys, .init = setup, .fini = teardown);

Test(liangka_keys, a_new_key_is_written_and_explained)
{
	struct keyfile_error err;
	struct keyfile k;

	cr_assert_eq(run("new", "token", "--epoch", "12", "--out", file), 0,
	    "%s", out);
	cr_assert_eq(keydisk_read(&k, file, KEYFILE_TOKEN_PERSON, &err), 0,
	    "%s", err.text);
	cr_assert_eq(k.epoch, 12);
	says(k.id);
	says(k.created);
	says("Back it up offline");
	says("Every node of the region needs this same file");
	keeps_secret(&k);

	cr_assert_eq(run("show", file, NULL, NULL, NULL, NULL), 0);
	says(k.id);
	says("token-person");
	says("mode 0400 (good)");
	keeps_secret(&k);

	cr_assert_eq(run("show", "--json", file, NULL, NULL, NULL), 0);
	says("\"kind\":\"token-person\",\"algorithm\":\"hmac-sha256\","
	    "\"epoch\":12,");
	says("\"mode\":\"0400\",\"problem\":null}\n");
	cr_assert_eq(out[0], '{');
	keeps_secret(&k);
}

Test(liangka_keys, two_keys_differ)
{
	struct keyfile_error err;
	struct keyfile a, b;

	cr_assert_eq(run("new", "token", "--out", file, NULL, NULL), 0);
	cr_assert_eq(keydisk_read(&a, file, KEYFILE_TOKEN_PERSON, &err), 0);
	cr_assert_eq(unlink(file), 0);
	cr_assert_eq(run("new", "token", "--out", file, "--json", NULL), 0);
	cr_assert_eq(out[0], '{');
	cr_assert_eq(keydisk_read(&b, file, KEYFILE_TOKEN_PERSON, &err), 0);
	cr_assert_eq(a.epoch, 1);
	cr_assert(memcmp(a.secret, b.secret, sizeof(a.secret)) != 0);
	cr_assert_str_neq(a.id, b.id);
}

Test(liangka_keys, a_key_is_never_overwritten)
{
	struct keyfile_error err;
	struct keyfile a, b;

	cr_assert_eq(run("new", "token", "--out", file, NULL, NULL), 0);
	cr_assert_eq(keydisk_read(&a, file, KEYFILE_TOKEN_PERSON, &err), 0);
	cr_assert_eq(run("new", "token", "--out", file, NULL, NULL), 73);
	says("never overwritten");
	cr_assert_eq(keydisk_read(&b, file, KEYFILE_TOKEN_PERSON, &err), 0);
	cr_assert_arr_eq(&a, &b, sizeof(a));
}

Test(liangka_keys, show_tells_what_is_wrong)
{
	struct keyfile_error err;
	struct keyfile k;
	int fd;

	cr_assert_eq(run("show", file, NULL, NULL, NULL, NULL), 66);
	cr_assert_eq(run("new", "token", "--out", file, NULL, NULL), 0);
	cr_assert_eq(keydisk_read(&k, file, KEYFILE_TOKEN_PERSON, &err), 0);
	cr_assert_eq(chmod(file, 0640), 0);
	cr_assert_eq(run("show", file, NULL, NULL, NULL, NULL), 77);
	says("NOT SAFE");
	says("chmod 0400");
	says(k.id);
	cr_assert_eq(run("show", file, "--json", NULL, NULL, NULL), 77);
	says("\"problem\":\"");
	cr_assert_eq(chmod(file, 0600), 0);
	fd = open(file, O_WRONLY);
	cr_assert_eq(pwrite(fd, "LIANGKA", 7, 0), 7);
	(void)close(fd);
	cr_assert_eq(run("show", file, NULL, NULL, NULL, NULL), 65);
	says(":1: expected \"liangka-key\"");
	keeps_secret(&k);
}

Test(liangka_keys, wrong_usage_is_64_and_makes_nothing)
{

	cr_assert_eq(run(NULL, NULL, NULL, NULL, NULL, NULL), 64);
	says("--help");
	cr_assert_eq(run("make", NULL, NULL, NULL, NULL, NULL), 64);
	says("unknown command: make");
	cr_assert_eq(run("new", NULL, NULL, NULL, NULL, NULL), 64);
	cr_assert_eq(run("new", "coin", "--out", file, NULL, NULL), 64);
	cr_assert_eq(run("new", "token", "x", "--out", file, NULL), 64);
	cr_assert_eq(run("new", "token", "--epoch", "0", "--out", file), 64);
	says("1 to 65535");
	cr_assert_eq(run("new", "token", "--epoch", "-3", "--out", file), 64);
	cr_assert_eq(run("new", "token", "--epoch", "65536", "--out", file),
	    64);
	cr_assert_eq(run("new", "token", "--epoch", "1x", "--out", file), 64);
	cr_assert_eq(run("new", "token", "--out", "-", NULL, NULL), 64);
	cr_assert_eq(run("new", "token", "--out", NULL, NULL, NULL), 64);
	says("--out");
	cr_assert_eq(run("new", "token", "--frob", "--out", file, NULL), 64);
	says("--frob");
	cr_assert_eq(run("show", NULL, NULL, NULL, NULL, NULL), 64);
	cr_assert_eq(run("show", "--out", file, NULL, NULL, NULL), 64);
	says("only \"new\", \"rotate\" and \"sign\" take this option: --out");
	cr_assert_eq(access(file, F_OK), -1);
}

Test(liangka_keys, no_folder_is_73)
{
	char other[160];

	(void)snprintf(other, sizeof(other), "%s/none/k", dir);
	cr_assert_eq(run("new", "token", "--out", other, NULL, NULL), 73);
}

Test(liangka_keys, help_and_version)
{

	cr_assert_eq(run("--help", NULL, NULL, NULL, NULL, NULL), 0);
	says("usage: liangka-keys new KIND");
	says("Exit codes");
	cr_assert_eq(run("new", "--help", NULL, NULL, NULL, NULL), 0);
	says("usage:");
	cr_assert_eq(run("--version", NULL, NULL, NULL, NULL, NULL), 0);
	cr_assert_eq(strncmp(out, "liangka-keys ", 13), 0);
}

Test(liangka_keys, closed_output_does_not_reach_the_key)
{
	struct keyfile_error err;
	struct keyfile k;
	char line[4400];

	(void)snprintf(line, sizeof(line), "%s new token --out %s >&- 2>&-",
	    program, file);
	cr_assert_eq(system(line), 0);
	cr_assert_eq(keydisk_read(&k, file, KEYFILE_TOKEN_PERSON, &err), 0,
	    "%s", err.text);
}
