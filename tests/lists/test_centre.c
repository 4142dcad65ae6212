/* The centre's directory. */

#include <criterion/criterion.h>

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lists/centre.h"
#include "store/disk.h"
#include "store/listrec.h"

#include "centrekit.h"

static char dir[200];
static char err[CENTRE_ERROR_MAX];
static struct centre c;

static void
setup(void)
{

	centrekit_make(dir);
}

static void
teardown(void)
{

	centrekit_remove(dir);
}

TestSuite(centre, .init = setup, .fini = teardown);

/* Write a file in the directory. */
static void
store(const char *name, const char *text)
{
	char path[300];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	cr_assert(fputs(text, f) >= 0);
	(void)fclose(f);
}

/* Read a file in the directory. */
static const char *
load(const char *name)
{
	static char text[8192];
	char path[300];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	cr_assert_not_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	(void)fclose(f);
	text[n] = '\0';
	return (text);
}

Test(centre, new_one_has_six_lists)
{
	const struct centre_list *l;
	struct stat st;

	cr_assert_eq(centre_open(&c, dir, 0, err), 0, "%s", err);
	cr_expect_eq(c.lock, -1);
	cr_expect_eq(c.nlists, 6);
	cr_expect_str_eq(c.domain, "afc.example.gov.cn");
	cr_expect_eq(c.root_days, 365);
	cr_expect_eq(c.targets_days, 90);
	cr_expect_eq(c.snapshot_days, 7);
	cr_expect_eq(c.timestamp_hours, 24);
	cr_expect_eq(c.guard_percent, 2);
	cr_expect_eq(c.list_key[0], '/', "%s", c.list_key);
	cr_expect_str_empty(c.person_key);
	l = centre_list(&c, "phones");
	cr_assert_not_null(l);
	cr_expect_eq(l->subject, LIST_PHONE);
	cr_expect_str_eq(l->title_en, "Phone numbers in cases");
	cr_expect_null(centre_list(&c, "none"));
	cr_assert_eq(stat(dir, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0700);
	centre_close(&c);
}

Test(centre, is_made_once)
{

	cr_expect_eq(centre_make(dir, "afc.example.gov.cn", err), -1);
	cr_expect(strstr(err, "is there already") != NULL, "%s", err);
	cr_expect_eq(centre_make("/nonexistent/x", "afc.example", err), -1);
	cr_expect_eq(centre_make(dir, "no domain", err), -1);
	cr_expect(strstr(err, "is no domain") != NULL, "%s", err);
}

Test(centre, absent)
{

	cr_expect_eq(centre_open(&c, "/nonexistent", 0, err), -1);
	cr_expect(strstr(err, "liangka repo init") != NULL, "%s", err);
}

Test(centre, errors_name_their_place)
{

	store("centre.conf", "domain = \"a.b\"\n[list x]\nsubjct = person\n");
	cr_expect_eq(centre_open(&c, dir, 0, err), -1);
	cr_expect(strstr(err, "/centre.conf:3:1: ") != NULL, "%s", err);
	cr_expect(strstr(err, "subject") != NULL, "%s", err);
	store("centre.conf", "domain = \"a.b\"\n[list Upper]\nsubject = card\n");
	cr_expect_eq(centre_open(&c, dir, 0, err), -1);
	cr_expect(strstr(err, "/centre.conf:2:") != NULL, "%s", err);
	/* The journal tells of the registers by these names. */
	store("centre.conf", "domain = \"a.b\"\n[list outlets]\nsubject = card\n");
	cr_expect_eq(centre_open(&c, dir, 0, err), -1);
	cr_expect(strstr(err, "/centre.conf:2:") != NULL, "%s", err);
	store("centre.conf", "domain = \"a.b\"\n");
	cr_expect_eq(centre_open(&c, dir, 0, err), -1);
	cr_expect(strstr(err, "[list ID]") != NULL, "%s", err);
}

Test(centre, one_writer_who_is_named)
{
	struct centre other;

	cr_assert_eq(centre_open(&c, dir, 1, err), 0, "%s", err);
	cr_expect_eq(centre_open(&other, dir, 1, err), -1);
	cr_expect(strstr(err, "process ") != NULL, "%s", err);
	cr_expect_eq(centre_open(&other, dir, 0, err), 0, "readers do not wait");
	centre_close(&other);
	centre_close(&c);
	cr_expect_eq(centre_open(&other, dir, 1, err), 0, "%s", err);
	centre_close(&other);
}

Test(centre, others_may_not_write)
{

	cr_assert_eq(chmod(dir, 0770), 0);
	cr_expect_eq(centre_open(&c, dir, 1, err), -1);
	cr_expect(strstr(err, "chmod") != NULL, "%s", err);
}

Test(centre, journal)
{

	cr_assert_eq(centre_open(&c, dir, 1, err), 0, "%s", err);
	cr_expect_eq(centre_say(&c, CENTREKIT_NOW, "wang", "list add\nsanction/1",
	    "case\t1", err), 0, "%s", err);
	cr_expect_eq(centre_say(&c, CENTREKIT_NOW + 1, "li", "x", NULL, err),
	    0);
	cr_expect_str_eq(load("journal"),
	    "2026-11-22T06:00:00Z\twang\tlist add sanction/1\tcase 1\n"
	    "2026-11-22T06:00:01Z\tli\tx\t\n");
	store("journal", "2026-11-22T06:00:00Z\tcut sh");
	cr_expect_eq(centre_say(&c, CENTREKIT_NOW, "li", "x", "y", err), 0);
	cr_expect_str_eq(load("journal"), "2026-11-22T06:00:00Z\tcut sh\n"
	    "2026-11-22T06:00:00Z\tli\tx\ty\n");
	centre_close(&c);
	cr_assert_eq(centre_open(&c, dir, 0, err), 0);
	cr_expect_eq(centre_say(&c, CENTREKIT_NOW, "li", "x", "y", err), -1);
}

Test(centre, journal_takes_long_texts)
{
	static char text[9000];

	memset(text, 'a', sizeof(text) - 1);
	cr_assert_eq(centre_open(&c, dir, 1, err), 0, "%s", err);
	cr_expect_eq(centre_say(&c, CENTREKIT_NOW, text, text, text, err), 0);
	cr_expect_eq(centre_say(&c, CENTREKIT_NOW, "li", "x", "y", err), 0);
	cr_expect_not_null(strstr(load("journal"), "\tli\tx\ty\n"));
	centre_close(&c);
}

/* A disk whose syncs fail. */
static int
no_sync(void *ctx, int fd)
{

	(void)ctx;
	(void)fd;
	errno = EIO;
	return (-1);
}

Test(centre, journal_on_a_failing_disk)
{
	struct disk bad = disk_real;

	bad.fsync = no_sync;
	cr_assert_eq(centre_open(&c, dir, 1, err), 0, "%s", err);
	cr_expect_eq(centre_say(&c, CENTREKIT_NOW, "li", "x", "y", err), 0);
	c.disk = &bad;
	cr_expect_eq(centre_say(&c, CENTREKIT_NOW, "li", "z", "z", err), -1);
	cr_expect_str_eq(load("journal"), "2026-11-22T06:00:00Z\tli\tx\ty\n");
	centre_close(&c);
}

Test(centre, keys_of_the_list)
{
	struct token_keys *k;

	cr_assert_eq(centre_open(&c, dir, 0, err), 0, "%s", err);
	k = centre_tokens(&c, CENTREKIT_NOW, err);
	cr_assert_not_null(k, "%s", err);
	cr_expect_eq(token_keys_epoch(k, 0), 1);
	token_keys_free(k);
	c.list_key[0] = '\0';
	cr_expect_null(centre_tokens(&c, CENTREKIT_NOW, err));
	cr_expect(strstr(err, "[keys] list") != NULL, "%s", err);
}
