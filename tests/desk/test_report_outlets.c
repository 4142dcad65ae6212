#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "lists/outlets.h"
#include "plugin.h"

#include "desk/report.h"
#include "desk/report_outlets.h"

#include "reportday.h"
#include "reportlook.h"

static struct reportday d;
static struct report_options o;
static struct report_outlets_options own;
static void *x;
static struct report *r;

/* Take an entry. */
static int
entry(void *arg, const struct entry *e)
{

	return (report_outlets.entry(arg, e));
}

/* Begin; the options stay as the test set them. */
static void
begin(int32_t min)
{

	own.min = min;
	o.own = &own;
	x = report_outlets.open(&o);
	cr_assert_not_null(x);
	reportday_begin(&d, entry, x);
}

/* Have the report made. */
static void
finish(void)
{

	r = report_new("outlets", "x", "x");
	cr_assert_eq(report_outlets.finish(x, r), 0);
	cr_assert_eq(report_failed(r), 0);
}

/* End. */
static void
end(void)
{

	report_free(r);
	report_outlets.close(x);
	reportday_end(&d);
}

/* Check and issue; the number of the check. */
static uint64_t
opens(const char *where, unsigned person)
{
	uint64_t seq = reportday_check(&d, where, person, LK_PRODUCT_SIM,
	    LK_PASS, 0);

	(void)reportday_about(&d, ENTRY_CONFIRM, seq, 0, ENTRY_F_FIRST);
	return (seq);
}

/* Name the card of an opening as involved. */
static void
involve(uint64_t ref, int kind, unsigned card)
{
	struct entry e;

	entry_clear(&e, kind);
	memcpy(e.inst, d.decisions[ref].inst, sizeof(e.inst));
	memcpy(e.outlet, d.decisions[ref].outlet, sizeof(e.outlet));
	e.person = d.decisions[ref].person;
	e.ref = ref;
	e.code = kind == ENTRY_RETRO ? RETRO_HIT : LK_RETIRE_INVOLVED;
	(void)snprintf((char *)e.card.b, sizeof(e.card.b), "c%u", card);
	(void)reportday_put(&d, &e);
}

/* A number of an outlet's row. */
static int64_t
of(const char *table, const char *outlet, const char *column)
{
	long row = reportlook_find(r, table, "outlet", outlet);

	cr_assert_geq(row, 0, "%s is not in %s", outlet, table);
	return (reportlook_number(r, table, (size_t)row, column));
}

Test(report_outlets, everything_is_counted_where_it_belongs)
{
	uint64_t seq;

	begin(1);
	(void)opens("a.1.t", 1);
	(void)reportday_check(&d, "a.1.t", 2, LK_PRODUCT_SIM, LK_PASS, 0);
	(void)reportday_check(&d, "a.1.t", 3, LK_PRODUCT_SIM, LK_PASS,
	    ENTRY_F_DRY);
	seq = reportday_check(&d, "a.1.t", 4, LK_PRODUCT_SIM, LK_REVIEW, 0);
	(void)reportday_about(&d, ENTRY_CONFIRM, seq, 0, ENTRY_F_OVERRIDE |
	    ENTRY_F_FIRST);
	seq = reportday_check(&d, "a.1.t", 5, LK_PRODUCT_SIM, LK_REJECT, 0);
	(void)reportday_about(&d, ENTRY_REPORT, seq, LK_REPORT_COACHED, 0);
	seq = reportday_check(&d, "a.1.t", 6, LK_PRODUCT_SIM, LK_PASS, 0);
	(void)reportday_about(&d, ENTRY_CONFIRM, seq, 0, ENTRY_F_LATE |
	    ENTRY_F_FIRST);
	(void)reportday_about(&d, ENTRY_CONFIRM, seq, 0, 0);
	(void)reportday_about(&d, ENTRY_MERGE, seq, 0, 0);
	(void)reportday_about(&d, ENTRY_CONFIRM, seq, 0, ENTRY_F_EXTRA |
	    ENTRY_F_FIRST);
	(void)reportday_row(&d, "a.1.t", 7, LK_PRODUCT_SIM, d.t, 0);
	(void)reportday_row(&d, "a.1.t", 8, LK_PRODUCT_SIM, d.t,
	    ENTRY_F_STOCK);
	(void)reportday_check(&d, "a.1.t", 9, LK_PRODUCT_SIM, LK_REVIEW,
	    ENTRY_F_POSTHOC);
	seq = opens("a.1.t", 10);
	(void)reportday_about(&d, ENTRY_VOID, seq, 0, 0);
	finish();
	cr_assert_eq(of("league", "1", "checks"), 6);
	cr_assert_eq(of("league", "1", "passed"), 4);
	cr_assert_eq(of("league", "1", "held"), 1);
	cr_assert_eq(of("league", "1", "refused"), 1);
	/* 1, override, late, extra, file, posthoc; not the one taken back. */
	cr_assert_eq(of("league", "1", "cards"), 6);
	cr_assert_eq(of("league", "1", "override"), 2);
	cr_assert_eq(of("league", "1", "late"), 1);
	cr_assert_eq(of("league", "1", "extra"), 1);
	cr_assert_eq(of("league", "1", "file_only"), 1);
	cr_assert_eq(of("league", "1", "posthoc"), 1);
	cr_assert_eq(of("league", "1", "voided"), 1);
	cr_assert_eq(of("league", "1", "alarms"), 1);
	cr_assert_eq(of("league", "1", "involved"), 0);
	cr_assert_eq(of("league", "1", "rank"), INT64_MIN);
	cr_assert_eq(reportlook_figure(r, "cards"), 6);
	end();
}

/* Taken back and issued all the same: nobody gets out of the table that way. */
Test(report_outlets, what_was_taken_back_may_be_issued_again)
{
	uint64_t seq;

	begin(1);
	seq = opens("a.1.t", 1);
	(void)reportday_about(&d, ENTRY_VOID, seq, 0, 0);
	(void)reportday_about(&d, ENTRY_CONFIRM, seq, 0, ENTRY_F_AFTER_CANCEL |
	    ENTRY_F_FIRST);
	involve(seq, ENTRY_RETIRE, 1);
	finish();
	cr_assert_eq(of("league", "1", "cards"), 1);
	cr_assert_eq(of("league", "1", "involved"), 1);
	cr_assert_eq(of("league", "1", "override"), 1);
	cr_assert_eq(of("league", "1", "voided"), 1);
	end();
}

Test(report_outlets, a_card_is_involved_once)
{
	uint64_t seq, file;

	begin(1);
	seq = opens("a.1.t", 1);
	file = reportday_row(&d, "a.1.t", 2, LK_PRODUCT_SIM, d.t, 0);
	involve(seq, ENTRY_RETRO, 1);
	involve(seq, ENTRY_RETIRE, 1);
	involve(file, ENTRY_RETRO, 2);
	/* The applicant listed is not the card. */
	(void)reportday_about(&d, ENTRY_RETRO, seq, RETRO_HIT, 0);
	/* A closing for another reason is none. */
	(void)reportday_about(&d, ENTRY_RETIRE, seq, LK_RETIRE_CLOSED, 0);
	finish();
	cr_assert_eq(of("league", "1", "cards"), 2);
	cr_assert_eq(of("league", "1", "involved"), 2);
	cr_assert_eq(of("league", "1", "told"), 2);
	cr_assert_eq(of("league", "1", "listed"), 1);
	cr_assert_eq(of("league", "1", "rank"), 1);
	end();
}

Test(report_outlets, the_order_is_that_of_the_lower_end)
{
	uint64_t seq;
	unsigned i, p = 0;

	begin(30);
	/* 3 of 30, 30 of 400, none of 500, 5 of 29. */
	for (i = 0; i < 30; i++) {
		seq = opens("a.small.t", p++);
		if (i < 3)
			involve(seq, ENTRY_RETRO, p);
	}
	for (i = 0; i < 400; i++) {
		seq = opens("a.large.t", p++);
		if (i < 30)
			involve(seq, ENTRY_RETRO, p);
	}
	for (i = 0; i < 500; i++)
		(void)opens("b.clean.t", p++);
	for (i = 0; i < 29; i++) {
		seq = opens("b.few.t", p++);
		if (i < 5)
			involve(seq, ENTRY_RETRO, p);
	}
	finish();
	/* 10 % of 30 says less than 7.5 % of 400. */
	cr_assert_eq(of("league", "large", "rank"), 1);
	cr_assert_eq(of("league", "small", "rank"), 2);
	cr_assert_eq(of("league", "clean", "rank"), INT64_MIN);
	cr_assert_eq(reportlook_rows(r, "league"), 4); /* with the total */
	cr_assert_float_eq(reportlook_cell(r, "league", 0, "rate")->lo,
	    0.05307, 1e-4);
	cr_assert_eq(reportlook_number(r, "league", 3, "cards"), 959);
	cr_assert_eq(reportlook_number(r, "league", 3, "involved"), 38);
	cr_assert_eq(reportlook_rows(r, "few"), 1);
	cr_assert_eq(of("few", "few", "involved"), 5);
	cr_assert_eq(reportlook_rows(r, "institutions"), 3);
	cr_assert_str_eq(reportlook_text(r, "institutions", 0, "inst"), "a");
	cr_assert_eq(reportlook_number(r, "institutions", 0, "cards"), 430);
	end();
}

Test(report_outlets, a_campaign_stands_apart)
{
	struct entry e;
	uint64_t seq;
	unsigned i;

	begin(1);
	for (i = 0; i < 10; i++) {
		entry_clear(&e, ENTRY_DECISION);
		reportday_where(&e, "a.1.t");
		reportday_person(&e, i);
		e.product = LK_PRODUCT_SIM;
		e.quantity = 1;
		(void)snprintf(e.campaign, sizeof(e.campaign), "freshmen");
		seq = reportday_put(&d, &e);
		(void)reportday_about(&d, ENTRY_CONFIRM, seq, 0,
		    ENTRY_F_FIRST);
		if (i == 0)
			involve(seq, ENTRY_RETRO, i);
	}
	(void)opens("a.1.t", 100);
	finish();
	cr_assert_eq(of("league", "1", "cards"), 1);
	cr_assert_eq(of("league", "1", "involved"), 0);
	cr_assert_eq(of("league", "1", "campaign_cards"), 10);
	cr_assert_eq(of("league", "1", "campaign_involved"), 1);
	cr_assert_eq(of("league", "1", "checks"), 11);
	cr_assert_eq(reportlook_rows(r, "campaigns"), 1);
	cr_assert_str_eq(reportlook_text(r, "campaigns", 0, "campaign"),
	    "freshmen");
	cr_assert_eq(reportlook_number(r, "campaigns", 0, "cards"), 10);
	cr_assert_eq(reportlook_number(r, "campaigns", 0, "involved"), 1);
	end();
}

Test(report_outlets, the_period_is_that_of_the_opening)
{
	uint64_t before, within;

	memset(&o, 0, sizeof(o));
	begin(1);
	o.since = d.t + REPORTDAY_DAY;
	o.until = d.t + 2 * REPORTDAY_DAY;
	before = opens("a.1.t", 1);
	d.t = o.since;
	within = opens("a.1.t", 2);
	/* Asked for before, issued in it. */
	(void)reportday_about(&d, ENTRY_CONFIRM, reportday_check(&d, "a.1.t",
	    3, LK_PRODUCT_SIM, LK_PASS, 0), 0, ENTRY_F_FIRST);
	involve(before, ENTRY_RETRO, 1);
	d.t = o.until;
	involve(within, ENTRY_RETRO, 2);
	(void)opens("a.1.t", 4);
	finish();
	cr_assert_eq(of("league", "1", "cards"), 2);
	cr_assert_eq(of("league", "1", "checks"), 2);
	/* Named after the period, of a card of the period. */
	cr_assert_eq(of("league", "1", "involved"), 1);
	/* Named in the period, of a card opened before. */
	cr_assert_eq(of("league", "1", "told"), 1);
	end();
	memset(&o, 0, sizeof(o));
}

Test(report_outlets, names_and_areas_of_the_register)
{
	static const char text[] = "institution,outlet,name,area,hours,contact,"
	    "status,from,until,reason\n"
	    "a,1,文三路,330106,,,open,,,\n"
	    "a,2,武林,330103,,,open,,,\n"
	    "b,1,鄞州,330212,,,closed,,,\n";
	char err[OUTLETS_ERROR_MAX];
	struct outlets *reg = outlets_read("x", text, sizeof(text) - 1, err);

	cr_assert_not_null(reg, "%s", err);
	memset(&o, 0, sizeof(o));
	o.outlets = reg;
	begin(1);
	(void)opens("a.1.t", 1);
	(void)opens("b.1.t", 1);
	(void)opens("c.9.t", 1);
	finish();
	cr_assert_str_eq(reportlook_text(r, "league", 0, "name"), "文三路");
	cr_assert_str_eq(reportlook_text(r, "league", 0, "area"), "330106");
	cr_assert_geq(reportlook_find(r, "areas", "area", "330212"), 0);
	cr_assert_geq(reportlook_find(r, "areas", "area", "unknown"), 0);
	report_free(r);
	o.area = "3301";
	finish();
	cr_assert_eq(reportlook_figure(r, "outlets"), 1);
	end();
	outlets_free(reg);
	memset(&o, 0, sizeof(o));
}
