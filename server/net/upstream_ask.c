/*
 * Questions to the node above: each is answered by its deadline, by the node or by silence.
 */
#include <string.h>

#include "counter/above.h"

#include "config.h"
#include "conn.h"
#include "upstream_impl.h"

static void due(evutil_socket_t, short, void *);

/* Where questions of a number hang. */
static struct parked_list *
bucket(struct upstream *u, uint64_t number)
{

	return (&u->by_id[number % UPSTREAM_BUCKETS]);
}

/* Set up the questions. */
void
upstream_ask_open(struct upstream *u)
{
	size_t i;

	TAILQ_INIT(&u->by_due);
	for (i = 0; i < UPSTREAM_BUCKETS; i++)
		TAILQ_INIT(&u->by_id[i]);
	if (evtimer_assign(&u->due, u->o.base, due, u) == 0)
		u->due_added = 1;
}

/* Take that back. */
void
upstream_ask_close(struct upstream *u)
{

	if (u->due_added)
		(void)event_del(&u->due);
	u->due_added = 0;
}

/* Have the timer run out when the first question is due. */
static void
arm(struct upstream *u)
{
	struct parked *p = TAILQ_FIRST(&u->by_due);
	struct timeval tv;
	int64_t us;

	if (p == NULL)
		return;
	us = p->due_us - upstream_now();
	if (us < 0)
		us = 0;
	tv.tv_sec = us / 1000000;
	tv.tv_usec = us % 1000000;
	(void)event_add(&u->due, &tv);
}

/* Is there any use in asking? */
int
upstream_ready(const struct upstream *u)
{

	return (u->state == UPSTREAM_UP && !u->breaker.open);
}

/* Send a question. */
int
upstream_ask(struct upstream *u, const uint8_t *frame, size_t len,
    uint32_t ms, struct parked *p)
{
	struct parked *after;

	if (!upstream_ready(u) || ms == 0 || u->nparked >= PARKED_ALL ||
	    (p->number = upstream_put(u, frame, len)) == 0)
		return (-1);
	p->asked_us = upstream_now();
	p->due_us = p->asked_us + (int64_t)ms * 1000;
	/* Nearly always the last. */
	TAILQ_FOREACH_REVERSE(after, &u->by_due, parked_list, due_entry)
		if (after->due_us <= p->due_us)
			break;
	if (after != NULL)
		TAILQ_INSERT_AFTER(&u->by_due, after, p, due_entry);
	else
		TAILQ_INSERT_HEAD(&u->by_due, p, due_entry);
	TAILQ_INSERT_TAIL(bucket(u, p->number), p, id_entry);
	u->nparked++;
	u->asked++;
	if (TAILQ_FIRST(&u->by_due) == p)
		arm(u);
	return (0);
}

/* Nobody waits for it any more. */
void
upstream_forget(struct upstream *u, struct parked *p)
{

	TAILQ_REMOVE(&u->by_due, p, due_entry);
	TAILQ_REMOVE(bucket(u, p->number), p, id_entry);
	u->nparked--;
}

/* An answer. */
void
upstream_answered(struct upstream *u, const struct wire_header *h,
    const struct wire_fields *f)
{
	struct above_answer a;
	struct parked *p;
	uint64_t number;
	int64_t us;

	memcpy(&number, h->id, sizeof(number));
	TAILQ_FOREACH(p, bucket(u, number), id_entry)
		if (p->number == number)
			break;
	if (p == NULL || memcmp(h->id + 8, &u->salt, 8) != 0) {
		u->late++;
		return;
	}
	above_read(&a, f);
	us = upstream_now() - p->asked_us;
	u->rtt_us = u->rtt_us == 0 ? us : u->rtt_us + (us - u->rtt_us) / 8;
	if (a.silent) {
		char text[256];

		upstream_said(f, text, sizeof(text));
		log_seldom(&u->said, conn_now(), LOG_LEVEL_WARNING, "the node "
		    "above did not answer a question but said %d: %s",
		    (int)wire_u32(f, WIRE_T_ERROR, 0), text);
		u->silent++;
		memcpy(u->unanswered, text, sizeof(text));
	} else {
		u->answered++;
		u->unanswered[0] = '\0';
		breaker_life(&u->breaker);
	}
	conn_resume(p, &a);
}

/* Nobody waits any longer. */
void
upstream_silence(struct upstream *u)
{
	static const struct above_answer silence = { .silent = 1 };
	struct parked *p;

	while ((p = TAILQ_FIRST(&u->by_due)) != NULL) {
		u->silent++;
		conn_resume(p, &silence);
	}
}

/* Does its silence tell something of the node above? */
static int
fair(const struct upstream *u, const struct parked *p)
{

	return (breaker_fair(p->due_us - p->asked_us,
	    (int64_t)u->o.config->upstream_deadline * 1000, u->rtt_us));
}

/* The first questions are due. */
static void
due(evutil_socket_t fd, short what, void *arg)
{
	static const struct above_answer silence = { .silent = 1 };
	struct upstream *u = arg;
	int64_t now = upstream_now();
	struct parked *p;
	int opened = 0;

	(void)fd, (void)what;
	while ((p = TAILQ_FIRST(&u->by_due)) != NULL && p->due_us <= now) {
		u->silent++;
		if (fair(u, p))
			opened |= breaker_miss(&u->breaker);
		conn_resume(p, &silence);
	}
	if (opened) {
		log_say(LOG_LEVEL_WARNING, "the node above, %s, does not "
		    "answer: deciding here until it does",
		    u->o.config->upstream_name);
		upstream_silence(u);
		u->beat_ms = 0;
	}
	arm(u);
}

/* The node above lives. */
void
upstream_life(struct upstream *u)
{

	if (u->breaker.open && u->state == UPSTREAM_UP)
		log_say(LOG_LEVEL_NOTICE, "the node above, %s, answers",
		    u->o.config->upstream_name);
	breaker_life(&u->breaker);
}
