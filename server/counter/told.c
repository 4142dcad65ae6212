#include <string.h>

#include "plugin.h"

#include "keys/token.h"

#include "core.h"
#include "told.h"

/* Take over what an application is. */
void
told_application(struct entry *e, const struct entry *in)
{

#define TAKE(field) memcpy(&e->field, &in->field, sizeof(e->field))
	TAKE(at);
	TAKE(inst);
	TAKE(outlet);
	TAKE(teller);
	TAKE(terminal);
	TAKE(decided_by);
	TAKE(txn);
	TAKE(visit);
	TAKE(visit_key);
	TAKE(batch);
	TAKE(epoch);
	TAKE(digest);
	TAKE(person);
	TAKE(agent_person);
	TAKE(agent);
	TAKE(prev);
	TAKE(org);
	TAKE(phone);
	TAKE(address);
	TAKE(device);
	TAKE(list_epoch);
	TAKE(lperson);
	TAKE(lagent);
	TAKE(lphone);
	TAKE(subject);
	TAKE(id_type);
	TAKE(operation);
	TAKE(product);
	TAKE(channel);
	TAKE(purpose);
	TAKE(quantity);
	TAKE(held_here);
	TAKE(relation);
	TAKE(area);
#undef TAKE
}

/* May the node speak for the institution? */
int
told_authority(struct request *q, const struct entry *e, uint32_t right)
{

	q->grant = grant_for(q->peer, e->inst, right);
	if (q->grant != NULL)
		return (0);
	return (request_refuse(q, LK_E_DENIED,
	    "节点 %s 无权代表机构 %s", "node %s may not speak for the "
	    "institution %s", q->peer->node, e->inst));
}

/* See that an application is whole. */
int
told_check(struct request *q, const struct entry *e)
{
	uint32_t epoch = token_keys_epoch(q->c->o.keys, 0);

	if (told_authority(q, e, RIGHT_CHECK) != 0)
		return (-1);
	if (e->epoch != epoch)
		return (request_refuse(q, LK_E_UNSUPPORTED,
		    "令牌密钥的代次为 %u，本节点为 %u", "tokens of epoch %u, "
		    "ours are of %u: give all nodes the same token keys",
		    (unsigned)e->epoch, (unsigned)epoch));
	if (e->txn[0] == '\0' || e->outlet[0] == '\0' ||
	    !entry_token_set(&e->digest) || !entry_token_set(
	    e->subject == LK_SUBJECT_ORGANISATION ? &e->org : &e->person) ||
	    !code_subject(e->subject) || !code_id_type(e->id_type) ||
	    !code_operation(e->operation) || !code_product(e->product) ||
	    !code_channel(e->channel) || !code_purpose(e->purpose) ||
	    !code_relation(e->relation) || e->quantity < 1 ||
	    e->quantity > 1000 || e->held_here < -1 || e->held_here > 10000)
		return (request_refuse(q, LK_E_ARG, "entry 的内容不完整或代码未知",
		    "field entry: something is missing, or a code unknown"));
	return (0);
}
