#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "store/entry.h"
#include "store/journal.h"

#include "fixture.h"

/* The life of an opening, from check to retire (DESIGN section 5). */

static struct fixture x;
static char id1[40], id2[40], buf[1100];

static void
setup(void)
{

	fixture_open(&x, NULL);
}

static void
teardown(void)
{

	fixture_close(&x);
}

/* The last entry of the journal. */
static struct entry
last(void)
{
	struct entry e;

	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	return (e);
}

CASE(life, a_pass_has_its_receipt)
{
	cr_assert_eq(check(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "t1"),
	    LK_PASS);
	cr_assert_gt(num(&x, WIRE_T_SEQ), 0);
	cr_assert(wire_has(&x.r, WIRE_T_LEAF));
	cr_assert_eq(x.done.wait_seq, (uint64_t)num(&x, WIRE_T_SEQ));
	cr_assert_eq(num(&x, WIRE_T_EXPIRES_MS), FIXTURE_START +
	    30 * 60 * 1000);
	cr_assert_str_eq(str(&x, WIRE_T_POLICY_VERSION, buf), "test-1");
	cr_assert_eq(num(&x, WIRE_T_TIME_MS), FIXTURE_START);
}

CASE(life, the_last_slot_cannot_pass_twice)
{
	char txn[32], id[40];
	int i;

	for (i = 0; i < 4; i++) {
		snprintf(txn, sizeof(txn), "t%d", i);
		snprintf(buf, sizeof(buf), "c%d", i);
		/* Years apart, so that no frequency rule speaks. */
		fixture_pass(&x, INT64_C(40) * 86400 * 1000);
		cr_assert_eq(check(&x, "ctel", "s1", 2, LK_PRODUCT_SIM, txn),
		    LK_PASS);
		cr_assert_eq(confirm(&x, decision_id(&x, id), buf), LK_OK);
	}
	fixture_pass(&x, INT64_C(40) * 86400 * 1000);
	cr_assert_eq(check(&x, "ctel", "s1", 2, LK_PRODUCT_SIM, "t5"),
	    LK_PASS);
	/* Another shop of the same operator at the same moment: the fifth is
	 * only reserved, and still counts. */
	cr_assert_eq(check(&x, "ctel", "s2", 2, LK_PRODUCT_SIM, "t6"),
	    LK_REJECT);
	cr_assert_str_eq(str(&x, WIRE_T_REASON, buf), "SIM5");
	/* The reservation lapses: the slot is free again. */
	fixture_pass(&x, 31 * 60 * 1000);
	cr_assert_neq(check(&x, "ctel", "s2", 2, LK_PRODUCT_SIM, "t7"),
	    LK_REJECT);
}

CASE(life, expiry_is_exact_to_the_second)
{
	char txn[32];
	int i;

	for (i = 0; i < 5; i++) {
		snprintf(txn, sizeof(txn), "s%d", i);
		snprintf(buf, sizeof(buf), "shop%d", i);
		check(&x, "ctel", buf, 3, LK_PRODUCT_SIM, txn);
	}
	fixture_pass(&x, 30 * 60 * 1000 - 1);
	cr_assert_eq(check(&x, "ctel", "z", 3, LK_PRODUCT_SIM, "z1"),
	    LK_REJECT);
}

CASE(life, same_txn_same_answer)
{
	uint8_t leaf[32];
	int64_t seq;

	cr_assert_eq(check(&x, "abank", "001", 4, LK_PRODUCT_BANK1, "dup"),
	    LK_PASS);
	memcpy(leaf, x.r.f[WIRE_T_LEAF].p, 32);
	seq = num(&x, WIRE_T_SEQ);
	decision_id(&x, id1);
	fixture_pass(&x, 5000);
	cr_assert_eq(check(&x, "abank", "001", 4, LK_PRODUCT_BANK1, "dup"),
	    LK_PASS);
	cr_assert_eq(num(&x, WIRE_T_SEQ), seq);
	cr_assert_eq(memcmp(leaf, x.r.f[WIRE_T_LEAF].p, 32), 0);
	cr_assert_str_eq(decision_id(&x, id2), id1);
	cr_assert(num(&x, WIRE_T_RESULT_FLAGS) & LK_R_DUPLICATE);
	cr_assert_eq(journal_seq(x.journal), (uint64_t)seq,
	    "a duplicate gets no entry");
	/* Other content under the same id. */
	cr_assert_eq(check(&x, "abank", "001", 5, LK_PRODUCT_BANK1, "dup"),
	    LK_E_CONFLICT);
	/* Another institution's ids are its own. */
	cr_assert_geq(check(&x, "bbank", "001", 5, LK_PRODUCT_BANK1, "dup"),
	    0);
	/* And over a restart. */
	fixture_reopen(&x);
	cr_assert_eq(check(&x, "abank", "001", 4, LK_PRODUCT_BANK1, "dup"),
	    LK_PASS);
	cr_assert_eq(num(&x, WIRE_T_SEQ), seq);
}

CASE(life, next_check_supersedes)
{
	check(&x, "abank", "001", 6, LK_PRODUCT_BANK1, "a");
	decision_id(&x, id1);
	check(&x, "abank", "001", 6, LK_PRODUCT_BANK1, "b");
	cr_assert(num(&x, WIRE_T_RESULT_FLAGS) & LK_R_REPLACED);
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_PASS,
	    "the replaced reservation is no second visit");
	/* The first one now stands withdrawn; confirming it is not lost. */
	ask(&x, WIRE_REVIEW);
	with(&x, WIRE_T_DECISION_ID, id1);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_STANDING), LK_STANDING_WITHDRAWN);
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_PASS);
	cr_assert_eq(confirm(&x, id1, "6222 1"), LK_E_STATE);
	cr_assert(last().flags & ENTRY_F_AFTER_CANCEL);
}

CASE(life, attempts_rise_with_each_check)
{
	struct entry e;

	check(&x, "abank", "001", 7, LK_PRODUCT_BANK1, "a");
	check(&x, "abank", "001", 7, LK_PRODUCT_BANK1, "b");
	e = last();
	cr_assert_str_eq(e.shadow, "");
	check(&x, "abank", "001", 7, LK_PRODUCT_BANK1, "c");
	e = last();
	cr_assert_str_eq(e.shadow, "TRY-3");
}

CASE(life, cancel_frees_and_takes_the_attempt_back)
{
	struct entry e;

	check(&x, "abank", "001", 8, LK_PRODUCT_BANK1, "a");
	cr_assert_eq(cancel(&x, decision_id(&x, id1), LK_CANCEL_TYPING),
	    LK_OK);
	cr_assert_eq(cancel(&x, id1, LK_CANCEL_TYPING), LK_OK, "twice is fine");
	check(&x, "abank", "002", 8, LK_PRODUCT_BANK1, "b");
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_PASS,
	    "a cancelled one is no visit");
	cancel(&x, decision_id(&x, id1), LK_CANCEL_LEFT_QUESTIONED);
	check(&x, "abank", "003", 8, LK_PRODUCT_BANK1, "c");
	cancel(&x, decision_id(&x, id1), LK_CANCEL_LEFT_QUESTIONED);
	check(&x, "abank", "004", 8, LK_PRODUCT_BANK1, "d");
	e = last();
	cr_assert_str_eq(e.shadow, "TRY-3",
	    "left after questions stays in attempts");
}

CASE(life, cancel_before_the_check_leaves_a_tombstone)
{
	ask(&x, WIRE_CANCEL);
	with(&x, WIRE_T_INSTITUTION, "abank");
	with(&x, WIRE_T_TXN_ID, "early");
	withn(&x, WIRE_T_REASON_CODE, LK_CANCEL_SYSTEM);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(check(&x, "abank", "001", 9, LK_PRODUCT_BANK1, "early"),
	    LK_E_STATE);
	cr_assert_eq(check(&x, "bbank", "001", 9, LK_PRODUCT_BANK1, "early"),
	    LK_PASS, "another institution's id is another");
}

CASE(life, cancel_by_txn_id)
{
	check(&x, "abank", "001", 10, LK_PRODUCT_BANK1, "mine");
	ask(&x, WIRE_CANCEL);
	with(&x, WIRE_T_INSTITUTION, "abank");
	with(&x, WIRE_T_TXN_ID, "mine");
	withn(&x, WIRE_T_REASON_CODE, LK_CANCEL_LEFT);
	cr_assert_eq(answer(&x), LK_OK);
	check(&x, "abank", "002", 10, LK_PRODUCT_BANK1, "next");
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_PASS);
}

CASE(life, confirmed_cannot_be_cancelled)
{
	check(&x, "abank", "001", 11, LK_PRODUCT_BANK1, "a");
	cr_assert_eq(confirm(&x, decision_id(&x, id1), "6222 11"), LK_OK);
	cr_assert_eq(cancel(&x, id1, LK_CANCEL_LEFT), LK_E_STATE);
}

/* I9: a card that was really issued is always recorded. */
CASE(life, late_confirm_is_recorded)
{
	check(&x, "abank", "001", 12, LK_PRODUCT_BANK1, "a");
	decision_id(&x, id1);
	fixture_pass(&x, 31 * 60 * 1000);
	cr_assert_eq(confirm(&x, id1, "6222 12"), LK_E_STATE);
	cr_assert(last().flags & ENTRY_F_LATE);
	/* It counts: another outlet today is the second visit. */
	cr_assert_eq(check(&x, "abank", "002", 12, LK_PRODUCT_BANK2, "b"),
	    LK_REVIEW);
}

CASE(life, confirm_against_reject_and_after_cancel_is_recorded)
{
	char txn[32];
	int i;

	for (i = 0; i < 5; i++) {
		snprintf(txn, sizeof(txn), "s%d", i);
		snprintf(buf, sizeof(buf), "shop%d", i);
		check(&x, "ctel", buf, 13, LK_PRODUCT_SIM, txn);
	}
	cr_assert_eq(check(&x, "ctel", "zz", 13, LK_PRODUCT_SIM, "over"),
	    LK_REJECT);
	cr_assert_eq(confirm(&x, decision_id(&x, id1), "139 13"), LK_E_STATE);
	cr_assert(last().flags & ENTRY_F_OVERRIDE);
	cr_assert_eq(confirm(&x, id1, "139 13"), LK_OK,
	    "the same again changes nothing");
	check(&x, "abank", "001", 14, LK_PRODUCT_BANK1, "c");
	decision_id(&x, id1);
	cancel(&x, id1, LK_CANCEL_LEFT);
	cr_assert_eq(confirm(&x, id1, "6222 14"), LK_E_STATE);
	cr_assert(last().flags & ENTRY_F_AFTER_CANCEL);
	cr_assert_eq(check(&x, "abank", "002", 14, LK_PRODUCT_BANK2, "d"),
	    LK_REVIEW, "it counts as issued");
}

CASE(life, confirm_twice_and_extra_card)
{
	uint64_t seq;

	check(&x, "abank", "001", 15, LK_PRODUCT_BANK1, "a");
	cr_assert_eq(confirm(&x, decision_id(&x, id1), "6222-0001"), LK_OK);
	seq = journal_seq(x.journal);
	cr_assert_eq(confirm(&x, id1, "6222 0001"), LK_OK);
	cr_assert_eq(journal_seq(x.journal), seq, "no second entry");
	cr_assert_eq(confirm(&x, id1, "6222-0002"), LK_E_STATE);
	cr_assert(last().flags & ENTRY_F_EXTRA);
}

CASE(life, two_cards_asked_for_two_confirmed)
{
	applicant(&x, "ctel", "s1", 16, LK_PRODUCT_SIM2, "q");
	withn(&x, WIRE_T_QUANTITY, 2);
	cr_assert_eq(answer(&x), LK_OK);
	decision_id(&x, id1);
	cr_assert_eq(confirm(&x, id1, "1390001"), LK_OK);
	cr_assert_eq(confirm(&x, id1, "1390002"), LK_OK);
	cr_assert_eq(confirm(&x, id1, "1390003"), LK_E_STATE);
}

CASE(life, retire_frees_what_is_held)
{
	char txn[32], card[32], id[40];
	int i;

	for (i = 0; i < 5; i++) {
		snprintf(txn, sizeof(txn), "t%d", i);
		snprintf(card, sizeof(card), "139000%d", i);
		fixture_pass(&x, INT64_C(40) * 86400 * 1000);
		check(&x, "ctel", "s1", 17, LK_PRODUCT_SIM, txn);
		confirm(&x, decision_id(&x, id), card);
	}
	fixture_pass(&x, INT64_C(40) * 86400 * 1000);
	cr_assert_eq(check(&x, "ctel", "s1", 17, LK_PRODUCT_SIM, "no"),
	    LK_REJECT);
	ask(&x, WIRE_RETIRE);
	with(&x, WIRE_T_INSTITUTION, "ctel");
	with(&x, WIRE_T_CARD_REF, "1390002");
	withn(&x, WIRE_T_REASON_CODE, LK_RETIRE_CLOSED);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(check(&x, "ctel", "s1", 17, LK_PRODUCT_SIM, "yes"),
	    LK_PASS);
	ask(&x, WIRE_RETIRE);
	with(&x, WIRE_T_INSTITUTION, "ctel");
	with(&x, WIRE_T_CARD_REF, "1390002");
	withn(&x, WIRE_T_REASON_CODE, LK_RETIRE_CLOSED);
	cr_assert_eq(answer(&x), LK_OK, "twice is fine");
	ask(&x, WIRE_RETIRE);
	with(&x, WIRE_T_INSTITUTION, "abank");
	with(&x, WIRE_T_CARD_REF, "1390003");
	withn(&x, WIRE_T_REASON_CODE, LK_RETIRE_CLOSED);
	cr_assert_eq(answer(&x), LK_E_STATE, "not that bank's card");
}

CASE(life, void_takes_everything_back)
{
	struct entry e;

	check(&x, "abank", "001", 18, LK_PRODUCT_BANK1, "a");
	confirm(&x, decision_id(&x, id1), "6222 18");
	ask(&x, WIRE_VOID);
	with(&x, WIRE_T_DECISION_ID, id1);
	with(&x, WIRE_T_TELLER, "t07");
	withn(&x, WIRE_T_REASON_CODE, LK_VOID_WRONG_PERSON);
	cr_assert_eq(answer(&x), LK_OK);
	e = last();
	cr_assert_str_eq(e.teller, "t07", "its author stands in the entry");
	cr_assert_eq(check(&x, "abank", "002", 18, LK_PRODUCT_BANK2, "b"),
	    LK_PASS);
}

CASE(life, dry_run_reserves_nothing)
{
	applicant(&x, "abank", "001", 19, LK_PRODUCT_BANK1, "d");
	withn(&x, WIRE_T_FLAGS, LK_F_DRY_RUN);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert(num(&x, WIRE_T_RESULT_FLAGS) & LK_R_DRY_RUN);
	cr_assert_eq(num(&x, WIRE_T_EXPIRES_MS), 0);
	cr_assert_gt(num(&x, WIRE_T_SEQ), 0, "but it is recorded");
	cr_assert_eq(check(&x, "abank", "002", 19, LK_PRODUCT_BANK1, "d"),
	    LK_PASS, "its txn space is its own, and it is no visit");
}

CASE(life, dry_run_sees_what_the_check_would_see)
{
	check(&x, "abank", "001", 30, LK_PRODUCT_BANK1, "a");
	confirm(&x, decision_id(&x, id1), "6222 30");
	cr_assert_eq(check(&x, "abank", "002", 30, LK_PRODUCT_BANK2, "b"),
	    LK_REVIEW);
	cancel(&x, decision_id(&x, id1), LK_CANCEL_LEFT);
	check(&x, "ctel", "s1", 31, LK_PRODUCT_SIM, "c");
	applicant(&x, "ctel", "s1", 31, LK_PRODUCT_SIM, "d");
	withn(&x, WIRE_T_QUANTITY, 5);
	withn(&x, WIRE_T_FLAGS, LK_F_DRY_RUN);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_PASS,
	    "its own open reservation would be replaced");
}

CASE(life, issued_now_is_when_it_is_confirmed)
{
	check(&x, "abank", "001", 32, LK_PRODUCT_BANK1, "a");
	decision_id(&x, id1);
	fixture_pass(&x, 10 * 60 * 1000);
	cr_assert_eq(confirm(&x, id1, "6222 32"), LK_OK);
	cr_assert_eq(last().at, 0, "as `t`: FIXTURE_START + 10 min");
	cr_assert_eq(last().t, FIXTURE_START + 10 * 60 * 1000);
}

CASE(life, posthoc_counts_at_its_own_time)
{
	applicant(&x, "abank", "001", 20, LK_PRODUCT_BANK1, "p");
	withn(&x, WIRE_T_FLAGS, LK_F_POSTHOC);
	withn(&x, WIRE_T_OPENED_MS, FIXTURE_START - 3600 * 1000);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert(last().flags & ENTRY_F_POSTHOC);
	cr_assert_eq(last().at, FIXTURE_START - 3600 * 1000);
	decision_id(&x, id1);
	cr_assert_eq(confirm(&x, id1, "6222 20"), LK_OK);
	cr_assert_eq(check(&x, "abank", "002", 20, LK_PRODUCT_BANK2, "q"),
	    LK_REVIEW);
}

CASE(life, one_visit_is_one_visit)
{
	applicant(&x, "abank", "001", 21, LK_PRODUCT_BANK1, "v1");
	with(&x, WIRE_T_VISIT_ID, "v");
	cr_assert_eq(answer(&x), LK_OK);
	applicant(&x, "abank", "001", 21, LK_PRODUCT_BANK2, "v2");
	with(&x, WIRE_T_VISIT_ID, "v");
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_PASS);
	/* Without visit ids: the same outlet on the same day is one visit. */
	cr_assert_eq(check(&x, "abank", "001", 22, LK_PRODUCT_BANK1, "w1"),
	    LK_PASS);
	cr_assert_eq(check(&x, "abank", "001", 22, LK_PRODUCT_BANK2, "w2"),
	    LK_PASS);
	cr_assert_eq(check(&x, "abank", "002", 22, LK_PRODUCT_BANK2, "w3"),
	    LK_REVIEW);
}

CASE(life, midnight_is_shanghai_midnight)
{
	/* 10:00 in Shanghai; 14 hours later the day has turned. */
	check(&x, "abank", "001", 23, LK_PRODUCT_BANK1, "a");
	confirm(&x, decision_id(&x, id1), "6222 23");
	fixture_pass(&x, INT64_C(14) * 3600 * 1000 - 1);
	cr_assert_eq(check(&x, "abank", "002", 23, LK_PRODUCT_BANK2, "b"),
	    LK_REVIEW);
	cancel(&x, decision_id(&x, id1), LK_CANCEL_LEFT);
	fixture_pass(&x, 1);
	cr_assert_eq(check(&x, "abank", "002", 23, LK_PRODUCT_BANK2, "c"),
	    LK_PASS);
}

/* The same card again, after it was taken back: it was issued all the same. */
CASE(life, a_card_issued_after_it_was_taken_back_is_recorded)
{
	char id[40];
	uint64_t end;

	check(&x, "ctel", "1", 30, LK_PRODUCT_SIM, "v");
	decision_id(&x, id);
	cr_assert_eq(confirm(&x, id, "card-A"), LK_OK);
	ask(&x, WIRE_VOID);
	with(&x, WIRE_T_DECISION_ID, id);
	withn(&x, WIRE_T_REASON_CODE, 1);
	with(&x, WIRE_T_TELLER, "t");
	cr_assert_eq(answer(&x), LK_OK);
	end = journal_seq(x.journal);
	cr_assert_eq(confirm(&x, id, "card-A"), LK_E_STATE);
	cr_assert_eq(journal_seq(x.journal), end + 1);
	cr_assert_eq(confirm(&x, id, "card-A"), LK_OK, "once is enough");
	cr_assert_eq(journal_seq(x.journal), end + 1);
}
