#ifndef LIANGKA_FLEET_H_
#define LIANGKA_FLEET_H_

/*
 * The nodes below, as they were heard last.  What must outlive a start stands in the state
 * (RECORD_NODE); the rest comes with the next beat of each.
 *
 * A line of the table, fields with tabs between (numbers decimal, times UTC ms, 0 or empty:
 * not known): node, status (active retired awaited held), link (up down), last beat, cursor,
 * last entry of the node, when the last of its entries was taken, entries taken, daemon
 * version, policy version, list version, counts, log origin, size of the last cosigned head,
 * its time, why the last one was not cosigned, why its last join or batch was refused.
 *
 * Counts: "asked=N answered=N silent=N late=N breaker=closed|open opens=N rtt_us=N", since
 * that node's start, in any order; also checks=N, offline=N and queued=N (entries that it
 * has still to tell) where it knows them.
 *
 * Threads: the counter's.
 */

#include <stddef.h>
#include <stdint.h>

struct entry;
struct fleet;
struct journal;
struct record_node;
struct request;

/**
 * fleet_open(j, self, above): Return the nodes that the state of j knows, but for the node
 * `self` and the one `above` ("": none), names that must last; NULL when out of memory or the state fails.  fleet_close(f):
 * NULL is allowed.
 */
struct fleet *fleet_open(struct journal *j, const char *self,
    const char *above);
void fleet_close(struct fleet *f);

/**
 * fleet_watch(f, e): An entry was written.
 */
void fleet_watch(struct fleet *f, const struct entry *e);

/**
 * fleet_joined(f, q): The node has said who it is, and q->error is what it was told.
 * fleet_link(f, node, up): Its connection was made, or is gone.
 */
void fleet_joined(struct fleet *f, const struct request *q);
void fleet_link(struct fleet *f, const char *node, int up);

/**
 * fleet_behind(f, node): By how many ms the node's clock is behind ours, as it said last; 0
 * where that is less than a minute, or it is ahead.
 */
int64_t fleet_behind(struct fleet *f, const char *node);

/**
 * fleet_refused(f, node, why): Its entries are not taken, for a reason.
 */
void fleet_refused(struct fleet *f, const char *node, const char *why);

/**
 * fleet_cosigned(f, node, status, body, len, size, t): A head of its was judged: status as
 * enum witness_status; the body goes with the next answer to a beat; t is UTC ms.
 */
void fleet_cosigned(struct fleet *f, const char *node, int status,
    const char *body, size_t len, uint64_t size, int64_t t);

/**
 * fleet_heard(f, node, r): The highest entry of a node that is known here: by its record r,
 * by what it has said since our start, or by a head that was cosigned since.
 * fleet_count(f, up, known): How many nodes below there are that were not retired, and how
 * many of them are linked.
 */
uint64_t fleet_heard(const struct fleet *f, const char *node,
    const struct record_node *r);
void fleet_count(const struct fleet *f, uint64_t *up, uint64_t *known);

#endif /* !LIANGKA_FLEET_H_ */
