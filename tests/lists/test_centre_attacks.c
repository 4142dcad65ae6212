/* What a file, a stick or a clerk may hold against the centre. */

#include <criterion/criterion.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/tool.h"
#include "lists/repo_impl.h"
#include "plugin.h"

#include "repokit.h"

/* This belongs to another folder of tests. */
#include "cli/clitest.c"

#define A "11010519491231002X"
#define B "440524188001010014"
#define LIST "--list", "sanction", "--dir", k.dir, "--who", "wang"

static struct repokit k;
static char file[300];

static void
setup(void)
{

	repokit_new(&k);
	centre_close(&k.c);
	(void)snprintf(file, sizeof(file), "%s/in.csv", k.keys);
}

static void
teardown(void)
{

	repokit_free(&k);
}

TestSuite(centre_attacks, .init = setup, .fini = teardown, .timeout = 60);

/* Does the text contain this? */
static int
has(const char *text, const char *part)
{

	return (strstr(text, part) != NULL);
}

/* Write the file that is imported. */
static void
give(const char *text)
{
	FILE *f = fopen(file, "w");

	cr_assert_not_null(f);
	cr_assert(fputs(text, f) >= 0);
	cr_assert_eq(fclose(f), 0);
}

/* The name of a file may be a number: it is kept nowhere. */
Test(centre_attacks, a_number_in_a_file_name_is_not_kept)
{
	char path[400], cmd[500];

	give("number,category,basis\n" B ",found,court\n");
	(void)snprintf(path, sizeof(path), "%s/" A ".csv", k.keys);
	cr_assert_eq(rename(file, path), 0);
	cr_expect_eq(cli(NULL, "list", "import", path, LIST, NULL)->rc,
	    TOOL_OK);
	(void)snprintf(cmd, sizeof(cmd), "! grep -ra 1101051949 '%s'", k.dir);
	cr_expect_eq(system(cmd), 0);
}

/* A file cannot give orders to the terminal of who imports it. */
Test(centre_attacks, a_file_does_not_rule_the_terminal)
{
	const struct cli_run *r;

	give("number,\33[2Jx\u202e,category,basis\n" A ",1,\33]0;x\7,court\n");
	r = cli(NULL, "list", "import", file, LIST, NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect(has(r->err, "there is no category"), "%s", r->err);
	cr_expect(has(r->out, "columns not used"), "%s", r->out);
	cr_expect(!has(r->err, "\33") && !has(r->err, "\7"), "%s", r->err);
	cr_expect(!has(r->out, "\33") && !has(r->out, "\u202e"), "%s", r->out);
}
