#include "listkit.h"

/* What a new version of a list means for what was decided before. */

CASE(retro, who_passed_and_is_listed_now_is_reported_once)
{
	uint64_t passed;

	publish();
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "a"), LK_PASS);
	passed = (uint64_t)num(&x, WIRE_T_SEQ);
	(void)look_back();
	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(look_back(), 1);
	cr_expect_eq(last()->kind, ENTRY_RETRO);
	cr_expect_eq(last()->code, RETRO_HIT);
	cr_expect_eq(last()->ref, passed);
	cr_expect_str_eq(last()->inst, "ctel");
	cr_expect_str_eq(last()->outlet, "7");
	cr_expect_str_eq(last()->teller, "t01");
	cr_expect_str_eq(last()->listed, "sanction:2:convicted:9:0:joint2024");
	set(SANCTION, person(2), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(look_back(), 0, "once");
	/* What is decided with the list in force is no news to it. */
	cr_expect_eq(check(&x, "abank", "1", 2, LK_PRODUCT_BANK1, "b"),
	    LK_LIMIT);
	publish();
	cr_expect_eq(look_back(), 0);
}

/* Held, then approved: he passed too, whether the card is issued yet or not. */
CASE(retro, who_was_approved_and_is_listed_now_is_reported)
{
	char id[40];

	set(PHONES, thing(TOKEN_PHONE, "13800001111"), CATEGORY_INVOLVED, 0, 0);
	publish();
	applicant(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a");
	with(&x, WIRE_T_PHONE, "13800001111");
	cr_expect_eq(answer(&x), 0);
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_REVIEW);
	decision_id(&x, id);
	(void)look_back();
	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(look_back(), 0, "he is held still");
	ask(&x, WIRE_DECIDE);
	with(&x, WIRE_T_DECISION_ID, id);
	withn(&x, WIRE_T_OUTCOME, LK_RESOLVE_APPROVE);
	with(&x, WIRE_T_DECIDED_BY, "officer-7");
	with(&x, WIRE_T_NOTE, "case 17");
	cr_assert_eq(answer(&x), 0);
	set(SANCTION, person(1), CATEGORY_FOUND, 0, 0);
	publish();
	cr_expect_eq(look_back(), 1);
	cr_expect_eq(last()->code, RETRO_HIT);
}

/* The loop has time for a few look-ups at a turn, not for a bucket at once. */
CASE(retro, the_smallest_slices_find_all_of_them)
{
	uint64_t seq;
	char txn[16];
	int i;

	publish();
	for (i = 0; i < 10; i++) {
		snprintf(txn, sizeof(txn), "%d", i);
		cr_expect_eq(check(&x, "ctel", "7", i, LK_PRODUCT_SIM, txn),
		    LK_PASS);
		set(SANCTION, person(i), CATEGORY_CONVICTED, 0, 0);
	}
	(void)look_back();
	publish();
	seq = journal_seq(x.journal);
	cr_expect_neq(counter_work(x.counter, 4), 0);
	cr_expect_leq(journal_seq(x.journal), seq + 4);
	for (i = 0; i < 50 && counter_work(x.counter, 1); i++)
		;
	cr_expect_lt(i, 50);
	cr_expect_eq(journal_seq(x.journal), seq + 10);
}

CASE(retro, who_passed_long_ago_is_left_alone)
{

	publish();
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "a"), LK_PASS);
	fixture_pass(&x, INT64_C(91) * 86400 * 1000);
	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(look_back(), 0);
}

CASE(retro, who_was_refused_by_a_withdrawn_entry_is_reported_once)
{
	uint64_t refused;

	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	set(SANCTION, person(2), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "a"),
	    LK_REJECT);
	refused = (uint64_t)num(&x, WIRE_T_SEQ);
	cr_expect_eq(check(&x, "ctel", "7", 2, LK_PRODUCT_SIM, "b"),
	    LK_REJECT);
	(void)look_back();
	set(SANCTION, person(1), CATEGORY_NONE, LISTREC_CLEARED, 0);
	publish();
	cr_expect_eq(look_back(), 1);
	cr_expect_eq(last()->code, RETRO_CLEAR);
	cr_expect_eq(last()->ref, refused);
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "c"), LK_PASS);
	cr_expect_str_eq(last()->shadow, "", "what was refused wrongly is no "
	    "attempt of his");
	publish();
	cr_expect_eq(look_back(), 0, "once");
}

/* Put into force what is set now, by a delta that took a person off. */
static void
publish_gone(int n)
{
	struct listrec gone = { .token = person(n), .flags = { LISTREC_GONE } };
	struct adopted *a;

	set(SANCTION, gone.token, CATEGORY_NONE, 0, 0);
	a = generation();
	a->list[0].touched = malloc(sizeof(gone));
	memcpy(a->list[0].touched, &gone, sizeof(gone));
	a->list[0].ntouched = 1;
	a->list[1].changed = a->list[2].changed = 0;
	serve(a);
}

/* Gone without a tombstone: only what was touched tells. */
CASE(retro, an_entry_that_is_gone_is_found_by_what_was_touched)
{

	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "a"),
	    LK_REJECT);
	(void)look_back();
	publish_gone(1);
	cr_expect_eq(look_back(), 1);
	cr_expect_eq(last()->code, RETRO_CLEAR);
}

/* The centre takes off what has run out: that is no withdrawal. */
CASE(retro, an_entry_that_ran_out_and_is_gone_was_not_withdrawn)
{
	int today = (int)day_of(x.wall / 1000);

	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, today);
	set(SANCTION, person(2), CATEGORY_CONVICTED, 0, today + 9);
	publish();
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "a"),
	    LK_REJECT);
	cr_expect_eq(check(&x, "ctel", "7", 2, LK_PRODUCT_SIM, "b"),
	    LK_REJECT);
	(void)look_back();
	fixture_pass(&x, 24 * 3600 * 1000);
	publish_gone(1);
	cr_expect_eq(look_back(), 0);
	publish_gone(2);
	cr_expect_eq(look_back(), 1);
	cr_expect_eq(last()->code, RETRO_CLEAR);
}

/* Under another list key everybody has another token: nobody was withdrawn. */
CASE(retro, another_epoch_clears_nobody)
{
	struct token_keys *one;
	struct listrec r;
	struct adopted *a;
	struct token t;
	char err[512];

	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "a"),
	    LK_REJECT);
	(void)look_back();
	one = list_keys;
	list_keys = token_keys_from(k, 2, err, sizeof(err));
	cr_assert_not_null(list_keys, "%s", err);
	x.options.list_keys = list_keys;
	fixture_reopen(&x);
	token_keys_free(one);
	publish();
	(void)look_back();
	/* His record changes, and before that was looked at the list comes under
	 * another key. */
	t = person(1);
	set(SANCTION, t, CATEGORY_FOUND, 0, 0);
	r = lists[SANCTION].r[0];
	a = generation();
	a->list[0].touched = malloc(sizeof(r));
	memcpy(a->list[0].touched, &r, sizeof(r));
	a->list[0].ntouched = 1;
	serve(a);
	set(SANCTION, t, CATEGORY_NONE, 0, 0);
	epoch = 2;
	set(SANCTION, person(1), CATEGORY_FOUND, 0, 0);
	publish();
	cr_expect_eq(look_back(), 0);
}

CASE(retro, who_was_held_for_a_phone_since_withdrawn_is_reported_once)
{
	struct token phone = thing(TOKEN_PHONE, "13800001111");

	set(PHONES, phone, CATEGORY_INVOLVED, 0, 0);
	publish();
	applicant(&x, "abank", "1", 2, LK_PRODUCT_BANK1, "a");
	with(&x, WIRE_T_PHONE, "13800001111");
	cr_expect_eq(answer(&x), 0);
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_REVIEW);
	(void)look_back();
	set(PHONES, phone, CATEGORY_NONE, LISTREC_CLEARED, 0);
	publish();
	cr_expect_eq(look_back(), 1);
	cr_expect_eq(last()->code, RETRO_CLEAR);
	cr_expect_str_eq(last()->list, "phones");
	publish();
	cr_expect_eq(look_back(), 0, "once");
}

CASE(retro, an_involved_card_leads_to_outlet_and_teller)
{
	char id[40];

	publish();
	cr_expect_eq(check(&x, "abank", "5", 1, LK_PRODUCT_BANK1, "a"),
	    LK_PASS);
	cr_expect_eq(confirm(&x, decision_id(&x, id), "6222 0000 1111 2222"),
	    0);
	fixture_pass(&x, INT64_C(40) * 86400 * 1000);
	set(CARDS, thing(TOKEN_CARD, "6222000011112222"), CATEGORY_INVOLVED, 0,
	    0);
	publish();
	cr_expect_eq(look_back(), 1);
	cr_expect_str_eq(last()->inst, "abank");
	cr_expect_str_eq(last()->outlet, "5");
	cr_expect_str_eq(last()->teller, "t01");
	cr_expect_eq((last()->t - last()->at) / 86400000, 40);
	publish();
	cr_expect_eq(look_back(), 0, "once");
}

CASE(retro, a_restart_serves_and_reports_nothing_twice)
{

	publish();
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "a"), LK_PASS);
	set(SANCTION, person(1), CATEGORY_CONVICTED, 0, 0);
	publish();
	cr_expect_eq(look_back(), 1);
	fixture_reopen(&x);
	publish();
	cr_expect_eq(look_back(), 0);
	cr_expect_eq(check(&x, "ctel", "7", 1, LK_PRODUCT_SIM, "b"),
	    LK_REJECT);
}
