/*
 * The policy as a signed target: it comes into force with its publication, unless it does
 * not compile here or asks for what is not published; then the one before stays, also over
 * a restart, and lists go on.
 */
#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "plugin.h"

#include "../lists/tufkit.h"
#include "harness.h"

TestSuite(policies, .timeout = 180);

static const struct daemon_setup with_lists = {
	.lists = "root = \"%D/root.json\"\nkey = \"%D/list.key\"\n"
};

/* A policy of this version that rejects SIM cards when `rule` holds. */
static void
target(struct tufkit *kit, const char *version, const char *rule)
{
	static char last[64];
	char name[64], text[1024];

	if (last[0] != '\0')
		tufkit_drop(kit, last);
	(void)snprintf(name, sizeof(name), "policy/%s.policy", version);
	(void)snprintf(text, sizeof(text), "[policy]\nversion = \"%s\"\n"
	    "[rule R]\nclass = statutory\nwhen = \"%s\"\nthen = reject\n"
	    "reason = \"R\"\nmessage.zh = \"x\"\nmessage.en = \"x\"\n", version,
	    rule);
	tufkit_target(kit, name, text, strlen(text), json_pack("{ss ss}",
	    "kind", "policy", "policy", version));
	memcpy(last, name, sizeof(last));
	tufkit_publish(kit);
}

/* Fetch what was published and wait until the status says this. */
static void
fetch(struct daemon *d, const char *text)
{
	int i, rc;

	rc = daemon_tool(d, "cd $D && $L sync --once --data $DATA --root "
	    "root.json --from kit 2>&1");
	cr_assert_eq(rc, 0, "%s", daemon_said(d));
	for (i = 0; i < 2000; i++) {
		(void)daemon_tool(d, "$L status --json --lang en --socket "
		    "$D/desk.sock 2>&1");
		if (strstr(daemon_said(d), text) != NULL)
			return;
	}
	cr_assert_fail("never said %s: %s\n%s", text, daemon_said(d),
	    daemon_log(d));
}

/* Which policy answers, and how. */
static int
ask(struct daemon *d, const char *txn, char policy[32])
{
	struct client *c = client_open(d, "bank");
	int rc, decision;

	(void)client_check(c, txn, citizen(330102, 19900101, 1),
	    LK_PRODUCT_SIM);
	rc = client_call(c);
	policy[0] = '\0';
	decision = rc;
	if (rc == 0) {
		(void)wire_copy(&c->f, WIRE_T_POLICY_VERSION, policy, 32);
		decision = (int)wire_u32(&c->f, WIRE_T_DECISION, 99);
	}
	client_close(c);
	return (decision);
}

Test(policies, one_that_cannot_be_used_leaves_the_one_before)
{
	struct daemon *d = daemon_start(NULL);
	struct tufkit *kit;
	char path[512], policy[32];
	int rc;

	rc = daemon_tool(d, "mkdir $D/kit && cd $D && $K new token-list --out "
	    "list.key >/dev/null && rm -rf $DATA/*");
	cr_assert_eq(rc, 0, "%s", daemon_said(d));
	(void)snprintf(path, sizeof(path), "%s/kit", daemon_dir(d));
	kit = tufkit_new(path, (int64_t)time(NULL));
	rc = daemon_tool(d, "cp $D/kit/metadata/1.root.json $D/root.json");
	cr_assert_eq(rc, 0);
	(void)daemon_kill(d, SIGKILL);
	rc = daemon_tool(d, "rm -rf $DATA/*");
	daemon_rewrite(d, &with_lists);
	daemon_restart(d);
	/* Without any policy nothing is decided. */
	cr_expect_eq(ask(d, "t0", policy), LK_E_UNAVAIL);
	target(kit, "one", "product == sim");
	fetch(d, "\"policy_version\":\"one\"");
	cr_expect_eq(ask(d, "t1", policy), LK_REJECT);
	cr_expect_str_eq(policy, "one");
	target(kit, "two", "product == simm");
	fetch(d, "does not compile");
	cr_expect_not_null(strstr(daemon_said(d), "policy/two.policy:"));
	cr_expect_eq(ask(d, "t2", policy), LK_REJECT);
	cr_expect_str_eq(policy, "one");
	target(kit, "three", "listed('ghost')");
	fetch(d, "ghost");
	cr_expect_eq(ask(d, "t3", policy), LK_REJECT);
	cr_expect_str_eq(policy, "one");
	cr_assert_eq(daemon_kill(d, SIGTERM), 0);
	daemon_restart(d);
	cr_expect_eq(ask(d, "t4", policy), LK_REJECT);
	cr_expect_str_eq(policy, "one");
	target(kit, "four", "product == sim and quantity > 1");
	fetch(d, "\"policy_version\":\"four\"");
	cr_expect_eq(ask(d, "t5", policy), LK_PASS);
	tufkit_free(kit);
	daemon_stop_and_check(d);
}
