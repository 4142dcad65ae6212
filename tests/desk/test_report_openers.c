#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"
#include "plugin.h"

#include "desk/report.h"
#include "desk/report_openers_impl.h"
#include "desk/reporthash.h"

#include "reportday.h"
#include "reportlook.h"

#define MINUTE INT64_C(60000)

static struct reportday d;
static struct report_options o;
static void *x;
static struct report *r;

/* Take an entry. */
static int
entry(void *arg, const struct entry *e)
{

	return (report_openers.entry(arg, e));
}

/* Begin. */
static void
begin(void)
{

	memset(&o, 0, sizeof(o));
	x = report_openers.open(&o);
	cr_assert_not_null(x);
	reportday_begin(&d, entry, x);
}

/* Have the report made. */
static void
finish(void)
{

	r = report_new("openers", "x", "x");
	cr_assert_eq(report_openers.finish(x, r), 0);
	cr_assert_eq(report_failed(r), 0);
}

/* End. */
static void
end(void)
{

	report_free(r);
	r = NULL;
	report_openers.close(x);
	reportday_end(&d);
}

/* A check whose entry the test may change before it is written. */
static struct entry *
check(const char *where, unsigned person, int product, int decision)
{
	static struct entry e;

	entry_clear(&e, ENTRY_DECISION);
	reportday_where(&e, where);
	reportday_person(&e, person);
	e.product = product;
	e.quantity = 1;
	e.decision = decision;
	e.visit_key = d.seq + 1000;	/* each its own */
	e.area = 330102;
	return (&e);
}

/* What becomes of it, which keeps its visit. */
static uint64_t
then(int kind, uint64_t ref, int code, uint32_t flags)
{
	struct entry e;

	entry_clear(&e, kind);
	memcpy(e.inst, d.decisions[ref].inst, sizeof(e.inst));
	memcpy(e.outlet, d.decisions[ref].outlet, sizeof(e.outlet));
	e.person = d.decisions[ref].person;
	e.product = d.decisions[ref].product;
	e.operation = d.decisions[ref].operation;
	e.quantity = d.decisions[ref].quantity;
	e.visit_key = d.decisions[ref].visit_key;
	e.ref = ref;
	e.code = code;
	e.flags = flags;
	return (reportday_put(&d, &e));
}

/* Check and issue. */
static uint64_t
opens(const char *where, unsigned person)
{
	uint64_t seq = reportday_put(&d, check(where, person,
	    LK_PRODUCT_BANK1, LK_PASS));

	return (then(ENTRY_CONFIRM, seq, 0, ENTRY_F_FIRST));
}

/* The reference of a person. */
static const char *
who(unsigned person)
{
	static char hex[9];
	struct entry e;

	entry_clear(&e, ENTRY_DECISION);
	reportday_person(&e, person);
	(void)snprintf(hex, sizeof(hex), "%02x%02x%02x%02x", e.person.b[0],
	    e.person.b[1], e.person.b[2], e.person.b[3]);
	return (hex);
}

Test(report_openers, five_cards_in_thirty_days)
{
	int64_t t0;
	size_t row;
	long at;
	int i;

	begin();
	t0 = d.t;
	for (i = 0; i < 5; i++) {
		d.t = t0 + i * 7 * REPORTDAY_DAY;
		(void)opens("a.1.t", 1);
	}
	/* The same with the fifth one second too late: (now - 30 d, now]. */
	d.t = t0;
	for (i = 0; i < 4; i++) {
		d.t = t0 + i * 8 * REPORTDAY_DAY;
		(void)opens("a.1.t", 2);
	}
	d.t = t0 + 30 * REPORTDAY_DAY;
	(void)opens("a.1.t", 2);
	finish();
	cr_assert_eq(reportlook_rows(r, "people"), 1);
	cr_assert_str_eq(reportlook_text(r, "people", 0, "person"), who(1));
	cr_assert_str_eq(reportlook_text(r, "people", 0, "over"),
	    "cards_30d");
	cr_assert_eq(reportlook_number(r, "people", 0, "cards_30d"), 5);
	cr_assert_eq(reportlook_number(r, "people", 0, "inst_7d"), 1);
	cr_assert_eq(reportlook_number(r, "people", 0, "crossed"),
	    t0 + 28 * REPORTDAY_DAY);
	cr_assert_eq(reportlook_rows(r, "openings"), 5);
	for (row = 0; row < 5; row++)
		cr_assert_str_eq(reportlook_text(r, "openings", row,
		    "reached"), row == 4 ? "cards_30d" : "");
	at = reportlook_find(r, "areas", "area", "330102");
	cr_assert_geq(at, 0);
	cr_assert_eq(reportlook_number(r, "areas", (size_t)at, "persons"), 1);
	cr_assert_geq(reportlook_find(r, "areas", "area", "33"), 0);
	cr_assert_geq(reportlook_find(r, "areas", "area", "3301"), 0);
	cr_assert_eq(reportlook_figure(r, "people"), 1);
	cr_assert_eq(reportlook_figure(r, "over_cards_30d"), 1);
	cr_assert_eq(reportlook_figure(r, "over_day"), 0);
	end();
}

Test(report_openers, a_day_counts_visits_and_a_week_institutions)
{
	uint64_t seq, visit;
	struct entry *e;
	long row;

	begin();
	/* One visit, two cards: nobody. */
	seq = reportday_put(&d, check("a.1.t", 1, LK_PRODUCT_BANK1, LK_PASS));
	visit = d.decisions[seq].visit_key;
	(void)then(ENTRY_CONFIRM, seq, 0, ENTRY_F_FIRST);
	e = check("a.1.t", 1, LK_PRODUCT_SIM, LK_PASS);
	e->visit_key = visit;
	seq = reportday_put(&d, e);
	(void)then(ENTRY_CONFIRM, seq, 0, ENTRY_F_FIRST);
	/* Two visits of a day; the day ends at midnight of UTC+8. */
	(void)opens("a.1.t", 2);
	d.t += 14 * REPORTDAY_HOUR + 59 * MINUTE; /* 23:59 */
	(void)opens("b.1.t", 2);
	(void)opens("a.1.t", 3);
	d.t += MINUTE;
	(void)opens("b.1.t", 3);
	/* Three institutions in a week. */
	(void)opens("a.1.t", 4);
	d.t += 3 * REPORTDAY_DAY;
	(void)opens("b.1.t", 4);
	d.t += 3 * REPORTDAY_DAY;
	(void)opens("c.1.t", 4);
	finish();
	cr_assert_eq(reportlook_rows(r, "people"), 2);
	row = reportlook_find(r, "people", "person", who(2));
	cr_assert_geq(row, 0);
	cr_assert_str_eq(reportlook_text(r, "people", (size_t)row, "over"),
	    "day");
	row = reportlook_find(r, "people", "person", who(4));
	cr_assert_geq(row, 0);
	cr_assert_str_eq(reportlook_text(r, "people", (size_t)row, "over"),
	    "inst_7d");
	end();
}

Test(report_openers, what_is_no_opening_is_not_counted)
{
	uint64_t seq, k;
	struct entry *e;
	int i;

	begin();
	for (i = 0; i < 3; i++) {
		/* passed, and never issued */
		(void)reportday_put(&d, check("a.1.t", 1, LK_PRODUCT_SIM,
		    LK_PASS));
		/* issued and taken back */
		k = opens("a.1.t", 2);
		(void)then(ENTRY_VOID, d.decisions[k].ref, 0, 0);
		/* replaced */
		e = check("a.1.t", 3, LK_PRODUCT_SIM, LK_PASS);
		e->operation = LK_OP_REPLACE;
		seq = reportday_put(&d, e);
		(void)then(ENTRY_CONFIRM, seq, 0, ENTRY_F_FIRST);
		/* held before */
		(void)reportday_row(&d, "a.1.t", 4, LK_PRODUCT_SIM, d.t,
		    ENTRY_F_STOCK);
		/* tried out */
		(void)reportday_check(&d, "a.1.t", 5, LK_PRODUCT_SIM, LK_PASS,
		    ENTRY_F_DRY);
		/* cancelled */
		seq = reportday_put(&d, check("a.1.t", 6, LK_PRODUCT_SIM,
		    LK_PASS));
		(void)then(ENTRY_CANCEL, seq, 0, ENTRY_F_UNWIND);
		/* no bank or phone card */
		seq = reportday_put(&d, check("a.1.t", 7,
		    LK_PRODUCT_CORPORATE, LK_PASS));
		(void)then(ENTRY_CONFIRM, seq, 0, ENTRY_F_FIRST);
		d.t += MINUTE;
	}
	finish();
	cr_assert_eq(reportlook_rows(r, "people"), 0);
	cr_assert_eq(reportlook_rows(r, "held"), 0);
	end();
}

Test(report_openers, one_opening_told_three_times_is_one)
{
	uint64_t seq;
	int64_t t0;
	int i;

	begin();
	t0 = d.t;
	for (i = 0; i < 4; i++) {
		seq = reportday_put(&d, check("a.1.t", 1, LK_PRODUCT_SIM,
		    LK_PASS));
		(void)then(ENTRY_CONFIRM, seq, 0, ENTRY_F_FIRST);
		(void)then(ENTRY_CONFIRM, seq, 0, 0);
		d.t += REPORTDAY_DAY;
		(void)then(ENTRY_MERGE, seq, 0, 0);
	}
	finish();
	cr_assert_eq(reportlook_rows(r, "people"), 0);
	report_free(r);
	(void)opens("a.1.t", 1);
	finish();
	/* Its time is that of the card, not of what was said of it later. */
	for (i = 0; i < 5; i++)
		cr_assert_eq(reportlook_number(r, "openings", (size_t)i,
		    "time"), t0 + i * REPORTDAY_DAY);
	end();
}

Test(report_openers, however_a_card_came_it_counts)
{
	uint64_t seq;
	struct entry *e;
	long i;

	begin();
	/* confirmed */
	(void)opens("a.1.t", 1);
	d.t += REPORTDAY_DAY;
	/* a file alone */
	(void)reportday_row(&d, "a.2.t", 1, LK_PRODUCT_SIM, d.t, 0);
	d.t += REPORTDAY_DAY;
	/* a file that names the check */
	seq = reportday_put(&d, check("a.3.t", 1, LK_PRODUCT_SIM, LK_PASS));
	(void)then(ENTRY_MERGE, seq, 0, ENTRY_F_FIRST);
	d.t += REPORTDAY_DAY;
	/* while the daemon was away */
	e = check("a.4.t", 1, LK_PRODUCT_SIM, LK_PASS);
	e->flags = ENTRY_F_POSTHOC;
	seq = reportday_put(&d, e);
	(void)then(ENTRY_CONFIRM, seq, 0, 0);
	d.t += REPORTDAY_DAY;
	/* against the decision */
	e = check("a.5.t", 1, LK_PRODUCT_SIM, LK_REJECT);
	e->flags = ENTRY_F_SEALED;
	seq = reportday_put(&d, e);
	(void)then(ENTRY_CONFIRM, seq, 0, ENTRY_F_OVERRIDE | ENTRY_F_FIRST);
	finish();
	cr_assert_eq(reportlook_rows(r, "people"), 1);
	cr_assert_str_eq(reportlook_text(r, "people", 0, "over"),
	    "cards_30d");
	cr_assert_eq(reportlook_number(r, "people", 0, "sealed_seq"),
	    (int64_t)seq);
	cr_assert_eq(reportlook_rows(r, "openings"), 5);
	for (i = 0; i < 5; i++)
		cr_assert_str_eq(reportlook_text(r, "openings", (size_t)i,
		    "how"), ((const char *const[]){ "check", "intake",
		    "check_file", "posthoc", "override" })[i]);
	end();
}

Test(report_openers, known_by_its_day_is_no_visit_of_the_day)
{

	begin();
	(void)reportday_row(&d, "a.1.t", 1, LK_PRODUCT_SIM, d.t,
	    ENTRY_F_DATE_ONLY);
	(void)reportday_row(&d, "b.1.t", 1, LK_PRODUCT_SIM, d.t,
	    ENTRY_F_DATE_ONLY);
	finish();
	cr_assert_eq(reportlook_rows(r, "people"), 0);
	report_free(r);
	/* In a week it is. */
	(void)reportday_row(&d, "c.1.t", 1, LK_PRODUCT_SIM, d.t,
	    ENTRY_F_DATE_ONLY);
	finish();
	cr_assert_eq(reportlook_rows(r, "people"), 1);
	cr_assert_str_eq(reportlook_text(r, "people", 0, "over"), "inst_7d");
	end();
}

Test(report_openers, who_was_held_stands_apart)
{
	uint64_t held;

	begin();
	(void)opens("a.1.t", 1);
	(void)opens("a.1.t", 2);
	d.t += MINUTE;
	held = reportday_put(&d, check("b.1.t", 1, LK_PRODUCT_SIM,
	    LK_REVIEW));
	(void)then(ENTRY_REVIEW, held, REVIEW_DENY, 0);
	/* This one was approved and issued. */
	held = reportday_put(&d, check("b.1.t", 2, LK_PRODUCT_SIM,
	    LK_REVIEW));
	(void)then(ENTRY_REVIEW, held, REVIEW_APPROVE, 0);
	(void)then(ENTRY_CONFIRM, held, 0, ENTRY_F_FIRST);
	finish();
	cr_assert_eq(reportlook_rows(r, "people"), 1);
	cr_assert_str_eq(reportlook_text(r, "people", 0, "person"), who(2));
	cr_assert_eq(reportlook_rows(r, "held"), 1);
	cr_assert_str_eq(reportlook_text(r, "held", 0, "person"), who(1));
	cr_assert_eq(reportlook_number(r, "held", 0, "held"), 1);
	cr_assert_str_eq(reportlook_text(r, "held_applications", 1, "how"),
	    "denied");
	cr_assert_eq(reportlook_figure(r, "held"), 1);
	end();
}

Test(report_openers, two_documents_of_one_person)
{
	struct entry e;

	begin();
	(void)opens("a.1.t", 1);
	(void)opens("b.1.t", 2);
	(void)opens("a.1.t", 3);
	(void)opens("b.1.t", 4);
	entry_clear(&e, ENTRY_LINK);
	reportday_person(&e, 2);
	e.prev = e.person;
	reportday_person(&e, 1);
	e.code = LINK_JOIN;
	(void)reportday_put(&d, &e);
	/* Claimed, and then said not to be so. */
	e = *check("c.1.t", 3, LK_PRODUCT_FIXED, LK_PASS);
	reportday_person(&e, 4);
	e.prev = e.person;
	reportday_person(&e, 3);
	(void)reportday_put(&d, &e);
	entry_clear(&e, ENTRY_LINK);
	reportday_person(&e, 3);
	e.prev = e.person;
	reportday_person(&e, 4);
	e.code = LINK_PART;
	(void)reportday_put(&d, &e);
	finish();
	cr_assert_eq(reportlook_rows(r, "people"), 1);
	cr_assert_eq(reportlook_number(r, "people", 0, "documents"), 2);
	cr_assert_eq(reportlook_rows(r, "openings"), 2);
	end();
}

Test(report_openers, the_period_and_the_area)
{
	int64_t t0;

	begin();
	t0 = d.t;
	(void)opens("a.1.t", 1);
	d.t += 6 * REPORTDAY_DAY;
	(void)opens("b.1.t", 1);
	(void)opens("c.1.t", 1);
	/* All of the second lies before the period. */
	d.t = t0;
	(void)opens("a.1.t", 2);
	d.t += MINUTE;
	(void)opens("a.1.t", 2);
	o.since = t0 + REPORTDAY_DAY;
	o.until = t0 + 7 * REPORTDAY_DAY;
	finish();
	cr_assert_eq(reportlook_rows(r, "people"), 1);
	cr_assert_eq(reportlook_number(r, "people", 0, "inst_7d"), 3);
	cr_assert_eq(reportlook_number(r, "people", 0, "openings"), 2);
	cr_assert_eq(reportlook_rows(r, "openings"), 3);
	report_free(r);
	o.area = "3302";
	finish();
	cr_assert_eq(reportlook_rows(r, "people"), 0);
	report_free(r);
	o.area = "33";
	o.inst = "c";
	finish();
	cr_assert_eq(reportlook_rows(r, "people"), 1);
	end();
}

/* A simple generator, so that a failure can be repeated. */
static uint32_t
next(uint32_t *seed)
{

	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8);
}

/* One threshold by its definition. */
static uint32_t
slowly(const struct openers_person *p, uint32_t i, int which)
{
	static const int64_t window[] = { 0, 7, 30, 60 };
	int64_t now = p->v[i].at / 1000, at;
	uint64_t seen[256];
	uint32_t k, m, n = 0, distinct = 0;

	for (k = 0; k <= i; k++) {
		const struct openers_row *q = &p->v[k];
		uint64_t what = which == 0 ? q->visit : q->outlet;

		at = q->at / 1000;
		if (q->state != OPENERS_ISSUED || (which == 0 ?
		    day_of(at) != day_of(now) || (q->flags & OPENERS_DATED) :
		    at <= now - window[which] * 86400))
			continue;
		n += q->quantity;
		for (m = 0; m < distinct && seen[m] != what; m++)
			;
		if (m == distinct)
			seen[distinct++] = what;
	}
	if (which == 0 && (p->v[i].flags & OPENERS_DATED) != 0)
		return (0);
	return (which < 2 ? distinct : n);
}

Test(report_openers, windows_are_what_their_definition_says)
{
	struct openers_row v[40];
	struct openers_person p = { .v = v, .n = 40 };
	struct reporthash_outlet key;
	uint32_t n[REPORT_OPENERS_THRESHOLDS], seed = 1, i, k;
	struct openers_outlet *place;
	struct openers *all;
	int round;

	memset(&o, 0, sizeof(o));
	all = report_openers.open(&o);
	cr_assert_not_null(all);
	/* Each outlet is its own institution. */
	for (i = 0; i < 5; i++) {
		memset(&key, 0, sizeof(key));
		key.inst[0] = (char)('a' + i);
		cr_assert_not_null(place = reporthash_put(all->outlets, &key));
		place->number = place->inst = i;
	}
	for (round = 0; round < 400; round++) {
		memset(v, 0, sizeof(v));
		for (i = 0; i < 40; i++) {
			v[i].seq = i;
			/* Often on the edge of a window or a day. */
			v[i].at = INT64_C(1795276800000) + (int64_t)(
			    next(&seed) % 90) * 86400000 + (int64_t)(
			    next(&seed) % 3) * 1000 - 1000;
			v[i].visit = next(&seed) % 8;
			v[i].outlet = next(&seed) % 5;
			v[i].quantity = (uint16_t)(1 + next(&seed) % 3);
			v[i].state = (uint8_t)(next(&seed) % 4 == 0 ?
			    OPENERS_ASKED : OPENERS_ISSUED);
			v[i].flags = (uint8_t)(next(&seed) % 5 == 0 ?
			    OPENERS_DATED : 0);
		}
		openers_sort(all, &p);
		for (i = 0; i < 40; i++) {
			if (v[i].state != OPENERS_ISSUED)
				continue;
			openers_window(&p, i, 0, n);
			for (k = 0; k < REPORT_OPENERS_THRESHOLDS; k++)
				cr_assert_eq(n[k], slowly(&p, i, (int)k),
				    "round %d, opening %u, threshold %u: %u, "
				    "not %u", round, i, k, n[k],
				    slowly(&p, i, (int)k));
		}
	}
	report_openers.close(all);
}

/* A number that stands for many, as files have it, does not hold up the report. */
Test(report_openers, one_number_of_thousands_of_cards)
{
	char where[32];
	unsigned i;

	begin();
	for (i = 0; i < 4000; i++) {
		(void)snprintf(where, sizeof(where), "i%u.1.t", i);
		d.t += 1000;
		(void)reportday_row(&d, where, 1, LK_PRODUCT_SIM, d.t, 0);
	}
	finish();
	cr_assert_eq(reportlook_rows(r, "people"), 1);
	cr_expect_eq(reportlook_number(r, "people", 0, "inst_7d"), 4000);
	cr_expect_eq(reportlook_number(r, "people", 0, "cards_60d"), 4000);
	end();
}
