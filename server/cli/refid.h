#ifndef LIANGKA_REFID_H_
#define LIANGKA_REFID_H_

#include <stdint.h>

/**
 * refid_parse(s, seq, prefix): Read a decision id "<node>-<seq>-<8 hex digits>" of
 * any node, or a reference (base 31 with a check character, hyphens and case
 * free).  Return 2 for a decision id, with the first four bytes of its leaf hash
 * in prefix; 1 for a reference; 0 when it is neither.
 */
int refid_parse(const char *s, uint64_t *seq, uint8_t prefix[4]);

#define REFID_MAX 24	/* of a reference, with the NUL */

/**
 * refid_print(buf, seq): Write the reference of a decision and return it.
 */
const char *refid_print(char buf[REFID_MAX], uint64_t seq);

#endif /* !LIANGKA_REFID_H_ */
