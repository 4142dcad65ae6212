/*
 * A new policy decided against history.  What it must find is known from the daemon
 * itself: rules that were on trial when the journal was written are put in force, or the
 * other way round, and every hit must be where the daemon saw it.
 */
#include "engine/day.h"

#include "backtape.h"

/* A policy that asks for what the one of the day did not. */
#define BASE_NEW							\
    "[policy]\nversion = \"n\"\n"					\
    "[rule YOUNG]\nwhen = \"age < 18\"\nthen = review\nreason = \"Y\"\n" \
    "[rule OLDER]\nwhen = \"age >= 18\"\nthen = review\nreason = \"O\"\n" \
    "[rule LISTED]\nwhen = \"listed('sanction') or stale\"\n"		\
    "then = reject\nreason = \"X\"\n"					\
    "[rule AWAY]\nwhen = \"not area_local\"\nthen = review\nreason = \"A\"\n"

/* The sums of a tally are those of all. */
static void
adds_up(struct tally *t, const struct tally_sum *all)
{
	struct tally_sum n = { 0 };
	const struct tally_row *row;
	size_t i, rows;

	row = tally_rows(t, &rows);
	for (i = 0; i < rows; i++) {
		n.decisions += row[i].n.decisions;
		n.was_held += row[i].n.was_held;
		n.is_held += row[i].n.is_held;
		n.held += row[i].n.held;
		n.released += row[i].n.released;
		n.changed += row[i].n.changed;
	}
	cr_expect_eq(memcmp(&n, all, sizeof(n)), 0);
}

/* The policy of the day changes nothing, and hits what it hit. */
Test(backtest, the_same_policy_changes_nothing, .fini = teardown)
{
	const struct backtest_result *n;
	const struct backtest_rule *r;
	struct policy *p;
	size_t i, rules;

	playdays(&x, policy_text(0, "a", "true"), 40);
	n = against(text[0], &p, 0, 0, 0);
	cr_expect_gt(n->all.decisions, 900);
	cr_expect_gt(n->dry, 20);
	cr_expect_eq(n->all.decisions + n->dry, 1000);
	cr_expect_eq(n->all.changed, 0);
	cr_expect_eq(n->held.n, 0);
	cr_expect_eq(n->lacking, 0);
	cr_expect_gt(n->linked, 20, "%" PRIu64, n->linked);
	cr_expect_eq(n->matrix[0][0] + n->matrix[1][1] + n->matrix[2][2] +
	    n->matrix[3][3], n->all.decisions);
	cr_expect_gt(n->matrix[3][3], 0);
	r = backtest_rules(b, &rules);
	cr_assert_eq(rules, 3 + NTRIALS);
	for (i = 0; i < rules; i++) {
		cr_expect_eq(r[i].hits, r[i].shadow ? r[i].was_shadow :
		    r[i].was, "%s: %" PRIu64 " %" PRIu64, r[i].id, r[i].hits,
		    r[i].was_shadow);
		cr_expect_gt(r[i].hits, 5, "%s has nothing to do", r[i].id);
	}
	adds_up(backtest_outlets(b), &n->all);
	adds_up(backtest_areas(b, 4), &n->all);
	adds_up(backtest_areas(b, 6), &n->all);
	policy_free(p);
}

/* What was on trial is put in force: its hits are those that the daemon saw. */
Test(backtest, rules_on_trial_come_into_force, .fini = teardown)
{
	static const char *const ids[NTRIALS] = { "SP", "SA", "SD", "SE", "OC",
		"OM", "OA", "AI", "LK", "C7", "OLD" };
	uint64_t hits[NTRIALS], held[NTRIALS], people[NTRIALS];
	uint64_t most = 0, alone = 0;
	const struct backtest_result *n;
	struct policy *p, *q;
	size_t i;

	playdays(&x, policy_text(0, "a", "true"), 40);
	(void)against(text[0], &p, 0, 0, 0);
	for (i = 0; i < NTRIALS; i++) {
		hits[i] = rule(ids[i])->hits;
		held[i] = rule(ids[i])->held;
		people[i] = rule(ids[i])->people.n;
		most = held[i] > most ? held[i] : most;
	}
	backtest_close(b);
	n = against(policy_text(1, "b", "false"), &q, 0, 0, 0);
	for (i = 0; i < NTRIALS; i++) {
		cr_expect_eq(rule(ids[i])->was_shadow, hits[i]);
		cr_expect_eq(rule(ids[i])->was, 0);
		cr_expect_eq(rule(ids[i])->hits, hits[i], "%s", ids[i]);
		cr_expect_eq(rule(ids[i])->held, held[i], "%s", ids[i]);
		cr_expect_eq(rule(ids[i])->people.n, people[i], "%s", ids[i]);
		cr_expect_leq(rule(ids[i])->alone, held[i]);
		alone += rule(ids[i])->alone;
	}
	cr_expect_leq(alone, n->all.held);
	cr_expect_gt(alone, 0);
	cr_expect_eq(n->all.released, 0);
	cr_expect_geq(n->all.held, most);
	cr_expect_eq(n->all.held, n->matrix[0][2] + n->matrix[1][2]);
	cr_expect_eq(n->all.changed, n->all.held);
	cr_expect_leq(n->held.n, n->people.n);
	adds_up(backtest_outlets(b), &n->all);
	policy_free(p);
	policy_free(q);
}

/* The other way round: rules in force are withdrawn, or put on trial. */
Test(backtest, rules_that_go, .fini = teardown)
{
	const struct backtest_result *n;
	struct policy *p, *q;
	uint64_t held;

	playdays(&x, policy_text(0, "a", "false"), 20);
	n = against(policy_text(1, "b", "true"), &p, 0, 0, 0);
	cr_expect_gt(n->all.released, 50);
	cr_expect_eq(n->all.held, 0);
	cr_expect_eq(n->all.released, n->matrix[2][0] + n->matrix[2][1]);
	cr_expect_gt(rule("SP")->was, 0);
	cr_expect_gt(rule("SP")->released, 0);
	cr_expect_gt(rule("SP")->held, 0, "it would hold them again");
	held = n->all.released;
	backtest_close(b);
	snprintf(text[1], sizeof(text[1]), BASE, "c");
	n = against(text[1], &q, 0, 0, 0);
	cr_expect_eq(n->all.released, held);
	cr_expect_eq(rule("SP")->rule, POLICY_NO_RULE, "gone");
	cr_expect_gt(rule("SP")->was, 0);
	cr_expect_eq(rule("SP")->hits, 0);
	policy_free(p);
	policy_free(q);
}

/* What nobody asked for that day is not known, and told to be so. */
Test(backtest, facts_that_only_the_day_knew, .fini = teardown)
{
	const struct backtest_result *n;
	const struct policy_fact *f;
	struct policy *p;
	size_t i, nfacts;

	snprintf(text[0], sizeof(text[0]), BASE, "a");
	playdays(&x, text[0], 20);
	n = against(BASE_NEW, &p, 0, 0, 0);
	nfacts = policy_facts(p, &f);
	for (i = 0; i < nfacts; i++)
		cr_expect_eq(n->unknown[i], f[i].fn == POLICY_AGE ||
		    f[i].fn == POLICY_LISTED || f[i].fn == POLICY_STALE ?
		    n->all.decisions : 0, "%d", f[i].fn);
	cr_expect_eq(n->lacking, n->all.decisions);
	cr_expect_eq(rule("YOUNG")->hits, 0);
	cr_expect_eq(rule("OLDER")->hits, 0, "not known is neither");
	cr_expect_eq(rule("LISTED")->hits, 0);
	cr_expect_gt(rule("AWAY")->hits, 10, "the entry tells that otherwise");
	cr_expect_eq(n->age[BACKTEST_AGE_UNKNOWN].decisions, n->all.decisions);
	policy_free(p);
}

/* Each decision stands in one band. */
Test(backtest, age_bands, .fini = teardown)
{
	const struct backtest_result *n;
	struct policy *p;
	uint64_t sum = 0;
	int i;

	playdays(&x, policy_text(0, "a", "true"), 20);
	n = against(BASE_NEW, &p, 0, 0, 0);
	for (i = 0; i < BACKTEST_AGES; i++)
		sum += n->age[i].decisions;
	cr_expect_eq(sum, n->all.decisions);
	cr_expect_eq(n->age[BACKTEST_AGE_UNKNOWN].decisions, 0);
	cr_expect_gt(n->age[BACKTEST_AGE_OLD].decisions, 0);
	cr_expect_eq(n->age[BACKTEST_AGE_16].is_held,
	    n->age[BACKTEST_AGE_16].decisions);
	cr_expect_eq(rule("YOUNG")->hits, n->age[BACKTEST_AGE_16].decisions +
	    n->age[BACKTEST_AGE_18].decisions);
	cr_expect_gt(rule("YOUNG")->hits, 0);
	cr_expect_eq(n->all.is_held, n->all.decisions);
	policy_free(p);
}

Test(backtest, only_what_was_asked_for, .fini = teardown)
{
	const int64_t noon = PLAY_START + 12 * PLAY_DAY;
	const struct backtest_result *n;
	uint64_t all, first;
	struct policy *p;

	playdays(&x, policy_text(0, "a", "true"), 20);
	n = against(text[0], &p, 0, 0, 0);
	all = n->all.decisions;
	backtest_close(b);
	policy_free(p);
	n = against(text[0], &p, 0, noon, 0);
	first = n->all.decisions;
	cr_expect_gt(first, 100);
	cr_expect_lt(n->last, noon);
	cr_expect_eq(n->all.changed, 0);
	backtest_close(b);
	policy_free(p);
	n = against(text[0], &p, noon, 0, 0);
	cr_expect_eq(n->all.decisions, all - first);
	cr_expect_geq(n->first, noon);
	/* What was before counts all the same. */
	cr_expect_eq(n->all.changed, 0);
	cr_expect_eq(rule("SP")->hits, rule("SP")->was_shadow);
	backtest_close(b);
	policy_free(p);
	n = against(text[0], &p, INT64_MAX, 0, 0);
	cr_expect_eq(n->all.decisions, 0);
	cr_expect_eq(n->first, 0);
	policy_free(p);
}

/* A rule that begins next year has no effect by its own dates, and has one in preview. */
Test(backtest, rules_of_another_day, .fini = teardown)
{
	static const char next[] = "[policy]\nversion = \"n\"\n"
	    "[rule NEXT]\nwhen = \"quantity < 1000\"\nthen = review\n"
	    "reason = \"N\"\nfrom = 2028-01-01\n";
	const struct backtest_result *n;
	struct policy *p;

	playdays(&x, policy_text(0, "a", "true"), 10);
	(void)against(next, &p, 0, 0, 0);
	cr_expect_eq(rule("NEXT")->hits, 0);
	backtest_close(b);
	cr_expect_eq(policy_rule_begins(p, 0), INT64_C(1830268800));
	cr_expect_eq(day_of(policy_rule_begins(p, 0) - 1) + 1,
	    day_of(policy_rule_begins(p, 0)));
	policy_free(p);
	n = against(next, &p, 0, 0, INT64_C(1830268800));
	cr_expect_eq(rule("NEXT")->hits, n->all.decisions);
	cr_expect_eq(n->all.is_held, n->all.decisions);
	policy_free(p);
}
