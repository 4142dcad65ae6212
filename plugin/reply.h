#ifndef LIANGKA_REPLY_H_
#define LIANGKA_REPLY_H_

#include <stddef.h>
#include <stdint.h>

#include "plugin.h"

/*
 * Replies from their fields.  Knows no socket; a reply is wholly consumed or
 * refused.  It is refused, with LK_E_INTERNAL, when a field is malformed, missing
 * or out of place, a text is not in the encoding, or it permits what it does not
 * prove: a decision or `allowed` of LK_PASS or LK_LIMIT needs the number and the
 * leaf hash of its journal entry.
 */

/**
 * reply_result(r, body, len, gb18030): Read a reply that carries a result into *r
 * (all but its size).  Return 0; or the daemon's error with its message, if any,
 * in r->message; or LK_E_INTERNAL.  With an error nothing else of *r is changed.
 * A decision this version does not know becomes LK_REVIEW (below 20) or
 * LK_REJECT.
 */
int reply_result(struct lk_result *r, const uint8_t *body, size_t len,
    int gb18030);

/**
 * reply_plain(body, len, gb18030): Read a reply without a result.  Return 0, the
 * daemon's error, or LK_E_INTERNAL.
 */
int reply_plain(const uint8_t *body, size_t len, int gb18030);

/**
 * reply_status(s, body, len, gb18030): Read a reply to STATUS into *s (all but
 * its size).  Return as reply_plain().
 */
int reply_status(struct lk_status *s, const uint8_t *body, size_t len,
    int gb18030);

#endif /* !LIANGKA_REPLY_H_ */
