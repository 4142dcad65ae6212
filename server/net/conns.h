#ifndef LIANGKA_CONNS_H_
#define LIANGKA_CONNS_H_

/*
 * All connections: reading frames, having them answered by the counter, and
 * letting the replies leave when the journal says so.
 *
 * A turn of the loop is: conns_begin(), libevent's dispatch (which reads sockets
 * and gathers replies), journal_flush(), conns_end().
 *
 * Threads: the loop's only.
 */

#include <stdint.h>

#include "counter/counter.h"

struct config_limits;
struct conns;
struct sockaddr_storage;
struct tls;
struct upstream;
struct event_base;

struct conns_options {
	struct event_base *base;	/* not owned, as all of this */
	struct counter *counter;
	const struct config_limits *limits;
	const char *node;
	const char *version;
	void (*closed)(void *arg, uint32_t uid); /* a connection is gone */
	/* A link from below: whose is it?  Fill in *peer and return NULL; or why it is
	 * refused, a sentence that lasts.  It is gone. */
	const char *(*linked)(void *arg, const struct tls *tls,
	    struct peer *peer);
	void (*unlinked)(void *arg, const struct peer *peer);
	/* A node below sent the head of its log with a beat. */
	void (*head)(void *arg, const struct peer *peer, const uint8_t *body,
	    size_t len);
	void *arg;
};

/**
 * conns_open(o): Return an empty set of connections, or NULL without memory.
 * conns_close(s): Drop all connections and free the set; NULL is allowed.
 */
struct conns *conns_open(const struct conns_options *o);
void conns_close(struct conns *s);

/**
 * conns_add(s, fd, peer): Serve the connected, non-blocking socket fd, which
 * belongs to the set from then on; what peer points to outlives it.  A peer
 * without grants is told DENIED.  Return 0, or -1 without memory, with fd closed
 * and nothing told to closed().
 */
int conns_add(struct conns *s, int fd, const struct peer *peer);

/**
 * conns_add_link(s, fd, tls, ss): The same for a connection of a node below; tls belongs to the
 * set too.  ss: its address.
 */
int conns_add_link(struct conns *s, int fd, struct tls *tls,
    const struct sockaddr_storage *ss);

/**
 * conns_strangers(s, ss): How many connections from that address (IPv6: from its network of
 * 64 bits) have not proven yet whose link they are.
 */
unsigned conns_strangers(const struct conns *s,
    const struct sockaddr_storage *ss);

/**
 * conns_upstream(s, u): Ask the node above by u from now on.
 * conns_drop_node(s, node, but, quiet): Drop the links of a node below that were not heard
 * for `quiet` ms, but for that of `but`.
 */
void conns_upstream(struct conns *s, struct upstream *u);
void conns_drop_node(struct conns *s, const char *node,
    const struct peer *but, int64_t quiet);

/**
 * conns_judge(s, stays, arg): Ask of every link of a node below whether it may stay; stays()
 * may change the peer.  One for which it returns 0 is dropped.
 */
void conns_judge(struct conns *s, int (*stays)(void *arg, struct tls *tls,
    struct peer *peer), void *arg);

/**
 * conns_cut_node(s, node): Have the links of a node below dropped at the next sweep.
 */
void conns_cut_node(struct conns *s, const char *node);

/**
 * conns_begin(s): Begin a turn: answer frames that the last turn left over.
 * Return nonzero when there is work that must not wait for an event.
 */
int conns_begin(struct conns *s);

/**
 * conns_end(s, durable): End a turn: send what waited for entries up to
 * `durable`.
 */
void conns_end(struct conns *s, uint64_t durable);

/**
 * conns_asked(s): Return how many connections had a request answered in this
 * turn; conns_waiting(s): how many have a reply that waits for the log;
 * conns_count(s): how many there are.
 */
uint32_t conns_asked(const struct conns *s);
uint32_t conns_waiting(const struct conns *s);
uint32_t conns_count(const struct conns *s);

/**
 * conns_sweep(s): Drop the connections that have passed a deadline, and give
 * memory back.  To be called some four times a second.
 */
void conns_sweep(struct conns *s);

/**
 * conns_drain(s): Answer what has arrived, then drop each connection as soon as
 * it has got all its replies.
 */
void conns_drain(struct conns *s);

/**
 * conns_unsure(s, code): The log has failed: tell `code` to everyone who waits
 * for it, as far as the sockets take it at once.
 */
void conns_unsure(struct conns *s, int code);

#endif /* !LIANGKA_CONNS_H_ */
