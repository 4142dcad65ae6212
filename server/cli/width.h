#ifndef LIANGKA_WIDTH_H_
#define LIANGKA_WIDTH_H_

/*
 * Text on a terminal: how wide it is, padded, wrapped, and with nothing in it
 * that a terminal would obey.
 */

#include <stddef.h>
#include <stdio.h>

/**
 * width_of(s): Return the columns that the UTF-8 text takes: two for Chinese,
 * none for combining marks.
 */
size_t width_of(const char *s);

/**
 * width_put(f, s): Write s, with '?' for controls, marks that hide or re-order
 * text, and bytes that are not UTF-8.
 */
void width_put(FILE *f, const char *s);

/**
 * width_lines(f, s): The same for a text of several lines: newlines stay.
 */
void width_lines(FILE *f, const char *s);

/**
 * width_pad(f, s, columns): Write s as width_put() does, and spaces up to so
 * many columns.
 */
void width_pad(FILE *f, const char *s, size_t columns);

/**
 * width_wrap(f, s, indent, columns): The same over several lines of at most so
 * many columns, each but the first behind `indent` spaces; the first begins at
 * that column already.  Lines break at spaces and beside Chinese characters.  A
 * newline in s ends a line.  No newline is written at the end.
 */
void width_wrap(FILE *f, const char *s, size_t indent, size_t columns);

#endif /* !LIANGKA_WIDTH_H_ */
