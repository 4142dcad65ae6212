/*
 * What waits at the desk, told page by page: one line a case or alert, its fields with
 * tabs between.  Codes are numbers, names are as they were given, times are UTC ms.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "store/journal.h"
#include "store/names.h"
#include "store/records.h"
#include "store/state.h"

#include "cases.h"
#include "core.h"
#include "reference.h"

#define PAGE_MAX 6000		/* bytes: WIRE_T_TABLE */
#define LINE_MAX_BYTES 512
#define LOOK_MAX 4096		/* records looked at for one page */

/* A page in the making. */
struct page {
	char text[PAGE_MAX + 1];
	size_t len;
};

/* Find a record of the desk's. */
static const void *
find(struct request *q, uint8_t kind, uint64_t seq, size_t size)
{
	uint8_t key[8];
	size_t len;
	const void *v;

	record_seq_key(key, seq);
	v = state_get(journal_state(q->c->journal), kind, key, 8, &len, NULL);
	return (len == size ? v : NULL);
}

/* A name by its number. */
static const char *
name(struct request *q, uint32_t id)
{

	return (names_text(journal_names(q->c->journal), id));
}

/* May the peer see what is at this institution?  An operator sees all. */
static int
seen(struct request *q, uint32_t inst)
{
	size_t i;

	for (i = 0; i < q->peer->n; i++)
		if (q->peer->grants[i]->any)
			return (1);
	return (grant_for(q->peer, name(q, inst), RIGHT_DESK) != NULL);
}

/* May he see anything? */
static int
allowed(struct request *q)
{
	size_t i;

	for (i = 0; i < q->peer->n; i++)
		if (q->peer->grants[i]->any ||
		    (q->peer->grants[i]->rights & RIGHT_DESK) != 0)
			return (0);
	return (request_refuse(q, LK_E_DENIED,
	    "需要 desk 权限，或使用 [operator] 的套接字",
	    "this needs the right desk, or the socket of an [operator]"));
}

/* Write the line of a case; its length. */
static int
case_line(struct request *q, uint64_t seq, char line[LINE_MAX_BYTES])
{
	const struct record_case *c;
	const struct record_decision *d;
	char id[REFERENCE_ID_MAX] = "";

	c = find(q, RECORD_CASE, seq, sizeof(*c));
	if (c == NULL || !seen(q, c->inst))
		return (0);
	if ((d = decision_record(q, seq)) != NULL)
		reference_id(id, q->c->o.node, seq, d->leaf);
	return (snprintf(line, LINE_MAX_BYTES, "%" PRIu64 "\t%" PRId64 "\t%"
	    PRId64 "\t%u\t%u\t%s\t%s\t%" PRId32 "\t%u\t%.16s\t%s\t%" PRId64
	    "\t%" PRId64 "\t%u\t%s\t%s\n", seq, c->t, c->due, c->standing,
	    c->decision, name(q, c->inst), name(q, c->outlet), c->area,
	    c->product, c->reason, name(q, c->taker), c->taken, c->dispatched,
	    c->found, name(q, c->proposer), id));
}

/* Write the line of an alert; its length. */
static int
alert_line(struct request *q, uint64_t seq, char line[LINE_MAX_BYTES])
{
	const struct record_alert *a;

	a = find(q, RECORD_ALERT, seq, sizeof(*a));
	if (a == NULL || !seen(q, a->inst))
		return (0);
	return (snprintf(line, LINE_MAX_BYTES, "%" PRIu64 "\t%" PRId64
	    "\t%u\t%u\t%u\t%" PRIu64 "\t%s\t%s\t%" PRId32 "\t%u\t%.16s\t%s\t%"
	    PRId64 "\n", seq, a->t, a->level, a->kind, a->entry, a->ref,
	    name(q, a->inst), name(q, a->outlet), a->area, a->product,
	    a->reason, name(q, a->taker), a->taken));
}

/* Fill the page from behind `after`; return the seq to go on behind, 0 at the end. */
static uint64_t
fill(struct request *q, enum cases_what what, uint64_t after, struct page *p)
{
	char line[LINE_MAX_BYTES];
	struct cases *c = q->c->cases;
	uint64_t seq;
	int n, looked;

	for (looked = 0; (seq = cases_after(c, what, after)) != 0; looked++) {
		if (looked == LOOK_MAX)
			return (after);
		n = what == CASES_CASE ? case_line(q, seq, line) :
		    alert_line(q, seq, line);
		if (n < 0 || n >= LINE_MAX_BYTES)
			n = 0;	/* cannot be: all of it has its bounds */
		if (p->len + (size_t)n > PAGE_MAX)
			return (after);
		memcpy(&p->text[p->len], line, (size_t)n);
		p->len += (size_t)n;
		after = seq;
	}
	return (0);
}

/* Answer what waits. */
void
desk_answer(struct request *q)
{
	uint32_t what = wire_u32(q->f, WIRE_T_DESK_WHAT, 0);
	uint64_t after = wire_u64(q->f, WIRE_T_AFTER, 0), next;
	struct wire_out *o = q->out;
	struct page p;

	if (allowed(q) != 0)
		return;
	if (what != WIRE_DESK_CASES && what != WIRE_DESK_ALERTS) {
		request_refuse(q, LK_E_ARG, "desk_what 的代码 %u 未知",
		    "desk_what: unknown code %u", what);
		return;
	}
	p.len = 0;
	next = fill(q, what == WIRE_DESK_CASES ? CASES_CASE : CASES_ALERT,
	    after, &p);
	if (state_failed(journal_state(q->c->journal), NULL, 0)) {
		request_refuse(q, LK_E_UNAVAIL, "状态不可读",
		    "the state cannot be read");
		return;
	}
	q->done->wait_seq = journal_seq(q->c->journal);
	wire_begin(o, q->h->type | WIRE_REPLY, q->h->id);
	wire_put_u32(o, WIRE_T_ERROR, LK_OK);
	wire_put_u64(o, WIRE_T_TIME_MS, (uint64_t)q->now);
	wire_put_text(o, WIRE_T_NODE, q->c->o.node);
	wire_put_bytes(o, WIRE_T_TABLE, p.text, p.len);
	if (next != 0)
		wire_put_u64(o, WIRE_T_NEXT, next);
	(void)wire_end(o);
}
