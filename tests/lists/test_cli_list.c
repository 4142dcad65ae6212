/* The commands on the centre's lists, as a clerk gives them. */

#include <criterion/criterion.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/tool.h"
#include "engine/identity.h"
#include "plugin.h"

#include "centrekit.h"
#include "repokit.h"

/* These belong to other folders of tests. */
#include "audit/makelog.c"
#include "cli/clitest.c"

#define A "11010519491231002X"
#define B "440524188001010014"
#define D "330106199003074517"
#define LIST "--list", "sanction", "--dir", k.dir, "--who", "wang"
#define BY "--dir", k.dir, "--who", "li", "--reason", "the case is closed"

static struct repokit k;
static char file[300];

static void
setup(void)
{

	repokit_new(&k);
	centre_close(&k.c);
	(void)snprintf(file, sizeof(file), "%s/in.csv", k.keys);
}

static void
teardown(void)
{

	repokit_free(&k);
}

TestSuite(cli_list, .init = setup, .fini = teardown);

/* Does the text contain this? */
static int
has(const char *text, const char *part)
{

	return (strstr(text, part) != NULL);
}

/* Write the file that is imported. */
static void
give(const char *text)
{
	FILE *f = fopen(file, "w");

	cr_assert_not_null(f);
	cr_assert(fputs(text, f) >= 0);
	cr_assert_eq(fclose(f), 0);
}

/* Read a file. */
static const char *
text_of(const char *path)
{
	static char text[1 << 16];
	FILE *f = fopen(path, "r");
	size_t n;

	cr_assert_not_null(f, "%s", path);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	(void)fclose(f);
	return (text);
}

/* Publish what the ledgers say. */
static void
publish(void)
{
	struct repo_prepare o = { .force = 1, .reason = "test" };

	cr_assert_eq(centre_open(&k.c, k.dir, 1, k.err), 0, "%s", k.err);
	repokit_publish(&k, &o);
	centre_close(&k.c);
}

/* Put somebody on the list of sanctions. */
static const struct cli_run *
add(const char *number, const char *case_no)
{

	return (cli(number, "list", "add", "sanction", "--dir", k.dir, "--who",
	    "wang", "--reason", "court file 118", "--id-no", "-", "--category",
	    "convicted", "--basis", "joint2024", "--case", case_no, NULL));
}

static const char good[] =
    "证件号码,类别,法律依据,案号,起始日期,截止日期\n"
    A ",判决,联合惩戒办法,C-1,2026-01-02,2029-01-01\n"
    B ",认定,反诈法第31条,C-2,2026-01-02,2028-01-01\n";

Test(cli_list, import_of_good_rows)
{
	const struct cli_run *r;
	char rejected[320];

	give(good);
	r = cli(NULL, "list", "import", file, LIST, NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_expect(has(r->out, "in.csv: UTF-8, 2 rows -> list sanction\n"), "%s",
	    r->out);
	cr_expect(has(r->out, "taken            2\n"), "%s", r->out);
	cr_expect_str_empty(r->err);
	(void)snprintf(rejected, sizeof(rejected), "%s.rejected.csv", file);
	cr_expect_neq(access(rejected, F_OK), 0, "nothing was rejected");
	r = cli(NULL, "list", "import", file, LIST, "--json", NULL);
	cr_expect_eq(r->rc, TOOL_OK);
	cr_expect(has(r->out, "\"rows\":2,\"taken\":0,\"same\":2,\"rejected\":0,"
	    "\"reasons\":{},\"notes\":{},"), "%s", r->out);
	cr_expect(has(text_of(repokit_path(&k, "journal")), "\twang\tlist "
	    "import sanction: 2 rows, 2 taken, 0 there already, 0 rejected: "
	    "in.csv\timport in.csv\n"));
}

Test(cli_list, import_mended_and_imported_again)
{
	const struct cli_run *r;
	char rejected[320], second[400];
	struct stat st;

	give("证件号码,类别,法律依据\n110105194912310021,判决,法院\n" B
	    ",判决,法院\n");
	(void)snprintf(rejected, sizeof(rejected), "%s.rejected.csv", file);
	r = cli(NULL, "list", "import", file, LIST, "--lang", "zh", NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect(has(r->err, "in.csv:2:1: 证件号码校验位不符"), "%s", r->err);
	cr_expect(has(r->out, "退回     1\n"), "%s", r->out);
	cr_expect(has(r->out, "1  号码有误\n"), "%s", r->out);
	cr_assert_eq(stat(rejected, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0600);
	cr_expect(has(text_of(rejected), "=\"\"110105194912310021\"\"\",\"判决\""));
	r = cli(NULL, "list", "import", file, LIST, NULL);
	cr_expect_eq(r->rc, TOOL_NO, "it is not written over");
	cr_expect(has(r->err, "is there already"), "%s", r->err);
	(void)snprintf(second, sizeof(second), "sed -i s/310021/31002X/ '%s'",
	    rejected);
	cr_assert_eq(system(second), 0);
	r = cli(NULL, "list", "import", rejected, LIST, NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s%s", r->out, r->err);
	cr_expect(has(r->out, "taken            1\n"), "%s", r->out);
}

Test(cli_list, import_tells_the_words_that_it_knows)
{
	const struct cli_run *r;

	give("证件号码,类别,法律依据\n" A ",坏人,法院\n");
	r = cli(NULL, "list", "import", file, LIST, "--lang", "zh", "--dry-run",
	    NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect(has(r->out, "可用的类别：联合惩戒（判决）、联合惩戒（认定）、"),
	    "%s", r->out);
	cr_expect(!has(r->out, "可用的法律依据"), "%s", r->out);
	give("number,category,basis\n" A ",已认定,因为\n");
	r = cli(NULL, "list", "import", file, LIST, "--dry-run", NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect(!has(r->out, "categories:"), "%s", r->out);
	cr_expect(has(r->out, "  legal bases: joint2024, law31, "), "%s",
	    r->out);
}

Test(cli_list, import_dry_run_changes_nothing)
{
	const struct cli_run *r;
	char rejected[320];

	give("number,category,basis\n" A ",convicted,court\nx,convicted,court\n");
	r = cli(NULL, "list", "import", file, LIST, "--dry-run", NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect(has(r->out, "would be taken   1\n"), "%s", r->out);
	cr_expect(!has(r->out, "publication"), "%s", r->out);
	(void)snprintf(rejected, sizeof(rejected), "%s.rejected.csv", file);
	cr_expect_neq(access(rejected, F_OK), 0);
	r = cli(NULL, "list", "show", "sanction", "--dir", k.dir, NULL);
	cr_expect_eq(r->rc, TOOL_NO);
}

Test(cli_list, import_of_bare_numbers_from_standard_input)
{
	const struct cli_run *r;
	char reject[320];

	(void)snprintf(reject, sizeof(reject), "%s/reject.csv", k.keys);
	r = cli("13800138000\n13800138001\nx\n", "list", "import", "-", "--list",
	    "phones", "--dir", k.dir, "--who", "wang", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE, "%s", r->err);
	r = cli("13800138000\n13800138001\nx\n", "list", "import", "-", "--list",
	    "phones", "--dir", k.dir, "--who", "wang", "--reject", reject,
	    "--case", "2026-7", NULL);
	cr_expect_eq(r->rc, TOOL_DATA, "%s", r->err);
	cr_expect(has(r->out, "taken            2\n"), "%s", r->out);
	cr_expect(has(text_of(reject), "\n\"x\",3,\"this is no phone number"));
	r = cli(NULL, "list", "show", "phones", "--dir", k.dir, NULL);
	cr_expect(has(r->out, "phones/2  involved in a case  police  2026-7"),
	    "%s", r->out);
}

Test(cli_list, import_exit_codes)
{
	const struct cli_run *r;

	r = cli(NULL, "list", "import", "/nonexistent", LIST, NULL);
	cr_expect_eq(r->rc, TOOL_NOINPUT);
	give("nothing,here\n1,2\n");
	r = cli(NULL, "list", "import", file, LIST, NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect(has(r->err, "in.csv:1: no column is headed as the number"),
	    "%s", r->err);
	give(good);
	r = cli(NULL, "list", "import", file, "--list", "sanctions", "--dir",
	    k.dir, "--who", "wang", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	cr_expect(has(r->err, "there are sanction, case, "), "%s", r->err);
	r = cli(NULL, "list", "import", file, "--list", "sanction", "--dir",
	    "/nonexistent", "--who", "wang", NULL);
	cr_expect_eq(r->rc, TOOL_CONFIG);
	r = cli(NULL, "list", "import", file, "--list", "sanction", "--dir",
	    k.dir, NULL);
	cr_expect_eq(r->rc, TOOL_USAGE, "--who is missing");
	cr_assert_eq(centre_open(&k.c, k.dir, 1, k.err), 0);
	r = cli(NULL, "list", "import", file, LIST, NULL);
	cr_expect_eq(r->rc, TOOL_LATER);
	cr_expect(has(r->err, "another program is writing"), "%s", r->err);
	centre_close(&k.c);
}

Test(cli_list, add_show_remove)
{
	const struct cli_run *r = add(A "\n", "C-1");

	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_expect(has(r->out, "sanction/1: sanctioned after judgment"), "%s",
	    r->out);
	cr_expect(has(r->err, "note: a sanction without an end"), "%s", r->err);
	r = add(A "\n", "C-1");
	cr_expect_eq(r->rc, TOOL_OK);
	cr_expect(has(r->out, "nothing was changed"), "%s", r->out);
	r = add(A "\n", "C-2");
	cr_expect_eq(r->rc, TOOL_NO);
	cr_expect(has(r->err, "sanction/1, sanctioned after judgment"), "%s",
	    r->err);
	r = cli(NULL, "list", "show", "--dir", k.dir, NULL);
	cr_expect(has(r->out,
	    "sanction  Statutory sanctions          person   1         0        1"),
	    "%s", r->out);
	r = cli(NULL, "list", "show", "sanction", "--dir", k.dir, "--case",
	    "（c）1", "--basis", "joint2024", NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	r = cli(NULL, "list", "show", "sanction", "--dir", k.dir, "--case",
	    "C-2", NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	r = cli(NULL, "list", "show", "sanction", "--dir", k.dir, "--json",
	    NULL);
	cr_expect(has(r->out, "{\"list\":\"sanction\",\"serial\":1,\"time\":"
	    "\"2026-11-22T14:00:00.000+08:00\",\"action\":\"add\",\"state\":"
	    "\"in_force\",\"category\":\"convicted\",\"basis\":\"joint2024\","
	    "\"from\":null,\"until\":null,\"case\":\"C-1\",\"who\":\"wang\","
	    "\"reason\":\"court file 118\"}\n"), "%s", r->out);
	r = cli(A "\n", "list", "remove", "sanction", BY, "--id-no", "-", NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_expect(has(r->out, "sanction/1: removed (serial 2)"), "%s", r->out);
	r = cli(A "\n", "list", "remove", "sanction", BY, "--id-no", "-", NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	r = cli(NULL, "list", "remove", "sanction", BY, "--serial", "1", NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	r = cli(NULL, "list", "show", "sanction", "--dir", k.dir, "--all",
	    NULL);
	cr_expect(has(r->out, "past"), "%s", r->out);
	cr_expect(has(r->out, "removed"), "%s", r->out);
	cr_expect(has(text_of(repokit_path(&k, "journal")),
	    "\tli\tlist remove sanction/2 (1)\tthe case is closed\n"));
}

Test(cli_list, clear_on_appeal)
{
	const struct cli_run *r = add(A "\n", "C-1");

	cr_assert_eq(r->rc, TOOL_OK);
	r = cli(A "\n", "list", "clear", "sanction", BY, "--id-no", "-", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	r = cli(A "\n", "list", "clear", "sanction", BY, "--id-no", "-",
	    "--appeal", "AP-7", "--case", "x", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	r = cli(NULL, "list", "clear", "sanction", BY, "--serial", "1",
	    "--appeal", "AP-7", NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_expect(has(r->out, "sanction/1: cleared on appeal (serial 2)"), "%s",
	    r->out);
	r = cli(A "\n", "list", "clear", "sanction", BY, "--appeal", "AP-7",
	    NULL);
	cr_expect_eq(r->rc, TOOL_OK, "once more is no error");
	r = add(A "\n", "c 1");
	cr_expect_eq(r->rc, TOOL_NO);
	cr_expect(has(r->err, "cleared on appeal"), "%s", r->err);
	r = add(A "\n", "C-9");
	cr_expect_eq(r->rc, TOOL_OK);
}

Test(cli_list, look_up_of_a_person_is_recorded)
{
	const struct cli_run *r;

	(void)add(A "\n", "C-1");
	r = cli(A "\n", "list", "show", "--person", "--id-no", "-", "--dir",
	    k.dir, NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	r = cli(A "\n", "list", "show", "--id-no", "-", "--dir", k.dir, NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	r = cli(A "\n", "list", "show", "--person", "--id-no", "-", BY, NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_expect(has(r->out, "sanction/1"), "%s", r->out);
	cr_expect(has(text_of(repokit_path(&k, "journal")),
	    "\tli\tlist show --person, token "));
	r = cli(D "\n", "list", "show", "--person", "--id-no", "-", BY, NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	r = cli("13800138000\n", "list", "show", "--phone", BY, NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	r = cli(D "\n", "list", "show", "nolist", "--person", BY, NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
}

/* Nothing on disk or on a stream holds a number. */
Test(cli_list, numbers_are_nowhere)
{
	const struct cli_run *r;
	char cmd[500];

	r = add(A "\n", "C-1");
	cr_expect(!has(r->out, A) && !has(r->err, A));
	r = add("110105194912310021\n", "C-1");
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect(!has(r->err, "1101051949"), "%s", r->err);
	r = cli(NULL, "list", "add", "sanction", "--dir", k.dir, "--who",
	    "wang", "--reason", "about " A, "--category", "found", "--basis",
	    "police", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE, "%s", r->err);
	(void)cli(A "\n", "list", "show", "--person", BY, NULL);
	(void)cli(A "\n", "list", "clear", "sanction", BY, "--appeal", "AP-7",
	    NULL);
	(void)snprintf(cmd, sizeof(cmd), "! grep -rqa 1101051949 '%s'", k.dir);
	cr_expect_eq(system(cmd), 0);
}

Test(cli_list, diff)
{
	const struct cli_run *r;

	(void)add(A "\n", "C-1");
	(void)add(B "\n", "C-2");
	r = cli(NULL, "list", "diff", "sanction", "--dir", k.dir, NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	cr_expect(has(r->out, "sanction: not published yet -> the ledger, 0 -> 2 "
	    "records: 2 added, 0 removed"), "%s", r->out);
	publish();
	r = cli(NULL, "list", "diff", "--dir", k.dir, NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_expect(has(r->out, "sanction: version 1, 2 records, nothing would "
	    "change\n"), "%s", r->out);
	(void)cli(NULL, "list", "clear", "sanction", BY, "--serial", "1",
	    "--appeal", "AP-7", NULL);
	(void)cli(NULL, "list", "remove", "sanction", BY, "--serial", "2",
	    NULL);
	(void)add(D "\n", "C-3");
	r = cli(NULL, "list", "diff", "sanction", "--dir", k.dir, "--entries",
	    NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	cr_expect(has(r->out, "added    sanction/5"), "%s", r->out);
	cr_expect(has(r->out, "removed  sanction/4"), "%s", r->out);
	cr_expect(has(r->out, "cleared  sanction/3"), "%s", r->out);
	cr_expect(has(r->out, "2 -> 2 records: 1 added, 1 removed, 0 changed, 1 "
	    "cleared; the guard will ask"), "%s", r->out);
	publish();
	r = cli(NULL, "list", "diff", "sanction", "--dir", k.dir, "--from", "1",
	    "--to", "2", "--json", NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	cr_expect(has(r->out, "{\"list\":\"sanction\",\"from\":1,\"to\":2,"
	    "\"before\":2,\"after\":2,\"added\":1,\"removed\":1,\"changed\":0,"
	    "\"cleared\":1,\"guarded\":false}"), "%s", r->out);
	r = cli(NULL, "list", "diff", "sanction", "--dir", k.dir, "--from", "9",
	    NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	cr_expect(has(r->err, "versions 1 to 2"), "%s", r->err);
}

/* Make a proof of a number; check it. */
static const struct cli_run *
proof(const char *number, const char *out, const char *version)
{
	const struct cli_run *r;
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/%s", k.keys, out);
	r = cli(number, "list", "prove", "sanction", BY, "--id-no", "-",
	    "--version", version, "--out", path, NULL);
	cr_assert_eq(r->rc, TOOL_OK, "%s", r->err);
	return (cli(NULL, "list", "check-proof", path, "--root",
	    repokit_path(&k, "repo/metadata/1.root.json"), NULL));
}

Test(cli_list, proofs)
{
	const struct cli_run *r;
	char path[300];
	const char *root;

	(void)add(A "\n", "C-1");
	(void)add(B "\n", "C-2");
	publish();
	(void)cli(NULL, "list", "clear", "sanction", BY, "--serial", "1",
	    "--appeal", "AP-7", NULL);
	publish();
	r = proof(A "\n", "a1", "1");
	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_expect(has(r->out, "list sanction, version 1 (publication"), "%s",
	    r->out);
	cr_expect(has(r->out, " is on the list\n  sanctioned after judgment, "),
	    "%s", r->out);
	r = proof(A "\n", "a2", "2");
	cr_expect(has(r->out, "was cleared on appeal\n"), "%s", r->out);
	r = proof(B "\n", "b2", "2");
	cr_expect(has(r->out, " is on the list\n"), "%s", r->out);
	r = proof(D "\n", "d2", "2");
	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_expect(has(r->out, " is not on the list\n"), "%s", r->out);
	root = repokit_path(&k, "repo/metadata/1.root.json");
	(void)snprintf(path, sizeof(path), "%s/b2", k.keys);
	r = cli(B "\n", "list", "check-proof", path, "--root", root, "--dir",
	    k.dir, "--id-no", "-", "--json", NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_expect(has(r->out, "\"number_checked\":true,\"result\":\"present\","
	    "\"category\":\"convicted\"}"), "%s", r->out);
	r = cli(A "\n", "list", "check-proof", path, "--root", root, "--dir",
	    k.dir, "--id-no", "-", NULL);
	cr_expect_eq(r->rc, TOOL_NO, "it is about another number");
	r = cli(NULL, "list", "check-proof", path, "--root", path, NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	r = cli(NULL, "list", "prove", "sanction", BY, "--serial", "1",
	    "--version", "7", NULL);
	cr_expect_eq(r->rc, TOOL_NO, "%s", r->err);
}

/* No byte of a proof can be changed. */
Test(cli_list, altered_proofs_prove_nothing)
{
	const char *root = repokit_path(&k, "repo/metadata/1.root.json");
	char path[300], bad[300], *text;
	const struct cli_run *r;
	size_t at, len;
	FILE *f;

	(void)add(A "\n", "C-1");
	publish();
	cr_assert_eq(proof(A "\n", "a1", "1")->rc, TOOL_OK);
	(void)snprintf(path, sizeof(path), "%s/a1", k.keys);
	(void)snprintf(bad, sizeof(bad), "%s/bad", k.keys);
	text = strdup(text_of(path));
	len = strlen(text);
	for (at = 0; at < len; at += at < 300 ? 3 : 97) {
		char was = text[at];

		text[at] = was == '3' ? '4' : '3';
		f = fopen(bad, "w");
		cr_assert_eq(fwrite(text, 1, len, f), len);
		(void)fclose(f);
		r = cli(NULL, "list", "check-proof", bad, "--root", root, NULL);
		/* Another token of an only bucket: proven to be absent. */
		if (r->rc == TOOL_OK)
			cr_expect(has(r->out, "is not on the list"),
			    "byte %zu: %s", at, r->out);
		text[at] = was;
	}
	for (at = 0; at < len; at += 53) {
		f = fopen(bad, "w");
		cr_assert_eq(fwrite(text, 1, at, f), at);
		(void)fclose(f);
		r = cli(NULL, "list", "check-proof", bad, "--root", root, NULL);
		cr_expect_eq(r->rc, TOOL_DATA, "cut at %zu", at);
	}
	free(text);
}

/* The token of a number under K_list. */
static struct token
token_of(const char *number)
{
	uint8_t in[IDENTITY_TOKEN_INPUT];
	struct token_keys *keys;
	struct identity id;
	struct token t;

	cr_assert_eq(centre_open(&k.c, k.dir, 0, k.err), 0);
	keys = centre_tokens(&k.c, CENTREKIT_NOW, k.err);
	cr_assert_not_null(keys, "%s", k.err);
	cr_assert_eq(identity_parse(&id, LK_ID_RESIDENT, number, 18, NULL,
	    CENTREKIT_DAY, NULL), 0);
	token_make(&t, keys, 0, TOKEN_PERSON, in, identity_token_input(&id,
	    in));
	token_keys_free(keys);
	centre_close(&k.c);
	return (t);
}

/* Add a decision to a journal. */
static void
decide(struct makelog *m, int decision, const struct token *person,
    const struct token *agent, const char *listed, const char *agent_listed)
{
	struct entry e;

	makelog_decision(m, &e);
	e.decision = decision;
	e.list_epoch = 1;
	if (person != NULL)
		e.lperson = *person;
	if (agent != NULL)
		e.lagent = *agent;
	(void)snprintf(e.listed, sizeof(e.listed), "%s", listed);
	(void)snprintf(e.agent_listed, sizeof(e.agent_listed), "%s",
	    agent_listed);
	makelog_add(m, &e);
}

Test(cli_list, impact)
{
	struct token a = token_of(A), b = token_of(B);
	const struct cli_run *r;
	struct makelog m;
	char logs[300];

	(void)snprintf(logs, sizeof(logs), "%s/log", k.keys);
	makelog_open(&m, logs);
	makelog_fill(&m, 20);
	decide(&m, LK_REJECT, &a, NULL, "sanction:1:convicted:9:0:joint2024",
	    "");
	decide(&m, LK_PASS, &a, NULL, "case:1:frozen:7:0:police", "");
	decide(&m, LK_REJECT, &b, NULL, "sanction:1:found:8:0:law31", "");
	decide(&m, LK_REVIEW, &b, &a, "",
	    "sanction:2:convicted:9:0:joint2024");
	makelog_publish(&m);
	makelog_close(&m);
	cr_assert_eq(add(A "\n", "C-1")->rc, TOOL_OK);
	r = cli(NULL, "list", "impact", "sanction/1", logs, BY, NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_expect(has(r->out, "sanction/1: 2 entries touched: review 1, reject "
	    "1.\n"), "%s", r->out);
	cr_expect(has(r->out, "agent"), "%s", r->out);
	r = cli(A "\n", "list", "impact", "sanction", logs, BY, "--id-no", "-",
	    "--json", NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_expect(has(r->out, "\"as\":\"applicant\",\"list\":\"sanction\","
	    "\"category\":\"convicted\""), "%s", r->out);
	cr_expect(!has(r->out, "\"found\""), "%s", r->out);
	r = cli(D "\n", "list", "impact", "sanction", logs, BY, "--id-no", "-",
	    NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	cr_expect(has(r->out, "0 entries touched.\n"), "%s", r->out);
	r = cli(NULL, "list", "impact", "sanction/x", logs, BY, NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	r = cli(NULL, "list", "impact", "sanction/1", BY, NULL);
	cr_expect_eq(r->rc, TOOL_USAGE, "a journal is missing");
	r = cli(NULL, "list", "impact", "sanction/1", "/nonexistent", BY, NULL);
	cr_expect_eq(r->rc, TOOL_NOINPUT);
	cr_expect(has(text_of(repokit_path(&k, "journal")),
	    "\tli\tlist impact sanction, token "));
}

Test(cli_list, help)
{
	static const char *const names[] = { "import", "add", "remove",
		"clear", "show", "diff", "prove", "check-proof", "impact" };
	const struct cli_run *r;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		r = cli(NULL, "list", names[i], "--help", NULL);
		cr_expect_eq(r->rc, TOOL_OK);
		cr_expect(has(r->out, "Exit codes") && has(r->out, "--json") &&
		    has(r->out, "Examples"), "%s", names[i]);
	}
	r = cli(NULL, "list", "prove", "--help", NULL);
	cr_expect(has(r->out, "bucket"), "it says whose tokens it holds");
}
