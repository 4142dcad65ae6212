/* The strict text form of configurations and policies. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "plugin/conf.h"

struct server {
	char	socket[24];
	int64_t	ttl;
	int64_t	overlay;
	int32_t	workers;
	int32_t	strict;
	int64_t	since;
	int64_t	fallback;
	uint32_t rights;
};

struct log {
	char	text[32768];
	size_t	len;
	unsigned count;
	struct conf_error last;
	char	values[2048];
};

static const struct conf_name fallbacks[] = {
	{ "review", 10 }, { "reject", 20 }, { NULL, 0 }
};
static const struct conf_name rights[] = {
	{ "check", 1 }, { "confirm", 2 }, { "report", 4 }, { NULL, 0 }
};
static const struct conf_key server_keys[] = {
	{ "socket", CONF_STRING, CONF_REQUIRED, 1, 0, NULL,
	    CONF_AT(struct server, socket) },
	{ "reservation_ttl", CONF_DURATION, 0, 1000, 86400000, NULL,
	    CONF_AT(struct server, ttl) },
	{ "overlay", CONF_SIZE, 0, 1 << 20, 1 << 30, NULL,
	    CONF_AT(struct server, overlay) },
	{ "workers", CONF_INT, 0, -5, 64, NULL,
	    CONF_AT(struct server, workers) },
	{ "strict", CONF_BOOL, 0, 0, 0, NULL, CONF_AT(struct server, strict) },
	{ "since", CONF_DATE, 0, 0, 0, NULL, CONF_AT(struct server, since) },
	{ "on_unavailable", CONF_NAME, 0, 0, 0, fallbacks,
	    CONF_AT(struct server, fallback) },
	{ "rights", CONF_NAMES, 0, 0, 0, rights,
	    CONF_AT(struct server, rights) },
	{ "hosts", CONF_LIST, 0, 2, 3, NULL, 0, 0 },
};
static const struct conf_key rule_keys[] = {
	{ "when", CONF_STRING, CONF_REQUIRED, 1, 0, NULL, 0, 0 },
};
static const struct conf_section table[] = {
	{ "server", CONF_REQUIRED, server_keys,
	    sizeof(server_keys) / sizeof(server_keys[0]) },
	{ "rule", CONF_NAMED, rule_keys, 1 },
};

static struct log got;
static struct server cfg;

static void
report(void *arg, const struct conf_error *e)
{
	struct log *l = arg;

	l->len += conf_format(e, l->text + l->len, sizeof(l->text) - l->len);
	l->last = *e;
	l->count++;
}

static void
value(void *arg, const struct conf_value *v)
{
	struct log *l = arg;

	if (v->key->kind == CONF_STRING || v->key->kind == CONF_LIST)
		snprintf(l->values + strlen(l->values), 512, "%s/%s/%s[%zu]=%s;",
		    v->section->name, v->instance, v->key->name, v->index,
		    v->string);
}

static int
read_bytes(const char *text, size_t len)
{
	struct conf_sink sink = { report, &got };
	struct conf_doc doc = { "t.conf", text, len, &sink, 0 };
	struct conf_use use = { .target = &cfg, .arg = &got, .value = value };

	memset(&got, 0, sizeof(got));
	memset(&cfg, 0, sizeof(cfg));
	return (conf_read(&doc, table, 2, &use));
}

static int
read_text(const char *text)
{

	return (read_bytes(text, strlen(text)));
}

/* The text is wrong in just one way, and this is what is said about it. */
static void
wrong(const char *text, const char *said)
{

	cr_expect_eq(read_text(text), -1, "accepted: %s", text);
	cr_expect_eq(got.count, 1, "%u errors for: %s\n%s", got.count, text,
	    got.text);
	cr_expect_not_null(strstr(got.text, said), "for: %s\nsaid: %s", text,
	    got.text);
}

#define S "[server]\nsocket = a\n"

Test(conf, every_kind_reaches_its_target)
{

	cr_assert_eq(read_text("# head\n\n[server]  # tail\n"
	    "socket = \"/run/\\\"a\\\\\\u4e2d\\n\\t\"  # tail\n"
	    "\treservation_ttl=30min\noverlay = 256M\nworkers = -5\n"
	    "strict = true\nsince = 2026-01-01\non_unavailable = reject\n"
	    "rights = check, \"report\" ,confirm\n"
	    "hosts = a.example:8443, \"b c\"\n"), 0, "%s", got.text);
	cr_expect_str_eq(cfg.socket, "/run/\"a\\\xe4\xb8\xad\n\t");
	cr_expect_eq(cfg.ttl, 1800000);
	cr_expect_eq(cfg.overlay, 256 << 20);
	cr_expect_eq(cfg.workers, -5);
	cr_expect_eq(cfg.strict, 1);
	cr_expect_eq(cfg.since, 20454);
	cr_expect_eq(cfg.fallback, 20);
	cr_expect_eq(cfg.rights, 7);
	cr_expect_not_null(strstr(got.values, "server//hosts[0]=a.example:8443;"
	    "server//hosts[1]=b c;"));
}

Test(conf, units)
{
	static const struct { const char *text; int64_t ms; } good[] = {
		{ "1000ms", 1000 }, { "30s", 30000 }, { "1_0s", 10000 },
		{ "2min", 120000 }, { "24h", 86400000 }, { "1d", 86400000 },
	};
	char text[128];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		snprintf(text, sizeof(text), S "reservation_ttl = %s",
		    good[i].text);
		cr_expect_eq(read_text(text), 0, "%s", good[i].text);
		cr_expect_eq(cfg.ttl, good[i].ms, "%s", good[i].text);
	}
}

Test(conf, dates)
{

	cr_expect_eq(read_text(S "since = 1970-01-01"), 0);
	cr_expect_eq(cfg.since, 0);
	cr_expect_eq(read_text(S "since = 2000-02-29"), 0);
	cr_expect_eq(cfg.since, 11016);
	cr_expect_eq(read_text(S "since = 2100-03-01"), 0);
	cr_expect_eq(cfg.since, 47541);
	cr_expect_eq(read_text(S "since = 2024-12-31"), 0);
	cr_expect_eq(cfg.since, 20088);
	wrong(S "since = 2100-02-29", "wants a date as YYYY-MM-DD");
	wrong(S "since = 2026-13-01", "wants a date");
	wrong(S "since = 2026-04-31", "wants a date");
	wrong(S "since = 2026-1-01", "wants a date");
	wrong(S "since = \"2026-01-01\"", "leave out the quotes");
}

Test(conf, bom_and_crlf_are_fine)
{

	cr_assert_eq(read_text("\xef\xbb\xbf[server]\r\nsocket = \"a\"\r\n"
	    "workers = 3\r\n"), 0, "%s", got.text);
	cr_expect_str_eq(cfg.socket, "a");
	cr_expect_eq(cfg.workers, 3);
	wrong("\xef\xbb\xbf[server]\r\nsocket = a\r\nworker = 3\r\n",
	    "t.conf:3:1: error: unknown key 'worker', did you mean 'workers'?"
	    "\n  worker = 3\n  ^~~~~~\n");
	wrong("\xef\xbb\xbf[servr]\n[server]\nsocket = a\n",
	    "t.conf:1:2: error: unknown section 'servr'");
}

Test(conf, bad_values)
{

	wrong(S "workers = 65", "3:11: error: workers is out of range: "
	    "-5 to 64");
	wrong(S "workers = 007", "'007': workers wants an integer");
	wrong(S "workers = 1__0", "wants an integer");
	wrong(S "workers = 1_", "wants an integer");
	wrong(S "workers = 99999999999999999999", "wants an integer");
	wrong(S "workers = 1 2", "expected the end of the line, found '2'");
	wrong(S "workers =", "expected a value");
	wrong(S "workers 5", "expected '=', found '5'");
	wrong(S "strict = yes", "strict wants true or false");
	wrong(S "reservation_ttl = 30", "with ms, s, min, h or d");
	wrong(S "reservation_ttl = 30m", "with ms, s, min, h or d");
	wrong(S "reservation_ttl = 999999999999999d", "with ms");
	wrong(S "reservation_ttl = 500ms",
	    "reservation_ttl is out of range: 1s to 1d");
	wrong(S "overlay = 1K", "overlay is out of range: 1M to 1G");
	wrong(S "overlay = 1KB", "wants a number of bytes");
	wrong(S "on_unavailable = rejct", "did you mean 'reject'?");
	wrong(S "on_unavailable = pass", "is not a value of on_unavailable");
	wrong(S "rights = check, check", "'check' is here twice");
	wrong(S "rights = check report", "expected ',' or the end");
	wrong(S "hosts = a", "hosts wants at least 2");
	wrong(S "hosts = a,b,c,d", "3:15: error: hosts takes at most 3");
}

Test(conf, bad_strings)
{

	wrong("[server]\nsocket = \"a", "2:10: error: the closing '\"'");
	wrong("[server]\nsocket = \"a\\x\"", "2:12: error: unknown escape");
	wrong("[server]\nsocket = \"\\u12g4\"", "unknown escape");
	wrong("[server]\nsocket = \"\\ud800\"", "unknown escape");
	wrong("[server]\nsocket = \"\\u0000\"", "unknown escape");
	wrong("[server]\nsocket = \"\"", "socket is empty");
	wrong("[server]\nsocket = \"123456789012345678901234\"",
	    "socket is too long: 24 bytes, at most 23");
	cr_expect_eq(read_text("[server]\nsocket = "
	    "\"12345678901234567890123\""), 0);
}

Test(conf, bad_structure)
{

	wrong(S "[servr]\nany = 1", "unknown section 'servr', did you mean "
	    "'server'?");
	wrong(S "[zzz]\nany = 1\nmore", "unknown section 'zzz'\n");
	wrong(S "[server]\nworkers = 1\n", "first in line 1");
	wrong(S "workers = 1\nworkers = 2\n",
	    "4:1: error: 'workers' is here twice, first in line 3");
	wrong(S "[rule]\nwhen = \"x\"", "a name is missing: [rule NAME]");
	wrong(S "[rule A]\nwhen = x\n[rule A]\nwhen = y",
	    "5:7: error: [rule A] is here twice");
	wrong(S "[rule A]\nwhen = x\n[rule AB]\nwhen = y\n[rule AB]",
	    "[rule AB] is here twice");
	wrong(S "[rule A]\n", "3:1: error: 'when' is missing in this section");
	wrong(S "[rule A", "expected ']'");
	wrong(S "[rule A] x", "expected the end of the line, found 'x'");
	wrong("socket = a\nb = c\n[server]\nsocket = a",
	    "1:1: error: this must stand below a [section]");
	wrong("[server x]\nsocket = a", "section 'server' takes no name");
	wrong("", "section [server] is missing");
	wrong("[server]\n", "1:1: error: 'socket' is missing");
	cr_expect_eq(read_text(S "[rule A]\nwhen=x\n[ rule  \xe4\xb8\xad ]\n"
	    "when = y"), 0, "%s", got.text);
	cr_expect_not_null(strstr(got.values, "rule/\xe4\xb8\xad/when[0]=y"));
}

Test(conf, bad_encodings)
{

	wrong("[server]\nsocket = \"\xd6\xd0\"\n", "not UTF-8");
	wrong("\xff\xfe[\0s\0", "this is UTF-16");
	wrong("[server]\nsocket = \"\xc0\x80\"\n", "not UTF-8");
	wrong("[server]\nsocket = \"\xed\xa0\x80\"\n", "not UTF-8");
	wrong("[server]\nsocket = \"a\x1b[31m\"\n",
	    "2:12: error: control or invisible character U+001b");
	wrong("[server]\nsocket = \"a\" # \xe2\x80\xae\n", "U+202e");
	wrong("[server]\rsocket = \"a\"", "U+000d");
	cr_expect_eq(read_bytes("[server]\0\n", 10), -1);
	cr_expect_not_null(strstr(got.text, "U+0000"));
	wrong("[server]\nsocket \xef\xbc\x9d \"a\"\n",
	    "full-width '\xef\xbc\x9d': write '='");
	wrong("[server]\nsocket = \xe2\x80\x9c" "a\xe2\x80\x9d\n", "write '\"'");
	wrong("[server]\nsocket = \xe4\xb8\xad\n",
	    "text stands between double quotes");
}

Test(conf, all_errors_are_reported)
{

	cr_expect_eq(read_text("[server]\nsockt = 1\nworkers = x\n"
	    "strict = 1\n[rule a]\nwhen = \n[nothing]\n"), -1);
	cr_expect_eq(got.count, 6, "%s", got.text);
}

Test(conf, reports_are_bounded)
{
	char text[8192] = S;

	for (int i = 0; i < 400; i++)
		strcat(text, "bad\n");
	cr_expect_eq(read_text(text), -1);
	cr_expect_eq(got.count, CONF_MAX_ERRORS);
	cr_expect_not_null(strstr(got.text, "too many errors"));
}

Test(conf, caret_below_wide_text)
{

	wrong("[server]\nsocket = \"\xe4\xb8\xad\xe5\x9b\xbd\" \xe4\xb8\xad"
	    "\xe5\x9b\xbd\n",
	    "t.conf:2:15: error: expected the end of the line, found "
	    "'\xe4\xb8\xad'\n"
	    "  socket = \"\xe4\xb8\xad\xe5\x9b\xbd\" \xe4\xb8\xad\xe5\x9b\xbd\n"
	    "                  ^~\n");
	wrong("[server]\n\tsocket = a\n\tworker = 3",
	    "3:2: error: unknown key 'worker', did you mean 'workers'?\n"
	    "          worker = 3\n          ^~~~~~\n");
}

Test(conf, long_lines_are_shown_in_part)
{
	char text[1024] = "[server]\nsocket = \"", *caret, *z;

	memset(text + strlen(text), 'y', 500);
	strcat(text, "\" zzz yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
	    "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy");
	cr_expect_eq(read_text(text), -1);
	cr_assert_not_null(z = strstr(got.text, "\n  ...yyy"));
	cr_assert_not_null(caret = strchr(z + 1, '\n'));
	cr_expect_not_null(memchr(caret, '^', strlen(caret)));
	cr_expect_eq(strchr(caret, '^') - (caret + 1),
	    strchr(z, 'z') - (z + 1));
	cr_expect_lt(strlen(got.text), 400);
}

Test(conf, locate_follows_escapes)
{
	const char *t = "[server]\nsocket = \"a\\\"\\u4e2d\\u0041b\"";
	struct conf_doc doc = { "t", t, strlen(t), NULL, 0 };
	size_t v = (size_t)(strchr(t, '"') - t);

	cr_expect_eq(conf_locate(&doc, v, 0), v + 1);	/* a */
	cr_expect_eq(conf_locate(&doc, v, 1), v + 2);	/* \" */
	cr_expect_eq(conf_locate(&doc, v, 2), v + 4);	/* \u4e2d */
	cr_expect_eq(conf_locate(&doc, v, 5), v + 10);	/* \u0041 */
	cr_expect_eq(conf_locate(&doc, v, 6), v + 16);	/* b */
	cr_expect_eq(conf_locate(&doc, v, 7), v + 17);	/* closing quote */
	cr_expect_eq(conf_locate(&doc, v, 99), v + 17);
	cr_expect_eq(conf_locate(&doc, 10, 3), 13);	/* bare */
}

Test(conf, guesses)
{
	static const struct { const char *word, *name; int near; } cases[] = {
		{ "reservation_tll", "reservation_ttl", 1 },
		{ "Reservation-TTL", "reservation_ttl", 1 },
		{ "ttl_reservation", "reservation_ttl", 0 },
		{ "hte", "the", 1 }, { "ab", "xy", 0 }, { "a", "b", 0 },
		{ "institution", "institutions", 1 }, { "", "a", 0 },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a", 0 },
	};
	struct conf_guess g;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		conf_guess_init(&g, cases[i].word, strlen(cases[i].word));
		conf_guess_try(&g, cases[i].name);
		cr_expect_eq(g.best != NULL, cases[i].near, "%s",
		    cases[i].word);
	}
}

Test(conf, format_never_overflows)
{
	struct conf_error e = { "t", 1, 3, 2, "\xe4\xb8\xad\xe5\x9b\xbd=", 7,
	    "\xe4\xb8\xad\xe5\x9b\xbd" };
	char buf[64], whole[64];
	size_t full = conf_format(&e, whole, sizeof(whole));

	for (size_t cap = 0; cap <= sizeof(buf); cap++) {
		uint32_t c;
		size_t n, i, used;

		memset(buf, 'Z', sizeof(buf));
		n = conf_format(&e, buf, cap);
		cr_assert(cap == 0 ? n == 0 : n < cap || n == full);
		if (cap > 0)
			cr_assert_eq(strlen(buf), n);
		for (i = cap; i < sizeof(buf); i++)
			cr_assert_eq(buf[i], 'Z');
		for (i = 0; i < n; i += used)
			cr_assert_neq(used = conf_utf8(buf + i, n - i, &c), 0);
	}
}
