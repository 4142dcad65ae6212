#ifndef LIANGKA_INTAKELINK_H_
#define LIANGKA_INTAKELINK_H_

/*
 * A connection to the daemon that carries frames both ways at once: struct intake_wire of
 * intake.h.  When the daemon goes away it is awaited for a while.
 *
 * Threads: one at a time per link.
 */

#include <stdint.h>

#include "intake.h"

struct intakelink;
struct link_peer;

/**
 * intakelink_open(peer, timeout_ms, patience_ms, code): Connect.  timeout_ms: how long a
 * reply may take; patience_ms: how long the daemon may be away between two frames.  peer
 * stays the caller's.  Return the link, or NULL with an LK_E_ code in *code.
 * intakelink_close(k): NULL is allowed.
 */
struct intakelink *intakelink_open(const struct link_peer *peer,
    int32_t timeout_ms, int32_t patience_ms, int *code);
void intakelink_close(struct intakelink *k);

/**
 * intakelink_wire(k, w): Make w use the link.
 */
void intakelink_wire(struct intakelink *k, struct intake_wire *w);

#endif /* !LIANGKA_INTAKELINK_H_ */
