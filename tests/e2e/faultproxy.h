#ifndef FAULTPROXY_H_
#define FAULTPROXY_H_

/*
 * A line between two nodes that goes wrong on command: a thread of the test that takes
 * connections on a port of 127.0.0.1 and carries them to another.
 *
 * Directions are seen from who connects: UP is what it sends, DOWN what it receives.  A
 * direction carries, swallows (reads and throws away) or stops (does not read).  Faults
 * hold for connections that are there and for later ones.
 */

#include <stdint.h>

struct faultproxy;

enum faultproxy_way { FAULTPROXY_UP, FAULTPROXY_DOWN };

enum faultproxy_does { FAULTPROXY_CARRY, FAULTPROXY_SWALLOW, FAULTPROXY_STOP };

/**
 * faultproxy_open(to): Carry to that port of 127.0.0.1 (0: see faultproxy_to()).
 * faultproxy_port(p): where it listens.  faultproxy_to(p, port): carry new connections
 * there.  faultproxy_close(p): reset all and end.
 */
struct faultproxy *faultproxy_open(int to);
int faultproxy_port(const struct faultproxy *p);
void faultproxy_to(struct faultproxy *p, int port);
void faultproxy_close(struct faultproxy *p);

/**
 * faultproxy_set(p, way, does), faultproxy_both(p, does): From now on.
 * faultproxy_refuse(p, on): reset new connections at once.
 * faultproxy_delay(p, ms, jitter): hold each piece back for ms ± jitter milliseconds, each
 * way, in order.
 * faultproxy_rate(p, bytes): carry so many bytes a second, each way; 0: all.
 */
void faultproxy_set(struct faultproxy *p, enum faultproxy_way way,
    enum faultproxy_does does);
void faultproxy_both(struct faultproxy *p, enum faultproxy_does does);
void faultproxy_refuse(struct faultproxy *p, int on);
void faultproxy_delay(struct faultproxy *p, int ms, int jitter);
void faultproxy_rate(struct faultproxy *p, int bytes);

/**
 * faultproxy_reset(p): Reset all connections now, both sides.
 * faultproxy_cut(p, bytes, reset): carry so many bytes more upwards, then end the
 * connection that sends them in the middle of whatever it is: with a reset, or as if it
 * had ended well.
 * faultproxy_cuts(p): how often that has happened.  faultproxy_taken(p): how many
 * connections were taken so far.  faultproxy_up(p): bytes carried upwards so far.
 */
void faultproxy_reset(struct faultproxy *p);
void faultproxy_cut(struct faultproxy *p, int64_t bytes, int reset);
unsigned faultproxy_cuts(struct faultproxy *p);
unsigned faultproxy_taken(struct faultproxy *p);
uint64_t faultproxy_up(struct faultproxy *p);

#endif /* !FAULTPROXY_H_ */
