#include <sys/socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "counter/counter.h"
#include "store/journal.h"

#include "config.h"
#include "conn.h"
#include "tls.h"
#include "upstream_impl.h"

#define PAUSE_MIN_MS 250
#define PAUSE_MAX_MS 5000
#define SETUP_MS 3000		/* for address, connection, handshake, HELLO, JOIN each */
#define BEAT_LOST_MS 5000	/* a beat that is not answered for so long: half-open */
#define PROBE_MS 250		/* between beats while the breaker is open */

static void readable(evutil_socket_t, short, void *);
static void writable(evutil_socket_t, short, void *);
static void news(evutil_socket_t, short, void *);

/* Monotonic microseconds. */
int64_t
upstream_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
}

/* Note the state. */
void
upstream_state(struct upstream *u, enum upstream_state s)
{

	u->state = s;
	u->since_ms = conn_now();
}

/* Close what there is of a link. */
static void
hang_up(struct upstream *u)
{

	if (u->added) {
		(void)event_del(&u->readable);
		(void)event_del(&u->writable);
		u->added = u->writing = 0;
	}
	tls_close(u->tls);
	u->tls = NULL;
	if (u->fd != -1)
		(void)close(u->fd);
	u->fd = -1;
	u->in_len = 0;
	u->out_from = u->out_len = 0;
	pace_begin(&u->pace);
}

/* The link is gone. */
void
upstream_lost(struct upstream *u, const char *why)
{
	int was = u->state == UPSTREAM_UP;
	char text[sizeof(u->last_why)];
	uint8_t jitter;

	/* It may be the link's own word, which ends with it. */
	(void)snprintf(text, sizeof(text), "%s", why);
	hang_up(u);
	upstream_state(u, UPSTREAM_DOWN);
	u->tried = 1;
	uplink_stop(u->uplink);
	breaker_trip(&u->breaker);
	u->pause_ms = u->pause_ms == 0 ? PAUSE_MIN_MS : u->pause_ms * 2;
	if (u->pause_ms > PAUSE_MAX_MS)
		u->pause_ms = PAUSE_MAX_MS;
	/* Not all nodes at once after the node above was started anew. */
	(void)RAND_bytes(&jitter, sizeof(jitter));
	u->next_ms = conn_now() + u->pause_ms / 2 + u->pause_ms * jitter / 256;
	if (was || strcmp(u->last_why, text) != 0)
		log_say(LOG_LEVEL_WARNING, "no link with the node above, %s: "
		    "%s", u->o.config->upstream_name, text);
	memcpy(u->last_why, text, sizeof(text));
	upstream_silence(u);
}

/* Make room for len bytes more. */
static int
reserve(struct upstream *u, size_t len)
{
	size_t cap = u->out_cap != 0 ? u->out_cap : 65536;
	uint8_t *p;

	if (u->out_len - u->out_from + len > UPSTREAM_OUT_MAX)
		return (-1);
	if (u->out_len + len <= u->out_cap)
		return (0);
	if (u->out_from > 0)
		memmove(u->out, u->out + u->out_from, u->out_len -
		    u->out_from);
	u->out_len -= u->out_from;
	u->out_from = 0;
	while (cap < u->out_len + len)
		cap *= 2;
	if (cap == u->out_cap)
		return (0);
	if ((p = realloc(u->out, cap)) == NULL)
		return (-1);
	u->out = p;
	u->out_cap = cap;
	return (0);
}

/* Send a frame under a new request id. */
uint64_t
upstream_put(struct upstream *u, const uint8_t *frame, size_t len)
{

	if (u->fd == -1 || reserve(u, len) != 0)
		return (0);
	memcpy(u->out + u->out_len, frame, len);
	u->number++;
	memcpy(u->out + u->out_len + 16, &u->number, 8);
	memcpy(u->out + u->out_len + 24, &u->salt, 8);
	u->out_len += len;
	return (u->number);
}

/* Send what was gathered. */
static void
flush(struct upstream *u)
{
	ssize_t n = 0;

	while (u->out_from < u->out_len && (n = tls_write(u->tls,
	    u->out + u->out_from, u->out_len - u->out_from)) > 0)
		u->out_from += (size_t)n;
	if (u->out_from == u->out_len)
		u->out_from = u->out_len = 0;
	if (n < 0 && errno != EAGAIN) {
		upstream_lost(u, errno == EPROTO ? tls_error(u->tls) :
		    strerror(errno));
		return;
	}
	if ((n < 0 || tls_wants_write(u->tls)) && !u->writing) {
		u->writing = 1;
		(void)event_add(&u->writable, NULL);
	} else if (n >= 0 && !tls_wants_write(u->tls) && u->writing) {
		u->writing = 0;
		(void)event_del(&u->writable);
	}
}

/* Understand the whole frames that have come. */
static void
frames(struct upstream *u)
{
	struct wire_header h;
	size_t pos = 0, size;

	while (u->fd != -1 && u->in_len - pos >= WIRE_HEADER) {
		if (wire_header_read(&h, u->in + pos) != WIRE_OK) {
			upstream_lost(u, "it sent what is no frame");
			return;
		}
		size = WIRE_HEADER + h.length;
		if (u->in_len - pos < size)
			break;
		upstream_frame(u, &h, u->in + pos + WIRE_HEADER);
		pos += size;
	}
	if (u->fd == -1)
		return;
	memmove(u->in, u->in + pos, u->in_len - pos);
	u->in_len -= pos;
}

/* The socket is connected: shake hands, then read. */
static void
receive(struct upstream *u)
{
	ssize_t n;

	do {
		n = tls_read(u->tls, u->in + u->in_len,
		    sizeof(u->in) - u->in_len);
		if (n == 0 || (n < 0 && errno != EAGAIN)) {
			upstream_lost(u, n == 0 ? "it hung up" :
			    errno == EPROTO ? tls_error(u->tls) :
			    strerror(errno));
			return;
		}
		if (u->state == UPSTREAM_TLS && tls_ready(u->tls))
			upstream_hello(u);
		if (n > 0) {
			u->heard_ms = conn_now();
			u->in_len += (size_t)n;
			frames(u);
		}
	} while (n > 0 && u->fd != -1 && tls_pending(u->tls));
	if (u->fd != -1)
		flush(u);
}

/* Is the connection made? */
static void
connected(struct upstream *u)
{
	socklen_t len = sizeof(int);
	int err = 0, one = 1;

	if (getsockopt(u->fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0)
		err = errno;
	if (err != 0) {
		upstream_lost(u, strerror(err));
		return;
	}
	(void)setsockopt(u->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	u->tls = tls_open(u->o.tls, u->fd, u->o.config->upstream_name);
	if (u->tls == NULL) {
		upstream_lost(u, "out of memory");
		return;
	}
	upstream_state(u, UPSTREAM_TLS);
	receive(u);
}

/* Bytes have come. */
static void
readable(evutil_socket_t fd, short what, void *arg)
{
	struct upstream *u = arg;

	(void)fd, (void)what;
	if (u->tls != NULL)
		receive(u);
}

/* The socket is connected, or takes bytes again. */
static void
writable(evutil_socket_t fd, short what, void *arg)
{
	struct upstream *u = arg;

	(void)fd, (void)what;
	if (u->state == UPSTREAM_CONNECT) {
		u->writing = 0;
		(void)event_del(&u->writable);
		connected(u);
	} else if (tls_wants_write(u->tls))
		receive(u);
	else
		flush(u);
}

/* Begin to connect. */
static void
dial(struct upstream *u, const struct sockaddr_storage *ss, socklen_t len)
{

	u->fd = socket(ss->ss_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (u->fd == -1 || event_assign(&u->readable, u->o.base, u->fd,
	    EV_READ | EV_PERSIST, readable, u) != 0 || event_assign(
	    &u->writable, u->o.base, u->fd, EV_WRITE | EV_PERSIST, writable,
	    u) != 0) {
		upstream_lost(u, strerror(errno));
		return;
	}
	u->added = 1;
	upstream_state(u, UPSTREAM_CONNECT);
	if (connect(u->fd, (const struct sockaddr *)ss, len) != 0 &&
	    errno != EINPROGRESS) {
		upstream_lost(u, strerror(errno));
		return;
	}
	u->writing = 1;
	if (event_add(&u->writable, NULL) != 0 ||
	    event_add(&u->readable, NULL) != 0)
		upstream_lost(u, "out of memory");
}

/* The thread has something. */
static void
news(evutil_socket_t fd, short what, void *arg)
{
	struct upstream *u = arg;
	struct sockaddr_storage ss;
	char why[256];
	socklen_t len;
	int rc;

	(void)fd, (void)what;
	uplink_quiet(u->uplink);
	if (u->state == UPSTREAM_ADDRESS && (rc = uplink_address(u->uplink,
	    &ss, &len, why, sizeof(why))) != 0) {
		if (rc > 0)
			dial(u, &ss, len);
		else
			upstream_lost(u, why);
	}
	upstream_news(u);
}

/* End a turn. */
void
upstream_turn(struct upstream *u)
{

	if (u->state != UPSTREAM_UP)
		return;
	uplink_durable(u->uplink, journal_durable(u->o.journal));
	if (u->out_from < u->out_len && !u->writing)
		flush(u);
}

/* What the time has brought. */
void
upstream_tick(struct upstream *u)
{
	int64_t now = conn_now();

	upstream_counts(u);
	switch (u->state) {
	case UPSTREAM_DOWN:
		if (u->quiet || now < u->next_ms)
			return;
		upstream_state(u, UPSTREAM_ADDRESS);
		uplink_resolve(u->uplink);
		break;
	case UPSTREAM_UP:
		if (u->beat_sent_ms != 0 && now - u->beat_sent_ms >
		    BEAT_LOST_MS && now - u->heard_ms > BEAT_LOST_MS) {
			upstream_lost(u, "it does not answer any more");
			return;
		}
		if (u->beat_sent_ms == 0 && (now >= u->beat_ms ||
		    (u->breaker.open && now >= u->beat_ms - PROBE_MS)))
			upstream_beat(u);
		upstream_events(u);
		upstream_turn(u);
		break;
	default:
		if (now - u->since_ms > SETUP_MS)
			upstream_lost(u, "it does not answer");
		break;
	}
}

/* Use another context. */
void
upstream_tls(struct upstream *u, struct tls_context *tls)
{

	tls_context_free(u->o.tls);
	u->o.tls = tls;
	if (u->tls != NULL && tls_ready(u->tls) &&
	    !tls_good_still(u->tls, tls))
		upstream_lost(u, tls_error(u->tls));
}

/* No more links. */
void
upstream_quiet(struct upstream *u)
{

	u->quiet = 1;
	if (u->state != UPSTREAM_DOWN)
		upstream_lost(u, "this node stops");
}

/* The context in use. */
const struct tls_context *
upstream_certificate(const struct upstream *u)
{

	return (u->o.tls);
}

/* Has the first attempt come to an end? */
int
upstream_tried(const struct upstream *u)
{

	return (u->tried);
}

/* Prepare the link. */
struct upstream *
upstream_open(const struct upstream_options *o, char *err, size_t errlen)
{
	const struct config *c = o->config;
	char log[192];
	const struct uplink_options uo = { .data = c->data, .node = c->node,
		.log = c->log_interval != 0 ? log : NULL,
		.above = c->upstream_name, .address = c->upstream_address,
		.cosigned = c->witness, .witness = c->upstream_witness_set ?
		    &c->upstream_witness : NULL };
	struct upstream *u;

	(void)snprintf(log, sizeof(log), "%s/branch/%s", c->domain, c->node);
	if ((u = calloc(1, sizeof(*u))) == NULL) {
		(void)snprintf(err, errlen, "out of memory");
		return (NULL);
	}
	u->o = *o;
	u->fd = -1;
	breaker_trip(&u->breaker);
	u->breaker.opens = 0;
	(void)RAND_bytes((uint8_t *)&u->salt, sizeof(u->salt));
	upstream_ask_open(u);
	if ((u->uplink = uplink_open(&uo, err, errlen)) == NULL)
		goto fail;
	if (event_assign(&u->news, o->base, uplink_fd(u->uplink),
	    EV_READ | EV_PERSIST, news, u) != 0 ||
	    event_add(&u->news, NULL) != 0) {
		(void)snprintf(err, errlen, "out of memory");
		goto fail;
	}
	u->news_added = 1;
	return (u);
fail:
	upstream_close(u);
	return (NULL);
}

/* End it. */
void
upstream_close(struct upstream *u)
{

	if (u == NULL)
		return;
	hang_up(u);
	upstream_ask_close(u);
	if (u->news_added)
		(void)event_del(&u->news);
	uplink_close(u->uplink);
	tls_context_free(u->o.tls);
	free(u->out);
	free(u);
}
