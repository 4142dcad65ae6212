/* The liangka program against a real daemon: what it prints, how it exits. */
#include <criterion/criterion.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/jsonok.h"
#include "plugin.h"

#include "harness.h"

#define WORDS 32
#define SAID 65536

/* What one run came to. */
struct run {
	int rc;
	char out[SAID];
	char err[SAID];
};

/* The socket that the next runs ask, or NULL. */
static const char *at_socket;

/* Become liangka. */
static void
become(char **argv, int in, const int *out, const int *err)
{
	const char *build = getenv("LK_BUILD");
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/liangka", build != NULL ?
	    build : "build");
	(void)dup2(in, STDIN_FILENO);
	(void)dup2(out[1], STDOUT_FILENO);
	(void)dup2(err[1], STDERR_FILENO);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)setenv("LC_ALL", "C", 1);
	(void)execv(path, argv);
	_exit(127);
}

/* Read both streams to their ends. */
static void
drain(struct run *r, int out, int err)
{
	struct pollfd p[2] = { { out, POLLIN, 0 }, { err, POLLIN, 0 } };
	char *buf[2] = { r->out, r->err };
	size_t len[2] = { 0, 0 };
	ssize_t n;
	int i;

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		cr_assert_gt(poll(p, 2, 20000), 0, "liangka hangs");
		for (i = 0; i < 2; i++) {
			if (p[i].fd < 0 || p[i].revents == 0)
				continue;
			n = read(p[i].fd, &buf[i][len[i]], SAID - 1 - len[i]);
			if (n <= 0)
				p[i].fd = -1;
			else
				len[i] += (size_t)n;
		}
	}
	r->out[len[0]] = r->err[len[1]] = '\0';
}

/* Run liangka with these words and input; valid until the next call but one. */
static const struct run *__attribute__((sentinel))
liangka(const char *input, const char *word, ...)
{
	static struct run runs[2];
	static unsigned turn;
	struct run *r = &runs[turn++ % 2];
	char *argv[WORDS + 3];
	int in[2], out[2], err[2], status, argc = 0;
	va_list ap;
	pid_t pid;

	argv[argc++] = (char *)(uintptr_t)"liangka";
	va_start(ap, word);
	for (; word != NULL && argc < WORDS; word = va_arg(ap, const char *))
		argv[argc++] = (char *)(uintptr_t)word;
	va_end(ap);
	if (at_socket != NULL) {
		argv[argc++] = (char *)(uintptr_t)"--socket";
		argv[argc++] = (char *)(uintptr_t)at_socket;
	}
	argv[argc] = NULL;
	cr_assert(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0 &&
	    pipe2(err, O_CLOEXEC) == 0);
	if ((pid = fork()) == 0)
		become(argv, in[0], out, err);
	cr_assert_gt(pid, 0);
	(void)close(in[0]), (void)close(out[1]), (void)close(err[1]);
	if (input != NULL)
		cr_assert_eq(write(in[1], input, strlen(input)),
		    (ssize_t)strlen(input));
	(void)close(in[1]);
	drain(r, out[0], err[0]);
	(void)close(out[0]), (void)close(err[0]);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFEXITED(status), "liangka died: 0x%x", (unsigned)status);
	r->rc = WEXITSTATUS(status);
	return (r);
}

/* The value of a text member of the JSON; valid until the next call but three. */
static const char *
member(const struct run *r, const char *key)
{
	static char values[4][1100];
	static unsigned turn;
	char *v = values[turn++ % 4], name[64];
	const char *p;

	cr_assert(jsonok(r->out), "%s%s", r->out, r->err);
	(void)snprintf(name, sizeof(name), "\"%s\":\"", key);
	cr_assert_not_null(p = strstr(r->out, name), "no %s in %s", key,
	    r->out);
	p += strlen(name);
	(void)snprintf(v, sizeof(values[0]), "%.*s", (int)strcspn(p, "\""), p);
	return (v);
}

/* One check by a script: the number on standard input, JSON on the output. */
static const struct run *
check(const char *id_no, const char *product, const char *txn)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "%s\n", id_no);
	return (liangka(line, "check", "--id-no", "-", "--product", product,
	    "--txn", txn, "--branch", "0371", "--teller", "t07", "--json",
	    NULL));
}

/* A path that outlives the harness's next call. */
static const char *
path_of(struct daemon *d, const char *name)
{
	static char paths[3][160];
	static unsigned turn;
	char *p = paths[turn++ % 3];

	(void)snprintf(p, sizeof(paths[0]), "%s", daemon_socket(d, name));
	return (p);
}

Test(cli, a_card_from_check_to_void)
{
	struct daemon *d = daemon_start(NULL);
	const struct run *r;
	char id[64];

	at_socket = path_of(d, "bank");
	r = check(citizen(330102, 19900101, 7), "bank1", "x-1");
	cr_assert_eq(r->rc, 0, "%s%s", r->out, r->err);
	cr_expect_str_eq(member(r, "decision"), "pass");
	cr_expect_str_eq(member(r, "txn_id"), "x-1");
	cr_expect_eq(strlen(member(r, "leaf")), 64);
	(void)snprintf(id, sizeof(id), "%s", member(r, "decision_id"));
	r = check(citizen(330102, 19900101, 7), "bank1", "x-1");
	cr_expect_eq(r->rc, 0);
	cr_expect_not_null(strstr(r->out, "\"flags\":[\"duplicate\"]"), "%s",
	    r->out);
	cr_expect_str_eq(member(r, "decision_id"), id);
	r = check(citizen(330102, 19900101, 7), "sim", "x-1");
	cr_expect_eq(r->rc, 1, "%s", r->err);
	cr_expect_str_eq(member(r, "error_name"), "CONFLICT");
	r = liangka("6222020200112230\n", "confirm", id, "--card-ref", "-",
	    "--json", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_str_eq(member(r, "decision_id"), id);
	r = liangka(NULL, "cancel", id, "--reason", "left", NULL);
	cr_expect_eq(r->rc, 1);
	cr_expect_not_null(strstr(r->err, "confirmed"), "%s", r->err);
	r = liangka(NULL, "void", id, "--reason", "wrong_person", "--teller",
	    "t09", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	r = liangka(NULL, "review", "show", id, "--json", NULL);
	cr_expect_str_eq(member(r, "standing"), "withdrawn");
	daemon_stop_and_check(d);
}

Test(cli, cancel_and_retire)
{
	struct daemon *d = daemon_start(NULL);
	const struct run *r;

	at_socket = path_of(d, "telco");
	r = check(citizen(330102, 19900101, 8), "sim", "y-1");
	cr_assert_eq(r->rc, 0, "%s%s", r->out, r->err);
	r = liangka(NULL, "cancel", "--txn", "y-1", "--reason", "typing",
	    "--json", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_str_eq(member(r, "txn_id"), "y-1");
	r = check(citizen(330102, 19900101, 8), "sim", "y-2");
	r = liangka("13800138000\n", "confirm", member(r, "reference"),
	    "--card-ref", "-", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	r = liangka("13800138000\n", "retire", "--card-ref", "-", "--reason",
	    "closed", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	r = liangka("13800138001\n", "retire", "--card-ref", "-", "--reason",
	    "closed", NULL);
	cr_expect_eq(r->rc, 1, "%s", r->err);
	daemon_stop_and_check(d);
}

Test(cli, a_held_case_is_shown)
{
	static const struct daemon_setup sandbox = { .sandbox = 1 };
	struct daemon *d = daemon_start(&sandbox);
	const struct run *r;
	char ref[32];

	at_socket = path_of(d, "bank");
	r = check(citizen(0, 19900101, 2), "bank1", "z-0");
	cr_expect_eq(r->rc, 5, "%s%s", r->out, r->err);
	r = check(citizen(0, 19900101, 6), "bank1", "z-1");
	cr_expect_eq(r->rc, 20, "%s%s", r->out, r->err);
	r = check(citizen(0, 19900101, 5), "bank1", "z-2");
	cr_expect_eq(r->rc, 10, "%s%s", r->out, r->err);
	cr_expect_str_eq(member(r, "by"), "centre");
	(void)snprintf(ref, sizeof(ref), "%s", member(r, "reference"));
	r = liangka(NULL, "review", "show", ref, NULL);
	cr_expect_eq(r->rc, 10);
	cr_expect_eq(strncmp(r->out, "REVIEW", 6), 0, "%s", r->out);
	daemon_stop_and_check(d);
}

Test(cli, errors_have_their_exit_codes)
{
	struct daemon *d = daemon_start(NULL);
	const struct run *r;

	at_socket = path_of(d, "bank");
	r = check("110105194912310021", "bank1", "e-1");
	cr_expect_eq(r->rc, EX_DATAERR, "%s", r->err);
	cr_expect_str_eq(member(r, "error_name"), "INPUT");
	cr_expect_str_eq(member(r, "decision"), "review");
	r = liangka(NULL, "confirm", "t1-77-00000000", "--card-ref", "1", NULL);
	cr_expect_eq(r->rc, EX_DATAERR, "%s", r->err);
	r = liangka("11010519491231002X\n", "check", "--id-no", "-",
	    "--product", "sim", "--branch", "b", NULL);
	cr_expect_eq(r->rc, EX_USAGE);
	cr_expect_not_null(strstr(r->err, "--teller is missing"), "%s",
	    r->err);
	r = liangka(NULL, "clock", "rebase", "--by", "a", "--reason", "b",
	    NULL);
	cr_expect_eq(r->rc, EX_NOPERM, "%s", r->err);
	at_socket = path_of(d, "both");
	r = check(citizen(330102, 19900101, 9), "bank1", "e-2");
	cr_expect_eq(r->rc, EX_USAGE, "which institution?");
	r = liangka("11010519491231002X\n", "check", "--id-no", "-",
	    "--product", "sim", "--branch", "b", "--teller", "t",
	    "--institution", "two", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	at_socket = path_of(d, "desk");
	r = liangka(NULL, "clock", "rebase", "--by", "a", "--reason", "b",
	    "--json", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect(jsonok(r->out), "%s", r->out);
	daemon_stop_and_check(d);
}

Test(cli, status_and_a_daemon_that_is_away)
{
	struct daemon *d = daemon_start(NULL);
	const struct run *r;
	int status;

	at_socket = path_of(d, "bank");
	r = liangka(NULL, "status", "--json", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_not_null(strstr(r->out, "\"ready\":true"));
	cr_expect_str_eq(member(r, "node"), "t1");
	r = liangka(NULL, "status", "--lang", "zh", NULL);
	cr_expect_eq(strncmp(r->out, "就绪", strlen("就绪")), 0, "%s", r->out);
	at_socket = NULL;
	r = liangka(NULL, "status", "--config", daemon_write_plugin_conf(d,
	    "bank"), NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	at_socket = path_of(d, "bank");
	status = daemon_kill(d, SIGKILL);
	cr_expect(WIFSIGNALED(status));
	r = liangka(NULL, "status", "--json", NULL);
	cr_expect_eq(r->rc, EX_UNAVAILABLE);
	cr_expect(jsonok(r->out), "%s", r->out);
	cr_expect_not_null(strstr(r->err, at_socket), "%s", r->err);
	r = check(citizen(330102, 19900101, 7), "bank1", "s-1");
	cr_expect_eq(r->rc, EX_UNAVAILABLE);
	cr_expect_str_eq(member(r, "decision"), "review");
	daemon_restart(d);
	r = liangka(NULL, "status", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	daemon_stop_and_check(d);
}

/* The entry of the log with this transaction id. */
static void
want_logged(struct daemon *d, const char *txn)
{
	const struct run *r;

	at_socket = NULL;
	r = liangka(NULL, "log", "show", "--data", daemon_data(d), "--json",
	    "--txn", txn, NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_str_eq(member(r, "kind"), "decision");
	cr_expect_str_eq(member(r, "teller"), "t07");
	cr_expect_null(strstr(r->out, "19900101"), "in clear: %s", r->out);
}

Test(cli, log_show_beside_the_daemon_and_without)
{
	struct daemon *d = daemon_start(NULL);
	char id[64], leaf[72];
	const struct run *r;

	at_socket = path_of(d, "bank");
	r = check(citizen(330102, 19900101, 7), "bank1", "l-1");
	cr_assert_eq(r->rc, 0, "%s%s", r->out, r->err);
	(void)snprintf(id, sizeof(id), "%s", member(r, "decision_id"));
	(void)snprintf(leaf, sizeof(leaf), "%s", member(r, "leaf"));
	want_logged(d, "l-1");
	r = liangka(NULL, "log", "show", "--data", daemon_data(d), "--id", id,
	    "--json", "--leaf", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_str_eq(member(r, "leaf"), leaf, "the receipt is the hash");
	(void)daemon_kill(d, SIGKILL);
	want_logged(d, "l-1");
	r = liangka(NULL, "log", "show", "--data", daemon_data(d), NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_not_null(strstr(r->out, "  bank  0371"), "%s", r->out);
	daemon_restart(d);
	daemon_stop_and_check(d);
}

/* Type at the question for a number; return the exit code, or -1: no terminals. */
static int
typed(struct daemon *d, const char *text, struct run *r, char *echo, size_t size)
{
	char *argv[] = { (char *)"liangka", (char *)"check", (char *)"--socket",
		(char *)(uintptr_t)path_of(d, "bank"), (char *)"--product",
		(char *)"sim", (char *)"--branch", (char *)"b",
		(char *)"--teller", (char *)"t", NULL };
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave, pid;
	ssize_t n, len = (ssize_t)strlen(text);
	int out[2], err[2], status;
	char asked[16] = "";

	if (master < 0 || access("/dev/pts/ptmx", F_OK) != 0)
		return (-1);
	cr_assert(grantpt(master) == 0 && unlockpt(master) == 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	cr_assert(slave >= 0 && pipe2(out, O_CLOEXEC) == 0 &&
	    pipe2(err, O_CLOEXEC) == 0);
	if ((pid = fork()) == 0)
		become(argv, slave, out, err);
	(void)close(out[1]), (void)close(err[1]);
	n = read(err[0], asked, sizeof(asked) - 1);
	cr_expect(n > 0 && strncmp(asked, "id-no: ", 7) == 0, "%s", asked);
	cr_assert_eq(write(master, text, (size_t)len), len);
	drain(r, out[0], err[0]);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect_eq(fcntl(master, F_SETFL, O_NONBLOCK), 0);
	memset(echo, 0, size);
	(void)!read(master, echo, size - 1);
	(void)close(master), (void)close(slave);
	return (WIFEXITED(status) ? WEXITSTATUS(status) : 255);
}

Test(cli, a_number_typed_on_a_terminal_is_not_shown)
{
	struct daemon *d = daemon_start(NULL);
	static struct run r;
	char echo[256];
	int rc;

	if ((rc = typed(d, "11010519491231002X\n", &r, echo,
	    sizeof(echo))) == -1) {
		daemon_stop_and_check(d);
		cr_skip("skipped: no pseudo-terminals here");
	}
	cr_expect_eq(rc, 0, "%s%s", r.out, r.err);
	cr_expect_null(strstr(echo, "1101"), "the terminal shows: %s", echo);
	cr_expect_null(strstr(r.out, "110105"));
	/* An interrupt counts at once, not only when Enter is pressed. */
	rc = typed(d, "1101\003", &r, echo, sizeof(echo));
	cr_expect_eq(rc, EX_USAGE);
	cr_expect_not_null(strstr(r.err, "interrupted"), "%s", r.err);
	daemon_stop_and_check(d);
}
