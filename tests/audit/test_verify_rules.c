/* A log that is well signed, but whose entries break the rules of the journal. */

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "engine/policy.h"
#include "plugin.h"
#include "store/tilelog.h"

#include "verifytest.h"

static char dir[200];
static char logs[220];
static struct makelog m;
static struct entry e;

static void
setup(void)
{

	verifytest_temp(dir);
	(void)snprintf(logs, sizeof(logs), "%s/log", dir);
	makelog_open(&m, logs);
	makelog_fill(&m, 10);
}

static void
teardown(void)
{

	makelog_remove(dir);
}

TestSuite(rules, .init = setup, .fini = teardown);

/* The entry added last must be the finding. */
static void
last_is_bad(const char *text)
{
	char file[64];
	int64_t index = (int64_t)(m.seq - m.base) - 1;

	makelog_close(&m);
	(void)snprintf(file, sizeof(file), "%d.%d/tile/entries/000.p/%d",
	    m.year, m.n, (int)index + 1);
	verifytest_bad(logs, &m, file, index, text);
}

/* Begin a decision. */
static struct entry *
decision(void)
{

	makelog_decision(&m, &e);
	return (&e);
}

Test(rules, silence_must_be_told)
{

	makelog_kind(&m, ENTRY_HEARTBEAT, 90000);
	makelog_kind(&m, ENTRY_GAP, 90001);
	makelog_kind(&m, ENTRY_START, 400000);
	makelog_kind(&m, ENTRY_HEARTBEAT, 90001);
	last_is_bad("90 s after the entry before");
}

Test(rules, silence_before_a_log_is_told_in_it)
{

	makelog_turn(&m);
	makelog_publish(&m);
	verifytest_good(logs, &m);
	makelog_turn(&m);
	makelog_close(&m);
	verifytest_good(logs, &m);
}

Test(rules, silence_before_a_log_that_nobody_tells)
{

	m.no_start = 1;
	makelog_turn(&m);
	makelog_close(&m);
	verifytest_bad(logs, &m, "2027.1/tile/entries/000.p/2", 1, "told by neither");
}

Test(rules, time_never_falls)
{

	makelog_kind(&m, ENTRY_HEARTBEAT, 0);
	makelog_kind(&m, ENTRY_HEARTBEAT, -1);
	last_is_bad("time falls");
}

Test(rules, year_is_that_of_the_log)
{

	/* 2027-01-01 00:00 in Shanghai */
	m.t = INT64_C(1798732800000) - 1;
	makelog_kind(&m, ENTRY_START, 0);
	makelog_publish(&m);
	verifytest_good(logs, &m);
	makelog_kind(&m, ENTRY_HEARTBEAT, 1);
	last_is_bad("lies in the year 2027");
}

Test(rules, seq_is_base_and_index)
{

	m.seq++;
	makelog_kind(&m, ENTRY_HEARTBEAT, 1);
	m.seq--;
	last_is_bad("bears seq");
}

Test(rules, only_one_spelling)
{
	char text[ENTRY_MAX];
	size_t len;

	entry_clear(&e, ENTRY_HEARTBEAT);
	e.seq = m.seq;
	e.t = m.t;
	len = entry_print(&e, text, sizeof(text));
	text[len++] = ' ';
	makelog_raw(&m, text, len);
	last_is_bad("not well-formed");
}

Test(rules, unknown_kind)
{
	char text[128];
	int n;

	n = snprintf(text, sizeof(text), "{\"seq\":%llu,\"t\":%lld,"
	    "\"kind\":\"miracle\"}", (unsigned long long)m.seq,
	    (long long)m.t);
	makelog_raw(&m, text, (size_t)n);
	last_is_bad("not well-formed at its byte");
}

Test(rules, reference_is_to_what_is_earlier)
{

	entry_clear(&e, ENTRY_CONFIRM);
	e.ref = m.seq;
	makelog_add(&m, &e);
	last_is_bad("which is not before it");
}

Test(rules, confirm_names_its_decision)
{

	entry_clear(&e, ENTRY_CONFIRM);
	makelog_add(&m, &e);
	last_is_bad("which decision");
}

Test(rules, superseded_is_earlier)
{

	decision()->superseded = m.seq + 4;
	makelog_add(&m, &e);
	last_is_bad("which is not before it");
}

Test(rules, flags_belong_to_the_kind)
{

	entry_clear(&e, ENTRY_HEARTBEAT);
	e.flags = ENTRY_F_CLOCK;
	makelog_add(&m, &e);
	entry_clear(&e, ENTRY_HEARTBEAT);
	e.flags = ENTRY_F_POSTHOC;
	makelog_add(&m, &e);
	last_is_bad("flags that do not belong");
}

Test(rules, engine_is_known)
{

	decision()->engine = POLICY_ENGINE + 1;
	makelog_add(&m, &e);
	last_is_bad("engine number");
}

Test(rules, decision_is_known)
{

	decision()->decision = 3;
	makelog_add(&m, &e);
	last_is_bad("decision code 3");
}

Test(rules, policy_is_the_one_in_force)
{

	makelog_policy(&m, "2026.12-b");
	makelog_add(&m, decision());
	makelog_publish(&m);
	verifytest_good(logs, &m);
	(void)snprintf(decision()->policy, sizeof(e.policy), "2026.11-a");
	makelog_add(&m, &e);
	last_is_bad("by policy 2026.11-a, and 2026.12-b was in force");
}

Test(rules, policy_before_the_first_decision)
{

	makelog_close(&m);
	makelog_remove(logs);
	makelog_init(&m, logs, 7);
	m.no_policy = 1;
	makelog_begin(&m);
	(void)snprintf(m.policy, sizeof(m.policy), "2026.11-a");
	makelog_add(&m, decision());
	last_is_bad("none was put in force before");
}

Test(rules, policy_without_a_hash)
{

	entry_clear(&e, ENTRY_POLICY);
	(void)snprintf(e.policy, sizeof(e.policy), "x");
	e.engine = POLICY_ENGINE;
	makelog_add(&m, &e);
	last_is_bad("no SHA-256");
}

Test(rules, behind_stop_comes_start)
{

	makelog_kind(&m, ENTRY_STOP, 1);
	makelog_kind(&m, ENTRY_START, 1);
	makelog_kind(&m, ENTRY_STOP, 1);
	makelog_kind(&m, ENTRY_HEARTBEAT, 1);
	last_is_bad("behind `stop` without a `start`");
}

Test(rules, log_only_at_the_beginning)
{

	makelog_kind(&m, ENTRY_LOG, 1);
	last_is_bad("can only be entry 0");
}

/* Begin the next year's log by an entry 0 that says something wrong. */
static void
turn_with(void (*spoil)(struct entry *first), const char *text)
{

	m.spoil = spoil;
	makelog_turn(&m);
	makelog_close(&m);
	verifytest_bad(logs, &m, "2027.1/tile/entries/000.p/3", 0, text);
}

static void
spoil_origin(struct entry *first)
{
	first->log[0] ^= 1;
}

static void
spoil_base(struct entry *first)
{
	first->base++;
}

static void
spoil_prev(struct entry *first)
{
	first->prev_log[0] ^= 1;
}

static void
spoil_size(struct entry *first)
{
	first->prev_size--;
}

static void
spoil_root(struct entry *first)
{
	first->prev_root[5] = first->prev_root[5] == '0' ? '1' : '0';
}

static void
spoil_all(struct entry *first)
{
	first->prev_log[0] = first->prev_root[0] = '\0';
	first->prev_size = 0;
}

static void
spoil_kind(struct entry *first)
{
	first->kind = ENTRY_START;
}

Test(rules, first_entry_names_its_log)
{
	turn_with(spoil_origin, "this is the log");
}

Test(rules, first_entry_names_its_base)
{
	turn_with(spoil_base, "has the base");
}

Test(rules, first_entry_names_the_log_before)
{
	turn_with(spoil_prev, "says that the log before is");
}

Test(rules, first_entry_names_the_size_before)
{
	turn_with(spoil_size, "says that the log before ended with");
}

Test(rules, first_entry_names_the_root_before)
{
	turn_with(spoil_root, "another root");
}

Test(rules, first_entry_does_not_forget_the_log_before)
{
	turn_with(spoil_all, "says that the log before is \"\"");
}

Test(rules, first_entry_is_of_kind_log)
{
	turn_with(spoil_kind, "entry 0 is of kind `start`");
}

Test(rules, log_of_another_node)
{
	struct makelog other;

	makelog_close(&m);
	makelog_init(&other, logs, 7);
	other.seq = m.seq;
	other.t = m.t;
	other.year = 2026;
	other.n = 2;
	(void)snprintf(other.node, sizeof(other.node), "b018");
	makelog_begin(&other);
	makelog_close(&other);
	/* One key for both: its name would have to be that of the branch. */
	(void)note_verifier_name(&m.signer.public, "bank.example/branch");
	verifytest_bad(logs, &m, "2026.2/checkpoint", -1,
	    "is of another node");
}

Test(rules, node_that_was_admitted_anew)
{
	struct verifytest v = { .rc = 0 };
	struct makelog next;

	makelog_close(&m);
	next = m;
	next.n = 2;
	next.seq += 1000;
	makelog_begin(&next);
	makelog_close(&next);
	verifytest_run(&v, logs, &m);
	cr_expect_eq(v.findings, 0, "%s: %s", v.first.file, v.first.en);
	cr_expect_not_null(strstr(v.remarks, "1000 seqs behind"), "%s",
	    v.remarks);
}
