#ifndef LIANGKA_ASYNC_H_
#define LIANGKA_ASYNC_H_

/*
 * Submitted requests: one connection per handle, and the descriptor that a host
 * polls.
 */

struct async;
struct handle;

/**
 * async_close(h): Cancel, as best effort, what was submitted and not collected,
 * close everything and wake who waits.  The handle was removed.
 */
void async_close(struct handle *h);

/**
 * async_free(a): Free it at the end of its handle.  NULL is accepted.
 */
void async_free(struct async *a);

/**
 * async_freeze(a), async_thaw(a): Hold and release it over a fork.
 * async_inherit(a): In the child: all that is open or under way is the parent's.
 * NULL is accepted.
 */
void async_freeze(struct async *a);
void async_thaw(struct async *a);
void async_inherit(struct async *a);

#endif /* !LIANGKA_ASYNC_H_ */
