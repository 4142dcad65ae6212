#ifndef LIANGKA_TEST_REPORTLOOK_H_
#define LIANGKA_TEST_REPORTLOOK_H_

/*
 * What a report says, for the tests of its kinds.
 */

#include <stddef.h>
#include <stdint.h>

struct report;
struct report_cell;

/**
 * reportlook_rows(r, table): The rows of a table; -1 when there is no such table.
 * reportlook_cell(r, table, row, column): A cell by the keys of table and column.
 * reportlook_number(r, table, row, column): its number; INT64_MIN when it is empty.
 * reportlook_text(r, table, row, column): its text; "" when it is empty.
 * reportlook_find(r, table, column, text): the row where that column says text, or -1.
 * reportlook_figure(r, key): a figure; INT64_MIN when there is none.
 */
long reportlook_rows(const struct report *r, const char *table);
const struct report_cell *reportlook_cell(const struct report *r,
    const char *table, size_t row, const char *column);
int64_t reportlook_number(const struct report *r, const char *table,
    size_t row, const char *column);
const char *reportlook_text(const struct report *r, const char *table,
    size_t row, const char *column);
long reportlook_find(const struct report *r, const char *table,
    const char *column, const char *text);
int64_t reportlook_figure(const struct report *r, const char *key);

#endif /* !LIANGKA_TEST_REPORTLOOK_H_ */
