#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "plugin.h"

#include "store/journal.h"

#include "adopter.h"
#include "config.h"
#include "conn.h"
#include "conns.h"
#include "counter/counter.h"
#include "links.h"
#include "listener.h"
#include "log.h"
#include "loop_impl.h"
#include "notify.h"
#include "upstream.h"

#define SWEEP_MS 250
#define TICK_MS 1000
#define DRAIN_S 2
#define WORK_SWEEP 1000	/* look-ups of counter_work(): well below a millisecond */
#define WORK_IDLE 16000	/* the same while nobody asks: some milliseconds */
#define WORK_TURN 16

/* Tell libevent's own complaints to our log. */
static void
complain(int severity, const char *text)
{

	if (severity >= EVENT_LOG_WARN)
		log_say(LOG_LEVEL_WARNING, "libevent: %s", text);
}

/* A log or checkpoint thread has something for us. */
static void
collect(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd, (void)what;
	journal_collect(l->o.journal);
}

/* Two seconds of answering what is in flight are over. */
static void
drained(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd, (void)what;
	log_say(LOG_LEVEL_WARNING, "%u connections did not end in time",
	    (unsigned)conns_count(l->conns));
	l->done = 1;
}

/* Stop: no new connections, and an end for those that are there. */
static void
stop(struct loop *l)
{
	const struct timeval tv = { DRAIN_S, 0 };

	if (l->stopping)
		return;
	l->stopping = 1;
	notify_send("STOPPING=1");
	log_say(LOG_LEVEL_NOTICE, "stopping");
	listeners_stop(l->listeners);
	links_stop(l->links);
	(void)event_add(&l->drained, &tv);
	conns_drain(l->conns);
}

/* The adopter has something to put into force. */
static void
adopt(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd, (void)what;
	adopter_collect(l->o.adopter);
}

/* A signal came. */
static void
signalled(evutil_socket_t number, short what, void *arg)
{
	struct loop *l = arg;

	(void)what;
	if (number != SIGHUP) {
		stop(l);
		return;
	}
	notify_send("RELOADING=1");
	l->o.reload(l->o.arg);
	notify_send("READY=1");
}

/* Once a second. */
static void
tick(struct loop *l, int64_t now)
{
	const struct counter_load load = { conns_count(l->conns) };

	l->tick_ms = now + TICK_MS;
	counter_tick(l->o.counter, &load);
	if (l->o.adopter != NULL)
		adopter_tick(l->o.adopter);
	journal_tick(l->o.journal);
	journal_collect(l->o.journal);
	if (notify_watchdog_ms() > 0 && now >= l->alive_ms) {
		l->alive_ms = now + notify_watchdog_ms();
		notify_send("WATCHDOG=1");
	}
}

/* Go on with what new lists mean for earlier decisions. */
static void
look_back(struct loop *l, unsigned n)
{
	int more = counter_work(l->o.counter, n);

	if (l->work && !more)
		log_say(LOG_LEVEL_NOTICE, "lists: earlier decisions have been "
		    "looked at");
	l->work = more;
}

/* Four times a second. */
static void
sweep(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;
	int64_t now = conn_now();

	(void)fd, (void)what;
	conns_sweep(l->conns);
	if (l->links != NULL)
		links_tick(l->links);
	if (l->upstream != NULL)
		upstream_tick(l->upstream);
	loop_links_watch(l, now);
	look_back(l, l->busy ? WORK_SWEEP : WORK_IDLE);
	l->busy = 0;
	if (now >= l->tick_ms || (notify_watchdog_ms() > 0 &&
	    now >= l->alive_ms))
		tick(l, now);
}

/* Watch signals and descriptors, start the timer. */
static int
watch(struct loop *l)
{
	static const int numbers[LOOP_SIGNALS] = { SIGTERM, SIGINT, SIGHUP };
	const struct timeval tv = { 0, SWEEP_MS * 1000 };
	int i;

	for (i = 0; i < LOOP_SIGNALS; i++) {
		if (evsignal_assign(&l->signal[i], l->base, numbers[i],
		    signalled, l) != 0)
			return (-1);
		l->nsignals++;
		if (event_add(&l->signal[i], NULL) != 0)
			return (-1);
	}
	for (i = 0; i < 2; i++) {
		if (event_assign(&l->journal[i], l->base,
		    journal_fd(l->o.journal, i), EV_READ | EV_PERSIST, collect,
		    l) != 0)
			return (-1);
		l->njournal++;
		if (event_add(&l->journal[i], NULL) != 0)
			return (-1);
	}
	if (l->o.adopter != NULL) {
		if (event_assign(&l->adopt, l->base,
		    adopter_fd(l->o.adopter), EV_READ | EV_PERSIST, adopt,
		    l) != 0)
			return (-1);
		l->nadopt = 1;
		if (event_add(&l->adopt, NULL) != 0)
			return (-1);
	}
	if (event_assign(&l->sweep, l->base, -1, EV_PERSIST, sweep, l) != 0 ||
	    evtimer_assign(&l->drained, l->base, drained, l) != 0)
		return (-1);
	l->ntimers = 1;
	return (event_add(&l->sweep, &tv));
}

/* Make the base. */
static struct event_base *
make_base(void)
{
	struct event_config *ec;
	struct event_base *base = NULL;

	event_set_log_callback(complain);
	if ((ec = event_config_new()) == NULL)
		return (NULL);
	if (event_config_set_flag(ec, EVENT_BASE_FLAG_NOLOCK |
	    EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST |
	    EVENT_BASE_FLAG_IGNORE_ENV) == 0)
		base = event_base_new_with_config(ec);
	event_config_free(ec);
	return (base);
}

/* A connection is gone. */
static void
closed(void *arg, uint32_t uid)
{
	struct loop *l = arg;

	if (l->listeners != NULL)
		listeners_closed(l->listeners, uid);
}

/* Make the loop. */
struct loop *
loop_open(const struct loop_options *o, char *err, size_t errlen)
{
	struct conns_options co = { .counter = o->counter,
		.limits = &o->config->limits, .node = o->config->node,
		.version = o->version, .closed = closed };
	struct loop *l;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		goto nomem;
	l->o = *o;
	if ((l->base = make_base()) == NULL)
		goto nomem;
	co.base = l->base;
	loop_links(&co, l);
	if ((l->conns = conns_open(&co)) == NULL || watch(l) != 0)
		goto nomem;
	if (loop_links_open(l, err, errlen) != 0)
		goto fail;
	loop_links_await(l);
	l->listeners = listeners_open(l->base, o->config, l->conns, err,
	    errlen);
	if (l->listeners == NULL)
		goto fail;
	return (l);
nomem:
	(void)snprintf(err, errlen, "out of memory or descriptors");
fail:
	loop_close(l);
	return (NULL);
}

/* The journal has failed: nobody gets what may not be recorded. */
static void
fail(struct loop *l, const char *why)
{

	log_say(LOG_LEVEL_ERROR, "the journal has failed: %s", why);
	listeners_stop(l->listeners);
	links_stop(l->links);
	if (l->upstream != NULL)
		upstream_quiet(l->upstream);
	conns_unsure(l->conns, LK_E_UNAVAIL);
	l->failed = l->done = 1;
}

/*
 * End a turn.  A single request is synced right here, since waking the log
 * thread costs more than it saves; whatever else is asked meanwhile then waits
 * in its socket.  With more to do the thread writes while we gather.
 */
void
loop_end_turn(struct loop *l)
{
	struct journal *j = l->o.journal;
	char why[512];

	l->busy |= conns_asked(l->conns) > 0;
	if (l->work)
		look_back(l, WORK_TURN);
	if (journal_seq(j) > journal_durable(j))
		journal_flush(j, conns_asked(l->conns) == 1 &&
		    conns_waiting(l->conns) == 1);
	if (journal_failed(j, NULL, 0)) {
		(void)journal_failed(j, why, sizeof(why));
		fail(l, why);
		return;
	}
	conns_end(l->conns, journal_durable(j));
	if (l->upstream != NULL)
		upstream_turn(l->upstream);
	if (l->stopping && conns_count(l->conns) == 0)
		l->done = 1;
}

/* Serve. */
int
loop_run(struct loop *l)
{
	int flags;

	while (!l->done) {
		flags = EVLOOP_ONCE;
		if (conns_begin(l->conns))
			flags |= EVLOOP_NONBLOCK;
		if (event_base_loop(l->base, flags) == -1) {
			log_say(LOG_LEVEL_ERROR, "the event loop has failed");
			fail(l, "no events");
		} else
			loop_end_turn(l);
	}
	return (l->failed ? -1 : 0);
}

/* Free the loop. */
void
loop_close(struct loop *l)
{
	int i;

	if (l == NULL)
		return;
	listeners_close(l->listeners);
	l->listeners = NULL;
	conns_close(l->conns);
	upstream_close(l->upstream);
	links_close(l->links);
	for (i = 0; i < l->nsignals; i++)
		(void)event_del(&l->signal[i]);
	for (i = 0; i < l->njournal; i++)
		(void)event_del(&l->journal[i]);
	if (l->nadopt > 0)
		(void)event_del(&l->adopt);
	if (l->ntimers > 0) {
		(void)event_del(&l->sweep);
		(void)event_del(&l->drained);
	}
	if (l->base != NULL)
		event_base_free(l->base);
	free(l);
}
