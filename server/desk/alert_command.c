#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include "alert_command.h"

#define ENV_MAX 8

/* What it may see: its input, and nothing of ours. */
static int
prepare(posix_spawn_file_actions_t *fa, posix_spawnattr_t *at, int in)
{
	sigset_t none, usual;
	int rc;

	(void)sigemptyset(&none);
	(void)sigfillset(&usual);
	if ((rc = posix_spawn_file_actions_adddup2(fa, in, 0)) != 0 ||
	    (rc = posix_spawn_file_actions_addopen(fa, 1, "/dev/null", O_WRONLY,
	    0)) != 0 ||
	    (rc = posix_spawn_file_actions_addopen(fa, 2, "/dev/null", O_WRONLY,
	    0)) != 0 ||
	    (rc = posix_spawn_file_actions_addclosefrom_np(fa, 3)) != 0 ||
	    (rc = posix_spawnattr_setpgroup(at, 0)) != 0 ||
	    (rc = posix_spawnattr_setsigmask(at, &none)) != 0 ||
	    (rc = posix_spawnattr_setsigdefault(at, &usual)) != 0)
		return (rc);
	return (posix_spawnattr_setflags(at, POSIX_SPAWN_SETPGROUP |
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
}

/* Run it. */
static int
spawn(struct alert_command *c, char *const argv[], char *const env[], int in)
{
	char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	char lang[] = "LANG=C.UTF-8";
	char *all[ENV_MAX + 3] = { path, lang, NULL };
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	int rc, n = 2;

	for (; *env != NULL && n < ENV_MAX + 2; env++)
		all[n++] = *env;
	all[n] = NULL;
	if ((rc = posix_spawn_file_actions_init(&fa)) != 0)
		return (rc);
	if ((rc = posix_spawnattr_init(&at)) == 0) {
		if ((rc = prepare(&fa, &at, in)) == 0)
			rc = posix_spawn(&c->pid, argv[0], &fa, &at, argv, all);
		(void)posix_spawnattr_destroy(&at);
	}
	(void)posix_spawn_file_actions_destroy(&fa);
	return (rc);
}

/* Start it. */
int
alert_command_start(struct alert_command *c, char *const argv[],
    char *const env[], const char *p, size_t len, int64_t deadline)
{
	int fd[2], rc;

	memset(c, 0, sizeof(*c));
	c->in = -1;
	if (pipe2(fd, O_CLOEXEC) != 0)
		return (-1);
	if (fcntl(fd[1], F_SETFL, O_NONBLOCK) != 0)
		rc = errno;
	else
		rc = spawn(c, argv, env, fd[0]);
	(void)close(fd[0]);
	if (rc != 0) {
		(void)close(fd[1]);
		c->pid = 0;
		errno = rc;
		return (-1);
	}
	c->in = fd[1];
	c->p = p;
	c->len = len;
	c->deadline = deadline;
	return (0);
}

/* Close its input. */
static void
close_input(struct alert_command *c)
{

	if (c->in != -1)
		(void)close(c->in);
	c->in = -1;
}

/* Give it more to read. */
static void
feed(struct alert_command *c)
{
	ssize_t n;

	while (c->in != -1) {
		n = write(c->in, c->p + c->at, c->len - c->at);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno == EAGAIN)
			return;
		if (n > 0)
			c->at += (size_t)n;
		if (n == -1 || c->at == c->len)
			close_input(c);
	}
}

/* See how it fares. */
int
alert_command_look(struct alert_command *c, int64_t now, int *status)
{
	pid_t got;

	feed(c);
	got = waitpid(c->pid, status, WNOHANG);
	if (got == c->pid || (got == -1 && errno == ECHILD)) {
		if (got == -1)
			*status = -1;
		close_input(c);
		c->pid = 0;
		return (1);
	}
	if (now >= c->deadline && !c->killed) {
		c->killed = 1;
		(void)kill(-c->pid, SIGKILL);
	}
	return (0);
}

/* Kill it. */
void
alert_command_kill(struct alert_command *c)
{
	int status;

	if (c->pid == 0)
		return;
	(void)kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, &status, 0) == -1 && errno == EINTR)
		continue;
	close_input(c);
	c->pid = 0;
}
