/* liangka policy and liangka log on files that the test writes. */
#include <criterion/criterion.h>

#include <ftw.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/tool.h"
#include "keys/sha256.h"
#include "plugin.h"
#include "store/entry.h"
#include "store/wal.h"

#include "clitest.h"
#include "jsonok.h"

static char dir[64];

static void
setup(void)
{

	(void)snprintf(dir, sizeof(dir), "/tmp/liangka-cli.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
}

static int
drop(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st;
	(void)flag;
	(void)ftw;
	return (remove(path));
}

static void
teardown(void)
{

	(void)nftw(dir, drop, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(policy, .init = setup, .fini = teardown);
TestSuite(log, .init = setup, .fini = teardown);

/* Write a policy file; its path stays valid until the next call. */
static const char *
policy(const char *text)
{
	static char path[80];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/p.policy", dir);
	cr_assert_not_null(f = fopen(path, "w"));
	(void)fputs(text, f);
	(void)fclose(f);
	return (path);
}

#define HEAD "[policy]\nversion = \"t1\"\nrelief.zh = \"申诉\"\n" \
	"relief.en = \"appeal\"\n"
#define TEXTS "message.zh = \"甲\"\nmessage.en = \"a\"\nnotice.zh = \"乙\"\n" \
	"notice.en = \"b\"\n"
#define RULE "[rule R1]\nclass = frequency\nwhen = \"cards(7d) >= 3\"\n" \
	"then = review\nby = centre\nreason = \"R1\"\n"

Test(policy, check_says_what_a_good_one_costs)
{
	const char *p = policy(HEAD RULE TEXTS);
	const struct cli_run *r = cli(NULL, "policy", "check", p, NULL);

	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_str_empty(r->err);
	cr_expect_not_null(strstr(r->out, ": 1 rules, 2 facts, worst entry "));
	cr_expect_not_null(strstr(r->out, " bytes: ok\n"));
	r = cli(NULL, "policy", "check", "--json", p, NULL);
	cr_expect(jsonok(r->out), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "\"ok\":true"));
	r = cli(HEAD RULE TEXTS, "policy", "check", "-", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_eq(strncmp(r->out, "<stdin>: ", 9), 0, "%s", r->out);
}

Test(policy, check_points_at_every_error)
{
	const char *p = policy(HEAD "[rule R1]\nclass = frequncy\n"
	    "when = \"crads(7d) >= 3\"\nthen = review\nby = centre\n"
	    "reason = \"R1\"\n");
	const struct cli_run *r = cli(NULL, "policy", "check", p, NULL);
	char at[96];

	cr_expect_eq(r->rc, TOOL_DATA);
	(void)snprintf(at, sizeof(at), "%s:6:9: error: ", p);
	cr_expect_not_null(strstr(r->err, at), "%s", r->err);
	(void)snprintf(at, sizeof(at), "%s:7:9: error: ", p);
	cr_expect_not_null(strstr(r->err, at), "%s", r->err);
	cr_expect_not_null(strstr(r->err, "        ^~~~~~~~"), "%s", r->err);
	cr_expect_not_null(strstr(r->out, ": 2 errors\n"), "%s", r->out);
	r = cli(NULL, "policy", "check", "--json", p, NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect(jsonok(r->out), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "{\"line\":6,\"column\":9,"));
	cr_expect_not_null(strstr(r->out, "\"ok\":false"));
}

Test(policy, check_doubts_what_is_hardly_meant)
{
	const char *p = policy(HEAD RULE "until = 2020-12-31\n" TEXTS
	    "[rule R2]\nclass = frequency\nwhen = \"cards(7d) >= 4\"\n"
	    "then = review\nby = centre\nreason = \"R2\"\n"
	    "message.zh = \"甲\"\nmessage.en = \"a\"\nnotice.zh = \"乙\"\n");
	const struct cli_run *r = cli(NULL, "policy", "check", p, NULL);

	cr_expect_eq(r->rc, 0);
	cr_expect_not_null(strstr(r->err, ":5:1: warning: R1: its dates are "
	    "over"), "%s", r->err);
	cr_expect_not_null(strstr(r->err, ":16:1: warning: R2: has no "
	    "notice.en of its own"), "%s", r->err);
}

Test(policy, a_file_that_is_not_there)
{
	const struct cli_run *r;

	r = cli(NULL, "policy", "check", "/nonexistent/p", NULL);
	cr_expect_eq(r->rc, TOOL_NOINPUT);
	r = cli(NULL, "policy", "check", "--lang", "zh", "/nonexistent/p", NULL);
	cr_expect_str_eq(r->err, "liangka policy check: /nonexistent/p：打不开："
	    "没有这个文件或目录\n");
	r = cli(NULL, "policy", "check", "--json", "/nonexistent/p", NULL);
	cr_expect_eq(r->rc, TOOL_NOINPUT);
	cr_expect(jsonok(r->out), "%s", r->out);
	r = cli(NULL, "policy", "check", dir, NULL);
	cr_expect_eq(r->rc, TOOL_IO, "%s", r->err);
	r = cli(NULL, "policy", "check", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
}

Test(policy, show_lists_rules_and_facts)
{
	const char *p = policy(HEAD RULE TEXTS);
	const struct cli_run *r = cli(NULL, "policy", "show", p, NULL);

	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_not_null(strstr(r->out, "R1: cards(7d) >= 3"));
	cr_expect_not_null(strstr(r->out, "  1  cards(7d)"));
	r = cli(NULL, "policy", "show", p, "--json", NULL);
	cr_expect(jsonok(r->out), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "\"facts\":[\"cleared\","
	    "\"cards(7d)\"]"));
}

Test(policy, test_decides_by_made_up_facts)
{
	const char *p = policy(HEAD RULE TEXTS);
	const struct cli_run *r;

	r = cli(NULL, "policy", "test", p, "cards(7d)=2", NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	r = cli(NULL, "policy", "test", p, "cards(7d)=3", "--json", NULL);
	cr_expect_eq(r->rc, TOOL_REVIEW);
	cr_expect(jsonok(r->out), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "\"hits\":\"R1\""));
	r = cli(NULL, "policy", "test", p, "card(7d)=3", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	cr_expect_not_null(strstr(r->err, "did you mean \"cards(7d)\""));
	r = cli(NULL, "policy", "test", p, "cards(7d)=many", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
}

#define LISTED "[rule L1]\nclass = statutory\nwhen = \"listed('sanction', " \
	"convicted) or agent_listed('b-2')\"\nthen = limit\n" \
	"reason = \"L1\"\n" TEXTS
#define REGISTERS "[rule O1]\nwhen = \"outlet_suspended or not " \
	"outlet_known\"\nthen = reject\nreason = \"O1\"\n" TEXTS \
	"[rule O2]\nwhen = \"stale\"\nthen = review\nreason = \"O2\"\n" \
	"campaign = true\n" TEXTS "[rule O3]\nwhen = \"campaign\"\n" \
	"then = review\nreason = \"O3\"\n" TEXTS

Test(policy, lists_asked_for_are_told)
{
	const char *p = policy(HEAD LISTED REGISTERS);
	const struct cli_run *r = cli(NULL, "policy", "check", p, NULL);

	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_not_null(strstr(r->out, "\nlists asked for: sanction, "
	    "b-2\n"), "%s", r->out);
	r = cli(NULL, "policy", "check", p, "--json", NULL);
	cr_expect(jsonok(r->out), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "\"lists\":[\"sanction\","
	    "\"b-2\"]"), "%s", r->out);
	r = cli(NULL, "policy", "show", p, NULL);
	cr_expect_not_null(strstr(r->out, "\nlists asked for: sanction, "
	    "b-2\n"), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "[campaigns may lift it]"));
	cr_expect_not_null(strstr(r->out, "  1  listed('sanction')\n"));
	r = cli(NULL, "policy", "show", p, "--json", NULL);
	cr_expect(jsonok(r->out), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "\"lists\":[\"sanction\","
	    "\"b-2\"]"), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "\"campaign\":true"));
	r = cli(HEAD RULE TEXTS, "policy", "check", "-", NULL);
	cr_expect_null(strstr(r->out, "lists"), "%s", r->out);
}

Test(policy, check_doubts_list_rules_that_a_clearance_lifts)
{
	const struct cli_run *r;

	r = cli(HEAD "[rule L]\nwhen = \"overflow and not listed('x')\"\n"
	    "then = review\nreason = \"L\"\n" TEXTS, "policy", "check", "-",
	    NULL);
	cr_expect_eq(r->rc, 0);
	cr_expect_not_null(strstr(r->err, "<stdin>:5:1: warning: L: it asks "
	    "for a list and is of class frequency"), "%s", r->err);
	r = cli(HEAD "[rule L]\nwhen = \"overflow and not listed('x')\"\n"
	    "class = context\nthen = review\nreason = \"L\"\n" TEXTS,
	    "policy", "check", "-", NULL);
	cr_expect_str_empty(r->err, "%s", r->err);
}

Test(policy, test_puts_people_on_lists)
{
	const char *p = policy(HEAD LISTED REGISTERS);
	const struct cli_run *r;

	r = cli(NULL, "policy", "test", p, NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s%s", r->out, r->err);
	r = cli(NULL, "policy", "test", p, "--listed", "sanction=convicted",
	    NULL);
	cr_expect_eq(r->rc, TOOL_LIMIT, "%s%s", r->out, r->err);
	r = cli(NULL, "policy", "test", p, "--listed", "sanction=found", NULL);
	cr_expect_eq(r->rc, TOOL_OK);
	r = cli(NULL, "policy", "test", p, "--agent-listed=b-2=found", NULL);
	cr_expect_eq(r->rc, TOOL_LIMIT, "%s%s", r->out, r->err);
	r = cli(NULL, "policy", "test", p, "agent_listed('b-2')=canary", NULL);
	cr_expect_eq(r->rc, TOOL_LIMIT, "%s%s", r->out, r->err);
	r = cli(NULL, "policy", "test", p, "--listed", "sanctio=found", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	cr_expect_not_null(strstr(r->err, "did you mean "
	    "\"listed('sanction')\""), "%s", r->err);
	r = cli(NULL, "policy", "test", p, "--listed", "sanction", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	cr_expect_not_null(strstr(r->err, "write LIST=CATEGORY"), "%s",
	    r->err);
	r = cli(NULL, "policy", "test", p, "--listed", "sanction=convict",
	    NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	cr_expect_not_null(strstr(r->err, "has no value \"convict\""));
	r = cli(NULL, "policy", "test", p, "--listed", "sanction=true", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
}

Test(policy, test_takes_registers_and_campaigns)
{
	const char *p = policy(HEAD LISTED REGISTERS);
	const struct cli_run *r;

	r = cli(NULL, "policy", "test", p, "--outlet-suspended", NULL);
	cr_expect_eq(r->rc, TOOL_REJECT, "%s%s", r->out, r->err);
	r = cli(NULL, "policy", "test", p, "--outlet-unknown", NULL);
	cr_expect_eq(r->rc, TOOL_REJECT, "%s%s", r->out, r->err);
	r = cli(NULL, "policy", "test", p, "--stale", "--json", NULL);
	cr_expect_eq(r->rc, TOOL_REVIEW, "%s%s", r->out, r->err);
	cr_expect_not_null(strstr(r->out, "\"hits\":\"O2\""));
	cr_expect_not_null(strstr(r->out, "\"waived\":\"\""));
	r = cli(NULL, "policy", "test", p, "--stale", "--campaign", "--json",
	    NULL);
	cr_expect_eq(r->rc, TOOL_REVIEW, "%s%s", r->out, r->err);
	cr_expect(jsonok(r->out), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "\"hits\":\"O3\""));
	cr_expect_not_null(strstr(r->out, "\"waived\":\"O2\""));
	r = cli(NULL, "policy", "test", p, "--stale", "--lifts", "O2", NULL);
	cr_expect_eq(r->rc, TOOL_REVIEW, "%s%s", r->out, r->err);
	cr_expect_not_null(strstr(r->out, "lifted by the campaign: O2\n"),
	    "%s", r->out);
	r = cli(NULL, "policy", "test", p, "--stale", "--lifts", "O1", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	cr_expect_not_null(strstr(r->err, "does not say campaign = true"));
	r = cli(NULL, "policy", "test", p, "--lifts", "O9", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	/* A policy that does not read it cannot be told. */
	p = policy(HEAD RULE TEXTS);
	r = cli(NULL, "policy", "test", p, "--stale", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	cr_expect_not_null(strstr(r->err, "reads no fact \"stale\""), "%s",
	    r->err);
	r = cli(NULL, "policy", "test", p, "--campaign", NULL);
	cr_expect_eq(r->rc, TOOL_OK, "lifting nothing is no error");
}

Test(policy, the_example_of_the_help_works)
{
	const struct cli_run *r;

	r = cli(NULL, "help", "policy", "test", NULL);
	cr_expect_not_null(strstr(r->out, "default.policy product=sim "
	    "\"cards(30d)=4\" \"institutions(7d)=3\"\n"), "%s", r->out);
	r = cli(NULL, "policy", "test", "server/engine/default.policy",
	    "product=sim", "cards(30d)=4", "institutions(7d)=3", NULL);
	cr_expect_eq(r->rc, TOOL_REVIEW, "%s", r->err);
	cr_expect_not_null(strstr(r->out, "HF-7D"), "%s", r->out);
	r = cli(NULL, "policy", "test", "server/engine/default.policy",
	    "product=bank1", "--listed", "sanction=convicted", NULL);
	cr_expect_eq(r->rc, TOOL_LIMIT, "%s", r->err);
	r = cli(NULL, "policy", "test", "server/engine/default.policy",
	    "product=sim", "visits(today)=2", "cards(today)=2", "--lifts",
	    "HF-DAY", NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s%s", r->out, r->err);
}

#define ENTRIES 200

/* The n-th entry of the log that the tests read. */
static size_t
make(uint64_t seq, char *buf)
{
	struct entry e;

	entry_clear(&e, seq == 1 ? ENTRY_START : seq % 5 == 0 ? ENTRY_CONFIRM :
	    ENTRY_DECISION);
	e.seq = seq;
	e.t = CLI_NOW + (int64_t)seq * 1000;
	if (seq == 1)
		(void)snprintf(e.version, sizeof(e.version), "1.0.0");
	else {
		(void)snprintf(e.inst, sizeof(e.inst), "bank");
		(void)snprintf(e.outlet, sizeof(e.outlet), "网点%d",
		    (int)(seq % 3));
		e.product = LK_PRODUCT_SIM;
	}
	if (e.kind == ENTRY_DECISION) {
		(void)snprintf(e.teller, sizeof(e.teller), "t%d",
		    (int)(seq % 2));
		(void)snprintf(e.txn, sizeof(e.txn), "txn-%d", (int)seq);
		e.decision = seq % 7 == 0 ? LK_REJECT : LK_PASS;
		(void)snprintf(e.hits, sizeof(e.hits), "%s",
		    e.decision == LK_REJECT ? "QL-SIM HF-7D" : "");
	} else if (e.kind == ENTRY_CONFIRM)
		e.ref = seq - 1;
	return (entry_print(&e, buf, ENTRY_MAX));
}

/* Write what is gathered, or wait until the log can go on. */
static void
push(struct wal *w)
{
	struct pollfd p = { wal_eventfd(w), POLLIN, 0 };

	if (wal_flush_inline(w) == 1)
		return;
	cr_assert_eq(poll(&p, 1, 10000), 1, "the log never answered");
	(void)wal_collect(w);
}

/* Write a log of n entries in small segments; its directory stays valid. */
static const char *
make_log(uint64_t n)
{
	static char path[80];
	struct wal_options o = { .dir = path, .segment_bytes =
		WAL_SEGMENT_MIN };
	char buf[ENTRY_MAX], err[512];
	struct wal *w;
	uint64_t seq;
	size_t len;
	int rc;

	(void)snprintf(path, sizeof(path), "%s/wal", dir);
	w = wal_open(&o, NULL, NULL, 0, err, sizeof(err));
	cr_assert_not_null(w, "%s", err);
	for (seq = 1; seq <= n; seq++) {
		len = make(seq, buf);
		cr_assert_gt(len, 0);
		while ((rc = wal_append(w, seq, buf, len, NULL, 0)) ==
		    WAL_BUSY)
			push(w);
		cr_assert_eq(rc, WAL_OK);
		while (wal_durable(w) < seq)
			push(w);
	}
	cr_assert_eq(wal_close(w), 0);
	return (path);
}

/* Lines in a text. */
static int
lines(const char *s)
{
	int n = 0;

	for (; *s != '\0'; s++)
		n += *s == '\n';
	return (n);
}

Test(log, json_is_each_entry_as_it_is_stored)
{
	const char *wal = make_log(ENTRIES), *p;
	const struct cli_run *r = cli(NULL, "log", "show", "--wal", wal,
	    "--json", NULL);
	char buf[ENTRY_MAX];
	uint64_t seq;
	size_t len;

	cr_assert_eq(r->rc, 0, "%s", r->err);
	p = r->out;
	for (seq = 1; seq <= ENTRIES; seq++) {
		len = make(seq, buf);
		cr_assert_eq(memcmp(p, buf, len), 0, "%d", (int)seq);
		cr_assert_eq(p[len], '\n');
		p += len + 1;
	}
	cr_expect_eq(*p, '\0');
	cr_expect(jsonok(r->out));
}

Test(log, leaf_is_the_hash_of_the_entry)
{
	const struct cli_run *r = cli(NULL, "log", "show", "--wal", make_log(ENTRIES),
	    "--json", "--leaf", "--from", "7", "--to", "7", NULL);
	char buf[ENTRY_MAX], want[ENTRY_MAX + 128];
	uint8_t leaf[SHA256_LEN];
	size_t len = make(7, buf);
	int i, n;

	sha256_leaf(leaf, buf, len);
	n = snprintf(want, sizeof(want), "{\"leaf\":\"");
	for (i = 0; i < SHA256_LEN; i++)
		n += snprintf(&want[n], sizeof(want) - (size_t)n, "%02x",
		    leaf[i]);
	(void)snprintf(&want[n], sizeof(want) - (size_t)n,
	    "\",\"entry\":%.*s}\n", (int)len, buf);
	cr_expect_str_eq(r->out, want);
}

Test(log, conditions_must_all_hold)
{
	const char *wal = make_log(ENTRIES);
	const struct cli_run *r;

	r = cli(NULL, "log", "show", "--wal", wal, "--json", "--decision",
	    "reject", NULL);
	cr_expect_eq(lines(r->out), 23, "%s", r->out);
	r = cli(NULL, "log", "show", "--wal", wal, "--json", "--rule", "HF-7D",
	    "--teller", "t1", "--to", "30", NULL);
	cr_expect_eq(lines(r->out), 2, "%s", r->out);
	r = cli(NULL, "log", "show", "--wal", wal, "--json", "--kind",
	    "confirm", "--last", "3", NULL);
	cr_expect_eq(lines(r->out), 3, "%s", r->out);
	cr_expect_eq(strncmp(r->out, "{\"seq\":190,", 11), 0, "%s", r->out);
	r = cli(NULL, "log", "show", "--wal", wal, "--json", "--outlet",
	    "网点2", "--since", "2026-11-22 14:00:50", "--until",
	    "2026-11-22 14:00:57", NULL);
	cr_expect_eq(lines(r->out), 3, "%s", r->out);
	r = cli(NULL, "log", "show", "--wal", wal, "--json", "--txn", "txn-9",
	    NULL);
	cr_expect_eq(lines(r->out), 1);
	r = cli(NULL, "log", "show", "--wal", wal, "--rule", "HF-7", NULL);
	cr_expect_eq(r->rc, 0);
	cr_expect_str_empty(r->out);
	r = cli(NULL, "log", "show", "--wal", wal, "--last", "1000", NULL);
	cr_expect_eq(lines(r->out), ENTRIES + 1);
}

Test(log, rows_are_for_people)
{
	const struct cli_run *r = cli(NULL, "log", "show", "--wal", make_log(ENTRIES),
	    "--from", "5", "--to", "7", NULL);

	cr_expect_str_eq(r->out,
"TIME (UTC+8)         SEQ  KIND      INST  OUTLET  TELLER  PRODUCT  OUTCOME  DETAILS\n"
"2026-11-22 14:00:05  5    confirm   bank  网点2           sim               of 4\n"
"2026-11-22 14:00:06  6    decision  bank  网点0   t0      sim      pass     txn txn-6\n"
"2026-11-22 14:00:07  7    decision  bank  网点1   t1      sim      reject   QL-SIM HF-7D  txn txn-7\n");
}

Test(log, id_shows_a_decision_and_what_came_of_it)
{
	const char *wal = make_log(ENTRIES);
	const struct cli_run *r;
	char buf[ENTRY_MAX], id[64];
	uint8_t leaf[SHA256_LEN];

	sha256_leaf(leaf, buf, make(14, buf));
	(void)snprintf(id, sizeof(id), "b017-14-%02x%02x%02x%02x", leaf[0],
	    leaf[1], leaf[2], leaf[3]);
	r = cli(NULL, "log", "show", "--wal", wal, "--json", "--id", id, NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_eq(lines(r->out), 2, "%s", r->out);
	cr_expect_not_null(strstr(r->err, "recorded in no journal"), "%s",
	    r->err);
	id[strlen(id) - 1] ^= 1;
	r = cli(NULL, "log", "show", "--wal", wal, "--id", id, NULL);
	cr_expect_eq(r->rc, TOOL_DATA, "%s", r->err);
	r = cli(NULL, "log", "show", "--wal", wal, "--id", "hello", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	r = cli(NULL, "log", "show", "--wal", wal, "--id",
	    "b017-9999-00000000", NULL);
	cr_expect_eq(r->rc, TOOL_NO, "%s", r->err);
}

/* Change one byte of the segment that begins with first. */
static void
damage(const char *wal, uint64_t first, long off)
{
	char path[160];
	FILE *f;
	int c;

	(void)snprintf(path, sizeof(path), "%s/%020" PRIu64 ".wal", wal, first);
	cr_assert_not_null(f = fopen(path, "r+"), "%s", path);
	(void)fseek(f, off, SEEK_SET);
	c = getc(f);
	(void)fseek(f, off, SEEK_SET);
	(void)putc(c ^ 0x20, f);
	(void)fclose(f);
}

Test(log, damage_is_told_with_its_place)
{
	const char *wal = make_log(ENTRIES);
	const struct cli_run *r;

	damage(wal, 1, 4096 + 700);
	r = cli(NULL, "log", "show", "--wal", wal, "--json", NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect_not_null(strstr(r->err, "00000000000000000001.wal: offset "),
	    "%s", r->err);
	cr_expect_not_null(strstr(r->err, "seq "), "%s", r->err);
	cr_expect(lines(r->out) > 0 && lines(r->out) < 10);
	r = cli(NULL, "log", "show", "--wal", wal, "--from", "150", NULL);
	cr_expect_eq(r->rc, 0, "damage before --from: %s", r->err);
	damage(wal, 1, 20);
	r = cli(NULL, "log", "show", "--wal", wal, NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
}

Test(log, damage_in_the_newest_segment)
{
	const char *wal = make_log(9);
	const struct cli_run *r;

	r = cli(NULL, "log", "show", "--wal", wal, "--json", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_eq(lines(r->out), 9);
	damage(wal, 1, 4096 + 200);
	r = cli(NULL, "log", "show", "--wal", wal, "--json", NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect_not_null(strstr(r->err, "durable"), "%s", r->err);
}

Test(log, a_torn_end_is_no_damage)
{
	const char *wal = make_log(9);
	const struct cli_run *r;
	char path[160], zero[4096] = "";
	long off, last = 0;
	FILE *f;

	/* The last batch, as when the power went while it was written. */
	(void)snprintf(path, sizeof(path), "%s/%020d.wal", wal, 1);
	cr_assert_not_null(f = fopen(path, "r+"));
	for (off = 4096; off < 4096 + 4096; off += 8) {
		(void)fseek(f, off, SEEK_SET);
		if (fread(zero, 4, 1, f) == 1 && memcmp(zero, "RCLK", 4) == 0)
			last = off;
	}
	cr_assert_gt(last, 4096);
	memset(zero, 0, sizeof(zero));
	(void)fseek(f, last, SEEK_SET);
	(void)fwrite(zero, 1, 64, f);
	(void)fclose(f);
	r = cli(NULL, "log", "show", "--wal", wal, "--json", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_eq(lines(r->out), 9);
}

Test(log, a_missing_segment_is_damage)
{
	const char *wal = make_log(ENTRIES);
	const struct cli_run *r = cli(NULL, "log", "show", "--wal", wal,
	    "--json", NULL);
	char path[160];
	uint64_t first;
	int removed = 0;

	for (first = 2; first < ENTRIES && !removed; first++) {
		(void)snprintf(path, sizeof(path), "%s/%020" PRIu64 ".wal", wal,
		    first);
		removed = unlink(path) == 0;
	}
	cr_assert(removed, "the log has but one segment");
	r = cli(NULL, "log", "show", "--wal", wal, NULL);
	cr_expect_eq(r->rc, TOOL_DATA, "%s", r->err);
	cr_expect_not_null(strstr(r->err, "missing"), "%s", r->err);
}

Test(log, no_log_is_no_input)
{
	const struct cli_run *r;

	r = cli(NULL, "log", "show", "--data", dir, NULL);
	cr_expect_eq(r->rc, TOOL_NOINPUT, "%s", r->err);
	cr_expect_not_null(strstr(r->err, "--data"));
	r = cli(NULL, "log", "show", "--data", dir, "--wal", dir, NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
}
