#ifndef LIANGKA_HTML_H_
#define LIANGKA_HTML_H_

/*
 * Pages to be printed and handed out: UTF-8, one file, no scripts, nothing fetched
 * from elsewhere, A4.  Labels are in Chinese and English side by side.
 */

#include <stddef.h>
#include <stdio.h>

/**
 * html_head(f, zh, en, sub): Begin a page with its title in both languages and a line
 * below it.  html_end(f): end it.
 */
void html_head(FILE *f, const char *zh, const char *en, const char *sub);
void html_end(FILE *f);

/**
 * html_section(f, zh, en): Begin a section.
 */
void html_section(FILE *f, const char *zh, const char *en);

/**
 * html_text(f, s): Write a text, escaped; newlines become line breaks.  U+FFFD stands
 * for what is not UTF-8, does not show, or changes the order of what is read.
 * html_bytes(f, p, len): the same of bytes, in a block of fixed width that wraps.
 */
void html_text(FILE *f, const char *s);
void html_bytes(FILE *f, const char *p, size_t len);

/**
 * html_para(f, class, s): Write a paragraph of this class ("" for none), unless s is
 * empty.
 */
void html_para(FILE *f, const char *class, const char *s);

/**
 * html_pairs(f): Begin a table of labels and values.  html_pair(f, zh, en, value): add
 * a row, unless the value is empty.  html_table(f, n, heads): begin a table with n
 * columns.  html_row(f, n, cells): add a row.  html_table_end(f): end either.
 */
void html_pairs(FILE *f);
void html_pair(FILE *f, const char *zh, const char *en, const char *value);
void html_table(FILE *f, size_t n, const char *const *heads);
void html_row(FILE *f, size_t n, const char *const *cells);
void html_table_end(FILE *f);

#endif /* !LIANGKA_HTML_H_ */
