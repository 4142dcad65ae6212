#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "counter/reference.h"
#include "engine/person.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "deskkit.h"
#include "linkkit.h"

/* What nodes below tell, what they are told, and what they may not say. */

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

/* An entry that a node makes up: an opening of its own. */
static struct entry *
made_up(int kind, uint64_t seq)
{
	static struct entry e;

	entry_clear(&e, kind);
	e.seq = seq;
	e.t = a.x.wall;
	snprintf(e.inst, sizeof(e.inst), "abank");
	snprintf(e.outlet, sizeof(e.outlet), "001");
	snprintf(e.teller, sizeof(e.teller), "t01");
	snprintf(e.txn, sizeof(e.txn), "made-%llu", (unsigned long long)seq);
	e.epoch = 1;
	e.person.b[0] = 9;
	e.digest.b[0] = 8;
	e.card.b[0] = 7;
	e.product = LK_PRODUCT_BANK1;
	e.operation = LK_OP_NEW;
	e.quantity = 1;
	e.held_here = -1;
	return (&e);
}

CASE(events, nobody_speaks_for_others)
{
	struct entry *e = made_up(ENTRY_CONFIRM, 1000);
	uint64_t seq = journal_seq(city.x.journal), c;

	snprintf(e->inst, sizeof(e->inst), "zbank");
	cr_assert_eq(linkkit_tell(&a, e), LK_E_DENIED);
	e->inst[0] = '\0';
	cr_assert_eq(linkkit_tell(&a, e), LK_E_ARG);
	made_up(ENTRY_NODE, 1000);
	cr_assert_eq(linkkit_tell(&a, e), LK_E_ARG);
	made_up(ENTRY_POLICY, 1000);
	cr_assert_eq(linkkit_tell(&a, e), LK_E_ARG);
	cr_assert_eq(journal_seq(city.x.journal), seq, "nothing was taken");
	/* What another node told is not its to cancel, confirm or answer. */
	cr_assert_eq(linkkit_check(&b, "abank", "001", 1, LK_PRODUCT_BANK1,
	    "x", NULL), LK_PASS);
	c = journal_seq(b.x.journal);
	linkkit_deliver(&b);
	e = made_up(ENTRY_CANCEL, 1000);
	e->ref = c;
	cr_assert_eq(linkkit_tell(&a, e), LK_OK);
	e = made_up(ENTRY_CANCEL, 1001);
	e->flags = ENTRY_F_TOMBSTONE;
	snprintf(e->txn, sizeof(e->txn), "x");
	cr_assert_eq(linkkit_tell(&a, e), LK_OK);
	e = made_up(ENTRY_REVIEW, 1002);
	e->ref = c;
	e->code = REVIEW_DENY;
	cr_assert_eq(linkkit_tell(&a, e), LK_OK);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 1);
	cr_assert_eq(record(&city, b.said.seq)->life, LIFE_RESERVED);
	/* A confirm of what it never told is a card all the same, once. */
	e = made_up(ENTRY_CONFIRM, 1003);
	e->ref = c;
	cr_assert_eq(linkkit_tell(&a, e), LK_OK);
	e = made_up(ENTRY_CONFIRM, 1004);
	e->ref = c;
	cr_assert_eq(linkkit_tell(&a, e), LK_OK);
	cr_assert_eq(linkkit_count(&city, -1, OPENING_ISSUED), 1);
	cr_assert_eq(linkkit_count(&city, 1, OPENING_RESERVED), 1);
}

CASE(events, order_and_claims)
{
	struct entry *e = made_up(ENTRY_DECISION, 1000), *t;

	/* Whose it is we know ourselves; flags and answers of ours it has not. */
	snprintf(e->from, sizeof(e->from), "b018");
	e->from_seq = 5;
	snprintf(e->to, sizeof(e->to), "b018");
	e->up_seq = 77;
	e->up_decision = LK_REJECT;
	snprintf(e->up_hits, sizeof(e->up_hits), "MANY");
	e->flags = ENTRY_F_CONSULT | ENTRY_F_CLOCK;
	e->flags = 0;
	cr_assert_eq(linkkit_tell(&a, e), LK_OK, "%s", a.why);
	t = linkkit_entry(&city, journal_seq(city.x.journal));
	cr_assert_str_eq(t->from, "b017");
	cr_assert_eq(t->from_seq, 1000);
	cr_assert_str_eq(t->to, "");
	cr_assert_eq(t->up_seq, 0);
	cr_assert_str_eq(t->up_hits, "");
	/* Twice, or out of order. */
	cr_assert_eq(linkkit_tell(&a, e), LK_E_ARG);
	e = made_up(ENTRY_DECISION, 999);
	cr_assert_eq(linkkit_tell(&a, e), LK_E_ARG);
	a.cursor = 12;
	e = made_up(ENTRY_DECISION, 1001);
	cr_assert_eq(linkkit_tell(&a, e), LK_E_CONFLICT);
	cr_assert_eq(a.cursor, 1000);
	a.peer.joined = 0;
	cr_assert_eq(linkkit_tell(&a, e), LK_E_STATE);
	cr_assert_eq(linkkit_join(&a), LK_E_STATE,
	    "its journal ends before what it told");
	cr_assert(a.held);
}

CASE(events, codes_and_times_out_of_range)
{
	static const int32_t odd[] = { -1, 3, 255, 256, 70000, INT32_MAX,
		INT32_MIN };
	static const int kinds[] = { ENTRY_DECISION, ENTRY_CONFIRM,
		ENTRY_CANCEL, ENTRY_RETIRE, ENTRY_VOID, ENTRY_REPORT,
		ENTRY_REVIEW, ENTRY_INTAKE, ENTRY_MERGE, ENTRY_ALERT,
		ENTRY_LINK, ENTRY_SETTLE };
	uint64_t seq = 1000;
	struct entry *e;
	size_t i, k;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			e = made_up(kinds[k], seq);
			e->product = e->operation = e->subject = odd[i];
			e->quantity = e->area = e->code = odd[i];
			e->alert = e->alert_kind = e->hard = odd[i];
			e->by = e->offer = e->profile = odd[i];
			e->needs = (uint32_t)odd[i];
			e->at = e->expires = e->due = (int64_t)odd[i] *
			    1000000000;
			e->clear_until = INT64_MAX - 1;
			e->clear_count = odd[i];
			e->prev.b[3] = 1;
			e->ref = seq - 1;
			if (linkkit_tell(&a, e) == LK_OK)
				seq++;
			cr_assert_not(journal_failed(city.x.journal, NULL,
			    0), "kind %d, %d", kinds[k], odd[i]);
			/* A decision that is none stops the node, not us. */
			e->decision = odd[i];
			e->floor = odd[i];
			e->seq = seq;
			if (linkkit_tell(&a, e) == LK_OK)
				seq++;
		}
	cr_assert_gt(seq, 1060);
	/* All that stands in the person's record is of now, and ends. */
	free(linkkit_openings(&all[0], 1));
}

CASE(events, only_the_centre_joins_documents_and_lets_off)
{
	struct entry *e = made_up(ENTRY_LINK, 1000);
	const struct record_link *l;

	e->code = LINK_PART;
	e->prev.b[1] = 4;
	cr_assert_eq(linkkit_tell(&a, e), LK_OK);
	l = state_get(journal_state(city.x.journal), RECORD_LINK, e->person.b,
	    TOKEN_LEN, NULL, NULL);
	cr_assert_null(l, "that they are two is no claim that they are one");
	e = made_up(ENTRY_LINK, 1001);
	e->code = LINK_JOIN;
	e->prev.b[1] = 4;
	cr_assert_eq(linkkit_tell(&a, e), LK_OK);
	l = state_get(journal_state(city.x.journal), RECORD_LINK, e->person.b,
	    TOKEN_LEN, NULL, NULL);
	cr_assert_not_null(l);
	cr_assert_eq(l->state, LINKED_CLAIMED);
	e = made_up(ENTRY_DECISION, 1002);
	e->decision = LK_REVIEW;
	cr_assert_eq(linkkit_tell(&a, e), LK_OK);
	e = made_up(ENTRY_REVIEW, 1003);
	e->ref = 1002;
	e->code = REVIEW_APPROVE;
	e->clear_until = a.x.wall + 86400000;
	e->clear_count = 50;
	cr_assert_eq(linkkit_tell(&a, e), LK_OK);
	cr_assert_eq(linkkit_entry(&city, journal_seq(city.x.journal))->
	    clear_count, 0);
}

CASE(events, a_clock_that_is_ahead_lends_no_time)
{
	struct entry *e = made_up(ENTRY_DECISION, 1000);

	e->t += 2 * 86400000;
	e->at = e->t;
	e->expires = e->t + 1800000;
	cr_assert_eq(linkkit_tell(&a, e), LK_OK);
	e = linkkit_entry(&city, journal_seq(city.x.journal));
	cr_assert_eq(e->at, city.x.wall);
	cr_assert_eq(e->expires, city.x.wall + 1800000);
}

/* Frames that are no batch, and batches as large as they may be. */
CASE(events, enormous_and_broken_batches)
{
	static uint8_t buf[60000];
	struct fixture *x = &a.x;
	struct entry *e;
	size_t len = 0, n;
	uint64_t seq = 1000;
	int i;

	while (len + 2 + ENTRY_MAX < sizeof(buf)) {
		e = made_up(ENTRY_DECISION, seq++);
		n = entry_print(e, (char *)buf + len + 2, ENTRY_MAX);
		buf[len] = (uint8_t)n;
		buf[len + 1] = (uint8_t)(n >> 8);
		len += 2 + n;
	}
	for (i = 0; i < 3; i++) {
		static uint8_t body[WIRE_BODY_MAX];
		struct wire_header h = { .version = 1, .type = WIRE_EVENTS };
		static struct wire_fields f;
		struct counter_done done;
		struct wire_out w;

		wire_out_init(&w, body, sizeof(body));
		wire_put_u64(&w, WIRE_T_AFTER, i == 0 ? 0 : seq - 1);
		/* Whole; then cut; then noise. */
		if (i == 2)
			memset(buf, 0xa5, sizeof(buf));
		wire_put_bytes(&w, WIRE_T_ENTRIES, buf, i == 1 ? 37 : len);
		cr_assert_eq(w.failed, 0);
		cr_assert_eq(wire_fields_read(&f, body, w.len), WIRE_OK);
		wire_out_init(&w, x->out, sizeof(x->out));
		counter_answer(city.x.counter, &a.peer, &h, &f, &w, &done);
		cr_assert_eq(wire_fields_read(&a.r, x->out + WIRE_HEADER,
		    w.len - WIRE_HEADER), WIRE_OK);
		cr_assert_eq((int32_t)wire_u32(&a.r, WIRE_T_ERROR, 0), i == 0 ?
		    LK_OK : LK_E_ARG);
		cr_assert_eq(wire_u64(&a.r, WIRE_T_CURSOR, 0), seq - 1);
		fixture_durable(&city.x);
	}
}
