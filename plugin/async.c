#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "async.h"
#include "call.h"
#include "deadline.h"
#include "lock.h"
#include "result.h"
#include "stream.h"

struct async {
	struct lock lock;	 /* of all below but `changed` */
	_Atomic uint32_t changed; /* rises when something became done */
	int polling;		 /* a thread waits for the connection */
	int closed;		 /* the handle was removed */
	int32_t last;		 /* id given out last */
	int32_t floor;		 /* ids up to this are the parent's */
	int orphaned;		 /* some of them were under way at the fork */
	struct stream stream;
};

/* Make a handle's async part, with nothing open. */
static struct async *
make(const struct handle *h)
{
	struct async *a;

	if ((a = calloc(1, sizeof(*a))) == NULL)
		return (NULL);
	if ((a->stream.link = link_new()) == NULL) {
		free(a);
		return (NULL);
	}
	a->stream.peer = &h->peer;
	a->stream.gb18030 = h->cx.gb18030;
	a->stream.on_unavailable = h->set.on_unavailable;
	watch_init(&a->stream.watch);
	return (a);
}

/* Find or make a handle's async part and lock it. */
static int
enter(struct handle *h, struct async **out)
{
	struct async *a;
	int rc = 0;

	handle_lock();
	if (h->async == NULL)
		h->async = make(h);
	a = h->async;
	handle_unlock();
	if (a == NULL)
		return (LK_E_NOMEM);
	lock_take(&a->lock);
	if (a->closed)
		rc = LK_E_HANDLE;
	else if (a->stream.watch.outer < 0)
		rc = watch_open(&a->stream.watch);
	if (rc != 0)
		lock_give(&a->lock);
	*out = a;
	return (rc);
}

/* Do what can be done, and wake those who wait if anything came of it. */
static void
pump(struct async *a)
{
	uint32_t was = a->stream.finished;

	stream_pump(&a->stream);
	if (a->stream.finished == was)
		return;
	atomic_fetch_add(&a->changed, 1);
	lock_wake(&a->changed, INT_MAX);
	if (a->polling)
		watch_kick(&a->stream.watch);
}

/* Wait, with the lock given meanwhile, for anything to change. */
static void
wait_change(struct async *a, int64_t deadline)
{
	struct pollfd pfd = { a->stream.watch.inner, POLLIN, 0 };
	uint32_t seen = atomic_load(&a->changed);

	if (a->polling) {
		lock_give(&a->lock);
		lock_sleep(&a->changed, seen, deadline);
		lock_take(&a->lock);
		return;
	}
	a->polling = 1;
	lock_give(&a->lock);
	(void)poll(&pfd, 1, deadline_left(deadline));
	lock_take(&a->lock);
	a->polling = 0;
	watch_noticed(&a->stream.watch);
	atomic_fetch_add(&a->changed, 1);
	lock_wake(&a->changed, 1);
}

/* Return a copy of len bytes. */
static uint8_t *
duplicate(const uint8_t *p, size_t len)
{
	uint8_t *copy;

	if ((copy = malloc(len)) != NULL)
		memcpy(copy, p, len);
	return (copy);
}

/* Write the frames of a request and of what takes it back. */
static int
frames(struct handle *h, struct stream_entry *e, const struct lk_request *rq)
{
	struct codec_context cx = h->cx;
	struct codec_event ev = {
		.type = WIRE_CANCEL,
		.txn_id = rq->txn_id,
		.branch = rq->branch,
		.teller = rq->teller,
		.reason = LK_CANCEL_SYSTEM,
	};
	struct wire_out o;
	uint8_t buf[4096];
	int rc = 0;

	wire_out_init(&o, buf, sizeof(buf));
	if (codec_request(&o, rq, &h->cx) != 0)
		return (LK_E_INTERNAL);
	e->len = o.len;
	if ((e->frame = duplicate(buf, o.len)) == NULL)
		rc = LK_E_NOMEM;
	explicit_bzero(buf, o.len);
	if (rc != 0 || (rq->flags & (LK_F_DRY_RUN | LK_F_POSTHOC)) != 0)
		return (rc);
	if (rq->institution[0] != '\0')
		cx.institution = rq->institution;
	wire_out_init(&o, buf, sizeof(buf));
	if (codec_event(&o, &ev, &cx) != 0)
		return (LK_E_INTERNAL);
	e->cancel_len = o.len;
	if ((e->cancel = duplicate(buf, o.len)) == NULL)
		rc = LK_E_NOMEM;
	return (rc);
}

/* Queue a request. */
static int
queue(struct async *a, struct handle *h, const struct lk_request *rq,
    int64_t deadline)
{
	struct stream *s = &a->stream;
	struct stream_entry *e;
	int rc;

	if ((e = stream_place(s)) == NULL)
		return (LK_E_BUSY);
	if ((e->result = calloc(1, sizeof(*e->result))) == NULL)
		return (LK_E_NOMEM);
	e->result->size = sizeof(*e->result);
	if ((rc = frames(h, e, rq)) != 0) {
		stream_release(s, e);
		return (rc);
	}
	e->form = h->cx.gb18030 ? TEXT_GB18030 : TEXT_UTF8;
	if (rq->language == LK_LANG_EN || (rq->language == LK_LANG_DEFAULT &&
	    h->cx.language == LK_LANG_EN))
		e->form = TEXT_ENGLISH;
	do
		a->last = a->last % INT32_MAX + 1;
	while (stream_find(s, a->last) != NULL);
	e->id = a->last;
	e->deadline = deadline;
	e->state = STREAM_QUEUED;
	return (e->id);
}

/* Start a check. */
int32_t
lk_submit(int32_t handle, const struct lk_request *request, int32_t timeout_ms)
{
	struct lk_request rq;
	struct async *a;
	struct call c;
	int rc;

	if ((rc = call_begin(&c, handle, timeout_ms)) != 0 ||
	    (rc = result_request(&rq, request)) != 0)
		return (call_end(&c, rc));
	if ((rc = codec_request_ok(&rq, &c.h->cx, &c.field)) == 0 &&
	    (rc = enter(c.h, &a)) == 0) {
		if ((rc = queue(a, c.h, &rq, c.deadline)) > 0)
			pump(a);
		lock_give(&a->lock);
	}
	explicit_bzero(&rq, sizeof(rq));
	return (call_end(&c, rc));
}

/* Return the descriptor to poll. */
int32_t
lk_fd(int32_t handle)
{
	struct async *a;
	struct call c;
	int rc;

	if ((rc = call_begin(&c, handle, 0)) == 0 &&
	    (rc = enter(c.h, &a)) == 0) {
		rc = a->stream.watch.outer;
		lock_give(&a->lock);
	}
	return (call_end(&c, rc));
}

/* Why there is no such id. */
static int
unknown(const struct async *a, int32_t id)
{

	return (id <= a->floor ? LK_E_FORK : LK_E_ARG);
}

/* Is anything of this process under way? */
static int
idle(const struct async *a)
{
	unsigned i;

	for (i = 0; i < STREAM_MAX; i++)
		if (a->stream.entry[i].id != 0)
			return (0);
	return (1);
}

/* Look once for a finished request.  Return 1 with the outcome, or 0. */
static int
look(struct async *a, int32_t *id, struct lk_result *result, int *rc)
{
	struct stream_entry *e;
	uint32_t size = result->size;

	*rc = LK_E_HANDLE;
	if (a->closed)
		return (1);
	pump(a);
	if ((e = stream_find(&a->stream, *id)) == NULL) {
		*rc = *id != 0 ? unknown(a, *id) : LK_E_FORK;
		return (*id != 0 || (a->orphaned && idle(a)));
	}
	if (e->state != STREAM_DONE)
		return (0);
	*id = e->id;
	*rc = e->rc;
	memcpy(result, e->result, sizeof(*result));
	result->size = size;
	stream_release(&a->stream, e);
	watch_signal(&a->stream.watch, a->stream.done > 0);
	return (1);
}

/* Look until something is finished or the deadline. */
static int
collect(struct async *a, int32_t *id, struct lk_result *result, int wait,
    int64_t deadline)
{
	int rc;

	while (!look(a, id, result, &rc)) {
		if (!wait || deadline_left(deadline) == 0)
			return (LK_E_AGAIN);
		wait_change(a, deadline);
	}
	return (rc);
}

/* Fetch one finished request. */
int32_t
lk_collect(int32_t handle, int32_t *id, struct lk_result *result,
    int32_t timeout_ms)
{
	struct async *a;
	struct call c;
	int rc, wait = timeout_ms != -1;

	if ((rc = result_begin(result)) != 0)
		return (rc);
	if ((rc = call_begin(&c, handle, wait ? timeout_ms : 0)) == 0 &&
	    (id == NULL || *id < 0))
		rc = LK_E_ARG;
	if (rc == 0 && (rc = enter(c.h, &a)) == 0) {
		rc = collect(a, id, result, wait, c.deadline);
		lock_give(&a->lock);
	}
	return (call_end(&c, rc));
}

/* Forget a submitted request. */
int32_t
lk_abandon(int32_t handle, int32_t id)
{
	struct stream_entry *e;
	struct async *a;
	struct call c;
	int rc;

	if ((rc = call_begin(&c, handle, 0)) == 0 &&
	    (rc = enter(c.h, &a)) == 0) {
		if (id <= 0 || (e = stream_find(&a->stream, id)) == NULL)
			rc = id <= 0 ? LK_E_ARG : unknown(a, id);
		else {
			stream_retract(&a->stream, e);
			pump(a);
		}
		lock_give(&a->lock);
	}
	return (call_end(&c, rc));
}

/* Cancel what was not collected and close; pollers are woken and leave. */
void
async_close(struct handle *h)
{
	struct async *a;
	struct stream_entry *e;

	handle_lock();
	a = h->async;
	handle_unlock();
	if (a == NULL)
		return;
	lock_take(&a->lock);
	for (e = a->stream.entry; e < &a->stream.entry[STREAM_MAX]; e++)
		if (e->state != STREAM_FREE && e->state != STREAM_CANCEL)
			stream_retract(&a->stream, e);
	stream_pump(&a->stream);
	stream_down(&a->stream);
	a->closed = 1;
	watch_arm(&a->stream.watch, 1);
	atomic_fetch_add(&a->changed, 1);
	lock_wake(&a->changed, INT_MAX);
	lock_give(&a->lock);
}

/* Free it at the end of its handle. */
void
async_free(struct async *a)
{
	struct stream_entry *e;

	if (a == NULL)
		return;
	for (e = a->stream.entry; e < &a->stream.entry[STREAM_MAX]; e++)
		if (e->state != STREAM_FREE)
			stream_release(&a->stream, e);
	stream_down(&a->stream);
	watch_close(&a->stream.watch);
	link_free(a->stream.link);
	free(a);
}

/* Hold it over a fork. */
void
async_freeze(struct async *a)
{

	if (a != NULL)
		lock_take(&a->lock);
}

/* Release it after a fork, in the parent. */
void
async_thaw(struct async *a)
{

	if (a != NULL)
		lock_give(&a->lock);
}

/* Give up, in the child, what is the parent's. */
void
async_inherit(struct async *a)
{
	struct stream_entry *e;
	struct stream *s;

	if (a == NULL)
		return;
	s = &a->stream;
	for (e = s->entry; e < &s->entry[STREAM_MAX]; e++) {
		if (e->id != 0)
			a->orphaned = 1;
		if (e->state != STREAM_FREE)
			stream_release(s, e);
	}
	link_inherit(s->link);
	s->link->out_len = s->link->in_len = s->out_off = 0;
	s->phase = STREAM_DOWN;
	s->writes = 0;
	s->retry = 0;
	watch_inherit(&s->watch);
	a->floor = a->last;
	a->polling = 0;
	lock_reset(&a->lock);
}
