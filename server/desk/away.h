#ifndef LIANGKA_AWAY_H_
#define LIANGKA_AWAY_H_

/*
 * When the node itself did not run, folded from its journal: between a stop and the next
 * start, between the last entry before a crash and the start behind it, and where the
 * journal says that it stood still.  Such times are no fault of an outlet.
 *
 * Before the first entry and behind the last nothing is known: the node counts as away.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

struct away;
struct entry;

/**
 * away_new(): Return an empty one, or NULL.  away_free(a): NULL is allowed.
 */
struct away *away_new(void);
void away_free(struct away *a);

/**
 * away_entry(a, e): Take the next entry of the journal.  Return 0, or -1 when out of
 * memory.
 */
int away_entry(struct away *a, const struct entry *e);

/**
 * away_at(a, ms): Did the node not run at that moment (UTC ms)?
 * away_between(a, from, to): How many ms of [from, to) it did not.
 * away_day(a, day): Did it not for half or more of that day from 09:00 to 17:00 (UTC+8)?
 * That is what can be said of an event known by its day alone.
 * away_first(a), away_last(a): journal time of the first entry and of the last; 0: none.
 */
int away_at(const struct away *a, int64_t ms);
int64_t away_between(const struct away *a, int64_t from, int64_t to);
int away_day(const struct away *a, int32_t day);
int64_t away_first(const struct away *a);
int64_t away_last(const struct away *a);

#endif /* !LIANGKA_AWAY_H_ */
