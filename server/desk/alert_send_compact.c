#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

#include "alert_send_impl.h"

#define COMPACT_MIN 65536u	/* records; below that the file is small enough */
#define COMPACT_MS 60000	/* between two looks whether it is time */

/* Is a record among those that a receiver was refused?  Its index, or -1. */
static int
aside_of(const struct alert_cursor *c, uint64_t i)
{
	size_t j;

	for (j = 0; j < c->naside; j++)
		if (c->aside[j].i == i)
			return ((int)j);
	return (-1);
}

/* Is a record still to be delivered by its cursor? */
static int
pending(const struct alert_cursor *c, const struct alert_tell *t, uint64_t i)
{

	return ((t->flags & ALERT_TELL_DONE) == 0 &&
	    (i >= c->i || aside_of(c, i) >= 0));
}

/* The receiver of a record, or NULL. */
static struct alert_slot *
slot_of(struct alert_send *s, uint64_t hash)
{
	size_t i;

	for (i = 0; i < s->o->routing->nreceivers; i++)
		if (s->slot[i].hash == hash)
			return (&s->slot[i]);
	return (NULL);
}

/* What becomes of one receiver's places. */
struct places {
	struct alert_cursor c;
	uint64_t at[ALERT_BATCH_MAX];
	int found;		/* where the cursor stands */
};

/* A record gets another place. */
static void
move(struct places *p, const struct alert_slot *x,
    const struct alert_cursor *was, uint64_t from, uint64_t to)
{
	int j = aside_of(was, from);
	size_t k;

	if (j >= 0)
		p->c.aside[j].i = to;
	else if (from >= was->i && !p->found) {
		p->found = 1;
		p->c.i = to;
	}
	for (k = 0; k < x->n; k++)
		if (x->at[k] == from)
			p->at[k] = to;
}

/* Copy what is still needed. */
static int
copy(struct alert_send *s, struct alert_queue *q, struct places *p)
{
	struct alert_slot *x;
	struct alert_tell t;
	uint64_t i;
	int due;

	for (i = 0; i < s->state.count; i++) {
		if (alert_queue_get(s->queue, i, &t) != 0)
			return (alert_send_fail(s, "%s",
			    alert_queue_error(s->queue)));
		x = slot_of(s, t.receiver);
		due = x != NULL && pending(&s->state.cursor[x->cursor], &t, i);
		if (!due && alert_waiting_find(&s->waiting, t.seq) == NULL)
			continue;
		if (due)
			move(&p[x - s->slot], x, &s->state.cursor[x->cursor],
			    i, alert_queue_count(q));
		else
			t.flags |= ALERT_TELL_DONE;
		if (alert_queue_add(q, &t) != 0)
			return (alert_send_fail(s, "%s", alert_queue_error(q)));
	}
	return (alert_queue_sync(q) == 0 ? 0 : alert_send_fail(s, "%s",
	    alert_queue_error(q)));
}

/* How many records are still needed. */
static uint64_t
needed(struct alert_send *s)
{
	struct alert_slot *x;
	struct alert_tell t;
	uint64_t i, n = 0;

	for (i = 0; i < s->state.count; i++) {
		if (alert_queue_get(s->queue, i, &t) != 0)
			return (s->state.count);
		x = slot_of(s, t.receiver);
		n += (x != NULL && pending(&s->state.cursor[x->cursor], &t,
		    i)) || alert_waiting_find(&s->waiting, t.seq) != NULL;
	}
	return (n);
}

/* Go over to the new file. */
static int
swap(struct alert_send *s, struct alert_queue *q, struct places *p)
{
	struct alert_queue *old = s->queue;
	struct alert_slot *x;
	size_t i;

	for (i = 0; i < s->o->routing->nreceivers; i++) {
		x = &s->slot[i];
		if (!p[i].found)
			p[i].c.i = alert_queue_count(q);
		s->state.cursor[x->cursor] = p[i].c;
		memcpy(x->at, p[i].at, x->n * sizeof(x->at[0]));
	}
	s->queue = q;
	alert_queue_close(old);
	s->told = 1;
	if (alert_send_save(s) != 0)
		return (-1);
	alert_queue_prune(s->o->disk, s->o->state, s->state.gen);
	return (0);
}

/* Write the queue anew. */
int
alert_send_compact(struct alert_send *s)
{
	size_t i, n = s->o->routing->nreceivers;
	char err[ALERT_QUEUE_ERROR_MAX];
	struct alert_queue *q;
	int64_t now = s->o->now();
	struct places *p;
	int rc;

	if (s->state.count < COMPACT_MIN || s->told || now < s->compact_at)
		return (0);
	s->compact_at = now + COMPACT_MS;
	if (needed(s) > s->state.count / 2)
		return (0);
	if ((p = calloc(n, sizeof(*p))) == NULL)
		return (alert_send_fail(s, "out of memory"));
	for (i = 0; i < n; i++)
		p[i].c = s->state.cursor[s->slot[i].cursor];
	q = alert_queue_open(s->o->disk, s->o->state, s->state.gen + 1, 0,
	    err);
	rc = q != NULL ? copy(s, q, p) : alert_send_fail(s, "%s", err);
	if (rc == 0)
		rc = swap(s, q, p);
	else
		alert_queue_close(q);
	free(p);
	return (rc);
}

/* Tell others what a receiver who is gone was to be told. */
static int
hand_on(struct alert_send *s, const struct alert_cursor *c)
{
	struct alert_event ev = { .kind = ALERT_EV_MOVED, .receiver = c->name,
		.where = "" };
	uint64_t hash = alert_queue_receiver(c->name), i, n = s->state.count;
	struct alert_tell t;
	int level;

	for (i = 0; i < n; i++) {
		if (alert_queue_get(s->queue, i, &t) != 0)
			return (alert_send_fail(s, "%s",
			    alert_queue_error(s->queue)));
		if (t.receiver != hash || !pending(c, &t, i))
			continue;
		level = alert_routing_first(s->o->routing, t.area, t.level);
		if (alert_send_add(s, t.seq, t.area, level, t.due,
		    t.flags & ALERT_TELL_LATE) != 0)
			return (-1);
		ev.n++;
	}
	if (ev.n > 0)
		alert_send_tell(s, &ev);
	return (0);
}

/* Take over what was for receivers that are gone. */
int
alert_send_adopt(struct alert_send *s)
{
	size_t i, k, n = s->state.ncursors;

	for (i = k = 0; i < n; i++) {
		if (alert_routing_find(s->o->routing,
		    s->state.cursor[i].name) >= 0) {
			if (k != i)
				s->state.cursor[k] = s->state.cursor[i];
			k++;
			continue;
		}
		if (hand_on(s, &s->state.cursor[i]) != 0)
			return (-1);
		s->moved = 1;
	}
	s->state.ncursors = k;
	return (0);
}
