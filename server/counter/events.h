#ifndef LIANGKA_EVENTS_H_
#define LIANGKA_EVENTS_H_

/*
 * Entries of a node below, taken in: what its files share.
 *
 * Threads: the counter's.
 */

#include <stdint.h>

struct request;

/**
 * events_cursor(q): The last of the peer's entries that was taken, 0: none.
 */
uint64_t events_cursor(struct request *q);

/**
 * events_late(q): q->e is a decision that the node made without asking us.  If we would
 * have been stricter, by what we know now, have it told: an alert here, a word to the node.
 * events_late_answer(q): The same where it had asked us, by what we answered then.
 */
void events_late(struct request *q);
void events_late_answer(struct request *q);

#endif /* !LIANGKA_EVENTS_H_ */
