#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "bindpath.h"
#include "config.h"
#include "conn.h"
#include "conns.h"
#include "listener.h"
#include "log.h"

#define ACCEPTS 16		/* of one socket in one turn */
#define REARM_US 100000

/* The grants of one uid on one socket. */
struct roster {
	uint32_t uid;
	size_t n;
	const struct grant **grants;
};

struct listener {
	struct listeners *set;
	struct bindpath bound;
	struct event ready;
	int added;		/* `ready` may be deleted */
	struct roster *roster;
	size_t nroster;
};

/* How many connections a uid has. */
struct tally {
	uint32_t uid;
	uint32_t n;
};

struct listeners {
	const struct config *config;
	struct conns *conns;
	struct listener *one;
	size_t n;
	struct event rearm;
	int rearm_added;
	int paused;
	int full;		/* paused since there are enough connections */
	int spare;		/* a descriptor kept for when there are none */
	struct tally *tally;
	size_t ntally, tally_cap;
	struct log_limit said;
};

/* Start or stop watching all sockets. */
static void
watch(struct listeners *l, int on)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (l->one[i].bound.fd == -1)
			continue;
		if (on)
			(void)event_add(&l->one[i].ready, NULL);
		else
			(void)event_del(&l->one[i].ready);
	}
}

/* Take no connections for a while. */
static void
pause_all(struct listeners *l, int full)
{
	const struct timeval tv = { 0, REARM_US };

	if (!l->paused)
		watch(l, 0);
	l->paused = 1;
	l->full = full;
	(void)event_add(&l->rearm, &tv);
}

/* Take connections again, if there is room. */
static void
resume_all(struct listeners *l)
{

	if (!l->paused)
		return;
	if (conns_count(l->conns) >= l->config->limits.connections) {
		pause_all(l, 1);
		return;
	}
	l->paused = l->full = 0;
	(void)event_del(&l->rearm);
	if (l->spare == -1)
		l->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	watch(l, 1);
}

/* The pause is over. */
static void
rearmed(evutil_socket_t fd, short what, void *arg)
{

	(void)fd, (void)what;
	resume_all(arg);
}

/* Find a uid's count, or make one. */
static struct tally *
tally_of(struct listeners *l, uint32_t uid)
{
	struct tally *t;
	size_t i, cap;

	for (i = 0; i < l->ntally; i++)
		if (l->tally[i].uid == uid)
			return (&l->tally[i]);
	if (l->ntally == l->tally_cap) {
		cap = l->tally_cap == 0 ? 16 : 2 * l->tally_cap;
		t = realloc(l->tally, cap * sizeof(*t));
		if (t == NULL)
			return (NULL);
		l->tally = t;
		l->tally_cap = cap;
	}
	l->tally[l->ntally] = (struct tally){ uid, 0 };
	return (&l->tally[l->ntally++]);
}

/* A connection of this uid is gone. */
void
listeners_closed(struct listeners *l, uint32_t uid)
{
	size_t i;

	for (i = 0; i < l->ntally; i++) {
		if (l->tally[i].uid != uid)
			continue;
		if (--l->tally[i].n == 0)
			l->tally[i] = l->tally[--l->ntally];
		break;
	}
	if (l->full)
		resume_all(l);
}

/* Find the grants of a uid. */
static struct peer
peer_of(const struct listener *one, uint32_t uid)
{
	struct peer p = { .uid = uid };
	size_t i;

	for (i = 0; i < one->nroster; i++)
		if (one->roster[i].uid == uid) {
			p.n = one->roster[i].n;
			p.grants = one->roster[i].grants;
		}
	return (p);
}

/* Serve an accepted socket, within the limits. */
static void
admit(struct listener *one, int fd)
{
	struct listeners *l = one->set;
	struct ucred cred;
	socklen_t len = sizeof(cred);
	struct tally *t;
	struct peer p;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0) {
		(void)close(fd);
		return;
	}
	t = tally_of(l, (uint32_t)cred.uid);
	if (t == NULL || t->n >= l->config->limits.connections_per_uid) {
		log_seldom(&l->said, conn_now(), LOG_LEVEL_WARNING,
		    "uid %u has %u connections: no more are taken",
		    (unsigned)cred.uid, t != NULL ? (unsigned)t->n : 0);
		(void)close(fd);
		return;
	}
	p = peer_of(one, (uint32_t)cred.uid);
	if (conns_add(l->conns, fd, &p) == 0)
		t->n++;
	else if (t->n == 0)
		*t = l->tally[--l->ntally];
}

/* No descriptor is left: hang up on one that waits, and pause. */
static void
shed(struct listener *one)
{
	struct listeners *l = one->set;
	int fd;

	log_seldom(&l->said, conn_now(), LOG_LEVEL_ERROR,
	    "cannot take a connection: %s", strerror(errno));
	if ((errno == EMFILE || errno == ENFILE) && l->spare != -1) {
		(void)close(l->spare);
		fd = accept4(one->bound.fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd != -1)
			(void)close(fd);
		l->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	pause_all(l, 0);
}

/* Somebody connects. */
static void
acceptable(evutil_socket_t listening, short what, void *arg)
{
	struct listener *one = arg;
	struct listeners *l = one->set;
	int i, fd;

	(void)what;
	for (i = 0; i < ACCEPTS && !l->paused; i++) {
		if (conns_count(l->conns) >= l->config->limits.connections) {
			log_seldom(&l->said, conn_now(), LOG_LEVEL_WARNING,
			    "all %u connections are in use: further ones wait",
			    (unsigned)l->config->limits.connections);
			pause_all(l, 1);
			return;
		}
		fd = accept4((int)listening, NULL, NULL,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd != -1)
			admit(one, fd);
		else if (errno == EAGAIN)
			return;
		else if (errno != ECONNABORTED && errno != EINTR)
			shed(one);
	}
}

/* Does this section let the uid in? */
static int
lets_in(const struct config_grant *g, uint32_t uid)
{
	size_t i;

	for (i = 0; i < g->nuids; i++)
		if (g->uid[i] == uid)
			return (1);
	return (0);
}

/* Add the roster of one uid to a listener that does not have it yet. */
static int
enrol(struct listener *one, size_t index, uint32_t uid)
{
	const struct config *c = one->set->config;
	struct roster *r;
	size_t i;

	if (peer_of(one, uid).n > 0)
		return (0);
	r = realloc(one->roster, (one->nroster + 1) * sizeof(*r));
	if (r == NULL)
		return (-1);
	one->roster = r;
	r = &r[one->nroster];
	*r = (struct roster){ uid, 0, calloc(c->ngrants, sizeof(*r->grants)) };
	if (r->grants == NULL)
		return (-1);
	one->nroster++;
	for (i = 0; i < c->ngrants; i++)
		if (c->grants[i].listener == index &&
		    lets_in(&c->grants[i], uid))
			r->grants[r->n++] = &c->grants[i].grant;
	return (0);
}

/* Open one socket with its rosters. */
static int
open_one(struct listeners *l, struct event_base *base, size_t index, char *err,
    size_t errlen)
{
	struct listener *one = &l->one[index];
	const struct config_grant *g;
	size_t i, k;

	one->set = l;
	for (i = 0; i < l->config->ngrants; i++) {
		g = &l->config->grants[i];
		for (k = 0; g->listener == index && k < g->nuids; k++)
			if (enrol(one, index, g->uid[k]) != 0)
				goto nomem;
	}
	if (bindpath_open(&one->bound, l->config->listeners[index].path, err,
	    errlen) != 0)
		return (-1);
	if (event_assign(&one->ready, base, one->bound.fd, EV_READ |
	    EV_PERSIST, acceptable, one) != 0)
		goto nomem;
	one->added = 1;
	if (event_add(&one->ready, NULL) != 0)
		goto nomem;
	return (0);
nomem:
	(void)snprintf(err, errlen, "out of memory");
	return (-1);
}

/* Listen on all sockets. */
struct listeners *
listeners_open(struct event_base *base, const struct config *config,
    struct conns *conns, char *err, size_t errlen)
{
	struct listeners *l;
	size_t i;

	if ((l = calloc(1, sizeof(*l))) == NULL ||
	    (l->one = calloc(config->nlisteners, sizeof(*l->one))) == NULL) {
		(void)snprintf(err, errlen, "out of memory");
		free(l);
		return (NULL);
	}
	l->config = config;
	l->conns = conns;
	l->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	l->n = config->nlisteners;
	for (i = 0; i < l->n; i++)
		l->one[i].bound.fd = -1;
	if (evtimer_assign(&l->rearm, base, rearmed, l) != 0) {
		(void)snprintf(err, errlen, "out of memory");
		goto fail;
	}
	l->rearm_added = 1;
	for (i = 0; i < l->n; i++)
		if (open_one(l, base, i, err, errlen) != 0)
			goto fail;
	return (l);
fail:
	listeners_close(l);
	return (NULL);
}

/* Take no more connections. */
void
listeners_stop(struct listeners *l)
{
	size_t i;

	if (l == NULL)
		return;
	for (i = 0; i < l->n; i++) {
		if (l->one[i].added)
			(void)event_del(&l->one[i].ready);
		l->one[i].added = 0;
		bindpath_close(&l->one[i].bound);
	}
	if (l->rearm_added)
		(void)event_del(&l->rearm);
	l->paused = l->full = 0;
}

/* Free the listeners. */
void
listeners_close(struct listeners *l)
{
	size_t i, k;

	if (l == NULL)
		return;
	listeners_stop(l);
	for (i = 0; i < l->n; i++) {
		for (k = 0; k < l->one[i].nroster; k++)
			free(l->one[i].roster[k].grants);
		free(l->one[i].roster);
	}
	if (l->spare != -1)
		(void)close(l->spare);
	free(l->one);
	free(l->tally);
	free(l);
}
