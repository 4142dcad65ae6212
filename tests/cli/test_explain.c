#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/casefile.h"
#include "audit/playlog.h"
#include "cli/explaintext.h"
#include "cli/refid.h"
#include "counter/reference.h"
#include "engine/category.h"
#include "store/entry.h"

#include "clitest.h"
#include "jsonok.h"

static struct playlog x;
static char held[80], ref[32], seq[24];

/* A, B and C within four days: the third is held. */
static void
setup(void)
{

	play_init(&x, NULL);
	play_start(&x);
	(void)play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	play_pass(&x, 2 * PLAY_DAY);
	(void)play_open(&x, "bbank", "o1", 1, LK_PRODUCT_BANK1);
	play_pass(&x, 2 * PLAY_DAY);
	cr_assert_eq(play_check(&x, "ctel", "o1", 1, LK_PRODUCT_SIM), LK_REVIEW);
	snprintf(held, sizeof(held), "%s", x.id);
	snprintf(ref, sizeof(ref), "%s", x.ref);
	snprintf(seq, sizeof(seq), "%" PRIu64, play_seq(&x));
	(void)play_check(&x, "ctel", "o2", 9, LK_PRODUCT_SIM);
	play_stop(&x);
}

static void
teardown(void)
{

	play_end(&x);
}

#define HAS(text, part) \
	cr_expect_not_null(strstr(text, part), "%s is not in:\n%s", part, text)

Test(explain, in_english, .init = setup, .fini = teardown)
{
	const struct cli_run *r = cli(NULL, "explain", held, x.dir, "--offline", NULL);

	cr_expect_eq(r->rc, 0, "%s", r->err);
	HAS(r->out, "review");
	HAS(r->out, "HF-3  high frequency → review, by centre, needs: centre");
	HAS(r->out, "different institutions in the last 7 days, this one "
	    "included: 3");
	HAS(r->out, "institutions(7d) = 3, needs >= 3");
	HAS(r->out, "From 2026-11-29 10:00:00 on the same application");
	HAS(r->out, "SIM-5  quantity limit");
	cr_expect(strstr(r->out, "HF-3") < strstr(r->out, "SIM-5"),
	    "hits stand first");
	HAS(r->out, "nearly");
}

Test(explain, in_chinese, .init = setup, .fini = teardown)
{
	const struct cli_run *r = cli(NULL, "explain", ref, x.dir, "--offline", "--lang",
	    "zh", NULL);

	cr_expect_eq(r->rc, 0, "%s", r->err);
	HAS(r->out, "复核");
	HAS(r->out, "HF-3  高频开卡 → 复核，由反诈中心审核");
	HAS(r->out, "近7天办理业务的不同机构（含本次）：3（规则：达到 3）");
	HAS(r->out, "自 2026-11-29 10:00:00 起");
}

Test(explain, as_json, .init = setup, .fini = teardown)
{
	const struct cli_run *r = cli(NULL, "explain", seq, x.dir, "--offline", "--json",
	    NULL);

	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect(jsonok(r->out), "%s", r->out);
	HAS(r->out, held);
	HAS(r->out, ref);
	HAS(r->out, "\"rule\":\"HF-3\",\"state\":\"hit\"");
	HAS(r->out, "\"lapse\":{\"kind\":\"at\",\"at\":"
	    "\"2026-11-29T10:00:00.000+08:00\"}");
}

/* An outcome that a sandbox was asked for has no rule behind it. */
Test(explain, in_a_sandbox)
{
	char id[19] = "00000019900101006?";
	const struct cli_run *r;

	play_init(&x, NULL);
	x.co.sandbox = 1;
	play_start(&x);
	id[17] = identity_check_digit(id);
	play_ask(&x);
	play_text(&x, WIRE_T_INSTITUTION, "abank");
	play_text(&x, WIRE_T_BRANCH, "o1");
	play_text(&x, WIRE_T_TELLER, "t01");
	play_text(&x, WIRE_T_TXN_ID, "magic");
	play_number(&x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	play_text(&x, WIRE_T_ID_NO, id);
	play_number(&x, WIRE_T_PRODUCT, LK_PRODUCT_BANK1);
	cr_assert_eq(play_decide(&x), LK_REJECT);
	play_settle(&x);
	play_stop(&x);
	r = cli(NULL, "explain", x.ref, x.dir, "--offline", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	HAS(r->out, "reject");
	HAS(r->out, "sandbox: the document's number asked for");
	play_end(&x);
}

Test(explain, what_is_not_there, .init = setup, .fini = teardown)
{
	char wrong[80];

	cr_expect_eq(cli(NULL, "explain", "1", x.dir, "--offline", NULL)->rc, 1, "a start");
	cr_expect_eq(cli(NULL, "explain", "999", x.dir, "--offline", NULL)->rc, 1);
	cr_expect_eq(cli(NULL, "explain", "nonsense", x.dir, NULL)->rc, 64);
	cr_expect_eq(cli(NULL, "explain", NULL)->rc, 64);
	cr_expect_eq(cli(NULL, "explain", held, x.dir, NULL)->rc, 64,
	    "a look-up without --as or --offline");
	snprintf(wrong, sizeof(wrong), "%s", held);
	wrong[strlen(wrong) - 1] ^= 1;
	cr_expect_neq(cli(NULL, "explain", wrong, x.dir, "--offline", NULL)->rc, 0);
}

Test(explain, a_policy_that_is_gone, .init = setup, .fini = teardown)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/log/policy/%s.policy", x.dir, x.hash);
	cr_assert_eq(remove(path), 0);
	cr_expect_eq(cli(NULL, "explain", held, x.dir, "--offline", NULL)->rc, 65);
}

/* What lists and registers say, in words and as it is written. */
Test(explain, lists_in_words)
{
	static const char text[] = "[policy]\nversion = \"w\"\n[rule R]\n"
	    "when = \"listed('sanction') and not listed('sanction', victim) "
	    "and agent_listed('b', found, canary) and listed('c') and "
	    "outlet_suspended and not campaign\"\nthen = review\n"
	    "reason = \"R\"\n";
	static const struct { const char *zh, *en, *code; } want[] = {
		{ "申请人在名单“sanction”上：是，联合惩戒（判决）（规则：是）",
		    "the applicant on the list 'sanction': yes, sanctioned "
		    "after judgment (the rule: yes)",
		    "listed('sanction') = convicted, needs true" },
		{ "申请人在名单“sanction”上：联合惩戒（判决）（规则：不是身份冒用"
		    "受害人）", "the applicant on the list 'sanction': "
		    "sanctioned after judgment (the rule: not victim of "
		    "identity theft)",
		    "listed('sanction') = convicted, needs not victim" },
		{ "代办人在名单“b”上：未列入（规则：联合惩戒（认定）、监测条目）",
		    "the agent on the list 'b': not listed (the rule: "
		    "sanctioned after a finding or canary)",
		    "agent_listed('b') = not listed, needs found|canary" },
		{ "申请人在名单“c”上：是，99（规则：是）",
		    "the applicant on the list 'c': yes, 99 (the rule: yes)",
		    "listed('c') = 99, needs true" },
		{ "网点暂停业务：是（规则：是）",
		    "the outlet is suspended: yes (the rule: yes)",
		    "outlet_suspended = true, needs true" },
		{ "属于有名额的登记活动：否（规则：否）",
		    "within a registered campaign that has room: no (the "
		    "rule: no)", "campaign = false, needs false" },
	};
	static struct entry e;
	struct policy *p = policy_compile("w", text, strlen(text), NULL);
	struct policy_condition w[POLICY_WHY_MAX];
	char buf[EXPLAINTEXT_MAX];
	size_t n, i;
	int all;

	cr_assert_not_null(p);
	entry_clear(&e, ENTRY_DECISION);
	e.facts[1] = CATEGORY_CONVICTED;
	e.facts[3] = 99;
	e.facts[4] = 1;
	n = policy_why(p, 0, e.facts, w, POLICY_WHY_MAX, &all);
	cr_assert_eq(n, sizeof(want) / sizeof(want[0]));
	for (i = 0; i < n; i++) {
		explaintext_condition(p, &w[i], &e, 1, buf);
		cr_expect_str_eq(buf, want[i].zh);
		explaintext_condition(p, &w[i], &e, 0, buf);
		cr_expect_str_eq(buf, want[i].en);
		explaintext_code(p, &w[i], &e, buf);
		cr_expect_str_eq(buf, want[i].code);
	}
	policy_free(p);
}

/* What a later version of a list meant for it. */
Test(explain, what_lists_said_later)
{
	static struct casefile c;
	static struct casefile_entry later[2];
	char buf[EXPLAINTEXT_MAX];

	entry_clear(&c.decision.e, ENTRY_DECISION);
	entry_clear(&later[0].e, ENTRY_RETRO);
	later[0].e.code = RETRO_CLEAR;
	memcpy(later[0].e.list, "sanction", 9);
	entry_clear(&later[1].e, ENTRY_RETRO);
	later[1].e.code = RETRO_HIT;
	memcpy(later[1].e.list, "case", 5);
	c.later.v = later;
	c.later.n = 2;
	explaintext_standing(&c, 0, buf);
	HAS(buf, "withdrawn from the list 'sanction'; ");
	HAS(buf, "put on the list 'case' after the fact");
	explaintext_standing(&c, 1, buf);
	HAS(buf, "从名单“sanction”撤出；");
	HAS(buf, "事后列入名单“case”");
}

/* Which campaign it was, and whether it had room. */
Test(explain, which_campaign)
{
	static struct entry e;
	char buf[EXPLAINTEXT_MAX];

	entry_clear(&e, ENTRY_DECISION);
	explaintext_campaign(&e, 0, buf);
	cr_expect_str_eq(buf, "");
	memcpy(e.campaign, "fresh", 6);
	explaintext_campaign(&e, 0, buf);
	cr_expect_str_eq(buf, "fresh");
	e.flags |= ENTRY_F_FULL;
	explaintext_campaign(&e, 0, buf);
	cr_expect_str_eq(buf, "fresh (no room any more: it lifts nothing)");
	explaintext_campaign(&e, 1, buf);
	cr_expect_str_eq(buf, "fresh（人数已满，不再豁免）");
}

/* The tool writes references as the daemon does. */
Test(refid, prints_what_the_daemon_prints)
{
	static const uint64_t seqs[] = { 1, 30, 31, 28629150, 28629151,
		UINT64_C(123456789012), INT64_MAX };
	char a[REFID_MAX], b[REFERENCE_MAX];
	uint64_t back;
	uint8_t prefix[4];
	size_t i;

	for (i = 0; i < sizeof(seqs) / sizeof(seqs[0]); i++) {
		reference_short(b, seqs[i]);
		cr_expect_str_eq(refid_print(a, seqs[i]), b);
		cr_expect_eq(refid_parse(a, &back, prefix), 1);
		cr_expect_eq(back, seqs[i]);
	}
}

#define AROUND								\
    "[policy]\nversion = \"around\"\n"					\
    "[rule PHONE]\nwhen = \"shared_phone(30d) >= 2\"\nthen = review\n"	\
    "reason = \"P\"\nmessage.zh = \"p\"\nmessage.en = \"p\"\n"		\
    "[rule BUSY]\nwhen = \"outlet_cards(today) > outlet_mean(today) + "	\
    "outlet_mean(today) + 10\"\nthen = review\nreason = \"B\"\n"		\
    "message.zh = \"b\"\nmessage.en = \"b\"\n"				\
    "[rule CAP]\nwhen = \"outlet_offline(today) > 20\"\nthen = review\n"	\
    "reason = \"C\"\nmessage.zh = \"c\"\nmessage.en = \"c\"\n"		\
    "[rule DOWN]\nwhen = \"offline\"\nthen = review\nreason = \"D\"\n"	\
    "message.zh = \"d\"\nmessage.en = \"d\"\n"				\
    "[rule LINK]\nwhen = \"linked\"\nthen = review\nreason = \"L\"\n"	\
    "message.zh = \"l\"\nmessage.en = \"l\"\n"

static void
around(void)
{
	int i;

	play_init(&x, AROUND);
	play_start(&x);
	for (i = 1; i <= 2; i++) {
		play_applicant(&x, "ctel", "o1", i, LK_PRODUCT_SIM);
		play_text(&x, WIRE_T_PHONE, "13800000001");
		cr_assert_geq(play_decide(&x), 0);
		play_settle(&x);
	}
	snprintf(held, sizeof(held), "%s", x.id);
	play_stop(&x);
}

Test(explain, what_others_share, .init = around, .fini = teardown)
{
	const struct cli_run *r = cli(NULL, "explain", held, x.dir, "--offline",
	    NULL);

	HAS(r->out, "people who gave the same contact phone in the last 30 "
	    "days, the");
	HAS(r->out, "shared_phone(30d) = 2, needs >= 2");
	HAS(r->out, "PHONE rests on what others do (shared");
	HAS(r->out, "bank and phone cards issued at this outlet on this day");
	HAS(r->out, "average of the 8 weeks before: not known");
	HAS(r->out, "more than 2 × cards issued at this");
	HAS(r->out, "counted over several documents of the person: no");
	HAS(r->out, "the node above did not answer in time: no");
	HAS(r->out, "cards passed at this outlet on this day while the node");
	r = cli(NULL, "explain", held, x.dir, "--offline", "--lang", "zh",
	    NULL);
	HAS(r->out, "近30天使用同一联系电话的人数（含本人）：2（规则：达到 2）");
	HAS(r->out, "PHONE 取决于他人共用的联系方式、网点的办理情况或与上级的连线");
	HAS(r->out, "平均开卡数：不详");
	HAS(r->out, "上级节点未及时应答：否（规则：是）");
	HAS(r->out, "当日本网点在上级无应答时放行的卡（含本次）：0（规则：超过 20）");
	HAS(r->out, "合并计算本人的多份证件：否（规则：是）");
}
