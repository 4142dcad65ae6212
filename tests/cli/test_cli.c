/* The parts of liangka: words, times, widths, options, the table of commands. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/logwant.h"
#include "cli/moment.h"
#include "cli/refid.h"
#include "cli/table.h"
#include "cli/width.h"
#include "cli/words.h"
#include "counter/reference.h"
#include "engine/policy_names.h"
#include "keys/token.h"
#include "plugin.h"
#include "store/entry.h"

#include "clitest.h"
#include "jsonok.h"

Test(moment, reads_what_people_write)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{ "2026-11-22", INT64_C(1795276800000) },
		{ "2026-11-22 14:00", CLI_NOW },
		{ "2026/11/22 14:00:00", CLI_NOW },
		{ "2026-11-22T14:00:00.5", CLI_NOW + 500 },
		{ "2026-11-22T06:00:00Z", CLI_NOW },
		{ "2026-11-22T14:00:00+08:00", CLI_NOW },
		{ "2026-11-22T14:00:00 +0800", CLI_NOW },
		{ "2026-11-21T22:00:00-08:00", CLI_NOW },
		{ "2024-02-29 00:00", INT64_C(1709136000000) },
		{ "now", CLI_NOW },
		{ "@1795327200000", CLI_NOW },
		{ "90s", CLI_NOW - 90000 },
		{ "30min", CLI_NOW - 1800000 },
		{ "2h", CLI_NOW - 7200000 },
		{ "3d", CLI_NOW - 3 * INT64_C(86400000) },
	};
	static const char *const bad[] = { "", "yesterday", "2026-11-31",
		"2026-02-29", "2026-13-01", "2026-11-22 24:00",
		"2026-11-22 14", "2026-11-22 14:60", "2026-11-22 14:00x",
		"2026-11-22T14:00:00+0860", "26-11-22", "12", "@", "@12s",
		"5w", "99999999999999999999d", "2026-11-22 14:00:00." };
	int64_t ms;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ms = 0;
		cr_expect_eq(moment_parse(good[i].text, CLI_NOW, &ms), 0, "%s",
		    good[i].text);
		cr_expect_eq(ms, good[i].ms, "%s is %" PRId64, good[i].text,
		    ms);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(moment_parse(bad[i], CLI_NOW, &ms), -1, "%s",
		    bad[i]);
}

Test(moment, prints_beijing_time_whatever_the_zone)
{
	char buf[MOMENT_SIZE];
	int64_t ms;

	cr_assert_eq(setenv("TZ", "America/New_York", 1), 0);
	cr_expect_str_eq(moment_print(CLI_NOW, buf),
	    "2026-11-22 14:00:00 +08:00");
	cr_expect_str_eq(moment_iso(CLI_NOW + 7, buf),
	    "2026-11-22T14:00:00.007+08:00");
	cr_expect_eq(moment_parse(buf, 0, &ms), 0);
	cr_expect_eq(ms, CLI_NOW + 7);
	cr_expect_str_eq(moment_print(0, buf), "-");
	cr_expect_eq(moment_duration("500ms", &ms), 0);
	cr_expect_eq(ms, 500);
	cr_expect_eq(moment_duration("750", &ms), 0);
	cr_expect_eq(ms, 750);
	cr_expect_eq(moment_duration("3 s", &ms), -1);
}

Test(words, are_found_by_name_number_and_in_chinese)
{
	int32_t v = -1;

	cr_expect(words_find(words_id_type, "HM-Residence", &v) == 0 &&
	    v == LK_ID_HM_RESIDENCE);
	cr_expect(words_find(words_id_type, "11", &v) == 0 &&
	    v == LK_ID_PASSPORT);
	cr_expect(words_find(words_product, "Ⅱ类户", &v) == 0 &&
	    v == LK_PRODUCT_BANK2);
	cr_expect_eq(words_find(words_product, "8", &v), -1);
	cr_expect_eq(words_find(words_product, "", &v), -1);
	cr_expect_str_eq(words_near(words_product, "bnak1"), "bank1");
	cr_expect_null(words_near(words_product, "xyzzy"));
}

Test(words, agree_with_the_policy_language_and_the_journal)
{
	const struct word *w;
	int kind;

	for (w = words_product; w->name != NULL; w++) {
		const struct conf_name *n = policy_names_find(
		    policy_names_products, w->name, strlen(w->name));

		cr_assert_not_null(n, "%s", w->name);
		cr_expect_eq(n->number, w->code);
	}
	for (kind = 1; kind < ENTRY_KINDS; kind++)
		cr_expect_str_eq(words_name(words_kind, kind, 0),
		    entry_kind_name(kind));
	for (kind = 0; kind >= LK_E_INPUT; kind--)
		cr_expect_not_null(words_name(words_error, kind, 0));
}

Test(words, of_bits)
{
	char buf[128];

	words_bits(words_need, LK_NEED_MANAGER | LK_NEED_GUARDIAN, 0, buf,
	    sizeof(buf));
	cr_expect_str_eq(buf, "guardian, manager");
	words_bits(words_need, 0x40000000u | LK_NEED_CENTRE, 1, buf,
	    sizeof(buf));
	cr_expect_str_eq(buf, "反诈中心审核, 0x40000000");
	words_bits(words_need, 0xffffffffu, 1, buf, 20);
	cr_expect_lt(strlen(buf), 20);
}

/* Write with one of the width calls into a text. */
static char *
written(const char *s, size_t pad, size_t indent, size_t columns)
{
	char *p = NULL;
	size_t n;
	FILE *f = open_memstream(&p, &n);

	if (columns != 0)
		width_wrap(f, s, indent, columns);
	else
		width_pad(f, s, pad);
	(void)fclose(f);
	return (p);
}

Test(width, chinese_takes_two_columns_and_nothing_commands)
{
	char *s;

	cr_expect_eq(width_of("开卡ab"), 6);
	cr_expect_eq(width_of("，。"), 4);
	cr_expect_eq(width_of("e\xcc\x81"), 1);
	s = written("开卡", 6, 0, 0);
	cr_expect_str_eq(s, "开卡  ");
	free(s);
	s = written("a\33[31mb\n\xff" "c\xe2\x80\xae" "d", 0, 0, 0);
	cr_expect_str_eq(s, "a?[31mb??c?d");
	free(s);
}

Test(width, wraps_at_spaces_and_between_chinese)
{
	char *s;

	s = written("one two three", 0, 2, 9);
	cr_expect_str_eq(s, "one two\n  three");
	free(s);
	s = written("请暂缓办理，等待", 0, 0, 10);
	cr_expect_str_eq(s, "请暂缓办\n理，等待");
	free(s);
	s = written("a\nb", 0, 3, 20);
	cr_expect_str_eq(s, "a\n   b");
	free(s);
	s = written("averyverylongword", 0, 0, 5);
	cr_expect_str_eq(s, "averyverylongword");
	free(s);
}

Test(table, aligns_by_what_is_seen)
{
	const char *const heads[] = { "A", "B", "C" };
	const char *const rows[][3] = { { "开卡", "x", "1" }, { "a", "", "2" },
		{ "abc", "", "" } };
	struct table *t;
	char *p = NULL;
	size_t n, i;
	FILE *f = open_memstream(&p, &n);

	t = table_new(f, 3, heads);
	for (i = 0; i < 3; i++)
		cr_assert_eq(table_row(t, rows[i]), 0);
	table_end(t);
	table_end(table_new(f, 3, heads));
	(void)fclose(f);
	cr_expect_str_eq(p, "A     B  C\n开卡  x  1\na        2\nabc\n");
	free(p);
}

Test(json, escapes_what_must_be)
{
	struct json j;
	char *p = NULL;
	size_t n;
	FILE *f = open_memstream(&p, &n);

	json_begin(&j, f);
	json_text(&j, "a\"", "x\\\"\n\t\v\x7f\xff\xc2\x9b" "开");
	json_list(&j, "b");
	json_i64(&j, NULL, INT64_MIN);
	json_u64(&j, NULL, UINT64_MAX);
	json_open(&j, NULL);
	json_end(&j);
	json_close(&j);
	json_nil(&j, "c");
	json_bits(&j, "d", words_need, 0x80000001u);
	json_end(&j);
	(void)fclose(f);
	cr_expect_str_eq(p, "{\"a\\\"\":\"x\\\\\\\"\\n\\t\\u000b\\u007f\xef\xbf"
	    "\xbd\\u009b开\",\"b\":[-9223372036854775808,18446744073709551615,{}],"
	    "\"c\":null,\"d\":[\"guardian\",2147483648]}\n");
	cr_expect(jsonok(p));
	free(p);
}

Test(refid, reads_what_the_counter_writes)
{
	static const uint64_t seqs[] = { 1, 30, 31, 1042, 28629151,
		UINT64_C(9007199254740993), UINT64_C(999999999999999999) };
	const uint8_t leaf[32] = { 0x9f, 0x3a, 0xc1, 0xd2 };
	char id[REFERENCE_ID_MAX], ref[REFERENCE_MAX];
	uint8_t prefix[4];
	uint64_t seq;
	size_t i;

	for (i = 0; i < sizeof(seqs) / sizeof(seqs[0]); i++) {
		reference_id(id, "b-17", seqs[i], leaf);
		reference_short(ref, seqs[i]);
		seq = 0;
		cr_expect_eq(refid_parse(id, &seq, prefix), 2, "%s", id);
		cr_expect_eq(seq, seqs[i]);
		cr_expect_eq(memcmp(prefix, leaf, 4), 0);
		seq = 0;
		cr_expect_eq(refid_parse(ref, &seq, prefix), 1, "%s", ref);
		cr_expect_eq(seq, seqs[i]);
		ref[0] = ref[0] == '3' ? '4' : '3';
		cr_expect_eq(refid_parse(ref, &seq, prefix), 0, "%s", ref);
	}
	cr_expect_eq(refid_parse("", &seq, prefix), 0);
	cr_expect_eq(refid_parse("b017-1042-9f3ac1dz", &seq, prefix), 0);
	cr_expect_eq(refid_parse("-1042-9f3ac1d2", &seq, prefix), 0);
}

Test(commands, every_one_has_all_of_its_help)
{
	const struct cli_run *r;
	const struct arg *a, *b;
	char first[32], *second;
	size_t i;

	for (i = 0; commands[i] != NULL; i++) {
		const struct command *c = commands[i];

		(void)snprintf(first, sizeof(first), "%s", c->name);
		if ((second = strchr(first, ' ')) != NULL)
			*second++ = '\0';
		r = second != NULL ? cli(NULL, "help", first, second, NULL) :
		    cli(NULL, "help", first, NULL);
		cr_expect_eq(r->rc, 0, "%s", c->name);
		cr_expect_not_null(strstr(r->out, "Examples"), "%s", c->name);
		cr_expect_not_null(strstr(r->out, "Exit codes"), "%s", c->name);
		cr_expect_not_null(strstr(c->examples, "liangka"));
		for (a = c->args; a != NULL && a->name != NULL; a++) {
			cr_expect_not_null(strstr(r->out, a->name));
			cr_expect_eq(a->value == NULL, a->kind == ARG_FLAG ||
			    a->kind == ARG_BIT, "%s", a->name);
			for (b = c->args; b < a; b++)
				cr_expect_str_neq(a->name, b->name);
			for (b = args_client; c->asks && b->name != NULL; b++)
				cr_expect_str_neq(a->name, b->name);
		}
		cr_expect_lt(a - c->args, 64);
	}
}

Test(commands, unknown_ones_get_the_nearest)
{
	cr_expect_not_null(strstr(cli(NULL, "chekc", NULL)->err,
	    "did you mean \"liangka check\""));
	cr_expect_not_null(strstr(cli(NULL, "log", "shwo", NULL)->err,
	    "did you mean \"liangka log show\""));
	cr_expect_not_null(strstr(cli(NULL, "review", NULL)->err,
	    "liangka help review"));
	cr_expect_eq(cli(NULL, "frobnicate", NULL)->rc, TOOL_USAGE);
	cr_expect_eq(cli(NULL, "", NULL)->rc, TOOL_USAGE);
	cr_expect_eq(cli(NULL, "--version", NULL)->rc, 0);
	cr_expect_eq(cli(NULL, "--help", NULL)->rc, 0);
	cr_expect_eq(cli(NULL, "status", "--help", NULL)->rc, 0);
	cr_expect_eq(cli(NULL, "review", "--help", NULL)->rc, 0);
}

Test(args, say_what_is_wrong_with_each)
{
	static const struct {
		const char *word, *value, *says;
	} bad[] = {
		{ "--prodct", "sim", "did you mean --product?" },
		{ "--product", "simm", "did you mean \"sim\"?" },
		{ "--product", "8", "takes one of bank1, bank2" },
		{ "--product", NULL, "needs a value: PRODUCT" },
		{ "--product", "--json", "needs a value: PRODUCT" },
		{ "--quantity", "1001", "from 1 to 1000" },
		{ "--quantity", "3x", "from 1 to 1000" },
		{ "--quantity", "-", "from 1 to 1000" },
		{ "--posthoc", "yesterday", "cannot read the time" },
		{ "--timeout", "11min", "500ms or 3s" },
		{ "--dry-run=1", NULL, "takes no value" },
		{ "--id-country", "CHIN", "at most 3 bytes" },
		{ "-p", "sim", "options begin with --" },
		{ "--quantity", NULL, "needs a value" },
		{ "extra", NULL, "\"extra\" is too much" },
	};
	const struct cli_run *r;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]) - 1; i++) {
		r = cli(NULL, "check", bad[i].word, bad[i].value, NULL);
		cr_expect_eq(r->rc, TOOL_USAGE, "%s", bad[i].word);
		cr_expect_not_null(strstr(r->err, bad[i].says), "%s: %s",
		    bad[i].word, r->err);
	}
	r = cli(NULL, "check", "extra", "--product", "sim", NULL);
	cr_expect_not_null(strstr(r->err, bad[i].says), "%s", r->err);
	r = cli(NULL, "check", "--product", "sim", "--product=iot", NULL);
	cr_expect_not_null(strstr(r->err, "given twice"));
	r = cli(NULL, "check", NULL);
	cr_expect_not_null(strstr(r->err, "--product PRODUCT is missing"));
	r = cli(NULL, "check", "--product", "sim", NULL);
	cr_expect_not_null(strstr(r->err, "--id-no - reads it"));
	r = cli("", "check", "--product", "sim", "--id-no", "-", NULL);
	cr_expect_eq(r->rc, TOOL_NOINPUT);
	r = cli(NULL, "review", "approve", "x", "--as", "a", "--reason", "b",
	    "--clear-count", "1", NULL);
	cr_expect_not_null(strstr(r->err, "--clear-count needs"));
}

Test(args, secrets_leave_the_list_of_processes)
{
	char *argv[] = { strdup("check"), strdup("--product"), strdup("sim"),
		strdup("--id-no"), strdup("11010519491231002X"),
		strdup("--phone=13800138000"), strdup("--name"), strdup("-"),
		NULL };
	char *id = argv[4], *phone = argv[5];
	struct lk_request rq = { .size = sizeof(rq) };
	FILE *null = fopen("/dev/null", "w");
	struct tool t;
	int argc = 8, i;
	char *given[8];

	memcpy(given, argv, sizeof(given));
	tool_init(&t, fmemopen((char *)(uintptr_t)"王小明\r\n", 11, "r"), null,
	    null);
	t.command = &cmd_check;
	cr_assert_eq(args_read(&t, &rq, &argc, argv), ARGS_GO);
	cr_expect_str_eq(rq.id_no, "11010519491231002X");
	cr_expect_str_eq(rq.phone, "13800138000");
	cr_expect_str_eq(rq.name, "王小明");
	cr_expect_eq(rq.product, LK_PRODUCT_SIM);
	cr_expect_str_eq(id, "******************");
	cr_expect_str_eq(phone, "--phone=***********");
	(void)fclose(t.in);
	(void)fclose(null);
	for (i = 0; i < 8; i++)
		free(given[i]);
}

Test(service, a_daemon_that_is_away)
{
	const struct cli_run *r;

	r = cli(NULL, "status", "--socket", "/nonexistent/x.sock", NULL);
	cr_expect_eq(r->rc, TOOL_AWAY);
	cr_expect_not_null(strstr(r->err, "/nonexistent/x.sock"));
	cr_expect_not_null(strstr(r->err, "systemctl status liangkad"));
	r = cli(NULL, "status", "--json", "--socket", "/nonexistent/x.sock",
	    NULL);
	cr_expect(jsonok(r->out), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "\"error\":-5"));
	r = cli("11010519491231002X\n", "check", "--product", "sim", "--id-no",
	    "-", "--branch", "b", "--teller", "t", "--json", "--socket",
	    "/nonexistent/x.sock", NULL);
	cr_expect_eq(r->rc, TOOL_AWAY);
	cr_expect(jsonok(r->out), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "\"decision\":\"review\""));
	cr_expect_null(strstr(r->out, "1101051949"));
	cr_expect_null(strstr(r->err, "1101051949"));
	r = cli(NULL, "status", "--config", "/nonexistent/plugin.conf", NULL);
	cr_expect_eq(r->rc, TOOL_CONFIG);
	cr_expect_not_null(strstr(r->err, "/nonexistent/plugin.conf"));
	r = cli(NULL, "status", "--socket", "/dev/null", NULL);
	cr_expect_eq(r->rc, TOOL_NOINPUT);
	r = cli(NULL, "status", "--socket", "x", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
	r = cli(NULL, "status", "--socket", "/x", "--config", "/y", NULL);
	cr_expect_eq(r->rc, TOOL_USAGE);
}

Test(logwant, a_person_is_found_in_every_place)
{
	const struct token wanted[2] = { { { 1 } }, { { 2 } } };
	struct logwant w = { .kind = LOGWANT_ANY, .decision = LOGWANT_ANY,
		.tokens = wanted, .ntokens = 2 };
	struct entry e;

	entry_clear(&e, ENTRY_DECISION);
	cr_expect(!logwant_fits(&w, &e), "nobody");
	e.person = wanted[1];
	cr_expect(logwant_fits(&w, &e), "of another epoch");
	e.person.b[15] = 1;
	cr_expect(!logwant_fits(&w, &e), "another person");
	e.agent_person = wanted[0];
	cr_expect(logwant_fits(&w, &e), "as an agent");
	e.agent_person.b[0] = 9;
	e.prev = wanted[0];
	cr_expect(logwant_fits(&w, &e), "by an older document");
	w.teller = "t1";
	cr_expect(!logwant_fits(&w, &e), "all conditions must hold");
}
