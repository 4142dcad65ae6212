#ifndef LIANGKA_LOOP_IMPL_H_
#define LIANGKA_LOOP_IMPL_H_

/*
 * The loop, inside: loop.c turns it, loop_links.c keeps links with other nodes.
 */

#include <event2/event_struct.h>

#include "loop.h"

#define LOOP_SIGNALS 3

struct conns;
struct conns_options;
struct links;
struct listeners;
struct upstream;

struct loop {
	struct loop_options o;
	struct event_base *base;
	struct conns *conns;
	struct listeners *listeners;
	struct links *links;	/* of nodes below; NULL: none are served */
	struct upstream *upstream; /* to the node above; NULL: there is none */
	struct event signal[LOOP_SIGNALS];
	struct event journal[2];
	struct event sweep;
	struct event drained;
	struct event adopt;
	int nsignals, njournal, ntimers, nadopt; /* how many are set up */
	int work;		/* counter_work() has more to do */
	int busy;		/* somebody asked since the last sweep */
	int64_t tick_ms;	/* when the next tick is due */
	int64_t alive_ms;	/* when the watchdog is due */
	int64_t certs_ms;	/* when certificates are looked at next */
	int stopping;
	int done;
	int failed;
};

/**
 * loop_end_turn(l): End a turn.
 */
void loop_end_turn(struct loop *l);

/**
 * loop_links(co, l): Fill in what connections ask about links.
 * loop_links_open(l, err, errlen): Open links below and above.  Return 0, or -1.
 * loop_links_await(l): Give the node above a moment before the first branch is served.
 * loop_links_watch(l, now): Warn of certificates that end, once an hour.
 */
void loop_links(struct conns_options *co, struct loop *l);
int loop_links_open(struct loop *l, char *err, size_t errlen);
void loop_links_await(struct loop *l);
void loop_links_watch(struct loop *l, int64_t now);

#endif /* !LIANGKA_LOOP_IMPL_H_ */
