#ifndef LIANGKA_CALL_H_
#define LIANGKA_CALL_H_

#include <stdint.h>

#include "handle.h"
#include "text.h"

/*
 * A synchronous call: begin, lend a connection, write the request into its
 * buffer, exchange, read the reply from its buffer, end.
 */

struct call {
	struct handle *h;
	struct link *link;
	int64_t deadline;
	int saved;	   /* errno of the host */
	int32_t language;  /* of this call's own texts */
	const char *field; /* to blame for an error, or NULL */
};

/**
 * call_begin(c, handle, timeout_ms): Begin a call.  Return 0, LK_E_HANDLE, or
 * LK_E_ARG for a time-out out of range.  call_end(c, code): end it, also after an
 * error of call_begin(); wipe the buffers, restore errno.  Returns code.
 */
int call_begin(struct call *c, int32_t handle, int32_t timeout_ms);
int call_end(struct call *c, int code);

/**
 * call_link(c, o): Lend a connection, and make o write into its buffer.  Return 0,
 * LK_E_BUSY, NOMEM or HANDLE.
 */
int call_link(struct call *c, struct wire_out *o);

/**
 * call_exchange(c, o): Send the frame in o and receive its reply, connecting where
 * needed, and once more when the daemon hung up without a word.  Return 0 or the
 * error of the connection.
 */
int call_exchange(struct call *c, const struct wire_out *o);

/**
 * call_body(c, len): The body of the reply.  call_refuse(c): It was not a proper
 * reply: close the connection.
 */
const uint8_t *call_body(const struct call *c, size_t *len);
void call_refuse(struct call *c);

/**
 * call_form(c): How this call's own texts are wanted.
 */
enum text_form call_form(const struct call *c);

/**
 * call_event(c, ev): Send an event and receive its reply, after call_begin().
 * Return 0 with the reply in call_body(), or the error.
 */
int call_event(struct call *c, const struct codec_event *ev);

/**
 * call_deadline(h, timeout_ms, deadline): Turn the host's time-out into a
 * deadline.  Return 0, or LK_E_ARG when it is out of range.
 */
int call_deadline(const struct handle *h, int32_t timeout_ms,
    int64_t *deadline);

#endif /* !LIANGKA_CALL_H_ */
