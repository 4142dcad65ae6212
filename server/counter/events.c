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
#include "store/subject.h"

#include "above.h"
#include "core.h"
#include "eventbatch.h"
#include "events.h"
#include "fleet.h"
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

/*
 * Our decision on the same person's application to the same institution, or 0.  A card that
 * was issued on what was never told (a dry run) is one told from elsewhere: the seq of that.
 */
static uint64_t
about(struct request *q, uint64_t seq)
{
	const struct entry *e = q->e;
	const struct record_decision *d;
	uint64_t ref = ours(q, seq);

	d = ref != 0 ? decision_record(q, ref) : NULL;
	return (d == NULL || (token_equal(&d->person, subject_token(e)) &&
	    strcmp(names_text(journal_names(q->c->journal), d->inst),
	    e->inst) == 0) ? ref : 0);
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

/* Our own decision may have raised an alert: the graver of both goes on. */
static void
graver(struct request *q, uint64_t seq)
{
	const struct record_alert *r;
	struct entry *e = q->e;
	uint8_t key[8];

	record_seq_key(key, seq);
	r = state_get(journal_state(q->c->journal), RECORD_ALERT, key, 8, NULL,
	    NULL);
	if (r == NULL || e->alert > r->level)
		return;
	e->alert = r->level;
	e->alert_kind = r->kind;
}

/*
 * The node's decision: on what it had asked us, or on its own.  One that a node below it had
 * asked about is told when that has decided, as SETTLE: what follows names it by the number
 * of the question, which was not told.
 */
static void
decision(struct request *q)
{
	struct entry *e = q->e;

	e->count = e->kind == ENTRY_SETTLE ? e->ref : 0;
	e->kind = ENTRY_DECISION;
	e->superseded = ours(q, e->superseded);
	e->ref = reserved(q);
	if (e->ref == 0) {
		if (!q->asked)
			events_late(q);
		return;
	}
	e->kind = ENTRY_SETTLE;
	graver(q, e->ref);
	events_late_answer(q);
}

/* What we know of the entry's card, or NULL. */
static const struct record_card *
card_of(struct request *q)
{
	uint8_t key[RECORD_CARD_KEY];
	uint32_t inst;

	inst = names_find(journal_names(q->c->journal), NAME_INST, "",
	    q->e->inst);
	if (inst == 0 || !entry_token_set(&q->e->card))
		return (NULL);
	record_card_key(key, &q->e->card, inst);
	return (state_get(journal_state(q->c->journal), RECORD_CARD, key,
	    sizeof(key), NULL, NULL));
}

/*
 * A card that a file had told us of before, or another node, is this one: that opening
 * gives way to what its own node says, and the outlet's day has it already.
 */
static void
told_before(struct request *q)
{
	const struct record_card *c = card_of(q);
	struct entry *e = q->e, *old = &q->c->old;
	uint64_t seq;

	if (c == NULL || c->state != CARD_OPEN || c->product != e->product ||
	    !token_equal(&c->person, subject_token(e)) ||
	    (e->ref != 0 && c->seq == e->ref))
		return;
	seq = c->seq;
	/* What the node itself told before it knows best; this is rare. */
	if (journal_read(q->c->journal, seq, old) != 0 ||
	    strcmp(old->from, q->peer->node) == 0)
		return;
	e->superseded = seq;
	e->flags &= ~ENTRY_F_FIRST;
	if (e->kind == ENTRY_INTAKE)
		e->flags |= ENTRY_F_STOCK;
}

/* A card that was issued: on a decision we know, or not. */
static void
issued(struct request *q)
{
	struct entry *e = q->e;
	uint64_t named = e->ref;

	if ((e->ref = about(q, e->ref)) != 0)
		return;
	/* It was issued all the same. */
	e->count = ours(q, named) == 0 ? named : 0;
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
	const struct record_card *c = card_of(q);

	q->e->ref = c != NULL ? c->seq : 0;
}

/*
 * The node's staff answered what only the centre may.  The card may be out already, so it
 * counts as they said; but the centre's case does not end without a word here.
 */
static void
presumed(struct request *q, const struct record_decision *d)
{
	struct entry *e = q->e;

	if (e->code != REVIEW_APPROVE || (d->decision == LK_REVIEW &&
	    d->by != LK_BY_CENTRE))
		return;
	if (e->alert < ALERT_CITY)
		e->alert = ALERT_CITY;
	e->alert_kind = ALERT_OVERRIDE;
}

/* A step in a case: one that was decided otherwise meanwhile changes nothing. */
static void
step(struct request *q)
{
	struct entry *e = q->e;
	const struct record_decision *d;
	int centre = grant_for(q->peer, "", RIGHT_DESK) != NULL;

	/* Only the centre lets somebody off for days to come. */
	if (!centre) {
		e->clear_until = 0;
		e->clear_count = 0;
	}
	e->ref = about(q, e->ref);
	d = e->ref != 0 ? decision_record(q, e->ref) : NULL;
	if (d == NULL || !told_step(d, e, 1))
		e->flags |= ENTRY_F_REFUSED;
	else if (!centre)
		presumed(q, d);
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
	e->node[0] = '\0';
	q->asked = e->up_seq != 0;
	e->up_seq = 0;
	told_tidy(e, q->now);
	if (e->alert < ALERT_NONE || e->alert > ALERT_PROVINCE ||
	    e->alert_kind < 0 || e->alert_kind >= ALERT_KINDS)
		e->alert = e->alert_kind = 0;
	if (e->kind != ENTRY_DECISION && e->kind != ENTRY_SETTLE)
		e->superseded = 0;
	switch (e->kind) {
	case ENTRY_DECISION:
	case ENTRY_SETTLE:
		decision(q);
		break;
	case ENTRY_CONFIRM:
	case ENTRY_MERGE:
		issued(q);
		told_before(q);
		break;
	case ENTRY_RETIRE:
		closed(q);
		break;
	case ENTRY_INTAKE:
		if (e->code == INTAKE_CLOSE)
			closed(q);
		else {
			e->ref = 0;
			told_before(q);
		}
		break;
	case ENTRY_REVIEW:
		step(q);
		break;
	case ENTRY_LINK:
		/* Who may not speak for the centre only claims. */
		if (grant_for(q->peer, "", RIGHT_DESK) == NULL)
			e->flags |= ENTRY_F_CLAIMED;
		break;
	case ENTRY_CANCEL:
	case ENTRY_VOID:
		e->ref = about(q, e->ref);
		break;
	case ENTRY_ALERT:
		/* A step; an alert comes with what it is about. */
		e->alert = e->alert_kind = 0;
		e->ref = ours(q, e->ref);
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
	/* What staff say of documents or alerts is no institution's. */
	if (e->inst[0] == '\0' && e->kind != ENTRY_LINK &&
	    e->kind != ENTRY_ALERT)
		return (request_refuse(q, LK_E_ARG,
		    "第 %llu 条未注明机构", "its entry %llu names no institution",
		    (unsigned long long)e->seq));
	if (e->inst[0] != '\0' && told_authority(q, e, 0) != 0)
		return (-1);
	return (0);
}

/*
 * A node whose clock is behind tells openings of today as old ones, and reservations that
 * are over: count its times by our clock.
 */
static void
set_right(struct entry *e, int64_t behind)
{

	e->t += behind;
	if (e->at != 0)
		e->at += behind;
	if (e->expires != 0)
		e->expires += behind;
	if (e->due != 0)
		e->due += behind;
}

/* Have the person's record on its way from memory: a big part of the time goes there. */
static void
expect(struct request *q, void (*fetch)(const struct state *, uint8_t,
    const void *, size_t))
{
	const struct token *whom = subject_token(q->e);

	if (entry_token_set(whom))
		fetch(journal_state(q->c->journal), RECORD_PERSON, whom->b,
		    TOKEN_LEN);
}

/* Take one in.  Return 0, or -1 (refused). */
static int
take(struct request *q, const char *leaf, int last)
{
	uint8_t hash[32];

	if (tellable(q) != 0)
		return (-1);
	expect(q, state_expect);
	(void)journal_begin(q->c->journal);
	q->now = journal_now(q->c->journal, NULL);
	set_right(q->e, fleet_behind(q->c->fleet, q->peer->node));
	translate(q);
	if (last)
		memcpy(q->e->up_leaf, leaf, 65);
	expect(q, state_expect_record);
	/* Only a decision's record names its hash. */
	return (request_write(q, q->e->kind == ENTRY_DECISION ? hash : NULL));
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
	if (journal_crowded(q->c->journal)) {
		request_refuse(q, LK_E_BUSY, "系统繁忙，请稍后重试",
		    "busy: try again in a moment");
		return;
	}
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
		q->done->work++;
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
	fleet_refused(q->c->fleet, q->peer->node, q->error != LK_OK &&
	    q->error != LK_E_BUSY ? q->text : "");
	/* What was taken before an error counts. */
	q->done->wait_seq = journal_seq(q->c->journal);
	wire_begin(q->out, WIRE_EVENTS | WIRE_REPLY, q->h->id);
	wire_put_u32(q->out, WIRE_T_ERROR, (uint32_t)q->error);
	wire_put_u64(q->out, WIRE_T_CURSOR, events_cursor(q));
	if (q->error != LK_OK)
		wire_put_text(q->out, WIRE_T_MESSAGE, q->text);
	(void)wire_end(q->out);
	q->error = LK_OK;
}
