/* The nodes below as the daemon tells them, and what staff say of one: against a daemon
 * that answers what the test wants. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/fleetlist.h"
#include "cli/fleettext.h"
#include "cli/tool.h"
#include "keys/keydisk.h"
#include "keys/keymake.h"
#include "keys/note.h"
#include "keys/staffnote.h"
#include "plugin.h"
#include "plugin/fake.h"

#include "clitest.h"
#include "jsonok.h"

#define NOW INT64_C(1795312800000)

static const char one[] = "b017\tactive\tup\t1795312797000\t40\t52"
	"\t1795312790000\t31\t1.2.3\t2026-1\t412\tasked=120 answered=117 silent=3"
	" breaker=open opens=2 rtt_us=900\tt.example/branch/b017/decisions/2026.1"
	"\t52\t1795312796000\t\t";

/* What the daemon says. */
static struct {
	const char *page[3];	/* of the table */
	int error;		/* to FLEET and to statements */
	const char *why;
	int held;
	int above;		/* WIRE_ABOVE_ */
	struct staffnote said;	/* the statement that came */
} daemon_says;

/* Answer one request. */
static void
reply(struct wire_out *o, const struct fake_frame *r)
{
	char err[NOTE_ERROR_MAX];
	struct note n;
	uint64_t page;
	const char *p;
	size_t len;

	switch (r->head.type) {
	case WIRE_STATUS:
		wire_put_u32(o, WIRE_T_READY, !daemon_says.held);
		wire_put_u64(o, WIRE_T_TIME_MS, NOW);
		wire_put_u64(o, WIRE_T_STARTED_MS, NOW - 1000);
		wire_put_u64(o, WIRE_T_LIST_VERSION, 412);
		wire_put_text(o, WIRE_T_POLICY_VERSION, "2026-1");
		wire_put_text(o, WIRE_T_NODE, "city");
		wire_put_text(o, WIRE_T_DAEMON, "1.2.3");
		if (daemon_says.above != 0) {
			wire_put_text(o, WIRE_T_ABOVE_NAME, "prov\x1b");
			wire_put_u32(o, WIRE_T_ABOVE_STATE,
			    (uint32_t)daemon_says.above);
			wire_put_text(o, WIRE_T_ABOVE_COUNTS,
			    "asked=9 silent=4 breaker=open");
			wire_put_u64(o, WIRE_T_NODES_UP, 11);
			wire_put_u64(o, WIRE_T_NODES_KNOWN, 12);
		}
		if (daemon_says.held)
			wire_put_u32(o, WIRE_T_HELD, 1);
		return;
	case WIRE_FLEET:
		page = wire_u64(&r->f, WIRE_T_AFTER, 0);
		if (daemon_says.error == 0 && daemon_says.page[page] != NULL)
			wire_put_text(o, WIRE_T_TABLE, daemon_says.page[page]);
		wire_put_u64(o, WIRE_T_TIME_MS, NOW);
		if (page < 2 && daemon_says.page[page + 1] != NULL)
			wire_put_u64(o, WIRE_T_NEXT, page + 1);
		break;
	case WIRE_STAFF:
		p = wire_text(&r->f, WIRE_T_STATEMENT, &len);
		cr_assert_eq(note_parse(&n, p, len, err), 0, "%s", err);
		cr_assert_eq(staffnote_parse(&daemon_says.said, n.text,
		    n.text_len), 0);
		wire_put_u64(o, WIRE_T_SEQ, 77);
		wire_put_u32(o, WIRE_T_GENERATION, 3);
		wire_put_u64(o, WIRE_T_CURSOR, 1000);
		wire_put_u64(o, WIRE_T_LAST_SEQ, 1041);
		break;
	default:
		cr_assert_fail("unexpected request %u", r->head.type);
	}
	if (daemon_says.error != 0) {
		wire_put_u32(o, WIRE_T_ERROR, (uint32_t)daemon_says.error);
		wire_put_text(o, WIRE_T_MESSAGE, daemon_says.why);
	}
}

/* The script of the daemon. */
static void
script(struct fake *k, int fd, int nth)
{
	static _Thread_local struct fake_frame r;
	static _Thread_local uint8_t bytes[8192];
	struct wire_out o;

	(void)nth;
	if (fake_hello(k, fd) != 0)
		return;
	while (fake_read(k, fd, &r) == 0) {
		fake_begin(&o, bytes, sizeof(bytes), &r);
		reply(&o, &r);
		fake_send(fd, &o);
	}
}

static struct fake k;

static void
setup(void)
{

	memset(&daemon_says, 0, sizeof(daemon_says));
	fake_start(&k, script, "");
}

static void
teardown(void)
{

	fake_stop(&k);
}

TestSuite(fleet, .init = setup, .fini = teardown);

/* A page of lines. */
static const char *
page(char buf[4096], const char *a, const char *b, const char *c)
{

	(void)snprintf(buf, 4096, "%s\n%s%s%s%s", a, b, *b ? "\n" : "", c,
	    *c ? "\n" : "");
	return (buf);
}

/* Has the output this? */
static void
shows(const struct cli_run *r, const char *what)
{

	cr_assert_not_null(strstr(r->out, what), "%s is not in\n%s%s", what,
	    r->out, r->err);
}

Test(fleetlist, a_node)
{
	struct fleetlist_node n;
	uint64_t v;

	cr_assert_eq(fleetlist_read(one, strlen(one), &n), 0);
	cr_assert_str_eq(n.node, "b017");
	cr_assert_eq(n.state, FLEETLIST_ACTIVE);
	cr_assert_eq(n.up, 1);
	cr_assert_eq(n.beat, NOW - 3000);
	cr_assert_eq(n.cursor, 40);
	cr_assert_eq(n.last, 52);
	cr_assert_eq(n.taken, NOW - 10000);
	cr_assert_eq(n.events, 31);
	cr_assert_str_eq(n.version, "1.2.3");
	cr_assert_str_eq(n.policy, "2026-1");
	cr_assert_eq(n.lists, 412);
	cr_assert_eq(n.head_size, 52);
	cr_assert_eq(n.head_t, NOW - 4000);
	cr_assert_str_eq(n.head_why, "");
	cr_assert_str_eq(n.why, "");
	cr_assert_eq(fleetlist_count(n.counts, "asked", &v), 0);
	cr_assert_eq(v, 120);
	cr_assert_eq(fleetlist_count(n.counts, "ask", &v), -1);
	cr_assert_eq(fleetlist_count(n.counts, "sked", &v), -1);
	cr_assert_eq(fleetlist_count(n.counts, "breaker", &v), -1);
	cr_assert(fleetlist_open(n.counts));
	cr_assert(!fleetlist_open("breaker=opened"));
	cr_assert_eq(fleetlist_lag(&n), 12);
	cr_assert(fleetlist_well(&n, NOW));
	cr_assert(fleetlist_well(&n, NOW + 86000));
	cr_assert(!fleetlist_well(&n, NOW + 86001));
	/* What it says itself of its queue is exact. */
	memcpy(n.counts, "queued=0", 9);
	cr_assert_eq(fleetlist_lag(&n), 0);
	memcpy(n.counts, "queued=x", 9);
	cr_assert_eq(fleetlist_lag(&n), 12);
}

/* Cut anywhere, or with a field of another kind, it is no line. */
Test(fleetlist, what_is_no_line)
{
	static const char *const bad[] = {
		"", "\t", "b017",
		"\tactive\tup\t1\t1\t1\t1\t1\tv\tp\t1\tc\to\t1\t1\tw\tw",
		"b\tidle\tup\t1\t1\t1\t1\t1\tv\tp\t1\tc\to\t1\t1\tw\tw",
		"b\tactive\tmaybe\t1\t1\t1\t1\t1\tv\tp\t1\tc\to\t1\t1\tw\tw",
		"b\tactive\tup\t-1\t1\t1\t1\t1\tv\tp\t1\tc\to\t1\t1\tw\tw",
		"b\tactive\tup\t1\t\t1\t1\t1\tv\tp\t1\tc\to\t1\t1\tw\tw",
		"b\tactive\tup\t1\t99999999999999999999\t1\t1\t1\tv\tp\t1\tc\to"
		    "\t1\t1\tw\tw",
		"b\tactive\tup\t9999999999999999999\t1\t1\t1\t1\tv\tp\t1\tc\to"
		    "\t1\t1\tw\tw",
		"b\tactive\tup\t1\t1\t1\t1\t1\tv\tp\t1\tc\to\t1\t1\tw\tw\t",
		"a-node-of-16-cha\tactive\tup\t1\t1\t1\t1\t1\tv\tp\t1\tc\to\t1"
		    "\t1\tw\tw",
	};
	struct fleetlist_node n;
	char *copy;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(fleetlist_read(bad[i], strlen(bad[i]), &n), -1,
		    "%zu", i);
	/* The last field may be empty, so its tab is the shortest end. */
	for (i = 0; i + 1 < strlen(one); i++) {
		copy = malloc(i + 1);
		memcpy(copy, one, i);
		cr_assert_eq(fleetlist_read(copy, i, &n), -1, "%zu", i);
		free(copy);
	}
}

Test(fleettext, ages)
{
	struct tool t;
	char buf[FLEETTEXT_AGE];

	tool_init(&t, stdin, stdout, stderr);
	t.language = LK_LANG_EN;
	cr_assert_str_eq(fleettext_age(&t, -5, buf), "0 s");
	cr_assert_str_eq(fleettext_age(&t, 119999, buf), "119 s");
	cr_assert_str_eq(fleettext_age(&t, 120000, buf), "2 min");
	cr_assert_str_eq(fleettext_age(&t, 7200000, buf), "2 h");
	cr_assert_str_eq(fleettext_age(&t, INT64_C(172800000), buf), "2 d");
	t.language = LK_LANG_ZH;
	cr_assert_str_eq(fleettext_age(&t, 3000, buf), "3秒");
}

Test(fleet, all_is_well)
{
	const struct cli_run *r;
	char buf[4096];

	daemon_says.page[0] = page(buf, one, "", "");
	r = cli(NULL, "fleet", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_OK, "%s", r->err);
	shows(r, "NODE  STATE   LINK         LAG        VERSION  LISTS  POLICY  "
	    "COSIGNED      NODE ABOVE"
	    "                                 TROUBLE\n");
	shows(r, "b017  active  up, 3 s ago  12 (10 s)  1.2.3    412    2026-1  "
	    "52 (4 s ago)  120 asked, 3 silent, no longer waited for\n");
	shows(r, "1 active nodes: 1 up, 1 cosigned within 90 s; 0 held, 0 "
	    "awaited, 0 retired\n");
	cr_assert_null(strstr(r->out, "* not as here"));
}

Test(fleet, what_is_not_well)
{
	static const char down[] = "b018\tactive\tdown\t0\t0\t0\t0\t0\t\t\t0\t\t"
		"\t0\t0\t\t";
	static const char old[] = "b019\tactive\tup\t1795312799000\t9\t9\t1\t9"
		"\t1.2.2\t2025-9\t411\t\t\t9\t1795312700000\t422\tits \x1b[2J "
		"entry";
	static const char held[] = "b020\theld\tup\t1\t9\t8\t1\t9\t1.2.3\t2026-1"
		"\t412\t\t\t0\t0\t\tits disk";
	static const char away[] = "b021\tawaited\tdown\t0\t9\t0\t1\t9\t\t\t0\t\t"
		"\t0\t0\t\t";
	static const char gone[] = "b022\tretired\tdown\t0\t9\t0\t1\t9\t\t\t0\t\t"
		"\t0\t0\t\t";
	const struct cli_run *r;
	char a[4096], b[4096];

	daemon_says.page[0] = page(a, one, down, "");
	r = cli(NULL, "fleet", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_NO);
	shows(r, "b018  active  down");
	shows(r, "never");
	daemon_says.page[0] = page(a, one, old, "");
	r = cli(NULL, "fleet", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_NO, "its head is too old");
	shows(r, "1.2.2*");
	shows(r, "411*");
	shows(r, "2025-9*");
	shows(r, "* not as here: version 1.2.3, lists 412, policy 2026-1\n");
	shows(r, "not cosigned: inconsistent: the log was rewritten, its ?[2J "
	    "entry\n");
	cr_assert_null(strchr(r->out, '\x1b'));
	daemon_says.page[0] = page(a, one, away, gone);
	r = cli(NULL, "fleet", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_OK, "these are not expected");
	shows(r, "b021  awaited  down");
	cr_assert_null(strstr(r->out, "b022"));
	r = cli(NULL, "fleet", "--all", "--socket", k.path, NULL);
	shows(r, "b022  retired  down");
	/* Over pages. */
	daemon_says.page[1] = page(b, held, "", "");
	r = cli(NULL, "fleet", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_NO);
	shows(r, "A node is HELD");
	shows(r, "1 held, 1 awaited, 1 retired");
	r = cli(NULL, "fleet", "--json", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_NO);
	cr_assert(jsonok(r->out), "%s", r->out);
	shows(r, "{\"node\":\"b017\",\"state\":\"active\",\"well\":true,\"up\":"
	    "true,");
	shows(r, "\"counts\":{\"asked\":120,\"answered\":117,\"silent\":3,"
	    "\"opens\":2,\"rtt_us\":900,\"breaker_open\":true}");
	shows(r, "\"state\":\"held\",\"well\":false");
	shows(r, "\"held\":1,\"awaited\":1,\"retired\":1,\"well\":false");
}

Test(fleet, one_node)
{
	const struct cli_run *r;
	char buf[4096];

	daemon_says.page[0] = page(buf, one, "", "");
	r = cli(NULL, "fleet", "b017", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_OK, "%s", r->err);
	shows(r, "b017  active\n");
	shows(r, "taken / last entry  40 / 52\n");
	shows(r, "t.example/branch/b017/decisions/2026.1\n");
	r = cli(NULL, "fleet", "b017", "--json", "--socket", k.path, NULL);
	cr_assert(jsonok(r->out), "%s", r->out);
	r = cli(NULL, "fleet", "b018", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_NO);
	cr_assert_not_null(strstr(r->err, "b018"), "%s", r->err);
}

Test(fleet, there_are_none_or_it_may_not_be_seen)
{
	const struct cli_run *r;

	r = cli(NULL, "fleet", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_assert_str_eq(r->out, "0 active nodes: 0 up, 0 cosigned within 90 s;"
	    " 0 held, 0 awaited, 0 retired\n");
	daemon_says.error = LK_E_DENIED;
	daemon_says.why = "no right";
	r = cli(NULL, "fleet", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_DENIED);
	cr_assert_not_null(strstr(r->err, "no right"), "%s", r->err);
	daemon_says.error = 0;
	daemon_says.page[0] = "no line\n";
	r = cli(NULL, "fleet", "--socket", k.path, NULL);
	cr_assert_neq(r->rc, TOOL_OK, "%s", r->out);
}

/* Make a staff key. */
static const char *
make_key(void)
{
	const struct keymake m = { .kind = KEYFILE_STAFF, .name = "lin",
		.created = 1700000000, .expires = KEYMAKE_NEVER };
	const uint8_t secret[KEYFILE_SECRET_LEN] = { 5 };
	struct keyfile_error fault = { .fault = KEYFILE_FINE };
	static char path[128];
	struct keyfile key;

	(void)snprintf(path, sizeof(path), "%s/lin.key", k.dir);
	cr_assert_eq(keymake(&key, &m, secret, &fault), 0, "%s", fault.text);
	cr_assert_eq(keydisk_write(&key, path, &fault), 0, "%s", fault.text);
	return (path);
}

/* The statement names the node, and the answer the two lines to write. */
Test(fleet, what_staff_say_of_a_node)
{
	const char *key = make_key();
	const struct cli_run *r;

	r = cli(NULL, "node", "readmit", "b017", "--as", key, "--reason",
	    "a snapshot", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_assert_eq(daemon_says.said.action, STAFFNOTE_NODE_READMIT);
	cr_assert_str_eq(daemon_says.said.detail, "b017");
	cr_assert_str_eq(daemon_says.said.node, "city");
	cr_assert_str_eq(daemon_says.said.origin, "city");
	cr_assert_str_eq(daemon_says.said.reason, "a snapshot");
	cr_assert_eq(daemon_says.said.entry, 0);
	shows(r, "Node b017 is readmitted (entry 77)");
	shows(r, "\n         generation = 4\n         first_seq = 1042\n");
	r = cli(NULL, "node", "replace", "b017", "--as", key, "--reason",
	    "new machine", "--json", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_assert_eq(daemon_says.said.action, STAFFNOTE_NODE_REPLACE);
	cr_assert_str_eq(r->out, "{\"node\":\"b017\",\"step\":\"replace\","
	    "\"seq\":77,\"above\":\"city\",\"cursor\":1000,\"heard\":1041,"
	    "\"generation\":4,\"first_seq\":1042}\n");
	r = cli(NULL, "node", "retire", "b017", "--as", key, "--reason",
	    "closed", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_assert_eq(daemon_says.said.action, STAFFNOTE_NODE_RETIRE);
	shows(r, "Node b017 is retired (entry 77)");
	cr_assert_null(strstr(r->out, "first_seq"));
	daemon_says.error = LK_E_STATE;
	daemon_says.why = "node b017 was retired";
	r = cli(NULL, "node", "retire", "b017", "--as", key, "--reason",
	    "closed", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_NO);
	unlink(key);
}

/* What is no node id is told before anything is asked or signed. */
Test(fleet, what_is_no_node_id)
{
	static const char *const bad[] = { "B017", "b 17", "b017-",
		"b01700000000x", "" };
	const struct cli_run *r;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r = cli(NULL, "node", "retire", bad[i], "--as", "lin.key",
		    "--reason", "x", "--socket", k.path, NULL);
		cr_assert_eq(r->rc, TOOL_USAGE, "%s", bad[i]);
	}
	cr_assert_eq(k.frames, 0);
	r = cli(NULL, "node", "retire", "b017", "--as", "/nonexistent",
	    "--reason", "x", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_NOINPUT);
	r = cli(NULL, "node", "retire", "b017", "--reason", "x", "--socket",
	    k.path, NULL);
	cr_assert_eq(r->rc, TOOL_USAGE);
}

Test(fleet, the_status_tells_of_links)
{
	const struct cli_run *r;

	r = cli(NULL, "status", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_assert_null(strstr(r->out, "node above"));
	cr_assert_null(strstr(r->out, "HELD"));
	daemon_says.above = WIRE_ABOVE_UP;
	r = cli(NULL, "status", "--socket", k.path, NULL);
	shows(r, "node above      prov?  up  (9 asked, 4 silent, no longer waited for)\n");
	shows(r, "nodes below     12, 11 up");
	daemon_says.held = 1;
	r = cli(NULL, "status", "--socket", k.path, NULL);
	cr_assert_eq(r->rc, TOOL_NO);
	shows(r, "NOT READY");
	shows(r, "HELD            the node above has found this disk wound back");
	r = cli(NULL, "status", "--json", "--socket", k.path, NULL);
	cr_assert(jsonok(r->out), "%s", r->out);
	shows(r, "\"held\":true,\"above\":");
	shows(r, "\"above_state\":\"up\",\"above_asked\":9,\"above_silent\":4,"
	    "\"above_breaker_open\":true,\"nodes_known\":12,\"nodes_up\":11");
}
