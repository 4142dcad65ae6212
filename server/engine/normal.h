#ifndef LIANGKA_NORMAL_H_
#define LIANGKA_NORMAL_H_

/*
 * The normal form of what is tokenised beside the identity number.  A change of
 * any rule needs a new token label.
 *
 * P1 Phone: full-width forms become ASCII; all but digits and a leading + goes.
 * P2 A leading 0086, +86 or 86 before 11 digits goes; a remaining + goes.
 * A1 Address: full-width forms become ASCII, a-z become A-Z.
 * A2 Spaces (ASCII, U+3000) and the marks , . - # and their Chinese forms go.
 * C1 Card, account, phone number: as A1, then spaces and - go.
 * D1 Device: leading and trailing spaces go.
 */

#include <stddef.h>

#define NORMAL_MAX 1024

/**
 * normal_phone(s, len, dst), normal_address(…), normal_card(…), normal_device(…):
 * Write the normal form of valid UTF-8 into dst (NORMAL_MAX bytes, not
 * terminated) and return its length; 0 when nothing is left.
 */
size_t normal_phone(const char *s, size_t len, char dst[NORMAL_MAX]);
size_t normal_address(const char *s, size_t len, char dst[NORMAL_MAX]);
size_t normal_card(const char *s, size_t len, char dst[NORMAL_MAX]);
size_t normal_device(const char *s, size_t len, char dst[NORMAL_MAX]);

#endif /* !LIANGKA_NORMAL_H_ */
