#ifndef LIANGKA_UPSTREAM_IMPL_H_
#define LIANGKA_UPSTREAM_IMPL_H_

/*
 * The link to the node above, inside: upstream.c makes and keeps it, upstream_frame.c
 * understands what comes, upstream_ask.c has questions answered in time.
 */

#include <event2/event.h>
#include <event2/event_struct.h>

#include "plugin/wire.h"

#include "breaker.h"
#include "log.h"
#include "pace.h"
#include "parked.h"
#include "uplink.h"
#include "upstream.h"

#define UPSTREAM_OUT_MAX (1u << 20)	/* bytes that wait for the socket */
#define UPSTREAM_IN (WIRE_HEADER + WIRE_BODY_MAX)
#define UPSTREAM_BUCKETS 1024

enum upstream_state {
	UPSTREAM_DOWN,		/* waiting for the next attempt */
	UPSTREAM_ADDRESS,	/* the address is being found out */
	UPSTREAM_CONNECT,
	UPSTREAM_TLS,
	UPSTREAM_HELLO,
	UPSTREAM_JOIN,
	UPSTREAM_UP
};

struct tls;

struct upstream {
	struct upstream_options o;
	struct uplink *uplink;
	enum upstream_state state;
	int quiet;		/* the daemon ends */
	int tried;
	int fd;
	struct tls *tls;
	struct event readable, writable, due, news;
	int added;		/* readable and writable may be deleted */
	int writing;
	int news_added;
	int64_t since_ms;	/* when the state began */
	int64_t next_ms;	/* of the next attempt */
	uint32_t pause_ms;	/* before it */
	char last_why[512];	/* told to the log once */
	char unanswered[256];	/* what it said last in place of an answer, or "" */
	struct log_limit said;
	/* what goes out and comes in */
	uint8_t *out;
	size_t out_from, out_len, out_cap;
	uint8_t in[UPSTREAM_IN];
	size_t in_len;
	uint64_t number;	/* of the last request */
	uint64_t salt;		/* the other half of its id */
	/* questions */
	struct breaker breaker;
	struct parked_list by_due;
	struct parked_list by_id[UPSTREAM_BUCKETS];
	unsigned nparked;
	int due_added;
	uint64_t asked, answered, silent, late;
	int64_t rtt_us;		/* smoothed */
	char counts[256];	/* as they were said last */
	/* our journal */
	struct pace pace;
	int resend;		/* once all batches are answered: start again */
	int64_t resend_ms;	/* not before */
	uint64_t cursor;
	/* beats */
	int64_t heard_ms;	/* when bytes came last */
	int64_t beat_ms;	/* when the next is due */
	int64_t beat_sent_ms;	/* of the one that is not answered; 0: none */
	int head_out;		/* it holds a head */
	int64_t head_ms;	/* when one is wanted next */
	int pulling;
	uint64_t pending;	/* the last answer above that we know of */
};

/* upstream.c */

/**
 * upstream_now(): Monotonic microseconds.
 * upstream_state(u, s): Note the state and when it began.
 * upstream_lost(u, why): The link is gone; try again later.
 * upstream_put(u, frame, len): Send a frame under a new request id, and return that; 0 when
 * there is no room.
 */
int64_t upstream_now(void);
void upstream_state(struct upstream *u, enum upstream_state s);
void upstream_lost(struct upstream *u, const char *why);
uint64_t upstream_put(struct upstream *u, const uint8_t *frame, size_t len);

/* upstream_frame.c */

/**
 * upstream_frame(u, h, body): A whole frame has come.  May lose the link.
 * upstream_hello(u), upstream_join(u), upstream_beat(u): Send these.
 * upstream_events(u): Send batches, as many as may be on their way.
 * upstream_news(u): The thread has something.
 * upstream_counts(u): Write u->counts, and tell the status.
 * upstream_said(f, text, size): Copy what a reply says in words, fit for the log.
 */
void upstream_frame(struct upstream *u, const struct wire_header *h,
    const uint8_t *body);
void upstream_hello(struct upstream *u);
void upstream_join(struct upstream *u);
void upstream_beat(struct upstream *u);
void upstream_events(struct upstream *u);
void upstream_news(struct upstream *u);
void upstream_counts(struct upstream *u);
void upstream_said(const struct wire_fields *f, char *text, size_t size);

/* upstream_ask.c */

/**
 * upstream_answered(u, h, f): An answer to a question.
 * upstream_silence(u): Whoever waits gets no answer any more.
 * upstream_life(u): The node above has shown that it lives.
 * upstream_ask_open(u), upstream_ask_close(u): set up the questions, and take that back.
 */
void upstream_answered(struct upstream *u, const struct wire_header *h,
    const struct wire_fields *f);
void upstream_silence(struct upstream *u);
void upstream_life(struct upstream *u);
void upstream_ask_open(struct upstream *u);
void upstream_ask_close(struct upstream *u);

#endif /* !LIANGKA_UPSTREAM_IMPL_H_ */
