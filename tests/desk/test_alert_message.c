/* What is sent: nothing about who it is, signatures that others can check, and nothing
 * that a robot, a terminal or a mail server would obey. */
#include <criterion/criterion.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk/alert_carry.h"
#include "desk/alert_text.h"
#include "lists/outlets.h"
#include "plugin.h"

#include "alertkit.h"

#define T0 ALERTKIT_T0

static struct alert_names names = { .word = alertkit_word };
static struct alert_told told[8];
static struct alert_receiver to;
static struct alert_message m;

static const char *
reference(char buf[ALERT_REFERENCE_MAX], uint64_t seq)
{

	(void)snprintf(buf, ALERT_REFERENCE_MAX, "REF-%llu",
	    (unsigned long long)seq);
	return (buf);
}

/* An alert of somebody who is on a list. */
static void
fill(struct alert_told *x, uint64_t seq, int level, const char *listed)
{
	struct entry e;

	entry_clear(&e, ENTRY_DECISION);
	e.seq = seq;
	e.t = T0;
	(void)snprintf(e.inst, sizeof(e.inst), "icbc");
	(void)snprintf(e.outlet, sizeof(e.outlet), "0012");
	(void)snprintf(e.teller, sizeof(e.teller), "T-SECRET-TELLER");
	(void)snprintf(e.txn, sizeof(e.txn), "TXN-SECRET");
	(void)snprintf(e.hits, sizeof(e.hits), "HF-7D MULE-KIT");
	(void)snprintf(e.reason, sizeof(e.reason), "HF02");
	(void)snprintf(e.listed, sizeof(e.listed), "%s", listed);
	memset(&e.person, 0xab, sizeof(e.person));
	e.epoch = 1;
	e.decision = LK_REVIEW;
	e.product = LK_PRODUCT_BANK1;
	e.area = 330327;
	e.flags = ENTRY_F_SANDBOX | ENTRY_F_POSTHOC | ENTRY_F_SEALED;
	e.alert = ALERT_OUTLET;
	e.alert_kind = listed[0] != '\0' ? ALERT_LIST : ALERT_RULE;
	cr_assert_eq(alert_read(&x->a, &e), 1);
	x->level = level;
	x->told = T0;
	x->late = level > ALERT_OUTLET;
	alert_id(x->id, names.node, seq, level, to.name);
}

static void
begin(int kind)
{

	names.reference = reference;
	(void)snprintf(names.node, sizeof(names.node), "x.example/branch/b");
	memset(&to, 0, sizeof(to));
	to.kind = kind;
	to.batch = 8;
	(void)snprintf(to.name, sizeof(to.name), "duty");
	(void)snprintf(to.url, sizeof(to.url), "https://x.example/r?key=K");
	to.secret_len = (size_t)snprintf(to.secret, sizeof(to.secret),
	    "0123456789abcdef0123456789abcdef");
	cr_assert_eq(alert_message_init(&m), 0);
}

/* Does the body hold it? */
static int
has(const char *s)
{

	return (memmem(m.body, m.len, s, strlen(s)) != NULL);
}

Test(alert_message, a_webhook_s_signature_is_what_openssl_says)
{
	unsigned char mac[32];
	char want[160], text[4096 * 8], hex[65];
	unsigned len = 0;
	int n, i;

	begin(ALERT_WEBHOOK);
	fill(&told[0], 41, ALERT_COUNTY, "");
	cr_assert_eq(alert_message_make(&m, &to, &names, told, 1, T0 + 5999),
	    1);
	n = snprintf(text, sizeof(text), "%lld.%.*s", (long long)(T0 + 5999) /
	    1000, (int)m.len, m.body);
	cr_assert_not_null(HMAC(EVP_sha256(), to.secret, (int)to.secret_len,
	    (unsigned char *)text, (size_t)n, mac, &len));
	for (i = 0; i < 32; i++)
		(void)snprintf(&hex[2 * i], 3, "%02x", mac[i]);
	(void)snprintf(want, sizeof(want), "Liangka-Signature: sha256=%s",
	    hex);
	cr_assert_eq(m.nheaders, 4);
	cr_expect_str_eq(m.header[3], want);
	(void)snprintf(want, sizeof(want), "Liangka-Delivery: %s", told[0].id);
	cr_expect_str_eq(m.header[1], want);
	(void)snprintf(want, sizeof(want), "\"delivery\":\"%s\"", told[0].id);
	cr_expect(has(want));
	alert_message_free(&m);
}

Test(alert_message, says_what_it_is_and_what_to_do_but_not_who)
{
	begin(ALERT_WEBHOOK);
	fill(&told[0], 41, ALERT_COUNTY, "");
	cr_assert_eq(alert_message_make(&m, &to, &names, told, 1, T0), 1);
	cr_expect(has("\"seq\":41,\"level\":\"county\",\"first_level\":"
	    "\"outlet\",\"late\":true,\"kind\":\"rule\",\"time\":"
	    "\"2026-11-22T10:00:00+08:00\""));
	cr_expect(has("\"institution\":\"icbc\",\"outlet\":\"0012\""));
	cr_expect(has("\"area\":\"330327\",\"product\":\"bank1\""));
	cr_expect(has("\"flags\":[\"posthoc\",\"sandbox\"]"));
	cr_expect(has("情形：事后补录 测试环境"));
	cr_expect(has("\"rules\":[\"HF-7D\",\"MULE-KIT\"]"));
	cr_expect(has("\"reference\":\"REF-41\""));
	cr_expect(has("liangka review show REF-41"));
	cr_expect(has("liangka alert take 41"));
	cr_expect(has("下级未按时接收，上报区县级"));
	cr_expect_not(has("TELLER"));
	cr_expect_not(has("TXN-"));
	cr_expect_not(has("abab"));
	alert_message_free(&m);
	/* Where there is no decision, the entry itself is to be looked at. */
	begin(ALERT_WEBHOOK);
	fill(&told[0], 41, ALERT_COUNTY, "");
	told[0].a.ref = 0;
	cr_assert_eq(alert_message_make(&m, &to, &names, told, 1, T0), 1);
	cr_expect(has("\"see\":\"liangka log show --from 41 --to 41\""));
	cr_expect(has("核查：liangka log show --from 41 --to 41"));
	alert_message_free(&m);
}

Test(alert_message, what_must_be_kept_from_him_is_not_told_below_the_city)
{
	static const char investigation[] =
	    "case:7:investigation:7:20800:police";
	static const char canary[] = "canary:1:canary:9:20800:centre";
	const char *listed[] = { investigation, canary };
	int i, kind;

	for (kind = ALERT_WEBHOOK; kind <= ALERT_MAIL; kind++) {
		for (i = 0; i < 2; i++) {
			begin(kind);
			(void)snprintf(to.from, sizeof(to.from), "a@b");
			fill(&told[0], 41, ALERT_COUNTY, listed[i]);
			cr_assert_eq(alert_message_make(&m, &to, &names, told,
			    1, T0), 1);
			cr_expect_not(has("investigation"));
			cr_expect_not(has("canary"));
			cr_expect_not(has("名单"));
			cr_expect_not(has("HF-7D"));
			if (kind == ALERT_WEBHOOK) {
				cr_expect(has("\"kind\":\"check\""));
				cr_expect(has("CHECK-CENTRE"));
			}
			alert_message_free(&m);
		}
	}
	begin(ALERT_WEBHOOK);
	fill(&told[0], 41, ALERT_CITY, investigation);
	cr_assert_eq(alert_message_make(&m, &to, &names, told, 1, T0), 1);
	cr_expect(has("\"categories\":[\"investigation\"]"));
	cr_expect(has("\"kind\":\"list\""));
	alert_message_free(&m);
}

Test(alert_message, dingtalk_s_signature_is_what_openssl_says)
{
	unsigned char mac[32], b64[64];
	char text[128], *p;
	unsigned len = 0;
	int n;

	begin(ALERT_DINGTALK);
	fill(&told[0], 41, ALERT_COUNTY, "");
	cr_assert_eq(alert_message_make(&m, &to, &names, told, 1, T0), 1);
	n = snprintf(text, sizeof(text), "%lld\n%s", (long long)T0,
	    to.secret);
	(void)HMAC(EVP_sha256(), to.secret, (int)to.secret_len,
	    (unsigned char *)text, (size_t)n, mac, &len);
	(void)EVP_EncodeBlock(b64, mac, 32);
	(void)snprintf(text, sizeof(text), "https://x.example/r?key=K&"
	    "timestamp=%lld&sign=", (long long)T0);
	cr_assert_eq(strncmp(m.url, text, strlen(text)), 0, "%s", m.url);
	/* Undo the escapes. */
	p = &m.url[strlen(text)];
	for (n = 0; *p != '\0'; n++, p++) {
		char hex[3] = { p[1], *p == '%' ? p[2] : '\0', '\0' };
		int c = *p == '%' ? (int)strtol(hex, NULL, 16) : *p;

		cr_assert_eq(c, b64[n], "%d", n);
		p += *p == '%' ? 2 : 0;
	}
	cr_expect_eq(n, 44);
	cr_expect(has("\"msgtype\":\"markdown\",\"markdown\":{\"title\":"));
	alert_message_free(&m);
}

Test(alert_message, a_robot_s_message_has_as_many_as_it_takes)
{
	size_t i, n;

	begin(ALERT_WECOM);
	to.batch = 200;
	for (i = 0; i < 8; i++)
		fill(&told[i], i + 1, ALERT_COUNTY, "");
	for (to.form = ALERT_MARKDOWN; to.form <= ALERT_TEXT; to.form++) {
		n = alert_message_make(&m, &to, &names, told, 8, T0);
		cr_expect_gt(n, 1);
		cr_expect_lt(m.len, to.form == ALERT_TEXT ? 2300 : 4400);
		if (to.form == ALERT_TEXT) {
			cr_expect_lt(n, 8);
			cr_expect(has("\"msgtype\":\"text\""));
		}
	}
	/* The title says how many there are. */
	to.form = ALERT_TEXT;
	n = alert_message_make(&m, &to, &names, told, 8, T0);
	{
		char want[32];

		(void)snprintf(want, sizeof(want), "等 %zu 条", n);
		cr_expect(has(want), "%.*s", (int)m.len, m.body);
	}
	alert_message_free(&m);
}

Test(alert_message, nothing_that_a_robot_or_a_terminal_would_obey)
{
	static const char text[] = "institution,outlet,name,area,hours,contact,"
	    "status,from,until,reason\n"
	    "icbc,0012,\"<@all> [x](http://y) \xe2\x80\xae\x1b[31m`z`\","
	    "330327,,,open,,,\n";
	char err[OUTLETS_ERROR_MAX], out[64];
	struct outlets *o = outlets_read("r", text, sizeof(text) - 1, err);

	if (o != NULL) {
		names.outlets = o;
		begin(ALERT_WECOM);
		fill(&told[0], 41, ALERT_COUNTY, "");
		cr_assert_eq(alert_message_make(&m, &to, &names, told, 1, T0),
		    1);
		cr_expect_not(has("<@all>"));
		cr_expect_not(has("]("));
		cr_expect_not(has("\xe2\x80\xae"));
		cr_expect_not(has("\\u001b"));
		alert_message_free(&m);
		names.outlets = NULL;
		outlets_free(o);
	}
	cr_expect_str_eq(alert_text_clean(out, sizeof(out), "a<@all>`\x1b\xff"
	    "\xe2\x80\xae", 1), "a＜＠all＞｀???");
	cr_expect_str_eq(alert_text_clean(out, sizeof(out), "a<b>\r\nRCPT", 0),
	    "a<b>??RCPT");
	cr_expect_str_eq(alert_text_clean(out, 6, "中国人", 0), "中");
}

Test(alert_message, a_mail_is_one_that_cannot_be_broken_into)
{
	const char *p, *nl;
	int heads = 1;

	begin(ALERT_MAIL);
	(void)snprintf(to.from, sizeof(to.from), "lk@city.example");
	(void)snprintf(to.to[0], sizeof(to.to[0]), "a@b.example");
	(void)snprintf(to.to[1], sizeof(to.to[1]), "c@d.example");
	to.nto = 2;
	fill(&told[0], 41, ALERT_COUNTY, "");
	(void)snprintf(told[0].a.reason, sizeof(told[0].a.reason),
	    "x\r\n.\r\nRCPT");
	(void)snprintf(told[0].a.outlet, sizeof(told[0].a.outlet),
	    "\r\nBcc: z@z\r\n");
	cr_assert_eq(alert_message_make(&m, &to, &names, told, 1, T0), 1);
	cr_expect(has("Date: Sun, 22 Nov 2026 10:00:00 +0800\r\n"));
	cr_expect(has("To: <a@b.example>,\r\n <c@d.example>\r\n"));
	cr_expect(has("Subject: =?UTF-8?B?"));
	cr_expect(has("@city.example>\r\n"));
	for (p = m.body; p < m.body + m.len; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(m.body + m.len - p));
		cr_assert_not_null(nl);
		cr_assert_eq(nl[-1], '\r');
		cr_expect_leq(nl - p, 78);
		if (nl - p == 1)
			heads = 0;
		cr_expect_neq(*p, '.');
		if (heads)
			cr_expect_not(strncasecmp(p, "bcc", 3) == 0);
	}
	cr_expect_eq(heads, 0);
	alert_message_free(&m);
}

Test(alert_message, what_an_answer_means)
{
	static const struct {
		int kind;
		long status;
		const char *reply;
		enum alert_outcome want;
	} row[] = {
		{ ALERT_WEBHOOK, 200, "", ALERT_DELIVERED },
		{ ALERT_WEBHOOK, 204, "", ALERT_DELIVERED },
		{ ALERT_WEBHOOK, 301, "", ALERT_REFUSED },
		{ ALERT_WEBHOOK, 400, "", ALERT_REFUSED },
		{ ALERT_WEBHOOK, 401, "", ALERT_REFUSED },
		{ ALERT_WEBHOOK, 404, "", ALERT_REFUSED },
		{ ALERT_WEBHOOK, 408, "", ALERT_LATER },
		{ ALERT_WEBHOOK, 429, "", ALERT_LATER },
		{ ALERT_WEBHOOK, 500, "", ALERT_LATER },
		{ ALERT_WEBHOOK, 503, "", ALERT_LATER },
		{ ALERT_WECOM, 200, "{\"errcode\":0,\"errmsg\":\"ok\"}",
		    ALERT_DELIVERED },
		{ ALERT_WECOM, 200, "{\"errcode\" : 93000,\"errmsg\":\"bad\"}",
		    ALERT_REFUSED },
		{ ALERT_WECOM, 200, "{\"errcode\":45009}", ALERT_LATER },
		{ ALERT_WECOM, 200, "{\"errcode\":-1}", ALERT_LATER },
		{ ALERT_WECOM, 200, "<html>log in here</html>", ALERT_REFUSED },
		{ ALERT_WECOM, 200, "{\"errcode\":}", ALERT_REFUSED },
		{ ALERT_WECOM, 502, "{\"errcode\":0}", ALERT_LATER },
		{ ALERT_DINGTALK, 200, "{\"errmsg\":\"send too fast\","
		    "\"errcode\":130101}", ALERT_LATER },
		{ ALERT_DINGTALK, 200, "{\"errcode\":310000,\"errmsg\":"
		    "\"sign not match\"}", ALERT_REFUSED },
	};
	struct alert_answer a;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		alert_job_reply(row[i].kind, row[i].status, row[i].reply, 0,
		    &a);
		cr_expect_eq(a.outcome, row[i].want, "%zu: %d", i, a.outcome);
		cr_expect_eq(a.why[0] == '\0', a.outcome == ALERT_DELIVERED,
		    "%zu", i);
	}
}

Test(alert_message, an_unusual_day_names_the_rule_that_told_it)
{
	static struct entry e;
	struct alert a;

	entry_clear(&e, ENTRY_DECISION);
	e.seq = 7;
	e.alert = ALERT_CITY;
	e.alert_kind = ALERT_UNUSUAL;
	(void)snprintf(e.shadow, sizeof(e.shadow), "OUTLET-FAR");
	cr_assert_eq(alert_read(&a, &e), 1);
	cr_expect_str_eq(a.hits, "OUTLET-FAR");
	/* Rules on trial are nobody's business. */
	e.alert_kind = ALERT_RULE;
	cr_assert_eq(alert_read(&a, &e), 1);
	cr_expect_str_eq(a.hits, "");
}
