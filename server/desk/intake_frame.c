/*
 * Frames under way.  They are answered in the order they were sent.  Rows for which the
 * daemon had no room are sent again when nothing else is under way, in their order; what
 * was refused behind them too, since it may have been for want of an earlier row.
 */
#include <stdio.h>
#include <string.h>

#include "plugin.h"

#include "intake_impl.h"

/* The frame i behind the first. */
static struct intake_frame *
nth(struct intake *x, size_t i)
{

	return (x->frame[(x->first + i) % (INTAKE_WINDOW + 1)]);
}

/* The frame that is being filled. */
struct intake_frame *
intake_frame_filling(struct intake *x)
{

	return (nth(x, x->n));
}

/* Make a frame empty. */
static void
empty(struct intake_frame *fr)
{

	explicit_bzero(fr->blob, fr->nblob);
	explicit_bzero(fr->raw, fr->nraw);
	fr->sent = 0;
	fr->skip = fr->doubts = 0;
	fr->nblob = fr->npacked = fr->nlines = fr->nraw = 0;
}

/* Write the request of a frame. */
static size_t
print(struct intake *x, struct intake_frame *fr)
{
	uint64_t n = ++x->count;
	struct wire_out o;

	memset(fr->id, 0, sizeof(fr->id));
	memcpy(fr->id, &n, sizeof(n));
	fr->id[8] = 'i';
	wire_out_init(&o, x->out, sizeof(x->out));
	wire_begin(&o, WIRE_TAKEIN, fr->id);
	if (x->o->institution != NULL && x->o->institution[0] != '\0')
		wire_put_text(&o, WIRE_T_INSTITUTION, x->o->institution);
	if (x->o->english)
		wire_put_u32(&o, WIRE_T_LANGUAGE, LK_LANG_EN);
	wire_put_u32(&o, WIRE_T_INTAKE_FLAGS, x->o->flags);
	wire_put_bytes(&o, WIRE_T_ROWS, &fr->blob[fr->at[fr->skip]],
	    fr->nblob - fr->at[fr->skip]);
	return (wire_end(&o) == 0 ? o.len : 0);
}

/* The daemon does not go along. */
static enum intake_end
away(struct intake *x, int code, const char *why)
{

	x->r->code = code;
	(void)snprintf(x->err, INTAKE_ERROR_MAX, "%s", why);
	return (INTAKE_AWAY);
}

/* Connect anew; all that was not acknowledged will be sent again. */
static enum intake_end
again(struct intake *x)
{
	size_t i;
	int code;

	for (i = x->replied; i < x->n; i++)
		nth(x, i)->sent = 0;
	x->lost = 1;
	if ((code = x->o->wire.again(x->o->wire.arg)) != 0)
		return (away(x, code, ""));
	return (INTAKE_DONE);
}

/* Send a frame. */
enum intake_end
intake_send(struct intake *x, struct intake_frame *fr)
{
	size_t len = print(x, fr);
	enum intake_end rc = INTAKE_DONE;

	if (len == 0)
		return (away(x, LK_E_INTERNAL, "a frame does not fit"));
	fr->sent = x->o->wire.send(x->o->wire.arg, x->out, len) == 0;
	explicit_bzero(x->out, len);
	if (!fr->sent)
		rc = again(x);
	return (rc);
}

/* Read the reply to a frame. */
static enum intake_end
read_reply(struct intake *x, struct intake_frame *fr,
    const struct wire_header *h)
{
	struct wire_fields f;
	const uint8_t *p;
	size_t len, i;
	int32_t error;
	char text[1024];

	if (h->type != (WIRE_TAKEIN | WIRE_REPLY) || memcmp(h->id, fr->id,
	    WIRE_ID) != 0 || wire_fields_read(&f, x->in, h->length) != WIRE_OK)
		return (away(x, LK_E_INTERNAL, "no proper reply"));
	error = (int32_t)wire_u32(&f, WIRE_T_ERROR, 0);
	if (error != LK_OK) {
		(void)wire_copy(&f, WIRE_T_MESSAGE, text, sizeof(text));
		return (away(x, error, text));
	}
	p = f.f[WIRE_T_RESULTS].p;
	len = wire_has(&f, WIRE_T_RESULTS) ? f.f[WIRE_T_RESULTS].len : 0;
	if (len != (fr->npacked - fr->skip) * INTAKEROW_RESULT)
		return (away(x, LK_E_INTERNAL, "no proper reply"));
	for (i = fr->skip; i < fr->npacked; i++, p += INTAKEROW_RESULT)
		fr->result[i] = (struct intakerow_result){ p[0], p[1], p[2],
			p[3] };
	return (INTAKE_DONE);
}

/* Wait for the results of a frame that was sent. */
enum intake_end
intake_receive(struct intake *x, struct intake_frame *fr)
{
	struct wire_header h;

	if (x->o->wire.receive(x->o->wire.arg, &h, x->in) != 0) {
		fr->sent = 0;
		return (again(x));
	}
	return (read_reply(x, fr, &h));
}

/* Send what was not, in order; after a loss one at a time, until one has come through. */
static enum intake_end
send_all(struct intake *x)
{
	struct intake_frame *fr;
	enum intake_end rc;
	size_t i;

	for (i = x->replied; i < x->n; i++) {
		fr = nth(x, i);
		if (x->lost && i > x->replied)
			break;
		if (fr->sent || fr->npacked == 0)
			continue;
		if ((rc = intake_send(x, fr)) != INTAKE_DONE || !fr->sent)
			return (rc);
	}
	return (INTAKE_DONE);
}

/* Send what was not, and wait for one reply; *came: it did. */
static enum intake_end
turn(struct intake *x, int *came)
{
	struct intake_frame *fr;
	enum intake_end rc;

	*came = 0;
	if ((rc = send_all(x)) != INTAKE_DONE)
		return (rc);
	fr = nth(x, x->replied);
	if (fr->npacked > 0) {
		if (fr->sent && (rc = intake_receive(x, fr)) != INTAKE_DONE)
			return (rc);
		if (!fr->sent)
			return (INTAKE_DONE); /* the connection is another */
	}
	x->lost = 0;
	x->replied++;
	*came = 1;
	return (INTAKE_DONE);
}

/* Had the daemon no room for some row? */
static int
busy(const struct intake_frame *fr)
{
	size_t i;

	for (i = fr->npacked; i > 0; i--)
		if (fr->result[i - 1].outcome == INTAKEROW_BUSY)
			return (1);
	return (0);
}

/* The first row to be sent again; later: rows before this frame were not taken. */
static size_t
undone(const struct intake_frame *fr, int later)
{
	const struct intakerow_result *r;
	size_t i;

	for (i = 0; i < fr->npacked; i++) {
		r = &fr->result[i];
		if (r->outcome == INTAKEROW_BUSY || (later &&
		    r->outcome == INTAKEROW_REFUSED))
			break;
	}
	return (i);
}

/*
 * Send once more from a row on.  Rows behind it that were taken are known then, but keep
 * the outcome they had.
 */
static enum intake_end
repeat(struct intake *x, struct intake_frame *fr, size_t from)
{
	struct intakerow_result had[INTAKEROW_ROWS];
	enum intake_end rc;
	size_t i;

	memcpy(had, fr->result, fr->npacked * sizeof(had[0]));
	fr->skip = from;
	do {
		fr->sent = 0;
		if ((rc = intake_send(x, fr)) == INTAKE_DONE && fr->sent)
			rc = intake_receive(x, fr);
	} while (rc == INTAKE_DONE && !fr->sent);
	for (i = from; i < fr->npacked && rc == INTAKE_DONE; i++)
		if (had[i].outcome == INTAKEROW_NEW ||
		    had[i].outcome == INTAKEROW_MERGED ||
		    had[i].outcome == INTAKEROW_CLOSED)
			fr->result[i] = had[i];
	return (rc);
}

/* Is any of those that were answered not done? */
static int
any_busy(struct intake *x)
{
	size_t i;

	for (i = 0; i < x->replied; i++)
		if (busy(nth(x, i)))
			return (1);
	return (0);
}

/* Have all frames answered, and those repeated for which there was no room. */
static enum intake_end
drain(struct intake *x)
{
	enum intake_end rc;
	size_t i, from;
	int came, later = 0;

	while (x->replied < x->n)
		if ((rc = turn(x, &came)) != INTAKE_DONE)
			return (rc);
	for (i = 0; i < x->n; i++) {
		if ((from = undone(nth(x, i), later)) == nth(x, i)->npacked)
			continue;
		do {
			later = 1;
			if (busy(nth(x, i)))
				x->o->wire.pause(x->o->wire.arg);
			if ((rc = repeat(x, nth(x, i), from)) != INTAKE_DONE)
				return (rc);
			from = undone(nth(x, i), 0);
		} while (from < nth(x, i)->npacked);
	}
	return (INTAKE_DONE);
}

/* Settle frames that are answered, in order. */
static enum intake_end
settle(struct intake *x)
{
	struct intake_frame *fr;
	enum intake_end rc;

	while (x->replied > 0) {
		fr = nth(x, 0);
		if ((rc = intake_settle(x, fr)) != INTAKE_DONE)
			return (rc);
		empty(fr);
		x->first = (x->first + 1) % (INTAKE_WINDOW + 1);
		x->n--;
		x->replied--;
	}
	return (INTAKE_DONE);
}

/* Wait until no more than `most` frames are under way. */
static enum intake_end
wait_for(struct intake *x, size_t most)
{
	enum intake_end rc;
	int came;

	while (x->n > most) {
		if ((rc = turn(x, &came)) != INTAKE_DONE)
			return (rc);
		if (!came)
			continue;
		if (any_busy(x) && (rc = drain(x)) != INTAKE_DONE)
			return (rc);
		if ((rc = settle(x)) != INTAKE_DONE)
			return (rc);
	}
	return (INTAKE_DONE);
}

/* Send the frame that is being filled. */
enum intake_end
intake_frame_close(struct intake *x)
{
	struct intake_frame *fr = nth(x, x->n);
	enum intake_end rc;

	if (fr->nlines == 0)
		return (INTAKE_DONE);
	if (fr->doubts > 0)
		intake_doubts(x, fr);
	fr->rows = x->rows;
	fr->hash = XXH3_64bits_digest(x->xxh);
	x->n++;
	if ((rc = send_all(x)) != INTAKE_DONE)
		return (rc);
	return (wait_for(x, INTAKE_WINDOW - 1));
}

/* Wait for all. */
enum intake_end
intake_frames_end(struct intake *x)
{
	enum intake_end rc;

	if ((rc = intake_frame_close(x)) != INTAKE_DONE)
		return (rc);
	return (wait_for(x, 0));
}
