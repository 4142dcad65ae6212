#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert_send_impl.h"

#define JITTER_PCT 20
#define ASIDE_ROW 3		/* refusals in a row that are put aside */
#define ASIDE_LATER_MS 60000

/* A span with chance in it. */
static int64_t
spread(const struct alert_send *s, int64_t ms)
{
	uint32_t some = (uint32_t)(ms * JITTER_PCT / 100);

	if (some == 0 || s->o->random == NULL)
		return (ms);
	return (ms - some + s->o->random(s->o->random_arg) % (2 * some + 1));
}

/* The pause after so many failures in a row. */
static int64_t
pause_of(const struct alert_send *s, unsigned failures, int64_t asked)
{
	int64_t ms = ALERT_RETRY_MS;

	while (--failures > 0 && ms < ALERT_RETRY_MAX_MS)
		ms *= 2;
	if (ms < asked)
		ms = asked;
	return (spread(s, ms < ALERT_RETRY_MAX_MS ? ms : ALERT_RETRY_MAX_MS));
}

/* The cursor of a receiver. */
static struct alert_cursor *
cursor_of(struct alert_send *s, const struct alert_slot *x)
{

	return (&s->state.cursor[x->cursor]);
}

/* One that was put aside and is due. */
static size_t
gather_aside(struct alert_send *s, struct alert_slot *x,
    struct alert_tell *tell, int64_t now)
{
	const struct alert_cursor *c = cursor_of(s, x);
	size_t i;

	for (i = 0; i < c->naside; i++) {
		if (c->aside[i].next > now) {
			if (c->aside[i].next < x->wake)
				x->wake = c->aside[i].next;
			continue;
		}
		if (alert_queue_get(s->queue, c->aside[i].i, tell) != 0)
			return (0);
		x->at[0] = c->aside[i].i;
		return (1);
	}
	return (0);
}

/* What comes next for a receiver. */
static size_t
gather(struct alert_send *s, struct alert_slot *x, struct alert_tell *tell,
    size_t most)
{
	struct alert_cursor *c = cursor_of(s, x);
	size_t n = 0;
	uint64_t i;

	for (i = c->i; i < s->saved_count && n < most; i++) {
		if (alert_queue_get(s->queue, i, &tell[n]) != 0)
			break;
		if (tell[n].receiver != x->hash ||
		    (tell[n].flags & ALERT_TELL_DONE) != 0) {
			if (n == 0)
				c->i = i + 1;
			continue;
		}
		x->at[n++] = i;
	}
	return (n);
}

/* What an alert says; one whose entry is gone is told all the same. */
static int
read_alert(struct alert_send *s, const struct alert_slot *x,
    const struct alert_tell *t, struct alert_told *told)
{
	const struct alert_source *src = s->o->source;
	char err[ALERT_SEND_ERROR_MAX] = "no such entry";
	struct alert_event ev = { .kind = ALERT_EV_UNREADABLE, .seq = t->seq,
		.why = err };
	int rc = src->read(src->arg, t->seq, s->entry, err);

	if (rc == -1)
		return (-1);
	if (rc != 0 || !alert_read(&told->a, s->entry)) {
		alert_send_tell(s, &ev);
		memset(&told->a, 0, sizeof(told->a));
		told->a.seq = told->a.taken = t->seq;
		told->a.t = t->due;
		told->a.area = t->area;
		told->a.level = t->level;
	}
	told->level = t->level;
	told->told = t->due;
	told->late = (t->flags & ALERT_TELL_LATE) != 0;
	alert_id(told->id, s->names.node, t->seq, t->level, x->to->name);
	return (0);
}

/* Read what n of them say. */
static int
read_all(struct alert_send *s, struct alert_slot *x,
    const struct alert_tell *tell, size_t n, int64_t now)
{
	size_t i;

	x->level = 0;
	for (i = 0; i < n; i++) {
		if (read_alert(s, x, &tell[i], &s->made[i]) != 0) {
			/* Not now: the next look says why. */
			x->next = now + ALERT_RETRY_MS;
			x->failing = 1;
			return (-1);
		}
		if (tell[i].level > x->level)
			x->level = tell[i].level;
	}
	x->seq = tell[0].seq;
	return (0);
}

/* Make the message and hand it to the carrier. */
static int
hand_over(struct alert_send *s, size_t i, size_t n, int64_t now)
{
	struct alert_slot *x = &s->slot[i];
	struct alert_answer a = { .outcome = ALERT_REFUSED };
	char *less;

	if (alert_message_init(&x->m) != 0)
		return (alert_send_fail(s, "out of memory"));
	x->n = alert_message_make(&x->m, x->to, &s->names, s->made, n, now);
	if (x->n == 0) {
		x->n = 1;
		(void)snprintf(a.why, sizeof(a.why), "the alert does not fit "
		    "into a message");
		alert_send_done(s, i, &a);
		return (0);
	}
	if ((less = realloc(x->m.body, x->m.len + 1)) != NULL)
		x->m.body = less;
	if (s->o->carrier->begin(s->o->carrier->arg, i, x->to, &x->m, &a) != 0)
		alert_send_done(s, i, &a);
	return (0);
}

/* Send a receiver what is due. */
int
alert_send_begin(struct alert_send *s, size_t i)
{
	struct alert_slot *x = &s->slot[i];
	struct alert_tell tell[ALERT_BATCH_MAX];
	int64_t now = s->o->now();
	size_t n;

	if (x->n > 0 || now < x->next)
		return (0);
	x->wake = INT64_MAX;
	x->idle = x->failing = 0;
	n = gather_aside(s, x, tell, now);
	x->is_aside = n > 0;
	if (n == 0)
		n = gather(s, x, tell, x->single > 0 ? 1 :
		    (size_t)x->to->batch);
	if (alert_queue_error(s->queue)[0] != '\0')
		return (alert_send_fail(s, "%s", alert_queue_error(s->queue)));
	if (n == 0) {
		x->idle = 1;
		return (0);
	}
	/* A digest waits for more, but no longer than it says. */
	if (!x->is_aside && !s->o->once && n < (size_t)x->to->batch &&
	    tell[0].due + x->to->digest > now && x->single == 0) {
		if (tell[0].due + x->to->digest < x->wake)
			x->wake = tell[0].due + x->to->digest;
		x->idle = 1;
		return (0);
	}
	if (read_all(s, x, tell, n, now) != 0)
		return (0);
	return (hand_over(s, i, n, now));
}

/* Pass a cursor over what was sent. */
static void
advance(struct alert_send *s, struct alert_slot *x)
{
	struct alert_cursor *c = cursor_of(s, x);
	size_t i, k;

	s->moved = 1;
	if (!x->is_aside) {
		c->i = x->at[x->n - 1] + 1;
		return;
	}
	for (i = k = 0; i < c->naside; i++)
		if (c->aside[i].i != x->at[0])
			c->aside[k++] = c->aside[i];
	c->naside = k;
}

/* One is refused: put it aside where that makes sense.  1: it was. */
static int
put_aside(struct alert_send *s, struct alert_slot *x, int64_t now)
{
	struct alert_cursor *c = cursor_of(s, x);
	size_t i;

	if (x->is_aside) {
		for (i = 0; i < c->naside; i++)
			if (c->aside[i].i == x->at[0])
				c->aside[i].next = now + spread(s,
				    ALERT_RETRY_MAX_MS);
		s->moved = 1;
		return (1);
	}
	if (x->refused >= ASIDE_ROW || c->naside == ALERT_ASIDE_MAX)
		return (0);
	x->refused++;
	c->aside[c->naside].i = x->at[0];
	c->aside[c->naside++].next = now + spread(s, ALERT_RETRY_MAX_MS);
	c->i = x->at[0] + 1;
	s->moved = 1;
	return (1);
}

/* It was refused. */
static void
refused(struct alert_send *s, struct alert_slot *x, int64_t now)
{

	if (x->n > 1) {
		/* Which of them is it? */
		x->single = x->n;
		x->next = now + spread(s, ALERT_RETRY_MS);
		return;
	}
	if (x->single > 0)
		x->single--;
	if (put_aside(s, x, now)) {
		x->next = now + x->to->pause;
		return;
	}
	x->next = now + spread(s, ALERT_RETRY_MAX_MS);
	x->failing = 1;
}

/* It was not delivered, for now. */
static void
later(struct alert_send *s, struct alert_slot *x, int64_t after, int64_t now)
{
	struct alert_cursor *c = cursor_of(s, x);
	size_t i;

	x->failures++;
	x->failing = 1;
	x->next = now + pause_of(s, x->failures, after);
	for (i = 0; x->is_aside && i < c->naside; i++)
		if (c->aside[i].i == x->at[0])
			c->aside[i].next = x->next + ASIDE_LATER_MS;
}

/* The carrier's answer. */
void
alert_send_done(void *arg, size_t i, const struct alert_answer *a)
{
	struct alert_send *s = arg;
	struct alert_slot *x = &s->slot[i];
	int64_t now = s->o->now();
	char where[256];
	struct alert_event ev = { .receiver = x->to->name, .where =
		alert_routing_shown(x->to, where, sizeof(where)),
		.id = x->m.id, .seq = x->seq, .n = x->n, .level = x->level,
		.why = a->why };

	x->idle = 0;
	if (a->outcome == ALERT_DELIVERED) {
		ev.kind = ALERT_EV_DELIVERED;
		advance(s, x);
		x->failures = x->refused = 0;
		x->single = x->single > x->n ? x->single - x->n : 0;
		x->next = now + x->to->pause;
	} else if (a->outcome == ALERT_REFUSED) {
		ev.kind = ALERT_EV_REFUSED;
		refused(s, x, now);
	} else {
		ev.kind = ALERT_EV_FAILED;
		later(s, x, a->after, now);
	}
	ev.next_ms = x->next - now;
	alert_send_tell(s, &ev);
	alert_message_free(&x->m);
	x->n = 0;
}
