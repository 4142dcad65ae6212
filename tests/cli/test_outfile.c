/* Files that appear whole or not at all. */
#include <criterion/criterion.h>

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/outfile.h"

static char dir[64];

static void
setup(void)
{

	(void)snprintf(dir, sizeof(dir), "/tmp/liangka-out.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
}

static int
drop(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st, (void)flag, (void)ftw;
	return (remove(path));
}

static void
teardown(void)
{

	(void)nftw(dir, drop, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(outfile, .init = setup, .fini = teardown);

/* A path below the directory; valid until the next call but one. */
static const char *
path(const char *name)
{
	static char paths[2][96];
	static unsigned turn;
	char *p = paths[turn++ % 2];

	(void)snprintf(p, sizeof(paths[0]), "%s/%s", dir, name);
	return (p);
}

/* How many names the directory holds. */
static int
names(void)
{
	const struct dirent *e;
	DIR *d = opendir(dir);
	int n = 0;

	while ((e = readdir(d)) != NULL)
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	(void)closedir(d);
	return (n);
}

/* What a file holds. */
static const char *
content(const char *name)
{
	static char text[64];
	FILE *f = fopen(path(name), "r");
	size_t n;

	cr_assert_not_null(f, "%s", name);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	(void)fclose(f);
	return (text);
}

/* Write a text into a file and end well. */
static void
write_file(const char *name, const char *text)
{
	struct outfile *o = outfile_open(path(name), 0640);

	cr_assert_not_null(o, "%s", strerror(errno));
	(void)fputs(text, outfile_stream(o));
	cr_assert_eq(outfile_commit(o), 0, "%s", strerror(errno));
}

Test(outfile, is_there_when_it_is_whole)
{
	struct outfile *o;
	struct stat st;

	write_file("x", "one");
	cr_assert_eq(stat(path("x"), &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0640);
	o = outfile_open(path("x"), 0600);
	(void)fputs("two", outfile_stream(o));
	(void)fflush(outfile_stream(o));
	cr_expect_str_eq(content("x"), "one");
	cr_assert_eq(outfile_commit(o), 0);
	cr_expect_str_eq(content("x"), "two");
	cr_expect_eq(names(), 1);
}

Test(outfile, given_up_leaves_nothing)
{
	struct outfile *o = outfile_open(path("x"), 0600);

	(void)fputs("half", outfile_stream(o));
	outfile_drop(o);
	outfile_drop(NULL);
	cr_expect_eq(names(), 0);
	cr_expect_null(outfile_open(path("no/x"), 0600));
	cr_expect_eq(errno, ENOENT);
	cr_expect_null(outfile_open(dir, 0600));
	cr_expect_eq(errno, EISDIR);
}

Test(outfile, follows_a_link_and_keeps_a_pipe)
{
	struct stat st;
	char text[16] = "";
	int fd;

	write_file("x", "one");
	cr_assert_eq(symlink("x", path("link")), 0);
	write_file("link", "two");
	cr_assert_eq(lstat(path("link"), &st), 0);
	cr_expect(S_ISLNK(st.st_mode), "the link stays");
	cr_expect_str_eq(content("x"), "two");
	cr_assert_eq(mkfifo(path("pipe"), 0600), 0);
	cr_assert_neq(fd = open(path("pipe"), O_RDWR), -1);
	write_file("pipe", "three");
	cr_assert_eq(lstat(path("pipe"), &st), 0);
	cr_expect(S_ISFIFO(st.st_mode), "a pipe is not replaced");
	cr_expect_eq(read(fd, text, sizeof(text)), 5);
	cr_expect_str_eq(text, "three");
	(void)close(fd);
}
