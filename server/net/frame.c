/*
 * One frame and its reply: HELLO and what is no proper request are answered
 * here, everything else by the counter.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#include "counter/above.h"

#include "conn.h"
#include "upstream.h"

/* Say no. */
static void
refuse(struct conn *c, const struct wire_header *h, int code, const char *text)
{
	struct conns *s = c->set;
	struct wire_out o;

	wire_out_init(&o, s->reply, sizeof(s->reply));
	counter_refuse(s->o.counter, &c->peer, h, code, text, &o);
	conn_put(c, s->reply, o.len, 0);
}

/* Say no and hang up. */
static void
refuse_last(struct conn *c, const struct wire_header *h, int code,
    const char *text)
{

	refuse(c, h, code, text);
	c->ending = 1;
	c->set->ends[CONN_REFUSED]++;
}

/* Answer a header that is none of ours, if it tells whom to answer. */
void
frame_bad(struct conn *c, const uint8_t raw[WIRE_HEADER], int fault)
{
	struct wire_header h = { .version = WIRE_VERSION };

	if (fault == WIRE_BAD_MAGIC) {
		conn_drop(c, CONN_GARBAGE);
		return;
	}
	h.type = (uint16_t)(raw[6] | raw[7] << 8);
	memcpy(h.id, &raw[16], WIRE_ID);
	refuse_last(c, &h, LK_E_ARG, wire_fault_text(fault));
}

/* Tell what is wrong with the fields of a frame. */
static void
bad_fields(struct conn *c, const struct wire_header *h, int fault, int tag)
{
	char text[160], name[64];
	size_t i;

	if (tag == 0) {
		refuse(c, h, LK_E_ARG, wire_fault_text(fault));
		return;
	}
	if (fault == WIRE_UNKNOWN_TAG) {
		(void)snprintf(text, sizeof(text), "unknown field %d", tag);
		refuse(c, h, LK_E_ARG, text);
		return;
	}
	(void)snprintf(name, sizeof(name), "%s", wire_tag_name((unsigned)tag));
	for (i = 0; name[i] != '\0'; i++)
		name[i] = (char)tolower((unsigned char)name[i]);
	(void)snprintf(text, sizeof(text), "%s (field %d): %s", name, tag,
	    wire_fault_text(fault));
	refuse(c, h, LK_E_ARG, text);
}

/* Answer HELLO: is there a version that both speak, and may the peer be here? */
static void
hello(struct conn *c, const struct wire_header *h,
    const struct wire_fields *f)
{
	struct conns *s = c->set;
	uint32_t lo = wire_u32(f, WIRE_T_VERSION_MIN, 0);
	uint32_t hi = wire_u32(f, WIRE_T_VERSION_MAX, 0);
	struct wire_out o;

	if (c->refused != NULL) {
		refuse_last(c, h, LK_E_DENIED, c->refused);
		return;
	}
	if (c->peer.n == 0) {
		log_seldom(&s->said, conn_now(), LOG_LEVEL_WARNING,
		    "uid %u has no rights on the socket it connected to",
		    (unsigned)c->peer.uid);
		refuse_last(c, h, LK_E_DENIED, "this user may not ask here");
		return;
	}
	if (lo > WIRE_VERSION || hi < WIRE_VERSION) {
		refuse_last(c, h, LK_E_VERSION,
		    "this daemon speaks protocol version 1");
		return;
	}
	c->greeted = 1;
	wire_out_init(&o, s->reply, sizeof(s->reply));
	wire_begin(&o, WIRE_HELLO | WIRE_REPLY, h->id);
	wire_put_u32(&o, WIRE_T_ERROR, LK_OK);
	wire_put_u32(&o, WIRE_T_VERSION_MAX, WIRE_VERSION);
	wire_put_text(&o, WIRE_T_NODE, s->o.node);
	wire_put_text(&o, WIRE_T_DAEMON, s->o.version);
	(void)wire_end(&o);
	conn_put(c, s->reply, o.len, 0);
}

/* Has the caller given up while the frame lay here? */
static int
too_late(const struct conn *c, const struct wire_fields *f)
{
	int64_t lain;

	/* Bytes that were just read have lain nowhere. */
	if (c->in_len == 0 || !wire_has(f, WIRE_T_REMAINING_MS))
		return (0);
	lain = conn_now() - c->in_ms;
	return (lain >= (int64_t)wire_u32(f, WIRE_T_REMAINING_MS, 0));
}

/* Keep a request until the node above has answered the question in s->reply. */
static int
park(struct conn *c, const struct wire_header *h, const uint8_t *body,
    size_t len, uint32_t ms)
{
	struct conns *s = c->set;
	struct parked *p;

	/* No request of ours is longer; what is kept for peers has to have an end. */
	if (h->length > PARKED_BODY ||
	    (p = malloc(sizeof(*p) + h->length)) == NULL)
		return (-1);
	p->conn = c;
	p->h = *h;
	memcpy(p->body, body, h->length);
	if (upstream_ask(s->upstream, s->reply, len, ms, p) != 0) {
		explicit_bzero(p->body, h->length);
		free(p);
		return (-1);
	}
	TAILQ_INSERT_TAIL(&c->parked, p, conn_entry);
	c->nparked++;
	return (0);
}

/* Have a request answered by the counter; a: what the node above said, NULL: not asked. */
static void
request(struct conn *c, const struct wire_header *h, const uint8_t *body,
    const struct wire_fields *f, const struct above_answer *a)
{
	static const struct above_answer silence = { .silent = 1 };
	struct conns *s = c->set;
	struct counter_done done = { .wait_seq = 0 };
	struct wire_out o;

	if (c->asked_turn != s->turn) {
		c->asked_turn = s->turn;
		s->asked++;
	}
	if (a == NULL && s->upstream != NULL && !upstream_ready(s->upstream))
		a = &silence;
	wire_out_init(&o, s->reply, sizeof(s->reply));
	counter_answer_with(s->o.counter, &c->peer, h, f, a, &o, &done);
	if (done.ask) {
		if (park(c, h, body, o.len, done.ask_ms) != 0)
			request(c, h, body, f, &silence);
		return;
	}
	if (done.joined)
		c->peer.joined = 1;
	if (done.cut[0] != '\0')
		conns_cut_node(s, done.cut);
	if (done.work > 0) {
		s->work += done.work;
		s->worked_ms = conn_now();
	}
	if (done.close)
		c->ending = 1;
	if (done.drop)
		return;
	if (done.delay_ms > 0)
		conn_late(c, s->reply, o.len, done.wait_seq, done.delay_ms);
	else
		conn_put(c, s->reply, o.len, done.wait_seq);
}

/* Answer one frame. */
void
frame_answer(struct conn *c, const struct wire_header *h, const uint8_t *body)
{
	struct wire_fields f;
	int rc;

	if (!c->greeted && h->type != WIRE_HELLO) {
		refuse_last(c, h, LK_E_VERSION, "HELLO must come first");
		return;
	}
	if (c->greeted && h->version != WIRE_VERSION) {
		refuse_last(c, h, LK_E_VERSION,
		    "this daemon speaks protocol version 1");
		return;
	}
	if ((rc = wire_fields_read(&f, body, h->length)) != WIRE_OK) {
		bad_fields(c, h, rc, f.bad_tag);
		if (!c->greeted)
			c->ending = 1;
	} else if (!c->greeted)
		hello(c, h, &f);
	else if (h->type == WIRE_HELLO)
		refuse(c, h, LK_E_ARG, "HELLO comes only once");
	else if (h->type < WIRE_CHECK || h->type >= WIRE_TYPE_MAX)
		refuse(c, h, LK_E_UNSUPPORTED, "no such request");
	else if (too_late(c, &f))
		refuse(c, h, LK_E_TIMEOUT, "the request came too late");
	else {
		if (h->type == WIRE_BEAT && c->peer.joined &&
		    wire_has(&f, WIRE_T_HEAD))
			c->set->o.head(c->set->o.arg, &c->peer,
			    f.f[WIRE_T_HEAD].p, f.f[WIRE_T_HEAD].len);
		request(c, h, body, &f, NULL);
	}
}

/* Answer a frame once the node above has answered. */
void
frame_resume(struct conn *c, const struct wire_header *h, const uint8_t *body,
    const struct above_answer *a)
{
	struct wire_fields f;

	if (wire_fields_read(&f, body, h->length) == WIRE_OK)
		request(c, h, body, &f, a);
}
