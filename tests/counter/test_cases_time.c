#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "store/entry.h"
#include "store/journal.h"

#include "deskkit.h"

/* Cases that nobody answers, alerts, joined documents, and many of them. */

#define TTL (INT64_C(72) * 3600 * 1000)

static const char refuse_late[] =
    "[policy]\nversion = \"late-1\"\nreview_timeout = deny\n"
    "[rule ALL]\nwhen = \"product == bank1\"\nthen = review\n"
    "by = centre\nneeds = centre\nreason = \"ALL\"\nnotify = city\n"
    "message.zh = \"x\"\nmessage.en = \"x\"\n";

static struct fixture x;
static struct deskkit k;
static char buf[1100];

static void
setup(void)
{

	deskkit_open(&k, &x, NULL);
}

static void
teardown(void)
{

	fixture_close(&x);
}

static int
say(int who, enum staffnote_action action, uint64_t entry, const char *detail)
{

	return (deskkit_say(&x, &k, who, action, entry, detail));
}

static const struct entry *
entry(uint64_t seq)
{
	static struct entry e;

	cr_assert_eq(journal_read(x.journal, seq, &e), 0);
	return (&e);
}

/* A second of the daemon's, and its entries durable. */
static void
tick(void)
{
	const struct counter_load load = { 0 };

	counter_tick(x.counter, &load);
	ask(&x, WIRE_STATUS);
	cr_assert_eq(answer(&x), LK_OK);
}

static void
refused(int code, int want, const char *zh)
{

	cr_assert_eq(code, want, "%d %s", code, str(&x, WIRE_T_MESSAGE, buf));
	cr_assert_not_null(strstr(str(&x, WIRE_T_MESSAGE, buf), zh), "%s",
	    buf);
}

/* How the decision stands. */
static int
standing(const char *id)
{

	ask(&x, WIRE_REVIEW);
	with(&x, WIRE_T_DECISION_ID, id);
	cr_assert_eq(answer(&x), LK_OK);
	return ((int)num(&x, WIRE_T_STANDING));
}

CASE(late, a_case_is_given_up_at_its_very_millisecond)
{
	uint64_t seq = deskkit_hold(&x, 1), end;
	int64_t due = num(&x, WIRE_T_DUE_MS);
	char id[40];

	decision_id(&x, id);
	cr_assert_eq(due, FIXTURE_START + TTL);
	cr_assert_eq(say(D_LIN, STAFFNOTE_TAKE, seq, NULL), LK_OK);
	tick();
	end = journal_seq(x.journal);
	fixture_pass(&x, due - x.wall - 1);
	tick();
	cr_assert_eq(journal_seq(x.journal), end);
	cr_assert_eq(standing(id), LK_STANDING_TAKEN);
	/* The tick is still to come, and it is too late all the same. */
	refused(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_E_STATE, "期限");
	cr_assert_eq(x.wall, due);
	cr_assert_eq(standing(id), LK_STANDING_EXPIRED);
	cr_assert_eq(num(&x, WIRE_T_ALLOWED), LK_REVIEW, "never PASS");
	tick();
	cr_assert_eq(entry(end + 1)->kind, ENTRY_REVIEW);
	cr_assert_eq(entry(end + 1)->code, REVIEW_TIMEOUT);
	cr_assert_eq(entry(end + 1)->ref, seq);
	cr_assert_eq(entry(end + 1)->decision, LK_REVIEW);
	cr_assert_eq(entry(end + 1)->alert, ALERT_COUNTY);
	cr_assert_eq(entry(end + 1)->alert_kind, ALERT_CASE);
	cr_assert_str_eq(entry(end + 1)->inst, "ctel");
	cr_assert_eq(entry(end + 1)->area, 330100);
	cr_assert_eq(standing(id), LK_STANDING_EXPIRED);
	end = journal_seq(x.journal);
	tick();
	cr_assert_eq(journal_seq(x.journal), end, "once");
	deskkit_read(&x, &k, WIRE_DESK_ALERTS);
	cr_assert_eq(atoi(deskkit_field(&k, k.n - 1, 3)), ALERT_CASE);
	cr_assert_str_eq(deskkit_field(&k, k.n - 1, 10), "HF3");
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 0);
	/* What was reserved is free again. */
	cr_assert_eq(check(&x, "abank", "009", 1, LK_PRODUCT_BANK2, "n"),
	    LK_PASS);
}

CASE(late, what_was_answered_is_left_alone)
{
	uint64_t seq = deskkit_hold(&x, 1), end;
	int64_t due = num(&x, WIRE_T_DUE_MS);

	cr_assert_eq(say(D_LIN, STAFFNOTE_DENY, seq, NULL), LK_OK);
	fixture_pass(&x, due - x.wall + 5);
	end = journal_seq(x.journal);
	tick();
	cr_assert_eq(journal_seq(x.journal), end);
}

CASE(late, after_a_restart_the_overdue_ones_follow)
{
	uint64_t end;
	int i, n = 0;

	for (i = 0; i < 5; i++)
		deskkit_hold(&x, 10 + i);
	fixture_pass(&x, TTL);
	fixture_reopen(&x);
	end = journal_seq(x.journal);
	tick();
	cr_assert_eq(journal_seq(x.journal), end + 5);
	while (++end <= journal_seq(x.journal))
		n += entry(end)->code == REVIEW_TIMEOUT;
	cr_assert_eq(n, 5);
	fixture_reopen(&x);
	end = journal_seq(x.journal);
	tick();
	cr_assert_eq(journal_seq(x.journal), end);
}

Test(late, the_policy_may_have_them_refused)
{
	uint64_t end;
	char id[40];

	deskkit_open(&k, &x, refuse_late);
	cr_assert_eq(check(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a"),
	    LK_REVIEW);
	decision_id(&x, id);
	end = journal_seq(x.journal);
	cr_assert_eq(entry(end)->alert, ALERT_CITY);
	fixture_pass(&x, TTL);
	tick();
	cr_assert_eq(entry(end + 1)->code, REVIEW_TIMEOUT);
	cr_assert_eq(entry(end + 1)->decision, LK_REJECT);
	cr_assert_eq(standing(id), LK_STANDING_DENIED);
	cr_assert_neq(num(&x, WIRE_T_ALLOWED), LK_PASS);
	fixture_close(&x);
}

/* Many at once: pages, and not too many entries in one tick. */
Test(late, a_thousand_wait)
{
	uint64_t before, end;
	char txn[32];
	int i;

	deskkit_open(&k, &x, refuse_late);
	x.options.checks_per_minute = x.options.persons_per_day = 0;
	fixture_reopen(&x);
	for (i = 0; i < 1100; i++) {
		snprintf(txn, sizeof(txn), "m%d", i);
		cr_assert_eq(check(&x, "abank", "001", i, LK_PRODUCT_BANK1,
		    txn), LK_REVIEW);
	}
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 1100);
	cr_assert_gt(k.pages, 10);
	for (i = 1; i < 1100; i++)
		cr_assert_gt(strtoull(k.line[i], NULL, 10),
		    strtoull(k.line[i - 1], NULL, 10), "in order, none twice");
	/* Those in the middle are closed: the pages close up. */
	for (i = 100; i < 300; i++)
		cr_assert_eq(say(D_LIN, STAFFNOTE_DENY, strtoull(k.line[i],
		    NULL, 10), NULL), LK_OK);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 900);
	deskkit_read(&x, &k, WIRE_DESK_ALERTS);
	cr_assert_eq(k.n, 900, "each raised one, which went with it");
	ask(&x, WIRE_STATUS);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_OPEN_CASES), 900);
	cr_assert_eq(num(&x, WIRE_T_OPEN_ALERTS), 900);
	fixture_pass(&x, TTL);
	fixture_reopen(&x);
	before = end = journal_seq(x.journal);
	for (i = 0; i < 20; i++, end = journal_seq(x.journal)) {
		tick();
		cr_assert_leq(journal_seq(x.journal) - end, 128);
	}
	cr_assert_eq(journal_seq(x.journal) - before, 900);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 0);
	fixture_close(&x);
}

Test(alerts, are_taken_once_and_closed)
{
	uint64_t seq, end;

	deskkit_open(&k, &x, refuse_late);
	check(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	seq = journal_seq(x.journal);
	refused(say(D_HE, STAFFNOTE_ALERT_TAKE, seq, NULL), LK_E_DENIED,
	    "alert");
	refused(say(D_LIN, STAFFNOTE_ALERT_TAKE, seq - 1, NULL), LK_E_STATE,
	    "没有");
	cr_assert_eq(say(D_LIN, STAFFNOTE_ALERT_TAKE, seq, NULL), LK_OK, "%s",
	    str(&x, WIRE_T_MESSAGE, buf));
	end = journal_seq(x.journal);
	cr_assert_eq(num(&x, WIRE_T_SEQ), (int64_t)end);
	cr_assert_eq(entry(end)->kind, ENTRY_ALERT);
	cr_assert_eq(entry(end)->code, ALERT_STEP_TAKE);
	cr_assert_eq(entry(end)->ref, seq);
	cr_assert_str_eq(entry(end)->inst, "abank");
	cr_assert_str_eq(entry(end)->decided_by, "lin");
	cr_assert_eq(say(D_LIN, STAFFNOTE_ALERT_TAKE, seq, NULL), LK_OK);
	cr_assert_eq(journal_seq(x.journal), end, "his already");
	refused(say(D_WU, STAFFNOTE_ALERT_TAKE, seq, NULL), LK_E_STATE,
	    "lin");
	deskkit_read(&x, &k, WIRE_DESK_ALERTS);
	cr_assert_eq(k.n, 1);
	cr_assert_str_eq(deskkit_field(&k, 0, 11), "lin");
	cr_assert_str_neq(deskkit_field(&k, 0, 12), "0");
	fixture_pass(&x, 10);
	fixture_reopen(&x);
	cr_assert_eq(say(D_WU, STAFFNOTE_ALERT_CLOSE, seq, NULL), LK_OK);
	cr_assert_str_eq(entry(journal_seq(x.journal))->note, "file 7");
	refused(say(D_LIN, STAFFNOTE_ALERT_CLOSE, seq, NULL), LK_E_STATE,
	    "没有");
	deskkit_read(&x, &k, WIRE_DESK_ALERTS);
	cr_assert_eq(k.n, 0);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 1, "the case waits on");
	fixture_close(&x);
}

/* Say of two persons' documents that they are one's. */
static int
link_them(int who, int one, int two, int join)
{
	char a[19], b[19];

	fixture_id(a, one);
	fixture_id(b, two);
	deskkit_ask(&x, &k, who, join ? STAFFNOTE_LINK : STAFFNOTE_UNLINK, 0,
	    NULL);
	withn(&x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	with(&x, WIRE_T_ID_NO, a);
	withn(&x, WIRE_T_PREV_ID_TYPE, LK_ID_RESIDENT);
	with(&x, WIRE_T_PREV_ID_NO, b);
	return (answer(&x));
}

/* What staff have said of two documents no claim undoes, neither way. */
CASE(links, staffs_word_outlasts_claims)
{
	char older[19], txn[16];
	int round, i;

	check(&x, "abank", "001", 2, LK_PRODUCT_BANK1, "a");
	for (round = 0; round < 2; round++) {
		cr_assert_eq(link_them(D_LIN, 1, 2, round), LK_OK);
		for (i = 0; i < 2; i++) {
			fixture_pass(&x, INT64_C(86400) * 1000);
			snprintf(txn, sizeof(txn), "c%d%d", round, i);
			applicant(&x, "bbank", "001", 1, LK_PRODUCT_FIXED, txn);
			fixture_id(older, 2);
			withn(&x, WIRE_T_PREV_ID_TYPE, LK_ID_RESIDENT);
			with(&x, WIRE_T_PREV_ID_NO, older);
			cr_assert_eq(answer(&x), LK_OK);
			cr_expect_eq(entry(journal_seq(x.journal))->flags &
			    (ENTRY_F_LINKED | ENTRY_F_CLAIMED), round == 0 ? 0 :
			    ENTRY_F_LINKED, "%s", txn);
		}
	}
}

CASE(links, join_what_two_documents_opened)
{
	char id[40];

	check(&x, "abank", "001", 1, LK_PRODUCT_BANK1, "a");
	confirm(&x, decision_id(&x, id), "1");
	fixture_pass(&x, INT64_C(2) * 86400 * 1000);
	check(&x, "bbank", "001", 2, LK_PRODUCT_BANK1, "b");
	confirm(&x, decision_id(&x, id), "2");
	fixture_pass(&x, INT64_C(2) * 86400 * 1000);
	refused(link_them(D_HE, 1, 2, 1), LK_E_DENIED, "link");
	refused(link_them(D_LIN, 1, 1, 1), LK_E_ARG, "同一个");
	cr_assert_eq(link_them(D_LIN, 1, 2, 1), LK_OK, "%s",
	    str(&x, WIRE_T_MESSAGE, buf));
	cr_assert_eq(entry(journal_seq(x.journal))->kind, ENTRY_LINK);
	cr_assert_eq(entry(journal_seq(x.journal))->code, LINK_JOIN);
	cr_assert_eq(check(&x, "ctel", "001", 1, LK_PRODUCT_SIM, "c"),
	    LK_REVIEW, "three institutions, by both documents");
	cancel(&x, decision_id(&x, id), LK_CANCEL_LEFT);
	cr_assert_eq(link_them(D_WU, 2, 1, 0), LK_OK);
	cr_assert_eq(check(&x, "ctel", "001", 1, LK_PRODUCT_SIM, "d"),
	    LK_PASS);
}

CASE(links, no_more_than_there_is_room_for)
{
	int i;

	for (i = 2; i <= 5; i++)
		cr_assert_eq(link_them(D_LIN, 1, i, 1), LK_OK);
	refused(link_them(D_LIN, 1, 6, 1), LK_E_STATE, "4");
	cr_assert_eq(link_them(D_LIN, 1, 3, 0), LK_OK, "one of the four");
}

CASE(links, staffs_word_takes_the_place_of_a_claim)
{
	char no[19], txn[16];
	int i;

	for (i = 2; i <= 5; i++) {
		snprintf(txn, sizeof(txn), "p%d", i);
		applicant(&x, "abank", "001", 1, LK_PRODUCT_BANK1, txn);
		fixture_id(no, i);
		withn(&x, WIRE_T_PREV_ID_TYPE, LK_ID_RESIDENT);
		with(&x, WIRE_T_PREV_ID_NO, no);
		cr_assert_geq(answer(&x), 0);
	}
	for (i = 6; i <= 9; i++)
		cr_assert_eq(link_them(D_LIN, 1, i, 1), LK_OK);
	refused(link_them(D_LIN, 1, 10, 1), LK_E_STATE, "4");
}

/* Who has taken a case has it from then on, whatever he does with it later. */
CASE(desk, since_when_a_case_is_somebodys)
{
	char since[32];
	uint64_t seq;

	seq = deskkit_hold(&x, 1);
	cr_assert_eq(say(D_LIN, STAFFNOTE_TAKE, seq, NULL), LK_OK);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	snprintf(since, sizeof(since), "%s", deskkit_field(&k, 0, 11));
	fixture_pass(&x, 60000);
	cr_assert_eq(say(D_LIN, STAFFNOTE_DISPATCH, seq, "East"), LK_OK);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_expect_str_eq(deskkit_field(&k, 0, 11), since);
	cr_expect_str_neq(deskkit_field(&k, 0, 12), "0");
}

/* Whoever works on a case has its alert; who decides it has closed that. */
CASE(desk, an_alert_goes_with_its_case)
{
	uint64_t seq;

	fixture_close(&x);
	deskkit_open(&k, &x, refuse_late);
	cr_assert_eq(check(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a"),
	    LK_REVIEW);
	seq = journal_seq(x.journal);
	deskkit_read(&x, &k, WIRE_DESK_ALERTS);
	cr_assert_eq(k.n, 1);
	cr_expect_str_eq(deskkit_field(&k, 0, 11), "");
	cr_assert_eq(say(D_LIN, STAFFNOTE_TAKE, seq, NULL), LK_OK);
	deskkit_read(&x, &k, WIRE_DESK_ALERTS);
	cr_assert_eq(k.n, 1);
	cr_expect_str_eq(deskkit_field(&k, 0, 11), "lin");
	fixture_pass(&x, 1000);
	cr_assert_eq(say(D_LIN, STAFFNOTE_APPROVE, seq, "clear 0 0"), LK_OK);
	deskkit_read(&x, &k, WIRE_DESK_ALERTS);
	cr_expect_eq(k.n, 0);
	/* The branch reads what holds now, not what was asked for before. */
	cr_assert_eq(check(&x, "abank", "1", 1, LK_PRODUCT_BANK1, "a"),
	    LK_REVIEW);
	cr_expect_eq(num(&x, WIRE_T_ALLOWED), LK_PASS);
	cr_expect_null(strstr(str(&x, WIRE_T_MESSAGE, buf), "x"), "%s", buf);
	cr_expect(!wire_has(&x.r, WIRE_T_NOTICE));
	/* Nobody answers: the alert stays. */
	cr_assert_eq(check(&x, "abank", "1", 2, LK_PRODUCT_BANK1, "b"),
	    LK_REVIEW);
	fixture_pass(&x, TTL + 1000);
	tick();
	deskkit_read(&x, &k, WIRE_DESK_ALERTS);
	cr_expect_eq(k.n, 2);
}
