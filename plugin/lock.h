#ifndef LIANGKA_LOCK_H_
#define LIANGKA_LOCK_H_

#include <stdatomic.h>
#include <stdint.h>

/*
 * Locks over futex(2).  The C library's own are not used: those with a
 * monotonic time-out are younger than glibc 2.28, and in a host without
 * libpthread the older ones are stubs.
 *
 * A lock is held for moments only: never over anything that can wait.
 */

struct lock {
	_Atomic uint32_t word; /* 0 free, 1 held, 2 held and waited for */
};

/**
 * lock_take(l), lock_give(l): Take the lock, waiting for it; give it back.
 */
void lock_take(struct lock *l);
void lock_give(struct lock *l);

/**
 * lock_guard(), lock_unguard(): Take and give the lock under which descriptors
 * are opened and closed: a fork waits for it, so that a child knows every one
 * it inherits.  Always the last to be taken.
 */
void lock_guard(void);
void lock_unguard(void);

/**
 * lock_reset(l), lock_reset_guard(): In the child of a fork: make the lock free,
 * whoever held it.
 */
void lock_reset(struct lock *l);
void lock_reset_guard(void);

/**
 * lock_sleep(word, seen, deadline): Sleep while *word is `seen`, until
 * lock_wake() or the deadline.  May return early: look again.
 */
void lock_sleep(_Atomic uint32_t *word, uint32_t seen, int64_t deadline);

/**
 * lock_wake(word, n): Wake up to n sleepers.  Change *word before.
 */
void lock_wake(_Atomic uint32_t *word, int n);

#endif /* !LIANGKA_LOCK_H_ */
