#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lock.h"
#include "plugin.h"
#include "watch.h"

#define FIRST_FD 3 /* below are the host's standard streams */
#define SECOND 1000000000

/* Make it closed. */
void
watch_init(struct watch *w)
{

	w->outer = w->inner = w->timer = w->event = -1;
	w->armed = 0;
	w->signalled = 0;
	w->kicked = 0;
}

/* Move a new descriptor above the standard streams. */
static int
above(int fd)
{
	int high;

	if (fd < 0 || fd >= FIRST_FD)
		return (fd);
	high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);
	(void)close(fd);
	return (high);
}

/* Change what epoll knows of fd. */
static int
control(int ep, int op, int fd, uint32_t events)
{
	struct epoll_event ev;

	memset(&ev, 0, sizeof(ev));
	ev.events = events;
	ev.data.fd = fd;
	return (epoll_ctl(ep, op, fd, &ev));
}

/* Close what is open; under the guard. */
void
watch_inherit(struct watch *w)
{

	if (w->outer >= 0)
		(void)close(w->outer);
	if (w->inner >= 0)
		(void)close(w->inner);
	if (w->timer >= 0)
		(void)close(w->timer);
	if (w->event >= 0)
		(void)close(w->event);
	watch_init(w);
}

/* Close all. */
void
watch_close(struct watch *w)
{

	lock_guard();
	watch_inherit(w);
	lock_unguard();
}

/* Open all. */
int
watch_open(struct watch *w)
{

	lock_guard();
	w->outer = above(epoll_create1(EPOLL_CLOEXEC));
	w->inner = above(epoll_create1(EPOLL_CLOEXEC));
	w->timer = above(timerfd_create(CLOCK_MONOTONIC,
	    TFD_CLOEXEC | TFD_NONBLOCK));
	w->event = above(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	lock_unguard();
	if (w->outer < 0 || w->inner < 0 || w->timer < 0 || w->event < 0 ||
	    control(w->inner, EPOLL_CTL_ADD, w->timer, EPOLLIN) != 0 ||
	    control(w->outer, EPOLL_CTL_ADD, w->inner, EPOLLIN) != 0 ||
	    control(w->outer, EPOLL_CTL_ADD, w->event, EPOLLIN) != 0) {
		watch_close(w);
		return (LK_E_NOMEM);
	}
	return (0);
}

/* Set the timer; setting it anew also takes an expiry back. */
void
watch_arm(struct watch *w, int64_t deadline)
{
	struct itimerspec its;

	if (w->timer < 0 || w->kicked)
		return;
	memset(&its, 0, sizeof(its));
	its.it_value.tv_sec = (time_t)(deadline / SECOND);
	its.it_value.tv_nsec = (long)(deadline % SECOND);
	(void)timerfd_settime(w->timer, TFD_TIMER_ABSTIME, &its, NULL);
	w->armed = deadline;
}

/* Wake the poller for good. */
void
watch_kick(struct watch *w)
{

	watch_arm(w, 1);
	w->kicked = 1;
}

/* Let the timer be set anew. */
void
watch_noticed(struct watch *w)
{

	w->kicked = 0;
}

/* Set or clear the event. */
void
watch_signal(struct watch *w, int on)
{
	uint64_t one = 1;
	ssize_t n;

	if (w->event < 0 || on == w->signalled)
		return;
	n = on ? write(w->event, &one, sizeof(one)) :
	    read(w->event, &one, sizeof(one));
	(void)n;
	w->signalled = on;
}

/* Watch a connection. */
void
watch_add(struct watch *w, int fd)
{

	(void)control(w->inner, EPOLL_CTL_ADD, fd, EPOLLIN);
}

/* Watch it for writing too, or no more. */
void
watch_writes(struct watch *w, int fd, int on)
{

	(void)control(w->inner, EPOLL_CTL_MOD, fd,
	    on ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* Watch it no more. */
void
watch_remove(struct watch *w, int fd)
{

	if (w->inner >= 0)
		(void)control(w->inner, EPOLL_CTL_DEL, fd, 0);
}
