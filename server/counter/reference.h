#ifndef LIANGKA_REFERENCE_H_
#define LIANGKA_REFERENCE_H_

/*
 * How a decision is named.  A decision id is <node>-<seq>-<8 hex digits of the
 * leaf hash>, e.g. b017-1042-9f3ac1d2: the digits catch a mistyped number.  A
 * reference is for the phone: the seq in base 31 (digits and letters without 0 1
 * I O U), a check character (weighted sum modulo 31, which catches any single
 * wrong character and any two neighbours swapped), with a hyphen after every four.
 */

#include <stddef.h>
#include <stdint.h>

#define REFERENCE_ID_MAX 48 /* plugin.h has 40: room for 17 digits */
#define REFERENCE_MAX 24

/**
 * reference_id(buf, node, seq, leaf): Write a decision id.
 */
void reference_id(char buf[REFERENCE_ID_MAX], const char *node, uint64_t seq,
    const uint8_t leaf[32]);

/**
 * reference_short(buf, seq): Write a reference.
 */
void reference_short(char buf[REFERENCE_MAX], uint64_t seq);

/**
 * reference_parse(s, len, node, seq, prefix): Read either form; letters of any
 * case, spaces and hyphens anywhere in a reference.  Return 2 for a decision id of
 * this node, with the first four bytes of its leaf hash in prefix; 1 for a
 * reference; 0 when it is neither.
 */
int reference_parse(const char *s, size_t len, const char *node,
    uint64_t *seq, uint8_t prefix[4]);

#endif /* !LIANGKA_REFERENCE_H_ */
