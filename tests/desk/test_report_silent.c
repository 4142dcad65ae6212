#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "desk/away.h"
#include "desk/report_impl.h"
#include "desk/report_silent.h"
#include "lists/outlets.h"

#include "reportday.h"

#define HOUR REPORTDAY_HOUR
#define DAY REPORTDAY_DAY

static struct reportday d;
static struct silent *s;
static struct report_options ro;
static struct outlets *reg;
static int64_t monday; /* 00:00 of the first day */

/* Take an entry. */
static int
entry(void *x, const struct entry *e)
{

	return (silent_entry(x, e));
}

/* Begin a journal; text: rows of a register, or NULL. */
static void
begin(const char *text)
{
	char err[OUTLETS_ERROR_MAX], all[2048];

	memset(&ro, 0, sizeof(ro));
	reg = NULL;
	if (text != NULL) {
		(void)snprintf(all, sizeof(all), "institution,outlet,name,area,"
		    "hours,contact,status,from,until,reason\n%s", text);
		reg = outlets_read("r", all, strlen(all), err);
		cr_assert_not_null(reg, "%s", err);
		ro.outlets = reg;
	}
	cr_assert_not_null(s = silent_new(NULL, &ro));
	reportday_begin(&d, entry, s);
	monday = d.t - 9 * HOUR;
}

/* A check at a moment of a day, counted from the first Monday. */
static void
check(const char *where, int day, int64_t at)
{
	static unsigned person;

	d.t = monday + day * DAY + at;
	(void)reportday_check(&d, where, ++person, 1, LK_PASS, 0);
}

/* Checks each hour of working days [from, to). */
static void
busy(const char *where, int from, int to)
{
	int day, h;

	for (day = from; day < to; day++)
		for (h = 9; h < 17 && day % 7 < 5; h++)
			check(where, day, h * HOUR + HOUR / 2);
}

/* End of the journal. */
static void
settle(int day, int64_t at)
{

	d.t = monday + day * DAY + at;
	(void)reportday_plain(&d, ENTRY_HEARTBEAT);
	cr_assert_eq(silent_settle(s, 0), 0);
}

/* Free it all. */
static void
end(void)
{

	reportday_end(&d);
	silent_free(s);
	outlets_free(reg);
}

/* An outlet. */
static const struct silent_outlet *
outlet(const char *name)
{
	const struct silent_outlet *v;
	size_t n, i;

	v = silent_outlets(s, &n);
	for (i = 0; i < n; i++)
		if (strcmp(v[i].outlet, name) == 0)
			return (&v[i]);
	cr_assert_fail("no outlet %s", name);
	return (NULL);
}

Test(silent, hours_are_read_strictly)
{
	static const char *const bad[] = { "", "9:00-17:00", "09:00-17:0",
		"09:00 17:00", "09:60-17:00", "09:00-24:01", "09:00-09:00",
		"09:00-17:00 ", "0a:00-17:00", "25:00-26:00", "-9:00-17:00" };
	int32_t a, b;
	size_t i;

	cr_expect_eq(silent_hours("08:30-17:05", &a, &b), 0);
	cr_expect_eq(a, 8 * 60 + 30);
	cr_expect_eq(b, 17 * 60 + 5);
	cr_expect_eq(silent_hours("22:00-06:00", &a, &b), 0);
	cr_expect_eq(silent_hours("00:00-24:00", &a, &b), 0);
	cr_expect_eq(b, 24 * 60);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(silent_hours(bad[i], &a, &b), -1, "%s", bad[i]);
}

Test(silent, a_busy_outlet_that_stops_is_found)
{
	const struct silent_outlet *x;

	begin(NULL);
	busy("bank.stops", 0, 10);
	busy("bank.goes", 0, 15);
	settle(14, 17 * HOUR);
	x = outlet("stops");
	cr_expect_eq(x->state, SILENT_NOW);
	cr_expect(x->standing);
	/* from the afternoon of the second Wednesday on */
	cr_expect_eq(x->from, monday + 9 * DAY + 16 * HOUR + HOUR / 2);
	cr_expect_eq(x->hours, 3 * 8 * HOUR + HOUR / 2);
	cr_expect_eq(x->days, 11);
	cr_expect_eq(x->without, 3);
	cr_expect_float_eq(x->expected, 24.5, 1);
	cr_expect_eq(outlet("goes")->state, SILENT_USUAL);
	cr_expect_eq(outlet("goes")->without, 0);
	end();
}

Test(silent, a_quiet_outlet_is_not_blamed_for_being_quiet)
{
	int week;

	begin(NULL);
	for (week = 0; week < 8; week++)
		check("bank.village", 7 * week + week % 5, 10 * HOUR);
	settle(56 + 4, 17 * HOUR);
	cr_expect_eq(outlet("village")->state, SILENT_USUAL);
	cr_expect_eq(outlet("village")->checks, 8);
	cr_expect_gt(outlet("village")->without, 25);
	end();
}

Test(silent, a_silence_that_ended_is_told)
{
	const struct silent_outlet *x;

	begin(NULL);
	busy("bank.a", 0, 5);
	busy("bank.a", 9, 19);
	busy("bank.b", 0, 19);
	settle(18, 17 * HOUR);
	x = outlet("a");
	cr_expect_eq(x->state, SILENT_WAS);
	cr_expect_not(x->standing);
	cr_expect_eq(x->from, monday + 4 * DAY + 16 * HOUR + HOUR / 2);
	cr_expect_eq(x->to, monday + 9 * DAY + 9 * HOUR + HOUR / 2);
	end();
}

Test(silent, who_issues_without_checking_comes_first)
{
	const struct silent_outlet *v;
	size_t n, i;

	begin(NULL);
	busy("bank.stops", 0, 8);
	busy("bank.issues", 0, 10);
	busy("bank.goes", 0, 12);
	for (i = 0; i < 3; i++)
		(void)reportday_row(&d, "bank.issues", 900 + (unsigned)i, 1,
		    monday + 10 * DAY + 10 * HOUR, 0);
	/* of a day on which it checked, and of stock */
	(void)reportday_row(&d, "bank.goes", 904, 1, monday + 8 * DAY +
	    10 * HOUR, 0);
	(void)reportday_row(&d, "bank.goes", 905, 1, monday + 5 * DAY,
	    ENTRY_F_STOCK);
	settle(11, 17 * HOUR);
	v = silent_outlets(s, &n);
	cr_assert_eq(n, 3);
	cr_expect_str_eq(v[0].outlet, "issues");
	cr_expect_eq(v[0].state, SILENT_ISSUES);
	cr_expect_eq(v[0].issued, 3);
	cr_expect_str_eq(v[1].outlet, "stops");
	cr_expect_eq(v[2].issued, 0);
	end();
}

Test(silent, the_node_being_away_is_nobody_elses_silence)
{
	const struct silent_outlet *x;

	begin(NULL);
	busy("bank.a", 0, 8);
	(void)reportday_plain(&d, ENTRY_STOP);
	d.t = monday + 11 * DAY + 9 * HOUR;
	(void)reportday_plain(&d, ENTRY_START);
	busy("bank.a", 11, 12);
	settle(11, 17 * HOUR);
	x = outlet("a");
	cr_expect_eq(x->state, SILENT_USUAL);
	cr_expect_eq(x->away, 3);
	cr_expect_eq(x->without, 0);
	cr_expect_gt(away_between(silent_away(s), 0, d.t), 3 * DAY);
	end();
}

Test(silent, a_crash_and_a_gap_are_away_too)
{
	struct entry e;

	begin(NULL);
	d.t += 10 * HOUR;
	(void)reportday_plain(&d, ENTRY_START);
	d.t += HOUR;
	(void)reportday_plain(&d, ENTRY_HEARTBEAT);
	entry_clear(&e, ENTRY_GAP);
	e.at = d.t;
	d.t += 2 * HOUR;
	(void)reportday_put(&d, &e);
	settle(1, 0);
	cr_expect_eq(away_between(silent_away(s), monday + 9 * HOUR, d.t),
	    12 * HOUR);
	cr_expect(away_at(silent_away(s), monday + 12 * HOUR));
	cr_expect_not(away_at(silent_away(s), monday + 19 * HOUR + HOUR / 2));
	cr_expect(away_at(silent_away(s), monday));
	end();
}

Test(silent, a_holiday_of_the_institution_is_told_of_it_alone)
{
	const char *inst;
	uint32_t days;

	begin(NULL);
	busy("bank.a", 0, 7);
	busy("bank.b", 0, 7);
	busy("other.c", 0, 12);
	busy("bank.a", 9, 12);
	busy("bank.b", 9, 12);
	settle(11, 17 * HOUR);
	/* entries are fed out of order here: days are what counts */
	cr_assert_eq(silent_institution(s, 0, &inst, &days), 0);
	cr_expect_str_eq(inst, "bank");
	cr_expect_eq(days, 2);
	cr_expect_eq(silent_institution(s, 1, &inst, &days), -1);
	cr_expect_eq(outlet("a")->all, 2);
	cr_expect_eq(outlet("a")->state, SILENT_USUAL);
	end();
}

Test(silent, the_register_says_hours_and_who_is_shut)
{

	begin("bank,closed,,330102,,,closed,,,\n"
	    "bank,never,Nie,330102,,,open,,,\n"
	    "bank,night,,330102,22:00-06:00,,open,,,\n"
	    "bank,shut,,330102,,,suspended,2026-11-03,,x\n");
	busy("bank.shut", 0, 1);
	check("bank.night", 0, 23 * HOUR);
	check("bank.night", 1, 5 * HOUR);
	check("bank.night", 1, 12 * HOUR);
	check("bank.else", 1, 12 * HOUR);
	settle(3, 7 * HOUR);
	cr_expect_eq(outlet("closed")->state, SILENT_CLOSED);
	cr_expect_eq(outlet("never")->state, SILENT_NEVER);
	cr_expect_str_eq(outlet("never")->name, "Nie");
	cr_expect_eq(outlet("never")->area, 330102);
	cr_expect_eq(outlet("shut")->state, SILENT_SUSPENDED);
	cr_expect_eq(outlet("shut")->days, 1);
	cr_expect_eq(outlet("night")->days, 3);
	cr_expect_eq(outlet("night")->with, 1);
	cr_expect_eq(outlet("night")->without, 2);
	cr_expect_eq(outlet("night")->beyond, 1);
	cr_expect(outlet("else")->unknown);
	end();
}

Test(silent, a_weekend_counts_where_it_is_worked)
{

	begin(NULL);
	busy("bank.five", 0, 14);
	check("bank.seven", 0, 10 * HOUR);
	check("bank.seven", 5, 10 * HOUR);
	check("bank.seven", 12, 10 * HOUR);
	settle(13, 20 * HOUR);
	cr_expect_eq(outlet("five")->days, 10);
	/* Saturdays, not Sundays */
	cr_expect_eq(outlet("seven")->days, 12);
	end();
}

Test(silent, the_period_ends_where_it_is_told)
{

	begin(NULL);
	busy("bank.a", 0, 10);
	ro.since = monday + 2 * DAY;
	ro.until = monday + 4 * DAY;
	settle(20, 0);
	cr_expect_eq(outlet("a")->days, 2);
	cr_expect_eq(outlet("a")->checks, 16);
	cr_expect_eq(outlet("a")->state, SILENT_USUAL);
	end();
}

Test(silent, says_it_in_four_tables)
{
	struct report *out = report_new("silent", "", "");
	void *x;

	memset(&ro, 0, sizeof(ro));
	reg = NULL;
	s = NULL;
	cr_assert_not_null(x = report_silent.open(&ro));
	reportday_begin(&d, report_silent.entry, x);
	monday = d.t - 9 * HOUR;
	busy("bank.a", 0, 3);
	cr_expect_eq(report_silent.finish(x, out), 0);
	cr_expect_not(report_failed(out));
	cr_assert_eq(out->ntables, 4);
	cr_expect_eq(out->tables[0]->rows, 0);
	cr_expect_eq(out->tables[3]->rows, 1);
	report_silent.close(x);
	report_free(out);
	end();
}
