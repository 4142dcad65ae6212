#ifndef STATE_SCAN_H_
#define STATE_SCAN_H_

#include "state.h"

struct state_layers;

/**
 * state_scan_each(l, kind, cb, arg):
 * state_each() over ${l}; -1 also if the read side of LMDB fails.
 */
int state_scan_each(const struct state_layers *l, uint8_t kind,
    int (*cb)(void *, const struct state_record *), void *arg);

/**
 * state_scan_dump(l, sink, skip, arg):
 * state_dump() over ${l}.
 */
int state_scan_dump(const struct state_layers *l,
    int (*sink)(void *, const char *, size_t),
    bool (*skip)(void *, const struct state_record *), void *arg);

#endif /* !STATE_SCAN_H_ */
