#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/wire.h"

#include "outbuf.h"

#define FIRST_CAP 1008		/* a short reply, in malloc's quick sizes */

/* Make room for len more bytes. */
static int
reserve(struct outbuf *o, size_t len)
{
	size_t held = outbuf_held(o), cap;
	uint8_t *p;

	if ((size_t)(o->end - o->base) + len <= o->cap)
		return (0);
	if (held > 0 && o->sent > o->base)
		memmove(o->buf, o->buf + (o->sent - o->base), held);
	o->base = o->sent;
	if (held + len <= o->cap)
		return (0);
	for (cap = o->cap > 0 ? o->cap : FIRST_CAP; cap < held + len; cap *= 2)
		continue;
	if ((p = realloc(o->buf, cap)) == NULL)
		return (-1);
	o->buf = p;
	o->cap = cap;
	return (0);
}

/* Append a reply. */
int
outbuf_put(struct outbuf *o, const void *frame, size_t len, uint64_t seq,
    uint64_t turn)
{
	struct outbuf_mark *last = NULL;

	if (reserve(o, len) != 0)
		return (-1);
	memcpy(o->buf + (o->end - o->base), frame, len);
	o->end += len;
	if (o->nmarks > 0)
		last = &o->mark[o->nmarks - 1];
	if (last == NULL && seq == 0) {
		o->free = o->end;
		return (0);
	}
	if (last != NULL && (seq <= last->seq || turn == last->turn ||
	    o->nmarks == OUTBUF_MARKS)) {
		/* Later than need be at worst, never earlier. */
		last->end = o->end;
		if (seq > last->seq)
			last->seq = seq;
		return (0);
	}
	o->mark[o->nmarks++] = (struct outbuf_mark){ o->end, seq, turn };
	return (0);
}

/* Set free what is durable. */
int
outbuf_release(struct outbuf *o, uint64_t durable)
{
	unsigned n;

	for (n = 0; n < o->nmarks && o->mark[n].seq <= durable; n++)
		o->free = o->mark[n].end;
	o->nmarks -= n;
	memmove(&o->mark[0], &o->mark[n], o->nmarks * sizeof(o->mark[0]));
	return (o->nmarks > 0);
}

/* Find what may leave. */
size_t
outbuf_sendable(const struct outbuf *o, const uint8_t **p)
{

	*p = o->free > o->sent ? o->buf + (o->sent - o->base) : NULL;
	return ((size_t)(o->free - o->sent));
}

/* Note that bytes have left. */
void
outbuf_sent(struct outbuf *o, size_t n)
{

	assert(n <= o->free - o->sent);
	o->sent += n;
	if (o->sent == o->end)
		o->base = o->sent;
}

/* Say `code` in place of every reply that waits. */
void
outbuf_unsure(struct outbuf *o, int code)
{
	uint64_t at = o->free, from = o->free;
	struct wire_header h;
	struct wire_out out;
	uint8_t *p;
	size_t len;

	/* A reply that only names a code is the shortest there is. */
	while (at < o->end) {
		p = o->buf + (at - o->base);
		if (wire_header_read(&h, p) != WIRE_OK)
			break;
		len = WIRE_HEADER + h.length;
		wire_out_init(&out, o->buf + (from - o->base), len);
		wire_begin(&out, h.type, h.id);
		wire_put_u32(&out, WIRE_T_ERROR, (uint32_t)code);
		if (wire_end(&out) == 0)
			from += out.len;
		at += len;
	}
	o->end = o->free = from;
	o->nmarks = 0;
}

/* Give back the memory. */
void
outbuf_trim(struct outbuf *o)
{

	if (o->sent != o->end || o->buf == NULL)
		return;
	free(o->buf);
	o->buf = NULL;
	o->cap = 0;
}
