#include <criterion/criterion.h>

#include <sys/prctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keys/keydisk.h"
#include "keys/keymake.h"

#include "harness.h"

#define READY_S 60

struct daemon {
	struct daemon_setup setup;
	char program[4096], policy[4096];
	char dir[80];
	char conf[128], data[128], key[128], logkey[128], log[128];
	char plugin[160], vkey[KEYFILE_PUBLIC_MAX];
	char socket[160];
	char tool[16384];	/* what a tool printed */
	char *said;
	int notify;		/* datagrams from the daemon */
	pid_t pid;		/* 0: not running */
};

static const char sections[] =
"[institution bank]\n"
"socket = \"%D/bank.sock\"\nuid = %U\n"
"rights = \"check, confirm, report, review\"\narea = 330100\n"
"[institution telco]\n"
"socket = \"%D/telco.sock\"\nuid = %U\n"
"rights = \"check, confirm, report, review\"\narea = 330200\n"
"[institution one]\n"
"socket = \"%D/both.sock\"\nuid = %U\n"
"[institution two]\n"
"socket = \"%D/both.sock\"\nuid = %U\n"
"[operator desk]\n"
"socket = \"%D/desk.sock\"\nuid = %U\n"
"rights = \"desk, admin, intake\"\n";

/* Write a text with %D and %U replaced. */
static void
expand(FILE *f, const struct daemon *d, const char *s)
{

	for (; *s != '\0'; s++) {
		if (s[0] == '%' && s[1] == 'D')
			(void)fputs(d->dir, f), s++;
		else if (s[0] == '%' && s[1] == 'U')
			(void)fprintf(f, "%u", (unsigned)geteuid()), s++;
		else
			(void)putc(*s, f);
	}
}

/* Write liangkad.conf. */
static void
write_conf(struct daemon *d)
{
	const struct daemon_setup *s = &d->setup;
	FILE *f = fopen(d->conf, "we");

	cr_assert_not_null(f);
	(void)fprintf(f, "[daemon]\nnode = \"%s\"\ndata = \"%s\"\n",
	    s->node != NULL ? s->node : "t1", d->data);
	if (s->lists == NULL)
		(void)fprintf(f, "policy = \"%s\"\n", s->policy);
	if (!s->sandbox)
		(void)fprintf(f, "token_key = \"%s\"\n", d->key);
	if (s->daemon == NULL || strstr(s->daemon, "segment_mb") == NULL)
		(void)fputs("segment_mb = 1\n", f);
	if (s->daemon != NULL)
		expand(f, d, s->daemon);
	if (s->gm)
		(void)fputs("profile = gm\n", f);
	if (!s->sandbox) {
		(void)fprintf(f, "\n[log]\ndomain = \"t.example\"\n");
		if (s->log == NULL || strncmp(s->log, "key =", 5) != 0)
			(void)fprintf(f, "key = \"%s\"", d->logkey);
		if (s->gm)
			(void)fprintf(f, ", \"%s.sm2\"", d->logkey);
		(void)fputs("\n", f);
		if (s->log != NULL)
			expand(f, d, s->log);
	}
	(void)fputs("\n[lists]\n", f);
	expand(f, d, s->lists != NULL ? s->lists : "use = none\n");
	(void)fputs("\n[limits]\n", f);
	if (s->limits != NULL)
		expand(f, d, s->limits);
	(void)fputs("\n", f);
	expand(f, d, s->sections != NULL ? s->sections : sections);
	cr_assert_eq(fclose(f), 0);
}

/* Make a key, always the same, so that a failure can be looked at again. */
static void
write_key(const char *path, const struct keymake *m, struct keyfile *k)
{
	uint8_t secret[KEYFILE_SECRET_LEN];
	struct keyfile_error err;

	memset(secret, 0x5a, sizeof(secret));
	cr_assert_eq(keymake(k, m, secret, &err), 0, "%s", err.text);
	cr_assert_eq(keydisk_write(k, path, &err), 0, "%s", err.text);
}

/* Make the keys. */
static void
write_keys(struct daemon *d)
{
	char name[64];
	struct keymake token = { .kind = KEYFILE_TOKEN_PERSON, .epoch = 1,
		.created = 1700000000, .expires = KEYMAKE_NEVER };
	struct keymake log = { .kind = KEYFILE_LOG,
		.name = name, .created = 1700000000,
		.expires = KEYMAKE_NEVER };
	char path[160];
	struct keyfile k;

	(void)snprintf(name, sizeof(name), "t.example/branch/%s",
	    d->setup.node != NULL ? d->setup.node : "t1");
	if (d->setup.gm) {
		token.algorithm = KEYFILE_HMAC_SM3;
		log.algorithm = KEYFILE_SM2_SM3;
		(void)snprintf(path, sizeof(path), "%s.sm2", d->logkey);
		write_key(path, &log, &k);
		log.algorithm = KEYFILE_ED25519;
	}
	write_key(d->key, &token, &k);
	write_key(d->logkey, &log, &k);
	(void)snprintf(d->vkey, sizeof(d->vkey), "%s", k.public);
}

/* Bind the socket on which the daemon tells that it is ready. */
static void
bind_notify(struct daemon *d)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s/notify", d->dir);
	d->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	cr_assert(d->notify >= 0);
	cr_assert_eq(bind(d->notify, (struct sockaddr *)&un, sizeof(un)), 0,
	    "%s: %s", un.sun_path, strerror(errno));
}

/* In the child: become liangkad with one more option. */
static void
become(const struct daemon *d, const char *option, int out)
{
	char notify[128];
	int log, i;

	/* A test that fails leaves no daemon behind. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It must not outlive a test that fails, nor hold its output open. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (d->setup.netns != NULL) {
		char ns[64];

		(void)snprintf(ns, sizeof(ns), "/run/netns/%s",
		    d->setup.netns);
		if (setns(open(ns, O_RDONLY | O_CLOEXEC), CLONE_NEWNET) != 0)
			_exit(126);
	}
	log = open(d->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	(void)dup2(log, STDERR_FILENO);
	(void)dup2(out != -1 ? out : log, STDOUT_FILENO);
	(void)signal(SIGPIPE, SIG_DFL);
	if (out == -1) {
		(void)snprintf(notify, sizeof(notify), "%s/notify", d->dir);
		(void)setenv("NOTIFY_SOCKET", notify, 1);
	}
	for (i = 0; d->setup.env != NULL && d->setup.env[i] != NULL; i++)
		(void)putenv((char *)(uintptr_t)d->setup.env[i]);
	(void)execl(d->program, "liangkad", "-c", d->conf,
	    option != NULL ? option : "--foreground",
	    d->setup.sandbox ? "--sandbox" : (char *)NULL, (char *)NULL);
	_exit(127);
}

/* Has the child ended?  Then tell how, with its log, and fail. */
static void
want_alive(struct daemon *d)
{
	int status;

	if (waitpid(d->pid, &status, WNOHANG) == 0)
		return;
	d->pid = 0;
	cr_assert_fail("liangkad ended with status 0x%x: %s",
	    (unsigned)status, daemon_log(d));
}

/* Wait for the message that it is ready. */
static void
wait_ready(struct daemon *d)
{
	struct pollfd p = { d->notify, POLLIN, 0 };
	char text[256];
	ssize_t n;
	int i;

	for (i = 0; i < READY_S * 20; i++) {
		if (poll(&p, 1, 50) == 1) {
			n = recv(d->notify, text, sizeof(text) - 1, 0);
			cr_assert(n >= 0);
			text[n] = '\0';
			if (strstr(text, "READY=1") != NULL)
				return;
		}
		want_alive(d);
	}
	cr_assert_fail("liangkad was not ready in time: %s", daemon_log(d));
}

/* Let it read its policy again. */
void
daemon_reload(struct daemon *d)
{

	cr_assert_eq(kill(d->pid, SIGHUP), 0);
	wait_ready(d);
}

/* Start it. */
void
daemon_restart(struct daemon *d)
{
	char old[64];

	cr_assert_eq(d->pid, 0);
	/* What an earlier one said last is of no concern. */
	while (recv(d->notify, old, sizeof(old), MSG_DONTWAIT) >= 0)
		continue;
	d->pid = fork();
	cr_assert(d->pid >= 0);
	if (d->pid == 0)
		become(d, NULL, -1);
	if (!d->setup.no_ready)
		wait_ready(d);
}

/* Start a daemon. */
struct daemon *
daemon_start(const struct daemon_setup *setup)
{
	const char *build = getenv("LK_BUILD"), *tmp = getenv("TMPDIR");
	struct daemon *d = calloc(1, sizeof(*d));
	char policy[4096];

	cr_assert_not_null(d);
	if (setup != NULL)
		d->setup = *setup;
	if (build == NULL)
		build = "build";
	(void)snprintf(d->program, sizeof(d->program), "%s/liangkad", build);
	if (access(d->program, X_OK) != 0)
		cr_skip("skipped: liangkad is not built");
	if (d->setup.policy == NULL) {
		(void)snprintf(policy, sizeof(policy), "%s/default.policy",
		    build);
		if (access(policy, R_OK) != 0)
			(void)strcpy(policy, "server/engine/default.policy");
		cr_assert_not_null(realpath(policy, d->policy));
		d->setup.policy = d->policy;
	}
	/* A socket's path has 107 bytes at most. */
	if (tmp == NULL || strlen(tmp) > 50)
		tmp = "/tmp";
	(void)snprintf(d->dir, sizeof(d->dir), "%s/lk-e2e-XXXXXX", tmp);
	cr_assert_not_null(mkdtemp(d->dir));
	(void)snprintf(d->conf, sizeof(d->conf), "%s/liangkad.conf", d->dir);
	(void)snprintf(d->data, sizeof(d->data), "%s/data", d->dir);
	(void)snprintf(d->key, sizeof(d->key), "%s/token.key", d->dir);
	(void)snprintf(d->logkey, sizeof(d->logkey), "%s/log.key", d->dir);
	(void)snprintf(d->log, sizeof(d->log), "%s/log", d->dir);
	write_conf(d);
	write_keys(d);
	bind_notify(d);
	daemon_restart(d);
	return (d);
}

/* Wait for its end. */
int
daemon_wait(struct daemon *d)
{
	int status;

	cr_assert(d->pid > 0);
	while (waitpid(d->pid, &status, 0) != d->pid)
		cr_assert_eq(errno, EINTR);
	d->pid = 0;
	return (status);
}

/* Signal it and wait. */
int
daemon_kill(struct daemon *d, int sig)
{

	cr_assert(d->pid > 0);
	cr_assert_eq(kill(d->pid, sig), 0);
	return (daemon_wait(d));
}

/* Run it once more with an option. */
char *
daemon_run(struct daemon *d, const char *option, int *status)
{
	size_t have = 0, cap = 1 << 16;
	char *out = malloc(cap), *more;
	int fds[2];
	ssize_t n;
	pid_t pid;

	cr_assert_not_null(out);
	cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	cr_assert(pid >= 0);
	if (pid == 0)
		become(d, option, fds[1]);
	(void)close(fds[1]);
	while ((n = read(fds[0], out + have, cap - have - 1)) > 0) {
		have += (size_t)n;
		if (cap - have < 4096) {
			cr_assert_not_null(more = realloc(out, cap *= 2));
			out = more;
		}
	}
	out[have] = '\0';
	(void)close(fds[0]);
	cr_assert_eq(waitpid(pid, status, 0), pid);
	return (out);
}

/* Remove one name of a tree. */
static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st, (void)flag, (void)ftw;
	return (remove(path));
}

/* Kill, remove, free. */
void
daemon_discard(struct daemon *d)
{

	if (d->pid > 0)
		(void)daemon_kill(d, SIGKILL);
	(void)nftw(d->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	(void)close(d->notify);
	free(d->said);
	free(d);
}

/* I2: what the journal yields does not depend on state.mdb. */
static void
check_state(struct daemon *d)
{
	char path[192], *with, *without;
	int status;

	with = daemon_run(d, "--dump-state", &status);
	cr_assert_eq(status, 0, "--dump-state: status 0x%x: %s",
	    (unsigned)status, daemon_log(d));
	(void)snprintf(path, sizeof(path), "%s/state.mdb", d->data);
	cr_assert_eq(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/state.mdb-lock", d->data);
	(void)unlink(path);
	without = daemon_run(d, "--dump-state", &status);
	cr_assert_eq(status, 0, "--dump-state after deletion: status 0x%x: %s",
	    (unsigned)status, daemon_log(d));
	cr_assert_gt(strlen(with), 0);
	cr_assert(strcmp(with, without) == 0, "I2: the state from state.mdb "
	    "differs from the state that the journal yields");
	free(with);
	free(without);
}

/* Run "liangka log COMMAND" on its log; the exit code, with the output in *said. */
static int
audit(struct daemon *d, const char *command, char *said, size_t cap)
{
	char program[4096], out[200], log[200];
	const char *key = d->setup.sandbox ? NULL : d->vkey;
	int status = -1, verify = strcmp(command, "verify") == 0;
	char *slash;
	pid_t pid;
	FILE *f;

	said[0] = '\0';
	(void)snprintf(program, sizeof(program), "%s", d->program);
	slash = strrchr(program, '/');
	(void)snprintf(slash, sizeof(program) - (size_t)(slash - program),
	    "/liangka");
	(void)snprintf(out, sizeof(out), "%s/audit", d->dir);
	(void)snprintf(log, sizeof(log), "%s/log", d->data);
	if ((pid = fork()) == 0) {
		int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		(void)dup2(fd, STDOUT_FILENO);
		(void)dup2(fd, STDERR_FILENO);
		(void)execl(program, "liangka", "log", command, log, "--lang",
		    "en", !verify ? (char *)NULL : key != NULL ? "--key" :
		    "--trust-package", key, (char *)NULL);
		_exit(127);
	}
	cr_assert(pid > 0);
	while (waitpid(pid, &status, 0) != pid)
		cr_assert_eq(errno, EINTR);
	if ((f = fopen(out, "re")) != NULL) {
		said[fread(said, 1, cap - 1, f)] = '\0';
		(void)fclose(f);
	}
	return (WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* The record must be whole, and every decision of it come out again. */
static void
check_log(struct daemon *d)
{
	char said[2048] = "";
	int rc;

	rc = audit(d, "verify", said, sizeof(said));
	cr_assert_eq(rc, 0, "log verify: %d: %s", rc, said);
	rc = audit(d, "replay", said, sizeof(said));
	cr_assert_eq(rc, 0, "log replay: %d: %s", rc, said);
}

/* Stop it, check the invariants, remove it. */
void
daemon_stop_and_check(struct daemon *d)
{
	int status;

	if (d->pid > 0) {
		status = daemon_kill(d, SIGTERM);
		cr_assert_eq(status, 0, "liangkad ended with status 0x%x: %s",
		    (unsigned)status, daemon_log(d));
	}
	check_state(d);
	check_log(d);
	daemon_discard(d);
}

/* Write the configuration anew. */
void
daemon_rewrite(struct daemon *d, const struct daemon_setup *setup)
{
	const char *policy = d->setup.policy;

	d->setup = *setup;
	if (d->setup.policy == NULL)
		d->setup.policy = policy;
	write_conf(d);
}

/* Run a shell command. */
int
daemon_tool(struct daemon *d, const char *format, ...)
{
	char command[4096], whole[16384], programs[PATH_MAX];
	size_t n = 0;
	va_list ap;
	int status;
	FILE *f;

	va_start(ap, format);
	(void)vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	cr_assert_not_null(realpath(d->program, programs));
	*strrchr(programs, '/') = '\0';
	(void)snprintf(whole, sizeof(whole), "L='%s/liangka' K='%s/liangka-keys' "
	    "D='%s' DATA='%s' LANG=C; export LANG; %s", programs, programs,
	    d->dir, d->data, command);
	cr_assert_not_null(f = popen(whole, "re"));
	n = fread(d->tool, 1, sizeof(d->tool) - 1, f);
	d->tool[n] = '\0';
	status = pclose(f);
	return (WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* What it printed. */
const char *
daemon_said(const struct daemon *d)
{

	return (d->tool);
}

/* What there is to know about it. */
const char *
daemon_vkey(const struct daemon *d)
{

	return (d->vkey);
}

pid_t
daemon_pid(const struct daemon *d)
{

	return (d->pid);
}

const char *
daemon_dir(const struct daemon *d)
{

	return (d->dir);
}

const char *
daemon_data(const struct daemon *d)
{

	return (d->data);
}

const char *
daemon_conf(const struct daemon *d)
{

	return (d->conf);
}

/* Return its log. */
const char *
daemon_log(struct daemon *d)
{
	size_t n = 0;
	FILE *f;

	if (d->said == NULL)
		cr_assert_not_null(d->said = malloc(1 << 16));
	if ((f = fopen(d->log, "re")) != NULL) {
		n = fread(d->said, 1, (1 << 16) - 1, f);
		(void)fclose(f);
	}
	d->said[n] = '\0';
	return (d->said);
}

/* Return the path of a socket. */
const char *
daemon_socket(struct daemon *d, const char *name)
{

	(void)snprintf(d->socket, sizeof(d->socket), "%s/%s.sock", d->dir,
	    name);
	return (d->socket);
}

/* Write a plugin's configuration. */
const char *
daemon_write_plugin_conf(struct daemon *d, const char *name)
{
	FILE *f;

	(void)snprintf(d->plugin, sizeof(d->plugin), "%s/%s.plugin.conf",
	    d->dir, name);
	cr_assert_not_null(f = fopen(d->plugin, "we"));
	(void)fprintf(f, "[plugin]\nsocket = \"%s\"\nserver_uid = \"%u\"\n"
	    "institution = \"%s\"\ntimeout = 10s\n", daemon_socket(d, name),
	    (unsigned)geteuid(), name);
	cr_assert_eq(fclose(f), 0);
	return (d->plugin);
}
