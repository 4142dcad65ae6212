#ifndef LIANGKA_ALERT_SEND_H_
#define LIANGKA_ALERT_SEND_H_

/*
 * The service that tells of alerts.  It follows the journal from outside; each entry
 * that raises an alert becomes records of its queue, one for each receiver of its area
 * and level, and more of them when nobody takes it in time.  Each receiver has a cursor
 * into the queue: one that is away holds up nobody and costs no memory.
 *
 * What holds:
 *  - A record counts when queue and state are durable, and is sent only then.
 *  - The state's `read` passes an alert only together with its records.
 *  - A cursor passes a record only when the receiver has said that he has it, or with
 *    the record put aside.  So everything is told at least once; what is told twice has
 *    the same id (alert_id()).
 *  - A level is told once: it is read back from the queue, which keeps the records of
 *    alerts that still wait.
 *
 * The state directory may be removed: what was raised since o->since is told anew.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

#include "alert.h"
#include "alert_carrier.h"
#include "alert_routing.h"

struct alert_send;
struct disk;

#define ALERT_SEND_ERROR_MAX 2560
#define ALERT_RETRY_MS 1000		/* first pause after a failure */
#define ALERT_RETRY_MAX_MS 900000	/* and the longest; also after a refusal */
#define ALERT_WAITING_MAX (1u << 20)	/* beyond it the oldest is told to all above */

/* Where entries come from: the calls of audit/package.h that are needed here. */
struct alert_source {
	void *arg;
	/* Look anew.  Write the name of the node ("" where it cannot be told).  Return 0,
	 * or -1 with a sentence in err. */
	int (*open)(void *arg, char node[ALERT_NODE_MAX], char *err);
	/* Call fn for every entry with a seq from `from` on (0: all), in order.  Return 0,
	 * what fn returned (above 0), or -1 with a sentence in err. */
	int (*each)(void *arg, uint64_t from, int (*fn)(void *arg, uint64_t seq,
	    const char *text, size_t len), void *fn_arg, char *err);
	/* Read one entry: 0, 1 when there is none, or -1. */
	int (*read)(void *arg, uint64_t seq, struct entry *e, char *err);
	/* The highest seq. */
	uint64_t (*last)(void *arg);
};

enum alert_event_kind {
	ALERT_EV_DELIVERED,	/* n alerts, from seq on, to receiver */
	ALERT_EV_FAILED,	/* ditto not; again in next_ms */
	ALERT_EV_REFUSED,	/* ditto, and it takes somebody to put it right */
	ALERT_EV_MOVED,		/* a receiver is gone: n alerts go to others */
	ALERT_EV_GAP,		/* entries from seq on, n of them, are missing */
	ALERT_EV_UNREADABLE,	/* an entry: told without what it says */
	ALERT_EV_JOURNAL	/* it cannot be read now: why */
};

struct alert_event {
	enum alert_event_kind kind;
	const char *receiver;	/* name, or NULL */
	const char *where;	/* of the receiver, as it may be shown */
	const char *id;		/* of the message */
	uint64_t seq;
	uint64_t n;
	int level;		/* the gravest of them */
	const char *why;
	int64_t next_ms;
};

struct alert_send_options {
	const char *state;	/* directory of its own */
	const struct alert_routing *routing;
	struct alert_names names; /* node is filled in by itself */
	const struct alert_source *source;
	const struct alert_carrier *carrier;
	const struct disk *disk;
	int64_t since;		/* without a state: alerts of this time on, UTC ms */
	uint32_t poll_ms;	/* between two looks at the journal */
	int once;		/* digests do not wait */
	int64_t (*now)(void);	/* UTC ms */
	uint32_t (*random)(void *arg); /* NULL: no jitter */
	void *random_arg;
	void (*tell)(void *arg, const struct alert_event *e); /* or NULL */
	void *tell_arg;
};

/* What there is to do. */
struct alert_send_stats {
	uint64_t read;		/* journal, up to this seq */
	uint64_t waiting;	/* alerts that nobody has taken */
	uint64_t pending;	/* records not delivered */
	uint64_t queue;		/* records in the queue */
	size_t under_way;	/* messages */
	int journal_failed;	/* the last look */
	size_t failing;		/* receivers that are in a pause after a failure */
};

/**
 * alert_send_open(o, busy, err): Begin, from the state or without one.  o and what it
 * points to must stay.  Return the service, or NULL with a sentence in err
 * (ALERT_SEND_ERROR_MAX bytes), *busy set when another is at work with this state.
 * alert_send_close(s): End, with the state as durable as it can be made.  Messages under
 * way must have been ended by the carrier.  Return 0 or -1; NULL is allowed.
 */
struct alert_send *alert_send_open(const struct alert_send_options *o,
    int *busy, char *err);
int alert_send_close(struct alert_send *s);

/**
 * alert_send_turn(s, max_ms): Look at the journal when it is time to, tell whom it is
 * time to tell, and wait for answers, up to max_ms.  Return 0, or -1 with the sentence in
 * alert_send_error(s) when its own disk fails: then end and begin anew.
 */
int alert_send_turn(struct alert_send *s, uint32_t max_ms);
const char *alert_send_error(const struct alert_send *s);

/**
 * alert_send_rests(s): Was the journal read to its end, and is nothing under way nor to be
 * sent before a pause after a failure, a digest or an escalation is over?
 * alert_send_stats(s, out): what there is to do.
 */
int alert_send_rests(struct alert_send *s);
void alert_send_stats(struct alert_send *s, struct alert_send_stats *out);

#endif /* !LIANGKA_ALERT_SEND_H_ */
