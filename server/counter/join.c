/*
 * A node below says who it is and how far it is: JOIN.  A node whose disk was wound back, or
 * that begins anew without being expected, is told to record nothing.
 */
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "core.h"
#include "down.h"
#include "fleet.h"

/* What a node says of itself. */
struct joining {
	uint32_t generation;
	uint64_t base;		/* where that begins */
	uint64_t last;		/* its last durable entry */
};

/* Write what becomes of the node. */
static int
write_node(struct request *q, const struct joining *j, int code)
{
	struct entry *e = q->e;
	uint8_t leaf[32];

	entry_clear(e, ENTRY_NODE);
	memcpy(e->node, q->peer->node, strnlen(q->peer->node,
	    sizeof(e->node) - 1));
	e->code = code;
	if (code == NODE_JOINED) {
		e->count = j->generation;
		e->base = j->base;
	} else {
		e->alert = ALERT_COUNTY;
		e->alert_kind = ALERT_NODE;
	}
	return (request_write(q, leaf));
}

/* Its disk is an old copy: hold it, and say so once. */
static int
hold(struct request *q, const struct record_node *r, const struct joining *j)
{
	uint64_t cursor = r->cursor;

	if (r->status != RECORD_NODE_HELD && r->status != RECORD_NODE_AWAITED &&
	    write_node(q, j, NODE_HELD) != 0)
		return (-1);
	q->held = 1;
	return (request_refuse(q, LK_E_STATE,
	    "节点 %s 的磁盘被回退：上级已收到其第 %llu 条记录；须重新接纳（liangka "
	    "node readmit）",
	    "node %s is behind what it has told us, entry %llu: its disk was "
	    "wound back or replaced.  Readmit it (\"liangka node readmit\"), "
	    "then raise `generation` and set a first_seq above that number",
	    q->peer->node, (unsigned long long)cursor));
}

/* A node that we have seen before. */
static int
known(struct request *q, const struct record_node *r, const struct joining *j)
{

	if (r->status == RECORD_NODE_RETIRED)
		return (request_refuse(q, LK_E_DENIED, "节点 %s 已停用",
		    "node %s was retired", q->peer->node));
	if (j->generation == r->generation && r->status ==
	    RECORD_NODE_ACTIVE && j->last >= r->cursor)
		return (0);
	if (j->generation <= r->generation ||
	    r->status == RECORD_NODE_ACTIVE || r->status == RECORD_NODE_HELD ||
	    j->base <= r->cursor)
		return (hold(q, r, j));
	return (write_node(q, j, NODE_JOINED));
}

/* Read what it says, and judge. */
static int
join(struct request *q)
{
	struct joining j = {
		.generation = wire_u32(q->f, WIRE_T_GENERATION, 0),
		.base = wire_u64(q->f, WIRE_T_SEQ, 0),
		.last = wire_u64(q->f, WIRE_T_LAST_SEQ, 0) };
	const struct record_node *r;
	char key[40], node[16];

	if (wire_copy(q->f, WIRE_T_NODE, node, sizeof(node)) != 0 ||
	    strcmp(node, q->peer->node) != 0 || j.generation == 0 ||
	    j.base == 0)
		return (request_refuse(q, LK_E_ARG, "节点标识与证书不符",
		    "the node calls itself otherwise than its certificate, %s",
		    q->peer->node));
	if (wire_copy(q->f, WIRE_T_TOKEN_KEY, key, sizeof(key)) != 0 ||
	    strcmp(key, q->c->o.token_key) != 0)
		return (request_refuse(q, LK_E_UNSUPPORTED,
		    "令牌密钥不同：下级为 %s，本节点为 %s",
		    "another token key: the node has %s, we have %s; all nodes "
		    "of a region share one", key, q->c->o.token_key));
	r = state_get(journal_state(q->c->journal), RECORD_NODE,
	    q->peer->node, strlen(q->peer->node), NULL, NULL);
	return (r != NULL && r->generation != 0 ? known(q, r, &j) :
	    r != NULL && r->status == RECORD_NODE_RETIRED ? known(q, r, &j) :
	    write_node(q, &j, NODE_JOINED));
}

/* Does the node still stand as it did when it joined? */
int
join_stands(struct request *q)
{
	const struct record_node *r;

	if (!q->peer->joined)
		return (request_refuse(q, LK_E_STATE, "须先 JOIN",
		    "JOIN must come first"));
	r = state_get(journal_state(q->c->journal), RECORD_NODE,
	    q->peer->node, strlen(q->peer->node), NULL, NULL);
	if (r != NULL && r->status == RECORD_NODE_ACTIVE)
		return (0);
	return (request_refuse(q, LK_E_DENIED,
	    "节点 %s 已停用、换机或冻结，须重新接入",
	    "node %s was retired, replaced or held since it joined: it has to "
	    "join anew", q->peer->node));
}

/* Answer JOIN. */
void
join_answer(struct request *q)
{
	const struct record_node *r;
	struct wire_out *o = q->out;

	if (join(q) == 0)
		q->done->joined = 1;
	q->done->wait_seq = journal_seq(q->c->journal);
	fleet_joined(q->c->fleet, q);
	r = state_get(journal_state(q->c->journal), RECORD_NODE,
	    q->peer->node, strlen(q->peer->node), NULL, NULL);
	wire_begin(o, WIRE_JOIN | WIRE_REPLY, q->h->id);
	wire_put_u32(o, WIRE_T_ERROR, (uint32_t)q->error);
	counter_whoami(q->c, o);
	wire_put_u64(o, WIRE_T_CURSOR, r != NULL ? r->cursor : 0);
	wire_put_u32(o, WIRE_T_HELD, (uint32_t)q->held);
	/* Behind a readmission the node has another entry there, or none. */
	if (r != NULL && r->leaf_seq != 0 && r->leaf_seq == r->cursor &&
	    r->cursor >= r->base)
		wire_put_bytes(o, WIRE_T_LEAF, r->leaf, sizeof(r->leaf));
	wire_put_u64(o, WIRE_T_PENDING, down_last(q->c->down, q->peer->node));
	if (q->error != LK_OK)
		wire_put_text(o, WIRE_T_MESSAGE, q->text);
	(void)wire_end(o);
	q->error = LK_OK;
}
