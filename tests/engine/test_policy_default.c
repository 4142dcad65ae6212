/* The shipped policy: limits at their edges, patterns, and honest people. */
#include "shipped.h"

#include "engine/category.h"

TestSuite(policy_default, .init = shipped_setup, .fini = shipped_teardown);

Test(policy_default, a_first_card_of_each_kind_passes)
{
	static const int products[] = { 1, 2, 3, 4, 5, 6, 7, 20, 21, 22, 23 };

	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++) {
		applicant(products[i]);
		decides(LK_PASS, "");
	}
}

Test(policy_default, quantity_limits_at_their_edges)
{
	static const struct {
		int product; const char *held; int most; const char *rule;
		int offer;
	} limits[] = {
		{ LK_PRODUCT_SIM, "held(phone, here)", 5, "QL-SIM", 0 },
		{ LK_PRODUCT_SIM2, "held(phone, here)", 5, "QL-SIM", 0 },
		{ LK_PRODUCT_BANK1, "held(bank1, here)", 1, "QL-BANK1",
		    LK_PRODUCT_BANK2 },
		{ LK_PRODUCT_BANK2, "held(bank2, here)", 5, "QL-BANK2", 0 },
		{ LK_PRODUCT_BANK3, "held(bank3, here)", 5, "QL-BANK3", 0 },
		{ LK_PRODUCT_PAYMENT, "held(payment, here)", 1, "QL-PAY", 0 },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		applicant(limits[i].product);
		bench_set(&b, limits[i].held, limits[i].most - 1);
		decides(LK_PASS, "");
		bench_set(&b, limits[i].held, limits[i].most);
		decides(LK_REJECT, limits[i].rule);
		cr_expect_eq(b.v.offer, limits[i].offer);
		/* A replacement or an activation gives nobody one more. */
		bench_set(&b, "operation", LK_OP_REPLACE);
		bench_set(&b, "replaced(30d)", 1);
		decides(LK_PASS, "");
		bench_set(&b, "operation", LK_OP_ACTIVATE);
		decides(LK_PASS, "");
		/* What is opened again may be what is held. */
		bench_set(&b, "operation", LK_OP_REOPEN);
		decides(LK_PASS, "");
		bench_set(&b, limits[i].held, limits[i].most + 1);
		decides(LK_REVIEW, "QL-REOPEN");
		cr_expect_eq(b.v.by, LK_BY_INSTITUTION);
		/* What is asked for at once counts too. */
		applicant(limits[i].product);
		bench_set(&b, "quantity", limits[i].most);
		decides(LK_PASS, "");
		bench_set(&b, "quantity", limits[i].most + 1);
		decides(LK_REJECT, limits[i].rule);
		/* It is a limit of persons; and a clearance does not lift it. */
		bench_set(&b, "cleared", 1);
		decides(LK_REJECT, limits[i].rule);
		bench_set(&b, "subject", LK_SUBJECT_ORGANISATION);
		decides(LK_PASS, "");
	}
}

Test(policy_default, five_debit_cards)
{

	applicant(LK_PRODUCT_BANK1);
	bench_set(&b, "held(bank1, here)", 4);
	decides(LK_REJECT, "QL-BANK1 QL-DEBIT");
	cr_expect_eq(b.v.offer, LK_PRODUCT_BANK2);
}

Test(policy_default, sims_at_other_operators_do_not_count)
{

	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "held(phone, anywhere)", 12);
	decides(LK_PASS, "");
}

Test(policy_default, frequency_at_its_edges)
{
	static const struct {
		const char *fact; int below; const char *rule; int by;
	} edges[] = {
		{ "institutions(7d)", 2, "HF-7D", LK_BY_CENTRE },
		{ "institutions(60d)", 5, "HF-60D-WIDE", LK_BY_CENTRE },
		{ "attempt_institutions(24h)", 3, "HF-TRY-INST",
		    LK_BY_INSTITUTION },
		{ "cards(30d)", 4, "HF-30D", LK_BY_CENTRE },
		{ "cards(60d)", 7, "HF-60D", LK_BY_CENTRE },
		{ "attempts(24h)", 9, "HF-TRY", LK_BY_INSTITUTION },
	};
	static const int products[] = { 1, 2, 3, 4, 20, 21 };

	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		for (size_t k = 0; k < 6; k++) {
			applicant(products[k]);
			bench_set(&b, edges[i].fact, edges[i].below);
			decides(LK_PASS, "");
			bench_set(&b, edges[i].fact, edges[i].below + 1);
			decides(LK_REVIEW, edges[i].rule);
			cr_expect_eq(b.v.by, edges[i].by);
			bench_set(&b, "cleared", 1);
			decides(LK_PASS, "");
			cr_expect_eq(b.v.nlifted, 1);
		}
	}
}

Test(policy_default, no_frequency_rejects_by_machine)
{

	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "institutions(7d)", 40);
	bench_set(&b, "cards(30d)", 200);
	bench_set(&b, "cards(60d)", 200);
	bench_set(&b, "visits(today)", 50);
	bench_set(&b, "cards(today)", 50);
	bench_set(&b, "overflow", 1);
	decides(LK_REVIEW, "HF-DAY HF-DAY-3 HF-7D HF-30D HF-60D HF-TIER2 "
	    "HF-OVERFLOW");
	cr_expect_eq(b.v.by, LK_BY_CENTRE);
	cr_expect_eq(b.v.floor, LK_PASS);
	for (size_t i = 0; i < policy_rules(b.p); i++) {
		if (policy_rule_class(b.p, (int)i) > POLICY_QUANTITY_LIMIT)
			cr_expect_neq(policy_rule_then(b.p, (int)i), LK_REJECT,
			    "%s", policy_rule_id(b.p, (int)i));
	}
}

Test(policy_default, two_visits_on_one_day)
{

	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "visits(today)", 2);
	bench_set(&b, "cards(today)", 2);
	decides(LK_REVIEW, "HF-DAY");
	cr_expect_eq(b.v.by, LK_BY_COUNTER);
	cr_expect_eq(b.v.needs, LK_NEED_PURPOSE_PROOF);
	bench_set(&b, "visits(today)", 3);
	bench_set(&b, "cards(today)", 3);
	decides(LK_REVIEW, "HF-DAY HF-DAY-3");
	cr_expect_eq(b.v.by, LK_BY_INSTITUTION);
	/* A card and a wallet are not two cards. */
	bench_set(&b, "cards(today)", 1);
	decides(LK_PASS, "");
}

Test(policy_default, the_mule_kit)
{

	/* A SIM this morning at one outlet, now a bank card at another. */
	applicant(LK_PRODUCT_BANK1);
	bench_set(&b, "sim(24h)", 1);
	bench_set(&b, "held(phone, anywhere)", 1);
	bench_set(&b, "outlets(24h)", 2);
	decides(LK_REVIEW, "HF-KIT");
	cr_expect_eq(b.v.by, LK_BY_INSTITUTION);
	/* The same outlet. */
	bench_set(&b, "outlets(24h)", 1);
	decides(LK_PASS, "");
	bench_set(&b, "outlets(24h)", 2);
	/* An older SIM or bank card: not the first. */
	bench_set(&b, "held(phone, anywhere)", 2);
	decides(LK_PASS, "");
	bench_set(&b, "held(phone, anywhere)", 1);
	bench_set(&b, "held(bank, anywhere)", 1);
	decides(LK_PASS, "");
	/* The other way round. */
	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "bank(24h)", 1);
	bench_set(&b, "held(bank, anywhere)", 1);
	bench_set(&b, "outlets(24h)", 2);
	decides(LK_REVIEW, "HF-KIT");
	bench_set(&b, "held(phone, anywhere)", 1);
	decides(LK_PASS, "");
}

/* SIM in the morning, bank card in the afternoon, elsewhere. */
static void
kit_today(int purpose)
{

	applicant(LK_PRODUCT_BANK1);
	bench_set(&b, "purpose", purpose);
	bench_set(&b, "age", 18);
	bench_set(&b, "sim(24h)", 1);
	bench_set(&b, "held(phone, anywhere)", 1);
	bench_set(&b, "outlets(24h)", 2);
	bench_set(&b, "visits(today)", 2);
	bench_set(&b, "visits(30d)", 2);
	bench_set(&b, "cards(today)", 2);
	bench_set(&b, "cards(30d)", 2);
	bench_set(&b, "cards(60d)", 2);
	bench_set(&b, "institutions(7d)", 2);
}

Test(policy_default, burst_freshmen)
{

	/* At the counter: one paper, cleared by the branch. */
	kit_today(LK_PURPOSE_STUDENT);
	decides(LK_REVIEW, "HF-DAY HF-KIT-P");
	cr_expect_eq(b.v.by, LK_BY_COUNTER);
	cr_expect_eq(b.v.needs, LK_NEED_PURPOSE_PROOF);
	/* Applied for by the university: at once. */
	bench_set(&b, "channel", LK_CHANNEL_BATCH);
	decides(LK_PASS, "");
	/* But not for somebody with more than that. */
	bench_set(&b, "cards(30d)", 3);
	decides(LK_REVIEW, "HF-DAY HF-KIT-P");
}

Test(policy_default, burst_payroll)
{

	applicant(LK_PRODUCT_BANK1);
	bench_set(&b, "channel", LK_CHANNEL_BATCH);
	bench_set(&b, "purpose", LK_PURPOSE_SALARY);
	bench_set(&b, "area_local", 0);
	decides(LK_PASS, "");
	kit_today(LK_PURPOSE_SALARY);
	bench_set(&b, "channel", LK_CHANNEL_BATCH);
	decides(LK_PASS, "");
}

Test(policy_default, burst_family_package)
{

	/* Main SIM and two secondary ones, then Ⅰ, Ⅱ and a wallet, next day. */
	applicant(LK_PRODUCT_SIM2);
	bench_set(&b, "purpose", LK_PURPOSE_FAMILY);
	bench_set(&b, "quantity", 2);
	bench_set(&b, "held(phone, here)", 1);
	bench_set(&b, "held(phone, anywhere)", 1);
	bench_set(&b, "sim(24h)", 3);
	bench_set(&b, "cards(today)", 3);
	bench_set(&b, "cards(30d)", 3);
	bench_set(&b, "attempts(24h)", 2);
	decides(LK_PASS, "");
	applicant(LK_PRODUCT_BANK2);
	bench_set(&b, "purpose", LK_PURPOSE_FAMILY);
	bench_set(&b, "held(phone, anywhere)", 3);
	bench_set(&b, "held(bank, anywhere)", 1);
	bench_set(&b, "bank(24h)", 2);
	bench_set(&b, "cards(today)", 2);
	bench_set(&b, "cards(30d)", 5);
	bench_set(&b, "cards(60d)", 5);
	bench_set(&b, "visits(30d)", 2);
	bench_set(&b, "institutions(7d)", 2);
	decides(LK_PASS, "");
	/* A third visit is no package any more. */
	bench_set(&b, "visits(30d)", 3);
	decides(LK_REVIEW, "HF-30D");
}

Test(policy_default, burst_replacement_twice)
{

	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "operation", LK_OP_REPLACE);
	bench_set(&b, "held(phone, here)", 5);
	bench_set(&b, "replaced(30d)", 2);
	decides(LK_PASS, "");
	bench_set(&b, "replaced(30d)", 3);
	decides(LK_REVIEW, "HF-REPLACE");
	cr_expect_eq(b.v.by, LK_BY_COUNTER);
}

Test(policy_default, burst_returning_migrant)
{

	/* From elsewhere, a SIM a week ago, a card and a wallet here now. */
	applicant(LK_PRODUCT_BANK1);
	bench_set(&b, "area_local", 0);
	bench_set(&b, "purpose", LK_PURPOSE_UNKNOWN);
	bench_set(&b, "held(phone, anywhere)", 1);
	bench_set(&b, "cards(30d)", 2);
	bench_set(&b, "visits(30d)", 2);
	bench_set(&b, "institutions(7d)", 2);
	decides(LK_PASS, "");
	cr_expect_str_eq(bench_ids(&b, b.v.shadow, b.v.nshadow), "CX-AREA");
}

Test(policy_default, burst_closed_sim_and_a_new_one)
{

	/* The old number was closed this morning: it was not opened today. */
	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "held(phone, here)", 4);
	bench_set(&b, "held(phone, anywhere)", 4);
	decides(LK_PASS, "");
}

Test(policy_default, burst_retry_and_typing_error)
{

	applicant(LK_PRODUCT_BANK1);
	bench_set(&b, "attempts(24h)", 3);
	bench_set(&b, "attempts(7d)", 3);
	decides(LK_PASS, "");
}

Test(policy_default, going_on_after_refusals)
{

	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "rejects(7d)", 2);
	bench_set(&b, "attempts(7d)", 3);
	decides(LK_PASS, "");
	bench_set(&b, "attempts(7d)", 4);
	decides(LK_REVIEW, "HF-RETRY");
	bench_set(&b, "rejects(7d)", 1);
	decides(LK_PASS, "");
}

Test(policy_default, minors_go_to_a_guardian)
{

	applicant(LK_PRODUCT_BANK1);
	bench_set(&b, "age", 15);
	decides(LK_REVIEW, "CX-MINOR");
	cr_expect_eq(b.v.needs, LK_NEED_GUARDIAN);
	cr_expect_eq(b.v.by, LK_BY_COUNTER);
	bench_set(&b, "cleared", 1);
	decides(LK_REVIEW, "CX-MINOR");
	bench_set(&b, "cleared", 0);
	bench_set(&b, "guardian", 1);
	decides(LK_PASS, "");
	bench_set(&b, "guardian", 0);
	bench_set(&b, "age", 16);
	decides(LK_PASS, "");
	bench_set(&b, "age", -1);	/* a passport does not tell */
	decides(LK_PASS, "");
}

/* Somebody from elsewhere with one phone card and one bank card of this week. */
static void
third_institution(int purpose)
{

	applicant(LK_PRODUCT_BANK1);
	bench_set(&b, "purpose", purpose);
	bench_set(&b, "area_local", 0);
	bench_set(&b, "institutions(7d)", 3);
	bench_set(&b, "bank(7d)", 2);
	bench_set(&b, "sim(7d)", 1);
}

Test(policy_default, a_new_job_far_from_home_is_no_ring)
{

	third_institution(LK_PURPOSE_SALARY);
	decides(LK_PASS, "");
	/* The third bank, or the second phone card, is not for a wage. */
	bench_set(&b, "bank(7d)", 3);
	decides(LK_REVIEW, "HF-7D");
	cr_expect_eq(b.v.by, LK_BY_CENTRE);
	bench_set(&b, "bank(7d)", 2);
	bench_set(&b, "sim(7d)", 2);
	decides(LK_REVIEW, "HF-7D");
	/* Who lives here shows the contract; so does who has a lease. */
	third_institution(LK_PURPOSE_SALARY);
	bench_set(&b, "area_local", 1);
	decides(LK_REVIEW, "HF-7D-P");
	cr_expect_eq(b.v.by, LK_BY_COUNTER);
	third_institution(LK_PURPOSE_LOAN);
	decides(LK_REVIEW, "HF-7D-P");
	/* Nothing said that a paper could prove. */
	third_institution(LK_PURPOSE_DAILY);
	decides(LK_REVIEW, "HF-7D");
}

Test(policy_default, going_on_elsewhere_after_a_refusal)
{

	applicant(LK_PRODUCT_BANK1);
	bench_set(&b, "attempt_institutions(7d)", 3);
	decides(LK_PASS, "");
	bench_set(&b, "rejects(7d)", 1);
	decides(LK_REVIEW, "HF-TRY-INST");
	bench_set(&b, "attempt_institutions(7d)", 2);
	decides(LK_PASS, "");
}

Test(policy_default, cards_over_two_documents)
{

	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "cards(30d)", 3);
	decides(LK_PASS, "");
	cr_expect_eq(b.v.nshadow, 0);
	bench_set(&b, "linked", 1);
	decides(LK_PASS, "");
	cr_expect_str_eq(bench_ids(&b, b.v.shadow, b.v.nshadow), "HF-PAPERS");
	/* A renewed document by itself is nothing. */
	bench_set(&b, "cards(30d)", 2);
	decides(LK_PASS, "");
	cr_expect_eq(b.v.nshadow, 0);
}

Test(policy_default, shared_contacts_at_their_edges)
{
	static const struct {
		const char *fact, *rule; int local, away, by;
	} edges[] = {
		{ "shared_phone(30d)", "SH-PHONE", 4, 2, LK_BY_INSTITUTION },
		{ "shared_address(30d)", "SH-ADDR", 4, 2, LK_BY_COUNTER },
		{ "shared_device(30d)", "SH-DEVICE", 2, 2, LK_BY_INSTITUTION },
		{ "shared_agent(30d)", "SH-AGENT", 2, 2, LK_BY_INSTITUTION },
	};
	static const int products[] = { 1, 2, 6, 7, 20 };

	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		for (size_t k = 0; k < 5; k++) {
			for (int here = 0; here < 2; here++) {
				int below = here ? edges[i].local :
				    edges[i].away;
				applicant(products[k]);
				bench_set(&b, "area_local", here);
				bench_set(&b, edges[i].fact, below);
				decides(LK_PASS, "");
				bench_set(&b, edges[i].fact, below + 1);
				decides(LK_REVIEW, edges[i].rule);
				cr_expect_eq(b.v.by, edges[i].by);
				bench_set(&b, "operation", LK_OP_REPLACE);
				decides(LK_PASS, "");
			}
		}
	}
	/* The trade's own figure is on trial. */
	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "shared_phone(30d)", 3);
	decides(LK_PASS, "");
	cr_expect_str_eq(bench_ids(&b, b.v.shadow, b.v.nshadow), "SH-3");
}

Test(policy_default, burst_family_phone_and_household)
{

	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "shared_phone(30d)", 4);
	bench_set(&b, "shared_address(30d)", 4);
	decides(LK_PASS, "");
	/* Three children with their mother, who gives her phone for each. */
	bench_set(&b, "age", 12);
	bench_set(&b, "guardian", 1);
	bench_set(&b, "area_local", 0);
	bench_set(&b, "shared_agent(30d)", 3);
	decides(LK_PASS, "");
}

Test(policy_default, burst_payroll_of_a_named_employer)
{
	static const char *const facts[] = { "shared_phone(30d)",
	    "shared_address(30d)", "shared_agent(30d)", "shared_employer(30d)" };

	applicant(LK_PRODUCT_BANK1);
	bench_set(&b, "channel", LK_CHANNEL_BATCH);
	bench_set(&b, "purpose", LK_PURPOSE_SALARY);
	bench_set(&b, "area_local", 0);
	for (size_t i = 0; i < 4; i++)
		bench_set(&b, facts[i], 20);
	decides(LK_PASS, "");
	for (size_t i = 0; i < 4; i++)
		bench_set(&b, facts[i], 21);
	decides(LK_REVIEW, "SH-PHONE SH-ADDR SH-AGENT");
	/* Registered, it is lifted, whatever the number. */
	for (size_t i = 0; i < 3; i++)
		cr_expect(policy_waivable(b.p, b.v.hit[i]));
	/* An employer who is not named is none. */
	for (size_t i = 0; i < 4; i++)
		bench_set(&b, facts[i], 5);
	bench_set(&b, "shared_employer(30d)", 0);
	decides(LK_REVIEW, "SH-PHONE SH-ADDR SH-AGENT");
}

Test(policy_default, an_outlets_day_holds_nobody_up)
{

	applicant(LK_PRODUCT_BANK1);
	bench_set(&b, "outlet_mean(today)", 5);
	bench_set(&b, "outlet_away_mean(today)", 2);
	bench_set(&b, "outlet_cards(today)", 20);
	decides(LK_PASS, "");
	cr_expect_eq(b.v.nshadow, 0);
	bench_set(&b, "outlet_cards(today)", 21);
	bench_set(&b, "outlet_away(today)", 10);
	decides(LK_PASS, "");
	cr_expect_str_eq(bench_ids(&b, b.v.shadow, b.v.nshadow), "OUT-MANY");
	bench_set(&b, "outlet_away(today)", 11);
	decides(LK_PASS, "");
	cr_expect_str_eq(bench_ids(&b, b.v.shadow, b.v.nshadow),
	    "OUT-MANY OUT-AWAY");
	cr_expect_eq(b.v.needs, 0);
	cr_expect(policy_rule_tells(b.p, b.v.shadow[0]));
	cr_expect_eq(policy_rule_notify(b.p, b.v.shadow[0]),
	    POLICY_NOTIFY_COUNTY);
	/* Too young to have a mean. */
	bench_set(&b, "outlet_mean(today)", -1);
	bench_set(&b, "outlet_away_mean(today)", -1);
	decides(LK_PASS, "");
	cr_expect_eq(b.v.nshadow, 0);
	bench_set(&b, "outlet_cards(today)", 100);
	decides(LK_PASS, "");
	cr_expect_str_eq(bench_ids(&b, b.v.shadow, b.v.nshadow), "OUT-MANY");
}

/* People must get their card: a first one passes, whatever it is. */
Test(policy_default, offline_a_first_card_passes)
{
	static const int products[] = { 1, 2, 3, 4, 5, 6, 7, 20, 21, 22, 23 };

	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++) {
		applicant(products[i]);
		bench_set(&b, "offline", 1);
		bench_set(&b, "visits(7d)", 1);
		bench_set(&b, "outlet_offline(today)", 1);
		bench_set(&b, "outlet_mean(today)", -1);
		decides(LK_PASS, "");
	}
}

/* The second visit within the week, while nobody else can be asked. */
static void
second_visit(int product)
{

	applicant(product);
	bench_set(&b, "offline", 1);
	bench_set(&b, "visits(7d)", 2);
	bench_set(&b, "bank(7d)", 1);
	bench_set(&b, "sim(7d)", 1);
	bench_set(&b, "cards(30d)", 2);
	bench_set(&b, "cards(60d)", 2);
}

Test(policy_default, offline_a_second_card_of_the_week_shows_a_paper)
{

	second_visit(LK_PRODUCT_SIM);
	decides(LK_REVIEW, "OFF-7D");
	cr_expect_eq(b.v.by, LK_BY_COUNTER);
	cr_expect_eq(b.v.needs, LK_NEED_PURPOSE_PROOF);
	cr_expect_eq(b.v.floor, LK_PASS);
	second_visit(LK_PRODUCT_CREDIT);
	decides(LK_REVIEW, "OFF-7D");
	/* With the line up the others' counts decide, and theirs are few. */
	bench_set(&b, "offline", 0);
	decides(LK_PASS, "");
	/* One visit is one thing: a family's three phone cards. */
	second_visit(LK_PRODUCT_SIM);
	bench_set(&b, "visits(7d)", 1);
	bench_set(&b, "sim(7d)", 3);
	decides(LK_PASS, "");
	/* The first visit was for a wallet. */
	second_visit(LK_PRODUCT_SIM);
	bench_set(&b, "bank(7d)", 0);
	decides(LK_PASS, "");
	/* Nothing new is opened; or no card. */
	second_visit(LK_PRODUCT_SIM);
	bench_set(&b, "operation", LK_OP_REPLACE);
	decides(LK_PASS, "");
	bench_set(&b, "operation", LK_OP_ACTIVATE);
	decides(LK_PASS, "");
	second_visit(LK_PRODUCT_ECNY);
	decides(LK_PASS, "");
	second_visit(LK_PRODUCT_BANK1);
	bench_set(&b, "subject", LK_SUBJECT_ORGANISATION);
	decides(LK_PASS, "");
	/* A payroll is the employer's visit; a third card is not. */
	second_visit(LK_PRODUCT_BANK1);
	bench_set(&b, "channel", LK_CHANNEL_BATCH);
	bench_set(&b, "purpose", LK_PURPOSE_SALARY);
	decides(LK_PASS, "");
	bench_set(&b, "cards(30d)", 3);
	decides(LK_REVIEW, "OFF-7D");
	/* Whose clearance stands needs no paper. */
	bench_set(&b, "cleared", 1);
	decides(LK_PASS, "");
}

Test(policy_default, offline_an_outlet_has_a_cap)
{

	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "offline", 1);
	bench_set(&b, "outlet_mean(today)", 3);
	bench_set(&b, "outlet_offline(today)", 20);
	decides(LK_PASS, "");
	bench_set(&b, "outlet_offline(today)", 21);
	decides(LK_REVIEW, "OFF-CAP");
	cr_expect_eq(b.v.by, LK_BY_COUNTER);
	cr_expect_eq(b.v.needs, LK_NEED_PURPOSE_PROOF | LK_NEED_MANAGER);
	cr_expect_eq(b.v.floor, LK_PASS);
	/* It concerns the outlet: nobody's clearance lifts it. */
	bench_set(&b, "cleared", 1);
	decides(LK_REVIEW, "OFF-CAP");
	bench_set(&b, "cleared", 0);
	/* A large outlet has a day of its own; a young one the twenty. */
	bench_set(&b, "outlet_mean(today)", 60);
	bench_set(&b, "outlet_offline(today)", 60);
	decides(LK_PASS, "");
	bench_set(&b, "outlet_offline(today)", 61);
	decides(LK_REVIEW, "OFF-CAP");
	bench_set(&b, "outlet_mean(today)", -1);
	bench_set(&b, "outlet_offline(today)", 20);
	decides(LK_PASS, "");
	bench_set(&b, "outlet_offline(today)", 21);
	decides(LK_REVIEW, "OFF-CAP");
	/* Who asks for no card is not held, nor anybody once the line is back. */
	bench_set(&b, "operation", LK_OP_REPLACE);
	decides(LK_PASS, "");
	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "outlet_offline(today)", 500);
	decides(LK_PASS, "");
	/* A company's card is a card. */
	bench_set(&b, "offline", 1);
	bench_set(&b, "subject", LK_SUBJECT_ORGANISATION);
	decides(LK_REVIEW, "OFF-CAP");
}

/* The lists are here: who is on one is refused, limited or held as ever. */
Test(policy_default, offline_lists_count_and_old_ones_pass_nobody)
{
	static const int products[] = { 1, 2, 3, 4, 6, 7, 20, 21 };

	applicant(LK_PRODUCT_SIM);
	bench_set(&b, "offline", 1);
	bench_set(&b, "listed('sanction')", CATEGORY_CONVICTED);
	decides(LK_REJECT, "LIST-SANC-NEW");
	applicant(LK_PRODUCT_BANK2);
	bench_set(&b, "offline", 1);
	bench_set(&b, "listed('sanction')", CATEGORY_FOUND);
	decides(LK_LIMIT, "LIST-SANC-BANK");
	applicant(LK_PRODUCT_BANK2);
	bench_set(&b, "offline", 1);
	bench_set(&b, "listed('case')", CATEGORY_INVESTIGATION);
	decides(LK_REVIEW, "CHECK-CENTRE");
	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++) {
		applicant(products[i]);
		bench_set(&b, "offline", 1);
		bench_set(&b, "stale", 1);
		decides(LK_REVIEW, "LIST-STALE");
		bench_set(&b, "cleared", 1);
		decides(LK_REVIEW, "LIST-STALE");
	}
	/* The gravest authority, and the needs of all. */
	second_visit(LK_PRODUCT_SIM);
	bench_set(&b, "stale", 1);
	bench_set(&b, "outlet_offline(today)", 500);
	decides(LK_REVIEW, "OFF-7D LIST-STALE OFF-CAP");
	cr_expect_eq(b.v.by, LK_BY_INSTITUTION);
	cr_expect_eq(b.v.needs, LK_NEED_PURPOSE_PROOF | LK_NEED_MANAGER);
}

Test(policy_default, nobody_passes_because_nobody_answered)
{

	cr_expect_eq(policy_review_timeout(b.p), LK_REVIEW);
}

Test(policy_default, overflow_is_held)
{

	applicant(LK_PRODUCT_ECNY);
	bench_set(&b, "overflow", 1);
	decides(LK_REVIEW, "HF-OVERFLOW");
	cr_expect_eq(b.v.by, LK_BY_CENTRE);
}

Test(policy_default, a_limit_outranks_a_pattern_as_reason)
{

	applicant(LK_PRODUCT_BANK1);
	bench_set(&b, "held(bank1, here)", 1);
	bench_set(&b, "cards(30d)", 6);
	decides(LK_REJECT, "QL-BANK1 HF-30D");
	cr_expect_str_eq(policy_rule_reason(b.p, b.v.headline), "QL-BANK1");
	cr_expect_eq(b.v.floor, LK_REJECT);
	cr_expect_eq(b.v.offer, LK_PRODUCT_BANK2);
}

Test(policy_default, every_text_fits_and_is_there_in_both_languages)
{
	char buf[4096];
	size_t i, n;
	int l, w;

	for (i = 0; i < policy_rules(b.p); i++) {
		for (l = 0; l < 2; l++) {
			for (w = 0; w < 2; w++) {
				n = policy_message(b.p, (int)i,
				    policy_rule_then(b.p, (int)i),
				    (enum policy_lang)l, (enum policy_text)w,
				    buf, sizeof(buf));
				cr_expect(n > 20 && n < 1024, "%s: %zu bytes",
				    policy_rule_id(b.p, (int)i), n);
				/* Each language has its own text. */
				cr_expect_eq((unsigned char)buf[0] >= 0x80,
				    l == POLICY_LANG_ZH, "%s: %s",
				    policy_rule_id(b.p, (int)i), buf);
			}
		}
	}
	cr_expect_leq(policy_worst_bytes(b.p), POLICY_MAX_ENTRY_BYTES);
}
