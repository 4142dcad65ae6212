/* What a policy decides: precedence, clearances, floors, dates, texts. */
#include "policy_bench.h"

#include "engine/category.h"

#define HEAD	"[policy]\nversion = \"t1\"\n"
#define RULE(id, when, then, more)					\
	"[rule " id "]\nwhen = \"" when "\"\nthen = " then		\
	"\nreason = \"R-" id "\"\n" more "\n"

static struct bench b;

static void
compile(const char *text)
{

	cr_assert_not_null(bench_compile(&b, text), "%s", b.errors);
}

/* Does this `when` hold for these facts? */
static int
holds(const char *when, const char *f1, int64_t v1, const char *f2, int64_t v2)
{
	char text[1024];
	int32_t d;

	snprintf(text, sizeof(text), HEAD "[rule A]\nwhen = \"%s\"\n"
	    "then = review\nreason = r\n", when);
	compile(text);
	if (f1 != NULL)
		bench_set(&b, f1, v1);
	if (f2 != NULL)
		bench_set(&b, f2, v2);
	d = bench_decide(&b);
	policy_free(b.p);
	return (d == LK_REVIEW);
}

Test(policy, comparisons)
{
	static const struct { const char *op; int at2, at3, at4; } ops[] = {
		{ "==", 0, 1, 0 }, { "!=", 1, 0, 1 }, { "<", 1, 0, 0 },
		{ "<=", 1, 1, 0 }, { ">", 0, 0, 1 }, { ">=", 0, 1, 1 },
	};
	char when[64];

	for (size_t i = 0; i < 6; i++) {
		snprintf(when, sizeof(when), "cards(7d) %s 3", ops[i].op);
		cr_expect_eq(holds(when, "cards(7d)", 2, NULL, 0), ops[i].at2);
		cr_expect_eq(holds(when, "cards(7d)", 3, NULL, 0), ops[i].at3);
		cr_expect_eq(holds(when, "cards(7d)", 4, NULL, 0), ops[i].at4);
		/* The same with the number on the left. */
		snprintf(when, sizeof(when), "3 %s cards(7d)", ops[i].op);
		cr_expect_eq(holds(when, "cards(7d)", 2, NULL, 0),
		    i < 2 ? ops[i].at2 : ops[i].at4, "%s", when);
		cr_expect_eq(holds(when, "cards(7d)", 3, NULL, 0), ops[i].at3);
		cr_expect_eq(holds(when, "cards(7d)", 4, NULL, 0),
		    i < 2 ? ops[i].at4 : ops[i].at2, "%s", when);
	}
}

Test(policy, and_binds_closer_than_or_and_not_closest)
{
	const char *w = "overflow or guardian and not area_local";

	cr_expect(holds(w, "overflow", 1, "area_local", 1));
	cr_expect(holds(w, "guardian", 1, NULL, 0));
	cr_expect_not(holds(w, "guardian", 1, "area_local", 1));
	w = "(overflow or guardian) and not area_local";
	cr_expect_not(holds(w, "overflow", 1, "area_local", 1));
	cr_expect(holds(w, "overflow", 1, NULL, 0));
	cr_expect(holds("not not overflow", "overflow", 1, NULL, 0));
	cr_expect(holds("not (overflow or guardian)", NULL, 0, NULL, 0));
	cr_expect_not(holds("not (overflow and guardian)", "overflow", 1,
	    "guardian", 1));
}

Test(policy, every_combination_of_four_conditions)
{
	static const char *const flags[] = { "overflow", "guardian",
	    "area_local", "held_known" };

#define IS(n)	((bits >> (n)) & 1)
#define CASE(text, c) do {						\
	compile(HEAD RULE("A", text, "review", ""));			\
	for (int bits = 0; bits < 16; bits++) {				\
		for (int f = 0; f < 4; f++)				\
			bench_try(&b, flags[f], IS(f));			\
		cr_expect_eq(bench_decide(&b) == LK_REVIEW, (c),	\
		    "%s for %d", text, bits);				\
	}								\
	policy_free(b.p);						\
} while (0)
	CASE("overflow and guardian and area_local and held_known",
	    bits == 15);
	CASE("overflow or guardian or area_local or held_known", bits != 0);
	CASE("overflow and guardian or area_local and held_known",
	    (IS(0) && IS(1)) || (IS(2) && IS(3)));
	CASE("overflow and (guardian or area_local) and held_known",
	    IS(0) && (IS(1) || IS(2)) && IS(3));
	CASE("not (overflow or guardian) or not area_local and held_known",
	    !(IS(0) || IS(1)) || (!IS(2) && IS(3)));
	CASE("not overflow and not (guardian and (area_local or not "
	    "(held_known or overflow)))",
	    !IS(0) && !(IS(1) && (IS(2) || !(IS(3) || IS(0)))));
	CASE("(overflow or (guardian and (area_local or held_known))) and "
	    "(not guardian or held_known)",
	    (IS(0) || (IS(1) && (IS(2) || IS(3)))) && (!IS(1) || IS(3)));
}

Test(policy, choices)
{

	cr_expect(holds("product == sim", "product", 20, NULL, 0));
	cr_expect_not(holds("product == sim", "product", 21, NULL, 0));
	cr_expect(holds("product != sim", "product", 21, NULL, 0));
	cr_expect(holds("product in (bank1, phone)", "product", 21, NULL, 0));
	cr_expect(holds("product in (bank1, phone)", "product", 1, NULL, 0));
	cr_expect_not(holds("product in (bank1, phone)", "product", 2, NULL,
	    0));
	cr_expect(holds("product in (bank)", "product", 4, NULL, 0));
	cr_expect_not(holds("product in (bank)", "product", 5, NULL, 0));
	cr_expect(holds("product not in (bank)", "product", 5, NULL, 0));
	cr_expect(holds("channel == agent_shop", "channel", 6, NULL, 0));
	cr_expect(holds("purpose == other", "purpose", 9, NULL, 0));
	cr_expect(holds("id_type == other", "id_type", 99, NULL, 0));
	cr_expect(holds("subject == organisation", "subject", 1, NULL, 0));
	cr_expect(holds("operation == replace", "operation", 2, NULL, 0));
	/* A code of a later version is none of the names. */
	cr_expect(holds("product not in (bank)", "product", 77, NULL, 0));
}

Test(policy, institutions_are_numbered_by_the_policy)
{

	compile(HEAD RULE("A", "institution in ('icbc', \\\"abc\\\")",
	    "review", "") RULE("B", "institution != 'icbc'", "limit", ""));
	cr_expect_eq(policy_institution_code(b.p, "icbc"), 1);
	cr_expect_eq(policy_institution_code(b.p, "abc"), 2);
	cr_expect_eq(policy_institution_code(b.p, "ccb"), 0);
	bench_set(&b, "institution", 1);
	cr_expect_eq(bench_decide(&b), LK_REVIEW);
	cr_expect_eq(b.v.nhits, 1);
	bench_set(&b, "institution", 2);
	cr_expect_eq(bench_decide(&b), LK_REVIEW);
	cr_expect_eq(b.v.nhits, 2);
	bench_set(&b, "institution", 0);
	cr_expect_eq(bench_decide(&b), LK_LIMIT);
	policy_free(b.p);
}

Test(policy, sums)
{
	const char *w = "held(phone, here) + quantity > 5";

	cr_expect(holds(w, "held(phone, here)", 5, "quantity", 1));
	cr_expect_not(holds(w, "held(phone, here)", 4, "quantity", 1));
	cr_expect(holds(w, "held(phone, here)", 3, "quantity", 3));
	cr_expect(holds("sim(7d) + 1 <= bank(7d) + quantity", "sim(7d)", 1,
	    "quantity", 2));
	cr_expect_not(holds("sim(7d) + 1 <= bank(7d) + quantity", "sim(7d)", 2,
	    "quantity", 2));
	/* Values from a forged entry cannot overflow. */
	cr_expect(holds(w, "held(phone, here)", INT64_MAX, "quantity",
	    INT64_MAX));
	cr_expect_not(holds(w, "held(phone, here)", INT64_MIN, "quantity",
	    INT64_MIN));
}

Test(policy, what_is_not_known_compares_false)
{
	static const char *const ops[] = { "==", "!=", "<", "<=", ">", ">=" };
	char when[64];

	for (size_t i = 0; i < 6; i++) {
		snprintf(when, sizeof(when), "age %s 16", ops[i]);
		cr_expect_not(holds(when, "age", -1, NULL, 0), "%s", when);
		snprintf(when, sizeof(when), "16 %s age", ops[i]);
		cr_expect_not(holds(when, "age", -1, NULL, 0), "%s", when);
	}
	cr_expect(holds("age < 16", "age", 15, NULL, 0));
	cr_expect(holds("age < 16", "age", 0, NULL, 0));
	cr_expect(holds("16 > age", "age", 15, NULL, 0));
	cr_expect_not(holds("16 > age", "age", 16, NULL, 0));
	cr_expect_not(holds("minutes_since(sim) < 24h", "minutes_since(sim)",
	    -1, NULL, 0));
	cr_expect(holds("minutes_since(sim) < 24h", "minutes_since(sim)", 1439,
	    NULL, 0));
	cr_expect_not(holds("minutes_since(sim) < 24h", "minutes_since(sim)",
	    1440, NULL, 0));
	cr_expect(holds("90min >= minutes_since(phone)",
	    "minutes_since(phone)", 90, NULL, 0));
	cr_expect_not(holds("held_known", "held_known", -1, NULL, 0));
}

/* A mean may stand in a sum; where it is not known nothing follows from it. */
Test(policy, a_mean_that_is_not_known_compares_false)
{
	static const char *const ops[] = { "==", "!=", "<", "<=", ">", ">=" };
	static const char *const forms[] = { "outlet_mean(today) %s 20",
	    "20 %s outlet_mean(today)",
	    "outlet_cards(today) %s outlet_mean(today)",
	    "outlet_mean(today) %s outlet_cards(today)",
	    "outlet_cards(today) + 3 %s outlet_mean(today) + 10",
	    "outlet_mean(today) + outlet_mean(today) + 10 %s "
	    "outlet_cards(today)",
	    "quantity + outlet_mean(today) %s outlet_mean(today) + "
	    "outlet_cards(today)" };
	char when[128];

	for (size_t i = 0; i < 6; i++)
		for (size_t k = 0; k < sizeof(forms) / sizeof(forms[0]); k++) {
			/* NOLINTNEXTLINE */
			snprintf(when, sizeof(when), forms[k], ops[i]);
			for (int64_t n = -3; n < 40; n += 7)
				cr_expect_not(holds(when, "outlet_mean(today)",
				    -1, k < 2 ? NULL : "outlet_cards(today)",
				    n), "%s", when);
		}
	cr_expect(holds("not outlet_mean(today) < 20", "outlet_mean(today)",
	    -1, NULL, 0));
}

Test(policy, three_times_the_mean_and_ten)
{
	const char *w = "outlet_cards(today) > outlet_mean(today) + "
	    "outlet_mean(today) + outlet_mean(today) + 10";

	cr_expect_not(holds(w, "outlet_cards(today)", 40, "outlet_mean(today)",
	    10));
	cr_expect(holds(w, "outlet_cards(today)", 41, "outlet_mean(today)",
	    10));
	cr_expect(holds(w, "outlet_cards(today)", 11, "outlet_mean(today)",
	    0));
	cr_expect(holds("outlet_cards(7d) > outlet_mean(7d)",
	    "outlet_cards(7d)", 71, "outlet_mean(7d)", 70));
	/* What was told to be unknown, not what is 0. */
	cr_expect(holds("outlet_mean(today) + 3 < 4", "outlet_mean(today)", 0,
	    NULL, 0));
	/* A number below 0 is no unknown term. */
	cr_expect(holds("outlet_cards(today) + -5 < outlet_mean(today)",
	    "outlet_cards(today)", 1, "outlet_mean(today)", 0));
}

Test(policy, one_day_of_an_outlet_is_today)
{
	const struct policy_fact *f;
	char name[64];

	compile(HEAD RULE("A", "outlet_cards(1d) > 3 and outlet_cards(24h) > 4 "
	    "and outlet_cards(today) > 5 and outlet_away(7d) > 2", "review",
	    ""));
	cr_assert_eq(policy_facts(b.p, &f), 3);
	cr_expect_eq(f[1].window, POLICY_TODAY);
	policy_fact_name(&f[1], name, sizeof(name));
	cr_expect_str_eq(name, "outlet_cards(today)");
	policy_fact_name(&f[2], name, sizeof(name));
	cr_expect_str_eq(name, "outlet_away(7d)");
	policy_free(b.p);
}

Test(policy, equal_facts_share_a_slot)
{
	const struct policy_fact *f;

	compile(HEAD RULE("A", "cards(7d) >= 3 and cards(168h) >= 4", "review",
	    "") RULE("B", "cards(7d) >= 9 or cards(today) > 1 or held(sim, "
	    "here) > 1 or held(sim, anywhere) > 2", "review", ""));
	cr_assert_eq(policy_facts(b.p, &f), 5);
	cr_expect_eq(f[0].fn, POLICY_CLEARED);
	cr_expect_eq(f[1].fn, POLICY_CARDS);
	cr_expect_eq(f[1].window, 7 * 86400);
	cr_expect_eq(f[2].window, POLICY_TODAY);
	cr_expect_eq(f[3].fn, POLICY_HELD);
	cr_expect_eq(f[3].place, POLICY_HERE);
	cr_expect_eq(f[3].product, LK_PRODUCT_SIM);
	cr_expect_eq(f[4].place, POLICY_ANYWHERE);
	policy_free(b.p);
}

Test(policy, the_strictest_hit_decides_and_all_are_listed)
{

	compile(HEAD RULE("C1", "cards(7d) >= 1", "review",
	    "class = context\nby = counter\nneeds = purpose_proof")
	    RULE("F1", "cards(7d) >= 2", "review",
	    "by = institution\nneeds = manager, face_check")
	    RULE("F2", "cards(7d) >= 3", "limit", "limit_profile = 7")
	    RULE("F3", "cards(7d) >= 4", "reject", "offer = bank2")
	    RULE("Q1", "cards(7d) >= 5", "review", "class = quantity")
	    RULE("S1", "cards(7d) >= 6", "limit", "class = statutory"));

	cr_expect_eq(bench_decide(&b), LK_PASS);
	cr_expect_eq(b.v.headline, -1);
	cr_expect_eq(b.v.speaker, -1);
	cr_expect_eq(b.v.nhits, 0);

	bench_set(&b, "cards(7d)", 2);
	cr_expect_eq(bench_decide(&b), LK_REVIEW);
	cr_expect_str_eq(bench_ids(&b, b.v.hit, b.v.nhits), "F1 C1");
	cr_expect_eq(b.v.by, LK_BY_INSTITUTION);
	cr_expect_eq(b.v.needs, LK_NEED_PURPOSE_PROOF | LK_NEED_MANAGER |
	    LK_NEED_FACE_CHECK);
	cr_expect_eq(b.v.floor, LK_PASS);

	bench_set(&b, "cards(7d)", 3);
	cr_expect_eq(bench_decide(&b), LK_REVIEW);
	cr_expect_str_eq(bench_ids(&b, b.v.hit, b.v.nhits), "F1 F2 C1");
	cr_expect_eq(b.v.floor, LK_LIMIT, "review cannot lift a limit");
	cr_expect_eq(b.v.limit_profile, 7);

	bench_set(&b, "cards(7d)", 4);
	cr_expect_eq(bench_decide(&b), LK_REJECT);
	cr_expect_str_eq(bench_ids(&b, b.v.hit, b.v.nhits), "F3 F1 F2 C1");
	cr_expect_eq(b.v.floor, LK_REJECT);
	cr_expect_eq(b.v.offer, LK_PRODUCT_BANK2);
	cr_expect_eq(b.v.by, LK_BY_NONE);
	cr_expect_eq(b.v.limit_profile, 0);

	bench_set(&b, "cards(7d)", 6);
	cr_expect_eq(bench_decide(&b), LK_REJECT);
	cr_expect_str_eq(bench_ids(&b, b.v.hit, b.v.nhits),
	    "S1 Q1 F3 F1 F2 C1");
	cr_expect_str_eq(policy_rule_id(b.p, b.v.headline), "S1");
	cr_expect_str_eq(policy_rule_id(b.p, b.v.speaker), "F3",
	    "the text told is that of the decision");
	policy_free(b.p);
}

Test(policy, an_offer_stands_only_if_all_that_is_as_strict_makes_one)
{

	compile(HEAD RULE("A", "quantity >= 2", "reject", "offer = bank2")
	    RULE("B", "quantity >= 3", "reject", "offer = bank3")
	    RULE("C", "quantity >= 4", "reject", ""));
	bench_set(&b, "quantity", 3);
	bench_decide(&b);
	cr_expect_eq(b.v.offer, LK_PRODUCT_BANK2);
	bench_set(&b, "quantity", 4);
	bench_decide(&b);
	cr_expect_eq(b.v.offer, 0);
	policy_free(b.p);
}

Test(policy, a_clearance_lifts_frequency_and_context_only)
{

	compile(HEAD RULE("S", "overflow", "limit", "class = statutory")
	    RULE("Q", "overflow", "review", "class = quantity")
	    RULE("F", "overflow", "reject", "")
	    RULE("FX", "overflow", "review", "clearable = false\nby = counter")
	    RULE("C", "overflow", "review", "class = context"));
	bench_set(&b, "overflow", 1);
	cr_expect_eq(bench_decide(&b), LK_REJECT);
	cr_expect_eq(b.v.nhits, 5);
	bench_set(&b, "cleared", 1);
	cr_expect_eq(bench_decide(&b), LK_REVIEW);
	cr_expect_str_eq(bench_ids(&b, b.v.hit, b.v.nhits), "S Q FX");
	cr_expect_str_eq(bench_ids(&b, b.v.lifted, b.v.nlifted), "F C");
	cr_expect_eq(b.v.floor, LK_LIMIT);
	policy_free(b.p);
}

Test(policy, lists_and_their_categories)
{

	for (int c = 0; c < CATEGORIES + 2; c++) {
		/* One that a later version brings counts as listed, too. */
		cr_expect_eq(holds("listed('x')", "listed('x')", c, NULL, 0),
		    c != 0, "%d", c);
		cr_expect_eq(holds("not listed('x')", "listed('x')", c, NULL,
		    0), c == 0, "%d", c);
		cr_expect_eq(holds("listed('x', convicted)", "listed('x')", c,
		    NULL, 0), c == CATEGORY_CONVICTED, "%d", c);
		cr_expect_eq(holds("listed('x', found, canary)",
		    "listed('x')", c, NULL, 0), c == CATEGORY_FOUND ||
		    c == CATEGORY_CANARY, "%d", c);
		cr_expect_eq(holds("not agent_listed('x', victim)",
		    "agent_listed('x')", c, NULL, 0), c != CATEGORY_VICTIM,
		    "%d", c);
	}
	/* Two lists, and two people, are apart. */
	cr_expect(holds("listed('x') and not listed('y')", "listed('x')", 1,
	    "listed('y')", 0));
	cr_expect_not(holds("listed('x') and listed('y')", "listed('x')", 1,
	    "listed('y')", 0));
	cr_expect_not(holds("listed('x') or agent_listed('y')",
	    "agent_listed('y')", 0, NULL, 0));
}

Test(policy, what_the_registers_say)
{
	static const char *const flags[] = { "stale", "outlet_known",
	    "outlet_suspended", "campaign" };
	char when[64];

	for (size_t i = 0; i < 4; i++) {
		cr_expect(holds(flags[i], flags[i], 1, NULL, 0));
		cr_expect_not(holds(flags[i], flags[i], 0, NULL, 0));
		snprintf(when, sizeof(when), "not %s", flags[i]);
		cr_expect(holds(when, flags[i], 0, NULL, 0));
	}
}

Test(policy, lists_are_numbered_in_the_order_of_the_text)
{
	const char *const *ids;
	const struct policy_fact *f;
	char name[64];

	compile(HEAD RULE("A", "agent_listed('b-2') or listed('a', found)",
	    "review", "") RULE("B", "listed('a') or listed('b-2') or "
	    "agent_listed(\\\"b-2\\\", found)", "review", ""));
	cr_assert_eq(policy_lists(b.p, &ids), 2);
	cr_expect_str_eq(ids[0], "b-2");
	cr_expect_str_eq(ids[1], "a");
	cr_assert_eq(policy_facts(b.p, &f), 4);
	cr_expect_eq(f[1].fn, POLICY_AGENT_LISTED);
	cr_expect_eq(f[1].product, 0);
	cr_expect_str_eq(f[1].list, "b-2");
	cr_expect_eq(f[2].fn, POLICY_LISTED);
	cr_expect_eq(f[2].product, 1);
	cr_expect_eq(f[3].fn, POLICY_LISTED);
	cr_expect_eq(f[3].product, 0);
	policy_fact_name(&f[1], name, sizeof(name));
	cr_expect_str_eq(name, "agent_listed('b-2')");
	policy_free(b.p);
	compile(HEAD RULE("A", "overflow", "review", ""));
	cr_expect_eq(policy_lists(b.p, &ids), 0);
	policy_free(b.p);
	/* The longest id there is. */
	compile(HEAD RULE("A", "agent_listed('a1234567890123456789012')",
	    "review", ""));
	policy_facts(b.p, &f);
	cr_expect_eq(policy_fact_name(&f[1], name, sizeof(name)), 39);
	policy_free(b.p);
}

Test(policy, a_campaign_lifts_what_it_names_and_may)
{
	uint8_t waived[POLICY_MAX_RULES] = { 0 }, again[POLICY_MAX_RULES];
	struct verdict v;

	compile(HEAD RULE("S", "overflow", "limit", "class = statutory")
	    RULE("Q", "overflow", "review", "class = quantity")
	    RULE("F", "overflow", "reject", "campaign = true")
	    RULE("F2", "overflow", "review", "campaign = true")
	    RULE("FX", "overflow", "review", "campaign = false\nby = counter")
	    RULE("T", "overflow", "review", "campaign = true\nshadow = true")
	    RULE("N", "not overflow", "review", "campaign = true")
	    RULE("C", "overflow", "review",
	    "class = context\ncampaign = true\nclearable = false"));
	bench_set(&b, "overflow", 1);
	cr_expect_not(policy_waivable(b.p, 0));
	cr_expect(policy_waivable(b.p, 2));
	cr_expect_not(policy_waivable(b.p, 4));
	memset(&v, 0x55, sizeof(v));
	policy_decide_waiving(b.p, b.facts, NULL, NOON, &v);
	bench_decide(&b);
	cr_expect_eq(memcmp(&v, &b.v, sizeof(v)), 0, "NULL lifts nothing");
	cr_expect_eq(v.nwaived, 0);
	policy_decide_waiving(b.p, b.facts, waived, NOON, &v);
	cr_expect_eq(memcmp(&v, &b.v, sizeof(v)), 0);
	/* Named, but not to be lifted: S, Q and FX; not named: F2. */
	memset(waived, 1, sizeof(waived));
	waived[policy_rule_find(b.p, "F2")] = 0;
	policy_decide_waiving(b.p, b.facts, waived, NOON, &v);
	cr_expect_str_eq(bench_ids(&b, v.hit, v.nhits), "S Q F2 FX");
	cr_expect_str_eq(bench_ids(&b, v.waived, v.nwaived), "F C");
	cr_expect_str_eq(bench_ids(&b, v.shadow, v.nshadow), "T");
	cr_expect_eq(v.nlifted, 0);
	cr_expect_eq(v.decision, LK_REVIEW);
	cr_expect_eq(v.floor, LK_LIMIT);
	cr_expect_str_eq(policy_rule_id(b.p, v.headline), "S");
	/* A record of what was lifted gives the same verdict. */
	memset(again, 0, sizeof(again));
	for (size_t i = 0; i < v.nwaived; i++)
		again[v.waived[i]] = 1;
	memset(&b.v, 0xaa, sizeof(b.v));
	policy_decide_waiving(b.p, b.facts, again, NOON, &b.v);
	cr_expect_eq(memcmp(&v, &b.v, sizeof(v)), 0);
	/* With a clearance too: what the campaign lifts does not use it up. */
	bench_set(&b, "cleared", 1);
	policy_decide_waiving(b.p, b.facts, waived, NOON, &v);
	cr_expect_str_eq(bench_ids(&b, v.hit, v.nhits), "S Q");
	cr_expect_str_eq(bench_ids(&b, v.waived, v.nwaived), "F C");
	cr_expect_str_eq(bench_ids(&b, v.lifted, v.nlifted), "F2 FX");
	policy_free(b.p);
}

Test(policy, first_cards_may_be_told_where_a_campaign_lifts)
{

	compile(HEAD RULE("A", "outlets(24h) >= 2 and held(phone, anywhere) + "
	    "quantity <= sim(24h)", "review", "campaign = true"));
	cr_expect(policy_waivable(b.p, 0));
	policy_free(b.p);
}

Test(policy, what_an_entry_takes_at_worst)
{
	static const struct { const char *when; size_t bytes; } facts[] = {
		{ "overflow", 2 }, { "listed('x')", 4 },
		{ "stale", 2 }, { "cards(7d) > 1", 9 },
		{ "held(sim, here) > 1", 9 }, { "institutions(7d) > 1", 4 },
		{ "attempts(7d) > 1", 3 }, { "age > 1", 4 },
		{ "hour > 1", 3 }, { "quantity > 1", 5 },
		{ "minutes_since(sim) > 1", 9 }, { "product == sim", 4 },
		{ "institution == 'icbc'", 4 },
		{ "shared_phone(7d) > 1", 3 }, { "shared_agent(today) > 1", 3 },
		{ "attempt_institutions(7d) > 1", 3 }, { "linked", 2 },
		{ "outlet_cards(7d) > 1", 7 }, { "outlet_mean(7d) > 1", 7 },
		{ "offline", 2 }, { "outlet_offline(today) > 1", 6 },
	};
	char text[256];

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		snprintf(text, sizeof(text), HEAD "[rule A23]\nwhen = \"%s\"\n"
		    "then = review\nreason = r\n", facts[i].when);
		compile(text);
		/* "cleared" takes 2, the name 4. */
		cr_expect_eq(policy_worst_bytes(b.p), 6 + facts[i].bytes, "%s",
		    facts[i].when);
		policy_free(b.p);
	}
}

Test(policy, shadow_rules_are_listed_apart_without_effect)
{

	compile(HEAD RULE("A", "overflow", "reject",
	    "shadow = true\noffer = sim")
	    RULE("B", "overflow", "limit", ""));
	bench_set(&b, "overflow", 1);
	bench_set(&b, "cleared", 0);
	cr_expect_eq(bench_decide(&b), LK_LIMIT);
	cr_expect_str_eq(bench_ids(&b, b.v.hit, b.v.nhits), "B");
	cr_expect_str_eq(bench_ids(&b, b.v.shadow, b.v.nshadow), "A");
	cr_expect_eq(b.v.offer, 0);
	cr_expect(policy_rule_shadow(b.p, 0));
	bench_set(&b, "cleared", 1);
	cr_expect_eq(bench_decide(&b), LK_PASS);
	cr_expect_eq(b.v.nshadow, 1);
	cr_expect_eq(b.v.nlifted, 1);
	policy_free(b.p);
}

Test(policy, a_rule_that_only_tells_changes_nothing)
{
	static const uint8_t all[POLICY_MAX_RULES] = { 1, 1, 1 };

	compile(HEAD "[rule TELL]\nwhen = \"overflow\"\nreason = t\n"
	    "then = tell\nnotify = county\ncampaign = true\n"
	    "[rule TRIAL]\nwhen = \"overflow\"\nreason = t\nthen = tell\n"
	    "notify = city\nshadow = true\n"
	    "[rule HOLD]\nwhen = \"age < 16\"\nreason = h\nthen = review\n");
	cr_expect(policy_rule_tells(b.p, 0));
	cr_expect_not(policy_rule_tells(b.p, 1));
	cr_expect_not(policy_rule_tells(b.p, 2));
	cr_expect_not(policy_rule_clearable(b.p, 0));
	bench_set(&b, "overflow", 1);
	bench_set(&b, "age", 20);
	bench_set(&b, "cleared", 0);
	cr_expect_eq(bench_decide(&b), LK_PASS);
	cr_expect_eq(b.v.nhits, 0);
	cr_expect_eq(b.v.headline, POLICY_NO_RULE);
	cr_expect_str_eq(bench_ids(&b, b.v.shadow, b.v.nshadow), "TELL TRIAL");
	/* Nor what another rule decides; and nothing is there to clear. */
	bench_set(&b, "age", 9);
	bench_set(&b, "cleared", 1);
	cr_expect_eq(bench_decide(&b), LK_PASS);
	cr_expect_eq(b.v.nlifted, 1);
	cr_expect_eq(b.v.nshadow, 2);
	bench_set(&b, "cleared", 0);
	policy_decide_waiving(b.p, b.facts, all, NOON, &b.v);
	cr_expect_eq(b.v.decision, LK_REVIEW);
	cr_expect_str_eq(bench_ids(&b, b.v.waived, b.v.nwaived), "TELL");
	cr_expect_str_eq(bench_ids(&b, b.v.shadow, b.v.nshadow), "TRIAL");
	policy_free(b.p);
}

Test(policy, dates_are_whole_days_of_china)
{
	/* 2026-11-22 00:00 in Shanghai is 2026-11-21 16:00 UTC. */
	int64_t start = INT64_C(1795276800);

	compile(HEAD RULE("A", "overflow", "review",
	    "from = 2026-11-22\nuntil = 2026-11-23"));
	bench_set(&b, "overflow", 1);
	policy_decide(b.p, b.facts, start - 1, &b.v);
	cr_expect_eq(b.v.decision, LK_PASS);
	policy_decide(b.p, b.facts, start, &b.v);
	cr_expect_eq(b.v.decision, LK_REVIEW);
	policy_decide(b.p, b.facts, start + 2 * 86400 - 1, &b.v);
	cr_expect_eq(b.v.decision, LK_REVIEW);
	policy_decide(b.p, b.facts, start + 2 * 86400, &b.v);
	cr_expect_eq(b.v.decision, LK_PASS);
	cr_expect(policy_rule_live(b.p, 0, start));
	cr_expect_not(policy_rule_live(b.p, 0, start - 1));
	policy_free(b.p);
}

Test(policy, the_same_facts_give_the_same_verdict)
{
	struct verdict one, two;

	compile(HEAD RULE("A", "cards(7d) >= 3 or hour < 6", "review", ""));
	bench_set(&b, "cards(7d)", 3);
	memset(&one, 0x55, sizeof(one));
	memset(&two, 0xaa, sizeof(two));
	policy_decide(b.p, b.facts, NOON, &one);
	policy_decide(b.p, b.facts, NOON, &two);
	cr_expect_eq(memcmp(&one, &two, sizeof(one)), 0);
	policy_free(b.p);
}

Test(policy, texts)
{
	char buf[1024], tiny[8];
	size_t n;

	compile(HEAD "relief.zh = \"\xe7\x94\xb3\xe8\xaf\x89\"\n"
	    RULE("A", "overflow", "reject", "message.zh = \"\xe4\xb8\x8d\"\n"
	    "notice.en = \"No.\"")
	    "[text reject]\nmessage.en = \"Sorry.\"\n");
	policy_message(b.p, 0, LK_REJECT, POLICY_LANG_ZH, POLICY_TEXT_TELLER,
	    buf, sizeof(buf));
	cr_expect_str_eq(buf, "\xe4\xb8\x8d");
	policy_message(b.p, 0, LK_REJECT, POLICY_LANG_EN, POLICY_TEXT_TELLER,
	    buf, sizeof(buf));
	cr_expect_str_eq(buf, "Sorry.", "a rule without text");
	policy_message(b.p, 0, LK_REVIEW, POLICY_LANG_EN, POLICY_TEXT_TELLER,
	    buf, sizeof(buf));
	cr_expect_not_null(strstr(buf, "Hold"), "a rule of another decision");
	n = policy_message(b.p, 0, LK_REJECT, POLICY_LANG_EN,
	    POLICY_TEXT_NOTICE, buf, sizeof(buf));
	cr_expect_eq(strncmp(buf, "No.\nIf you disagree", 19), 0);
	cr_expect_eq(n, strlen(buf));
	policy_message(b.p, POLICY_NO_RULE, LK_LIMIT, POLICY_LANG_ZH,
	    POLICY_TEXT_NOTICE, buf, sizeof(buf));
	cr_expect_not_null(strstr(buf, "\n\xe7\x94\xb3\xe8\xaf\x89"));
	n = policy_message(b.p, POLICY_NO_RULE, LK_PASS, POLICY_LANG_ZH,
	    POLICY_TEXT_NOTICE, buf, sizeof(buf));
	cr_expect_null(strchr(buf, '\n'));
	cr_expect_gt(n, 10);
	n = policy_message(b.p, POLICY_NO_RULE, LK_PASS, POLICY_LANG_ZH,
	    POLICY_TEXT_TELLER, tiny, sizeof(tiny));
	cr_expect_eq(n, 6, "cut between characters");
	cr_expect_eq(tiny[6], '\0');
	policy_free(b.p);
}

Test(policy, hits_are_written_whole_or_not_at_all)
{
	char buf[8];
	uint8_t list[3] = { 0, 1, 2 };

	compile(HEAD RULE("AAA", "overflow", "review", "")
	    RULE("BBB", "overflow", "review", "")
	    RULE("C", "overflow", "review", ""));
	cr_expect_eq(policy_hits(b.p, list, 3, buf, 8), 2);
	cr_expect_str_eq(buf, "AAA BBB");
	cr_expect_eq(policy_hits(b.p, list, 3, buf, 7), 1);
	cr_expect_str_eq(buf, "AAA");
	cr_expect_eq(policy_hits(b.p, list, 3, buf, 3), 0);
	cr_expect_str_eq(buf, "");
	cr_expect_eq(policy_rule_find(b.p, "BBB"), 1);
	cr_expect_eq(policy_rule_find(b.p, "BB"), POLICY_NO_RULE);
	policy_free(b.p);
}

Test(policy, settings_have_defaults)
{

	compile(HEAD RULE("A_1", "overflow", "review", "notify = city"));
	cr_expect_str_eq(policy_rule_id(b.p, 0), "A_1");
	cr_expect_str_eq(policy_version(b.p), "t1");
	cr_expect_eq(policy_reservation_ttl(b.p), 1800);
	cr_expect_eq(policy_review_ttl(b.p), 72 * 3600);
	cr_expect_eq(policy_approve_ttl(b.p), 86400);
	cr_expect_eq(policy_rule_by(b.p, 0), LK_BY_CENTRE);
	cr_expect_eq(policy_rule_class(b.p, 0), POLICY_FREQUENCY);
	cr_expect_eq(policy_rule_notify(b.p, 0), POLICY_NOTIFY_CITY);
	cr_expect(policy_rule_clearable(b.p, 0));
	cr_expect_str_eq(policy_rule_when(b.p, 0), "overflow");
	policy_free(b.p);
	compile("[policy]\nversion = a\nreservation_ttl = 10min\n"
	    RULE("Q", "overflow", "reject", "class = quantity"));
	cr_expect_eq(policy_reservation_ttl(b.p), 600);
	cr_expect_not(policy_rule_clearable(b.p, 0));
	cr_expect_eq(policy_rule_by(b.p, 0), LK_BY_NONE);
	policy_free(b.p);
}

Test(policy, whom_a_rule_tells_and_what_becomes_of_a_case)
{
	static const struct { const char *word; int level; } levels[] = {
		{ "none", POLICY_NOTIFY_NONE },
		{ "outlet", POLICY_NOTIFY_OUTLET },
		{ "county", POLICY_NOTIFY_COUNTY },
		{ "city", POLICY_NOTIFY_CITY },
		{ "province", POLICY_NOTIFY_PROVINCE } };
	char text[256];

	for (size_t i = 0; i < 5; i++) {
		snprintf(text, sizeof(text), HEAD RULE("A", "overflow",
		    "review", "notify = %s"), levels[i].word);
		compile(text);
		cr_expect_eq((int)policy_rule_notify(b.p, 0), levels[i].level);
		cr_expect_eq(policy_review_timeout(b.p), LK_REVIEW);
		policy_free(b.p);
	}
	compile(HEAD "review_timeout = deny\n" RULE("A", "overflow", "review",
	    ""));
	cr_expect_eq(policy_review_timeout(b.p), LK_REJECT);
	policy_free(b.p);
	compile(HEAD "review_timeout = expire\n" RULE("A", "overflow",
	    "review", ""));
	cr_expect_eq(policy_review_timeout(b.p), LK_REVIEW);
	policy_free(b.p);
	cr_expect_null(bench_compile(&b, HEAD "review_timeout = pass\n"
	    RULE("A", "overflow", "review", "")));
	cr_expect_not_null(strstr(b.errors, "a case that nobody answers never "
	    "passes: use expire or deny"), "%s", b.errors);
}

/* What no desk overrides, and what the applicant's own word cannot do. */
Test(policy, the_hard_part_of_a_verdict)
{

	compile(HEAD RULE("LAW-R", "stale", "reject", "class = statutory")
	    RULE("LAW-L", "overflow", "limit", "class = statutory\n"
	    "limit_profile = 7")
	    RULE("HF-R", "guardian", "reject", "")
	    RULE("HF-V", "linked", "review", "by = counter"));
	bench_decide(&b);
	cr_expect_eq(policy_hard(b.p, &b.v), LK_PASS);
	policy_soften(b.p, &b.v);
	cr_expect_eq(b.v.decision, LK_PASS);

	bench_set(&b, "guardian", 1);
	cr_expect_eq(bench_decide(&b), LK_REJECT);
	cr_expect_eq(policy_hard(b.p, &b.v), LK_PASS);
	policy_soften(b.p, &b.v);
	cr_expect_eq(b.v.decision, LK_REVIEW);
	cr_expect_eq(b.v.floor, LK_PASS);
	cr_expect_eq(b.v.by, LK_BY_CENTRE);
	cr_expect(b.v.needs & LK_NEED_CENTRE);

	/* A limit of the law stays when the refusal goes. */
	bench_set(&b, "overflow", 1);
	cr_expect_eq(bench_decide(&b), LK_REJECT);
	cr_expect_eq(policy_hard(b.p, &b.v), LK_LIMIT);
	policy_soften(b.p, &b.v);
	cr_expect_eq(b.v.decision, LK_REVIEW);
	cr_expect_eq(b.v.floor, LK_LIMIT);

	/* A refusal of the law stays. */
	bench_set(&b, "stale", 1);
	cr_expect_eq(bench_decide(&b), LK_REJECT);
	cr_expect_eq(policy_hard(b.p, &b.v), LK_REJECT);
	policy_soften(b.p, &b.v);
	cr_expect_eq(b.v.decision, LK_REJECT);

	/* A review is none of its business. */
	bench_set(&b, "stale", 0);
	bench_set(&b, "guardian", 0);
	bench_set(&b, "linked", 1);
	cr_expect_eq(bench_decide(&b), LK_REVIEW);
	policy_soften(b.p, &b.v);
	cr_expect_eq(b.v.by, LK_BY_COUNTER);
	policy_free(b.p);
}

Test(policy, which_facts_a_rule_reads)
{

	compile(HEAD RULE("A", "listed('x') and not (stale or age < 16)",
	    "review", "") RULE("B", "outlet_cards(7d) > outlet_mean(7d)",
	    "review", ""));
	cr_expect(policy_rule_reads(b.p, 0, POLICY_LISTED));
	cr_expect(policy_rule_reads(b.p, 0, POLICY_STALE));
	cr_expect(policy_rule_reads(b.p, 0, POLICY_AGE));
	cr_expect_not(policy_rule_reads(b.p, 0, POLICY_OUTLET_MEAN));
	cr_expect(policy_rule_reads(b.p, 1, POLICY_OUTLET_MEAN));
	cr_expect(policy_rule_reads(b.p, 1, POLICY_OUTLET_CARDS));
	cr_expect_not(policy_rule_reads(b.p, 1, POLICY_LISTED));
	cr_expect_not(policy_rule_reads(b.p, 1, POLICY_CLEARED));
	policy_free(b.p);
}
