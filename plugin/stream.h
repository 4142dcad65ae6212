#ifndef LIANGKA_STREAM_H_
#define LIANGKA_STREAM_H_

#include <stddef.h>
#include <stdint.h>

#include "link.h"
#include "plugin.h"
#include "text.h"
#include "watch.h"

/*
 * One connection that carries many requests at a time.  Nothing here waits: the
 * owner calls stream_pump() whenever something may have happened, and holds its
 * lock around every call.
 *
 * A request goes QUEUED -> SENT -> DONE.  When the daemon hangs up, what was sent
 * is queued once more: asking again with the same txn_id gets the same answer.
 * One that passes its deadline is DONE with an error, and its id forgotten: the
 * late answer is then one of ours that nobody waits for, and thrown away.  A
 * CANCEL is sent once, without waiting for its answer.
 */

#define STREAM_MAX 256 /* under way at once */

enum stream_state {
	STREAM_FREE,
	STREAM_QUEUED,
	STREAM_SENT,
	STREAM_DONE,
	STREAM_CANCEL
};

struct stream_entry {
	enum stream_state state;
	int32_t id;	     /* the host's */
	uint8_t wire[WIRE_ID]; /* the id it was sent with */
	int64_t deadline;
	uint8_t *frame;	     /* until it is answered; wiped then */
	size_t len;
	uint8_t *cancel;     /* the frame that takes it back, or NULL */
	size_t cancel_len;
	int resent;	     /* it was sent on an earlier connection */
	enum text_form form; /* of the library's own message */
	int rc;		     /* DONE: the outcome */
	struct lk_result *result;
};

struct stream {
	const struct link_peer *peer;
	int gb18030;
	int32_t on_unavailable;
	struct link *link;
	enum { STREAM_DOWN, STREAM_HELLO, STREAM_UP } phase;
	uint8_t hello[WIRE_ID];
	uint64_t first; /* count of the first id sent on this connection */
	size_t out_off; /* of link->out already sent */
	int writes;	/* the connection is watched for writing */
	int64_t retry;	/* when to connect again; 0 = at once */
	unsigned done;	/* entries that are DONE */
	uint32_t finished; /* how many ever became DONE */
	struct watch watch;
	struct stream_entry entry[STREAM_MAX];
};

/**
 * stream_pump(s): Do what can be done without waiting: connect, receive, send,
 * let deadlines pass; then set the watch for what comes next.
 */
void stream_pump(struct stream *s);

/**
 * stream_place(s): Return a free entry, giving up a CANCEL if need be; or NULL.
 */
struct stream_entry *stream_place(struct stream *s);

/**
 * stream_find(s, id): Return the entry of this id, or for 0 the oldest that is
 * DONE; or NULL.
 */
struct stream_entry *stream_find(struct stream *s, int32_t id);

/**
 * stream_release(s, e): Free the entry.  stream_retract(s, e): free it, and have
 * it cancelled if the daemon may have reserved something for it.
 */
void stream_release(struct stream *s, struct stream_entry *e);
void stream_retract(struct stream *s, struct stream_entry *e);

/**
 * stream_down(s): Close the connection without touching the entries.
 */
void stream_down(struct stream *s);

#endif /* !LIANGKA_STREAM_H_ */
