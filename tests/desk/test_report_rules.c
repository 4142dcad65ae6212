#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "engine/policy.h"
#include "plugin.h"

#include "desk/report.h"
#include "desk/report_rules.h"

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

	return (report_rules.entry(arg, e));
}

/* Begin. */
static void
begin(void)
{

	memset(&o, 0, sizeof(o));
	x = report_rules.open(&o);
	cr_assert_not_null(x);
	reportday_begin(&d, entry, x);
}

/* Have the report made. */
static void
finish(void)
{

	r = report_new("rules", "x", "x");
	cr_assert_eq(report_rules.finish(x, r), 0);
	cr_assert_eq(report_failed(r), 0);
}

/* End. */
static void
end(void)
{

	report_free(r);
	report_rules.close(x);
	reportday_end(&d);
}

/* A decision on which rules hit. */
static uint64_t
decides(int decision, const char *hits, const char *shadow)
{
	static unsigned person;
	struct entry e;

	entry_clear(&e, ENTRY_DECISION);
	reportday_where(&e, "a.1.t");
	reportday_person(&e, ++person);
	e.product = LK_PRODUCT_SIM;
	e.quantity = 1;
	e.decision = decision;
	(void)snprintf(e.hits, sizeof(e.hits), "%s", hits);
	(void)snprintf(e.shadow, sizeof(e.shadow), "%s", shadow);
	if (decision == LK_REVIEW)
		e.expires = d.t + 3 * REPORTDAY_DAY;
	return (reportday_put(&d, &e));
}

/* A number of a rule's row. */
static int64_t
of(const char *table, const char *rule, const char *column)
{
	long row = reportlook_find(r, table, "rule", rule);

	cr_assert_geq(row, 0, "%s is not in %s", rule, table);
	return (reportlook_number(r, table, (size_t)row, column));
}

Test(report_rules, what_each_did)
{
	struct entry e;
	uint64_t seq;

	begin();
	(void)decides(LK_PASS, "", "");
	(void)decides(LK_REVIEW, "HF-7D", "");
	(void)decides(LK_REVIEW, "HF-7D HF-30D", "TRY");
	(void)decides(LK_REJECT, "QL", "");
	(void)decides(LK_LIMIT, "LAW", "");
	seq = decides(LK_REJECT, "QL HF-7D", "");
	(void)reportday_about(&d, ENTRY_CONFIRM, seq, 0, ENTRY_F_OVERRIDE |
	    ENTRY_F_FIRST);
	entry_clear(&e, ENTRY_DECISION);
	e.flags = ENTRY_F_CLEARED;
	(void)snprintf(e.lifted, sizeof(e.lifted), "HF-7D HF-30D");
	(void)snprintf(e.waived, sizeof(e.waived), "HF-DAY");
	(void)reportday_put(&d, &e);
	entry_clear(&e, ENTRY_DECISION);
	e.flags = ENTRY_F_DRY;
	(void)snprintf(e.hits, sizeof(e.hits), "HF-7D");
	(void)reportday_put(&d, &e);
	finish();
	cr_assert_eq(of("rules", "HF-7D", "hits"), 4);
	cr_assert_eq(of("rules", "HF-7D", "effect"), 3);
	cr_assert_eq(of("rules", "HF-7D", "held"), 2);
	cr_assert_eq(of("rules", "HF-7D", "refused"), 1);
	cr_assert_eq(of("rules", "HF-7D", "alone"), 1);
	cr_assert_eq(of("rules", "HF-7D", "lifted"), 1);
	cr_assert_eq(of("rules", "HF-7D", "overridden"), 1);
	cr_assert_eq(of("rules", "HF-DAY", "waived"), 1);
	cr_assert_eq(of("rules", "HF-DAY", "effect"), 0);
	cr_assert_eq(of("rules", "QL", "alone"), 1);
	cr_assert_eq(of("rules", "LAW", "effect"), 1);
	cr_assert_eq(of("rules", "TRY", "shadow"), 1);
	cr_assert_eq(of("trial", "TRY", "passed"), 0);
	cr_assert_str_eq(reportlook_text(r, "rules", 0, "rule"), "HF-7D");
	cr_assert_eq(reportlook_figure(r, "decisions"), 7);
	end();
}

Test(report_rules, how_reviews_came_out)
{
	uint64_t v[10];
	int i;

	begin();
	for (i = 0; i < 10; i++)
		v[i] = decides(LK_REVIEW, "HF", "");
	d.t += 10 * MINUTE;
	(void)reportday_about(&d, ENTRY_REVIEW, v[0], REVIEW_TAKE, 0);
	(void)reportday_about(&d, ENTRY_REVIEW, v[0], REVIEW_DENY, 0);
	d.t += 10 * MINUTE;
	(void)reportday_about(&d, ENTRY_REVIEW, v[1], REVIEW_DENY, 0);
	d.t += 20 * MINUTE;
	(void)reportday_about(&d, ENTRY_REVIEW, v[2], REVIEW_APPROVE, 0);
	/* Asked again: the first word stands. */
	(void)reportday_about(&d, ENTRY_REVIEW, v[2], REVIEW_DENY, 0);
	(void)reportday_about(&d, ENTRY_REVIEW, v[3], REVIEW_TIMEOUT, 0);
	(void)reportday_about(&d, ENTRY_REVIEW, v[4], REVIEW_CLOSE, 0);
	(void)reportday_about(&d, ENTRY_CANCEL, v[5], 0, 0);
	(void)reportday_about(&d, ENTRY_CONFIRM, v[6], 0, ENTRY_F_OVERRIDE |
	    ENTRY_F_FIRST);
	finish();
	cr_assert_eq(of("reviews", "HF", "held"), 10);
	cr_assert_eq(of("reviews", "HF", "approved"), 1);
	cr_assert_eq(of("reviews", "HF", "denied"), 2);
	cr_assert_eq(of("reviews", "HF", "timeout"), 1);
	cr_assert_eq(of("reviews", "HF", "withdrawn"), 2);
	cr_assert_eq(of("reviews", "HF", "open"), 4);
	cr_assert_eq(of("reviews", "HF", "lapsed"), 0);
	cr_assert_eq(of("reviews", "HF", "overridden"), 1);
	cr_assert_eq(of("reviews", "HF", "median"), 20 * MINUTE);
	cr_assert_float_eq(reportlook_cell(r, "reviews", 0, "precision")->x,
	    2.0 / 3, 1e-9);
	end();

	/* What nobody answers lapses by its time. */
	begin();
	(void)decides(LK_REVIEW, "HF", "");
	d.t += 3 * REPORTDAY_DAY;
	(void)reportday_plain(&d, ENTRY_HEARTBEAT);
	finish();
	cr_assert_eq(of("reviews", "HF", "lapsed"), 1);
	cr_assert_eq(of("reviews", "HF", "open"), 0);
	cr_assert_eq(reportlook_cell(r, "reviews", 0, "precision")->set, 0);
	end();
}

Test(report_rules, what_a_rule_on_trial_would_have_caught)
{
	uint64_t seq, caught[2];
	int i;

	begin();
	for (i = 0; i < 100; i++) {
		seq = decides(LK_PASS, "", i < 10 ? "TRY" : "");
		if (i < 2)
			caught[i] = seq;
		if (i == 50)
			(void)reportday_about(&d, ENTRY_RETRO, seq, RETRO_HIT,
			    0);
	}
	(void)decides(LK_REVIEW, "HF", "TRY");
	d.t += REPORTDAY_DAY;
	(void)reportday_about(&d, ENTRY_RETRO, caught[0], RETRO_HIT, 0);
	(void)reportday_about(&d, ENTRY_RETIRE, caught[0],
	    LK_RETIRE_INVOLVED, 0);
	(void)reportday_about(&d, ENTRY_RETIRE, caught[1],
	    LK_RETIRE_INVOLVED, 0);
	(void)reportday_about(&d, ENTRY_RETIRE, caught[1], LK_RETIRE_CLOSED,
	    0);
	finish();
	cr_assert_eq(of("trial", "TRY", "shadow"), 11);
	cr_assert_eq(of("trial", "TRY", "passed"), 10);
	cr_assert_eq(of("trial", "TRY", "named"), 2);
	cr_assert_eq(of("trial", "all_passed", "passed"), 100);
	cr_assert_eq(of("trial", "all_passed", "named"), 3);
	end();
}

Test(report_rules, answers_may_come_after_the_period)
{
	uint64_t before, within;

	begin();
	o.since = d.t + REPORTDAY_DAY;
	o.until = d.t + 2 * REPORTDAY_DAY;
	before = decides(LK_REVIEW, "HF", "");
	d.t = o.since;
	within = decides(LK_REVIEW, "HF", "");
	d.t = o.until;
	(void)decides(LK_REVIEW, "HF", "");
	(void)reportday_about(&d, ENTRY_REVIEW, within, REVIEW_DENY, 0);
	(void)reportday_about(&d, ENTRY_REVIEW, before, REVIEW_DENY, 0);
	finish();
	cr_assert_eq(of("reviews", "HF", "held"), 1);
	cr_assert_eq(of("reviews", "HF", "denied"), 1);
	cr_assert_eq(of("reviews", "HF", "median"), REPORTDAY_DAY);
	end();
}

Test(report_rules, the_policy_says_what_a_rule_is)
{
	static const char text[] = "[policy]\nversion = \"p\"\n"
	    "[rule HF]\nwhen = \"cards(7d) >= 3\"\nthen = review\n"
	    "reason = \"HF\"\nmessage.zh = \"x\"\nmessage.en = \"x\"\n"
	    "[rule TRY]\nclass = context\nshadow = true\n"
	    "when = \"age < 16\"\nthen = review\nreason = \"T\"\n"
	    "message.zh = \"x\"\nmessage.en = \"x\"\n";
	struct report_rules_options own = { policy_compile("p", text,
	    sizeof(text) - 1, NULL) };

	cr_assert_not_null(own.policy);
	begin();
	o.own = &own;
	(void)decides(LK_REVIEW, "HF OLD", "TRY");
	finish();
	cr_assert_str_eq(reportlook_text(r, "rules", (size_t)reportlook_find(r,
	    "rules", "rule", "HF"), "class"), "frequency");
	cr_assert_geq(reportlook_find(r, "rules", "mode", "in_force"), 0);
	cr_assert_eq(reportlook_find(r, "rules", "mode", "trial"),
	    reportlook_find(r, "rules", "rule", "TRY"));
	cr_assert_eq(reportlook_find(r, "rules", "mode", "absent"),
	    reportlook_find(r, "rules", "rule", "OLD"));
	end();
	policy_free((struct policy *)(uintptr_t)own.policy);
}

Test(report_rules, many_rules_on_one_decision)
{
	char hits[ENTRY_IDS];
	size_t n = 0;
	int i;

	for (i = 0; n + 8 < sizeof(hits); i++)
		n += (size_t)snprintf(&hits[n], sizeof(hits) - n, "%sR%d",
		    n > 0 ? " " : "", i);
	begin();
	(void)decides(LK_REVIEW, hits, "");
	finish();
	cr_assert_eq(reportlook_rows(r, "rules"), i);
	cr_assert_eq(of("rules", "R7", "effect"), 1);
	cr_assert_eq(of("rules", "R7", "alone"), 0);
	end();
}

/* A node below settles a question that is older than all that was decided here. */
Test(report_rules, an_older_question_that_is_settled_later)
{
	static const uint64_t seqs[] = { 100000, 7, 99999, 100001, 1 };
	static struct entry e;
	size_t i;
	long row;

	begin();
	for (i = 0; i < 5; i++) {
		entry_clear(&e, ENTRY_DECISION);
		reportday_where(&e, "a.1.t");
		reportday_person(&e, (unsigned)i);
		e.t = d.t;
		e.seq = seqs[i];
		(void)snprintf(e.shadow, sizeof(e.shadow), "%s", i == 0 ?
		    "TRY" : "");
		cr_assert_eq(entry(x, &e), 0);
	}
	/* Of those that passed two are named since; one that never was is not. */
	for (i = 0; i < 3; i++) {
		entry_clear(&e, ENTRY_RETRO);
		e.code = RETRO_HIT;
		e.t = d.t;
		e.seq = 200000 + i;
		e.ref = i == 0 ? 7 : i == 1 ? 100000 : 8;
		cr_assert_eq(entry(x, &e), 0);
	}
	finish();
	row = reportlook_find(r, "trial", "rule", "all_passed");
	cr_assert_geq(row, 0);
	cr_expect_eq(reportlook_number(r, "trial", (size_t)row, "passed"), 5);
	cr_expect_eq(reportlook_number(r, "trial", (size_t)row, "named"), 2);
	end();
}
