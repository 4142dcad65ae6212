/* The copy of a policy that is kept beside the journal. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/policyfile.h"

static char data[256], err[512];
static char text[] = "[policy]\n";

static void
setup(void)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(data, sizeof(data), "%s/policyfile-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(data));
	(void)snprintf(err, sizeof(err), "as it was");
}

/* The name of the copy of a policy whose hash is 7f7f... */
static const char *
copy(void)
{
	static char path[400];
	int n = snprintf(path, sizeof(path), "%s/log/policy/", data), i;

	for (i = 0; i < 32; i++)
		n += snprintf(&path[n], sizeof(path) - (size_t)n, "7f");
	(void)snprintf(&path[n], sizeof(path) - (size_t)n, ".policy");
	return (path);
}

static void
teardown(void)
{
	char path[400];

	(void)unlink(copy());
	(void)snprintf(path, sizeof(path), "%s/log/policy", data);
	(void)rmdir(path);
	(void)snprintf(path, sizeof(path), "%s/log", data);
	(void)rmdir(path);
	cr_expect_eq(rmdir(data), 0);
}

TestSuite(policyfile, .init = setup, .fini = teardown);

static struct policyfile
made(void)
{
	struct policyfile p = { .text = text, .len = sizeof(text) - 1 };

	memset(p.hash, 0x7f, sizeof(p.hash));
	return (p);
}

Test(policyfile, is_kept_without_a_complaint)
{
	struct policyfile p = made();
	char got[64] = "";
	FILE *f;

	cr_assert_eq(policyfile_keep(&p, data, err, sizeof(err)), 0);
	cr_expect_str_eq(err, "as it was", "nothing went wrong");
	cr_assert_not_null(f = fopen(copy(), "r"));
	cr_assert_not_null(fgets(got, sizeof(got), f));
	(void)fclose(f);
	cr_expect_str_eq(got, text);
	cr_assert_eq(policyfile_keep(&p, data, err, sizeof(err)), 0);
	cr_expect_str_eq(err, "as it was", "and nothing is to be done");
}

Test(policyfile, is_mended_when_it_is_another)
{
	struct policyfile p = made();
	char got[64] = "";
	FILE *f;

	cr_assert_eq(policyfile_keep(&p, data, err, sizeof(err)), 0);
	cr_assert_not_null(f = fopen(copy(), "w"));
	cr_assert_geq(fputs("[other]\n", f), 0);
	(void)fclose(f);
	cr_assert_eq(policyfile_keep(&p, data, err, sizeof(err)), 0);
	cr_assert_not_null(f = fopen(copy(), "r"));
	cr_assert_not_null(fgets(got, sizeof(got), f));
	(void)fclose(f);
	cr_expect_str_eq(got, text);
}

Test(policyfile, tells_why_it_cannot_be_kept)
{
	struct policyfile p = made();
	char where[300];

	(void)snprintf(where, sizeof(where), "%s/nowhere", data);
	cr_assert_eq(policyfile_keep(&p, where, err, sizeof(err)), -1);
	cr_expect_not_null(strstr(err, "nowhere"));
}
