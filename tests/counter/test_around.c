/* What stands around an applicant: other documents, and who is told of what. */

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/outletday.h"
#include "engine/shared.h"
#include "store/entry.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"

#include "fixture.h"

static struct fixture x;
static struct entry e;

#define MESSAGE "message.zh = \"x\"\nmessage.en = \"x\"\n"
static const char policy[] =
    "[policy]\nversion = \"around-1\"\n"
    "[rule THREE]\nclass = quantity\nwhen = \"held(sim, anywhere) + quantity "
    "> 2\"\nthen = reject\nreason = \"Q\"\n" MESSAGE
    "[rule TWO]\nwhen = \"sim(7d) >= 2\"\nthen = review\nby = centre\n"
    "needs = centre\nnotify = city\nreason = \"F\"\n" MESSAGE
    "[rule BANK]\nclass = statutory\nwhen = \"product == credit\"\n"
    "then = reject\nreason = \"S\"\nnotify = county\n" MESSAGE
    "[rule AGAIN]\nwhen = \"product == bank2 and rejects(7d) >= 1\"\n"
    "then = review\nreason = \"A\"\n" MESSAGE
    "[rule CROWD]\nclass = context\nwhen = \"outlet_cards(today) >= 4\"\n"
    "then = tell\nnotify = county\nreason = \"C\"\n"
    "[rule TRIAL]\nshadow = true\nwhen = \"bank(7d) >= 1\"\nthen = review\n"
    "notify = city\nreason = \"T\"\n" MESSAGE;

static void
setup(void)
{

	fixture_open(&x, policy);
}

static void
teardown(void)
{

	fixture_close(&x);
}

/* The entry that was written last. */
static const struct entry *
last(void)
{

	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	return (&e);
}

/* A check with an older document named. */
static int
also(int who, int older, int product, const char *txn)
{
	char id[19];

	applicant(&x, "ctel", "1", who, product, txn);
	fixture_id(id, older);
	withn(&x, WIRE_T_PREV_ID_TYPE, LK_ID_RESIDENT);
	with(&x, WIRE_T_PREV_ID_NO, id);
	cr_assert_eq(answer(&x), 0);
	return ((int)num(&x, WIRE_T_DECISION));
}

/* A SIM at an outlet, issued. */
static void
sim(int who, const char *outlet, const char *txn)
{
	char id[40];

	cr_assert_geq(check(&x, "ctel", outlet, who, LK_PRODUCT_SIM, txn), 0);
	confirm(&x, decision_id(&x, id), txn);
}

CASE(around, an_older_document_is_counted)
{
	sim(1, "1", "a");
	cr_expect_eq(check(&x, "ctel", "2", 2, LK_PRODUCT_SIM, "b"), LK_PASS);
	cr_expect_eq(also(3, 1, LK_PRODUCT_SIM, "c"), LK_REVIEW);
	cr_expect_eq(last()->flags & (ENTRY_F_LINKED | ENTRY_F_CLAIMED),
	    ENTRY_F_LINKED | ENTRY_F_CLAIMED);
	cr_expect_str_eq(last()->hits, "TWO");
}

CASE(around, a_claim_is_remembered)
{
	sim(1, "1", "a");
	sim(1, "2", "b");
	also(3, 1, LK_PRODUCT_BANK1, "c");
	/* The claim is not made again. */
	cr_expect_eq(check(&x, "ctel", "2", 3, LK_PRODUCT_SIM, "d"),
	    LK_REVIEW, "three are too many, but only he says they are his");
	cr_expect_str_eq(last()->hits, "THREE TWO");
	cr_expect_eq(last()->floor, LK_PASS);
	cr_expect_eq(last()->by, LK_BY_CENTRE);
}

/* Anybody may name anybody's number: who is named must not suffer from it. */
CASE(around, a_claim_says_nothing_of_whom_it_names)
{
	sim(3, "1", "a");
	also(3, 1, LK_PRODUCT_SIM, "b");
	cr_expect_eq(check(&x, "ctel", "2", 1, LK_PRODUCT_SIM, "c"), LK_PASS);
	cr_expect_eq(last()->flags & (ENTRY_F_LINKED | ENTRY_F_CLAIMED), 0);
}

/* Nor does it use up the room for what he says himself. */
CASE(around, claims_leave_room_for_his_own)
{
	char txn[16];
	int i;

	for (i = 10; i < 15; i++) {
		snprintf(txn, sizeof(txn), "c%d", i);
		also(i, 1, LK_PRODUCT_BANK1, txn);
	}
	sim(2, "1", "a");
	also(1, 2, LK_PRODUCT_BANK1, "b");
	cr_expect_eq(check(&x, "ctel", "2", 1, LK_PRODUCT_SIM, "c"),
	    LK_REVIEW);
	cr_expect_str_eq(last()->hits, "TWO");
}

CASE(around, a_claim_alone_never_refuses)
{
	sim(1, "1", "a");
	sim(1, "2", "b");
	cr_expect_eq(also(3, 1, LK_PRODUCT_SIM, "c"), LK_REVIEW);
	cr_expect_eq(last()->decision, LK_REVIEW);
	cr_expect_str_eq(last()->hits, "THREE TWO");
}

CASE(around, a_claim_does_not_soften_his_own_refusal)
{
	sim(1, "1", "a");
	sim(1, "2", "b");
	cr_expect_eq(also(1, 9, LK_PRODUCT_SIM, "c"), LK_REJECT);
	cr_expect_eq(last()->flags & (ENTRY_F_LINKED | ENTRY_F_CLAIMED), 0);
	cr_expect_eq(last()->hard, LK_PASS);
}

/* A stranger with many attempts must not crowd his own refusals out of the count. */
CASE(around, a_claim_never_makes_things_easier)
{
	char txn[16];
	int i;

	check(&x, "abank", "1", 1, LK_PRODUCT_CREDIT, "a");
	cr_expect_eq(check(&x, "abank", "1", 1, LK_PRODUCT_BANK2, "b"),
	    LK_REVIEW);
	fixture_pass(&x, 1000);
	for (i = 0; i < 64; i++) {
		snprintf(txn, sizeof(txn), "c%d", i);
		check(&x, "abank", "2", 9, LK_PRODUCT_BANK1, txn);
	}
	cr_expect_eq(also(1, 9, LK_PRODUCT_BANK2, "d"), LK_REVIEW);
	cr_expect_str_eq(last()->hits, "AGAIN");
	cr_expect_eq(last()->flags & (ENTRY_F_LINKED | ENTRY_F_CLAIMED), 0);
}

CASE(around, naming_oneself_changes_nothing)
{

	sim(1, "1", "a");
	cr_expect_eq(also(1, 1, LK_PRODUCT_SIM, "b"), LK_REVIEW);
	cr_expect_eq(last()->flags & ENTRY_F_LINKED, 0);
}

CASE(around, statutory_outcomes_are_marked)
{

	cr_expect_eq(check(&x, "abank", "1", 1, LK_PRODUCT_CREDIT, "a"),
	    LK_REJECT);
	cr_expect_eq(last()->hard, LK_REJECT);
	cr_expect_eq(last()->alert, ALERT_COUNTY);
	cr_expect_eq(last()->alert_kind, ALERT_RULE);
}

/* Find the alert of the last entry. */
static const struct record_alert *
alert(void)
{
	uint8_t key[8];

	record_seq_key(key, journal_seq(x.journal));
	return (state_get(journal_state(x.journal), RECORD_ALERT, key, 8, NULL,
	    NULL));
}

CASE(around, rules_on_trial_tell_nobody)
{

	cr_expect_eq(check(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a"),
	    LK_PASS);
	cr_expect_str_eq(last()->shadow, "TRIAL");
	cr_expect_eq(last()->alert, ALERT_NONE);
	cr_expect_null(alert());
}

CASE(around, the_gravest_rule_says_who_is_told)
{
	sim(1, "1", "a");
	check(&x, "ctel", "2", 1, LK_PRODUCT_SIM, "b");
	cr_expect_eq(last()->alert, ALERT_CITY);
	cr_assert_not_null(alert());
	cr_expect_eq(alert()->level, ALERT_CITY);
	cr_expect_eq(alert()->kind, ALERT_RULE);
	cr_expect_eq(alert()->entry, ENTRY_DECISION);
	cr_expect_str_eq(alert()->reason, "F");
	/* Once more at the same counter: who is to know knows. */
	check(&x, "ctel", "2", 1, LK_PRODUCT_SIM, "c");
	cr_expect_neq(last()->superseded, 0);
	cr_expect_eq(last()->alert, ALERT_NONE);
	/* A dry run raises nothing. */
	applicant(&x, "ctel", "3", 1, LK_PRODUCT_SIM, "d");
	withn(&x, WIRE_T_FLAGS, LK_F_DRY_RUN);
	cr_expect_eq(answer(&x), 0);
	cr_expect_eq(last()->alert, ALERT_NONE);
}

/* Whoever asks twice with a harmless request first is told of all the same. */
CASE(around, what_is_new_at_the_same_counter_is_told)
{
	sim(1, "1", "a");
	cr_expect_eq(check(&x, "ctel", "1", 3, LK_PRODUCT_SIM, "b"), LK_PASS);
	cr_expect_eq(last()->alert, ALERT_NONE);
	cr_expect_eq(also(3, 1, LK_PRODUCT_SIM, "c"), LK_REVIEW);
	cr_expect_neq(last()->superseded, 0);
	cr_expect_eq(last()->alert, ALERT_CITY);
	cr_expect_eq(last()->alert_kind, ALERT_RULE);
	also(3, 1, LK_PRODUCT_SIM, "d");
	cr_expect_neq(last()->superseded, 0);
	cr_expect_eq(last()->alert, ALERT_NONE);
	also(3, 1, LK_PRODUCT_SIM, "e");
	cr_expect_eq(last()->alert, ALERT_NONE);
}

/* That a card was issued is news, whatever was asked before. */
CASE(around, what_was_issued_on_a_hold_is_told)
{
	char id[19];

	sim(1, "1", "a");
	cr_expect_eq(also(3, 1, LK_PRODUCT_SIM, "b"), LK_REVIEW);
	applicant(&x, "ctel", "1", 3, LK_PRODUCT_SIM, "c");
	fixture_id(id, 1);
	withn(&x, WIRE_T_PREV_ID_TYPE, LK_ID_RESIDENT);
	with(&x, WIRE_T_PREV_ID_NO, id);
	withn(&x, WIRE_T_FLAGS, LK_F_POSTHOC);
	cr_assert_eq(answer(&x), 0);
	cr_expect_neq(last()->superseded, 0);
	cr_expect_eq(last()->decision, LK_REVIEW);
	cr_expect_eq(last()->alert, ALERT_COUNTY);
	cr_expect_eq(last()->alert_kind, ALERT_OVERRIDE);
}

CASE(around, what_was_issued_against_the_decision_is_told)
{
	char id[40];

	cr_expect_eq(check(&x, "abank", "1", 1, LK_PRODUCT_CREDIT, "a"),
	    LK_REJECT);
	cr_expect_eq(confirm(&x, decision_id(&x, id), "c1"), LK_E_STATE);
	cr_expect_eq(last()->alert, ALERT_COUNTY);
	cr_expect_eq(last()->alert_kind, ALERT_OVERRIDE);
	cr_expect_not_null(alert());
}

CASE(around, what_was_issued_while_nobody_could_be_asked_is_told)
{
	sim(1, "1", "a");
	fixture_pass(&x, 3600 * 1000);
	applicant(&x, "ctel", "2", 1, LK_PRODUCT_SIM, "b");
	withn(&x, WIRE_T_FLAGS, LK_F_POSTHOC);
	withn(&x, WIRE_T_OPENED_MS, x.wall - 60000);
	cr_expect_eq(answer(&x), 0);
	cr_expect_eq(last()->decision, LK_REVIEW);
	cr_expect_eq(last()->alert, ALERT_CITY, "the rule tells the city");
	sim(2, "1", "c");
	applicant(&x, "abank", "2", 3, LK_PRODUCT_CREDIT, "d");
	withn(&x, WIRE_T_FLAGS, LK_F_POSTHOC);
	withn(&x, WIRE_T_OPENED_MS, x.wall - 60000);
	cr_expect_eq(answer(&x), 0);
	cr_expect_eq(last()->alert_kind, ALERT_RULE);
}

CASE(around, a_tellers_alarm_is_told)
{

	ask(&x, WIRE_REPORT);
	with(&x, WIRE_T_INSTITUTION, "abank");
	with(&x, WIRE_T_BRANCH, "1");
	with(&x, WIRE_T_TELLER, "t1");
	withn(&x, WIRE_T_REASON_CODE, LK_REPORT_COERCED);
	cr_expect_eq(answer(&x), 0);
	cr_expect_eq(last()->alert, ALERT_CITY);
	cr_expect_eq(last()->alert_kind, ALERT_TELLER);
	cr_assert_not_null(alert());
	cr_expect_eq(alert()->outlet, names_find(journal_names(x.journal),
	    NAME_OUTLET, "abank", "1"));
}

/* How many persons stand in the record of the contact phone of the last check? */
static size_t
users(void)
{
	uint8_t key[RECORD_SEEN_KEY];
	size_t len;

	record_shared_key(key, SHARED_PHONE, &last()->phone);
	if (state_get(journal_state(x.journal), RECORD_SHARED, key,
	    sizeof(key), &len, NULL) == NULL)
		return (0);
	return (len / sizeof(struct shared_use));
}

CASE(around, who_shares_a_phone_is_noted_once)
{
	char txn[16];
	int i;

	for (i = 0; i < 6; i++) {
		snprintf(txn, sizeof(txn), "t%d", i);
		applicant(&x, "ctel", "1", i / 2, LK_PRODUCT_FIXED, txn);
		with(&x, WIRE_T_PHONE, i % 2 ? "13800001111" :
		    "+86 138 0000 1111");
		cr_assert_eq(answer(&x), 0);
		cr_expect_eq(users(), (size_t)i / 2 + 1);
	}
	applicant(&x, "ctel", "1", 9, LK_PRODUCT_FIXED, "dry");
	with(&x, WIRE_T_PHONE, "13800001111");
	withn(&x, WIRE_T_FLAGS, LK_F_DRY_RUN);
	cr_assert_eq(answer(&x), 0);
	cr_expect_eq(users(), 3);
}

/* The days of an outlet. */
static const struct outletday *
days(const char *inst, const char *outlet)
{
	uint8_t key[4];

	record_outlet_key(key, names_find(journal_names(x.journal),
	    NAME_OUTLET, inst, outlet));
	return (state_get(journal_state(x.journal), RECORD_OUTLET, key,
	    sizeof(key), NULL, NULL));
}

CASE(around, an_outlets_days_count_what_was_issued)
{
	const int today = (int)(FIXTURE_START / 1000 + 8 * 3600) / 86400;
	char id[40];

	cr_expect_eq(check(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a"),
	    LK_PASS);
	cr_expect_null(days("abank", "1"), "asked for is not issued");
	confirm(&x, decision_id(&x, id), "c1");
	cr_assert_not_null(days("abank", "1"));
	cr_expect_eq(outletday_sum(days("abank", "1"), today, 1, 0), 1);
	/* Twice told is once issued. */
	confirm(&x, id, "c1");
	cr_expect_eq(outletday_sum(days("abank", "1"), today, 1, 0), 1);
	fixture_pass(&x, 86400 * 1000);
	check(&x, "abank", "1", 2, LK_PRODUCT_BANK2, "b");
	confirm(&x, decision_id(&x, id), "c2");
	cr_expect_eq(outletday_sum(days("abank", "1"), today + 1, 1, 0), 1);
	cr_expect_eq(outletday_sum(days("abank", "1"), today + 1, 2, 0), 2);
	/* Applicants of the outlet's own area are not from elsewhere. */
	cr_expect_eq(outletday_sum(days("abank", "1"), today + 1, 2, 1), 0);
	/* A payment account is no card. */
	check(&x, "abank", "1", 3, LK_PRODUCT_PAYMENT, "p");
	confirm(&x, decision_id(&x, id), "c3");
	cr_expect_eq(outletday_sum(days("abank", "1"), today + 1, 2, 0), 2);
}

CASE(around, an_unusual_day_of_an_outlet_is_told_once)
{
	char txn[16];
	int i;

	for (i = 1; i <= 3; i++) {
		snprintf(txn, sizeof(txn), "t%d", i);
		sim(i, "1", txn);
	}
	cr_expect_eq(check(&x, "ctel", "1", 4, LK_PRODUCT_SIM, "a"), LK_PASS,
	    "the applicant is not held up");
	cr_expect_str_eq(last()->hits, "");
	cr_expect_str_eq(last()->shadow, "CROWD");
	cr_expect_eq(last()->needs, 0);
	cr_expect_eq(last()->alert, ALERT_COUNTY);
	cr_expect_eq(last()->alert_kind, ALERT_UNUSUAL);
	cr_assert_not_null(alert());
	cr_expect_eq(check(&x, "ctel", "1", 5, LK_PRODUCT_SIM, "b"), LK_PASS);
	cr_expect_str_eq(last()->shadow, "CROWD");
	cr_expect_eq(last()->alert, ALERT_NONE, "told already");
	/* Another day is another matter. */
	fixture_pass(&x, 86400 * 1000);
	for (i = 6; i <= 8; i++) {
		snprintf(txn, sizeof(txn), "t%d", i);
		sim(i, "1", txn);
	}
	check(&x, "ctel", "1", 9, LK_PRODUCT_SIM, "c");
	cr_expect_eq(last()->alert_kind, ALERT_UNUSUAL);
}
