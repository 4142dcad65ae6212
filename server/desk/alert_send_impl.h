#ifndef LIANGKA_ALERT_SEND_IMPL_H_
#define LIANGKA_ALERT_SEND_IMPL_H_

/* What the files alert_send*.c share. */

#include "alert_queue.h"
#include "alert_send.h"
#include "alert_state.h"
#include "alert_waiting.h"

#define ALERT_BATCH_MAX 200

/* One receiver at work. */
struct alert_slot {
	const struct alert_receiver *to;
	uint64_t hash;
	struct alert_message m;
	size_t cursor;			/* index of its cursor */
	uint64_t at[ALERT_BATCH_MAX];	/* its records in the queue */
	uint64_t seq;			/* of its first alert */
	size_t n;			/* 0: nothing under way */
	int level;			/* the gravest of them */
	int is_aside;
	int64_t next;			/* not before, UTC ms */
	int64_t wake;			/* a digest or one aside is due then */
	unsigned failures;		/* in a row */
	unsigned refused;		/* put aside in a row */
	size_t single;			/* so many go alone: they were refused together */
	int failing;
	int idle;			/* there was nothing to send */
};

#define ALERT_ASKED 1024	/* questions of nodes below that are remembered */

struct alert_send {
	const struct alert_send_options *o;
	struct alert_names names;
	struct alert_state state;	/* as it is to be saved */
	struct alert_queue *queue;
	struct alert_waiting waiting;
	struct alert_slot *slot;	/* one for each receiver */
	struct entry *entry;
	struct alert_told *made;	/* alerts of the message being made */
	uint64_t asked[ALERT_ASKED];	/* those that raised an alert */
	unsigned nasked;		/* ever */
	int lock;
	int64_t compact_at;		/* no look at the queue's size before, UTC ms */
	uint64_t saved_count;		/* records that may be sent */
	int told;			/* records were added */
	int moved;			/* cursors were */
	int64_t saved;			/* when, UTC ms */
	uint64_t saved_read;
	int64_t look;			/* when next */
	int ended;			/* the journal was read to its end */
	unsigned seen;			/* entries of this look */
	char source_error[ALERT_SEND_ERROR_MAX]; /* told last */
	char error[ALERT_SEND_ERROR_MAX];
};

/**
 * alert_send_fail(s, format, ...): Keep a sentence; return -1.
 * alert_send_tell(s, ev): Tell of an event.
 */
int alert_send_fail(struct alert_send *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void alert_send_tell(struct alert_send *s, const struct alert_event *ev);

/**
 * alert_send_add(s, seq, area, level, due, flags): Add the records of an alert and a
 * level; flags: ALERT_TELL_LATE.
 * alert_send_look(s): Read the journal on.  alert_send_escalate(s): tell the next levels
 * of what is due.  alert_send_recall(s): read back what waits, after a start.
 * Return 0 or -1.
 */
int alert_send_add(struct alert_send *s, uint64_t seq, int32_t area, int level,
    int64_t due, unsigned flags);
int alert_send_look(struct alert_send *s);
int alert_send_escalate(struct alert_send *s);
int alert_send_recall(struct alert_send *s);

/**
 * alert_send_begin(s, i): Send receiver i what is due, if anything.  Return 0 or -1.
 * alert_send_done(arg, i, a): The carrier's answer.
 */
int alert_send_begin(struct alert_send *s, size_t i);
void alert_send_done(void *arg, size_t i, const struct alert_answer *a);

/**
 * alert_send_compact(s): Write the queue anew without what is done with, when that is
 * most of it.  alert_send_adopt(s): take over what was for receivers that are gone.
 * alert_send_save(s): Make queue and state durable.  Return 0 or -1.
 */
int alert_send_compact(struct alert_send *s);
int alert_send_adopt(struct alert_send *s);
int alert_send_save(struct alert_send *s);

#endif /* !LIANGKA_ALERT_SEND_IMPL_H_ */
