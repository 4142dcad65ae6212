/* Alerts against a real daemon: told, taken, closed; and a sender that is killed. */
#include <criterion/criterion.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "keys/keydisk.h"
#include "keys/keymake.h"
#include "plugin.h"

#include "harness.h"

static char keys[128];		/* directory of keys and of what is told */
static char sections[4096];
static struct daemon *d;

/* Make a staff key; its verifier key goes into the sections. */
static void
make_staff(const char *who, const char *rights)
{
	const struct keymake m = { .kind = KEYFILE_STAFF, .name = who,
		.created = 1700000000, .expires = KEYMAKE_NEVER };
	uint8_t secret[KEYFILE_SECRET_LEN] = { (uint8_t)who[0], 8 };
	struct keyfile_error fault = { .fault = KEYFILE_FINE };
	size_t len = strlen(sections);
	struct keyfile k;
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/%s.key", keys, who);
	cr_assert_eq(keymake(&k, &m, secret, &fault), 0, "%s", fault.text);
	cr_assert_eq(keydisk_write(&k, path, &fault), 0, "%s", fault.text);
	(void)snprintf(&sections[len], sizeof(sections) - len,
	    "[staff %s]\nkey = \"%s\"\nrights = %s\n", who, k.public, rights);
}

/* Write the routing file: a command that appends to a file. */
static void
make_routing(void)
{
	char path[200];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/routing.conf", keys);
	cr_assert_not_null(f = fopen(path, "we"));
	(void)fprintf(f, "[receiver duty]\nkind = command\ncommand = "
	    "\"/bin/sh\", \"-c\", \"cat >>%s/told\"\n[default]\n"
	    "county = duty\n", keys);
	(void)fclose(f);
}

static void
start(void)
{
	static const struct daemon_setup setup = { .sections = sections,
		.daemon = "segment_mb = 1\n" };
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(keys, sizeof(keys), "%s/lk-alert-XXXXXX",
	    tmp != NULL && strlen(tmp) < 60 ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(keys));
	(void)snprintf(sections, sizeof(sections),
	    "[institution bank]\nsocket = \"%%D/bank.sock\"\nuid = %%U\n"
	    "rights = \"check, confirm, report, review\"\narea = 330100\n"
	    "[operator desk]\nsocket = \"%%D/desk.sock\"\nuid = %%U\n"
	    "rights = \"desk, admin, intake\"\n");
	make_staff("lin", "review, alert");
	make_staff("wu", "alert");
	make_staff("he", "access");
	make_routing();
	d = daemon_start(&setup);
}

/* Remove one name of a tree. */
static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st, (void)flag, (void)ftw;
	return (remove(path));
}

static void
end(void)
{

	daemon_stop_and_check(d);
	(void)nftw(keys, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A teller's alarm; its seq. */
static uint64_t
alarm_of(struct client *c, const char *branch)
{
	struct wire_out *o = client_begin(c, WIRE_REPORT);

	wire_put_text(o, WIRE_T_BRANCH, branch);
	wire_put_text(o, WIRE_T_TELLER, "t100");
	wire_put_u32(o, WIRE_T_REASON_CODE, LK_REPORT_COACHED);
	cr_assert_eq(client_call(c), LK_OK, "%s", client_text(c,
	    WIRE_T_MESSAGE));
	return (wire_u64(&c->f, WIRE_T_SEQ, 0));
}

/* Tell what there is to tell. */
static int
tell(void)
{

	return (daemon_tool(d, "$L alert send --routing %s/routing.conf "
	    "--state %s/state --data $DATA --once --json >$D/out 2>&1; rc=$?; "
	    "tail -c 2000 $D/out; exit $rc", keys, keys));
}

/* What was told so far, for free(). */
static char *
told(void)
{
	char path[200], *text = calloc(1, 8 << 20);
	FILE *f;

	cr_assert_not_null(text);
	(void)snprintf(path, sizeof(path), "%s/told", keys);
	if ((f = fopen(path, "re")) == NULL)
		return (text);
	cr_assert_lt(fread(text, 1, (8 << 20) - 1, f), (8 << 20) - 1);
	(void)fclose(f);
	return (text);
}

static int
said(const char *text)
{

	return (strstr(daemon_said(d), text) != NULL);
}

/* Do a step with the alerts of the daemon; the number of the first is $N. */
static int
step(const char *words, const char *who)
{

	return (daemon_tool(d, "N=$($L alert list --json --socket $D/desk.sock "
	    "| head -1 | sed 's/.*\"seq\":\\([0-9]*\\).*/\\1/'); $L alert %s $N "
	    "--as %s/%s.key --reason 'on duty' --socket $D/desk.sock 2>&1",
	    words, keys, who));
}

Test(alert, told_taken_and_closed)
{
	struct client *c;
	char *text;
	int i;

	start();
	c = client_open(d, "bank");
	for (i = 0; i < 3; i++)
		(void)alarm_of(c, "0371");
	client_close(c);
	cr_expect_eq(tell(), 0, "%s", daemon_said(d));
	cr_expect(said("\"event\":\"delivered\""), "%s", daemon_said(d));
	text = told();
	cr_expect(strstr(text, "\"kind\":\"teller\"") != NULL, "%s", text);
	cr_expect(strstr(text, "\"area\":\"330100\"") != NULL, "%s", text);
	cr_expect(strstr(text, "\"alarm\":\"coached\"") != NULL, "%s", text);
	cr_expect(strstr(text, "/branch/") != NULL, "%s", text);
	free(text);
	cr_expect_eq(tell(), 0, "nothing new: %s", daemon_said(d));
	cr_expect_not(said("delivered"), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L alert list --socket $D/desk.sock "
	    "2>&1"), 0);
	cr_expect(said("3 open alerts of 3"), "%s", daemon_said(d));
	cr_expect_eq(step("take", "he"), EX_NOPERM, "%s", daemon_said(d));
	cr_expect_eq(step("take", "lin"), 0, "%s", daemon_said(d));
	cr_expect(said("is taken"), "%s", daemon_said(d));
	cr_expect_eq(step("take", "lin"), 0, "%s", daemon_said(d));
	cr_expect(said("yours already"), "%s", daemon_said(d));
	cr_expect_eq(step("take", "wu"), 1, "%s", daemon_said(d));
	cr_expect(said("was taken by lin at 20"), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L alert list --mine --as %s/lin.key "
	    "--json --socket $D/desk.sock 2>&1", keys), 0);
	cr_expect(said("\"taken_by\":\"lin\""), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L alert list --free --area 3301 --level "
	    "county --kind teller --socket $D/desk.sock 2>&1"), 0);
	cr_expect(said("2 open alerts of 3"), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L alert list --area 44 --socket "
	    "$D/desk.sock 2>&1"), 0);
	cr_expect(said("0 open alerts of 3"), "%s", daemon_said(d));
	cr_expect_eq(step("close", "wu"), 0, "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L alert list --socket $D/desk.sock "
	    "2>&1"), 0);
	cr_expect(said("2 open alerts of 2"), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L alert close 999999 --as %s/lin.key "
	    "--reason x --socket $D/desk.sock 2>&1", keys), EX_USAGE, "%s",
	    daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L alert take 1x --as %s/lin.key "
	    "--reason x --socket $D/desk.sock 2>&1", keys), EX_USAGE);
	end();
}

Test(alert, a_routing_file_that_is_wrong)
{

	start();
	cr_expect_eq(daemon_tool(d, "printf '[receiver a]\\nkind = webhok\\n' "
	    ">$D/r.conf; $L alert send --routing $D/r.conf --check 2>&1"),
	    EX_CONFIG, "%s", daemon_said(d));
	cr_expect(said("r.conf:2:8: error:") && said("webhook"), "%s",
	    daemon_said(d));
	cr_expect_eq(daemon_tool(d, "printf '机构,网点,名称,区划\\nbank,0371,"
	    "城东支行,330102\\n' >$D/o.csv; $L alert send --routing "
	    "%s/routing.conf --outlets $D/o.csv --check 2>&1", keys), 0,
	    "as people send it: %s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L alert send --routing "
	    "%s/routing.conf --outlets $D/none --check 2>&1", keys),
	    EX_NOINPUT, "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L alert send --routing $D/none --check "
	    "2>&1"), EX_NOINPUT, "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L alert send --routing %s/routing.conf "
	    "2>&1", keys), EX_USAGE, "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L alert send --routing %s/routing.conf "
	    "--check 2>&1", keys), 0, "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L alert send --routing %s/routing.conf "
	    "--state %s/state --data $D/none --once 2>&1", keys, keys), EX_IOERR,
	    "%s", daemon_said(d));
	end();
}

/* Start the sender as a service. */
static pid_t
sender(void)
{
	char routing[200], state[200], liangka[4200];
	const char *build = getenv("LK_BUILD");
	pid_t pid;

	(void)snprintf(routing, sizeof(routing), "%s/routing.conf", keys);
	(void)snprintf(state, sizeof(state), "%s/state", keys);
	(void)snprintf(liangka, sizeof(liangka), "%s/liangka", build != NULL ?
	    build : "build");
	if ((pid = fork()) == 0) {
		if (freopen("/dev/null", "w", stdout) == NULL)
			_exit(126);
		(void)execl(liangka, liangka, "alert", "send", "--routing",
		    routing, "--state", state, "--data", daemon_data(d),
		    "--every", "100ms", NULL);
		_exit(127);
	}
	cr_assert_gt(pid, 0);
	return (pid);
}

/* Every alert was told, and what came twice has the same id. */
static void
check_told(int n)
{
	char want[64], *text = told(), *p, *q, id[2][33];
	uint64_t seq;
	int all = 0, twice = 0;

	for (p = text; (p = strstr(p, "{\"id\":\"")) != NULL; p++) {
		(void)snprintf(id[0], sizeof(id[0]), "%.32s", p + 7);
		seq = strtoull(p + 7 + 32 + 8, NULL, 10);
		(void)snprintf(want, sizeof(want), "\"seq\":%llu,",
		    (unsigned long long)seq);
		/* Is this the first time that it was told? */
		for (q = text; (q = strstr(q, want)) != NULL && q - 34 != p +
		    7; q++) {
			(void)snprintf(id[1], sizeof(id[1]), "%.32s", q - 34);
			cr_assert_str_eq(id[0], id[1]);
			twice++;
			break;
		}
		all += q == NULL || q - 34 == p + 7;
	}
	cr_expect_eq(all, n, "%d of %d were told, %d times again", all, n,
	    twice);
	free(text);
}

Test(alert, the_sender_is_killed_at_random, .timeout = 90)
{
	struct client *c;
	unsigned rng = 12345;
	int i, n = 0, status;
	pid_t pid;

	start();
	for (i = 0; i < 16; i++) {
		pid = sender();
		c = client_open(d, "bank");
		for (rng = rng * 1103515245 + 12345; n % 4 != 3; n++)
			(void)alarm_of(c, "0371");
		(void)alarm_of(c, "0372");
		n++;
		client_close(c);
		(void)poll(NULL, 0, (int)(rng >> 16) % 400);
		if (i == 8) {
			daemon_kill(d, SIGKILL);
			daemon_restart(d);
		}
		cr_assert_eq(kill(pid, SIGKILL), 0);
		cr_assert_eq(waitpid(pid, &status, 0), pid);
		cr_assert(WIFSIGNALED(status), "the sender ended: %d", status);
	}
	cr_expect_eq(tell(), 0, "%s", daemon_said(d));
	check_told(n);
	end();
}

Test(alert, the_sender_ends_when_it_is_told_to)
{
	struct client *c;
	char *text = NULL;
	int i, status;
	pid_t pid;

	start();
	c = client_open(d, "bank");
	(void)alarm_of(c, "0371");
	client_close(c);
	pid = sender();
	for (i = 0; i < 2000; i++) {
		free(text);
		text = told();
		if (strstr(text, "\n") != NULL)
			break;
		(void)poll(NULL, 0, 5);
	}
	cr_expect(strstr(text, "\"kind\":\"teller\"") != NULL);
	free(text);
	cr_assert_eq(kill(pid, SIGTERM), 0);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%d", status);
	cr_expect_eq(tell(), 0, "%s", daemon_said(d));
	cr_expect_not(said("delivered"), "%s", daemon_said(d));
	end();
}
