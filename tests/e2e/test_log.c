/* The signed log of a running daemon: profiles, rotation, witness, lost disks. */
#include <criterion/criterion.h>

#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "plugin.h"

#include "harness.h"

#define BUSY "checks_per_teller_minute = 0\n" /* no limit on a teller */

TestSuite(log, .timeout = 120);

/* Ask about a few people. */
static void
ask(struct daemon *d, unsigned from, unsigned n)
{
	struct client *c = client_open(d, "bank");
	char txn[32];
	unsigned i;

	for (i = from; i < from + n; i++) {
		(void)snprintf(txn, sizeof(txn), "txn-%u", i);
		(void)client_check(c, txn, citizen(330102, 19900101, i % 900 +
		    1), LK_PRODUCT_SIM);
		cr_assert_eq(client_call(c), 0);
	}
	client_close(c);
}

/* It must not start, with this exit code and these words. */
static void
refuses(struct daemon *d, int code, const char *words)
{
	int status;
	char *out = daemon_run(d, "--foreground", &status);

	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == code,
	    "status 0x%x: %s", (unsigned)status, daemon_log(d));
	cr_expect_not_null(strstr(daemon_log(d), words), "no '%s': %s", words,
	    daemon_log(d));
	free(out);
}

Test(log, gm_profile_signs_twice_and_tokens_are_of_sm3)
{
	const struct daemon_setup setup = { .gm = 1 };
	struct daemon *d = daemon_start(&setup);
	char sm2[600];
	int rc;

	ask(d, 0, 20);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	rc = daemon_tool(d, "sed -n 's/^public //p' $D/log.key.sm2");
	cr_assert_eq(rc, 0);
	(void)snprintf(sm2, sizeof(sm2), "%.*s", (int)strcspn(daemon_said(d),
	    "\n"), daemon_said(d));
	rc = daemon_tool(d, "$L log verify $DATA/log --key '%s' --key '%s' "
	    "2>&1", daemon_vkey(d), sm2);
	cr_expect_eq(rc, 0, "%s", daemon_said(d));
	cr_expect_not_null(strstr(daemon_said(d), "SM2"), "%s",
	    daemon_said(d));
	/* Either line alone is enough for one who knows that key alone. */
	rc = daemon_tool(d, "$L log verify $DATA/log --key '%s' 2>&1", sm2);
	cr_expect_eq(rc, 0, "%s", daemon_said(d));
	/* The profile is no matter of choice once it is set. */
	rc = daemon_tool(d, "sed -i 's/, \".*sm2\"//' $D/liangkad.conf");
	cr_assert_eq(rc, 0);
	refuses(d, EX_NOPERM, "sm2-sm3");
	daemon_rewrite(d, &setup);
	daemon_restart(d);
	daemon_stop_and_check(d);
}

Test(log, a_rotated_key_goes_on_only_when_the_earlier_is_named)
{
	static char lines[1024];
	struct daemon_setup setup = { .log = lines };
	struct daemon *d = daemon_start(NULL);
	char old[512];
	int rc;

	ask(d, 0, 5);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	(void)snprintf(old, sizeof(old), "%s", daemon_vkey(d));
	rc = daemon_tool(d, "$K rotate $D/log.key --out $D/log-2.key 2>&1");
	cr_assert_eq(rc, 0, "%s", daemon_said(d));
	(void)snprintf(lines, sizeof(lines), "key = \"%%D/log-2.key\"\n");
	daemon_rewrite(d, &setup);
	refuses(d, EX_CANTCREAT, "checkpoint");
	(void)snprintf(lines, sizeof(lines), "key = \"%%D/log-2.key\"\n"
	    "earlier = \"%s\"\n", old);
	daemon_rewrite(d, &setup);
	daemon_restart(d);
	ask(d, 5, 5);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	rc = daemon_tool(d, "$L log verify $DATA/log --key $D/log-2.key.pub "
	    "2>&1");
	cr_expect_eq(rc, 0, "%s", daemon_said(d));
	rc = daemon_tool(d, "$L log verify $DATA/log --key '%s' 2>&1", old);
	cr_expect_eq(rc, 1, "the old key signs no more: %d %s", rc,
	    daemon_said(d));
	daemon_discard(d);
}

Test(log, key_of_another_node_is_refused)
{
	static const struct daemon_setup setup = {
		.log = "key = \"%D/other.key\"\n" };
	struct daemon *d = daemon_start(NULL);
	int rc;

	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	rc = daemon_tool(d, "$K new log --name t.example/branch/t9 --out "
	    "$D/other.key 2>&1");
	cr_assert_eq(rc, 0, "%s", daemon_said(d));
	daemon_rewrite(d, &setup);
	refuses(d, EX_NOPERM, "t.example/branch/t9");
	daemon_discard(d);
}

Test(log, a_node_does_not_start_behind_its_witness)
{
	static char lines[1024];
	struct daemon_setup setup = { .log = lines, .limits = BUSY };
	struct daemon *d = daemon_start(NULL);
	int rc;

	ask(d, 0, 10);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	rc = daemon_tool(d, "cp -a $DATA $D/old && $K new witness --name "
	    "w.example --out $D/w.key >/dev/null && cat $D/w.key.pub");
	cr_assert_eq(rc, 0, "%s", daemon_said(d));
	(void)snprintf(lines, sizeof(lines), "witness = \"%%D/seen\"\n"
	    "witness_key = \"%.*s\"\n", (int)strcspn(daemon_said(d), "\n"),
	    daemon_said(d));
	daemon_rewrite(d, &setup);
	/* It cannot be asked yet: that is said, and no more. */
	daemon_restart(d);
	cr_expect_not_null(strstr(daemon_log(d), "cannot be asked"), "%s",
	    daemon_log(d));
	ask(d, 10, 300);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	rc = daemon_tool(d, "$L log witness --state $D/w --key $D/w.key "
	    "--log-key '%s' $DATA/log 2>&1 && cp $DATA/log/2*/"
	    "checkpoint.cosigned $D/seen", daemon_vkey(d));
	cr_assert_eq(rc, 0, "%s", daemon_said(d));
	daemon_restart(d);
	ask(d, 400, 3);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	/* The disk of some days ago is put back. */
	rc = daemon_tool(d, "mv $DATA $D/new && cp -a $D/old $DATA");
	cr_assert_eq(rc, 0);
	refuses(d, EX_CANTCREAT, "behind its witness");
	/* What the witness has seen cannot be cosigned in another form, either. */
	rc = daemon_tool(d, "$L log witness --state $D/w --key $D/w.key "
	    "--log-key '%s' $DATA/log 2>&1", daemon_vkey(d));
	cr_expect_eq(rc, 1, "%d: %s", rc, daemon_said(d));
	rc = daemon_tool(d, "rm -r $DATA && mv $D/new $DATA");
	cr_assert_eq(rc, 0);
	daemon_restart(d);
	daemon_stop_and_check(d);
}

Test(log, a_lost_disk_begins_a_new_generation)
{
	static const struct daemon_setup setup = {
		.log = "generation = 2\nfirst_seq = 1000\n" };
	struct daemon *d = daemon_start(NULL);
	int rc;

	ask(d, 0, 10);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	rc = daemon_tool(d, "rm -r $DATA/wal");
	cr_assert_eq(rc, 0);
	refuses(d, EX_CANTCREAT, "may be lost");
	rc = daemon_tool(d, "rm -r $DATA");
	cr_assert_eq(rc, 0);
	daemon_rewrite(d, &setup);
	daemon_restart(d);
	ask(d, 0, 2);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	rc = daemon_tool(d, "$L log show --data $DATA --json --kind log");
	cr_expect_eq(rc, 0);
	cr_expect_not_null(strstr(daemon_said(d), "\"seq\":1000,"), "%s",
	    daemon_said(d));
	cr_expect_not_null(strstr(daemon_said(d), ".2\""), "%s",
	    daemon_said(d));
	daemon_stop_and_check(d);
}

/* A tar of log/ is a whole audit package: what is verified, and replayed. */
Test(log, a_tar_of_log_is_an_audit_package)
{
	const struct daemon_setup setup = { .limits = BUSY };
	struct daemon *d = daemon_start(&setup);
	int rc;

	ask(d, 0, 400);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	rc = daemon_tool(d, "tar -C $DATA -cf $D/log.tar log && mkdir $D/audit "
	    "&& tar -C $D/audit -xf $D/log.tar && cd $D/audit && $L log verify "
	    "log --key '%s' && $L log replay log && $L log verify log --key "
	    "'%s' --json | grep -q '\"entries\":'", daemon_vkey(d),
	    daemon_vkey(d));
	cr_expect_eq(rc, 0, "%d: %s", rc, daemon_said(d));
	daemon_stop_and_check(d);
}
