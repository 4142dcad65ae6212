#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/person.h"
#include "keys/hex.h"
#include "store/journal.h"
#include "store/records.h"

#include "linkkit.h"

/* A node asks the one above about an applicant, and both together decide. */

/* What a city looks at: institutions in a week.  A bank by itself sees one. */
static const char city_policy[] =
    "[policy]\nversion = \"city-1\"\n"
    "[rule MANY]\nwhen = \"institutions(7d) >= 4\"\nthen = review\n"
    "by = centre\nneeds = centre\nreason = \"MANY\"\n"
    "message.zh = \"多家开户\"\nmessage.en = \"many banks\"\n"
    "[rule RING]\nwhen = \"institutions(7d) >= 7\"\nthen = reject\n"
    "reason = \"RING\"\nmessage.zh = \"不得办理\"\nmessage.en = \"no\"\n"
    "[rule SEEN]\nshadow = true\nwhen = \"institutions(7d) >= 2\"\n"
    "then = review\nreason = \"SEEN\"\nmessage.zh = \"x\"\n"
    "message.en = \"x\"\n";

/* What a bank looks at by itself. */
static const char bank_policy[] =
    "[policy]\nversion = \"bank-1\"\n"
    "[rule CREDIT]\nclass = statutory\nwhen = \"product == credit\"\n"
    "then = limit\nlimit_profile = 7\nreason = \"LIM\"\n"
    "message.zh = \"限制\"\nmessage.en = \"limit\"\n"
    "[rule OWN]\nwhen = \"product == payment\"\nthen = review\n"
    "by = counter\nneeds = purpose_proof\nreason = \"OWN\"\n"
    "message.zh = \"用途\"\nmessage.en = \"purpose\"\n"
    "[rule NEVER]\nwhen = \"product == ecny\"\nthen = reject\n"
    "reason = \"NEVER\"\nmessage.zh = \"不办\"\nmessage.en = \"never\"\n"
    "[rule ALONE]\nwhen = \"offline and product == credit\"\n"
    "then = review\nby = counter\nreason = \"ALONE\"\n"
    "message.zh = \"断线\"\nmessage.en = \"offline\"\n";

static struct linknode city, a, b;
static struct linknode *all[] = { &city, &a, &b };

static void
setup(void)
{

	linkkit_open(&city, "city", NULL, city_policy);
	linkkit_open(&a, "b017", &city, bank_policy);
	linkkit_open(&b, "b018", &city, bank_policy);
}

static void
teardown(void)
{

	linkkit_close(&a);
	linkkit_close(&b);
	linkkit_close(&city);
}

CASE(consult, nine_banks_see_together_what_each_alone_passes)
{
	static struct linknode bank[9];
	char id[16], inst[16], txn[32];
	int i, rc, want;

	for (i = 0; i < 9; i++) {
		snprintf(id, sizeof(id), "n%d", i);
		snprintf(inst, sizeof(inst), "bank%d", i);
		linkkit_open(&bank[i], strdup(id), &city, bank_policy);
		linkkit_grant(&bank[i], (const char *const[]){ inst, "" },
		    RIGHT_CHECK | RIGHT_CONFIRM);
		memcpy(bank[i].x.grant[0].id, inst, sizeof(inst));
		/* Each alone. */
		bank[i].above.mode = ABOVE_NEVER;
		linkkit_restart(&bank[i]);
		snprintf(txn, sizeof(txn), "alone-%d", i);
		cr_assert_eq(linkkit_check(&bank[i], inst, "001", 1,
		    LK_PRODUCT_BANK1, txn, NULL), LK_PASS);
		bank[i].above.mode = ABOVE_ALWAYS;
		linkkit_restart(&bank[i]);
		cr_assert_eq(linkkit_join(&bank[i]), LK_OK);
	}
	for (i = 0; i < 9; i++) {
		snprintf(inst, sizeof(inst), "bank%d", i);
		snprintf(txn, sizeof(txn), "both-%d", i);
		want = i < 3 ? LK_PASS : i < 6 ? LK_REVIEW : LK_REJECT;
		rc = linkkit_check(&bank[i], inst, "001", 2, LK_PRODUCT_BANK1,
		    txn, NULL);
		cr_assert_eq(rc, want, "bank %d: %d", i, rc);
		cr_assert_eq(hits(&bank[i].x, "MANY"), i >= 3);
		linkkit_deliver(&bank[i]);
	}
	for (i = 0; i < 9; i++)
		linkkit_close(&bank[i]);
}

CASE(consult, the_answer_stands_in_the_entry)
{
	char leaf[65];
	struct entry *e, *up;
	int i;

	for (i = 0; i < 3; i++) {
		char txn[8] = { 'q', (char)('0' + i) };

		linkkit_grant(&a, (const char *const[]){ "*", "" },
		    RIGHT_CHECK | RIGHT_CONFIRM);
		cr_assert_eq(linkkit_check(&a, ((const char *const[]){ "abank",
		    "bbank", "ctel" })[i], "001", 3, LK_PRODUCT_BANK1, txn,
		    NULL), LK_PASS);
		linkkit_deliver(&a);
	}
	memcpy(b.x.grant[0].id, "dbank", 6);
	linkkit_grant(&b, (const char *const[]){ "*", "" }, RIGHT_CHECK);
	cr_assert_eq(linkkit_check(&b, "dbank", "001", 3, LK_PRODUCT_BANK1,
	    "z", NULL), LK_REVIEW);
	e = linkkit_entry(&b, journal_seq(b.x.journal));
	cr_assert_eq(e->kind, ENTRY_DECISION);
	cr_assert_eq(e->up_decision, LK_REVIEW);
	cr_assert_eq(e->up_by, LK_BY_CENTRE);
	cr_assert_eq(e->up_needs, LK_NEED_CENTRE);
	cr_assert_str_eq(e->up_hits, "MANY");
	cr_assert_str_eq(e->up_reason, "MANY");
	cr_assert_str_eq(e->reason, "MANY");
	cr_assert_str_eq(e->hits, "");
	cr_assert_eq(e->decision, LK_REVIEW);
	cr_assert_eq(e->by, LK_BY_CENTRE);
	cr_assert_eq(e->floor, LK_PASS);
	cr_assert_eq(e->flags & ENTRY_F_OFFLINE, 0);
	up = linkkit_entry(&city, e->up_seq);
	cr_assert_str_eq(up->from, "b018");
	cr_assert_eq(up->from_seq, 0);
	cr_assert_eq(up->flags & ENTRY_F_CONSULT, ENTRY_F_CONSULT);
	cr_assert_eq(up->expires, b.x.wall + RECORD_CONSULT_MS);
	hex_encode(leaf, b.said.leaf, 32);
	cr_assert_str_eq(e->up_leaf, leaf);
	cr_assert_eq(num(&b.x, WIRE_T_HITS_TOTAL), 1);
	cr_assert_eq(num(&b.x, WIRE_T_RESULT_FLAGS) & LK_R_OFFLINE, 0);
	cr_assert(hits(&b.x, "MANY"));
}

CASE(consult, the_stricter_wins_both_ways_and_needs_are_joined)
{
	static const char *const inst[] = { "abank", "bbank", "ctel" };
	struct entry *e;
	char txn[16];
	int i;

	/* Ours is stricter. */
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_CREDIT,
	    "a", NULL), LK_LIMIT);
	cr_assert_eq(a.said.o.decision, LK_PASS);
	cr_assert_eq(num(&a.x, WIRE_T_LIMIT_PROFILE), 7);
	cr_assert_eq(linkkit_check(&a, "abank", "001", 5, LK_PRODUCT_ECNY,
	    "n", NULL), LK_REJECT);
	/* Theirs is. */
	for (i = 0; i < 3; i++) {
		snprintf(txn, sizeof(txn), "s%d", i);
		cr_assert_eq(linkkit_check(&a, inst[i], "001", 2,
		    LK_PRODUCT_BANK1, txn, NULL), LK_PASS);
	}
	memcpy(b.x.grant[0].id, "dbank", 6);
	linkkit_grant(&b, (const char *const[]){ "*", "" }, RIGHT_CHECK);
	cr_assert_eq(linkkit_check(&b, "dbank", "001", 2, LK_PRODUCT_PAYMENT,
	    "t", NULL), LK_REVIEW);
	e = linkkit_entry(&b, journal_seq(b.x.journal));
	cr_assert_eq(e->needs, LK_NEED_CENTRE | LK_NEED_PURPOSE_PROOF);
	cr_assert_eq(e->by, LK_BY_CENTRE, "the higher authority");
	cr_assert_str_eq(e->reason, "MANY");
	cr_assert(hits(&b.x, "OWN"));
	cr_assert(hits(&b.x, "MANY"));
	cr_assert_eq(num(&b.x, WIRE_T_HITS_TOTAL), 2);
}

CASE(consult, modes)
{

	a.above.mode = ABOVE_UNLESS_REJECT;
	linkkit_restart(&a);
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_ECNY,
	    "r", NULL), LK_REJECT);
	cr_assert_eq(a.asked, 0);
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "p", NULL), LK_PASS);
	cr_assert_eq(a.asked, 1);
	a.above.mode = ABOVE_NEVER;
	linkkit_restart(&a);
	cr_assert_eq(linkkit_check(&a, "abank", "001", 2, LK_PRODUCT_BANK1,
	    "q", NULL), LK_PASS);
	cr_assert_eq(a.asked, 1);
	cr_assert_eq(num(&a.x, WIRE_T_RESULT_FLAGS) & LK_R_OFFLINE, 0);
}

CASE(consult, two_banks_race_for_one_person)
{

	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "a", NULL), LK_PASS);
	/* Nothing was told yet, but the city knows. */
	cr_assert_eq(linkkit_check(&b, "bbank", "001", 1, LK_PRODUCT_BANK1,
	    "b", NULL), LK_PASS);
	cr_assert_str_eq(linkkit_entry(&city, b.said.seq)->shadow, "SEEN");
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 2);
	/* What was settled stays, the other lapses after a minute. */
	linkkit_deliver(&a);
	linkkit_pass(all, 3, RECORD_CONSULT_MS + 1);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 1);
	/* It comes late, and stands again. */
	linkkit_deliver(&b);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 2);
}

CASE(consult, what_the_node_refuses_itself_is_freed)
{

	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_ECNY,
	    "a", NULL), LK_REJECT);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 1);
	linkkit_deliver(&a);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 0);
	linkkit_pass(all, 3, 1);
	linkkit_deliver(&a);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 0);
}

CASE(consult, late_settlement_and_confirm_count_once)
{
	char id[40];

	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "a", id), LK_PASS);
	linkkit_pass(all, 3, 2 * RECORD_CONSULT_MS);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 0);
	cr_assert_eq(confirm(&a.x, id, "card-1"), LK_OK);
	linkkit_deliver(&a);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 0);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_ISSUED), 1);
	cr_assert_eq(confirm(&a.x, id, "card-1"), LK_OK);
	linkkit_deliver(&a);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_ISSUED), 1);
}

CASE(consult, a_lost_answer_is_settled_and_a_lost_question_told)
{
	char id[40];

	a.no_answer = 1;
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "a", id), LK_PASS);
	cr_assert(num(&a.x, WIRE_T_RESULT_FLAGS) & LK_R_OFFLINE);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 1);
	linkkit_deliver(&a);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 1);
	cr_assert_eq(linkkit_entry(&city, journal_seq(city.x.journal))->kind,
	    ENTRY_SETTLE);
	a.no_answer = 0;
	a.no_question = 1;
	cr_assert_eq(linkkit_check(&a, "abank", "001", 2, LK_PRODUCT_BANK1,
	    "b", id), LK_PASS);
	cr_assert(num(&a.x, WIRE_T_RESULT_FLAGS) & LK_R_OFFLINE);
	linkkit_deliver(&a);
	cr_assert_eq(linkkit_entry(&city, journal_seq(city.x.journal))->kind,
	    ENTRY_DECISION);
	cr_assert_eq(linkkit_count(&city, 2, OPENING_RESERVED), 1);
	/* The policy may ask whether it stands alone. */
	cr_assert_eq(linkkit_check(&a, "abank", "001", 3, LK_PRODUCT_CREDIT,
	    "c", id), LK_REVIEW);
	cr_assert(hits(&a.x, "ALONE"));
}

CASE(consult, the_same_transaction_twice)
{
	uint64_t seq;

	/* The node forgets, as when its answer was lost before it decided. */
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "a", NULL), LK_PASS);
	seq = a.said.seq;
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "a", NULL), LK_PASS);
	cr_assert(num(&a.x, WIRE_T_RESULT_FLAGS) & LK_R_DUPLICATE);
	cr_assert_eq(a.asked, 1);
	fixture_renew(&a.x);
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "a", NULL), LK_PASS);
	cr_assert_eq(a.said.seq, seq, "the same answer again");
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 1);
	/* With other content. */
	fixture_renew(&a.x);
	cr_assert_eq(linkkit_check(&a, "abank", "001", 2, LK_PRODUCT_BANK1,
	    "a", NULL), LK_E_CONFLICT);
	cr_assert_eq(linkkit_count(&city, 2, OPENING_RESERVED), 0);
	/* The minute over, it is one of its own. */
	linkkit_pass(all, 3, RECORD_CONSULT_MS);
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "a", NULL), LK_PASS);
	cr_assert_neq(a.said.seq, seq);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 1);
}

CASE(consult, two_nodes_with_one_institution_and_transaction)
{

	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "x", NULL), LK_PASS);
	cr_assert_eq(linkkit_check(&b, "abank", "002", 2, LK_PRODUCT_BANK1,
	    "x", NULL), LK_PASS);
	linkkit_deliver(&a);
	linkkit_deliver(&b);
	cr_assert_eq(linkkit_count(&city, -1, OPENING_RESERVED), 2);
	cr_assert_eq(linkkit_entry(&city, journal_seq(city.x.journal))->kind,
	    ENTRY_SETTLE);
}

CASE(consult, a_question_that_comes_after_what_was_decided)
{
	uint64_t seq;

	/* It went a longer way than the decision that did not wait for it. */
	a.no_question = 1;
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "a", NULL), LK_PASS);
	linkkit_deliver(&a);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 1);
	seq = journal_seq(city.x.journal);
	a.no_question = 0;
	fixture_renew(&a.x);
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "a", NULL), LK_PASS);
	cr_assert_eq(a.error, LK_E_STATE);
	cr_assert(a.said.silent);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 1);
	cr_assert_eq(journal_seq(city.x.journal), seq);
}

CASE(consult, a_dry_run_asks_and_reserves_nothing)
{

	applicant(&a.x, "abank", "001", 1, LK_PRODUCT_BANK1, "d");
	withn(&a.x, WIRE_T_FLAGS, LK_F_DRY_RUN);
	cr_assert_eq(linkkit_answer(&a), LK_OK);
	cr_assert_eq(a.asked, 1);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 0);
	linkkit_deliver(&a);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 0);
	/* What was issued already needs no answer. */
	applicant(&a.x, "abank", "001", 1, LK_PRODUCT_BANK1, "p");
	withn(&a.x, WIRE_T_FLAGS, LK_F_POSTHOC);
	cr_assert_eq(linkkit_answer(&a), LK_OK);
	cr_assert_eq(a.asked, 1);
	linkkit_deliver(&a);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_ISSUED), 1);
}

CASE(consult, a_new_check_takes_the_place_of_one_decided_offline)
{

	/* The city hears of the first only after it was asked about the second. */
	a.no_question = 1;
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "one", NULL), LK_PASS);
	a.no_question = 0;
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "two", NULL), LK_PASS);
	linkkit_deliver(&a);
	cr_assert_eq(linkkit_count(&a, 1, OPENING_RESERVED), 1);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 1);
}

CASE(consult, a_held_node_asks_nothing)
{

	cr_assert_eq(counter_hold(a.x.counter), LK_OK);
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "h", NULL), LK_E_UNAVAIL);
	cr_assert_eq(a.asked, 0);
	linkkit_restart(&a);
	cr_assert(counter_held(a.x.counter));
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "h", NULL), LK_E_UNAVAIL);
}

/* Alerts and cases go by the outlet's area: where we have none, the node's own word. */
CASE(consult, the_outlets_area_is_the_nodes_where_we_know_none)
{

	a.grant[0].area = 0;
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "area", NULL), LK_PASS);
	cr_assert_eq(linkkit_entry(&city, a.said.seq)->area, 330100);
	a.grant[0].area = 330200;
	cr_assert_eq(linkkit_check(&a, "abank", "001", 2, LK_PRODUCT_BANK1,
	    "ours", NULL), LK_PASS);
	cr_assert_eq(linkkit_entry(&city, a.said.seq)->area, 330200);
}

/* How long a check waits for the node above whose caller has `left` ms; 0: not said. */
static uint32_t
waits(int64_t left, const char *txn)
{
	static struct wire_fields f;
	struct wire_header h = { .version = 1, .type = WIRE_CHECK,
		.id = { 3 } };
	struct fixture *x = &a.x;
	struct counter_done done;
	struct wire_out w;

	applicant(x, "abank", "001", 8, LK_PRODUCT_BANK1, txn);
	if (left != 0)
		withn(x, WIRE_T_REMAINING_MS, left);
	cr_assert_eq(wire_fields_read(&f, x->body, x->b.len), WIRE_OK);
	wire_out_init(&w, x->out, sizeof(x->out));
	counter_answer(x->counter, &x->peer, &h, &f, &w, &done);
	cr_assert(done.ask);
	return (done.ask_ms);
}

/* So each level gives up before the one below it does. */
CASE(consult, the_node_above_gets_a_share_of_the_callers_time)
{

	cr_assert_eq(waits(0, "w0"), 300);
	cr_assert_eq(waits(3000, "w1"), 300);
	cr_assert_eq(waits(300, "w2"), 225);
	cr_assert_eq(waits(40, "w3"), 30);
}
