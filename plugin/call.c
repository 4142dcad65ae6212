#include <errno.h>
#include <string.h>

#include "call.h"
#include "deadline.h"
#include "nonce.h"
#include "plugin.h"
#include "pool.h"

#define TIMEOUT_MAX 600000 /* ms */

/* Turn a time-out into a deadline. */
int
call_deadline(const struct handle *h, int32_t timeout_ms, int64_t *deadline)
{

	if (timeout_ms < 0 || timeout_ms > TIMEOUT_MAX)
		return (LK_E_ARG);
	*deadline = deadline_in(timeout_ms > 0 ? timeout_ms :
	    h->set.timeout_ms);
	return (0);
}

/* Begin a call. */
int
call_begin(struct call *c, int32_t handle, int32_t timeout_ms)
{

	memset(c, 0, sizeof(*c));
	c->saved = errno;
	c->language = LK_LANG_EN;
	if ((c->h = handle_get(handle)) == NULL)
		return (LK_E_HANDLE);
	c->language = c->h->cx.language;
	c->field = "timeout_ms";
	if (call_deadline(c->h, timeout_ms, &c->deadline) != 0)
		return (LK_E_ARG);
	c->field = NULL;
	return (0);
}

/* End a call. */
int
call_end(struct call *c, int code)
{

	if (c->link != NULL) {
		explicit_bzero(c->link->out, c->link->out_len);
		explicit_bzero(c->link->in, c->link->in_len);
		c->link->out_len = c->link->in_len = 0;
		pool_give(c->h, c->link);
	}
	if (c->h != NULL)
		handle_put(c->h);
	errno = c->saved;
	return (code);
}

/* Lend a connection. */
int
call_link(struct call *c, struct wire_out *o)
{
	int rc;

	if ((rc = pool_take(c->h, c->deadline, &c->link)) != 0) {
		c->link = NULL;
		return (rc);
	}
	wire_out_init(o, c->link->out, sizeof(c->link->out));
	return (0);
}

/* Send the request and receive its reply. */
int
call_exchange(struct call *c, const struct wire_out *o)
{
	struct link *l = c->link;
	uint8_t id[WIRE_ID];
	int rc, again = 0, sent = 0;

	l->out_len = o->len;
	for (;;) {
		if (!link_alive(l) && (rc = link_open(l, &c->h->peer,
		    c->deadline)) != 0)
			break;
		nonce_next(id);
		codec_stamp(l->out, id, deadline_left(c->deadline));
		if ((rc = link_exchange(l, c->deadline)) == 0)
			return (0);
		sent |= l->sent;
		if (rc != LK_E_UNAVAIL || l->heard || again)
			break;
		again = 1;
	}
	if (rc == LK_E_UNAVAIL && sent && deadline_left(c->deadline) == 0)
		rc = LK_E_TIMEOUT;
	return (rc);
}

/* Return the body of the reply. */
const uint8_t *
call_body(const struct call *c, size_t *len)
{

	*len = c->link->head.length;
	return (&c->link->in[WIRE_HEADER]);
}

/* Give up a connection that did not reply properly. */
void
call_refuse(struct call *c)
{

	link_close(c->link);
}

/* Choose the form of own texts. */
enum text_form
call_form(const struct call *c)
{

	if (c->h == NULL || c->language == LK_LANG_EN)
		return (TEXT_ENGLISH);
	return (c->h->cx.gb18030 ? TEXT_GB18030 : TEXT_UTF8);
}

/* Send an event and receive its reply. */
int
call_event(struct call *c, const struct codec_event *ev)
{
	struct wire_out o;
	int rc;

	if ((rc = codec_event_ok(ev, &c->h->cx, &c->field)) != 0 ||
	    (rc = call_link(c, &o)) != 0)
		return (rc);
	if (codec_event(&o, ev, &c->h->cx) != 0)
		return (LK_E_INTERNAL);
	return (call_exchange(c, &o));
}
