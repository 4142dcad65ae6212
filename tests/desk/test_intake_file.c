/*
 * The file of an intake while somebody else writes it, and what stands beside it.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/intakefile.h"
#include "cli/tool.h"
#include "lists/csvfile.h"

static char dir[64], path[128], other[128];
static struct tool t;
static FILE *sink;

static void
write_file(const char *name, const char *text, const char *mode)
{
	FILE *f = fopen(name, mode);

	cr_assert_not_null(f);
	(void)fputs(text, f);
	cr_assert_eq(fclose(f), 0);
}

static void
setup(void)
{

	(void)strcpy(dir, "/tmp/liangka-intake.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/day.csv", dir);
	(void)snprintf(other, sizeof(other), "%s/other", dir);
	write_file(path, "a,b\n1,2\n3,4\n", "w");
	cr_assert_not_null(sink = fopen("/dev/null", "w"));
	tool_init(&t, stdin, sink, sink);
}

static void
teardown(void)
{
	char command[128];

	(void)fclose(sink);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(intake_file, .init = setup, .fini = teardown);

/* Open, read all, let something happen, and ask what it was. */
static const char *
happens(void (*what)(void))
{
	static struct intakefile f;
	struct csvfile_row row;
	char err[CSVFILE_ERROR_MAX];
	const char *said;

	cr_assert_eq(intakefile_open(&f, &t, path, CSVFILE_GUESS), ARGS_GO);
	while (csvfile_next(f.csv, &row, err) == 1)
		continue;
	what();
	said = intakefile_changed(&f);
	cr_expect_eq(strlen(f.hash), 64);
	intakefile_close(&f);
	return (said);
}

static void nothing(void) { }
static void grow(void) { write_file(path, "5,6\n", "a"); }
static void shrink(void) { cr_assert_eq(truncate(path, 3), 0); }

static void
replace(void)
{

	write_file(other, "a,b\n1,2\n3,4\n", "w");
	cr_assert_eq(rename(other, path), 0);
}

Test(intake_file, what_happens_to_it_is_told)
{

	cr_expect_null(happens(nothing));
	cr_expect_str_eq(happens(grow), "grew");
	cr_expect_str_eq(happens(shrink), "shrank");
	cr_expect_str_eq(happens(replace), "replaced");
}

Test(intake_file, a_mark_is_gone_on_with_and_the_reject_file_cut_to_it)
{
	static struct intakefile f;
	struct intake_mark m = { .rows = 1, .hash = 2, .counts.rows = 1 };
	char line[64];

	cr_assert_eq(intakefile_open(&f, &t, path, CSVFILE_GUESS), ARGS_GO);
	cr_assert_eq(intakefile_keep(&f, NULL, "key"), ARGS_GO);
	cr_expect_not(f.resumed);
	(void)fputs("kept\n", f.reject);
	cr_assert_eq(fflush(f.reject), 0);
	cr_assert_eq(intakefile_save(&f, &m), 0);
	(void)fputs("not acknowledged\n", f.reject);
	intakefile_close(&f);	/* as a crash leaves it */

	cr_assert_eq(intakefile_open(&f, &t, path, CSVFILE_GUESS), ARGS_GO);
	cr_assert_eq(intakefile_keep(&f, NULL, "key"), ARGS_GO);
	cr_expect(f.resumed);
	cr_expect_eq(f.mark.rows, 1);
	(void)fputs("more\n", f.reject);
	cr_assert_eq(intakefile_end(&f, 1), ARGS_GO);
	intakefile_close(&f);
	FILE *in = fopen(f.rejected, "r");
	cr_assert_not_null(in);
	cr_expect_str_eq(fgets(line, sizeof(line), in), "kept\n");
	cr_expect_str_eq(fgets(line, sizeof(line), in), "more\n");
	(void)fclose(in);

	/* Of other options it is not a mark. */
	cr_assert_eq(intakefile_open(&f, &t, path, CSVFILE_GUESS), ARGS_GO);
	cr_assert_eq(intakefile_keep(&f, NULL, "key"), ARGS_GO);
	cr_expect_not(f.resumed, "all was done");
	cr_assert_eq(intakefile_save(&f, &m), 0);
	intakefile_close(&f);
	cr_assert_eq(intakefile_open(&f, &t, path, CSVFILE_GUESS), ARGS_GO);
	cr_assert_eq(intakefile_keep(&f, NULL, "other key"), ARGS_GO);
	cr_expect_not(f.resumed);
	/* Two at once are one too many. */
	struct intakefile g;
	cr_assert_eq(intakefile_open(&g, &t, path, CSVFILE_GUESS), ARGS_GO);
	cr_expect_eq(intakefile_keep(&g, NULL, "key"), TOOL_LATER);
	intakefile_close(&g);
	intakefile_close(&f);
}
