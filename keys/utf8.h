/* UTF-8, one character at a time. */
#ifndef LIANGKA_KEYS_UTF8_H
#define LIANGKA_KEYS_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* utf8_next(c, s, len):
 * Read the character at the beginning of len bytes. Return its bytes, 1 to 4, with
 * *c set, or 0 when there is none: malformed, over-long, a surrogate, cut off. */
size_t	utf8_next(uint32_t *c, const char *s, size_t len);

/* utf8_hidden(c):
 * 1 when a character is a control, changes the direction of text or has no width:
 * what could make one text look like another. */
int	utf8_hidden(uint32_t c);

/* utf8_blank(c):
 * 1 when a character is a space of any kind (Unicode White_Space). */
int	utf8_blank(uint32_t c);

#endif
