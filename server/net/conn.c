#include <sys/socket.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "config.h"
#include "conn.h"
#include "tls.h"
#include "upstream.h"

#define IN_FIRST 512		/* first room for a frame that came in part */

static void readable(evutil_socket_t, short, void *);
static void writable(evutil_socket_t, short, void *);
static void lapsed(evutil_socket_t, short, void *);

/* Return monotonic milliseconds. */
int64_t
conn_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
}

/* Begin to serve a socket. */
struct conn *
conn_open(struct conns *s, int fd, const struct peer *peer,
    struct tls *tls)
{
	struct conn *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return (NULL);
	c->set = s;
	c->fd = fd;
	c->peer = *peer;
	c->heard_ms = conn_now();
	TAILQ_INIT(&c->late);
	TAILQ_INIT(&c->parked);
	c->tls = tls;
	if (event_assign(&c->readable, s->o.base, fd, EV_READ | EV_PERSIST,
	    readable, c) != 0 || event_assign(&c->writable, s->o.base, fd,
	    EV_WRITE | EV_PERSIST, writable, c) != 0 ||
	    event_add(&c->readable, NULL) != 0) {
		free(c);
		return (NULL);
	}
	c->reading = 1;
	return (c);
}

/* Wipe and forget the bytes in `in`; an applicant's words are among them. */
static void
forget_input(struct conn *c)
{

	if (c->in == NULL)
		return;
	explicit_bzero(c->in, c->in_cap);
	free(c->in);
	c->in = NULL;
	c->in_len = c->in_cap = 0;
}

/* How much room does a frame want of which the bytes at p have come? */
static size_t
frame_room(const uint8_t *p, size_t len)
{
	struct wire_header h;
	size_t want = IN_FIRST;

	if (len >= WIRE_HEADER && wire_header_read(&h, p) == WIRE_OK)
		want = WIRE_HEADER + h.length;
	if (want < IN_FIRST)
		want = IN_FIRST;
	return (want > len ? want : len);
}

/* Keep the bytes that were not answered; they lie in `in` or elsewhere. */
static int
keep(struct conn *c, const uint8_t *p, size_t len)
{
	uint8_t *buf;
	size_t cap;

	if (len == 0) {
		forget_input(c);
		return (0);
	}
	cap = frame_room(p, len);
	if (cap <= c->in_cap) {
		memmove(c->in, p, len);
		c->in_len = len;
		return (0);
	}
	if ((buf = malloc(cap)) == NULL)
		return (-1);
	memcpy(buf, p, len);
	forget_input(c);
	c->in = buf;
	c->in_len = len;
	c->in_cap = cap;
	return (0);
}

/* Have what is left over answered in the next turn. */
static void
leave(struct conn *c)
{

	/* What TLS holds back does not stop reading: it may be so already. */
	if (c->more)
		return;
	c->more = 1;
	TAILQ_INSERT_TAIL(&c->set->more, c, more_entry);
}

/* Have a batch wait until it may be taken in. */
static void
leave_told(struct conn *c)
{

	if (c->told)
		return;
	if (c->more)
		TAILQ_REMOVE(&c->set->more, c, more_entry);
	c->more = c->told = 1;
	TAILQ_INSERT_TAIL(&c->set->told, c, more_entry);
}

/* May entries of a node below be taken in now? */
int
conn_works(const struct conns *s)
{

	return (s->work < CONN_WORK && (s->nlocal == 0 ||
	    conn_now() - s->worked_ms >= CONN_STARVED));
}

/* A reply of it waits for the log, or does not any more. */
void
conn_waits(struct conn *c, int waits)
{
	struct conns *s = c->set;

	c->waits = waits != 0;
	s->nwaiting += waits ? 1 : UINT32_MAX;
	if (c->tls == NULL)
		s->nlocal += waits ? 1 : UINT32_MAX;
	if (waits)
		TAILQ_INSERT_TAIL(&s->waiting, c, wait_entry);
	else
		TAILQ_REMOVE(&s->waiting, c, wait_entry);
}

/* Answer the whole frames among len bytes; return how many bytes they were. */
static size_t
answer(struct conn *c, const uint8_t *buf, size_t len)
{
	uint32_t high = c->set->o.limits->output;
	struct wire_header h;
	size_t pos = 0;
	int rc, n = 0;

	c->partial = 0;
	while (len - pos >= WIRE_HEADER && !c->ending && c->fd != -1) {
		if ((rc = wire_header_read(&h, buf + pos)) != WIRE_OK) {
			frame_bad(c, buf + pos, rc);
			return (len);
		}
		if (len - pos < WIRE_HEADER + h.length)
			break;
		if (outbuf_held(&c->out) >= high || c->nparked >=
		    conn_parked_max(c)) {
			c->choked = 1;
			return (pos);
		}
		if (h.type == WIRE_EVENTS && !conn_works(c->set)) {
			leave_told(c);
			return (pos);
		}
		if (n++ == CONN_FRAMES) {
			leave(c);
			return (pos);
		}
		frame_answer(c, &h, buf + pos + WIRE_HEADER);
		pos += WIRE_HEADER + h.length;
	}
	if (c->ending)
		return (len);
	c->partial = pos < len;
	return (pos);
}

/* Answer what is at buf, keep the rest, send what may leave at once. */
static void
take(struct conn *c, uint8_t *buf, size_t len)
{
	int was_partial = c->partial, shared = buf == c->set->in;
	size_t done;

	done = answer(c, buf, len);
	if (c->fd != -1) {
		if (done > 0)
			c->heard_ms = c->read_ms;
		if (done > 0 || c->in_len == 0)
			c->in_ms = c->read_ms;
		if (c->partial && (done > 0 || !was_partial))
			c->partial_ms = conn_now();
		if (keep(c, buf + done, len - done) != 0)
			conn_drop(c, CONN_NOMEM);
	}
	/* The shared buffer is never a connection's own, which keep() may free. */
	if (shared)
		explicit_bzero(buf, len); /* NOLINT(clang-analyzer-unix.Malloc) */
	if (c->fd != -1)
		conn_flush(c);
}

/* The peer will send nothing more, but may still fetch its replies. */
static void
end_of_input(struct conn *c)
{

	c->ending = 1;
	forget_input(c);
	c->partial = 0;
	conn_settle(c);
}

/* Bytes have come. */
static void
readable(evutil_socket_t fd, short what, void *arg)
{

	(void)fd, (void)what;
	conn_read(arg);
}

/* Some of what came is still inside: go on in the next turn. */
static void
read_on(struct conn *c)
{

	if (c->fd != -1 && c->tls != NULL && c->reading &&
	    tls_pending(c->tls))
		leave(c);
}

/* Read once, and answer. */
void
conn_read(struct conn *c)
{
	uint8_t *buf = c->set->in;
	size_t have = 0, room = sizeof(c->set->in);
	ssize_t n;

	if (!c->reading)
		return;
	if (c->in_len > 0) {
		buf = c->in;
		have = c->in_len;
		room = c->in_cap - have;
	}
	assert(room > 0);
	n = c->tls != NULL ? tls_read(c->tls, buf + have, room) :
	    read(c->fd, buf + have, room);
	if (c->tls != NULL && !conn_link_goes_on(c, n))
		return;
	if (n > 0) {
		c->read_ms = conn_now();
		if (have > 0)
			c->in_len = have + (size_t)n;
		take(c, buf, have + (size_t)n);
		read_on(c);
	} else if (n == 0)
		end_of_input(c);
	else if (errno != EAGAIN && errno != EINTR)
		conn_drop(c, errno == ECONNRESET ? CONN_CLOSED : CONN_BROKEN);
}

/* Answer frames that were left over. */
void
conn_more(struct conn *c)
{

	if (c->in_len > 0)
		take(c, c->in, c->in_len);
	else
		conn_settle(c);
	if (c->fd != -1 && c->tls != NULL && !c->more && tls_pending(c->tls))
		conn_read(c);
}

/* Queue a reply. */
void
conn_put(struct conn *c, const void *frame, size_t len, uint64_t seq)
{
	struct conns *s = c->set;

	if (outbuf_put(&c->out, frame, len, seq, s->turn) != 0) {
		conn_drop(c, CONN_NOMEM);
		return;
	}
	if (c->out.nmarks > 0 && !c->waits)
		conn_waits(c, 1);
}

/* Queue a reply for later. */
void
conn_late(struct conn *c, const void *frame, size_t len, uint64_t seq,
    uint32_t ms)
{
	struct timeval tv = { ms / 1000, (ms % 1000) * 1000 };
	struct late *l;

	if (c->nlate == CONN_LATE_MAX ||
	    (l = malloc(sizeof(*l) + len)) == NULL) {
		conn_put(c, frame, len, seq);
		return;
	}
	l->conn = c;
	l->seq = seq;
	l->len = len;
	memcpy(l->frame, frame, len);
	if (evtimer_assign(&l->timer, c->set->o.base, lapsed, l) != 0 ||
	    event_add(&l->timer, &tv) != 0) {
		free(l);
		conn_put(c, frame, len, seq);
		return;
	}
	TAILQ_INSERT_TAIL(&c->late, l, entry);
	c->nlate++;
}

/* The delay of a reply is over. */
static void
lapsed(evutil_socket_t fd, short what, void *arg)
{
	struct late *l = arg;
	struct conn *c = l->conn;

	(void)fd, (void)what;
	TAILQ_REMOVE(&c->late, l, entry);
	c->nlate--;
	conn_put(c, l->frame, l->len, l->seq);
	free(l);
	/* Its entry is most likely durable by now: let the turn's end see. */
	if (c->fd != -1)
		conn_flush(c);
}

/* The socket takes nothing: wait until it does. */
void
conn_wait_writable(struct conn *c)
{

	if (c->stuck_ms == 0)
		c->stuck_ms = conn_now();
	if (!c->writing && event_add(&c->writable, NULL) == 0)
		c->writing = 1;
}

/* Send what may leave. */
void
conn_flush(struct conn *c)
{
	const uint8_t *p;
	size_t len;
	ssize_t n;

	while ((len = outbuf_sendable(&c->out, &p)) > 0) {
		n = c->tls != NULL ? tls_write(c->tls, p, len) :
		    send(c->fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
			conn_wait_writable(c);
			break;
		}
		if (n < 0) {
			conn_drop(c, errno == EPIPE || errno == ECONNRESET ?
			    CONN_CLOSED : CONN_BROKEN);
			return;
		}
		c->stuck_ms = 0;
		outbuf_sent(&c->out, (size_t)n);
	}
	if (len == 0 && c->writing && (c->tls == NULL ||
	    !tls_wants_write(c->tls))) {
		c->stuck_ms = 0;
		(void)event_del(&c->writable);
		c->writing = 0;
	}
	conn_settle(c);
}

/* The socket takes bytes again. */
static void
writable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd, (void)what;
	if (c->fd != -1 && c->tls != NULL && tls_wants_write(c->tls))
		conn_read(c);
	if (c->fd != -1)
		conn_flush(c);
}

/* Has c nothing more to do? */
static int
finished(const struct conn *c)
{

	if (outbuf_held(&c->out) > 0 || c->nlate > 0 || c->nparked > 0)
		return (0);
	return (c->ending || (c->set->draining && !c->partial && !c->more &&
	    !c->choked));
}

/* Decide whether to read. */
void
conn_settle(struct conn *c)
{
	int want;

	if (c->choked && !c->ending &&
	    outbuf_held(&c->out) <= c->set->o.limits->output / 2 &&
	    c->nparked <= conn_parked_max(c) / 2) {
		c->choked = 0;
		leave(c);
	}
	if (finished(c)) {
		conn_drop(c, CONN_CLOSED);
		return;
	}
	want = !c->choked && !c->more && !c->ending &&
	    (!c->set->draining || c->partial);
	if (want == c->reading)
		return;
	if (!want)
		(void)event_del(&c->readable);
	else if (event_add(&c->readable, NULL) != 0) {
		conn_drop(c, CONN_NOMEM);
		return;
	}
	c->reading = want != 0;
}

/* End a connection. */
void
conn_drop(struct conn *c, enum conn_end why)
{
	struct conns *s = c->set;
	struct late *l;
	struct parked *p;

	if (c->fd == -1)
		return;
	(void)event_del(&c->readable);
	(void)event_del(&c->writable);
	c->reading = c->writing = 0;
	while ((l = TAILQ_FIRST(&c->late)) != NULL) {
		TAILQ_REMOVE(&c->late, l, entry);
		(void)event_del(&l->timer);
		free(l);
	}
	c->nlate = 0;
	while ((p = TAILQ_FIRST(&c->parked)) != NULL)
		conn_unpark(p);
	if (c->waits)
		conn_waits(c, 0);
	if (c->more) {
		c->more = 0;
		TAILQ_REMOVE(c->told ? &s->told : &s->more, c, more_entry);
	}
	tls_close(c->tls);
	c->tls = NULL;
	(void)close(c->fd);
	c->fd = -1;
	TAILQ_REMOVE(&s->all, c, entry);
	TAILQ_INSERT_TAIL(&s->dead, c, entry);
	s->count--;
	s->ends[why]++;
	if (c->peer.node != NULL)
		s->o.unlinked(s->o.arg, &c->peer);
	else if (s->o.closed != NULL && c->peer.uid != UINT32_MAX)
		s->o.closed(s->o.arg, c->peer.uid);
}

/* Free a dropped connection. */
void
conn_free(struct conn *c)
{

	forget_input(c);
	free(c->out.buf);
	free(c);
}
