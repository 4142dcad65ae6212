#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "store/entry.h"
#include "store/journal.h"

#include "deskkit.h"

/* What officers do with cases: each step signed, each case one officer's. */

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

/* The last entry. */
static const struct entry *
last(void)
{
	static struct entry e;

	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	return (&e);
}

/* It is refused, nothing is written, and the text says why. */
static void
refused(int code, int want, const char *zh)
{

	cr_assert_eq(code, want, "%d %s", code, str(&x, WIRE_T_MESSAGE, buf));
	cr_assert_not_null(strstr(str(&x, WIRE_T_MESSAGE, buf), zh), "%s",
	    buf);
	cr_assert(!wire_has(&x.r, WIRE_T_STANDING));
}

/* How the only open case stands, as the branch asks. */
static int
standing(void)
{
	char id[40];

	deskkit_read(&x, &k, WIRE_DESK_CASES);
	snprintf(id, sizeof(id), "%s", deskkit_field(&k, 0, 15));
	ask(&x, WIRE_REVIEW);
	with(&x, WIRE_T_DECISION_ID, id);
	cr_assert_eq(answer(&x), LK_OK);
	return ((int)num(&x, WIRE_T_STANDING));
}

CASE(cases, a_held_case_waits_at_the_desk)
{
	uint64_t seq;
	char id[40], want[32];

	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 0);
	seq = deskkit_hold(&x, 1);
	decision_id(&x, id);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 1);
	snprintf(want, sizeof(want), "%llu", (unsigned long long)seq);
	cr_assert_str_eq(deskkit_field(&k, 0, 0), want);
	cr_assert_str_eq(deskkit_field(&k, 0, 3), "1");
	cr_assert_str_eq(deskkit_field(&k, 0, 4), "10");
	cr_assert_str_eq(deskkit_field(&k, 0, 5), "ctel");
	cr_assert_str_eq(deskkit_field(&k, 0, 6), "001");
	cr_assert_str_eq(deskkit_field(&k, 0, 7), "330100");
	cr_assert_str_eq(deskkit_field(&k, 0, 8), "20");
	cr_assert_str_eq(deskkit_field(&k, 0, 9), "HF3");
	cr_assert_str_eq(deskkit_field(&k, 0, 10), "");
	cr_assert_str_eq(deskkit_field(&k, 0, 15), id);
	ask(&x, WIRE_STATUS);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_OPEN_CASES), 1);
	/* The confirm at bbank was against the decision. */
	cr_assert_eq(num(&x, WIRE_T_OPEN_ALERTS), 1);
	deskkit_read(&x, &k, WIRE_DESK_ALERTS);
	cr_assert_eq(k.n, 1);
	cr_assert_eq(atoi(deskkit_field(&k, 0, 2)), ALERT_COUNTY);
	cr_assert_eq(atoi(deskkit_field(&k, 0, 3)), ALERT_OVERRIDE);
	cr_assert_eq(atoi(deskkit_field(&k, 0, 4)), ENTRY_CONFIRM);
	cr_assert_str_eq(deskkit_field(&k, 0, 6), "bbank");
	cr_assert_str_eq(deskkit_field(&k, 0, 11), "");
	cr_assert_str_eq(deskkit_field(&k, 0, 12), "0");
}

CASE(cases, taken_by_two_at_once_it_is_the_firsts)
{
	uint64_t seq = deskkit_hold(&x, 1), end;

	cr_assert_eq(say(D_LIN, STAFFNOTE_TAKE, seq, NULL), LK_OK, "%s",
	    str(&x, WIRE_T_MESSAGE, buf));
	cr_assert_eq(num(&x, WIRE_T_STANDING), LK_STANDING_TAKEN);
	cr_assert_eq(x.done.wait_seq, journal_seq(x.journal));
	cr_assert_eq(last()->kind, ENTRY_REVIEW);
	cr_assert_eq(last()->code, REVIEW_TAKE);
	cr_assert_eq(last()->ref, seq);
	cr_assert_str_eq(last()->decided_by, "lin");
	cr_assert_str_eq(last()->note, "file 7");
	cr_assert_str_eq(last()->inst, "ctel");
	cr_assert_eq(strlen(last()->hash), 64);
	end = journal_seq(x.journal);
	refused(say(D_WU, STAFFNOTE_TAKE, seq, NULL), LK_E_STATE, "lin");
	cr_assert_not_null(strstr(buf, "2026-11-22 10:00:0"), "%s", buf);
	refused(say(D_WU, STAFFNOTE_APPROVE, seq, NULL), LK_E_STATE, "lin");
	refused(say(D_WU, STAFFNOTE_DENY, seq, NULL), LK_E_STATE, "lin");
	refused(say(D_WU, STAFFNOTE_CLOSE, seq, NULL), LK_E_STATE, "lin");
	refused(say(D_WU, STAFFNOTE_DISPATCH, seq, "三所"), LK_E_STATE, "lin");
	/* The same officer again: nothing is written, and nothing is wrong. */
	cr_assert_eq(say(D_LIN, STAFFNOTE_TAKE, seq, NULL), LK_OK);
	cr_assert_eq(journal_seq(x.journal), end);
	cr_assert_eq(standing(), LK_STANDING_TAKEN);
	cr_assert_str_eq(deskkit_field(&k, 0, 10), "lin");
}

CASE(cases, what_is_released_another_takes)
{
	uint64_t seq = deskkit_hold(&x, 1);

	refused(say(D_LIN, STAFFNOTE_RELEASE, seq, NULL), LK_E_STATE, "无人");
	cr_assert_eq(say(D_LIN, STAFFNOTE_TAKE, seq, NULL), LK_OK);
	cr_assert_eq(say(D_LIN, STAFFNOTE_RELEASE, seq, NULL), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_STANDING), LK_STANDING_OPEN);
	cr_assert_eq(say(D_WU, STAFFNOTE_TAKE, seq, NULL), LK_OK);
	/* wu has gone home: chen takes his place in two steps, both recorded. */
	cr_assert_eq(say(D_CHEN, STAFFNOTE_RELEASE, seq, NULL), LK_OK);
	cr_assert_str_eq(last()->decided_by, "chen");
	cr_assert_eq(say(D_CHEN, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_STANDING), LK_STANDING_APPROVED);
	refused(say(D_CHEN, STAFFNOTE_APPROVE, seq, NULL), LK_E_STATE, "没有");
	refused(say(D_CHEN, STAFFNOTE_RELEASE, seq, NULL), LK_E_STATE, "没有");
}

CASE(cases, people_are_sent_and_tell_what_they_found)
{
	uint64_t seq = deskkit_hold(&x, 1);

	refused(say(D_LIN, STAFFNOTE_RESULT, seq, "gone"), LK_E_STATE,
	    "尚未派员");
	cr_assert_eq(say(D_LIN, STAFFNOTE_DISPATCH, seq, "城东三所"), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_STANDING), LK_STANDING_DISPATCHED);
	cr_assert_str_eq(last()->note, "城东三所: file 7");
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_str_eq(deskkit_field(&k, 0, 3), "3");
	cr_assert_str_eq(deskkit_field(&k, 0, 10), "lin", "taken by it");
	cr_assert_str_neq(deskkit_field(&k, 0, 12), "0");
	refused(say(D_WU, STAFFNOTE_RESULT, seq, "gone"), LK_E_STATE, "lin");
	cr_assert_eq(say(D_LIN, STAFFNOTE_RESULT, seq, "persuaded"), LK_OK);
	cr_assert_eq(last()->code, REVIEW_RESULT);
	cr_assert_eq(last()->evidence, FOUND_PERSUADED);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_str_eq(deskkit_field(&k, 0, 13), "2");
	cr_assert_str_eq(deskkit_field(&k, 0, 3), "2");
	cr_assert_eq(say(D_LIN, STAFFNOTE_CLOSE, seq, NULL), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_STANDING), LK_STANDING_WITHDRAWN);
	cr_assert_eq(num(&x, WIRE_T_ALLOWED), LK_REVIEW, "never PASS");
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 0);
}

CASE(cases, a_long_team_and_a_long_reason_do_not_fit)
{
	uint64_t seq = deskkit_hold(&x, 1);
	const struct note_signer *signer = &k.signer[D_LIN];
	struct staffnote n = { .action = STAFFNOTE_DISPATCH, .entry = seq,
		.node = "t1", .origin = "t1" };
	char text[STAFFNOTE_TEXT_MAX], note[2048];
	size_t len;
	int i;

	for (i = 0; i < 2; i++) {
		fixture_pass(&x, 1);
		n.time = x.wall;
		memset(n.detail, 't', 63);
		memset(n.reason, 0, sizeof(n.reason));
		memset(n.reason, 'r', i == 0 ? 191 : 190);
		len = staffnote_print(text, &n);
		cr_assert_neq(len, 0);
		len = note_sign(note, sizeof(note) - 1, text, len, &signer, 1);
		note[len] = '\0';
		ask(&x, WIRE_STAFF);
		with(&x, WIRE_T_STATEMENT, note);
		if (i == 0)
			refused(answer(&x), LK_E_ARG, "过长");
		else
			cr_assert_eq(answer(&x), LK_OK);
	}
	cr_assert_eq(strlen(last()->note), 255);
}

CASE(cases, a_denial_frees_what_was_reserved)
{
	uint64_t seq = deskkit_hold(&x, 1);
	char id[40];

	decision_id(&x, id);
	cr_assert_eq(say(D_WU, STAFFNOTE_DENY, seq, NULL), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_STANDING), LK_STANDING_DENIED);
	cr_assert_eq(confirm(&x, id, "139"), LK_E_STATE);
}

CASE(cases, an_approval_grants_a_counted_clearance)
{
	uint64_t seq = deskkit_hold(&x, 5);
	char id[40];

	decision_id(&x, id);
	refused(say(D_LIN, STAFFNOTE_APPROVE, seq, "clear 401 1"), LK_E_ARG,
	    "400");
	cr_assert_eq(say(D_LIN, STAFFNOTE_APPROVE, seq, "clear 30 2"), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_ALLOWED), LK_PASS);
	cr_assert_eq(last()->clear_count, 2);
	cr_assert_eq(last()->clear_until, (x.wall / 1000 + 30 * 86400) *
	    1000);
	cr_assert_eq(confirm(&x, id, "139"), LK_OK);
	cr_assert_eq(check(&x, "bbank", "009", 5, LK_PRODUCT_BANK2, "n1"),
	    LK_PASS);
	cr_assert(last()->flags & ENTRY_F_CLEARED);
	cr_assert_eq(check(&x, "abank", "009", 5, LK_PRODUCT_BANK2, "n2"),
	    LK_PASS);
	cr_assert_eq(check(&x, "bbank", "019", 5, LK_PRODUCT_BANK3, "n3"),
	    LK_REVIEW, "its count is used up");
}

CASE(cases, who_has_no_right_is_named)
{
	static const enum staffnote_action step[] = { STAFFNOTE_TAKE,
		STAFFNOTE_RELEASE, STAFFNOTE_APPROVE, STAFFNOTE_DENY,
		STAFFNOTE_CLOSE };
	uint64_t seq = deskkit_hold(&x, 1), end = journal_seq(x.journal);
	size_t i;

	for (i = 0; i < sizeof(step) / sizeof(step[0]); i++)
		refused(say(D_HE, step[i], seq, NULL), LK_E_DENIED,
		    "he 没有 review");
	refused(say(D_HE, STAFFNOTE_ALERT_TAKE, seq, NULL), LK_E_DENIED,
	    "he 没有 alert");
	cr_assert_eq(journal_seq(x.journal), end);
	refused(say(D_LIN, STAFFNOTE_UNSEAL, seq, NULL), LK_E_DENIED,
	    "unseal");
	/* And nobody outside an operator's socket. */
	x.peer.n = 3;
	refused(say(D_LIN, STAFFNOTE_TAKE, seq, NULL), LK_E_DENIED,
	    "operator");
	ask(&x, WIRE_DESK);
	withn(&x, WIRE_T_DESK_WHAT, WIRE_DESK_CASES);
	cr_assert_eq(answer(&x), LK_E_DENIED);
	x.peer.n = 4;
	ask(&x, WIRE_DESK);
	cr_assert_eq(answer(&x), LK_E_ARG);
}

CASE(cases, an_institutions_desk_sees_its_own)
{
	deskkit_hold(&x, 1);
	x.peer.n = 3;
	x.grant[0].rights |= RIGHT_DESK;
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 0, "abank sees none of ctel");
	x.grant[2].rights |= RIGHT_DESK;
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 1);
	x.peer.n = 4;
}

CASE(cases, only_the_centres_reviews_are_cases)
{
	uint64_t seq, end;

	check(&x, "abank", "001", 3, LK_PRODUCT_BANK1, "a");
	cr_assert_eq(check(&x, "abank", "002", 3, LK_PRODUCT_BANK2, "b"),
	    LK_REVIEW);
	seq = end = journal_seq(x.journal);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 0);
	refused(say(D_LIN, STAFFNOTE_TAKE, seq, NULL), LK_E_DENIED,
	    "网点或机构");
	refused(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_E_DENIED,
	    "网点或机构");
	refused(say(D_LIN, STAFFNOTE_TAKE, seq - 1, NULL), LK_E_STATE, "没有");
	refused(say(D_LIN, STAFFNOTE_TAKE, 1, NULL), LK_E_INPUT, "不是决定");
	refused(say(D_LIN, STAFFNOTE_TAKE, 999, NULL), LK_E_ARG, "999");
	cr_assert_eq(journal_seq(x.journal), end);
}

CASE(cases, the_centres_own_system_speaks_unsigned)
{
	uint64_t seq = deskkit_hold(&x, 1);
	char id[40];
	int i;

	decision_id(&x, id);
	cr_assert_eq(say(D_LIN, STAFFNOTE_TAKE, seq, NULL), LK_OK);
	for (i = 0; i < 2; i++) {
		ask(&x, WIRE_DECIDE);
		with(&x, WIRE_T_DECISION_ID, id);
		withn(&x, WIRE_T_OUTCOME, LK_RESOLVE_APPROVE);
		with(&x, WIRE_T_DECIDED_BY, i == 0 ? "zhao" : "lin");
		with(&x, WIRE_T_NOTE, "seen");
		if (i == 0)
			refused(answer(&x), LK_E_STATE, "lin");
		else
			cr_assert_eq(answer(&x), LK_OK);
	}
	/* Never against a refusal, and not the branch's own. */
	deskkit_refuse(&x, 2);
	decision_id(&x, id);
	ask(&x, WIRE_DECIDE);
	with(&x, WIRE_T_DECISION_ID, id);
	withn(&x, WIRE_T_OUTCOME, LK_RESOLVE_APPROVE);
	with(&x, WIRE_T_DECIDED_BY, "zhao");
	with(&x, WIRE_T_NOTE, "seen");
	cr_assert_eq(answer(&x), LK_E_STATE);
	check(&x, "abank", "001", 4, LK_PRODUCT_BANK1, "a");
	cr_assert_eq(check(&x, "abank", "002", 4, LK_PRODUCT_BANK2, "b"),
	    LK_REVIEW);
	decision_id(&x, id);
	ask(&x, WIRE_DECIDE);
	with(&x, WIRE_T_DECISION_ID, id);
	withn(&x, WIRE_T_OUTCOME, LK_RESOLVE_APPROVE);
	with(&x, WIRE_T_DECIDED_BY, "zhao");
	with(&x, WIRE_T_NOTE, "seen");
	refused(answer(&x), LK_E_DENIED, "网点或机构");
}

CASE(cases, what_is_withdrawn_waits_no_longer)
{
	uint64_t seq = deskkit_hold(&x, 1);
	char id[40];

	decision_id(&x, id);
	cr_assert_eq(say(D_LIN, STAFFNOTE_TAKE, seq, NULL), LK_OK);
	cr_assert_eq(cancel(&x, id, LK_CANCEL_LEFT), LK_OK);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 0);
	refused(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_E_STATE, "没有");
	/* Asked for anew at the same outlet: the new one takes its place. */
	seq = deskkit_hold(&x, 2);
	cr_assert_eq(check(&x, "ctel", "001", 2, LK_PRODUCT_SIM, "again"),
	    LK_REVIEW);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 1);
	cr_assert_neq(strtoull(deskkit_field(&k, 0, 0), NULL, 10), seq);
	ask(&x, WIRE_STATUS);
	cr_assert_eq(answer(&x), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_OPEN_CASES), 1);
}

CASE(cases, a_restart_between_steps_changes_nothing)
{
	uint64_t seq = deskkit_hold(&x, 1), other = deskkit_hold(&x, 2);

	cr_assert_eq(say(D_LIN, STAFFNOTE_TAKE, seq, NULL), LK_OK);
	fixture_pass(&x, 10);
	fixture_reopen(&x);
	refused(say(D_WU, STAFFNOTE_DISPATCH, seq, "x"), LK_E_STATE, "lin");
	cr_assert_eq(say(D_LIN, STAFFNOTE_DISPATCH, seq, "x"), LK_OK);
	fixture_pass(&x, 10);
	fixture_reopen(&x);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 2);
	cr_assert_eq(say(D_LIN, STAFFNOTE_RESULT, seq, "genuine"), LK_OK);
	fixture_pass(&x, 10);
	fixture_reopen(&x);
	cr_assert_eq(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	cr_assert_eq(say(D_WU, STAFFNOTE_DENY, other, NULL), LK_OK);
	fixture_pass(&x, 10);
	fixture_reopen(&x);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 0);
}
