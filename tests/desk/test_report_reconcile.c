#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "desk/checks.h"
#include "desk/report_reconcile.h"
#include "desk/reporthash.h"

#include "reportday.h"

static struct reportday d;
static struct reconcile *r;
static struct report_options ro;

/* Take an entry. */
static int
entry(void *x, const struct entry *e)
{

	return (reconcile_entry(x, e));
}

/* Begin a journal. */
static void
begin(void)
{

	memset(&ro, 0, sizeof(ro));
	r = reconcile_new(NULL);
	cr_assert_not_null(r);
	reportday_begin(&d, entry, r);
}

/* Let time go by, compare. */
static void
settle(void)
{

	d.t += REPORTDAY_HOUR;
	(void)reportday_plain(&d, ENTRY_HEARTBEAT);
	cr_assert_eq(reconcile_settle(r, &ro), 0);
}

/* End. */
static void
end(void)
{

	reportday_end(&d);
	reconcile_free(r);
}

/* How many cases of a class there are. */
static size_t
of(int class)
{
	size_t n = 0, i;

	for (i = 0; i < reconcile_count(r); i++)
		n += reconcile_case(r, i)->class == class;
	return (n);
}

/* The one case there is. */
static const struct reconcile_case *
only(int class)
{

	cr_assert_eq(reconcile_count(r), 1, "%zu cases", reconcile_count(r));
	cr_assert_eq(reconcile_case(r, 0)->class, class, "class %d",
	    reconcile_case(r, 0)->class);
	return (reconcile_case(r, 0));
}

/* The sums of a place. */
static const struct reconcile_line *
line(int level, const char *inst, const char *outlet, const char *teller)
{
	struct reporthash_teller key;
	const struct reconcile_line *l;

	memset(&key, 0, sizeof(key));
	(void)snprintf(key.inst, sizeof(key.inst), "%s", inst);
	(void)snprintf(key.outlet, sizeof(key.outlet), "%s", outlet);
	(void)snprintf(key.teller, sizeof(key.teller), "%s", teller);
	l = reporthash_get(reconcile_lines(r, level), &key);
	cr_assert_not_null(l);
	return (l);
}

#define A "bank.0001.t1"
#define PASS(person) reportday_check(&d, A, person, 1, LK_PASS, 0)
#define CONFIRM(seq, flags) \
	reportday_about(&d, ENTRY_CONFIRM, seq, 0, (flags) | ENTRY_F_FIRST)

Test(reconcile, what_is_checked_and_confirmed_is_fine)
{
	const struct reconcile_line *l;

	begin();
	CONFIRM(PASS(1), 0);
	reportday_about(&d, ENTRY_CANCEL, PASS(2), LK_CANCEL_LEFT, 0);
	(void)reportday_check(&d, A, 3, 1, LK_REJECT, 0);
	(void)reportday_check(&d, A, 4, 1, LK_PASS, ENTRY_F_DRY);
	settle();
	cr_expect_eq(reconcile_count(r), 0);
	l = line(RECONCILE_TELLER, "bank", "0001", "t1");
	cr_expect_eq(l->checks, 3);
	cr_expect_eq(l->allowed, 2);
	cr_expect_eq(l->fine, 1);
	cr_expect_eq(reconcile_issued(l), 1);
	end();
}

Test(reconcile, a_check_nobody_used_is_a_case)
{
	const struct reconcile_case *x;
	uint64_t seq;

	begin();
	seq = PASS(1);
	settle();
	x = only(RECONCILE_LAPSED);
	cr_expect_eq(x->seq, seq);
	cr_expect_str_eq(checks_place_at(reconcile_checks(r), x->place)->teller,
	    "t1");
	end();
}

Test(reconcile, what_is_still_reserved_is_none)
{

	begin();
	d.keep = 10 * REPORTDAY_DAY;
	(void)PASS(1);
	settle();
	cr_expect_eq(reconcile_count(r), 0);
	cr_expect_eq(line(RECONCILE_OUTLET, "bank", "0001", "")->open, 1);
	end();
}

Test(reconcile, a_held_one_counts_once_it_is_approved)
{
	uint64_t seq;

	begin();
	(void)reportday_check(&d, A, 1, 1, LK_REVIEW, 0);
	seq = reportday_check(&d, A, 2, 1, LK_REVIEW, 0);
	reportday_about(&d, ENTRY_REVIEW, seq, REVIEW_APPROVE, 0);
	reportday_about(&d, ENTRY_REVIEW, reportday_check(&d, A, 3, 1,
	    LK_REVIEW, 0), REVIEW_DENY, 0);
	settle();
	cr_expect_eq(only(RECONCILE_APPROVED)->seq, seq);
	end();
}

Test(reconcile, a_row_without_a_check_is_a_case)
{
	uint64_t seq;

	begin();
	CONFIRM(PASS(1), 0);
	d.t += REPORTDAY_HOUR;
	seq = reportday_row(&d, "bank.0001", 2, 1, d.t, 0);
	(void)reportday_row(&d, "bank.0001", 3, 1, d.t, ENTRY_F_STOCK);
	settle();
	cr_expect_eq(only(RECONCILE_UNCHECKED)->seq, seq);
	cr_expect_eq(reconcile_without(line(RECONCILE_INSTITUTION, "bank", "",
	    "")), 1);
	end();
}

Test(reconcile, a_row_beside_a_lapsed_check_confirms_it)
{
	const struct reconcile_case *x;
	uint64_t seq, row;

	begin();
	seq = PASS(1);
	d.t += 2 * REPORTDAY_DAY;
	row = reportday_row(&d, "bank.0001", 1, 1, d.t, 0);
	settle();
	x = only(RECONCILE_BY_FILE);
	cr_expect_eq(x->seq, seq);
	cr_expect_eq(x->other, row);
	end();
}

Test(reconcile, three_days_or_another_product_or_bank_are_too_far)
{

	begin();
	(void)PASS(1);
	(void)PASS(2);
	(void)PASS(3);
	CONFIRM(reportday_check(&d, "other.1.t", 9, 1, LK_PASS, 0), 0);
	(void)reportday_row(&d, "bank.0001", 1, 1, d.t + 3 * REPORTDAY_DAY, 0);
	(void)reportday_row(&d, "bank.0001", 2, 20, d.t, 0);
	(void)reportday_row(&d, "other.1", 3, 1, d.t, 0);
	d.t += 3 * REPORTDAY_DAY;
	settle();
	cr_expect_eq(of(RECONCILE_LAPSED), 3);
	cr_expect_eq(of(RECONCILE_UNCHECKED), 3);
	end();
}

Test(reconcile, one_check_takes_one_row)
{

	begin();
	(void)PASS(1);
	(void)reportday_row(&d, "bank.0001", 1, 1, d.t, 0);
	(void)reportday_row(&d, "bank.0001", 1, 1, d.t, 0);
	settle();
	cr_expect_eq(of(RECONCILE_BY_FILE), 1);
	cr_expect_eq(of(RECONCILE_UNCHECKED), 1);
	cr_expect_eq(of(RECONCILE_LAPSED), 0);
	end();
}

Test(reconcile, a_row_beside_a_refusal_was_issued_against_it)
{
	const struct reporthash_teller *p;
	uint64_t seq;

	begin();
	seq = reportday_check(&d, A, 1, 1, LK_REJECT, 0);
	(void)reportday_row(&d, "bank.0002", 1, 1, d.t, 0);
	settle();
	cr_expect_eq(only(RECONCILE_AGAINST)->seq, seq);
	/* at another outlet: it is not that teller's */
	p = checks_place_at(reconcile_checks(r), only(RECONCILE_AGAINST)->place);
	cr_expect_str_eq(p->outlet, "0002");
	cr_expect_str_eq(p->teller, "");
	end();
}

Test(reconcile, a_row_that_was_merged_into_a_lapsed_check_is_by_file)
{
	uint64_t seq;

	begin();
	seq = PASS(1);
	d.t += REPORTDAY_HOUR;
	reportday_about(&d, ENTRY_MERGE, seq, 0, ENTRY_F_FIRST);
	reportday_about(&d, ENTRY_MERGE, PASS(2), 0, ENTRY_F_FIRST);
	seq = PASS(3);
	CONFIRM(seq, 0);
	reportday_about(&d, ENTRY_MERGE, seq, 0, 0);
	seq = reportday_check(&d, A, 4, 1, LK_REJECT, 0);
	reportday_about(&d, ENTRY_MERGE, seq, 0, ENTRY_F_OVERRIDE);
	settle();
	cr_expect_eq(reconcile_count(r), 3);
	cr_expect_eq(of(RECONCILE_BY_FILE), 2);
	cr_expect_eq(of(RECONCILE_AGAINST), 1);
	cr_expect_eq(line(RECONCILE_INSTITUTION, "bank", "", "")->fine, 1);
	cr_expect_eq(reconcile_issued(line(RECONCILE_INSTITUTION, "bank", "",
	    "")), 4);
	end();
}

Test(reconcile, confirms_that_do_not_fit_are_told_apart)
{
	uint64_t seq;

	begin();
	CONFIRM(reportday_check(&d, A, 1, 1, LK_REJECT, 0), ENTRY_F_OVERRIDE);
	CONFIRM(PASS(2), ENTRY_F_LATE);
	seq = PASS(3);
	reportday_about(&d, ENTRY_CANCEL, seq, LK_CANCEL_LEFT, 0);
	CONFIRM(seq, ENTRY_F_AFTER_CANCEL);
	seq = PASS(4);
	CONFIRM(seq, 0);
	reportday_about(&d, ENTRY_CONFIRM, seq, 0, ENTRY_F_EXTRA);
	settle();
	cr_expect_eq(of(RECONCILE_OVERRIDE), 1);
	cr_expect_eq(of(RECONCILE_LATE), 1);
	cr_expect_eq(of(RECONCILE_CANCELLED), 1);
	cr_expect_eq(of(RECONCILE_EXTRA), 1);
	cr_expect_eq(reconcile_count(r), 4);
	cr_expect_eq(line(RECONCILE_TELLER, "bank", "0001", "t1")->fine, 1);
	cr_expect_eq(reconcile_issued(line(RECONCILE_TELLER, "bank", "0001",
	    "t1")), 5);
	end();
}

Test(reconcile, a_fallback_day_is_told_apart)
{
	int64_t away;
	struct entry e;

	begin();
	CONFIRM(PASS(1), 0);
	(void)reportday_plain(&d, ENTRY_STOP);
	away = d.t + 2 * REPORTDAY_HOUR;
	d.t += 6 * REPORTDAY_HOUR;
	(void)reportday_plain(&d, ENTRY_START);
	entry_clear(&e, ENTRY_DECISION);
	reportday_where(&e, A);
	reportday_person(&e, 5);
	e.product = 1;
	e.quantity = 1;
	e.flags = ENTRY_F_POSTHOC;
	e.at = away;
	(void)reportday_put(&d, &e);
	e.at = d.t;
	reportday_person(&e, 6);
	(void)reportday_put(&d, &e);
	(void)reportday_row(&d, "bank.0001", 7, 1, away, 0);
	settle();
	cr_expect_eq(of(RECONCILE_AWAY), 1);
	cr_expect_eq(of(RECONCILE_FILE_AWAY), 1);
	cr_expect_eq(of(RECONCILE_POSTHOC), 1);
	cr_expect_eq(reconcile_count(r), 3);
	cr_expect_eq(reconcile_without(line(RECONCILE_INSTITUTION, "bank", "",
	    "")), 1);
	end();
}

Test(reconcile, a_row_of_a_day_alone_is_judged_by_its_day)
{
	int64_t midnight;

	begin();
	midnight = d.t - 9 * REPORTDAY_HOUR;
	CONFIRM(PASS(1), 0);
	d.t += 8 * REPORTDAY_HOUR;
	(void)reportday_plain(&d, ENTRY_STOP);
	d.t += 20 * REPORTDAY_HOUR;
	(void)reportday_plain(&d, ENTRY_START);
	(void)reportday_row(&d, "bank.0001", 7, 1, midnight,
	    ENTRY_F_DATE_ONLY);
	(void)reportday_row(&d, "bank.0001", 8, 1, midnight + REPORTDAY_DAY,
	    ENTRY_F_DATE_ONLY);
	settle();
	cr_expect_eq(of(RECONCILE_UNCHECKED), 1);
	cr_expect_eq(of(RECONCILE_FILE_AWAY), 1);
	end();
}

Test(reconcile, asked_again_and_issued_counts_once)
{
	uint64_t seq;

	begin();
	(void)PASS(1);
	d.t += REPORTDAY_DAY;
	CONFIRM(PASS(1), 0);
	(void)PASS(2);
	d.t += REPORTDAY_HOUR;
	seq = PASS(2);
	settle();
	cr_expect_eq(of(RECONCILE_AGAIN), 2);
	cr_expect_eq(of(RECONCILE_LAPSED), 1);
	cr_expect_eq(reconcile_case(r, 0)->seq, seq);
	end();
}

Test(reconcile, asked_again_much_later_or_refused_counts_itself)
{

	begin();
	(void)PASS(1);
	(void)PASS(2);
	d.t += REPORTDAY_HOUR;
	(void)reportday_check(&d, A, 2, 1, LK_REJECT, 0);
	d.t += 30 * REPORTDAY_DAY;
	CONFIRM(PASS(1), 0);
	settle();
	cr_expect_eq(of(RECONCILE_LAPSED), 2);
	cr_expect_eq(reconcile_count(r), 2);
	end();
}

Test(reconcile, the_period_and_institution_are_kept)
{

	begin();
	(void)PASS(1);
	(void)reportday_check(&d, "other.1.t", 2, 1, LK_PASS, 0);
	d.t += REPORTDAY_DAY;
	ro.since = d.t;
	(void)PASS(3);
	(void)reportday_check(&d, "other.1.t", 4, 1, LK_PASS, 0);
	ro.inst = "bank";
	settle();
	cr_expect_str_eq(checks_place_at(reconcile_checks(r),
	    only(RECONCILE_LAPSED)->place)->inst, "bank");
	end();
}

Test(reconcile, rows_from_before_the_first_check_are_apart)
{

	begin();
	(void)reportday_row(&d, "bank.0001", 7, 1, d.t - 90 * REPORTDAY_DAY, 0);
	CONFIRM(PASS(1), 0);
	settle();
	cr_expect_eq(reconcile_without(line(RECONCILE_INSTITUTION, "bank", "",
	    "")), 0);
	(void)only(RECONCILE_BEFORE);
	end();
}

/* A generator of our own: the same on every machine. */
static uint32_t
next(uint32_t *s)
{

	*s ^= *s << 13;
	*s ^= *s >> 17;
	*s ^= *s << 5;
	return (*s);
}

#define DAYS 20
#define A_DAY 200
#define PLANTS 137

/* Which seq was planted as what; 0: nothing. */
struct plants {
	uint8_t class[40000];
	size_t n[RECONCILE_CLASSES];
};

/* One applicant of an ordinary day, or a planted omission. */
static void
applicant(struct plants *p, unsigned person, uint32_t *s, int plant)
{
	char where[32];
	int product = 1 + (int)(next(s) % 3);
	uint64_t seq;

	(void)snprintf(where, sizeof(where), "b%u.%u.t%u", next(s) % 4,
	    next(s) % 12, next(s) % 3);
	if (plant == 1) {
		seq = reportday_row(&d, where, person, product, d.t, 0);
		p->class[seq] = RECONCILE_UNCHECKED + 1;
		p->n[RECONCILE_UNCHECKED]++;
		return;
	}
	seq = reportday_check(&d, where, person, product,
	    next(s) % 20 == 0 ? LK_REJECT : LK_PASS, 0);
	if (d.decisions[seq].decision == LK_REJECT && plant == 0)
		return;
	d.t += 60000;
	if (plant == 2) {
		if (d.decisions[seq].decision == LK_REJECT) {
			CONFIRM(seq, ENTRY_F_OVERRIDE);
			p->class[seq] = RECONCILE_OVERRIDE + 1;
			p->n[RECONCILE_OVERRIDE]++;
		} else {
			p->class[seq] = RECONCILE_LAPSED + 1;
			p->n[RECONCILE_LAPSED]++;
		}
	} else if (next(s) % 10 == 0)
		reportday_about(&d, ENTRY_CANCEL, seq, LK_CANCEL_LEFT, 0);
	else {
		CONFIRM(seq, 0);
		if (next(s) % 2 == 0)
			reportday_about(&d, ENTRY_MERGE, seq, 0, 0);
	}
}

Test(reconcile, finds_every_planted_omission_and_nothing_else)
{
	static struct plants p;
	const struct reconcile_case *x;
	uint32_t s = 20261122;
	unsigned person = 0, planted = 0;
	size_t i;
	int day, k, plant;

	begin();
	/* Every institution has checked before. */
	for (k = 0; k < 4; k++) {
		char where[32];

		(void)snprintf(where, sizeof(where), "b%d.0.t0", k);
		CONFIRM(reportday_check(&d, where, ++person, 1, LK_PASS, 0), 0);
	}
	for (day = 0; day < DAYS; day++) {
		for (k = 0; k < A_DAY; k++) {
			plant = 0;
			if (planted < PLANTS && next(&s) % 20 == 0)
				plant = 1 + (int)(++planted % 2);
			applicant(&p, ++person, &s, plant);
		}
		d.t += REPORTDAY_DAY - A_DAY * 60000;
	}
	cr_assert_eq(planted, PLANTS);
	settle();
	cr_expect_eq(reconcile_count(r), PLANTS);
	for (i = 0; i < reconcile_count(r); i++) {
		x = reconcile_case(r, i);
		cr_expect_eq(p.class[x->seq], x->class + 1, "seq %llu",
		    (unsigned long long)x->seq);
	}
	for (k = 0; k < RECONCILE_CLASSES; k++)
		cr_expect_eq(of(k), p.n[k]);
	cr_expect_gt(p.n[RECONCILE_LAPSED], 40);
	cr_expect_gt(p.n[RECONCILE_UNCHECKED], 60);
	end();
}
