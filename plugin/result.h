#ifndef LIANGKA_RESULT_H_
#define LIANGKA_RESULT_H_

#include <stdint.h>

#include "plugin.h"
#include "text.h"

/*
 * The structures of the host: the size rule, and results that say "hold" until
 * the daemon has said otherwise.
 */

/**
 * result_begin(r): Judge r->size and make *r a LK_REVIEW without content, as far
 * as its size reaches.  Return 0, LK_E_ARG (NULL) or LK_E_SIZE.
 */
int result_begin(struct lk_result *r);

/**
 * result_request(copy, rq): Judge rq->size and copy the request.  Return 0,
 * LK_E_ARG (NULL) or LK_E_SIZE.
 */
int result_request(struct lk_request *copy, const struct lk_request *rq);

/**
 * result_status(s): Judge s->size and clear *s.  Return 0, LK_E_ARG or LK_E_SIZE.
 */
int result_status(struct lk_status *s);

/**
 * result_fail(r, code, field, form, on_unavailable): Make *r the result of a call
 * that ends with the error `code`: LK_REVIEW, or after UNAVAIL, TIMEOUT and STALE
 * on_unavailable (LK_REVIEW or LK_REJECT) with LK_R_FALLBACK.  A message that is
 * there already, the daemon's, is kept; else one is written in the given form.
 */
void result_fail(struct lk_result *r, int code, const char *field,
    enum text_form form, int32_t on_unavailable);

#endif /* !LIANGKA_RESULT_H_ */
