#ifndef LIANGKA_TABLE_H_
#define LIANGKA_TABLE_H_

/*
 * Rows in aligned columns.  Rows are gathered a page at a time, so that a column
 * is as wide as its widest cell so far and output still flows.
 */

#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS 10
#define TABLE_PAGE 128 /* rows */

struct table;

/**
 * table_new(f, n, heads): Make a table of n columns that writes to f; heads are
 * their titles, or NULL for none; without a row they are not written.  NULL when
 * out of memory.
 */
struct table *table_new(FILE *f, size_t n, const char *const *heads);

/**
 * table_row(t, cells): Add a row of n cells, which are copied.  Return 0, or -1
 * when out of memory.
 */
int table_row(struct table *t, const char *const *cells);

/**
 * table_end(t): Write what is still held and free t, which may be NULL.
 */
void table_end(struct table *t);

#endif /* !LIANGKA_TABLE_H_ */
