#ifndef DEMO_TEXT_H_
#define DEMO_TEXT_H_

/*
 * UTF-8 on a terminal: a Chinese character is two columns wide.  No locale is
 * asked or changed.
 */

#include <stddef.h>
#include <stdio.h>

/**
 * text_decode(s, left, code): Read one character of the `left` bytes at s into
 * *code.  Return its bytes, or 0 when they are not UTF-8 or none are left.
 */
size_t text_decode(const char *s, size_t left, unsigned *code);

/**
 * text_valid(s, len): Return 1 when all `len` bytes are well-formed UTF-8.
 */
int text_valid(const char *s, size_t len);

/**
 * text_width(s): Return the columns a string takes.
 */
int text_width(const char *s);

/**
 * text_pad(f, s, width): Write s and spaces up to `width` columns; a negative
 * width puts the spaces before it.  A longer text is written whole.
 */
void text_pad(FILE *f, const char *s, int width);

/**
 * text_wrap(f, s, lead, width): Write s in lines of at most `width` columns, each
 * but the first begun with `lead`, and end the last.  Lines break at spaces and
 * between Chinese characters; no line begins with a closing mark.
 */
void text_wrap(FILE *f, const char *s, const char *lead, int width);

#endif /* !DEMO_TEXT_H_ */
