/*
 * From the centre's desk to the teller's screen: publish, sync, adopt, decide; and what
 * must not get through on the way.
 */
#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "harness.h"

TestSuite(lists, .timeout = 180);

static const struct daemon_setup with_lists = {
	.lists = "root = \"%D/root.json\"\nkey = \"%D/list.key\"\n"
};

/* The centre, by its own commands; $C is its directory. */
#define CENTRE "cd $D && C=$D/centre && LC_ALL=C && export LC_ALL && "
static const char make_centre[] = "exec 2>&1\n"
    "cd $D && C=$D/centre && LC_ALL=C && export LC_ALL || exit 9\n"
    "for r in root targets; do for n in a b c; do\n"
    "$K new $r --name $r-$n --out $r-$n.key >/dev/null || exit 8\n"
    "done; done\n"
    "$K new snapshot --name snap --out snapshot.key >/dev/null && "
    "$K new timestamp --name time --out timestamp.key >/dev/null && "
    "$K new token-list --out list.key >/dev/null && "
    "$K new log --name t.example/branch/release --out release.key >/dev/null "
    "|| exit 7\n"
    "$L repo init --dir $C --who wang --domain t.example "
    "--root-key root-a.key.pub --root-key root-b.key.pub --root-key "
    "root-c.key.pub --targets-key targets-a.key.pub --targets-key "
    "targets-b.key.pub --targets-key targets-c.key.pub --snapshot-key "
    "snapshot.key.pub --timestamp-key timestamp.key.pub || exit 6\n"
    "cp list.key release.key $C/ && "
    "$L repo sign $C/pending --key root-a.key --yes && "
    "$L repo sign $C/pending --key root-c.key --yes && "
    "$L repo publish --finish --dir $C --who wang --snapshot-key "
    "snapshot.key --timestamp-key timestamp.key && "
    "cp $C/repo/metadata/1.root.json root.json\n";

/* Run a command that must go well. */
#define RUN(d, ...) do {						\
	int rc_ = daemon_tool(d, __VA_ARGS__);				\
									\
	cr_assert_eq(rc_, 0, "%d: %s", rc_, daemon_said(d));		\
} while (0)

/* Publish what stands in the ledgers. */
static void
publish(struct daemon *d, const char *options)
{

	RUN(d, CENTRE "{ $L repo publish --prepare --dir $C --who wang %s && "
	    "$L repo sign $C/pending --key targets-a.key --yes && "
	    "$L repo sign $C/pending --key targets-b.key --yes && "
	    "$L repo publish --finish --dir $C --who wang --snapshot-key "
	    "snapshot.key --timestamp-key timestamp.key; } 2>&1", options);
}

/* Fetch it. */
static void
fetch(struct daemon *d)
{

	RUN(d, "cd $D && $L sync --once --data $DATA --root root.json --from "
	    "centre/repo 2>&1");
}

/* Wait until the status says something of lists. */
static void
until(struct daemon *d, const char *text)
{
	int i;

	for (i = 0; i < 2000; i++) {
		(void)daemon_tool(d, "$L status --json --lang en --socket "
		    "$D/desk.sock 2>&1");
		if (strstr(daemon_said(d), text) != NULL)
			return;
	}
	cr_assert_fail("never said %s: %s\n%s", text, daemon_said(d),
	    daemon_log(d));
}

/* A daemon with a centre that has published once: person 1 is sanctioned. */
static struct daemon *
start(void)
{
	struct daemon *d = daemon_start(NULL);

	RUN(d, "%s", make_centre);
	RUN(d, CENTRE "printf 'document type,number,category,legal basis,case "
	    "number,from,until\\n居民身份证,%s,convicted,court,c-1,,2030-01-01\\n' "
	    ">s.csv; $L list import s.csv --list sanction --dir $C --who wang "
	    "--reason r 2>&1", citizen(330102, 19900101, 1));
	publish(d, "--policy ${L%/*}/default.policy");
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	daemon_rewrite(d, &with_lists);
	fetch(d);
	daemon_restart(d);
	until(d, "\"lists_version\":1");
	return (d);
}

/* What person n gets for a SIM now. */
static int
ask(struct daemon *d, const char *txn, unsigned n, int product)
{
	struct client *c = client_open(d, "bank");
	int rc, decision;

	(void)client_check(c, txn, citizen(330102, 19900101, n), product);
	rc = client_call(c);
	decision = rc != 0 ? rc : (int)wire_u32(&c->f, WIRE_T_DECISION, 99);
	client_close(c);
	return (decision);
}

Test(lists, from_the_centre_to_the_counter_and_back_on_appeal)
{
	struct daemon *d = start();

	cr_expect_eq(ask(d, "a", 1, LK_PRODUCT_SIM), LK_REJECT);
	cr_expect_eq(ask(d, "b", 1, LK_PRODUCT_BANK1), LK_LIMIT);
	cr_expect_eq(ask(d, "c", 2, LK_PRODUCT_SIM), LK_PASS);
	RUN(d, CENTRE "echo %s | $L appeal open sanction --id-no - --dir $C "
	    "--who chen --text mistake 2>&1", citizen(330102, 19900101, 1));
	RUN(d, CENTRE "{ $L appeal ack A-2026-0001 --dir $C --who chen && "
	    "$L appeal decide A-2026-0001 --uphold --reason mistake --letter "
	    "$D/letter --dir $C --who li; } 2>&1");
	publish(d, "--expedited --reason appeal");
	fetch(d);
	until(d, "\"lists_version\":2");
	cr_expect_eq(ask(d, "d", 1, LK_PRODUCT_SIM), LK_PASS);
	cr_expect_eq(ask(d, "a", 1, LK_PRODUCT_SIM), LK_REJECT,
	    "what was answered stays answered");
	/* And it is reported, once for each of the two. */
	until(d, "\"retro_clears\":2");
	RUN(d, "$L list retro $DATA --what clear --json 2>&1");
	cr_expect_not_null(strstr(daemon_said(d), "\"list\":\"sanction\""));
	daemon_stop_and_check(d);
}

/* A copy of a running node serves what the node served, without a network. */
Test(lists, a_restored_copy_serves_them)
{
	struct daemon *d = start();

	RUN(d, "$L backup $D/b --data $DATA --key '%s' 2>&1", daemon_vkey(d));
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	RUN(d, "mv $DATA $D/was && $L restore $D/b --data $DATA --key '%s' 2>&1",
	    daemon_vkey(d));
	daemon_restart(d);
	RUN(d, "test ! -e $DATA/lists/incoming");
	cr_expect_eq(ask(d, "a", 1, LK_PRODUCT_SIM), LK_REJECT);
	cr_expect_eq(ask(d, "b", 2, LK_PRODUCT_SIM), LK_PASS);
	daemon_stop_and_check(d);
}

/* Somebody passed before he was listed. */
Test(lists, who_passed_is_reported_when_he_is_listed)
{
	struct daemon *d = start();

	cr_expect_eq(ask(d, "a", 3, LK_PRODUCT_SIM), LK_PASS);
	RUN(d, CENTRE "echo %s | $L list add sanction --dir $C --id-no - "
	    "--category convicted --basis court --case c-3 --who wang "
	    "--reason r 2>&1", citizen(330102, 19900101, 3));
	publish(d, "--force --reason first");
	fetch(d);
	until(d, "\"retro_hits\":1");
	cr_expect_eq(ask(d, "b", 3, LK_PRODUCT_SIM), LK_REJECT);
	daemon_stop_and_check(d);
}

/* Before the first sync there is a node already, which tells of itself. */
Test(lists, a_node_without_lists_tells_its_status)
{
	struct daemon *d = daemon_start(NULL);

	RUN(d, "%s", make_centre);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	daemon_rewrite(d, &with_lists);
	daemon_restart(d);
	RUN(d, "test -s $DATA/lists/status");
	cr_expect_null(strstr(daemon_log(d), "cannot be written"), "%s",
	    daemon_log(d));
	daemon_kill(d, SIGTERM);
}

/* Without network, without incoming/: what was adopted is verified and serves. */
Test(lists, a_restart_needs_nobody)
{
	struct daemon *d = start();

	cr_assert_eq(daemon_kill(d, SIGKILL), SIGKILL);
	RUN(d, "rm -rf $DATA/lists/incoming $D/centre $D/root.json.not");
	daemon_restart(d);
	cr_expect_eq(ask(d, "a", 1, LK_PRODUCT_SIM), LK_REJECT);
	cr_expect_eq(ask(d, "b", 2, LK_PRODUCT_SIM), LK_PASS);
	daemon_stop_and_check(d);
}

/* Who has the disk of the branch puts an older generation back: refused. */
Test(lists, an_older_generation_put_back_is_not_served)
{
	struct daemon *d = start();

	RUN(d, "cp -a $DATA/lists $D/old");
	RUN(d, CENTRE "echo %s | $L list add sanction --dir $C --id-no - "
	    "--category convicted --basis court --case c-4 --who wang "
	    "--reason r 2>&1", citizen(330102, 19900101, 4));
	publish(d, "--force --reason more");
	fetch(d);
	until(d, "\"lists_version\":2");
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	RUN(d, "rm -rf $DATA/lists && cp -a $D/old $DATA/lists && rm -rf "
	    "$DATA/lists/incoming");
	daemon_restart(d);
	cr_expect_not_null(strstr(daemon_log(d), "lists:"), "%s",
	    daemon_log(d));
	/* Nobody passes as if there were no lists. */
	cr_expect_eq(ask(d, "a", 2, LK_PRODUCT_SIM), LK_REVIEW);
	/* What the centre has published mends it. */
	fetch(d);
	until(d, "\"lists_version\":2");
	cr_expect_eq(ask(d, "b", 4, LK_PRODUCT_SIM), LK_REJECT);
	cr_expect_eq(ask(d, "c", 5, LK_PRODUCT_SIM), LK_PASS);
	daemon_stop_and_check(d);
}

/* A policy that nobody signed must not come into force as the last that was. */
static void
altered(const char *line)
{
	struct daemon *d = start();

	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	RUN(d, "rm -rf $DATA/lists && for f in $DATA/log/policy/*.policy; do "
	    "chmod u+w $f && echo '%s' >>$f; done", line);
	daemon_restart(d);
	cr_expect_not_null(strstr(daemon_log(d), "altered"));
	cr_expect_eq(ask(d, "a", 2, LK_PRODUCT_SIM), LK_E_UNAVAIL);
	fetch(d);
	until(d, "\"lists_version\":1");
	cr_expect_eq(ask(d, "b", 1, LK_PRODUCT_SIM), LK_REJECT);
	daemon_stop_and_check(d);
}

Test(lists, a_policy_altered_on_disk_is_not_fallen_back_to)
{

	altered("# more");
}

Test(lists, a_policy_damaged_on_disk_is_not_fallen_back_to)
{

	altered("[rule");
}

/* Killed after a generation was taken over, before the journal could tell of it. */
Test(lists, a_kill_before_the_journal_knows_hides_no_hit)
{
	struct daemon *d = start();

	cr_expect_eq(ask(d, "a", 3, LK_PRODUCT_SIM), LK_PASS);
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	RUN(d, "cp -a $DATA $D/before");
	daemon_restart(d);
	RUN(d, CENTRE "echo %s | $L list add sanction --dir $C --id-no - "
	    "--category convicted --basis court --case c-3 --who wang "
	    "--reason r 2>&1", citizen(330102, 19900101, 3));
	publish(d, "--force --reason first");
	fetch(d);
	until(d, "\"lists_version\":2");
	cr_assert_eq(daemon_kill(d, SIGKILL), SIGKILL);
	RUN(d, "mv $DATA/lists $D/new && rm -rf $DATA && mv $D/before $DATA && "
	    "rm -rf $DATA/lists && mv $D/new $DATA/lists");
	daemon_restart(d);
	until(d, "\"lists_version\":2");
	until(d, "\"retro_hits\":1");
	daemon_stop_and_check(d);
}

/* sync is believed in nothing: what it leaves is verified by the daemon itself. */
Test(lists, what_lies_in_incoming_is_believed_in_nothing)
{
	struct daemon *d = start();

	RUN(d, CENTRE "echo %s | $L list add sanction --dir $C --id-no - "
	    "--category convicted --basis court --case c-6 --who wang "
	    "--reason r 2>&1", citizen(330102, 19900101, 6));
	publish(d, "--force --reason more");
	/* Handed over by hand, one signature of the targets spoilt. */
	RUN(d, "cd $DATA/lists && cp -a $D/centre/repo/targets/. "
	    "incoming/targets/ && cd incoming/metadata && cp "
	    "$D/centre/repo/metadata/2.*.json . && sed -E '0,/\"sig\"/ "
	    "s/(\"sig\": *\")..../\\10000/' 2.targets.json >t && ! cmp -s t "
	    "2.targets.json && mv t 2.targets.json && cp "
	    "$D/centre/repo/metadata/timestamp.json t && mv t timestamp.json");
	until(d, "not the file that snapshot");
	cr_expect_not_null(strstr(daemon_said(d), "\"lists_error\":\""));
	cr_expect_not_null(strstr(daemon_said(d), "\"lists_version\":1"));
	cr_expect_eq(ask(d, "a", 6, LK_PRODUCT_SIM), LK_PASS);
	cr_expect_eq(ask(d, "b", 1, LK_PRODUCT_SIM), LK_REJECT);
	fetch(d);
	until(d, "\"lists_version\":2");
	cr_expect_eq(ask(d, "c", 6, LK_PRODUCT_SIM), LK_REJECT);
	daemon_stop_and_check(d);
}

/* kill -9 while a generation is being taken over, again and again. */
Test(lists, kills_during_adoption_leave_the_old_or_the_new)
{
	struct daemon *d = start();
	char txn[16];
	int i, got;

	RUN(d, CENTRE "echo %s | $L list add sanction --dir $C --id-no - "
	    "--category convicted --basis court --case c-7 --who wang "
	    "--reason r 2>&1", citizen(330102, 19900101, 7));
	publish(d, "--force --reason more");
	for (i = 0; i < 12; i++) {
		fetch(d);
		/* The more requests, the later the kill. */
		for (got = 0; got < i; got++)
			(void)daemon_tool(d, "$L status --socket $D/desk.sock");
		cr_assert_eq(daemon_kill(d, SIGKILL), SIGKILL);
		daemon_restart(d);
		(void)snprintf(txn, sizeof(txn), "k%d", i);
		cr_assert_eq(ask(d, txn, 1, LK_PRODUCT_SIM), LK_REJECT);
	}
	until(d, "\"lists_version\":2");
	cr_expect_eq(ask(d, "z", 7, LK_PRODUCT_SIM), LK_REJECT);
	daemon_stop_and_check(d);
}

/* The outlet register travels the same road. */
Test(lists, an_outlet_is_suspended_and_resumed)
{
	struct daemon *d = start();

	RUN(d, CENTRE "printf 'institution,outlet,name,area\\n"
	    "bank,0001,One,330102\\n' >o.csv && $L outlet import o.csv --dir $C "
	    "--who wang 2>&1 && $L outlet suspend bank.0001 --reason audit "
	    "--dir $C --who wang 2>&1");
	publish(d, "");
	fetch(d);
	until(d, "\"lists_version\":2");
	cr_expect_eq(ask(d, "a", 2, LK_PRODUCT_SIM), LK_REJECT);
	RUN(d, CENTRE "$L outlet resume bank.0001 --dir $C --who wang 2>&1");
	publish(d, "");
	fetch(d);
	until(d, "\"lists_version\":3");
	cr_expect_eq(ask(d, "b", 2, LK_PRODUCT_SIM), LK_PASS);
	daemon_stop_and_check(d);
}

/* The node says what it has, and the centre reads it. */
Test(lists, the_centre_sees_who_is_behind)
{
	struct daemon *d = start();
	int rc;

	RUN(d, "cd $D && mkdir in && $L sync --once --data $DATA --root "
	    "root.json --from centre/repo --report $D/in 2>&1 && ls in");
	rc = daemon_tool(d, "cd $D && echo '%s' >node.pub && $L list where 1 "
	    "--status in --keys node.pub --json 2>&1", daemon_vkey(d));
	cr_expect_eq(rc, 0, "%d %s", rc, daemon_said(d));
	rc = daemon_tool(d, "cd $D && $L list where 2 --status in --keys "
	    "node.pub --json 2>&1");
	cr_expect_neq(rc, 0, "%s", daemon_said(d));
	daemon_stop_and_check(d);
}
