#ifndef LIANGKA_SCREEN_HOLD_H_
#define LIANGKA_SCREEN_HOLD_H_

/*
 * Records of the state that are held in memory: added once, in the order of their tokens,
 * then found by any thread.  They lie one behind the other; tokens are uniform, so their
 * first bits name a bucket of about one record, whose beginning is known.  One costs its
 * value, 24 bytes and some 4 for the bucket.
 *
 * Threads: one adds; when it is done any may look.
 */

#include <stddef.h>
#include <stdint.h>

#include "keys/token.h"

struct screen_hold {
	uint8_t *data;		/* n bytes of max; NULL: nothing is held */
	size_t n, max;
	uint32_t *start;	/* of each bucket, in words of 8 bytes, and the end */
	uint64_t filled;	/* starts that are known */
	unsigned skip, bits;	/* of a token that are the same in all; then those of
				 * its bucket */
};

/**
 * screen_hold_new(h, n, skip, max): Begin with nothing, for about n records whose tokens
 * have the same first `skip` bits, in at most `max` bytes.  Return 0, or -1 when there is
 * no memory.  screen_hold_free(h): a zeroed one is allowed.
 */
int screen_hold_new(struct screen_hold *h, uint64_t n, unsigned skip,
    size_t max);
void screen_hold_free(struct screen_hold *h);

/**
 * screen_hold_add(h, t, value, len): Add a record; tokens ascend.  When it does not fit
 * all are given up: data is NULL from then on and more is ignored.
 * screen_hold_end(h): There are no more.
 */
void screen_hold_add(struct screen_hold *h, const struct token *t,
    const void *value, size_t len);
void screen_hold_end(struct screen_hold *h);

/**
 * screen_hold_find(h, t, len): Return the value of a token with its length, aligned to 8
 * bytes, or NULL when there is none.  screen_hold_expect(h, t), then some time later
 * screen_hold_expect_more(h, t): it will be asked for soon.
 */
const void *screen_hold_find(const struct screen_hold *h, const struct token *t,
    size_t *len);
void screen_hold_expect(const struct screen_hold *h, const struct token *t);
void screen_hold_expect_more(const struct screen_hold *h,
    const struct token *t);

#endif /* !LIANGKA_SCREEN_HOLD_H_ */
