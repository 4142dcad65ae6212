#ifndef LIANGKA_DOWN_H_
#define LIANGKA_DOWN_H_

/*
 * What nodes below are to be told of what was decided here about what they had told us: a
 * case answered, an alert taken, an opening that should not have passed.  Our entries with
 * `to` are that queue; a node pulls them, and its own journal says how far it is.
 *
 * Threads: the counter's.
 */

#include <stdint.h>

struct down;
struct entry;
struct journal;

/**
 * down_open(j): Read what is to be told from the state.  Return NULL when out of memory or
 * the state fails.  down_close(d): NULL is allowed.
 */
struct down *down_open(struct journal *j);
void down_close(struct down *d);

/**
 * down_watch(d, e): An entry was written.
 */
void down_watch(struct down *d, const struct entry *e);

/**
 * down_last(d, node): The newest entry that the node is to be told, 0: none ever.
 * down_after(d, node, seq): the first one behind seq, 0: none.
 */
uint64_t down_last(const struct down *d, const char *node);
uint64_t down_after(const struct down *d, const char *node, uint64_t seq);

#endif /* !LIANGKA_DOWN_H_ */
