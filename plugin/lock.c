#include <sys/syscall.h>

#include <linux/futex.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "deadline.h"
#include "lock.h"

static struct lock guard;

/* Call futex(2) with a relative time-out or NULL. */
static void
futex(_Atomic uint32_t *word, int op, uint32_t val, const struct timespec *ts)
{

	(void)syscall(SYS_futex, (void *)word, op | FUTEX_PRIVATE_FLAG, val, ts,
	    NULL, 0);
}

/* Take a lock. */
void
lock_take(struct lock *l)
{
	uint32_t was = 0;

	if (atomic_compare_exchange_strong_explicit(&l->word, &was, 1,
	    memory_order_acquire, memory_order_relaxed))
		return;
	while (atomic_exchange_explicit(&l->word, 2, memory_order_acquire) != 0)
		futex(&l->word, FUTEX_WAIT, 2, NULL);
}

/* Give a lock back. */
void
lock_give(struct lock *l)
{

	if (atomic_exchange_explicit(&l->word, 0, memory_order_release) == 2)
		futex(&l->word, FUTEX_WAKE, 1, NULL);
}

/* Take the library's lock. */
void
lock_guard(void)
{

	lock_take(&guard);
}

/* Give the library's lock back. */
void
lock_unguard(void)
{

	lock_give(&guard);
}

/* Free a lock in the child of a fork. */
void
lock_reset(struct lock *l)
{

	atomic_store(&l->word, 0);
}

/* Free the library's lock in the child of a fork. */
void
lock_reset_guard(void)
{

	lock_reset(&guard);
}

/* Sleep until the word changes or the deadline. */
void
lock_sleep(_Atomic uint32_t *word, uint32_t seen, int64_t deadline)
{
	struct timespec ts;
	int32_t left;

	if ((left = deadline_left(deadline)) == 0)
		return;
	ts.tv_sec = left / 1000;
	ts.tv_nsec = (long)(left % 1000) * 1000000;
	futex(word, FUTEX_WAIT, seen, &ts);
}

/* Wake sleepers. */
void
lock_wake(_Atomic uint32_t *word, int n)
{

	futex(word, FUTEX_WAKE, (uint32_t)n, NULL);
}
