#ifndef LIANGKA_ALERT_WAITING_H_
#define LIANGKA_ALERT_WAITING_H_

/*
 * Alerts that were told and that nobody has taken, as long as there is a higher level to
 * tell: 40 bytes each.  They are added in the order of their seqs.
 *
 * Threads: one at a time per struct.
 */

#include <stddef.h>
#include <stdint.h>

struct alert_wait {
	uint64_t seq;
	uint64_t ref;		/* the decision it is about, 0: none */
	int64_t due;		/* when the next level is told, UTC ms */
	int32_t area;
	uint8_t level;		/* told last; 0: none yet */
	uint8_t kind;		/* enum alert_kind */
	uint8_t entry;		/* enum entry_kind */
	uint8_t gone;
};

struct alert_waiting {
	struct alert_wait *v;
	size_t n, room;
	size_t ngone;
	size_t first;		/* none before it waits */
	int64_t due;		/* no earlier than this is any */
	size_t at;		/* where looking for those that are due stands */
	int64_t least;		/* earliest time before it */
};

/**
 * alert_waiting_add(w, x): Add one with a higher seq than all.  Return it, valid until
 * the next call, or NULL when out of memory.
 * alert_waiting_find(w, seq): Find one, or NULL.
 * alert_waiting_drop(w, x): It waits no more; found ones stay valid.
 */
struct alert_wait *alert_waiting_add(struct alert_waiting *w,
    const struct alert_wait *x);
struct alert_wait *alert_waiting_find(const struct alert_waiting *w,
    uint64_t seq);
void alert_waiting_drop(struct alert_waiting *w, struct alert_wait *x);

/**
 * alert_waiting_taken(w, seq, decision): Somebody took the alert of this number, or works
 * on the decision: the alert that the decision itself raised and those that its case raised.
 */
void alert_waiting_taken(struct alert_waiting *w, uint64_t seq, int decision);

/**
 * alert_waiting_due(w, now): Return one that is due, or NULL; drop it or give it a later
 * time before the next call.
 * alert_waiting_count(w), alert_waiting_oldest(w): how many; the lowest seq, 0: none.
 * alert_waiting_free(w): Free what it holds.
 */
struct alert_wait *alert_waiting_due(struct alert_waiting *w, int64_t now);
size_t alert_waiting_count(const struct alert_waiting *w);
uint64_t alert_waiting_oldest(struct alert_waiting *w);
void alert_waiting_free(struct alert_waiting *w);

#endif /* !LIANGKA_ALERT_WAITING_H_ */
