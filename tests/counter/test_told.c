#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "engine/person.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "linkkit.h"

/* What nodes below may not say, and entries that they make up. */

static struct linknode city, a, b;
static struct linknode *const all[] = { &city, &a, &b };

static void
setup(void)
{

	linkkit_open(&city, "city", NULL, NULL);
	linkkit_open(&a, "b017", &city, NULL);
	linkkit_open(&b, "b018", &city, NULL);
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

CASE(told, nobody_speaks_for_others)
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

CASE(told, order_and_claims)
{
	struct entry *e = made_up(ENTRY_DECISION, 1000), *t;

	/* Whose it is we know ourselves; flags and answers of ours it has not. */
	snprintf(e->from, sizeof(e->from), "b018");
	e->from_seq = 5;
	snprintf(e->to, sizeof(e->to), "b018");
	e->up_seq = 77;
	e->up_decision = LK_REJECT;
	snprintf(e->up_hits, sizeof(e->up_hits), "MANY");
	e->flags = ENTRY_F_CLOCK;
	cr_assert_eq(linkkit_tell(&a, e), LK_OK, "%s", a.why);
	t = linkkit_entry(&city, journal_seq(city.x.journal));
	cr_assert_str_eq(t->from, "b017");
	cr_assert_eq(t->from_seq, 1000);
	cr_assert_str_eq(t->to, "");
	cr_assert_eq(t->up_seq, 0);
	cr_assert_str_eq(t->up_hits, "");
	cr_assert_eq(t->flags, 0);
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

CASE(told, codes_and_times_out_of_range)
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

CASE(told, only_the_centre_joins_documents_and_lets_off)
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

CASE(told, a_clock_that_is_ahead_lends_no_time)
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
CASE(told, enormous_and_broken_batches)
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

/* Times at the ends of what a number holds: no counting with them goes wrong. */
CASE(told, times_that_no_clock_shows)
{
	static const int64_t odd[] = { INT64_MIN, INT64_MIN + 1, -1, INT64_MAX,
		INT64_MAX - 1 };
	struct entry *e;
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		e = made_up(ENTRY_DECISION, 1000 + i);
		e->t = e->at = e->due = e->clear_until = odd[i];
		e->expires = city.x.wall + 60000;
		cr_assert_eq(linkkit_tell(&a, e), LK_OK, "%s", a.why);
		e = linkkit_entry(&city, journal_seq(city.x.journal));
		cr_assert_geq(e->at, 631152000000, "%zu", i);
		cr_assert_leq(e->at, city.x.wall);
		cr_assert_eq(e->due, odd[i] < 0 ? 0 : e->due);
		cr_assert_eq(e->expires, odd[i] < 0 ? city.x.wall + 60000 : 1);
	}
}

/* An alert is raised by what it is about, never by itself: a desk would drown in them. */
CASE(told, steps_raise_no_alerts)
{
	struct entry *e = made_up(ENTRY_ALERT, 1000);

	e->code = ALERT_STEP_TAKE;
	e->alert = ALERT_PROVINCE;
	e->alert_kind = ALERT_RULE;
	cr_assert_eq(linkkit_tell(&a, e), LK_OK, "%s", a.why);
	e = linkkit_entry(&city, journal_seq(city.x.journal));
	cr_assert_eq(e->kind, ENTRY_ALERT);
	cr_assert_eq(e->alert, ALERT_NONE);
	cr_assert_eq(e->alert_kind, ALERT_NO_KIND);
}
