#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alert_send_impl.h"

#define LOOK_MAX 200000u	/* entries of one look */

/* Tell that the journal cannot be read, once for each reason. */
static void
source_failed(struct alert_send *s, const char *why)
{
	struct alert_event ev = { .kind = ALERT_EV_JOURNAL, .why = why };

	if (strcmp(why, s->source_error) == 0)
		return;
	(void)snprintf(s->source_error, sizeof(s->source_error), "%s", why);
	alert_send_tell(s, &ev);
}

/* Add the records of an alert and a level. */
int
alert_send_add(struct alert_send *s, uint64_t seq, int32_t area, int level,
    int64_t due, unsigned flags)
{
	struct alert_tell t = { .seq = seq, .due = due, .area = area,
		.level = (uint8_t)level, .flags = (uint8_t)flags };
	uint16_t to[ALERT_ROUTE_TO_MAX];
	size_t i, n;

	n = alert_routing_to(s->o->routing, area, level, to);
	for (i = 0; i < n; i++) {
		t.receiver = s->slot[to[i]].hash;
		if (alert_queue_add(s->queue, &t) != 0)
			return (alert_send_fail(s, "%s",
			    alert_queue_error(s->queue)));
	}
	s->told = 1;
	return (0);
}

/* Does a level pass the alert on when nobody takes it? */
static int
passes(const struct alert_send *s, int32_t area, int level)
{

	return (s->o->routing->escalate[level] > 0 &&
	    alert_routing_next(s->o->routing, area, level) != 0);
}

/* Tell the next level, or all that are left. */
static int
tell_next(struct alert_send *s, struct alert_wait *x, int all)
{
	int64_t now = s->o->now();
	int level;

	do {
		level = alert_routing_next(s->o->routing, x->area, x->level);
		if (level == 0)
			break;
		if (alert_send_add(s, x->seq, x->area, level, now,
		    ALERT_TELL_LATE) != 0)
			return (-1);
		x->level = (uint8_t)level;
		x->due = now + s->o->routing->escalate[level];
	} while (all);
	if (level == 0 || !passes(s, x->area, x->level))
		alert_waiting_drop(&s->waiting, x);
	return (0);
}

/* Tell the next levels of what is due. */
int
alert_send_escalate(struct alert_send *s)
{
	struct alert_wait *x;

	while ((x = alert_waiting_due(&s->waiting, s->o->now())) != NULL)
		if (tell_next(s, x, 0) != 0)
			return (-1);
	return (0);
}

/* A new alert: tell the first level. */
static int
begin_alert(struct alert_send *s, const struct alert *a)
{
	struct alert_wait x = { .seq = a->seq, .ref = a->ref, .area = a->area,
		.kind = (uint8_t)a->kind, .entry = (uint8_t)a->entry };
	int64_t now = s->o->now();
	int level = alert_routing_first(s->o->routing, a->area, a->level);
	struct alert_wait *oldest;

	if (alert_send_add(s, a->seq, a->area, level, now, 0) != 0)
		return (-1);
	if (!passes(s, a->area, level))
		return (0);
	x.level = (uint8_t)level;
	x.due = now + s->o->routing->escalate[level];
	if (alert_waiting_add(&s->waiting, &x) == NULL)
		return (alert_send_fail(s, "out of memory"));
	if (alert_waiting_count(&s->waiting) <= ALERT_WAITING_MAX)
		return (0);
	oldest = alert_waiting_find(&s->waiting,
	    alert_waiting_oldest(&s->waiting));
	return (tell_next(s, oldest, 1));
}

/* Can this entry raise an alert or take one? */
static int
matters(const char *text, size_t len)
{

	return (memmem(text, len, "\"alert\":", 8) != NULL ||
	    memmem(text, len, "\"kind\":\"alert\"", 14) != NULL ||
	    memmem(text, len, "\"kind\":\"review\"", 15) != NULL);
}

/* Whose journal it is, from now on: ids rest on it. */
static void
name_node(struct alert_send *s, const char *name, size_t len)
{

	if (s->state.node[0] != '\0' || len == 0 || len >= ALERT_NODE_MAX ||
	    memchr(name, ' ', len) != NULL)
		return;
	(void)snprintf(s->state.node, sizeof(s->state.node), "%.*s", (int)len,
	    name);
	(void)snprintf(s->names.node, sizeof(s->names.node), "%s",
	    s->state.node);
}

/* A log that has no checkpoint yet is named by its own first entry, and a journal
 * without logs by the start of its daemon. */
static void
learn_node(struct alert_send *s, const char *text, size_t len)
{
	const char *end;
	size_t where;

	if ((memmem(text, len, "\"kind\":\"log\"", 12) == NULL &&
	    memmem(text, len, "\"kind\":\"start\"", 14) == NULL) ||
	    entry_parse(s->entry, text, len, &where) != 0)
		return;
	end = strstr(s->entry->log, "/decisions/");
	if (s->entry->kind == ENTRY_LOG && end != NULL)
		name_node(s, s->entry->log, (size_t)(end - s->entry->log));
	else if (s->entry->kind == ENTRY_START)
		name_node(s, s->entry->node, strlen(s->entry->node));
}

/* Read an entry; one that cannot be read is told of and passed over. */
static int
parse(struct alert_send *s, uint64_t seq, const char *text, size_t len)
{
	struct alert_event ev = { .kind = ALERT_EV_UNREADABLE, .seq = seq,
		.why = "the entry is not as entries are" };
	size_t where;

	if (!matters(text, len))
		return (0);
	if (entry_parse(s->entry, text, len, &where) == 0)
		return (1);
	alert_send_tell(s, &ev);
	return (0);
}

/*
 * Was the same told when a node below asked?  Its decision bears that alert again, for the
 * nodes further up; only that it was wrong is new.
 */
static int
told_before(struct alert_send *s)
{
	const struct entry *e = s->entry;
	unsigned i;

	if (e->kind == ENTRY_DECISION && (e->flags & ENTRY_F_CONSULT) != 0 &&
	    e->alert != ALERT_NONE)
		s->asked[s->nasked++ % ALERT_ASKED] = e->seq;
	if (e->kind != ENTRY_SETTLE || e->alert_kind == ALERT_LATE)
		return (0);
	for (i = 0; i < ALERT_ASKED && i < s->nasked; i++)
		if (s->asked[i] == e->ref)
			return (1);
	return (0);
}

/* An entry of the journal. */
static int
step(void *arg, uint64_t seq, const char *text, size_t len)
{
	struct alert_send *s = arg;
	struct alert_event ev = { .kind = ALERT_EV_GAP };
	struct alert *a = &s->made[0].a;
	uint64_t taken;
	int decision;

	if (s->state.read != 0 && seq != s->state.read + 1) {
		ev.seq = s->state.read + 1;
		ev.n = seq - ev.seq;
		alert_send_tell(s, &ev);
	}
	if (s->state.node[0] == '\0')
		learn_node(s, text, len);
	if (parse(s, seq, text, len)) {
		taken = alert_taken(s->entry, &decision);
		if (taken != 0)
			alert_waiting_taken(&s->waiting, taken, decision);
		if (!told_before(s) && alert_read(a, s->entry) &&
		    a->t >= s->state.since && begin_alert(s, a) != 0)
			return (2);
	}
	s->state.read = seq;
	return (++s->seen < LOOK_MAX ? 0 : 1);
}

/* Is it the journal that the state is of? */
static int
same_node(struct alert_send *s, const char *node, char *err)
{

	name_node(s, node, strlen(node));
	/* One that was known by its id alone keeps that name. */
	if (node[0] == '\0' || strcmp(node, s->state.node) == 0 ||
	    strchr(s->state.node, '/') == NULL)
		return (1);
	(void)snprintf(err, ALERT_SEND_ERROR_MAX, "the journal is that of %s, "
	    "but the state directory belongs to %s", node, s->state.node);
	return (0);
}

/* Read the journal on. */
int
alert_send_look(struct alert_send *s)
{
	const struct alert_source *src = s->o->source;
	char err[ALERT_SEND_ERROR_MAX] = "", node[ALERT_NODE_MAX] = "";
	int rc;

	s->seen = 0;
	s->ended = 0;
	s->look = s->o->now() + s->o->poll_ms;
	if (src->open(src->arg, node, err) != 0 || !same_node(s, node, err)) {
		source_failed(s, err);
		return (0);
	}
	rc = src->each(src->arg, s->state.read == 0 ? 0 : s->state.read + 1,
	    step, s, err);
	if (rc == 2)
		return (-1);
	if (rc == -1) {
		source_failed(s, err);
		return (0);
	}
	s->source_error[0] = '\0';
	s->ended = rc == 0;
	if (rc == 1)
		s->look = 0;	/* there is more */
	return (0);
}

/* What is read back of what waits. */
static int
recall_step(void *arg, uint64_t seq, const char *text, size_t len)
{
	struct alert_send *s = arg;
	struct alert *a = &s->made[0].a;
	struct alert_wait x = { .seq = seq };
	uint64_t taken;
	int decision;

	if (seq > s->state.read)
		return (1);
	if (!parse(s, seq, text, len))
		return (0);
	taken = alert_taken(s->entry, &decision);
	if (taken != 0)
		alert_waiting_taken(&s->waiting, taken, decision);
	if (told_before(s) || !alert_read(a, s->entry))
		return (0);
	x.ref = a->ref;
	x.area = a->area;
	x.kind = (uint8_t)a->kind;
	x.entry = (uint8_t)a->entry;
	return (alert_waiting_add(&s->waiting, &x) != NULL ? 0 : 2);
}

/* Which levels were told, as the queue has it. */
static int
recall_levels(struct alert_send *s)
{
	struct alert_wait *x;
	struct alert_tell t;
	uint64_t i;
	size_t j;

	for (i = 0; i < s->state.count; i++) {
		if (alert_queue_get(s->queue, i, &t) != 0)
			return (alert_send_fail(s, "%s",
			    alert_queue_error(s->queue)));
		x = alert_waiting_find(&s->waiting, t.seq);
		if (x == NULL || t.level < x->level || t.level >
		    ALERT_PROVINCE)
			continue;
		x->level = t.level;
		x->due = t.due + s->o->routing->escalate[t.level];
	}
	for (j = 0; j < s->waiting.n; j++) {
		x = &s->waiting.v[j];
		if (!x->gone && (x->level == 0 || !passes(s, x->area,
		    x->level)))
			alert_waiting_drop(&s->waiting, x);
	}
	s->waiting.due = 0;
	return (0);
}

/* Read back what waits. */
int
alert_send_recall(struct alert_send *s)
{
	const struct alert_source *src = s->o->source;
	char err[ALERT_SEND_ERROR_MAX] = "", node[ALERT_NODE_MAX] = "";
	int rc;

	if (src->open(src->arg, node, err) != 0 || !same_node(s, node, err))
		return (alert_send_fail(s, "%s", err));
	if (s->state.read > src->last(src->arg))
		return (alert_send_fail(s, "the journal ends with seq %" PRIu64
		    ", but it was read up to %" PRIu64 " before: it is not the "
		    "one that the state directory is of, or it was set back.  "
		    "Remove the state directory to tell everything anew "
		    "(--since)", src->last(src->arg), s->state.read));
	if (s->state.oldest > s->state.read)
		return (0);
	rc = src->each(src->arg, s->state.oldest, recall_step, s, err);
	if (rc == -1)
		return (alert_send_fail(s, "%s", err));
	if (rc == 2)
		return (alert_send_fail(s, "out of memory"));
	return (recall_levels(s));
}
