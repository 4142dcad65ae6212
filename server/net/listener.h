#ifndef LIANGKA_LISTENER_H_
#define LIANGKA_LISTENER_H_

/*
 * The unix sockets that connections come in by, and who may come: (socket, peer
 * uid) -> grants.  The uid is the one at connect(2), as the kernel tells it.
 *
 * Threads: the loop's only.
 */

#include <stddef.h>
#include <stdint.h>

struct config;
struct conns;
struct event_base;
struct listeners;

/**
 * listeners_open(base, config, conns, err, errlen): Listen on every socket of the
 * configuration, which must outlive the listeners as base and conns must.  A
 * socket handed over by the service manager is used as it is; else the path is
 * bound with mode 0660, after a stale socket was removed.  A path where somebody
 * listens is refused.  Connections are taken from then on.  Return the listeners,
 * or NULL with a sentence in err.
 */
struct listeners *listeners_open(struct event_base *base,
    const struct config *config, struct conns *conns, char *err,
    size_t errlen);

/**
 * listeners_closed(l, uid): A connection of this uid is gone.
 */
void listeners_closed(struct listeners *l, uint32_t uid);

/**
 * listeners_stop(l): Take no more connections, and remove the sockets that we
 * made.  What waits in their queues is hung up on.
 */
void listeners_stop(struct listeners *l);

/**
 * listeners_close(l): Stop and free l, which may be NULL.
 */
void listeners_close(struct listeners *l);

#endif /* !LIANGKA_LISTENER_H_ */
