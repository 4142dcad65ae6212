/*
 * What was decided above about what a node below had told: handed out here, and taken in
 * there.
 */
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "above.h"
#include "core.h"
#include "down.h"
#include "eventbatch.h"
#include "told.h"

#define BATCH_BYTES 12000	/* of one reply */

/* The node's own number of the entry that ours is about, or 0. */
static uint64_t
theirs(struct request *q, const struct entry *e)
{
	const struct record_above *r;
	uint8_t key[8];

	if (e->kind == ENTRY_DECISION || e->kind == ENTRY_SETTLE)
		return (e->count != 0 ? e->count : e->from_seq);
	record_seq_key(key, e->ref);
	r = state_get(journal_state(q->c->journal), RECORD_ABOVE, key, 8, NULL,
	    NULL);
	return (r != NULL && strcmp(r->node, q->peer->node) == 0 ? r->seq : 0);
}

/* Make an entry of ours one that the node can take. */
static void
for_node(struct request *q, struct entry *e)
{
	uint64_t ref = theirs(q, e);

	if (e->kind == ENTRY_DECISION || e->kind == ENTRY_SETTLE) {
		e->kind = ENTRY_RETRO;
		e->code = RETRO_ABOVE;
		e->txn[0] = e->visit[0] = e->batch[0] = e->campaign[0] = '\0';
		memset(&e->digest, 0, sizeof(e->digest));
		e->decision = e->floor = e->hard = 0;
		e->expires = e->due = 0;
		e->superseded = e->up_seq = e->count = 0;
	}
	e->ref = ref;
}

/* Hand out what stands behind AFTER. */
void
pull_answer(struct request *q)
{
	static uint8_t buf[EVENTBATCH_MAX];
	struct eventbatch b = { .buf = buf };
	uint64_t seq = wire_u64(q->f, WIRE_T_AFTER, 0);
	struct entry *e = &q->c->told;

	if (!q->peer->joined) {
		request_refuse(q, LK_E_STATE, "须先 JOIN", "JOIN must come first");
		return;
	}
	while (b.len < BATCH_BYTES && (seq = down_after(q->c->down,
	    q->peer->node, seq)) != 0) {
		if (seq > journal_durable(q->c->journal) ||
		    journal_read(q->c->journal, seq, e) != 0)
			break;
		for_node(q, e);
		if (eventbatch_add(&b, e) != 0)
			break;
	}
	wire_begin(q->out, WIRE_PULL | WIRE_REPLY, q->h->id);
	wire_put_u32(q->out, WIRE_T_ERROR, LK_OK);
	if (b.len > 0)
		wire_put_bytes(q->out, WIRE_T_ENTRIES, buf, b.len);
	(void)wire_end(q->out);
}

/* How far we are with what the node above says. */
uint64_t
counter_pulled_to(struct counter *c)
{
	const struct record_node *r;

	if (c->o.above == NULL)
		return (0);
	r = state_get(journal_state(c->journal), RECORD_NODE,
	    c->o.above->name, strlen(c->o.above->name), NULL, NULL);
	return (r != NULL ? r->cursor : 0);
}

/* May it say that? */
static int
sayable(struct request *q)
{
	const struct record_decision *d;
	struct entry *e = q->e;

	if (e->kind == ENTRY_ALERT)
		return (1);
	if ((e->kind != ENTRY_REVIEW && e->kind != ENTRY_RETRO) ||
	    (d = decision_record(q, e->ref)) == NULL ||
	    !token_equal(&d->person, e->subject ? &e->org : &e->person))
		return (0);
	if (e->kind == ENTRY_REVIEW) {
		e->alert = e->alert_kind = 0;
		if (!told_step(d, e, 0))
			e->flags |= ENTRY_F_REFUSED;
	}
	return (e->kind == ENTRY_REVIEW || e->code == RETRO_ABOVE);
}

/* Leave nothing in it that an entry of its kind does not have. */
static void
tidy(struct entry *e, int64_t now)
{

	told_tidy(e, now);
	e->superseded = e->up_seq = 0;
	e->flags &= entry_flags(e->kind) & ~(ENTRY_F_SEALED | ENTRY_F_CLOCK);
	if (e->alert < ALERT_NONE || e->alert > ALERT_PROVINCE ||
	    e->alert_kind < 0 || e->alert_kind >= ALERT_KINDS)
		e->alert = e->alert_kind = 0;
}

/* Take in what the node above says. */
int
counter_pulled(struct counter *c, const struct wire_fields *f)
{
	const struct wire_view *v = &f->f[WIRE_T_ENTRIES];
	struct request q = { .c = c, .f = f, .e = &c->entry };
	uint64_t cursor = counter_pulled_to(c);
	uint8_t leaf[32];
	size_t pos = 0;
	int n = 0, rc;

	if (!wire_has(f, WIRE_T_ENTRIES) || c->o.above == NULL)
		return (0);
	while ((rc = eventbatch_next(v->p, v->len, &pos, q.e)) == 1) {
		if (q.e->seq <= cursor)
			continue;
		(void)journal_begin(c->journal);
		q.now = journal_now(c->journal, NULL);
		q.e->from_seq = cursor = q.e->seq;
		memset(q.e->from, 0, sizeof(q.e->from));
		memcpy(q.e->from, c->o.above->name, strnlen(c->o.above->name,
		    sizeof(q.e->from) - 1));
		q.e->to[0] = q.e->up_leaf[0] = '\0';
		if (!sayable(&q)) {
			/* It stays in the record what came, without effect. */
			q.e->kind = ENTRY_ALERT;
			q.e->code = 0;
			q.e->ref = 0;
			q.e->alert = 0;
		}
		tidy(q.e, q.now);
		if (request_write(&q, leaf) != 0)
			return (-1);
		n++;
	}
	return (rc < 0 ? -1 : n);
}
