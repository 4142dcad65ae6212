#ifndef LIANGKA_REPORTHTML_H_
#define LIANGKA_REPORTHTML_H_

/*
 * A report as one page: UTF-8, one file, no script, nothing fetched from elsewhere, charts
 * as SVG in it, made to be printed on A4 and to be read in black and white.
 */

#include <stdio.h>

struct report;

/**
 * reporthtml_write(f, r, zh): Write the page, in Chinese or English.
 */
void reporthtml_write(FILE *f, const struct report *r, int zh);

/**
 * reporthtml_text(f, s): Write a text, escaped for HTML and SVG; U+FFFD stands for what is
 * not UTF-8, does not show, or changes the order of what is read.
 */
void reporthtml_text(FILE *f, const char *s);

#endif /* !LIANGKA_REPORTHTML_H_ */
