/* What staff say of nodes below, against a real daemon: from a terminal to its record, and
 * over a start. */
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

TestSuite(node_state, .timeout = 120);

static char keys[128];		/* directory of keys */
static char sections[4096];
static struct daemon *d;

/* Make a staff key; its verifier key goes into the sections. */
static void
make_staff(const char *who, const char *rights)
{
	const struct keymake m = { .kind = KEYFILE_STAFF, .name = who,
		.created = 1700000000, .expires = KEYMAKE_NEVER };
	uint8_t secret[KEYFILE_SECRET_LEN] = { (uint8_t)who[0], 6 };
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

/* Remove one name of a tree. */
static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st, (void)flag, (void)ftw;
	return (remove(path));
}

/* Say something of a node. */
static int
node(const char *step, const char *id, const char *who, const char *socket)
{

	return (daemon_tool(d, "$L node %s %s --as %s/%s.key --reason 'letter "
	    "of 3 December' --socket $D/%s.sock 2>&1", step, id, keys, who,
	    socket));
}

static int
said(const char *text)
{

	return (strstr(daemon_said(d), text) != NULL);
}

Test(node_state, from_the_terminal_to_the_record)
{
	static struct daemon_setup setup = { .sections = sections };
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(keys, sizeof(keys), "%s/lk-node-XXXXXX",
	    tmp != NULL && strlen(tmp) < 60 ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(keys));
	(void)snprintf(sections, sizeof(sections),
	    "[institution bank]\nsocket = \"%%D/bank.sock\"\nuid = %%U\n"
	    "[operator desk]\nsocket = \"%%D/desk.sock\"\nuid = %%U\n"
	    "rights = \"desk, admin\"\n");
	make_staff("lin", "node");
	make_staff("wu", "review, alert, link, access");
	d = daemon_start(&setup);
	cr_expect_eq(daemon_tool(d, "$L fleet --socket $D/desk.sock 2>&1"), 0);
	cr_expect(said("0 active nodes"), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L fleet --socket $D/bank.sock 2>&1"),
	    EX_NOPERM, "%s", daemon_said(d));
	cr_expect_eq(node("retire", "b099", "wu", "desk"), EX_NOPERM);
	cr_expect(said("no right node"), "%s", daemon_said(d));
	cr_expect_eq(node("retire", "b099", "lin", "bank"), EX_NOPERM, "%s",
	    daemon_said(d));
	cr_expect_eq(node("replace", "b099", "lin", "desk"), EX_USAGE, "%s",
	    daemon_said(d));
	cr_expect(said("b099 has ever linked here"), "%s", daemon_said(d));
	cr_expect_eq(node("readmit", "b099", "lin", "desk"), EX_USAGE, "%s",
	    daemon_said(d));
	/* It may be kept from ever linking. */
	cr_expect_eq(node("retire", "b099", "lin", "desk"), 0, "%s",
	    daemon_said(d));
	cr_expect_eq(node("retire", "b099", "lin", "desk"), 1, "%s",
	    daemon_said(d));
	cr_expect_eq(daemon_kill(d, SIGKILL), SIGKILL);
	daemon_restart(d);
	cr_expect_eq(node("replace", "b099", "lin", "desk"), 1, "%s",
	    daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L fleet --socket $D/desk.sock 2>&1"), 0);
	cr_expect(said("1 retired") && !said("b099"), "%s", daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L fleet --all --json --socket "
	    "$D/desk.sock"), 0);
	cr_expect(jsonok(daemon_said(d)), "%s", daemon_said(d));
	cr_expect(said("\"node\":\"b099\",\"state\":\"retired\""), "%s",
	    daemon_said(d));
	cr_expect_eq(daemon_tool(d, "$L log show --data $DATA --kind node "
	    "2>&1"), 0);
	cr_expect(said("retired") && said("by lin") && said("node b099") &&
	    said("letter of 3 December"), "%s", daemon_said(d));
	daemon_stop_and_check(d);
	(void)nftw(keys, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
