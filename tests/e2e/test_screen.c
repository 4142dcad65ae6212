/*
 * Screening beside a real daemon: who may, what is recorded of it, what of the record is
 * seen, and that a program killed at work goes on.
 */
#include <criterion/criterion.h>

#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/keydisk.h"
#include "keys/keymake.h"
#include "plugin.h"

#include "harness.h"
#include "host.h"

TestSuite(screen, .timeout = 120);

static char sections[1024];

/* A daemon that knows a member of staff, whose key is put into its directory. */
static struct daemon *
start(struct keyfile *k)
{
	const struct keymake m = { .kind = KEYFILE_STAFF, .name = "lin",
		.created = 1700000000, .expires = KEYMAKE_NEVER };
	static struct daemon_setup setup = { .sections = sections };
	uint8_t secret[KEYFILE_SECRET_LEN] = { 7 };
	struct keyfile_error fault = { .fault = KEYFILE_FINE };
	struct daemon *d;
	char path[512];

	cr_assert_eq(keymake(k, &m, secret, &fault), 0, "%s", fault.text);
	(void)snprintf(sections, sizeof(sections),
	    "[institution bank]\nsocket = \"%%D/bank.sock\"\nuid = %%U\n"
	    "rights = \"check, confirm, report, review\"\narea = 330100\n"
	    "[operator desk]\nsocket = \"%%D/desk.sock\"\nuid = %%U\n"
	    "rights = \"desk, admin, intake\"\n"
	    "[staff lin]\nkey = \"%s\"\nrights = access\n", k->public);
	d = daemon_start(&setup);
	(void)snprintf(path, sizeof(path), "%s/lin.key", daemon_dir(d));
	cr_assert_eq(keydisk_write(k, path, &fault), 0, "%s", fault.text);
	return (d);
}

/* Run a command that must end with this code. */
#define RUN(d, code, ...) do {						\
	int rc_ = daemon_tool(d, __VA_ARGS__);				\
									\
	cr_assert_eq(rc_, code, "%d: %s", rc_, daemon_said(d));		\
} while (0)

#define SAYS(d, text)							\
	cr_expect_not_null(strstr(daemon_said(d), text), "%s", daemon_said(d))

/* What all commands have in common. */
#define SCREEN "exec 2>&1; cd $D && LC_ALL=C $L screen accounts.csv --liangkad %s " \
	"--policy screen.policy --out "
#define BY " --as lin.key --reason 'yearly look' --socket %s"

/* The files: a policy, and accounts of somebody known, somebody unknown and nobody. */
static void
files(struct daemon *d, const char *known)
{
	char other[32];

	(void)snprintf(other, sizeof(other), "%s", citizen(330102, 19910101,
	    8));
	RUN(d, 0, "cd $D && printf '[policy]\\nversion = \"s-1\"\\n"
	    "[rule TWO]\\nwhen = \"cards(1d) >= 2\"\\nthen = review\\n"
	    "by = centre\\nreason = \"TWO\"\\n' >screen.policy && "
	    "printf 'account,id_no\\n1,%s\\n2,%s\\n3,110101\\n' "
	    ">accounts.csv", known, other);
}

Test(screen, is_recorded_and_sees_the_last_checkpoint)
{
	struct keyfile k;
	struct daemon *d = start(&k);
	char known[32], conf[512], desk[512];
	struct client *c;

	(void)snprintf(known, sizeof(known), "%s", citizen(330102, 19900101,
	    7));
	(void)snprintf(conf, sizeof(conf), "%s", daemon_conf(d));
	(void)snprintf(desk, sizeof(desk), "%s", daemon_socket(d, "desk"));
	files(d, known);
	c = client_open(d, "bank");
	(void)client_check(c, "t-1", known, LK_PRODUCT_BANK1);
	cr_assert_eq(client_call(c), 0);
	(void)client_check(c, "t-2", known, LK_PRODUCT_SIM);
	cr_assert_eq(client_call(c), 0);
	client_close(c);
	/* What is not in a checkpoint yet is not seen; then it is. */
	cr_assert_eq(daemon_kill(d, SIGTERM), 0, "%s", daemon_log(d));
	daemon_restart(d);
	/* Nobody does it unrecorded beside a daemon. */
	RUN(d, 64, SCREEN "r1.csv", conf);
	RUN(d, 64, SCREEN "r1.csv --offline", conf);
	SAYS(d, "the daemon is at work");
	RUN(d, 65, SCREEN "r1.csv --copy account --json" BY, conf, desk);
	SAYS(d, "\"rows\":3");
	SAYS(d, "\"known\":1");
	SAYS(d, "\"error\":1");
	RUN(d, 0, "cd $D && cat r1.csv && stat -c %%a r1.csv");
	SAYS(d, "1,2,review,TWO,,\"cards(24h)=2\",,,\"1\"\n");
	SAYS(d, "2,3,pass,,,,,,\"2\"\n");
	SAYS(d, "3,4,error,,,,2,");
	SAYS(d, "personal data");
	SAYS(d, "600\n");
	cr_expect_null(strstr(daemon_said(d), known));
	/* Who did it stands in the journal. */
	RUN(d, 0, "$L log show $DATA --json | grep -c yearly");
	SAYS(d, "1\n");
	/* A result is never written over. */
	RUN(d, 1, SCREEN "r1.csv" BY, conf, desk);
	SAYS(d, "is there already");
	/* Without a daemon it works too, and says that nothing records it. */
	cr_assert_eq(daemon_kill(d, SIGTERM), 0, "%s", daemon_log(d));
	RUN(d, 65, SCREEN "r2.csv --offline", conf);
	SAYS(d, "recorded in no journal");
	RUN(d, 0, "cd $D && grep -c '^1,2,review,TWO' r2.csv");
	RUN(d, 78, "cd $D && LC_ALL=C exec $L screen accounts.csv --liangkad "
	    "nowhere --out r3.csv --offline 2>&1");
	daemon_restart(d);
	daemon_stop_and_check(d);
}

/* Killed by the kernel at some byte of the result, again and again. */
Test(screen, killed_it_goes_on)
{
	struct keyfile k;
	struct daemon *d = start(&k);
	char conf[512];
	int runs;

	(void)snprintf(conf, sizeof(conf), "%s", daemon_conf(d));
	files(d, citizen(330102, 19900101, 7));
	cr_assert_eq(daemon_kill(d, SIGTERM), 0, "%s", daemon_log(d));
	RUN(d, 0, "cd $D && awk 'BEGIN { print \"account,id_no\"; for (i = 0; i "
	    "< 200000; i++) printf \"%%d,%%s\\n\", i, i %% 3 ? "
	    "\"11010519491231002X\" : \"440524188001010014\" }' >accounts.csv");
	RUN(d, 0, SCREEN "whole.csv --offline", conf);
	for (runs = 1; runs < 20; runs++)
		if (daemon_tool(d, "cd $D && ulimit -c 0; ulimit -f %d; LC_ALL=C "
		    "$L screen accounts.csv --liangkad %s --policy "
		    "screen.policy --out r.csv --offline %s 2>&1",
		    2000 * runs, conf, runs > 1 ? "--resume" : "") == 0)
			break;
	cr_assert(runs > 1 && runs < 20, "%d: %s", runs, daemon_said(d));
	RUN(d, 0, "cd $D && sed 1d r.csv >a && sed 1d whole.csv >b && cmp a b && "
	    "ls r.csv.* 2>/dev/null | "
	    "wc -l");
	SAYS(d, "0\n");
	/* Another file under the name. */
	RUN(d, 153, "cd $D && ulimit -c 0; ulimit -f 2000; LC_ALL=C $L screen "
	    "accounts.csv --liangkad %s --policy screen.policy --out q.csv "
	    "--offline >/dev/null 2>&1", conf);
	RUN(d, 65, "cd $D && echo >>accounts.csv && exec 2>&1; LC_ALL=C $L "
	    "screen accounts.csv --liangkad %s --policy screen.policy --out "
	    "q.csv --offline --resume", conf);
	SAYS(d, "not the file that was begun with");
	daemon_restart(d);
	daemon_stop_and_check(d);
}
