#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "store/journal.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"

#include "core.h"

/*
 * Is this card already recorded as issued on this very decision?  What was taken back since
 * is not: whoever says again that he issued it is heard (I9).
 */
static int
confirmed(struct request *q, const struct record_decision *d, uint64_t seq)
{
	uint8_t key[RECORD_CARD_KEY];
	const struct record_card *c;

	record_card_key(key, &q->e->card, d->inst);
	c = state_get(journal_state(q->c->journal), RECORD_CARD, key,
	    sizeof(key), NULL, NULL);
	return (c != NULL && d->confirms > 0 && d->life != LIFE_VOIDED &&
	    memcmp(&c->person, &d->person, sizeof(c->person)) == 0 &&
	    (c->seq == seq || token_equal(&d->card, &q->e->card)));
}

/* How a confirm fits its decision: flags for what was not allowed. */
static uint32_t
misfit(const struct request *q, const struct record_decision *d)
{
	uint32_t flags = 0;
	int standing = reply_standing(d, q->now);

	if (d->life == LIFE_CANCELLED || d->life == LIFE_VOIDED ||
	    d->life == LIFE_SUPERSEDED)
		flags |= ENTRY_F_AFTER_CANCEL;
	if (d->life == LIFE_ISSUED && d->confirms >= d->quantity)
		flags |= ENTRY_F_EXTRA;
	if ((d->flags & DECISION_DRY) != 0 ||
	    (standing != LK_STANDING_APPROVED && (d->decision == LK_REJECT ||
	    (d->decision == LK_REVIEW && d->life != LIFE_ISSUED))))
		flags |= ENTRY_F_OVERRIDE;
	if (d->life == LIFE_RESERVED && q->now >= d->expires)
		flags |= ENTRY_F_LATE;
	return (flags);
}

/* Write a confirm: never refused once the decision is known (I9). */
static int
confirm(struct request *q)
{
	struct entry *e = q->e;
	const struct record_decision *d;
	struct found found;
	uint8_t leaf[32];
	int32_t product;

	if (request_decision(q, RIGHT_CONFIRM, &found) != 0 ||
	    request_card(q, &e->card) != 0 ||
	    request_event(q, WIRE_T_EVENT_MS, &e->at) != 0)
		return (-1);
	d = found.d;
	product = (int32_t)wire_u32(q->f, WIRE_T_PRODUCT, 0);
	if (product != 0 && !code_product(product))
		return (request_refuse(q, LK_E_ARG,
		    "product_issued 的代码 %d 未知", "product_issued: unknown "
		    "code %d", product));
	if (confirmed(q, d, found.seq)) {
		e->flags = 0;
		return (0);
	}
	e->product = product != 0 ? product : d->product;
	e->operation = d->operation;
	e->quantity = d->quantity;
	e->visit_key = d->visit;
	e->flags |= misfit(q, d);
	if ((e->flags & ENTRY_F_EXTRA) != 0)
		e->quantity = 1;
	if (d->life != LIFE_ISSUED || (e->flags & ENTRY_F_EXTRA) != 0)
		e->flags |= ENTRY_F_FIRST;
	if ((d->flags & DECISION_AWAY) != 0)
		e->flags |= ENTRY_F_AWAY;
	alarm_confirm(q);
	return (request_write(q, leaf));
}

/* Answer a confirm. */
void
confirm_answer(struct request *q)
{

	entry_clear(q->e, ENTRY_CONFIRM);
	if (confirm(q) != 0)
		return;
	if ((q->e->flags & (ENTRY_F_LATE | ENTRY_F_OVERRIDE | ENTRY_F_EXTRA |
	    ENTRY_F_AFTER_CANCEL)) != 0)
		reply_state(q,
		    "已如实记录，但该决定不允许开卡（未通过、已过期、已撤销或超出数量），已报警",
		    "recorded, but this decision did not allow it (not passed, "
		    "expired, cancelled or more than asked for); an alert was "
		    "raised");
	else
		reply_ok(q);
}

/* Cancel a check that is known by its txn id only, or has not arrived yet. */
static int
cancel_txn(struct request *q, uint64_t *seq)
{
	struct state *s = journal_state(q->c->journal);
	const struct record_decision *d;
	const struct record_txn *x;
	struct entry *e = q->e;
	uint8_t key[RECORD_HASH_KEY], seq_key[8], leaf[32];

	if (request_authority(q, RIGHT_CONFIRM) != 0 ||
	    request_id(q, WIRE_T_TXN_ID, e->txn, sizeof(e->txn), 1) != 0)
		return (-1);
	record_txn_key(key, "", e->inst, e->txn, 0);
	x = state_get(s, RECORD_TXN, key, sizeof(key), NULL, NULL);
	*seq = 0;
	if (x != NULL && x->t + RECORD_KEEP_MS >= q->now) {
		if (x->state == TXN_TOMBSTONE)
			return (0);
		*seq = x->seq;
		record_seq_key(seq_key, x->seq);
		d = state_get(s, RECORD_DECISION, seq_key, 8, NULL, NULL);
		if (d == NULL)
			return (request_refuse(q, LK_E_INTERNAL,
			    "决定记录缺失", "the decision's record is missing"));
		e->ref = x->seq;
		e->epoch = d->epoch;
		snprintf(e->outlet, sizeof(e->outlet), "%s",
		    names_text(journal_names(q->c->journal), d->outlet));
		if ((d->flags & DECISION_ORGANISATION) != 0) {
			e->subject = LK_SUBJECT_ORGANISATION;
			e->org = d->person;
		} else
			e->person = d->person;
		return (0);
	}
	e->flags |= ENTRY_F_TOMBSTONE;
	return (request_write(q, leaf));
}

/* Write a cancel. */
static int
cancel(struct request *q)
{
	const struct record_decision *d;
	struct entry *e = q->e;
	struct found found = { 0, NULL };
	uint8_t key[8], leaf[32];

	if (request_code(q, WIRE_T_REASON_CODE, 0, code_cancel, &e->code) != 0)
		return (-1);
	if (wire_has(q->f, WIRE_T_DECISION_ID)) {
		if (request_decision(q, RIGHT_CONFIRM, &found) != 0)
			return (-1);
	} else if (cancel_txn(q, &found.seq) != 0)
		return (-1);
	if (found.seq == 0)
		return (0);
	record_seq_key(key, found.seq);
	d = state_get(journal_state(q->c->journal), RECORD_DECISION, key, 8,
	    NULL, NULL);
	if (d->life == LIFE_ISSUED)
		return (request_refuse(q, LK_E_STATE,
		    "该申请已确认开卡，不能撤销；如开错人请用 lk_void",
		    "this one was confirmed: it cannot be cancelled; lk_void "
		    "is for a wrong person"));
	if (d->life != LIFE_RESERVED)
		return (0);
	if (e->code != LK_CANCEL_LEFT_QUESTIONED)
		e->flags |= ENTRY_F_UNWIND;
	return (request_write(q, leaf));
}

/* Answer a cancel. */
void
cancel_answer(struct request *q)
{

	entry_clear(q->e, ENTRY_CANCEL);
	if (cancel(q) == 0)
		reply_ok(q);
}

/* Find the card of an institution. */
static const struct record_card *
find_card(struct request *q)
{
	struct names *names = journal_names(q->c->journal);
	uint8_t key[RECORD_CARD_KEY];
	uint32_t inst;

	if ((inst = names_find(names, NAME_INST, "", q->e->inst)) == 0)
		return (NULL);
	record_card_key(key, &q->e->card, inst);
	return (state_get(journal_state(q->c->journal), RECORD_CARD, key,
	    sizeof(key), NULL, NULL));
}

/* Put what is known of a card into the entry that closes it. */
static void
name_card(struct request *q, const struct record_card *c)
{
	struct entry *e = q->e;

	e->ref = c->seq;
	e->product = c->product;
	snprintf(e->outlet, sizeof(e->outlet), "%s",
	    names_text(journal_names(q->c->journal), c->outlet));
	if (c->organisation) {
		e->subject = LK_SUBJECT_ORGANISATION;
		e->org = c->person;
	} else
		e->person = c->person;
}

/* Close a card: 0 when done or done before. */
static int
close_card(struct request *q)
{
	const struct record_card *c;
	uint8_t leaf[32];

	if ((c = find_card(q)) == NULL)
		return (request_refuse(q, LK_E_STATE,
		    "没有这张卡的开卡记录（card_ref 未知）",
		    "no card with this card_ref is known"));
	if (c->state == CARD_CLOSED)
		return (0);
	name_card(q, c);
	return (request_write(q, leaf));
}

/* Answer a retire. */
void
retire_answer(struct request *q)
{
	struct entry *e = q->e;

	entry_clear(e, ENTRY_RETIRE);
	if (request_authority(q, RIGHT_CONFIRM) == 0 &&
	    request_code(q, WIRE_T_REASON_CODE, 0, code_retire,
	    &e->code) == 0 &&
	    request_event(q, WIRE_T_EVENT_MS, &e->at) == 0 &&
	    request_card(q, &e->card) == 0 && close_card(q) == 0)
		reply_ok(q);
}

/* Answer a void. */
void
void_answer(struct request *q)
{
	struct entry *e = q->e;
	struct found found;
	uint8_t leaf[32];

	entry_clear(e, ENTRY_VOID);
	if (request_code(q, WIRE_T_REASON_CODE, 0, code_void, &e->code) != 0 ||
	    request_id(q, WIRE_T_TELLER, e->teller, sizeof(e->teller), 1) !=
	    0 || request_decision(q, RIGHT_CONFIRM, &found) != 0)
		return;
	e->flags |= ENTRY_F_UNWIND;
	if (found.d->life == LIFE_VOIDED || request_write(q, leaf) == 0)
		reply_ok(q);
}
