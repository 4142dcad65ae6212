#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "desk/checks.h"
#include "desk/report_impl.h"
#include "desk/report_snoop.h"
#include "desk/reporthash.h"

#include "reportday.h"

static struct reportday d;
static struct snoop *s;
static struct report_options ro;
static const struct snoop_options own = { 30, 10 };

/* Take an entry. */
static int
entry(void *x, const struct entry *e)
{

	return (snoop_entry(x, e));
}

/* Begin a journal. */
static void
begin(void)
{

	memset(&ro, 0, sizeof(ro));
	s = snoop_new(&own, &ro);
	cr_assert_not_null(s);
	reportday_begin(&d, entry, s);
}

/* Let days go by, and compare. */
static void
settle(int days)
{

	d.t += days * REPORTDAY_DAY;
	(void)reportday_plain(&d, ENTRY_HEARTBEAT);
	cr_assert_eq(snoop_settle(s), 0);
}

/* End. */
static void
end(void)
{

	reportday_end(&d);
	snoop_free(s);
}

/* The sums of a teller. */
static const struct snoop_teller *
teller(const char *name)
{
	const struct snoop_teller *v;
	size_t n, ranked, i;

	v = snoop_tellers(s, &n, &ranked);
	for (i = 0; i < n; i++)
		if (strcmp(checks_place_at(snoop_checks(s), v[i].place)->teller,
		    name) == 0)
			return (&v[i]);
	cr_assert_fail("no teller %s", name);
	return (NULL);
}

/* The sums of a member of staff. */
static const struct snoop_staff *
staff(const char *name)
{
	char key[32] = "";
	const struct snoop_staff *x;

	(void)snprintf(key, sizeof(key), "%s", name);
	x = reporthash_get(snoop_staff(s), key);
	cr_assert_not_null(x);
	return (x);
}

/* An ordinary applicant of a teller. */
static void
opens(const char *where, unsigned person)
{

	reportday_about(&d, ENTRY_CONFIRM, reportday_check(&d, where, person,
	    1, LK_PASS, 0), 0, ENTRY_F_FIRST);
}

/* Somebody looks something up. */
static void
look(int kind, const char *who, uint64_t ref, unsigned person, const char *why)
{
	struct entry e;

	entry_clear(&e, kind);
	(void)snprintf(e.decided_by, sizeof(e.decided_by), "%s", who);
	(void)snprintf(e.note, sizeof(e.note), "%s", why);
	e.ref = ref;
	if (person != 0)
		reportday_person(&e, person);
	(void)reportday_put(&d, &e);
}

Test(snoop, who_asks_about_people_that_never_open_comes_first)
{
	const struct snoop_teller *v;
	size_t n, ranked;
	unsigned i;

	begin();
	for (i = 1; i <= 20; i++) {
		opens("bank.1.honest", i);
		if (i <= 12)
			(void)reportday_check(&d, "bank.1.curious", 100 + i, 1,
			    LK_PASS, 0);
		else
			opens("bank.1.curious", 100 + i);
		if (i <= 5)
			(void)reportday_check(&d, "bank.1.seldom", 200 + i, 1,
			    LK_PASS, 0);
	}
	settle(31);
	v = snoop_tellers(s, &n, &ranked);
	cr_assert_eq(n, 3);
	cr_expect_eq(ranked, 2);
	cr_expect_eq(&v[0], teller("curious"));
	cr_expect_eq(v[0].persons, 20);
	cr_expect_eq(v[0].settled, 20);
	cr_expect_eq(v[0].never, 12);
	cr_expect_eq(v[0].issued, 8);
	cr_expect_float_eq(v[0].lo, 0.387, 0.001);
	cr_expect_float_eq(v[0].median, 0.3, 1e-9);
	cr_expect_eq(teller("honest")->never, 0);
	/* too few to be compared, though all of them never did */
	cr_expect_eq(&v[2], teller("seldom"));
	cr_expect_eq(teller("seldom")->never, 5);
	end();
}

Test(snoop, an_opening_elsewhere_counts_and_one_too_late_does_not)
{

	begin();
	(void)reportday_check(&d, "bank.1.a", 1, 1, LK_PASS, 0);
	(void)reportday_check(&d, "bank.1.a", 2, 1, LK_PASS, 0);
	(void)reportday_check(&d, "bank.1.a", 3, 1, LK_PASS, 0);
	(void)reportday_check(&d, "bank.1.a", 4, 1, LK_PASS, 0);
	d.t += 10 * REPORTDAY_DAY;
	opens("other.9.b", 1);
	(void)reportday_row(&d, "other.9", 2, 20, d.t, 0);
	/* 1's was taken back: as if he had opened nothing */
	reportday_about(&d, ENTRY_VOID, d.seq - 2, LK_VOID_WRONG_PERSON, 0);
	d.t += 25 * REPORTDAY_DAY;
	opens("other.9.b", 3);
	settle(31);
	cr_expect_eq(teller("a")->settled, 4);
	/* 3 was too late, and 4 never came */
	cr_expect_eq(teller("a")->never, 3);
	end();
}

Test(snoop, who_was_refused_or_asked_lately_is_left_out)
{
	const struct snoop_teller *x;

	begin();
	(void)reportday_check(&d, "bank.1.a", 1, 1, LK_REJECT, 0);
	(void)reportday_check(&d, "bank.1.a", 2, 1, LK_REVIEW, 0);
	(void)reportday_check(&d, "bank.1.a", 3, 1, LK_REJECT, ENTRY_F_DRY);
	d.t += 31 * REPORTDAY_DAY;
	(void)reportday_check(&d, "bank.1.a", 4, 1, LK_PASS, 0);
	settle(1);
	x = teller("a");
	cr_expect_eq(x->persons, 4);
	cr_expect_eq(x->kept, 2);
	cr_expect_eq(x->recent, 1);
	/* a dry run is asked for no other end than to know */
	cr_expect_eq(x->settled, 1);
	cr_expect_eq(x->never, 1);
	cr_expect_eq(x->dry, 1);
	end();
}

Test(snoop, cancels_voids_lists_and_refusals_are_summed)
{
	const struct snoop_teller *x;
	struct entry e;
	uint64_t seq;

	begin();
	reportday_about(&d, ENTRY_CANCEL, reportday_check(&d, "bank.1.a", 1, 1,
	    LK_PASS, 0), LK_CANCEL_TYPING, 0);
	reportday_about(&d, ENTRY_CANCEL, reportday_check(&d, "bank.1.a", 2, 1,
	    LK_PASS, 0), LK_CANCEL_LEFT_QUESTIONED, 0);
	d.listed = "canary:1:canary:1:0:";
	seq = reportday_check(&d, "bank.1.a", 3, 1, LK_REVIEW, 0);
	d.listed = "sanction:3:convicted:2:20800:x mule:1:other:1:0:";
	(void)reportday_check(&d, "bank.1.a", 4, 1, LK_REVIEW, 0);
	d.listed = NULL;
	entry_clear(&e, ENTRY_VOID);
	reportday_where(&e, "bank.1.a");
	e.ref = seq;
	(void)reportday_put(&d, &e);
	entry_clear(&e, ENTRY_REFUSED);
	reportday_where(&e, "bank.1.a");
	e.n_denied = 3;
	e.n_again = 4;
	e.n_input = 1;
	(void)reportday_put(&d, &e);
	settle(1);
	x = teller("a");
	cr_expect_eq(x->typing, 1);
	cr_expect_eq(x->left, 1);
	cr_expect_eq(x->listed, 2);
	cr_expect_eq(x->canary, 1);
	cr_expect_eq(x->voids, 1);
	cr_expect_eq(x->denied, 3);
	cr_expect_eq(x->again, 4);
	cr_expect_eq(x->wrong, 1);
	end();
}

Test(snoop, a_look_up_within_a_case_is_told_from_one_outside)
{
	const struct snoop_staff *x;
	struct entry e;
	uint64_t seq, told;

	begin();
	d.keep = 3 * REPORTDAY_DAY;
	seq = reportday_check(&d, "bank.1.a", 1, 1, LK_REVIEW, 0);
	look(ENTRY_ACCESS, "wang", seq, 0, "case 7");
	look(ENTRY_UNSEAL, "wang", seq, 0, "case 7");
	look(ENTRY_ACCESS, "wang", 0, 2, "curious");
	reportday_about(&d, ENTRY_REVIEW, seq, REVIEW_DENY, 0);
	d.t += REPORTDAY_HOUR;
	look(ENTRY_ACCESS, "wang", 0, 1, "letter");
	d.t += 2 * REPORTDAY_DAY;
	look(ENTRY_ACCESS, "wang", 0, 1, "letter");
	/* an alert, until it is closed */
	entry_clear(&e, ENTRY_REPORT);
	reportday_where(&e, "bank.1.a");
	reportday_person(&e, 3);
	e.alert = ALERT_COUNTY;
	told = reportday_put(&d, &e);
	look(ENTRY_ACCESS, "li", 0, 3, "alert");
	reportday_about(&d, ENTRY_ALERT, told, ALERT_STEP_CLOSE, 0);
	d.t += 2 * REPORTDAY_DAY;
	look(ENTRY_ACCESS, "li", 0, 3, "alert");
	settle(1);
	x = staff("wang");
	cr_expect_eq(x->entries, 1);
	cr_expect_eq(x->unsealed, 1);
	cr_expect_eq(x->persons_asked, 3);
	cr_expect_eq(x->persons, 2);
	cr_expect_eq(x->outside, 2);
	cr_expect_eq(x->reasons, 3);
	x = staff("li");
	cr_expect_eq(x->persons_asked, 2);
	cr_expect_eq(x->outside, 1);
	end();
}

Test(snoop, refusals_of_staff_and_other_nodes_are_told_apart)
{
	struct entry e;

	begin();
	entry_clear(&e, ENTRY_REFUSED);
	(void)snprintf(e.inst, sizeof(e.inst), "desk");
	(void)snprintf(e.teller, sizeof(e.teller), "wang");
	e.n_denied = 2;
	(void)reportday_put(&d, &e);
	/* Sums are as wide as what is summed up. */
	(void)snprintf(e.teller, sizeof(e.teller), "zhu");
	e.n_denied = e.n_input = INT32_MAX;
	(void)reportday_put(&d, &e);
	entry_clear(&e, ENTRY_ACCESS);
	(void)snprintf(e.decided_by, sizeof(e.decided_by), "wang");
	(void)snprintf(e.origin, sizeof(e.origin), "node2");
	e.ref = 1;
	(void)reportday_put(&d, &e);
	settle(1);
	cr_expect_eq(staff("wang")->refused, 2);
	cr_expect_eq(staff("zhu")->refused, UINT64_C(2) * INT32_MAX);
	cr_expect_eq(staff("wang")->elsewhere, 1);
	cr_expect_eq(staff("wang")->outside, 0);
	end();
}

Test(snoop, says_it_in_three_tables)
{
	struct report *out = report_new("snoop", "", "");
	unsigned i;
	void *x;

	memset(&ro, 0, sizeof(ro));
	ro.own = &own;
	cr_assert_not_null(x = report_snoop.open(&ro));
	reportday_begin(&d, report_snoop.entry, x);
	for (i = 1; i <= 12; i++)
		(void)reportday_check(&d, "bank.1.a", i, 1, LK_PASS, 0);
	look(ENTRY_ACCESS, "wang", 0, 2, "x");
	d.t += 31 * REPORTDAY_DAY;
	(void)reportday_plain(&d, ENTRY_HEARTBEAT);
	cr_expect_eq(report_snoop.finish(x, out), 0);
	cr_expect_not(report_failed(out));
	cr_assert_eq(out->ntables, 3);
	for (i = 0; i < 3; i++)
		cr_expect_eq(out->tables[i]->rows, 1);
	cr_expect_float_eq(report_cell(out->tables[0], 0, 9)->x, 1, 1e-6);
	report_snoop.close(x);
	report_free(out);
	reportday_end(&d);
}
