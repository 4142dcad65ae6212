#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "counter/reference.h"
#include "engine/day.h"
#include "engine/outletday.h"
#include "engine/person.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"

#include "deskkit.h"
#include "linkkit.h"

/* What nodes below tell, and what they are told. */

static const char city_policy[] =
    "[policy]\nversion = \"city-1\"\n"
    "[rule MANY]\nwhen = \"institutions(7d) >= 2\"\nthen = review\n"
    "by = centre\nneeds = centre\nreason = \"MANY\"\n"
    "message.zh = \"多家开户\"\nmessage.en = \"many banks\"\n"
    "[rule YOUNG]\nwhen = \"age < 16\"\nthen = reject\n"
    "reason = \"YOUNG\"\nmessage.zh = \"x\"\nmessage.en = \"x\"\n";

static const char bank_policy[] =
    "[policy]\nversion = \"bank-1\"\n"
    "[rule OWN]\nwhen = \"product == payment\"\nthen = review\n"
    "by = centre\nreason = \"OWN\"\nnotify = county\n"
    "message.zh = \"x\"\nmessage.en = \"x\"\n";

static struct linknode city, a, b;
static struct linknode *const all[] = { &city, &a, &b };
static struct deskkit desk, branch;

static void
setup(void)
{

	linkkit_open(&city, "city", NULL, city_policy);
	linkkit_open(&a, "b017", &city, bank_policy);
	linkkit_open(&b, "b018", &city, bank_policy);
	deskkit_staff(&desk, &city.x);
	deskkit_staff(&branch, &a.x);
	a.peer.joined = b.peer.joined = 0;
	cr_assert_eq(linkkit_join(&a), LK_OK);
	cr_assert_eq(linkkit_join(&b), LK_OK);
}

static void
teardown(void)
{

	linkkit_close(&a);
	linkkit_close(&b);
	linkkit_close(&city);
}

/* The record of a decision. */
static const struct record_decision *
record(struct linknode *n, uint64_t seq)
{
	uint8_t key[8];

	record_seq_key(key, seq);
	return (state_get(journal_state(n->x.journal), RECORD_DECISION, key, 8,
	    NULL, NULL));
}

/* Is there a record under this seq? */
static int
there(struct linknode *n, uint8_t kind, uint64_t seq)
{
	uint8_t key[8];

	record_seq_key(key, seq);
	return (state_get(journal_state(n->x.journal), kind, key, 8, NULL,
	    NULL) != NULL);
}

/* Hold somebody for the centre, at the branch and the city.  The branch's seq. */
static uint64_t
hold(int person, const char *txn, uint64_t *above)
{
	uint64_t seq;

	cr_assert_eq(linkkit_check(&a, "abank", "001", person,
	    LK_PRODUCT_PAYMENT, txn, NULL), LK_REVIEW);
	seq = journal_seq(a.x.journal);
	cr_assert_not(there(&city, RECORD_CASE, a.said.seq),
	    "no case before the branch has decided");
	linkkit_deliver(&a);
	*above = a.said.seq;
	cr_assert(there(&city, RECORD_CASE, *above));
	cr_assert(there(&city, RECORD_ALERT, *above));
	cr_assert(there(&a, RECORD_CASE, seq));
	return (seq);
}

/* What was passed offline and should not have been: told above and below, once. */
CASE(events, late_hits)
{
	struct entry *e;
	uint64_t mine;

	cr_assert_eq(linkkit_check(&b, "bbank", "001", 1, LK_PRODUCT_BANK1,
	    "b", NULL), LK_PASS);
	linkkit_deliver(&b);
	a.no_question = 1;
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "a", NULL), LK_PASS);
	mine = journal_seq(a.x.journal);
	e = linkkit_entry(&a, mine);
	cr_assert_eq(e->flags & ENTRY_F_OFFLINE, ENTRY_F_OFFLINE);
	linkkit_deliver(&a);
	e = linkkit_entry(&city, journal_seq(city.x.journal));
	cr_assert_eq(e->alert_kind, ALERT_LATE);
	cr_assert_str_eq(e->to, "b017");
	cr_assert_str_eq(e->hits, "MANY", "age is not told: %s", e->hits);
	cr_assert_eq(linkkit_pull(&a), 1);
	e = linkkit_entry(&a, journal_seq(a.x.journal));
	cr_assert_eq(e->kind, ENTRY_RETRO);
	cr_assert_eq(e->code, RETRO_ABOVE);
	cr_assert_eq(e->ref, mine);
	cr_assert_eq(e->alert_kind, ALERT_LATE);
	cr_assert(there(&a, RECORD_ALERT, mine));
	cr_assert_eq(linkkit_pull(&a), 0);
	/* It is not told back, and nobody is told anything of somebody else's. */
	cr_assert_eq(linkkit_events(&a, 0), 0);
	cr_assert_eq(linkkit_pull(&b), 0);
	/* Whoever takes it above has taken it below. */
	cr_assert_eq(deskkit_say(&city.x, &desk, D_LIN, STAFFNOTE_ALERT_TAKE,
	    journal_seq(city.x.journal), NULL), LK_OK);
	cr_assert_eq(linkkit_pull(&a), 1);
	cr_assert(there(&a, RECORD_ALERT, mine));
	cr_assert_eq(deskkit_say(&city.x, &desk, D_LIN, STAFFNOTE_ALERT_CLOSE,
	    linkkit_last(&city, ENTRY_DECISION), NULL), LK_OK);
	cr_assert_eq(linkkit_pull(&a), 1);
	cr_assert_not(there(&a, RECORD_ALERT, mine));
}

/* The same where the answer came too late: it was stricter. */
CASE(events, an_answer_that_came_too_late)
{
	uint64_t mine;

	(void)linkkit_check(&b, "bbank", "001", 1, LK_PRODUCT_BANK1, "b",
	    NULL);
	a.no_answer = 1;
	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "a", NULL), LK_PASS);
	mine = journal_seq(a.x.journal);
	linkkit_deliver(&a);
	cr_assert_eq(linkkit_entry(&city, journal_seq(city.x.journal))->
	    alert_kind, ALERT_LATE);
	cr_assert_eq(linkkit_pull(&a), 1);
	cr_assert_eq(linkkit_entry(&a, journal_seq(a.x.journal))->ref, mine);
	cr_assert_not(there(&city, RECORD_CASE, journal_seq(city.x.journal)));
}

CASE(events, a_case_is_answered_above)
{
	uint64_t up, mine = hold(1, "one", &up);
	char ref[REFERENCE_ID_MAX];

	cr_assert_eq(deskkit_say(&city.x, &desk, D_LIN, STAFFNOTE_TAKE, up,
	    NULL), LK_OK);
	cr_assert_eq(linkkit_pull(&a), 1);
	cr_assert_eq(record(&a, mine)->standing, LK_STANDING_TAKEN);
	cr_assert_eq(deskkit_say(&city.x, &desk, D_LIN, STAFFNOTE_APPROVE, up,
	    NULL), LK_OK);
	cr_assert_eq(linkkit_pull(&a), 1);
	cr_assert_eq(record(&a, mine)->standing, LK_STANDING_APPROVED);
	cr_assert_not(there(&a, RECORD_CASE, mine));
	cr_assert_eq(record(&a, mine)->expires, record(&city, up)->expires);
	reference_short(ref, mine);
	ask(&a.x, WIRE_REVIEW);
	with(&a.x, WIRE_T_DECISION_ID, ref);
	cr_assert_eq(answer(&a.x), LK_OK);
	cr_assert_eq(num(&a.x, WIRE_T_STANDING), LK_STANDING_APPROVED);
	cr_assert_eq(num(&a.x, WIRE_T_ALLOWED), LK_PASS);
	mine = hold(2, "two", &up);
	cr_assert_eq(deskkit_say(&city.x, &desk, D_LIN, STAFFNOTE_DENY, up,
	    NULL), LK_OK);
	cr_assert_eq(linkkit_pull(&a), 1);
	cr_assert_eq(record(&a, mine)->standing, LK_STANDING_DENIED);
	cr_assert_eq(linkkit_count(&a, 2, OPENING_HELD), 0);
	cr_assert_eq(linkkit_count(&city, 2, OPENING_HELD), 0);
}

CASE(events, both_answer_at_once)
{
	uint64_t up, mine = hold(1, "one", &up);
	int i;

	/* The branch refuses, the city approves; then the other way round. */
	for (i = 0; i < 2; i++) {
		cr_assert_eq(deskkit_say(&a.x, &branch, D_WU, i == 0 ?
		    STAFFNOTE_DENY : STAFFNOTE_APPROVE, mine, NULL), LK_OK);
		cr_assert_eq(deskkit_say(&city.x, &desk, D_LIN, i == 0 ?
		    STAFFNOTE_APPROVE : STAFFNOTE_DENY, up, NULL), LK_OK);
		linkkit_pass(&all[1], 2, 1);
		linkkit_deliver(&a);
		cr_assert_eq(linkkit_pull(&a), 1);
		cr_assert_eq(record(&a, mine)->standing, LK_STANDING_DENIED);
		cr_assert_eq(record(&city, up)->standing, LK_STANDING_DENIED);
		cr_assert_eq(linkkit_count(&a, 1 + i, OPENING_RESERVED), 0);
		cr_assert_eq(linkkit_count(&city, 1 + i, OPENING_RESERVED), 0);
		if (i == 0)
			mine = hold(2, "two", &up);
	}
}

CASE(events, the_branch_sees_to_the_time)
{
	struct counter_load load = { 0 };
	uint64_t up, mine = hold(1, "one", &up), before;

	linkkit_pass(all, 3, INT64_C(80) * 3600000);
	before = journal_seq(city.x.journal);
	counter_tick(city.x.counter, &load);
	cr_assert_eq(linkkit_last(&city, ENTRY_REVIEW), 0);
	cr_assert(there(&city, RECORD_CASE, up));
	counter_tick(a.x.counter, &load);
	cr_assert_eq(record(&a, mine)->standing, LK_STANDING_EXPIRED);
	linkkit_deliver(&a);
	cr_assert_eq(record(&city, up)->standing, LK_STANDING_EXPIRED);
	cr_assert_not(there(&city, RECORD_CASE, up));
	cr_assert_gt(journal_seq(city.x.journal), before);
}

/* The city is restarted within a batch, and its state lost. */
CASE(events, a_batch_cut_by_a_restart)
{
	char txn[16], id[40], *below, *above;
	int i;

	for (i = 0; i < 12; i++) {
		snprintf(txn, sizeof(txn), "t%d", i);
		cr_assert_geq(linkkit_check(&a, "abank", "001", i,
		    LK_PRODUCT_BANK1, txn, id), 0);
		if (i % 2)
			cr_assert_eq(confirm(&a.x, id, txn), LK_OK);
	}
	for (i = 0; i < 4; i++) {
		cr_assert_eq(linkkit_events(&a, 4), 4);
		(i % 2 ? linkkit_rebuild : linkkit_restart)(&city);
		/* What was sent before the link was made again is not taken. */
		a.peer.joined = 0;
		cr_assert_eq(linkkit_events(&a, 2), LK_E_STATE);
		cr_assert_eq(linkkit_join(&a), LK_OK);
	}
	linkkit_deliver(&a);
	below = linkkit_openings(&all[1], 1);
	above = linkkit_openings(&all[0], 1);
	cr_assert_str_eq(below, above);
	free(below);
	free(above);
}

/* The city lost its disk: it is told everything again, and raises no late alarms. */
CASE(events, the_city_begins_with_an_empty_disk)
{
	char txn[16], id[40], *below, *above;
	uint64_t seq, up;
	int i;

	/* So that it has said something before. */
	(void)hold(30, "old", &up);
	cr_assert_eq(deskkit_say(&city.x, &desk, D_LIN, STAFFNOTE_TAKE, up,
	    NULL), LK_OK);
	cr_assert_eq(linkkit_pull(&a), 1);
	for (i = 0; i < 6; i++) {
		snprintf(txn, sizeof(txn), "t%d", i);
		cr_assert_eq(linkkit_check(i % 2 ? &a : &b, i % 2 ? "abank" :
		    "bbank", "001", i, LK_PRODUCT_BANK1, txn, id), LK_PASS);
		cr_assert_eq(confirm(i % 2 ? &a.x : &b.x, id, txn), LK_OK);
	}
	linkkit_deliver(&a);
	linkkit_deliver(&b);
	fixture_renew(&city.x);
	a.peer.joined = b.peer.joined = 0;
	linkkit_deliver(&a);
	linkkit_deliver(&b);
	below = linkkit_openings(&all[1], 2);
	above = linkkit_openings(&all[0], 1);
	cr_assert_str_eq(below, above);
	free(below);
	free(above);
	for (seq = 1; seq <= journal_seq(city.x.journal); seq++)
		cr_assert_neq(linkkit_entry(&city, seq)->alert_kind,
		    ALERT_LATE);
	/* What it says now is heard, though it counts anew. */
	seq = hold(20, "new", &up);
	cr_assert_eq(deskkit_say(&city.x, &desk, D_LIN, STAFFNOTE_DENY, up,
	    NULL), LK_OK);
	cr_assert_eq(linkkit_pull(&a), 1);
	cr_assert_eq(record(&a, seq)->standing, LK_STANDING_DENIED);
}

/* A branch with an old disk is held, over restarts too. */
CASE(events, a_branch_wound_back_is_held)
{

	cr_assert_eq(linkkit_check(&a, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "t", NULL), LK_PASS);
	linkkit_deliver(&a);
	fixture_renew(&a.x);
	a.peer.joined = 0;
	cr_assert_eq(linkkit_join(&a), LK_E_STATE);
	cr_assert(a.held);
	cr_assert_not(a.peer.joined);
	cr_assert_eq(counter_hold(a.x.counter), LK_OK);
	cr_assert_eq(linkkit_check(&a, "abank", "001", 2, LK_PRODUCT_BANK1,
	    "u", NULL), LK_E_UNAVAIL);
	cr_assert_eq(linkkit_events(&a, 0), 0, "it has nothing to tell");
	linkkit_rebuild(&a);
	cr_assert_eq(linkkit_check(&a, "abank", "001", 2, LK_PRODUCT_BANK1,
	    "u", NULL), LK_E_UNAVAIL);
	cr_assert_eq(linkkit_join(&a), LK_E_STATE);
	/* Once in the city's record is enough. */
	cr_assert_eq(linkkit_entry(&city, linkkit_last(&city, ENTRY_NODE))->
	    code, NODE_HELD);
	cr_assert_eq(linkkit_last(&city, ENTRY_NODE),
	    journal_seq(city.x.journal));
}

/* A withdrawal below and an answer above cross: it is withdrawn at both. */
CASE(events, a_withdrawal_crosses_an_answer)
{
	uint64_t up, mine;
	char ref[REFERENCE_ID_MAX];
	int i;

	for (i = 0; i < 4; i++) {
		mine = hold(i, (const char *const[]){ "c0", "c1", "v0",
		    "v1" }[i], &up);
		cr_assert_eq(deskkit_say(&city.x, &desk, D_LIN, i % 2 ?
		    STAFFNOTE_APPROVE : STAFFNOTE_DENY, up, NULL), LK_OK);
		reference_short(ref, mine);
		ask(&a.x, i < 2 ? WIRE_CANCEL : WIRE_VOID);
		with(&a.x, WIRE_T_DECISION_ID, ref);
		with(&a.x, WIRE_T_TELLER, "t01");
		withn(&a.x, WIRE_T_REASON_CODE, 1);
		cr_assert_eq(answer(&a.x), LK_OK);
		/* And somebody issues the card all the same. */
		cr_assert_eq(confirm(&a.x, ref, ref), LK_E_STATE);
		linkkit_pass(&all[1], 2, 1);
		cr_assert_eq(linkkit_pull(&a), 1);
		linkkit_deliver(&a);
		cr_assert_eq(record(&a, mine)->standing,
		    LK_STANDING_WITHDRAWN, "%d", i);
		cr_assert_eq(record(&city, up)->standing,
		    LK_STANDING_WITHDRAWN, "%d", i);
		cr_assert_eq(linkkit_count(&city, i, OPENING_ISSUED), 1);
	}
}

/* A row of abank's file is taken in. */
static void
file_row(struct fixture *x, int person, const char *card)
{
	char no[19];

	fixture_id(no, person);
	ask(x, WIRE_INTAKE);
	with(x, WIRE_T_INSTITUTION, "abank");
	with(x, WIRE_T_BRANCH, "001");
	withn(x, WIRE_T_INTAKE_KIND, 1);
	withn(x, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	with(x, WIRE_T_ID_NO, no);
	withn(x, WIRE_T_PRODUCT, LK_PRODUCT_BANK1);
	with(x, WIRE_T_CARD_REF, card);
	withn(x, WIRE_T_EVENT_MS, x->wall);
	cr_assert_eq(answer(x), LK_OK);
}

/* How many cards of today the outlet's days count. */
static int64_t
cards_today(struct linknode *n, const char *inst, const char *outlet)
{
	const struct outletday *o;
	uint8_t key[4];

	record_outlet_key(key, names_find(journal_names(n->x.journal),
	    NAME_OUTLET, inst, outlet));
	o = state_get(journal_state(n->x.journal), RECORD_OUTLET, key,
	    sizeof(key), NULL, NULL);
	return (o == NULL ? 0 : outletday_sum(o, day_of(n->x.wall / 1000), 1,
	    0));
}

/* A file came before the line was back, or the other way round: one card is one. */
CASE(events, a_card_that_a_file_told_too_counts_once)
{
	char id[40];

	/* The file first. */
	a.no_question = 1;
	cr_assert_eq(linkkit_check(&a, "abank", "001", 3, LK_PRODUCT_BANK1,
	    "t", id), LK_PASS);
	cr_assert_eq(confirm(&a.x, id, "card-3"), LK_OK);
	file_row(&city.x, 3, "card-3");
	cr_assert_eq(linkkit_count(&city, 3, OPENING_ISSUED), 1);
	linkkit_deliver(&a);
	cr_assert_eq(linkkit_count(&city, 3, OPENING_ISSUED), 1);
	cr_assert_eq(cards_today(&city, "abank", "001"), 1);
	/* What becomes of it later is its own node's to say. */
	ask(&a.x, WIRE_VOID);
	with(&a.x, WIRE_T_DECISION_ID, id);
	withn(&a.x, WIRE_T_REASON_CODE, 1);
	with(&a.x, WIRE_T_TELLER, "t01");
	cr_assert_eq(answer(&a.x), LK_OK);
	linkkit_deliver(&a);
	cr_assert_eq(linkkit_count(&city, 3, OPENING_ISSUED), 0);
	/* The node first. */
	cr_assert_eq(linkkit_check(&a, "abank", "001", 4, LK_PRODUCT_BANK1,
	    "u", id), LK_PASS);
	cr_assert_eq(confirm(&a.x, id, "card-4"), LK_OK);
	linkkit_deliver(&a);
	file_row(&city.x, 4, "card-4");
	cr_assert_eq(linkkit_count(&city, 4, OPENING_ISSUED), 1);
	/* The same file at the branch too. */
	file_row(&city.x, 5, "card-5");
	file_row(&a.x, 5, "card-5");
	linkkit_deliver(&a);
	cr_assert_eq(linkkit_count(&city, 5, OPENING_ISSUED), 1);
	/* Another person's card of that name is another card. */
	file_row(&city.x, 6, "card-6");
	a.no_question = 1;
	cr_assert_eq(linkkit_check(&a, "abank", "001", 7, LK_PRODUCT_BANK1,
	    "v", id), LK_PASS);
	cr_assert_eq(confirm(&a.x, id, "card-6"), LK_OK);
	linkkit_deliver(&a);
	cr_assert_eq(linkkit_count(&city, 6, OPENING_ISSUED), 1);
	cr_assert_eq(linkkit_count(&city, 7, OPENING_ISSUED), 1);
}
