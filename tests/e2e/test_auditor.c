/* What an auditor does beside a running daemon: search, prove, check, cosign. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "plugin.h"

#include "harness.h"

TestSuite(auditor, .timeout = 120);

static char sections[2048];

/* Start a daemon that knows one member of staff and has three applicants. */
static struct daemon *
start(void)
{
	static const struct daemon_setup setup = { .sections = sections };
	struct daemon *d;
	struct client *c;
	char txn[16];
	int i, rc;

	(void)snprintf(sections, sizeof(sections),
	    "[institution bank]\nsocket = \"%%D/bank.sock\"\nuid = %%U\n"
	    "rights = \"check, confirm, report, review\"\narea = 330100\n"
	    "[operator desk]\nsocket = \"%%D/desk.sock\"\nuid = %%U\n"
	    "rights = \"desk, admin, intake\"\n");
	d = daemon_start(&setup);
	rc = daemon_tool(d, "cd $D && $K new staff --name lin --out lin.key "
	    ">log && $K new staff --name mo --out mo.key >>log && $K new "
	    "witness --name centre.example/w --out w.key >>log && cat "
	    "lin.key.pub");
	cr_assert_eq(rc, 0, "%s", daemon_said(d));
	cr_assert_eq(daemon_kill(d, 15), 0);
	(void)snprintf(&sections[strlen(sections)], 512,
	    "[staff lin]\nkey = \"%.*s\"\nrights = access\n",
	    (int)strcspn(daemon_said(d), "\n"), daemon_said(d));
	daemon_rewrite(d, &setup);
	daemon_restart(d);
	c = client_open(d, "bank");
	for (i = 0; i < 6; i++) {
		(void)snprintf(txn, sizeof(txn), "txn-%d", i);
		(void)client_check(c, txn, citizen(330102, 19900101,
		    (unsigned)(i % 3) + 1), LK_PRODUCT_SIM);
		cr_assert_eq(client_call(c), 0);
	}
	client_close(c);
	return (d);
}

/* How often a text stands in what the last tool printed. */
static int
times(struct daemon *d, const char *text)
{
	const char *p = daemon_said(d);
	int n = 0;

	for (; (p = strstr(p, text)) != NULL; p++)
		n++;
	return (n);
}

Test(auditor, a_person_is_found_by_a_number_that_nobody_sees)
{
	struct daemon *d = start();
	int rc;

	rc = daemon_tool(d, "echo %s | $L log search --data $DATA --socket "
	    "$D/desk.sock --id-no - --as $D/lin.key --reason 'complaint 118' "
	    "--json 2>&1", citizen(330102, 19900101, 2));
	cr_expect_eq(rc, 0, "%s", daemon_said(d));
	cr_expect_eq(times(d, "\"kind\":\"decision\""), 2, "%s",
	    daemon_said(d));
	cr_expect_eq(times(d, "\"txn\":\"txn-1\"") +
	    times(d, "\"txn\":\"txn-4\""), 2, "%s", daemon_said(d));
	cr_expect_eq(times(d, "\"kind\":\"access\""), 1, "the look itself");
	cr_expect_eq(times(d, "complaint 118"), 1);
	cr_expect_eq(times(d, citizen(330102, 19900101, 2)), 0, "in clear");
	rc = daemon_tool(d, "echo %s | $L log search --data $DATA --socket "
	    "$D/desk.sock --id-no - --as $D/mo.key --reason 'curious' --json "
	    "2>&1", citizen(330102, 19900101, 2));
	cr_expect_eq(rc, EX_NOPERM, "%s", daemon_said(d));
	cr_expect_eq(times(d, "decision"), 0, "%s", daemon_said(d));
	rc = daemon_tool(d, "echo 330102199001010001 | $L log search --data "
	    "$DATA --socket $D/desk.sock --id-no - --as $D/lin.key --reason "
	    "'typo' 2>&1");
	cr_expect_eq(rc, EX_DATAERR, "%s", daemon_said(d));
	daemon_stop_and_check(d);
}

Test(auditor, an_entry_is_looked_up_on_record)
{
	struct daemon *d = start();
	int rc;

	rc = daemon_tool(d, "id=$($L log show --data $DATA --txn txn-1 --json "
	    "--leaf | sed 's/.*\"leaf\":\"\\(........\\).*\"seq\":"
	    "\\([0-9]*\\).*/t1-\\2-\\1/'); $L log search --data $DATA --socket "
	    "$D/desk.sock --id $id --as $D/lin.key --reason audit --json 2>&1 "
	    "&& $L log show --data $DATA --kind access --json");
	cr_expect_eq(rc, 0, "%s", daemon_said(d));
	cr_expect_eq(times(d, "\"txn\":\"txn-1\""), 1, "%s", daemon_said(d));
	cr_expect_eq(times(d, "\"kind\":\"access\""), 2, "shown with it, and "
	    "in the journal: %s", daemon_said(d));
	daemon_stop_and_check(d);
}

Test(auditor, a_proof_is_cosigned_and_checked_offline)
{
	struct daemon *d = start();
	int rc;

	/* A daemon that stops publishes all that it has recorded. */
	cr_assert_eq(daemon_kill(d, 15), 0);
	rc = daemon_tool(d, "cd $D && $L log witness --state wit --key w.key "
	    "--log-key '%s' $DATA 2>&1 && $L log prove --seq 7 $DATA --out p "
	    "2>&1 && $L log check-proof p --key '%s' --witness w.key.pub 2>&1",
	    daemon_vkey(d), daemon_vkey(d));
	cr_expect_eq(rc, 0, "%s", daemon_said(d));
	cr_expect_eq(times(d, "cosigned by centre.example/w"), 1, "%s",
	    daemon_said(d));
	cr_expect_eq(times(d, "PROVED"), 1, "%s", daemon_said(d));
	rc = daemon_tool(d, "$L log sample 2 $DATA --kind decision --by teller "
	    "--json 2>&1 && $L log export $DATA --format csv | head -1");
	cr_expect_eq(rc, 0, "%s", daemon_said(d));
	daemon_restart(d);
	daemon_stop_and_check(d);
}
