/*
 * Entries of a node below, taken into our journal.  Each becomes one entry of ours that
 * says whose it is, so that it moves the node's cursor and is never taken twice; what it
 * refers to is named by our own number.
 */
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "keys/hex.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"

#include "above.h"
#include "core.h"
#include "eventbatch.h"
#include "events.h"
#include "told.h"

/* Our number of an entry of the node, 0: it was never told. */
static uint64_t
ours(struct request *q, uint64_t seq)
{
	uint8_t key[RECORD_BELOW_KEY];
	const uint64_t *v;

	if (seq == 0)
		return (0);
	record_below_key(key, q->peer->node, seq);
	v = state_get(journal_state(q->c->journal), RECORD_BELOW, key,
	    sizeof(key), NULL, NULL);
	return (v != NULL ? *v : 0);
}

/* The reservation that the node had asked us for, or 0. */
static uint64_t
reserved(struct request *q)
{
	const struct entry *e = q->e;
	const struct record_decision *d;
	const struct record_txn *x;
	uint8_t key[RECORD_HASH_KEY];

	if ((e->flags & ENTRY_F_POSTHOC) != 0)
		return (0);
	record_txn_key(key, e->from, e->inst, e->txn, 0);
	x = state_get(journal_state(q->c->journal), RECORD_TXN, key,
	    sizeof(key), NULL, NULL);
	if (x == NULL || x->state != TXN_DECIDED ||
	    !token_equal(&x->digest, &e->digest))
		return (0);
	d = decision_record(q, x->seq);
	return (d != NULL && (d->flags & DECISION_CONSULT) != 0 ? x->seq : 0);
}

/* Did our own decision raise an alert? */
static int
told_already(struct request *q, uint64_t seq)
{
	uint8_t key[8];

	record_seq_key(key, seq);
	return (state_get(journal_state(q->c->journal), RECORD_ALERT, key, 8,
	    NULL, NULL) != NULL);
}

/* The node's decision: on what it asked us, or on its own. */
static void
decision(struct request *q)
{
	struct entry *e = q->e;

	e->superseded = ours(q, e->superseded);
	e->ref = reserved(q);
	if (e->at == 0)
		e->at = e->t;
	if (e->ref == 0) {
		events_late(q);
		return;
	}
	e->kind = ENTRY_SETTLE;
	/* What we found was told when we were asked. */
	if (told_already(q, e->ref))
		e->alert = e->alert_kind = 0;
	events_late_answer(q);
}

/* What a node below the node decided: on what it had asked that one about. */
static void
settled(struct request *q)
{
	struct entry *e = q->e;
	uint64_t ref = ours(q, e->ref);

	if (ref == 0) {
		e->kind = ENTRY_DECISION;
		decision(q);
		return;
	}
	e->ref = ref;
	e->superseded = ours(q, e->superseded);
	if (e->at == 0)
		e->at = e->t;
}

/* A card that was issued: on a decision we know, or not. */
static void
issued(struct request *q)
{
	struct entry *e = q->e;

	if (e->at == 0)
		e->at = e->t;
	if ((e->ref = ours(q, e->ref)) != 0)
		return;
	/* It was issued all the same. */
	e->kind = ENTRY_INTAKE;
	e->code = INTAKE_OPEN;
	e->flags &= ENTRY_F_AWAY | ENTRY_F_DATE_ONLY;
	if (e->quantity < 1)
		e->quantity = 1;
}

/* A card that was closed: by our own record of it. */
static void
closed(struct request *q)
{
	struct names *names = journal_names(q->c->journal);
	const struct record_card *c = NULL;
	struct entry *e = q->e;
	uint8_t key[RECORD_CARD_KEY];
	uint32_t inst;

	if (e->at == 0)
		e->at = e->t;
	e->ref = 0;
	if ((inst = names_find(names, NAME_INST, "", e->inst)) == 0)
		return;
	record_card_key(key, &e->card, inst);
	c = state_get(journal_state(q->c->journal), RECORD_CARD, key,
	    sizeof(key), NULL, NULL);
	if (c != NULL)
		e->ref = c->seq;
}

/* A step in a case: one that was decided otherwise meanwhile changes nothing. */
static void
step(struct request *q)
{
	const struct record_decision *d;
	struct entry *e = q->e;

	if ((e->ref = ours(q, e->ref)) == 0 ||
	    (d = decision_record(q, e->ref)) == NULL)
		return;
	if (d->standing == LK_STANDING_DENIED && e->code == REVIEW_APPROVE)
		e->flags |= ENTRY_F_REFUSED;
}

/* Make an entry of theirs one of ours. */
static void
translate(struct request *q)
{
	struct entry *e = q->e;

	memset(e->from, 0, sizeof(e->from));
	memcpy(e->from, q->peer->node, strnlen(q->peer->node,
	    sizeof(e->from) - 1));
	e->from_seq = e->seq;
	e->to[0] = e->up_leaf[0] = e->up_reason[0] = e->up_hits[0] = '\0';
	e->up_seq = 0;
	e->up_decision = e->up_floor = e->up_hard = e->up_by = 0;
	e->up_offer = e->up_profile = 0;
	e->up_needs = 0;
	e->node[0] = '\0';
	if (e->alert < ALERT_NONE || e->alert > ALERT_PROVINCE ||
	    e->alert_kind < 0 || e->alert_kind >= ALERT_KINDS)
		e->alert = e->alert_kind = 0;
	if (e->kind != ENTRY_DECISION && e->kind != ENTRY_SETTLE)
		e->superseded = 0;
	switch (e->kind) {
	case ENTRY_DECISION:
		decision(q);
		break;
	case ENTRY_SETTLE:
		settled(q);
		break;
	case ENTRY_CONFIRM:
	case ENTRY_MERGE:
		issued(q);
		break;
	case ENTRY_RETIRE:
		closed(q);
		break;
	case ENTRY_INTAKE:
		if (e->code == INTAKE_CLOSE)
			closed(q);
		else
			e->ref = 0;
		break;
	case ENTRY_REVIEW:
		step(q);
		break;
	case ENTRY_LINK:
		/* Who may not speak for the centre only claims. */
		if (grant_for(q->peer, "", RIGHT_DESK) == NULL)
			e->flags |= ENTRY_F_CLAIMED;
		break;
	default:
		e->ref = ours(q, e->ref);
		break;
	}
	e->flags &= entry_flags(e->kind) & ~(ENTRY_F_CONSULT |
	    ENTRY_F_SEALED | ENTRY_F_CLOCK);
}

/* Is this a decision's code? */
static int
decided(int32_t d)
{

	return (d == LK_PASS || d == LK_LIMIT || d == LK_REVIEW ||
	    d == LK_REJECT);
}

/* Is it an entry that a node may tell? */
static int
tellable(struct request *q)
{
	const struct entry *e = q->e;

	if (!eventbatch_wanted(e, ""))
		return (request_refuse(q, LK_E_ARG,
		    "第 %llu 条不是可上报的记录",
		    "its entry %llu is none that is told",
		    (unsigned long long)e->seq));
	if ((e->kind == ENTRY_DECISION || e->kind == ENTRY_SETTLE) &&
	    (!decided(e->decision) || !decided(e->floor)))
		return (request_refuse(q, LK_E_ARG,
		    "第 %llu 条的决定代码未知",
		    "its entry %llu has a decision that is none",
		    (unsigned long long)e->seq));
	if (e->inst[0] != '\0' && told_authority(q, e, 0) != 0)
		return (-1);
	return (0);
}

/* Take one in.  Return 0, or -1 (refused). */
static int
take(struct request *q, const char *leaf, int last)
{
	uint8_t hash[32];

	if (tellable(q) != 0)
		return (-1);
	translate(q);
	(void)journal_begin(q->c->journal);
	q->now = journal_now(q->c->journal, NULL);
	if (last)
		memcpy(q->e->up_leaf, leaf, 65);
	return (request_write(q, hash));
}

/* How far the node is with us. */
uint64_t
events_cursor(struct request *q)
{
	const struct record_node *r;

	r = state_get(journal_state(q->c->journal), RECORD_NODE,
	    q->peer->node, strlen(q->peer->node), NULL, NULL);
	return (r != NULL ? r->cursor : 0);
}

/* Take a batch in, as far as it goes. */
static void
batch(struct request *q, const uint8_t *buf, size_t len)
{
	const struct wire_view *v = &q->f->f[WIRE_T_LEAF];
	uint64_t cursor = events_cursor(q);
	char leaf[65] = "";
	size_t pos = 0;
	int rc;

	if (wire_has(q->f, WIRE_T_LEAF))
		hex_encode(leaf, v->p, 32);
	if (wire_u64(q->f, WIRE_T_AFTER, 0) != cursor) {
		request_refuse(q, LK_E_CONFLICT, "应从第 %llu 条之后上报",
		    "we have your entries up to %llu: go on behind it",
		    (unsigned long long)cursor);
		return;
	}
	while ((rc = eventbatch_next(buf, len, &pos, q->e)) == 1) {
		if (q->e->seq <= cursor) {
			request_refuse(q, LK_E_ARG, "记录未按顺序上报",
			    "entry %llu is out of order",
			    (unsigned long long)q->e->seq);
			return;
		}
		cursor = q->e->seq;
		if (take(q, leaf, pos == len) != 0)
			return;
		q->c->events++;
	}
	if (rc < 0)
		request_refuse(q, LK_E_ARG, "上报内容无法识别（第 %llu 条之后）",
		    "what follows entry %llu is no entry that this version "
		    "knows: bring the upper node up to date first",
		    (unsigned long long)cursor);
}

/* Answer with how far we are. */
void
events_answer(struct request *q)
{
	const struct wire_view *v = &q->f->f[WIRE_T_ENTRIES];

	if (!q->peer->joined) {
		request_refuse(q, LK_E_STATE, "须先 JOIN", "JOIN must come first");
		return;
	}
	if (wire_has(q->f, WIRE_T_ENTRIES))
		batch(q, v->p, v->len);
	/* What was taken before an error counts. */
	q->done->wait_seq = journal_seq(q->c->journal);
	q->done->yield = 1;
	wire_begin(q->out, WIRE_EVENTS | WIRE_REPLY, q->h->id);
	wire_put_u32(q->out, WIRE_T_ERROR, (uint32_t)q->error);
	wire_put_u64(q->out, WIRE_T_CURSOR, events_cursor(q));
	if (q->error != LK_OK)
		wire_put_text(q->out, WIRE_T_MESSAGE, q->text);
	(void)wire_end(q->out);
	q->error = LK_OK;
}
