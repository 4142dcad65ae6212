/* What text and names in notes may hold; for note*.c. */
#ifndef LIANGKA_KEYS_NOTE_TEXT_H
#define LIANGKA_KEYS_NOTE_TEXT_H

#include <stddef.h>

/* note_text_good(p, len):
 * Is this UTF-8 without control characters below U+0020 but newlines? Return 1 or
 * 0. */
int	note_text_good(const char *p, size_t len);

/* note_text_name(p, len):
 * Is this a key name: not empty, good as above, without newlines, '+' and what
 * Unicode calls a space? Return 1 or 0. */
int	note_text_name(const char *p, size_t len);

#endif
