/*
 * What an entry says of other nodes: who told it, whom it is for, what the node above
 * answered.  A node's entries are taken once and in their order, so that the numbers under
 * which it told them only rise.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "plugin.h"

#include "verify_impl.h"

#define NODE_MAX 12	/* letters of a node's name */

/* Is this the name of a node: 1 to 12 of a-z, 0-9 and '-', with none at either end? */
static int
named(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return (n > 0 && n <= NODE_MAX && s[n] == '\0' && s[0] != '-' &&
	    s[n - 1] != '-');
}

/* Is this a decision's code? */
static int
known(int32_t d)
{

	return (d == LK_PASS || d == LK_LIMIT || d == LK_REVIEW ||
	    d == LK_REJECT);
}

/* Can an entry of this kind have been told by another node? */
static int
tellable(int kind)
{

	switch (kind) {
	case ENTRY_DECISION:
	case ENTRY_SETTLE:
	case ENTRY_CONFIRM:
	case ENTRY_CANCEL:
	case ENTRY_RETIRE:
	case ENTRY_VOID:
	case ENTRY_REPORT:
	case ENTRY_REVIEW:
	case ENTRY_INTAKE:
	case ENTRY_RETRO:
	case ENTRY_MERGE:
	case ENTRY_ALERT:
	case ENTRY_LINK:
		return (1);
	default:
		return (0);
	}
}

/* Can it come from where it says? */
static int
comes(const struct entry *e)
{
	int consult = (e->flags & ENTRY_F_CONSULT) != 0;

	if (e->from[0] == '\0')
		return (e->from_seq == 0 && !consult &&
		    e->kind != ENTRY_SETTLE);
	/* What is asked about bears no number yet; all else is told. */
	if (consult || e->from_seq == 0)
		return (consult && e->from_seq == 0);
	return (tellable(e->kind));
}

/* Is the answer of the node above whole?  Only a decision of ours has one. */
static int
answered(const struct entry *e)
{
	uint8_t raw[32];

	if (e->up_leaf[0] != '\0' && (strlen(e->up_leaf) != 64 ||
	    hex_decode(raw, e->up_leaf, sizeof(raw)) != 0))
		return (0);
	if (e->up_seq != 0)
		return (e->kind == ENTRY_DECISION && e->from_seq == 0 &&
		    e->up_leaf[0] != '\0' && known(e->up_decision) &&
		    known(e->up_floor) && known(e->up_hard));
	/* With the last one of a batch a node says what its log's leaf is. */
	return ((e->up_leaf[0] == '\0' || e->from_seq != 0) &&
	    e->up_decision == 0 && e->up_floor == 0 && e->up_hard == 0 &&
	    e->up_needs == 0 && e->up_by == 0 && e->up_offer == 0 &&
	    e->up_profile == 0 && e->up_reason[0] == '\0' &&
	    e->up_hits[0] == '\0');
}

/* Judge what an entry says of other nodes. */
void
verify_told_entry(struct verify_line *l, const struct entry *e)
{

	if ((e->from[0] != '\0' && !named(e->from)) ||
	    (e->to[0] != '\0' && !named(e->to)) ||
	    (e->kind == ENTRY_NODE && !named(e->node)))
		l->fault = VERIFY_NODE;
	else if (e->kind == ENTRY_NODE && (e->code < NODE_JOINED ||
	    e->code > NODE_HELD)) {
		l->fault = VERIFY_STEP;
		l->a = (uint64_t)(int64_t)e->code;
	} else if (!comes(e))
		l->fault = VERIFY_TOLD;
	else if (!answered(e))
		l->fault = VERIFY_ABOVE;
	else if (e->from_seq != 0) {
		memcpy(l->from, e->from, sizeof(l->from));
		l->from_seq = e->from_seq;
	} else if (e->kind == ENTRY_NODE && e->code == NODE_JOINED) {
		memcpy(l->from, e->node, sizeof(l->from) - 1);
		l->from_base = e->base;
	}
}

/* Where a node's place is, or would be. */
static size_t
place(const struct verify *v, const char *node)
{
	size_t lo = 0, hi = v->ntold, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (strcmp(v->told[mid].node, node) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (lo);
}

/* Was it told once, and in order? */
void
verify_told_line(struct verify *v, const struct verify_line *l,
    const struct verify_place *at)
{
	struct verify_told *t;
	size_t i;

	if (l->from_seq == 0 && l->from_base == 0)
		return;
	i = place(v, l->from);
	if (l->from_base != 0) {
		/* One that lost its disk may count anew. */
		if (i < v->ntold && strcmp(v->told[i].node, l->from) == 0 &&
		    v->told[i].seq >= l->from_base)
			v->told[i].seq = l->from_base - 1;
		return;
	}
	if (i == v->ntold || strcmp(v->told[i].node, l->from) != 0) {
		t = realloc(v->told, (v->ntold + 1) * sizeof(*t));
		if (t == NULL) {
			(void)package_fail(v->p, PACKAGE_AWAY, "out of memory");
			v->broken = v->stop = 1;
			return;
		}
		v->told = t;
		memmove(&t[i + 1], &t[i], (v->ntold - i) * sizeof(*t));
		memcpy(t[i].node, l->from, sizeof(t[i].node));
		t[i].seq = 0;
		v->ntold++;
	}
	t = &v->told[i];
	if (l->from_seq > t->seq)
		t->seq = l->from_seq;
	else
		verify_find(v, at, "节点 %s 的第 %" PRIu64 " 条记录重复或乱序：此前已收到其第 %"
		    PRIu64 " 条", "node %s told its entry %" PRIu64 " twice or "
		    "out of order: its entry %" PRIu64 " came before",
		    l->from, l->from_seq, t->seq);
}

/* Entries are missing: nothing is known of what was told in them. */
void
verify_told_forget(struct verify *v)
{

	free(v->told);
	v->told = NULL;
	v->ntold = 0;
}
