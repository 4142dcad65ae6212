/*
 * What is said on the link to the node above, but for questions.
 */
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "counter/counter.h"
#include "store/journal.h"

#include "config.h"
#include "conn.h"
#include "tls.h"
#include "upstream_impl.h"

#define BEAT_MS 1000
#define HEAD_MS 5000		/* between two heads */
#define HELD_MS 10000		/* until a held node asks again */
#define RESEND_MS 200
#define REFUSED_MS 5000

#define FRAME_MAX (WIRE_HEADER + 16384)

static const uint8_t no_id[WIRE_ID];

/* What it says, for the log. */
void
upstream_said(const struct wire_fields *f, char *text, size_t size)
{

	(void)wire_copy(f, WIRE_T_MESSAGE, text, size);
	(void)log_plain(text);
}

/* Say HELLO. */
void
upstream_hello(struct upstream *u)
{
	uint8_t buf[256];
	struct wire_out o;

	wire_out_init(&o, buf, sizeof(buf));
	wire_begin(&o, WIRE_HELLO, no_id);
	wire_put_u32(&o, WIRE_T_VERSION_MIN, WIRE_VERSION);
	wire_put_u32(&o, WIRE_T_VERSION_MAX, WIRE_VERSION);
	wire_put_text(&o, WIRE_T_PROGRAM, "liangkad");
	(void)wire_end(&o);
	(void)upstream_put(u, buf, o.len);
	upstream_state(u, UPSTREAM_HELLO);
}

/* Say who we are. */
void
upstream_join(struct upstream *u)
{
	uint8_t buf[1024];
	struct wire_out o;

	wire_out_init(&o, buf, sizeof(buf));
	wire_begin(&o, WIRE_JOIN, no_id);
	counter_whoami(u->o.counter, &o);
	(void)wire_end(&o);
	(void)upstream_put(u, buf, o.len);
	upstream_state(u, UPSTREAM_JOIN);
}

/* Our journal is not the one that the node above knows. */
static void
hold(struct upstream *u, const char *why)
{

	if (!counter_held(u->o.counter))
		log_say(LOG_LEVEL_ERROR, "held: %s.  Nothing is recorded until "
		    "this node is readmitted: see \"liangka node readmit\"",
		    why);
	(void)counter_hold(u->o.counter);
	uplink_stop(u->uplink);
	upstream_lost(u, "held");
	u->next_ms = conn_now() + HELD_MS;
}

/* The answer to JOIN. */
static void
joined(struct upstream *u, const struct wire_fields *f)
{
	uint32_t rc = wire_u32(f, WIRE_T_ERROR, (uint32_t)LK_E_INTERNAL);
	const uint8_t *leaf = NULL;
	char text[512], name[16];

	upstream_said(f, text, sizeof(text));
	if (wire_u32(f, WIRE_T_HELD, 0) != 0) {
		hold(u, text);
		return;
	}
	if (rc != LK_OK || wire_copy(f, WIRE_T_NODE, name, sizeof(name)) != 0 ||
	    strcmp(name, u->o.config->upstream_name) != 0) {
		upstream_lost(u, text[0] != '\0' ? text :
		    "it calls itself otherwise than its certificate");
		return;
	}
	(void)counter_joined_above(u->o.counter, f);
	if (wire_has(f, WIRE_T_LEAF))
		leaf = f->f[WIRE_T_LEAF].p;
	u->cursor = wire_u64(f, WIRE_T_CURSOR, 0);
	u->pending = wire_u64(f, WIRE_T_PENDING, 0);
	pace_begin(&u->pace);
	uplink_entries(u->uplink, u->pace.entries);
	u->resend = u->pulling = u->head_out = 0;
	u->beat_sent_ms = u->beat_ms = u->head_ms = 0;
	u->pause_ms = 0;
	u->last_why[0] = '\0';
	u->tried = 1;
	upstream_state(u, UPSTREAM_UP);
	breaker_life(&u->breaker);
	uplink_durable(u->uplink, journal_durable(u->o.journal));
	uplink_start(u->uplink, u->cursor, leaf);
	log_say(LOG_LEVEL_NOTICE, "linked with the node above, %s, which has "
	    "our entries up to %llu", u->o.config->upstream_name,
	    (unsigned long long)u->cursor);
}

/* Send batches. */
void
upstream_events(struct upstream *u)
{
	struct uplink_batch *b;

	if (u->state != UPSTREAM_UP)
		return;
	if (u->resend) {
		if (u->pace.n > 0 || conn_now() < u->resend_ms)
			return;
		u->resend = 0;
		uplink_start(u->uplink, u->cursor, NULL);
	}
	while (pace_room(&u->pace) &&
	    (b = uplink_batch(u->uplink)) != NULL) {
		if (upstream_put(u, b->frame, b->len) == 0)
			return;
		pace_sent(&u->pace, upstream_now());
		uplink_sent(u->uplink);
	}
}

/* The answer to a batch. */
static void
taken(struct upstream *u, const struct wire_fields *f)
{
	int rc = (int)wire_u32(f, WIRE_T_ERROR, (uint32_t)LK_E_INTERNAL);
	char text[256];

	pace_answered(&u->pace, upstream_now());
	uplink_entries(u->uplink, u->pace.entries);
	u->cursor = wire_u64(f, WIRE_T_CURSOR, u->cursor);
	if (rc != LK_OK && !u->resend) {
		u->resend = 1;
		u->resend_ms = conn_now() + (rc == LK_E_BUSY ||
		    rc == LK_E_CONFLICT ? RESEND_MS : REFUSED_MS);
		if (rc != LK_E_BUSY) {
			upstream_said(f, text, sizeof(text));
			log_seldom(&u->said, conn_now(), LOG_LEVEL_ERROR,
			    "the node above does not take our entries behind "
			    "%llu (error %d): %s", (unsigned long long)
			    u->cursor, rc, text);
		}
	}
	upstream_events(u);
}

/* Ask for what was said of our cases. */
static void
pull(struct upstream *u)
{
	uint64_t to = counter_pulled_to(u->o.counter);
	uint8_t buf[64];
	struct wire_out o;

	if (u->pulling || u->pending <= to)
		return;
	wire_out_init(&o, buf, sizeof(buf));
	wire_begin(&o, WIRE_PULL, no_id);
	wire_put_u64(&o, WIRE_T_AFTER, to);
	(void)wire_end(&o);
	u->pulling = upstream_put(u, buf, o.len) != 0;
}

/* What was said. */
static void
pulled(struct upstream *u, const struct wire_fields *f)
{

	u->pulling = 0;
	if (wire_u32(f, WIRE_T_ERROR, (uint32_t)LK_E_INTERNAL) == LK_OK &&
	    counter_pulled(u->o.counter, f) > 0)
		pull(u);
}

/* Our counts, for the node above and for the status. */
void
upstream_counts(struct upstream *u)
{
	uint64_t checks, offline, queued = uplink_queued(u->uplink);
	enum above_link state = u->state != UPSTREAM_UP ? ABOVE_DOWN :
	    u->breaker.open ? ABOVE_PROBING : ABOVE_UP;

	/* Without the link nothing is looked at: all of it may be wanted. */
	if (u->state != UPSTREAM_UP && u->cursor > 0) {
		queued = journal_durable(u->o.journal);
		queued = queued > u->cursor ? queued - u->cursor : 0;
	}
	/* What is on its way is not told yet. */
	if (u->pace.n > 0)
		queued += u->pace.n;
	counter_counts(u->o.counter, &checks, &offline);
	(void)snprintf(u->counts, sizeof(u->counts), "checks=%llu asked=%llu "
	    "answered=%llu silent=%llu late=%llu offline=%llu queued=%llu "
	    "breaker=%s opens=%llu rtt_us=%lld", (unsigned long long)checks,
	    (unsigned long long)u->asked, (unsigned long long)u->answered,
	    (unsigned long long)u->silent, (unsigned long long)u->late,
	    (unsigned long long)offline, (unsigned long long)queued,
	    u->breaker.open ? "open" : "closed",
	    (unsigned long long)u->breaker.opens, (long long)u->rtt_us);
	counter_above(u->o.counter, state, u->counts);
	counter_above_why(u->o.counter, state == ABOVE_DOWN ? u->last_why :
	    u->unanswered);
}

/* Say that we live, and how. */
void
upstream_beat(struct upstream *u)
{
	static uint8_t buf[FRAME_MAX], head[12000];
	int64_t now = conn_now();
	struct wire_out o;
	size_t n;

	wire_out_init(&o, buf, sizeof(buf));
	wire_begin(&o, WIRE_BEAT, no_id);
	counter_whoami(u->o.counter, &o);
	upstream_counts(u);
	wire_put_text(&o, WIRE_T_COUNTS, u->counts);
	if (!u->head_out && (n = uplink_head(u->uplink, head,
	    sizeof(head))) > 0) {
		wire_put_bytes(&o, WIRE_T_HEAD, head, n);
		u->head_out = 1;
	}
	(void)wire_end(&o);
	u->beat_ms = now + BEAT_MS;
	if (upstream_put(u, buf, o.len) != 0)
		u->beat_sent_ms = now;
	if (!u->head_out && now >= u->head_ms) {
		u->head_ms = now + HEAD_MS;
		uplink_head_want(u->uplink);
	}
}

/* The answer to a beat. */
static void
beaten(struct upstream *u, const struct wire_fields *f)
{

	u->beat_sent_ms = 0;
	if (wire_u32(f, WIRE_T_ERROR, (uint32_t)LK_E_INTERNAL) != LK_OK) {
		upstream_lost(u, "the node above does not know us any more");
		return;
	}
	upstream_life(u);
	u->pending = wire_u64(f, WIRE_T_PENDING, u->pending);
	if (wire_has(f, WIRE_T_HEAD_STATUS)) {
		u->head_out = 0;
		uplink_head_answer(u->uplink, (int)wire_u32(f,
		    WIRE_T_HEAD_STATUS, 0), f->f[WIRE_T_HEAD].p,
		    wire_has(f, WIRE_T_HEAD) ? f->f[WIRE_T_HEAD].len : 0);
	}
	pull(u);
}

/* The answer to HELLO. */
static void
greeted(struct upstream *u, const struct wire_fields *f)
{
	char text[256];

	if (wire_u32(f, WIRE_T_ERROR, (uint32_t)LK_E_INTERNAL) == LK_OK) {
		upstream_join(u);
		return;
	}
	upstream_said(f, text, sizeof(text));
	upstream_lost(u, text[0] != '\0' ? text : "it refused HELLO");
}

/* What comes when the link is not up yet. */
static void
early(struct upstream *u, unsigned type, const struct wire_fields *f)
{

	if (u->state == UPSTREAM_HELLO && type == WIRE_HELLO)
		greeted(u, f);
	else if (u->state == UPSTREAM_JOIN && type == WIRE_JOIN)
		joined(u, f);
	else
		upstream_lost(u, "it said something out of turn");
}

/* A whole frame has come. */
void
upstream_frame(struct upstream *u, const struct wire_header *h,
    const uint8_t *body)
{
	unsigned type = h->type & ~WIRE_REPLY;
	struct wire_fields f;

	if ((h->type & WIRE_REPLY) == 0 ||
	    wire_fields_read(&f, body, h->length) != WIRE_OK) {
		upstream_lost(u, "it sent what is no reply");
		return;
	}
	if (u->state != UPSTREAM_UP) {
		early(u, type, &f);
		return;
	}
	switch (type) {
	case WIRE_CONSULT:
		/* One that is too late is no sign of life in time. */
		upstream_answered(u, h, &f);
		break;
	case WIRE_EVENTS:
		taken(u, &f);
		break;
	case WIRE_BEAT:
		beaten(u, &f);
		break;
	case WIRE_PULL:
		pulled(u, &f);
		break;
	default:
		upstream_lost(u, "it sent an unknown reply");
		break;
	}
}

/* The thread that reads our journal has something. */
void
upstream_news(struct upstream *u)
{
	char why[1024];

	switch (uplink_news(u->uplink, why, sizeof(why))) {
	case UPLINK_BEHIND:
		hold(u, why);
		return;
	case UPLINK_FAILED:
		log_seldom(&u->said, conn_now(), LOG_LEVEL_ERROR,
		    "for the node above: %s", why);
		u->resend = 1;
		u->resend_ms = conn_now() + REFUSED_MS;
		u->head_out = 0;
		break;
	default:
		break;
	}
	upstream_events(u);
}
