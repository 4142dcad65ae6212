#ifndef LIANGKA_NODEREPORT_H_
#define LIANGKA_NODEREPORT_H_

/*
 * What this node has in force, as a signed note in <data>/lists/status, which "liangka
 * sync" carries to the centre (lists/nodestatus.h; read by "liangka list where").
 *
 * Threads: the loop's.
 */

#include <stdint.h>

struct adopted;
struct config;
struct counter_news;
struct nodekeys;

#define NODEREPORT_SECONDS 60	/* it is told anew at least so often */

/**
 * nodereport_write(c, k, a, n, now): Write it at journal time `now` (ms); a may be NULL.
 * Return 0 or -1 (logged).
 */
int nodereport_write(const struct config *c, const struct nodekeys *k,
    const struct adopted *a, const struct counter_news *n, int64_t now);

#endif /* !LIANGKA_NODEREPORT_H_ */
