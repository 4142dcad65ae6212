#ifndef LIANGKA_OUTBUF_H_
#define LIANGKA_OUTBUF_H_

/*
 * The replies that wait to leave on one connection, in the order of their
 * requests.  Each may be bound to a journal entry: its bytes, and all behind
 * them, stay until that entry is durable (I1).
 *
 * Invariants: sent <= free <= end; the marks' ends rise from above `free` to
 * `end`, and their seqs do not fall; free == end exactly when there is no mark.
 *
 * Threads: one at a time.
 */

#include <stddef.h>
#include <stdint.h>

#define OUTBUF_MARKS 4

/* The bytes up to `end` wait for entry `seq`. */
struct outbuf_mark {
	uint64_t end;
	uint64_t seq;
	uint64_t turn;		/* of the loop, in which it was made */
};

/* All zeros is an empty buffer. */
struct outbuf {
	uint8_t *buf;		/* NULL: nothing allocated */
	size_t cap;
	uint64_t base;		/* stream position of buf[0] */
	uint64_t sent;		/* stream position of what has left */
	uint64_t free;		/* up to here bytes may leave */
	uint64_t end;		/* of what was put in */
	struct outbuf_mark mark[OUTBUF_MARKS];
	unsigned nmarks;
};

/**
 * outbuf_put(o, frame, len, seq, turn): Append a reply that may leave once entry
 * seq is durable (0: at once, if nothing before it waits).  What was put in
 * during one turn of the loop may be set free together, as its entries are in
 * one batch of the log.  Return 0, or -1 when memory ran out.
 */
int outbuf_put(struct outbuf *o, const void *frame, size_t len, uint64_t seq,
    uint64_t turn);

/**
 * outbuf_release(o, durable): Set free what waits for entries up to `durable`.
 * Return nonzero while anything still waits.
 */
int outbuf_release(struct outbuf *o, uint64_t durable);

/**
 * outbuf_sendable(o, p): Point *p at the bytes that may leave and return how many
 * they are.  outbuf_sent(o, n): n of them have left.
 */
size_t outbuf_sendable(const struct outbuf *o, const uint8_t **p);
void outbuf_sent(struct outbuf *o, size_t n);

/**
 * outbuf_held(o): Return how many bytes are in the buffer, waiting or free.
 */
static inline size_t
outbuf_held(const struct outbuf *o)
{

	return ((size_t)(o->end - o->sent));
}

/**
 * outbuf_unsure(o, code): The log has failed: replace every reply that still
 * waits by one that says `code` to the same request, and set all free.
 */
void outbuf_unsure(struct outbuf *o, int code);

/**
 * outbuf_trim(o): Give the memory back when nothing is in it.
 */
void outbuf_trim(struct outbuf *o);

#endif /* !LIANGKA_OUTBUF_H_ */
