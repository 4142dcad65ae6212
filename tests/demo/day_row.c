#include <stdio.h>
#include <string.h>
#include <time.h>

#include "day_row.h"

#define TRIES 3			/* after a time-out ask again, as hosts should */

/* Nanoseconds that never go back. */
static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec);
}

/* A text of the plan into its array; the plan has judged its length. */
#define PUT(array, text) snprintf(array, sizeof(array), "%s", text)

/* The row as a host would fill it in. */
static void
request_fill(struct lk_request *q, const struct plan_row *r)
{
	memset(q, 0, sizeof(*q));
	q->size = sizeof(*q);
	q->flags = r->guardian ? LK_F_GUARDIAN_PRESENT : 0;
	/* A payroll batch is of people, and names their employer. */
	q->subject = r->org_no[0] != '\0' && r->channel != LK_CHANNEL_BATCH ?
	    LK_SUBJECT_ORGANISATION : LK_SUBJECT_PERSON;
	q->id_type = r->id_type;
	q->operation = r->operation;
	q->product = r->product;
	q->channel = r->channel;
	q->purpose = r->purpose;
	q->quantity = r->quantity;
	q->held_here = r->held_here;
	q->agent_id_type = r->agent_type;
	q->agent_relation = r->relation;
	q->prev_id_type = r->prev_type;
	PUT(q->id_no, r->id_no);
	PUT(q->id_country, r->id_country);
	PUT(q->agent_id_no, r->agent_no);
	PUT(q->prev_id_no, r->prev_no);
	if (r->prev_type != 0)
		PUT(q->prev_country, r->id_country);
	PUT(q->org_no, r->org_no);
	PUT(q->txn_id, r->txn_id);
	PUT(q->visit_id, r->visit_id);
	PUT(q->batch_id, r->batch_id);
	PUT(q->name, r->name);
	PUT(q->phone, r->phone);
	PUT(q->address, r->address);
	PUT(q->device, r->device);
	PUT(q->institution, r->institution);
	PUT(q->branch, r->branch);
	PUT(q->teller, r->teller);
}

/* Is the outcome unknown, so that the same question is to be put again? */
static int
unknown(int32_t rc)
{

	return (rc == LK_E_TIMEOUT || rc == LK_E_UNAVAIL || rc == LK_E_BUSY ||
	    rc == LK_E_AGAIN);
}

/* Ask; the time of the last try counts. */
static void
ask(struct day *d, struct day_answer *a, int32_t handle)
{
	struct lk_request q;

	request_fill(&q, a->row);
	do {
		memset(&a->result, 0, sizeof(a->result));
		a->result.size = sizeof(a->result);
		int64_t began = now_ns();
		a->rc = d->host->check(handle, &q, &a->result, 0);
		a->ns = now_ns() - began;
	} while (unknown(a->rc) && ++a->tries < TRIES);
	a->held = a->rc == LK_OK && a->result.decision > LK_LIMIT;
}

/* Two people of the outlet look at the papers and approve. */
static void
clear_at_counter(struct day *d, struct day_answer *a, int32_t handle)
{
	struct lk_result after;
	char second[32];

	memset(&after, 0, sizeof(after));
	after.size = sizeof(after);
	snprintf(second, sizeof(second), "m%.20s", a->row->branch);
	a->then_rc = d->host->resolve(handle, a->result.decision_id,
	    LK_RESOLVE_APPROVE, a->result.needs, a->row->teller, second, &after,
	    0);
	if (a->then_rc == LK_OK && after.standing == LK_STANDING_APPROVED &&
	    after.allowed <= LK_LIMIT) {
		a->cleared = 1;
		a->result.allowed = after.allowed;
	}
}

/* The card is handed out, if it may be. */
static void
issue(struct day *d, struct day_answer *a, int32_t handle)
{
	if (a->held && a->row->then == PLAN_THEN_CLEAR &&
	    a->result.decision == LK_REVIEW && a->result.by == LK_BY_COUNTER)
		clear_at_counter(d, a, handle);
	if (a->result.allowed > LK_LIMIT || (a->held && !a->cleared))
		return;
	a->then_rc = d->host->confirm(handle, a->result.decision_id,
	    a->row->card_ref, 0, 0, 0);
	a->issued = a->then_rc == LK_OK;
}

/* What the plan says comes after the answer. */
static void
follow(struct day *d, struct day_answer *a, int32_t handle)
{
	static const int32_t reasons[] = {
		[PLAN_THEN_LEFT] = LK_CANCEL_LEFT,
		[PLAN_THEN_QUESTIONED] = LK_CANCEL_LEFT_QUESTIONED,
		[PLAN_THEN_TYPING] = LK_CANCEL_TYPING,
		[PLAN_THEN_SYSTEM] = LK_CANCEL_SYSTEM,
		[PLAN_THEN_PRODUCT] = LK_CANCEL_PRODUCT,
	};

	if (a->rc != LK_OK || a->row->then == PLAN_THEN_NOTHING)
		return;
	if (a->row->then == PLAN_THEN_CONFIRM ||
	    a->row->then == PLAN_THEN_CLEAR)
		issue(d, a, handle);
	else if (a->result.decision != LK_REJECT)
		a->then_rc = d->host->cancel(handle, a->result.decision_id,
		    NULL, reasons[a->row->then], 0);
}

/* The check that a retry repeats. */
static const struct day_answer *
original(const struct day *d, const struct day_answer *retry)
{
	for (const struct day_answer *a = d->answers; a < retry; a++) {
		if (a->row->kind == PLAN_CHECK &&
		    strcmp(a->row->txn_id, retry->row->txn_id) == 0 &&
		    strcmp(a->row->institution, retry->row->institution) == 0)
			return (a);
	}
	return (NULL);
}

/* The host was started anew and has nothing but its own records. */
static void
play_retry(struct day *d, struct day_answer *a)
{
	const struct day_answer *first = original(d, a);
	int32_t handle = host_again(d->host, a->row->institution);

	if (handle <= 0) {
		a->rc = handle;
		return;
	}
	ask(d, a, handle);
	a->same = a->rc == LK_OK && first != NULL && first->rc == LK_OK &&
	    (a->result.flags & LK_R_DUPLICATE) != 0 &&
	    a->result.decision == first->result.decision &&
	    a->result.seq == first->result.seq &&
	    strcmp(a->result.decision_id, first->result.decision_id) == 0;
	follow(d, a, handle);
	d->host->close(handle);
}

/* One of the three kinds of rows of a day. */
void
day_row(struct day *d, struct day_answer *a)
{
	int32_t handle = host_handle(d->host, a->row->institution);

	a->asked = 1;
	if (a->row->kind == PLAN_RETRY) {
		play_retry(d, a);
	} else if (a->row->kind == PLAN_RETIRE) {
		a->rc = d->host->retire(handle, a->row->card_ref, 0,
		    LK_RETIRE_CLOSED, 0);
	} else {
		ask(d, a, handle);
		follow(d, a, handle);
	}
}
