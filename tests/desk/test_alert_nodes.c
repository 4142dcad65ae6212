/* Alerts of what nodes below ask, decide and tell: each once, taken by one number. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "alertkit.h"

#define MIN INT64_C(60000)

#define TO(name) "[receiver " name "]\nkind = command\ncommand = \"/bin/true\"\n"
#define TWO TO("c") TO("s") "[default]\ncounty = c\ncity = s\n"

/* An entry of a node below with an alert for the county. */
static uint64_t
add(struct alertkit *k, int kind, uint64_t ref, int alert_kind)
{
	static struct entry e;

	entry_clear(&e, kind);
	(void)snprintf(e.inst, sizeof(e.inst), "abank");
	(void)snprintf(e.outlet, sizeof(e.outlet), "o1");
	(void)snprintf(e.from, sizeof(e.from), "b017");
	e.flags = kind == ENTRY_DECISION ? ENTRY_F_CONSULT : 0;
	e.from_seq = kind == ENTRY_DECISION ? 0 : 100 + ref;
	e.ref = ref;
	e.code = kind == ENTRY_RETRO ? RETRO_ABOVE : 0;
	e.area = 330327;
	e.alert = ALERT_COUNTY;
	e.alert_kind = alert_kind;
	return (alertkit_add(k, &e));
}

Test(alert_nodes, a_question_and_its_decision_are_one)
{
	struct alertkit *k = alertkit_new(TWO);
	uint64_t asked, settled, other;

	asked = add(k, ENTRY_DECISION, 0, ALERT_RULE);
	settled = add(k, ENTRY_SETTLE, asked, ALERT_RULE);
	/* By the node's own rules; we had found nothing. */
	other = add(k, ENTRY_SETTLE, settled + 100, ALERT_RULE);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "c", asked), 1);
	cr_expect_eq(alertkit_count(k, "c", settled), 0, "it is the same");
	cr_expect_eq(alertkit_count(k, "c", other), 1);
	alertkit_free(k);
}

/* The state is read back after a start; so is what was asked. */
Test(alert_nodes, over_a_restart_too)
{
	struct alertkit *k = alertkit_new(TWO);
	uint64_t asked, settled;

	asked = add(k, ENTRY_DECISION, 0, ALERT_RULE);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	cr_assert_eq(alertkit_close(k), 0);
	settled = add(k, ENTRY_SETTLE, asked, ALERT_RULE);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	alertkit_time(2 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "c", asked), 1);
	cr_expect_eq(alertkit_count(k, "c", settled), 0);
	alertkit_free(k);
}

Test(alert_nodes, that_it_should_not_have_passed_is_new)
{
	struct alertkit *k = alertkit_new(TWO);
	uint64_t asked, settled, retro;

	asked = add(k, ENTRY_DECISION, 0, ALERT_RULE);
	settled = add(k, ENTRY_SETTLE, asked, ALERT_LATE);
	retro = add(k, ENTRY_RETRO, 900, ALERT_LATE);
	cr_assert_eq(alertkit_open(k), 0, "%s", k->err);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "c", settled), 1);
	cr_expect_eq(alertkit_count(k, "c", retro), 1);
	/* Both are taken by the number of their decision. */
	alertkit_take(k, asked);
	alertkit_take(k, 900);
	alertkit_time(40 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	alertkit_time(400 * MIN);
	cr_assert_eq(alertkit_run(k), 0);
	cr_expect_eq(alertkit_count(k, "s", 0), 0, "nobody else is told");
	alertkit_free(k);
}

Test(alert_nodes, the_number_to_take_it_by_is_told)
{
	struct alert a;
	static struct entry e;

	entry_clear(&e, ENTRY_SETTLE);
	e.seq = 12;
	e.ref = 7;
	e.alert = ALERT_COUNTY;
	e.alert_kind = ALERT_LATE;
	cr_assert_eq(alert_read(&a, &e), 1);
	cr_expect_eq(a.seq, 12);
	cr_expect_eq(a.taken, 7);
	cr_expect_eq(a.ref, 7);
	e.kind = ENTRY_DECISION;
	cr_assert_eq(alert_read(&a, &e), 1);
	cr_expect_eq(a.taken, 12);
}
