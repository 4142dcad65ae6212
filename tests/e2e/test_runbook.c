/* The runbook of README.md, run as it stands there. */
#include <criterion/criterion.h>

#include <sys/socket.h>
#include <sys/wait.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A port of ours that nobody listens at. */
static unsigned
free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert_neq(fd, -1);
	cr_assert_eq(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	(void)close(fd);
	return (ntohs(in.sin_port));
}

Test(runbook, every_line_of_it, .timeout = 140)
{
	const char *build = getenv("LK_BUILD"), *tmp = getenv("TMPDIR");
	char dir[256], cmd[1024], path[512], *here;
	int rc;

	here = realpath(build != NULL ? build : "build", NULL);
	cr_assert_not_null(here);
	(void)snprintf(path, sizeof(path), "%s/liangkad", here);
	if (access(path, X_OK) != 0)
		cr_skip_test("skipped: liangkad is not built");
	(void)snprintf(dir, sizeof(dir), "%s/liangka-runbook.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(cmd, sizeof(cmd), "timeout 120 sh tests/e2e/runbook.sh "
	    "README.md '%s' '%s' %u >'%s/out' 2>&1", here, dir, free_port(),
	    dir);
	rc = system(cmd);
	if (rc != 0) {
		(void)snprintf(cmd, sizeof(cmd), "tail -n 60 '%s/out' >&2",
		    dir);
		(void)!system(cmd);
	}
	cr_expect_eq(rc, 0, "the runbook failed: see above");
	(void)snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	(void)!system(cmd);
	free(here);
}
