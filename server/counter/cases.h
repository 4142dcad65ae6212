#ifndef LIANGKA_CASES_H_
#define LIANGKA_CASES_H_

/*
 * What waits at the desk, in memory: the seqs of open cases and alerts, and by when each
 * case has to be answered.  The records themselves stand in the state (records.h); this
 * is made from them at the start and kept up with every entry that is written.
 */

#include <stddef.h>
#include <stdint.h>

struct cases;
struct entry;
struct journal;

enum cases_what {
	CASES_CASE,
	CASES_ALERT,
	CASES_N
};

/**
 * cases_open(j): Read what is open from the state of j.  Return NULL when out of memory or
 * the state fails.  cases_close(c): NULL is allowed.
 * cases_watch(c, e): An entry was written (see journal_watch()).
 */
struct cases *cases_open(struct journal *j);
void cases_close(struct cases *c);
void cases_watch(struct cases *c, const struct entry *e);

/**
 * cases_count(c, what): Return how many are open.
 * cases_after(c, what, seq): Return the lowest open one above seq, or 0.
 */
uint64_t cases_count(struct cases *c, enum cases_what what);
uint64_t cases_after(struct cases *c, enum cases_what what, uint64_t seq);

/**
 * cases_due(c, now): Return a case whose time is over at `now` (ms), or 0; the one that
 * was due first.  It is returned again until it is closed.
 */
uint64_t cases_due(struct cases *c, int64_t now);

#endif /* !LIANGKA_CASES_H_ */
