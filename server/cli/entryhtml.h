#ifndef LIANGKA_ENTRYHTML_H_
#define LIANGKA_ENTRYHTML_H_

/*
 * Journal entries as rows of a page, in Chinese and English.
 */

#include <stdio.h>

struct entry;

/**
 * entryhtml_begin(f): Begin a table of entries: time, number, what, by whom, details.
 * entryhtml_row(f, e): add one.  html_table_end() ends it.
 */
void entryhtml_begin(FILE *f);
void entryhtml_row(FILE *f, const struct entry *e);

#endif /* !LIANGKA_ENTRYHTML_H_ */
