/* liangka log on signed logs: show, search, prove, check-proof, export, sample. */
#include <criterion/criterion.h>

#include <sys/stat.h>

#include <dirent.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/tool.h"
#include "counter/reference.h"
#include "keys/sha256.h"
#include "plugin.h"

#include "clitest.h"
#include "jsonok.h"
#include "minilog.h"

#define ENTRIES 300

static char dir[64];
static struct minilog m;

static void
setup(void)
{
	char data[96];

	(void)snprintf(dir, sizeof(dir), "/tmp/liangka-log.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(data, sizeof(data), "%s/data", dir);
	minilog_open(&m, data);
	minilog_add(&m, ENTRIES);
}

static int
drop(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st, (void)flag, (void)ftw;
	return (remove(path));
}

static void
teardown(void)
{

	minilog_close(&m);
	(void)nftw(dir, drop, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(signed_log, .init = setup, .fini = teardown);

/* Lines in a text. */
static int
lines(const char *s)
{
	int n = 0;

	for (; *s != '\0'; s++)
		n += *s == '\n';
	return (n);
}

/* A path below the test's directory; valid until the next call but three. */
static const char *
path(const char *name)
{
	static char paths[4][128];
	static unsigned turn;
	char *p = paths[turn++ % 4];

	(void)snprintf(p, sizeof(paths[0]), "%s/%s", dir, name);
	return (p);
}

Test(signed_log, shown_from_any_place)
{
	const struct cli_run *r;
	char log[192], url[240];

	r = cli(NULL, "log", "show", "--data", m.data, "--all", "--json", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_eq(lines(r->out), ENTRIES);
	cr_expect(jsonok(r->out));
	(void)snprintf(log, sizeof(log), "%s/log", m.data);
	r = cli(NULL, "log", "show", log, "--all", "--json", NULL);
	cr_expect_eq(lines(r->out), ENTRIES, "%s", r->err);
	r = cli(NULL, "log", "show", m.dir, "--all", "--json", NULL);
	cr_expect_eq(lines(r->out), ENTRIES, "%s", r->err);
	(void)snprintf(url, sizeof(url), "file://%s/", m.dir);
	r = cli(NULL, "log", "show", url, "--all", "--json", NULL);
	cr_expect_eq(lines(r->out), ENTRIES, "%s", r->err);
	r = cli(NULL, "log", "show", "--data", m.data, log, NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	r = cli(NULL, "log", "show", path("none"), NULL);
	cr_expect_eq(r->rc, TOOL_NOINPUT, "%s", r->err);
}

Test(signed_log, heartbeats_are_shown_when_asked_for)
{
	const struct cli_run *r;

	r = cli(NULL, "log", "show", "--data", m.data, "--json", NULL);
	cr_expect_eq(lines(r->out), ENTRIES - ENTRIES / 10);
	cr_expect_null(strstr(r->out, "heartbeat"));
	r = cli(NULL, "log", "show", "--data", m.data, "--json", "--kind",
	    "heartbeat", "--last", "2", NULL);
	cr_expect_eq(lines(r->out), 2);
	cr_expect_eq(strncmp(r->out, "{\"seq\":290,", 11), 0, "%s", r->out);
	r = cli(NULL, "log", "show", "--data", m.data, "--to", "3", NULL);
	cr_expect_not_null(strstr(r->out, "  " MINILOG_NODE
	    "/decisions/2026.1  no log before it\n"), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "version 1.0.0  keys log 5a0f12c3"),
	    "%s", r->out);
}

Test(signed_log, years_and_the_wal_follow_each_other)
{
	const struct cli_run *r;

	minilog_turn(&m);
	minilog_add(&m, ENTRIES + 20);
	r = cli(NULL, "log", "show", "--data", m.data, "--all", "--json", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_eq(lines(r->out), ENTRIES + 20);
	r = cli(NULL, "log", "show", "--data", m.data, "--kind", "log", NULL);
	cr_expect_not_null(strstr(r->out, "after " MINILOG_NODE
	    "/decisions/2026.1 of 300 entries, root "), "%s", r->out);
}

Test(signed_log, a_log_that_was_cut_is_told)
{
	const struct cli_run *r;
	char bundle[320];

	minilog_wal(&m, ENTRIES + 5);
	r = cli(NULL, "log", "show", "--data", m.data, "--all", "--json", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_eq(lines(r->out), ENTRIES + 5);
	(void)snprintf(bundle, sizeof(bundle), "%s/tile/entries/001.p/44",
	    m.dir);
	cr_assert_eq(truncate(bundle, 2000), 0);
	r = cli(NULL, "log", "show", "--data", m.data, NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect_not_null(strstr(r->err, "tile/entries/001.p/44"), "%s",
	    r->err);
	cr_assert_eq(unlink(bundle), 0);
	r = cli(NULL, "log", "show", "--data", m.data, NULL);
	cr_expect_eq(r->rc, TOOL_DATA, "%s", r->err);
	r = cli(NULL, "log", "show", "--data", m.data, "--to", "20", NULL);
	cr_expect_eq(r->rc, 0, "what lies before it can be read: %s", r->err);
}

Test(signed_log, a_wal_that_was_emptied_is_told)
{
	const struct cli_run *r;
	char wal[192];

	(void)snprintf(wal, sizeof(wal), "%s/wal", m.data);
	cr_assert_eq(mkdir(wal, 0700), 0);
	r = cli(NULL, "log", "show", "--data", m.data, NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect_not_null(strstr(r->err, "/wal: it holds no segment: what was "
	    "recorded behind seq 300"), "%s", r->err);
	cr_assert_eq(rmdir(wal), 0);
	r = cli(NULL, "log", "show", "--data", m.data, NULL);
	cr_expect_eq(r->rc, 0, "copied without it: %s", r->err);
}

Test(signed_log, an_altered_entry_is_told)
{
	const struct cli_run *r;

	minilog_spoil(&m, "tile/entries/000", 5000);
	r = cli(NULL, "log", "show", m.dir, NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect_not_null(strstr(r->err, "tile/entries/000"), "%s", r->err);
}

Test(signed_log, search_needs_a_condition_and_a_reason)
{
	const struct cli_run *r;
	char id[64];

	(void)minilog_id(&m, 15, id);
	r = cli(NULL, "log", "search", m.dir, NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	r = cli(NULL, "log", "search", m.dir, "--teller", "t1", "--decision",
	    "reject", "--json", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	/* Odd multiples of 7; none of them ends an hour or confirms. */
	cr_expect_eq(lines(r->out), 21, "%s", r->out);
	r = cli(NULL, "log", "search", m.dir, "--id", id, NULL);
	cr_expect_eq(r->rc, TOOL_USAGE, "%s", r->err);
	cr_expect_not_null(strstr(r->err, "--offline"), "%s", r->err);
	r = cli(NULL, "log", "search", m.dir, "--id", id, "--offline", "--json",
	    NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_eq(lines(r->out), 2, "it and its confirm: %s", r->out);
	cr_expect_not_null(strstr(r->err, "no journal records"), "%s", r->err);
	r = cli("11010519491231002X\n", "log", "search", m.dir, "--id-no", "-",
	    "--offline", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE, "%s", r->err);
	r = cli("11010519491231002X\n", "log", "search", m.dir, "--id-no", "-",
	    NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	cr_expect_not_null(strstr(r->err, "--as"), "%s", r->err);
	cr_expect_null(strstr(r->err, "110105"), "%s", r->err);
	r = cli("\n", "log", "search", m.dir, "--teller", "t1", "--id-no", "-",
	    "--as", "/nowhere", "--reason", "x", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE, "%s", r->err);
	cr_expect_str_empty(r->out, "no number is not anybody: %s", r->out);
	r = cli(NULL, "log", "search", m.dir, "--teller", "nobody", NULL);
	cr_expect_eq(r->rc, TOOL_NO);
}

/* Prove an entry into a file. */
static const char *
proof(uint64_t seq)
{
	static char file[128];
	const struct cli_run *r;
	char id[64];

	(void)snprintf(file, sizeof(file), "%s/%d.tlog-proof", dir, (int)seq);
	r = cli(NULL, "log", "prove", minilog_id(&m, seq, id), m.dir, "--out",
	    file, NULL);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	return (file);
}

/* Check it by the node's key. */
static const struct cli_run *
check(const char *file, const char *option, const char *value)
{

	return (cli(NULL, "log", "check-proof", file, "--key",
	    minilog_vkey(&m), "--json", option, value, NULL));
}

Test(signed_log, proofs_hold)
{
	static const uint64_t seqs[] = { 1, 3, 15, 256, 257, 258, 300 };
	const struct cli_run *r;
	struct stat st;
	char id[64];
	size_t i;

	for (i = 0; i < sizeof(seqs) / sizeof(seqs[0]); i++) {
		r = check(proof(seqs[i]), "--id", minilog_id(&m, seqs[i], id));
		cr_expect_eq(r->rc, 0, "%s", r->err);
		cr_expect_not_null(strstr(r->out, "\"proved\":true"));
		cr_expect(jsonok(r->out), "%s", r->out);
	}
	cr_assert_eq(stat(proof(3), &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0600);
	r = cli(NULL, "log", "check-proof", proof(7), "--key",
	    minilog_vkey(&m), NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_not_null(strstr(r->out, "PROVED: seq 7 (index 6) is in "
	    MINILOG_NODE "/decisions/2026.1 of 300 entries"), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "  OUTCOME       reject\n"), "%s", r->out);
	r = cli(NULL, "log", "prove", "--seq", "10", m.dir, NULL);
	cr_expect_eq(strncmp(r->out, "c2sp.org/tlog-proof@v1\nextra ", 29), 0);
	r = cli(r->out, "log", "check-proof", "-", "--key", minilog_vkey(&m),
	    NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
}

/* Replace the first `from` in a file by `to`, of the same length. */
static void
alter(const char *file, const char *from, const char *to)
{
	char text[65536], *p;
	size_t n;
	FILE *f;

	cr_assert_not_null(f = fopen(file, "r"));
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	(void)fclose(f);
	cr_assert_not_null(p = strstr(text, from), "%s", text);
	memcpy(p, to, strlen(to));
	cr_assert_not_null(f = fopen(file, "w"));
	(void)fwrite(text, 1, n, f);
	(void)fclose(f);
}

Test(signed_log, proofs_that_do_not_hold)
{
	const struct cli_run *r;
	char id[64], vkey[NOTE_VKEY_MAX];

	reference_short(id, 15);
	r = check(proof(15), "--id", id);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	r = check(proof(17), "--id", id);
	cr_expect_eq(r->rc, TOOL_NO, "another reference: %s", r->err);
	r = check(proof(3), "--id", minilog_id(&m, 5, id));
	cr_expect_eq(r->rc, TOOL_NO, "another entry: %s", r->err);
	alter(proof(5), "\nindex 4\n", "\nindex 3\n");
	r = check(path("5.tlog-proof"), "--id", id);
	cr_expect_eq(r->rc, TOOL_NO, "another place: %s", r->err);
	cr_expect_not_null(strstr(r->err, "NOT PROVED"), "%s", r->err);
	alter(proof(6), "\n300\n", "\n301\n");
	r = cli(NULL, "log", "check-proof", path("6.tlog-proof"), "--key",
	    minilog_vkey(&m), NULL);
	cr_expect_eq(r->rc, TOOL_NO, "another head: %s", r->err);
	alter(proof(7), "c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2");
	r = cli(NULL, "log", "check-proof", path("7.tlog-proof"), "--key",
	    minilog_vkey(&m), NULL);
	cr_expect_eq(r->rc, TOOL_DATA, "%s", r->err);
	cr_expect_not_null(strstr(r->err, "line 1"), "%s", r->err);
	minilog_witness_key(path("w.key"), 3, vkey);
	r = check(proof(9), "--witness", vkey);
	cr_expect_eq(r->rc, TOOL_NO, "nobody cosigned: %s", r->err);
	r = cli(NULL, "log", "check-proof", path("9.tlog-proof"), "--key", vkey,
	    NULL);
	cr_expect_eq(r->rc, TOOL_NO, "another's key: %s", r->err);
	r = cli(NULL, "log", "check-proof", path("9.tlog-proof"), "--key",
	    "bank.example/branch/b017+00000000+AAAA", NULL);
	cr_expect_eq(r->rc, TOOL_DATA, "%s", r->err);
}

Test(signed_log, what_cannot_be_proved)
{
	const struct cli_run *r;
	char id[64], other[64];

	(void)minilog_id(&m, 15, id);
	id[strlen(id) - 1] ^= 1;
	r = cli(NULL, "log", "prove", id, m.dir, NULL);
	cr_expect_eq(r->rc, TOOL_DATA, "mistyped: %s", r->err);
	r = cli(NULL, "log", "prove", minilog_id(&m, 400, other), m.dir, NULL);
	cr_expect_eq(r->rc, TOOL_NO, "%s", r->err);
	minilog_wal(&m, ENTRIES + 5);
	r = cli(NULL, "log", "prove", minilog_id(&m, 303, other), "--data",
	    m.data, NULL);
	cr_expect_eq(r->rc, TOOL_LATER, "%s", r->err);
	cr_expect_not_null(strstr(r->err, "wait a second"), "%s", r->err);
	minilog_spoil(&m, "tile/0/001.p/44", 40);
	r = cli(NULL, "log", "prove", "--seq", "3", m.dir, NULL);
	cr_expect_eq(r->rc, TOOL_DATA, "%s", r->err);
}

/* Read a file of the test's directory. */
static char *
slurp(const char *name, size_t *len)
{
	static char text[1 << 20];
	FILE *f = fopen(path(name), "r");

	cr_assert_not_null(f, "%s", name);
	*len = fread(text, 1, sizeof(text) - 1, f);
	text[*len] = '\0';
	(void)fclose(f);
	return (text);
}

Test(signed_log, export_as_jsonl)
{
	const struct cli_run *r, *all;
	struct stat st;
	size_t len;

	all = cli(NULL, "log", "show", m.dir, "--all", "--json", NULL);
	r = cli(NULL, "log", "export", m.dir, "--out", path("all.jsonl"), NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_str_eq(slurp("all.jsonl", &len), all->out);
	cr_assert_eq(stat(path("all.jsonl"), &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0600);
	r = cli(NULL, "log", "export", m.dir, "--leaf", "--to", "2", NULL);
	cr_expect_eq(strncmp(r->out, "{\"leaf\":\"", 9), 0, "%s", r->out);
	cr_expect_eq(lines(r->out), 2);
	cr_expect(jsonok(r->out));
	/* What is there stays when the log is damaged, and nothing else. */
	minilog_spoil(&m, "tile/entries/000", 5000);
	r = cli(NULL, "log", "export", m.dir, "--out", path("all.jsonl"), NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect_str_eq(slurp("all.jsonl", &len), all->out);
	r = cli(NULL, "log", "export", m.dir, "--encoding", "gb18030", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
}

Test(signed_log, export_as_csv)
{
	static const char row[] = "\r\n5,2026-11-22 14:00:05,,decision,pass,"
	    "bank,网点2,t1,,\"'=cmd(),5\",,sim,,,,pass,pass,,,,,,,,,,,,,"
	    "01010101010101010101010101010101,,";
	static const char gb[] = "bank,\xcd\xf8\xb5\xe3" "2,t1,,\"'=cmd(),5\"";
	const struct cli_run *r;
	const struct dirent *e;
	char *p;
	size_t len;
	DIR *d;

	r = cli(NULL, "log", "export", m.dir, "--format", "csv", "--out",
	    path("x.csv"), NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	p = slurp("x.csv", &len);
	cr_expect_eq(strncmp(p, "\xef\xbb\xbfseq,time,", 12), 0);
	cr_expect_eq(lines(p), ENTRIES + 1);
	cr_expect_not_null(strstr(p, row), "%.2000s", p);
	cr_expect_eq(strcmp(p + len - 2, "\r\n"), 0);
	r = cli(NULL, "log", "show", m.dir, "--all", "--csv", NULL);
	cr_expect_str_eq(r->out, p, "the same columns");
	r = cli(NULL, "log", "export", m.dir, "--format", "csv", "--encoding",
	    "gb18030", "--out", path("x.csv"), NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	p = slurp("x.csv", &len);
	cr_expect_eq(strncmp(p, "seq,time,", 9), 0);
	cr_expect_not_null(strstr(p, gb));
	cr_assert_not_null(d = opendir(dir));
	while ((e = readdir(d)) != NULL)
		cr_expect_null(strstr(e->d_name, ".tmp"), "%s", e->d_name);
	(void)closedir(d);
	r = cli(NULL, "log", "export", m.dir, "--out", "/nowhere/x", NULL);
	cr_expect_eq(r->rc, TOOL_IO, "%s", r->err);
}

/* The rank of an entry of the log at hand, in hex. */
static void
rank(uint64_t seq, char hex[65])
{
	uint8_t in[40], out[SHA256_LEN];
	int i;

	memcpy(in, m.head.root, 32);
	for (i = 0; i < 8; i++)
		in[32 + i] = (uint8_t)(seq >> (56 - 8 * i));
	sha256_of(out, in, sizeof(in));
	for (i = 0; i < SHA256_LEN; i++)
		(void)snprintf(&hex[2 * i], 3, "%02x", out[i]);
}

Test(signed_log, a_sample_follows_from_the_root)
{
	const struct cli_run *r, *again;
	char want[65], hex[65], member[96];
	uint64_t seq;

	/* The smallest rank of all rejects, by hand. */
	memset(want, 'g', sizeof(want));
	for (seq = 7; seq <= ENTRIES; seq += 7) {
		rank(seq, hex);
		if (seq % 10 != 0 && seq % 4 != 0 && strcmp(hex, want) < 0)
			memcpy(want, hex, sizeof(want));
	}
	r = cli(NULL, "log", "sample", "1", m.dir, "--decision", "reject",
	    "--json", NULL);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	(void)snprintf(member, sizeof(member), "\"rank\":\"%s\"", want);
	cr_expect_not_null(strstr(r->out, member), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "\"decision\":20"), "%s", r->out);
	r = cli(NULL, "log", "sample", "3", m.dir, "--kind", "decision", "--by",
	    "outlet", "--json", NULL);
	cr_expect_eq(lines(r->out), 9, "three of three outlets: %s", r->out);
	again = cli(NULL, "log", "sample", "3", m.dir, "--kind", "decision",
	    "--by", "outlet", "--json", NULL);
	cr_expect_str_eq(again->out, r->out);
	r = cli(NULL, "log", "sample", "2", m.dir, "--by", "rule", NULL);
	cr_expect_eq(lines(r->out), 1 + 2 * 2, "%s", r->out);
	cr_expect_not_null(strstr(r->out, "HF-7D ("), "%s", r->out);
	cr_expect_not_null(strstr(r->err, "300 entries, root "), "%s", r->err);
	/* What no head names is not drawn. */
	minilog_wal(&m, ENTRIES + 5);
	r = cli(NULL, "log", "sample", "100000", "--data", m.data, "--json",
	    NULL);
	cr_expect_eq(lines(r->out), ENTRIES - ENTRIES / 10);
	/* As it was: the log has grown since, the sample is the same. */
	r = cli(NULL, "log", "sample", "5", m.dir, "--json", NULL);
	minilog_add(&m, ENTRIES + 300);
	again = cli(NULL, "log", "sample", "5", m.dir, "--json", NULL);
	cr_expect_neq(strcmp(again->out, r->out), 0);
	again = cli(NULL, "log", "sample", "5", m.dir, "--json", "--size",
	    "300", NULL);
	cr_expect_str_eq(again->out, r->out);
	r = cli(NULL, "log", "sample", "5", m.dir, "--size", "601", NULL);
	cr_expect_eq(r->rc, TOOL_NO, "%s", r->err);
	r = cli(NULL, "log", "sample", "0", m.dir, NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
}
