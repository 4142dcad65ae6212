#ifndef LIANGKA_WATCH_H_
#define LIANGKA_WATCH_H_

#include <stdint.h>

/*
 * The descriptors by which a host, and a thread of its in lk_collect(), wait for
 * submitted requests:
 *
 *	host --- outer --+-- event	an answer is ready to be collected
 *			 +-- inner --+-- the connection
 *				     +-- timer	the next deadline
 *
 * outer stays the same as long as the handle, whatever becomes of the
 * connection.  A thread that waits for one certain answer polls inner, so that
 * others that are ready do not keep it spinning.
 */

struct watch {
	int outer, inner, timer, event; /* -1 = not open */
	int64_t armed;			/* deadline set in timer; 0 = none */
	int signalled;			/* event is readable */
	int kicked;			/* timer stays expired: see watch_kick() */
};

/**
 * watch_init(w): Make it closed.  watch_open(w): open all.  Return 0, or
 * LK_E_NOMEM with nothing open.  watch_close(w): close what is open.
 * watch_inherit(w): the same in the child of a fork, under lock_guard().
 */
void watch_init(struct watch *w);
int watch_open(struct watch *w);
void watch_close(struct watch *w);
void watch_inherit(struct watch *w);

/**
 * watch_arm(w, deadline): Wake the waiting at the deadline; 0 = never, 1 = now.
 */
void watch_arm(struct watch *w, int64_t deadline);

/**
 * watch_kick(w): Wake the one that polls inner, and let no watch_arm() take that
 * back before it has noticed: a poller that was woken looks again, and sleeps on
 * when the timer has meanwhile been set anew.  watch_noticed(w): it has noticed.
 */
void watch_kick(struct watch *w);
void watch_noticed(struct watch *w);

/**
 * watch_signal(w, on): Make the event readable, or not.
 */
void watch_signal(struct watch *w, int on);

/**
 * watch_add(w, fd), watch_writes(w, fd, on), watch_remove(w, fd): Watch the
 * connection fd for reading; also for writing; no more (before it is closed).
 */
void watch_add(struct watch *w, int fd);
void watch_writes(struct watch *w, int fd, int on);
void watch_remove(struct watch *w, int fd);

#endif /* !LIANGKA_WATCH_H_ */
