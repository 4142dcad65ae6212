#ifndef TESTS_AUDIT_PLAYCITY_H_
#define TESTS_AUDIT_PLAYCITY_H_

/*
 * Two plays that are linked: a branch asks a city about each applicant, tells it what became
 * of him, and hears what was decided there.  No socket: frames go from one to the other.
 */

#include "counter/above.h"
#include "counter/eventbatch.h"
#include "playlog.h"
#include "store/entry.h"
#include "store/wal.h"

struct playcity {
	struct playlog branch, city;
	struct above_options above;
	struct peer node;	/* the branch, as the city sees it */
	int silent;		/* the city does not answer */
	int lost;		/* it does, and the branch dies before it hears it */
};

/* Read the frame that was written. */
static inline void
playcity_read(struct wire_header *h, struct wire_fields *f, uint8_t *frame)
{
	if (wire_header_read(h, frame) != WIRE_OK || wire_fields_read(f,
	    frame + WIRE_HEADER, h->length) != WIRE_OK)
		play_die("a frame cannot be read");
}

/* Have the city answer a frame; the reply is in city.r. */
static inline void
playcity_answer(struct playcity *x, int type, const struct wire_fields *f)
{
	struct wire_header h = { .version = 1, .type = (uint16_t)type,
		.id = { 9 } }, rh;
	struct counter_done done;
	struct wire_out w;

	wire_out_init(&w, x->city.out, sizeof(x->city.out));
	counter_answer(x->city.counter, &x->node, &h, f, &w, &done);
	if (done.ask)
		play_die("the city asks further up");
	if (done.joined)
		x->node.joined = 1;
	playcity_read(&rh, &x->city.r, x->city.out);
	play_settle(&x->city);
}

/* Send the frame that was begun with play_ask(&x->city). */
static inline int
playcity_send(struct playcity *x, int type)
{
	struct wire_fields f;

	if (x->city.b.failed || wire_fields_read(&f, x->city.body,
	    x->city.b.len) != WIRE_OK)
		play_die("a frame does not fit");
	playcity_answer(x, type, &f);
	return ((int32_t)wire_u32(&x->city.r, WIRE_T_ERROR, 0));
}

/* The branch says who it is. */
static inline int
playcity_join(struct playcity *x)
{
	play_ask(&x->city);
	counter_whoami(x->branch.counter, &x->city.b);
	return (playcity_send(x, WIRE_JOIN));
}

/* Begin both; `policy` NULL: that of playlog.h. */
static inline void
playcity_init(struct playcity *x, const char *branch, const char *city)
{
	memset(x, 0, sizeof(*x));
	play_init(&x->branch, branch);
	play_init(&x->city, city);
	x->above = (struct above_options){ "city", ABOVE_ALWAYS, 300 };
	x->branch.co.above = &x->above;
	x->branch.co.token_key = x->city.co.token_key = "1:test";
	x->city.co.node = x->city.jo.node = "city";
	x->node = (struct peer){ .n = 4, .node = "b017" };
}

/* Let them run. */
static inline void
playcity_start(struct playcity *x)
{
	play_start(&x->branch);
	play_start(&x->city);
	x->node.grants = x->city.grants;
	if (playcity_join(x) != LK_OK)
		play_die("the branch may not join");
}

/* End both. */
static inline void
playcity_end(struct playcity *x)
{
	play_end(&x->branch);
	play_end(&x->city);
}

/* Let time pass for both. */
static inline void
playcity_pass(struct playcity *x, int64_t ms)
{
	play_pass(&x->branch, ms);
	play_pass(&x->city, ms);
}

/* Send the branch what was begun with play_applicant(); return the decision. */
static inline int
playcity_decide(struct playcity *x)
{
	struct playlog *b = &x->branch;
	struct wire_header h = { .version = 1, .type = WIRE_CHECK,
		.id = { 7 } }, rh;
	struct above_answer a = { .silent = 1 };
	struct counter_done done;
	struct wire_fields f;
	struct wire_out w;
	int rc;

	wire_out_init(&w, b->out, sizeof(b->out));
	if (wire_fields_read(&f, b->body, b->b.len) != WIRE_OK)
		play_die("a request does not fit");
	counter_answer(b->counter, &b->peer, &h, &f, &w, &done);
	playcity_read(&rh, &b->r, b->out);
	if (done.ask) {
		if (!x->silent) {
			playcity_answer(x, WIRE_CONSULT, &b->r);
			above_read(&a, &x->city.r);
		}
		if (x->lost)
			return (LK_E_UNAVAIL);
		wire_out_init(&w, b->out, sizeof(b->out));
		counter_answer_with(b->counter, &b->peer, &h, &f, &a, &w,
		    &done);
		playcity_read(&rh, &b->r, b->out);
	}
	play_settle(b);
	if ((rc = (int32_t)wire_u32(&b->r, WIRE_T_ERROR, 0)) != 0)
		return (rc);
	(void)wire_copy(&b->r, WIRE_T_DECISION_ID, b->id, sizeof(b->id));
	(void)wire_copy(&b->r, WIRE_T_REFERENCE, b->ref, sizeof(b->ref));
	return ((int)wire_u32(&b->r, WIRE_T_DECISION, 99));
}

/* A whole check at the branch. */
static inline int
playcity_check(struct playcity *x, const char *inst, const char *outlet,
    int person, int product)
{
	play_applicant(&x->branch, inst, outlet, person, product);
	return (playcity_decide(x));
}

/* Check and issue at the branch. */
static inline int
playcity_open(struct playcity *x, const char *inst, const char *outlet,
    int person, int product)
{
	char card[32];
	int rc = playcity_check(x, inst, outlet, person, product);

	snprintf(card, sizeof(card), "6222%012u", x->branch.txn);
	if ((rc == LK_PASS || rc == LK_LIMIT) &&
	    play_confirm(&x->branch, card) != LK_OK)
		play_die("a confirm was refused");
	return (rc);
}

/* Tell the city what stands in the branch's journal behind `cursor`. */
static inline uint64_t
playcity_tell(struct playcity *x, uint64_t cursor)
{
	static uint8_t buf[EVENTBATCH_MAX];
	static struct entry e;
	uint8_t leaf[SHA256_LEN] = { 0 };
	struct eventbatch b = { .buf = buf };
	char dir[256], err[512] = "";
	struct wire_out *o = &x->city.b;
	struct wire_fields f;
	struct wal_reader *r;
	struct wal_entry w;
	static uint8_t body[EVENTBATCH_MAX + 1024];

	snprintf(dir, sizeof(dir), "%s/wal", x->branch.dir);
	if ((r = wal_reader_open(NULL, dir, 0, 1, err, sizeof(err))) == NULL)
		play_die(err);
	while (b.len < 50000 && wal_reader_next(r, journal_durable(
	    x->branch.journal), &w) == 1) {
		if (w.seq <= cursor || entry_parse(&e, (const char *)w.entry,
		    w.len, NULL) != 0 || !eventbatch_wanted(&e, "city"))
			continue;
		if (eventbatch_add(&b, &e) != 0)
			break;
		sha256_leaf(leaf, w.entry, w.len);
	}
	wal_reader_close(r);
	if (b.len == 0)
		return (cursor);
	wire_out_init(o, body, sizeof(body));
	wire_put_u64(o, WIRE_T_AFTER, cursor);
	wire_put_bytes(o, WIRE_T_LEAF, leaf, sizeof(leaf));
	wire_put_bytes(o, WIRE_T_ENTRIES, buf, b.len);
	if (o->failed || wire_fields_read(&f, body, o->len) != WIRE_OK)
		play_die("a batch does not fit");
	playcity_answer(x, WIRE_EVENTS, &f);
	if (wire_u32(&x->city.r, WIRE_T_ERROR, 1) != LK_OK)
		play_die("a batch was refused");
	return (wire_u64(&x->city.r, WIRE_T_CURSOR, 0));
}

/* Have the branch hear what the city says of its cases; return how much that was. */
static inline int
playcity_hear(struct playcity *x)
{
	int n;

	play_ask(&x->city);
	wire_put_u64(&x->city.b, WIRE_T_AFTER,
	    counter_pulled_to(x->branch.counter));
	if (playcity_send(x, WIRE_PULL) != LK_OK)
		play_die("the city says nothing");
	n = counter_pulled(x->branch.counter, &x->city.r);
	play_settle(&x->branch);
	return (n);
}

#endif
