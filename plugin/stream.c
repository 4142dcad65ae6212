#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "deadline.h"
#include "nonce.h"
#include "reply.h"
#include "result.h"
#include "stream.h"

#define RETRY 5000000 /* ns until the next try when the backlog is full */
#define READS_MAX 16  /* in one pump, however much the daemon sends */

/* Wipe and free a frame. */
static void
discard(uint8_t **frame, size_t *len)
{

	if (*frame != NULL)
		explicit_bzero(*frame, *len);
	free(*frame);
	*frame = NULL;
	*len = 0;
}

/* Free an entry. */
void
stream_release(struct stream *s, struct stream_entry *e)
{

	if (e->state == STREAM_DONE)
		s->done--;
	discard(&e->frame, &e->len);
	discard(&e->cancel, &e->cancel_len);
	if (e->result != NULL)
		explicit_bzero(e->result, sizeof(*e->result));
	free(e->result);
	memset(e, 0, sizeof(*e));
}

/* May the daemon hold a reservation for this entry? */
static int
reserved(const struct stream_entry *e)
{

	if (e->cancel == NULL)
		return (0);
	if (e->state == STREAM_DONE && e->rc == 0)
		return (e->result->decision < LK_REJECT);
	if (e->state == STREAM_DONE)
		return (e->rc == LK_E_TIMEOUT || e->rc == LK_E_INTERNAL ||
		    (e->rc == LK_E_UNAVAIL && e->resent));
	return (e->state == STREAM_SENT || e->resent);
}

/* Free an entry, and queue its CANCEL where there may be something to free. */
void
stream_retract(struct stream *s, struct stream_entry *e)
{

	if (!reserved(e)) {
		stream_release(s, e);
		return;
	}
	if (e->state == STREAM_DONE) {
		s->done--;
		e->deadline = deadline_in(1000);
	}
	discard(&e->frame, &e->len);
	e->frame = e->cancel;
	e->len = e->cancel_len;
	e->cancel = NULL;
	e->id = 0;
	e->state = STREAM_CANCEL;
}

/* End an entry with its outcome. */
static void
finish(struct stream *s, struct stream_entry *e, int rc)
{

	discard(&e->frame, &e->len);
	if (rc != 0)
		result_fail(e->result, rc, NULL, e->form, s->on_unavailable);
	e->rc = rc;
	e->state = STREAM_DONE;
	s->done++;
	s->finished++;
}

/* Find a place for a new entry. */
struct stream_entry *
stream_place(struct stream *s)
{
	struct stream_entry *e, *cancel = NULL;

	for (e = s->entry; e < &s->entry[STREAM_MAX]; e++) {
		if (e->state == STREAM_FREE)
			return (e);
		if (e->state == STREAM_CANCEL)
			cancel = e;
	}
	if (cancel != NULL)
		stream_release(s, cancel);
	return (cancel);
}

/* Find an entry by its id, or the oldest that is done. */
struct stream_entry *
stream_find(struct stream *s, int32_t id)
{
	struct stream_entry *e, *best = NULL;

	for (e = s->entry; e < &s->entry[STREAM_MAX]; e++) {
		if (e->state == STREAM_FREE || e->state == STREAM_CANCEL)
			continue;
		if (id != 0 && e->id == id)
			return (e);
		if (id == 0 && e->state == STREAM_DONE &&
		    (best == NULL || e->id < best->id))
			best = e;
	}
	return (best);
}

/* Close the connection. */
void
stream_down(struct stream *s)
{

	if (s->link->fd >= 0)
		watch_remove(&s->watch, s->link->fd);
	link_close(s->link);
	explicit_bzero(s->link->out, s->link->out_len);
	explicit_bzero(s->link->in, s->link->in_len);
	s->link->out_len = s->link->in_len = s->out_off = 0;
	s->phase = STREAM_DOWN;
	s->writes = 0;
}

/* The connection failed: send again what may be, end what may not. */
static void
broken(struct stream *s, int rc)
{
	int greeting = s->phase != STREAM_UP;
	struct stream_entry *e;

	stream_down(s);
	for (e = s->entry; e < &s->entry[STREAM_MAX]; e++) {
		if (e->state == STREAM_SENT) {
			if (rc == LK_E_UNAVAIL && !e->resent) {
				e->resent = 1;
				e->state = STREAM_QUEUED;
			} else
				finish(s, e, rc);
		} else if (greeting && e->state == STREAM_QUEUED)
			finish(s, e, rc);
		else if (greeting && e->state == STREAM_CANCEL)
			stream_release(s, e);
	}
}

/* Return the entry to be sent next, or NULL. */
static struct stream_entry *
next(struct stream *s)
{
	struct stream_entry *e, *best = NULL;

	for (e = s->entry; e < &s->entry[STREAM_MAX]; e++) {
		if (e->state == STREAM_CANCEL)
			return (e);
		if (e->state == STREAM_QUEUED &&
		    (best == NULL || e->id < best->id))
			best = e;
	}
	return (best);
}

/* Connect and put HELLO into the buffer. */
static void
start(struct stream *s)
{
	struct wire_out o;
	int rc;

	if (s->link->fd >= 0 || next(s) == NULL ||
	    (s->retry != 0 && deadline_left(s->retry) > 0))
		return;
	s->retry = 0;
	if ((rc = link_dial(s->link, s->peer)) == LK_E_AGAIN) {
		s->retry = deadline_now() + RETRY;
		return;
	}
	if (rc != 0) {
		broken(s, rc);
		return;
	}
	nonce_next(s->hello);
	s->first = nonce_count(s->hello);
	wire_out_init(&o, s->link->out, sizeof(s->link->out));
	(void)link_hello(&o, s->hello);
	s->link->out_len = o.len;
	s->phase = STREAM_HELLO;
	watch_add(&s->watch, s->link->fd);
}

/* Take one frame.  Return 0 or why the connection has to be closed. */
static int
accept_frame(struct stream *s, const struct wire_header *h, const uint8_t *body)
{
	struct stream_entry *e;
	int rc;

	if (s->phase == STREAM_HELLO) {
		if (h->type != (WIRE_HELLO | WIRE_REPLY) ||
		    memcmp(h->id, s->hello, WIRE_ID) != 0)
			return (LK_E_INTERNAL);
		if ((rc = link_hello_reply(body, h->length)) == 0)
			s->phase = STREAM_UP;
		return (rc);
	}
	if (h->version != WIRE_VERSION)
		return (LK_E_INTERNAL);
	for (e = s->entry; e < &s->entry[STREAM_MAX]; e++)
		if (e->state == STREAM_SENT &&
		    memcmp(e->wire, h->id, WIRE_ID) == 0)
			break;
	if (e < &s->entry[STREAM_MAX]) {
		if (h->type != (WIRE_CHECK | WIRE_REPLY))
			return (LK_E_INTERNAL);
		rc = reply_result(e->result, body, h->length, s->gb18030);
		finish(s, e, rc);
		return (rc == LK_E_INTERNAL ? LK_E_UNAVAIL : 0);
	}
	if (nonce_count(h->id) <= s->first ||
	    (h->type != (WIRE_CHECK | WIRE_REPLY) &&
	    h->type != (WIRE_CANCEL | WIRE_REPLY)))
		return (LK_E_INTERNAL);
	return (0);
}

/* Take all whole frames that have come. */
static int
accept_all(struct stream *s)
{
	struct link *l = s->link;
	struct wire_header h;
	size_t at = 0;
	int rc;

	while (l->in_len - at >= WIRE_HEADER) {
		if (wire_header_read(&h, &l->in[at]) != WIRE_OK)
			return (LK_E_INTERNAL);
		if (l->in_len - at < WIRE_HEADER + h.length)
			break;
		rc = accept_frame(s, &h, &l->in[at + WIRE_HEADER]);
		if (rc != 0)
			return (rc);
		at += WIRE_HEADER + h.length;
	}
	memmove(l->in, &l->in[at], l->in_len - at);
	l->in_len -= at;
	return (0);
}

/* Receive what has come.  Return -1 when the connection broke. */
static int
receive(struct stream *s)
{
	struct link *l = s->link;
	ssize_t n;
	int i, rc;

	for (i = 0; i < READS_MAX && l->fd >= 0; i++) {
		n = recv(l->fd, &l->in[l->in_len], sizeof(l->in) - l->in_len,
		    MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n > 0)
			l->in_len += (size_t)n;
		rc = n > 0 ? accept_all(s) : LK_E_UNAVAIL;
		if (rc != 0) {
			broken(s, rc);
			return (-1);
		}
	}
	return (0);
}

/* Put the next frame into the buffer.  Return 0 when there is none. */
static int
load(struct stream *s)
{
	struct stream_entry *e;
	struct link *l = s->link;

	explicit_bzero(l->out, l->out_len);
	l->out_len = s->out_off = 0;
	if (s->phase != STREAM_UP || (e = next(s)) == NULL)
		return (0);
	nonce_next(e->wire);
	codec_stamp(e->frame, e->wire, deadline_left(e->deadline));
	memcpy(l->out, e->frame, e->len);
	l->out_len = e->len;
	if (e->state == STREAM_CANCEL)
		stream_release(s, e);
	else
		e->state = STREAM_SENT;
	return (1);
}

/* Send what can be sent.  Return -1 when the connection broke. */
static int
transmit(struct stream *s)
{
	struct link *l = s->link;
	ssize_t n;

	while (l->fd >= 0 && (s->out_off < l->out_len || load(s))) {
		n = send(l->fd, &l->out[s->out_off], l->out_len - s->out_off,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0)
			s->out_off += (size_t)n;
		else if (n < 0 && (errno == EAGAIN || errno == ENOBUFS))
			break;
		else if (n < 0 && errno != EINTR) {
			broken(s, LK_E_UNAVAIL);
			return (-1);
		}
	}
	return (0);
}

/* End what has passed its deadline. */
static void
expire(struct stream *s)
{
	int64_t now = deadline_now();
	struct stream_entry *e;
	int unsent = 0;

	for (e = s->entry; e < &s->entry[STREAM_MAX]; e++) {
		if (e->deadline > now)
			continue;
		if (e->state == STREAM_CANCEL)
			stream_release(s, e);
		else if (e->state == STREAM_SENT || (e->resent &&
		    e->state == STREAM_QUEUED))
			finish(s, e, LK_E_TIMEOUT);
		else if (e->state == STREAM_QUEUED) {
			finish(s, e, LK_E_UNAVAIL);
			unsent = 1;
		}
	}
	if (unsent && s->phase == STREAM_HELLO)
		stream_down(s);
}

/* Set the watch for what comes next. */
static void
settle(struct stream *s)
{
	int64_t soon = s->link->fd < 0 ? s->retry : 0;
	struct stream_entry *e;
	int writes = s->link->fd >= 0 && s->out_off < s->link->out_len;

	for (e = s->entry; e < &s->entry[STREAM_MAX]; e++)
		if (e->state != STREAM_FREE && e->state != STREAM_DONE &&
		    (soon == 0 || e->deadline < soon))
			soon = e->deadline;
	if (soon != s->watch.armed)
		watch_arm(&s->watch, soon);
	if (writes != s->writes && s->link->fd >= 0)
		watch_writes(&s->watch, s->link->fd, writes);
	s->writes = writes;
	watch_signal(&s->watch, s->done > 0);
}

/* Do what can be done without waiting. */
void
stream_pump(struct stream *s)
{
	int turn;

	if (s->link->fd >= 0 && !link_ours(s->link))
		broken(s, LK_E_UNAVAIL);
	for (turn = 0; turn < 3; turn++) {
		expire(s);
		start(s);
		if (receive(s) == 0 && transmit(s) == 0)
			break;
	}
	settle(s);
}
