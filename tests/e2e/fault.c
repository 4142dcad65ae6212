#include <criterion/criterion.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

#define WAIT_S 60

/* Write the word; it replaces the old one as a whole. */
void
fault_set(struct fault *f, const char *word)
{
	char temp[112];
	FILE *file;

	(void)snprintf(temp, sizeof(temp), "%s.new", f->word);
	cr_assert_not_null(file = fopen(temp, "we"));
	(void)fputs(word, file);
	cr_assert_eq(fclose(file), 0);
	cr_assert_eq(rename(temp, f->word), 0);
}

/* Wait for the sign. */
void
fault_wait(struct fault *f)
{
	int i;

	for (i = 0; access(f->seen, F_OK) != 0; i++) {
		cr_assert_lt(i, WAIT_S * 1000, "it did not fail in time");
		(void)poll(NULL, 0, 1);
	}
	cr_assert_eq(unlink(f->seen), 0);
}

/* Make the files, and tell the daemon by its environment. */
void
fault_prepare(struct fault *f, struct daemon_setup *setup)
{
	const char *build = getenv("LK_BUILD"), *tmp = getenv("TMPDIR");
	char path[4096], *real;

	memset(f, 0, sizeof(*f));
	(void)snprintf(path, sizeof(path), "%s/tests/e2e/failsync.so",
	    build != NULL ? build : "build");
	if ((real = realpath(path, NULL)) == NULL)
		cr_skip("skipped: no %s", path);
	(void)snprintf(f->dir, sizeof(f->dir), "%s/lk-fault-XXXXXX",
	    tmp != NULL && strlen(tmp) < 40 ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(f->dir));
	(void)snprintf(f->word, sizeof(f->word), "%s/word", f->dir);
	(void)snprintf(f->seen, sizeof(f->seen), "%s.seen", f->word);
	fault_set(f, "");
	(void)snprintf(f->env[0], sizeof(f->env[0]), "LD_PRELOAD=%s", real);
	(void)snprintf(f->env[1], sizeof(f->env[1]), "LK_FAULT=%s", f->word);
	/* A sanitizer wants to be the first that is loaded; it need not be. */
	(void)snprintf(f->env[2], sizeof(f->env[2]),
	    "ASAN_OPTIONS=verify_asan_link_order=0");
	f->list[0] = f->env[0];
	f->list[1] = f->env[1];
	f->list[2] = f->env[2];
	setup->env = f->list;
	free(real);
}

/* Remove the files. */
void
fault_end(struct fault *f)
{

	(void)unlink(f->seen);
	cr_assert_eq(unlink(f->word), 0);
	cr_assert_eq(rmdir(f->dir), 0);
}

/* Criterion leaks a timer where tests with a time limit end out of order. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{

	return ("leak:libcriterion\n");
}
