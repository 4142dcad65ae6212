/* Officers at the desk against a real daemon: cases taken, sent out, decided; a refusal
 * overridden by two; the branch that waits; the shift on one screen. */
#include <criterion/criterion.h>

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/jsonok.h"
#include "keys/keydisk.h"
#include "keys/keymake.h"
#include "plugin.h"

#include "harness.h"

TestSuite(desk, .timeout = 120);

static char keys[128];		/* directory of keys */
static char sections[8192];
static struct daemon *d;

/* Make a staff key; its verifier key goes into the sections. */
static void
make_staff(const char *who, const char *rights)
{
	const struct keymake m = { .kind = KEYFILE_STAFF, .name = who,
		.created = 1700000000, .expires = KEYMAKE_NEVER };
	uint8_t secret[KEYFILE_SECRET_LEN] = { (uint8_t)who[0], 5 };
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

/* Make keys and a configuration with officers, and start the daemon. */
static void
start_as(struct daemon_setup *setup)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(keys, sizeof(keys), "%s/lk-desk-XXXXXX",
	    tmp != NULL && strlen(tmp) < 60 ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(keys));
	(void)snprintf(sections, sizeof(sections),
	    "[institution bank]\nsocket = \"%%D/bank.sock\"\nuid = %%U\n"
	    "rights = \"check, confirm, report, review\"\narea = 330100\n"
	    "[operator desk]\nsocket = \"%%D/desk.sock\"\nuid = %%U\n"
	    "rights = \"desk, admin, intake\"\n");
	make_staff("lin", "review, alert, link");
	make_staff("wu", "review");
	make_staff("he", "access");
	setup->sections = sections;
	d = daemon_start(setup);
}

/* Start a sandbox whose magic numbers hold and refuse. */
static void
start(void)
{
	static struct daemon_setup setup = { .sandbox = 1 };

	start_as(&setup);
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

/* Check somebody; the reference. */
static const char *
check(const char *id, const char *txn)
{
	static char ref[2][32];
	static int turn;
	struct client *c = client_open(d, "bank");

	(void)client_check(c, txn, id, LK_PRODUCT_BANK1);
	cr_assert_eq(client_call(c), 0);
	cr_assert_eq(wire_copy(&c->f, WIRE_T_REFERENCE, ref[turn ^= 1], 32),
	    0);
	client_close(c);
	return (ref[turn]);
}

/* Check a magic number. */
static const char *
magic(unsigned code, const char *txn)
{

	return (check(citizen(0, 19900101, code), txn));
}

/* Run liangka at the desk: `words` and whose key. */
static int
desk(const char *words, const char *ref, const char *who)
{

	return (daemon_tool(d, "$L review %s %s --as %s/%s.key --reason 'file "
	    "9' --socket $D/desk.sock 2>&1", words, ref, keys, who));
}

static int
said(const char *text)
{

	return (strstr(daemon_said(d), text) != NULL);
}

Test(desk, a_case_from_hold_to_issue)
{
	char ref[32];

	start();
	(void)snprintf(ref, sizeof(ref), "%s", magic(5, "a"));
	cr_expect_eq(daemon_tool(d, "$L review list --socket $D/desk.sock "
	    "2>&1"), 0, "%s", daemon_said(d));
	cr_expect(said(ref) && said("1 open cases"), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L review list --socket $D/bank.sock "
	    "2>&1"), EX_NOPERM, "%s", daemon_said(d));
	cr_expect_eq(desk("take", ref, "he"), EX_NOPERM, "%s", daemon_said(d));
	cr_expect_eq(desk("take", ref, "lin"), 0, "%s", daemon_said(d));
	cr_expect_eq(desk("take", ref, "wu"), 1, "%s", daemon_said(d));
	cr_expect(said("lin took this case at 2"), "%s", daemon_said(d));
	cr_expect_eq(desk("take", ref, "lin"), 0, "again: %s",
	    daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L review list --mine --as %s/lin.key "
	    "--json --socket $D/desk.sock 2>&1", keys), 0, "%s",
	    daemon_said(d));
	cr_expect(said("\"taker\":\"lin\""), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L review list --mine --as %s/wu.key "
	    "--json --socket $D/desk.sock 2>&1", keys), 0);
	cr_expect_str_eq(daemon_said(d), "");
	cr_expect_eq(daemon_tool(d, "$L review list --due 1h --json --socket "
	    "$D/desk.sock && $L review list --area 44 --json --socket "
	    "$D/desk.sock && $L review list --free --json --socket "
	    "$D/desk.sock && $L review list --inst x --json --socket "
	    "$D/desk.sock"), 0);
	cr_expect_str_eq(daemon_said(d), "");
	cr_expect_eq(daemon_tool(d, "$L review list --area 330 --socket "
	    "$D/desk.sock 2>&1"), EX_USAGE);
	cr_expect_eq(desk("dispatch --team 'East station'", ref, "lin"), 0,
	    "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L review show %s --socket $D/desk.sock "
	    "2>&1", ref), 10);
	cr_expect(said("people sent") && said("lin, since"), "%s",
	    daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L review --wait %s --for 10 --socket "
	    "$D/bank.sock 2>&1", ref), 10, "nobody has decided: %s",
	    daemon_said(d));
	cr_expect(said("dispatched"), "%s", daemon_said(d));
	cr_expect_eq(desk("result --found persuaded", ref, "lin"), 0, "%s",
	    daemon_said(d));
	cr_expect_eq(desk("approve --clear-days 90 --json", ref, "lin"), 0,
	    "%s", daemon_said(d));
	cr_expect(said("\"standing\":\"approved\""), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L review --wait %s --socket "
	    "$D/bank.sock 2>&1", ref), 0, "%s", daemon_said(d));
	cr_expect_eq(desk("deny", ref, "lin"), 1, "%s", daemon_said(d));
	/* Every step stands in the record, with a name and a reason. */
	cr_expect_eq(daemon_tool(d, "$L log show --data $DATA --kind review "
	    "--json"), 0);
	cr_expect(said("\"note\":\"East station: file 9\"") &&
	    said("\"by_person\":\"lin\""), "%s", daemon_said(d));
	end();
}

/* Write a policy that holds everybody and refuses the young. */
static void
write_policy(const char *path)
{
	FILE *f = fopen(path, "we");

	cr_assert_not_null(f);
	cr_assert(fputs("[policy]\nversion = \"desk-1\"\n[rule ALL]\n"
	    "when = \"age >= 30\"\nthen = review\nby = centre\n"
	    "needs = centre\nreason = \"ALL\"\nnotify = city\n[rule NO]\n"
	    "when = \"age < 30\"\nthen = reject\nreason = \"NO\"\n", f) >= 0);
	cr_assert_eq(fclose(f), 0);
}

/* What was answered is there after the daemon was killed, step by step. */
Test(desk, nothing_is_lost_when_the_daemon_is_killed)
{
	static char path[] = "/tmp/lk-desk-policy-XXXXXX";
	static struct daemon_setup setup = { .policy = path };
	static const char *const steps[] = { "take", "dispatch --team East",
		"result --found genuine", "approve" };
	char ref[32], no[32];
	int fd = mkstemp(path);
	size_t i;

	cr_assert_geq(fd, 0);
	(void)close(fd);
	write_policy(path);
	start_as(&setup);
	(void)snprintf(ref, sizeof(ref), "%s", check(citizen(330102, 19700101,
	    1), "a"));
	(void)snprintf(no, sizeof(no), "%s", check(citizen(330102, 20050101,
	    1), "b"));
	cr_expect_eq(desk("approve", no, "wu"), 0, "%s", daemon_said(d));
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		cr_expect_eq(desk(steps[i], ref, "lin"), 0, "%s: %s", steps[i],
		    daemon_said(d));
		(void)daemon_kill(d, SIGKILL);
		daemon_restart(d);
		cr_expect_eq(daemon_tool(d, "$L review list --json --officer "
		    "lin --socket $D/desk.sock"), 0, "%s", daemon_said(d));
		cr_expect_eq(said("\"taker\":\"lin\""), i < 3, "%s: %s",
		    steps[i], daemon_said(d));
		cr_expect_eq(desk("take", ref, "wu"), 1, "%s", daemon_said(d));
	}
	cr_expect_eq(desk("approve", no, "wu"), EX_NOPERM, "the first still");
	cr_expect_eq(desk("approve", no, "lin"), 0, "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L handover --socket $D/desk.sock"), 0);
	cr_expect(said("cases     0 open") && said("alerts    0 open"), "%s",
	    daemon_said(d));
	end();
	(void)unlink(path);
}

/* Two officers at the same moment: one gets it, the other is told who. */
Test(desk, taken_by_two_at_once)
{
	char ref[32], txn[8];
	int i;

	start();
	for (i = 0; i < 5; i++) {
		(void)snprintf(txn, sizeof(txn), "t%d", i & 7);
		(void)snprintf(ref, sizeof(ref), "%s", magic(5, txn));
		cr_expect_eq(daemon_tool(d, "for who in lin wu; do ($L review "
		    "take %s --as %s/$who.key --reason shift --socket "
		    "$D/desk.sock >$D/$who.out 2>&1; echo $? >$D/$who.rc) & "
		    "done; wait; cat $D/lin.rc $D/wu.rc | sort | tr -d '\\n'; "
		    "cat $D/lin.out $D/wu.out", ref, keys), 0);
		cr_expect(strncmp(daemon_said(d), "01", 2) == 0, "%s",
		    daemon_said(d));
		cr_expect(said(" took this case at "), "%s", daemon_said(d));
	}
	end();
}

Test(desk, the_branch_waits_for_its_answer)
{
	char ref[32];

	start();
	(void)snprintf(ref, sizeof(ref), "%s", magic(5, "a"));
	cr_expect_eq(daemon_tool(d, "$L review --wait %s --for 60s --socket "
	    "$D/bank.sock >$D/waited 2>&1 & w=$!; $L review deny %s --as "
	    "%s/wu.key --reason no --socket $D/desk.sock >$D/denied 2>&1; "
	    "wait $w", ref, ref, keys), 20, "denied: exit as for REJECT");
	(void)daemon_tool(d, "cat $D/waited $D/denied");
	cr_expect(said("refused since"), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L review --wait zzz --socket "
	    "$D/bank.sock 2>&1"), EX_DATAERR, "%s", daemon_said(d));
	end();
}

Test(desk, two_persons_override_a_refusal)
{
	char ref[32];

	start();
	(void)snprintf(ref, sizeof(ref), "%s", magic(6, "a"));
	cr_expect_eq(desk("approve", ref, "lin"), 0, "%s", daemon_said(d));
	cr_expect(said("another person has to approve"), "%s",
	    daemon_said(d));
	cr_expect_eq(desk("approve", ref, "lin"), EX_NOPERM, "%s",
	    daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L review list --overrides --socket "
	    "$D/desk.sock 2>&1"), 0);
	cr_expect(said("override proposed by lin"), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L review show %s --socket $D/bank.sock "
	    "2>&1", ref), 20, "not by one alone: %s", daemon_said(d));
	cr_expect(said("for teller"), "%s", daemon_said(d));
	cr_expect_eq(desk("approve --json", ref, "wu"), 0, "%s",
	    daemon_said(d));
	cr_expect(said("\"standing\":\"approved\""), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L review show %s --socket $D/bank.sock "
	    "2>&1", ref), 0, "%s", daemon_said(d));
	cr_expect(said("approved since: may be issued"), "%s", daemon_said(d));
	cr_expect_not(said("for teller"), "what it told first is over: %s",
	    daemon_said(d));
	end();
}

Test(desk, the_branch_clears_its_own)
{
	char ref[32];

	start();
	(void)snprintf(ref, sizeof(ref), "%s", magic(3, "a"));
	cr_expect_eq(desk("approve", ref, "lin"), EX_NOPERM, "%s",
	    daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L resolve %s approve --teller t1 "
	    "--second T1 --evidence face_check,purpose_proof --socket "
	    "$D/bank.sock 2>&1", ref), EX_USAGE, "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L resolve %s approve --teller t1 "
	    "--socket $D/bank.sock 2>&1", ref), EX_USAGE);
	cr_expect_eq(daemon_tool(d, "$L resolve %s perhaps --teller t1 "
	    "--socket $D/bank.sock 2>&1", ref), EX_USAGE);
	cr_expect_eq(daemon_tool(d, "$L resolve %s approve --teller t1 "
	    "--second t2 --socket $D/bank.sock 2>&1", ref), 1, "%s",
	    daemon_said(d));
	cr_expect(said("evidence is missing: purpose_proof"), "%s",
	    daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L resolve %s approve --teller t1 "
	    "--second t2 --evidence face_check,purpose_proof,manager "
	    "--socket $D/bank.sock --json 2>&1", ref), 0, "%s",
	    daemon_said(d));
	cr_expect(said("\"standing\":\"approved\""), "%s", daemon_said(d));
	end();
}

Test(desk, two_documents_are_joined_unseen)
{
	const char *one = citizen(330102, 19900101, 1);
	char a[32], b[32];

	start();
	(void)snprintf(a, sizeof(a), "%s", one);
	(void)snprintf(b, sizeof(b), "%s", citizen(330102, 19900101, 2));
	cr_expect_eq(daemon_tool(d, "printf '%%s\\n' %s %s | $L person link "
	    "--id-no - --prev-no - --as %s/lin.key --reason 'both seen' "
	    "--socket $D/desk.sock --json 2>&1", a, b, keys), 0, "%s",
	    daemon_said(d));
	cr_expect(said("\"link\":\"join\""), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "printf '%%s\\n' %s %s | $L person unlink "
	    "--id-no - --prev-no - --as %s/wu.key --reason 'twins' "
	    "--socket $D/desk.sock 2>&1", a, b, keys), EX_NOPERM, "%s",
	    daemon_said(d));
	cr_expect_eq(daemon_tool(d, "printf '%%s\\n' %s %s | $L person unlink "
	    "--id-no - --prev-no - --as %s/lin.key --reason 'twins' "
	    "--socket $D/desk.sock 2>&1", b, a, keys), 0, "%s",
	    daemon_said(d));
	cr_expect(said("of two persons"), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L log show --data $DATA --kind link "
	    "--json"), 0);
	cr_expect(said("\"kind\":\"link\"") && !said(a), "%s",
	    daemon_said(d));
	end();
}

Test(desk, the_shift_on_one_screen)
{
	char ref[32], other[32];

	start();
	cr_expect_eq(daemon_tool(d, "$L handover --socket $D/desk.sock 2>&1"),
	    0, "%s", daemon_said(d));
	cr_expect(said("0 open"), "%s", daemon_said(d));
	(void)snprintf(ref, sizeof(ref), "%s", magic(5, "a"));
	(void)snprintf(other, sizeof(other), "%s", magic(6, "b"));
	cr_expect_eq(desk("dispatch --team East", ref, "lin"), 0);
	cr_expect_eq(desk("approve", other, "wu"), 0, "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L handover --socket $D/desk.sock --data "
	    "$DATA 2>&1"), 0, "%s", daemon_said(d));
	cr_expect(said("2 open, 1 taken by nobody, 1 with people out, 1 "
	    "waiting for a second person"), "%s", daemon_said(d));
	cr_expect(said(ref) && said(other) && said("override proposed by wu"),
	    "%s", daemon_said(d));
	cr_expect(said("0 outlets"), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L handover --socket $D/desk.sock --data "
	    "$DATA --json 2>&1"), 0, "%s", daemon_said(d));
	cr_expect(jsonok(daemon_said(d)), "%s", daemon_said(d));
	cr_expect(said("\"people_out\":1") && said("\"proposals\":1") &&
	    said("\"nodes\":null") && said("\"silent_outlets\":[]"), "%s",
	    daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L handover --lang zh --socket "
	    "$D/desk.sock 2>&1"), 0);
	cr_expect(said("交接班") && said("待办 2，无人接办 1，派员在外 1，待第二人 1"),
	    "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "printf '[campaign c-1]\\ntitle = \"x\"\\n"
	    "batch = \"b\"\\nproducts = sim\\nfrom = 2026-01-01\\nuntil = "
	    "2026-12-31\\nexpected = 9\\nlifts = HF-DAY\\nproposed = \"a\"\\n"
	    "approved = \"b\"\\n[campaign c-2]\\ntitle = \"x\"\\nbatch = \"c\""
	    "\\nproducts = sim\\nfrom = 2026-01-01\\nuntil = 2026-01-02\\n"
	    "expected = 9\\nlifts = HF-DAY\\nproposed = \"a\"\\napproved = "
	    "\"b\"\\n' >$D/campaigns && $L handover --campaigns $D/campaigns "
	    "--socket $D/desk.sock --data $DATA --json 2>&1"), 0, "%s",
	    daemon_said(d));
	cr_expect(said("\"campaigns_running\":[") && !said("c-2") &&
	    said("\"campaigns_full\":[]"), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "echo '[campaign]' >$D/campaigns; $L "
	    "handover --campaigns $D/campaigns --socket $D/desk.sock 2>&1"),
	    EX_DATAERR, "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L handover --status $D --socket "
	    "$D/desk.sock 2>&1"), EX_USAGE, "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L handover --data /nowhere --socket "
	    "$D/desk.sock 2>&1"), EX_NOINPUT, "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L handover --socket $D/bank.sock 2>&1"),
	    EX_NOPERM, "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L status --json --socket $D/desk.sock"),
	    0);
	cr_expect(said("\"open_cases\":2"), "%s", daemon_said(d));
	end();
}
