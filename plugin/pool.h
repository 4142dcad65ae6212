#ifndef LIANGKA_POOL_H_
#define LIANGKA_POOL_H_

#include <stdint.h>

#include "handle.h"

/*
 * The connections of a handle: up to `connections` synchronous calls at once,
 * each on its own; made when first needed and kept.
 */

/**
 * pool_take(h, deadline, l): Lend a link, which may be closed, waiting for one
 * until the deadline.  Return 0, LK_E_BUSY, LK_E_NOMEM, or LK_E_HANDLE when the
 * handle was closed meanwhile.
 */
int pool_take(struct handle *h, int64_t deadline, struct link **l);

/**
 * pool_give(h, l): Give the link back, open or closed.
 */
void pool_give(struct handle *h, struct link *l);

/**
 * pool_close(h): Close the links that no call uses, of a handle that was removed.
 */
void pool_close(struct handle *h);

#endif /* !LIANGKA_POOL_H_ */
