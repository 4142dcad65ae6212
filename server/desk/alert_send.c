#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/disk.h"

#include "alert_send_impl.h"

#define MOVED_MS 200		/* cursors alone are saved so often at most */
#define READ_MS 60000		/* and where the journal stands */

/* Keep a sentence. */
int
alert_send_fail(struct alert_send *s, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(s->error, sizeof(s->error), format, ap);
	va_end(ap);
	return (-1);
}

/* Tell of an event. */
void
alert_send_tell(struct alert_send *s, const struct alert_event *ev)
{

	if (s->o->tell != NULL)
		s->o->tell(s->o->tell_arg, ev);
}

/* The last failure. */
const char *
alert_send_error(const struct alert_send *s)
{

	return (s->error);
}

/* Make queue and state durable, in this order. */
int
alert_send_save(struct alert_send *s)
{
	char err[ALERT_STATE_ERROR_MAX];
	uint64_t oldest = alert_waiting_oldest(&s->waiting);

	if (s->told && alert_queue_sync(s->queue) != 0)
		return (alert_send_fail(s, "%s", alert_queue_error(s->queue)));
	s->state.oldest = oldest != 0 ? oldest : s->state.read + 1;
	s->state.gen = alert_queue_gen(s->queue);
	s->state.count = alert_queue_count(s->queue);
	if (alert_state_save(&s->state, s->o->disk, s->o->state, err) != 0)
		return (alert_send_fail(s, "%s", err));
	s->saved_count = s->state.count;
	s->saved_read = s->state.read;
	s->saved = s->o->now();
	s->told = s->moved = 0;
	return (0);
}

/* Give every receiver its slot and its cursor. */
static int
make_slots(struct alert_send *s)
{
	const struct alert_routing *r = s->o->routing;
	struct alert_cursor *c;
	size_t i;

	for (i = 0; i < r->nreceivers; i++) {
		s->slot[i].to = r->receiver[i];
		s->slot[i].hash = alert_queue_receiver(r->receiver[i]->name);
	}
	if (alert_send_adopt(s) != 0)
		return (-1);
	for (i = 0; i < r->nreceivers; i++) {
		/* One that is new has nothing behind it, but what it takes over. */
		c = alert_state_cursor(&s->state, r->receiver[i]->name);
		if (c == NULL && alert_state_add(&s->state,
		    r->receiver[i]->name, s->state.count) == NULL)
			return (alert_send_fail(s, "out of memory"));
	}
	for (i = 0; i < r->nreceivers; i++) {
		c = alert_state_cursor(&s->state, r->receiver[i]->name);
		s->slot[i].cursor = (size_t)(c - s->state.cursor);
	}
	return (0);
}

/* Take up the state, or begin one. */
static int
take_up(struct alert_send *s)
{
	char err[ALERT_QUEUE_ERROR_MAX + ALERT_STATE_ERROR_MAX];
	int rc = alert_state_load(&s->state, s->o->state, err);

	if (rc == -1)
		return (alert_send_fail(s, "%s", err));
	if (rc == 1) {
		s->state.since = s->o->since > 0 ? s->o->since : 0;
		s->state.oldest = 1;
		s->state.gen = 1;
	}
	(void)snprintf(s->names.node, sizeof(s->names.node), "%s",
	    s->state.node);
	s->queue = alert_queue_open(s->o->disk, s->o->state, s->state.gen,
	    s->state.count, err);
	if (s->queue == NULL)
		return (alert_send_fail(s, "%s", err));
	alert_queue_prune(s->o->disk, s->o->state, s->state.gen);
	s->saved_count = s->state.count;
	if (rc == 0 && alert_send_recall(s) != 0)
		return (-1);
	return (make_slots(s) == 0 ? alert_send_save(s) : -1);
}

/* Free everything. */
static void
let_go(struct alert_send *s)
{
	size_t i;

	for (i = 0; s->slot != NULL && i < s->o->routing->nreceivers; i++)
		alert_message_free(&s->slot[i].m);
	alert_queue_close(s->queue);
	alert_waiting_free(&s->waiting);
	alert_state_free(&s->state);
	free(s->slot);
	free(s->entry);
	free(s->made);
	if (s->lock >= 0)
		(void)close(s->lock);
	free(s);
}

/* Begin. */
struct alert_send *
alert_send_open(const struct alert_send_options *o, int *busy, char *err)
{
	struct alert_send *s = calloc(1, sizeof(*s));
	char why[ALERT_STATE_ERROR_MAX];

	*busy = 0;
	(void)snprintf(err, ALERT_SEND_ERROR_MAX, "out of memory");
	if (s == NULL)
		return (NULL);
	s->o = o;
	s->names = o->names;
	s->lock = -1;
	s->slot = calloc(o->routing->nreceivers, sizeof(*s->slot));
	s->entry = calloc(1, sizeof(*s->entry));
	s->made = calloc(ALERT_BATCH_MAX, sizeof(*s->made));
	if (s->slot == NULL || s->entry == NULL || s->made == NULL)
		goto err0;
	s->lock = alert_state_lock(o->disk, o->state, why);
	if (s->lock < 0) {
		*busy = s->lock == -2;
		(void)snprintf(err, ALERT_SEND_ERROR_MAX, "%s", why);
		goto err0;
	}
	if (take_up(s) == 0)
		return (s);
	(void)snprintf(err, ALERT_SEND_ERROR_MAX, "%s", s->error);
err0:
	let_go(s);
	return (NULL);
}

/* End. */
int
alert_send_close(struct alert_send *s)
{
	int rc;

	if (s == NULL)
		return (0);
	rc = s->error[0] == '\0' ? alert_send_save(s) : -1;
	let_go(s);
	return (rc);
}

/* Until something is due, but no longer than ms. */
static uint32_t
until_due(const struct alert_send *s, uint32_t ms, int64_t now)
{
	int64_t due = now + ms;
	const struct alert_slot *x;
	size_t i;

	if (s->look < due)
		due = s->look;
	if (s->waiting.due < due && alert_waiting_count(&s->waiting) > 0)
		due = s->waiting.due;
	if (s->moved && s->saved + MOVED_MS < due)
		due = s->saved + MOVED_MS;
	for (i = 0; i < s->o->routing->nreceivers; i++) {
		x = &s->slot[i];
		if (x->n > 0)
			continue;
		if (!x->idle && x->next < due)
			due = x->next;
		if (x->idle && x->wake < due)
			due = x->wake;
	}
	return (due > now ? (uint32_t)(due - now) : 0);
}

/* One turn. */
int
alert_send_turn(struct alert_send *s, uint32_t max_ms)
{
	const struct alert_carrier *carrier = s->o->carrier;
	int64_t now = s->o->now();
	size_t i;

	if (s->error[0] != '\0')
		return (-1);
	if ((now >= s->look && alert_send_look(s) != 0) ||
	    alert_send_escalate(s) != 0)
		return (-1);
	now = s->o->now();
	if ((s->told || (s->moved && now >= s->saved + MOVED_MS) ||
	    (s->state.read != s->saved_read && now >= s->saved + READ_MS)) &&
	    alert_send_save(s) != 0)
		return (-1);
	if (alert_send_compact(s) != 0)
		return (-1);
	for (i = 0; i < s->o->routing->nreceivers; i++)
		if (alert_send_begin(s, i) != 0)
			return (-1);
	carrier->wait(carrier->arg, until_due(s, max_ms, s->o->now()),
	    alert_send_done, s);
	return (0);
}

/* Is there nothing to do now? */
int
alert_send_rests(struct alert_send *s)
{
	size_t i;

	if ((!s->ended && s->source_error[0] == '\0') || s->told)
		return (0);
	for (i = 0; i < s->o->routing->nreceivers; i++)
		if (s->slot[i].n > 0 || (!s->slot[i].idle &&
		    !s->slot[i].failing))
			return (0);
	return (1);
}

/* What there is to do. */
void
alert_send_stats(struct alert_send *s, struct alert_send_stats *out)
{
	struct alert_tell t;
	uint64_t i;
	size_t j;

	memset(out, 0, sizeof(*out));
	out->read = s->state.read;
	out->waiting = alert_waiting_count(&s->waiting);
	out->queue = alert_queue_count(s->queue);
	out->journal_failed = s->source_error[0] != '\0';
	for (j = 0; j < s->o->routing->nreceivers; j++) {
		out->under_way += s->slot[j].n > 0;
		out->failing += (unsigned)s->slot[j].failing;
		out->pending += s->state.cursor[s->slot[j].cursor].naside;
	}
	for (i = 0; i < s->saved_count; i++) {
		if (alert_queue_get(s->queue, i, &t) != 0)
			return;
		for (j = 0; j < s->o->routing->nreceivers; j++)
			out->pending += s->slot[j].hash == t.receiver &&
			    (t.flags & ALERT_TELL_DONE) == 0 && i >=
			    s->state.cursor[s->slot[j].cursor].i;
	}
}
