/* liangka log verify as people and programs call it. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/tool.h"

#include "httpd.h"
#include "verifytest.h"

/* The runner of commands belongs to another folder of tests. */
#include "cli/clitest.c"

static char dir[200];
static char logs[220];
static char key[NOTE_VKEY_MAX];
static struct makelog m;

static void
setup(void)
{

	verifytest_temp(dir);
	(void)snprintf(logs, sizeof(logs), "%s/log", dir);
	makelog_open(&m, logs);
	makelog_fill(&m, 300);
	makelog_turn(&m);
	makelog_fill(&m, 20);
	makelog_publish(&m);
	makelog_vkey(&m, key);
}

static void
teardown(void)
{

	makelog_close(&m);
	makelog_remove(dir);
}

TestSuite(verify_cli, .init = setup, .fini = teardown);

/* The path of something in the test's directory. */
static const char *
at(const char *name)
{
	static char path[4][800];
	static unsigned turn;
	char *p = path[turn++ % 4];

	(void)snprintf(p, 800, "%s/%s", dir, name);
	return (p);
}

/* Does the text contain this? */
static int
has(const char *text, const char *part)
{

	return (strstr(text, part) != NULL);
}

Test(verify_cli, whole_record)
{
	const struct cli_run *r = cli(NULL, "log", "verify", logs, "--key",
	    key, NULL);

	cr_assert_eq(r->rc, TOOL_OK, "%s%s", r->out, r->err);
	cr_expect_str_empty(r->err);
	cr_expect(has(r->out, MAKELOG_NODE "/decisions/2026.1\n"));
	cr_expect(has(r->out, "2027.1+"));
	cr_expect(has(r->out, "(Ed25519)"));
	cr_expect(has(r->out, "304 entries, seq 1 to 304, 2026-11-22 10:00:00"));
	cr_expect(has(r->out, "WHOLE: 327 entries (logs: 2)"), "%s", r->out);
	r = cli(NULL, "log", "verify", logs, "--key", key, "--lang", "zh",
	    NULL);
	cr_expect(has(r->out, "完整：327 条记录"), "%s", r->out);
}

Test(verify_cli, json)
{
	const struct cli_run *r = cli(NULL, "log", "verify", logs, "--key",
	    key, "--json", NULL);

	cr_assert_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_expect(has(r->out, "{\"log\":\"" MAKELOG_NODE
	    "/decisions/2026.1\",\"size\":304,"), "%s", r->out);
	cr_expect(has(r->out, "\"kinds\":{\"decision\":"));
	cr_expect(has(r->out, "{\"verified\":true,\"findings\":0,\"logs\":2,"
	    "\"entries\":327,\"entries_verified\":327,\"trust\":\"key\"}\n"));
	verifytest_flip(at("log/2027.1/tile/entries/000.p/23"), 700);
	r = cli(NULL, "log", "verify", logs, "--key", key, "--json", NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	cr_expect(has(r->out, "{\"finding\":{\"file\":"
	    "\"2027.1/tile/entries/000.p/23\",\"seq\":308,\"index\":3,"
	    "\"offset\":"), "%s", r->out);
	cr_expect(has(r->out, "{\"verified\":false,\"findings\":1,"));
}

Test(verify_cli, no_key_no_proof)
{
	const struct cli_run *r = cli(NULL, "log", "verify", logs, NULL);
	char name[100], vkey[NOTE_VKEY_MAX];

	cr_expect_eq(r->rc, TOOL_USAGE);
	cr_expect(has(r->err, MAKELOG_NODE "/decisions/2027.1"));
	cr_expect(has(r->err, key), "the key as the centre hands it out: %s",
	    r->err);
	cr_expect(has(r->err, "Ask the centre"));
	cr_expect_str_empty(r->out);
	r = cli(NULL, "log", "verify", logs, "--trust-package", NULL);
	cr_expect_eq(r->rc, TOOL_OK);
	cr_expect(has(r->err, "WARNING"));
	cr_expect(has(r->out, "who wrote them is not proven"), "%s", r->out);
	cr_expect_not(has(r->out, "WHOLE"));
	r = cli(NULL, "log", "verify", logs, "--trust-package", "--key", key,
	    NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	(void)snprintf(name, sizeof(name), "nobody.example/x");
	(void)note_verifier_name(&m.signer.public, name);
	(void)note_verifier_print(&m.signer.public, vkey);
	r = cli(NULL, "log", "verify", logs, "--key", vkey, NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	cr_expect(has(r->out, "2026.1/checkpoint: the checkpoint's signature"),
	    "%s", r->out);
	r = cli(NULL, "log", "verify", logs, "--key", "no+such+key", NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
}

Test(verify_cli, keys_from_a_file)
{
	const struct cli_run *r;
	FILE *f = fopen(at("b017.pub"), "w");

	cr_assert_not_null(f);
	(void)fprintf(f, "# handed out by the centre\n%s\n%s\n", key, key);
	(void)fclose(f);
	r = cli(NULL, "log", "verify", logs, "--key", at("b017.pub"), NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	r = cli(NULL, "log", "verify", logs, "--key", at("none.pub"), NULL);
	cr_expect_eq(r->rc, TOOL_NOINPUT);
}

Test(verify_cli, state_is_kept_and_continued)
{
	const struct cli_run *r = cli(NULL, "log", "verify", logs, "--key",
	    key, "--state", at("state"), NULL);
	size_t len;
	uint8_t *p;

	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_expect(has(r->out, "there is no state yet"));
	p = verifytest_load(at("log/2027.1/checkpoint"), &len);
	makelog_fill(&m, 9);
	makelog_publish(&m);
	r = cli(NULL, "log", "verify", logs, "--key", key, "--state",
	    at("state"), NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	cr_expect(has(r->out, "the 23 entries seen before (--state)"), "%s",
	    r->out);
	cr_expect(has(r->out, "nothing is new"));
	cr_expect(has(r->out, "9 entries, seq 328 to 336"));
	verifytest_store(at("log/2027.1/checkpoint"), p, len);
	free(p);
	r = cli(NULL, "log", "verify", logs, "--key", key, "--state",
	    at("state"), NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	cr_expect(has(r->out, "wound back: 32 entries"), "%s", r->out);
	verifytest_flip(at("state"), 30);
	r = cli(NULL, "log", "verify", logs, "--key", key, "--state",
	    at("state"), NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect(has(r->err, "the file is damaged"), "%s", r->err);
}

Test(verify_cli, head_seen_before)
{
	char head[200], hex[2 * MERKLE_LEN + 1];
	const struct cli_run *r;
	unsigned i;

	for (i = 0; i < MERKLE_LEN; i++)
		(void)snprintf(&hex[2 * i], 3, "%02x", m.head.root[i]);
	(void)snprintf(head, sizeof(head), "23:%s", hex);
	r = cli(NULL, "log", "verify", logs, "--key", key, "--since", head,
	    NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s%s", r->out, r->err);
	cr_expect(has(r->out, "(--since)"));
	(void)snprintf(head, sizeof(head), "2026.1:23:%s", hex);
	r = cli(NULL, "log", "verify", logs, "--key", key, "--since", head,
	    NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	cr_expect(has(r->out, "forked"), "%s", r->out);
	(void)snprintf(head, sizeof(head), "2030.1:23:%s", hex);
	r = cli(NULL, "log", "verify", logs, "--key", key, "--since", head,
	    NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	r = cli(NULL, "log", "verify", logs, "--key", key, "--since", "23:xy",
	    NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
}

Test(verify_cli, exit_codes_of_places)
{
	const struct cli_run *r;
	struct httpd *h;
	char where[200];

	r = cli(NULL, "log", "verify", at("none"), "--key", key, NULL);
	cr_expect_eq(r->rc, TOOL_NOINPUT);
	r = cli(NULL, "log", "verify", logs, logs, "--key", key, NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	h = httpd_start(dir);
	(void)snprintf(where, sizeof(where), "%s/log", httpd_address(h));
	r = cli(NULL, "log", "verify", where, "--key", key, NULL);
	cr_expect_eq(r->rc, TOOL_OK, "%s", r->err);
	httpd_mode(h, HTTPD_HANG, "entries");
	r = cli(NULL, "log", "verify", where, "--key", key, "--timeout",
	    "200ms", NULL);
	cr_expect_eq(r->rc, TOOL_AWAY, "%s", r->err);
	httpd_stop(h);
	r = cli(NULL, "log", "verify", where, "--key", key, NULL);
	cr_expect_eq(r->rc, TOOL_AWAY);
	verifytest_store(at("log/logs"), "what\n", 5);
	r = cli(NULL, "log", "verify", logs, "--key", key, NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	cr_expect(has(r->out, "\"what\" is not the name of a log"), "%s",
	    r->out);
}

/* What a forger wrote into the package is quoted without what a terminal obeys. */
Test(verify_cli, findings_command_no_terminal)
{
	static const char list[] = "2026.1\n\33[2J\33]0;x\7\n";
	const struct cli_run *r;
	struct entry e;

	makelog_decision(&m, &e);
	(void)snprintf(e.policy, sizeof(e.policy), "p\xc2\x9b" "31m\xe2\x80\xae");
	makelog_add(&m, &e);
	makelog_publish(&m);
	r = cli(NULL, "log", "verify", logs, "--key", key, NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	cr_expect(has(r->out, "by policy p?31m?,"), "%s", r->out);
	r = cli(NULL, "log", "replay", logs, NULL);
	cr_expect(!has(r->out, "\xc2\x9b"), "%s", r->out);
	cr_expect(!has(r->err, "\xc2\x9b"), "%s", r->err);
	verifytest_store(at("log/logs"), list, sizeof(list) - 1);
	r = cli(NULL, "log", "verify", logs, "--key", key, NULL);
	cr_expect_eq(r->rc, TOOL_NO);
	cr_expect(has(r->out, "\"?[2J?]0;x?\" is not"), "%s", r->out);
	r = cli(NULL, "log", "show", logs, NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect(has(r->err, "\"?[2J?]0;x?\" is not"), "%s", r->err);
}

Test(verify_cli, file_of_keys_without_end)
{
	const struct cli_run *r = cli(NULL, "log", "verify", logs, "--key",
	    "/dev/zero", NULL);

	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect(has(r->err, "no file of keys"), "%s", r->err);
}
