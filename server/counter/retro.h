#ifndef LIANGKA_RETRO_H_
#define LIANGKA_RETRO_H_

/*
 * What a new version of a list means for what was decided before: who was passed in the
 * last 90 days and is listed now (a hit), and who was held or refused by an entry that
 * has been withdrawn since (a clear).  Each decision, and each card, is reported once, by
 * a `retro` entry of the journal.  The work is done in small slices, since the loop does
 * it; one that is interrupted by a stop is done anew at the next start and reports only
 * what has not been reported.
 *
 * Threads: the counter's.
 */

#include <stddef.h>
#include <stdint.h>

struct adopted;
struct journal;
struct retro;

#define RETRO_WINDOW_MS (INT64_C(90) * 86400000)

/**
 * retro_open(j): NULL when out of memory.  retro_close(r): NULL is allowed.
 */
struct retro *retro_open(struct journal *j);
void retro_close(struct retro *r);

/**
 * retro_serve(r, a): A generation is in force: what changed in it is work from now on.
 * `a` stays the caller's and is valid until the next call; the `touched` records of its
 * lists are taken over.  With touched NULL the whole list is gone through.
 */
void retro_serve(struct retro *r, struct adopted *a);

/**
 * retro_step(r, n): Do up to n look-ups of what is due, and write at most a few entries.
 * Return nonzero while there is more to do.  retro_counts(r, hits, clears): entries
 * written since the start.
 */
int retro_step(struct retro *r, unsigned n);
void retro_counts(const struct retro *r, uint64_t *hits, uint64_t *clears);

#endif /* !LIANGKA_RETRO_H_ */
