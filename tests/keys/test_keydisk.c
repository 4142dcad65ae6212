/* Key files on disk: who may reach them, and never one over another. */
#include <criterion/criterion.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/keydisk.h"

#define CREATED	1795323600	/* 2026-11-22T05:00:00Z */

static char dir[64];
static char path[128];
static struct keyfile key;
static struct keyfile_error err;

static void
setup(void)
{
	uint8_t secret[KEYFILE_SECRET_LEN];

	memset(secret, 7, sizeof(secret));
	cr_assert_eq(keyfile_make(&key, KEYFILE_TOKEN_PERSON, 3, CREATED,
	    secret), 0);
	(void)strcpy(dir, "/tmp/lk-keydisk-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/person.key", dir);
}

/* Count what is in the folder, remove it when asked to. */
static unsigned
entries(int removing)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	unsigned n = 0;

	cr_assert_not_null(d);
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		n++;
		if (removing &&
		    unlinkat(dirfd(d), e->d_name, 0) != 0)
			(void)unlinkat(dirfd(d), e->d_name, AT_REMOVEDIR);
	}
	(void)closedir(d);
	return (n);
}

static void
teardown(void)
{

	(void)entries(1);
	(void)rmdir(dir);
}

/* Put any text at path. */
static void
put(const char *text, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	cr_assert(fd >= 0);
	cr_assert_eq(write(fd, text, len), (ssize_t)len);
	cr_assert_eq(fchmod(fd, mode), 0);
	(void)close(fd);
}

static void
refuse(enum keyfile_fault fault, const char *words)
{
	static const struct keyfile zero;
	struct keyfile k;

	memset(&k, 0x5a, sizeof(k));
	cr_assert_eq(keydisk_read(&k, path, KEYFILE_TOKEN_PERSON, &err), -1);
	cr_assert_eq(err.fault, fault, "%s", err.text);
	cr_assert_not_null(strstr(err.text, words), "%s", err.text);
	cr_assert_not_null(strstr(err.text, path), "%s", err.text);
	cr_assert_arr_eq(&k, &zero, sizeof(k));
}

TestSuite(keydisk, .init = setup, .fini = teardown);

Test(keydisk, what_is_written_is_read)
{
	struct keydisk_look look;
	struct keyfile k;
	struct stat st;

	cr_assert_eq(keydisk_write(&key, path, &err), 0, "%s", err.text);
	cr_assert_eq(entries(0), 1);
	cr_assert_eq(stat(path, &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0400);
	cr_assert_eq(st.st_nlink, 1);
	cr_assert_eq(keydisk_read(&k, path, KEYFILE_TOKEN_PERSON, &err), 0,
	    "%s", err.text);
	cr_assert_arr_eq(&k, &key, sizeof(k));
	cr_assert_eq(keydisk_look(&k, &look, path, &err), 0);
	cr_assert_eq(look.access.fault, KEYFILE_FINE);
	cr_assert_eq(look.owner, geteuid());
	cr_assert_eq(look.mode, 0400);
}

Test(keydisk, a_relative_name_goes_to_the_current_folder)
{
	char here[4096];

	cr_assert_not_null(getcwd(here, sizeof(here)));
	cr_assert_eq(chdir(dir), 0);
	cr_assert_eq(keydisk_write(&key, "person.key", &err), 0);
	cr_assert_eq(chdir(here), 0);
	cr_assert_eq(access(path, F_OK), 0);
}

Test(keydisk, an_existing_file_is_never_touched)
{
	char text[8] = "";
	int fd;

	put("mine\n", 5, 0600);
	cr_assert_eq(keydisk_write(&key, path, &err), -1);
	cr_assert_eq(err.fault, KEYFILE_EXISTS);
	cr_assert_not_null(strstr(err.text, "never overwritten"));
	cr_assert_eq(entries(0), 1);
	fd = open(path, O_RDONLY);
	cr_assert_eq(read(fd, text, sizeof(text)), 5);
	(void)close(fd);
	cr_assert_str_eq(text, "mine\n");
}

Test(keydisk, a_dangling_link_is_not_written_through)
{
	char target[128];

	(void)snprintf(target, sizeof(target), "%s/elsewhere", dir);
	cr_assert_eq(symlink(target, path), 0);
	cr_assert_eq(keydisk_write(&key, path, &err), -1);
	cr_assert_eq(err.fault, KEYFILE_EXISTS);
	cr_assert_eq(access(target, F_OK), -1);
	cr_assert_eq(entries(0), 1);
}

Test(keydisk, no_folder_and_no_name)
{
	char other[160];

	(void)snprintf(other, sizeof(other), "%s/none/k", dir);
	cr_assert_eq(keydisk_write(&key, other, &err), -1);
	cr_assert_eq(err.fault, KEYFILE_ABSENT);
	(void)snprintf(other, sizeof(other), "%s/", dir);
	cr_assert_eq(keydisk_write(&key, other, &err), -1);
	cr_assert_eq(err.fault, KEYFILE_IO);
	cr_assert_eq(keydisk_write(&key, "", &err), -1);
	cr_assert_eq(entries(0), 0);
}

Test(keydisk, a_failed_write_leaves_nothing)
{
	struct rlimit little = { 64, 64 };

	(void)signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &little), 0);
	cr_assert_eq(keydisk_write(&key, path, &err), -1);
	cr_assert_eq(err.fault, KEYFILE_IO);
	cr_assert_not_null(strstr(err.text, "cannot write"), "%s", err.text);
	cr_assert_eq(entries(0), 0);
}

Test(keydisk, modes_that_let_others_in_are_refused)
{
	static const mode_t bad[] = { 0440, 0404, 0640, 0644, 0420, 0410, 0601,
	    0604, 0700, 0500, 04400, 02400, 01400 };
	struct keydisk_look look;
	struct keyfile k;

	cr_assert_eq(keydisk_write(&key, path, &err), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_assert_eq(chmod(path, bad[i]), 0);
		refuse(KEYFILE_DENIED, "chmod 0400");
		cr_assert_eq(keydisk_look(&k, &look, path, &err), 0);
		cr_assert_eq(look.access.fault, KEYFILE_DENIED);
		cr_assert_eq(look.mode, bad[i]);
		cr_assert_str_eq(k.id, key.id);
	}
	cr_assert_eq(chmod(path, 0600), 0);
	cr_assert_eq(keydisk_read(&k, path, KEYFILE_TOKEN_PERSON, &err), 0);
}

Test(keydisk, another_owner_is_refused)
{

	if (geteuid() != 0)
		cr_skip("skipped: only root can give a file away");
	cr_assert_eq(keydisk_write(&key, path, &err), 0);
	cr_assert_eq(chown(path, 4321, 4321), 0);
	refuse(KEYFILE_DENIED, "belongs to user 4321");
}

Test(keydisk, a_file_of_root_serves_another_user)
{
	struct keydisk_look look;
	struct keyfile k;

	if (geteuid() != 0)
		cr_skip("skipped: needs root");
	cr_assert_eq(keydisk_write(&key, path, &err), 0);
	cr_assert_eq(chmod(dir, 0711), 0);
	cr_assert_eq(seteuid(4321), 0);
	refuse(KEYFILE_DENIED, "cannot open");	/* mode 0400 of root */
	cr_assert_eq(seteuid(0), 0);
	cr_assert_eq(chown(path, 4321, 4321), 0);
	cr_assert_eq(seteuid(4321), 0);
	cr_assert_eq(keydisk_read(&k, path, KEYFILE_TOKEN_PERSON, &err), 0);
	cr_assert_eq(seteuid(0), 0);
	cr_assert_eq(keydisk_look(&k, &look, path, &err), 0);
	cr_assert_eq(look.access.fault, KEYFILE_FINE);
	cr_assert_eq(look.owner, 4321);
}

Test(keydisk, only_regular_files)
{
	char real[128];

	refuse(KEYFILE_ABSENT, "cannot open");
	(void)snprintf(real, sizeof(real), "%s/real.key", dir);
	cr_assert_eq(keydisk_write(&key, real, &err), 0);
	cr_assert_eq(symlink(real, path), 0);
	refuse(KEYFILE_DENIED, "symbolic link");
	cr_assert_eq(unlink(path), 0);
	cr_assert_eq(mkdir(path, 0700), 0);
	refuse(KEYFILE_BAD, "not a regular file");
	cr_assert_eq(rmdir(path), 0);
	cr_assert_eq(mkfifo(path, 0600), 0);
	refuse(KEYFILE_BAD, "not a regular file");	/* and does not hang */
}

Test(keydisk, damaged_content_is_refused)
{
	char text[KEYFILE_TEXT_MAX], big[KEYFILE_TEXT_MAX * 4];
	size_t len = keyfile_print(&key, text);

	put(text, 0, 0600);
	refuse(KEYFILE_BAD, "the file is empty");
	put(text, len - 1, 0600);
	refuse(KEYFILE_BAD, ":8: ");
	memset(big, 'x', sizeof(big));
	memcpy(big, text, len);
	put(big, sizeof(big), 0600);
	refuse(KEYFILE_BAD, "too long");
	text[len - 2] = text[len - 2] == '0' ? '1' : '0';
	put(text, len, 0600);
	refuse(KEYFILE_BAD, "the id does not match");
}

Test(keydisk, an_unknown_kind_is_refused)
{

	put("liangka-key 1\nkind token-city\n", 30, 0600);
	refuse(KEYFILE_BAD, "unknown kind of key; known: token-person");
}
