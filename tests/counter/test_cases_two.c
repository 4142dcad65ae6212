#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "store/entry.h"
#include "store/journal.h"

#include "deskkit.h"

/* A refusal is overridden by two persons, or not at all. */

static const char statutory[] =
    "[policy]\nversion = \"two-1\"\n"
    "[rule HARD]\nclass = statutory\nwhen = \"product == credit\"\n"
    "then = reject\nreason = \"LAW\"\nmessage.zh = \"x\"\n"
    "message.en = \"x\"\n"
    "[rule MILD]\nclass = statutory\nwhen = \"product == bank2\"\n"
    "then = limit\nlimit_profile = 7\nreason = \"LIM\"\n"
    "message.zh = \"x\"\nmessage.en = \"x\"\n"
    "[rule MUCH]\nclass = quantity\nwhen = \"product in (bank1, bank2)\"\n"
    "then = reject\nreason = \"MUCH\"\nmessage.zh = \"x\"\n"
    "message.en = \"x\"\n";

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
last(void)
{
	static struct entry e;

	cr_assert_eq(journal_read(x.journal, journal_seq(x.journal), &e), 0);
	return (&e);
}

static void
refused(int code, int want, const char *zh)
{

	cr_assert_eq(code, want, "%d %s", code, str(&x, WIRE_T_MESSAGE, buf));
	cr_assert_not_null(strstr(str(&x, WIRE_T_MESSAGE, buf), zh), "%s",
	    buf);
}

CASE(two, persons_override_a_refusal)
{
	uint64_t seq = deskkit_refuse(&x, 1);
	char id[40];

	decision_id(&x, id);
	cr_assert_eq(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_OK, "%s",
	    str(&x, WIRE_T_MESSAGE, buf));
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_REJECT);
	cr_assert_eq(num(&x, WIRE_T_ALLOWED), LK_REJECT, "not by one alone");
	cr_assert_not_null(strstr(str(&x, WIRE_T_MESSAGE, buf), "另一人"));
	cr_assert_eq(last()->code, REVIEW_PROPOSE);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 1);
	cr_assert_str_eq(deskkit_field(&k, 0, 4), "20");
	cr_assert_str_eq(deskkit_field(&k, 0, 9), "SIM5");
	cr_assert_str_eq(deskkit_field(&k, 0, 14), "lin");
	cr_assert_str_eq(deskkit_field(&k, 0, 15), id);
	cr_assert_eq(say(D_WU, STAFFNOTE_APPROVE, seq, NULL), LK_OK, "%s",
	    str(&x, WIRE_T_MESSAGE, buf));
	cr_assert_eq(num(&x, WIRE_T_STANDING), LK_STANDING_APPROVED);
	cr_assert_eq(num(&x, WIRE_T_ALLOWED), LK_PASS);
	cr_assert_eq(num(&x, WIRE_T_DECISION), LK_REJECT, "it never changes");
	cr_assert_eq(last()->code, REVIEW_APPROVE);
	cr_assert(last()->flags & ENTRY_F_SECOND);
	cr_assert_str_eq(last()->decided_by, "wu");
	cr_assert_str_eq(last()->second, "lin");
	cr_assert_eq(last()->alert, ALERT_NONE);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 0);
	cr_assert_eq(confirm(&x, id, "139-0"), LK_OK, "%s",
	    str(&x, WIRE_T_MESSAGE, buf));
	cr_assert_eq(last()->flags & ENTRY_F_OVERRIDE, 0);
	refused(say(D_CHEN, STAFFNOTE_APPROVE, seq, NULL), LK_E_STATE,
	    "没有");
}

CASE(two, the_same_person_never_counts_as_the_second)
{
	uint64_t seq = deskkit_refuse(&x, 1), end;
	struct entry e;

	cr_assert_eq(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	end = journal_seq(x.journal);
	refused(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_E_DENIED,
	    "另一人");
	refused(say(D_LIN2, STAFFNOTE_APPROVE, seq, NULL), LK_E_DENIED,
	    "另一人");
	refused(say(D_WEI, STAFFNOTE_APPROVE, seq, NULL), LK_E_DENIED,
	    "另一人");
	refused(say(D_LIN, STAFFNOTE_TAKE, seq, NULL), LK_E_STATE, "另一人");
	k.staff[D_LIN2].name[0] = 'L';
	refused(say(D_LIN2, STAFFNOTE_APPROVE, seq, NULL), LK_E_DENIED,
	    "另一人");
	/* Not after a restart either. */
	fixture_pass(&x, 10);
	fixture_reopen(&x);
	refused(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_E_DENIED,
	    "另一人");
	refused(say(D_WEI, STAFFNOTE_APPROVE, seq, NULL), LK_E_DENIED,
	    "另一人");
	refused(say(D_HE, STAFFNOTE_APPROVE, seq, NULL), LK_E_DENIED,
	    "review");
	while (++end <= journal_seq(x.journal)) {
		cr_assert_eq(journal_read(x.journal, end, &e), 0);
		cr_assert_neq(e.kind, ENTRY_REVIEW);
	}
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 1);
}

CASE(two, a_proposer_who_left_is_nobodys_first)
{
	uint64_t seq = deskkit_refuse(&x, 1);

	cr_assert_eq(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	/* He is gone, and his key comes back under another name. */
	k.staff[D_LIN].name[0] = k.staff[D_LIN2].name[0] = 'x';
	fixture_pass(&x, 10);
	fixture_reopen(&x);
	refused(say(D_WEI, STAFFNOTE_APPROVE, seq, NULL), LK_E_STATE,
	    "重新提请");
	refused(say(D_WU, STAFFNOTE_APPROVE, seq, NULL), LK_E_STATE,
	    "重新提请");
	cr_assert_eq(say(D_WU, STAFFNOTE_CLOSE, seq, NULL), LK_OK);
	cr_assert_eq(say(D_WU, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	cr_assert_eq(say(D_CHEN, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_STANDING), LK_STANDING_APPROVED);
}

CASE(two, what_was_proposed_can_be_refused_withdrawn_and_taken)
{
	uint64_t seq = deskkit_refuse(&x, 1);

	cr_assert_eq(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	cr_assert_eq(say(D_WU, STAFFNOTE_DENY, seq, NULL), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_ALLOWED), LK_REJECT);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 0);
	/* Proposed anew, and withdrawn by whoever proposed it. */
	cr_assert_eq(say(D_WU, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	cr_assert_eq(say(D_WU, STAFFNOTE_CLOSE, seq, NULL), LK_OK);
	refused(say(D_LIN, STAFFNOTE_TAKE, seq, NULL), LK_E_STATE, "两人");
	/* Anew, and taken by the second. */
	cr_assert_eq(say(D_CHEN, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	cr_assert_eq(say(D_LIN, STAFFNOTE_TAKE, seq, NULL), LK_OK);
	refused(say(D_WU, STAFFNOTE_APPROVE, seq, NULL), LK_E_STATE, "lin");
	cr_assert_eq(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_STANDING), LK_STANDING_APPROVED);
}

CASE(two, persons_make_a_reservation_that_counts_and_lapses)
{
	uint64_t seq = deskkit_refuse(&x, 1);
	char id[40];

	decision_id(&x, id);
	cr_assert_eq(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	cr_assert_eq(say(D_WU, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	cr_assert_eq(last()->quantity, 1);
	cr_assert_eq(last()->product, LK_PRODUCT_SIM);
	cr_assert_gt(last()->expires, x.wall);
	cr_assert_neq(last()->visit_key, 0);
	fixture_pass(&x, INT64_C(24) * 3600 * 1000);
	cr_assert_eq(confirm(&x, id, "139-0"), LK_E_STATE, "a day later");
	cr_assert(last()->flags & ENTRY_F_LATE);
}

CASE(two, persons_in_time_only)
{
	uint64_t seq = deskkit_refuse(&x, 1), other = deskkit_refuse(&x, 2);
	const struct counter_load load = { 0 };

	cr_assert_eq(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	fixture_pass(&x, INT64_C(72) * 3600 * 1000);
	refused(say(D_WU, STAFFNOTE_APPROVE, seq, NULL), LK_E_STATE, "期限");
	refused(say(D_WU, STAFFNOTE_APPROVE, other, NULL), LK_E_STATE, "期限");
	counter_tick(x.counter, &load);
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 0);
	refused(say(D_WU, STAFFNOTE_APPROVE, seq, NULL), LK_E_STATE, "期限");
}

CASE(two, no_clearance_goes_with_it)
{
	uint64_t seq = deskkit_refuse(&x, 1);

	refused(say(D_LIN, STAFFNOTE_APPROVE, seq, "clear 30 1"), LK_E_ARG,
	    "豁免");
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 0);
}

Test(two, persons_do_not_override_the_law)
{
	uint64_t seq;

	deskkit_open(&k, &x, statutory);
	cr_assert_eq(check(&x, "abank", "001", 1, LK_PRODUCT_CREDIT, "a"),
	    LK_REJECT);
	seq = journal_seq(x.journal);
	refused(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_E_STATE, "申诉");
	deskkit_read(&x, &k, WIRE_DESK_CASES);
	cr_assert_eq(k.n, 0);
	/* What the law limits stays limited. */
	cr_assert_eq(check(&x, "abank", "001", 2, LK_PRODUCT_BANK2, "b"),
	    LK_REJECT);
	seq = journal_seq(x.journal);
	cr_assert_eq(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	cr_assert_eq(say(D_WU, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_ALLOWED), LK_LIMIT);
	cr_assert_not_null(strstr(str(&x, WIRE_T_MESSAGE, buf), "限制功能"),
	    "%s", buf);
	cr_assert_eq(check(&x, "abank", "001", 3, LK_PRODUCT_BANK1, "c"),
	    LK_REJECT);
	seq = journal_seq(x.journal);
	cr_assert_eq(say(D_LIN, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	cr_assert_eq(say(D_WU, STAFFNOTE_APPROVE, seq, NULL), LK_OK);
	cr_assert_eq(num(&x, WIRE_T_ALLOWED), LK_PASS);
	fixture_close(&x);
}
