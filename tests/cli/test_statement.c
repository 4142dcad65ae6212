/* What commands of staff read and refuse before any daemon is asked. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/args.h"
#include "cli/command.h"
#include "cli/entryref.h"
#include "cli/sealread.h"
#include "cli/statement.h"
#include "cli/tool.h"
#include "plugin.h"

#include "clitest.h"

static struct tool *
tool(void)
{
	static struct tool t;

	tool_init(&t, stdin, stdout, stderr);
	t.err = fopen("/dev/null", "we");
	t.language = LK_LANG_EN;
	return (&t);
}

Test(entryref, three_ways_to_name_an_entry)
{
	struct entryref r;

	cr_assert_eq(entryref_parse(tool(), "1042", &r), ARGS_GO);
	cr_assert_eq(r.seq, 1042);
	cr_assert_eq(r.form, 0);
	cr_assert_str_eq(r.node, "");
	cr_assert_eq(entryref_parse(tool(), "b017-1042-9f3ac1d2", &r),
	    ARGS_GO);
	cr_assert_eq(r.seq, 1042);
	cr_assert_eq(r.form, 2);
	cr_assert_str_eq(r.node, "b017");
	cr_assert_eq(memcmp(r.prefix, "\x9f\x3a\xc1\xd2", 4), 0);
	cr_assert_eq(entryref_parse(tool(), "a-b-1042-9f3ac1d2", &r), ARGS_GO);
	cr_assert_str_eq(r.node, "a-b");
}

Test(entryref, what_names_none)
{
	static const char *const bad[] = { "", "0", "x", "-1",
		"99999999999999999999", "1042-", "-1042-9f3ac1d2",
		"a-node-that-is-longer-than-31-bytes-1042-9f3ac1d2" };
	struct entryref r;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(entryref_parse(tool(), bad[i], &r), TOOL_USAGE,
		    "%s", bad[i]);
}

Test(sealread, members_in_order)
{
	static const char text[] = "{\"seq\":42,\"id_no\":\"a\\\"b\\\\c\","
	    "\"name\":\"\",\"address\":\"x\\u0009y\"}";
	struct sealread_member m;
	const char *p = text;
	char buf[32];

	cr_assert_eq(sealread_next(&p, &m), 1);
	cr_assert(!m.string);
	cr_assert_eq(strncmp(m.name, "seq", m.name_len), 0);
	cr_assert_eq(strncmp(m.value, "42", m.len), 0);
	cr_assert_eq(sealread_next(&p, &m), 1);
	sealread_string(&m, buf, sizeof(buf));
	cr_assert_str_eq(buf, "a\"b\\c");
	sealread_string(&m, buf, 3);
	cr_assert_str_eq(buf, "a\"");
	cr_assert_eq(sealread_next(&p, &m), 1);
	cr_assert_eq(m.len, 0);
	cr_assert_eq(sealread_next(&p, &m), 1);
	sealread_string(&m, buf, sizeof(buf));
	cr_assert_str_eq(buf, "x\\u0009y");
	cr_assert_eq(sealread_next(&p, &m), 0);
	cr_assert_eq(sealread_next(&p, &m), 0);
}

Test(sealread, what_is_no_such_text_ends)
{
	static const char good[] = "{\"seq\":42,\"name\":\"a\\\\\"}";
	static const char *const bad[] = { "", "{", "{}x", "[]", "{\"a\"}",
		"{\"a\":}", "{\"a\":\"b", "{\"a\":\"b\\", "{\"a\":1", "{a:1}",
		"{\"a\":-1}" };
	struct sealread_member m;
	char text[64];
	const char *p;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		p = bad[i];
		while ((rc = sealread_next(&p, &m)) == 1)
			continue;
		cr_assert_eq(rc, -1, "%s", bad[i]);
	}
	p = "{}";
	cr_assert_eq(sealread_next(&p, &m), 0);
	/* Cut anywhere. */
	for (i = 0; i + 1 < sizeof(good); i++) {
		memcpy(text, good, i);
		text[i] = '\0';
		p = text;
		while ((rc = sealread_next(&p, &m)) == 1)
			cr_assert(p <= text + i);
		cr_assert_eq(rc, -1, "%s", text);
	}
}

Test(statement, tokens_of_all_epochs)
{
	struct statement_answer a = { .tokens =
	    "2:00112233445566778899aabbccddeeff "
	    "1:ffeeddccbbaa99887766554433221100" };
	uint32_t epoch;
	char hex[33];

	cr_assert_eq(statement_tokens(&a, 0, &epoch, hex), 1);
	cr_assert_eq(epoch, 2);
	cr_assert_str_eq(hex, "00112233445566778899aabbccddeeff");
	cr_assert_eq(statement_tokens(&a, 1, &epoch, hex), 1);
	cr_assert_eq(epoch, 1);
	cr_assert_eq(statement_tokens(&a, 2, &epoch, hex), 0);
	memcpy(a.tokens, "1:0011", 7);
	cr_assert_eq(statement_tokens(&a, 0, &epoch, hex), 0);
	a.tokens[0] = '\0';
	cr_assert_eq(statement_tokens(&a, 0, &epoch, hex), 0);
}

Test(statement, wants_a_name_and_a_reason)
{
	struct statement_by by = { NULL, NULL };
	char long_one[300];

	cr_assert_eq(statement_check(tool(), &by), TOOL_USAGE);
	by.as = "lin.key";
	cr_assert_eq(statement_check(tool(), &by), TOOL_USAGE);
	by.reason = "";
	cr_assert_eq(statement_check(tool(), &by), TOOL_USAGE);
	by.reason = "two\nlines";
	cr_assert_eq(statement_check(tool(), &by), TOOL_USAGE);
	memset(long_one, 'r', sizeof(long_one));
	long_one[256] = '\0';
	by.reason = long_one;
	cr_assert_eq(statement_check(tool(), &by), TOOL_USAGE);
	long_one[255] = '\0';
	cr_assert_eq(statement_check(tool(), &by), ARGS_GO);
	by.as = NULL;
	cr_assert_eq(statement_check(tool(), &by), TOOL_USAGE);
}

Test(commands, refuse_before_anything_is_recorded)
{
	const struct cli_run *r;

	r = cli(NULL, "unseal", "1042", NULL);
	cr_assert_eq(r->rc, TOOL_USAGE);
	r = cli(NULL, "unseal", "1042", "--key", "/nonexistent", "--as", "k",
	    "--reason", "r", "--socket", "/nonexistent/sock", NULL);
	cr_assert_eq(r->rc, TOOL_NOINPUT);
	cr_assert_not_null(strstr(r->err, "--key: /nonexistent"), "%s", r->err);
	r = cli(NULL, "unseal", "1042", "--key", "/dev/null", "--as", "k",
	    "--reason", "r", "--socket", "/nonexistent/sock", NULL);
	cr_assert_neq(r->rc, TOOL_OK);
	cr_assert_not_null(strstr(r->err, "--key: /dev/null"), "%s", r->err);
	r = cli(NULL, "erase", "b017-1042-9f3ac1d2", "--as", "k", "--reason",
	    "r", "--data", "/nonexistent", "--socket", "/nonexistent/sock",
	    NULL);
	cr_assert_eq(r->rc, TOOL_NOINPUT);
	r = cli(NULL, "erase", "1042", "--as", "k", "--reason", "r",
	    "--socket", "/nonexistent/sock", NULL);
	cr_assert_eq(r->rc, TOOL_AWAY, "%s", r->err);
	r = cli(NULL, "erase", "1042", "--reason", "r", NULL);
	cr_assert_eq(r->rc, TOOL_USAGE);
}
