/*
 * What staff say becomes of a node below: it is retired, its machine is replaced, or it is
 * readmitted after its disk was wound back.
 */
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "keys/staffnote.h"
#include "store/journal.h"
#include "store/records.h"
#include "store/state.h"

#include "above.h"
#include "core.h"
#include "fleet.h"

/* The record of a node. */
static const struct record_node *
record(struct request *q, const char *node)
{

	return (state_get(journal_state(q->c->journal), RECORD_NODE, node,
	    strlen(node), NULL, NULL));
}

/* May a step be taken as the node stands? */
static int
possible(struct request *q, int code, const char *node,
    const struct record_node *r)
{

	if (strcmp(node, q->c->o.node) == 0 || (q->c->o.above != NULL &&
	    strcmp(node, q->c->o.above->name) == 0))
		return (request_refuse(q, LK_E_ARG,
		    "%s 不是本节点的下级：须向其上级提出",
		    "%s is no node below this one: say it to the node above "
		    "it", node));
	if (r != NULL && r->status == RECORD_NODE_RETIRED)
		return (request_refuse(q, LK_E_STATE,
		    "节点 %s 已停用，此后不再接入；恢复须使用新的节点标识",
		    "node %s was retired and never links again; what comes in "
		    "its place needs another id", node));
	if (code == NODE_RETIRED)
		return (0);	/* also one that never came */
	if (r == NULL || r->generation == 0)
		return (request_refuse(q, LK_E_ARG,
		    "没有接入过节点 %s（见 liangka fleet）",
		    "no node %s has ever linked here: see \"liangka fleet\"",
		    node));
	if (code == NODE_READMITTED && r->status != RECORD_NODE_HELD)
		return (request_refuse(q, LK_E_STATE,
		    r->status == RECORD_NODE_AWAITED ?
		    "节点 %s 已获准，正等待其以新一代日志接入" :
		    "节点 %s 未被冻结，无须重新接纳",
		    r->status == RECORD_NODE_AWAITED ?
		    "node %s is awaited with a new generation already" :
		    "node %s is not held: there is nothing to readmit", node));
	return (0);
}

/* Answer with what the new generation has to begin behind. */
static void
reply(struct request *q, const char *node)
{
	const struct record_node *r = record(q, node);
	struct wire_out *o = q->out;
	uint64_t heard;

	q->done->wait_seq = journal_seq(q->c->journal);
	wire_begin(o, q->h->type | WIRE_REPLY, q->h->id);
	wire_put_u32(o, WIRE_T_ERROR, LK_OK);
	wire_put_u64(o, WIRE_T_SEQ, q->e->seq);
	wire_put_text(o, WIRE_T_NODE, q->c->o.node);
	if (r != NULL) {
		heard = fleet_heard(q->c->fleet, node, r);
		wire_put_u64(o, WIRE_T_CURSOR, r->cursor);
		wire_put_u64(o, WIRE_T_LAST_SEQ, heard);
		wire_put_u32(o, WIRE_T_GENERATION, r->generation);
	}
	(void)wire_end(o);
}

/* Record what becomes of a node, and have its links closed. */
void
staff_node(struct request *q, const struct staffnote *s)
{
	struct entry *e = q->e;
	uint8_t leaf[32];

	e->kind = ENTRY_NODE;
	e->code = s->action == STAFFNOTE_NODE_RETIRE ? NODE_RETIRED :
	    s->action == STAFFNOTE_NODE_REPLACE ? NODE_REPLACED :
	    NODE_READMITTED;
	(void)snprintf(e->node, sizeof(e->node), "%.31s", s->detail);
	if (possible(q, e->code, e->node, record(q, e->node)) != 0 ||
	    request_write(q, leaf) != 0)
		return;
	(void)snprintf(q->done->cut, sizeof(q->done->cut), "%.15s", e->node);
	reply(q, e->node);
}
