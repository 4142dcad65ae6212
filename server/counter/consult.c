/*
 * A node below asks about an applicant at one of its counters.  We decide as if he stood at
 * ours, and reserve for a minute what we pass or hold, so that two institutions that ask
 * about the same person at the same time do not both pass.  The node then decides itself,
 * and tells us: see events.c.
 */
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "engine/facts.h"
#include "engine/identity.h"
#include "keys/token.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "above.h"
#include "core.h"
#include "deciding.h"
#include "fleet.h"
#include "told.h"

#define AGE_MAX 150

/* What of an application a node below may say. */
static int
read_application(struct request *q)
{
	const struct wire_view *v = &q->f->f[WIRE_T_ENTRY];
	struct entry *in = &q->c->told, *e = q->e;

	if (!wire_has(q->f, WIRE_T_ENTRY) || entry_parse(in,
	    (const char *)v->p, v->len, NULL) != 0 ||
	    in->kind != ENTRY_DECISION)
		return (request_refuse(q, LK_E_ARG, "entry 不是一项申请",
		    "field entry holds no application"));
	told_application(e, in);
	e->flags = in->flags & (ENTRY_F_DRY | ENTRY_F_GUARDIAN | ENTRY_F_AWAY);
	e->flags |= ENTRY_F_CONSULT;
	memcpy(e->from, q->peer->node, strnlen(q->peer->node,
	    sizeof(e->from) - 1));
	return (told_check(q, e));
}

/* Which tokens of lists are ours? */
static void
list_tokens(struct request *q, struct listing_tokens *t)
{
	const struct token_keys *keys = listing_keys(q->c->listing);
	const struct entry *e = q->e;
	unsigned i;

	memset(t, 0, sizeof(*t));
	if (keys == NULL)
		return;
	for (i = 0; i < token_keys_count(keys); i++) {
		if (token_keys_epoch(keys, i) != e->list_epoch)
			continue;
		t->person[i] = e->lperson;
		t->agent[i] = e->lagent;
		t->phone[i] = e->lphone;
		t->has_agent = entry_token_set(&e->lagent);
		t->has_phone = entry_token_set(&e->lphone);
	}
}

/* Write the answer from our decision's record. */
static void
answer(struct request *q, uint64_t seq, const struct record_decision *d)
{
	struct wire_out *o = q->out;
	char hits[sizeof(((struct above_answer *)0)->hits)];
	const char *ids = (const char *)(d + 1);
	size_t n = d->nhits;

	if (n >= sizeof(hits))
		for (n = sizeof(hits) - 1; n > 0 && ids[n] != ' '; n--)
			;
	memcpy(hits, ids, n);
	hits[n] = '\0';
	q->done->wait_seq = journal_seq(q->c->journal);
	wire_begin(o, WIRE_CONSULT | WIRE_REPLY, q->h->id);
	wire_put_u32(o, WIRE_T_ERROR, LK_OK);
	wire_put_u32(o, WIRE_T_DECISION, d->decision);
	wire_put_u32(o, WIRE_T_FLOOR, d->floor);
	wire_put_u32(o, WIRE_T_HARD, d->hard);
	wire_put_u32(o, WIRE_T_NEEDS, d->needs);
	wire_put_u32(o, WIRE_T_BY, d->by);
	wire_put_u32(o, WIRE_T_OFFER, (uint32_t)d->offer);
	wire_put_u32(o, WIRE_T_LIMIT_PROFILE, (uint32_t)d->profile);
	wire_put_u32(o, WIRE_T_RESULT_FLAGS,
	    ((d->flags & DECISION_OFFLINE) ? LK_R_OFFLINE : 0) |
	    ((d->flags & DECISION_STALE) ? LK_R_STALE : 0));
	wire_put_u64(o, WIRE_T_SEQ, seq);
	wire_put_bytes(o, WIRE_T_LEAF, d->leaf, sizeof(d->leaf));
	wire_put_text(o, WIRE_T_REASON, d->reason);
	wire_put_text(o, WIRE_T_HITS, hits);
	(void)wire_end(o);
}

/*
 * Were we asked the same a moment ago?  Then it is answered here.  And where the node did
 * not wait for our answer, and has told what it decided itself, nobody wants one.
 */
static int
asked(struct request *q)
{
	const struct record_decision *d;
	const struct record_txn *x;
	uint8_t key[RECORD_HASH_KEY];

	record_txn_key(key, q->e->from, q->e->inst, q->e->txn,
	    (q->e->flags & ENTRY_F_DRY) != 0);
	x = state_get(journal_state(q->c->journal), RECORD_TXN, key,
	    sizeof(key), NULL, NULL);
	if (x == NULL || x->state != TXN_DECIDED ||
	    x->t + RECORD_CONSULT_MS <= q->now)
		return (0);
	if (!token_equal(&x->digest, &q->e->digest)) {
		request_refuse(q, LK_E_CONFLICT,
		    "该 txn_id 已用于内容不同的申请",
		    "this txn_id was used before with different content");
		return (1);
	}
	d = decision_record(q, x->seq);
	if (d == NULL)
		return (0);
	if ((d->flags & DECISION_CONSULT) == 0) {
		request_refuse(q, LK_E_STATE, "下级节点已自行决定该申请",
		    "the node has decided this by itself meanwhile");
		return (1);
	}
	answer(q, x->seq, d);
	return (1);
}

/* Answer a question. */
static int
consult(struct request *q)
{
	struct application ap = { .now = 0 };
	struct listing_tokens lists;
	struct listing_case lc;
	struct bearing b = { .birth = IDENTITY_NO_BIRTH, .lists = &lists };
	uint8_t leaf[32];

	if (read_application(q) != 0)
		return (-1);
	b.age = (int32_t)wire_u32(q->f, WIRE_T_AGE, UINT32_MAX);
	if (b.age < 0 || b.age > AGE_MAX)
		b.age = -1;
	b.local = wire_u32(q->f, WIRE_T_LOCAL, 1) != 0;
	check_expect(q);
	if (asked(q))
		return (q->error != LK_OK ? -1 : 0);
	list_tokens(q, &lists);
	if (deciding_gather(q, &b, &ap, &lc) != 0)
		return (-1);
	if (above_ask(q, &ap, &lc))
		return (0);
	if (above_conflict(q))
		return (-1);
	deciding_decide(q, &ap, &lc);
	/* What the node decides takes the place of it, and may never come. */
	q->e->superseded = 0;
	if (request_write(q, leaf) != 0)
		return (-1);
	q->c->consults++;
	answer(q, q->e->seq, decision_record(q, q->e->seq));
	return (0);
}

/* Answer a question of a node below. */
void
consult_answer(struct request *q)
{

	entry_clear(q->e, ENTRY_DECISION);
	if (q->c->policy == NULL)
		request_refuse(q, LK_E_UNAVAIL, "尚无生效的规则",
		    "no policy is in force yet");
	else if (consult(q) != 0 && (q->error == LK_E_DENIED ||
	    q->error == LK_E_UNSUPPORTED || q->error == LK_E_ARG))
		/* As it is set up it will never be answered: an operator has to see that. */
		fleet_refused(q->c->fleet, q->peer->node, q->text);
}
