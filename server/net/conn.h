#ifndef LIANGKA_CONN_H_
#define LIANGKA_CONN_H_

/*
 * One connection, from accept to close.  Only conns.c, conn.c and frame.c see
 * inside.
 *
 * It reads while nothing is in the way: not while frames are left over from a
 * turn, nor while its peer does not fetch its replies, nor at its end.  A dropped
 * connection is closed at once and freed at the end of the turn, so a function
 * that may have dropped it looks at fd == -1.
 *
 * Threads: the loop's only.
 */

#include <sys/queue.h>

#include <event2/event_struct.h>

#include "counter/counter.h"
#include "plugin/wire.h"

#include "conns.h"
#include "log.h"
#include "outbuf.h"
#include "parked.h"

struct above_answer;
struct tls;

#define CONN_READ 16384		/* bytes read at once */
#define CONN_FRAMES 32		/* frames of one connection in one turn */
#define CONN_WORK 32		/* entries of nodes below in one turn, a sixth of a ms; */
				/* it may become one less than twice as many */
#define CONN_STARVED 8		/* ms after which they are taken in whoever waits */
#define CONN_LATE_MAX 64	/* replies of one connection that are delayed */
#define CONN_REPLY 16384	/* room for a reply being written */
#define CONN_FROM 8		/* bytes of an address */
#define CONN_PARKED 64		/* requests of a program that wait for the node above */
#define CONN_PARKED_LINK 4096	/* the same of a node below */

/* Why a connection ended. */
enum conn_end {
	CONN_CLOSED,		/* the peer hung up, or got all it asked for */
	CONN_REFUSED,		/* it was told why */
	CONN_GARBAGE,		/* no frame of ours */
	CONN_LATE_FIRST,	/* no HELLO in time */
	CONN_LATE_FRAME,	/* a frame begun and not ended */
	CONN_IDLE,
	CONN_STALLED,		/* it does not fetch its replies */
	CONN_BROKEN,		/* a socket error */
	CONN_NOMEM,
	CONN_ENDS
};

/* A reply that the sandbox delays. */
struct late {
	TAILQ_ENTRY(late) entry;
	struct event timer;
	struct conn *conn;
	uint64_t seq;
	size_t len;
	uint8_t frame[];
};

struct conn {
	TAILQ_ENTRY(conn) entry;	/* in all, or in dead */
	TAILQ_ENTRY(conn) wait_entry;	/* in waiting, while `waits` */
	TAILQ_ENTRY(conn) more_entry;	/* in more, or in told, while `more` */
	struct conns *set;
	struct peer peer;
	struct event readable;
	struct event writable;
	struct outbuf out;
	TAILQ_HEAD(late_list, late) late;
	unsigned nlate;
	struct parked_list parked;
	unsigned nparked;
	struct tls *tls;	/* NULL: a program on this machine */
	uint8_t from[CONN_FROM];	/* of its address */
	const char *refused;	/* why a link is none: told in answer to HELLO */
	uint8_t *in;		/* bytes not answered yet; NULL: none */
	size_t in_len, in_cap;
	int64_t in_ms;		/* when the first byte in `in` was read */
	int64_t read_ms;	/* when bytes were last read */
	int64_t partial_ms;	/* since when we wait for the rest of a frame */
	int64_t heard_ms;	/* when the last frame was whole, or accepted */
	int64_t stuck_ms;	/* since when the socket takes nothing; 0: it does */
	uint64_t asked_turn;
	int fd;			/* -1: dropped */
	unsigned greeted : 1;	/* HELLO was answered */
	unsigned reading : 1;	/* readable is added */
	unsigned writing : 1;	/* writable is added */
	unsigned waits : 1;	/* a reply waits for the log */
	unsigned more : 1;	/* whole frames may be in `in` */
	unsigned told : 1;	/* the first of them must wait: see conn_works() */
	unsigned choked : 1;	/* too much output: no more frames */
	unsigned ending : 1;	/* drop when all output has left */
	unsigned cut : 1;	/* its node may link no longer: drop at the next sweep */
	unsigned partial : 1;	/* a frame has begun */
	unsigned known : 1;	/* tls: whose link it is has been settled */
};

TAILQ_HEAD(conn_list, conn);

struct conns {
	struct conns_options o;
	struct conn_list all, dead, waiting, more;
	struct conn_list told;	/* those of which entries are not taken in yet */
	uint32_t count, nwaiting, asked;
	uint64_t turn;
	unsigned work;		/* entries of nodes below that this turn took in */
	int64_t worked_ms;	/* when one did last */
	uint32_t nlocal;	/* those of nwaiting that are programs on this machine */
	int draining;
	struct upstream *upstream; /* NULL: there is no node above */
	uint32_t ends[CONN_ENDS];
	struct log_limit said;
	uint8_t in[CONN_READ];		/* shared by all that hold nothing */
	uint8_t reply[CONN_REPLY];
};

/**
 * conn_open(s, fd, peer, tls): Begin to serve fd, over tls unless that is NULL; then peer
 * is settled after its handshake.  Return the connection, or NULL without memory.
 */
struct conn *conn_open(struct conns *s, int fd, const struct peer *peer,
    struct tls *tls);

/**
 * conn_drop(c, why): End the connection at once.  It is freed by conn_free() at
 * the end of the turn.
 */
void conn_drop(struct conn *c, enum conn_end why);
void conn_free(struct conn *c);

/**
 * conn_read(c): Read once, if c reads at all, and answer what came.  May drop c.
 */
void conn_read(struct conn *c);

/**
 * conn_more(c): Answer frames that were left over.  conn_flush(c): send what may
 * leave, and do what follows from it.  Either may drop c.
 */
void conn_more(struct conn *c);
void conn_flush(struct conn *c);

/**
 * conn_put(c, frame, len, seq): Queue a reply that waits for entry seq (0 =
 * none).  May drop c.
 */
void conn_put(struct conn *c, const void *frame, size_t len, uint64_t seq);

/**
 * conn_late(c, frame, len, seq, ms): The same, but ms milliseconds later; others
 * may overtake it.
 */
void conn_late(struct conn *c, const void *frame, size_t len, uint64_t seq,
    uint32_t ms);

/**
 * conn_resume(p, a): The node above has answered, or will not: answer the request.  Frees
 * p.  conn_unpark(p): forget it.
 */
void conn_resume(struct parked *p, const struct above_answer *a);
void conn_unpark(struct parked *p);

/**
 * conn_works(s): May entries of a node below be taken in now?  Who stands at a counter comes
 * first: not while one waits for his answer, which would wait for them on the disk too, or
 * only every few milliseconds.
 */
int conn_works(const struct conns *s);

/**
 * conn_waits(c, waits): Note that a reply of c waits for the log from now on, or no more.
 */
void conn_waits(struct conn *c, int waits);

/**
 * conn_parked_max(c): How many of its requests may wait for the node above.
 * conn_link_goes_on(c, n): tls_read() gave n: see whose link it is.  0: it was dropped;
 * errno is as it was.
 * conn_wait_writable(c): Go on once the socket takes bytes.
 */
unsigned conn_parked_max(const struct conn *c);
int conn_link_goes_on(struct conn *c, ssize_t n);
void conn_wait_writable(struct conn *c);

/**
 * conn_settle(c): Read or do not read, as c stands; drop it when it has nothing
 * more to do at its end.
 */
void conn_settle(struct conn *c);

/**
 * conn_now(): Return monotonic milliseconds, coarse and cheap.
 */
int64_t conn_now(void);

/**
 * frame_answer(c, h, body): Answer one whole frame.  frame_resume(c, h, body, a): the same
 * once the node above has answered.  frame_bad(c, raw, fault):
 * answer 32 bytes that wire_header_read() did not take.  Either may set
 * c->ending or drop c.
 */
void frame_answer(struct conn *c, const struct wire_header *h,
    const uint8_t *body);
void frame_resume(struct conn *c, const struct wire_header *h,
    const uint8_t *body, const struct above_answer *a);
void frame_bad(struct conn *c, const uint8_t raw[WIRE_HEADER], int fault);

#endif /* !LIANGKA_CONN_H_ */
