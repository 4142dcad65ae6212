#include <sys/socket.h>

#include <sys/param.h>

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "conn.h"
#include "tls.h"

#define LINE_MS INT64_C(5000)	/* that the line of a link may take or bring nothing */
#define TRIM_MS 1000		/* buffers of a connection quiet for so long go */

/* Make an empty set. */
struct conns *
conns_open(const struct conns_options *o)
{
	struct conns *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return (NULL);
	s->o = *o;
	s->turn = 1;
	TAILQ_INIT(&s->all);
	TAILQ_INIT(&s->dead);
	TAILQ_INIT(&s->waiting);
	TAILQ_INIT(&s->more);
	TAILQ_INIT(&s->told);
	return (s);
}

/* Free the dropped connections. */
static void
bury(struct conns *s)
{
	struct conn *c;

	while ((c = TAILQ_FIRST(&s->dead)) != NULL) {
		TAILQ_REMOVE(&s->dead, c, entry);
		conn_free(c);
	}
}

/* Drop all and free the set. */
void
conns_close(struct conns *s)
{
	struct conn *c;

	if (s == NULL)
		return;
	while ((c = TAILQ_FIRST(&s->all)) != NULL)
		conn_drop(c, CONN_CLOSED);
	bury(s);
	explicit_bzero(s->in, sizeof(s->in));
	free(s);
}

/* Add a connection. */
int
conns_add(struct conns *s, int fd, const struct peer *peer)
{
	struct conn *c;

	if ((c = conn_open(s, fd, peer, NULL)) == NULL) {
		(void)close(fd);
		return (-1);
	}
	TAILQ_INSERT_TAIL(&s->all, c, entry);
	s->count++;
	return (0);
}

/* Of an address what who has it cannot change at will: of IPv6 the network. */
static void
address(uint8_t from[CONN_FROM], const struct sockaddr_storage *ss)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)ss;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)ss;

	memset(from, 0, CONN_FROM);
	if (ss->ss_family == AF_INET)
		memcpy(from, &v4->sin_addr, 4);
	else if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		memcpy(from, &v6->sin6_addr.s6_addr[12], 4);
	else
		memcpy(from, &v6->sin6_addr, CONN_FROM);
}

/* Add a link of a node below. */
int
conns_add_link(struct conns *s, int fd, struct tls *tls,
    const struct sockaddr_storage *ss)
{
	const struct peer nobody = { .uid = UINT32_MAX };
	struct conn *c;

	if ((c = conn_open(s, fd, &nobody, tls)) == NULL) {
		tls_close(tls);
		(void)close(fd);
		return (-1);
	}
	address(c->from, ss);
	TAILQ_INSERT_TAIL(&s->all, c, entry);
	s->count++;
	return (0);
}

/* Count those that have not proven whose they are. */
unsigned
conns_strangers(const struct conns *s, const struct sockaddr_storage *ss)
{
	uint8_t from[CONN_FROM];
	unsigned left = tls_handshaking(), n = 0;
	const struct conn *c;

	address(from, ss);
	/* They came last. */
	TAILQ_FOREACH_REVERSE(c, &s->all, conn_list, entry) {
		if (left == 0)
			break;
		/* cppcheck-suppress uninitvar ; conn_open() clears all of it */
		if (c->tls == NULL || c->known)
			continue;
		left--;
		n += memcmp(c->from, from, sizeof(c->from)) == 0;
	}
	return (n);
}

/* Ask the node above by this link. */
void
conns_upstream(struct conns *s, struct upstream *u)
{

	s->upstream = u;
}

/* Drop the links of a node below. */
void
conns_drop_node(struct conns *s, const char *node, const struct peer *but,
    int64_t quiet)
{
	int64_t before = conn_now() - quiet;
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&s->all); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		if (&c->peer != but && c->peer.node != NULL &&
		    strcmp(c->peer.node, node) == 0 && c->heard_ms <= before)
			conn_drop(c, CONN_CLOSED);
	}
}

/* May the links of nodes below stay? */
void
conns_judge(struct conns *s, int (*stays)(void *, struct tls *, struct peer *),
    void *arg)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&s->all); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		if (c->peer.node != NULL && !stays(arg, c->tls, &c->peer))
			conn_drop(c, CONN_REFUSED);
	}
}

/* Have the links of a node below dropped. */
void
conns_cut_node(struct conns *s, const char *node)
{
	struct conn *c;

	TAILQ_FOREACH(c, &s->all, entry)
		if (c->peer.node != NULL && strcmp(c->peer.node, node) == 0)
			c->cut = 1;
}

/* Begin a turn. */
int
conns_begin(struct conns *s)
{
	struct conn_list now;
	struct conn *c;
	int busy;

	s->turn++;
	s->asked = 0;
	s->work = 0;
	while ((c = TAILQ_FIRST(&s->told)) != NULL && conn_works(s)) {
		TAILQ_REMOVE(&s->told, c, more_entry);
		c->told = 0;
		TAILQ_INSERT_TAIL(&s->more, c, more_entry);
	}
	busy = !TAILQ_EMPTY(&s->more);
	if (!busy)
		return (0);
	/* Whoever is left over again comes behind, in the next turn. */
	TAILQ_INIT(&now);
	TAILQ_CONCAT(&now, &s->more, more_entry);
	while ((c = TAILQ_FIRST(&now)) != NULL) {
		TAILQ_REMOVE(&now, c, more_entry);
		c->more = 0;
		conn_more(c);
	}
	return (busy);
}

/* End a turn. */
void
conns_end(struct conns *s, uint64_t durable)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&s->waiting); c != NULL; c = next) {
		next = TAILQ_NEXT(c, wait_entry);
		if (!outbuf_release(&c->out, durable))
			conn_waits(c, 0);
		conn_flush(c);
	}
	bury(s);
}

/* Count those that asked. */
uint32_t
conns_asked(const struct conns *s)
{

	return (s->asked);
}

/* Count those that wait. */
uint32_t
conns_waiting(const struct conns *s)
{

	return (s->nwaiting);
}

/* Count all. */
uint32_t
conns_count(const struct conns *s)
{

	return (s->count);
}

/* Which deadline has this connection passed, if any? */
static enum conn_end
overdue(const struct conn *c, const struct config_limits *l, int64_t now)
{

	const int64_t floor = c->tls != NULL ? LINE_MS : 0;
	const int64_t since = c->tls != NULL ? c->read_ms : c->partial_ms;

	if (c->stuck_ms != 0 && now - c->stuck_ms > MAX((int64_t)l->write_stall, floor))
		return (CONN_STALLED);
	if (!c->greeted && now - c->heard_ms > l->first_frame)
		return (CONN_LATE_FIRST);
	/* On a line of 64 kbit/s a frame is long on its way: it has to go on coming. */
	if (c->partial && now - since > MAX((int64_t)l->frame, floor))
		return (CONN_LATE_FRAME);
	if (l->idle != 0 && !c->partial && outbuf_held(&c->out) == 0 &&
	    c->nlate == 0 && c->nparked == 0 && now - c->heard_ms > l->idle)
		return (CONN_IDLE);
	return (CONN_ENDS);
}

/* Drop what is overdue. */
void
conns_sweep(struct conns *s)
{
	int64_t now = conn_now();
	struct conn *c, *next;
	enum conn_end why;

	for (c = TAILQ_FIRST(&s->all); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		if (c->cut)
			conn_drop(c, CONN_CLOSED);
		else if ((why = overdue(c, s->o.limits, now)) != CONN_ENDS) {
			if (why != CONN_IDLE)
				log_seldom(&s->said, now, LOG_LEVEL_NOTICE,
				    "a connection of uid %u was closed: %s",
				    (unsigned)c->peer.uid,
				    why == CONN_STALLED ? "it does not fetch "
				    "its replies" : why == CONN_LATE_FIRST ?
				    "it did not say HELLO in time" :
				    "it began a frame and did not end it");
			conn_drop(c, why);
		} else if (now - c->heard_ms > TRIM_MS)
			outbuf_trim(&c->out);
	}
	bury(s);
}

/* Let all come to their end. */
void
conns_drain(struct conns *s)
{
	struct conn *c, *next;

	s->draining = 1;
	for (c = TAILQ_FIRST(&s->all); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		conn_read(c);
		if (c->fd != -1)
			conn_settle(c);
	}
}

/* Tell all who wait that the log failed. */
void
conns_unsure(struct conns *s, int code)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&s->waiting); c != NULL; c = next) {
		next = TAILQ_NEXT(c, wait_entry);
		outbuf_unsure(&c->out, code);
		conn_waits(c, 0);
		conn_flush(c);
	}
	bury(s);
}
