#include <criterion/criterion.h>

#include <sys/wait.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tool.h"

/* Read a whole file, terminated, and remove it. */
static void
slurp(const char *path, char *buf, size_t cap)
{
	FILE *f = fopen(path, "re");
	size_t n = 0;

	if (f != NULL) {
		n = fread(buf, 1, cap - 1, f);
		(void)fclose(f);
		(void)unlink(path);
	}
	buf[n] = '\0';
}

int
tool_run(const char *dir, char *out, char *err, size_t cap, const char *word,
    va_list ap)
{
	const char *build = getenv("LK_BUILD");
	char path[4096], o[200], e[200];
	char *argv[40] = { "liangka" };
	int n = 1, status;
	pid_t pid;

	for (; word != NULL; word = va_arg(ap, const char *)) {
		cr_assert(n < 39);
		argv[n++] = (char *)(uintptr_t)word;
	}
	(void)snprintf(path, sizeof(path), "%s/liangka", build != NULL ?
	    build : "build");
	(void)snprintf(o, sizeof(o), "%s/out", dir);
	(void)snprintf(e, sizeof(e), "%s/err", dir);
	cr_assert((pid = fork()) >= 0);
	if (pid == 0) {
		(void)dup2(open(o, O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
		(void)dup2(open(e, O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
		(void)setenv("LC_ALL", "C", 1);
		(void)execv(path, argv);
		_exit(127);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	slurp(o, out, cap);
	slurp(e, err, cap);
	cr_assert(WIFEXITED(status));
	return (WEXITSTATUS(status));
}
