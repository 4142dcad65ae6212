/* The shipped policy on lists and registers: every row of the table, and who wins. */
#include "shipped.h"

#include "engine/category.h"

TestSuite(policy_lists, .init = shipped_setup, .fini = shipped_teardown);

static const int products[] = { LK_PRODUCT_BANK1, LK_PRODUCT_BANK2,
	LK_PRODUCT_BANK3, LK_PRODUCT_CREDIT, LK_PRODUCT_SOCIAL,
	LK_PRODUCT_PAYMENT, LK_PRODUCT_ECNY, LK_PRODUCT_SIM, LK_PRODUCT_SIM2,
	LK_PRODUCT_IOT, LK_PRODUCT_FIXED, LK_PRODUCT_CORPORATE };

#define PRODUCTS (sizeof(products) / sizeof(products[0]))

/* What the one rule that hit asks for. */
static void
asks(int32_t by, uint32_t needs, int32_t floor)
{

	cr_expect_eq(b.v.by, by);
	cr_expect_eq(b.v.needs, needs);
	cr_expect_eq(b.v.floor, floor);
	cr_expect_eq(b.v.nhits, 1);
}

/* Neither a clearance nor a campaign changes anything. */
static void
stays(void)
{
	uint8_t waived[POLICY_MAX_RULES];
	struct verdict v, w;

	memset(waived, 1, sizeof(waived));
	v = b.v;
	policy_decide_waiving(b.p, b.facts, waived, NOON, &w);
	cr_expect_eq(memcmp(&v, &w, sizeof(v)), 0, "a campaign lifted it");
	bench_set(&b, "cleared", 1);
	bench_decide(&b);
	bench_set(&b, "cleared", 0);
	cr_expect_eq(memcmp(&v, &b.v, sizeof(v)), 0, "a clearance lifted it");
}

Test(policy_lists, the_lists_asked_for)
{
	static const char *const want[] = { "sanction", "case", "canary",
	    "protect", "phones" };
	const char *const *ids;

	cr_assert_eq(policy_lists(b.p, &ids), 5);
	for (size_t i = 0; i < 5; i++)
		cr_expect_str_eq(ids[i], want[i]);
}

/* Convicted or found x product. */
Test(policy_lists, sanctioned)
{
	static const struct {
		int32_t decision; const char *rule; int32_t by, floor;
	} outcome[PRODUCTS] = {
		{ LK_LIMIT, "LIST-SANC-BANK", LK_BY_NONE, LK_LIMIT },
		{ LK_LIMIT, "LIST-SANC-BANK", LK_BY_NONE, LK_LIMIT },
		{ LK_LIMIT, "LIST-SANC-BANK", LK_BY_NONE, LK_LIMIT },
		{ LK_REVIEW, "LIST-SANC-OTHER", LK_BY_INSTITUTION, LK_PASS },
		{ LK_LIMIT, "LIST-SANC-BANK", LK_BY_NONE, LK_LIMIT },
		{ LK_REJECT, "LIST-SANC-NEW", LK_BY_NONE, LK_REJECT },
		{ LK_REJECT, "LIST-SANC-NEW", LK_BY_NONE, LK_REJECT },
		{ LK_REJECT, "LIST-SANC-NEW", LK_BY_NONE, LK_REJECT },
		{ LK_REJECT, "LIST-SANC-NEW", LK_BY_NONE, LK_REJECT },
		{ LK_REVIEW, "LIST-SANC-OTHER", LK_BY_INSTITUTION, LK_PASS },
		{ LK_REVIEW, "LIST-SANC-OTHER", LK_BY_INSTITUTION, LK_PASS },
		{ LK_REVIEW, "LIST-SANC-FIRM", LK_BY_CENTRE, LK_PASS },
	};

	for (int c = CATEGORY_CONVICTED; c <= CATEGORY_FOUND; c++) {
		for (size_t i = 0; i < PRODUCTS; i++) {
			applicant(products[i]);
			decides(LK_PASS, "");
			bench_set(&b, "listed('sanction')", c);
			decides(outcome[i].decision, outcome[i].rule);
			cr_expect_eq(b.v.by, outcome[i].by);
			cr_expect_eq(b.v.floor, outcome[i].floor);
			cr_expect_eq(b.v.limit_profile,
			    outcome[i].decision == LK_LIMIT);
			cr_expect_str_eq(policy_rule_reason(b.p, b.v.headline),
			    "LIST-SANCTION");
			stays();
		}
	}
	/* A product of a later version does not slip through. */
	applicant(77);
	bench_set(&b, "listed('sanction')", CATEGORY_FOUND);
	decides(LK_REVIEW, "LIST-SANC-OTHER");
}

Test(policy_lists, sanctioned_by_operation)
{
	static const int ops[] = { LK_OP_NEW, LK_OP_REOPEN, LK_OP_UPGRADE,
	    LK_OP_PORT_IN, LK_OP_TRANSFER, LK_OP_ACTIVATE };

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		applicant(LK_PRODUCT_SIM);
		bench_set(&b, "listed('sanction')", CATEGORY_CONVICTED);
		bench_set(&b, "operation", ops[i]);
		decides(LK_REJECT, "LIST-SANC-NEW");
		bench_set(&b, "product", LK_PRODUCT_BANK2);
		decides(LK_LIMIT, "LIST-SANC-BANK");
	}
	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "listed('sanction')", CATEGORY_CONVICTED);
	bench_set(&b, "operation", LK_OP_REPLACE);
	decides(LK_REVIEW, "LIST-SANC-REPL");
	asks(LK_BY_INSTITUTION, LK_NEED_FACE_CHECK | LK_NEED_MANAGER, LK_PASS);
	bench_set(&b, "product", LK_PRODUCT_BANK1);
	decides(LK_LIMIT, "LIST-SANC-BANK");
}

/* An organisation whose legal person is sanctioned, whatever it asks for. */
Test(policy_lists, sanctioned_legal_person)
{

	for (size_t i = 0; i < PRODUCTS; i++) {
		applicant(products[i]);
		bench_set(&b, "subject", LK_SUBJECT_ORGANISATION);
		decides(LK_PASS, "");
		bench_set(&b, "listed('sanction')", CATEGORY_FOUND);
		decides(LK_REVIEW, "LIST-SANC-FIRM");
		asks(LK_BY_CENTRE, LK_NEED_PURPOSE_PROOF | LK_NEED_CENTRE,
		    LK_PASS);
	}
}

/* Rows of protected people, who get the same whatever they ask for. */
Test(policy_lists, protected_people)
{
	static const struct {
		int category; const char *rule; int32_t by; uint32_t needs;
	} rows[] = {
		{ CATEGORY_LOST_DOCUMENT, "LIST-LOST", LK_BY_COUNTER,
		    LK_NEED_FACE_CHECK },
		{ CATEGORY_VICTIM, "LIST-VICTIM", LK_BY_COUNTER,
		    LK_NEED_FACE_CHECK },
		{ CATEGORY_SELF_PROTECTION, "LIST-SELF", LK_BY_INSTITUTION,
		    LK_NEED_FACE_CHECK | LK_NEED_MANAGER },
		{ CATEGORY_DECEASED, "LIST-DECEASED", LK_BY_INSTITUTION,
		    LK_NEED_FACE_CHECK | LK_NEED_MANAGER },
	};

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		for (size_t i = 0; i < PRODUCTS; i++) {
			applicant(products[i]);
			bench_set(&b, "listed('protect')", rows[r].category);
			decides(LK_REVIEW, rows[r].rule);
			asks(rows[r].by, rows[r].needs, LK_PASS);
			cr_expect_str_eq(policy_rule_reason(b.p,
			    b.v.headline), rows[r].rule);
			stays();
			/* A lost SIM made anew is how identities are stolen. */
			bench_set(&b, "operation", LK_OP_REPLACE);
			decides(LK_REVIEW, rows[r].rule);
		}
	}
}

/* Everything of a verdict that leaves the daemon, as one text. */
static void
told(char *out, size_t cap)
{
	size_t n = 0;
	int l, w;

	n += (size_t)snprintf(out, cap, "%d %d %u %d %d %d %s %s|",
	    (int)b.v.decision, (int)b.v.floor, (unsigned)b.v.needs,
	    (int)b.v.by, (int)b.v.offer, (int)b.v.nhits,
	    policy_rule_reason(b.p, b.v.headline),
	    bench_ids(&b, b.v.hit, b.v.nhits));
	for (l = 0; l < 2; l++)
		for (w = 0; w < 2; w++)
			n += policy_message(b.p, b.v.speaker, b.v.decision,
			    (enum policy_lang)l, (enum policy_text)w, out + n,
			    cap - n);
	snprintf(out + n, cap - n, "|%d", (int)policy_rule_notify(b.p,
	    b.v.headline));
}

/* An investigation, a frozen account and a canary look the same from outside. */
Test(policy_lists, secrets_cannot_be_told_apart)
{
	static const struct { const char *fact; int category; } rows[] = {
		{ "listed('case')", CATEGORY_INVESTIGATION },
		{ "listed('case')", CATEGORY_STOP_PAYMENT },
		{ "listed('case')", CATEGORY_FROZEN },
		{ "listed('canary')", CATEGORY_CANARY },
		/* Canaries planted in other lists, kinds not known here. */
		{ "listed('sanction')", CATEGORY_CANARY },
		{ "listed('protect')", CATEGORY_CANARY },
		{ "listed('phones')", CATEGORY_CANARY },
		{ "listed('phones')", CATEGORY_INVESTIGATION },
		{ "listed('sanction')", 200 }, { "listed('protect')", 200 },
		{ "listed('case')", 200 }, { "listed('phones')", 200 },
	};
	static char first[8192], now[8192];

	for (size_t i = 0; i < PRODUCTS; i++) {
		first[0] = '\0';
		for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
			applicant(products[i]);
			bench_set(&b, rows[r].fact, rows[r].category);
			decides(LK_REVIEW, "CHECK-CENTRE");
			asks(LK_BY_CENTRE, LK_NEED_CENTRE, LK_PASS);
			told(now, sizeof(now));
			stays();
			if (first[0] == '\0')
				strcpy(first, now);
			cr_expect_str_eq(now, first);
		}
	}
	cr_expect_eq(policy_rule_notify(b.p, policy_rule_find(b.p,
	    "CHECK-CENTRE")), POLICY_NOTIFY_CITY, "a canary is an alarm");
	/* Nor does a text give it away. */
	cr_expect_null(strstr(first, "investigat"));
	cr_expect_null(strstr(first, "canary"));
	cr_expect_null(strstr(first, "frozen"));
	cr_expect_null(strstr(first, "\xe6\xa1\x88\xe4\xbb\xb6"), "案件");
	cr_expect_null(strstr(first, "\xe4\xbe\xa6"), "侦");
	cr_expect_null(strstr(first, "\xe5\x86\xbb\xe7\xbb\x93"), "冻结");
}

Test(policy_lists, contact_phone)
{

	for (size_t i = 0; i < PRODUCTS; i++) {
		applicant(products[i]);
		bench_set(&b, "listed('phones')", CATEGORY_INVOLVED);
		decides(LK_REVIEW, "CHECK-PHONE");
		asks(LK_BY_CENTRE, LK_NEED_PURPOSE_PROOF | LK_NEED_CENTRE,
		    LK_PASS);
		/* A number is no person: a clearance does lift it. */
		bench_set(&b, "cleared", 1);
		decides(LK_PASS, "");
		cr_expect_eq(b.v.nlifted, 1);
	}
}

Test(policy_lists, agent)
{

	for (size_t i = 0; i < PRODUCTS; i++) {
		applicant(products[i]);
		bench_set(&b, "agent_listed('sanction')", CATEGORY_CONVICTED);
		decides(LK_REVIEW, "CHECK-AGENT");
		asks(LK_BY_INSTITUTION, LK_NEED_FACE_CHECK | LK_NEED_MANAGER,
		    LK_PASS);
		stays();
	}
	/* The applicant is not told of the agent's sanction. */
	for (int l = 0; l < 2; l++) {
		char buf[1024];

		policy_message(b.p, b.v.speaker, LK_REVIEW,
		    (enum policy_lang)l, POLICY_TEXT_NOTICE, buf, sizeof(buf));
		cr_expect_null(strstr(buf, "sanction"));
		cr_expect_null(strstr(buf, "\xe6\x83\xa9\xe6\x88\x92"), "惩戒");
	}
}

Test(policy_lists, stale_lists)
{

	for (size_t i = 0; i < PRODUCTS; i++) {
		int p = products[i];
		int asked = p <= LK_PRODUCT_ECNY && p != LK_PRODUCT_SOCIAL ?
		    1 : p == LK_PRODUCT_SIM || p == LK_PRODUCT_SIM2;

		applicant(p);
		bench_set(&b, "stale", 1);
		decides(asked ? LK_REVIEW : LK_PASS,
		    asked ? "LIST-STALE" : "");
		if (asked) {
			asks(LK_BY_INSTITUTION, LK_NEED_MANAGER, LK_PASS);
			stays();
		}
	}
	/* A local hit still counts. */
	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "stale", 1);
	bench_set(&b, "listed('sanction')", CATEGORY_FOUND);
	decides(LK_REJECT, "LIST-SANC-NEW LIST-STALE");
}

Test(policy_lists, outlets)
{

	for (size_t i = 0; i < PRODUCTS; i++) {
		applicant(products[i]);
		bench_set(&b, "outlet_known", 0);
		decides(LK_REVIEW, "OUTLET-UNKNOWN");
		asks(LK_BY_INSTITUTION, LK_NEED_MANAGER, LK_PASS);
		stays();
		applicant(products[i]);
		bench_set(&b, "outlet_suspended", 1);
		decides(LK_REJECT, "OUTLET_SUSPENDED");
		cr_expect_str_eq(policy_rule_reason(b.p, b.v.headline),
		    "OUTLET_SUSPEND");
		stays();
		/* It is the reason told, and the only text, whatever else. */
		bench_set(&b, "listed('sanction')", CATEGORY_CONVICTED);
		bench_set(&b, "held(bank1, here)", 4);
		bench_set(&b, "held(payment, here)", 4);
		bench_set(&b, "cards(30d)", 20);
		cr_expect_eq(bench_decide(&b), LK_REJECT);
		cr_expect_str_eq(policy_rule_id(b.p, b.v.headline),
		    "OUTLET_SUSPENDED");
		cr_expect_eq(b.v.speaker, b.v.headline);
		cr_expect_eq(b.v.offer, 0);
	}
}

Test(policy_lists, precedence)
{

	/* Sanctioned at a bank, and a hold: held, and no more than LIMIT then. */
	applicant(LK_PRODUCT_BANK1);
	bench_set(&b, "listed('sanction')", CATEGORY_FOUND);
	bench_set(&b, "cards(30d)", 6);
	decides(LK_REVIEW, "LIST-SANC-BANK HF-30D");
	cr_expect_eq(b.v.floor, LK_LIMIT);
	cr_expect_eq(b.v.limit_profile, 1);
	cr_expect_eq(b.v.by, LK_BY_CENTRE);
	cr_expect_str_eq(policy_rule_reason(b.p, b.v.headline),
	    "LIST-SANCTION");
	cr_expect_str_eq(policy_rule_id(b.p, b.v.speaker), "HF-30D");
	/* A clearance lifts the hold and leaves the limit. */
	bench_set(&b, "cleared", 1);
	decides(LK_LIMIT, "LIST-SANC-BANK");
	cr_expect_str_eq(bench_ids(&b, b.v.lifted, b.v.nlifted), "HF-30D");
	bench_set(&b, "cleared", 0);
	/* A quantity limit refuses; the statute stands before it. */
	bench_set(&b, "held(bank1, here)", 1);
	decides(LK_REJECT, "LIST-SANC-BANK QL-BANK1 HF-30D");
	cr_expect_str_eq(policy_rule_reason(b.p, b.v.headline),
	    "LIST-SANCTION");
	cr_expect_str_eq(policy_rule_id(b.p, b.v.speaker), "QL-BANK1");
	/* Sanctioned and under investigation: the neutral text is the one told. */
	applicant(LK_PRODUCT_BANK1);
	bench_set(&b, "listed('sanction')", CATEGORY_FOUND);
	bench_set(&b, "listed('case')", CATEGORY_INVESTIGATION);
	decides(LK_REVIEW, "CHECK-CENTRE LIST-SANC-BANK");
	cr_expect_eq(b.v.floor, LK_LIMIT);
	cr_expect_eq(b.v.by, LK_BY_CENTRE);
	cr_expect_str_eq(policy_rule_id(b.p, b.v.speaker), "CHECK-CENTRE");
	/* A victim who is held for other things is a victim first. */
	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "listed('protect')", CATEGORY_VICTIM);
	bench_set(&b, "institutions(7d)", 3);
	decides(LK_REVIEW, "LIST-VICTIM HF-7D");
	cr_expect_str_eq(policy_rule_reason(b.p, b.v.headline), "LIST-VICTIM");
	cr_expect_eq(b.v.by, LK_BY_CENTRE);
}

Test(policy_lists, what_campaigns_lift)
{
	static const char *const may[] = { "HF-DAY", "HF-KIT", "HF-KIT-P",
	    "CX-AREA", "SH-PHONE", "SH-ADDR", "SH-AGENT", "OUT-MANY",
	    "OUT-AWAY", "OFF-7D", "OFF-CAP" };
	const size_t most = sizeof(may) / sizeof(may[0]);
	uint8_t waived[POLICY_MAX_RULES];
	struct verdict v;
	size_t n = 0;

	for (size_t i = 0; i < policy_rules(b.p); i++)
		n += (size_t)policy_waivable(b.p, (int)i);
	cr_expect_eq(n, most);
	for (size_t i = 0; i < most; i++)
		cr_expect(policy_waivable(b.p, policy_rule_find(b.p, may[i])),
		    "%s", may[i]);
	/* Freshmen week: a SIM and a card within the day, elsewhere. */
	memset(waived, 1, sizeof(waived));
	applicant(LK_PRODUCT_BANK1);
	bench_set(&b, "purpose", LK_PURPOSE_STUDENT);
	bench_set(&b, "sim(24h)", 1);
	bench_set(&b, "held(phone, anywhere)", 1);
	bench_set(&b, "outlets(24h)", 2);
	bench_set(&b, "visits(today)", 2);
	bench_set(&b, "cards(today)", 2);
	decides(LK_REVIEW, "HF-DAY HF-KIT-P");
	policy_decide_waiving(b.p, b.facts, waived, NOON, &v);
	cr_expect_eq(v.decision, LK_PASS);
	cr_expect_str_eq(bench_ids(&b, v.waived, v.nwaived),
	    "HF-DAY HF-KIT-P");
	/* Not for somebody who does the round of the institutions. */
	bench_set(&b, "institutions(7d)", 3);
	policy_decide_waiving(b.p, b.facts, waived, NOON, &v);
	cr_expect_eq(v.decision, LK_REVIEW);
	cr_expect_str_eq(bench_ids(&b, v.hit, v.nhits), "HF-7D-P");
	bench_set(&b, "bank(7d)", 3);
	policy_decide_waiving(b.p, b.facts, waived, NOON, &v);
	cr_expect_str_eq(bench_ids(&b, v.hit, v.nhits), "HF-7D");
}

/* Art. 32: class of reason, where relief is had, what to bring; in both languages. */
Test(policy_lists, every_notice_says_what_the_law_asks)
{
	static const char *const zh[] = {
	    "\xe5\x8e\x9f\xe5\x9b\xa0\xe7\xb1\xbb\xe5\x88\xab", /* 原因类别 */
	    "\xe7\x94\xb3\xe8\xaf\x89",				/* 申诉 */
	    "96110" };
	static const char *const en[] = { "Class of reason: ", "appeal",
	    "papers", "96110" };
	char buf[2048];

	for (int i = 0; i < (int)policy_rules(b.p); i++) {
		/* What holds nobody up has nothing to say to him. */
		if (policy_rule_shadow(b.p, i) || policy_rule_tells(b.p, i))
			continue;
		policy_message(b.p, i, policy_rule_then(b.p, i),
		    POLICY_LANG_ZH, POLICY_TEXT_NOTICE, buf, sizeof(buf));
		for (size_t k = 0; k < 3; k++)
			cr_expect_not_null(strstr(buf, zh[k]), "%s: %s",
			    policy_rule_id(b.p, i), zh[k]);
		policy_message(b.p, i, policy_rule_then(b.p, i),
		    POLICY_LANG_EN, POLICY_TEXT_NOTICE, buf, sizeof(buf));
		for (size_t k = 0; k < 4; k++)
			cr_expect_not_null(strstr(buf, en[k]), "%s: %s",
			    policy_rule_id(b.p, i), en[k]);
	}
}
