#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/identity.h"
#include "store/entry.h"
#include "store/journal.h"

#include "fixture.h"

/* Reviews, alarms, intake, the clock and the sandbox. */

static struct fixture x;
static char id[40], buf[1100];

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

/* A check that the branch itself may clear: second visit of the day. */
static void
held_by_counter(int person)
{
	char t1[32], t2[32];

	snprintf(t1, sizeof(t1), "h%d", person);
	snprintf(t2, sizeof(t2), "i%d", person);
	check(&x, "abank", "001", person, LK_PRODUCT_BANK1, t1);
	cr_assert_eq(check(&x, "abank", "002", person, LK_PRODUCT_BANK2, t2),
	    LK_REVIEW);
	cr_assert_eq(num(&x, WIRE_T_BY), LK_BY_COUNTER);
	cr_assert_eq(num(&x, WIRE_T_STANDING), LK_STANDING_OPEN);
	decision_id(&x, id);
}

/* A check that only the centre may clear: three institutions. */
static void
held_by_centre(int person)
{
	char t[3][32];
	int i;

	for (i = 0; i < 3; i++)
		snprintf(t[i], sizeof(t[i]), "c%d-%d", person, i);
	check(&x, "abank", "001", person, LK_PRODUCT_BANK1, t[0]);
	confirm(&x, decision_id(&x, id), t[0]);
	check(&x, "bbank", "001", person, LK_PRODUCT_BANK1, t[1]);
	confirm(&x, decision_id(&x, id), t[1]);
	cr_assert_eq(check(&x, "ctel", "001", person, LK_PRODUCT_SIM, t[2]),
	    LK_REVIEW);
	cr_assert_eq(num(&x, WIRE_T_BY), LK_BY_CENTRE);
	decision_id(&x, id);
}

/* Resolve at the counter. */
static int
resolve(int outcome, uint32_t evidence, const char *teller, const char *second)
{

	ask(&x, WIRE_RESOLVE);
	with(&x, WIRE_T_DECISION_ID, id);
	withn(&x, WIRE_T_OUTCOME, outcome);
	withn(&x, WIRE_T_EVIDENCE, evidence);
	with(&x, WIRE_T_TELLER, teller);
	with(&x, WIRE_T_SECOND_TELLER, second);
	return (answer(&x));
}

/* The centre's word. */
static int
decide(int outcome, int days)
{

	ask(&x, WIRE_DECIDE);
	with(&x, WIRE_T_DECISION_ID, id);
	withn(&x, WIRE_T_OUTCOME, outcome);
	with(&x, WIRE_T_DECIDED_BY, "officer-7");
	with(&x, WIRE_T_NOTE, "case 17: employer confirmed");
	if (days > 0)
		withn(&x, WIRE_T_CLEAR_DAYS, days);
	return (answer(&x));
}

CASE(desk, counter_needs_evidence_and_a_second_person)
{
	held_by_counter(1);
	cr_assert_eq(resolve(LK_RESOLVE_APPROVE, 0, "a", "b"), LK_E_STATE);
	cr_assert_eq(resolve(LK_RESOLVE_APPROVE, LK_NEED_PURPOSE_PROOF, "a",
	    "a"), LK_E_ARG);
	cr_assert_eq(resolve(LK_RESOLVE_APPROVE, LK_NEED_PURPOSE_PROOF, "a",
	    ""), LK_E_ARG);
	cr_assert_eq(confirm(&x, id, "early"), LK_E_STATE,
	    "issued before it was cleared: recorded, but an override");
	held_by_counter(2);
	cr_assert_eq(resolve(LK_RESOLVE_APPROVE, LK_NEED_PURPOSE_PROOF, "a",
	    "b"), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_STANDING), LK_STANDING_APPROVED);
	cr_assert_eq(num(&x, WIRE_T_ALLOWED), LK_PASS);
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_REVIEW,
	    "the decision itself never changes");
	cr_assert_eq(confirm(&x, id, "6222"), LK_OK);
	cr_assert_eq(resolve(LK_RESOLVE_DENY, 0, "a", "b"), LK_E_STATE,
	    "only once");
}

CASE(desk, denial_frees_the_reservation)
{
	held_by_counter(3);
	cr_assert_eq(resolve(LK_RESOLVE_DENY, 0, "a", ""), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_STANDING), LK_STANDING_DENIED);
	cr_assert_eq(confirm(&x, id, "6222"), LK_E_STATE);
}

CASE(desk, only_the_centre_clears_the_centres_cases)
{
	held_by_centre(4);
	cr_assert_eq(resolve(LK_RESOLVE_APPROVE, 0x3f, "a", "b"),
	    LK_E_DENIED);
	x.grant[3].rights &= ~RIGHT_DESK;
	cr_assert_eq(decide(LK_RESOLVE_APPROVE, 0), LK_E_DENIED);
	x.grant[3].rights |= RIGHT_DESK;
	cr_assert_eq(decide(LK_RESOLVE_APPROVE, 0), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_STANDING), LK_STANDING_APPROVED);
	cr_assert_eq(confirm(&x, id, "139"), LK_OK);
}

CASE(desk, a_clearance_is_dated_and_counted)
{
	struct entry e;

	held_by_centre(5);
	cr_assert_eq(decide(LK_RESOLVE_APPROVE, 30), LK_OK);
	confirm(&x, id, "139");
	/* The next check at any institution is lifted, once. */
	cr_assert_eq(check(&x, "bbank", "009", 5, LK_PRODUCT_BANK2, "n1"),
	    LK_PASS);
	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	cr_assert(e.flags & ENTRY_F_CLEARED);
	cr_assert_str_eq(e.hits, "");
	cr_assert_not_null(strstr(e.lifted, "HF-3"));
	cr_assert_eq(check(&x, "abank", "009", 5, LK_PRODUCT_BANK2, "n2"),
	    LK_REVIEW, "its count is used up");
	held_by_centre(6);
	cr_assert_eq(decide(LK_RESOLVE_APPROVE, 1), LK_OK);
	confirm(&x, id, "140");
	fixture_pass(&x, 86400000);
	cr_assert_eq(check(&x, "bbank", "009", 6, LK_PRODUCT_BANK2, "n3"),
	    LK_REVIEW, "its day is over");
}

CASE(desk, a_review_lapses)
{
	held_by_centre(7);
	fixture_pass(&x, INT64_C(72) * 3600 * 1000);
	ask(&x, WIRE_REVIEW);
	with(&x, WIRE_T_DECISION_ID, id);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_STANDING), LK_STANDING_EXPIRED);
	cr_assert_eq(decide(LK_RESOLVE_APPROVE, 0), LK_E_STATE);
}

CASE(desk, alarms_are_recorded)
{
	struct entry e;

	held_by_counter(8);
	ask(&x, WIRE_REPORT);
	with(&x, WIRE_T_DECISION_ID, id);
	withn(&x, WIRE_T_REASON_CODE, LK_REPORT_COACHED);
	with(&x, WIRE_T_TELLER, "t09");
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	cr_assert_eq(e.kind, ENTRY_REPORT);
	cr_assert_eq(e.code, LK_REPORT_COACHED);
	cr_assert_str_eq(e.outlet, "002");
	ask(&x, WIRE_REPORT);
	with(&x, WIRE_T_INSTITUTION, "abank");
	with(&x, WIRE_T_BRANCH, "003");
	withn(&x, WIRE_T_REASON_CODE, LK_REPORT_GROUP);
	with(&x, WIRE_T_TELLER, "t09");
	cr_assert_eq(answer(&x), LK_OK, "about no decision in particular");
	ask(&x, WIRE_REPORT);
	with(&x, WIRE_T_INSTITUTION, "abank");
	withn(&x, WIRE_T_REASON_CODE, 88);
	cr_assert_eq(answer(&x), LK_E_ARG);
}

/* Tell of an opening (kind 1) or closing (2). */
static int
intake(int kind, int person, int product, const char *card, int64_t at,
    int date_only)
{
	char no[19];

	fixture_id(no, person);
	ask(&x, WIRE_INTAKE);
	with(&x, WIRE_T_INSTITUTION, "ctel");
	with(&x, WIRE_T_BRANCH, "old");
	withn(&x, WIRE_T_INTAKE_KIND, kind);
	withn(&x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	with(&x, WIRE_T_ID_NO, no);
	withn(&x, WIRE_T_PRODUCT, product);
	with(&x, WIRE_T_CARD_REF, card);
	withn(&x, WIRE_T_EVENT_MS, at);
	withn(&x, WIRE_T_DATE_ONLY, date_only);
	return (answer(&x));
}

CASE(desk, intake_loads_history)
{
	char card[32];
	uint64_t seq;
	int i;

	for (i = 0; i < 5; i++) {
		snprintf(card, sizeof(card), "139-%d", i);
		cr_assert_eq(intake(1, 9, LK_PRODUCT_SIM, card,
		    FIXTURE_START - INT64_C(86400000) * (300 - 50 * i), 0),
		    LK_OK);
	}
	seq = journal_seq(x.journal);
	cr_assert_eq(intake(1, 9, LK_PRODUCT_SIM, "1390", FIXTURE_START, 0),
	    LK_OK);
	cr_assert_eq(journal_seq(x.journal), seq, "told twice, taken once");
	cr_assert_eq(check(&x, "ctel", "s1", 9, LK_PRODUCT_SIM, "a"),
	    LK_REJECT);
	cr_assert_eq(intake(2, 9, LK_PRODUCT_SIM, "1393", FIXTURE_START, 0),
	    LK_OK);
	cr_assert_eq(check(&x, "ctel", "s1", 9, LK_PRODUCT_SIM, "b"),
	    LK_PASS);
	cr_assert_eq(intake(2, 9, LK_PRODUCT_SIM, "777", FIXTURE_START, 0),
	    LK_E_STATE);
	x.grant[3].rights &= ~RIGHT_INTAKE;
	cr_assert_eq(intake(1, 9, LK_PRODUCT_SIM, "888", FIXTURE_START, 0),
	    LK_E_DENIED);
}

CASE(desk, known_by_date_only_triggers_no_short_window)
{
	cr_assert_eq(intake(1, 10, LK_PRODUCT_SIM, "1", FIXTURE_START, 1),
	    LK_OK);
	cr_assert_eq(check(&x, "abank", "001", 10, LK_PRODUCT_BANK1, "a"),
	    LK_PASS);
	cr_assert_eq(intake(1, 11, LK_PRODUCT_SIM, "2", FIXTURE_START, 0),
	    LK_OK);
	cr_assert_eq(check(&x, "abank", "001", 11, LK_PRODUCT_BANK1, "b"),
	    LK_REVIEW);
}

/* The clock: no reservation or window gains or loses by a step. */
CASE(desk, wall_clock_an_hour_back)
{
	struct entry e;

	held_by_counter(12);
	x.wall -= 3600 * 1000;
	fixture_pass(&x, 29 * 60 * 1000);
	cr_assert_eq(check(&x, "abank", "001", 12, LK_PRODUCT_BANK1, "z"),
	    LK_REVIEW);
	cr_assert_eq(num(&x, WIRE_T_TIME_MS), FIXTURE_START + 29 * 60 * 1000);
	cr_assert(num(&x, WIRE_T_RESULT_FLAGS) & LK_R_CLOCK);
	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	cr_assert(e.flags & ENTRY_F_CLOCK, "the entry says so");
	fixture_reopen(&x);
	cr_assert_eq(check(&x, "abank", "001", 13, LK_PRODUCT_BANK1, "y"),
	    LK_PASS);
	cr_assert_geq(num(&x, WIRE_T_TIME_MS), FIXTURE_START + 29 * 60 * 1000,
	    "time never falls, over a restart neither");
}

CASE(desk, wall_clock_a_week_ahead)
{
	struct entry e;

	check(&x, "abank", "001", 14, LK_PRODUCT_BANK1, "a");
	decision_id(&x, id);
	x.wall += INT64_C(7) * 86400 * 1000;
	fixture_pass(&x, 60 * 1000);
	cr_assert_eq(confirm(&x, id, "6222"), LK_OK,
	    "the reservation has not lapsed");
	cr_assert_eq(check(&x, "abank", "002", 14, LK_PRODUCT_BANK2, "b"),
	    LK_REVIEW, "and today is still today");
	cr_assert_eq(num(&x, WIRE_T_TIME_MS), FIXTURE_START + 60 * 1000);
	/* A restart in the same boot does not believe it either. */
	fixture_reopen(&x);
	cr_assert_eq(check(&x, "abank", "003", 15, LK_PRODUCT_BANK2, "c"),
	    LK_PASS);
	cr_assert_eq(num(&x, WIRE_T_TIME_MS), FIXTURE_START + 60 * 1000);
	/* An operator who has looked at it does. */
	ask(&x, WIRE_CLOCK);
	with(&x, WIRE_T_DECIDED_BY, "op");
	with(&x, WIRE_T_NOTE, "machine was suspended");
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	cr_assert_eq(e.kind, ENTRY_CLOCK);
	check(&x, "abank", "003", 16, LK_PRODUCT_BANK2, "d");
	cr_assert_eq(num(&x, WIRE_T_TIME_MS), x.wall);
	cr_assert_not(num(&x, WIRE_T_RESULT_FLAGS) & LK_R_CLOCK);
}

CASE(desk, status_tells)
{
	check(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	ask(&x, WIRE_STATUS);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_READY), 1);
	cr_assert_eq(num(&x, WIRE_T_CHECKS), 1);
	cr_assert_str_eq(str(&x, WIRE_T_NODE, buf), "t1");
	ask(&x, 99);
	cr_assert_eq(answer(&x), LK_E_UNSUPPORTED);
}

/* A magic number of the sandbox. */
static int
magic(int code)
{
	char no[32], txn[32];

	snprintf(no, sizeof(no), "00000019900101%03d", code);
	no[17] = identity_check_digit(no);
	no[18] = '\0';
	snprintf(txn, sizeof(txn), "m%d", code);
	ask(&x, WIRE_CHECK);
	with(&x, WIRE_T_INSTITUTION, "abank");
	with(&x, WIRE_T_BRANCH, "001");
	with(&x, WIRE_T_TELLER, "t");
	with(&x, WIRE_T_TXN_ID, txn);
	withn(&x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	withn(&x, WIRE_T_PRODUCT, LK_PRODUCT_BANK1);
	with(&x, WIRE_T_ID_NO, no);
	return (answer(&x));
}

CASE(desk, sandbox_gives_every_answer)
{
	static const int decisions[] = { LK_PASS, LK_LIMIT, LK_REVIEW,
		LK_REVIEW, LK_REVIEW, LK_REJECT };
	int i;

	x.options.sandbox = 1;
	fixture_reopen(&x);
	for (i = 0; i < 6; i++) {
		cr_assert_eq(magic(1 + i), LK_OK);
		cr_assert_eq(num(&x, WIRE_T_DECISION), decisions[i]);
		cr_assert(num(&x, WIRE_T_RESULT_FLAGS) & LK_R_SANDBOX);
	}
	for (i = 0; i < 6; i++) {
		cr_assert_eq(magic(11 + i), LK_OK);
		cr_assert_eq(num(&x, WIRE_T_NEEDS), 1 << i);
	}
	for (i = 1; i <= 20; i++)
		cr_assert_eq(magic(100 + i), -i);
	magic(201);
	cr_assert(x.done.drop);
	magic(202);
	cr_assert_gt(x.done.delay_ms, 0);
}
